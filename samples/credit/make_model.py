#!/usr/bin/env python3
"""Makes the credit sample: a LightGBM classifier with text categories and missing values, as PMML.

    python3 -m venv venv && venv/bin/pip install lightgbm==4.7.0 pandas
    venv/bin/python samples/credit/make_model.py

Writes credit.pmml, rows.csv and expected.csv (LightGBM's own probabilities for the rows) beside this file. The PMML is what
converters write: a chain of the summed trees and a logistic regression over their sum.
"""
import pathlib
from xml.sax.saxutils import quoteattr

import lightgbm
import numpy
import pandas

HERE = pathlib.Path(__file__).resolve().parent
JOBS = ["clerk", "driver", "engineer", "nurse", "retired", "sales", "student", "teacher", "unknown", "worker"]
HOUSING = ["free", "own", "rent"]
REGIONS = [f"region {c}" for c in "ABCDEFGHIJKLMNOPQRST"]
CATEGORIES = {"job": JOBS, "housing": HOUSING, "region": REGIONS}
NUMBERS = ["age", "income", "debt", "years_employed", "open_accounts", "late_payments", "savings"]


def make_rows(count, seed):
    random = numpy.random.default_rng(seed)
    rows = pandas.DataFrame({
        "age": random.integers(18, 90, count).astype(float),
        "income": numpy.round(random.lognormal(10.3, 0.6, count), 2),
        "debt": numpy.round(random.exponential(8000, count), 2),
        "years_employed": numpy.round(random.exponential(6, count), 1),
        "open_accounts": random.poisson(4, count).astype(float),
        "late_payments": random.poisson(0.7, count).astype(float),
        "savings": numpy.round(random.normal(5000, 4000, count), 2),
    })
    for name, labels in CATEGORIES.items():
        rows[name] = pandas.Categorical.from_codes(random.integers(0, len(labels), count), labels)
    job_risk = {label: (i * 7 % 10) / 10 - 0.4 for i, label in enumerate(JOBS)}
    region_risk = {label: (i * 11 % 20) / 20 - 0.5 for i, label in enumerate(REGIONS)}
    score = (rows.debt / rows.income * 2 + rows.late_payments * 0.8 - rows.years_employed * 0.08 - rows.savings / 9000
             + rows.job.map(job_risk).astype(float) + rows.region.map(region_risk).astype(float)
             + (rows.housing == "rent") * 0.4 - 0.8)
    default = random.random(count) < 1 / (1 + numpy.exp(-score))
    for name, share in {"income": 0.08, "years_employed": 0.15, "savings": 0.2, "job": 0.1, "housing": 0.05}.items():
        rows.loc[random.random(count) < share, name] = None
    return rows, default.astype(int)


class Exporter:
    """LightGBM's JSON dump to PMML. Each tree node's two children test the split and its complement; defaultChild says where a
    missing value goes."""

    def __init__(self, booster):
        self.dump = booster.dump_model()
        self.names = self.dump["feature_names"]
        self.lines = []

    def predicates(self, node):
        name = self.names[node["split_feature"]]
        field = quoteattr(name)
        if node["decision_type"] == "==":
            labels = [CATEGORIES[name][int(code)] for code in node["threshold"].split("||")]
            array = f'<Array type="string" n="{len(labels)}">' + " ".join('"' + label + '"' for label in labels) + "</Array>"
            return [f'<SimpleSetPredicate field={field} booleanOperator="{operator}">{array}</SimpleSetPredicate>' for operator in ("isIn", "isNotIn")]
        value = repr(node["threshold"])
        return [f'<SimplePredicate field={field} operator="{operator}" value="{value}"/>' for operator in ("lessOrEqual", "greaterThan")]

    def missing_goes_left(self, node):
        if node["decision_type"] == "==":
            return False
        if node["missing_type"] == "NaN":
            return node["default_left"]
        return 0.0 <= node["threshold"]      # LightGBM reads NaN as zero where training had none

    def node(self, node, predicate, number, indent):
        pad = " " * indent
        if "leaf_value" in node:
            self.lines.append(f'{pad}<Node id="{number}" score="{node["leaf_value"]!r}">{predicate}</Node>')
            return number + 1
        begin = len(self.lines)
        self.lines.append("")
        left, right = self.predicates(node)
        second = self.node(node["left_child"], left, number + 1, indent + 1)
        end = self.node(node["right_child"], right, second, indent + 1)
        default = number + 1 if self.missing_goes_left(node) else second
        self.lines[begin] = f'{pad}<Node id="{number}" defaultChild="{default}">{predicate}'
        self.lines.append(f"{pad}</Node>")
        return end

    def write(self, path):
        out = ['<?xml version="1.0" encoding="UTF-8"?>', '<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4">',
               ' <Header description="Probability of default; sample of Kiln">', '  <Application name="LightGBM" version="4"/>', " </Header>",
               " <DataDictionary>", '  <DataField name="default" optype="categorical" dataType="string"><Value value="no"/><Value value="yes"/></DataField>']
        out += [f'  <DataField name="{name}" optype="continuous" dataType="double"/>' for name in NUMBERS]
        for name, labels in CATEGORIES.items():
            values = "".join(f"<Value value={quoteattr(label)}/>" for label in labels)
            out.append(f'  <DataField name="{name}" optype="categorical" dataType="string">{values}</DataField>')
        schema = [f'<MiningField name="{name}"/>' for name in NUMBERS] + [f'<MiningField name="{name}" invalidValueTreatment="asIs"/>' for name in CATEGORIES]
        out += [" </DataDictionary>", ' <MiningModel modelName="credit" functionName="classification" algorithmName="LightGBM">',
                "  <MiningSchema>", '   <MiningField name="default" usageType="target"/>'] + ["   " + s for s in schema] + ["  </MiningSchema>",
                "  <Output>", '   <OutputField name="probability(no)" optype="continuous" dataType="double" feature="probability" value="no"/>',
                '   <OutputField name="probability(yes)" optype="continuous" dataType="double" feature="probability" value="yes"/>', "  </Output>",
                '  <Segmentation multipleModelMethod="modelChain">', '  <Segment id="1"><True/>', '   <MiningModel functionName="regression">',
                "   <MiningSchema>"] + ["    " + s for s in schema] + ["   </MiningSchema>",
                '   <Output><OutputField name="margin" optype="continuous" dataType="double" feature="predictedValue" isFinalResult="false"/></Output>',
                '   <Segmentation multipleModelMethod="sum">']
        for i, tree in enumerate(self.dump["tree_info"], 1):
            self.lines = []
            self.node(tree["tree_structure"], "<True/>", 1, 5)
            out += [f'    <Segment id="{i}"><True/>',
                    '    <TreeModel functionName="regression" missingValueStrategy="defaultChild" splitCharacteristic="binarySplit">',
                    "     <MiningSchema>" + "".join(schema) + "</MiningSchema>"] + self.lines + ["    </TreeModel></Segment>"]
        out += ["   </Segmentation>", "   </MiningModel></Segment>", '  <Segment id="2"><True/>',
                '   <RegressionModel functionName="classification" normalizationMethod="logit">',
                '   <MiningSchema><MiningField name="default" usageType="target"/><MiningField name="margin"/></MiningSchema>',
                '   <RegressionTable targetCategory="yes" intercept="0"><NumericPredictor name="margin" coefficient="1"/></RegressionTable>',
                '   <RegressionTable targetCategory="no" intercept="0"/>', "   </RegressionModel></Segment>", "  </Segmentation>", " </MiningModel>", "</PMML>", ""]
        path.write_text("\n".join(out), encoding="utf-8")


def main():
    train, target = make_rows(20000, 1)
    parameters = {"objective": "binary", "num_leaves": 31, "learning_rate": 0.08, "seed": 1, "deterministic": True, "num_threads": 1, "verbose": -1}
    booster = lightgbm.train(parameters, lightgbm.Dataset(train, target), num_boost_round=60)
    Exporter(booster).write(HERE / "credit.pmml")
    rows, _ = make_rows(500, 2)
    rows.to_csv(HERE / "rows.csv", index=False)
    rows = pandas.read_csv(HERE / "rows.csv")      # what a reader of the file sees, to the last bit
    for name, labels in CATEGORIES.items():
        rows[name] = pandas.Categorical(rows[name], labels)
    yes = booster.predict(rows, num_threads=1)
    expected = pandas.DataFrame({"default": numpy.where(yes > 0.5, "yes", "no"), "probability(yes)": [repr(float(p)) for p in yes]})
    expected.to_csv(HERE / "expected.csv", index=False)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Documents for pmml_peers.py of the model elements that collections of PMML files lack, as far as a JVM engine scores them.

    tests/bench/peer_documents.py FOLDER        writes documents, rows and FOLDER/models.tsv

By their documentation JPMML-Evaluator 1.7 and PMML4S 1.5 both refuse SequenceModel, GaussianProcessModel, BayesianNetworkModel, BaselineModel and TextModel; of
TimeSeriesModel JPMML scores the StateSpaceModel only. AnomalyDetectionModel is PMML4S's, AssociationModel with transactions JPMML's. There is nothing
to compare for the others.
"""
import pathlib
import random
import sys

FIELDS = [f"x{i}" for i in range(8)]
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<PMML version="4.4" xmlns="http://www.dmg.org/PMML-4_4">\n<Header/>\n'


def schema():
    """With a target, which PMML4S asks for."""
    return "<MiningSchema>" + "".join(f'<MiningField name="{f}"/>' for f in FIELDS) + '<MiningField name="depth" usageType="target"/></MiningSchema>'


def isolation_tree(rng, depth):
    """Random splits; the score of a leaf is its depth, as in an isolation forest."""
    if depth == 6 or (depth > 2 and rng.random() < 0.3):
        return f'<Node score="{depth}">{{}}</Node>'
    field, at = rng.choice(FIELDS), repr(round(rng.uniform(-2, 2), 4))
    below, above = (isolation_tree(rng, depth + 1) for _ in range(2))
    below = below.replace("{}", f'<SimplePredicate field="{field}" operator="lessOrEqual" value="{at}"/>', 1)
    above = above.replace("{}", f'<SimplePredicate field="{field}" operator="greaterThan" value="{at}"/>', 1)
    return f"<Node>{{}}{below}{above}</Node>"


def anomaly(rng):
    segments = "".join(
        f'<Segment id="{t}"><True/><TreeModel functionName="regression">{schema()}{isolation_tree(rng, 0).replace("{}", "<True/>", 1)}</TreeModel></Segment>\n'
        for t in range(100))
    fields = "".join(f'<DataField name="{f}" optype="continuous" dataType="double"/>' for f in [*FIELDS, "depth"])
    return (f'{HEAD}<DataDictionary>{fields}</DataDictionary>\n'
            f'<AnomalyDetectionModel functionName="regression" algorithmType="iforest" sampleDataSize="256">{schema()}\n'
            f'<MiningModel functionName="regression">{schema()}<Segmentation multipleModelMethod="average">\n{segments}</Segmentation></MiningModel>\n'
            '</AnomalyDetectionModel>\n</PMML>\n')


def association(rng):
    """100 rules over 20 items, two or three items before, one after, and each feature that a rule can show."""
    items = "".join(f'<Item id="{i}" value="item{i}"/>' for i in range(20))
    sets, rules = "", ""
    for r in range(100):
        members = rng.sample(range(20), rng.randint(3, 4))
        for name, ids in ((f"a{r}", members[1:]), (f"c{r}", members[:1])):
            sets += f'<Itemset id="{name}" numberOfItems="{len(ids)}">' + "".join(f'<ItemRef itemRef="{i}"/>' for i in ids) + "</Itemset>\n"
        confidence = round(rng.uniform(0.5, 1), 3)
        rules += f'<AssociationRule id="r{r}" antecedent="a{r}" consequent="c{r}" support="0.05" confidence="{confidence}" lift="{round(2 * confidence, 3)}"/>\n'
    outputs = "".join(f'<OutputField name="{feature}" feature="ruleValue" ruleFeature="{feature}" algorithm="recommendation" rank="1" '
                      'rankBasis="confidence" dataType="string" optype="categorical"/>' for feature in ("ruleId", "consequent", "confidence"))
    return (f'{HEAD}<DataDictionary><DataField name="transaction" optype="categorical" dataType="string"/>'
            '<DataField name="item" optype="categorical" dataType="string"/></DataDictionary>\n'
            '<AssociationModel functionName="associationRules" numberOfTransactions="1000" numberOfItems="20" minimumSupport="0.05" minimumConfidence="0.5" '
            'numberOfItemsets="200" numberOfRules="100">\n<MiningSchema><MiningField name="transaction" usageType="group"/><MiningField name="item"/></MiningSchema>'
            f'<Output>{outputs}</Output>\n{items}\n{sets}{rules}</AssociationModel>\n</PMML>\n')


def state_space():
    """A level with a damped trend and a cycle of four steps; `h` is how many steps ahead."""
    transition = [[1, 1, 0, 0], [0, 0.9, 0, 0], [0, 0, 0, 1], [0, 0, -1, 0]]
    array = lambda values: f'<Array n="{len(values)}" type="real">{" ".join(map(str, values))}</Array>'
    matrix = lambda rows: f'<Matrix nbRows="{len(rows)}" nbCols="{len(rows[0])}">{"".join(map(array, rows))}</Matrix>'
    return (f'{HEAD}<DataDictionary><DataField name="y" optype="continuous" dataType="double"/>'
            '<DataField name="h" optype="continuous" dataType="integer"/></DataDictionary>\n'
            '<TimeSeriesModel functionName="timeSeries" bestFit="StateSpaceModel"><MiningSchema><MiningField name="y" usageType="target"/>'
            '<MiningField name="h" usageType="supplementary"/></MiningSchema>\n<StateSpaceModel>'
            f'<StateVector>{array([100, 2.5, 3, -1])}</StateVector><TransitionMatrix>{matrix(transition)}</TransitionMatrix>'
            f'<MeasurementMatrix>{matrix([[1, 0, 1, 0]])}</MeasurementMatrix></StateSpaceModel></TimeSeriesModel>\n</PMML>\n')


def table(header, rows):
    return "\n".join([",".join(header)] + [",".join(map(str, row)) for row in rows]) + "\n"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder, rng = pathlib.Path(sys.argv[1]), random.Random(1)
    folder.mkdir(parents=True, exist_ok=True)
    documents = {
        "AnomalyDetectionModel": (anomaly(rng), table(FIELDS, ([round(rng.gauss(0, 1), 4) for _ in FIELDS] for _ in range(2000)))),
        "AssociationModel": (association(rng), table(["transaction", "item"], ([t, f"item{i}"] for t in range(1000) for i in rng.sample(range(20), rng.randint(2, 6))))),
        "TimeSeriesModel": (state_space(), table(["h"], ([1 + r % 12] for r in range(2000)))),
    }
    for name, (document, rows) in documents.items():
        (folder / f"{name}.pmml").write_text(document)
        (folder / f"{name}.csv").write_text(rows)
    (folder / "models.tsv").write_text("".join(f"{name}\t{name}.pmml\t{name}.csv\n" for name in documents))


if __name__ == "__main__":
    main()

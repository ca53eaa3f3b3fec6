#!/usr/bin/env python3
"""Random trees with every treatment of missing values, segments with every way to combine them, scorecards, rules and compositions of
models, beside what a few lines of Python make of the text of PMML 4.4 (of compositions: 4.0).

Usage: independent_models_test.py KILN
"""
import itertools
import math
import random
import statistics

from independent import conclude, data_field, document, expect, output, schema, scores

OPERATORS = {"lessThan": lambda x, v: x < v, "lessOrEqual": lambda x, v: x <= v, "greaterThan": lambda x, v: x > v, "greaterOrEqual": lambda x, v: x >= v}
FIELDS = "uvw"


# ---- predicates: (text, function of a row: True, False, None where it is unknown)

def simple(field, operator, value):
    text = f'<SimplePredicate field="{field}" operator="{operator}" value="{value}"/>'
    return text, lambda row: None if row[field] is None else OPERATORS[operator](row[field], value)


def missing_test(field, operator):
    return f'<SimplePredicate field="{field}" operator="{operator}"/>', lambda row: (row[field] is None) == (operator == "isMissing")


def compound(operator, parts):
    def truth(row):
        values = [part[1](row) for part in parts]
        if operator == "and":
            return False if False in values else None if None in values else True
        if operator == "or":
            return True if True in values else None if None in values else False
        if operator == "xor":
            return None if None in values else sum(values) % 2 == 1
        return next((v for v in values if v is not None), None)
    return f'<CompoundPredicate booleanOperator="{operator}">' + "".join(p[0] for p in parts) + "</CompoundPredicate>", truth


TRUE = ("<True/>", lambda row: True)


def random_predicate():
    kind = random.choice(["simple", "simple", "simple", "compound", "missing", "true"])
    one = lambda: simple(random.choice(FIELDS), random.choice(list(OPERATORS)), random.choice([-1, 0, 1]))
    if kind == "simple":
        return one()
    if kind == "compound":
        return compound(random.choice(["and", "or", "xor", "surrogate"]), [one(), one()])
    return TRUE if kind == "true" else missing_test(random.choice(FIELDS), random.choice(["isMissing", "isNotMissing"]))


# ---- trees

class Node:
    def __init__(self, depth, name="n", predicate=TRUE):
        self.name, self.predicate, self.score = name, predicate, random.choice("abc")
        self.counts = [random.randint(1, 9) for _ in "abc"]
        self.children = [Node(depth - 1, f"{name}{i}", random_predicate()) for i in range(random.choice([2, 3]))] if depth else []
        self.default = random.choice(self.children) if self.children else None

    def text(self, defaults):
        default = f' defaultChild="{self.default.name}"' if defaults and self.children else ""
        return (f'<Node id="{self.name}" score="{self.score}"{default}>{self.predicate[0]}'
                + "".join(f'<ScoreDistribution value="{c}" recordCount="{n}"/>' for c, n in zip("abc", self.counts))
                + "".join(child.text(defaults) for child in self.children) + "</Node>")

    def reached(self, row, strategy, without):
        """The first child that is true is taken; one that is unknown before it asks for the strategy."""
        if not self.children:
            return self
        for child in self.children:
            truth = child.predicate[1](row)
            if truth:
                return child.reached(row, strategy, without)
            if truth is None and strategy != "none":
                return {"lastPrediction": lambda: self, "nullPrediction": lambda: None,
                        "defaultChild": lambda: self.default.reached(row, strategy, without)}[strategy]()
        return self if without == "returnLastPrediction" else None


def trees():
    random.seed(11)
    fields = data_field("y", "categorical", "string", "".join(f'<Value value="{c}"/>' for c in "abc")) + "".join(map(data_field, FIELDS))
    rows = [tuple(random.choice([None, -2, -1, 0, 0.5, 1, 2]) for _ in FIELDS) for _ in range(120)]
    shown = output(("e", 'feature="entityId"'), ("p", 'feature="probability" value="b"'))
    for number in range(5):
        root = Node(3)
        for strategy, without in itertools.product(["none", "lastPrediction", "nullPrediction", "defaultChild"], ["returnNullPrediction", "returnLastPrediction"]):
            model = (f'<TreeModel functionName="classification" missingValueStrategy="{strategy}" noTrueChildStrategy="{without}">{schema("y", *FIELDS)}'
                     f'{shown}{root.text(strategy == "defaultChild")}</TreeModel>')
            for row, got in zip(rows, scores(document(fields, model), FIELDS, rows)):
                node = root.reached(dict(zip(FIELDS, row)), strategy, without)
                what = f"tree {number} {strategy} {without} of {row}"
                expect(what, got["e"], node and node.name)
                expect(what, got["y"], node and node.score)
                expect(what, got["p"], node and node.counts[1] / sum(node.counts))


# ---- segments: the second has a score where x is above 0

WEIGHTS = [1, 2, 0.5, 3]


def weighted_median(members):
    members, so_far = sorted(members), 0
    half = sum(w for _, w in members) / 2
    for i, (value, weight) in enumerate(members):
        so_far += weight
        if so_far == half:
            return (value + members[i + 1][0]) / 2
        if so_far > half:
            return value


METHODS = {"average": lambda m: statistics.fmean(v for v, _ in m), "median": lambda m: statistics.median(v for v, _ in m), "max": lambda m: max(v for v, _ in m),
           "sum": lambda m: sum(v for v, _ in m), "weightedSum": lambda m: sum(v * w for v, w in m), "weightedMedian": weighted_median,
           "weightedAverage": lambda m: sum(v * w for v, w in m) / sum(w for _, w in m)}


def segments():
    values = [1.5, None, 4.0, 2.0]
    bodies = [f'<Node score="{v}"><True/></Node>' if v is not None else f'<Node score="7">{simple("x", "greaterThan", 0)[0]}</Node>' for v in values]
    tree = f'<TreeModel functionName="regression">{schema("y", "x")}<Node><True/>'
    text = "".join(f'<Segment weight="{w}"><True/>{tree}{body}</Node></TreeModel></Segment>' for w, body in zip(WEIGHTS, bodies))
    for method, treatment, threshold in itertools.product(METHODS, ["continue", "skipSegment", "returnMissing"], [1, 0.2]):
        model = (f'<MiningModel functionName="regression">{schema("y", "x")}<Segmentation multipleModelMethod="{method}" missingPredictionTreatment="{treatment}" '
                 f'missingThreshold="{threshold}">{text}</Segmentation></MiningModel>')
        for second, got in zip([None, 7.0], scores(document(data_field("y") + data_field("x"), model), ["x"], [(-1,), (1,)])):
            members = [(second if v is None else v, w) for v, w in zip(values, WEIGHTS)]
            share = 0 if second else WEIGHTS[1] / sum(WEIGHTS) if method.startswith("weighted") else 0.25
            lost = second is None and (treatment != "skipSegment" or share > threshold)
            expect(f"{method} {treatment} {threshold} of {second}", got["y"], None if lost else METHODS[method]([m for m in members if m[0] is not None]))


# ---- scorecards: characteristics of (reason code, baseline, attributes of (field, operator, value, points, reason code))

CARD = [("R1", 3, [("x", "lessThan", 0, 1, None), ("x", "greaterOrEqual", 0, 5, "R1b")]),
        ("R2", 4, [("z", "lessThan", 1, -2, None), ("z", "greaterOrEqual", 1, 6, "R1")]),
        ("R3", 0, [("x", "lessThan", 1, 2, None), ("x", "greaterOrEqual", 1, -1, None)])]


def scorecards():
    text = ""
    for number, (code, baseline, attributes) in enumerate(CARD):
        text += f'<Characteristic name="c{number}" reasonCode="{code}" baselineScore="{baseline}">'
        for *test, points, own in attributes:
            text += f'<Attribute partialScore="{points}"' + (f' reasonCode="{own}"' if own else "") + f">{simple(*test)[0]}</Attribute>"
        text += "</Characteristic>"
    ranks, rows = range(1, 5), list(itertools.product((-1, 0.5, 2), (0, 3)))
    for algorithm, sign in (("pointsBelow", 1), ("pointsAbove", -1)):
        model = (f'<Scorecard functionName="regression" initialScore="10" reasonCodeAlgorithm="{algorithm}">{schema("y", "x", "z")}'
                 + output(*((f"r{i}", f'feature="reasonCode" rank="{i}"') for i in ranks)) + f"<Characteristics>{text}</Characteristics></Scorecard>")
        for (x, z), got in zip(rows, scores(document("".join(map(data_field, "yxz")), model), ["x", "z"], rows)):
            total, points = 10, {}
            for code, baseline, attributes in CARD:
                *_, partial, own = next(a for a in attributes if simple(*a[:3])[1]({"x": x, "z": z}))
                total += partial
                points[own or code] = points.get(own or code, 0) + sign * (baseline - partial)
            expect(f"score of {x} {z}", got["y"], float(total))
            # Codes of equal points may stand in any order.
            shown = [points.get(got[f"r{i}"]) for i in ranks if got[f"r{i}"]]
            expect(f"{algorithm} of {x} {z}", str(shown), str(sorted((p for p in points.values() if p >= 0), reverse=True)))


# ---- rules: (id, field, operator, value, score, weight, confidence)

RULES = [("r1", "x", "greaterThan", 0, "A", 2.0, 0.9), ("r2", "z", "greaterThan", 0, "B", 3.0, 0.6), ("r3", "x", "lessThan", 1, "A", 1.5, 0.5), ("r4", "z", "lessThan", 2, "C", 2.5, 0.8)]


def rules():
    text = "".join(f'<SimpleRule id="{i}" score="{s}" weight="{w}" confidence="{c}">{simple(*test)[0]}</SimpleRule>' for i, *test, s, w, c in RULES)
    rows = list(itertools.product((-1, 0.5, 2), (-1, 0.5, 3)))
    fields = data_field("y", "categorical", "string") + data_field("x") + data_field("z")
    for criterion in ("firstHit", "weightedMax", "weightedSum"):
        model = (f'<RuleSetModel functionName="classification">{schema("y", "x", "z")}' + output(("c", 'feature="confidence"'), ("e", 'feature="entityId"'))
                 + f'<RuleSet defaultScore="D" defaultConfidence="0.1"><RuleSelectionMethod criterion="{criterion}"/>{text}</RuleSet></RuleSetModel>')
        for (x, z), got in zip(rows, scores(document(fields, model), ["x", "z"], rows)):
            firing = [r for r in RULES if simple(*r[1:4])[1]({"x": x, "z": z})]
            sums = {}
            for rule in firing:
                sums[rule[4]] = sums.get(rule[4], 0) + rule[5]
            best = firing[0] if criterion == "firstHit" else max(firing, key=lambda r: (sums[r[4]] if criterion == "weightedSum" else 0, r[5]))
            # docs/semantics.md: weights over the number of rules that fire.
            confidence = sums[best[4]] / len(firing) if criterion == "weightedSum" else best[6]
            what = f"{criterion} of {x} {z}"
            expect(what, got["y"], best[4]), expect(what, got["e"], best[0]), expect(what, got["c"], confidence)


# ---- model composition: regressions and trees in a row, and inside the Nodes of trees

class Composed:
    """A Regression or DecisionTree over the fields known so far; at the first result that is missing, so is its own."""
    def __init__(self, known, depth, name):
        self.name = name
        self.tree = depth > 0
        if not self.tree:
            self.intercept, self.scale = random.choice([0, 1, -2]), random.choice([None, 2, 0.5])
            self.terms = [(field, random.choice([1, 2, -0.5])) for field in random.sample(known, random.randint(1, 2))]
            self.method = random.choice(["none", "none", "exp"]) if self.scale is None else "none"
            return
        self.strategy, self.without = random.choice(["none", "lastPrediction", "defaultChild"]), random.choice(["returnNullPrediction", "returnLastPrediction"])
        self.root_score, self.leaves = random.choice([None, 40]), []
        for _ in range(3):
            predicate = simple(random.choice(known), random.choice(list(OPERATORS)), random.choice([-1, 0, 1, 3]))
            inner = Composed(known, random.choice([0, depth - 1]), "") if random.random() < 0.6 else None
            self.leaves.append((predicate, random.choice([None, 10, 20]) if inner else 30, inner))
        self.default = random.randrange(3)

    def text(self):
        result = f'<ResultField name="{self.name}" feature="predictedValue"/>' if self.name else ""
        if not self.tree:
            targets = f'<Targets><Target field="y" rescaleFactor="{self.scale}"/></Targets>' if self.scale else ""
            predictors = "".join(f'<NumericPredictor name="{f}" coefficient="{c}"/>' for f, c in self.terms)
            return (f'<Regression functionName="regression" normalizationMethod="{self.method}">{targets}{result}<RegressionTable intercept="{self.intercept}">{predictors}'
                    '</RegressionTable></Regression>')
        score = lambda value: "" if value is None else f' score="{value}"'
        leaves = "".join(f'<Node id="n{i}"{score(own)}>{p[0]}{inner.text() if inner else ""}</Node>' for i, (p, own, inner) in enumerate(self.leaves))
        default = f' defaultChild="n{self.default}"' if self.strategy == "defaultChild" else ""
        return (f'<DecisionTree functionName="regression" missingValueStrategy="{self.strategy}" noTrueChildStrategy="{self.without}">{result}'
                f'<Node id="root"{score(self.root_score)}{default}><True/>{leaves}</Node></DecisionTree>')

    def value(self, row):
        if not self.tree:
            total = self.intercept
            for field, coefficient in self.terms:
                if row[field] is None:
                    return None
                total += coefficient * row[field]
            return (math.exp(total) if self.method == "exp" else total) * (self.scale or 1)
        leaf = None
        for predicate, *rest in self.leaves:
            truth = predicate[1](row)
            if truth is None and self.strategy != "none":
                if self.strategy == "lastPrediction":
                    return self.root_score
                leaf = self.leaves[self.default][1:]
                break
            if truth:
                leaf = rest
                break
        if leaf is None:
            return self.root_score if self.without == "returnLastPrediction" else None
        inside = leaf[1] and leaf[1].value(row)
        return leaf[0] if inside is None else inside


def compositions():
    random.seed(17)
    fields = "".join(map(data_field, "yuvw"))
    rows = [tuple(random.choice([None, -2, -1, 0, 0.5, 1, 2, 4]) for _ in FIELDS) for _ in range(60)]
    for number in range(16):
        known, models = list(FIELDS), []
        for step in range(random.randint(1, 3)):
            models.append(Composed(known, random.choice([0, 1, 2]), f"r{step}"))
            known = known + [f"r{step}"]
        shown = "".join(f'<OutputField name="o{step}" feature="transformedValue"><FieldRef field="r{step}"/></OutputField>' for step in range(len(models)))
        model = f'<MiningModel functionName="regression">{schema("y", *FIELDS)}<Output>{shown}</Output>{"".join(m.text() for m in models)}</MiningModel>'
        text = document(fields, model).replace('version="4.4"', 'version="4.0"').replace("PMML-4_4", "PMML-4_0").replace('"target"', '"predicted"')
        for row, got in zip(rows, scores(text, FIELDS, rows)):
            values = dict(zip(FIELDS, row))
            for step, part in enumerate(models):
                values[f"r{step}"] = part.value(values)
                expect(f"composition {number} step {step} of {row}", got[f"o{step}"], values[f"r{step}"])
            expect(f"composition {number} of {row}", got["y"], values[f"r{len(models) - 1}"])


conclude(trees, segments, scorecards, rules, compositions)

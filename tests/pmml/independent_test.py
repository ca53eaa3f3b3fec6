#!/usr/bin/env python3
"""Scores of documents that no library exports, beside what a few lines of Python make of the text of PMML 4.4.

Usage: independent_test.py KILN
"""
import itertools
import math
import random
import re
import statistics

from independent import conclude, data_field, document, expect, output, schema, scores

# ---- Lag

LAGS = {"avg": statistics.fmean, "max": max, "median": statistics.median, "min": min, "product": math.prod, "sum": math.fsum,
        "stddev": lambda v: statistics.stdev(v) if len(v) > 1 else None}


def lags():
    values = [3, 1, None, 4, 1.5, 9, 2]
    derived = outputs = ""
    cases = [(kind, n) for kind in ["none", *LAGS] for n in (1, 2, 3)]
    for kind, n in cases:
        derived += f'<DerivedField name="d{kind}{n}" optype="continuous" dataType="double"><Lag field="x" n="{n}" aggregate="{kind}"/></DerivedField>'
        outputs += f'<OutputField name="{kind}{n}" feature="transformedValue"><FieldRef field="d{kind}{n}"/></OutputField>'
    model = (f'<RegressionModel functionName="regression">{schema("x")}<Output>{outputs}</Output><LocalTransformations>{derived}'
             '</LocalTransformations><RegressionTable intercept="0"/></RegressionModel>')
    for at, row in enumerate(scores(document(data_field("x"), model), ["x"], [(v,) for v in values])):
        for kind, n in cases:
            before = [v for v in values[max(0, at - n):at] if v is not None]
            wanted = (values[at - n] if at >= n else None) if kind == "none" else LAGS[kind](before) if before else None
            expect(f"Lag {kind} {n} of row {at}", row[f"{kind}{n}"], wanted)


# ---- TextIndex

def edits(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        below = [i]
        for j, y in enumerate(b, 1):
            below.append(min(row[j] + 1, below[-1] + 1, row[j - 1] + (x != y)))
        row = below
    return row[-1]


def words(text):
    return [w for w in (re.sub(r"^[^\w]+|[^\w]+$", "", w) for w in text.split()) if w]


def hits(text, term, case, distance, best):
    if not case:
        text, term = text.lower(), term.lower()
    text, term = words(text), words(term)
    at = [sum(map(edits, text[i:], term)) for i in range(len(text) - len(term) + 1)]
    at = [d for d in at if d <= distance]
    return sum(d == min(at) for d in at) if best and at else len(at)


def text_index():
    random.seed(4)
    vocabulary = ["cat", "cats", "Cat", "dog", "dogs", "dig", "do", "zebra", "Éa", "éa"]
    texts = [" ".join(random.choice(vocabulary) + random.choice(["", ";", "!", "."]) for _ in range(random.randint(1, 14))) for _ in range(60)]
    cases = list(itertools.product(["cat", "dog dig", "éa", "dogs"], [True, False], [0, 1, 2], [True, False]))
    outputs = "".join(f'<OutputField name="o{i}" feature="transformedValue" dataType="double" optype="continuous"><TextIndex textField="s" '
                      f'isCaseSensitive="{str(case).lower()}" maxLevenshteinDistance="{distance}" countHits="{"bestHits" if best else "allHits"}">'
                      f'<Constant>{term}</Constant></TextIndex></OutputField>' for i, (term, case, distance, best) in enumerate(cases))
    model = f'<RegressionModel functionName="regression">{schema("s")}<Output>{outputs}</Output><RegressionTable intercept="0"/></RegressionModel>'
    for text, row in zip(texts, scores(document(data_field("s", "categorical", "string"), model), ["s"], [(t,) for t in texts])):
        for i, case in enumerate(cases):
            expect(f"TextIndex {case} of {text!r}", row[f"o{i}"], float(hits(text, *case)))


# ---- clusters

COMPARISONS = [[0, 0.3, 1], [0.3, 0, 0.6], [1, 0.6, 0]]
MEASURES = {"euclidean": lambda parts, more: math.sqrt(more * sum(w * d * d for d, w in parts)),
            "squaredEuclidean": lambda parts, more: more * sum(w * d * d for d, w in parts),
            "chebychev": lambda parts, more: more * max(w * d for d, w in parts),
            "cityBlock": lambda parts, more: more * sum(w * d for d, w in parts),
            'minkowski p-parameter="3"': lambda parts, more: (more * sum(w * d ** 3 for d, w in parts)) ** (1 / 3)}
COMPARE = {"absDiff": lambda x, z: abs(x - z), "delta": lambda x, z: float(x != z), "equal": lambda x, z: float(x == z),
           "gaussSim": lambda x, z: math.exp(-math.log(2) * (x - z) ** 2 / 1.7 ** 2)}


def affinities(n):
    return output(*((f"d{i}", f'feature="affinity" value="{i}"') for i in range(1, n + 1)))


def tables_of_comparisons():
    labels, centers = "abc", [("a", 1), ("b", 2.5), ("c", -1)]
    matrix = "<Comparisons><Matrix>" + "".join(f'<Array n="3" type="real">{" ".join(map(str, row))}</Array>' for row in COMPARISONS) + "</Matrix></Comparisons>"
    fields = data_field("k", "categorical", "string", "".join(f'<Value value="{v}"/>' for v in labels)) + data_field("x")
    clusters = "".join(f'<Cluster><Array n="2" type="string">{k} {x}</Array></Cluster>' for k, x in centers)
    rows = [row for row in itertools.product([*labels, None], [0.0, 2.2, -4.0, None]) if row != (None, None)]
    for measure, compare, weight in itertools.product(MEASURES, COMPARE, (1, 2.5)):
        model = (f'<ClusteringModel functionName="clustering" modelClass="centerBased" numberOfClusters="3">{schema("k", "x")}{affinities(3)}'
                 f'<ComparisonMeasure kind="distance"><{measure}/></ComparisonMeasure><ClusteringField field="k" compareFunction="table">{matrix}</ClusteringField>'
                 f'<ClusteringField field="x" compareFunction="{compare}" similarityScale="1.7" fieldWeight="{weight}"/>{clusters}</ClusteringModel>')
        for (k, x), row in zip(rows, scores(document(fields, model), ["k", "x"], rows)):
            for i, (ck, cx) in enumerate(centers):
                parts = [] if k is None else [(COMPARISONS[labels.index(k)][labels.index(ck)], 1)]
                parts += [] if x is None else [(COMPARE[compare](x, cx), weight)]
                expect(f"{measure} {compare} {weight} of {k} {x}", row[f"d{i + 1}"], MEASURES[measure](parts, 2 / len(parts)))


def binary_similarities():
    centers, names = [(1, 1, 0, 0), (0, 1, 1, 1)], "pqrs"
    weights = ('binarySimilarity c00-parameter="0.5" c01-parameter="1" c10-parameter="2" c11-parameter="3" '
               'd00-parameter="1" d01-parameter="1.5" d10-parameter="0.25" d11-parameter="1"')
    measures = {"simpleMatching": lambda a, b, c, d: (a + d) / (a + b + c + d), "jaccard": lambda a, b, c, d: a / (a + b + c),
                "tanimoto": lambda a, b, c, d: (a + d) / (a + 2 * (b + c) + d), weights: lambda a, b, c, d: (3 * a + 2 * b + c + 0.5 * d) / (a + 0.25 * b + 1.5 * c + d)}
    rows = list(itertools.product([0, 1], repeat=4))
    for measure, formula in measures.items():
        model = (f'<ClusteringModel functionName="clustering" modelClass="centerBased" numberOfClusters="2">{schema(*names)}{affinities(2)}'
                 f'<ComparisonMeasure kind="similarity"><{measure}/></ComparisonMeasure>' + "".join(f'<ClusteringField field="{n}"/>' for n in names)
                 + "".join(f'<Cluster><Array n="4" type="int">{" ".join(map(str, c))}</Array></Cluster>' for c in centers) + "</ClusteringModel>")
        fields = "".join(data_field(n, "continuous", "integer") for n in names)
        for bits, row in zip(rows, scores(document(fields, model), names, rows)):
            for i, center in enumerate(centers):
                pairs = list(zip(bits, center))
                expect(f"{measure} of {bits}", row[f"d{i + 1}"], formula(*(pairs.count(p) for p in ((1, 1), (1, 0), (0, 1), (0, 0)))))


def normal_densities():
    """The affinity is the logarithm of the density, but for what all clusters share."""
    random.seed(5)
    clusters = [((0, 1), (2, 0.5, 1)), ((3, -1), (1, -0.6, 4)), ((-2, 2), (0.5, 0, 0.7))]
    text = "".join(f'<Cluster><Array n="2" type="real">{m[0]} {m[1]}</Array><Covariances><Matrix kind="symmetric"><Array n="1" type="real">{c[0]}</Array>'
                   f'<Array n="2" type="real">{c[1]} {c[2]}</Array></Matrix></Covariances></Cluster>' for m, c in clusters)
    model = (f'<ClusteringModel functionName="clustering" modelClass="distributionBased" numberOfClusters="3">{schema("u", "v")}{affinities(3)}'
             '<ComparisonMeasure kind="distance"><euclidean/></ComparisonMeasure><ClusteringField field="u"/><ClusteringField field="v"/>' + text + "</ClusteringModel>")
    rows = [(random.uniform(-5, 5), random.uniform(-5, 5)) for _ in range(60)]
    for (u, v), row in zip(rows, scores(document(data_field("u") + data_field("v"), model), ["u", "v"], rows)):
        logs = []
        for (mu, mv), (a, b, d) in clusters:
            determinant, x, y = a * d - b * b, u - mu, v - mv
            logs.append(-0.5 * ((d * x * x - 2 * b * x * y + a * y * y) / determinant + math.log(determinant)))
        expect(f"densities of {u} {v}", row["_target"], str(logs.index(max(logs)) + 1))
        for i in (1, 2):
            expect(f"density {i} of {u} {v}", str(float(row[f"d{i + 1}"]) - float(row["d1"])), logs[i] - logs[0])


# ---- GeneralRegressionModel: errors of factors and interactions

def standard_errors():
    random.seed(6)
    root = [[random.uniform(-1, 1) for _ in range(4)] for _ in range(4)]
    covariance = [[sum(a * b for a, b in zip(p, q)) for q in root] for p in root]
    cells = "".join(f'<PCovCell pRow="p{i}" pCol="p{j}" value="{covariance[i][j]!r}"/>' for i in range(4) for j in range(i, 4))
    model = (f'<GeneralRegressionModel functionName="regression" modelType="generalLinear">{schema("y", "x", "g")}{output(("se", "feature=" + chr(34) + "standardError" + chr(34)))}'
             '<ParameterList>' + "".join(f'<Parameter name="p{i}"/>' for i in range(4)) + '</ParameterList><FactorList><Predictor name="g"/></FactorList>'
             '<CovariateList><Predictor name="x"/></CovariateList><PPMatrix><PPCell value="1" predictorName="x" parameterName="p1"/>'
             '<PPCell value="A" predictorName="g" parameterName="p2"/><PPCell value="B" predictorName="g" parameterName="p3"/>'
             f'<PPCell value="2" predictorName="x" parameterName="p3"/></PPMatrix><PCovMatrix>{cells}</PCovMatrix><ParamMatrix>'
             + "".join(f'<PCell parameterName="p{i}" beta="{i + 1}"/>' for i in range(4)) + "</ParamMatrix></GeneralRegressionModel>")
    fields = data_field("y") + data_field("x") + data_field("g", "categorical", "string", "".join(f'<Value value="{v}"/>' for v in "ABC"))
    rows = [(round(random.uniform(-3, 3), 3), g) for g in "ABC" for _ in range(4)]
    for (x, g), row in zip(rows, scores(document(fields, model), ["x", "g"], rows)):
        design = [1, x, float(g == "A"), x * x * (g == "B")]
        expect(f"standardError of {x} {g}", row["se"], math.sqrt(sum(a * b * covariance[i][j] for i, a in enumerate(design) for j, b in enumerate(design))))


# ---- GeneralRegressionModel: errors of means by the derivative, and intervals of the linear predictor, through the inverse link

def links():
    random.seed(8)
    c, d, power = 1.3, 0.7, 0.4
    normal = statistics.NormalDist()
    kinds = {  # inverse link, its derivative, attributes
        "logit": (lambda e: 1 / (1 + math.exp(-e)), lambda e: math.exp(-abs(e)) / (1 + math.exp(-abs(e))) ** 2, ""),
        "probit": (normal.cdf, normal.pdf, ""),
        "cloglog": (lambda e: -math.expm1(-math.exp(e)), lambda e: math.exp(e) * math.exp(-math.exp(e)), ""),
        "loglog": (lambda e: math.exp(-math.exp(-e)), lambda e: math.exp(-math.exp(-e)) * math.exp(-e), ""),
        "log": (math.exp, math.exp, ""),
        "negbin": (lambda e: 1 / (c * math.expm1(-e)), lambda e: math.exp(-e) / (c * math.expm1(-e) ** 2), f'distParameter="{c}"'),
        "oddspower": (lambda e: 1 / (1 + (1 + d * e) ** (-1 / d)), lambda e: (1 + d * e) ** (-1 / d - 1) / (1 + (1 + d * e) ** (-1 / d)) ** 2, f'linkParameter="{d}"'),
        "power": (lambda e: e ** (1 / power), lambda e: e ** (1 / power - 1) / power, f'linkParameter="{power}"'),
    }
    for link, (inverse, derivative, attributes) in kinds.items():
        features = output(*((name, f'feature="{feature}" value="90"') for name, feature in
                            (("se", "standardError"), ("low", "confidenceIntervalLower"), ("high", "confidenceIntervalUpper"))))
        variance, covariance = 0.01, 0.002
        model = (f'<GeneralRegressionModel functionName="regression" modelType="generalizedLinear" linkFunction="{link}" {attributes}>{schema("y", "x")}{features}'
                 '<ParameterList><Parameter name="a"/><Parameter name="b"/></ParameterList><CovariateList><Predictor name="x"/></CovariateList>'
                 '<PPMatrix><PPCell value="1" predictorName="x" parameterName="b"/></PPMatrix>'
                 f'<PCovMatrix><PCovCell pRow="a" pCol="a" value="{variance}"/><PCovCell pRow="b" pCol="b" value="{variance}"/>'
                 f'<PCovCell pRow="a" pCol="b" value="{covariance}"/></PCovMatrix>'
                 '<ParamMatrix><PCell parameterName="a" beta="0.25"/><PCell parameterName="b" beta="0.5"/></ParamMatrix></GeneralRegressionModel>')
        low, high = (-4, -2) if link == "negbin" else (1, 4)
        rows = [(round(random.uniform(low, high), 3),) for _ in range(20)]
        for (x,), row in zip(rows, scores(document(data_field("y") + data_field("x"), model), ["x"], rows)):
            eta, deviation = 0.25 + 0.5 * x, math.sqrt(variance + 2 * covariance * x + variance * x * x)
            half = normal.inv_cdf(0.95) * deviation
            for name, value in (("y", inverse(eta)), ("se", deviation * derivative(eta)), ("low", inverse(eta - half)), ("high", inverse(eta + half))):
                expect(f"{link} {name} of {x}", row[name], value)


conclude(lags, text_index, tables_of_comparisons, binary_similarities, normal_densities, standard_errors, links)

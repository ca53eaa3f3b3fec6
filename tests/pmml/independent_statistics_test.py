#!/usr/bin/env python3
"""Random baselines, Bayesian networks, Gaussian processes, anomaly detectors and text models, beside what a few lines of Python make
of the text of PMML 4.4.

Usage: independent_statistics_test.py KILN
"""
import itertools
import math
import random
import re

import independent
from independent import conclude, data_field, document, expect, output, schema, scores, solve

independent.TOLERANCE = 1e-10


def array(values, name="Array", kind="real"):
    return f'<{name} type="{kind}">' + " ".join(map(str, values)) + f"</{name}>"


def numbers(low, high, n):
    return [round(random.uniform(low, high), 3) for _ in range(n)]


# ---- BaselineModel: the rows so far, or the last of them

DENSITIES = {
    "Gaussian": lambda x, mean, variance: math.exp(-(x - mean) ** 2 / (2 * variance)) / math.sqrt(2 * math.pi * variance),
    "Poisson": lambda x, mean: math.exp(-mean) * mean ** x / math.factorial(int(x)),
    "Uniform": lambda x, lower, upper: (lower <= x <= upper) / (upper - lower)}
MOMENTS = {"Any": lambda mean, variance: (mean, variance), "Gaussian": lambda mean, variance: (mean, variance), "Poisson": lambda mean: (mean, mean),
           "Uniform": lambda lower, upper: ((lower + upper) / 2, (upper - lower) ** 2 / 12)}


def distribution(kind, parameters):
    return f'<{kind}Distribution {" ".join(f"{name}={chr(34)}{value}{chr(34)}" for name, value in parameters.items())}/>'


def baseline(test, inside, names):
    return (f'<BaselineModel functionName="regression">{schema("y", *names)}<TestDistributions {test}>{inside}</TestDistributions></BaselineModel>')


def random_distribution(kind):
    if kind == "Uniform":
        low = random.randint(-2, 1)
        return {"lower": low, "upper": low + random.randint(4, 9)}
    return {"mean": random.randint(1, 4)} if kind == "Poisson" else {"mean": random.randint(-2, 4), "variance": random.choice([0.5, 2, 3])}


def baselines():
    random.seed(41)
    for kind in MOMENTS:
        parameters = random_distribution(kind)
        values = [random.choice([None, *range(-3, 8)]) for _ in range(12)]
        model = baseline('field="x" testStatistic="zValue"', f"<Baseline>{distribution(kind, parameters)}</Baseline>", "x")
        mean, variance = MOMENTS[kind](**parameters)
        for x, row in zip(values, scores(document(data_field("y") + data_field("x"), model), ["x"], [(v,) for v in values])):
            expect(f"zValue of {x}", row["y"], None if x is None else (x - mean) / math.sqrt(variance))
    for kinds, window, reset in itertools.product([("Gaussian", "Gaussian"), ("Poisson", "Poisson"), ("Uniform", "Gaussian")], [0, 3], [0.25]):
        first, second = map(random_distribution, kinds)
        low, high = (first["lower"], first["upper"]) if kinds[0] == "Uniform" else (0, 7)
        values = [random.choice([None, *range(low, high)]) for _ in range(15)]
        model = baseline(f'field="x" testStatistic="CUSUM" resetValue="{reset}" windowSize="{window}"',
                         f"<Baseline>{distribution(kinds[0], first)}</Baseline><Alternate>{distribution(kinds[1], second)}</Alternate>", "x")
        so_far = []
        for x, row in zip(values, scores(document(data_field("y") + data_field("x"), model), ["x"], [(v,) for v in values])):
            z = None
            if x is not None:
                so_far.append(math.log(DENSITIES[kinds[1]](x, **second) / DENSITIES[kinds[0]](x, **first)))
                z = 0
                for g in so_far[-window:]:
                    z = max(reset, z + g)
            expect(f"CUSUM {kinds} {window} {reset} of {x}", row["y"], z)


def chance(x, degrees):
    """Of a chi-square above x: the series of the lower incomplete gamma function."""
    a, t = degrees / 2, x / 2
    if t == 0:
        return 1.0
    term = total = 1 / a
    n = 0
    while term > total * 1e-18:
        n += 1
        term *= t / (a + n)
        total += term
    return 1 - math.exp(-t + a * math.log(t) - math.lgamma(a)) * total


def chi_square(observed, expected):
    return sum((o - e) ** 2 / e for o, e in zip(observed, expected))


def independence(values, met):
    """Of fields with these values, of the combinations that were met: each cell is expected to have the product of its fields' shares."""
    shares = [{v: sum(m[f] == v for m in met) / len(met) for v in own} for f, own in enumerate(values)]
    if 0 in [share for own in shares for share in own.values()]:
        return None
    cells = list(itertools.product(*values))
    free = sum(len(own) - 1 for own in values)
    return chance(chi_square([met.count(c) for c in cells], [len(met) * math.prod(s[v] for s, v in zip(shares, c)) for c in cells]), len(cells) - 1 - free)


def counts():
    random.seed(42)
    fields = (data_field("y") + data_field("k", "categorical", "string", "".join(f'<Value value="{v}"/>' for v in "abcd")) + data_field("w")
              + data_field("g", "categorical", "string", "".join(f'<Value value="{v}"/>' for v in "pqr")) + data_field("h", "categorical", "string", '<Value value="u"/><Value value="v"/>'))
    for statistic, scheme in [("scalarProduct", None), ("scalarProduct", "Independent"), ("scalarProduct", "SizeWeighted"), ("chiSquareDistribution", None)]:
        for window, weighted, kind in random.sample(list(itertools.product([0, 1, 4], [False, True], ["CountTable", "NormalizedCountTable"])), 3):
            table = {v: random.choice([1, 2, 5]) for v in "abc"}
            table["b"] = random.choice([0, 3])
            scale = sum(table.values()) if kind[0] == "N" else 1
            table = {v: c / scale for v, c in table.items()}
            text = "".join(f'<FieldValueCount field="k" value="{v}" count="{c!r}"/>' for v, c in table.items())
            test = f'field="k" testStatistic="{statistic}" windowSize="{window}"' + (' weightField="w"' if weighted else "") + (f' normalizationScheme="{scheme}"' if scheme else "")
            rows = [(random.choice([*"aabbcccd", None]), random.choice([1, 2, 0.5, 0.25, None])) for _ in range(20)]
            so_far = []
            for (k, w), row in zip(rows, scores(document(fields, baseline(test, f"<Baseline><{kind}>{text}</{kind}></Baseline>", "kw")), ["k", "w"], rows)):
                wanted = None
                if k is not None and not (weighted and w is None):
                    so_far.append((k, w if weighted else 1))
                    own = dict.fromkeys("abcd", 0.0)
                    for value, weight in so_far[-window:]:
                        own[value] += weight
                    product = sum(own[v] * table.get(v, 0) for v in own)
                    squares = sum(c * c for c in table.values()), sum(c * c for c in own.values())
                    if statistic == "scalarProduct":
                        wanted = product / (1 if not scheme else math.sqrt(squares[0] * squares[1]) if scheme[0] == "I" else sum(squares) / 2)
                    else:
                        possible = [v for v in table if table[v] > 0]
                        total, share = sum(own.values()), sum(table.values())
                        impossible = any(own[v] for v in own if v not in possible)
                        wanted = 0.0 if impossible else chance(chi_square([own[v] for v in possible], [total * table[v] / share for v in possible]), len(possible) - 1)
                expect(f"{test} {kind} of {k} {w}", row["y"], wanted)
    values = {"k": "abcd", "g": "pqr", "h": "uv"}
    for window, names in itertools.product((0, 15), ("kg", "gh", "kgh")):
        rows = [tuple(random.choice([*values[n] * 3, None]) for n in names) for _ in range(50)]
        test, refs = f'field="{names[0]}" testStatistic="chiSquareIndependence" windowSize="{window}"', "".join(f'<FieldRef field="{n}"/>' for n in names)
        met = []
        for cells, row in zip(rows, scores(document(fields, baseline(test, f"<Baseline>{refs}</Baseline>", names)), list(names), rows)):
            wanted = None
            if None not in cells:
                met.append(cells)
                wanted = independence([values[n] for n in names], met[-window:])
            expect(f"independence {window} of {cells}", row["y"], wanted)
    met = [cell for cell in itertools.product(*values.values()) for _ in range(random.randint(1, 9))]
    def table(above):
        if len(above) == 3:
            return ""
        own = "kgh"[len(above)]
        count = lambda path: f'FieldValueCount field="{own}" value="{path[-1]}" count="{met.count(path)}"' if len(path) == 3 else f'FieldValue field="{own}" value="{path[-1]}"'
        return "".join(f"<{count((*above, v))}>{table((*above, v))}</{count((*above, v)).split()[0]}>" for v in values[own])
    got = scores(document(fields, baseline('field="k" testStatistic="chiSquareIndependence"', f"<Baseline><CountTable>{table(())}</CountTable></Baseline>", "k")), ["k"], [("a",)])
    expect("independence of a table", got[0]["y"], independence(list(values.values()), met))


# ---- BayesianNetworkModel: sums over all states of all nodes

class Network:
    """Discrete nodes n0 .. n4, each below some before it, and continuous ones c0, c1 below some of these."""
    def __init__(self):
        self.states = [random.choice([2, 3]) for _ in range(5)]
        self.parents = [sorted(random.sample(range(n), random.randint(0, min(n, 2)))) for n in range(5)]
        self.tables = [{c: self.shares(self.states[n]) for c in itertools.product(*(range(self.states[p]) for p in self.parents[n]))} for n in range(5)]
        self.above = [random.sample(range(5), random.randint(0, 2)) for _ in range(2)]
        self.densities = [{c: self.random_density(i) for c in itertools.product(*(range(self.states[p]) for p in self.above[i]))} for i in range(2)]

    @staticmethod
    def shares(n):
        cut = numbers(0.05, 1, n)
        first = [round(c / sum(cut), 3) for c in cut[1:]]
        return [round(1 - sum(first), 3), *first]

    @staticmethod
    def random_density(i):
        """Kind and parameters; the mean of c1 depends on c0: a + b c0."""
        kind = random.choice(["Normal", "Lognormal", "Uniform", "Triangular"]) if i == 0 else "Normal"
        low = random.choice([-1, 0])
        if kind == "Uniform":
            return kind, {"Lower": low, "Upper": low + 3}
        if kind == "Triangular":
            return kind, {"Mean": low + random.choice([1.0, 1.5, 2.0]), "Lower": low, "Upper": low + 3}
        return kind, {"Mean": random.choice([0, 0.5, 1]), "Variance": random.choice([0.5, 1, 2])}

    def text(self):
        nodes = []
        given = lambda kind, parents, c, inside: (f"<{kind}ConditionalProbability>" + "".join(f'<ParentValue parent="n{p}" value="s{s}"/>' for p, s in zip(parents, c))
                                                  + inside + f"</{kind}ConditionalProbability>") if parents else inside
        for n in range(5):
            value = lambda shares: "".join(f'<ValueProbability value="s{s}" probability="{p}"/>' for s, p in enumerate(shares))
            nodes.append(f'<DiscreteNode name="n{n}">' + "".join(given("Discrete", self.parents[n], c, value(t)) for c, t in self.tables[n].items()) + "</DiscreteNode>")
        for i in range(2):
            def inside(kind, parameters):
                text = ""
                for name, v in parameters.items():
                    constant = f'<Constant dataType="double">{v}</Constant>'
                    text += f"<{name}>" + (f'<Apply function="+">{constant}<FieldRef field="c0"/></Apply>' if i and name == "Mean" else constant) + f"</{name}>"
                return f"<ContinuousDistribution><{kind}DistributionForBN>{text}</{kind}DistributionForBN></ContinuousDistribution>"
            nodes.append(f'<ContinuousNode name="c{i}">' + "".join(given("Continuous", self.above[i], c, inside(*d)) for c, d in self.densities[i].items()) + "</ContinuousNode>")
        random.shuffle(nodes)
        return f'<BayesianNetworkNodes>{"".join(nodes)}</BayesianNetworkNodes>'

    def density(self, i, states, known):
        kind, d = self.densities[i][tuple(states[p] for p in self.above[i])]
        x = known[f"c{i}"]
        if kind == "Uniform":
            return DENSITIES["Uniform"](x, d["Lower"], d["Upper"])
        if kind == "Triangular":
            low, high = d["Lower"], d["Upper"]
            mode = 3 * d["Mean"] - low - high
            if not low <= x <= high:
                return 0.0
            if x == mode:
                return 2 / (high - low)
            return 2 * ((x - low) / (mode - low) if x < mode else (high - x) / (high - mode)) / (high - low)
        mean = d["Mean"] + (known["c0"] if i else 0)
        if kind == "Lognormal":
            return DENSITIES["Gaussian"](math.log(x), mean, d["Variance"]) / x if x > 0 else 0.0
        return DENSITIES["Gaussian"](x, mean, d["Variance"])

    def mean(self, states):
        kind, d = self.densities[0][tuple(states[p] for p in self.above[0])]
        return math.exp(d["Mean"] + d["Variance"] / 2) if kind == "Lognormal" else d["Mean"] if "Mean" in d else (d["Lower"] + d["Upper"]) / 2

    def joint(self, known):
        for states in itertools.product(*map(range, self.states)):
            if any(known.get(f"n{n}") not in (None, f"s{s}") for n, s in enumerate(states)):
                continue
            p = math.prod(self.tables[n][tuple(states[q] for q in self.parents[n])][states[n]] for n in range(5))
            for i in range(2):
                if known.get(f"c{i}") is not None:
                    p *= self.density(i, states, known)
            yield states, p


def networks():
    random.seed(43)
    fields = "".join(data_field(f"n{n}", "categorical", "string") for n in range(5)) + data_field("c0") + data_field("c1")
    for trial in range(4):
        network, target = Network(), random.randrange(5)
        names = [f"n{n}" for n in range(5) if n != target] + ["c0", "c1"]
        mining = "".join(f'<MiningField name="{n}"/>' for n in names) + f'<MiningField name="n{target}" usageType="target"/>'
        shown = output(*((f"p{s}", f'feature="probability" value="s{s}"') for s in range(network.states[target])))
        model = f'<BayesianNetworkModel functionName="classification"><MiningSchema>{mining}</MiningSchema>{shown}{network.text()}</BayesianNetworkModel>'
        rows = []
        for _ in range(25):
            known = {n: random.choice([None, f"s{random.randrange(network.states[int(n[1])])}"]) for n in names if n[0] == "n"}
            known["c0"] = random.choice([None, 0.25, 1.0, 1.5, 2.5, -0.5])
            known["c1"] = random.choice([None, 0.5, 2.0]) if known["c0"] is not None else None
            rows.append(known)
        for known, row in zip(rows, scores(document(fields, model), names, [tuple(known[n] for n in names) for known in rows])):
            sums = [0.0] * network.states[target]
            for states, p in network.joint(known):
                sums[states[target]] += p
            total = sum(sums)
            for s, p in enumerate(sums):
                expect(f"network {trial} n{target} of {known}", row[f"p{s}"], p / total if total > 0 else None)
            if total > 0 and sorted(sums)[-1] - sorted(sums)[-2] > 1e-9:
                expect(f"network {trial} n{target} of {known}", row[f"n{target}"], f"s{max(range(len(sums)), key=lambda s: sums[s])}")


def targets_of_both_kinds():
    random.seed(47)
    fields = "".join(data_field(f"n{n}", "categorical", "string") for n in range(5)) + data_field("c0") + data_field("c1")
    for trial in range(3):
        network, target = Network(), random.randrange(5)
        names = [f"n{n}" for n in range(5) if n != target]
        mining = "".join(f'<MiningField name="{n}"/>' for n in names) + f'<MiningField name="n{target}" usageType="target"/><MiningField name="c0" usageType="target"/>'
        shown = output(("mean", 'feature="predictedValue" targetField="c0"'), *((f"p{s}", f'feature="probability" targetField="n{target}" value="s{s}"') for s in range(network.states[target])))
        model = f'<BayesianNetworkModel functionName="mixed"><MiningSchema>{mining}</MiningSchema>{shown}{network.text()}</BayesianNetworkModel>'
        rows = [{n: random.choice([None, f"s{random.randrange(network.states[int(n[1])])}"]) for n in names} for _ in range(20)]
        for known, row in zip(rows, scores(document(fields, model), names, [tuple(known[n] for n in names) for known in rows])):
            everything = list(network.joint(known))
            total = sum(p for _, p in everything)
            mean = sum(p * network.mean(states) for states, p in everything) / total
            expect(f"network {trial} c0 of {known}", row["c0"], mean), expect(f"network {trial} c0 of {known}", row["mean"], mean)
            for s in range(network.states[target]):
                expect(f"network {trial} n{target} of {known}", row[f"p{s}"], sum(p for states, p in everything if states[target] == s) / total)


# ---- GaussianProcessModel

def gaussian_processes():
    random.seed(44)
    names = ["u", "v", "w"]
    for kernel, trial in itertools.product(["RadialBasisKernel", "ARDSquaredExponentialKernel", "AbsoluteExponentialKernel", "GeneralizedExponentialKernel"], range(2)):
        given = {"gamma": 1.7, "noiseVariance": 0.3} if trial else {}   # at first all defaults: 1
        lambdas = numbers(0.5, 2, 3) if trial else [1.0] * 3
        degree = random.choice([1.5, 2, 0.7]) if trial else 1
        inner = ""
        if trial and kernel[0] == "R":
            lambdas = lambdas[:1] * 3
            given["lambda"] = lambdas[0]
        elif trial:
            inner = f"<Lambda>{array(lambdas)}</Lambda>"
        if trial and kernel[0] == "G":
            given["degree"] = degree
        power = degree if kernel[0] == "G" else 1 if kernel[:2] == "Ab" else 2
        half = 2 if power == 2 and kernel[0] != "G" else 1
        gamma, noise = given.get("gamma", 1), given.get("noiseVariance", 1)
        k = lambda a, b: gamma * math.exp(-sum((abs(p - q) / l) ** power for p, q, l in zip(a, b, lambdas)) / half)
        X, y = [numbers(-2, 2, 3) for _ in range(6)], numbers(-3, 3, 6)
        instances = ("<InstanceFields>" + "".join(f'<InstanceField field="{n}" column="{n}"/>' for n in [*names, "y"]) + "</InstanceFields><InlineTable>"
                     + "".join("<row>" + "".join(f"<{n}>{c}</{n}>" for n, c in zip([*names, "y"], [*x, t])) + "</row>" for x, t in zip(X, y)) + "</InlineTable>")
        text = f'<{kernel} {" ".join(f"{n}={chr(34)}{v}{chr(34)}" for n, v in given.items())}>{inner}</{kernel}>'
        model = (f'<GaussianProcessModel functionName="regression">{schema(*names, "y")}{output(("sd", "feature=" + chr(34) + "standardDeviation" + chr(34)))}{text}'
                 f'<TrainingInstances>{instances}</TrainingInstances></GaussianProcessModel>')
        rows = [tuple(numbers(-2, 2, 3)) for _ in range(4)] + [tuple(X[0]), (1, None, 0)]
        K = [[k(a, b) + (noise if i == j else 0) for j, b in enumerate(X)] for i, a in enumerate(X)]
        alpha = solve(K, y)
        for x, row in zip(rows, scores(document("".join(map(data_field, [*names, "y"])), model), names, rows)):
            lost = None in x
            near = None if lost else [k(x, a) for a in X]
            expect(f"{kernel} {trial} of {x}", row["y"], None if lost else sum(map(float.__mul__, near, alpha)))
            expect(f"{kernel} {trial} deviation of {x}", row["sd"], None if lost else math.sqrt(gamma - sum(map(float.__mul__, near, solve(K, near))) + noise))


# ---- AnomalyDetectionModel

def anomalies():
    random.seed(45)
    inner = f'<RegressionModel functionName="regression">{schema("x")}<RegressionTable intercept="2"><NumericPredictor name="x" coefficient="1"/></RegressionTable></RegressionModel>'
    rows = [(v,) for v in (0, 3.5, -2, 100, None)]
    for algorithm, more in [("ocsvm", ""), ("other", ""), ("iforest", "2"), ("iforest", "256")]:
        size = f' sampleDataSize="{more}"' if more else ""
        model = f'<AnomalyDetectionModel functionName="regression" algorithmType="{algorithm}"{size}>{schema("y", "x")}{inner}</AnomalyDetectionModel>'
        for (x,), row in zip(rows, scores(document(data_field("y") + data_field("x"), model), ["x"], rows)):
            value = None if x is None else x + 2
            if more and value is not None:
                n = int(more)
                value = 2 ** (-value / (2 * (math.log(n - 1) + 0.5772156649015329) - 2 * (n - 1) / n))
            expect(f"{algorithm} {more} of {x}", row["y"], value)
    centers, means = [numbers(-3, 3, 2) for _ in range(4)], numbers(0.5, 2, 4)
    for measure in ("euclidean", "squaredEuclidean", "cityBlock", "chebychev"):
        clusters = "".join(f"<Cluster>{array(c)}</Cluster>" for c in centers)
        model = (f'<AnomalyDetectionModel functionName="regression" algorithmType="clusterMeanDist">{schema("y", "u", "v")}'
                 f'<ClusteringModel functionName="clustering" modelClass="centerBased" numberOfClusters="4">{schema("u", "v")}<ComparisonMeasure kind="distance"><{measure}/>'
                 f'</ComparisonMeasure><ClusteringField field="u"/><ClusteringField field="v"/>{clusters}</ClusteringModel>'
                 f'<MeanClusterDistances>{array(means)}</MeanClusterDistances></AnomalyDetectionModel>')
        rows = [tuple(numbers(-4, 4, 2)) for _ in range(10)]
        distance = {"euclidean": lambda d: math.hypot(*d), "squaredEuclidean": lambda d: sum(v * v for v in d), "cityBlock": lambda d: sum(map(abs, d)),
                    "chebychev": lambda d: max(map(abs, d))}[measure]
        for row, got in zip(rows, scores(document("".join(map(data_field, "yuv")), model), ["u", "v"], rows)):
            far = [distance([a - b for a, b in zip(row, c)]) for c in centers]
            nearest = far.index(min(far))
            expect(f"clusterMeanDist {measure} of {row}", got["y"], far[nearest] / means[nearest])


# ---- TextModel

LOCAL = {"termFrequency": lambda f, most: f, "binary": lambda f, most: float(f > 0), "logarithmic": lambda f, most: math.log10(1 + f),
         "augmentedNormalizedTermFrequency": lambda f, most: 0.5 * ((f > 0) + f / most) if most else 0.0}
GLOBAL = {"none": lambda c: 1.0, "inverseDocumentFrequency": lambda c: math.log10(len(c) / sum(f > 0 for f in c)), "GFIDF": lambda c: sum(c) / sum(f > 0 for f in c),
          "normal": lambda c: 1 / math.sqrt(sum(f * f for f in c)), "probabilisticInverse": lambda c: math.log10(sum(f == 0 for f in c) / sum(f > 0 for f in c))}


def texts():
    random.seed(46)
    terms, n = ["red", "blue", "Green", "old town", "dog"], 5
    fields = data_field("t", "categorical", "string") + data_field("y", "categorical", "string")
    kinds = itertools.product(LOCAL, GLOBAL, ["none", "cosine"], ["cosine", "euclidean"])
    for local, weight, normalization, similarity in random.sample(list(kinds), 16):
        matrix = [[random.choice([0, 0, 1, 2, 5]) for _ in terms] for _ in range(n)]
        for t in range(len(terms)):   # each term is in some document, and not in all
            matrix[t % n][t], matrix[(t + 1) % n][t] = 3, 0
            matrix[(t + 2) % n][t] = 1
        shown = output(*((f"a{d}", f'feature="affinity" value="d{d}"') for d in range(n)), ("second", 'feature="entityId" rank="2"'))
        model = (f'<TextModel functionName="classification" numberOfTerms="{len(terms)}" numberOfDocuments="{n}">{schema("t", "y")}{shown}'
                 '<TextDictionary><Array type="string">' + " ".join(f'"{t}"' if " " in t else t for t in terms) + "</Array></TextDictionary>"
                 "<TextCorpus>" + "".join(f'<TextDocument id="d{d}"/>' for d in range(n)) + "</TextCorpus><DocumentTermMatrix><Matrix>"
                 + "".join(array(r) for r in matrix) + f'</Matrix></DocumentTermMatrix><TextModelNormalization localTermWeights="{local}" globalTermWeights="{weight}" '
                 f'documentNormalization="{normalization}"/><TextModelSimiliarity similarityType="{similarity}"/></TextModel>')
        rows = [" ".join(random.choice(["red", "Blue", "green.", "old town", "old", "town", "DOG", "cat"]) for _ in range(random.randint(2, 9))) for _ in range(6)]
        globals_ = [GLOBAL[weight]([row[t] for row in matrix]) for t in range(len(terms))]
        def weighed(counts):
            v = [LOCAL[local](f, max(counts)) * g for f, g in zip(counts, globals_)]
            length = math.sqrt(sum(x * x for x in v))
            return [x / length for x in v] if normalization == "cosine" and length else v
        for text, row in zip(rows, scores(document(fields, model), ["t"], [(r,) for r in rows])):
            words = [re.sub(r"\W", "", w).lower() for w in text.split()]
            own = weighed([sum(words[i:i + len(t.split())] == t.lower().split() for i in range(len(words))) for t in terms])
            documents, length = list(map(weighed, matrix)), math.hypot(*own)
            if similarity == "cosine":
                like = [sum(a * b for a, b in zip(d, own)) / (math.hypot(*d) * length) if length else None for d in documents]
            else:
                like = [math.dist(d, own) for d in documents]
            what = f"text {local} {weight} {normalization} {similarity} of {text!r}"
            for d in range(n):
                expect(f"{what}: a{d}", row[f"a{d}"], like[d])
            if None in like:
                continue
            order = sorted(range(n), key=lambda d: -like[d] if similarity == "cosine" else like[d])
            if all(abs(like[a] - like[b]) > 1e-9 for a, b in zip(order, order[1:3])):
                expect(what, row["y"], f"d{order[0]}"), expect(what, row["second"], f"d{order[1]}")


conclude(baselines, counts, networks, targets_of_both_kinds, gaussian_processes, anomalies, texts)

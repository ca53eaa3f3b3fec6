#!/usr/bin/env python3
"""How many output values of a folder of models are bit for bit those of ONNX Runtime on one thread. By hand; needs onnx and onnxruntime.

    tests/onnx/runtime_bits.py --kiln build/kiln --models DIR --data DIR [--only GLOB] [--compiled]

Rows come from DATA/NAME/test_data_set_0/input_J.pb, as in the standard's own tests; both programs score them anew. By family of operators:
values that are equal, the largest distance of the others in units of the last place, and of integers and texts (labels, leaves,
indices) those that differ. Models that either program refuses, or whose outputs are not one row a row, are counted apart.
"""
import argparse, collections, csv, fnmatch, io, pathlib, subprocess, tempfile

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper

FAMILIES = (   # the first whose operators the model has
    ("trees", {"TreeEnsembleClassifier", "TreeEnsembleRegressor", "TreeEnsemble"}),
    ("support vector machines", {"SVMClassifier", "SVMRegressor"}),
    ("neighbours, kernels", {"Scan", "CDist"}),
    ("linear models", {"LinearClassifier", "LinearRegressor"}),
    ("products of matrices", {"MatMul", "Gemm", "Einsum"}),
    ("nets", {"Conv", "ConvTranspose", "LSTM", "GRU", "RNN", "MaxPool", "AveragePool"}),
    ("exp, log and their kin", {"Exp", "Log", "Tanh", "Sigmoid", "Softmax", "LogSoftmax", "ReduceLogSumExp", "Erf", "Pow", "Softplus", "Sin", "Cos", "Tan"}),
    ("reductions", {"ReduceSum", "ReduceMean", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceProd", "Normalizer", "LpNormalization"}),
    ("text", {"Tokenizer", "TfIdfVectorizer", "StringNormalizer"}),
    ("others", set()),
)


def inputs_of(model, folder):
    given = {t.name for t in model.graph.initializer}
    feeds = {}
    for j, value in enumerate(i for i in model.graph.input if i.name not in given):
        tensor = onnx.TensorProto.FromString((folder / f"input_{j}.pb").read_bytes())
        feeds[value.name] = numpy_helper.to_array(tensor)
    return feeds


def columns_of(name, array):
    """One column an element of a row: X, or X[0], X[1,2] ..."""
    rows = len(array)
    if array.size == rows:
        return {name: array.reshape(rows)}
    return {f"{name}[{','.join(map(str, at))}]": array[(slice(None), *at)] for at in np.ndindex(*array.shape[1:])}


def text(value):
    if isinstance(value, bytes):
        return value.decode()
    return repr(value.item()) if isinstance(value, np.generic) and value.dtype.kind == "f" else str(value)


def kiln_rows(kiln, model, feeds, folder, compiled, flags=()):
    columns = {}
    for name, array in feeds.items():
        columns.update(columns_of(name, array))
    table = folder / "rows.csv"
    with open(table, "w", newline="") as f:
        writer = csv.writer(f)
        writer.writerow(columns)
        writer.writerows([text(v) for v in row] for row in zip(*columns.values()))
    source = [model, "--interpret", *flags]
    if compiled:
        subprocess.run([kiln, "compile", model, *flags, "-o", folder / "scorer.so"], check=True, capture_output=True)
        source = [folder / "scorer.so"]
    done = subprocess.run([kiln, "score", *source, "-i", table], check=True, capture_output=True, text=True)
    return list(csv.DictReader(io.StringIO(done.stdout)))


def expected_columns(name, value):
    if isinstance(value, list):   # of ZipMap: a map a row
        if not value or not isinstance(value[0], dict):
            raise ValueError("a sequence")
        return {f"{name}[{key}]": np.array([row[key] for row in value], np.float32) for key in value[0]}
    return columns_of(name, value)


def order(array):
    """Floats as integers whose difference is the distance in units of the last place."""
    kind = np.int32 if array.dtype == np.float32 else np.int64
    bits = array.view(kind)
    return np.where(bits < 0, np.iinfo(kind).min - bits, bits).astype(object)


class Tally:
    def __init__(self):
        self.models = self.values = self.equal = self.labels = self.wrong = 0
        self.ulp = collections.Counter()

    def add(self, expected, actual):
        if expected.dtype.kind != "f":
            self.labels += len(expected)
            self.wrong += sum(text(e) != a and not (expected.dtype.kind == "b" and str(e).lower() == a) for e, a in zip(expected, actual))
            return
        if expected.dtype == np.float16:
            expected = expected.astype(np.float32)
        got = np.array([float(a or "nan") for a in actual]).astype(expected.dtype)
        same = (expected == got) | (np.isnan(expected) & np.isnan(got))
        self.values += len(same)
        self.equal += int(same.sum())
        finite = ~same & np.isfinite(expected) & np.isfinite(got)
        for d in np.abs(order(expected[finite]) - order(got[finite])):
            self.ulp[int(d)] += 1

    def line(self):
        far = sum(n for d, n in self.ulp.items() if d > 4)
        share = 100 * self.equal / max(1, self.values)
        return f"{self.models:7}{self.values:9}{share:9.2f} %{far:9}{max(self.ulp, default=0):12}{self.labels:9}{self.wrong:7}"


def main():
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("--kiln", default="build/kiln")
    parse.add_argument("--models", type=pathlib.Path, required=True)
    parse.add_argument("--data", type=pathlib.Path, required=True)
    parse.add_argument("--only", default="*")
    parse.add_argument("--compiled", action="store_true")
    parse.add_argument("--verbose", action="store_true", help="print models with values further than 4 units, or labels that differ")
    a = parse.parse_args()
    onnxruntime.set_default_logger_severity(4)
    session = onnxruntime.SessionOptions()
    session.intra_op_num_threads = 1
    tallies, left = collections.defaultdict(Tally), collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted(a.models.glob("*.onnx")):
            data = a.data / path.stem / "test_data_set_0"
            if not fnmatch.fnmatch(path.stem, a.only) or not data.is_dir():
                continue
            try:
                model = onnx.load(path)
                feeds = inputs_of(model, data)
                results = onnxruntime.InferenceSession(path, session, providers=["CPUExecutionProvider"]).run(None, feeds)
            except Exception:
                left["not run by ONNX Runtime"] += 1
                continue
            try:
                rows = kiln_rows(a.kiln, path, feeds, pathlib.Path(folder), a.compiled)
                expected = {}
                for output, value in zip(model.graph.output, results):
                    expected.update(expected_columns(output.name, value))
                if any(len(e) != len(rows) for e in expected.values()) or not set(expected) <= set(rows[0]):
                    raise ValueError("other rows or columns")
            except Exception:
                left["refused, or not one row a row"] += 1
                continue
            operators = {node.op_type for node in model.graph.node}
            family = next(name for name, has in FAMILIES if not has or has & operators)
            one = Tally()
            for tally in (tallies[family], tallies["all"], one):
                tally.models += 1
                for name, values in expected.items():
                    tally.add(values, [row[name] for row in rows])
            if a.verbose and (one.wrong or max(one.ulp, default=0) > 4):
                print(f"{path.stem:60}{one.line()}")
    print(f"{'family':26}{'models':>7}{'values':>9}{'equal':>11}{'>4 ulp':>9}{'max ulp':>12}{'labels':>9}{'other':>7}")
    for family in [name for name, _ in FAMILIES] + ["all"]:
        if family in tallies:
            print(f"{family:26}{tallies[family].line()}")
    for why, count in left.items():
        print(f"{count} models {why}")


if __name__ == "__main__":
    main()

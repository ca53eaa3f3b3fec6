"""What runtime_bits.py and library_distance.py share: rows of a model's data set, Kiln's scores of them, sums by family of operators."""
import collections, csv, fnmatch, io, pathlib, subprocess, tempfile

import numpy as np
import onnx
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


class Families:
    """Sums of type Sums (add, line, models) by family and of all models; how many were left out, and why."""

    def __init__(self, Sums):
        self.Sums, self.sums, self.left = Sums, collections.defaultdict(Sums), collections.Counter()

    def add(self, model, pairs):
        """The sums of this model alone, of pairs of expected and actual columns."""
        operators = {node.op_type for node in model.graph.node}
        family = next(name for name, has in FAMILIES if not has or has & operators)
        one = self.Sums()
        for sums in (self.sums[family], self.sums["all"], one):
            sums.models += 1
            for expected, actual in pairs:
                sums.add(expected, actual)
        return one

    def report(self, header):
        print(f"{'family':26}{header}")
        for family in [name for name, _ in FAMILIES] + ["all"]:
            if family in self.sums:
                print(f"{family:26}{self.sums[family].line()}")
        for why, count in self.left.items():
            print(f"{count} models {why}")


def add_arguments(parse):
    parse.add_argument("--kiln", default="build/kiln")
    parse.add_argument("--models", type=pathlib.Path, required=True)
    parse.add_argument("--data", type=pathlib.Path, required=True)
    parse.add_argument("--only", default="*")


def models_with(a, files):
    """(path, data set, folder for what is written) of the models that have such files."""
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted(a.models.glob("*.onnx")):
            data = a.data / path.stem / "test_data_set_0"
            if fnmatch.fnmatch(path.stem, a.only) and any(data.glob(files)):
                yield path, data, pathlib.Path(folder)

#!/usr/bin/env python3
"""How far scores of a folder of models are from what the library that trained them predicts, which no exporter keeps in full: floats for
doubles, other formulas, faults. By hand; needs onnx and onnxruntime (as runtime_bits.py, whose files it reads).

    tests/onnx/library_distance.py --kiln build/kiln --models DIR --data DIR [--only GLOB] [--precision double] [--verbose]

The library's predictions are DATA/NAME/test_data_set_0/library_output_J.pb, of the rows of input_J.pb. By family of operators: numbers that are
within 1e-6 and 1e-4 of max(1, |prediction|), the largest distance but for rows that take another way through a tree (further than 1e-2), those, and
labels that differ.
"""
import argparse, collections, fnmatch, pathlib, sys, tempfile

import numpy as np
import onnx
from onnx import numpy_helper

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from runtime_bits import FAMILIES, columns_of, inputs_of, kiln_rows, text

FAR = 1e-2


class Distances:
    def __init__(self):
        self.models = self.labels = self.wrong = 0
        self.all = np.array([])

    def add(self, predicted, actual):
        if predicted.dtype.kind == "f" and all(number(a) is not None for a in actual):
            got = np.array([number(a) for a in actual])
            same = (predicted == got) | (np.isnan(predicted) & np.isnan(got))
            distance = np.where(same, 0, np.abs(predicted - got) / np.maximum(1, np.abs(predicted)))
            self.all = np.append(self.all, np.where(np.isnan(distance), np.inf, distance))
        else:
            self.labels += len(actual)
            self.wrong += sum(text(p).removesuffix(".0").lower() != a.removesuffix(".0").lower() for p, a in zip(predicted, actual))

    def line(self):
        near = self.all[self.all <= FAR]
        share = lambda limit: 100 * (self.all <= limit).sum() / max(1, len(self.all))
        return (f"{self.models:7}{len(self.all):9}{share(1e-6):9.2f} %{share(1e-4):9.2f} %{near.max(initial=0):11.1e}"
                f"{(self.all > FAR).sum():9}{self.labels:9}{self.wrong:7}")


def number(cell):
    try:
        return float(cell or "nan")
    except ValueError:
        return None


def predictions(model, data, row):
    """(column, predictions) of the outputs that the library has."""
    for j, output in enumerate(model.graph.output):
        path = data / f"library_output_{j}.pb"
        if not path.exists():
            continue
        columns = columns_of(output.name, numpy_helper.to_array(onnx.TensorProto.FromString(path.read_bytes())))
        if not set(columns) <= set(row):   # of ZipMap: the classes in their order
            named = [name for name in row if name.startswith(output.name + "[")]
            columns = dict(zip(named, columns.values())) if len(named) == len(columns) else {}
        yield from columns.items()


def main():
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("--kiln", default="build/kiln")
    parse.add_argument("--models", type=pathlib.Path, required=True)
    parse.add_argument("--data", type=pathlib.Path, required=True)
    parse.add_argument("--only", default="*")
    parse.add_argument("--precision", default="default", choices=["default", "double"])
    parse.add_argument("--verbose", action="store_true", help="print models with other labels, or far numbers")
    a = parse.parse_args()
    families, left = collections.defaultdict(Distances), collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted(a.models.glob("*.onnx")):
            data = a.data / path.stem / "test_data_set_0"
            if not fnmatch.fnmatch(path.stem, a.only) or not list(data.glob("library_output_*.pb")):
                continue
            model = onnx.load(path)
            try:
                rows = kiln_rows(a.kiln, path, inputs_of(model, data), pathlib.Path(folder), False, ["--precision", a.precision])
                found = [(name, values) for name, values in predictions(model, data, rows[0]) if len(values) == len(rows)]
            except Exception:   # refused by kiln, or files that are no tensors
                found = []
            if not found:
                left["refused, or not one row a row"] += 1
                continue
            operators = {node.op_type for node in model.graph.node}
            family = next(name for name, has in FAMILIES if not has or has & operators)
            one = Distances()
            for sums in (families[family], families["all"], one):
                sums.models += 1
                for name, values in found:
                    sums.add(values, [row[name] for row in rows])
            if a.verbose and (one.wrong or (one.all > FAR).any()):
                print(f"{path.stem:60}{one.line()}")
    print(f"{'family':26}{'models':>7}{'numbers':>9}{'to 1e-6':>11}{'to 1e-4':>11}{'most':>11}{'far':>9}{'labels':>9}{'other':>7}")
    for family in [name for name, _ in FAMILIES] + ["all"]:
        if family in families:
            print(f"{family:26}{families[family].line()}")
    for why, count in left.items():
        print(f"{count} models {why}")


if __name__ == "__main__":
    main()

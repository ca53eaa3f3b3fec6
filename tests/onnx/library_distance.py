#!/usr/bin/env python3
"""How far scores of a folder of models are from what the library that trained them predicts, which no exporter keeps in full: floats for
doubles, other formulas, faults. By hand; needs onnx and onnxruntime (as runtime_bits.py, of the same files).

    tests/onnx/library_distance.py --kiln build/kiln --models DIR --data DIR [--only GLOB] [--precision double] [--verbose]

The library's predictions are DATA/NAME/test_data_set_0/library_output_J.pb, of the rows of input_J.pb. By family of operators: numbers that are
within 1e-6 and 1e-4 of max(1, |prediction|), the largest distance but for rows that take another way through a tree (further than 1e-2), those, and
labels that differ.
"""
import argparse

import numpy as np
import onnx
from onnx import numpy_helper

from by_family import Families, add_arguments, columns_of, inputs_of, kiln_rows, models_with, text

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
    add_arguments(parse)
    parse.add_argument("--precision", default="default", choices=["default", "double"])
    parse.add_argument("--verbose", action="store_true", help="print models with other labels, or far numbers")
    a = parse.parse_args()
    families = Families(Distances)
    for path, data, folder in models_with(a, "library_output_*.pb"):
        model = onnx.load(path)
        try:
            rows = kiln_rows(a.kiln, path, inputs_of(model, data), folder, False, ["--precision", a.precision])
            pairs = [(values, [row[name] for row in rows]) for name, values in predictions(model, data, rows[0]) if len(values) == len(rows)]
        except Exception:   # refused by kiln, or files that are no tensors
            pairs = []
        if not pairs:
            families.left["refused, or not one row a row"] += 1
            continue
        one = families.add(model, pairs)
        if a.verbose and (one.wrong or (one.all > FAR).any()):
            print(f"{path.stem:60}{one.line()}")
    families.report(f"{'models':>7}{'numbers':>9}{'to 1e-6':>11}{'to 1e-4':>11}{'most':>11}{'far':>9}{'labels':>9}{'other':>7}")


if __name__ == "__main__":
    main()

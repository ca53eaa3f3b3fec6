#!/usr/bin/env python3
"""How many output values of a folder of models are bit for bit those of ONNX Runtime on one thread. By hand; needs onnx and onnxruntime.

    tests/onnx/runtime_bits.py --kiln build/kiln --models DIR --data DIR [--only GLOB] [--compiled]

Rows come from DATA/NAME/test_data_set_0/input_J.pb, as in the standard's own tests; both programs score them anew. By family of operators:
values that are equal, the largest distance of the others in units of the last place, and of integers and texts (labels, leaves,
indices) those that differ. Models that either program refuses, or whose outputs are not one row a row, are counted apart.
"""
import argparse, collections

import numpy as np
import onnx
import onnxruntime

from by_family import Families, add_arguments, columns_of, inputs_of, kiln_rows, models_with, text


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
    add_arguments(parse)
    parse.add_argument("--compiled", action="store_true")
    parse.add_argument("--verbose", action="store_true", help="print models with values further than 4 units, or labels that differ")
    a = parse.parse_args()
    onnxruntime.set_default_logger_severity(4)
    session = onnxruntime.SessionOptions()
    session.intra_op_num_threads = 1
    families = Families(Tally)
    for path, data, folder in models_with(a, "*"):
        try:
            model = onnx.load(path)
            feeds = inputs_of(model, data)
            results = onnxruntime.InferenceSession(path, session, providers=["CPUExecutionProvider"]).run(None, feeds)
        except Exception:
            families.left["not run by ONNX Runtime"] += 1
            continue
        try:
            rows = kiln_rows(a.kiln, path, feeds, folder, a.compiled)
            expected = {}
            for output, value in zip(model.graph.output, results):
                expected.update(expected_columns(output.name, value))
            if any(len(e) != len(rows) for e in expected.values()) or not set(expected) <= set(rows[0]):
                raise ValueError("other rows or columns")
        except Exception:
            families.left["refused, or not one row a row"] += 1
            continue
        one = families.add(model, [(values, [row[name] for row in rows]) for name, values in expected.items()])
        if a.verbose and (one.wrong or max(one.ulp, default=0) > 4):
            print(f"{path.stem:60}{one.line()}")
    families.report(f"{'models':>7}{'values':>9}{'equal':>11}{'>4 ulp':>9}{'max ulp':>12}{'labels':>9}{'other':>7}")


if __name__ == "__main__":
    main()

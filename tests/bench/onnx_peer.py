#!/usr/bin/env python3
"""Kiln beside ONNX Runtime (its C API, one thread): microseconds a row, one row and batch; compile time and size of the scorers.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install onnx onnxruntime
    /tmp/venv/bin/python tests/bench/onnx_peer.py MODELS [--data DATA] [--build build] [--only GLOBS] [--rows 4096]

MODELS: a folder of .onnx files. DATA/NAME/test_data_set_0/input_K.pb holds rows for NAME.onnx (default: MODELS/../data); they are
repeated up to --rows. Models with map or sequence inputs, or a batch that Kiln refuses, are listed and left out.
"""
import argparse
import csv
import fnmatch
import itertools
import math
import pathlib
import statistics
import tempfile
import typing

import numpy
import onnx
import onnxruntime

import measure
from pmml_peers import figure

LIBRARY = next((pathlib.Path(onnxruntime.__file__).parent / "capi").glob("libonnxruntime.so.*"))


class Skipped(Exception):
    pass


def tensors_of(model, folder):
    """Name and rows of each input, from a test data set."""
    initialized = {i.name for i in model.graph.initializer}
    inputs = [i for i in model.graph.input if i.name not in initialized]
    found = []
    for k, value in enumerate(inputs):
        if not value.type.HasField("tensor_type"):
            raise Skipped("an input is no tensor")
        file = folder / "test_data_set_0" / f"input_{k}.pb"
        if not file.exists():
            raise Skipped("no rows")
        array = onnx.numpy_helper.to_array(onnx.TensorProto.FromString(file.read_bytes()))
        dims = value.type.tensor_type.shape.dim
        if array.ndim == 0 or array.shape[0] == 0 or (dims and dims[0].HasField("dim_value") and dims[0].dim_value != 1):
            raise Skipped("its first dimension is no batch")
        found.append((value.name, value.type.tensor_type.elem_type, array))
    if not found or len({a.shape[0] for _, _, a in found}) != 1:
        raise Skipped("inputs of different lengths")
    return found


def columns_of(name, shape):
    if not shape or all(d == 1 for d in shape):
        return [name]
    if len(shape) == 1:
        return [f"{name}[{i}]" for i in range(shape[0])]
    return [f"{name}[{','.join(map(str, at))}]" for at in itertools.product(*map(range, shape))]


def write_rows(tensors, rows, scratch):
    """The same rows as a table for Kiln and as raw elements for ONNX Runtime."""
    header, columns, lines = [], [], []
    for k, (name, kind, array) in enumerate(tensors):
        array = numpy.concatenate([array] * (rows // array.shape[0] + 1))[:rows]
        flat = array.reshape(rows, -1)
        header += columns_of(name, array.shape[1:])
        raw = scratch / f"input_{k}.bin"
        if kind == onnx.TensorProto.STRING:
            flat = numpy.array([[v.decode() if isinstance(v, bytes) else str(v) for v in row] for row in flat], dtype=object)
            raw.write_bytes(b"".join(v.encode() + b"\0" for v in flat.ravel()))
        else:
            array.tofile(raw)
            if kind == onnx.TensorProto.BOOL:   # 0 and 1 in any table and matrix
                flat = flat.astype(numpy.int8)
        columns.append(flat)
        lines.append(f"{name}\t{kind}\t{0 if kind == onnx.TensorProto.STRING else array.itemsize}\t{','.join(map(str, array.shape[1:]))}\t{raw}\n")
    (scratch / "inputs.tsv").write_text("".join(lines))
    with open(scratch / "rows.csv", "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(header)
        for r in range(rows):
            out.writerow([("" if v != v else repr(v.item())) if isinstance(v, numpy.floating) else v for flat in columns for v in flat[r]])


def one_model(path, options, scratch):
    model = onnx.load(path)
    write_rows(tensors_of(model, options.data / path.stem), options.rows, scratch)
    for node in model.graph.node:   # a locale that need not be installed
        if node.op_type == "StringNormalizer" and not any(a.name == "locale" for a in node.attribute):
            node.attribute.append(onnx.helper.make_attribute("locale", "C"))
    onnx.save(model, scratch / "model.onnx")
    so = scratch / "model.so"
    one_tier = measure.run([options.build / "kiln", "compile", path, "-o", so, "--cpu", "native"])
    if one_tier.code != 0:
        raise Skipped("refused: " + next((line for line in one_tier.output.splitlines() if "error" in line), "")[-90:])
    if not options.one_tier:
        measure.must(measure.run([options.build / "kiln", "compile", path, "-o", so]), path.name)
    bench = options.build / "tests" / "bench"
    ours = measure.must(measure.run([bench / "score_speed", so, scratch / "rows.csv", options.rows, options.seconds]), path.name)
    theirs = measure.run([bench / "ort_speed", LIBRARY, scratch / "model.onnx", scratch / "inputs.tsv", options.rows, options.seconds])
    if theirs.code != 0:
        raise Skipped("ONNX Runtime: " + theirs.output.strip()[:90])
    return Timed(path.stem, figure(theirs, "one_row"), figure(ours, "one_row"), figure(theirs, "batch"), figure(ours, "batch"), one_tier.seconds, so.stat().st_size)


class Timed(typing.NamedTuple):
    name: str
    their_one: float
    our_one: float
    their_batch: float   # 0: no batch
    our_batch: float
    compile_seconds: float
    size: int

    def one(self):
        return self.their_one / self.our_one

    def batch(self):
        return self.their_batch / self.our_batch if self.their_batch and self.our_batch else None

    def cells(self):
        batch = f"{self.batch():.2f}x" if self.batch() else "-"
        return [self.name, f"{self.their_one:.3f}", f"{self.our_one:.4f}", f"{self.one():.2f}x", f"{self.their_batch:.4f}", f"{self.our_batch:.4f}", batch,
                f"{self.compile_seconds * 1e3:.0f}", f"{self.size / 1e3:.0f}"]


def summary(results):
    """By family (the first word of a name), and of all: how many times faster, and how often slower."""
    families = {}
    for r in results:
        families.setdefault(r.name.split("_")[0], []).append(r)
    rows = []
    for family, members in [*sorted(families.items()), ("all", results)]:
        row = [family, str(len(members))]
        for ratios in ([r.one() for r in members], [r.batch() for r in members if r.batch()]):
            row += [f"{measure.geometric_mean(ratios):.1f}x", f"{min(ratios, default=math.nan):.2f}x", str(sum(x < 1 for x in ratios))]
        rows.append(row)
    print()
    measure.table(rows, ["family", "models", "one row", "least", "below 1", "batch", "least", "below 1"])


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("models", type=pathlib.Path)
    arguments.add_argument("--data", type=pathlib.Path)
    arguments.add_argument("--build", default="build", type=pathlib.Path)
    arguments.add_argument("--only", default="*", help="models whose name has this form; several separated by commas")
    arguments.add_argument("--rows", default=4096, type=int)
    arguments.add_argument("--seconds", default=0.5, type=float, help="how long each figure is timed, at least")
    arguments.add_argument("--one-tier", action="store_true", help="compile for this processor only")
    arguments.add_argument("--lines", type=pathlib.Path, help="a file to which each model's figures are added when they are known, tab-separated")
    options = arguments.parse_args()
    options.data = options.data or options.models.parent / "data"
    results, skipped = [], []
    for path in sorted(options.models.glob("*.onnx")):
        if not any(fnmatch.fnmatch(path.stem, form) for form in options.only.split(",")):
            continue
        with tempfile.TemporaryDirectory() as scratch:
            try:
                results.append(one_model(path, options, pathlib.Path(scratch)))
                line = results[-1].cells()
            except Skipped as why:
                skipped.append((path.stem, str(why)))
                line = ["left out", *skipped[-1]]
        if options.lines:
            with open(options.lines, "a", encoding="utf-8") as file:
                file.write("\t".join(line) + "\n")
    measure.table([r.cells() for r in results], ["us a row", "ORT one", "Kiln one", "", "ORT batch", "Kiln batch", "", "compile ms",
                                                 "kB" if options.one_tier else "kB, all tiers"])
    for name, why in skipped:
        print(f"left out: {name}: {why}")
    if results:
        summary(results)
        print(f"compile, one tier: median {statistics.median(r.compile_seconds for r in results) * 1e3:.0f} ms, most {max(r.compile_seconds for r in results):.2f} s; "
              f"scorer: median {statistics.median(r.size for r in results) / 1e3:.0f} kB")


if __name__ == "__main__":
    main()

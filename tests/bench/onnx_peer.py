#!/usr/bin/env python3
"""Kiln beside ONNX Runtime (its C API, one thread): microseconds a row, one row and batch; compile time and size of the scorers.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install onnx onnxruntime
    /tmp/venv/bin/python tests/bench/onnx_peer.py MODELS [--data DATA] [--build build] [--only GLOB] [--rows 4096]

MODELS: a folder of .onnx files. DATA/NAME/test_data_set_0/input_K.pb holds rows for NAME.onnx (default: MODELS/../data); they are
repeated up to --rows. Models with map or sequence inputs, or a batch that Kiln refuses, are listed and left out.
"""
import argparse
import csv
import fnmatch
import itertools
import pathlib
import statistics
import tempfile

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
    measure.must(measure.run([options.build / "kiln", "compile", path, "-o", so]), path.name)
    bench = options.build / "tests" / "bench"
    ours = measure.must(measure.run([bench / "score_speed", so, scratch / "rows.csv", options.rows]), path.name)
    theirs = measure.run([bench / "ort_speed", LIBRARY, scratch / "model.onnx", scratch / "inputs.tsv", options.rows])
    if theirs.code != 0:
        raise Skipped("ONNX Runtime: " + theirs.output.strip()[:90])
    return [path.stem, figure(theirs, "one_row"), figure(ours, "one_row"), figure(theirs, "batch"), figure(ours, "batch"), one_tier.seconds, so.stat().st_size]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("models", type=pathlib.Path)
    arguments.add_argument("--data", type=pathlib.Path)
    arguments.add_argument("--build", default="build", type=pathlib.Path)
    arguments.add_argument("--only", default="*")
    arguments.add_argument("--rows", default=4096, type=int)
    options = arguments.parse_args()
    options.data = options.data or options.models.parent / "data"
    results, skipped = [], []
    for path in sorted(options.models.glob("*.onnx")):
        if not fnmatch.fnmatch(path.stem, options.only):
            continue
        with tempfile.TemporaryDirectory() as scratch:
            try:
                results.append(one_model(path, options, pathlib.Path(scratch)))
            except Skipped as why:
                skipped.append((path.stem, str(why)))
    rows = []
    for name, their_one, our_one, their_batch, our_batch, seconds, size in results:
        batch = f"{their_batch / our_batch:.1f}x" if their_batch and our_batch else "-"
        rows.append([name, f"{their_one:.3f}", f"{our_one:.4f}", f"{their_one / our_one:.1f}x", f"{their_batch:.4f}", f"{our_batch:.4f}", batch,
                     f"{seconds * 1e3:.0f}", f"{size / 1e3:.0f}"])
    measure.table(rows, ["us a row", "ORT one", "Kiln one", "", "ORT batch", "Kiln batch", "", "compile ms", "kB, all tiers"])
    for name, why in skipped:
        print(f"left out: {name}: {why}")
    if results:
        ones = [r[1] / r[2] for r in results]
        batches = [r[3] / r[4] for r in results if r[3] and r[4]]
        print(f"{len(results)} models; one row: geometric mean {measure.geometric_mean(ones):.1f}x, least {min(ones):.2f}x; "
              f"batch: {measure.geometric_mean(batches):.1f}x, least {min(batches, default=float('nan')):.2f}x of {len(batches)}")
        print(f"compile, one tier: median {statistics.median(r[5] for r in results) * 1e3:.0f} ms, most {max(r[5] for r in results):.2f} s; "
              f"scorer, all tiers: median {statistics.median(r[6] for r in results) / 1e3:.0f} kB")


if __name__ == "__main__":
    main()

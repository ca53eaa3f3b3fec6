#!/usr/bin/env python3
"""Runs the node tests of the ONNX standard (Debian package libonnx-testdata) through kiln.

    tests/onnx/backend_nodes.py --kiln build/kiln [--data DIR] [--only GLOB] [--compiled] [--verbose]

Each test is a model of one node, its inputs and the outputs that the standard expects. A test passes, is refused with a reason, or
fails: a wrong value, or an error that is no refusal. Where parameters such as axes are inputs, which kiln asks to be constants, they
are made so. Exit code 1 if any fails; 77 where the package is not installed. Models are
evaluated by the reference evaluator, with --compiled by the code that is generated for them.
"""
import argparse
import collections
import concurrent.futures
import csv
import fnmatch
import io
import math
import os
import struct
import subprocess
import sys
import tempfile

DATA = "/usr/share/libonnx-testdata/data/node"
REL, ABS = 1e-3, 1e-7   # the tolerances of the standard's own runner
FORMATS = {1: "f", 2: "B", 3: "b", 4: "H", 5: "h", 6: "i", 7: "q", 9: "?", 10: "e", 11: "d", 12: "I", 13: "Q"}


# Where kiln does what ONNX Runtime does, not what the standard's data says.
DEPARTURES = {
    "test_resize_downsample_scales_*_align_corners": "departs: ONNX Runtime divides by the whole number of elements of the result, the data by the exact one",
    "test_cast*_FLOAT_to_STRING*": "departs: ONNX Runtime writes a float with 8 digits, the data has the shortest that reads back",
}


# ---- protobuf, as far as TensorProto and ModelProto need it
def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def fields(data):
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 0:
            value, at = varint(data, at)
        else:
            size = {1: 8, 5: 4}.get(key & 7)
            if size is None:
                size, at = varint(data, at)
            value = data[at:at + size]
            at += size
        yield key >> 3, key & 7, value


def integers(data, number):
    found = []
    for field, wire, value in fields(data):
        if field != number:
            continue
        if wire == 0:
            found.append(value)
        else:
            at = 0
            while at < len(value):
                one, at = varint(value, at)
                found.append(one)
    return [v - (1 << 64) if v >> 63 else v for v in found]


def messages(data, number):
    return [value for field, wire, value in fields(data) if field == number and wire == 2]


class Tensor:
    """Elements of a TensorProto, row-major, as Python values; None if it is of a type that is not read here."""

    def __init__(self, data):
        self.dims = integers(data, 1)
        self.type = (integers(data, 2) or [0])[0]
        raw = messages(data, 9)
        if self.type == 8:
            self.values = [v.decode("utf-8", "replace") for v in messages(data, 6)]
        elif self.type in FORMATS and raw:
            size = struct.calcsize(FORMATS[self.type])
            self.values = list(struct.unpack("<%d%s" % (len(raw[0]) // size, FORMATS[self.type]), raw[0]))
        elif self.type == 1:
            packed = b"".join(v for f, w, v in fields(data) if f == 4)
            self.values = list(struct.unpack("<%df" % (len(packed) // 4), packed))
        elif self.type == 11:
            packed = b"".join(v for f, w, v in fields(data) if f == 10)
            self.values = list(struct.unpack("<%dd" % (len(packed) // 8), packed))
        elif self.type in FORMATS:
            self.values = integers(data, {7: 7, 12: 11, 13: 11}.get(self.type, 5))
            if self.type == 10:
                self.values = [struct.unpack("<e", struct.pack("<H", v))[0] for v in self.values]
        else:
            self.values = None


def value_infos(model, number):
    """Names of the graph's inputs (11) or outputs (12), and whether they are tensors that are read here (bfloat16 has no data type)."""
    graph, found = messages(model, 7)[0], []
    for value in messages(graph, number):
        types = messages(messages(value, 2)[0], 1)
        found.append((messages(value, 1)[0].decode(), bool(types) and integers(types[0], 1) != [16]))
    return found


def read(path):
    with open(path, "rb") as file:
        return file.read()


def spell(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else str(value)


# ---- one test
class Failed(Exception):
    pass


class Refused(Exception):
    pass


def kiln(args, *command):
    run = subprocess.run([args.kiln, *command], capture_output=True, text=True, timeout=120)
    if run.returncode in (4, 5):   # unsupported, or over a limit
        raise Refused(next((line.split("error: ", 1)[1] for line in run.stderr.splitlines() if "error: " in line), run.stderr.strip()))
    if run.returncode != 0:
        raise Failed("exit code %d: %s" % (run.returncode, run.stderr.strip().split("\n")[0]))
    return run.stdout


def equal(expected, found):
    if isinstance(expected, str):
        return expected == found
    if isinstance(expected, bool):
        return found in ("true", "1") if expected else found in ("false", "0")
    try:
        value = float(found)
    except ValueError:
        return False
    if isinstance(expected, int):
        return value == expected
    if math.isnan(expected) or math.isinf(expected):
        return (math.isnan(expected) and math.isnan(value)) or value == expected
    return abs(value - expected) <= ABS + REL * abs(expected)


def columns(names, tensors):
    """The columns of each tensor: consecutive ones of the schema, by name."""
    found, at = [], 0
    for name, tensor in tensors:
        count = len(tensor.values)
        found.append(names[at:at + count])
        if any(column != name and not column.startswith(name + "[") for column in found[-1]) or len(found[-1]) != count:
            raise Failed("columns %s for '%s' of %d elements" % (names[at:at + count][:4], name, count))
        at += count
    return found


def length(data):
    size, head = len(data), b""
    while size > 127:
        head, size = head + bytes([size & 127 | 128]), size >> 7
    return head + bytes([size]) + data


def frozen(model, folder, kept):
    """The model with all inputs but the first `kept` as initializers, of the first data set."""
    graph, names = messages(model, 7)[0], value_infos(model, 11)
    for i, (name, is_tensor) in enumerate(names[kept:], kept):
        path = os.path.join(folder, "test_data_set_0", "input_%d.pb" % i)
        if is_tensor and os.path.exists(path):
            tensor = read(path)
            if name.encode() not in messages(tensor, 8):
                tensor += b"\x42" + length(name.encode())
            graph += b"\x2a" + length(tensor)
    rest = b""
    for field, wire, value in fields(model):
        if field == 7:
            continue
        rest += bytes([field << 3 | wire]) + (varint_bytes(value) if wire == 0 else length(value))
    return rest + b"\x3a" + length(graph)


def varint_bytes(value):
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def run_test(args, folder, work, kept=None):
    model_path = os.path.join(folder, "model.onnx")
    model = read(model_path)
    if kept is not None:
        model = frozen(model, folder, kept)
        model_path = os.path.join(work, "model.onnx")
        with open(model_path, "wb") as file:
            file.write(model)
    scorer = model_path
    if args.compiled:
        scorer = os.path.join(work, "model.so")
        kiln(args, "compile", model_path, "-o", scorer)
    for data_set in sorted(d for d in os.listdir(folder) if d.startswith("test_data_set")):
        base = os.path.join(folder, data_set)
        tensors = {}
        for kind, number in (("input", 11), ("output", 12)):
            tensors[kind] = []
            for i, (name, is_tensor) in enumerate(value_infos(model, number)):
                path = os.path.join(base, "%s_%d.pb" % (kind, i))
                if not os.path.exists(path):
                    continue
                tensor = Tensor(read(path)) if is_tensor else None
                if tensor is None or tensor.values is None:
                    raise Refused("the runner reads no such %s" % kind)
                tensors[kind].append((name, tensor))
        header, cells = [], []
        for name, tensor in tensors["input"][:kept]:
            header += names_of(name, tensor.dims, args.unit(model))
            cells += [spell(v) for v in tensor.values]
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(header + ["row"]), writer.writerow(cells + ["1"])
        in_path = os.path.join(work, "in.csv")
        with open(in_path, "w") as file:
            file.write(text.getvalue())
        out = kiln(args, "score", scorer, *([] if args.compiled else ["--interpret"]), "-i", in_path, "--status-column", "kiln_status")
        rows = list(csv.reader(io.StringIO(out)))
        if len(rows) != 2 or rows[1][-1] != "ok":
            raise Failed("no result: %s" % (rows[1][-1] if len(rows) == 2 else rows))
        for (name, tensor), names in zip(tensors["output"], columns(rows[0], tensors["output"])):
            at = rows[0].index(names[0]) if names else 0
            for i, expected in enumerate(tensor.values):
                found = rows[1][at + i]
                if not equal(expected, found):
                    raise Failed("%s is %s, expected %s" % (names[i], found, spell(expected)))


def names_of(name, dims, unit):
    dims = dims[1:] if unit and dims else dims
    count = math.prod(dims)
    if count == 1:
        return [name]
    names = []
    for e in range(count):
        index = []
        for d in reversed(dims):
            index.insert(0, e % d)
            e //= d
        names.append("%s[%s]" % (name, ",".join(map(str, index))))
    return names


def is_unit(model):
    """Whether all leading dimensions of the inputs are 1: then they are the batch, and no part of the columns' names."""
    graph, leading = messages(model, 7)[0], []
    initialized = {messages(t, 8)[0] for t in messages(graph, 5)}
    for value in messages(graph, 11):
        types = messages(messages(value, 2)[0], 1)
        shape = messages(types[0], 2) if types else []
        if messages(value, 1)[0] not in initialized and shape and messages(shape[0], 1):
            leading.append((integers(messages(shape[0], 1)[0], 1) or [0])[0])
    return bool(leading) and all(d == 1 for d in leading)


def outcome_of(args, name):
    folder = os.path.join(args.data, name)
    with tempfile.TemporaryDirectory() as work:
        try:
            try:
                run_test(args, folder, work)
            except Refused as refusal:
                if "computed from the row" not in str(refusal):
                    raise
                run_test(args, folder, work, kept=0 if "input 0" in str(refusal) else 1)
            return "passed", ""
        except (Refused, Failed) as trouble:
            for pattern, why in DEPARTURES.items():
                if fnmatch.fnmatch(name, pattern):
                    return "refused", why
            return "failed" if isinstance(trouble, Failed) else "refused", str(trouble)
        except subprocess.TimeoutExpired as failure:
            return "failed", str(failure)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kiln", default="build/kiln")
    parser.add_argument("--data", default=DATA)
    parser.add_argument("--only", default="*")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--compiled", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    args = parser.parse_args()
    args.unit = is_unit
    if not os.path.isdir(args.data):
        print("skipped: %s is not there (package libonnx-testdata)" % args.data)
        return 77
    results, reasons = collections.Counter(), collections.Counter()
    names = [name for name in sorted(os.listdir(args.data)) if fnmatch.fnmatch(name, args.only)]
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        outcomes = list(pool.map(lambda name: outcome_of(args, name), names))
    for name, (outcome, why) in zip(names, outcomes):
        results[outcome] += 1
        if outcome == "refused":
            reasons[why[:100]] += 1
        if outcome == "failed" or args.verbose:
            print("%-8s %s%s" % (outcome, name, ": " + why if why else ""))
    for why, count in reasons.most_common(None if args.verbose else 12):
        print("%5d refused: %s" % (count, why))
    print("%d passed, %d refused, %d failed" % (results["passed"], results["refused"], results["failed"]))
    return 1 if results["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())

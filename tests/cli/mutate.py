#!/usr/bin/env python3
"""Hostile model files: mutations of good ones must end in success or in a refusal, never in a crash, a hang or an internal error.

Texts are cut, lose, repeat and exchange elements, and get other attribute values: huge and odd numbers, names of elsewhere, nothing. Binary
models lose and repeat ranges of bytes and get other bytes. Each mutant goes through `kiln check`, and where that accepts it, `kiln score --interpret`
scores a few rows. The models themselves must be accepted: those of tests/cli/models are written as exporters write them. The seed decides all.

Usage: mutate.py KILN [--mutants N] [--seed N] [--keep DIR] MODEL ...
"""
import argparse
import csv
import io
import json
import os
import random
import re
import subprocess
import sys
import tempfile

ALLOWED = {0, 3, 4, 5}      # done, malformed, unsupported, over a budget
SECONDS = 20                # for one run; what takes longer hangs
VALUES = ["", " ", "0", "-1", "1", "2147483648", "18446744073709551616", "1e308", "1e999", "-1e-320", "NaN", "INF", "-0", "0x10", "1,5", "true",
          "x", "\u00e9", "a" * 5000, "%s%n", "categorical", "ordinal", "string", "integer", "date", "regression", "classification"]
ELEMENT = re.compile(r"<([A-Za-z][\w:.-]*)((?:\s+[\w:.-]+=\"[^\"]*\")*)\s*(/?)>")
ATTRIBUTE = re.compile(r"([\w:.-]+)=\"([^\"]*)\"")


def ends_at(text, match):
    """End of the element that begins at `match`."""
    if match.group(3):
        return match.end()
    depth, name = 1, re.escape(match.group(1))
    for tag in re.compile(rf"<(/?){name}(?:\s[^>]*?)?(/?)>").finditer(text, match.end()):
        depth += -1 if tag.group(1) else 0 if tag.group(2) else 1
        if depth == 0:
            return tag.end()
    return len(text)


def mutate_text(text, rng):
    elements = list(ELEMENT.finditer(text))
    kind = rng.randrange(10)
    if kind == 0 or not elements:
        return text[:rng.randrange(len(text))]
    one, other = rng.choice(elements), rng.choice(elements)
    begin, end = one.start(), ends_at(text, one)
    if kind == 1:                                              # without an element
        return text[:begin] + text[end:]
    if kind == 2:                                              # twice
        return text[:end] + text[begin:end] + text[end:]
    if kind == 3:                                              # elsewhere, in place of another
        return text[:other.start()] + text[begin:end] + text[ends_at(text, other):]
    attributes = list(ATTRIBUTE.finditer(text))
    if not attributes:
        return text
    at, source = rng.choice(attributes), rng.choice(attributes)
    if kind == 4:                                              # without an attribute
        return text[:at.start()] + text[at.end():]
    if kind in (5, 6):                                         # a value of elsewhere; likelier one of the same name
        same = [a for a in attributes if a.group(1) == at.group(1)]
        value = rng.choice(same if kind == 5 else [source]).group(2)
    else:
        value = rng.choice(VALUES)
    return text[:at.start(2)] + value + text[at.end(2):]


def mutate_bytes(data, rng):
    kind, at = rng.randrange(5), rng.randrange(len(data))
    length = 1 << rng.randrange(9)
    if kind == 0:
        return data[:at]
    if kind == 1:
        return data[:at] + data[at + length:]
    if kind == 2:
        return data[:at] + data[at:at + length] + data[at:]
    mutant = bytearray(data)
    for _ in range(1 if kind == 3 else 8):
        mutant[rng.randrange(len(data))] = rng.choice([0, 1, 0x7f, 0x80, 0xff, rng.randrange(256)])
    return bytes(mutant)


def run(command, rows=None):
    """Exit code (None: took too long, negative: a signal) and the end of what was said."""
    try:
        done = subprocess.run(command, input=rows, capture_output=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return None, "took over %d seconds" % SECONDS
    return done.returncode, (done.stderr + done.stdout).decode("utf-8", "replace")[-600:]


def rows_for(kiln, file):
    """A few rows of odd values, with a column for each input."""
    inspected = subprocess.run([kiln, "inspect", file, "--json"], capture_output=True, timeout=SECONDS)
    names = [field["name"] for field in json.loads(inspected.stdout)["inputs"]][:200] if inspected.returncode == 0 else []
    values = ["", "1", "-7.5", "1e300", "nan", "a", "2020-02-29", "true"]
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(names or ["x"])
    for r in range(len(values)):
        writer.writerow([values[(i + r) % len(values)] for i in range(max(1, len(names)))])
    return table.getvalue().encode("utf-8", "replace")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("kiln")
    options.add_argument("--mutants", type=int, default=100, help="of each model")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--keep", help="folder for mutants that failed")
    options.add_argument("models", nargs="+")
    options = options.parse_args()
    failures, codes = 0, {}
    with tempfile.TemporaryDirectory() as folder:
        for path in options.models:
            rng = random.Random(f"{options.seed} {os.path.basename(path)}")
            data = open(path, "rb").read()
            binary = path.endswith(".onnx")
            file = os.path.join(folder, "mutant" + os.path.splitext(path)[1])
            code, words = run([options.kiln, "check", path])
            if code != 0:
                failures += 1
                print(f"{path}: kiln check: exit code {code} before any mutation\n{words}\n")
            for number in range(options.mutants):
                mutant = mutate_bytes(data, rng) if binary else mutate_text(data.decode(), rng).encode("utf-8", "replace")
                with open(file, "wb") as out:
                    out.write(mutant)
                code, words = run([options.kiln, "check", file])
                command = "check"
                if code == 0:
                    command = "score"
                    code, words = run([options.kiln, "score", file, "--interpret", "-i", "-", "-o", "-"], rows_for(options.kiln, file))
                codes[code] = codes.get(code, 0) + 1
                if code in ALLOWED:
                    continue
                failures += 1
                print(f"{path}, mutant {number}: kiln {command}: exit code {code}\n{words}\n")
                if options.keep:
                    os.makedirs(options.keep, exist_ok=True)
                    with open(os.path.join(options.keep, f"{os.path.basename(path)}.{number}"), "wb") as out:
                        out.write(mutant)
    print(f"{sum(codes.values())} mutants, exit codes {codes}, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

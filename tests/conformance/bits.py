#!/usr/bin/env python3
"""Runs `bits` over every conformance case that has inputs, in parallel. Exits 77 (skipped) where the sets are not there.

    tests/conformance/bits.py --bits build/tests/conformance/bits --work build/conformance
"""
import argparse
import csv
import os
import pathlib
import subprocess
import sys
import tarfile

HERE = pathlib.Path(__file__).resolve().parent


def cases(root):
    for table in sorted(root.rglob("cases.csv")):
        with open(table, newline="") as f:
            for row in csv.DictReader(f):
                if row.get("input") and not row.get("grouped_rows"):
                    yield f"{table.parent / row['model']}\t{table.parent / row['input']}"


def main():
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("--bits", required=True)
    parse.add_argument("--sets", type=pathlib.Path, default=HERE.parents[2] / "shared" / "conformance")
    parse.add_argument("--work", type=pathlib.Path, required=True)
    parse.add_argument("--jobs", type=int, default=os.cpu_count())
    parse.add_argument("--every", type=int, default=1, help="only every Nth case")
    a = parse.parse_args()
    lines = []
    for name in "pmml", "pmml-modern":
        archive = a.sets / f"{name}.tar.xz"
        if archive.exists():
            target = a.work / name
            if not target.exists():
                target.mkdir(parents=True)
                with tarfile.open(archive) as tar:
                    tar.extractall(target)
            lines += cases(target)
    if not lines:
        print(f"no conformance sets at {a.sets}: skipped")
        return 77
    lines = lines[:: a.every]
    runs = []
    for job in range(a.jobs):
        part = a.work / f"bits-{job}.tsv"
        part.write_text("\n".join(lines[job :: a.jobs]) + "\n")
        runs.append(subprocess.Popen([a.bits, part], stdout=subprocess.PIPE, text=True))
    passed = failed = skipped = 0
    for run in runs:
        out = run.communicate()[0].splitlines()
        print("\n".join(out[:-1]))
        if run.returncode not in (0, 1) or not out or "passed" not in out[-1]:
            print(f"bits ended with {run.returncode}")
            failed += 1
            continue
        counts = [int(word) for word in out[-1].replace(",", "").split() if word.isdigit()]
        passed, failed, skipped = passed + counts[0], failed + counts[1], skipped + counts[2]
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())

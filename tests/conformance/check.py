#!/usr/bin/env python3
"""Runs the conformance sets and compares each case with its line in expected.tsv: id, result, cause. The suite fails where a case
is worse than its line; in a run of all cases also where one is better, so that the file says what holds. Outputs of ONNX models
are compared one by one (sets.py): some have no axis of rows, or not as their first. The sets are not part of this repository:
without them this says so and exits 77 (skipped).

    tests/conformance/check.py --kiln build/kiln --work build/conformance [--seconds 300] [--sets DIR] [--write]
"""
import argparse
import concurrent.futures
import os
import pathlib
import sys
import time

import sets

EXPECTED = sets.HERE / "expected.tsv"
BETTER = ["broken", "invalid", "refused", "differs", "pass"]


def read_expected():
    lines = [line.split("\t") for line in EXPECTED.read_text().splitlines() if line and not line.startswith("#")]
    return {case: (result, cause) for case, result, cause in lines}


def score(run, cases, a):
    """Records of the cases that were begun within the seconds given; all of them without a limit."""
    end = time.monotonic() + a.seconds if a.seconds else float("inf")
    kiln, work = str(a.kiln.resolve()), a.work.resolve()

    def one(case):
        return run.run_case(case, kiln, work, a.timeout) if time.monotonic() < end else None

    with concurrent.futures.ThreadPoolExecutor(a.jobs) as pool:
        return [record for record in pool.map(one, cases) if record]


def write(records, expected):
    lines = ["# Every conformance case that does not pass: id, result, why. Cases that are not listed pass."]
    for r in sorted(records, key=lambda r: r["id"]):
        if r["result"] != "pass":
            known = expected.get(r["id"], ("", ""))
            lines.append("\t".join([r["id"], r["result"], known[1] if known[0] == r["result"] else r["why"].replace("\t", " ")]))
    EXPECTED.write_text("\n".join(lines) + "\n")


def main():
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("--kiln", required=True, type=pathlib.Path)
    parse.add_argument("--sets", type=pathlib.Path, default=sets.DEFAULT)
    parse.add_argument("--set", action="append", default=None)
    parse.add_argument("--work", type=pathlib.Path, required=True)
    parse.add_argument("--jobs", type=int, default=os.cpu_count())
    parse.add_argument("--timeout", type=float, default=120, help="seconds of one case")
    parse.add_argument("--seconds", type=float, default=0, help="begin no case after this time; 0: all cases")
    parse.add_argument("--write", action="store_true", help="write the results of all cases to expected.tsv, keeping the causes")
    a = parse.parse_args()
    run = sets.runner(a.sets)
    if not run:
        print(f"no conformance sets at {a.sets}: skipped")
        return 77
    cases = sets.cases(run, a.sets, a.set or ["pmml", "pmml-modern", "onnx"], a.work)
    expected = read_expected() if EXPECTED.exists() else {}
    if a.write:
        a.seconds = 0
    records = score(run, cases, a)
    if a.write:
        write(records, expected)
    wrong = 0
    for r in [] if a.write else records:
        was = expected.get(r["id"], ("pass", ""))[0]
        if r["result"] != was:
            word = "worse" if BETTER.index(r["result"]) < BETTER.index(was) else "better"
            wrong += word == "worse" or not a.seconds
            print(f"{r['id']} is {word} than its line: {r['result']}, expected {was}. {r['why']}")
    print(f"{len(records)} of {len(cases)} cases: {sum(r['result'] == 'pass' for r in records)} pass, "
          f"{wrong} not as expected.tsv says")
    return 1 if wrong or not records else 0


if __name__ == "__main__":
    sys.exit(main())

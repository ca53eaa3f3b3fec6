#!/usr/bin/env python3
"""Runs the conformance sets and compares each case with its line in expected.tsv: id, result, cause. The suite fails where a case
is worse, or better, than its line, so the file always says what holds. The sets are not part of this repository: without them
this says so and exits 77 (skipped).

    tests/conformance/check.py --kiln build/kiln [--sets DIR] [--write]
"""
import argparse
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
EXPECTED = HERE / "expected.tsv"
BETTER = ["broken", "invalid", "refused", "differs", "pass"]


def read_expected():
    lines = [line.split("\t") for line in EXPECTED.read_text().splitlines() if line and not line.startswith("#")]
    return {case: (result, cause) for case, result, cause in lines}


def main():
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("--kiln", required=True)
    parse.add_argument("--sets", type=pathlib.Path, default=HERE.parents[2] / "shared" / "conformance")
    parse.add_argument("--set", action="append", default=None)
    parse.add_argument("--work", type=pathlib.Path, required=True)
    parse.add_argument("--write", action="store_true", help="write the results to expected.tsv, keeping the causes")
    a = parse.parse_args()
    if not (a.sets / "run.py").exists():
        print(f"no conformance sets at {a.sets}: skipped")
        return 77
    a.work.mkdir(parents=True, exist_ok=True)
    out = a.work / "results.json"
    out.unlink(missing_ok=True)
    sets = [word for s in a.set or ["pmml", "pmml-modern"] for word in ("--set", s)]
    subprocess.run([sys.executable, a.sets / "run.py", "--kiln", a.kiln, "--work", a.work, "--json", out, *sets], stdout=subprocess.DEVNULL)
    records = json.loads(out.read_text())
    expected = read_expected() if EXPECTED.exists() else {}
    if a.write:
        lines = ["# Every conformance case that does not pass: id, result, why. Cases that are not listed pass."]
        for r in sorted(records, key=lambda r: r["id"]):
            if r["result"] != "pass":
                known = expected.get(r["id"], ("", ""))
                lines.append("\t".join([r["id"], r["result"], known[1] if known[0] == r["result"] else r["why"].replace("\t", " ")]))
        EXPECTED.write_text("\n".join(lines) + "\n")
    else:
        wrong = 0
        for r in records:
            was = expected.get(r["id"], ("pass", ""))[0]
            if r["result"] != was:
                wrong += 1
                word = "worse" if BETTER.index(r["result"]) < BETTER.index(was) else "better"
                print(f"{r['id']} is {word} than its line: {r['result']}, expected {was}. {r['why']}")
        print(f"{len(records) - wrong} passed, {wrong} failed")
        return 1 if wrong else 0
    print(f"{sum(r['result'] == 'pass' for r in records)} of {len(records)} pass")
    return 0


if __name__ == "__main__":
    sys.exit(main())

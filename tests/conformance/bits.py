#!/usr/bin/env python3
"""Runs `bits` over the conformance cases that have inputs, in parallel. Exits 77 (skipped) where the sets are not there.

    tests/conformance/bits.py --bits build/tests/conformance/bits --work build/conformance [--seconds 300]
"""
import argparse
import os
import pathlib
import subprocess
import sys

import sets


def main():
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("--bits", required=True)
    parse.add_argument("--sets", type=pathlib.Path, default=sets.DEFAULT)
    parse.add_argument("--work", type=pathlib.Path, required=True)
    parse.add_argument("--jobs", type=int, default=os.cpu_count())
    parse.add_argument("--seconds", type=int, default=0, help="begin no case after this time; 0: all cases")
    a = parse.parse_args()
    run = sets.runner(a.sets)
    if not run:
        print(f"no conformance sets at {a.sets}: skipped")
        return 77
    lines = [f"{folder / row['model']}\t{folder / row['input']}"
             for _, folder, row in sets.cases(run, a.sets, ["pmml", "pmml-modern"], a.work)
             if row.get("input") and not row.get("grouped_rows")]
    runs = []
    for job in range(a.jobs):
        part = a.work / f"bits-{job}.tsv"
        part.write_text("\n".join(lines[job :: a.jobs]) + "\n")
        runs.append(subprocess.Popen([a.bits, "--seconds", str(a.seconds), part], stdout=subprocess.PIPE, text=True))
    passed = failed = skipped = 0
    for job in runs:
        out = job.communicate()[0].splitlines()
        ended = job.returncode in (0, 1) and out and "passed" in out[-1]
        for line in out[:-1] if ended else out:
            print(line)
        if not ended:
            print(f"bits ended with {job.returncode}")
            failed += 1
            continue
        counts = [int(word) for word in out[-1].replace(",", "").split() if word.isdigit()]
        passed, failed, skipped = passed + counts[0], failed + counts[1], skipped + counts[2]
    print(f"{passed} passed, {failed} failed, {skipped} skipped of {len(lines)} cases")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())

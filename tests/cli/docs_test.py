#!/usr/bin/env python3
"""Runs every command that a page of documentation shows and compares what it prints.

A fenced block whose first line begins with "$ " is a session: each "$ command" line is run by bash in the repository's root, and the
lines after it must be its output. A line "..." in a page stands for any number of lines. Usage: docs_test.py KILN PAGE...
"""
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def matches(expected, actual):
    pattern = "".join("(?:.*\n)*?" if line == "..." else re.escape(line) + "\n" for line in expected)
    return re.fullmatch(pattern, "".join(line + "\n" for line in actual)) is not None


def sessions(page):
    for block in re.findall(r"^```[a-z]*\n(.*?)^```$", page.read_text(), re.S | re.M):
        lines = block.splitlines()
        if lines and lines[0].startswith("$ "):
            steps = []
            for line in lines:
                if line.startswith("$ "):
                    steps.append((line[2:], []))
                else:
                    steps[-1][1].append(line)
            yield steps


def main():
    kiln, pages = pathlib.Path(sys.argv[1]).resolve(), [pathlib.Path(p) for p in sys.argv[2:]]
    passed = failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        for page in pages:
            for steps in sessions(page):
                for command, expected in steps:
                    run = subprocess.run(["bash", "-c", f'kiln() {{ "{kiln}" "$@"; }}; out={scratch}; {command}'], cwd=ROOT, text=True,
                                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                    if matches(expected, run.stdout.splitlines()):
                        passed += 1
                    else:
                        failed += 1
                        print(f"{page}: $ {command}\nprints (exit code {run.returncode})\n{run.stdout}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Kiln beside JPMML-Evaluator and PMML4S: microseconds a row, one thread, one row at a time, and Kiln's batch.

    tests/bench/pmml_peers.py MODELS.tsv [--build build] [--jvm DIR] [--only WORD] [--warm SECONDS]

MODELS.tsv: lines of name, model.pmml, rows.csv, separated by tabs; paths are relative to it. DIR is where Maven puts the JVM side
(built there at first use). All engines of a line run one after the other, so that their ratio is of one machine and time. Rows of
documents whose scores need several rows are timed in Kiln only.
"""
import argparse
import pathlib
import re
import subprocess
import tempfile

import measure

HERE = pathlib.Path(__file__).resolve().parent


def jvm_classpath(directory):
    if not (directory / "bench-1.jar").exists():
        subprocess.run(["mvn", "-q", "-B", "-f", HERE / "jvm", "package", "dependency:copy-dependencies", f"-DbuildDirectory={directory.resolve()}"], check=True)
    return f"{directory}/bench-1.jar:{directory}/dependency/*"


def figure(cost, name):
    found = re.search(rf"^{name} ([\d.]+)$", cost.output, re.M)
    return float(found.group(1)) if found and cost.code == 0 else None


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("models", type=pathlib.Path)
    arguments.add_argument("--build", default="build", type=pathlib.Path)
    arguments.add_argument("--jvm", default="/tmp/kiln-bench-jvm", type=pathlib.Path)
    arguments.add_argument("--only", default="", help="models whose name has this word")
    arguments.add_argument("--warm", default="5", help="seconds that a JVM scores before it is timed")
    options = arguments.parse_args()
    classpath = jvm_classpath(options.jvm)
    rows, ratios = [], {"the faster of both": [], "jpmml": [], "pmml4s": []}
    with tempfile.TemporaryDirectory() as scratch:
        for line in options.models.read_text().splitlines():
            if not line.strip() or line.startswith("#") or options.only not in line.split("\t")[0]:
                continue
            name, model, table = line.split("\t")[:3]
            model, table = options.models.parent / model, options.models.parent / table
            so = pathlib.Path(scratch) / "model.so"
            measure.must(measure.run([options.build / "kiln", "compile", model, "-o", so]), name)
            ours = measure.must(measure.run([options.build / "tests" / "bench" / "score_speed", so, table]), name)
            one, batch = figure(ours, "one_row"), figure(ours, "batch")
            peers = {engine: figure(measure.run(["java", "-Xms1g", "-Xmx4g", "-Xss64m", "-XX:+UseSerialGC", "-cp", classpath, "kiln.bench.Peers", engine,
                                                 model, table, options.warm]), "one_row") for engine in ("jpmml", "pmml4s")}
            fastest = min((p for p in peers.values() if p), default=None)
            for engine, microseconds in {**peers, "the faster of both": fastest}.items():
                if microseconds:
                    ratios[engine].append(microseconds / one)
            show = [f"{p:.3f}" if p else "-" for p in peers.values()]
            rows.append([name, *show, f"{one:.4f}", f"{batch:.4f}" if batch else "-", f"{fastest / one:.1f}x" if fastest else "-",
                         f"{fastest / batch:.0f}x" if fastest and batch else "-"])
            print(rows[-1], flush=True)
    measure.table(rows, ["us a row", "JPMML", "PMML4S", "Kiln", "Kiln batch", "one row", "batch"])
    for engine, of in ratios.items():
        if of:
            print(f"one row against {engine}: geometric mean {measure.geometric_mean(of):.1f}x, least {min(of):.1f}x of {len(of)}")


if __name__ == "__main__":
    main()

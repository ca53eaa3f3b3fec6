#!/usr/bin/env python3
"""Kiln beside LightGBM's own predictor (its C API, one thread): a forest of 1,000 trees of 31 leaves over 28 features, one row and
batch, raw scores compared bit by bit. Run it by a Python that has lightgbm and pandas:

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install lightgbm==4.7.0 pandas
    /tmp/venv/bin/python tests/bench/forest.py [--build build] [--trees 1000] [--leaves 31] [--keep DIR]
"""
import argparse
import pathlib
import sys
import tempfile

import lightgbm
import numpy

import measure

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "samples" / "credit"))
import make_model as credit  # noqa: E402  (its exporter of LightGBM's trees)

FEATURES = [f"Column_{i}" for i in range(28)]


class Exporter(credit.Exporter):
    """The trees alone: their sum is the score."""

    def write(self, path):
        schema = "".join(f'<MiningField name="{name}"/>' for name in self.names)
        out = ['<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4">', "<Header/>", "<DataDictionary>"]
        out += [f'<DataField name="{name}" optype="continuous" dataType="double"/>' for name in self.names]
        out += ["</DataDictionary>", f'<MiningModel functionName="regression"><MiningSchema>{schema}</MiningSchema>',
                '<Output><OutputField name="score" optype="continuous" dataType="double" feature="predictedValue"/></Output>',
                '<Segmentation multipleModelMethod="sum">']
        for tree in self.dump["tree_info"]:
            self.lines = []
            self.node(tree["tree_structure"], "<True/>", 1, 1)
            out += ['<Segment><True/><TreeModel functionName="regression" missingValueStrategy="defaultChild" splitCharacteristic="binarySplit">',
                    f"<MiningSchema>{schema}</MiningSchema>", *self.lines, "</TreeModel></Segment>"]
        path.write_text("\n".join(out + ["</Segmentation></MiningModel>", "</PMML>", ""]))


def draw(count, seed):
    """Correlated float32 columns: smooth, skewed, rounded and counted ones."""
    mixing = numpy.random.default_rng(7).normal(size=(8, len(FEATURES))) * 0.6
    random = numpy.random.default_rng(seed)
    z = random.normal(size=(count, 8)) @ mixing + random.normal(size=(count, len(FEATURES))) * 0.8
    kind = numpy.arange(len(FEATURES)) % 4
    z[:, kind == 1] = numpy.exp(0.7 * z[:, kind == 1]) * 10
    z[:, kind == 2] = numpy.round(z[:, kind == 2], 1)
    z[:, kind == 3] = numpy.floor(numpy.exp(numpy.clip(z[:, kind == 3], -5, 5)) * 3)
    x = z.astype(numpy.float32)
    target = z[:, 0] * z[:, 4] + numpy.log1p(z[:, 1]) + numpy.sin(z[:, 2] * 2) + 0.1 * z[:, 3] + random.normal(size=count)
    return x, target


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--build", default=ROOT / "build", type=pathlib.Path)
    arguments.add_argument("--trees", default=1000, type=int)
    arguments.add_argument("--leaves", default=31, type=int)
    arguments.add_argument("--rows", default=16384, type=int)
    arguments.add_argument("--keep", type=pathlib.Path, help="where the model and its rows are kept, and found again")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(options.keep or scratch)
        folder.mkdir(parents=True, exist_ok=True)
        text, pmml, rows, so = (folder / name for name in ("forest.txt", "forest.pmml", "rows.f32.bin", "forest.so"))
        if not text.exists():
            x, y = draw(60000, 1)
            booster = lightgbm.train({"objective": "regression", "num_leaves": options.leaves, "learning_rate": 0.05, "num_threads": 1, "seed": 1,
                                      "deterministic": True, "verbose": -1}, lightgbm.Dataset(x, y, feature_name=FEATURES), num_boost_round=options.trees)
            booster.save_model(text)
            Exporter(booster).write(pmml)
            draw(options.rows, 2)[0].tofile(rows)
        compile_cost = measure.must(measure.run([options.build / "kiln", "compile", pmml, "-o", so], memory=True), "kiln compile")
        library = next(pathlib.Path(lightgbm.__file__).parent.rglob("lib_lightgbm.so"))
        print(f"compiled in {compile_cost.seconds:.2f} s with {compile_cost.megabytes:.0f} MB, {so.stat().st_size / 1e3:.0f} kB")
        print(measure.must(measure.run([options.build / "tests" / "bench" / "side_by_side", so, "score", library, text, rows, len(FEATURES), "raw"]), "side_by_side").output, end="")


if __name__ == "__main__":
    main()

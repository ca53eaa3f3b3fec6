#!/usr/bin/env python3
"""What a model costs to compile, store and load: time, memory, size, dlopen, stack, scratch.

    tests/bench/costs.py [--build build] [--only WORD] [MODEL...]

Without MODELs it makes forests of its own: 1,000 trees of 31 leaves over 28 features, and 16,000 of the same (a million nodes,
some 130 MB of PMML). Memory is that of kiln and its child together. One line a model.
"""
import argparse
import pathlib
import random
import re
import tempfile

import measure


def forest_pmml(path, trees, leaves=31, features=28, seed=1):
    """A sum of trees grown at random leaf by leaf, as converters write them: two Nodes a split, defaultChild for missing values."""
    draw = random.Random(seed)
    fields = [f"feature_{i:02}" for i in range(features)]
    mining = "".join(f'<MiningField name="{f}"/>' for f in fields)
    with open(path, "w", encoding="ascii", buffering=1 << 20) as out:
        out.write('<?xml version="1.0" encoding="UTF-8"?>\n<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4">\n <Header/>\n <DataDictionary>\n')
        out.writelines(f'  <DataField name="{f}" optype="continuous" dataType="double"/>\n' for f in fields)
        out.write(f' </DataDictionary>\n <MiningModel functionName="regression">\n  <MiningSchema>{mining}</MiningSchema>\n'
                  '  <Segmentation multipleModelMethod="sum">\n')
        for t in range(trees):
            out.write(f'   <Segment id="{t + 1}"><True/>\n    <TreeModel functionName="regression" missingValueStrategy="defaultChild"'
                      f' splitCharacteristic="binarySplit">\n     <MiningSchema>{mining}</MiningSchema>\n')
            children = {0: None}
            open_leaves, count = [0], 1
            while len(open_leaves) < leaves:
                node = open_leaves.pop(draw.randrange(len(open_leaves)))
                children[node] = (count, count + 1)
                open_leaves += [count, count + 1]
                count += 2
            stack = [(0, "<True/>", 6, False)]
            while stack:
                node, predicate, depth, close = stack.pop()
                pad = " " * depth
                if close:
                    out.write(f"{pad}</Node>\n")
                elif children.get(node) is None:
                    out.write(f'{pad}<Node id="{node + 1}" score="{draw.gauss(0, 0.1)!r}">{predicate}</Node>\n')
                else:
                    left, right = children[node]
                    field, value = draw.choice(fields), repr(round(draw.gauss(0, 1), draw.choice((1, 2))) + 1e-9)
                    out.write(f'{pad}<Node id="{node + 1}" defaultChild="{(left, right)[draw.randrange(2)] + 1}">{predicate}\n')
                    stack.append((node, "", depth, True))
                    stack.append((right, f'<SimplePredicate field="{field}" operator="greaterThan" value="{value}"/>', depth + 1, False))
                    stack.append((left, f'<SimplePredicate field="{field}" operator="lessOrEqual" value="{value}"/>', depth + 1, False))
            out.write("    </TreeModel></Segment>\n")
        out.write("  </Segmentation>\n </MiningModel>\n</PMML>\n")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--build", default="build", type=pathlib.Path)
    arguments.add_argument("--only", default="", help="models whose name has this word")
    arguments.add_argument("models", nargs="*", type=pathlib.Path)
    options = arguments.parse_args()
    kiln, load_cost = options.build / "kiln", options.build / "tests" / "bench" / "load_cost"
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        models = list(options.models)
        if not models:
            for trees in (1000, 16000):
                models.append(scratch / f"forest_{trees}x31.pmml")
                if options.only in models[-1].name:
                    forest_pmml(models[-1], trees)
        for model in models:
            if options.only not in model.name:
                continue
            so = scratch / (model.stem + ".so")
            one = measure.must(measure.run([kiln, "compile", model, "-o", so, "--cpu", "native"], memory=True), str(model))
            one_size = so.stat().st_size
            cost = measure.must(measure.run([kiln, "compile", model, "-o", so, "--time-report"], memory=True), str(model))
            loaded = measure.must(measure.run([load_cost, so]), str(so)).output
            figure = {key: float(value) for key, value in re.findall(r"^(\w+) ([\d.]+)$", loaded, re.M)}
            rows.append([model.name, model.stat().st_size / 1e6, one.seconds, cost.seconds, cost.megabytes, one_size / 1e3, so.stat().st_size / 1e3, figure["load_us"],
                         figure["stack_row"] / 1024, figure["stack_rows"] / 1024, figure["scratch"] / 1024])
    measure.table(rows, ["model", "MB", "one tier s", "all tiers s", "peak MB", "so kB", "all so kB", "dlopen us", "stack row kB", "stack rows kB", "scratch kB"])


if __name__ == "__main__":
    main()

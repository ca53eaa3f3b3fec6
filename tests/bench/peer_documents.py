#!/usr/bin/env python3
"""Documents for pmml_peers.py of the model elements that collections of PMML files lack, as far as a JVM engine scores them.

    tests/bench/peer_documents.py FOLDER        writes documents, rows and FOLDER/models.tsv

By their documentation JPMML-Evaluator 1.7 and PMML4S 1.5 both refuse SequenceModel, GaussianProcessModel, BayesianNetworkModel, BaselineModel and TextModel; of
TimeSeriesModel JPMML scores the StateSpaceModel only. AnomalyDetectionModel is PMML4S's. There is nothing to compare for the others.
"""
import pathlib
import random
import sys

FIELDS = [f"x{i}" for i in range(8)]
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<PMML version="4.4" xmlns="http://www.dmg.org/PMML-4_4">\n<Header/>\n'


def schema():
    return "<MiningSchema>" + "".join(f'<MiningField name="{f}"/>' for f in FIELDS) + "</MiningSchema>"


def isolation_tree(rng, depth):
    """Random splits; the score of a leaf is its depth, as in an isolation forest."""
    if depth == 6 or (depth > 2 and rng.random() < 0.3):
        return f'<Node score="{depth}">{{}}</Node>'
    field, at = rng.choice(FIELDS), repr(round(rng.uniform(-2, 2), 4))
    below, above = (isolation_tree(rng, depth + 1) for _ in range(2))
    below = below.replace("{}", f'<SimplePredicate field="{field}" operator="lessOrEqual" value="{at}"/>', 1)
    above = above.replace("{}", f'<SimplePredicate field="{field}" operator="greaterThan" value="{at}"/>', 1)
    return f"<Node>{{}}{below}{above}</Node>"


def anomaly(rng):
    segments = "".join(
        f'<Segment id="{t}"><True/><TreeModel functionName="regression">{schema()}{isolation_tree(rng, 0).replace("{}", "<True/>", 1)}</TreeModel></Segment>\n'
        for t in range(100))
    fields = "".join(f'<DataField name="{f}" optype="continuous" dataType="double"/>' for f in FIELDS)
    return (f'{HEAD}<DataDictionary>{fields}</DataDictionary>\n'
            f'<AnomalyDetectionModel functionName="regression" algorithmType="iforest" sampleDataSize="256">{schema()}\n'
            f'<MiningModel functionName="regression">{schema()}<Segmentation multipleModelMethod="average">\n{segments}</Segmentation></MiningModel>\n'
            '</AnomalyDetectionModel>\n</PMML>\n')


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder, rng = pathlib.Path(sys.argv[1]), random.Random(1)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "anomaly.pmml").write_text(anomaly(rng))
    rows = [",".join(FIELDS)] + [",".join(repr(round(rng.gauss(0, 1), 4)) for _ in FIELDS) for _ in range(2000)]
    (folder / "anomaly.csv").write_text("\n".join(rows) + "\n")
    (folder / "models.tsv").write_text("AnomalyDetectionModel\tanomaly.pmml\tanomaly.csv\n")


if __name__ == "__main__":
    main()

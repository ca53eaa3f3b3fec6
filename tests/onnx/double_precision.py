#!/usr/bin/env python3
"""Pipelines of scikit-learn, exported by skl2onnx for float input, against scikit-learn's own results in double: as they are, and with
--precision=double. By hand; needs scikit-learn and skl2onnx.

    tests/onnx/double_precision.py build/kiln

Fails if a pipeline is not closer with --precision=double.
"""
import csv, io, pathlib, subprocess, sys, tempfile

import numpy as np
from skl2onnx import to_onnx
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsRegressor
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def score(kiln, model, table, *options):
    done = subprocess.run([kiln, "score", model, "--interpret", "-i", table, *options], capture_output=True, text=True, check=True)
    return np.array(list(csv.reader(io.StringIO(done.stdout)))[1:], float)


def main(kiln):
    random = np.random.default_rng(0)
    x = random.normal(size=(200, 5)) * [1, 10, 100, 1000, 1] + [0, 5, 1000, -300, 2]
    y = x[:, 0] * 3 + x[:, 1] - x[:, 2] / 50 + random.normal(size=200)
    c = (y > np.median(y)).astype(int) + (y > np.quantile(y, 0.8))
    cases = {
        "Ridge": (make_pipeline(StandardScaler(), Ridge()), y),
        "LogisticRegression": (make_pipeline(StandardScaler(), LogisticRegression()), c),
        "GradientBoostingRegressor": (make_pipeline(StandardScaler(), GradientBoostingRegressor(n_estimators=50, random_state=0)), y),
        "RandomForestClassifier": (RandomForestClassifier(20, random_state=0), c),
        "MLPClassifier": (make_pipeline(StandardScaler(), MLPClassifier((10,), max_iter=50, random_state=0)), c),
        "GaussianNB": (GaussianNB(), c),
        "KNeighborsRegressor": (make_pipeline(StandardScaler(), KNeighborsRegressor(3)), y),
    }
    worse = 0
    with tempfile.TemporaryDirectory() as folder:
        model, table = pathlib.Path(folder, "model.onnx"), pathlib.Path(folder, "rows.csv")
        table.write_text(",".join(f"X[{i}]" for i in range(5)) + "\n" + "".join(",".join(map(repr, row)) + "\n" for row in x.tolist()))
        print(f"{'pipeline':28}{'float':>12}{'double':>12}   largest difference")
        for name, (pipeline, target) in cases.items():
            pipeline.fit(x, target)
            classifies = hasattr(pipeline, "predict_proba")
            expected = pipeline.predict_proba(x) if classifies else pipeline.predict(x)[:, None]
            model.write_bytes(to_onnx(pipeline, x[:1].astype(np.float32), options={"zipmap": False} if classifies else None).SerializeToString())
            columns = expected.shape[1]
            plain, double = (np.abs(score(kiln, model, table, *o)[:, -columns:] - expected).max() for o in ((), ("--precision=double",)))
            print(f"{name:28}{plain:12.1e}{double:12.1e}")
            worse += double > plain
    sys.exit(1 if worse else 0)


if __name__ == "__main__":
    main(sys.argv[1])

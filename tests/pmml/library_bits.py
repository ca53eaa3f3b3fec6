#!/usr/bin/env python3
"""Whether scores of float documents are the floats that XGBoost and LightGBM predict themselves. By hand; needs Java, xgboost, lightgbm,
scikit-learn and sklearn2pmml, whose exporter writes the documents.

    tests/pmml/library_bits.py --kiln build/kiln [--boosters 60] [--verbose]

Boosters are trained on random data with missing values and, in every second one, categories of text; objectives, boosters, depths and the rest are
drawn by number, so a booster of a number is always the same. Of each kind: values that are the same float as the prediction, and the
largest distance in floats, also of LightGBM, which computes in double.
"""
import argparse
import collections
import contextlib
import csv
import io
import pathlib
import random
import subprocess
import tempfile

import lightgbm
import numpy as np
import pandas as pd
import xgboost
from sklearn.compose import ColumnTransformer
from sklearn2pmml import sklearn2pmml
from sklearn2pmml.decoration import CategoricalDomain, ContinuousDomain
from sklearn2pmml.pipeline import PMMLPipeline

ROWS = 300
CLASSES = 4
PLACES = ["Žilina", "大阪", "a b", 'the "inn"', "x,y"]
XGBOOST = ["reg:squarederror", "reg:logistic", "count:poisson", "reg:gamma", "reg:tweedie", "reg:pseudohubererror", "reg:absoluteerror", "binary:logistic",
           "multi:softprob"]
LIGHTGBM = ["regression", "regression_l1", "poisson", "gamma", "tweedie", "huber", "quantile", "binary", "multiclass"]


def table(seed, categories):
    draw = np.random.default_rng(seed)
    rows = pd.DataFrame({"a": draw.normal(0, 2, ROWS), "b": draw.exponential(3, ROWS), "c": draw.integers(0, 6, ROWS).astype(float)})
    if categories:
        rows["place"] = pd.Categorical(draw.choice(PLACES, ROWS), categories=sorted(PLACES))
    target = rows["a"] + 0.4 * rows["b"] + (rows["c"] - 2) ** 2 * 0.3 + draw.normal(0, 0.3, ROWS)
    if categories:
        target += rows["place"].cat.codes % 3
    for name in rows.columns:
        rows.loc[draw.random(ROWS) < 0.1, name] = np.nan
    return rows, target


def labels_for(objective, target):
    if objective.startswith("multi"):
        return np.digitize(target, np.quantile(target, np.linspace(0, 1, CLASSES + 1)[1:-1]))
    if objective.startswith("binary"):
        return (target > target.median()).astype(int)
    positive = target.abs() + 0.1
    return positive / (positive.max() + 1) if objective == "reg:logistic" else positive


def booster_of(seed, pick):
    """(library, kind, estimator)"""
    if seed % 3 == 2:
        objective = LIGHTGBM[seed // 3 % len(LIGHTGBM)]
        make = lightgbm.LGBMRegressor if objective in LIGHTGBM[:-2] else lightgbm.LGBMClassifier
        kind = pick.choice(["gbdt", "dart"])
        return "LightGBM", kind, make(objective=objective, boosting_type=kind, n_estimators=pick.choice([1, 10, 40]), num_leaves=pick.choice([4, 20]),
                                      min_child_samples=3, n_jobs=1, verbose=-1)
    objective = XGBOOST[seed // 3 % len(XGBOOST)]
    make = xgboost.XGBRegressor if objective in XGBOOST[:-2] else xgboost.XGBClassifier
    kind = pick.choice(["gbtree", "gbtree", "dart"])
    return "XGBoost", kind, make(objective=objective, booster=kind, n_estimators=pick.choice([1, 10, 40]), max_depth=pick.choice([2, 5]),
                                 learning_rate=pick.choice([0.1, 0.3, 1.0]), base_score=pick.choice([None, 0.3]), enable_categorical=True,
                                 max_cat_to_onehot=pick.choice([1, 9]), n_jobs=1, **({"rate_drop": 0.3} if kind == "dart" else {}))


def predictions(library, kind, estimator, rows):
    """Of trees in the order of the document: Booster.predict of a DMatrix, which XGBoost's wrapper does not call for DART."""
    if library == "LightGBM":
        return estimator.predict_proba(rows) if hasattr(estimator, "classes_") else estimator.predict(rows)
    got = estimator.get_booster().predict(xgboost.DMatrix(rows, enable_categorical=True))
    return np.stack([1 - got, got], 1) if getattr(estimator, "n_classes_", 0) == 2 else got


def scores(kiln, document, rows, classes):
    table = document.with_suffix(".csv")
    rows.to_csv(table, index=False)
    out = subprocess.run([kiln, "score", document, "-i", table, "--output-format", "csv"], capture_output=True, text=True, check=True).stdout
    names = [f"probability({c})" for c in range(classes)] if classes else ["y"]
    return np.array([[float(row[name]) for name in names] for row in csv.DictReader(io.StringIO(out))])


def distance(scored, predicted):
    """In floats: how many steps of float32 lie between."""
    places = [np.asarray(values, np.float32).reshape(-1).view(np.int32).astype(np.int64) for values in (scored, predicted)]
    ordered = [np.where(place < 0, -(place & 0x7FFFFFFF), place) for place in places]
    return np.abs(ordered[0] - ordered[1])


def main():
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("--kiln", required=True)
    parse.add_argument("--boosters", type=int, default=60)
    parse.add_argument("--verbose", action="store_true", help="boosters with other floats, by number")
    a = parse.parse_args()
    found = collections.defaultdict(list)
    with tempfile.TemporaryDirectory() as work:
        for seed in range(a.boosters):
            library, kind, estimator = booster_of(seed, random.Random(seed))
            rows, target = table(seed, seed % 2)
            steps = [(name, CategoricalDomain(dtype=rows[name].dtype) if name == "place" else ContinuousDomain(), [name]) for name in rows.columns]
            prepare = ColumnTransformer(steps, verbose_feature_names_out=False).set_output(transform="pandas")
            pipeline = PMMLPipeline([("prepare", prepare), ("estimator", estimator)])
            pipeline.fit(rows, pd.Series(labels_for(estimator.objective, target), name="y"))
            document = pathlib.Path(work) / f"{seed}.pmml"
            with contextlib.redirect_stdout(io.StringIO()):
                sklearn2pmml(pipeline, document)
            predicted = predictions(library, kind, estimator, prepare.transform(rows))
            classes = len(estimator.classes_) if hasattr(estimator, "classes_") else 0
            far = distance(scores(a.kiln, document, rows, classes), predicted)
            found[library, kind].append(far)
            if a.verbose and far.any():
                print(f"{seed}: {library} {kind} {estimator.objective}: {np.count_nonzero(far)} of {far.size} values differ, at most {far.max()} floats")
    for (library, kind), booster in sorted(found.items()):
        values = np.concatenate(booster)
        print(f"{library:9} {kind:7}{len(booster):4} boosters{len(values):7} values, {100 * np.mean(values == 0):6.2f} % the same floats, "
              f"at most {values.max()} apart; all the same in {sum(not far.any() for far in booster)} boosters")


if __name__ == "__main__":
    main()

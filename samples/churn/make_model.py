#!/usr/bin/env python3
"""Makes the churn sample: a scikit-learn pipeline over numbers, categories and a text column, with missing values, as ONNX.

    python3 -m venv venv && venv/bin/pip install -r samples/churn/requirements.txt
    venv/bin/python samples/churn/make_model.py

Writes churn.onnx, rows.csv and expected.csv (scikit-learn's own labels and probabilities for the rows) beside this file. The data
is drawn here; the same versions of the packages give the same files.
"""
import pathlib

import numpy
import pandas
import skl2onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

HERE = pathlib.Path(__file__).resolve().parent
NUMBERS = ["age", "months", "monthly_fee", "calls", "data_gb"]
CATEGORIES = {"plan": ["basic", "family", "premium", "student"], "payment": ["card", "debit", "invoice"],
              "region": ["east", "north", "south", "west"]}
TEXT = "last_note"
# Words of a note, and how much each says about leaving.
WORDS = {"cancel": 2.0, "refund": 1.2, "slow": 0.9, "outage": 1.1, "price": 0.7, "competitor": 1.5, "billing": 0.6, "unhappy": 1.3,
         "thanks": -1.0, "upgrade": -1.4, "happy": -1.3, "new": -0.2, "phone": -0.1, "question": 0.0, "about": 0.0, "the": 0.0,
         "roaming": 0.1, "invoice": 0.3, "address": -0.2, "change": 0.2, "customer": 0.0, "support": 0.0, "called": 0.1, "again": 0.5}


def make_rows(count, seed):
    random = numpy.random.default_rng(seed)
    rows = pandas.DataFrame({
        "age": random.integers(18, 90, count).astype(float),
        "months": random.integers(1, 120, count).astype(float),
        "monthly_fee": numpy.round(random.lognormal(3.2, 0.5, count), 2),
        "calls": random.poisson(1.5, count).astype(float),
        "data_gb": numpy.round(random.exponential(12, count), 1),
    })
    for name, labels in CATEGORIES.items():
        rows[name] = random.choice(labels, count)
    words = list(WORDS)
    notes = [random.choice(words, random.integers(0, 9)) for _ in range(count)]
    rows[TEXT] = [", ".join(n).capitalize() + ("." if len(n) else "") for n in notes]
    mood = numpy.array([sum(WORDS[w] for w in n) for n in notes])
    score = (mood * 0.8 + rows.monthly_fee / 25 - rows.months / 40 + rows.calls * 0.35 + (rows.payment == "invoice") * 0.5
             - (rows["plan"] == "family") * 0.7 + (rows.region == "north") * 0.3 - 0.9)
    leaves = numpy.where(random.random(count) < 1 / (1 + numpy.exp(-score)), "leaves", "stays")
    for name, share in {"age": 0.1, "months": 0.02, "data_gb": 0.2}.items():
        rows.loc[random.random(count) < share, name] = numpy.nan
    for name, share in {"plan": 0.08, "payment": 0.05}.items():
        rows.loc[random.random(count) < share, name] = ""          # what a missing text is in ONNX
    return rows, leaves


def make_pipeline():
    numbers = Pipeline([("impute", SimpleImputer(strategy="median")), ("scale", StandardScaler())])
    categories = Pipeline([("impute", SimpleImputer(missing_values="", strategy="most_frequent")),
                           ("encode", OneHotEncoder(handle_unknown="ignore", sparse_output=False))])
    columns = ColumnTransformer([("numbers", numbers, NUMBERS),
                                 ("categories", categories, list(CATEGORIES)),
                                 ("words", TfidfVectorizer(token_pattern="[a-zA-Z]+", ngram_range=(1, 2), min_df=5, max_features=60), TEXT)],
                                sparse_threshold=0)
    return Pipeline([("columns", columns), ("model", GradientBoostingClassifier(n_estimators=80, max_depth=4, learning_rate=0.15, random_state=1))])


def main():
    rows, leaves = make_rows(4000, seed=1)
    pipeline = make_pipeline().fit(rows, leaves)
    types = [(name, FloatTensorType([None, 1])) for name in NUMBERS] + [(name, StringTensorType([None, 1])) for name in [*CATEGORIES, TEXT]]
    model = skl2onnx.convert_sklearn(pipeline, "churn", types, target_opset={"": 17, "ai.onnx.ml": 3, "com.microsoft": 1},
                                     options={TfidfVectorizer: {"tokenexp": "[a-zA-Z]+"}})
    (HERE / "churn.onnx").write_bytes(model.SerializeToString())

    rows, _ = make_rows(400, seed=2)
    rows.loc[0:2, "region"] = "overseas"                            # a category that training never saw
    rows.to_csv(HERE / "rows.csv", index=False)
    probabilities = pipeline.predict_proba(rows)
    expected = pandas.DataFrame({"output_label": pipeline.predict(rows)})
    for k, label in enumerate(pipeline.classes_):
        expected[f"output_probability[{label}]"] = probabilities[:, k]
    expected.to_csv(HERE / "expected.csv", index=False)


if __name__ == "__main__":
    main()

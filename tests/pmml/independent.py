"""What the tests share that compare scores with those of a few lines of Python: documents, their scores, a count of differences."""
import csv
import io
import os
import subprocess
import sys
import tempfile

KILN = sys.argv[1]
TOLERANCE = 1e-12
failures = checked = 0


def data_field(name, optype="continuous", data_type="double", inner=""):
    return f'<DataField name="{name}" optype="{optype}" dataType="{data_type}">{inner}</DataField>'


def schema(*names):
    fields = "".join(f'<MiningField name="{n}"{" usageType=" + chr(34) + "target" + chr(34) if n == "y" else ""}/>' for n in names)
    return f"<MiningSchema>{fields}</MiningSchema>"


def output(*fields):
    return "<Output>" + "".join(f'<OutputField name="{name}" {what}/>' for name, what in fields) + "</Output>"


def document(fields, model):
    return f'<PMML version="4.4" xmlns="http://www.dmg.org/PMML-4_4"><Header/><DataDictionary>{fields}</DataDictionary>{model}</PMML>'


def cell(value):
    return '""' if value is None else str(value)


def scores(text, names, rows):
    """A dict a row, of the evaluator; compiled code must say the same."""
    table = ",".join(names) + "\n" + "".join(",".join(map(cell, row)) + "\n" for row in rows)
    with tempfile.TemporaryDirectory() as folder:
        model = os.path.join(folder, "model.pmml")
        with open(model, "w") as f:
            f.write(text)
        said = [subprocess.run([KILN, "score", model, "--status-column", "status", *how], input=table, capture_output=True, text=True)
                for how in (["--interpret"], [])]
    if said[0].returncode:
        raise SystemExit(said[0].stderr)
    if said[0].stdout != said[1].stdout:
        raise SystemExit("compiled code and evaluator differ:\n" + text)
    return list(csv.DictReader(io.StringIO(said[0].stdout)))


def solve(matrix, right):
    """x of matrix x = right, by elimination."""
    rows = [list(row) + [b] for row, b in zip(matrix, right)]
    n = len(rows)
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(i + 1, n):
            factor = rows[r][i] / rows[i][i]
            for c in range(i, n + 1):
                rows[r][c] -= factor * rows[i][c]
    x = [0.0] * n
    for i in reversed(range(n)):
        x[i] = (rows[i][n] - sum(rows[i][c] * x[c] for c in range(i + 1, n))) / rows[i][i]
    return x


def expect(what, got, wanted):
    """A number, a text, or None for missing."""
    global failures, checked
    checked += 1
    if wanted is None:
        same = got == ""
    elif isinstance(wanted, str):
        same = got == wanted
    else:
        same = got != "" and abs(float(got) - wanted) <= TOLERANCE * max(1.0, abs(wanted))
    if not same:
        failures += 1
        print(f"{what}: {got!r}, not {wanted!r}")


def conclude(*families):
    for family in families:
        family()
    print(f"{checked} values, {failures} differ")
    sys.exit(1 if failures or not checked else 0)

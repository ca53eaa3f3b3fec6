"""The conformance sets, for check.py and bits.py: where they are, their cases in an order that any part of is a fair sample."""
import hashlib
import math
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
DEFAULT = HERE.parents[2] / "shared" / "conformance"


def runner(sets):
    """The module run.py of the sets; None where they are not."""
    if not (sets / "run.py").exists():
        return None
    sys.path.insert(0, str(sets))
    import run
    run.onnx_tables = onnx_tables
    return run


def onnx_tables(folder, row, stem):
    """In place of run.py's, which cuts every output to the rows of the shortest: an output without a row axis, as the labels of
    the classes are, is the same for each row of the batch."""
    import onnx_pb
    import run
    inputs, outputs = onnx_pb.signature(folder / row["model"])
    whole = onnx_pb.scored_whole(inputs)
    for data in sorted((folder / "data" / row["id"]).glob("test_data_set_*")):
        given = columns_of(onnx_pb, data, "input", [name for name, _ in inputs], whole, None)
        n = len(next(iter(given.values()))) if given else 1
        results = columns_of(onnx_pb, data, "output", outputs, whole, n)
        tables = [f"{stem}.{data.name[14:]}.{kind}.csv" for kind in ("input", "output")]
        run.write_table(tables[0], given)
        run.write_table(tables[1], results)
        yield tuple(tables)


def columns_of(onnx_pb, data, kind, names, whole, n):
    """{column: [text, ...]} of the files of one data set. With n, a tensor without n rows has them along its only axis of that
    length; one that has none is taken whole, n times."""
    columns = {}
    for j, name in enumerate(names):
        path = data / f"{kind}_{j}.pb"
        if path.exists():
            found = onnx_pb.rows(path, whole)
            if n is not None and (not found or any(len(c) != n for c in found.values())):
                found = other_rows(onnx_pb, path, n)
            columns.update({name + suffix: c for suffix, c in found.items()})
    return columns


def other_rows(onnx_pb, path, n):
    if not is_tensor(onnx_pb, path):
        found = onnx_pb.rows(path, True)
        if all(len(c) == 1 for c in found.values()):   # tensors
            return {suffix: c * n for suffix, c in found.items()}
        return {f".{i}{suffix}": [text] for suffix, c in found.items() for i, text in enumerate(c)}   # maps of the rows that are scored whole
    dims, _, values = onnx_pb.tensor(path.read_bytes())
    axes = [a for a, length in enumerate(dims) if length == n]
    if len(axes) != 1:
        return {suffix: c * n for suffix, c in onnx_pb.tensor_columns(dims, values, True).items()}
    inner = math.prod(dims[axes[0] + 1:])
    outer = math.prod(dims[:axes[0]])
    moved = [values[(o * n + r) * inner + i] for r in range(n) for o in range(outer) for i in range(inner)]
    return onnx_pb.tensor_columns([n] + dims[:axes[0]] + [1] + dims[axes[0] + 1:], moved, False)


def is_tensor(onnx_pb, path):
    """TensorProto has its data in fields 4 and more; the others of the corpus have messages there."""
    try:
        dims, _, values = onnx_pb.tensor(path.read_bytes())
        return math.prod(dims) == len(values)
    except Exception:
        return False


def cases(run, sets, names, work):
    """(id, folder, row) of every case of these sets, in the order of a hash of the id: the same on every machine."""
    found = []
    for name in names:
        archive = sets / f"{name}.tar.xz"
        if archive.exists():
            found += run.find_cases(run.unpack(archive, work), name)
    return sorted(found, key=lambda case: hashlib.sha256(case[0].encode()).digest())

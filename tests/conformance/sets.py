"""The conformance sets, for check.py and bits.py: where they are, their cases in an order that any part of is a fair sample."""
import hashlib
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
    return run


def cases(run, sets, names, work):
    """(id, folder, row) of every case of these sets, in the order of a hash of the id: the same on every machine."""
    found = []
    for name in names:
        archive = sets / f"{name}.tar.xz"
        if archive.exists():
            found += run.find_cases(run.unpack(archive, work), name)
    return sorted(found, key=lambda case: hashlib.sha256(case[0].encode()).digest())

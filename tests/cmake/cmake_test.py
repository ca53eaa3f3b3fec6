#!/usr/bin/env python3
"""kiln_add_scorer as its users meet it: installs the package, configures and builds a small project, runs it and its tests, and looks
at what is built again when. Usage: cmake_test.py BUILD SOURCE"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

failures = 0


def check(what, good, shown=""):
    global failures
    if not good:
        failures += 1
        print(f"{what}\n{shown}")


def run(*command, cwd=None):
    done = subprocess.run([str(c) for c in command], cwd=cwd, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


def main():
    build, source = map(pathlib.Path, sys.argv[1:3])
    with tempfile.TemporaryDirectory() as scratch:
        prefix, project, out = (pathlib.Path(scratch) / name for name in ("prefix", "a project", "out"))
        code, words = run("cmake", "--install", build, "--prefix", prefix)
        check("cmake --install", code == 0, words)
        shutil.copytree(source / "tests" / "cmake" / "project", project)
        (project / "models").mkdir()
        model = project / "models" / "loan model.pmml"
        shutil.copy(source / "docs" / "examples" / "loan.pmml", model)
        shutil.copy(source / "docs" / "examples" / "loan.csv", project / "rows.csv")
        code, words = run("cmake", "-G", "Ninja", "-S", project, "-B", out, f"-DCMAKE_PREFIX_PATH={prefix}", f"-DCMAKE_C_COMPILER={os.environ.get('CC', 'clang-19')}")
        check("configure", code == 0, words)
        code, words = run("ninja", "-C", out)
        check("build", code == 0, words)
        code, words = run(out / "service")
        check("the service scores", code == 0 and words == "loan 3: code 0, status 0, -1\n", words)
        code, words = run("ctest", "--output-on-failure", cwd=out)
        check("loan.verify", code == 0 and "100% tests passed" in words, words)
        code, words = run("ninja", "-C", out)
        check("nothing to do the second time", "no work to do" in words, words)
        time.sleep(0.01)
        model.touch()
        code, words = run("ninja", "-C", out, "-v")
        check("a newer model is compiled again", code == 0 and " compile " in words, words)
        model.write_text(model.read_text().replace('operator="lessOrEqual"', 'operator="around"'))
        code, words = run("ninja", "-C", out)
        check("a bad model stops the build, with its place", code != 0 and "error: 'around' is not a value of SimplePredicate@operator" in words, words)
        check("and leaves the scorer of before", (out / "scorers" / "loan.so").exists() or "FAILED" in words, words)
    print(f"{9 - failures} passed, {failures} failed")
    return failures != 0


if __name__ == "__main__":
    sys.exit(main())

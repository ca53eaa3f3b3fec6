#!/usr/bin/env python3
"""Bad model files: each is refused with its place and the right exit code, within bounds of time and memory.

The limits are a tenth of what the same sizes would take if anything were quadratic; they are generous for a loaded machine.
Usage: bad_input_test.py KILN
"""
import os
import re
import subprocess
import sys
import tempfile

SECONDS, MEGABYTES = 60, 700

HEAD = '<PMML version="4.4" xmlns="http://www.dmg.org/PMML-4_4">\n<Header/>\n'
FIELDS = '<DataDictionary>\n<DataField name="x" optype="continuous" dataType="double"/>\n</DataDictionary>\n'
SCHEMA = '<MiningSchema><MiningField name="x"/></MiningSchema>\n'


def tree(node):
    return HEAD + FIELDS + '<TreeModel functionName="regression">\n' + SCHEMA + node + "</TreeModel>\n</PMML>\n"


def regression(body="", schema=SCHEMA, fields=FIELDS, transformations=""):
    return (HEAD + fields + transformations + '<RegressionModel functionName="regression">\n' + schema
            + '<RegressionTable intercept="1">' + body + "</RegressionTable>\n</RegressionModel>\n</PMML>\n")


def derived(*fields):
    return "<TransformationDictionary>\n" + "\n".join(fields) + "\n</TransformationDictionary>\n"


def field(name, expression):
    return f'<DerivedField name="{name}" optype="continuous" dataType="double">\n{expression}\n</DerivedField>'


GOOD = regression('<NumericPredictor name="x" coefficient="2"/>')
MANY = 1_000_000

# name, document (made when it is needed: this program must stay small), exit code, what standard error must hold
# ("LINE:COLUMN: error: MESSAGE", then what else), and last, for some, options
CASES = [
    ("truncated in a tag", lambda: GOOD[:GOOD.index('dataType="double"')], 3, "4:1: error: the file ends too early",
     "note: element 'DataDictionary' of line 3 is still open"),
    ("truncated between tags", lambda: GOOD[:GOOD.index("<RegressionTable")], 3, "8:1: error: the file ends too early"),
    ("empty", lambda: "", 3, "error: the file is empty"),
    ("not XML", lambda: "%PDF-1.7\n", 3, "error: "),
    ("wrong encoding", lambda: '<?xml version="1.0" encoding="UTF-8"?>\n' + GOOD.replace('name="x"', 'name="gr\udcfc\udcdfe"'), 3,
     "5:20: error: bytes that are not UTF-8", "note: declare the encoding"),
    ("unknown encoding", lambda: '<?xml version="1.0" encoding="EBCDIC-XX"?>\n' + GOOD, 3, "1:31: error: the document's encoding is not supported"),
    ("DOCTYPE", lambda: '<?xml version="1.0"?>\n<!DOCTYPE PMML [<!ENTITY a "aaaaaaaaaa">]>\n' + GOOD, 4, "2:16: error: a DOCTYPE is not accepted"),
    ("entity expansion", lambda: '<!DOCTYPE PMML [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>\n'
     + GOOD.replace("Header/", "Header>&b;</Header"), 4, "1:16: error: a DOCTYPE is not accepted"),
    ("unknown element", lambda: regression("<Wizardry/>"), 4, "8:32: error: element 'Wizardry' in 'RegressionTable' is not supported",
     "in /PMML/RegressionModel/RegressionTable/Wizardry"),
    ("unknown attribute", lambda: regression('<NumericPredictor name="x" coefficient="2" magic="7"/>'), 4,
     "8:75: error: attribute 'magic' of 'NumericPredictor' is not supported", "^~~~~~~~~"),
    ("unknown attribute on a line of its own", lambda: regression('<NumericPredictor name="x"\n\tcoefficient="2"\n\tmagic="7"/>'), 4,
     "10:2: error: attribute 'magic' of 'NumericPredictor' is not supported", "^~~~~~~~~"),
    ("unknown attribute in UTF-16", lambda: regression('<NumericPredictor name="x" coefficient="2" magic="7"/>').encode("utf-16"), 4,
     "8:32: error: attribute 'magic' of 'NumericPredictor' is not supported"),
    ("unknown model", lambda: HEAD + FIELDS + '<QuantumModel functionName="regression"/>\n</PMML>\n', 4,
     "6:1: error: element 'QuantumModel' in 'PMML' is not supported"),
    ("unknown operator", lambda: tree('<Node score="1"><True/>\n<Node score="2">\n<SimplePredicate field="x" operator="around" value="1"/></Node></Node>'), 3,
     "10:28: error: 'around' is not a value of SimplePredicate@operator", "^~~~~~~~~~~~~~~~~"),
    ("unknown function", lambda: regression('<NumericPredictor name="z" coefficient="1"/>',
                                            transformations=derived(field("z", '<Apply function="frobnicate"><FieldRef field="x"/></Apply>'))), 3,
     "8:8: error: attribute function='frobnicate' of 'Apply'"),
    ("bad number", lambda: regression('<NumericPredictor name="x" coefficient="2,5"/>'), 3,
     "8:59: error: attribute coefficient='2,5' of 'NumericPredictor': not a number", "^~~~~~~~~~~~~~~~~"),
    ("bad threshold", lambda: tree('<Node score="1"><True/>\n<Node score="2">\n<SimplePredicate field="x"\n  operator="lessThan" value="1e"/></Node></Node>'), 3,
     "11:23: error: '1e' is not a value of field 'x'"),
    ("bad score", lambda: tree('<Node score="one"><True/></Node>'), 3, "8:7: error: 'one' is not a number"),
    ("bad version", lambda: GOOD.replace('version="4.4"', 'version="9.9"'), 4, "1:7: error: PMML 9.9 is not supported"),
    ("unknown field", lambda: regression('<NumericPredictor name="y" coefficient="2"/>'), 3, "8:50: error: unknown field 'y'"),
    ("cyclic derived fields", lambda: regression('<NumericPredictor name="a" coefficient="1"/>', transformations=derived(
        field("a", '<FieldRef field="b"/>'), field("b", '<FieldRef field="c"/>'), field("c", '<FieldRef field="a"/>'))), 3,
     "14:11: error: field 'a' is defined by itself: 'a' -> 'b' -> 'c' -> 'a'"),
    ("a million nested elements", lambda: HEAD + "<Extension>" * MANY, 4, "3:45046: error: limit of 4096 nested XML elements exceeded", "--max-xml-depth"),
    ("a million nested nodes", lambda: tree("<Node><True/>" * MANY), 4, "error: limit of 4096 nested XML elements exceeded"),
    ("a million nested predicates", lambda: tree("<Node>" + '<CompoundPredicate booleanOperator="and">' * MANY), 4,
     "error: limit of 4096 nested XML elements exceeded"),
    ("deep expressions, under a raised limit", lambda: regression('<NumericPredictor name="z" coefficient="1"/>', transformations=derived(
        field("z", '<Apply function="abs">' * 100_000 + '<FieldRef field="x"/>' + "</Apply>" * 100_000))), 4,
     "error: limit of 2000 nested expressions", "--max-expression-depth", ["--max-xml-depth=1000000"]),
    ("a million attributes", lambda: regression("<NumericPredictor " + " ".join(f'a{i}="{i}"' for i in range(MANY)) + "/>"), 4,
     "8:32: error: limit of 1024 attributes of an XML element exceeded (found 1000000)"),
    ("a gigantic attribute", lambda: regression('<NumericPredictor name="x" coefficient="' + "9" * 50_000_000 + 'x"/>'), 3,
     "8:59: error: attribute coefficient='9999"),
    ("a million errors", lambda: tree('<Node score="1"><True/>' + '<Node score="2" color="red"><True/></Node>\n' * MANY + "</Node>"), 4,
     "8:40: error: attribute 'color' of Node is not supported", "more errors are not shown"),
    ("a million errors on one line", lambda: tree('<Node score="1"><True/>' + '<Node score="2" color="red"><True/></Node>' * MANY + "</Node>"), 4,
     "8:40: error: attribute 'color' of Node is not supported", "more errors are not shown"),
    ("half a million fields", lambda: regression(fields="<DataDictionary>\n" + '<DataField name="x" optype="continuous" dataType="double"/>\n' * (MANY // 2)
                                                 + "</DataDictionary>\n"), 3, "3:1: error: 'DataDictionary': more than 65536 fields"),
]


def run(kiln, arguments, model):
    """Exit code, standard error, seconds of processor and megabytes of the process and its children."""
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(["/bin/sh", "-c", '"$@"; exit $?', "sh", kiln, *arguments, model], stdout=subprocess.DEVNULL, stderr=errors)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        return child.returncode, errors.read().decode("utf-8", "replace"), usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def write(path, document):
    text = document()
    with open(path, "wb") as file:
        file.write(text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape"))


def main():
    kiln, failed = sys.argv[1], 0
    with tempfile.TemporaryDirectory() as scratch:
        model = os.path.join(scratch, "bad.pmml")
        for name, document, code, *wanted in CASES:
            options = wanted.pop() if isinstance(wanted[-1], list) else []
            write(model, document)
            got, errors, seconds, megabytes = run(kiln, ["check", *options], model)
            problems = [f"'{w}' is not in its words" for w in wanted if w not in errors]
            if got != code:
                problems.append(f"exit code {got}, not {code}")
            if wanted[0][0].isdigit() and not re.search(rf"^{re.escape(model)}:{re.escape(wanted[0])}", errors, re.M):
                problems.append("its place is another")
            if seconds > SECONDS or megabytes > MEGABYTES:
                problems.append(f"took {seconds:.1f} s and {megabytes:.0f} MB")
            if len(errors) > 100_000:
                problems.append(f"{len(errors)} bytes of words")
            failed += bool(problems)
            for problem in problems:
                print(f"{name}: {problem}\n{errors[:1500]}")
            if "-v" in sys.argv:
                print(f"{name}: exit {got}, {seconds:.2f} s, {megabytes:.0f} MB")
    print(f"{len(CASES) - failed} passed, {failed} failed")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Writes compiler/ir/regex/unicode_classes.h: ranges of code points by general category and by script, of Unicode 14.0.

Categories come from Python's unicodedata, which has to be of that version; scripts from fontTools (fonttools==4.37.1), of the
file Scripts-14.0.0.txt. Only scripts of LISTED are written."""
import sys
import unicodedata

from fontTools.unicodedata import Scripts

VERSION = "14.0.0"
LISTED = ["Arabic", "Armenian", "Bengali", "Common", "Cyrillic", "Devanagari", "Ethiopic", "Georgian", "Greek", "Gujarati", "Gurmukhi", "Han", "Hangul",
          "Hebrew", "Hiragana", "Inherited", "Kannada", "Katakana", "Khmer", "Lao", "Latin", "Malayalam", "Mongolian", "Myanmar", "Sinhala", "Tamil",
          "Telugu", "Thai", "Tibetan"]


def grouped(values):
    """name -> [(first, last)], from (code point, name) in ascending order."""
    found = {}
    for code, name in values:
        ranges = found.setdefault(name, [])
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1] = (ranges[-1][0], code)
        else:
            ranges.append((code, code))
    return found


def scripts():
    for i, first in enumerate(Scripts.RANGES):
        last = Scripts.RANGES[i + 1] - 1 if i + 1 < len(Scripts.RANGES) else 0x10FFFF
        name = Scripts.NAMES[Scripts.VALUES[i]]
        for code in range(first, last + 1):
            yield code, name


def main():
    if unicodedata.unidata_version != VERSION:
        sys.exit(f"this Python has Unicode {unicodedata.unidata_version}, not {VERSION}")
    import inspect
    if f"Scripts-{VERSION}.txt" not in inspect.getsource(Scripts):
        sys.exit(f"fontTools has another version than {VERSION}")
    categories = grouped((code, unicodedata.category(chr(code))) for code in range(0x110000))
    by_script = {name: ranges for name, ranges in grouped(scripts()).items() if name in LISTED}
    print("// Made by tools/unicode_classes.py: code points by general category and by script, Unicode 14.0. By name, with the\n"
          "// two-letter categories first; each row is a range of kUnicodeRanges.")
    print("#pragma once\n#include <cstdint>\n\nnamespace kiln::regex {\n")
    rows, names = [], []
    for kind, table in (("category", categories), ("script", by_script)):
        for name in sorted(table):
            names.append((name, kind, len(rows), len(table[name])))
            rows += table[name]
    print("struct UnicodeClass {\n  const char* name;\n  bool script;\n  uint32_t first, count;\n};")
    print("inline constexpr UnicodeClass kUnicodeClasses[] = {")
    for name, kind, first, count in names:
        print(f'    {{"{name}", {"true" if kind == "script" else "false"}, {first}, {count}}},')
    print("};\ninline constexpr uint32_t kUnicodeRanges[][2] = {")
    line = "   "
    for low, high in rows:
        item = f" {{0x{low:x}, 0x{high:x}}},"
        if len(line) + len(item) > 132:
            print(line)
            line = "   "
        line += item
    print(line + "\n};\n\n}  // namespace kiln::regex")


if __name__ == "__main__":
    main()

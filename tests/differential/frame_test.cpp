// Inputs, checks, notes and outputs: the frame of every pipeline, compiled and evaluated.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "compiler/ir/builder.h"
#include "compiler/ir/nodes/check.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/nodes/note.h"
#include "compiler/ir/nodes/output.h"
#include "compiler/ir/tables/dict.h"
#include "tests/differential/harness.h"

namespace kiln::test {
namespace {

ir::Input inputOf(const char* name, ir::Elem elem, ir::Input::Nan nan, bool nullable, ir::TableRef dict = {}) {
  ir::Input input;
  input.field = name, input.elem = elem, input.nan = nan, input.nullable = nullable, input.dict = dict;
  return input;
}
void output(ir::Builder& b, const char* name, ir::ValueId v) {
  ir::Output out;
  out.field = name;
  b.add(out, {v});
}

const double kInf = std::numeric_limits<double>::infinity(), kNan = std::numeric_limits<double>::quiet_NaN();

// Cells of every kind, met by inputs of every type.
const std::vector<kiln_cell>& oddCells() {
  static const std::vector<kiln_cell> cells = {
      missingCell(), number(0), number(-0.0), number(1), number(2.5), number(-1e300), number(1e300), number(kNan), number(kInf), number(-kInf),
      number(0x1p63), number(-0x1p63), number(2147483648.0), number(-2147483648.0), number(16777217), integer(0), integer(1), integer(-5),
      integer(INT64_MAX), integer(INT64_MIN), integer(9007199254740993), boolean(true), boolean(false), code(0), code(1), code(2), code(3),
      code(-1), code(1000000), text(""), text("red"), text("green"), text("a label that is longer than sixteen bytes"), text("blue "),
      text("1"), text(" 2.5 "), text("nan"), text("NaN"), text("inf"), text("-Infinity"), text("true"), text("FALSE"), text("4.0"), text("4e0"),
      text("9223372036854775807"), text("9223372036854775808"), text("2147483648"), text("0.1"), text("1e400"), text("2020-02-29"),
      text("2021-02-29"), text("23:59:59"), text("2020-02-29T12:00:00"), text("x"), text("-"), text("0x10")};
  return cells;
}

TEST(Frame, EveryInputTypeMeetsEveryCell) {
  for (ir::Elem elem : {ir::Elem::f64, ir::Elem::f32, ir::Elem::i64, ir::Elem::i32, ir::Elem::boolean, ir::Elem::str, ir::Elem::date,
                        ir::Elem::time, ir::Elem::datetime})
    for (ir::Input::Nan nan : {ir::Input::value, ir::Input::missing, ir::Input::invalid})
      for (bool nullable : {true, false}) {
        ir::Pipeline pipeline;
        ir::Builder b(pipeline);
        output(b, "y", b.add(ir::Check(), {b.add(inputOf("x", elem, nan, nullable), {}, "x")}));
        std::vector<Row> rows;
        for (const kiln_cell& cell : oddCells()) rows.push_back({cell});
        EXPECT_EQ(differences(pipeline, rows), std::vector<std::string>()) << ir::elemName(elem) << " nan " << int{nan} << " nullable " << nullable;
      }
}

TEST(Frame, LabelsOfEveryType) {
  for (int kind = 0; kind < 5; kind++)
    for (bool open : {false, true}) {
      ir::Pipeline pipeline;
      ir::Builder b(pipeline);
      ir::Dict dict;
      dict.open = open;
      if (kind == 0) dict.add("red"), dict.add("green"), dict.add("a label that is longer than sixteen bytes"), dict.add("");
      if (kind == 1) dict.elem = ir::Elem::f64, dict.add(0.0), dict.add(2.5), dict.add(1e300);
      if (kind == 2) dict.elem = ir::Elem::i64, dict.add(int64_t{1}), dict.add(int64_t{-5}), dict.add(INT64_MAX);
      if (kind == 3) dict.elem = ir::Elem::boolean, dict.add(int64_t{1}), dict.add(int64_t{0});
      if (kind == 4) dict.elem = ir::Elem::f32, dict.add(0.10000000149011612), dict.add(2.5);
      const ir::TableRef labels = b.table(dict, "labels");
      const ir::ValueId x = b.add(ir::Check(), {b.add(inputOf("x", ir::Elem::cat, ir::Input::invalid, true, labels), {}, "x")});
      if (!open) output(b, "y", x);
      const ir::ValueId z = b.add(inputOf("z", ir::Elem::f64, ir::Input::missing, true), {}, "z");
      output(b, "zz", z);
      std::vector<Row> rows;
      for (const kiln_cell& cell : oddCells()) rows.push_back({cell, number(1.5)});
      EXPECT_EQ(differences(pipeline, rows), std::vector<std::string>()) << kind << open;
    }
}

TEST(Frame, TheFirstFailureEndsTheRow) {
  ir::Pipeline pipeline;
  ir::Builder b(pipeline);
  std::vector<ir::ValueId> checked;
  for (const char* name : {"a", "b", "c"}) checked.push_back(b.add(ir::Check(), {b.add(inputOf(name, ir::Elem::i64, ir::Input::invalid, false), {}, name)}));
  const ir::ValueId flag = b.add(inputOf("flag", ir::Elem::boolean, ir::Input::missing, true), {}, "flag");
  ir::Note note;
  note.bit = KILN_DEFAULT_USED;
  b.add(note, {flag});
  for (size_t i = 0; i < 3; i++) output(b, std::string(1, static_cast<char>('x' + i)).c_str(), checked[i]);
  std::vector<Row> rows;
  const kiln_cell cells[] = {missingCell(), number(7), number(0.5), text("junk"), number(kNan)};
  for (const kiln_cell& x : cells)
    for (const kiln_cell& y : cells)
      for (const kiln_cell& z : cells)
        for (const kiln_cell& f : {boolean(true), boolean(false), missingCell(), number(1)}) rows.push_back({x, y, z, f});
  EXPECT_EQ(differences(pipeline, rows), std::vector<std::string>());
}

}  // namespace
}  // namespace kiln::test

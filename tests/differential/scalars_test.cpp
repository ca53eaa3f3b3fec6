// Every scalar function on every type it takes, over all pairs of edge values: compiled on every tier and evaluated,
// the same bits.
#include <gtest/gtest.h>

#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/const.h"
#include "compiler/ir/scalars.h"
#include "compiler/ir/tables/dict.h"
#include "tests/differential/values.h"

namespace kiln::test {
namespace {

using ir::Elem;

const std::vector<Elem> kElems = {Elem::f64, Elem::f32,  Elem::i64,  Elem::i32,     Elem::boolean,
                                  Elem::str, Elem::date, Elem::time, Elem::datetime};

/// Inputs x, y, z of one type (z: for functions of three), and every function that takes them, each result put out on
/// its own.
struct Functions {
  ir::Pipeline pipeline;
  ir::Builder b{pipeline};
  std::vector<Elem> inputs;
  std::vector<ir::ValueId> x;
  uint32_t outputs = 0;

  explicit Functions(std::vector<Elem> elems) : inputs(std::move(elems)) {
    for (size_t i = 0; i < inputs.size(); i++)
      x.push_back(addInput(b, std::string(1, static_cast<char>('x' + i)), inputs[i]));
  }
  /// `parameter`: a year, or the bits of an integer.
  bool add(const ir::ScalarFunction& f, bool checked, double parameter = 1960) {
    const std::vector<double> parameters(static_cast<size_t>(f.parameterCount()), parameter);
    const std::vector<ir::ValueId> operands(
        x.begin(), x.begin() + std::min<ptrdiff_t>(f.arity(), static_cast<ptrdiff_t>(x.size())));
    try {
      addOutput(b, f.name + std::to_string(outputs), b.call(f.name, operands, checked, parameters));
    } catch (const ir::BuildError&) {
      return false;  // not a function of this type
    }
    outputs++;
    return true;
  }
  /// All combinations of edge values, thinned to about `most` rows by steps without common factor.
  std::vector<Row> rows(size_t most = 1200) const {
    std::vector<std::vector<kiln_cell>> cells;
    size_t total = 1;
    for (Elem elem : inputs) cells.push_back(edgeCells(elem)), total *= cells.back().size();
    std::vector<Row> rows;
    const size_t step = total <= most ? 1 : total / most | 1;
    for (size_t n = 0; n < total; n += step) {
      Row row;
      size_t rest = n;
      for (const auto& values : cells) row.push_back(values[rest % values.size()]), rest /= values.size();
      rows.push_back(row);
    }
    return rows;
  }
};

class Scalars : public testing::TestWithParam<std::tuple<Elem, bool>> {};

TEST_P(Scalars, OfOneType) {
  const auto [elem, checked] = GetParam();
  std::vector<std::string> met;
  for (int arity = 1; arity <= 3; arity++) {
    Functions functions(std::vector<Elem>(static_cast<size_t>(arity), elem));
    for (const ir::ScalarFunction& f : ir::scalarFunctions())
      if (f.arity() == arity) functions.add(f, checked);
    if (functions.outputs == 0) continue;
    EXPECT_EQ(differences(functions.pipeline, functions.rows()), std::vector<std::string>())
        << ir::elemName(elem) << " arity " << arity;
  }
}
INSTANTIATE_TEST_SUITE_P(All, Scalars, testing::Combine(testing::ValuesIn(kElems), testing::Bool()),
                         [](const auto& info) {
                           return std::string(ir::elemName(std::get<0>(info.param))) +
                                  (std::get<1>(info.param) ? "Checked" : "");
                         });

TEST(Scalars, WrapToFewerBits) {
  for (Elem elem : {Elem::i64, Elem::i32}) {
    Functions functions({elem});
    for (double bits : {1, 8, 16, 31, 32, 33, 63})
      for (const char* name : {"wrap_signed", "wrap_unsigned"})
        ASSERT_TRUE(functions.add(*ir::findScalar(name), false, bits));
    EXPECT_EQ(differences(functions.pipeline, functions.rows()), std::vector<std::string>());
  }
}

TEST(Scalars, Substring) {
  for (bool strict : {false, true}) {
    Functions functions({Elem::str, Elem::i64, Elem::i64});
    if (!strict)
      ASSERT_TRUE(functions.add(*ir::findScalar("substring"), false));
    else
      addStrictOutput(functions.b, "s", functions.b.call("substring", functions.x));
    EXPECT_EQ(differences(functions.pipeline, functions.rows(3000)), std::vector<std::string>());
  }
}

// The cause, field and node of what fails.
TEST(Scalars, Causes) {
  for (const char* name : {"add", "div", "mod_floor", "and", "log", "ipow"}) {
    const bool logical = std::string(name) == "and";
    const Elem elem = logical ? Elem::boolean : std::string(name) == "log" ? Elem::f64 : Elem::i64;
    Functions functions(std::vector<Elem>(std::string(name) == "log" ? 1 : 2, elem));
    addStrictOutput(functions.b, "y", functions.b.call(name, functions.x, !logical));
    EXPECT_EQ(differences(functions.pipeline, functions.rows()), std::vector<std::string>()) << name;
  }
}

TEST(Scalars, Codes) {
  for (bool open : {false, true}) {
    ir::Pipeline pipeline;
    ir::Builder b(pipeline);
    ir::Dict dict;
    dict.open = open, dict.ordered = true;
    for (const char* label : {"red", "green", "", "a label longer than sixteen bytes"}) dict.add(std::string(label));
    const ir::TableRef labels = b.table(dict, "labels");
    const ir::ValueId x = addInput(b, "x", Elem::cat, labels), y = addInput(b, "y", Elem::cat, labels);
    for (const char* name : {"eq", "ne", "lt", "le", "gt", "ge"}) {
      addOutput(b, name, b.call(name, {x, y}));
      addOutput(b, std::string(name) + "c", b.call(name, {x, b.code(labels, open ? 4 : 1)}));
    }
    addOutput(b, "m", b.call("is_missing", {x})), addOutput(b, "p", b.call("is_present", {y}));
    std::vector<kiln_cell> cells = {
        missingCell(),   number(3), text("red"), text("green"), text(""), text("a label longer than sixteen bytes"),
        text("unknown"), code(1),   code(3),     code(4),       code(-1)};
    std::vector<Row> rows;
    for (const kiln_cell& u : cells)
      for (const kiln_cell& v : cells) rows.push_back({u, v});
    EXPECT_EQ(differences(pipeline, rows), std::vector<std::string>()) << open;
  }
}

class Casts : public testing::TestWithParam<Elem> {};

TEST_P(Casts, ToEveryTypeInEveryMode) {
  for (bool strict : {false, true}) {
    ir::Pipeline pipeline;
    ir::Builder b(pipeline);
    const ir::ValueId x = addInput(b, "x", GetParam());
    uint32_t outputs = 0;
    for (Elem to : kElems)
      for (uint8_t mode = 0; mode <= ir::Cast::java; mode++) try {
          const ir::ValueId y = b.add(ir::Cast(to, static_cast<ir::Cast::Mode>(mode)), {x});
          const std::string name = "y" + std::to_string(outputs++);
          if (strict && mode == ir::Cast::checked && to == Elem::i32)
            addStrictOutput(b, name, y);
          else
            addOutput(b, name, y);
        } catch (const ir::BuildError&) {  // no such cast
        }
    if (outputs == 0) continue;
    std::vector<Row> rows;
    for (const kiln_cell& cell : edgeCells(GetParam())) rows.push_back({cell});
    for (double v : {2147483647.0, 2147483648.0, -2147483648.0, -2147483649.0, 9223372036854774784.0, 0x1p63, -0x1p63,
                     -0x1.0000000000001p63, 255.5})
      if (GetParam() == Elem::f64 || GetParam() == Elem::f32) rows.push_back({number(v)});
    EXPECT_EQ(differences(pipeline, rows), std::vector<std::string>());
  }
}
INSTANTIATE_TEST_SUITE_P(All, Casts, testing::ValuesIn(kElems),
                         [](const auto& info) { return std::string(ir::elemName(info.param)); });

}  // namespace
}  // namespace kiln::test

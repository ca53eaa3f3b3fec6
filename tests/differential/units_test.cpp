// Models of many alike formulas, whose code is shared: of a block of rows, and of one row where there are thousands of pieces.
#include <gtest/gtest.h>

#include <limits>

#include "compiler/ir/builder.h"
#include "compiler/ir/nodes/arrange.h"
#include "compiler/ir/nodes/check.h"
#include "compiler/ir/nodes/coalesce.h"
#include "compiler/ir/nodes/const.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/nodes/output.h"
#include "compiler/ir/nodes/raise_if.h"
#include "compiler/ir/nodes/recover.h"
#include "compiler/ir/tables/matrix.h"
#include "tests/differential/harness.h"

namespace kiln::test {
namespace {

class Formulas {
 public:
  explicit Formulas(ir::Pipeline& pipeline) : b_(pipeline) {}

  void build(int count) {
    const ir::ValueId x = input("x", ir::Elem::f64), y = input("y", ir::Elem::f64), word = input("word", ir::Elem::str);
    ir::ValueId sum = vector(0, 0), texts = b_.integer(0);
    for (int i = 0; i < count; i++) {
      sum = b_.call("add", {sum, density(i, i % 3 == 0 ? y : x)});
      texts = b_.call("add", {texts, length(i, word)});
      if (i % 8 == 0) checked(i, x);
    }
    output("sum", sum), output("texts", texts);
  }

 private:
  ir::ValueId input(const char* name, ir::Elem elem) {
    ir::Input input;
    input.field = name, input.elem = elem, input.nan = ir::Input::missing;
    return b_.add(ir::Check(), {b_.add(input, {}, name)});
  }
  void output(const std::string& name, ir::ValueId v) {
    ir::Output out;
    out.field = name, out.columns = b_.type(v).shape;
    b_.add(out, {v});
  }
  ir::ValueId vector(double a, double b) {
    ir::Matrix matrix;
    matrix.shape = {2}, matrix.numbers = {a, b};
    ir::Const constant;
    constant.matrix = b_.table(std::move(matrix), "pair");
    return b_.add(std::move(constant));
  }
  // ((log(a * x) or missing) - m)^2 / v, or nothing: a vector of its own, constants of both kinds, a failure on the way.
  ir::ValueId density(int i, ir::ValueId x) {
    ir::Recover recover;
    const ir::ValueId scaled = b_.call("mul", {x, b_.number(0.5 + i)});
    const ir::ValueId log = b_.add(recover, {b_.call("log", {scaled}, true)});
    const ir::ValueId far = b_.call("sub", {log, vector(i, -i)});
    const ir::ValueId density = b_.call("div", {b_.call("mul", {far, far}), vector(1 + i, 2 + i)});
    return b_.add(ir::Coalesce(), {density, vector(0, 0.25)});
  }
  // Text that a kernel makes.
  ir::ValueId length(int i, ir::ValueId word) {
    const ir::ValueId joined = b_.call("join", {word, b_.text(std::string(static_cast<size_t>(i % 5), 'x') + std::to_string(i))});
    return b_.call("length", {b_.call("upper_simple", {joined})});
  }
  // Statements: the first that fails ends the row.
  void checked(int i, ir::ValueId x) {
    ir::RaiseIf raise;
    const ir::ValueId high = b_.call("gt", {x, b_.number(1000 - i)});
    const ir::ValueId y = b_.call("neg", {b_.add(raise, {x, high})});
    output("y" + std::to_string(i), b_.add(ir::Check(), {y}));
  }

  ir::Builder b_;
};

// Steps over a vector, as of a recurrent net: h = tanh(a / h + b * x), where a division by zero fails.
void buildSteps(ir::Pipeline& pipeline, int count) {
  ir::Builder b(pipeline);
  const auto vector = [&](double first) {
    ir::Matrix matrix;
    matrix.shape = {3}, matrix.numbers = {first, first / 2, -first};
    ir::Const constant;
    constant.matrix = b.table(std::move(matrix), "weights");
    return b.add(std::move(constant));
  };
  ir::Input input;
  input.field = "x", input.elem = ir::Elem::f64, input.nan = ir::Input::missing, input.shape = input.columns = {3};
  const ir::ValueId x = b.add(ir::Check(), {b.add(input, {}, "x")});
  ir::ValueId h = x;
  for (int i = 1; i <= count; i++) {
    const ir::ValueId quotient = b.call("div", {vector(0.25 * i), h}, true);
    h = b.call("tanh", {b.call("add", {quotient, b.call("mul", {x, vector(1.0 / i)})})});
  }
  ir::Output out;
  out.field = "h", out.columns = {3};
  b.add(out, {h});
}

// Chains over the last elements of a vector in reverse, of a length each: t = tanh(a / s + s * b), where a division by zero fails.
void buildLengths(ir::Pipeline& pipeline, uint32_t from, uint32_t to) {
  ir::Builder b(pipeline);
  const auto vector = [&](uint32_t length, double first) {
    ir::Matrix matrix;
    matrix.shape = {length};
    for (uint32_t i = 0; i < length; i++) matrix.numbers.push_back(first / (1 + i));
    ir::Const constant;
    constant.matrix = b.table(std::move(matrix), "weights");
    return b.add(std::move(constant));
  };
  ir::Input input;
  input.field = "x", input.elem = ir::Elem::f64, input.nan = ir::Input::missing, input.shape = input.columns = {to};
  const ir::ValueId x = b.add(ir::Check(), {b.add(input, {}, "x")});
  for (uint32_t length = from; length <= to; length++) {
    ir::Arrange last;
    last.shape = {length}, last.start = to - 1, last.strides = {-1};
    const ir::ValueId some = b.add(std::move(last), {x});
    const ir::ValueId quotient = b.call("div", {vector(length, 1.0 + length), some}, true);
    const ir::ValueId t = b.call("tanh", {b.call("add", {quotient, b.call("mul", {some, vector(length, 0.5)})})});
    ir::Output out;
    out.field = "t" + std::to_string(length), out.columns = {length};
    b.add(out, {t});
  }
}

std::vector<Row> rowsOf() {
  const double kNan = std::numeric_limits<double>::quiet_NaN();
  std::vector<Row> rows;
  for (const kiln_cell& x : {number(1), number(-2), number(0), missingCell(), number(kNan), number(999.5), number(998), number(5000), number(1e-300)})
    for (const kiln_cell& y : {number(0.125), number(-1), missingCell()})
      for (const kiln_cell& word : {text("a"), text("stra\xc3\x9f""e"), missingCell()}) rows.push_back({x, y, word});
  return rows;
}

size_t countOf(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) count++;
  return count;
}

/// Compiled and evaluated alike, with at least so many calls of shared functions (0: none).
void expectShared(const ir::Pipeline& pipeline, const std::vector<Row>& rows, size_t row, size_t block) {
  EXPECT_EQ(differences(pipeline, rows), std::vector<std::string>());
  codegen::Want want;
  want.llvm = true;
  codegen::Options options;
  options.tiers = {"v2"};
  codegen::Artefact artefact;
  Diagnostics diagnostics;
  ASSERT_TRUE(codegen::compile(pipeline, options, want, artefact, diagnostics));
  const std::string& llvm = artefact.llvm.at(0).second;
  EXPECT_EQ(countOf(llvm, "define internal void @row_unit_") > 0, row > 0);
  EXPECT_EQ(countOf(llvm, "define internal void @block_unit_") > 0, block > 0);
  EXPECT_GE(countOf(llvm, "call void @row_unit_"), row);
  EXPECT_GE(countOf(llvm, "call void @block_unit_"), block);
}

void expectSharedOfFormulas(int count, size_t row, size_t block) {
  ir::Pipeline pipeline;
  Formulas(pipeline).build(count);
  expectShared(pipeline, rowsOf(), row, block);
}
TEST(Units, FewFormulasHaveCodeOfTheirOwn) { expectSharedOfFormulas(6, 0, 0); }
TEST(Units, ManyFormulasShareTheCodeOfABlock) { expectSharedOfFormulas(18, 0, 30); }
TEST(Units, ThousandsOfPiecesShareTheCodeOfARowToo) { expectSharedOfFormulas(200, 400, 400); }

void expectSharedOfSteps(int count, size_t row, size_t block) {
  ir::Pipeline pipeline;
  buildSteps(pipeline, count);
  const std::vector<double> some = {0.5, -2, 1e300, 0, 1e-300, std::numeric_limits<double>::quiet_NaN()};
  std::vector<Row> rows;
  for (double a : some)
    for (double c : some) rows.push_back({number(a), number(0.75), number(c)});
  rows.push_back({missingCell(), number(1), number(1)});
  expectShared(pipeline, rows, row, block);
}
TEST(Units, AFewStepsOverVectorsHaveCodeOfTheirOwn) { expectSharedOfSteps(8, 0, 0); }
TEST(Units, ManyStepsOverVectorsShareTheCodeOfARowToo) { expectSharedOfSteps(40, 100, 100); }

TEST(Units, StepsOverLongVectorsOfAnyLengthShare) {
  constexpr uint32_t kLongest = 53;
  ir::Pipeline pipeline;
  buildLengths(pipeline, 18, kLongest);
  std::vector<Row> rows;
  for (uint32_t zero : {0u, 1u, 20u, kLongest - 1, kLongest}) {   // which number is 0: of some chains, or of none
    Row row;
    for (uint32_t i = 0; i < kLongest; i++) row.push_back(i == zero ? number(0) : number(0.01 * (1 + i) - 0.205));
    rows.push_back(row);
  }
  rows.push_back(Row(kLongest, number(std::numeric_limits<double>::quiet_NaN())));
  expectShared(pipeline, rows, 100, 30);   // a chain is a unit of a block, its pieces are units of one row
}

}  // namespace
}  // namespace kiln::test

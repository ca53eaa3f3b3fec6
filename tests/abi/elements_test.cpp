// Pipelines that do the same to every element of a matrix score it as it lies: every row as score_row has it, which the differential tests
// compare with the evaluator; also where rows fail, matrices have gaps, lie apart or over each other.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "compiler/codegen/wide_row.h"
#include "compiler/ir/builder.h"
#include "compiler/ir/nodes/argmax.h"
#include "compiler/ir/nodes/arrange.h"
#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/check.h"
#include "compiler/ir/nodes/coalesce.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/const.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/nodes/normalize.h"
#include "compiler/ir/nodes/output.h"
#include "compiler/ir/nodes/raise_if.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/tables/matrix.h"
#include "tests/differential/harness.h"

namespace kiln::test {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN(), kInf = std::numeric_limits<double>::infinity();

template <class Make> ir::Pipeline pipelineOf(ir::Elem elem, std::vector<uint32_t> shape, Make make, bool toNumber = false) {
  ir::Pipeline pipeline;
  pipeline.name = "elements", pipeline.sourceFormat = "hand";
  ir::Builder b(pipeline);
  ir::Input in;
  in.field = "X", in.elem = elem, in.nullable = false, in.nan = ir::Input::value, in.shape = in.columns = std::move(shape);
  ir::Output out;
  out.field = "Y";
  if (!toNumber) out.columns = in.columns;
  b.add(out, {make(b, b.add(ir::Check(), {b.add(in, {}, "X")}))});
  return pipeline;
}
ir::ValueId constant(ir::Builder& b, ir::Elem elem, double value) {
  ir::Const c;
  c.elem = elem;
  if (ir::isFloat(elem)) c.number = value;
  else c.integer = static_cast<int64_t>(value);
  return b.add(c, {});
}

/// A constant vector: the number of an element, in steps.
ir::ValueId constants(ir::Builder& b, ir::Elem elem, const std::vector<uint32_t>& shape, double step) {
  ir::Matrix m;
  m.elem = elem, m.shape = shape;
  size_t count = 1;
  for (uint32_t d : shape) count *= d;
  for (size_t i = 0; i < count; i++) {
    if (ir::isFloat(elem)) m.numbers.push_back(static_cast<double>(i + 1) * step);
    else m.integers.push_back(elem == ir::Elem::boolean ? static_cast<int64_t>(i % 2) : static_cast<int64_t>(i + 1));
  }
  ir::Const c;
  c.elem = elem, c.matrix = b.table(std::move(m), "of columns");
  return b.add(c, {});
}

ir::ValueId reduced(ir::Builder& b, ir::Reduce::Kind kind, ir::ValueId x) {
  ir::Reduce reduce;
  reduce.op = kind;
  return b.add(reduce, {x});
}
/// Whether this is true of any of a row's elements, whose axes are so many.
ir::ValueId anyOf(ir::Builder& b, ir::ValueId condition, size_t axes) {
  for (; axes > 0; axes--) condition = reduced(b, ir::Reduce::any, condition);
  return condition;
}
ir::ValueId endedBy(ir::Builder& b, ir::ValueId x, ir::ValueId condition, size_t axes) { return b.add(ir::RaiseIf(), {x, anyOf(b, condition, axes)}); }
/// Rows end where an element is NaN, whatever the others are.
ir::ValueId endedByNan(ir::Builder& b, ir::Elem elem, ir::ValueId x, size_t axes) {
  return b.add(ir::Cast(elem), {b.call("gt", {endedBy(b, x, b.call("is_nan", {x}), axes), constant(b, elem, 0.25)})});
}

struct Case {
  const char* name;
  ir::Pipeline pipeline;
};
std::vector<Case> cases(std::vector<uint32_t> shape) {
  using ir::Elem;
  std::vector<Case> all;
  for (Elem elem : {Elem::f64, Elem::f32}) {
    all.push_back({"abs", pipelineOf(elem, shape, [&](ir::Builder& b, ir::ValueId x) { return b.call("abs", {x}); })});
    all.push_back({"tanh", pipelineOf(elem, shape, [&](ir::Builder& b, ir::ValueId x) { return b.call("tanh", {x}); })});
    all.push_back({"to i64", pipelineOf(elem, shape, [&](ir::Builder& b, ir::ValueId x) { return b.add(ir::Cast(Elem::i64), {x}); })});
    all.push_back({"to bool", pipelineOf(elem, shape, [&](ir::Builder& b, ir::ValueId x) { return b.add(ir::Cast(Elem::boolean), {x}); })});
    all.push_back({"to the other float",
                   pipelineOf(elem, shape, [&](ir::Builder& b, ir::ValueId x) { return b.add(ir::Cast(elem == Elem::f64 ? Elem::f32 : Elem::f64), {x}); })});
  }
  for (Elem elem : {Elem::i64, Elem::i32}) {
    all.push_back({"one for seven", pipelineOf(elem, shape, [&](ir::Builder& b, ir::ValueId x) {
                     const ir::ValueId seven = b.call("eq", {x, constant(b, elem, 7)});
                     return b.add(ir::Select(), {seven, constant(b, elem, 1), x});
                   })});
    all.push_back({"whole to f32", pipelineOf(elem, shape, [&](ir::Builder& b, ir::ValueId x) { return b.add(ir::Cast(Elem::f32), {x}); })});
  }
  if (!shape.empty()) {   // a constant for each column, also one for each of the last axis or of the first
    const std::vector<uint32_t> last = {shape.back()};
    std::vector<uint32_t> first = shape;
    first.back() = 1;
    all.push_back({"scaled", pipelineOf(Elem::f32, shape, [&](ir::Builder& b, ir::ValueId x) {
                     return b.call("mul", {b.call("sub", {x, constants(b, Elem::f32, last, 0.375)}), constants(b, Elem::f32, shape, 2.5)});
                   })});
    all.push_back({"divided", pipelineOf(Elem::f64, shape, [&](ir::Builder& b, ir::ValueId x) { return b.call("div", {x, constants(b, Elem::f64, first, 0.1)}); })});
    all.push_back({"replaced", pipelineOf(Elem::i64, shape, [&](ir::Builder& b, ir::ValueId x) {
                     return b.add(ir::Select(), {b.call("eq", {x, constant(b, Elem::i64, 0)}), constants(b, Elem::i64, shape, 1), x});
                   })});
    all.push_back({"ended by NaN", pipelineOf(Elem::f32, shape, [&](ir::Builder& b, ir::ValueId x) { return endedByNan(b, Elem::f32, x, shape.size()); })});
    all.push_back({"ended by NaN of f64", pipelineOf(Elem::f64, shape, [&](ir::Builder& b, ir::ValueId x) { return endedByNan(b, Elem::f64, x, shape.size()); })});
    all.push_back({"all, if any is 7", pipelineOf(Elem::i64, shape, [&](ir::Builder& b, ir::ValueId x) {   // which fails nothing
                     return b.add(ir::Select(), {anyOf(b, b.call("eq", {x, constant(b, Elem::i64, 7)}), shape.size()), constant(b, Elem::i64, 5), x});
                   })});
    all.push_back({"switched", pipelineOf(Elem::boolean, shape, [&](ir::Builder& b, ir::ValueId x) { return b.call("xor", {x, constants(b, Elem::boolean, shape, 1)}); })});
  }
  all.push_back({"ended by 7", pipelineOf(Elem::f32, shape, [&](ir::Builder& b, ir::ValueId x) {
                   return b.call("neg", {endedBy(b, x, b.call("eq", {x, constant(b, Elem::f32, 7)}), shape.size())});
                 })});
  all.push_back({"squares that fit", pipelineOf(Elem::i64, shape, [&](ir::Builder& b, ir::ValueId x) { return b.call("mul", {x, x}, true); })});
  all.push_back({"checked", pipelineOf(Elem::f64, shape, [&](ir::Builder& b, ir::ValueId x) {
                   return b.call("abs", {b.add(ir::Check(), {endedBy(b, x, b.call("gt", {x, constant(b, Elem::f64, 5)}), shape.size())})});
                 })});
  all.push_back({"not", pipelineOf(Elem::boolean, shape, [&](ir::Builder& b, ir::ValueId x) { return b.call("not", {x}); })});
  all.push_back({"bool to f32", pipelineOf(Elem::boolean, shape, [&](ir::Builder& b, ir::ValueId x) { return b.add(ir::Cast(Elem::f32), {x}); })});
  return all;
}

template <class T> struct Layout {
  size_t rows, columns;
  size_t inStep, outStep;   // elements from row to row
  bool over;                // results over the input
  bool shifted;             // not aligned to elements of 64 bytes
};

/// Rows of whole numbers that every type holds but for `odd`, in the middle.
template <class T> std::vector<T> matrixOf(const Layout<T>& layout, double odd) {
  std::vector<T> data(layout.rows * layout.inStep + 1, T(1));
  const size_t at = layout.shifted ? 1 : 0;
  for (size_t r = 0; r < layout.rows; r++)
    for (size_t i = 0; i < layout.columns; i++) data[at + r * layout.inStep + i] = static_cast<T>((r + i) % 2);
  if (layout.rows != 0) data[at + layout.rows / 2 * layout.inStep + layout.columns / 2] = static_cast<T>(odd);
  return data;
}
template <class T> bool same(T a, T b) { return std::memcmp(&a, &b, sizeof a) == 0 || (a != a && b != b); }

template <class T> void scoresAsRows(const kiln_scorer& s, uint8_t type, const Layout<T>& layout, double odd, bool wantStatus) {
  std::vector<const char*> names;
  for (uint32_t i = 0; i < s.input_count; i++) names.push_back(kiln_field_at(s.inputs, i)->name);
  std::vector<uint64_t> binding(s.binding_bytes / 8 + 1);
  std::vector<uint8_t> problems(s.input_count + s.output_count);
  ASSERT_EQ(s.bind(names.data(), s.input_count, type, type, binding.data(), problems.data()), 0);
  Scratch scratch(s);
  std::vector<T> data = matrixOf(layout, odd), results(layout.rows * layout.outStep + 2, T(-77));
  const std::vector<T> given = data;
  const size_t at = layout.shifted ? 1 : 0;
  kiln_matrix in{}, out{};
  in.size = out.size = sizeof in, in.type = out.type = type, in.rows = out.rows = static_cast<int64_t>(layout.rows);
  in.data = data.data() + at, in.row_bytes = static_cast<int64_t>(layout.inStep * sizeof(T));
  out.data = (layout.over ? data.data() : results.data()) + at, out.row_bytes = static_cast<int64_t>(layout.outStep * sizeof(T));
  std::vector<kiln_status> statuses(layout.rows + 1, kiln_status{77, 7, 7});
  ASSERT_EQ(s.score_rows(binding.data(), &in, &out, scratch.data(), scratch.size(), wantStatus ? statuses.data() : nullptr), KILN_OK);
  const std::vector<T>& written = layout.over ? data : results;
  for (size_t r = 0; r < layout.rows; r++) {
    std::vector<kiln_cell> cells, expected(layout.columns);
    for (size_t i = 0; i < layout.columns; i++) cells.push_back(number(static_cast<double>(given[at + r * layout.inStep + i])));
    kiln_status status;
    ASSERT_EQ(s.score_row(cells.data(), expected.data(), scratch.data(), scratch.size(), &status), KILN_OK);
    for (size_t i = 0; i < layout.columns; i++) {
      const kiln_cell& e = expected[i];
      const double value = e.kind == KILN_MISSING ? kNaN : e.kind == KILN_NUMBER ? e.as.number : static_cast<double>(e.as.integer);
      ASSERT_TRUE(same(written[at + r * layout.outStep + i], static_cast<T>(value))) << "row " << r << ", column " << i << ": " << written[at + r * layout.outStep + i] << ", not " << value;
    }
    if (!wantStatus) continue;
    ASSERT_EQ(statuses[r].bits, status.bits) << r;
    ASSERT_EQ(statuses[r].field, status.field) << r;
    ASSERT_EQ(statuses[r].node, status.node) << r;
  }
  ASSERT_EQ(statuses.back().bits, 77u);
  ASSERT_EQ(results.back(), T(-77));
}

template <class T> void everyLayout(const kiln_scorer& s, uint8_t type, size_t columns) {
  for (size_t rows : {0, 1, 7, 63, 64, 65, 513, 1030})
    for (double odd : {1.0, 0.5, 2.0, 7.0, 0x1p53, -0x1p62, 0x1p63, 3e9, kNaN, kInf})
      for (bool wantStatus : {false, true}) {
        if (rows > 65 && odd > 1 && odd != 0x1p63) continue;   // large ones: all well, a fraction, too large, NaN
        const Layout<T> dense = {rows, columns, columns, columns, false, false};
        scoresAsRows(s, type, dense, odd, wantStatus);
        if (rows < 63 || rows > 65 || testing::Test::HasFatalFailure()) continue;
        scoresAsRows(s, type, Layout<T>{rows, columns, columns, columns, false, true}, odd, wantStatus);
        scoresAsRows(s, type, Layout<T>{rows, columns, columns + 3, columns, false, false}, odd, wantStatus);
        scoresAsRows(s, type, Layout<T>{rows, columns, columns, columns + 3, false, false}, odd, wantStatus);
        scoresAsRows(s, type, Layout<T>{rows, columns, columns, columns, true, false}, odd, wantStatus);
      }
}

TEST(Elements, ScoreAsRows) {
  for (const std::vector<uint32_t>& shape : {std::vector<uint32_t>{}, {3}, {2, 5}})
    for (const Case& c : cases(shape)) {
      SCOPED_TRACE(c.name);
      const Loaded loaded(c.pipeline);
      ASSERT_EQ(loaded.error(), "");
      size_t columns = 1;
      for (uint32_t d : shape) columns *= d;
      for (const kiln_tier& tier : loaded.tiers()) {
        SCOPED_TRACE(tier.name);
        everyLayout<double>(*tier.scorer, KILN_F64, columns);
        everyLayout<float>(*tier.scorer, KILN_F32, columns);
        if (HasFatalFailure()) return;
      }
    }
}

/// Whether a tier's code of the pipeline has vectors of so many floats, as only bodies of elements have.
bool hasVectorsOf(const ir::Pipeline& pipeline, const char* tier, const std::string& floats) {
  codegen::Want want;
  want.llvm = true;
  codegen::Options options;
  options.tiers = {tier};
  codegen::Artefact artefact;
  Diagnostics diagnostics;
  return codegen::compile(pipeline, options, want, artefact, diagnostics) && artefact.llvm.at(0).second.find("<" + floats + " x float>") != std::string::npos;
}

// Four vectors at a time where all kernels have such a form.
TEST(Elements, ByWideKernels) {
  const auto gelu = [](ir::Builder& b, ir::ValueId x) {
    const auto number = [&](double v) { return constant(b, ir::Elem::f32, v); };
    return b.call("mul", {b.call("mul", {x, number(0.5)}), b.call("add", {b.call("mlas_erf", {b.call("div", {x, number(1.5)})}), number(1)})});
  };
  const auto others = [](ir::Builder& b, ir::ValueId x) { return b.call("sub", {b.call("mlas_tanh", {x}), b.call("div", {b.call("mlas_logistic", {x}), b.call("mlas_exp", {x})})}); };
  for (const bool first : {true, false}) {
    ir::Pipeline pipeline = first ? pipelineOf(ir::Elem::f32, {3}, gelu) : pipelineOf(ir::Elem::f32, {3}, others);
    std::vector<Row> rows;
    for (double x : {0.0, -0.0, 1.0, 0.3, 0.92, -3.0, 5.0, -20.0, 90.0, -90.0, 0x1p40, 1e-40, kInf, kNaN}) rows.push_back({number(x), number(-x), number(0.7)});
    for (const std::string& difference : differences(pipeline, rows)) ADD_FAILURE() << difference;
    EXPECT_TRUE(hasVectorsOf(pipeline, "v3", "32") && !hasVectorsOf(pipeline, "v2", "16"));
    const Loaded loaded(pipeline);
    ASSERT_EQ(loaded.error(), "");
    for (const kiln_tier& tier : loaded.tiers()) everyLayout<float>(*tier.scorer, KILN_F32, 3);
    if (HasFatalFailure()) return;
  }
}

// Not elements alone: columns that stand side by side are turned together.
TEST(Tensors, ScoreAsRows) {
  for (ir::Elem elem : {ir::Elem::f64, ir::Elem::f32})
    for (uint32_t columns : {8, 11}) {
      SCOPED_TRACE(std::to_string(columns));
      const Loaded loaded(pipelineOf(elem, {columns}, [&](ir::Builder& b, ir::ValueId x) { return b.call("mul", {x, reduced(b, ir::Reduce::max, x)}); }));
      ASSERT_EQ(loaded.error(), "");
      for (const kiln_tier& tier : loaded.tiers()) {
        SCOPED_TRACE(tier.name);
        everyLayout<double>(*tier.scorer, KILN_F64, columns);
        everyLayout<float>(*tier.scorer, KILN_F32, columns);
        if (HasFatalFailure()) return;
      }
    }
}

// ---- wide rows: elements in lanes

struct WideCase : Case {
  bool toNumber;
};
ir::ValueId extreme(ir::Builder& b, ir::ValueId x, bool least) { return reduced(b, least ? ir::Reduce::min : ir::Reduce::max, x); }
ir::ValueId sumOfVectors(ir::Builder& b, ir::ValueId x) {
  ir::Reduce sum;
  sum.order = ir::Reduce::vectors;
  return b.add(sum, {x});
}
ir::ValueId run(ir::Builder& b, ir::ValueId x, uint32_t from, uint32_t count) {
  ir::Arrange run;
  run.shape = {count}, run.start = from, run.strides = {1};
  return b.add(run, {x});
}
std::vector<WideCase> wideCases(ir::Elem elem, uint32_t columns) {
  std::vector<WideCase> all;
  const auto add = [&](const char* name, bool toNumber, bool f32Only, auto make) {
    if (elem == ir::Elem::f32 || !f32Only) all.push_back({{name, pipelineOf(elem, {columns}, make, toNumber)}, toNumber});
  };
  add("sum", true, false, [](ir::Builder& b, ir::ValueId x) { return sumOfVectors(b, x); });
  add("greatest", true, false, [](ir::Builder& b, ir::ValueId x) { return extreme(b, x, false); });
  add("least", true, false, [](ir::Builder& b, ir::ValueId x) { return b.call("neg", {extreme(b, x, true)}); });
  add("sum of squares", true, false, [](ir::Builder& b, ir::ValueId x) { return b.call("sqrt", {sumOfVectors(b, b.call("mul", {x, x}))}); });
  add("scaled", false, false, [](ir::Builder& b, ir::ValueId x) { return b.call("div", {x, sumOfVectors(b, x)}); });
  add("between", false, false, [](ir::Builder& b, ir::ValueId x) {
    const ir::ValueId least = extreme(b, x, true);
    return b.call("div", {b.call("sub", {x, least}), b.call("sub", {extreme(b, x, false), least})});
  });
  add("centered", false, false, [&](ir::Builder& b, ir::ValueId x) {
    const ir::ValueId centered = b.call("sub", {x, b.call("div", {sumOfVectors(b, x), constant(b, elem, columns)})});
    return b.call("mul", {centered, constants(b, elem, {columns}, 0.375)});
  });
  add("layer normalization", false, true, [&](ir::Builder& b, ir::ValueId x) {
    const ir::ValueId sum = sumOfVectors(b, b.add(ir::Cast(ir::Elem::f64), {x}));
    const ir::ValueId mean = b.add(ir::Cast(elem), {b.call("div", {sum, constant(b, ir::Elem::f64, columns)})}), moved = b.call("sub", {x, mean});
    ir::Reduce squares;
    squares.op = ir::Reduce::sumsq, squares.order = ir::Reduce::fused;
    const ir::ValueId inverse = b.call("div", {constant(b, elem, 1), b.call("sqrt", {b.call("add", {b.add(squares, {moved}), constant(b, elem, 0x1p-17)})})});
    return b.call("mul_add", {b.call("mul", {moved, inverse}), constants(b, elem, {columns}, 0.375), constants(b, elem, {columns}, -2.5)});
  });
  add("the best", false, false, [&](ir::Builder& b, ir::ValueId x) {
    const ir::ValueId best = b.add(ir::Coalesce(), {b.add(ir::ArgMax(), {x}), b.integer(3, ir::Elem::i32)});
    return b.call("mul", {x, b.add(ir::Cast(elem), {best})});
  });
  add("turned", false, false, [&](ir::Builder& b, ir::ValueId x) { return b.add(ir::Concat(), {b.call("neg", {run(b, x, 9, columns - 9)}), run(b, x, 0, 9)}); });
  for (const bool logarithm : {false, true})
    add(logarithm ? "log softmax" : "softmax", false, true, [&](ir::Builder& b, ir::ValueId x) { return b.add(ir::Normalize(logarithm ? ir::Normalize::logSoftmaxMlas : ir::Normalize::softmaxMlas), {x}); });
  add("softmax of twice", false, true, [](ir::Builder& b, ir::ValueId x) { return b.add(ir::Normalize(ir::Normalize::softmaxMlas), {b.call("add", {x, x})}); });
  return all;
}
/// Rows whose greatest or least is a zero of either sign, is infinite, or NaN, first, last and between.
std::vector<Row> wideRows(uint32_t columns) {
  std::vector<Row> rows;
  uint32_t seed = 1;
  for (int r = 0; r < 8; r++) {
    Row row;
    for (uint32_t i = 0; i < columns; i++) seed = seed * 1664525 + 1013904223, row.push_back(number(static_cast<double>(static_cast<int32_t>(seed)) / (r < 4 ? 0x1p29 : 0x1p25)));
    rows.push_back(row);
  }
  for (const double rest : {-1.0, 1.0, 0.0, -0.0})
    for (const double odd : {0.0, -0.0, kNaN, kInf, -kInf, 1e30})
      for (const uint32_t at : {0u, 9u, columns / 2, columns - 1}) {
        Row row(columns, number(rest));
        row[at] = number(odd), row[(at + 5) % columns] = number(-odd);
        rows.push_back(row);
      }
  return rows;
}

TEST(WideRows, EqualTheEvaluator) {
  for (const uint32_t columns : {32u, 35u, 72u})
    for (const ir::Elem elem : {ir::Elem::f32, ir::Elem::f64})
      for (const WideCase& c : wideCases(elem, columns)) {
        EXPECT_TRUE(codegen::hasWideRows(c.pipeline)) << c.name;
        for (const std::string& difference : differences(c.pipeline, wideRows(columns))) ADD_FAILURE() << c.name << " of " << columns << ": " << difference;
      }
}

TEST(WideRows, InEveryLayout) {
  constexpr uint32_t kColumns = 35;
  for (const ir::Elem elem : {ir::Elem::f32, ir::Elem::f64})
    for (const WideCase& c : wideCases(elem, kColumns)) {
      if (c.toNumber) continue;
      SCOPED_TRACE(c.name);
      const Loaded loaded(c.pipeline);
      ASSERT_EQ(loaded.error(), "");
      for (const kiln_tier& tier : loaded.tiers()) {
        SCOPED_TRACE(tier.name);
        everyLayout<double>(*tier.scorer, KILN_F64, kColumns);
        everyLayout<float>(*tier.scorer, KILN_F32, kColumns);
        if (HasFatalFailure()) return;
      }
    }
}

// Where sums go from the first element to the last, rows in lanes are faster; short rows as well.
TEST(WideRows, OthersGoByColumns) {
  const auto sum = [](ir::Builder& b, ir::ValueId x) { return reduced(b, ir::Reduce::sum, x); };
  EXPECT_FALSE(codegen::hasWideRows(pipelineOf(ir::Elem::f32, {64}, sum, true)));
  EXPECT_FALSE(codegen::hasWideRows(pipelineOf(ir::Elem::f32, {16}, [](ir::Builder& b, ir::ValueId x) { return sumOfVectors(b, x); }, true)));
  EXPECT_FALSE(codegen::hasWideRows(pipelineOf(ir::Elem::f32, {64}, [](ir::Builder& b, ir::ValueId x) { return b.call("exp", {extreme(b, x, false)}); }, true)));
}

TEST(Elements, EqualTheEvaluator) {
  for (const Case& c : cases({3})) {
    std::vector<Row> rows;
    for (double x : {0.0, -0.0, 1.0, 0.3, 7.0, -20.0, 0x1p40, kInf, kNaN}) rows.push_back({number(x), number(1), number(x)});
    for (const std::string& difference : differences(c.pipeline, rows)) ADD_FAILURE() << c.name << ": " << difference;
  }
}

// A column that is bound elsewhere than its place is read there.
TEST(Elements, ColumnsMayBeBoundAnywhere) {
  const Loaded loaded(pipelineOf(ir::Elem::f64, {2}, [](ir::Builder& b, ir::ValueId x) { return b.call("abs", {x}); }));
  ASSERT_EQ(loaded.error(), "");
  const kiln_scorer& s = *loaded.scorer();
  std::vector<uint64_t> binding(s.binding_bytes / 8 + 1);
  std::vector<uint8_t> problems(s.input_count + s.output_count);
  const char* names[] = {"X[1]", "X[0]"};
  ASSERT_EQ(s.bind(names, 2, KILN_F64, KILN_F64, binding.data(), problems.data()), 0);
  double in[] = {-1, -2, -3, -4}, out[4];
  kiln_matrix m{}, r{};
  m.size = r.size = sizeof m, m.type = r.type = KILN_F64, m.data = in, r.data = out, m.rows = r.rows = 2, m.row_bytes = r.row_bytes = 16;
  Scratch scratch(s);
  ASSERT_EQ(s.score_rows(binding.data(), &m, &r, scratch.data(), scratch.size(), nullptr), KILN_OK);
  EXPECT_EQ(std::vector<double>(out, out + 4), (std::vector<double>{2, 1, 4, 3}));
}

}  // namespace
}  // namespace kiln::test

// A pipeline built by hand and evaluated, for tests of single nodes.
#pragma once
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "compiler/ir/all_nodes.h"
#include "compiler/ir/all_tables.h"
#include "compiler/ir/builder.h"
#include "compiler/ir/evaluate.h"

namespace kiln::ir {

inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kInf = std::numeric_limits<double>::infinity();
inline constexpr std::nullopt_t kMissing = std::nullopt;

struct Bench : testing::Test {
  Pipeline pipeline;
  Builder b{pipeline};

  using Numbers = std::vector<std::optional<double>>;
  using Integers = std::vector<std::optional<int64_t>>;

  ValueId f64(std::optional<double> v) { return v ? b.number(*v) : b.missing(scalarType(Elem::f64)); }
  ValueId f32(std::optional<double> v) { return v ? b.number32(*v) : b.missing(scalarType(Elem::f32)); }
  ValueId i64(std::optional<int64_t> v) { return integer(v, Elem::i64); }
  ValueId i32(std::optional<int64_t> v) { return integer(v, Elem::i32); }
  ValueId boolean(std::optional<bool> v) { return v ? b.boolean(*v) : b.missing(scalarType(Elem::boolean)); }
  ValueId str(std::optional<std::string> v) { return v ? b.text(*v) : b.missing(scalarType(Elem::str)); }
  ValueId integer(std::optional<int64_t> v, Elem elem) { return v ? b.integer(*v, elem) : b.missing(scalarType(elem)); }
  ValueId vector(const Numbers& v, Elem elem = Elem::f64) {
    std::vector<ValueId> parts;
    for (const auto& x : v) parts.push_back(elem == Elem::f32 ? f32(x) : f64(x));
    return b.add(Concat(), parts);
  }
  ValueId integers(const Integers& v, Elem elem = Elem::i64) {
    std::vector<ValueId> parts;
    for (const auto& x : v) parts.push_back(integer(x, elem));
    return b.add(Concat(), parts);
  }
  ValueId booleans(const std::vector<bool>& v) {
    std::vector<ValueId> parts;
    for (bool x : v) parts.push_back(b.boolean(x));
    return b.add(Concat(), parts);
  }
  /// x, failed with this cause at input `field`, by which tests tell failures apart.
  ValueId failed(ValueId x, uint32_t field = 7, uint32_t cause = KILN_UNDEFINED) {
    RaiseIf raise;
    raise.cause = cause, raise.fieldIndex = field;
    return b.add(raise, {x, b.boolean(true)});
  }
  TableRef dict(const std::vector<std::string>& labels, bool open = false, bool ordered = false) {
    Dict d;
    d.text = labels, d.open = open, d.ordered = ordered;
    return b.table(d, "labels");
  }
  TableRef matrix(std::vector<uint32_t> shape, std::vector<double> numbers, Elem elem = Elem::f64) {
    Matrix m;
    m.elem = elem, m.shape = std::move(shape), m.numbers = std::move(numbers);
    return b.table(m, "matrix");
  }

  RowValue run(ValueId v, const std::vector<kiln_cell>& cells = {}) {
    Evaluator evaluator(pipeline);
    std::vector<kiln_cell> out(pipeline.outputs().size() + 1);
    evaluator.evaluate(cells.data(), out.data(), &status);
    return evaluator.values()[v];
  }
  kiln_status status{};

  /// The value as doubles, nothing for missing elements.
  Numbers numbers(ValueId v) {
    const RowValue value = run(v);
    EXPECT_FALSE(value.failure);
    Numbers result;
    for (const Datum& d : value.elements) {
      if (d.missing) {
        result.push_back(std::nullopt);
        continue;
      }
      switch (b.type(v).storage()) {
        case Storage::f64: result.push_back(d.f64); break;
        case Storage::f32: result.push_back(d.f32); break;
        case Storage::i64: result.push_back(static_cast<double>(d.i64)); break;
        case Storage::i32: result.push_back(d.i32); break;
        case Storage::boolean: result.push_back(d.boolean); break;
        case Storage::str: ADD_FAILURE() << "text";
      }
    }
    return result;
  }
  std::optional<double> number(ValueId v) { return numbers(v).at(0); }
  bool isMissing(ValueId v) { return number(v) == std::nullopt; }
  std::optional<int64_t> whole(ValueId v) {
    const RowValue value = run(v);
    EXPECT_FALSE(value.failure);
    EXPECT_EQ(b.type(v).storage(), Storage::i64);
    return value.elements[0].missing ? std::nullopt : std::optional(value.elements[0].i64);
  }
  std::optional<std::string> text(ValueId v) {
    Evaluator evaluator(pipeline);
    std::vector<kiln_cell> out(pipeline.outputs().size() + 1);
    evaluator.evaluate(nullptr, out.data(), &status);
    const RowValue& value = evaluator.values()[v];
    EXPECT_FALSE(value.failure);
    return value.elements[0].missing ? std::nullopt : std::optional(std::string(value.elements[0].text));
  }
  /// The input that a failed value names, -1 if it names a node, -2 if it did not fail.
  int failedField(ValueId v) {
    const Failure f = run(v).failure;
    return !f ? -2 : f.field == 0xffff ? -1 : f.field;
  }
  uint32_t cause(ValueId v) { return run(v).failure.cause; }
};

inline kiln_cell cellOf(double v) {
  kiln_cell c{};
  c.kind = KILN_NUMBER, c.as.number = v;
  return c;
}
inline kiln_cell integerCell(int64_t v, uint8_t kind = KILN_INTEGER) {
  kiln_cell c{};
  c.kind = kind, c.as.integer = v;
  return c;
}
inline kiln_cell textCell(std::string_view text) {  // text must outlive the cell
  kiln_cell c{};
  c.kind = KILN_TEXT, c.as.text = text.data(), c.length = static_cast<uint32_t>(text.size());
  return c;
}

}  // namespace kiln::ir

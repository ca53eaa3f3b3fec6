// Matrices of integers: which scorers take them, and that values, statuses and missing results are those of single rows. Expected values are by hand.
#include <gtest/gtest.h>

#include <limits>

#include "compiler/ir/builder.h"
#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/check.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/nodes/output.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/tables/dict.h"
#include "tests/differential/harness.h"

namespace kiln::test {
namespace {

using ir::Elem;
constexpr int64_t kLeast = std::numeric_limits<int64_t>::min(), kMost = std::numeric_limits<int64_t>::max(), kOdd = (int64_t{1} << 53) + 1;

ir::ValueId inputOf(ir::Builder& b, const std::string& name, Elem elem, std::vector<uint32_t> shape = {}) {
  ir::Input in;
  in.field = name, in.elem = elem, in.shape = shape, in.columns = std::vector<uint32_t>(shape.begin(), shape.end());
  in.nullable = false, in.nan = ir::Input::value;
  return b.add(ir::Check(), {b.add(in, {}, name)});
}
void outputOf(ir::Builder& b, const std::string& name, ir::ValueId value, std::vector<uint32_t> columns = {}) {
  ir::Output out;
  out.field = name, out.columns = std::move(columns);
  b.add(out, {value});
}

/// Scores rows of T into rows of R.
template <class T, class R> struct Scored {
  static uint8_t type(bool floats, size_t size) { return floats ? (size == 8 ? KILN_F64 : KILN_F32) : size == 8 ? KILN_I64 : KILN_I32; }
  Scored(const kiln_scorer& s, const std::vector<T>& rows, bool bare = false) {
    const uint32_t inputs = s.input_count, outputs = s.output_count;
    std::vector<const char*> names;
    for (uint32_t i = 0; i < inputs; i++) names.push_back(kiln_field_at(s.inputs, i)->name);
    std::vector<uint64_t> binding(s.binding_bytes / 8 + 1);
    std::vector<uint8_t> problems(inputs + outputs);
    kiln_matrix in{}, out{};
    in.size = out.size = sizeof in, in.type = type(std::is_floating_point_v<T>, sizeof(T)), out.type = type(std::is_floating_point_v<R>, sizeof(R));
    bound = s.bind(names.data(), inputs, in.type, out.type, binding.data(), problems.data());
    if (bound != 0) return;
    const size_t n = rows.size() / inputs;
    values.resize(n * outputs), statuses.resize(n), validity.resize(n * outputs / 8 + 1);
    in.rows = out.rows = static_cast<int64_t>(n), in.data = const_cast<T*>(rows.data()), out.data = values.data();
    in.row_bytes = static_cast<int64_t>(inputs * sizeof(T)), out.row_bytes = static_cast<int64_t>(outputs * sizeof(R));
    if (!bare) out.validity = validity.data();
    Scratch scratch(s);
    EXPECT_EQ(s.score_rows(binding.data(), &in, &out, scratch.data(), scratch.size(), bare ? nullptr : statuses.data()), KILN_OK);
  }
  int32_t bound = 0;
  std::vector<R> values;
  std::vector<kiln_status> statuses;
  std::vector<uint8_t> validity;
};

// Both as bare rows, which are copied, and with statuses, by way of columns.
TEST(IntegerMatrices, OutputsThatAreInputsKeepEveryBit) {
  ir::Pipeline pipeline;
  ir::Builder b(pipeline);
  ir::Take take;
  take.at = {2, 0, 2}, take.scalar = false;
  outputOf(b, "Y", b.add(take, {inputOf(b, "X", Elem::i64, {3})}), {3});
  const Loaded loaded(pipeline);
  ASSERT_EQ(loaded.error(), "");
  std::vector<int64_t> rows, expected;
  for (int64_t r = 0; r < 150; r++) {
    rows.insert(rows.end(), {kOdd + 2 * r, r, kLeast + r});
    expected.insert(expected.end(), {kLeast + r, kOdd + 2 * r, kLeast + r});
  }
  for (const kiln_tier& tier : loaded.tiers())
    for (const bool bare : {true, false}) {
      const Scored<int64_t, int64_t> scored(*tier.scorer, rows, bare);
      ASSERT_EQ(scored.bound, 0);
      EXPECT_EQ(scored.values, expected) << tier.name;
    }
}

// Neighbours that stay neighbours are copied together; all of a row, the whole matrix.
TEST(IntegerMatrices, RunsOfColumnsAreMovedTogether) {
  for (const std::vector<uint32_t>& at : {std::vector<uint32_t>{0, 1, 2, 3, 4}, {1, 2, 3, 4, 0, 2, 3}, {3, 4}}) {
    ir::Pipeline pipeline;
    ir::Builder b(pipeline);
    ir::Take take;
    take.at = at, take.scalar = false;
    outputOf(b, "Y", b.add(take, {inputOf(b, "X", Elem::i64, {5})}), {static_cast<uint32_t>(at.size())});
    const Loaded loaded(pipeline);
    ASSERT_EQ(loaded.error(), "");
    for (const int64_t count : {0, 1, 3, 67}) {
      std::vector<int64_t> rows, expected;
      for (int64_t i = 0; i < count * 5; i++) rows.push_back(kOdd + i);
      for (int64_t r = 0; r < count; r++)
        for (uint32_t i : at) expected.push_back(kOdd + 5 * r + i);
      for (const kiln_tier& tier : loaded.tiers()) {
        const Scored<int64_t, int64_t> scored(*tier.scorer, rows, true);
        ASSERT_EQ(scored.bound, 0);
        EXPECT_EQ(scored.values, expected) << tier.name << ", " << count << " rows";
      }
    }
  }
}

// Over each other, with gaps, and with input rows that share elements.
TEST(IntegerMatrices, MovedRowsMayLieAnyWay) {
  ir::Pipeline pipeline;
  ir::Builder b(pipeline);
  ir::Take take;
  take.at = {1, 0}, take.scalar = false;
  outputOf(b, "Y", b.add(take, {inputOf(b, "X", Elem::i64, {2})}), {2});
  const Loaded loaded(pipeline);
  ASSERT_EQ(loaded.error(), "");
  const char* names[] = {"X[0]", "X[1]"};
  constexpr int64_t kRows = 100;
  for (const kiln_tier& tier : loaded.tiers())
    for (const int64_t inStep : {0, 1, 2, 3})
      for (const int64_t outStep : {2, 3})
        for (const bool over : {false, true}) {
          if (over && inStep != outStep) continue;   // a block is read before it is written: rows of their own place only
          const kiln_scorer& s = *tier.scorer;
          std::vector<uint64_t> binding(s.binding_bytes / 8 + 1);
          std::vector<uint8_t> problems(s.input_count + s.output_count);
          ASSERT_EQ(s.bind(names, 2, KILN_I64, KILN_I64, binding.data(), problems.data()), 0);
          std::vector<int64_t> from(kRows * 3 + 2), to(kRows * 3 + 2, -77);
          for (size_t i = 0; i < from.size(); i++) from[i] = kOdd + static_cast<int64_t>(i);
          const std::vector<int64_t> given = from;
          kiln_matrix in{}, out{};
          in.size = out.size = sizeof in, in.type = out.type = KILN_I64, in.rows = out.rows = kRows;
          in.data = from.data(), in.row_bytes = inStep * 8, out.data = over ? from.data() : to.data(), out.row_bytes = outStep * 8;
          Scratch scratch(s);
          ASSERT_EQ(s.score_rows(binding.data(), &in, &out, scratch.data(), scratch.size(), nullptr), KILN_OK);
          const std::vector<int64_t>& written = over ? from : to;
          for (int64_t r = 0; r < kRows; r++) {
            ASSERT_EQ(written[static_cast<size_t>(r * outStep)], given[static_cast<size_t>(r * inStep + 1)]) << tier.name << " " << inStep << " " << outStep << " " << over;
            ASSERT_EQ(written[static_cast<size_t>(r * outStep + 1)], given[static_cast<size_t>(r * inStep)]);
            if (outStep == 3 && !over) ASSERT_EQ(written[static_cast<size_t>(r * outStep + 2)], -77);
          }
        }
}

TEST(IntegerMatrices, EveryElementOfOneOperation) {
  ir::Pipeline pipeline;
  ir::Builder b(pipeline);
  outputOf(b, "Y", b.add(ir::Cast(Elem::f32), {inputOf(b, "X", Elem::i64, {2})}), {2});
  const Loaded loaded(pipeline);
  ASSERT_EQ(loaded.error(), "");
  const std::vector<int64_t> rows = {1, -2, kOdd, kMost, 0, kLeast};
  for (const kiln_tier& tier : loaded.tiers())
    for (const bool bare : {true, false}) {
      const Scored<int64_t, float> scored(*tier.scorer, rows, bare);
      ASSERT_EQ(scored.bound, 0);
      EXPECT_EQ(scored.values, (std::vector<float>{1, -2, 0x1p53f, 0x1p63f, 0, -0x1p63f})) << tier.name;
    }
}

TEST(IntegerMatrices, WhatAFieldCannotHoldEndsItsRow) {
  ir::Pipeline pipeline;
  ir::Builder b(pipeline);
  ir::Dict dict;
  dict.add("red"), dict.add("green");
  ir::Input colour;
  colour.field = "colour", colour.elem = Elem::cat, colour.dict = b.table(dict, "colours"), colour.nullable = true;
  const ir::ValueId n = inputOf(b, "n", Elem::i32), on = inputOf(b, "on", Elem::boolean), c = b.add(colour, {}, "colour");
  outputOf(b, "n", n), outputOf(b, "on", on), outputOf(b, "colour", c);
  const Loaded loaded(pipeline);
  ASSERT_EQ(loaded.error(), "");
  const std::vector<int64_t> rows = {7, 1, 1, int64_t{1} << 31, 0, 0, -7, 2, 0, -7, 0, 0};
  for (const kiln_tier& tier : loaded.tiers()) {
    const Scored<int64_t, int64_t> scored(*tier.scorer, rows);
    ASSERT_EQ(scored.bound, 0);
    EXPECT_EQ(scored.values, (std::vector<int64_t>{7, 1, 1, kLeast, kLeast, kLeast, kLeast, kLeast, kLeast, -7, 0, 0})) << tier.name;
    EXPECT_EQ(scored.validity[0], 0b00000111);
    EXPECT_EQ(scored.validity[1] & 0b1111, 0b1110);
    EXPECT_EQ(scored.statuses[1].bits, static_cast<uint32_t>(KILN_NO_RESULT | KILN_TYPE_MISMATCH));
    EXPECT_EQ(scored.statuses[1].field, 0);
    EXPECT_EQ(scored.statuses[2].field, 1);
    const Scored<int32_t, int32_t> narrow(*tier.scorer, {7, 1, 1, -7, 0, 0});
    ASSERT_EQ(narrow.bound, 0);
    EXPECT_EQ(narrow.values, (std::vector<int32_t>{7, 1, 1, -7, 0, 0}));
  }
}

// Results of 64 bits need a matrix that holds them.
TEST(IntegerMatrices, NarrowOnlyWhereResultsAre) {
  ir::Pipeline pipeline;
  ir::Builder b(pipeline);
  const ir::ValueId x = inputOf(b, "x", Elem::i32);
  outputOf(b, "wide", b.add(ir::Cast(Elem::i64), {x})), outputOf(b, "x", x);
  const Loaded whole(pipeline);
  ASSERT_EQ(whole.error(), "");
  EXPECT_EQ((Scored<int32_t, int64_t>(*whole.scorer(), {5}).values), (std::vector<int64_t>{5, 5}));
  EXPECT_EQ((Scored<int32_t, int32_t>(*whole.scorer(), {5}).bound), KILN_BINDING);
  EXPECT_EQ((Scored<double, double>(*whole.scorer(), {5}).values), (std::vector<double>{5, 5}));
}

// Floats among the inputs or outputs need a matrix of floats.
TEST(IntegerMatrices, OnlyWhereAllIsWhole) {
  ir::Pipeline pipeline;
  ir::Builder o(pipeline);
  outputOf(o, "y", inputOf(o, "y", Elem::i64));
  outputOf(o, "z", o.add(ir::Cast(Elem::i64), {inputOf(o, "z", Elem::f64)}));
  const Loaded mixed(pipeline);
  ASSERT_EQ(mixed.error(), "");
  EXPECT_EQ((Scored<int64_t, int64_t>(*mixed.scorer(), {5, 6}).bound), KILN_BINDING);
  EXPECT_EQ((Scored<double, int64_t>(*mixed.scorer(), {5, 6}).values), (std::vector<int64_t>{5, 6}));
}

}  // namespace
}  // namespace kiln::test

// Scorers hold what their fields and forests need of the drivers and of the library. Which those are stands here once more, by hand: that
// what is left calls nothing else, all other tests show, for a scorer would end at kiln_unneeded.
#include "compiler/codegen/needs.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/ir/builder.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/nodes/output.h"
#include "runtime/kernels/forest/tables.h"
#include "tests/differential/harness.h"

namespace kiln::test {
namespace {

using kernel::FieldPlan;
using Names = std::vector<std::string>;

FieldPlan number(uint32_t elem) {
  FieldPlan f{};
  f.elem = elem, f.nan = kernel::kNanValue, f.slot.missing = f.slot.status = kernel::kNone, f.slot.count = 1;
  return f;
}
Names needed(const codegen::Needs& needs) {
  Names all{"kiln_text_f64", "kiln_text_f32", "kiln_text_i64", "kiln_text_bool", "kiln_text_date", "kiln_read_code",
            "kiln_v3_load_checked_f64", "kiln_v3_load_checked_f32", "kiln_v3_load_some_f64", "kiln_v3_load_some_f32",
            "kiln_v3_store_f64_as_f32", "kiln_v3_store_f32_as_f64", "kiln_v3_levels_f32", "kiln_v3_levels_f64"};
  const Names unneeded = codegen::unneededParts(needs, {codegen::findTier("v3")});
  for (const std::string& name : unneeded) EXPECT_NE(std::count(all.begin(), all.end(), name), 0) << name;
  std::erase_if(all, [&](const std::string& name) { return std::count(unneeded.begin(), unneeded.end(), name) != 0; });
  return all;
}

TEST(Needs, FloatsThatTakeAllNumbers) {
  EXPECT_EQ(needed({{number(kernel::kElemF32)}, {number(kernel::kElemF32)}, {}}), (Names{"kiln_text_f32", "kiln_v3_store_f32_as_f64"}));
  EXPECT_EQ(needed({{number(kernel::kElemF64)}, {number(kernel::kElemF64)}, {}}), (Names{"kiln_text_f64", "kiln_v3_store_f64_as_f32"}));
}
TEST(Needs, NumbersThatMayBeMissingOrFail) {
  FieldPlan missing = number(kernel::kElemF64), checked = number(kernel::kElemF64);
  missing.slot.missing = 0;
  checked.slot.status = 0, checked.nan = kernel::kNanInvalid;
  for (const FieldPlan& f : {missing, checked})
    EXPECT_EQ(needed({{f}, {}, {}}), (Names{"kiln_text_f64", "kiln_v3_load_some_f64", "kiln_v3_load_some_f32"}));
}
TEST(Needs, WholeNumbersDatesAndCodes) {
  const Names checked{"kiln_v3_load_checked_f64", "kiln_v3_load_checked_f32"};
  auto with = [&](Names names) {
    names.insert(names.end(), checked.begin(), checked.end());
    return names;
  };
  EXPECT_EQ(needed({{number(kernel::kElemI32)}, {}, {}}), with({"kiln_text_i64"}));
  EXPECT_EQ(needed({{number(kernel::kElemBool)}, {}, {}}), with({"kiln_text_i64", "kiln_text_bool"}));
  EXPECT_EQ(needed({{number(kernel::kElemTime)}, {}, {}}), with({"kiln_text_i64", "kiln_text_date"}));
  FieldPlan labels = number(kernel::kElemStr), numbers = number(kernel::kElemF64);
  labels.is_cat = numbers.is_cat = 1;
  EXPECT_EQ(needed({{labels}, {labels}, {}}), with({"kiln_read_code"}));
  EXPECT_EQ(needed({{numbers}, {numbers}, {}}), with({"kiln_text_f64", "kiln_read_code"}));
}
TEST(Needs, ForestsOverFloatsAndOthers) {
  EXPECT_EQ(needed({{}, {}, {kernel::kColumnF32}}), Names{"kiln_v3_levels_f32"});
  EXPECT_EQ(needed({{}, {}, {kernel::kColumnBool}}), Names{"kiln_v3_levels_f64"});
  EXPECT_EQ(needed({{}, {}, {kernel::kColumnF32, kernel::kColumnI64}}), (Names{"kiln_v3_levels_f32", "kiln_v3_levels_f64"}));
}

size_t sizeOfScorer(ir::Elem elem) {
  ir::Pipeline pipeline;
  ir::Builder b(pipeline);
  ir::Input input;
  input.field = "x", input.elem = elem;
  ir::Output output;
  output.field = "y";
  b.add(output, {b.add(input, {}, "x")});
  codegen::Artefact artefact;
  Diagnostics diagnostics;
  EXPECT_TRUE(codegen::compile(pipeline, {}, {}, artefact, diagnostics));
  return artefact.sharedObject.size();
}
TEST(Needs, ScorersWithoutDatesLackThatMuch) {
  EXPECT_LT(sizeOfScorer(ir::Elem::f32) + 16000, sizeOfScorer(ir::Elem::date));
}

}  // namespace
}  // namespace kiln::test

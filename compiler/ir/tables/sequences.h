// sequences: sequence rules, for `match_sequences`.
#pragma once
#include "compiler/ir/table.h"

namespace kiln::ir {

/// Sets of the items 0 .. items - 1: set s is member[first_member[s]] ... Rule r is the steps first_step[r] ..
/// first_step[r + 1], of which those before split[r] are its antecedent: step i is the set step[i], found
/// `delimiter[i]` after the step before it: 0 in the same transaction, 1 in a later one, 2 in the next one. (That of a
/// rule's first step says nothing.) `rule` says what each rule is called. Times between: `separation_low` ..
/// `separation_high` from a step to the next one in another transaction, `turn_low` .. `turn_high` from the last
/// antecedent step to the first consequent step, `total_low` .. `total_high` from the first step to the last (of an
/// antecedent alone `total_high` at most: what follows takes time, too); each closed.
struct Sequences final : TableBase<Sequences, TableKind::Sequences> {
  uint32_t items = 0;
  std::vector<uint32_t> firstMember, member, firstStep, step, split, rule;
  std::vector<uint8_t> delimiter;
  double separationLow, separationHigh, turnLow, turnHigh, totalLow, totalHigh;

  Sequences();
  void fields(FieldVisitor& f) override {
    f.field("items", items), f.field("first_member", firstMember), f.field("member", member);
    f.field("first_step", firstStep), f.field("step", step), f.field("delimiter", delimiter), f.field("split", split);
    f.field("rule", rule), f.field("separation_low", separationLow), f.field("separation_high", separationHigh);
    f.field("turn_low", turnLow), f.field("turn_high", turnHigh);
    f.field("total_low", totalLow), f.field("total_high", totalHigh);
  }
  void verify(const Pipeline& pipeline, std::vector<std::string>& problems) const override;
};

}  // namespace kiln::ir

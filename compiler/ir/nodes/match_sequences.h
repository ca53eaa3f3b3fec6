// match_sequences: which sequence rules fit the transactions of a group.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operands: items `[n]` i32 or cat, one a row of the group; times `[n]` f64. The rows are put in the order of their
/// times, of equal times in the order given; rows of one time are one transaction, whose items are theirs. Rows without
/// item count as transactions, too; rows without time (or NaN) are left out, and so are numbers that are no item of the
/// table. A rule fits if its antecedent's steps are found in the transactions, one after the other as Sequences says,
/// and `consequent` says so: any - whatever; absent - antecedent and consequent together are not found; present - they
/// are. Times between are differences in f64. Result `i32?[k]`: the names of the first k rules that fit, then missing.
struct MatchSequences final : OpBase<MatchSequences, OpKind::MatchSequences> {
  enum Consequent : uint8_t { any, absent, present };
  TableRef table;
  uint32_t k = 1;
  Consequent consequent = any;

  static constexpr const char* kConsequents[] = {"any", "absent", "present"};
  void fields(FieldVisitor& f) override {
    f.field("table", table), f.field("k", k), f.choice("consequent", consequent, kConsequents);
  }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir

// match_itemsets: which association rules fit a set of items.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operand items `[n]` i32 or cat: the row's items by number; missing ones and numbers that are no item of the table
/// are left out, repeated ones count once. Result `i32?[k]`: the names of the first k rules of the table that fit, in
/// its order, then missing. A rule fits if all items of its antecedent are there and `consequent` says so: any -
/// whatever it is, absent - not all of its items are there, present - all are.
struct MatchItemsets final : OpBase<MatchItemsets, OpKind::MatchItemsets> {
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

// itemsets: association rules, for `match_itemsets`.
#pragma once
#include "compiler/ir/table.h"

namespace kiln::ir {

/// Items are numbered 0 .. items - 1. Rule r asks for the items antecedent[first_antecedent[r]] .. and has the
/// consequent items consequent[first_consequent[r]] ..; both `first` have one entry more than there are rules. The
/// rules stand in the order in which they are tried; `rule` says what each is called.
struct Itemsets final : TableBase<Itemsets, TableKind::Itemsets> {
  uint32_t items = 0;
  std::vector<uint32_t> firstAntecedent, antecedent, firstConsequent, consequent, rule;

  void fields(FieldVisitor& f) override {
    f.field("items", items), f.field("first_antecedent", firstAntecedent), f.field("antecedent", antecedent);
    f.field("first_consequent", firstConsequent), f.field("consequent", consequent), f.field("rule", rule);
  }
  void verify(const Pipeline& pipeline, std::vector<std::string>& problems) const override;
};

}  // namespace kiln::ir

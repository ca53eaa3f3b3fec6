// match_itemsets: which association rules fit a set of items.
#include "compiler/ir/nodes/match_itemsets.h"

#include "compiler/ir/elements.h"
#include "compiler/ir/tables/itemsets.h"

namespace kiln::ir {

std::vector<Type> MatchItemsets::infer(Inference& inference) const {
  Type type = scalarType(Elem::i32, true);
  type.shape = {k};
  inference.expect(k > 0, "k must not be 0");
  inference.table<Itemsets>(table);
  if (!expectOperands(inference, 1, 1)) return {type};
  const Type& x = inference.operands[0];
  expectOperand(inference, 0, x.storage() == Storage::i32 && x.shape.size() == 1, "[n] i32 or cat");
  type.fallible = x.fallible;
  return {type};
}

void MatchItemsets::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  const Itemsets& t = e.pipeline.table<Itemsets>(table);
  std::vector<bool> present(t.items, false);
  for (const Datum& d : e.operand(0).elements)
    if (!d.missing && d.i32 >= 0 && static_cast<uint32_t>(d.i32) < t.items) present[static_cast<size_t>(d.i32)] = true;
  const auto holds = [&](const std::vector<uint32_t>& first, const std::vector<uint32_t>& members, size_t r) {
    for (uint32_t i = first[r]; i < first[r + 1]; i++)
      if (!present[members[i]]) return false;
    return true;
  };
  setMissing(y);
  size_t found = 0;
  for (size_t r = 0; r < t.rule.size() && found < k; r++) {
    if (!holds(t.firstAntecedent, t.antecedent, r)) continue;
    if (consequent != any && holds(t.firstConsequent, t.consequent, r) != (consequent == MatchItemsets::present))
      continue;
    y.elements[found] = Datum();
    y.elements[found++].i32 = static_cast<int32_t>(t.rule[r]);
  }
}

}  // namespace kiln::ir

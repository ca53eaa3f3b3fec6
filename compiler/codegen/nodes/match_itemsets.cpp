// Lowers `match_itemsets`: a bit an item, a few tests a rule.
#include "compiler/ir/nodes/match_itemsets.h"

#include "compiler/codegen/nodes/labels.h"
#include "compiler/ir/tables/itemsets.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

void lower(const ir::MatchItemsets& op, NodeEmitter& emit) {
  const auto& table = emit.pipeline().table<ir::Itemsets>(op.table);
  kernel::ItemsetParams params{};
  params.items = table.items, params.rules = static_cast<uint32_t>(table.rule.size()), params.consequent = op.consequent;
  params.first_antecedent = emit.blob("first antecedent of @" + table.name, table.firstAntecedent);
  params.antecedent = emit.blob("antecedents of @" + table.name, table.antecedent);
  params.first_consequent = emit.blob("first consequent of @" + table.name, table.firstConsequent);
  params.consequents = emit.blob("consequents of @" + table.name, table.consequent);
  params.names = emit.blob("rules of @" + table.name, table.rule);
  params.bits = emit.scratch((size_t{table.items} + 63) / 64 * 8);
  emit.callBlock("match_itemsets", params);
}

}  // namespace kiln::codegen

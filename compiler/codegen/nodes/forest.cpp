// Lowers `forest` with the cheapest strategy that takes it, or the one that is asked for where it can.
#include <algorithm>
#include <optional>

#include "compiler/codegen/forest/strategy.h"

namespace kiln::codegen {

namespace {

const ForestStrategy& choose(const ForestTask& task, const Tier& tier, const std::string& forced, bool rowForm) {
  const ForestStrategy* best = nullptr;
  double cost = 0;
  for (const ForestStrategy* strategy : forestStrategies()) {
    std::string why;
    if (!strategy->accepts(task, tier, why)) continue;
    if (forced == strategy->name()) return *strategy;
    const std::optional<double> now = rowForm ? strategy->rowCost(task, tier) : strategy->cost(task, tier);
    if (now && (!best || *now < cost)) best = strategy, cost = *now;
  }
  return *best;   // graph takes everything
}

}  // namespace

void lower(const ir::ForestNode& op, NodeEmitter& emit) {
  const ForestTask& task = emit.once<ForestTask>("forest", [&] {
    std::vector<ir::Type> columns;
    for (size_t i = 0; i < emit.operands(); i++) columns.insert(columns.end(), emit.operandType(i).size(), emit.operandType(i).scalar());
    return ForestTask(emit.pipeline().table<ir::Forest>(op.table), op, std::move(columns));
  });
  const ForestStrategy& strategy = choose(task, emit.tier(), emit.strategy(), emit.rowForm());
  emit.chose(strategy.name());
  strategy.lower(task, emit);
  const bool fails = task.forest.reaches(ir::Forest::fail) ||
                     std::any_of(task.columns.begin(), task.columns.end(), [](const ir::Type& t) { return t.fallible; });
  if (fails && !strategy.followsFailures()) fixUpFailedRows(task, emit);
}

}  // namespace kiln::codegen

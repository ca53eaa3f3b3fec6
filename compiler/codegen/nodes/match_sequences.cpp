// Lowers `match_sequences`: transactions as bit sets, steps as sets of transactions.
#include "compiler/ir/nodes/match_sequences.h"

#include "compiler/codegen/nodes/labels.h"
#include "compiler/ir/tables/sequences.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

void lower(const ir::MatchSequences& op, NodeEmitter& emit) {
  const auto& t = emit.pipeline().table<ir::Sequences>(op.table);
  const std::string of = " of @" + t.name;
  const size_t rows = emit.operandType(0).shape[0];
  kernel::SequenceParams params{};
  params.words = (t.items + 63) / 64, params.items = t.items, params.rules = static_cast<uint32_t>(t.rule.size());
  params.consequent = op.consequent;
  params.first_member = emit.blob("first members" + of, t.firstMember), params.member = emit.blob("members" + of, t.member);
  params.first_step = emit.blob("first steps" + of, t.firstStep), params.step = emit.blob("steps" + of, t.step);
  params.delimiter = emit.blob("delimiters" + of, t.delimiter), params.split = emit.blob("splits" + of, t.split);
  params.names = emit.blob("rules" + of, t.rule);
  params.separation_low = t.separationLow, params.separation_high = t.separationHigh, params.turn_low = t.turnLow;
  params.turn_high = t.turnHigh, params.total_low = t.totalLow, params.total_high = t.totalHigh;
  params.order = emit.scratch(rows * 4), params.times = emit.scratch(rows * 8), params.bits = emit.scratch(rows * params.words * 8);
  params.reached = emit.scratch(rows), params.next = emit.scratch(rows);
  emit.callBlock("match_sequences", params);
}

}  // namespace kiln::codegen

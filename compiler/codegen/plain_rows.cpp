#include "compiler/codegen/plain_rows.h"

#include <algorithm>

#include "compiler/codegen/rebuilt.h"
#include "compiler/ir/nodes/call.h"
#include "compiler/ir/nodes/check.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/scalars.h"
#include "compiler/ir/tables/forest.h"
#include "compiler/ir/tables/lookup.h"

namespace kiln::codegen {
namespace {

// Beyond these a second instance costs more to compile, and to hold, than a row gains.
constexpr size_t kMostNodes = 512, kMostForestNodes = 2048;

/// Whether every element of the result is missing where the element of an operand is, and depends on elements of its own place alone.
bool keepsMissing(const ir::Pipeline& pipeline, const ir::Op& op) {
  if (const auto* call = op.to<ir::Call>()) return call->function->missing == ir::MissingRule::strict;
  if (const auto* lookup = op.to<ir::LookupNode>()) return !pipeline.table<ir::Lookup>(lookup->table).missingRow;
  return op.kind() == ir::OpKind::Check || op.kind() == ir::OpKind::Cast || op.kind() == ir::OpKind::Concat;
}
/// Whether missing elements at the end of an operand make no difference.
bool passesOverMissing(const ir::Op& op) {
  if (const auto* reduce = op.to<ir::Reduce>()) return reduce->skip && reduce->order == ir::Reduce::index;
  return op.kind() == ir::OpKind::MatchItemsets || op.kind() == ir::OpKind::MatchSequences;
}

/// Whether what is beyond the end of lists, missing, makes no difference to any result.
bool listsMayBeShort(const ir::Pipeline& pipeline) {
  std::vector<bool> list(pipeline.values.size(), false);   // made of lists alone, missing beyond their end
  bool any = false;
  for (const ir::Node& node : pipeline.nodes) {
    const auto* input = node.op->to<ir::Input>();
    if (input && input->list > kShortList) any = list[node.results[0]] = true;
    const auto isList = [&](ir::ValueId v) { return static_cast<bool>(list[v]); };
    if (std::none_of(node.operands.begin(), node.operands.end(), isList) || passesOverMissing(*node.op)) continue;
    const bool sameShape = std::all_of(node.operands.begin(), node.operands.end(), [&](ir::ValueId v) {
      return isList(v) || (pipeline.type(v).isScalar() && node.op->kind() != ir::OpKind::Concat);
    });
    if (!keepsMissing(pipeline, *node.op) || !sameShape) return false;
    for (ir::ValueId v : node.results) list[v] = true;
  }
  return any;
}

bool isWorthIt(const ir::Pipeline& pipeline) {
  if (pipeline.nodes.size() > kMostNodes) return false;
  size_t forestNodes = 0;
  for (const auto& table : pipeline.tables)
    if (table->kind() == ir::TableKind::Forest) forestNodes += table->as<ir::Forest>().nodes();
  if (forestNodes > kMostForestNodes) return false;
  for (ir::NodeId input : pipeline.inputs()) {
    const ir::Type& type = pipeline.type(pipeline.nodes[input].results[0]);
    if (type.isScalar() && type.nullable) return true;
  }
  return listsMayBeShort(pipeline);
}

}  // namespace

std::optional<ir::Pipeline> plainRows(const ir::Pipeline& whole) {
  if (!isWorthIt(whole)) return std::nullopt;
  const bool shortLists = listsMayBeShort(whole);
  return rebuilt(whole, [&](ir::Builder& builder, const ir::Node& node, std::vector<ir::ValueId> operands, const std::string& name) {
    const auto* input = node.op->to<ir::Input>();
    if (input == nullptr || !(whole.type(node.results[0]).isScalar() || (input->list && shortLists))) return builder.addNode(node.op->clone(), operands, name);
    ir::Input required = *input;
    if (input->list) {
      required.list = std::min(input->list, kShortList);
      return std::vector<ir::ValueId>{builder.add(required, {}, name)};
    }
    required.nullable = false;
    return std::vector<ir::ValueId>{builder.add(ir::Check(), {builder.add(required, {}, name)}, name)};
  });
}

}  // namespace kiln::codegen

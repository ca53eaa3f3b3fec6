#include "compiler/codegen/plain_rows.h"

#include "compiler/codegen/rebuilt.h"
#include "compiler/ir/nodes/check.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/tables/forest.h"

namespace kiln::codegen {
namespace {

// Beyond these a second instance costs more to compile, and to hold, than a row gains.
constexpr size_t kMostNodes = 512, kMostForestNodes = 2048;

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
  return false;
}

}  // namespace

std::optional<ir::Pipeline> plainRows(const ir::Pipeline& whole) {
  if (!isWorthIt(whole)) return std::nullopt;
  return rebuilt(whole, [&](ir::Builder& builder, const ir::Node& node, std::vector<ir::ValueId> operands, const std::string& name) {
    const auto* input = node.op->to<ir::Input>();
    if (input == nullptr || !whole.type(node.results[0]).isScalar()) return builder.addNode(node.op->clone(), operands, name);
    ir::Input required = *input;
    required.nullable = false;
    return std::vector<ir::ValueId>{builder.add(ir::Check(), {builder.add(required, {}, name)}, name)};
  });
}

}  // namespace kiln::codegen

#include "compiler/codegen/plain_rows.h"

#include "compiler/ir/builder.h"
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
  ir::Pipeline plain;
  plain.name = whole.name, plain.tables = whole.tables;
  ir::Builder builder(plain);
  std::vector<ir::ValueId> now(whole.values.size());
  for (const ir::Node& node : whole.nodes) {
    builder.at(node.place);
    std::vector<ir::ValueId> operands;
    for (ir::ValueId v : node.operands) operands.push_back(now[v]);
    const std::string name = node.results.empty() ? "" : whole.values[node.results[0]].name;
    if (const auto* input = node.op->to<ir::Input>(); input != nullptr && whole.type(node.results[0]).isScalar()) {
      ir::Input required = *input;
      required.nullable = false;
      now[node.results[0]] = builder.add(ir::Check(), {builder.add(required, {}, name)}, name);
      continue;
    }
    const std::vector<ir::ValueId> results = builder.addNode(node.op->clone(), operands, name);
    for (size_t i = 0; i < node.results.size(); i++) now[node.results[i]] = results[i];
  }
  return plain;
}

}  // namespace kiln::codegen

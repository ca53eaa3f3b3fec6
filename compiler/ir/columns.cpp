#include "compiler/ir/columns.h"

#include "compiler/ir/nodes/input.h"
#include "compiler/ir/nodes/output.h"

namespace kiln::ir {

std::vector<std::string> columnNames(const std::string& name, const std::vector<uint32_t>& shape,
                                     const std::vector<std::string>& labels) {
  std::vector<std::string> names;
  for (const std::string& label : labels) names.push_back(name + '[' + label + ']');
  if (!labels.empty()) return names;
  size_t count = 1;
  for (uint32_t d : shape) count *= d;
  if (count == 1) return {name};
  std::vector<uint32_t> at(shape.size());
  for (size_t i = 0; i < count; i++) {
    std::string text = name + '[';
    for (size_t d = 0; d < at.size(); d++) text += (d ? "," : "") + std::to_string(at[d]);
    names.push_back(text + ']');
    for (size_t d = at.size(); d-- > 0 && ++at[d] == shape[d];) at[d] = 0;
  }
  return names;
}

uint32_t columnsOf(const Pipeline& pipeline, const Node& node) {
  if (const auto* input = node.op->to<Input>()) return input->list ? 1 : pipeline.type(node.results[0]).size();
  return pipeline.type(node.operands[0]).size();
}

static void addColumns(NodeId node, const std::vector<std::string>& names, std::vector<SchemaColumn>& columns) {
  for (uint32_t e = 0; e < names.size(); e++) columns.push_back({node, e, names[e]});
}

std::vector<SchemaColumn> inputColumns(const Pipeline& pipeline) {
  std::vector<SchemaColumn> columns;
  for (NodeId id : pipeline.inputs()) {
    const auto& op = pipeline.nodes[id].op->as<Input>();
    addColumns(id, columnNames(op.field, op.list ? std::vector<uint32_t>() : op.columns.empty() ? op.shape : op.columns), columns);
  }
  return columns;
}

std::vector<SchemaColumn> outputColumns(const Pipeline& pipeline) {
  std::vector<SchemaColumn> columns;
  for (NodeId id : pipeline.outputs()) {
    const auto& op = pipeline.nodes[id].op->as<Output>();
    const std::vector<uint32_t>& shape = pipeline.type(pipeline.nodes[id].operands[0]).shape;
    addColumns(id, columnNames(op.field, op.columns.empty() ? shape : op.columns, op.labels), columns);
  }
  return columns;
}

uint32_t columnFeeding(const Pipeline& pipeline, const std::string& state) {
  const std::vector<SchemaColumn> columns = outputColumns(pipeline);
  for (uint32_t c = 0; c < columns.size(); c++)
    if (pipeline.nodes[columns[c].node].op->as<Output>().feeds == state) return c;
  return kNone;
}

}  // namespace kiln::ir

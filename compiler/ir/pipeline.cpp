// A pipeline as a whole: copying it, and its schema.
#include "compiler/ir/pipeline.h"

namespace kiln::ir {

Pipeline Pipeline::clone() const {
  Pipeline copy;
  copy.name = name, copy.sourceFile = sourceFile, copy.sourceFormat = sourceFormat, copy.sourceSha256 = sourceSha256;
  copy.provenance = provenance, copy.values = values, copy.verifications = verifications;
  for (const Node& node : nodes) copy.nodes.push_back({node.op->clone(), node.operands, node.results, node.place});
  for (const auto& table : tables) copy.tables.push_back(table->clone());
  return copy;
}

static std::vector<NodeId> nodesOf(const Pipeline& pipeline, OpKind kind) {
  std::vector<NodeId> found;
  for (NodeId i = 0; i < pipeline.nodes.size(); i++)
    if (pipeline.nodes[i].op->kind() == kind) found.push_back(i);
  return found;
}

std::vector<NodeId> Pipeline::inputs() const { return nodesOf(*this, OpKind::Input); }
std::vector<NodeId> Pipeline::outputs() const { return nodesOf(*this, OpKind::Output); }

}  // namespace kiln::ir

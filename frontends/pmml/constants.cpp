#include "frontends/pmml/constants.h"

#include <map>

#include "compiler/ir/evaluate.h"

namespace kiln::pmml {

using namespace ir;

namespace {

constexpr size_t kMostNodes = 4096;  // that a constant is worth

/// The nodes that a value depends on, in order; none where one of them reads the row.
std::vector<NodeId> nodesOf(const Pipeline& pipeline, ValueId value) {
  std::vector<NodeId> open = {pipeline.values[value].node};
  std::map<NodeId, bool> seen;
  while (!open.empty()) {
    const NodeId id = open.back();
    open.pop_back();
    if (!seen.emplace(id, true).second) continue;
    const Node& node = pipeline.nodes[id];
    if (node.op->kind() == OpKind::Input || node.op->isStatement() || seen.size() > kMostNodes) return {};
    for (ValueId v : node.operands) open.push_back(pipeline.values[v].node);
  }
  std::vector<NodeId> nodes;
  for (const auto& [id, yes] : seen) nodes.push_back(id);
  return nodes;
}

}  // namespace

std::optional<std::string> foldedText(Importer& importer, const Importer::Typed& value, const Element* at) {
  if (value.literal || !value) return value.literal;
  FieldType string;
  string.dataType = DataType::string, string.opType = OpType::categorical;
  ValueId text = importer.convert(value, string, at);
  if (text == kNone) return std::nullopt;
  text = importer.text(text);
  Pipeline& whole = importer.build.pipeline();
  const std::vector<NodeId> nodes = nodesOf(whole, text);
  if (nodes.empty() || !whole.type(text).isScalar()) return std::nullopt;

  Pipeline part;
  std::map<ValueId, ValueId> map;
  for (NodeId id : nodes) {
    const Node& node = whole.nodes[id];
    Node copy{node.op->clone(), {}, {}, {}};
    for (ValueId v : node.operands) copy.operands.push_back(map.at(v));
    for (ValueId v : node.results) {
      map[v] = static_cast<ValueId>(part.values.size());
      copy.results.push_back(map[v]);
      Value made = whole.values[v];
      made.node = static_cast<NodeId>(part.nodes.size());
      part.values.push_back(std::move(made));
    }
    part.nodes.push_back(std::move(copy));
  }
  part.tables.swap(whole.tables);  // lent
  Evaluator evaluator(part);
  kiln_status status;
  evaluator.evaluate(nullptr, nullptr, &status);
  const RowValue& result = evaluator.values()[map.at(text)];
  std::optional<std::string> found;
  if (!result.failure && !result.elements[0].missing) found = std::string(result.elements[0].text);
  part.tables.swap(whole.tables);
  return found;
}

}  // namespace kiln::pmml

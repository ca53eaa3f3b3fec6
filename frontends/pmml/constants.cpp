#include "frontends/pmml/constants.h"

#include <set>

#include "compiler/ir/constant_part.h"

namespace kiln::pmml {

using namespace ir;

namespace {

constexpr size_t kMostNodes = 4096;  // that a constant is worth

/// The nodes that a value depends on, in order; none if they are too many.
std::vector<NodeId> nodesOf(const Pipeline& pipeline, ValueId value) {
  std::vector<NodeId> open = {pipeline.values[value].node};
  std::set<NodeId> seen;
  while (!open.empty()) {
    const NodeId id = open.back();
    open.pop_back();
    if (!seen.insert(id).second) continue;
    const Node& node = pipeline.nodes[id];
    if (seen.size() > kMostNodes) return {};
    for (ValueId v : node.operands) open.push_back(pipeline.values[v].node);
  }
  return {seen.begin(), seen.end()};
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

  ConstantPart part(whole);
  for (NodeId id : nodes) {
    if (!part.takes(whole.nodes[id])) return std::nullopt;
    part.add(whole.nodes[id]);
  }
  part.evaluate(whole);
  const RowValue& result = part.value(text);
  if (result.failure || result.elements[0].missing) return std::nullopt;
  return std::string(result.elements[0].text);
}

}  // namespace kiln::pmml

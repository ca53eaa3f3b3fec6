#include "compiler/passes/onehot_parts.h"

#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/onehot.h"
#include "compiler/ir/nodes/reshape.h"

namespace kiln::passes {

using namespace ir;

// Iterative, since concats of concats may be deep.
std::vector<Part> partsOf(const Pipeline& pipeline, ValueId value) {
  std::vector<Part> parts;
  std::vector<ValueId> open = {value};
  while (!open.empty()) {
    const ValueId v = open.back();
    open.pop_back();
    const Node& node = pipeline.producer(v);
    const auto* concat = node.op->to<Concat>();
    const auto* hot = node.op->to<OneHot>();
    if (node.op->kind() == OpKind::Reshape)
      open.push_back(node.operands[0]);
    else if (concat && concat->axis == 0)
      open.insert(open.end(), node.operands.rbegin(), node.operands.rend());
    else if (hot && !pipeline.type(v).fallible)
      parts.push_back({node.operands[0], pipeline.type(node.operands[0]).size(), hot->size, v});
    else
      parts.push_back({v, pipeline.type(v).size(), 0, v});
  }
  return parts;
}

}  // namespace kiln::passes

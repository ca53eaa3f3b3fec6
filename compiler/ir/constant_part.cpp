#include "compiler/ir/constant_part.h"

#include <algorithm>

namespace kiln::ir {

bool ConstantPart::takes(const Node& node) const {
  return node.op->kind() != OpKind::Input && !node.op->isStatement() && std::all_of(node.operands.begin(), node.operands.end(), [&](ValueId v) { return has(v); });
}

void ConstantPart::add(const Node& node) {
  Node copy{node.op->clone(), {}, {}, {}};
  for (ValueId v : node.operands) copy.operands.push_back(map_[v]);
  for (ValueId v : node.results) {
    map_[v] = static_cast<ValueId>(part_.values.size());
    copy.results.push_back(map_[v]);
    Value value = whole_.values[v];
    value.node = static_cast<NodeId>(part_.nodes.size());
    part_.values.push_back(std::move(value));
  }
  part_.nodes.push_back(std::move(copy));
}

void ConstantPart::evaluate(Pipeline& whole) {
  part_.tables.swap(whole.tables);
  evaluator_.emplace(part_);
  kiln_status status;
  evaluator_->evaluate(nullptr, nullptr, &status);
  part_.tables.swap(whole.tables);
}

}  // namespace kiln::ir

#include "compiler/codegen/read_elements.h"

#include <set>

#include "compiler/ir/nodes/forest.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/tables/forest.h"

namespace kiln::codegen {
namespace {

class Reads {
 public:
  Reads(const ir::Pipeline& pipeline, ir::ValueId value) : pipeline_(pipeline), same_{value}, read_(pipeline.type(value).size()) {}

  std::vector<bool> find() {
    for (const ir::Node& node : pipeline_.nodes) {   // users follow what they use
      uint32_t first = 0;   // element of all operands
      for (ir::ValueId operand : node.operands) {
        if (same_.count(operand)) use(node, first);
        first += pipeline_.type(operand).size();
      }
    }
    return read_;
  }

 private:
  void use(const ir::Node& node, uint32_t first) {
    if (node.op->kind() == ir::OpKind::Check && node.operands.size() == 1) {
      same_.insert(node.results[0]);
    } else if (const auto* take = node.op->to<ir::Take>(); take && !take->at.empty() && pipeline_.type(node.operands[0]).shape.size() == 1) {
      for (uint32_t i : take->at) read_[i] = true;
    } else if (const auto* forest = node.op->to<ir::ForestNode>()) {
      const auto& table = pipeline_.table<ir::Forest>(forest->table);
      for (uint32_t n = 0; n < table.nodes(); n++)
        if (!table.isLeaf(n) && table.column[n] >= first && table.column[n] - first < read_.size()) read_[table.column[n] - first] = true;
    } else {
      read_.assign(read_.size(), true);
    }
  }
  const ir::Pipeline& pipeline_;
  std::set<ir::ValueId> same_;   // the input's value, under each name that it has
  std::vector<bool> read_;
};

}  // namespace

std::vector<bool> readElements(const ir::Pipeline& pipeline, ir::NodeId input) { return Reads(pipeline, pipeline.nodes[input].results[0]).find(); }

}  // namespace kiln::codegen

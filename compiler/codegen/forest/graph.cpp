// graph: the strategy that takes every forest. One row and one tree at a time over a compact copy of the node table. It also
// evaluates again the rows in which a column has failed, of which the other strategies know nothing.
#include "compiler/codegen/forest/layout.h"
#include "compiler/codegen/forest/strategies.h"

namespace kiln::codegen {
namespace {

using ir::Forest;

std::vector<kernel::GraphNode> graphNodes(const Forest& f) {
  std::vector<kernel::GraphNode> nodes(f.nodes());
  for (uint32_t n = 0; n < f.nodes(); n++)
    nodes[n] = {f.constant[n], f.yes[n],  f.no[n], f.missing[n], f.column[n] | static_cast<uint32_t>(f.test[n]) << 24,
                f.set.empty() ? 0 : f.set[n], 0};
  return nodes;
}

/// Columns that are tested and may fail.
std::vector<uint32_t> failingColumns(const ForestTask& task) {
  const Forest& f = task.forest;
  std::vector<bool> tested(task.columns.size());
  for (uint32_t n = 0; n < f.nodes(); n++)
    if (!f.isLeaf(n)) tested[f.column[n]] = true;
  std::vector<uint32_t> columns;
  for (uint32_t c = 0; c < tested.size(); c++)
    if (tested[c] && task.columns[c].fallible) columns.push_back(c);
  return columns;
}

kernel::ForestGraph putGraph(const ForestTask& task, NodeEmitter& emit) {
  const Forest& f = task.forest;
  kernel::ForestGraph p{};
  p.result = static_cast<uint32_t>(task.node.result);
  p.trees = static_cast<uint32_t>(f.roots.size());
  p.targets = f.targets;
  p.fail_status = emit.statusCode(KILN_UNDEFINED);
  p.nodes = emit.blob("forest.graph", graphNodes(f));
  p.roots = emit.blob("forest.roots", f.roots);
  std::vector<uint8_t> storages;
  for (const ir::Type& column : task.columns) storages.push_back(static_cast<uint8_t>(columnStorage(column)));
  p.storages = emit.blob("forest.storages", storages);
  p.set_first = emit.blob("forest.set_first", f.setFirst);
  p.set_members = emit.blob("forest.set_member", f.setMember);
  p.leaf_first = emit.blob("forest.leaf_first", f.leafFirst);
  p.leaf_targets = f.leafTarget.empty() ? kernel::kNone : emit.blob("forest.leaf_target", f.leafTarget);
  p.leaf_weights = emit.blob("forest.leaf_weight", f.leafWeight);
  p.leaf_kinds = f.leafKind.empty() ? kernel::kNone : emit.blob("forest.leaf_kind", f.leafKind);
  return p;
}
std::string kernelOf(const std::string& family, const ForestTask& task) {
  return family + (task.node.elem == ir::Elem::f32 ? "_f32" : "_f64");
}

class Graph final : public ForestStrategy {
 public:
  const char* name() const override { return "graph"; }
  bool accepts(const ForestTask&, const Tier&, std::string&) const override { return true; }
  bool followsFailures() const override { return true; }
  double cost(const ForestTask& task, const Tier&) const override {
    return 20 + forestWork(task).levels * 8.0;
  }
  void lower(const ForestTask& task, NodeEmitter& emit) const override {
    emit.callColumns(kernelOf("forest_graph", task), emit.once<kernel::ForestGraph>("graph", [&] { return putGraph(task, emit); }));
  }
};

}  // namespace

void fixUpFailedRows(const ForestTask& task, NodeEmitter& emit) {
  const auto make = [&] {
    kernel::ForestFixup p{};
    p.graph = putGraph(task, emit);
    const std::vector<uint32_t> columns = failingColumns(task);
    p.columns = emit.blob("forest.failing", columns), p.count = static_cast<uint32_t>(columns.size());
    return p;
  };
  emit.callColumns(kernelOf("forest_fixup", task), emit.once<kernel::ForestFixup>("fixup", make));
}

const ForestStrategy& graphStrategy() {
  static const Graph strategy;
  return strategy;
}

}  // namespace kiln::codegen

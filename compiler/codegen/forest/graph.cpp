// graph: the strategy that takes every forest. One row and one tree at a time over a compact copy of the node table.
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

class Graph final : public ForestStrategy {
 public:
  const char* name() const override { return "graph"; }
  bool accepts(const ForestTask&, const Tier&, std::string&) const override { return true; }
  double cost(const ForestTask& task, const Tier&) const override {
    return 20 + forestWork(task.forest).levels * 8.0;
  }
  void lower(const ForestTask& task, NodeEmitter& emit) const override {
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
    emit.callBlock(task.node.elem == ir::Elem::f32 ? "forest_graph_f32" : "forest_graph_f64", p);
  }
};

}  // namespace

const ForestStrategy& graphStrategy() {
  static const Graph strategy;
  return strategy;
}

}  // namespace kiln::codegen

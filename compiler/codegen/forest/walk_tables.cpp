#include "compiler/codegen/forest/walk_tables.h"

#include <algorithm>
#include <cmath>

#include "compiler/codegen/forest/cursor_tables.h"

namespace kiln::codegen {
namespace {

using ir::Forest;
using ir::ForestNode;
using kernel::kNone;

constexpr uint32_t kLineSlots = 16;         // of compact nodes

/// Longest path from each node.
std::vector<uint32_t> depths(const RankedForest& ranked) {
  std::vector<uint32_t> depth(ranked.nodes.size());
  for (size_t n = 0; n < depth.size(); n++)
    if (!ranked.nodes[n].isLeaf()) depth[n] = 1 + std::max(depth[ranked.nodes[n].left], depth[ranked.nodes[n].right]);
  return depth;
}

class WalkLayout {
 public:
  WalkLayout(const RankedForest& ranked, uint32_t largest)
      : ranked_(ranked), leafRank_(static_cast<kernel::u16>(largest)), pairAt_(ranked.nodes.size(), kNone) {}

  WalkTables run() {
    const std::vector<uint32_t> depth = depths(ranked_);
    for (const uint32_t root : ranked_.roots) {
      base_ = static_cast<uint32_t>(out_.nodes.size());
      addTree(root);
      alignSlots();
      out_.trees.push_back({base_, static_cast<uint32_t>(out_.nodes.size()) - base_, depth[root]});
      for (const uint32_t node : placed_) pairAt_[node] = kNone;
      placed_.clear();
    }
    out_.trees.push_back({static_cast<uint32_t>(out_.nodes.size()), 0, 0});
    return std::move(out_);
  }

 private:
  struct Item { uint32_t node, slot; };

  uint32_t fresh(uint32_t count) {
    const uint32_t slot = static_cast<uint32_t>(out_.nodes.size()) - base_;
    out_.nodes.resize(out_.nodes.size() + count);
    out_.leaf.resize(out_.nodes.size());
    return slot;
  }
  void alignSlots() {
    if (const uint32_t over = out_.nodes.size() % kLineSlots) fresh(kLineSlots - over);
  }
  /// Fills a slot; true if the pair of its children is new and must be filled.
  bool place(const Item& item, uint32_t& pair) {
    const RankedNode& node = ranked_.nodes[item.node];
    if (node.isLeaf()) {
      out_.nodes[base_ + item.slot] = {item.slot, leafRank_, 0};
      out_.leaf[base_ + item.slot] = node.left;
      return false;
    }
    const bool first = pairAt_[item.node] == kNone;
    if (first) pairAt_[item.node] = fresh(2), placed_.push_back(item.node);
    pair = pairAt_[item.node];
    out_.nodes[base_ + item.slot] = {pair, static_cast<kernel::u16>(node.rank), static_cast<kernel::u16>(node.column)};
    return first;
  }
  void addTree(uint32_t root) {
    std::vector<Item> blocks = {{root, fresh(2)}};   // slot 0, and one so that pairs stay even
    while (!blocks.empty()) {
      std::vector<Item> level = {blocks.back()}, next;
      blocks.pop_back();
      const uint32_t used = static_cast<uint32_t>(out_.nodes.size()) % kLineSlots, wanted = 2 * newPairs(level[0].node, 3);
      if (used + wanted > kLineSlots && wanted <= kLineSlots) alignSlots();
      for (int i = 0; i < 3; i++, level.swap(next)) {
        next.clear();
        for (const Item& item : level) {
          uint32_t pair = 0;
          if (!place(item, pair)) continue;
          next.push_back({ranked_.nodes[item.node].left, pair});
          next.push_back({ranked_.nodes[item.node].right, pair + 1});
        }
      }
      for (const Item& item : level) {
        uint32_t pair = 0;
        if (ranked_.nodes[item.node].isLeaf()) place(item, pair);
        else blocks.push_back(item);
      }
    }
  }
  /// Pairs that the first levels below a node still need.
  uint32_t newPairs(uint32_t n, int levels) const {
    const RankedNode& node = ranked_.nodes[n];
    if (levels == 0 || node.isLeaf() || pairAt_[n] != kNone) return 0;
    return 1 + newPairs(node.left, levels - 1) + newPairs(node.right, levels - 1);
  }

  const RankedForest& ranked_;
  const kernel::u16 leafRank_;
  std::vector<uint32_t> pairAt_;      ///< slot of the children, by ranked node, in this tree
  std::vector<uint32_t> placed_;
  uint32_t base_ = 0;
  WalkTables out_;
};

template <class T> uint32_t putValues(const WalkTables& tables, const Forest& f, NodeEmitter& emit) {
  std::vector<T> values(tables.leaf.size());
  for (size_t s = 0; s < values.size(); s++) {
    const uint32_t leaf = tables.leaf[s];
    if (leaf < f.leaves() && f.leafFirst[leaf] < f.leafFirst[leaf + 1]) values[s] = static_cast<T>(f.leafWeight[f.leafFirst[leaf]]);
  }
  return emit.blob("forest.walk_values", values);
}

/// Whether leaves add to at least half of the targets on average, each to a target once.
bool addsToMost(const Forest& f) {
  if (f.targets < 2 || f.leafWeight.size() * 2 < uint64_t{f.leaves()} * f.targets) return false;
  std::vector<uint32_t> last(f.targets, kNone);
  for (uint32_t l = 0; l < f.leaves(); l++)
    for (uint32_t e = f.leafFirst[l]; e < f.leafFirst[l + 1]; e++) {
      const uint32_t target = f.leafTarget.empty() ? 0 : f.leafTarget[e];
      if (last[target] == l) return false;
      last[target] = l;
    }
  return true;
}
template <class T> uint32_t putLeafRows(const Forest& f, NodeEmitter& emit) {
  std::vector<T> rows(size_t{f.leaves()} * f.targets);
  for (uint32_t l = 0; l < f.leaves(); l++)
    for (uint32_t e = f.leafFirst[l]; e < f.leafFirst[l + 1]; e++)
      rows[size_t{l} * f.targets + (f.leafTarget.empty() ? 0 : f.leafTarget[e])] = static_cast<T>(f.leafWeight[e]);
  return emit.blob("forest.leaf_rows", rows);
}

}  // namespace

WalkTables layOutWalk(const RankedForest& ranked, uint32_t largest) { return WalkLayout(ranked, largest).run(); }

bool needsLeaf(const Forest& f, const ForestNode& node) {
  if (node.result == ForestNode::leaf) return false;
  if (f.reaches(Forest::noPrediction)) return true;
  if (node.result == ForestNode::each) return false;
  if (f.targets > 1) return true;
  for (uint32_t l = 0; l < f.leaves(); l++)
    if (f.leafFirst[l + 1] - f.leafFirst[l] > 1) return true;
  return false;
}

void putWalk(const ForestTask& task, const WalkTables& tables, NodeEmitter& emit, kernel::ForestWalk& p) {
  const Forest& f = task.forest;
  p.result = static_cast<uint32_t>(task.node.result);
  p.trees = static_cast<uint32_t>(f.roots.size()), p.targets = f.targets;
  p.tree_table = emit.blob("forest.walk_trees", tables.trees);
  p.by_leaf = needsLeaf(f, task.node);
  p.leaf_targets = p.leaf_kinds = kNone;
  if (p.by_leaf || task.node.result == ForestNode::leaf) p.values = emit.blob("forest.walk_leaves", tables.leaf);
  else if (task.node.elem == ir::Elem::f32) p.values = putValues<float>(tables, f, emit);
  else p.values = putValues<double>(tables, f, emit);
  p.leaf_rows = kNone;
  if (!p.by_leaf) return;
  if (isSum(task.node) && addsToMost(f)) p.leaf_rows = task.node.elem == ir::Elem::f32 ? putLeafRows<float>(f, emit) : putLeafRows<double>(f, emit);
  p.leaf_first = emit.blob("forest.leaf_first", f.leafFirst);
  p.leaf_weights = emit.blob("forest.leaf_weight", f.leafWeight);
  if (!f.leafTarget.empty()) p.leaf_targets = emit.blob("forest.leaf_target", f.leafTarget);
  if (f.reaches(Forest::noPrediction)) p.leaf_kinds = emit.blob("forest.leaf_kind", f.leafKind);
}

double walkedRowCost(const ForestTask& task, double level) {
  const auto trees = static_cast<double>(task.forest.roots.size());
  const auto targets = static_cast<double>(task.forest.targets);
  const double perLeaf = needsLeaf(task.forest, task.node) ? 6 + 2 * targets : targets;   // its list of weights, found through its number
  return std::ceil(trees / 16) * forestWork(task).deepest * level + trees * perLeaf;
}

}  // namespace kiln::codegen

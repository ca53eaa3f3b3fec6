// walk: the strategy for large trees. Lays out pairs of children, three levels of a subtree side by side.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "compiler/codegen/forest/cursor_tables.h"
#include "compiler/codegen/forest/strategies.h"
#include "compiler/codegen/tiers.h"

namespace kiln::codegen {
namespace {

using ir::Forest;
using ir::ForestNode;
using kernel::kNone;

constexpr uint64_t kMostSlots = 1u << 28;   // so that offsets into the blob fit 32 bits
constexpr uint32_t kLineSlots = 16;         // of compact nodes

struct WalkTables {
  std::vector<kernel::WalkNode> nodes;
  std::vector<uint32_t> leaf;             ///< by slot; inner: 0
  std::vector<kernel::WalkTree> trees;
};

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

/// Whether compact nodes may do: 16 bits for the slots of a tree, 8 for columns and ranks.
bool fitsCompact(const RankedForest& ranked, const WalkTables& tables) {
  return ranked.columns <= 256 &&
         std::all_of(tables.trees.begin(), tables.trees.end(), [](const kernel::WalkTree& t) { return t.slots <= 65536; });
}
/// Whether they are worth trying.
bool mayBeCompact(const Forest& f) { return f.nodes() / std::max<size_t>(1, f.roots.size()) <= 40000; }

/// Several weights a leaf, or leaves without prediction: the leaf must be known, not just its value.
bool needsLeaf(const Forest& f, const ForestNode& node) {
  if (node.result == ForestNode::leaf) return false;
  if (f.reaches(Forest::noPrediction)) return true;
  if (node.result == ForestNode::each) return false;
  if (f.targets > 1) return true;
  for (uint32_t l = 0; l < f.leaves(); l++)
    if (f.leafFirst[l + 1] - f.leafFirst[l] > 1) return true;
  return false;
}

template <class T> uint32_t putValues(const WalkTables& tables, const Forest& f, NodeEmitter& emit) {
  std::vector<T> values(tables.leaf.size());
  for (size_t s = 0; s < values.size(); s++) {
    const uint32_t leaf = tables.leaf[s];
    if (leaf < f.leaves() && f.leafFirst[leaf] < f.leafFirst[leaf + 1]) values[s] = static_cast<T>(f.leafWeight[f.leafFirst[leaf]]);
  }
  return emit.blob("forest.walk_values", values);
}

class Walk final : public ForestStrategy {
 public:
  const char* name() const override { return "walk"; }
  bool accepts(const ForestTask& task, const Tier&, std::string& why) const override {
    if (!isPlain(task, why) || !canRank(task, why)) return false;
    if (task.forest.roots.empty()) why = "no tree";
    else if (static_cast<uint64_t>(task.forest.nodes()) * 5 > kMostSlots) why = "too many nodes";
    else if (mostVirtualColumns(task) > 4096) why = "too many distinct tests";
    return why.empty();
  }
  double cost(const ForestTask& task, const Tier&) const override {
    const ForestWork work = forestWork(task);
    const double most = static_cast<double>(work.deepest) * static_cast<double>(task.forest.roots.size());
    const double levels = std::min(std::max(work.levels * 2, (work.levels + most) / 2), most);   // of lists, half of the way
    return static_cast<double>(task.columns.size()) * 2 + levels * 0.8 + static_cast<double>(task.forest.roots.size()) * task.forest.targets;
  }
  std::optional<double> rowCost(const ForestTask& task, const Tier&) const override {
    const auto trees = static_cast<double>(task.forest.roots.size());
    const double level = std::max(4.5, std::min(trees, 16.0) * 0.5);   // a load waits for the one before; 16 trees at a time
    const auto targets = static_cast<double>(task.forest.targets);
    const double perLeaf = needsLeaf(task.forest, task.node) ? 6 + 2 * targets : targets;   // its list of weights, found through its number
    return rowRanksCost(task) + std::ceil(trees / 16) * forestWork(task).deepest * level + trees * perLeaf;
  }
  void lower(const ForestTask& task, NodeEmitter& emit) const override {
    kernel::ForestWalk p = emit.once<kernel::ForestWalk>("walk", [&] { return put(task, emit); });
    const uint32_t rows = emit.rowForm() ? 1 : emit.blockRows(), columns = p.quantiser.columns;
    p.pitch = emit.rowForm() ? 0 : (columns + 15) / 16 * 16;
    p.rows = emit.scratch(emit.rowForm() ? (columns + 32) / 32 * 64 : (static_cast<size_t>(rows) + 256) * p.pitch * 2);
    p.gone = emit.scratch(rows + 64);
    const char* results = isSum(task.node) ? p.by_leaf ? "sums" : "sum" : "each";
    emit.callColumns(forestKernel("walk", results, task.node) + (p.compact ? "_compact" : "_wide"), p);
  }

 private:
  /// All but scratch.
  static kernel::ForestWalk put(const ForestTask& task, NodeEmitter& emit) {
    const Forest& f = task.forest;
    kernel::ForestWalk p{};
    WalkTables tables;
    if (mayBeCompact(f)) {
      const RankedForest& ranked = rankForest(task, 255);
      if (ranked.columns <= 256) tables = WalkLayout(ranked, 255).run();
      p.compact = fitsCompact(ranked, tables);
    }
    const RankedForest& ranked = rankForest(task, p.compact ? 255 : 65535);
    if (!p.compact) tables = WalkLayout(ranked, 65535).run();
    p.result = static_cast<uint32_t>(task.node.result);
    p.trees = static_cast<uint32_t>(f.roots.size()), p.targets = f.targets;
    p.quantiser = putQuantiser(ranked, task, emit);
    p.nodes = p.compact ? putCompact(tables, emit) : emit.blob("forest.walk", tables.nodes);
    p.tree_table = emit.blob("forest.walk_trees", tables.trees);
    p.by_leaf = needsLeaf(f, task.node);
    putLeafTables(task, tables, emit, p);
    return p;
  }
  static uint32_t putCompact(const WalkTables& tables, NodeEmitter& emit) {
    std::vector<uint32_t> nodes;
    nodes.reserve(tables.nodes.size());
    for (const kernel::WalkNode& n : tables.nodes) nodes.push_back(n.child << 16 | static_cast<uint32_t>(n.rank) << 8 | n.column);
    return emit.blob("forest.walk", nodes);
  }
  static void putLeafTables(const ForestTask& task, const WalkTables& tables, NodeEmitter& emit, kernel::ForestWalk& p) {
    const Forest& f = task.forest;
    p.leaf_targets = p.leaf_kinds = kNone;
    if (p.by_leaf || task.node.result == ForestNode::leaf) p.values = emit.blob("forest.walk_leaves", tables.leaf);
    else if (task.node.elem == ir::Elem::f32) p.values = putValues<float>(tables, f, emit);
    else p.values = putValues<double>(tables, f, emit);
    if (!p.by_leaf) return;
    p.leaf_first = emit.blob("forest.leaf_first", f.leafFirst);
    p.leaf_weights = emit.blob("forest.leaf_weight", f.leafWeight);
    if (!f.leafTarget.empty()) p.leaf_targets = emit.blob("forest.leaf_target", f.leafTarget);
    if (f.reaches(Forest::noPrediction)) p.leaf_kinds = emit.blob("forest.leaf_kind", f.leafKind);
  }
};

}  // namespace

const ForestStrategy& walkStrategy() {
  static const Walk strategy;
  return strategy;
}

}  // namespace kiln::codegen

// walk: the strategy for large trees.
#include <algorithm>
#include <cmath>

#include "compiler/codegen/forest/cursor_tables.h"
#include "compiler/codegen/forest/strategies.h"
#include "compiler/codegen/forest/walk_tables.h"

namespace kiln::codegen {
namespace {

using ir::Forest;
using ir::ForestNode;

/// Whether compact nodes may do: 16 bits for the slots of a tree, 8 for columns and ranks.
bool fitsCompact(const RankedForest& ranked, const WalkTables& tables) {
  return ranked.columns <= 256 &&
         std::all_of(tables.trees.begin(), tables.trees.end(), [](const kernel::WalkTree& t) { return t.slots <= 65536; });
}
/// Whether they are worth trying.
bool mayBeCompact(const Forest& f) { return f.nodes() / std::max<size_t>(1, f.roots.size()) <= 40000; }

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
    const double level = std::max(4.5, std::min(static_cast<double>(task.forest.roots.size()), 16.0) * 0.5);   // a load waits for the one before; 16 trees at a time
    return rowRanksCost(task) + walkedRowCost(task, level);
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
      if (ranked.columns <= 256) tables = layOutWalk(ranked, 255);
      p.compact = fitsCompact(ranked, tables);
    }
    const RankedForest& ranked = rankForest(task, p.compact ? 255 : 65535);
    if (!p.compact) tables = layOutWalk(ranked, 65535);
    p.quantiser = putQuantiser(ranked, task, emit);
    p.nodes = p.compact ? putCompact(tables, emit) : emit.blob("forest.walk", tables.nodes);
    putWalk(task, tables, emit, p);
    return p;
  }
  static uint32_t putCompact(const WalkTables& tables, NodeEmitter& emit) {
    std::vector<uint32_t> nodes;
    nodes.reserve(tables.nodes.size());
    for (const kernel::WalkNode& n : tables.nodes) nodes.push_back(n.child << 16 | static_cast<uint32_t>(n.rank) << 8 | n.column);
    return emit.blob("forest.walk", nodes);
  }
};

}  // namespace

const ForestStrategy& walkStrategy() {
  static const Walk strategy;
  return strategy;
}

}  // namespace kiln::codegen

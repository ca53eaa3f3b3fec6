// keys: the strategy for one row of many columns of f32. Thresholds and values are integers in the order of the floats.
#include <algorithm>
#include <bit>
#include <limits>

#include "compiler/codegen/forest/cursor_tables.h"
#include "compiler/codegen/forest/strategies.h"
#include "compiler/codegen/forest/walk_tables.h"

namespace kiln::codegen {
namespace {

using ir::Forest;

constexpr uint32_t kMostRanks = 65535;     // of rankForest: with fewer thresholds a column is one window
constexpr uint64_t kMostKeySlots = 65536;  // of a tree: 16 bits of a node
constexpr size_t kMostKeyColumns = 32768;  // two places each, 16 bits of a node

int32_t keyOf(float x) {
  const auto bits = std::bit_cast<int32_t>(x);
  return bits ^ ((bits >> 31) & 0x7fffffff);
}

bool takesColumns(const ForestTask& task, std::string& why) {
  if (task.columns.size() > kMostKeyColumns) why = "too many columns";
  for (const ir::Type& type : task.columns)
    if (columnStorage(type) != kernel::kColumnF32 || type.nullable) why = "keys are for columns of f32, none of which is missing";
  return why.empty();
}
/// Order tests only, of not too many thresholds, in trees whose slots, of which nodes have five at most, can be numbered.
bool takesTests(const Forest& f, std::string& why) {
  std::vector<uint32_t> tests(f.columns);
  for (uint32_t n = 0; n < f.nodes(); n++) {
    const auto test = static_cast<ir::Test>(f.test[n]);
    if (test == ir::Test::equal || test == ir::Test::notEqual || test == ir::Test::inSet) why = "a column is tested for sets of values";
    else if (test != ir::Test::leaf && ++tests[f.column[n]] >= kMostRanks) why = "too many tests of a column";
  }
  for (size_t t = 0; t < f.roots.size(); t++) {
    const uint64_t end = t + 1 < f.roots.size() ? f.roots[t + 1] : f.nodes();
    if ((end - f.roots[t]) * 5 > kMostKeySlots) why = "too large a tree";
  }
  return why.empty();
}

/// A virtual column: its place in the row of keys, and the thresholds that its ranks are.
struct KeyColumn {
  uint32_t place;
  const std::vector<double>* cuts;
};
std::vector<KeyColumn> keyColumns(const RankedForest& ranked, size_t columns) {
  std::vector<KeyColumn> found(ranked.columns);
  for (const RankedWindow& w : ranked.windows) {
    if (w.low != kernel::kNone) found[w.low] = {w.operand, &w.cuts};
    if (w.high != kernel::kNone) found[w.high] = {w.operand + static_cast<uint32_t>(columns), &w.cuts};
  }
  return found;
}
std::vector<uint64_t> keyNodes(const WalkTables& tables, const std::vector<KeyColumn>& columns) {
  std::vector<uint64_t> nodes;
  nodes.reserve(tables.nodes.size());
  for (const kernel::WalkNode& n : tables.nodes) {
    uint64_t place = 0;
    int32_t key = std::numeric_limits<int32_t>::max();   // a leaf: nothing is above it
    if (n.rank != kMostRanks && !columns.empty()) {
      const std::vector<double>& cuts = *columns[n.column].cuts;
      place = columns[n.column].place;
      key = keyOf(n.rank < cuts.size() ? static_cast<float>(cuts[n.rank]) : std::numeric_limits<float>::infinity());   // else a test for NaN
    }
    nodes.push_back(place << 48 | static_cast<uint64_t>(n.child) << 32 | static_cast<uint32_t>(key));
  }
  return nodes;
}

class Keys final : public ForestStrategy {
 public:
  const char* name() const override { return "keys"; }
  bool accepts(const ForestTask& task, const Tier& tier, std::string& why) const override {
    return takesColumns(task, why) && takesTests(task.forest, why) && walkStrategy().accepts(task, tier, why);
  }
  /// Rows of a batch are walked by ranks.
  double cost(const ForestTask& task, const Tier& tier) const override { return walkStrategy().cost(task, tier) + 1; }
  std::optional<double> rowCost(const ForestTask& task, const Tier&) const override {
    const double level = std::max(5.5, std::min(static_cast<double>(task.forest.roots.size()), 16.0) * 0.65);   // nodes are twice as large as most that walk has
    return 16 + static_cast<double>(task.columns.size()) * 0.4 + walkedRowCost(task, level);
  }
  void lower(const ForestTask& task, NodeEmitter& emit) const override {
    if (!emit.rowForm()) return walkStrategy().lower(task, emit);
    kernel::ForestKeys p = emit.once<kernel::ForestKeys>("keys", [&] { return put(task, emit); });
    p.side_by_side = emit.operands() == 1;
    p.walk.rows = emit.scratch(size_t{2} * p.columns * sizeof(int32_t) + 64);
    emit.callColumns(forestKernel("keys", isSum(task.node) ? p.walk.by_leaf ? "sums" : "sum" : "each", task.node), p);
  }

 private:
  /// All but scratch.
  static kernel::ForestKeys put(const ForestTask& task, NodeEmitter& emit) {
    const RankedForest& ranked = rankForest(task, kMostRanks);
    const WalkTables tables = layOutWalk(ranked, kMostRanks);
    kernel::ForestKeys p{};
    p.columns = static_cast<uint32_t>(task.columns.size());
    p.walk.nodes = emit.blob("forest.keys", keyNodes(tables, keyColumns(ranked, task.columns.size())));
    putWalk(task, tables, emit, p.walk);
    return p;
  }
};

}  // namespace

const ForestStrategy& keysStrategy() {
  static const Keys strategy;
  return strategy;
}

}  // namespace kiln::codegen

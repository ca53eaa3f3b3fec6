// cursor: the strategy for forests of small trees, rows in lanes; for one row trees in lanes.
#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <tuple>

#include "compiler/codegen/forest/cursor_tables.h"
#include "compiler/codegen/forest/strategies.h"
#include "compiler/codegen/forest/trees.h"
#include "compiler/codegen/tiers.h"

namespace kiln::codegen {

using ir::Forest;
using ir::ForestNode;
using kernel::kNone;

namespace {

constexpr uint32_t kGroups = 4;            // vectors of rows a pass: kForestGroups
constexpr uint64_t kMostSteps = 1u << 27;  // copies of shared nodes included
constexpr uint32_t kMostColumns = 8192;    // virtual columns: a byte a row of scratch each
constexpr uint32_t kLaneColumns = 128;     // virtual columns that fit registers for one row

uint32_t fourTimes(uint32_t byte) { return byte * 0x01010101u; }

std::vector<kernel::CursorTree> treeTable(const std::vector<FlatTree>& trees, std::vector<kernel::CursorStep>& steps) {
  std::vector<kernel::CursorTree> table;
  for (const FlatTree& tree : trees) {
    table.push_back({static_cast<uint32_t>(steps.size()), static_cast<uint32_t>(tree.steps.size())});
    for (const FlatStep& s : tree.steps) steps.push_back({s.column, fourTimes(s.rank ^ 128), fourTimes(s.from), fourTimes(s.to)});
  }
  return table;
}

/// Columns, ranks and cursors of many trees side by side, a group of trees after the other.
void putLanes(const std::vector<FlatTree>& trees, const LeafTables& leaves, uint32_t width, kernel::ForestCursor& p, NodeEmitter& emit) {
  const uint32_t per = width * p.vectors;
  std::vector<uint8_t> lanes;
  std::vector<kernel::CursorGroup> groups;
  std::vector<kernel::CursorRowAdd> adds;
  size_t add = 0;
  for (uint32_t t0 = 0; t0 < trees.size(); t0 += per) {
    const uint32_t n = std::min<uint32_t>(per, static_cast<uint32_t>(trees.size()) - t0);
    size_t longest = 0;
    for (uint32_t t = t0; t < t0 + n; t++) longest = std::max(longest, trees[t].steps.size());
    const size_t at = lanes.size();
    lanes.resize(at + longest * per * 4);
    for (size_t s = 0; s < longest; s++)
      for (uint32_t k = 0; k < per; k++) {
        const bool real = k < n && s < trees[t0 + k].steps.size();
        const FlatStep step = real ? trees[t0 + k].steps[s] : FlatStep{0, 255, 0, 0};   // nothing is greater than 255
        uint8_t* lane = &lanes[at + (s * p.vectors + k / width) * 4 * width + k % width];
        lane[0] = static_cast<uint8_t>(step.column);
        lane[width] = static_cast<uint8_t>(step.rank ^ 128);
        lane[2 * width] = step.from, lane[3 * width] = step.to;
      }
    const uint32_t first = static_cast<uint32_t>(adds.size());
    for (; add < leaves.adds.size() && leaves.adds[add].tree < t0 + n; add++)
      adds.push_back({leaves.adds[add].table * p.stride, static_cast<uint16_t>(leaves.adds[add].tree - t0),
                      static_cast<uint16_t>(leaves.adds[add].target)});
    groups.push_back({static_cast<uint32_t>(at), static_cast<uint32_t>(longest), first, static_cast<uint32_t>(adds.size()) - first});
  }
  const uint32_t base = emit.blob("forest.lanes", lanes);
  for (kernel::CursorGroup& group : groups) group.lanes += base;
  p.groups = emit.blob("forest.groups", groups), p.group_count = static_cast<uint32_t>(groups.size());
  p.row_adds = emit.blob("forest.row_adds", adds);
}

class Cursor final : public ForestStrategy {
 public:
  const char* name() const override { return "cursor"; }
  bool accepts(const ForestTask& task, const Tier&, std::string& why) const override {
    return acceptsCursors(task, kMostLeaves, why);
  }
  double cost(const ForestTask& task, const Tier& tier) const override {
    const ExpandedSize size = expandedSize(task);
    const double perStep = 0.5 / tier.vectorBytes(), perAdd = usesPlanes(task.node, tier, tableStride(size.most)) ? 0.1 : 0.4;
    return static_cast<double>(task.columns.size()) + static_cast<double>(size.total) * perStep +
           static_cast<double>(task.forest.roots.size()) * perAdd * task.forest.targets;
  }
  std::optional<double> rowCost(const ForestTask& task, const Tier& tier) const override {
    const uint32_t columns = rankForest(task, 255).columns;
    if (columns > kLaneColumns) return std::nullopt;
    const double trees = static_cast<double>(task.forest.roots.size()), banks = std::ceil(columns / (tier.vectorBytes() == 64 ? 64.0 : 16.0));
    const double steps = std::ceil(trees / static_cast<double>(tier.vectorBytes())) * expandedSize(task).most;
    return 10 + rowRanksCost(task) + steps * (1 + 0.4 * banks) + trees * 0.5 * task.forest.targets;
  }
  void lower(const ForestTask& task, NodeEmitter& emit) const override {
    if (emit.rowForm() && rankForest(task, 255).columns > kLaneColumns) return walkStrategy().lower(task, emit);
    const uint32_t width = static_cast<uint32_t>(emit.tier().vectorBytes());
    if (!emit.rowForm())
      return emit.callColumns(forestKernel("cursor", isSum(task.node) ? "sum" : "each", task.node), cursorBlock(task, width * kGroups, emit));
    const kernel::ForestCursor& p = row(task, width, emit);
    const char* results = !isSum(task.node) ? "each" : p.targets == 1 ? "one" : "sum";
    emit.callColumns(forestKernel("cursor", results, task.node) + "_" + std::to_string(p.vectors) + "x" + std::to_string(p.banks), p);
  }

 private:
  static const kernel::ForestCursor& row(const ForestTask& task, uint32_t width, NodeEmitter& emit) {
    return emit.once<kernel::ForestCursor>("cursor row " + std::to_string(width), [&] {
      const RankedForest& ranked = rankForest(task, 255);
      const std::vector<FlatTree>& trees = flattenAll(task);
      kernel::ForestCursor p{};
      p.quantiser = putQuantiser(ranked, task, emit);
      const LeafTables leaves = putLeaves(task, false, emit, p);
      const uint32_t bank = width == 64 ? 64 : 16;
      p.banks = 1;
      while (p.banks * bank < ranked.columns) p.banks *= 2;
      p.vectors = trees.size() > 2 * width ? 4 : trees.size() > width ? 2 : 1;
      putLanes(trees, leaves, width, p, emit);
      return p;
    });
  }
};

}  // namespace

bool acceptsCursors(const ForestTask& task, uint32_t mostLeaves, std::string& why) {
  if (!isPlain(task, why) || !canRank(task, why)) return false;
  const ExpandedSize& size = expandedSize(task);
  if (size.most > mostLeaves) why = "a tree of more than " + std::to_string(mostLeaves) + " leaves";
  else if (size.total * (1 + task.forest.targets) > kMostSteps) why = "too many nodes once shared ones are copied";
  else if (task.forest.targets > 4096 || task.forest.roots.empty()) why = "no tree, or more than 4096 targets";
  else if (mostVirtualColumns(task) > kMostColumns) why = "too many distinct tests";
  return why.empty();
}

uint32_t tableStride(uint32_t mostLeaves) {
  uint32_t stride = 32;
  while (stride < mostLeaves) stride *= 2;
  return stride;
}
bool usesPlanes(const ForestNode& node, const Tier& tier, uint32_t stride) {
  return tier.vectorBytes() == 64 && stride <= 128 && isSum(node);
}
bool isSum(const ForestNode& node) { return node.result == ForestNode::sum || node.result == ForestNode::average; }
std::string forestKernel(const std::string& strategy, const std::string& results, const ForestNode& node) {
  return "forest_" + strategy + "_" + results + (node.result == ForestNode::leaf ? "_i32" : node.elem == ir::Elem::f32 ? "_f32" : "_f64");
}

namespace {

/// Tables of T as bytes; with planes the low and then the high halves of each table of f64.
template <class T, class Value>
std::vector<uint8_t> tableBytes(size_t tables, uint32_t stride, bool planes, Value value) {
  std::vector<uint8_t> bytes(tables * stride * sizeof(T));
  for (size_t t = 0; t < tables; t++)
    for (uint32_t l = 0; l < stride; l++) {
      const T v = value(t, l);
      uint8_t* table = &bytes[t * stride * sizeof(T)];
      if (planes && sizeof(T) == 8) {
        std::memcpy(table + l * 4, &v, 4);
        std::memcpy(table + stride * 4 + l * 4, reinterpret_cast<const char*>(&v) + 4, 4);
      } else {
        std::memcpy(table + l * sizeof(T), &v, sizeof(T));
      }
    }
  return bytes;
}

void putGone(const ForestTask& task, const std::vector<FlatTree>& trees, NodeEmitter& emit, kernel::ForestCursor& p) {
  p.gone = p.gone_trees = kNone;
  const Forest& f = task.forest;
  if (task.node.result == ForestNode::leaf || !f.reaches(Forest::noPrediction)) return;
  std::vector<uint8_t> gone(trees.size() * p.stride), goneTrees(trees.size());
  for (size_t t = 0; t < trees.size(); t++)
    for (size_t l = 0; l < trees[t].leaves.size(); l++)
      if (f.leafKind[trees[t].leaves[l]] == Forest::noPrediction) gone[t * p.stride + l] = goneTrees[t] = 1;
  p.gone = emit.blob("forest.gone", gone), p.gone_trees = emit.blob("forest.gone_trees", goneTrees);
}

}  // namespace

LeafTables putLeaves(const ForestTask& task, bool planes, NodeEmitter& emit, kernel::ForestCursor& p) {
  const std::vector<FlatTree>& trees = flattenAll(task);
  const Forest& f = task.forest;
  size_t most = 1;
  for (const FlatTree& tree : trees) most = std::max(most, tree.leaves.size());
  p.result = static_cast<uint32_t>(task.node.result);
  p.trees = static_cast<uint32_t>(trees.size()), p.targets = f.targets;
  p.most_leaves = static_cast<uint32_t>(most);
  p.stride = tableStride(p.most_leaves);
  p.planes = planes && usesPlanes(task.node, emit.tier(), p.stride);
  putGone(task, trees, emit, p);
  const bool isFloat = task.node.elem == ir::Elem::f32;
  const auto put = [&](size_t tables, auto value) {
    return emit.blob("forest.leaves", isFloat ? tableBytes<float>(tables, p.stride, p.planes, value)
                                              : tableBytes<double>(tables, p.stride, p.planes, value));
  };
  LeafTables leaves;
  if (isSum(task.node)) {
    leaves = leafTables(f, trees, p.stride);
    p.leaves = put(leaves.tables.size(), [&](size_t t, uint32_t l) {
      const uint32_t e = leaves.entry[t * p.stride + l];
      return e == 0 ? 0.0 : f.leafWeight[e - 1];
    });
  } else if (task.node.result == ForestNode::each) {
    p.leaves = put(trees.size(), [&](size_t t, uint32_t l) {
      if (l >= trees[t].leaves.size()) return 0.0;
      const uint32_t leaf = trees[t].leaves[l];
      const bool plain = f.leafKind.empty() || f.leafKind[leaf] == Forest::plain;
      return plain && f.leafFirst[leaf] < f.leafFirst[leaf + 1] ? f.leafWeight[f.leafFirst[leaf]] : 0.0;
    });
  } else {
    p.leaves = emit.blob("forest.leaves", tableBytes<int32_t>(trees.size(), p.stride, false, [&](size_t t, uint32_t l) {
      return l < trees[t].leaves.size() ? static_cast<int32_t>(trees[t].leaves[l]) : 0;
    }));
  }
  return leaves;
}

void putChunks(const LeafTables& leaves, kernel::ForestCursor& p, NodeEmitter& emit) {
  std::vector<kernel::CursorAdd> adds;
  std::vector<kernel::CursorRun> runs;
  std::vector<uint32_t> chunks;
  size_t add = 0;
  for (uint32_t t0 = 0; t0 < p.trees; t0 += kernel::kCursorChunk) {
    chunks.push_back(static_cast<uint32_t>(runs.size()));
    const size_t begin = add;
    while (add < leaves.adds.size() && leaves.adds[add].tree < t0 + kernel::kCursorChunk) add++;
    std::vector<LeafTables::Add> chunk(leaves.adds.begin() + begin, leaves.adds.begin() + add);
    std::sort(chunk.begin(), chunk.end(), [](const LeafTables::Add& a, const LeafTables::Add& b) {
      return std::tie(a.target, a.tree, a.table) < std::tie(b.target, b.tree, b.table);
    });
    for (const LeafTables::Add& a : chunk) {
      if (runs.size() == chunks.back() || runs.back().target != a.target)
        runs.push_back({a.target, static_cast<uint32_t>(adds.size()), 0});
      runs.back().count++;
      adds.push_back({a.table, static_cast<uint16_t>(a.tree - t0), static_cast<uint16_t>(a.target)});
    }
  }
  chunks.push_back(static_cast<uint32_t>(runs.size()));
  p.adds = emit.blob("forest.adds", adds), p.runs = emit.blob("forest.runs", runs), p.chunks = emit.blob("forest.chunks", chunks);
}

kernel::ForestCursor cursorBlock(const ForestTask& task, uint32_t rows, NodeEmitter& emit) {
  const bool planes = emit.tier().vectorBytes() == 64;
  kernel::ForestCursor p = emit.once<kernel::ForestCursor>(planes ? "cursor block, planes" : "cursor block", [&] {
    kernel::ForestCursor q{};
    q.quantiser = putQuantiser(rankForest(task, 255), task, emit);
    const LeafTables leaves = putLeaves(task, planes, emit, q);
    std::vector<kernel::CursorStep> steps;
    q.tree_table = emit.blob("forest.cursor_trees", treeTable(flattenAll(task), steps));
    q.steps = emit.blob("forest.cursor_steps", steps);
    putChunks(leaves, q, emit);
    return q;
  });
  p.ranks = emit.scratch(static_cast<size_t>(p.quantiser.columns) * rows + 64);
  p.sums = emit.scratch(isSum(task.node) ? static_cast<size_t>(p.targets) * rows * 8 : 8);
  p.gone_rows = emit.scratch(rows);
  return p;
}

const ForestStrategy& cursorStrategy() {
  static const Cursor strategy;
  return strategy;
}

}  // namespace kiln::codegen

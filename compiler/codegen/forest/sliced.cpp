// sliced: the strategy for forests of small trees on 64-byte vectors, cursors as bit planes.
#include <algorithm>

#include "compiler/codegen/forest/cursor_tables.h"
#include "compiler/codegen/forest/strategies.h"
#include "compiler/codegen/tiers.h"

namespace kiln::codegen {
namespace {

using ir::ForestNode;

constexpr uint32_t kRows = 512;         // a pass: kSlicedRows
constexpr uint32_t kMostLeavesSliced = 128;
constexpr uint64_t kMostTests = 16384;  // distinct ones; 64 bytes of scratch each

using TestKey = std::pair<uint32_t, uint32_t>;   // virtual column, rank

std::vector<TestKey> distinctTests(const std::vector<FlatTree>& trees) {
  std::vector<TestKey> tests;
  for (const FlatTree& tree : trees)
    for (const FlatStep& s : tree.steps) tests.push_back({s.column, s.rank});
  std::sort(tests.begin(), tests.end());
  tests.erase(std::unique(tests.begin(), tests.end()), tests.end());
  return tests;
}

void putSteps(const std::vector<FlatTree>& trees, const std::vector<TestKey>& tests, kernel::ForestSliced& p, NodeEmitter& emit) {
  const auto mask = [&](uint32_t leaf) { return static_cast<kernel::u16>(leaf * p.planes * 4); };
  const uint32_t all = (1u << p.planes) - 1;
  const FlatTree none;
  std::vector<kernel::SlicedPair> pairs;
  std::vector<kernel::SlicedStep> steps;
  for (size_t t = 0; t < trees.size(); t += 2) {
    const FlatTree* two[] = {&trees[t], t + 1 < trees.size() ? &trees[t + 1] : &none};
    const size_t longest = std::max(two[0]->steps.size(), two[1]->steps.size());
    pairs.push_back({static_cast<uint32_t>(steps.size()), static_cast<uint32_t>(longest)});
    for (size_t s = 0; s < longest; s++)
      for (const FlatTree* tree : two) {
        if (s >= tree->steps.size()) {
          steps.push_back({0, mask(all), mask(0)});   // moves nothing
          continue;
        }
        const FlatStep& step = tree->steps[s];
        const size_t test = static_cast<size_t>(std::lower_bound(tests.begin(), tests.end(), TestKey{step.column, step.rank}) - tests.begin());
        steps.push_back({static_cast<uint32_t>(test * 64), mask(all ^ step.from), mask(static_cast<uint32_t>(step.from ^ step.to))});
      }
  }
  std::vector<uint32_t> pool;
  for (uint32_t leaf = 0; leaf <= all; leaf++)
    for (uint32_t i = 0; i < p.planes; i++) pool.push_back(leaf >> i & 1 ? 0xffffffffu : 0);
  p.pairs = emit.blob("forest.sliced_pairs", pairs), p.steps = emit.blob("forest.sliced_steps", steps);
  p.pool = emit.blob("forest.sliced_pool", pool);
}

class Sliced final : public ForestStrategy {
 public:
  const char* name() const override { return "sliced"; }
  bool accepts(const ForestTask& task, const Tier& tier, std::string& why) const override {
    if (tier.vectorBytes() != 64) why = "the tier has no 64-byte vectors";
    else if (task.node.result != ForestNode::sum && task.node.result != ForestNode::average) why = "only sums are sliced";
    else if (acceptsCursors(task, kMostLeavesSliced, why) && mostDistinctTests(task) > kMostTests) why = "too many distinct tests";
    return why.empty();
  }
  double cost(const ForestTask& task, const Tier&) const override {
    const ExpandedSize size = expandedSize(task);
    return static_cast<double>(task.columns.size()) + static_cast<double>(size.total) * 0.004 +
           static_cast<double>(task.forest.roots.size()) * (0.06 + 0.1 * task.forest.targets) +
           0.001 * static_cast<double>(mostDistinctTests(task));
  }
  std::optional<double> rowCost(const ForestTask&, const Tier&) const override { return std::nullopt; }
  void lower(const ForestTask& task, NodeEmitter& emit) const override {
    if (emit.rowForm()) return cursorStrategy().lower(task, emit);
    const kernel::ForestCursor cursor = cursorBlock(task, kRows, emit);
    kernel::ForestSliced p = emit.once<kernel::ForestSliced>("sliced", [&] { return put(task, cursor, emit); });
    p.cursor = cursor;
    p.bits = emit.scratch(static_cast<size_t>(p.test_count) * 64 + 64);
    emit.callColumns("forest_sliced_" + std::string(task.node.elem == ir::Elem::f32 ? "f32_" : "f64_") + std::to_string(p.planes), p);
  }

 private:
  /// All but scratch.
  static kernel::ForestSliced put(const ForestTask& task, const kernel::ForestCursor& cursor, NodeEmitter& emit) {
    const std::vector<FlatTree>& trees = flattenAll(task);
    const std::vector<TestKey> tests = distinctTests(trees);
    kernel::ForestSliced p{};
    p.planes = cursor.stride == 32 ? 5 : cursor.stride == 64 ? 6 : 7;
    std::vector<kernel::SlicedTest> table;
    for (const auto& [column, rank] : tests) table.push_back({column, static_cast<kernel::i32>(rank) - 128});
    p.tests = emit.blob("forest.sliced_tests", table), p.test_count = static_cast<uint32_t>(tests.size());
    putSteps(trees, tests, p, emit);
    return p;
  }
};

}  // namespace

const ForestStrategy& slicedStrategy() {
  static const Sliced strategy;
  return strategy;
}

}  // namespace kiln::codegen

// masks: the strategy for one row of trees of few leaves on 64-byte vectors. Batches, and rows elsewhere, are for others.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "compiler/codegen/forest/cursor_tables.h"
#include "compiler/codegen/forest/strategies.h"
#include "compiler/codegen/tiers.h"

namespace kiln::codegen {
namespace {

using ir::Forest;
using kernel::kNone;

constexpr uint32_t kMostMaskColumns = 32;   // virtual ones, in registers
constexpr uint32_t kMostMaskLeaves = 64;

/// Whether 32-bit lanes do: all columns are floats, and a tree's leaves fit the bits.
bool isNarrow(const ForestTask& task) {
  return expandedSize(task).most <= 32 &&
         std::all_of(task.columns.begin(), task.columns.end(), [](const ir::Type& t) { return columnStorage(t) == kernel::kColumnF32; });
}

/// What a virtual column is: an operand's values, missing to the right or to the left, with the thresholds of ranks.
struct MaskSource {
  const RankedWindow* window = nullptr;
  bool missingRight = false;
};
std::vector<MaskSource> maskSources(const RankedForest& ranked) {
  std::vector<MaskSource> sources(ranked.columns);
  for (const RankedWindow& w : ranked.windows) {
    if (w.low != kNone) sources[w.low] = {&w, false};
    if (w.high != kNone) sources[w.high] = {&w, true};
  }
  return sources;
}

/// The steps of all trees, sixteen side by side in vectors of X.
template <class X, class Mask> class MaskSteps {
 public:
  MaskSteps(const std::vector<MaskSource>& sources, const std::vector<FlatTree>& trees) : sources_(sources), trees_(trees) {}

  void put(NodeEmitter& emit, kernel::ForestMasks& p) {
    std::vector<kernel::MaskGroup> groups;
    for (size_t t0 = 0; t0 < trees_.size(); t0 += kernel::kCursorChunk) {
      size_t longest = 0;
      for (size_t t = t0; t < std::min(trees_.size(), t0 + kernel::kCursorChunk); t++) longest = std::max(longest, trees_[t].steps.size());
      groups.push_back({static_cast<uint32_t>(bytes_.size()), static_cast<uint32_t>(longest)});
      for (size_t s = 0; s < longest; s++)
        for (size_t first = t0; first < t0 + kernel::kCursorChunk; first += kLanes) addStep(first, s);
    }
    const uint32_t base = emit.blob("forest.mask_steps", bytes_);
    for (kernel::MaskGroup& group : groups) group.steps += base;
    p.groups = emit.blob("forest.mask_groups", groups);
  }

 private:
  static constexpr size_t kLanes = 64 / sizeof(X);

  void addStep(size_t firstTree, size_t s) {
    Mask columns[kLanes] = {}, keeps[kLanes];
    X thresholds[kLanes];
    for (size_t k = 0; k < kLanes; k++) {
      thresholds[k] = std::numeric_limits<X>::infinity(), keeps[k] = ~Mask{0};
      if (firstTree + k >= trees_.size() || s >= trees_[firstTree + k].steps.size()) continue;   // rules out nothing
      const FlatStep& step = trees_[firstTree + k].steps[s];
      const std::vector<double>& cuts = sources_[step.column].window->cuts;
      columns[k] = step.column;
      if (step.rank < cuts.size()) thresholds[k] = static_cast<X>(cuts[step.rank]);   // else only what is missing goes to the right
      keeps[k] = ~((Mask{1} << step.to) - (Mask{1} << step.from));   // a left subtree never holds the last leaf: to is below the bits
    }
    for (const void* part : {static_cast<const void*>(columns), static_cast<const void*>(thresholds), static_cast<const void*>(keeps)}) {
      const auto* from = static_cast<const uint8_t*>(part);
      bytes_.insert(bytes_.end(), from, from + 64);
    }
  }

  const std::vector<MaskSource>& sources_;
  const std::vector<FlatTree>& trees_;
  std::vector<uint8_t> bytes_;
};

template <class X> uint32_t putFill(const std::vector<MaskSource>& sources, NodeEmitter& emit) {
  std::vector<X> fill(kMostMaskColumns, -std::numeric_limits<X>::infinity());
  for (size_t i = 0; i < sources.size(); i++)
    if (sources[i].missingRight) fill[i] = std::numeric_limits<X>::quiet_NaN();
  return emit.blob("forest.mask_fill", fill);
}

class Masks final : public ForestStrategy {
 public:
  const char* name() const override { return "masks"; }
  bool accepts(const ForestTask& task, const Tier& tier, std::string& why) const override {
    if (tier.vectorBytes() != 64) why = "the tier has no 64-byte vectors";
    else if (!isSum(task.node)) why = "masks are for sums";
    else if (task.forest.reaches(Forest::noPrediction)) why = "a leaf makes no prediction";
    else if (acceptsCursors(task, kMostMaskLeaves, why)) {
      const RankedForest& ranked = rankForest(task, 255);
      if (!ranked.sets.empty()) why = "a column is tested for sets of values";
      else if (ranked.columns > kMostMaskColumns) why = "more columns than registers hold";
    }
    return why.empty();
  }
  /// Rows of a batch are the cursor's.
  double cost(const ForestTask& task, const Tier& tier) const override { return cursorStrategy().cost(task, tier) + 1; }
  std::optional<double> rowCost(const ForestTask& task, const Tier&) const override {
    const Forest& f = task.forest;
    const auto trees = static_cast<double>(f.roots.size());
    const double adds = trees * std::max(1.0, static_cast<double>(f.leafWeight.size()) / f.leaves());
    const double steps = std::ceil(trees / double{kernel::kCursorChunk}) * expandedSize(task).most;
    return 22 + 0.3 * rankForest(task, 255).columns + steps * (isNarrow(task) ? 0.8 : 1.8) + adds * 0.9;
  }
  void lower(const ForestTask& task, NodeEmitter& emit) const override {
    if (!emit.rowForm()) return cursorStrategy().lower(task, emit);
    const kernel::ForestMasks& p = emit.once<kernel::ForestMasks>("masks", [&] { return put(task, emit); });
    const char* values = isNarrow(task) ? "_f32_5" : p.column_count > 16 ? "_f64_5" : "_f64_4";
    emit.callColumns("forest_masks_" + std::string(task.node.elem == ir::Elem::f32 ? "f32" : "f64") + values, p);
  }

 private:
  static kernel::ForestMasks put(const ForestTask& task, NodeEmitter& emit) {
    const std::vector<MaskSource> sources = maskSources(rankForest(task, 255));
    kernel::ForestMasks p{};
    putChunks(putLeaves(task, false, emit, p.cursor), p.cursor, emit);
    std::vector<kernel::MaskColumn> columns;
    for (const MaskSource& s : sources) columns.push_back({s.window->operand, columnStorage(task.columns[s.window->operand])});
    p.columns = emit.blob("forest.mask_columns", columns), p.column_count = static_cast<uint32_t>(columns.size());
    if (isNarrow(task)) {
      p.fill = putFill<float>(sources, emit);
      MaskSteps<float, uint32_t>(sources, flattenAll(task)).put(emit, p);
    } else {
      p.fill = putFill<double>(sources, emit);
      MaskSteps<double, uint64_t>(sources, flattenAll(task)).put(emit, p);
    }
    return p;
  }
};

}  // namespace

const ForestStrategy& masksStrategy() {
  static const Masks strategy;
  return strategy;
}

}  // namespace kiln::codegen

// The parts that the strategies that walk share: trees laid out as pairs of children, what leads from a slot to its leaf, the cost of a row.
#pragma once
#include "compiler/codegen/forest/ranks.h"

namespace kiln::codegen {

inline constexpr uint64_t kMostSlots = 1u << 28;   // so that offsets into the blob fit 32 bits

struct WalkTables {
  std::vector<kernel::WalkNode> nodes;
  std::vector<uint32_t> leaf;             ///< by slot; inner: 0
  std::vector<kernel::WalkTree> trees;
};
/// Three levels of a subtree side by side. A leaf's rank is `largest`, which no value exceeds.
WalkTables layOutWalk(const RankedForest& ranked, uint32_t largest);

/// Several weights a leaf, or leaves without prediction: the leaf must be known, not just its value.
bool needsLeaf(const ir::Forest& f, const ir::ForestNode& node);
/// Puts what slots lead to; fills all of `p` but the nodes and scratch.
void putWalk(const ForestTask& task, const WalkTables& tables, NodeEmitter& emit, kernel::ForestWalk& p);

/// Nanoseconds that one row takes once its columns are ranked: `level`, those of a level of sixteen trees.
double walkedRowCost(const ForestTask& task, double level);

}  // namespace kiln::codegen

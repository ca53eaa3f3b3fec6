// trees: ranked trees of up to 256 leaves flattened for the strategies that keep cursors, and the leaf tables that go with them.
#pragma once
#include "compiler/codegen/forest/ranks.h"

namespace kiln::codegen {

inline constexpr uint32_t kMostLeaves = 256;

/// An inner node in preorder: its left subtree holds leaves [from, to).
struct FlatStep {
  uint32_t column, rank;
  uint8_t from, to;
};
struct FlatTree {
  std::vector<FlatStep> steps;
  std::vector<uint32_t> leaves;   ///< of the forest, left to right
};

/// Largest number of leaves of a tree and the sum over all trees once nodes with several parents are copied: an upper bound,
/// which stops growing beyond kMostLeaves for a tree.
struct ExpandedSize {
  uint32_t most = 0;
  uint64_t total = 0;
};
const ExpandedSize& expandedSize(const ForestTask& task);

/// The trees of rankForest(task, 255), none of more than kMostLeaves leaves.
const std::vector<FlatTree>& flattenAll(const ForestTask& task);

/// Leaf values as tables of `stride` elements, and which tables are added to which target, in tree order.
struct LeafTables {
  struct Add { uint32_t tree, target, table; };
  std::vector<Add> adds;
  std::vector<uint32_t> tables;          ///< tree of each table
  std::vector<uint32_t> entry;           ///< [table][stride]: entry of leafWeight + 1; 0: adds nothing
};
LeafTables leafTables(const ir::Forest& forest, const std::vector<FlatTree>& trees, uint32_t stride);

}  // namespace kiln::codegen

// ranks: a forest rewritten so that every test reads "value of a virtual column > rank", with left and right exits only.
// Operators, sets, missing exits and neighbours of constants are settled here (kernels: runtime/kernels/forest/quantise.h).
#pragma once
#include <string>
#include <vector>

#include "compiler/codegen/forest/layout.h"

namespace kiln::codegen {

struct RankedNode {
  static constexpr uint32_t kLeaf = 0xffffffffu;
  uint32_t column, rank;   ///< kLeaf: a leaf, whose index is `left`
  uint32_t left, right;    ///< right is taken where the value is greater than the rank
  bool isLeaf() const { return column == kLeaf; }
};

/// Thresholds of a source that one virtual column holds.
struct RankedWindow {
  uint32_t operand;
  std::vector<double> cuts;                                          ///< ascending
  uint32_t low = kernel::kNone, high = kernel::kNone;                ///< virtual columns
};
struct RankedSet {
  std::vector<double> members;   ///< ascending
  bool missing;                  ///< value for a missing element
  uint32_t column;
};
/// The sets that a source is tested for.
struct RankedSets {
  uint32_t operand;
  bool direct = false;           ///< index = value - first; else number of cuts below the value
  int64_t first = 0;
  uint32_t count = 0;
  std::vector<double> cuts;
  std::vector<RankedSet> sets;
};

/// What is known of one operand.
struct RankSource {
  uint32_t storage = 0;
  bool canMiss = false;            ///< missing or NaN
  std::vector<double> cuts;        ///< of order tests, ascending
  std::vector<double> members;     ///< of sets, ascending
};

struct RankedForest {
  std::vector<RankedNode> nodes;   ///< children before parents; equal leaves are one node
  std::vector<uint32_t> roots;
  uint32_t columns = 0;            ///< virtual ones
  std::vector<RankedWindow> windows;
  std::vector<RankedSets> sets;
};

/// Whether a forest's tests can be ranked; if not, why.
bool canRank(const ForestTask& task, std::string& why);

/// An upper bound of the virtual columns of at most 255.
uint64_t mostVirtualColumns(const ForestTask& task);
/// An upper bound of the distinct tests of virtual columns.
uint64_t mostDistinctTests(const ForestTask& task);

/// `largest`: the largest value of a virtual column, 255 or 65535.
const RankedForest& rankForest(const ForestTask& task, uint32_t largest);

/// Puts the tables of the quantiser in the blob.
kernel::Quantiser putQuantiser(const RankedForest& ranked, const ForestTask& task, NodeEmitter& emit);

}  // namespace kiln::codegen

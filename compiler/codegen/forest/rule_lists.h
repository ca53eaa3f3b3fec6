// rule_lists: trees as lists of rules of which the first that holds gives the leaf, the form in which small trees and rule sets are short.
#pragma once
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "compiler/codegen/forest/strategy.h"

namespace kiln::codegen {

/// The values of a column, apart as far as the forest can tell them.
struct ColumnClasses {
  bool tested = false, codes = true;    ///< codes: whole numbers from 0 on that are only tested for equality
  std::vector<double> cuts;             ///< the constants, ascending
  uint32_t numbers() const { return static_cast<uint32_t>(codes ? cuts.empty() ? 0 : cuts.back() + 1 : static_cast<double>(cuts.size())); }
  uint32_t count() const { return codes ? numbers() + 2 : 2 * numbers() + 2; }
  /// A value of the class; NaN: missing. Codes: themselves, then all others. Else below, at and above the cuts in turn.
  double value(uint32_t c) const {
    constexpr double kInf = std::numeric_limits<double>::infinity();
    if (c + 1 == count()) return std::numeric_limits<double>::quiet_NaN();
    if (codes) return c < numbers() ? c : -1;
    if (cuts.empty()) return 0;
    if (c % 2 == 1) return cuts[c / 2];
    return c == 0 ? std::nextafter(cuts[0], -kInf) : std::nextafter(cuts[c / 2 - 1], kInf);
  }
};
/// Of each column.
std::vector<ColumnClasses> columnClasses(const ForestTask& task);

inline constexpr uint32_t kMostRules = 128;   ///< of a tree

struct TreeRule {
  std::vector<std::pair<uint32_t, uint32_t>> exits;   ///< a node and where its exit leads; all must be taken
  uint32_t leaf;
};
/// The rules of each tree; empty if some tree has more than kMostRules. Some rule of a tree always holds.
const std::vector<std::vector<TreeRule>>& forestRules(const ForestTask& task);

/// Where a node leads a value of its column, NaN for a missing one.
uint32_t exitOf(const ir::Forest& forest, uint32_t node, double value);

}  // namespace kiln::codegen

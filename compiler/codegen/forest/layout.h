// What the strategies share when they lay out a forest: how columns are held, how much work a row is.
#pragma once
#include "compiler/codegen/forest/strategy.h"
#include "runtime/kernels/forest/tables.h"

namespace kiln::codegen {

/// kernel::kColumnF64 .. for a column's type.
uint32_t columnStorage(const ir::Type& type);

/// Sizes that decide the cost of a row.
struct ForestWork {
  double levels = 0;        ///< nodes that a row visits, all trees, if every exit of a test were equally likely
  uint32_t deepest = 0;     ///< longest path of any tree
};
const ForestWork& forestWork(const ForestTask& task);
/// Nanoseconds that ranking the columns of one row takes.
double rowRanksCost(const ForestTask& task);

/// Where a missing value goes from an inner node: `yes` or `no` where that leads to the same place, as it does where what follows
/// tests the same column again; else the node's own exit. Marks aside.
uint32_t missingExit(const ir::Forest& forest, uint32_t node);

/// Marked exits are for graph alone, and leaves of kind fail where the result is not the leaf.
bool isPlain(const ForestTask& task, std::string& why);

}  // namespace kiln::codegen

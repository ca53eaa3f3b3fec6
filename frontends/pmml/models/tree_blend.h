// The missing value strategies that follow several paths of a tree at once: weightedConfidence and aggregateNodes.
#pragma once
#include <optional>
#include <vector>

#include "frontends/pmml/models/tree_forest.h"

namespace kiln::pmml {

/// Where a row ends that meets UNKNOWN predicates, and with which share. At the first child that is not FALSE: if it is
/// TRUE the row goes there; if it is UNKNOWN it goes to all children that are not FALSE, with shares by their
/// recordCounts (weightedConfidence) or wholly to each (aggregateNodes).
struct TreeBlend {
  std::vector<uint32_t> nodes;   ///< Nodes where rows can end with a prediction
  ValueId weights = kNone;       ///< [nodes]
  ValueId noPrediction = kNone;  ///< bool: some path ends without one; kNone: none does
};

/// Nothing if something was reported.
std::optional<TreeBlend> treeBlend(Importer& importer, Scope& scope, const Element* model, const StreamedTree& tree,
                                   const TreeStrategy& strategy, ir::Elem elem);

}  // namespace kiln::pmml

// What a TreeModel's Nodes say, for a tree on its own and for trees that a MiningModel merges into one forest.
#pragma once
#include "frontends/pmml/classes.h"
#include "frontends/pmml/models/tree_forest.h"

namespace kiln::pmml {

/// The ScoreDistributions of a Node, in document order. NaN in `confidences`: none is given.
struct TreeDistribution {
  bool noRecords = false;  ///< all recordCounts are 0: there are no probabilities, they are 0 here
  std::vector<uint32_t> classes;
  std::vector<double> probabilities, confidences;
};

/// The streamed Nodes of a TreeModel, whose attributes and children are checked; null if something was reported.
const StreamedTree* streamedTree(Importer& importer, const Element* model);
/// A number of a Node, rounded to `elem`; reported if it is none.
std::optional<double> treeNumber(Importer& importer, const Element* model, const StreamedTree& tree,
                                 StreamedTree::Text text, Location at, const char* attribute, ir::Elem elem);
std::optional<TreeDistribution> treeDistribution(Importer& importer, const Element* model, const StreamedTree& tree,
                                                 uint32_t node, const Classes& classes, ir::Elem elem);
/// The class of a Node that has a score or a distribution: its score, else the most probable, the first of equals.
std::optional<uint32_t> treeClass(Importer& importer, const Element* model, const StreamedTree& tree, uint32_t node,
                                  const Classes& classes, const TreeDistribution& distribution);

}  // namespace kiln::pmml

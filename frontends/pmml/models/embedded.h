// Model composition, as PMML up to 4.0 had it instead of segments: Regression and DecisionTree elements inside a
// MiningModel or a tree's Node. They have no MiningSchema of their own.
#pragma once
#include "frontends/pmml/import.h"

namespace kiln::pmml {

/// A Regression or DecisionTree with its LocalTransformations, Targets and ResultFields. The ResultFields are declared
/// in `scope`, where the models after it read them.
std::optional<Prediction> embeddedModel(Importer& importer, Scope& scope, const Element* element);

/// The models of a MiningModel without Segmentation: a row meets them in document order, the last one's result counts.
std::optional<Prediction> modelSequence(Importer& importer, Scope& scope, const Element* miningModel);
bool hasModelSequence(const Element* miningModel);

/// What a RegressionModel or Regression says: its tables and their normalization. Attributes and children are checked
/// by the caller.
std::optional<Prediction> regressionTables(Importer& importer, Scope& scope, const Element* element);
/// The Nodes of a TreeModel or DecisionTree.
std::optional<Prediction> treeNodes(Importer& importer, Scope& scope, const Element* element);

}  // namespace kiln::pmml

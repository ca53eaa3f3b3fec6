// The results of a MiningModel's members as one: sums, averages, medians, maxima and votes.
#pragma once
#include "frontends/pmml/models/mining_model.h"

namespace kiln::pmml {

struct Member {
  const Segment* segment;
  ValueId ran;             ///< bool, never missing
  Prediction prediction;   ///< its values are missing where it did not run
  ValueId weight = kNone;  ///< VariableWeight that is an OutputField of the segment's own model
};

/// The results of members as one, by the node `combine`: numbers [n], class probabilities [n,K] or classes [n].
std::optional<Prediction> combineMembers(Importer& importer, const Segmentation& segmentation, ValueId members,
                                         ValueId ran, ValueId weights);

/// The same of members that are models of their own, with their weights and classes.
std::optional<Prediction> combineResults(Importer& importer, Scope& scope, const Segmentation& segmentation, const std::vector<Member>& members);

/// Which members ran: bool [n].
ValueId ranOf(Importer& importer, const std::vector<Member>& members);
ValueId anyOf(ir::Builder& build, ValueId booleans);
/// Makes a result missing where a condition holds.
void dropWhere(Importer& importer, Prediction& prediction, ValueId condition);

}  // namespace kiln::pmml

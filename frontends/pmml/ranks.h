// OutputField@rank and @isMultiValued: which of the ranked results of a model an output shows.
#pragma once
#include <optional>

#include "frontends/pmml/import.h"

namespace kiln::pmml {

/// One result, or the first `count` of them: rank 0 of a multi-valued field means all.
struct Ranks {
  uint32_t first = 0, count = 1;
  bool many = false;
};

/// Nothing, reported, if the model has no such rank; `what` names its results.
std::optional<Ranks> readRanks(Importer& importer, const Element* outputField, uint32_t available, const char* what);
/// Those elements of a vector in the order of ranks: a scalar, or a vector.
ValueId atRanks(Importer& importer, ValueId vector, const Ranks& ranks);

}  // namespace kiln::pmml

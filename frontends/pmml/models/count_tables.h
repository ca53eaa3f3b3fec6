// CountTable and NormalizedCountTable of a BaselineModel: how often combinations of values were counted.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "frontends/pmml/import.h"

namespace kiln::pmml {

struct CountTable {
  const Element* element = nullptr;
  std::vector<std::string> fields;                   ///< one a level of FieldValue and FieldValueCount
  std::vector<std::vector<std::string>> values;      ///< of each field, in the order of the document
  std::vector<double> counts;                        ///< row-major; 0 for combinations that the table does not have
};

/// Nothing if it reported.
std::optional<CountTable> readCountTable(Importer& importer, const Element* table);

}  // namespace kiln::pmml

// TrainingInstances: the rows of an InlineTable by field, and the values of derived fields for them.
#pragma once
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "frontends/pmml/import.h"

namespace kiln::pmml {

class TrainingInstances {
 public:
  /// False if it reported.
  bool read(Importer& importer, const Element* model);

  size_t rows() const { return elements_.size(); }
  bool has(const std::string& field) const { return columns_.contains(field); }
  /// A cell; null if it is missing or there is no such column.
  const std::string* cell(size_t row, const std::string& field) const;
  const Element* element(size_t row) const { return elements_[row]; }
  const std::vector<std::string>& fields() const { return fields_; }

 private:
  std::vector<std::string> fields_;
  std::unordered_map<std::string, uint32_t> columns_;   // by field
  std::vector<std::optional<std::string>> cells_;       // row after row
  std::vector<const Element*> elements_;
};

/// Evaluates `values`, which are made from fields of `scope`, for every training row. Result: a list a row, NaN for a missing
/// value; nothing, reported at `at`, if they are made from fields that the instances lack, or fail.
std::optional<std::vector<std::vector<double>>> derivedFor(Importer& importer, Scope& scope, const TrainingInstances& instances,
                                                           const std::vector<ValueId>& values, const Element* at);

}  // namespace kiln::pmml

// What models share that compare a row with instances (clusters, training rows): ComparisonMeasure, and the fields it compares.
#pragma once
#include "compiler/ir/tables/measure.h"
#include "frontends/pmml/classes.h"

namespace kiln::pmml {

/// A column of the comparison: a ClusteringField or KNNInput.
struct MeasuredField {
  const Element* element = nullptr;
  Field field;                 ///< a copy, with its value
  bool isCode = false;         ///< compared by the code of its category, else as a number
  bool isBit = false;          ///< text of a binary measure: 0 or 1
  std::string compare;
  double weight = 1, scale = 1;
  std::vector<std::vector<double>> comparisons;   ///< of compareFunction table
};

class MeasuredFields {
 public:
  MeasuredFields(Importer& importer, Scope& scope, ir::Elem elem) : importer_(importer), scope_(scope), elem_(elem) {}

  /// Reads ComparisonMeasure, a child of the model; false if it reported.
  bool readMeasure(const Element* model);
  /// Adds a field with the attributes of its element; false if it reported.
  bool add(const Element* element, const std::string& name);
  /// A cell of an instance as the number it is compared by; nothing if it reported.
  /// `isCentre`: of a cluster, a mean rather than a value of the field.
  std::optional<double> cell(size_t column, const std::string& text, const Element* at, bool isCentre = false);
  /// The row as a vector. After all cells were read: they may add categories.
  ValueId vector();
  /// The measure as a table. `adjust`: MissingValueWeights, empty for 1.
  ir::TableRef table(const std::vector<double>& adjust);
  /// `value`, which fails where `best` (a measure or its index) is missing as no field is present, or where under a similarity of
  /// bits a field is neither 0 nor 1.
  ValueId checked(ValueId value, ValueId best);

  const std::vector<MeasuredField>& fields() const { return fields_; }
  /// The elements of vector().
  const std::vector<ValueId>& values() const { return values_; }
  bool similarity() const { return similarity_; }   ///< the largest is the best

 private:
  ValueId number(const MeasuredField& field);
  bool isNotCyclic(const MeasuredField& field);

  Importer& importer_;
  Scope& scope_;
  ir::Elem elem_;
  ir::Measure measure_;
  std::string compare_;
  bool similarity_ = false;
  std::vector<MeasuredField> fields_;
  std::vector<ValueId> values_;
};

/// `value`, failed UNDEFINED where `decisive` is missing.
ValueId definedOrFailed(Importer& importer, ValueId value, ValueId decisive);
/// Element i of a vector.
ValueId elementAt(Importer& importer, ValueId vector, uint32_t i);
/// A matrix table of these rows, rounded to `elem`.
ir::TableRef matrixTable(Importer& importer, const std::vector<std::vector<double>>& rows, ir::Elem elem, const std::string& name);
/// texts[index] (i32) as a cat of a dict of its own.
ValueId textAt(Importer& importer, ValueId index, const std::vector<std::string>& texts, const std::string& name);

}  // namespace kiln::pmml

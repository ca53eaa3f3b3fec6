// output: a column of the result, or the columns of a tensor.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operand x; a cat (of a closed dict) gives its label. A tensor is one column for each element, named after its indices in a
/// tensor of shape `columns` (x's own where that is not given), or after `labels`, one an element. No results. A failed x ends the row, as with check.
/// `feeds`: the field of an input of role state, which has this value, a scalar, in the next row.
/// NaN is made canonical; a NaN or infinite x sets the note NON_FINITE.
struct Output final : OpBase<Output, OpKind::Output> {
  /// As enum kiln_result.
  enum Feature : uint8_t { none, value, label, probability, confidence, leaf, rank, reason, distance, derived, other };
  enum OpType : uint8_t { continuous, categorical, ordinal };
  std::string field;
  Feature feature = value;
  OpType opType = continuous;
  std::string of;            ///< the label meant, of a probability and the like
  std::string description;
  std::vector<uint32_t> columns;
  std::vector<std::string> labels;
  std::string feeds;

  static constexpr const char* kFeatures[] = {"none", "value", "label", "probability", "confidence", "leaf",
                                              "rank", "reason", "distance", "derived", "other"};
  static constexpr const char* kOpTypes[] = {"continuous", "categorical", "ordinal"};
  void fields(FieldVisitor& f) override {
    f.field("field", field), f.choice("feature", feature, kFeatures), f.choice("optype", opType, kOpTypes);
    f.field("of", of), f.field("description", description);
    f.field("columns", columns), f.field("labels", labels), f.field("feeds", feeds);
  }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
  bool isStatement() const override { return true; }
};

}  // namespace kiln::ir

// Nodes that depend on constants only, as a pipeline of their own, which the reference evaluator computes once.
#pragma once
#include <optional>

#include "compiler/ir/evaluate.h"
#include "compiler/ir/pipeline.h"

namespace kiln::ir {

class ConstantPart {
 public:
  explicit ConstantPart(const Pipeline& whole) : whole_(whole), map_(whole.values.size(), kNone) {}

  /// Whether a node reads nothing but what is in the part.
  bool takes(const Node& node) const;
  /// Such a node.
  void add(const Node& node);
  bool has(ValueId value) const { return map_[value] != kNone; }

  /// Computes all of it; the whole lends its tables meanwhile.
  void evaluate(Pipeline& whole);
  /// A value of the whole, as computed.
  const RowValue& value(ValueId value) const { return evaluator_->values()[map_[value]]; }

 private:
  const Pipeline& whole_;
  Pipeline part_;
  std::vector<ValueId> map_;   // value of the whole -> value of the part
  std::optional<Evaluator> evaluator_;
};

}  // namespace kiln::ir

// cumsum: running sums along the last axis.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operand x [.., n], numbers; result of the same shape: element i is x[0] + .. + x[i], added in this order (integers
/// wrap). `exclusive`: without x[i] itself, 0 for the first. `reverse`: from the last element on. A missing element makes
/// its sum and those after it missing.
struct CumSum final : OpBase<CumSum, OpKind::CumSum> {
  bool exclusive = false, reverse = false;

  void fields(FieldVisitor& f) override { f.field("exclusive", exclusive), f.field("reverse", reverse); }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir

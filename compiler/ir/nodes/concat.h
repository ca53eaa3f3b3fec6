// concat: scalars and tensors, end to end.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// One or more operands of one element type (scalars count as [1]), joined along `axis`: their shapes agree in all others.
/// `rows` is set: operands of shape [r,c] join along the first axis if all have one c (a vector [c] counts as [1,c]). Elements keep their own missing
/// state; a failed operand fails the result, the first one first.
struct Concat final : OpBase<Concat, OpKind::Concat> {
  bool rows = false;  ///< stack vectors [c] into [n,c]
  uint32_t axis = 0;

  /// Elements of an operand, and of the result, that stand together: the axis and those after it.
  uint32_t run(const std::vector<uint32_t>& shape) const;

  void fields(FieldVisitor& f) override { f.field("rows", rows), f.field("axis", axis); }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir

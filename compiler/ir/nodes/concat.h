// concat: scalars and vectors, end to end.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// One or more operands of one element type (scalars count as [1]); result [n]. Operands of shape [r,c] join along the
/// first axis if all have one c (a vector [c] counts as [1,c]) and `rows` is set. Elements keep their own missing
/// state; a failed operand fails the result, the first one first.
struct Concat final : OpBase<Concat, OpKind::Concat> {
  bool rows = false;  ///< stack vectors [c] into [n,c]

  void fields(FieldVisitor& f) override { f.field("rows", rows); }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir

// matmul: products of two matrices of the row.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operands a [.., m, k] and b [.., k, n] of one number type, the same before the last two axes; result [.., m, n]:
/// a[i,0] b[0,j] + a[i,1] b[1,j] + .. in this order; integers wrap. Strict: a missing element of row i or column j makes
/// the element missing.
struct MatMul final : OpBase<MatMul, OpKind::MatMul> {
  void fields(FieldVisitor&) override {}
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir

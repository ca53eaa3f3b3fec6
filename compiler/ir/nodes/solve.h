// solve: a triangular system of equations with a constant matrix.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operand b [n] (f64 or f32). Result y [n] with matrix * y = b, for a lower (or `upper`) triangular `matrix` [n,n] of the same
/// type; the other triangle is not read. Substitution by columns: y[j] = b[j] / A[j,j], then b[i] = b[i] - A[i,j] * y[j].
struct Solve final : OpBase<Solve, OpKind::Solve> {
  TableRef matrix;
  bool upper = false;

  void fields(FieldVisitor& f) override { f.field("matrix", matrix), f.field("upper", upper); }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir

// choose: one of n values by index. Arms not taken may have failed.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operands i (i32 scalar, or a cat by its code), v0 .. vn of one type but for ? and !, any shape. A missing i, or one
/// outside 0 .. n, gives missing.
struct Choose final : OpBase<Choose, OpKind::Choose> {
  void fields(FieldVisitor&) override {}
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir

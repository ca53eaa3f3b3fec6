// coalesce: the first operand that is present. Operands after it may have failed.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// One or more operands of one type but for ? and !; elementwise for vectors of one shape.
struct Coalesce final : OpBase<Coalesce, OpKind::Coalesce> {
  void fields(FieldVisitor&) override {}
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir

// select: one of two values. The arm not taken may have failed.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operands c (bool), a, b (one type but for ? and !). Elementwise with broadcasting. A missing c gives missing.
struct Select final : OpBase<Select, OpKind::Select> {
  void fields(FieldVisitor&) override {}
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir

// recover: failure becomes missing.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operand x. Result: x, missing (every element) where it failed with one of `causes`; other failures stay.
struct Recover final : OpBase<Recover, OpKind::Recover> {
  uint32_t causes = 0x7e;  ///< cause bits of kiln_status

  void fields(FieldVisitor& f) override { f.field("causes", causes); }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir

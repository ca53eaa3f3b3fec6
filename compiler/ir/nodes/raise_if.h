// raise_if: a value fails where a condition is true.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operands x (any), c (bool; missing counts as false, a failed c fails the result). Result: x, failed with `cause`
/// where c is true.
struct RaiseIf final : OpBase<RaiseIf, OpKind::RaiseIf> {
  uint32_t cause = 1u << 4;      ///< one cause bit of kiln_status
  uint32_t fieldIndex = kNone;   ///< input number for the row status, kNone: the node's number is reported

  void fields(FieldVisitor& f) override { f.field("cause", cause), f.field("field", fieldIndex); }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir

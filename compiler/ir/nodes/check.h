// check: ends the row if a value failed.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operands x and, optionally, notes (i32 status bits, as prepare gives them; they are OR-ed into the row's status).
/// Result: x, which cannot have failed any more. Where x failed the row has no result: cause and field go to its
/// status, unless an earlier check or output ended it. A check, note or output after the one that ended the row adds no
/// notes any more (they would come from values that the row does not have); notes set before it stay.
struct Check final : OpBase<Check, OpKind::Check> {
  void fields(FieldVisitor&) override {}
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
  bool isStatement() const override { return true; }
};

}  // namespace kiln::ir

// note: sets a note bit of the row's status where a condition is true.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operand c: bool; missing or failed counts as false. No results.
struct Note final : OpBase<Note, OpKind::Note> {
  uint32_t bit = 0;  ///< one note bit of kiln_status

  void fields(FieldVisitor& f) override { f.field("bit", bit); }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
  bool isStatement() const override { return true; }
};

}  // namespace kiln::ir

// rewrite: replaces what regular expressions match.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operand x (str); result str, missing where x is: the rules of `table` applied to the text one after the other, each
/// to every match. `recursive`: all of them again, until a pass in which none changes the text; fails UNDEFINED after
/// 1000 passes. Fails TEXT_TOO_LONG where the text outgrows the scratch given.
struct Rewrite final : OpBase<Rewrite, OpKind::Rewrite> {
  TableRef table;
  bool recursive = false;

  void fields(FieldVisitor& f) override { f.field("table", table), f.field("recursive", recursive); }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir

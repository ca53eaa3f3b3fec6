// matches: whether a text has a match of a regular expression.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operand x (str); result bool, missing where x is: whether `pattern` matches x anywhere. Syntax:
/// compiler/ir/regex/regex.h.
struct Matches final : OpBase<Matches, OpKind::Matches> {
  std::string pattern;
  bool ignoreCase = false;

  void fields(FieldVisitor& f) override { f.field("pattern", pattern), f.field("ignore_case", ignoreCase); }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir

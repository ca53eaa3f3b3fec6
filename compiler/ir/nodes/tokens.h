// tokens: the tokens of a text, one an element.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operand x, a text (str, a scalar). Result str [size]: its tokens as `tokenizer` splits it, missing after the last. Missing
/// everywhere where the text is. LIST_TOO_LONG where there are more than `size`, TEXT_TOO_LONG where there is no scratch to
/// find them.
struct Tokens final : OpBase<Tokens, OpKind::Tokens> {
  TableRef tokenizer;
  uint32_t size = 0;

  void fields(FieldVisitor& f) override { f.field("tokenizer", tokenizer), f.field("size", size); }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir

// count_ngrams: how often runs of tokens occur.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operand x: with a `tokenizer` a text (str, a scalar), whose tokens are the labels of the n-grams' dict or other ones;
/// without, the codes of tokens, cat of that dict or i32, [n], never missing; a code beyond the dict is another token.
/// Result i32 [n-grams]. Missing where the text is; TEXT_TOO_LONG where there is no scratch for its tokens. N-grams of
/// one token do not occur again with skips.
struct CountNgrams final : OpBase<CountNgrams, OpKind::CountNgrams> {
  TableRef ngrams, tokenizer;

  void fields(FieldVisitor& f) override { f.field("ngrams", ngrams), f.field("tokenizer", tokenizer); }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir

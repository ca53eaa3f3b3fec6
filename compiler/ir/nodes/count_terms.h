// count_terms: how often terms occur in a text.
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operands x (str, a scalar) and, where the row has the term, term (str, a scalar). Result i32 [terms], or [terms + 1] with `most`: the
/// count of each term of the pool, or of the one of the row, then that of the text's most frequent word. Missing where an operand is;
/// TEXT_TOO_LONG where there is no scratch for the words, or the row's term has more than 64 words, or one of more than 200 bytes.
struct CountTerms final : OpBase<CountTerms, OpKind::CountTerms> {
  TableRef table;
  bool most = false;

  void fields(FieldVisitor& f) override { f.field("table", table), f.field("most", most); }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir

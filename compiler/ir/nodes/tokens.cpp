// tokens: the tokens of a text, one an element.
#include "compiler/ir/nodes/tokens.h"

#include "compiler/ir/elements.h"
#include "compiler/ir/tables/tokenizer.h"

namespace kiln::ir {

std::vector<Type> Tokens::infer(Inference& inference) const {
  Type type = scalarType(Elem::str);
  type.shape = {std::max(size, 1u)}, type.nullable = true, type.fallible = true;
  if (!expectOperands(inference, 1, 1)) return {type};
  inference.expect(size > 0, "size must be one or more");
  inference.table<Tokenizer>(tokenizer);
  const Type& x = inference.operands[0];
  expectOperand(inference, 0, x.elem == Elem::str && x.isScalar(), "a scalar str");
  return {type};
}

void Tokens::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  setMissing(y);
  const Datum& text = e.operand(0).elements[0];
  if (text.missing) return;
  const auto tokens = e.pipeline.table<Tokenizer>(tokenizer).tokensOf(text.text);
  if (tokens.size() > size) {
    y.failure = e.failure(KILN_LIST_TOO_LONG);
    return;
  }
  for (size_t i = 0; i < tokens.size(); i++) y.elements[i].missing = false, y.elements[i].text = tokens[i];   // views of the text
}

}  // namespace kiln::ir

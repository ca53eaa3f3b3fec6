// output: a column of the result.
#include "compiler/ir/nodes/output.h"

#include "compiler/ir/elements.h"

namespace kiln::ir {

std::vector<Type> Output::infer(Inference& inference) const {
  if (!expectOperands(inference, 1, 1)) return {};
  const Type& x = inference.operands[0];
  expectOperand(inference, 0, x.isScalar(), "a scalar");
  if (x.elem == Elem::cat)
    if (const Dict* dict = inference.table<Dict>(TableRef{x.dict}))
      inference.expect(!dict->open, "an open dict has a value without label, which cannot be put out");
  return {};
}

void Output::evaluate(Evaluation& e) const {
  const RowValue& x = e.operand(0);
  if (x.failure)
    e.endRow(x.failure);
  else
    e.setOutput(x, e.operandType(0));
}

}  // namespace kiln::ir

// output: a column of the result, or the columns of a tensor.
#include "compiler/ir/nodes/output.h"

#include "compiler/ir/elements.h"

namespace kiln::ir {

std::vector<Type> Output::infer(Inference& inference) const {
  if (!expectOperands(inference, 1, 1)) return {};
  const Type& x = inference.operands[0];
  inference.expect(columns.empty() || x.with(columns).size() == x.size(), "columns has another size than " + describe(x));
  inference.expect(labels.empty() || labels.size() == x.size(), "there is not one label an element of " + describe(x));
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

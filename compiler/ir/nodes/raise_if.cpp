// raise_if: a value fails where a condition is true.
#include "compiler/ir/nodes/raise_if.h"

#include "compiler/ir/elements.h"

namespace kiln::ir {

std::vector<Type> RaiseIf::infer(Inference& inference) const {
  inference.expect(cause != 0 && (cause & 0x7e) == cause && (cause & (cause - 1)) == 0,
                   "cause must be one cause bit of kiln_status");
  if (!expectOperands(inference, 2, 2)) return {Type()};
  const Type& c = inference.operands[1];
  expectOperand(inference, 1, c.elem == Elem::boolean && c.isScalar(), "a bool scalar");
  Type type = inference.operands[0];
  type.fallible = true;
  return {type};
}

void RaiseIf::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  const Datum& c = e.operand(1).elements[0];
  if ((y.failure = e.firstFailure())) return;
  if (!c.missing && c.boolean)
    y.failure = e.failure(cause, fieldIndex);
  else
    y.elements = e.operand(0).elements;
}

}  // namespace kiln::ir

// check: ends the row if a value failed. What comes after in the row sees zeros, present; no result depends on them.
#include "compiler/ir/nodes/check.h"

#include "compiler/ir/elements.h"

namespace kiln::ir {

std::vector<Type> Check::infer(Inference& inference) const {
  if (!expectOperands(inference, 1, 2)) return {Type()};
  if (inference.operands.size() == 2)
    expectOperand(inference, 1, inference.operands[1] == scalarType(Elem::i32), "i32, never missing or failed");
  Type type = inference.operands[0];
  type.fallible = false;
  return {type};
}

void Check::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if (const Failure failure = e.operand(0).failure) return e.endRow(failure);
  y.elements = e.operand(0).elements;
  if (e.operands() == 2) e.addNote(static_cast<uint32_t>(e.operand(1).elements[0].i32));
}

}  // namespace kiln::ir

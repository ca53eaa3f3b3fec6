// select: one of two values.
#include "compiler/ir/nodes/select.h"

#include "compiler/ir/elements.h"

namespace kiln::ir {

std::vector<Type> Select::infer(Inference& inference) const {
  if (!expectOperands(inference, 3, 3)) return {Type()};
  const std::vector<Type>& x = inference.operands;
  expectOperand(inference, 0, x[0].elem == Elem::boolean, "bool");
  expectOperand(inference, 2, sameElement(x[1], x[2]), "the type of the second operand");
  Type type = x[1];
  type.nullable = anyNullable(x), type.fallible = anyFallible(x);
  broadcastShapes(inference, type.shape);
  return {type};
}

void Select::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  const auto& shape = e.resultType().shape;
  const Broadcast atC(e.operandType(0).shape, shape), atA(e.operandType(1).shape, shape),
      atB(e.operandType(2).shape, shape);
  if ((y.failure = e.operand(0).failure)) return;
  for (size_t i = 0; i < y.elements.size() && !y.failure; i++) {
    const Datum& c = e.operand(0).elements[atC(i)];
    if (c.missing) {
      y.elements[i].missing = true;
      continue;
    }
    const RowValue& arm = e.operand(c.boolean ? 1 : 2);
    if (arm.failure)
      y.failure = arm.failure;  // the first element that takes a failed arm says why
    else
      y.elements[i] = arm.elements[c.boolean ? atA(i) : atB(i)];
  }
}

}  // namespace kiln::ir

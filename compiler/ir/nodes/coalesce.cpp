// coalesce: the first operand that is present.
#include "compiler/ir/nodes/coalesce.h"

#include "compiler/ir/elements.h"

namespace kiln::ir {

std::vector<Type> Coalesce::infer(Inference& inference) const {
  if (!expectOperands(inference, 1)) return {Type()};
  const std::vector<Type>& x = inference.operands;
  Type type = x[0];
  for (size_t i = 1; i < x.size(); i++) {
    expectOperand(inference, i, sameElement(x[i], x[0]) && x[i].shape == x[0].shape, "the type of the first operand");
    if (!type.nullable) continue;  // never reached
    type.fallible |= x[i].fallible;
    type.nullable &= x[i].nullable;
  }
  return {type};
}

void Coalesce::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  for (size_t n = 0; n < y.elements.size() && !y.failure; n++) {
    y.elements[n].missing = true;
    for (size_t i = 0; i < e.operands() && y.elements[n].missing && !y.failure; i++) {
      if (e.operand(i).failure)
        y.failure = e.operand(i).failure;
      else
        y.elements[n] = e.operand(i).elements[n];
    }
  }
}

}  // namespace kiln::ir

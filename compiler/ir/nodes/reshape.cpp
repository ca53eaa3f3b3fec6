// reshape: the same elements in another shape.
#include "compiler/ir/nodes/reshape.h"

#include "compiler/ir/elements.h"

namespace kiln::ir {

std::vector<Type> Reshape::infer(Inference& inference) const {
  if (!expectOperands(inference, 1, 1)) return {Type()};
  const Type& x = inference.operands[0];
  const Type type = x.with(shape);
  inference.expect(type.size() == x.size(), describe(type) + " has not as many elements as " + describe(x));
  return {type};
}

void Reshape::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  y.elements = e.operand(0).elements;
}

}  // namespace kiln::ir

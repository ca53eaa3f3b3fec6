// gather: elements of a tensor by indices of the row.
#include "compiler/ir/nodes/gather.h"

#include "compiler/ir/elements.h"

namespace kiln::ir {

std::vector<Type> Gather::infer(Inference& inference) const {
  if (!expectOperands(inference, 2, 2)) return {Type()};
  const std::vector<Type>& x = inference.operands;
  Type type = x[0].with(shape);
  type.nullable = anyNullable(x), type.fallible = true;
  inference.expect(!shape.empty() && !x[0].isScalar() && !x[1].isScalar(), "needs tensors");
  places.check(inference, x[1], shape, x[0].size());
  return {type};
}

void Gather::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  for (size_t i = 0; i < y.elements.size(); i++) {
    const int64_t place = places.place(e.operand(1), e.operandType(1).storage(), shape, i);
    if (place == -1) {
      y.failure = e.failure(KILN_UNDEFINED);
      return;
    }
    if (place < 0)
      y.elements[i].missing = true;
    else
      y.elements[i] = e.operand(0).elements[static_cast<size_t>(place)];
  }
}

}  // namespace kiln::ir

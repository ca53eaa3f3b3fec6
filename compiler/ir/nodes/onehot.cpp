// onehot: a code as a vector of zeros with a one.
#include "compiler/ir/nodes/onehot.h"

#include "compiler/ir/elements.h"

namespace kiln::ir {

std::vector<Type> OneHot::infer(Inference& inference) const {
  if (!expectOperands(inference, 1, 1)) return {Type()};
  const Type& x = inference.operands[0];
  expectOperand(inference, 0, x.elem == Elem::i32 || x.elem == Elem::cat, "i32 or cat");
  inference.expect(size > 0, "size must not be 0");
  inference.expect(isNumber(elem), "elem must be a number");
  Type type = scalarType(elem, false, x.fallible);
  type.shape = x.shape;
  type.shape.push_back(size);
  return {type};
}

void OneHot::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  const std::vector<Datum>& codes = e.operand(0).elements;
  for (size_t i = 0; i < codes.size(); i++)
    if (!codes[i].missing && static_cast<uint32_t>(codes[i].i32) < size)
      y.elements[i * size + static_cast<uint32_t>(codes[i].i32)] = fromInteger(1, storageOf(elem));
}

}  // namespace kiln::ir

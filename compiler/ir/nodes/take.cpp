// take: elements of a vector, or rows of a matrix.
#include "compiler/ir/nodes/take.h"

#include "compiler/ir/elements.h"

namespace kiln::ir {

std::vector<Type> Take::infer(Inference& inference) const {
  const size_t wanted = at.empty() ? 2 : 1;
  if (!expectOperands(inference, wanted, wanted)) return {Type()};
  const std::vector<Type>& x = inference.operands;
  Type type = x[0];
  type.nullable = anyNullable(x), type.fallible = anyFallible(x) || at.empty();
  if (!expectOperand(inference, 0, x[0].shape.size() == 1 || x[0].shape.size() == 2, "[n] or [r,c]")) return {type};
  if (at.empty()) expectOperand(inference, 1, x[1].elem == Elem::i32 && x[1].isScalar(), "an i32 scalar");
  for (uint32_t i : at)
    inference.expect(i < x[0].shape[0], "element " + std::to_string(i) + " is beyond " + describe(x[0]));
  if (scalar && at.size() <= 1)
    type.shape.erase(type.shape.begin());
  else
    type.shape[0] = at.empty() ? 1 : static_cast<uint32_t>(at.size());
  return {type};
}

void Take::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  const std::vector<uint32_t>& shape = e.operandType(0).shape;
  const size_t width = shape.size() == 2 ? shape[1] : 1;
  std::vector<uint32_t> given;
  if (at.empty()) {
    const Datum& i = e.operand(1).elements[0];
    if (i.missing) return setMissing(y);
    if (i.i32 < 0 || static_cast<uint32_t>(i.i32) >= shape[0]) {
      y.failure = e.failure(KILN_UNDEFINED);
      return;
    }
    given = {static_cast<uint32_t>(i.i32)};
  }
  const std::vector<uint32_t>& indices = at.empty() ? given : at;
  for (size_t k = 0; k < indices.size(); k++)
    for (size_t c = 0; c < width; c++) y.elements[k * width + c] = e.operand(0).elements[indices[k] * width + c];
}

}  // namespace kiln::ir

// choose: one of n values by index.
#include "compiler/ir/nodes/choose.h"

#include "compiler/ir/elements.h"

namespace kiln::ir {

std::vector<Type> Choose::infer(Inference& inference) const {
  if (!expectOperands(inference, 2)) return {Type()};
  const std::vector<Type>& x = inference.operands;
  expectOperand(inference, 0, x[0].isScalar() && (x[0].elem == Elem::i32 || x[0].elem == Elem::cat),
                "an i32 or cat scalar");
  Type type = x[1];
  type.nullable = true;
  if (x[0].elem == Elem::cat)  // every code has an arm: only the index and the arms can be missing
    if (const Dict* dict = inference.table<Dict>(TableRef{x[0].dict}))
      type.nullable = codes(*dict) > x.size() - 1 || anyNullable(x);
  type.fallible = anyFallible(x);
  for (size_t i = 2; i < x.size(); i++)
    expectOperand(inference, i, sameElement(x[i], x[1]) && x[i].shape == x[1].shape, "the type of the first arm");
  return {type};
}

void Choose::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.operand(0).failure)) return;
  const Datum& i = e.operand(0).elements[0];
  if (i.missing || i.i32 < 0 || static_cast<size_t>(i.i32) >= e.operands() - 1) return setMissing(y);
  const RowValue& arm = e.operand(1 + static_cast<size_t>(i.i32));
  y.failure = arm.failure;
  if (!arm.failure) y.elements = arm.elements;
}

}  // namespace kiln::ir

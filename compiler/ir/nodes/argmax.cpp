// argmax: the index of the largest or smallest element.
#include "compiler/ir/nodes/argmax.h"

#include "compiler/ir/elements.h"

namespace kiln::ir {

std::vector<Type> ArgMax::infer(Inference& inference) const {
  if (!expectOperands(inference, 1, 1)) return {Type()};
  const Type& x = inference.operands[0];
  expectOperand(inference, 0, isNumber(x.elem) && x.shape.size() == 1 && x.shape[0] > 0, "[n] numbers");
  Type type = scalarType(Elem::i32, x.nullable || isFloat(x.elem), x.fallible);  // all elements may be NaN
  if (dict.id != kNone) {
    type.elem = Elem::cat, type.dict = dict.id;
    if (const Dict* labels = inference.table<Dict>(dict))
      inference.expect(labels->size() == x.size(), "the dict has not one label an element");
  }
  return {type};
}

void ArgMax::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  const RowValue& x = e.operand(0);
  Datum& best = y.elements[0];
  best.missing = true;
  withStorage(e.operandType(0).storage(), [&](auto zero) {
    using T = decltype(zero);
    T top = 0;
    for (size_t i = 0; i < x.elements.size(); i++) {
      const T v = get<T>(x.elements[i]);
      if (x.elements[i].missing || v != v) continue;
      const bool better = smallest ? v < top : v > top;
      if (!best.missing && !better && !(last && v == top)) continue;
      best.missing = false, best.i32 = static_cast<int32_t>(i), top = v;
    }
  });
}

}  // namespace kiln::ir

// argmax: the index of the largest or smallest element.
#include "compiler/ir/nodes/argmax.h"

#include "compiler/ir/elements.h"

namespace kiln::ir {

std::vector<Type> ArgMax::infer(Inference& inference) const {
  if (!expectOperands(inference, 1, 1)) return {Type()};
  const Type& x = inference.operands[0];
  expectOperand(inference, 0, isNumber(x.elem) && !x.shape.empty(), "[.., n] numbers");
  Type type = scalarType(Elem::i32, x.nullable || isFloat(x.elem), x.fallible);  // all elements may be NaN
  if (dict.id != kNone) {
    type.elem = Elem::cat, type.dict = dict.id;
    if (const Dict* labels = inference.table<Dict>(dict))
      inference.expect(!x.shape.empty() && labels->size() == x.shape.back(), "the dict has not one label an element");
  }
  if (!x.shape.empty()) type.shape.assign(x.shape.begin(), x.shape.end() - 1);
  return {type};
}

void ArgMax::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  const std::vector<Datum>& x = e.operand(0).elements;
  const size_t n = e.operandType(0).shape.back();
  for (size_t r = 0; r < y.elements.size(); r++) withStorage(e.operandType(0).storage(), [&](auto zero) {
    using T = decltype(zero);
    Datum& best = y.elements[r];
    best.missing = true;
    T top = 0;
    for (size_t i = 0; i < n; i++) {
      const Datum& element = x[r * n + i];
      const T v = get<T>(element);
      if (element.missing || v != v) continue;
      const bool better = smallest ? v < top : v > top;
      if (!best.missing && !better && !(last && v == top)) continue;
      best.missing = false, best.i32 = static_cast<int32_t>(i), top = v;
    }
  });
}

}  // namespace kiln::ir

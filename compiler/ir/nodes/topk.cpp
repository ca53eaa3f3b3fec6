// topk: the k largest or smallest elements, in order.
#include "compiler/ir/nodes/topk.h"

#include "compiler/ir/elements.h"

namespace kiln::ir {

std::vector<Type> TopK::infer(Inference& inference) const {
  if (!expectOperands(inference, 1, 1)) return {Type(), scalarType(Elem::i32)};
  const Type& x = inference.operands[0];
  expectOperand(inference, 0, isNumber(x.elem) && x.shape.size() == 1, "[n] numbers");
  inference.expect(k > 0, "k must not be 0");
  Type values = x.with({k});
  values.nullable |= k > x.size();
  Type indices = scalarType(Elem::i32, values.nullable, x.fallible);
  indices.shape = {k};
  return {values, indices};
}

void TopK::evaluate(Evaluation& e) const {
  RowValue &values = fresh(e, 0), &indices = fresh(e, 1);
  if ((values.failure = indices.failure = e.firstFailure())) return;
  const RowValue& x = e.operand(0);
  std::vector<uint32_t> order;
  for (uint32_t i = 0; i < x.elements.size(); i++)
    if (!x.elements[i].missing) order.push_back(i);
  withStorage(e.operandType(0).storage(), [&](auto zero) {
    using T = decltype(zero);
    std::sort(order.begin(), order.end(), [&](uint32_t i, uint32_t j) {
      const T a = get<T>(x.elements[i]), b = get<T>(x.elements[j]);
      if (a == b || (a != a && b != b)) return i < j;
      if (a != a || b != b) return a == a;  // NaN last
      return smallest ? a < b : a > b;
    });
  });
  for (size_t i = 0; i < k; i++) {
    if (i < order.size())
      values.elements[i] = x.elements[order[i]], indices.elements[i].i32 = static_cast<int32_t>(order[i]);
    else
      values.elements[i].missing = indices.elements[i].missing = true;
  }
}

}  // namespace kiln::ir

// topk: the k largest or smallest elements, in order.
#include "compiler/ir/nodes/topk.h"

#include "compiler/ir/elements.h"

namespace kiln::ir {

std::vector<Type> TopK::infer(Inference& inference) const {
  if (!expectOperands(inference, 1, 1)) return {Type(), scalarType(Elem::i32)};
  const Type& x = inference.operands[0];
  expectOperand(inference, 0, isNumber(x.elem) && !x.shape.empty(), "[.., n] numbers");
  inference.expect(k > 0, "k must not be 0");
  Type values = x;
  if (!x.shape.empty()) values.shape.back() = k, values.nullable |= k > x.shape.back();
  Type indices = scalarType(Elem::i32, values.nullable, x.fallible);
  indices.shape = values.shape;
  return {values, indices};
}

// The k first of n elements, in order: values and indices.
template <class T>
static void order(const TopK& op, const Datum* x, uint32_t n, Datum* values, Datum* indices) {
  std::vector<uint32_t> order;
  for (uint32_t i = 0; i < n; i++)
    if (!x[i].missing) order.push_back(i);
  std::sort(order.begin(), order.end(), [&](uint32_t i, uint32_t j) {
    const T a = get<T>(x[i]), b = get<T>(x[j]);
    if (a == b || (a != a && b != b)) return i < j;
    if (a != a || b != b) return a == a;  // NaN last
    return op.smallest ? a < b : a > b;
  });
  for (size_t i = 0; i < op.k; i++) {
    if (i < order.size())
      values[i] = x[order[i]], indices[i].i32 = static_cast<int32_t>(order[i]);
    else
      values[i].missing = indices[i].missing = true;
  }
}

void TopK::evaluate(Evaluation& e) const {
  RowValue &values = fresh(e, 0), &indices = fresh(e, 1);
  if ((values.failure = indices.failure = e.firstFailure())) return;
  const uint32_t n = e.operandType(0).shape.back();
  const std::vector<Datum>& x = e.operand(0).elements;
  withStorage(e.operandType(0).storage(), [&](auto zero) {
    for (size_t r = 0; r < x.size() / n; r++) order<decltype(zero)>(*this, &x[r * n], n, &values.elements[r * k], &indices.elements[r * k]);
  });
}

}  // namespace kiln::ir

// scatter: a tensor with elements put in by indices of the row.
#include "compiler/ir/nodes/scatter.h"

#include "compiler/ir/elements.h"

namespace kiln::ir {

std::vector<Type> Scatter::infer(Inference& inference) const {
  if (!expectOperands(inference, 3, 3)) return {Type()};
  const std::vector<Type>& x = inference.operands;
  Type type = x[0];
  type.nullable = x[0].nullable || x[2].nullable, type.fallible = true;
  inference.expect(!x[0].isScalar() && !x[1].isScalar() && !x[2].isScalar(), "needs tensors");
  expectOperand(inference, 2, sameElement(x[0], x[2]), "the type of the first operand");
  inference.expect(op == set || isNumber(x[0].elem), "only numbers are combined");
  places.check(inference, x[1], x[2].shape, x[0].size());
  return {type};
}

template <class T>
static T combine(Scatter::Kind op, T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (op == Scatter::add) return a + b;
    if (op == Scatter::mul) return a * b;
    if (a != a) return a;
    if (b != b) return b;
  } else {
    T r;
    if (op == Scatter::add) return __builtin_add_overflow(a, b, &r), r;
    if (op == Scatter::mul) return __builtin_mul_overflow(a, b, &r), r;
  }
  return (op == Scatter::min ? b < a : b > a) ? b : a;
}

void Scatter::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  y.elements = e.operand(0).elements;
  const RowValue& u = e.operand(2);
  for (size_t i = 0; i < u.elements.size(); i++) {
    const int64_t place = places.place(e.operand(1), e.operandType(1).storage(), e.operandType(2).shape, i);
    if (place == -1) {
      y.failure = e.failure(KILN_UNDEFINED);
      return;
    }
    if (place < 0) continue;
    Datum& to = y.elements[static_cast<size_t>(place)];
    if (op == set) {
      to = u.elements[i];
      continue;
    }
    to.missing |= u.elements[i].missing;
    withStorage(e.resultType().storage(), [&](auto zero) {
      using T = decltype(zero);
      if constexpr (!std::is_same_v<T, bool>) ir::set(to, combine<T>(op, get<T>(to), get<T>(u.elements[i])));
    });
  }
}

}  // namespace kiln::ir

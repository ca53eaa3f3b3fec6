// terms: products of powers.
#include "compiler/ir/nodes/terms.h"

#include "compiler/ir/elements.h"
#include "compiler/ir/tables/exponents.h"
#include "runtime/kernels/math.h"

namespace kiln::ir {

std::vector<Type> Terms::infer(Inference& inference) const {
  if (!expectOperands(inference, 1, 1)) return {Type()};
  Type type = inference.operands[0];
  expectOperand(inference, 0, isFloat(type.elem) && type.shape.size() == 1, "[n] f64 or f32");
  const Exponents* t = inference.table<Exponents>(exponents);
  if (!t || t->first.empty()) return {type};
  for (uint32_t i : t->operand)
    inference.expect(i < type.size(), "factor " + std::to_string(i) + " is beyond " + describe(type));
  type.shape = {static_cast<uint32_t>(t->first.size()) - 1};
  return {type};
}

template <class T>
static T power(T x, double exponent) {
  if (exponent != std::trunc(exponent) || exponent < 1 || exponent > 16)
    return static_cast<T>(kernel::math::pow(static_cast<double>(x), exponent));
  T y = x;
  for (int i = 1; i < static_cast<int>(exponent); i++) y = y * x;
  return y;
}

void Terms::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  const Exponents& t = e.pipeline.table<Exponents>(exponents);
  const RowValue& x = e.operand(0);
  withFloat(e.resultType().elem, [&](auto zero) {
    using T = decltype(zero);
    for (size_t i = 0; i < y.elements.size(); i++) {
      T product = 1;
      bool first = true;
      for (uint32_t f = t.first[i]; f < t.first[i + 1]; f++) {
        if (t.exponent[f] == 0) continue;
        const Datum& factor = x.elements[t.operand[f]];
        y.elements[i].missing |= factor.missing;
        const T value = power(get<T>(factor), t.exponent[f]);
        product = first ? value : product * value;
        first = false;
      }
      if (!y.elements[i].missing) set(y.elements[i], product);
    }
  });
}

}  // namespace kiln::ir

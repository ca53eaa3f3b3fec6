// cumsum: running sums along the last axis.
#include "compiler/ir/nodes/cumsum.h"

#include "compiler/ir/elements.h"

namespace kiln::ir {

std::vector<Type> CumSum::infer(Inference& inference) const {
  if (!expectOperands(inference, 1, 1)) return {Type()};
  const Type& x = inference.operands[0];
  expectOperand(inference, 0, isNumber(x.elem) && !x.shape.empty(), "[.., n] numbers");
  return {x};
}

void CumSum::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  const std::vector<Datum>& x = e.operand(0).elements;
  const size_t n = e.resultType().shape.back();
  withStorage(e.resultType().storage(), [&](auto zero) {
    using T = decltype(zero);
    for (size_t first = 0; first < x.size(); first += n) {
      T sum = 0;
      bool missing = false, any = false;
      for (size_t k = 0; k < n; k++) {
        const size_t i = first + (reverse ? n - 1 - k : k);
        if (exclusive) set(y.elements[i], sum), y.elements[i].missing = missing;
        const T v = get<T>(x[i]);
        missing |= x[i].missing;
        if constexpr (std::is_floating_point_v<T>)
          sum = any ? static_cast<T>(sum + v) : v;
        else if constexpr (!std::is_same_v<T, bool>)
          __builtin_add_overflow(sum, v, &sum);
        any = true;
        if (!exclusive) set(y.elements[i], sum), y.elements[i].missing = missing;
      }
    }
  });
}

}  // namespace kiln::ir

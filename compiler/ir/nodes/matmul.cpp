// matmul: products of two matrices of the row.
#include "compiler/ir/nodes/matmul.h"

#include "compiler/ir/elements.h"

namespace kiln::ir {

std::vector<Type> MatMul::infer(Inference& inference) const {
  if (!expectOperands(inference, 2, 2)) return {Type()};
  const std::vector<Type>& x = inference.operands;
  const std::vector<uint32_t>&a = x[0].shape, &b = x[1].shape;
  Type type = scalarType(x[0].elem, anyNullable(x), anyFallible(x));
  const size_t rank = a.size();
  if (!expectOperand(inference, 0, isNumber(x[0].elem) && rank >= 2, "[.., m, k] numbers")) return {type};
  const bool fits = sameElement(x[0], x[1]) && b.size() == rank && std::equal(a.begin(), a.end() - 2, b.begin()) && b[rank - 2] == a[rank - 1];
  if (!expectOperand(inference, 1, fits, "[.., k, n] that fits the first operand")) return {type};
  type.shape = a;
  type.shape[rank - 1] = b[rank - 1];
  return {type};
}

void MatMul::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  const std::vector<Datum>&a = e.operand(0).elements, &b = e.operand(1).elements;
  const std::vector<uint32_t>& shape = e.operandType(0).shape;
  const size_t m = shape[shape.size() - 2], k = shape.back(), n = e.resultType().shape.back();
  withStorage(e.resultType().storage(), [&](auto zero) {
    using T = decltype(zero);
    for (size_t i = 0; i < y.elements.size(); i++) {
      const size_t row = i / n * k, column = i / n / m * k * n + i % n;
      T sum = 0;
      bool missing = false;
      for (size_t c = 0; c < k; c++) {
        const Datum &p = a[row + c], &q = b[column + c * n];
        missing |= p.missing || q.missing;
        if constexpr (std::is_floating_point_v<T>) {
          const T product = get<T>(p) * get<T>(q);
          sum = c ? static_cast<T>(sum + product) : product;
        } else if constexpr (!std::is_same_v<T, bool>) {
          T product;
          __builtin_mul_overflow(get<T>(p), get<T>(q), &product), __builtin_add_overflow(sum, product, &sum);
        }
      }
      y.elements[i].missing = missing;
      if (!missing) set(y.elements[i], sum);
    }
  });
}

}  // namespace kiln::ir

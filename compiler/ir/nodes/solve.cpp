// solve: a triangular system of equations.
#include "compiler/ir/nodes/solve.h"

#include "compiler/ir/elements.h"
#include "compiler/ir/tables/matrix.h"

namespace kiln::ir {

std::vector<Type> Solve::infer(Inference& inference) const {
  if (!expectOperands(inference, 1, 1)) return {Type()};
  const Type& b = inference.operands[0];
  expectOperand(inference, 0, isFloat(b.elem) && b.shape.size() == 1 && b.shape[0] > 0, "[n] f64 or f32");
  if (const Matrix* a = inference.table<Matrix>(matrix)) {
    const std::string n = std::to_string(b.size());
    inference.expect(a->shape == std::vector<uint32_t>{b.size(), b.size()} && a->elem == b.elem,
                     "the matrix is not [" + n + "," + n + "] of " + elemName(b.elem));
  }
  return {b};
}

void Solve::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  const std::vector<double>& a = e.pipeline.table<Matrix>(matrix).numbers;
  y.elements = e.operand(0).elements;
  if (anyMissing(y)) return setMissing(y);
  const size_t n = y.elements.size();
  withFloat(e.resultType().elem, [&](auto zero) {
    using T = decltype(zero);
    for (size_t step = 0; step < n; step++) {
      const size_t j = upper ? n - 1 - step : step;
      const T solved = get<T>(y.elements[j]) / static_cast<T>(a[j * n + j]);
      set(y.elements[j], solved);
      for (size_t i = upper ? 0 : j + 1; i < (upper ? j : n); i++)
        set(y.elements[i], static_cast<T>(get<T>(y.elements[i]) - static_cast<T>(a[i * n + j]) * solved));
    }
  });
}

}  // namespace kiln::ir

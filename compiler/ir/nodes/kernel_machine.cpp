// kernel_machine: weighted sums of kernels of a row and the instances.
#include "compiler/ir/nodes/kernel_machine.h"

#include "compiler/ir/measures.h"

namespace kiln::ir {

std::vector<Type> KernelMachine::infer(Inference& inference) const {
  const uint32_t m = expectMeasured(inference, rows, measure);
  if (!m) return {Type()};
  const Type& x = inference.operands[0];
  Type type = scalarType(x.elem, mayMiss(inference, rows), x.fallible);
  const Matrix* w = inference.table<Matrix>(coefficients);
  if (!w) return {type};
  const uint32_t o = w->shape.empty() ? 0 : w->shape[0];
  inference.expect(w->shape.size() == 2 && w->shape[1] == m && w->elem == x.elem,
                   "the coefficients are not [o," + std::to_string(m) + "] of " + elemName(x.elem));
  if (bias.id != kNone)
    if (const Matrix* b = inference.table<Matrix>(bias))
      inference.expect(b->shape == std::vector<uint32_t>{o} && b->elem == x.elem,
                       "the bias is not [" + std::to_string(o) + "] of " + elemName(x.elem));
  inference.expect(!scalar || o == 1, "is no scalar, it has " + std::to_string(o) + " elements");
  if (!scalar) type.shape = {o};
  return {type};
}

void KernelMachine::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  const Matrix &instances = e.pipeline.table<Matrix>(rows), &w = e.pipeline.table<Matrix>(coefficients);
  const Matrix* b = bias.id == kNone ? nullptr : &e.pipeline.table<Matrix>(bias);
  const Measure& m = e.pipeline.table<Measure>(measure);
  const size_t n = instances.shape[0];
  withFloat(e.resultType().elem, [&](auto zero) {
    using T = decltype(zero);
    bool missing = false;
    for (size_t i = 0; i < n; i++) {
      const auto k = measured<T>(m, instances, i, e.operand(0));
      missing |= k.missing;
      for (size_t o = 0; o < y.elements.size(); o++) {
        const T weight = static_cast<T>(w.numbers[o * n + i]);
        if (weight != 0) set(y.elements[o], static_cast<T>(get<T>(y.elements[o]) + weight * k.value));
      }
    }
    for (size_t o = 0; o < y.elements.size(); o++) {
      if (b) set(y.elements[o], static_cast<T>(get<T>(y.elements[o]) + static_cast<T>(b->numbers[o])));
      y.elements[o].missing = missing;
    }
  });
}

}  // namespace kiln::ir

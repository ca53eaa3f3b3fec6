// tally: sums of weights by code.
#include "compiler/ir/nodes/tally.h"

#include "compiler/ir/elements.h"

namespace kiln::ir {

std::vector<Type> Tally::infer(Inference& inference) const {
  Type sums = scalarType(Elem::f64), first = scalarType(Elem::i32, true);
  sums.shape = first.shape = {size};
  if (!expectOperands(inference, 2, 2)) return {sums, first};
  const std::vector<Type>& x = inference.operands;
  inference.expect(size > 0, "size must not be 0");
  expectOperand(inference, 0, (x[0].elem == Elem::i32 || x[0].elem == Elem::cat) && x[0].shape.size() == 1,
                "[n] i32 or cat");
  expectOperand(inference, 1, isFloat(x[1].elem) && x[1].shape == x[0].shape, "f64 or f32 of the codes' length");
  sums.elem = x[1].elem;
  sums.fallible = first.fallible = anyFallible(x);
  return {sums, first};
}

void Tally::evaluate(Evaluation& e) const {
  RowValue &sums = fresh(e, 0), &first = fresh(e, 1);
  if ((sums.failure = first.failure = e.firstFailure())) return;
  setMissing(first);
  const RowValue &codes = e.operand(0), &weights = e.operand(1);
  withFloat(e.resultType().elem, [&](auto zero) {
    using T = decltype(zero);
    for (size_t i = 0; i < codes.elements.size(); i++) {
      const Datum &code = codes.elements[i], &weight = weights.elements[i];
      if (code.missing || weight.missing || code.i32 < 0 || static_cast<uint32_t>(code.i32) >= size) continue;
      Datum &sum = sums.elements[static_cast<size_t>(code.i32)], &where = first.elements[static_cast<size_t>(code.i32)];
      set(sum, static_cast<T>(get<T>(sum) + get<T>(weight)));
      if (where.missing) where.missing = false, where.i32 = static_cast<int32_t>(i);
    }
  });
}

}  // namespace kiln::ir

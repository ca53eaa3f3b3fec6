// discretize: a number to the index of the first bin that holds it.
#include "compiler/ir/nodes/discretize.h"

#include "compiler/ir/elements.h"
#include "compiler/ir/tables/edges.h"

namespace kiln::ir {

std::vector<Type> Discretize::infer(Inference& inference) const {
  if (!expectOperands(inference, 1, 1)) return {Type()};
  const Type& x = inference.operands[0];
  expectOperand(inference, 0, isFloat(x.elem) && x.isScalar(), "an f64 or f32 scalar");
  inference.table<Edges>(edges);
  return {scalarType(Elem::i32, true, x.fallible)};
}

void Discretize::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  const Edges& bins = e.pipeline.table<Edges>(edges);
  const Datum& x = e.operand(0).elements[0];
  Datum& result = y.elements[0];
  result.missing = true;
  if (x.missing) return;
  const double v = toDouble(x, e.operandType(0).storage());
  for (size_t i = 0; i < bins.low.size() && result.missing; i++)
    if (inInterval(v, bins.low[i], bins.high[i], bins.closed[i]))
      result.missing = false, result.i32 = static_cast<int32_t>(i);
}

}  // namespace kiln::ir

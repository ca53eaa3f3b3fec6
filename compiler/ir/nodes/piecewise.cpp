// piecewise: linear interpolation between knots, elementwise.
#include "compiler/ir/nodes/piecewise.h"

#include "compiler/ir/elements.h"
#include "compiler/ir/tables/knots.h"

namespace kiln::ir {

std::vector<Type> Piecewise::infer(Inference& inference) const {
  if (!expectOperands(inference, 1, 1)) return {Type()};
  Type type = inference.operands[0];
  expectOperand(inference, 0, isFloat(type.elem), "f64 or f32");
  if (const Knots* k = inference.table<Knots>(knots)) inference.expect(k->x.size() >= 2, "needs two knots or more");
  type.nullable |= outlier == missing;
  return {type};
}

template <class T>
static T interpolate(const Knots& k, T x) {
  size_t i = 0;
  while (i + 2 < k.x.size() && x > static_cast<T>(k.x[i + 1])) i++;  // the last segment if none holds x
  const T x0 = static_cast<T>(k.x[i]), x1 = static_cast<T>(k.x[i + 1]), y0 = static_cast<T>(k.y[i]),
          y1 = static_cast<T>(k.y[i + 1]);
  return y0 + (x - x0) / (x1 - x0) * (y1 - y0);
}

void Piecewise::evaluate(Evaluation& e) const {
  RowValue& y = fresh(e);
  if ((y.failure = e.firstFailure())) return;
  const Knots& k = e.pipeline.table<Knots>(knots);
  withFloat(e.resultType().elem, [&](auto zero) {
    using T = decltype(zero);
    for (size_t i = 0; i < y.elements.size(); i++) {
      const Datum& x = e.operand(0).elements[i];
      Datum& result = y.elements[i];
      if ((result.missing = x.missing)) continue;
      const T v = get<T>(x);
      const bool below = v<static_cast<T>(k.x.front()), above = v> static_cast<T>(k.x.back());
      if ((below || above) && outlier == missing)
        result.missing = true;
      else if ((below || above) && outlier == clip)
        set(result, static_cast<T>(below ? k.y.front() : k.y.back()));
      else
        set(result, interpolate(k, v));
    }
  });
}

}  // namespace kiln::ir

// Clip: the limits are attributes before opset 11, then inputs that may be absent. The upper one wins over the lower.
#include <limits>

#include "frontends/onnx/elementwise.h"

namespace kiln::onnx {

void clip(OperatorImport& n) {
  const Tensor& x = n.number(0);
  refuseUnsigned64(n, x);
  n.ignore("consumed_inputs");
  ValueId y = n.value(x);
  const auto limit = [&](size_t i, const char* attribute, const char* function) {
    if (n.version() < 11) {
      if (n.hasAttribute(attribute)) y = n.build.call(function, {y, constantOf(n, x.type, n.number(attribute, 0))});
    } else if (n.has(i)) {
      const Tensor& bound = n.tensor(i, {x.type});
      if (bound.count() != 1) n.invalid("the limits must be scalars");
      y = n.build.call(function, {y, n.shaped(bound, {})});
    }
  };
  limit(1, "min", "clip_low");
  limit(2, "max", "clip_high");
  n.output(0, x.type, x.axes, y);
}

}  // namespace kiln::onnx

// Clip: the limits are attributes before opset 11, then inputs that may be absent: those of floats then are the lowest and the highest finite
// number. The upper one wins over the lower.
#include <limits>

#include "frontends/onnx/elementwise.h"

namespace kiln::onnx {

void clip(OperatorImport& n) {
  const Tensor& x = n.number(0);
  refuseUnsigned64(n, x);
  n.ignore("consumed_inputs");
  ValueId y = n.value(x);
  const double most = x.type == ElementType::f64 ? std::numeric_limits<double>::max() : x.type == ElementType::f16 ? 65504 : x.type == ElementType::bf16 ? 0x1.fep127 : std::numeric_limits<float>::max();
  const auto limit = [&](size_t i, const char* attribute, const char* function, double absent) {
    if (n.version() >= 11 && n.has(i)) {
      const Tensor& bound = n.tensor(i, {x.type});
      if (bound.count() != 1) n.invalid("the limits must be scalars");
      y = n.build.call(function, {y, n.shaped(bound, {})});
    } else if (n.version() < 11 && n.hasAttribute(attribute)) {
      y = n.build.call(function, {y, constantOf(n, x.type, n.number(attribute, 0))});
    } else if (isFloat(x.type)) {
      y = n.build.call(function, {y, constantOf(n, x.type, absent)});
    }
  };
  limit(1, "min", "clip_low", -most);
  limit(2, "max", "clip_high", most);
  n.output(0, x.type, x.axes, y);
}

}  // namespace kiln::onnx

// Clip: the limits are attributes before opset 11, then inputs that may be absent: those of floats then are the lowest and the highest finite
// number. The upper one wins over the lower.
#include <limits>

#include "frontends/onnx/elementwise.h"

namespace kiln::onnx {

void clip(OperatorImport& n) {
  const bool givenLimits = n.version() >= 11;
  const bool hasMin = givenLimits && n.has(1), hasMax = givenLimits && n.has(2);
  std::vector<Tensor> operands = {n.number(0)};
  if (hasMin) operands.push_back(n.number(1));
  if (hasMax) operands.push_back(n.number(2));
  agreeOnFloat(n, operands);   // the limits that skl2onnx writes for isotonic calibration are double, the scores of its trees float
  const ElementType type = operands[0].type;
  for (Tensor& operand : operands) operand = inOrder(n, operand);
  const Tensor& x = operands[0];
  n.ignore("consumed_inputs");
  ValueId y = n.value(x);
  const double most = x.type == ElementType::f64 ? std::numeric_limits<double>::max() : x.type == ElementType::f16 ? 65504 : x.type == ElementType::bf16 ? 0x1.fep127 : std::numeric_limits<float>::max();
  const auto limit = [&](const Tensor* bound, const char* attribute, const char* function, double absent) {
    if (bound) {
      if (bound->count() != 1) n.invalid("the limits must be scalars");
      y = n.build.call(function, {y, n.shaped(*bound, {})});
    } else if (!givenLimits && n.hasAttribute(attribute)) {
      y = n.build.call(function, {y, constantOf(n, x.type, n.number(attribute, 0))});
    } else if (isFloat(x.type)) {
      y = n.build.call(function, {y, constantOf(n, x.type, absent)});
    }
  };
  limit(hasMin ? &operands[1] : nullptr, "min", "clip_low", -most);
  limit(hasMax ? &operands.back() : nullptr, "max", "clip_high", most);
  n.output(0, outOfOrder(n, n.tensorOf(x.type, x.axes, y), type));
}

}  // namespace kiln::onnx

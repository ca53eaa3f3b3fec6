// Comparisons, and tests for NaN and infinities.
#include <limits>

#include "frontends/onnx/elementwise.h"

namespace kiln::onnx {

namespace {

void compare(OperatorImport& n, const char* function) {
  const std::vector<Tensor> operands = twoOperands(n);
  n.number(0);
  n.output(0, n.call(function, {inOrder(n, operands[0]), inOrder(n, operands[1])}, ElementType::boolean));
}

}  // namespace

// Numbers, bools and, from opset 19 on, strings.
void equal(OperatorImport& n) { n.output(0, n.call("eq", twoOperands(n), ElementType::boolean)); }
void less(OperatorImport& n) { compare(n, "lt"); }
void greater(OperatorImport& n) { compare(n, "gt"); }
void lessOrEqual(OperatorImport& n) { compare(n, "le"); }
void greaterOrEqual(OperatorImport& n) { compare(n, "ge"); }

void isNaN(OperatorImport& n) {
  const Tensor& x = n.tensor(0, {ElementType::f32, ElementType::f64, ElementType::f16, ElementType::bf16});
  n.output(0, ElementType::boolean, x.axes, n.build.call("is_nan", {n.value(x)}));
}

void isInf(OperatorImport& n) {
  const Tensor& x = n.tensor(0, {ElementType::f32, ElementType::f64, ElementType::f16, ElementType::bf16});
  const bool negative = n.integer("detect_negative", 1) != 0, positive = n.integer("detect_positive", 1) != 0;
  const ValueId v = n.value(x);
  if (negative && positive) return n.output(0, ElementType::boolean, x.axes, n.build.call("is_inf", {v}));
  // Of neither sign: equal to NaN, which nothing is.
  const double wanted = negative ? -std::numeric_limits<double>::infinity()
                        : positive ? std::numeric_limits<double>::infinity()
                                   : std::numeric_limits<double>::quiet_NaN();
  n.output(0, ElementType::boolean, x.axes, n.build.call("eq", {v, constantOf(n, x.type, wanted)}));
}

}  // namespace kiln::onnx

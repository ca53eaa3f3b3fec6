// Functions of one real number that the IR has under the same name.
#include "frontends/onnx/elementwise.h"

namespace kiln::onnx {

// Sqrt, Exp, Log, the trigonometric and hyperbolic functions and their inverses, Erf, Tanh, Floor, Ceil.
void functionOfItsName(OperatorImport& n) {
  std::string function = n.name();
  function[0] = static_cast<char>(function[0] - 'A' + 'a');
  const Expression f(n);
  f.output(f(functionOf(n, f.type(), function.c_str()), {f.x()}));
}

void roundEven(OperatorImport& n) {
  const Expression f(n);
  f.output(f("round_even", {f.x()}));
}

void reciprocal(OperatorImport& n) {
  const Expression f(n);
  f.output(f("div", {f.constant(1), f.x()}));
}

void sigmoid(OperatorImport& n) {
  const Expression f(n);
  f.output(f(functionOf(n, f.type(), "inv_logit"), {f.x()}));
}

}  // namespace kiln::onnx

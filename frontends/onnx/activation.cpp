#include "frontends/onnx/activation.h"

#include <cctype>

#include "frontends/onnx/elementwise.h"

namespace kiln::onnx {

Activation activationNamed(const std::string& name) {
  Activation f{"", 1, 0};
  for (char c : name) f.name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (f.name == "leakyrelu") f.alpha = 0.01f;
  if (f.name == "hardsigmoid") f.alpha = 0.2f, f.beta = 0.5;
  if (f.name == "scaledtanh") f.beta = 1;
  return f;
}

Tensor activated(OperatorImport& n, const Activation& f, const Tensor& x) {
  const auto c = [&](double v) { return constantLike(x, v); };
  if (f.name == "sigmoid") return apply(n, functionOf(n, x.type, "inv_logit"), x);
  if (f.name == "tanh") return apply(n, functionOf(n, x.type, "tanh"), x);
  if (f.name == "relu") return apply(n, "clip_low", x, c(0));
  if (f.name == "affine") return apply(n, "add", apply(n, "mul", x, c(f.alpha)), c(f.beta));
  if (f.name == "leakyrelu") return selected(n, n.call("lt", {x, c(0)}, ElementType::boolean), apply(n, "mul", x, c(f.alpha)), x);
  if (f.name == "thresholdedrelu") return selected(n, n.call("gt", {x, c(f.alpha)}, ElementType::boolean), x, c(0));
  if (f.name == "scaledtanh") return apply(n, "mul", apply(n, "tanh", apply(n, "mul", x, c(f.beta))), c(f.alpha));
  if (f.name == "hardsigmoid") return apply(n, "clip_high", apply(n, "clip_low", apply(n, "add", apply(n, "mul", x, c(f.alpha)), c(f.beta)), c(0)), c(1));
  if (f.name == "elu")
    return selected(n, n.call("lt", {x, c(0)}, ElementType::boolean), apply(n, "mul", apply(n, "sub", apply(n, "exp", x), c(1)), c(f.alpha)), x);
  if (f.name == "softsign") return apply(n, "div", x, apply(n, "add", apply(n, "abs", x), c(1)));
  if (f.name == "softplus") return apply(n, "log1p", apply(n, "exp", x));
  n.unsupported("activation '" + f.name + "'");
}

}  // namespace kiln::onnx

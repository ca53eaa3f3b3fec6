// Activation functions, made of the functions that the IR has. Where the standard's formula cancels (exp(x) - 1, 1 + erf(x)),
// the one without cancellation is taken: the values of the formula, with the digits that it loses.
#include <cmath>

#include "frontends/onnx/axes.h"
#include "frontends/onnx/elementwise.h"

namespace kiln::onnx {

namespace {

// x < 0 ? below : x
ValueId linearAbove(const Expression& f, ValueId below) { return f.choose(f("lt", {f.x(), f.constant(0)}), below, f.x()); }

// log(1 + e^x)
ValueId softplusOf(const Expression& f) {
  return f("add", {f("clip_low", {f.x(), f.constant(0)}), f("log1p", {f("exp", {f("neg", {f("abs", {f.x()})})})})});
}

ValueId between0And1(const Expression& f, ValueId v) { return f("clip_low", {f("clip_high", {v, f.constant(1)}), f.constant(0)}); }

}  // namespace

void relu(OperatorImport& n) {
  const Tensor& x = n.number(0);
  refuseUnsigned64(n, x);
  n.ignore("consumed_inputs");
  n.output(0, x.type, x.axes, n.build.call("clip_low", {n.value(x), constantOf(n, x.type, 0)}));
}

void leakyRelu(OperatorImport& n) {
  const Expression f(n);
  f.output(linearAbove(f, f("mul", {f.constant(n.number("alpha", 0.01f)), f.x()})));
}

// By the standard the slope takes the input's shape; ONNX Runtime spreads the input over the slope's too.
void pRelu(OperatorImport& n) {
  const Tensor &x = n.number(0), &slope = n.number(1);
  sameTypes(n, {x, slope});
  refuseUnsigned64(n, x);
  n.ignore("consumed_inputs");
  Tensor aligned = slope;
  if (n.version() < 7 && slope.rank() == 1 && x.rank() > 1) aligned.axes.resize(x.rank() - 1);   // a slope a channel
  const OperatorImport::Broadcast all = n.broadcast({x, aligned});
  if (n.spec() && all.axes != x.axes) n.invalid("the slope does not broadcast to the input");
  const ValueId below = settled(n, x.type, n.build.call("mul", {all.values[1], all.values[0]}));
  const ValueId negative = n.build.call("lt", {all.values[0], constantOf(n, x.type, 0)});
  n.output(0, x.type, all.axes, select(n, negative, below, all.values[0]));
}

void elu(OperatorImport& n) {
  const Expression f(n);
  f.output(linearAbove(f, f("mul", {f.constant(n.number("alpha", 1.0)), f("expm1", {f.x()})})));
}

void selu(OperatorImport& n) {
  const Expression f(n);
  const bool old = n.version() < 6;
  const double alpha = n.number("alpha", old ? 1.6732f : 1.67326319217681884765625), gamma = n.number("gamma", old ? 1.0507f : 1.05070102214813232421875);
  f.output(f("mul", {f.constant(gamma), linearAbove(f, f("mul", {f.constant(alpha), f("expm1", {f.x()})}))}));
}

void celu(OperatorImport& n) {
  const Expression f(n);
  const ValueId alpha = f.constant(n.number("alpha", 1.0));
  f.output(linearAbove(f, f("mul", {alpha, f("expm1", {f("div", {f.x(), alpha})})})));
}

namespace {

// As ONNX Runtime has it in float: half of x times (1 + erf or tanh).
Tensor geluOfRuntime(OperatorImport& n, const Tensor& x, bool tanh) {
  const auto by = [&](const Tensor& t, double v) { return apply(n, "mul", t, constantLike(t, static_cast<float>(v))); };
  Tensor u = by(x, std::sqrt(0.5));
  if (tanh) {
    const Tensor square = apply(n, "mul", by(x, 0.044715 * std::sqrt(2 / M_PI)), x);
    u = apply(n, "mul", x, apply(n, "add", square, constantLike(x, static_cast<float>(std::sqrt(2 / M_PI)))));
  }
  return apply(n, "mul", by(x, 0.5), apply(n, "add", apply(n, functionOf(n, x.type, tanh ? "tanh" : "erf"), u), constantLike(x, 1)));
}
// x times the normal distribution function at x, or its approximation by tanh, (1 + tanh u) / 2 = 1 / (1 + e^-2u).
Tensor geluOf(OperatorImport& n, const Tensor& x, bool tanh) {
  if (!n.spec() && x.type == ElementType::f32) return geluOfRuntime(n, x, tanh);
  const auto by = [&](const Tensor& t, double v) { return apply(n, "mul", t, constantLike(t, v)); };
  if (!tanh) return apply(n, "mul", x, by(apply(n, "erfc", by(x, -std::sqrt(0.5))), 0.5));
  const Tensor cubic = apply(n, "add", constantLike(x, 1), by(apply(n, "mul", x, x), 0.044715));
  return apply(n, "mul", x, apply(n, "inv_logit", apply(n, "mul", by(x, 2 * std::sqrt(2 / M_PI)), cubic)));
}

Tensor floats(OperatorImport& n, size_t i) { return n.tensor(i, {ElementType::f32, ElementType::f64}); }
Tensor withBias(OperatorImport& n) { return n.has(1) ? apply(n, "add", floats(n, 0), floats(n, 1)) : floats(n, 0); }

}  // namespace

void gelu(OperatorImport& n) {
  const bool tanh = n.choice("approximate", {"none", "tanh"}, 0) == 1;
  n.output(0, geluOf(n, n.tensor(0, {ElementType::f32, ElementType::f64, ElementType::f16, ElementType::bf16}), tanh));
}
// com.microsoft
void biasGelu(OperatorImport& n) { n.output(0, geluOf(n, withBias(n), false)); }
void fastGelu(OperatorImport& n) { n.output(0, geluOf(n, withBias(n), true)); }
void quickGelu(OperatorImport& n) {
  const Tensor x = floats(n, 0);
  n.output(0, apply(n, "mul", x, apply(n, functionOf(n, x.type, "inv_logit"), apply(n, "mul", x, constantLike(x, n.number("alpha", 1.702f))))));
}

// Of the first versions of the standard, which Core ML's, Windows' and ML.NET's exporters write.
void affine(OperatorImport& n) {
  const Tensor x = floats(n, 0);
  n.output(0, apply(n, "add", apply(n, "mul", x, constantLike(x, n.number("alpha", 1))), constantLike(x, n.number("beta", 0))));
}
void scale(OperatorImport& n) {
  const Tensor x = floats(n, 0);
  n.output(0, apply(n, "mul", x, constantLike(x, n.number("scale", 1))));
}
void scaledTanh(OperatorImport& n) {
  const Tensor x = floats(n, 0);
  n.output(0, apply(n, "mul", apply(n, "tanh", apply(n, "mul", x, constantLike(x, n.number("beta", 1)))), constantLike(x, n.number("alpha", 1))));
}
void parametricSoftplus(OperatorImport& n) {
  const Tensor x = floats(n, 0), z = apply(n, "mul", x, constantLike(x, n.number("beta", 1)));
  const Tensor above = apply(n, "clip_low", z, constantLike(z, 0)), rest = apply(n, "log1p", apply(n, "exp", apply(n, "neg", apply(n, "abs", z))));
  n.output(0, apply(n, "mul", apply(n, "add", above, rest), constantLike(x, n.number("alpha", 1))));
}
void imageScaler(OperatorImport& n) {
  const Tensor x = floats(n, 0);
  const std::vector<double> bias = n.numbers("bias");
  if (x.rank() != 4 || static_cast<int64_t>(bias.size()) != x.axes[1].size) n.invalid("has " + std::to_string(bias.size()) + " numbers for the channels of " + describe(x.axes));
  Elements elements;
  elements.numbers = bias;
  const Tensor offset = hostTensor(x.type, plainAxes({static_cast<int64_t>(bias.size()), 1, 1}), std::move(elements));
  n.output(0, apply(n, "add", apply(n, "mul", x, constantLike(x, n.number("scale", 1))), offset));
}

void softplus(OperatorImport& n) {
  const Expression f(n);
  f.output(softplusOf(f));
}

void softsign(OperatorImport& n) {
  const Expression f(n);
  f.output(f("div", {f.x(), f("add", {f.constant(1), f("abs", {f.x()})})}));
}

void hardSigmoid(OperatorImport& n) {
  const Expression f(n);
  const ValueId alpha = f.constant(n.number("alpha", 0.2f)), beta = f.constant(n.number("beta", 0.5));
  f.output(between0And1(f, f("add", {f("mul", {alpha, f.x()}), beta})));
}

// alpha is the standard's function body's, an attribute and so a float, of doubles too.
void hardSwish(OperatorImport& n) {
  const Expression f(n);
  f.output(f("mul", {f.x(), between0And1(f, f("add", {f("mul", {f.constant(1.0f / 6), f.x()}), f.constant(0.5)}))}));
}

void swish(OperatorImport& n) {
  const Expression f(n);
  const double alpha = n.number("alpha", 1.0);
  f.output(f("mul", {f.x(), f(functionOf(n, f.type(), "inv_logit"), {alpha == 1 ? f.x() : f("mul", {f.constant(alpha), f.x()})})}));
}

// Swish of the gate, times the other input, which has its shape.
void swiGlu(OperatorImport& n) {
  const Tensor &gate = n.tensor(0, {ElementType::f32, ElementType::f64}), &value = n.tensor(1, {ElementType::f32, ElementType::f64});
  sameTypes(n, {gate, value});
  if (!(gate.axes == value.axes)) n.invalid("A " + describe(gate.axes) + " and B " + describe(value.axes) + " have different shapes");
  const double alpha = n.number("alpha", 1.0);
  const Tensor open = apply(n, functionOf(n, gate.type, "inv_logit"), alpha == 1 ? gate : apply(n, "mul", gate, constantLike(gate, alpha)));
  n.output(0, apply(n, "mul", apply(n, "mul", gate, open), value));
}

void mish(OperatorImport& n) {
  const Expression f(n);
  f.output(f("mul", {f.x(), f("tanh", {softplusOf(f)})}));
}

void thresholdedRelu(OperatorImport& n) {
  const Expression f(n);
  f.output(f.choose(f("gt", {f.x(), f.constant(n.number("alpha", 1.0))}), f.x(), f.constant(0)));
}

// ONNX Runtime computes in float, of doubles too.
void shrink(OperatorImport& n) {
  const Tensor& given = n.tensor(0, {ElementType::f32, ElementType::f64});
  const Tensor x = n.spec() ? given : n.cast(given, ElementType::f32);
  const Tensor limit = constantLike(x, n.number("lambd", 0.5)), bias = constantLike(x, n.number("bias", 0.0));
  const auto holds = [&](const char* test, const Tensor& bound) { return n.call(test, {x, bound}, ElementType::boolean); };
  const Tensor above = selected(n, holds("gt", limit), apply(n, "sub", x, bias), constantLike(x, 0));
  n.output(0, n.cast(selected(n, holds("lt", apply(n, "neg", limit)), apply(n, "add", x, bias), above), given.type));
}

}  // namespace kiln::onnx

// QuantizeLinear, DequantizeLinear and their kin: numbers as small integers, and back.
#include <numeric>

#include "frontends/onnx/activation.h"
#include "frontends/onnx/contract.h"
#include "frontends/onnx/quantized.h"

namespace kiln::onnx {

namespace {

struct Limits {
  double low, high;
};
Limits limitsOf(OperatorImport& n, ElementType type) {
  switch (type) {
    case ElementType::u8: return {0, 255};
    case ElementType::i8: return {-128, 127};
    case ElementType::u16: return {0, 65535};
    case ElementType::i16: return {-32768, 32767};
    default: n.unsupported(std::string("a quantized ") + elementName(type));
  }
}

/// Whether the operator has an axis: since version 13, and in com.microsoft.
bool hasAxis(const OperatorImport& n) { return n.version() >= 13 || n.version() == 1; }

/// A scale or zero point: one number, or one by index of the axis.
Tensor byAxis(OperatorImport& n, size_t input, const Tensor& x) {
  const Tensor& p = n.number(input);
  const int64_t given = hasAxis(n) ? n.integer("axis", 1) : 1;
  if (p.count() == 1) return withAxes(n, p, {});
  const size_t axis = n.axis(given, x.rank());
  if (p.rank() != 1 || p.count() != x.axes[axis].size || x.axes[axis].isBatch())
    n.unsupported("a scale " + describe(p.axes) + " of a tensor " + describe(x.axes));
  Axes axes(x.rank() - axis, Axis{});
  axes[0] = p.axes[0];
  return withAxes(n, p, axes);
}

Tensor scaleOf(OperatorImport& n, const Tensor& x) {
  if (n.tensor(1).type != ElementType::f32) n.unsupported(std::string("a scale of ") + elementName(n.tensor(1).type));
  return byAxis(n, 1, x);
}

void readOthers(OperatorImport& n) {
  if (hasAxis(n)) n.integer("axis", 1);
  if (n.version() >= 21 && n.integer("block_size", 0)) n.unsupported("block_size");
  if (n.version() >= 23 && n.integer("precision", 0)) n.unsupported("precision");
  if (n.hasAttribute("saturate")) n.ignore("saturate");   // for 8-bit floats
}

}  // namespace

Tensor saturated(OperatorImport& n, const Tensor& y, ElementType type) {
  const Limits limits = limitsOf(n, type);
  const Tensor low = constantLike(y, limits.low);
  const Tensor above = selected(n, n.call("ge", {y, low}, ElementType::boolean), y, low);   // NaN is the lowest number
  Tensor result = n.cast(apply(n, "clip_high", above, constantLike(y, limits.high)), ElementType::i32);
  result.type = type;
  return result;
}

Tensor requantized(OperatorImport& n, const Tensor& sums, const Tensor& factor, const Tensor& zero) {
  const Tensor y = apply(n, "round_even", apply(n, "mul", n.cast(sums, ElementType::f32), factor));
  return saturated(n, apply(n, "add", y, n.cast(zero, ElementType::f32)), zero.type);
}

void quantizeLinear(OperatorImport& n) {
  const Tensor& x = n.tensor(0, {ElementType::f32, ElementType::i32});
  readOthers(n);
  ElementType type = n.has(2) ? n.tensor(2).type : ElementType::u8;
  if (const int64_t given = n.version() >= 21 ? n.integer("output_dtype", 0) : 0; given && !n.has(2)) type = static_cast<ElementType>(given);
  Tensor y = apply(n, "round_even", apply(n, "div", n.cast(x, ElementType::f32), scaleOf(n, x)));
  if (n.has(2)) y = apply(n, "add", y, n.cast(byAxis(n, 2, x), ElementType::f32));
  n.output(0, saturated(n, y, type));
}

// Scale and zero point of the whole tensor, so that 0 is one of the 256 numbers; a tensor of zeros has the scale 1.
void dynamicQuantizeLinear(OperatorImport& n) {
  const Tensor& x = n.tensor(0, {ElementType::f32});
  std::vector<size_t> all(x.rank());
  std::iota(all.begin(), all.end(), 0);
  for (size_t i : all) refuseBatch(n, x, i, "a scale of all rows of the batch");
  const Tensor zero = constantLike(x, 0);
  const auto extreme = [&](const char* op) { return apply(n, op, withAxes(n, reduced(n, x, all, op), {}), zero); };
  const Tensor low = extreme("min"), high = extreme("max");
  const Tensor same = n.call("eq", {low, high}, ElementType::boolean);
  const Tensor scale = selected(n, same, constantLike(x, 1), apply(n, "div", apply(n, "sub", high, low), constantLike(x, 255)));
  const Limits limits = limitsOf(n, ElementType::u8);
  const auto bounded = [&](const Tensor& t) { return apply(n, "clip_high", apply(n, "clip_low", t, constantLike(t, limits.low)), constantLike(t, limits.high)); };
  const Tensor point = apply(n, "round_even", bounded(apply(n, "sub", zero, apply(n, "div", low, scale))));
  n.output(0, saturated(n, apply(n, "add", apply(n, "round_even", apply(n, "div", x, scale)), point), ElementType::u8));
  n.output(1, scale);
  n.output(2, saturated(n, point, ElementType::u8));
}

// The product of whole numbers, to the scale of the result.
void qLinearMatMul(OperatorImport& n) {
  const auto byRowOrColumn = [&](size_t input, bool ofRows) {   // one number, or one a row of a, or a column of b
    const Tensor& p = n.tensor(input);
    if (p.count() == 1) return withAxes(n, p, {});
    if (p.rank() == 1) return ofRows ? withAxes(n, p, {p.axes[0], {}}) : p;
    return p;
  };
  const auto operand = [&](size_t input, bool ofRows) {
    const Tensor x = n.cast(n.tensor(input, {ElementType::u8, ElementType::i8}), ElementType::i32);
    return apply(n, "sub", x, n.cast(byRowOrColumn(input + 2, ofRows), ElementType::i32));
  };
  const auto scale = [&](size_t input, bool ofRows) {
    if (n.tensor(input).type != ElementType::f32) n.unsupported(std::string("a scale of ") + elementName(n.tensor(input).type));
    return byRowOrColumn(input, ofRows);
  };
  const Tensor sums = product(n, operand(0, true), operand(3, false));
  const Tensor factor = apply(n, "div", apply(n, "mul", scale(1, true), scale(4, false)), scale(6, true));
  Tensor zero = byRowOrColumn(7, true);
  n.output(0, requantized(n, sums, factor, zero));
}

void dequantizeLinear(OperatorImport& n) {
  const Tensor& x = n.tensor(0, {ElementType::u8, ElementType::i8, ElementType::u16, ElementType::i16, ElementType::i32});
  const Tensor scale = scaleOf(n, x);
  readOthers(n);
  const auto whole = [&](Tensor t) {
    t.type = ElementType::i32;
    return t;
  };
  Tensor y = whole(x);
  if (n.has(2)) y = apply(n, "sub", y, whole(byAxis(n, 2, x)));
  n.output(0, apply(n, "mul", n.cast(y, ElementType::f32), scale));
}

// ---- com.microsoft

namespace {

// Inputs of a quantized tensor, its scale and its zero point, which may be absent.
struct Quantized {
  Tensor whole, scale;   ///< i32, without the zero point
};
Quantized quantized(OperatorImport& n, size_t x, size_t scale, size_t zero) {
  const auto one = [&](size_t i, const char* what) {
    const Tensor& p = n.tensor(i);
    if (p.count() != 1) n.unsupported(std::string("a ") + what + " " + describe(p.axes), "one number for the whole tensor");
    return withAxes(n, p, {});
  };
  Quantized q{n.cast(n.tensor(x, {ElementType::u8, ElementType::i8}), ElementType::i32), one(scale, "scale")};
  if (q.scale.type != ElementType::f32) n.unsupported(std::string("a scale of ") + elementName(q.scale.type));
  if (n.has(zero)) q.whole = apply(n, "sub", q.whole, n.cast(one(zero, "zero point"), ElementType::i32));
  return q;
}

// The result's scale and zero point at inputs i and i + 1; without the latter 0 of the type of input 0.
Tensor zeroPoint(OperatorImport& n, size_t i) {
  return n.has(i) ? withAxes(n, n.tensor(i, {ElementType::u8, ElementType::i8}), {}) : constantLike(n.tensor(0), 0);
}

}  // namespace

// a, its scale and zero point, b, its scale and zero point, the result's: the sum in float.
void qLinearAdd(OperatorImport& n) {
  const Quantized a = quantized(n, 0, 1, 2), b = quantized(n, 3, 4, 5);
  const Tensor to = withAxes(n, n.tensor(6, {ElementType::f32}), {});
  const auto part = [&](const Quantized& q) { return apply(n, "mul", n.cast(q.whole, ElementType::f32), apply(n, "div", q.scale, to)); };
  const Tensor zero = zeroPoint(n, 7);
  const Tensor y = apply(n, "round_even", apply(n, "add", part(a), part(b)));
  n.output(0, saturated(n, apply(n, "add", y, n.cast(zero, ElementType::f32)), zero.type));
}

void qLinearMul(OperatorImport& n) {
  const Quantized a = quantized(n, 0, 1, 2), b = quantized(n, 3, 4, 5);
  const Tensor factor = apply(n, "div", apply(n, "mul", a.scale, b.scale), withAxes(n, n.tensor(6, {ElementType::f32}), {}));
  n.output(0, requantized(n, apply(n, "mul", a.whole, b.whole), factor, zeroPoint(n, 7)));
}

namespace {

// A function of the number that is meant, quantized again: x, its scale and zero point, those of the result.
void ofQuantized(OperatorImport& n, const std::function<Tensor(const Tensor&)>& function) {
  const Quantized x = quantized(n, 0, 1, 2);
  const Tensor zero = zeroPoint(n, 4);
  const Tensor y = apply(n, "div", function(apply(n, "mul", n.cast(x.whole, ElementType::f32), x.scale)), withAxes(n, n.tensor(3, {ElementType::f32}), {}));
  n.output(0, saturated(n, apply(n, "add", apply(n, "round_even", y), n.cast(zero, ElementType::f32)), zero.type));
}

}  // namespace

void qLinearSigmoid(OperatorImport& n) {
  ofQuantized(n, [&](const Tensor& x) { return apply(n, "inv_logit", x); });
}

void qLinearLeakyRelu(OperatorImport& n) {
  Activation f = activationNamed("leakyrelu");
  f.alpha = n.number("alpha", f.alpha);
  ofQuantized(n, [&](const Tensor& x) { return activated(n, f, x); });
}

// a, b, their scales, their zero points, bias.
void matMulIntegerToFloat(OperatorImport& n) {
  const Quantized a = quantized(n, 0, 2, 4), b = quantized(n, 1, 3, 5);
  Tensor y = apply(n, "mul", n.cast(product(n, a.whole, b.whole), ElementType::f32), apply(n, "mul", a.scale, b.scale));
  if (n.has(6)) y = apply(n, "add", y, n.tensor(6, {ElementType::f32}));
  n.output(0, y);
}

// a, its scale and zero point, b, the same of it, a bias of integers, the same of the result, which is float if they are absent.
void qGemm(OperatorImport& n) {
  Quantized a = quantized(n, 0, 1, 2), b = quantized(n, 3, 4, 5);
  if (a.whole.rank() != 2 || b.whole.rank() != 2) n.invalid("needs two matrices");
  if (n.integer("transA", 0)) a.whole = transposed(n, a.whole, {1, 0});
  if (n.integer("transB", 0)) b.whole = transposed(n, b.whole, {1, 0});
  const double alpha = n.number("alpha", 1);
  Tensor sums = product(n, a.whole, b.whole);
  if (n.has(6)) sums = apply(n, "add", sums, n.tensor(6, {ElementType::i32}));
  Tensor factor = apply(n, "mul", a.scale, b.scale);
  if (alpha != 1) factor = apply(n, "mul", constantLike(factor, alpha), factor);
  if (!n.has(7)) return n.output(0, apply(n, "mul", n.cast(sums, ElementType::f32), factor));
  n.output(0, requantized(n, sums, apply(n, "div", factor, withAxes(n, n.tensor(7, {ElementType::f32}), {})), zeroPoint(n, 8)));
}

}  // namespace kiln::onnx

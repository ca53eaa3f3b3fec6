// QuantizeLinear, DequantizeLinear and their kin: numbers as small integers, and back.
#include <algorithm>
#include <numeric>

#include "frontends/onnx/activation.h"
#include "frontends/onnx/contract.h"
#include "frontends/onnx/elementwise.h"
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

/// Attribute block_size: each number of an axis of the scale is that of so many of the tensor, the last one of those that are left.
Tensor byBlock(OperatorImport& n, const Tensor& p, const Tensor& x, size_t axis, int64_t block) {
  Axes wanted = x.axes;
  wanted[axis].size = block < 1 ? 0 : x.axes[axis].size / block + (x.axes[axis].size % block != 0);
  if (p.axes != wanted) n.invalid("has a scale " + describe(p.axes) + " of a tensor " + describe(x.axes) + " in blocks of " + std::to_string(block));
  const std::vector<int64_t> strides = stridesOf(p.axes);
  return mapped(n, p, x.axes, [&](const std::vector<int64_t>& at) {
    int64_t from = 0;
    for (size_t i = 0; i < at.size(); i++) from += (i == axis ? at[i] / block : at[i]) * strides[i];
    return from;
  });
}

/// A scale or zero point: one number, one by index of the axis, or one a block.
Tensor byAxis(OperatorImport& n, size_t input, const Tensor& x) {
  const Tensor& p = n.number(input);
  const int64_t given = hasAxis(n) ? n.integer("axis", 1) : 1, block = n.version() >= 21 ? n.integer("block_size", 0) : 0;
  if (p.count() == 1 && !block) return withAxes(n, p, {});
  size_t axis = n.axis(given, x.rank());
  if (block) {
    refuseBatch(n, x, axis, "blocks of the rows of the batch");
    return byBlock(n, p, x, axis, block);
  }
  const auto fits = [&](const Axis& a) { return !a.isBatch() && a.size == p.count(); };
  if (p.rank() == 1 && !fits(x.axes[axis]) && std::count_if(x.axes.begin(), x.axes.end(), fits) == 1) {   // ONNX Runtime's quantizer, of a bias [1,k]
    n.warn("has a scale " + describe(p.axes) + " for axis " + std::to_string(axis) + " of " + describe(x.axes), "it is taken for the axis of that size");
    axis = static_cast<size_t>(std::find_if(x.axes.begin(), x.axes.end(), fits) - x.axes.begin());
  }
  if (p.rank() != 1 || !fits(x.axes[axis])) n.unsupported("a scale " + describe(p.axes) + " of a tensor " + describe(x.axes));
  Axes axes(x.rank() - axis, Axis{});
  axes[0] = p.axes[0];
  return withAxes(n, p, axes);
}

Tensor scaleOf(OperatorImport& n, const Tensor& x) {
  const ElementType type = n.tensor(1).type;
  if (type != ElementType::f32 && type != ElementType::f16) n.unsupported(std::string("a scale of ") + elementName(type));
  n.tensor(1, {ElementType::f32});   // halves: in float, the result of DequantizeLinear rounded
  return byAxis(n, 1, x);
}

void readOthers(OperatorImport& n) {
  if (hasAxis(n)) n.integer("axis", 1);
  if (n.version() >= 21) n.integer("block_size", 0);
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

// From version 23 on the quotient is of the scale's type, before it float; the sum with the zero point is float.
void quantizeLinear(OperatorImport& n) {
  const ElementType precision = n.version() >= 23 ? n.tensor(1).type : ElementType::f32;
  const Tensor& x = n.tensor(0, {ElementType::f32, ElementType::i32});
  readOthers(n);
  ElementType type = n.has(2) ? n.tensor(2).type : ElementType::u8;
  if (const ElementType given = n.version() >= 21 ? n.elementType("output_dtype", ElementType::undefined) : ElementType::undefined; given != ElementType::undefined && !n.has(2)) type = given;
  const Tensor quotient = apply(n, "div", n.cast(x, ElementType::f32), scaleOf(n, x));
  Tensor y = apply(n, "round_even", precision == ElementType::f16 ? n.cast(n.cast(quotient, precision), ElementType::f32) : quotient);
  if (n.has(2)) y = apply(n, "add", y, n.cast(byAxis(n, 2, x), ElementType::f32));
  n.output(0, saturated(n, y, type));
}

namespace {

struct ByItself {
  Tensor whole, scale, zero;   ///< uint8, float, uint8
};

// By scale and zero point of the whole tensor, so that 0 is one of the 256 numbers; a tensor of zeros has the scale 1.
ByItself quantizedByItself(OperatorImport& n, const Tensor& x) {
  std::vector<size_t> all(x.rank());
  std::iota(all.begin(), all.end(), 0);
  for (const Axis& axis : x.axes)
    if (axis.isBatch()) n.unsupported("mixes rows: a scale of all rows of the batch", "of one row it is that row's: --shape NAME=1,SIZE for every input scores row by row");
  const Tensor zero = constantLike(x, 0);
  const auto extreme = [&](const char* op) { return apply(n, op, withAxes(n, reduced(n, x, all, op), {}), zero); };
  const Tensor low = extreme("min"), high = extreme("max");
  const Tensor same = n.call("eq", {low, high}, ElementType::boolean);
  const Tensor scale = selected(n, same, constantLike(x, 1), apply(n, "div", apply(n, "sub", high, low), constantLike(x, 255)));
  const Limits limits = limitsOf(n, ElementType::u8);
  const auto bounded = [&](const Tensor& t) { return apply(n, "clip_high", apply(n, "clip_low", t, constantLike(t, limits.low)), constantLike(t, limits.high)); };
  const Tensor point = apply(n, "round_even", bounded(apply(n, "sub", zero, apply(n, "div", low, scale))));
  const Tensor whole = saturated(n, apply(n, "add", apply(n, "round_even", apply(n, "div", x, scale)), point), ElementType::u8);
  return {whole, scale, saturated(n, point, ElementType::u8)};
}

}  // namespace

void dynamicQuantizeLinear(OperatorImport& n) {
  const ByItself q = quantizedByItself(n, n.tensor(0, {ElementType::f32}));
  n.output(0, q.whole), n.output(1, q.scale), n.output(2, q.zero);
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
Tensor one(OperatorImport& n, size_t i, const char* what) {
  const Tensor& p = n.tensor(i);
  if (p.count() != 1) n.unsupported(std::string("a ") + what + " " + describe(p.axes), "one number for the whole tensor");
  if (std::string(what) == "scale" && p.type != ElementType::f32) n.unsupported(std::string("a scale of ") + elementName(p.type));
  return withAxes(n, p, {});
}
Quantized quantized(OperatorImport& n, size_t x, size_t scale, size_t zero) {
  Quantized q{n.cast(n.tensor(x, {ElementType::u8, ElementType::i8}), ElementType::i32), one(n, scale, "scale")};
  if (n.has(zero)) q.whole = apply(n, "sub", q.whole, n.cast(one(n, zero, "zero point"), ElementType::i32));
  return q;
}

// The result's scale and zero point at inputs i and i + 1; without the latter 0 of the type of input 0.
Tensor zeroPoint(OperatorImport& n, size_t i) {
  return n.has(i) ? withAxes(n, n.tensor(i, {ElementType::u8, ElementType::i8}), {}) : constantLike(n.tensor(0), 0);
}

}  // namespace

// a, its scale and zero point, b, the same of it, the result's scale and zero point: the sum in float, in ONNX Runtime's order. What does not depend on
// a and b comes first, one of its products unrounded; ties are rounded with the zero point in them.
void qLinearAdd(OperatorImport& n) {
  const Tensor a = n.cast(n.tensor(0, {ElementType::u8, ElementType::i8}), ElementType::f32), b = n.cast(n.tensor(3, {ElementType::u8, ElementType::i8}), ElementType::f32);
  const Tensor zero = zeroPoint(n, 7), to = one(n, 6, "scale");
  const auto ratio = [&](size_t scale) { return apply(n, "div", one(n, scale, "scale"), to); };
  const auto point = [&](size_t i) { return n.has(i) ? n.cast(one(n, i, "zero point"), ElementType::f32) : constantLike(to, 0); };
  const Tensor ofA = ratio(1), ofB = ratio(4);
  const auto wide = [&](const Tensor& t) { return n.cast(t, ElementType::f64); };
  const Tensor points = n.cast(apply(n, "add", apply(n, "mul", wide(ofA), wide(point(2))), wide(apply(n, "mul", ofB, point(5)))), ElementType::f32);
  const Tensor fixed = apply(n, "sub", n.cast(zero, ElementType::f32), points);
  const Tensor y = apply(n, "add", apply(n, "mul", a, ofA), apply(n, "add", apply(n, "mul", b, ofB), fixed));
  n.output(0, saturated(n, apply(n, "round_even", y), zero.type));
}

// Ties are rounded with the zero point in them, as in ONNX Runtime.
void qLinearMul(OperatorImport& n) {
  const Quantized a = quantized(n, 0, 1, 2), b = quantized(n, 3, 4, 5);
  const Tensor factor = apply(n, "div", apply(n, "mul", a.scale, b.scale), one(n, 6, "scale"));
  const Tensor zero = zeroPoint(n, 7), product = apply(n, "mul", n.cast(apply(n, "mul", a.whole, b.whole), ElementType::f32), factor);
  n.output(0, saturated(n, apply(n, "round_even", apply(n, "add", product, n.cast(zero, ElementType::f32))), zero.type));
}

namespace {

Tensor meant(OperatorImport& n, const Quantized& x) { return apply(n, "mul", n.cast(x.whole, ElementType::f32), x.scale); }

// Numbers by the scale at input `scale` and a zero point.
Tensor quantizedAgain(OperatorImport& n, const Tensor& numbers, size_t scale, const Tensor& zero) {
  const Tensor y = apply(n, "div", numbers, withAxes(n, n.tensor(scale, {ElementType::f32}), {}));
  return saturated(n, apply(n, "add", apply(n, "round_even", y), n.cast(zero, ElementType::f32)), zero.type);
}

}  // namespace

Tensor meant(OperatorImport& n, size_t x) { return meant(n, quantized(n, x, x + 1, x + 2)); }

Tensor quantizedWithPoint(OperatorImport& n, const Tensor& numbers, size_t scale) {
  const Tensor zero = zeroPoint(n, scale + 1), y = apply(n, "div", numbers, one(n, scale, "scale"));
  return saturated(n, apply(n, "round_even", apply(n, "add", y, n.cast(zero, ElementType::f32))), zero.type);
}

namespace {

// A function of the number that is meant, quantized again: x, its scale and zero point, those of the result.
void ofQuantized(OperatorImport& n, const std::function<Tensor(const Tensor&)>& function) {
  n.output(0, quantizedAgain(n, function(meant(n, quantized(n, 0, 1, 2))), 3, zeroPoint(n, 4)));
}

}  // namespace

void qLinearSigmoid(OperatorImport& n) {
  ofQuantized(n, [&](const Tensor& x) { return apply(n, functionOf(n, x.type, "inv_logit"), x); });
}

void qLinearLeakyRelu(OperatorImport& n) {
  Activation f = activationNamed("leakyrelu");
  f.alpha = n.number("alpha", f.alpha);
  ofQuantized(n, [&](const Tensor& x) { return activated(n, f, x); });
}

// A condition, the one and the other tensor with scale and zero point each, the result's.
void qLinearWhere(OperatorImport& n) {
  const Tensor zero = withAxes(n, n.tensor(8, {ElementType::u8, ElementType::i8}), {});
  const auto arm = [&](size_t x) { return quantizedAgain(n, meant(n, x), 7, zero); };
  n.output(0, selected(n, n.tensor(0, {ElementType::boolean}), arm(1), arm(4)));
}

// Before opset 13 all axes from `axis` on are one. ONNX Runtime takes the whole part of the reciprocal of the result's scale, and rounds half up.
void qLinearSoftmax(OperatorImport& n) {
  const Tensor& x = n.tensor(0);
  if (x.rank() == 0) n.invalid("needs a tensor of one or more dimensions");
  const size_t axis = n.axis(n.integer("axis", -1), x.rank());
  std::vector<size_t> axes = {axis};
  for (size_t i = axis + 1; n.integer("opset") < 13 && i < x.rank(); i++) axes.push_back(i);
  for (size_t i : axes) refuseBatch(n, x, i, "a normalization over the rows of the batch");
  const Tensor shares = softmaxed(n, meant(n, quantized(n, 0, 1, 2)), axes), zero = zeroPoint(n, 4);
  const Tensor steps = apply(n, "floor", apply(n, "div", constantLike(shares, 1), withAxes(n, n.tensor(3, {ElementType::f32}), {})));
  const Tensor y = apply(n, "floor", apply(n, "add", apply(n, "mul", shares, steps), constantLike(shares, 0.5)));
  n.output(0, saturated(n, apply(n, "add", y, n.cast(zero, ElementType::f32)), zero.type));
}

// Scale and zero point of the result, then each part with its own.
void qLinearConcat(OperatorImport& n) {
  if (n.inputs() < 5 || n.inputs() % 3 != 2) n.invalid("has " + std::to_string(n.inputs()) + " inputs");
  const Tensor zero = withAxes(n, n.tensor(1, {ElementType::u8, ElementType::i8}), {});
  std::vector<Tensor> parts;
  for (size_t i = 2; i < n.inputs(); i += 3) parts.push_back(quantizedAgain(n, meant(n, quantized(n, i, i + 1, i + 2)), 0, zero));
  for (const Tensor& part : parts)
    if (part.rank() != parts[0].rank()) n.invalid("joins " + describe(parts[0].axes) + " and " + describe(part.axes));
  n.output(0, joined(n, parts, n.axis(n.integer("axis"), parts[0].rank())));
}

// The mean of each channel, of whole numbers.
void qLinearGlobalAveragePool(OperatorImport& n) {
  const Quantized x = quantized(n, 0, 1, 2);
  const bool channelsLast = n.integer("channels_last", 0) != 0;
  if (x.whole.rank() < 3) n.invalid("needs a tensor of three or more dimensions");
  std::vector<size_t> axes(x.whole.rank() - 2);
  std::iota(axes.begin(), axes.end(), channelsLast ? 1 : 2);
  for (size_t i : axes) refuseBatch(n, x.whole, i, "pools over the rows of the batch");
  const Tensor sums = reduced(n, x.whole, axes, "sum");
  const double each = sums.count() ? static_cast<double>(x.whole.count() / sums.count()) : 1;
  const Tensor to = withAxes(n, n.tensor(3, {ElementType::f32}), {});
  n.output(0, requantized(n, sums, apply(n, "div", x.scale, apply(n, "mul", to, constantLike(to, each))), zeroPoint(n, 4)));
}

// a, b, their scales, their zero points, bias.
void matMulIntegerToFloat(OperatorImport& n) {
  const Quantized a = quantized(n, 0, 2, 4), b = quantized(n, 1, 3, 5);
  Tensor y = apply(n, "mul", n.cast(product(n, a.whole, b.whole), ElementType::f32), apply(n, "mul", a.scale, b.scale));
  if (n.has(6)) y = apply(n, "add", y, n.tensor(6, {ElementType::f32}));
  n.output(0, y);
}

// Of com.microsoft: a, which is quantized by itself, b, its scale and zero point, one or one a column, bias.
void dynamicQuantizeMatMul(OperatorImport& n) {
  const ByItself a = quantizedByItself(n, n.tensor(0, {ElementType::f32}));
  Tensor b = n.cast(n.tensor(1, {ElementType::u8, ElementType::i8}), ElementType::i32);
  const auto byColumn = [&](const Tensor& p) { return p.count() == 1 ? withAxes(n, p, {}) : p; };
  if (n.has(3)) b = apply(n, "sub", b, n.cast(byColumn(n.tensor(3)), ElementType::i32));
  const Tensor sums = product(n, apply(n, "sub", n.cast(a.whole, ElementType::i32), n.cast(a.zero, ElementType::i32)), b);
  Tensor y = apply(n, "mul", n.cast(sums, ElementType::f32), apply(n, "mul", a.scale, byColumn(n.tensor(2, {ElementType::f32}))));
  if (n.has(4)) y = apply(n, "add", y, n.tensor(4, {ElementType::f32}));
  n.output(0, y);
}

// a, its scale and zero point, b, the same of it, a bias of integers, the same of the result, which is float if they are absent.
void qGemm(OperatorImport& n) {
  Quantized a = quantized(n, 0, 1, 2);
  Tensor b = n.cast(n.tensor(3, {ElementType::u8, ElementType::i8}), ElementType::i32);
  if (a.whole.rank() != 2 || b.rank() != 2) n.invalid("needs two matrices");
  if (n.integer("transA", 0)) a.whole = transposed(n, a.whole, {1, 0});
  if (n.integer("transB", 0)) b = transposed(n, b, {1, 0});
  const auto byColumn = [&](const Tensor& p) {   // one number, or one a column of the result
    if (p.count() == 1) return withAxes(n, p, {});
    if (p.rank() != 1 || p.count() != b.axes[1].size) n.invalid("has not one number a column: " + describe(p.axes));
    return p;
  };
  if (n.has(5)) b = apply(n, "sub", b, n.cast(byColumn(n.tensor(5)), ElementType::i32));
  const double alpha = n.number("alpha", 1);
  Tensor sums = product(n, a.whole, b);
  if (n.has(6)) sums = apply(n, "add", sums, n.tensor(6, {ElementType::i32}));
  Tensor factor = apply(n, "mul", a.scale, byColumn(n.tensor(4, {ElementType::f32})));
  if (alpha != 1) factor = apply(n, "mul", constantLike(factor, alpha), factor);
  if (!n.has(7)) return n.output(0, apply(n, "mul", n.cast(sums, ElementType::f32), factor));
  n.output(0, requantized(n, sums, apply(n, "div", factor, withAxes(n, n.tensor(7, {ElementType::f32}), {})), zeroPoint(n, 8)));
}

}  // namespace kiln::onnx

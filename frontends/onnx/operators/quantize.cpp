// QuantizeLinear, DequantizeLinear and their kin: numbers as small integers, and back.
#include <numeric>

#include "frontends/onnx/contract.h"

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

/// A scale or zero point: one number, or one by index of the axis.
Tensor byAxis(OperatorImport& n, size_t input, const Tensor& x) {
  const Tensor& p = n.tensor(input);
  const int64_t given = n.version() >= 13 ? n.integer("axis", 1) : 1;
  if (p.count() == 1) return withAxes(n, p, {});
  const size_t axis = n.axis(given, x.rank());
  if (p.rank() != 1 || p.count() != x.axes[axis].size || x.axes[axis].isBatch())
    n.unsupported("a scale " + describe(p.axes) + " of a tensor " + describe(x.axes));
  Axes axes(x.rank() - axis, Axis{});
  axes[0] = p.axes[0];
  return withAxes(n, p, axes);
}

void readOthers(OperatorImport& n) {
  if (n.version() >= 13) n.integer("axis", 1);
  if (n.version() >= 21 && n.integer("block_size", 0)) n.unsupported("block_size");
  if (n.version() >= 23 && n.integer("precision", 0)) n.unsupported("precision");
  if (n.hasAttribute("saturate")) n.ignore("saturate");   // for 8-bit floats
}

// Whole numbers in float as a quantized type.
Tensor saturated(OperatorImport& n, const Tensor& y, ElementType type, const Limits& limits) {
  Tensor result = n.cast(apply(n, "clip_high", apply(n, "clip_low", y, constantLike(y, limits.low)), constantLike(y, limits.high)), ElementType::i32);
  result.type = type;
  return result;
}

}  // namespace

void quantizeLinear(OperatorImport& n) {
  const Tensor& x = n.tensor(0, {ElementType::f32, ElementType::i32});
  readOthers(n);
  ElementType type = n.has(2) ? n.tensor(2).type : ElementType::u8;
  if (const int64_t given = n.version() >= 21 ? n.integer("output_dtype", 0) : 0; given && !n.has(2)) type = static_cast<ElementType>(given);
  const Limits limits = limitsOf(n, type);
  Tensor y = apply(n, "round_even", apply(n, "div", n.cast(x, ElementType::f32), byAxis(n, 1, x)));
  if (n.has(2)) y = apply(n, "add", y, n.cast(byAxis(n, 2, x), ElementType::f32));
  n.output(0, saturated(n, y, type, limits));
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
  n.output(0, saturated(n, apply(n, "add", apply(n, "round_even", apply(n, "div", x, scale)), point), ElementType::u8, limits));
  n.output(1, scale);
  n.output(2, saturated(n, point, ElementType::u8, limits));
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
  const ElementType type = n.tensor(7, {ElementType::u8, ElementType::i8}).type;
  const Tensor y = apply(n, "round_even", apply(n, "mul", n.cast(sums, ElementType::f32), factor));
  n.output(0, saturated(n, apply(n, "add", y, n.cast(byRowOrColumn(7, true), ElementType::f32)), type, limitsOf(n, type)));
}

void dequantizeLinear(OperatorImport& n) {
  const Tensor& x = n.tensor(0, {ElementType::u8, ElementType::i8, ElementType::u16, ElementType::i16, ElementType::i32});
  const Tensor scale = byAxis(n, 1, x);
  if (scale.type != ElementType::f32) n.unsupported(std::string("a scale of ") + elementName(scale.type));
  readOthers(n);
  const auto whole = [&](Tensor t) {
    t.type = ElementType::i32;
    return t;
  };
  Tensor y = whole(x);
  if (n.has(2)) y = apply(n, "sub", y, whole(byAxis(n, 2, x)));
  n.output(0, apply(n, "mul", n.cast(y, ElementType::f32), scale));
}

}  // namespace kiln::onnx

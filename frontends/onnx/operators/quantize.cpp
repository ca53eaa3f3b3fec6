// QuantizeLinear, DequantizeLinear: numbers as small integers, and back.
#include "frontends/onnx/axes.h"

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

}  // namespace

void quantizeLinear(OperatorImport& n) {
  const Tensor& x = n.tensor(0, {ElementType::f32, ElementType::i32});
  readOthers(n);
  ElementType type = n.has(2) ? n.tensor(2).type : ElementType::u8;
  if (const int64_t given = n.version() >= 21 ? n.integer("output_dtype", 0) : 0; given && !n.has(2)) type = static_cast<ElementType>(given);
  const Limits limits = limitsOf(n, type);
  Tensor y = apply(n, "round_even", apply(n, "div", n.cast(x, ElementType::f32), byAxis(n, 1, x)));
  if (n.has(2)) y = apply(n, "add", y, n.cast(byAxis(n, 2, x), ElementType::f32));
  y = apply(n, "clip_high", apply(n, "clip_low", y, constantLike(y, limits.low)), constantLike(y, limits.high));
  Tensor result = n.cast(y, ElementType::i32);
  result.type = type;
  n.output(0, result);
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

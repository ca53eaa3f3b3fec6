// Pad: elements before and after those of each axis; negative ones are taken away.
#include <algorithm>

#include "frontends/onnx/axes.h"

namespace kiln::onnx {

namespace {

enum Mode { constantMode, reflect, edge, wrap };

// Element i of an axis of size d, which may lie outside; -1: the constant.
int64_t inside(int64_t i, int64_t d, int mode) {
  if (i >= 0 && i < d) return i;
  if (mode == constantMode || d == 0) return -1;
  if (mode == edge) return std::clamp<int64_t>(i, 0, d - 1);
  if (mode == wrap) return (i % d + d) % d;
  const int64_t period = std::max<int64_t>(2 * (d - 1), 1), at = (i % period + period) % period;
  return at < d ? at : period - at;
}

Fill fillOf(OperatorImport& n, const Tensor& x) {
  Fill fill;
  if (n.version() < 11) {
    fill.number = n.number("value", 0);
    return fill;
  }
  if (!n.has(2)) return fill;
  const Elements& value = n.elements(2);
  if (value.size() != 1 || n.tensor(2).type != x.type) n.invalid("constant_value must be one element of the tensor's type");
  if (!value.numbers.empty()) fill.number = value.numbers[0];
  if (!value.integers.empty()) fill.integer = value.integers[0];
  if (!value.texts.empty()) fill.text = value.texts[0];
  return fill;
}

}  // namespace

void pad(OperatorImport& n) {
  const Tensor& x = n.tensor(0);
  const int mode = n.version() >= 19 ? n.choice("mode", {"constant", "reflect", "edge", "wrap"}, 0) : n.choice("mode", {"constant", "reflect", "edge"}, 0);
  const std::vector<int64_t> pads = n.version() >= 11 ? n.constantIntegers(1) : n.integers("pads");
  std::vector<int64_t> given;
  if (n.version() >= 18 && n.has(3)) given = n.constantIntegers(3);
  else
    for (size_t i = 0; i < x.rank(); i++) given.push_back(static_cast<int64_t>(i));
  if (pads.size() != 2 * given.size()) n.invalid("has " + std::to_string(pads.size()) + " pads for " + std::to_string(given.size()) + " axes");
  std::vector<int64_t> before(x.rank(), 0);
  Axes axes = x.axes;
  for (size_t i = 0; i < given.size(); i++) {
    const size_t axis = n.axis(given[i], x.rank());
    const int64_t low = pads[i], high = pads[given.size() + i];
    if (low || high) refuseBatch(n, x, axis, "adds rows");
    if (x.axes[axis].size + low + high < 0) n.invalid("takes away more than axis " + std::to_string(axis) + " has");
    before[axis] = low, axes[axis].size += low + high;
  }
  const std::vector<int64_t> strides = stridesOf(x.axes);
  n.output(0, mapped(n, x, axes, [&](const std::vector<int64_t>& index) {
             int64_t from = 0;
             for (size_t i = 0; i < index.size(); i++) {
               const int64_t at = inside(index[i] - before[i], x.axes[i].size, mode);
               if (at < 0) return int64_t{-1};
               from += at * strides[i];
             }
             return from;
           }, fillOf(n, x)));
}

}  // namespace kiln::onnx

// Pad: elements before and after those of each axis; negative ones are taken away first.
#include <algorithm>
#include <optional>

#include "frontends/onnx/given.h"

namespace kiln::onnx {

namespace {

enum Mode { constantMode, reflect, edge, wrap };
constexpr int64_t kMostPad = int64_t{1} << 32;   // more than any tensor has; sums of such do not overflow

// Element i of an axis of size d, which may lie outside; -1: the constant.
int64_t inside(int64_t i, int64_t d, int mode) {
  if (i >= 0 && i < d) return i;
  if (mode == constantMode || d == 0) return -1;
  if (mode == edge) return std::clamp<int64_t>(i, 0, d - 1);
  if (mode == wrap) return (i % d + d) % d;
  const int64_t period = std::max<int64_t>(2 * (d - 1), 1), at = (i % period + period) % period;
  return at < d ? at : period - at;
}

// The constant, of one element; it may be the row's.
Tensor fillOf(OperatorImport& n, const Tensor& x) {
  if (x.type == ElementType::str && (n.version() < 11 || !n.has(2))) return hostText("");
  if (n.version() < 11) return constantLike(x, n.number("value", 0));
  if (!n.has(2)) return constantLike(x, 0);
  const Tensor& value = n.tensor(2);
  if (value.count() != 1 || value.type != x.type) n.invalid("constant_value must be one element of the tensor's type");
  return withAxes(n, value, {});
}

// `x` where `inside` is true, else the constant.
Tensor filled(OperatorImport& n, const Tensor& x, const Tensor& inside) { return selected(n, inside, x, fillOf(n, x)); }

// Pads that the row gives: elements before each axis as values; with those after they must make the declared size.
void padByGiven(OperatorImport& n, const Tensor& x, int mode) {
  const Axes declared = declaredAxes(n, 0, 1);
  if (mode != constantMode && mode != edge) n.unsupported("a reflecting or wrapping Pad by pads that are computed from the row", "kiln compile --constant NAME=VALUES makes an input of the model a constant");
  if (declared.size() != x.rank()) n.invalid("declared are " + describe(declared) + " for " + describe(x.axes));
  std::vector<size_t> padded;
  if (n.version() >= 18 && n.has(3))
    for (int64_t axis : n.constantIntegers(3)) padded.push_back(n.axis(axis, x.rank()));
  else
    for (size_t i = 0; i < x.rank(); i++) padded.push_back(i);
  const Tensor pads = givenIntegers(n, 1);
  const auto k = static_cast<int64_t>(padded.size());
  if (pads.count() != 2 * k) n.invalid("has " + std::to_string(pads.count()) + " pads for " + std::to_string(k) + " axes");
  std::vector<bool> isPadded(x.rank(), false);
  for (size_t axis : padded) {
    if (isPadded[axis]) n.invalid("axis " + std::to_string(axis) + " is given twice");
    isPadded[axis] = true;
  }
  for (size_t d = 0; d < x.rank(); d++)
    if ((!isPadded[d] || x.axes[d].isBatch()) && x.axes[d] != declared[d]) n.mixesRows("axis " + std::to_string(d) + " is declared as " + describe({declared[d]}));
  if (count(declared) == 0 || x.count() == 0) n.unsupported("padding of no elements by pads that are computed from the row");
  boundPlaces(n, declared);
  const std::vector<int64_t> strides = stridesOf(x.axes);
  Tensor place = hostScalar(ElementType::i64, 0);
  std::optional<Tensor> inside;
  for (size_t d = 0; d < x.rank(); d++) {
    std::vector<int64_t> index;   // of each element of the result along this axis
    eachIndex(sizes(declared), [&](const std::vector<int64_t>& at) { index.push_back(at[d]); });
    Tensor at = hostIntegers(index);
    const auto part = std::find(padded.begin(), padded.end(), d) - padded.begin();
    if (part < k) {
      const Tensor low = givenInteger(n, 1, part), high = givenInteger(n, 1, part + k);
      // Each of them is bounded, so that their sum does not overflow.
      const int64_t most = x.axes[d].size + declared[d].size;
      for (const Tensor& pad : {low, high})
        n.expect(both(n, n.call("ge", {pad, hostScalar(ElementType::i64, static_cast<double>(-most))}, ElementType::boolean),
                      n.call("le", {pad, hostScalar(ElementType::i64, static_cast<double>(most))}, ElementType::boolean)), 1);
      n.expect(equals(n, apply(n, "add", low, high), declared[d].size - x.axes[d].size), 1);
      if (x.axes[d].isBatch()) n.expect(equals(n, low, 0), 1);
      const int64_t last = x.axes[d].size - 1;
      const Tensor from = apply(n, "sub", at, low);
      at = apply(n, "min", apply(n, "max", from, hostScalar(ElementType::i64, 0)), hostScalar(ElementType::i64, static_cast<double>(last)));
      const Tensor is = n.call("eq", {from, at}, ElementType::boolean);
      inside = inside ? both(n, *inside, is) : is;
    }
    place = apply(n, "add", place, apply(n, "mul", at, hostScalar(ElementType::i64, static_cast<double>(strides[d]))));
  }
  const Tensor all = gatheredAt(n, x, {{count(declared)}}, place);
  n.output(0, withAxes(n, inside && mode == constantMode ? filled(n, all, *inside) : all, declared));
}

}  // namespace

void pad(OperatorImport& n) {
  const Tensor& x = n.tensor(0);
  const int mode = n.version() >= 18 ? n.choice("mode", {"constant", "reflect", "edge", "wrap"}, 0) : n.choice("mode", {"constant", "reflect", "edge"}, 0);
  if (n.version() >= 11 && !n.isConstant(1)) return padByGiven(n, x, mode);
  const std::vector<int64_t> pads = n.version() >= 11 ? n.constantIntegers(1) : n.integers(n.version() < 2 ? "paddings" : "pads");
  std::vector<int64_t> given;
  if (n.version() >= 18 && n.has(3)) given = n.constantIntegers(3);
  else
    for (size_t i = 0; i < x.rank(); i++) given.push_back(static_cast<int64_t>(i));
  if (pads.size() != 2 * given.size()) n.invalid("has " + std::to_string(pads.size()) + " pads for " + std::to_string(given.size()) + " axes");
  std::vector<int64_t> before(x.rank(), 0), first(x.rank(), 0), left = sizes(x.axes);   // `left` from `first` on are not taken away
  Axes axes = x.axes;
  for (size_t i = 0; i < given.size(); i++) {
    const size_t axis = n.axis(given[i], x.rank());
    const int64_t low = pads[i], high = pads[given.size() + i];
    if (std::max(low, high) > kMostPad || std::min(low, high) < -kMostPad) n.invalid("pads axis " + std::to_string(axis) + " by " + std::to_string(low) + " and " + std::to_string(high));
    if (low || high) refuseBatch(n, x, axis, "adds rows");
    if (x.axes[axis].size + low + high < 0) n.invalid("takes away more than axis " + std::to_string(axis) + " has");
    before[axis] = std::max<int64_t>(low, 0), axes[axis].size += low + high;
    first[axis] = std::max<int64_t>(-low, 0), left[axis] = std::max<int64_t>(left[axis] + std::min<int64_t>(low, 0) + std::min<int64_t>(high, 0), 0);
  }
  const std::vector<int64_t> strides = stridesOf(x.axes);
  n.bound(axes, x);
  std::vector<int64_t> from, isInside;
  eachIndex(sizes(axes), [&](const std::vector<int64_t>& index) {
    from.push_back(0), isInside.push_back(1);
    for (size_t i = 0; i < index.size(); i++) {
      const int64_t at = inside(index[i] - before[i], left[i], mode);
      if (at < 0) isInside.back() = 0, from.back() = -1;
      else if (isInside.back()) from.back() += (first[i] + at) * strides[i];
    }
  });
  const Tensor fill = fillOf(n, x);
  if (fill.isConstant()) {
    Fill constant;
    if (x.type == ElementType::str) constant.text = fill.host->texts[0];
    else if (isFloat(x.type)) constant.number = fill.host->numbers[0];
    else constant.integer = fill.host->integers[0];
    return n.output(0, arranged(n, x, axes, from, constant));
  }
  Elements mask;
  mask.integers = std::move(isInside);
  n.output(0, filled(n, arranged(n, x, axes, from), hostTensor(ElementType::boolean, plainAxes(sizes(axes)), std::move(mask))));
}

}  // namespace kiln::onnx

// Slice, Split: parts of a tensor.
#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>

#include "frontends/onnx/given.h"

namespace kiln::onnx {

namespace {

constexpr int64_t kToTheEnd = 2147483647, kNoEnd = std::numeric_limits<int64_t>::max();   // what exporters write
constexpr int64_t kBeyondRows = 1000000000;                                                // an end that tf2onnx writes for none, and no batch reaches

struct Cut {
  Monomial start, end;
  int64_t axis = 0, step = 1;
};

std::vector<Cut> cuts(OperatorImport& n) {
  std::vector<Monomial> starts, ends;
  std::vector<int64_t> axes, steps;
  if (n.version() >= 10) {
    starts = n.monomials(1), ends = n.monomials(2);
    if (n.has(3)) axes = n.constantIntegers(3);
    if (n.has(4)) steps = n.constantIntegers(4);
  } else {
    for (int64_t v : n.integers("starts")) starts.push_back({v, 0});
    for (int64_t v : n.integers("ends")) ends.push_back({v, 0});
    axes = n.integers("axes");
  }
  const bool everyAxis = n.version() >= 10 ? !n.has(3) : !n.hasAttribute("axes");
  if (everyAxis) axes.resize(starts.size()), std::iota(axes.begin(), axes.end(), 0);
  if (steps.empty()) steps.assign(starts.size(), 1);
  if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size())
    n.invalid("starts, ends, axes and steps are not equally many");
  std::vector<Cut> all;
  for (size_t i = 0; i < starts.size(); i++) all.push_back({starts[i], ends[i], axes[i], steps[i]});
  return all;
}

// All rows of the batch, whatever their number.
bool isWhole(const Cut& cut, const Axis& axis) {
  const bool toEnd = cut.end.power ? cut.end == Monomial{axis.size, 1} : cut.end.value >= kBeyondRows;
  return cut.start == Monomial{0, 0} && cut.step == 1 && toEnd;
}

// By places that the row gives: begin and step of each axis of x as values. How many elements that makes must be what is declared.
class GivenSlice {
 public:
  GivenSlice(OperatorImport& n, const Tensor& x) : n_(n), x_(x), axes_(declaredAxes(n, 0, 1)) {
    if (axes_.size() != x.rank()) n.invalid("declared are " + describe(axes_) + " for " + describe(x.axes));
    count_ = n.tensor(1).count();
    for (size_t i = 2; i < n.inputs(); i++)
      if (n.has(i) && n.tensor(i).count() != count_) n.invalid("starts, ends, axes and steps are not equally many");
    if (count_ > static_cast<int64_t>(x.rank())) n.invalid("more starts than axes");
  }

  Tensor result() {
    checkAxes(), boundPlaces(n_, axes_);
    const std::vector<int64_t> strides = stridesOf(x_.axes);
    Tensor place = hostInteger(0);
    const bool empty = count(axes_) == 0;   // only what is expected matters
    for (size_t d = 0; d < x_.rank(); d++) {
      std::vector<int64_t> offsets;   // of each element of the result along this axis, by steps of 1
      eachIndex(sizes(axes_), [&](const std::vector<int64_t>& index) { offsets.push_back(index[d] * strides[d]); });
      if (axes_[d].isBatch() || x_.axes[d].isBatch() || !mayCut(d)) {
        if (axes_[d] != x_.axes[d]) n_.invalid("axis " + std::to_string(d) + " of " + describe(x_.axes) + " is declared as " + describe({axes_[d]}));
        if (!empty) place = apply(n_, "add", place, hostIntegers(offsets));
        continue;
      }
      const Along along = this->along(d);
      if (!empty) place = apply(n_, "add", place, apply(n_, "add", apply(n_, "mul", along.begin, hostInteger(strides[d])), apply(n_, "mul", along.step, hostIntegers(offsets))));
    }
    return empty ? hostTensor(x_.type, axes_, {}) : gatheredAt(n_, x_, axes_, place);
  }

 private:
  struct Along {
    Tensor begin, step;
  };
  bool axesGiven() const { return n_.has(3) && !n_.isConstant(3); }

  // Which start belongs to axis d: a condition for each. Of constant axes at most one, and true.
  std::optional<size_t> constantPart(size_t d) {
    if (!n_.has(3)) return d < static_cast<size_t>(count_) ? std::optional<size_t>(d) : std::nullopt;
    const std::vector<int64_t> axes = n_.constantIntegers(3);
    for (size_t i = 0; i < axes.size(); i++)
      if (n_.axis(axes[i], x_.rank()) == d) return i;
    return std::nullopt;
  }
  bool mayCut(size_t d) { return axesGiven() || constantPart(d).has_value(); }
  Tensor axisOf(size_t i) {
    const Tensor axis = givenInteger(n_, 3, static_cast<int64_t>(i));
    return selected(n_, less(axis, hostInteger(0)), apply(n_, "add", axis, hostInteger(static_cast<int64_t>(x_.rank()))), axis);
  }
  // Input `input` for axis d, or a default.
  Tensor part(size_t input, size_t d, int64_t fallback) {
    if (!n_.has(input)) return hostInteger(fallback);
    if (!axesGiven()) return givenInteger(n_, input, static_cast<int64_t>(*constantPart(d)));
    Tensor all = hostInteger(fallback);
    for (size_t i = 0; i < static_cast<size_t>(count_); i++)
      all = selected(n_, equals(n_, axisOf(i), static_cast<int64_t>(d)), givenInteger(n_, input, static_cast<int64_t>(i)), all);
    return all;
  }
  // Axes of the row are axes, and none of them twice; one of the batch is not cut.
  void checkAxes() {
    if (!axesGiven()) return;
    std::optional<Tensor> bits;
    for (size_t i = 0; i < static_cast<size_t>(count_); i++) {
      const Tensor axis = axisOf(i);
      std::optional<Tensor> any;
      for (size_t d = 0; d < x_.rank(); d++) {
        if (x_.axes[d].isBatch()) continue;
        const Tensor is = equals(n_, axis, static_cast<int64_t>(d));
        any = any ? either(n_, *any, is) : is;
      }
      if (any) n_.expect(*any, 3);
      for (size_t j = 0; j < i; j++) n_.expect(n_.call("ne", {axis, axisOf(j)}, ElementType::boolean), 3);
    }
  }
  // As ONNX Runtime bounds them; a step beyond the axis is one just beyond it, so that nothing overflows.
  Along along(size_t d) {
    const int64_t size = x_.axes[d].size, most = std::max<int64_t>(size, 1), wanted = axes_[d].size;
    const Tensor start = part(1, d, 0), end = part(2, d, kNoEnd), given = part(4, d, 1);
    const Tensor step = bounded(given, hostInteger(-most), hostInteger(most));
    const Tensor back = less(step, hostInteger(0));
    n_.expect(n_.call("ne", {step, hostInteger(0)}, ElementType::boolean), n_.has(4) ? 4 : 1);
    const auto fromEnd = [&](const Tensor& v) { return selected(n_, less(v, hostInteger(0)), apply(n_, "add", v, hostInteger(size)), v); };
    const auto choose = [&](int64_t backward, int64_t forward) { return selected(n_, back, hostInteger(backward), hostInteger(forward)); };
    const Tensor begin = bounded(fromEnd(start), hostInteger(0), choose(std::max<int64_t>(size - 1, 0), size));
    Tensor last = bounded(fromEnd(end), choose(-1, 0), hostInteger(size));
    if (!n_.spec()) last = selected(n_, both(n_, back, either(n_, equals(n_, end, kToTheEnd), equals(n_, end, kNoEnd))), hostInteger(-1), last);
    // count = ceil(distance / |step|)
    const Tensor distance = apply(n_, "max", selected(n_, back, apply(n_, "sub", begin, last), apply(n_, "sub", last, begin)), hostInteger(0));
    const Tensor stride = apply(n_, "max", apply(n_, "abs", step), hostInteger(1));
    const Tensor many = apply(n_, "div", apply(n_, "add", distance, apply(n_, "sub", stride, hostInteger(1))), stride);
    n_.expect(equals(n_, many, wanted), 2);
    return {begin, step};
  }
  Tensor less(const Tensor& a, const Tensor& b) { return n_.call("lt", {a, b}, ElementType::boolean); }
  Tensor bounded(const Tensor& v, const Tensor& low, const Tensor& high) { return apply(n_, "min", apply(n_, "max", v, low), high); }

  OperatorImport& n_;
  const Tensor& x_;
  Axes axes_;
  int64_t count_ = 0;
};

std::vector<int64_t> declaredLengths(OperatorImport& n, size_t axis) {
  std::vector<int64_t> lengths;
  for (size_t i = 0; i < n.outputs(); i++) {
    const Axes axes = declaredAxes(n, i, 1);
    if (axis >= axes.size()) n.invalid("output " + std::to_string(i) + " is declared as " + describe(axes));
    lengths.push_back(axes[axis].size);
  }
  return lengths;
}

}  // namespace

void slice(OperatorImport& n) {
  Tensor x = n.tensor(0);
  if (n.version() >= 10 && !(n.isConstant(1) && n.isConstant(2) && n.isConstant(3) && n.isConstant(4))) return n.output(0, GivenSlice(n, x).result());
  for (const Cut& cut : cuts(n)) {
    const size_t axis = n.axis(cut.axis, x.rank());
    if (x.axes[axis].isBatch() && isWhole(cut, x.axes[axis])) continue;
    if (cut.start.power || cut.end.power) n.mixesRows("a place depends on the number of rows");
    if (cut.step == 0) n.invalid("a step of 0");
    const int64_t d = x.axes[axis].size, step = std::clamp(cut.step, -std::max<int64_t>(d, 1), std::max<int64_t>(d, 1));
    const auto place = [&](int64_t v, int64_t low, int64_t high) { return std::clamp(v < 0 ? v + d : v, low, std::max(low, high)); };
    const int64_t begin = place(cut.start.value, 0, step < 0 ? d - 1 : d);
    const bool toFront = step < 0 && !n.spec() && (cut.end.value == kToTheEnd || cut.end.value == kNoEnd);   // as ONNX Runtime
    const int64_t end = toFront ? -1 : place(cut.end.value, step < 0 ? -1 : 0, d);
    const int64_t size = step > 0 ? (end - begin + step - 1) / step : (begin - end - step - 1) / -step;
    refuseBatch(n, x, axis, "takes some rows of the batch");
    x = sliced(n, x, axis, begin, std::max<int64_t>(size, 0), step);
  }
  n.output(0, x);
}

void split(OperatorImport& n) {
  const Tensor& x = n.tensor(0);
  const size_t axis = n.axis(n.integer("axis", 0), x.rank());
  refuseBatch(n, x, axis, "splits the rows of the batch");
  const int64_t d = x.axes[axis].size;
  std::vector<int64_t> lengths;
  if (n.version() < 2 && n.has(1)) n.unsupported("Split with lengths as an input of opset 1");
  if (n.version() >= 13 && !n.has(1) && n.hasAttribute("split")) {
    n.warn("has attribute 'split', which versions before 13 read", "it is taken as they take it; ONNX Runtime refuses the model");
    lengths = n.integers("split");
  } else if (n.version() < 13) lengths = n.integers("split");
  else if (!n.isConstant(1)) expectIntegers(n, 1, lengths = declaredLengths(n, axis));
  else if (n.has(1)) lengths = n.constantIntegers(1);
  auto parts = static_cast<int64_t>(n.outputs());
  if (n.version() >= 18 && n.hasAttribute("num_outputs")) parts = n.integer("num_outputs");
  if (parts < 1 || parts > static_cast<int64_t>(n.outputs())) n.invalid("num_outputs is " + std::to_string(parts) + ", the node has " + std::to_string(n.outputs()) + " outputs");
  if (lengths.empty()) {
    const int64_t each = (d + parts - 1) / parts;
    for (int64_t i = 0; i < parts; i++) lengths.push_back(std::clamp<int64_t>(d - i * each, 0, each));
  }
  int64_t sum = 0;
  for (int64_t length : lengths) {
    if (length < 0 || length > d - sum) n.invalid("a part of " + std::to_string(length) + " of axis " + std::to_string(axis) + " of " + describe(x.axes));
    sum += length;
  }
  if (lengths.size() != n.outputs() || sum != d) n.invalid("the parts do not make up axis " + std::to_string(axis) + " of " + describe(x.axes));
  int64_t from = 0;
  for (size_t i = 0; i < lengths.size(); from += lengths[i++])
    if (n.wanted(i)) n.output(i, sliced(n, x, axis, from, lengths[i]));
}

// The middle of each axis, or zeros around it: an odd difference leaves more at the end.
void centerCropPad(OperatorImport& n) {
  Tensor x = n.tensor(0);
  std::vector<size_t> axes;
  if (n.hasAttribute("axes"))
    for (int64_t axis : n.integers("axes")) axes.push_back(n.axis(axis, x.rank()));
  else
    for (size_t i = 0; i < x.rank(); i++) axes.push_back(i);
  std::vector<int64_t> sizes;
  if (n.isConstant(1)) {
    for (const Monomial& size : n.monomials(1)) {
      const size_t i = sizes.size();
      const bool keeps = size.power == 1 && i < axes.size() && x.axes[axes[i]] == Axis{size.value, Batch::outer};
      if (size.power && !keeps) n.mixesRows("a size depends on the number of rows");
      sizes.push_back(size.value);
    }
  } else {
    const Axes declared = declaredAxes(n, 0, 1);
    if (declared.size() != x.rank()) n.invalid("declared are " + describe(declared) + " for " + describe(x.axes));
    for (size_t axis : axes) sizes.push_back(declared[axis].size);
    expectIntegers(n, 1, sizes);
  }
  if (sizes.size() != axes.size()) n.invalid("has " + std::to_string(sizes.size()) + " sizes for " + std::to_string(axes.size()) + " axes");
  for (size_t k = 0; k < axes.size(); k++) {
    const size_t axis = axes[k];
    const int64_t from = x.axes[axis].size, to = sizes[k];
    if (to < 0 || to > 1 << 24) n.invalid("a size of " + std::to_string(to));
    if (from == to) continue;
    refuseBatch(n, x, axis, "changes the number of rows");
    const int64_t first = to < from ? (from - to) / 2 : -((to - from) / 2);
    Axes result = x.axes;
    result[axis].size = to;
    const std::vector<int64_t> strides = stridesOf(x.axes);
    x = mapped(n, x, result, [&](const std::vector<int64_t>& index) {
      int64_t at = 0;
      for (size_t i = 0; i < index.size(); i++) {
        const int64_t place = i == axis ? index[i] + first : index[i];
        if (place < 0 || place >= x.axes[i].size) return int64_t{-1};
        at += place * strides[i];
      }
      return at;
    });
  }
  n.output(0, x);
}

}  // namespace kiln::onnx

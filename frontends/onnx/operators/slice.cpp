// Slice, Split: parts of a tensor.
#include <algorithm>
#include <numeric>

#include "frontends/onnx/axes.h"

namespace kiln::onnx {

namespace {

constexpr int64_t kToTheEnd = 2147483647;   // what exporters write

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
  const bool toEnd = cut.end.power ? cut.end == Monomial{axis.size, 1} : cut.end.value >= kToTheEnd;
  return cut.start == Monomial{0, 0} && cut.step == 1 && toEnd;
}

}  // namespace

void slice(OperatorImport& n) {
  Tensor x = n.tensor(0);
  for (const Cut& cut : cuts(n)) {
    const size_t axis = n.axis(cut.axis, x.rank());
    if (x.axes[axis].isBatch() && isWhole(cut, x.axes[axis])) continue;
    if (cut.start.power || cut.end.power) n.mixesRows("a place depends on the number of rows");
    if (cut.step == 0) n.invalid("a step of 0");
    const int64_t d = x.axes[axis].size, low = cut.step < 0 ? -1 : 0, high = cut.step < 0 ? d - 1 : d;
    const auto place = [&](int64_t v) { return std::clamp(v < 0 ? v + d : v, low, high); };
    const int64_t begin = std::max<int64_t>(place(cut.start.value), cut.step < 0 ? -1 : 0), end = place(cut.end.value);
    const int64_t size = cut.step > 0 ? (end - begin + cut.step - 1) / cut.step : (begin - end - cut.step - 1) / -cut.step;
    refuseBatch(n, x, axis, "takes some rows of the batch");
    x = sliced(n, x, axis, begin, std::max<int64_t>(size, 0), cut.step);
  }
  n.output(0, x);
}

void split(OperatorImport& n) {
  const Tensor& x = n.tensor(0);
  const size_t axis = n.axis(n.integer("axis", 0), x.rank());
  refuseBatch(n, x, axis, "splits the rows of the batch");
  const int64_t d = x.axes[axis].size;
  std::vector<int64_t> lengths;
  if (n.version() < 13) lengths = n.integers("split");
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
    if (length < 0) n.invalid("a part of " + std::to_string(length));
    sum += length;
  }
  if (lengths.size() != n.outputs() || sum != d) n.invalid("the parts do not make up axis " + std::to_string(axis) + " of " + describe(x.axes));
  int64_t from = 0;
  for (size_t i = 0; i < lengths.size(); from += lengths[i++])
    if (n.wanted(i)) n.output(i, sliced(n, x, axis, from, lengths[i]));
}

}  // namespace kiln::onnx

// MaxPool, AveragePool, LpPool and their global forms: the elements under each window as an axis of their own, reduced.
#include <algorithm>
#include <cmath>
#include <limits>

#include "compiler/ir/nodes/argmax.h"
#include "compiler/ir/nodes/gather.h"
#include "frontends/onnx/quantized.h"
#include "frontends/onnx/window.h"

namespace kiln::onnx {

namespace {

constexpr std::initializer_list<ElementType> kFloats = {ElementType::f32, ElementType::f64};

// ceil_mode: a last window that begins within the tensor or the padding before it.
void roundUp(OperatorImport& n, Window& w) {
  w.ceil = n.integer("ceil_mode", 0) != 0;
  for (size_t i = 0; i < w.size.size() && w.ceil; i++) {
    const int64_t room = w.size[i] + w.before[i] + w.after[i] - (w.dilation[i] * (w.kernel[i] - 1) + 1);
    w.result[i] = (room + w.stride[i] - 1) / w.stride[i] + 1;
    if ((w.result[i] - 1) * w.stride[i] >= w.size[i] + w.before[i]) w.result[i]--;
  }
}

// Calls one(place in the tensor by axis; whether it is in the padded tensor) for each place of window `at`.
template <class One>
void places(const Window& w, const std::vector<int64_t>& at, One one) {
  eachIndex(w.kernel, [&](const std::vector<int64_t>& k) {
    std::vector<int64_t> place;
    bool inside = true, padded = true;
    for (size_t i = 0; i < k.size(); i++) {
      place.push_back(at[i] * w.stride[i] - w.before[i] + k[i] * w.dilation[i]);
      inside &= place[i] >= 0 && place[i] < w.size[i];
      padded &= place[i] >= -w.before[i] && place[i] < w.size[i] + w.after[i];
    }
    one(place, inside, padded);
  });
}

/// x [N, C, s ..] as [N, C, o .., elements of a window], `fill` in the padding; and where each stands in its channel.
struct Windows {
  Tensor values;
  std::vector<int64_t> at;   ///< of each element of [o .., k], row-major: its place in the tensor's spatial axes, -1 in the padding
};
Windows windowsOf(OperatorImport& n, const Tensor& x, const Window& w, const Fill& fill) {
  Windows all;
  int64_t volume = 1, area = 1;
  for (int64_t s : w.size) volume *= s;
  for (int64_t k : w.kernel) area *= k;
  const int64_t channels = x.axes[0].size * x.axes[1].size;
  double windows = 1;
  for (int64_t o : w.result) windows *= static_cast<double>(o);
  const double all64 = windows * static_cast<double>(area) * static_cast<double>(std::max<int64_t>(channels, 1));
  if (all64 > 1 << 24) n.unsupported("a pooling of " + std::to_string(static_cast<int64_t>(std::min(all64, 1e18))) + " elements");
  eachIndex(w.result, [&](const std::vector<int64_t>& o) {
    places(w, o, [&](const std::vector<int64_t>& place, bool inside, bool) {
      int64_t flat = 0;
      for (size_t i = 0; i < place.size(); i++) flat = flat * w.size[i] + place[i];
      all.at.push_back(inside ? flat : -1);
    });
  });
  Axes axes = {x.axes[0], x.axes[1]};
  for (int64_t o : w.result) axes.push_back({o});
  axes.push_back({area});
  std::vector<int64_t> at;
  for (int64_t c = 0; c < channels; c++)
    for (int64_t place : all.at) at.push_back(place < 0 ? -1 : c * volume + place);
  all.values = arranged(n, x, axes, at, fill);
  return all;
}

Tensor overLast(OperatorImport& n, const Tensor& x, const char* op) {
  Tensor y = reduced(n, x, {x.rank() - 1}, op);
  Axes axes = y.axes;
  axes.pop_back();
  return withAxes(n, y, axes);
}

std::vector<size_t> spatial(OperatorImport& n, const Tensor& x) {
  if (x.rank() < 3) n.invalid("needs a tensor [N,C,..], has " + describe(x.axes));
  refuseBatchInside(n, x);
  std::vector<size_t> axes;
  for (size_t i = 2; i < x.rank(); i++) axes.push_back(i);
  return axes;
}

// |x|^p summed by `sum`, to the power 1 / p.
template <class Sum>
Tensor norm(OperatorImport& n, const Tensor& x, double p, Sum sum) {
  if (p == 1) return sum(apply(n, "abs", x));
  if (p == 2) return apply(n, "sqrt", sum(apply(n, "mul", x, x)));
  return apply(n, "pow", sum(apply(n, "pow", apply(n, "abs", x), constantLike(x, p))), constantLike(x, 1 / p));
}

double power(OperatorImport& n) { return n.version() < 2 ? n.number("p", 2) : static_cast<double>(n.integer("p", 2)); }

Window poolWindow(OperatorImport& n, const Tensor& x, bool dilates) {
  Window w = windowOf(n, x, {}, dilates);
  const bool isSame = n.text("auto_pad", "NOTSET").rfind("SAME", 0) == 0;
  if (isSame && std::any_of(w.dilation.begin(), w.dilation.end(), [](int64_t d) { return d > 1; }))
    n.warn("auto_pad " + n.text("auto_pad") + " beside dilations", "padded as the standard says; ONNX Runtime leaves dilations out there, so that its result is smaller");
  return w;
}

}  // namespace

void maxPool(OperatorImport& n) {
  const Tensor& x = n.tensor(0, {ElementType::f32, ElementType::f64, ElementType::i8, ElementType::u8});
  Window w = poolWindow(n, x, n.version() >= 10);
  if (n.version() >= 10) roundUp(n, w);
  Fill fill;
  fill.number = -std::numeric_limits<double>::infinity(), fill.integer = x.type == ElementType::u8 ? 0 : -128;
  const Windows all = windowsOf(n, x, w, fill);
  n.output(0, overLast(n, all.values, "max"));
  if (n.version() < 8) return;
  const bool columns = n.integer("storage_order", 0) != 0;
  if (!n.wanted(1)) return;
  if (n.used(1) && x.axes[0].isBatch()) n.mixesRows("places are counted from the first row of the batch");
  // The place of the first largest, in the whole tensor.
  const Last last = toLast(n, all.values, {all.values.rank() - 1});
  const ValueId best = zeroIfMissing(n, n.build.add(ir::ArgMax(), {last.value}));
  const Tensor winner = n.tensorOf(ElementType::i32, {{last.rows}}, best);
  int64_t volume = 1;
  for (int64_t s : w.size) volume *= s;
  const auto placeIn = [&](int64_t flat) {   // storage_order 1: the first axis goes fastest
    if (!columns) return flat;
    int64_t place = 0, stride = volume;
    for (size_t i = w.size.size(); i-- > 0; flat /= w.size[i]) place += flat % w.size[i] * (stride /= w.size[i]);
    return place;
  };
  const auto perChannel = static_cast<int64_t>(all.at.size()) / last.length;
  Elements table;
  for (int64_t row = 0; row < last.rows; row++)
    for (int64_t k = 0; k < last.length; k++)
      table.integers.push_back(row / perChannel * volume + placeIn(std::max<int64_t>(0, all.at[static_cast<size_t>(row % perChannel * last.length + k)])));
  Elements rows;
  for (int64_t row = 0; row < last.rows; row++) rows.integers.push_back(row * last.length);
  const Tensor at = apply(n, "add", n.cast(winner, ElementType::i64), hostTensor(ElementType::i64, {{last.rows}}, std::move(rows)));
  const Tensor places = hostTensor(ElementType::i64, {{static_cast<int64_t>(table.integers.size())}}, std::move(table));
  ir::Gather gather;
  gather.shape = {last.rows}, gather.places.which = {1}, gather.places.offset = {0};
  gather.places.dims = {static_cast<uint32_t>(places.count())}, gather.places.strides = {1};
  Axes axes = all.values.axes;
  axes.pop_back();
  n.output(1, n.tensorOf(ElementType::i64, axes, n.reshape(n.build.add(std::move(gather), {n.vector(places), n.vector(at)}), irShape(axes))));
}

static Tensor averaged(OperatorImport& n, const Tensor& x, const Window& w, bool padding) {
  const Windows all = windowsOf(n, x, w, {});
  Elements counts;
  eachIndex(w.result, [&](const std::vector<int64_t>& o) {
    double count = 0;
    places(w, o, [&](const std::vector<int64_t>&, bool inside, bool padded) { count += padding ? padded : inside; });
    counts.numbers.push_back(count);
  });
  return apply(n, "div", overLast(n, all.values, "sum"), hostTensor(x.type, plainAxes(w.result), std::move(counts)));
}

void averagePool(OperatorImport& n) {
  const Tensor& x = n.tensor(0, kFloats);
  Window w = poolWindow(n, x, n.version() >= 19);
  if (n.version() >= 10) roundUp(n, w);
  n.output(0, averaged(n, x, w, n.version() >= 7 && n.integer("count_include_pad", 0)));
}

// Of com.microsoft: x, its scale and zero point, those of the result. The mean is that of the numbers that are meant.
void qLinearAveragePool(OperatorImport& n) {
  const Tensor x = meant(n, 0);
  if (n.integer("channels_last", 0)) n.unsupported("channels_last");
  Window w = poolWindow(n, x, false);
  roundUp(n, w);
  n.output(0, quantizedWithPoint(n, averaged(n, x, w, n.integer("count_include_pad", 0) != 0), 3));
}

void lpPool(OperatorImport& n) {
  const Tensor& x = n.tensor(0, kFloats);
  Window w = poolWindow(n, x, n.version() >= 18);
  if (n.version() >= 18) roundUp(n, w);
  const double p = power(n);
  const Tensor values = windowsOf(n, x, w, {}).values;
  n.output(0, norm(n, values, p, [&](const Tensor& y) { return overLast(n, y, "sum"); }));
}

void globalMaxPool(OperatorImport& n) {
  const Tensor& x = n.tensor(0, kFloats);
  n.output(0, reduced(n, x, spatial(n, x), "max"));
}
void globalAveragePool(OperatorImport& n) {
  const Tensor& x = n.tensor(0, kFloats);
  const Tensor sum = reduced(n, x, spatial(n, x), "sum");
  n.output(0, apply(n, "div", sum, constantLike(x, static_cast<double>(x.count()) / static_cast<double>(sum.count()))));
}
void globalLpPool(OperatorImport& n) {
  const Tensor& x = n.tensor(0, kFloats);
  const std::vector<size_t> axes = spatial(n, x);
  n.output(0, norm(n, x, power(n), [&](const Tensor& y) { return reduced(n, y, axes, "sum"); }));
}

}  // namespace kiln::onnx

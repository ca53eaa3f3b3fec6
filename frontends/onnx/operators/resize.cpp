// Resize, Upsample: each axis by itself to another size, by the nearest element, or by weights of two or four that are known while
// compiling.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "frontends/onnx/contract.h"
#include "frontends/onnx/given.h"

namespace kiln::onnx {

namespace {

enum Mode { nearest, linear, cubic };
enum Transform { halfPixel, halfPixelSymmetric, pytorchHalfPixel, alignCorners, asymmetric, cropAndResize, tfHalfPixelForNn };
enum Rounding { preferFloor, preferCeil, down, up, simple };   // simple: down, but up where the axis becomes shorter

/// One axis: its sizes, the scale, and of a crop where it begins and ends.
struct Along {
  int64_t from = 0, to = 0;
  double scale = 1, begin = 0, end = 1;
};

struct Rules {
  Mode mode = nearest;
  Transform transform = halfPixel;
  Rounding rounding = preferFloor;
  double cubicA = -0.75, outside = 0;
  bool excludesOutside = false, exact = false, antialias = false;
};

// Where element i of the result lies in the axis, in float as ONNX Runtime computes it; `outside`: beyond what a crop extrapolates.
// A result of scale 0.6 of 4 elements has 2: with corners aligned ONNX Runtime counts these, the standard 2.4 (`exact`).
float original(const Rules& r, const Along& a, int64_t i, bool& isOutside) {
  const auto x = static_cast<float>(i), from = static_cast<float>(a.from), scale = static_cast<float>(a.scale);
  const float to = r.exact ? from * scale : static_cast<float>(a.to), begin = static_cast<float>(a.begin), end = static_cast<float>(a.end);
  isOutside = false;
  switch (r.transform) {
    case halfPixel: return (x + 0.5f) / scale - 0.5f;
    case halfPixelSymmetric: return from / 2 * (1 - static_cast<float>(a.to) / (scale * from)) + (x + 0.5f) / scale - 0.5f;
    case pytorchHalfPixel: return a.to > 1 ? (x + 0.5f) / scale - 0.5f : 0;
    case alignCorners: return a.to > 1 ? x * (from - 1) / (to - 1) : 0;
    case asymmetric: return x / scale;
    case tfHalfPixelForNn: return (x + 0.5f) / scale;
    case cropAndResize: break;
  }
  const float at = a.to > 1 ? begin * (from - 1) + (x * (end - begin) * (from - 1)) / (to - 1) : 0.5f * (begin + end) * (from - 1);
  isOutside = at < 0 || at > from - 1;
  return at;
}

int64_t rounded(const Rules& r, const Along& a, float at) {
  switch (r.rounding) {
    case preferFloor: return static_cast<int64_t>(std::ceil(at - 0.5f));
    case preferCeil: return static_cast<int64_t>(std::round(at));
    case down: return static_cast<int64_t>(std::floor(at));
    case up: return static_cast<int64_t>(std::ceil(at));
    case simple: break;
  }
  return static_cast<int64_t>(a.scale < 1 ? std::ceil(at) : at);
}

// The weights of the elements floor(at) - before, and those that follow.
std::vector<double> weightsAt(const Rules& r, double fraction) {
  if (r.mode == linear) return {1 - fraction, fraction};
  const double a = r.cubicA, t = fraction;
  const auto near = [&](double s) { return ((a + 2) * s - (a + 3)) * s * s + 1; };
  const auto far = [&](double s) { return ((a * s - 5 * a) * s + 8 * a) * s - 4 * a; };
  return {far(t + 1), near(t), near(1 - t), far(2 - t)};
}

// [to, from]: what each element of the result takes of each of the axis. Elements beyond the ends count as the last.
std::vector<double> matrixOf(const Rules& r, const Along& a, std::vector<bool>& isOutside) {
  std::vector<double> all(static_cast<size_t>(a.to * a.from), 0);
  for (int64_t i = 0; i < a.to; i++) {
    bool beyond = false;
    const float at = original(r, a, i, beyond), floor = std::floor(at);
    isOutside.push_back(beyond);
    std::vector<double> weights = weightsAt(r, at - floor);
    const int64_t first = static_cast<int64_t>(floor) - (r.mode == cubic ? 1 : 0);
    double sum = 0;
    for (size_t k = 0; k < weights.size(); k++) {
      const int64_t e = first + static_cast<int64_t>(k);
      if (r.excludesOutside && (e < 0 || e >= a.from)) weights[k] = 0;
      sum += weights[k];
    }
    for (size_t k = 0; k < weights.size(); k++) {
      const int64_t e = std::clamp<int64_t>(first + static_cast<int64_t>(k), 0, a.from - 1);
      all[static_cast<size_t>(i * a.from + e)] += r.excludesOutside ? weights[k] / sum : weights[k];
    }
  }
  return all;
}

// The weight of an element at this distance from the middle of a filter.
float filtered(const Rules& r, float distance) {
  const float d = std::fabs(distance), a = static_cast<float>(r.cubicA);
  if (r.mode == linear) return d < 1 ? 1 - d : 0;
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
}

// The same with attribute antialias, as ONNX Runtime and Pillow: an axis that becomes shorter is filtered as much wider.
std::vector<double> antialiasedMatrixOf(const Rules& r, const Along& a, std::vector<bool>& isOutside) {
  std::vector<double> all(static_cast<size_t>(a.to * a.from), 0);
  const float shrinks = std::max(1.0f, 1.0f / static_cast<float>(a.scale)), support = (r.mode == linear ? 1.0f : 2.0f) * shrinks;
  for (int64_t i = 0; i < a.to; i++) {
    bool beyond = false;
    const float middle = 0.5f + original(r, a, i, beyond);
    isOutside.push_back(beyond);
    auto first = static_cast<int64_t>(std::floor(middle - support + 0.5f)), end = static_cast<int64_t>(std::floor(middle + support + 0.5f));
    if (r.excludesOutside) first = std::max<int64_t>(first, 0), end = std::min(end, a.from);
    std::vector<float> weights;
    float sum = 0;
    for (int64_t e = first; e < end; e++) {
      weights.push_back(filtered(r, (static_cast<float>(e) - middle + 0.5f) / shrinks));
      sum += weights.back();
    }
    for (int64_t e = first; e < end; e++) all[static_cast<size_t>(i * a.from + std::clamp<int64_t>(e, 0, a.from - 1))] += weights[static_cast<size_t>(e - first)] / (sum == 0 ? 1 : sum);
  }
  return all;
}

Tensor outsideAs(OperatorImport& n, const Rules& r, const Tensor& y, size_t axis, const std::vector<bool>& isOutside) {
  if (std::none_of(isOutside.begin(), isOutside.end(), [](bool b) { return b; })) return y;
  Elements mask;
  for (bool b : isOutside) mask.integers.push_back(b);
  Axes along(y.rank() - axis, Axis{});
  along[0] = y.axes[axis];
  return selected(n, hostTensor(ElementType::boolean, along, std::move(mask)), constantLike(y, r.outside), y);
}

Tensor resizedAlong(OperatorImport& n, const Rules& r, const Tensor& x, size_t axis, const Along& a) {
  std::vector<bool> isOutside;
  Axes axes = x.axes;
  axes[axis].size = a.to;
  const std::vector<int64_t> strides = stridesOf(x.axes);
  if (r.mode == nearest) {
    std::vector<int64_t> places;
    for (int64_t i = 0; i < a.to; i++) {
      bool beyond = false;
      places.push_back(std::clamp<int64_t>(rounded(r, a, original(r, a, i, beyond)), 0, a.from - 1));
      isOutside.push_back(beyond);
    }
    const Tensor y = mapped(n, x, axes, [&](const std::vector<int64_t>& index) {
      int64_t from = 0;
      for (size_t i = 0; i < index.size(); i++) from += (i == axis ? places[static_cast<size_t>(index[i])] : index[i]) * strides[i];
      return from;
    });
    return outsideAs(n, r, y, axis, isOutside);
  }
  Elements matrix;
  matrix.numbers = r.antialias ? antialiasedMatrixOf(r, a, isOutside) : matrixOf(r, a, isOutside);
  if (x.type == ElementType::f32)
    for (double& v : matrix.numbers) v = static_cast<float>(v);
  const Tensor weights = hostTensor(x.type, plainAxes({a.to, a.from}), std::move(matrix));
  std::vector<size_t> order;   // the axis last
  for (size_t i = 0; i < x.rank(); i++)
    if (i != axis) order.push_back(i);
  order.push_back(axis);
  std::vector<size_t> back(order.size());
  for (size_t i = 0; i < order.size(); i++) back[order[i]] = i;
  const Tensor y = transposed(n, product(n, transposed(n, x, order), transposed(n, weights, {1, 0})), back);
  return outsideAs(n, r, y, axis, isOutside);
}

Rules rulesOf(OperatorImport& n) {
  Rules r;
  r.mode = static_cast<Mode>(n.choice("mode", {"nearest", "linear", "cubic"}, 0));
  if (n.version() == 10) {
    r.transform = asymmetric, r.rounding = n.spec() ? down : simple;
    return r;
  }
  r.transform = static_cast<Transform>(n.choice("coordinate_transformation_mode", {"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_crop_and_resize", "tf_half_pixel_for_nn"}, 0));
  r.rounding = static_cast<Rounding>(n.choice("nearest_mode", {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"}, 0));
  r.exact = n.spec();
  r.cubicA = n.number("cubic_coeff_a", -0.75), r.outside = n.number("extrapolation_value", 0);
  r.excludesOutside = n.integer("exclude_outside", 0) != 0;
  r.antialias = n.version() >= 18 && n.integer("antialias", 0) != 0;
  if (r.antialias && r.mode == nearest) n.unsupported("antialias by the nearest element");
  if (r.antialias && r.transform == cropAndResize) n.unsupported("antialias of a crop");
  return r;
}

// By scales or sizes, which are constants, or sizes that are declared.
std::vector<Along> sizesOf(OperatorImport& n, const Tensor& x, const Rules& r) {
  const size_t scalesAt = n.version() == 10 ? 1 : 2;
  std::vector<size_t> axes(x.rank());
  std::iota(axes.begin(), axes.end(), 0);
  if (n.version() >= 18 && n.hasAttribute("axes")) {
    axes.clear();
    for (int64_t axis : n.integers("axes")) axes.push_back(n.axis(axis, x.rank()));
  }
  std::vector<Along> all(x.rank());
  for (size_t i = 0; i < x.rank(); i++) all[i].from = all[i].to = x.axes[i].size;
  const auto many = [&](size_t input, size_t wanted) {
    if (n.tensor(input).count() != static_cast<int64_t>(wanted)) n.invalid("input " + std::to_string(input) + " has " + std::to_string(n.tensor(input).count()) + " elements for " + std::to_string(wanted) + " axes");
  };
  const bool byScales = n.has(scalesAt) && n.tensor(scalesAt).count() > 0;
  const bool fits = byScales || (n.version() >= 11 && n.has(3));
  if (!fits) n.invalid("needs scales or sizes");
  if (byScales) {
    many(scalesAt, axes.size());
    n.ignore("keep_aspect_ratio_policy");   // of sizes
    const auto scales = n.elements(scalesAt).numbers;
    for (size_t i = 0; i < axes.size(); i++) {
      if (!(scales[i] > 0) || scales[i] > 1 << 16) n.invalid("a scale of " + std::to_string(scales[i]));
      all[axes[i]].scale = scales[i], all[axes[i]].to = static_cast<int64_t>(std::floor(static_cast<double>(all[axes[i]].from) * scales[i]));
    }
  } else {
    many(3, axes.size());
    std::vector<int64_t> sizes;
    if (n.isConstant(3)) {
      sizes = n.constantIntegers(3);
    } else {
      const Axes declared = declaredAxes(n, 0, 3);
      if (declared.size() != x.rank()) n.invalid("declared are " + describe(declared) + " for " + describe(x.axes));
      for (size_t axis : axes) sizes.push_back(declared[axis].size);
      expectIntegers(n, 3, sizes);
    }
    const int policy = n.version() >= 18 ? n.choice("keep_aspect_ratio_policy", {"stretch", "not_larger", "not_smaller"}, 0) : 0;
    if (policy && !n.isConstant(3)) n.unsupported("keep_aspect_ratio_policy of sizes that are computed from the row");
    double common = 0;
    for (size_t i = 0; i < axes.size(); i++) {
      Along& a = all[axes[i]];
      if (sizes[i] < 1 || sizes[i] > 1 << 24 || a.from < 1) n.invalid("a size of " + std::to_string(sizes[i]));
      a.to = sizes[i], a.scale = static_cast<double>(sizes[i]) / static_cast<double>(a.from);
      common = i == 0 ? a.scale : policy == 1 ? std::min(common, a.scale) : std::max(common, a.scale);
    }
    for (size_t axis : axes)
      if (policy) all[axis].scale = common, all[axis].to = static_cast<int64_t>(std::floor(common * static_cast<double>(all[axis].from) + 0.5));
  }
  if (r.transform == cropAndResize && n.version() >= 11) {
    many(1, 2 * axes.size());
    const auto roi = n.elements(1).numbers;
    for (size_t i = 0; i < axes.size(); i++) all[axes[i]].begin = roi[i], all[axes[i]].end = roi[i + axes.size()];
  }
  return all;
}

void resizeAll(OperatorImport& n, Tensor x, const Rules& r, const std::vector<Along>& all) {
  for (size_t i = 0; i < all.size(); i++) {
    const bool same = all[i].scale == 1 && all[i].to == all[i].from && (r.transform != cropAndResize || (all[i].begin == 0 && all[i].end == 1));
    if (same) continue;
    refuseBatch(n, x, i, "resizes the rows of the batch");
    const bool tooMany = all[i].to > 1 << 16 || (r.mode != nearest && all[i].to * all[i].from > 1 << 22);
    if (all[i].to < 1 || all[i].from < 1 || tooMany) n.unsupported("an axis of " + std::to_string(all[i].from) + " elements to " + std::to_string(all[i].to));
    x = resizedAlong(n, r, x, i, all[i]);
  }
  n.output(0, x);
}

}  // namespace

void resize(OperatorImport& n) {
  const Tensor& x = n.tensor(0);
  const Rules r = rulesOf(n);
  if (r.mode != nearest) n.tensor(0, {ElementType::f32, ElementType::f64});
  resizeAll(n, x, r, sizesOf(n, x, r));
}

void upsample(OperatorImport& n) {
  const Tensor& x = n.tensor(0);
  Rules r;
  r.mode = static_cast<Mode>(n.choice("mode", {"nearest", "linear"}, 0)), r.transform = asymmetric, r.rounding = down;
  if (r.mode != nearest) n.tensor(0, {ElementType::f32, ElementType::f64});
  const std::vector<double> scales = n.version() < 9 ? n.numbers("scales") : n.elements(1).numbers;
  if (scales.size() != x.rank()) n.invalid("has " + std::to_string(scales.size()) + " scales for " + describe(x.axes));
  std::vector<Along> all(x.rank());
  for (size_t i = 0; i < x.rank(); i++) {
    if (!(scales[i] >= 1) || scales[i] > 1 << 16) n.invalid("a scale of " + std::to_string(scales[i]));
    all[i].from = x.axes[i].size, all[i].scale = scales[i], all[i].to = static_cast<int64_t>(std::floor(static_cast<double>(all[i].from) * scales[i]));
  }
  resizeAll(n, x, r, all);
}

}  // namespace kiln::onnx

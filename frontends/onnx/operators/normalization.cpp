// BatchNormalization, InstanceNormalization, LayerNormalization, GroupNormalization, RMSNormalization,
// MeanVarianceNormalization, LRN: elements in units of a spread, of the model or of their own neighbours.
#include "frontends/onnx/axes.h"

namespace kiln::onnx {

namespace {

constexpr std::initializer_list<ElementType> kFloats = {ElementType::f32, ElementType::f64};

/// A parameter [C] that meets axis 1 of x.
Tensor byChannel(OperatorImport& n, size_t input, const Tensor& x) {
  const Tensor& p = n.tensor(input, kFloats);
  if (x.rank() < 2 || p.count() != x.axes[1].size) n.invalid("input " + std::to_string(input) + " " + describe(p.axes) + " has not one number a channel of " + describe(x.axes));
  Axes axes(x.rank() - 1, Axis{});
  axes[0] = {p.count()};
  return withAxes(n, n.cast(p, x.type), axes);
}

Tensor meanOf(OperatorImport& n, const Tensor& x, const Tensor& sum) {
  return apply(n, "div", sum, constantLike(x, static_cast<double>(x.count()) / static_cast<double>(sum.count())));
}
Tensor mean(OperatorImport& n, const Tensor& x, const std::vector<size_t>& axes) { return meanOf(n, x, reduced(n, x, axes, "sum")); }

/// x - mean, and the mean of its squares, over axes.
struct Spread {
  Tensor mean, moved, variance;
};
Spread spreadOf(OperatorImport& n, const Tensor& x, const std::vector<size_t>& axes) {
  Spread s{mean(n, x, axes), {}, {}};
  s.moved = apply(n, "sub", x, s.mean);
  s.variance = mean(n, apply(n, "mul", s.moved, s.moved), axes);
  return s;
}
Tensor deviation(OperatorImport& n, const Tensor& variance, double epsilon) {
  return apply(n, "sqrt", apply(n, "add", variance, constantLike(variance, epsilon)));
}

/// Whether ONNX Runtime has vectors of eight floats for such rows, of `least` and more, and sums of its own.
bool isOfLanes(const OperatorImport& n, const Tensor& x, const std::vector<size_t>& axes, int64_t least) {
  int64_t elements = 1;
  for (size_t axis : axes) elements *= x.axes[axis].size;
  return x.type == ElementType::f32 && elements >= least && !n.spec();
}
/// 1 / sqrt(mean of squares + epsilon), whose squares are added in eight lanes.
Tensor inverseOfLanes(OperatorImport& n, const Tensor& x, const std::vector<size_t>& axes, double epsilon) {
  return apply(n, "div", constantLike(x, 1), deviation(n, meanOf(n, x, reduced(n, x, axes, "sumsq", ir::Reduce::fused)), epsilon));
}
/// The mean, whose sum is of doubles.
Tensor meanOfDoubles(OperatorImport& n, const Tensor& x, const std::vector<size_t>& axes) {
  const Tensor wide = n.cast(x, ElementType::f64);
  return n.cast(meanOf(n, wide, reduced(n, wide, axes, "sum", ir::Reduce::vectors)), x.type);
}

std::vector<size_t> axesFrom(OperatorImport& n, const Tensor& x, size_t first) {
  std::vector<size_t> axes;
  for (size_t i = first; i < x.rank(); i++) {
    refuseBatch(n, x, i, "a normalization over the rows of the batch");
    axes.push_back(i);
  }
  return axes;
}

}  // namespace

void batchNormalization(OperatorImport& n) {
  const Tensor& x = n.tensor(0, kFloats);
  if (n.version() >= 14 && n.integer("training_mode", 0)) n.unsupported("training_mode", "a scorer does not train");
  n.ignore("momentum");
  if (n.version() < 7) {
    n.ignore("consumed_inputs");
    if (!n.integer("is_test", 0)) n.unsupported("BatchNormalization in training mode (is_test 0)", "a scorer does not train");
  }
  if (n.version() < 9 && !n.integer("spatial", 1)) n.unsupported("BatchNormalization by element (spatial 0)");
  refuseBatch(n, x, x.rank() > 1 ? 1 : 0, "channels that are rows");
  const Tensor factor = apply(n, "div", byChannel(n, 1, x), deviation(n, byChannel(n, 4, x), n.number("epsilon", 1e-5)));
  const Tensor offset = apply(n, "sub", byChannel(n, 2, x), apply(n, "mul", byChannel(n, 3, x), factor));
  n.output(0, apply(n, "add", apply(n, "mul", x, factor), offset));
}

void instanceNormalization(OperatorImport& n) {
  n.ignore("consumed_inputs");   // opset 1
  const Tensor& x = n.tensor(0, kFloats);
  const Spread s = spreadOf(n, x, axesFrom(n, x, 2));
  const Tensor unit = apply(n, "div", s.moved, deviation(n, s.variance, n.number("epsilon", 1e-5)));
  n.output(0, apply(n, "add", apply(n, "mul", unit, byChannel(n, 1, x)), byChannel(n, 2, x)));
}

// As ONNX Runtime has it of eight floats and more (numerics.md).
static void layerNormalizationOfLanes(OperatorImport& n, const Tensor& x, const std::vector<size_t>& axes) {
  const Tensor &scale = n.tensor(1, {ElementType::f32}), middle = meanOfDoubles(n, x, axes), moved = apply(n, "sub", x, middle);
  const Tensor inverse = inverseOfLanes(n, moved, axes, n.number("epsilon", 1e-5)), unit = apply(n, "mul", moved, inverse);
  n.output(0, n.has(2) ? n.call("mul_add", {unit, scale, n.tensor(2, {ElementType::f32})}, x.type) : apply(n, "mul", unit, scale));
  n.outputInFloat(1, middle);
  n.outputInFloat(2, inverse);
}

void layerNormalization(OperatorImport& n) {
  const Tensor& x = n.tensor(0, kFloats);
  n.ignore("stash_type");
  const std::vector<size_t> axes = axesFrom(n, x, n.axis(n.integer("axis", -1), x.rank()));
  if (isOfLanes(n, x, axes, 8)) return layerNormalizationOfLanes(n, x, axes);
  const Spread s = spreadOf(n, x, axes);
  const Tensor width = deviation(n, s.variance, n.number("epsilon", 1e-5));
  Tensor y = apply(n, "mul", apply(n, "div", s.moved, width), n.tensor(1, kFloats));
  if (n.has(2)) y = apply(n, "add", y, n.tensor(2, kFloats));
  n.output(0, y);
  n.outputInFloat(1, s.mean);
  if (n.wanted(2)) n.outputInFloat(2, apply(n, "div", constantLike(width, 1), width));
}

void rmsNormalization(OperatorImport& n) {
  const Tensor& x = n.tensor(0, kFloats);
  n.ignore("stash_type");
  const std::vector<size_t> axes = axesFrom(n, x, n.axis(n.integer("axis", -1), x.rank()));
  if (isOfLanes(n, x, axes, 16)) {
    const Tensor inverse = inverseOfLanes(n, x, axes, n.number("epsilon", 1e-5));
    n.output(0, apply(n, "mul", apply(n, "mul", x, inverse), n.tensor(1, kFloats)));
    if (n.wanted(1)) n.outputInFloat(1, inverse);
    return;
  }
  const Tensor width = deviation(n, mean(n, apply(n, "mul", x, x), axes), n.number("epsilon", 1e-5));
  n.output(0, apply(n, "mul", apply(n, "div", x, width), n.tensor(1, kFloats)));
  if (n.wanted(1)) n.outputInFloat(1, apply(n, "div", constantLike(width, 1), width));   // of SimplifiedLayerNormalization
}

namespace {

// com.microsoft: the sum of a tensor, another and a bias, in units of its spread along the last axis, or of the root of its mean square.
void skipNormalization(OperatorImport& n, bool centred) {
  const size_t bias = centred ? 4 : 3;
  Tensor x = apply(n, "add", n.tensor(0, kFloats), n.tensor(1, kFloats));
  if (n.has(bias)) x = apply(n, "add", x, n.tensor(bias, kFloats));
  const std::vector<size_t> axes = axesFrom(n, x, x.rank() - 1);
  const double epsilon = n.number("epsilon", 1e-12f);
  const Tensor moved = centred ? spreadOf(n, x, axes).moved : x;
  const Tensor unit = apply(n, "div", moved, deviation(n, mean(n, apply(n, "mul", moved, moved), axes), epsilon));
  Tensor y = apply(n, "mul", unit, n.tensor(2, kFloats));
  if (centred && n.has(3)) y = apply(n, "add", y, n.tensor(3, kFloats));
  n.output(0, y);
  if (n.wanted(1) || n.wanted(2)) n.unsupported("the mean or the deviation as an output");
  if (n.wanted(3)) n.output(3, x);
}

}  // namespace

void skipLayerNormalization(OperatorImport& n) { skipNormalization(n, true); }
void skipSimplifiedLayerNormalization(OperatorImport& n) { skipNormalization(n, false); }

void groupNormalization(OperatorImport& n) {
  const Tensor& x = n.tensor(0, kFloats);
  const int64_t groups = n.integer("num_groups");
  n.ignore("stash_type");
  if (x.rank() < 2 || groups < 1 || x.axes[1].size % groups) n.invalid("num_groups " + std::to_string(groups) + " of channels of " + describe(x.axes));
  for (size_t i = 1; i < x.rank(); i++) refuseBatch(n, x, i, "a normalization over the rows of the batch");
  const Tensor grouped = withAxes(n, x, {x.axes[0], {groups}, {x.count() / x.axes[0].size / groups}});
  const Spread s = spreadOf(n, grouped, {2});
  const Tensor unit = apply(n, "div", s.moved, deviation(n, s.variance, n.number("epsilon", 1e-5)));
  const auto parameter = [&](size_t i) {   // before version 21 one a group
    if (n.version() >= 21) return byChannel(n, i, x);
    const Tensor& p = n.tensor(i, kFloats);
    if (p.count() != groups) n.invalid("input " + std::to_string(i) + " has not one number a group");
    return withAxes(n, p, {{groups}, {1}});
  };
  if (n.version() >= 21)
    return n.output(0, apply(n, "add", apply(n, "mul", withAxes(n, unit, x.axes), parameter(1)), parameter(2)));
  n.output(0, withAxes(n, apply(n, "add", apply(n, "mul", unit, parameter(1)), parameter(2)), x.axes));
}

// The standard adds 1e-9 to the deviation, ONNX Runtime's kernel, which is one of floats, nothing: what does not vary is NaN.
void meanVarianceNormalization(OperatorImport& n) {
  const Tensor& x = n.tensor(0, kFloats);
  std::vector<int64_t> given = n.integers("axes");
  if (!n.hasAttribute("axes")) given = {0, 2, 3};
  const Spread s = spreadOf(n, x, constantAxes(n, x, given, "a normalization over the rows of the batch"));
  const Tensor deviation = apply(n, "sqrt", s.variance);
  const bool adds = n.spec() || x.type != ElementType::f32;
  n.output(0, apply(n, "div", s.moved, adds ? apply(n, "add", deviation, constantLike(x, 1e-9)) : deviation));
}

// x / (bias + alpha / size * sum of the squares of `size` channels around)^beta
void lrn(OperatorImport& n) {
  const Tensor& x = n.tensor(0, kFloats);
  const int64_t size = n.integer("size");
  if (x.rank() < 2 || size < 1) n.invalid("size " + std::to_string(size) + " of channels of " + describe(x.axes));
  refuseBatch(n, x, 1, "channels that are rows");
  Axes axes = x.axes;
  axes.push_back({size});
  const std::vector<int64_t> strides = stridesOf(x.axes);
  const Tensor around = mapped(n, x, axes, [&](const std::vector<int64_t>& index) {
    const int64_t channel = index[1] - (size - 1) / 2 + index.back();
    if (channel < 0 || channel >= x.axes[1].size) return int64_t{-1};
    int64_t from = 0;
    for (size_t i = 0; i < strides.size(); i++) from += (i == 1 ? channel : index[i]) * strides[i];
    return from;
  });
  const Tensor sum = withAxes(n, reduced(n, around, {x.rank()}, "sumsq"), x.axes);
  const Tensor alpha = constantLike(x, n.number("alpha", 0.0001f)), beta = constantLike(x, n.number("beta", 0.75)), bias = constantLike(x, n.number("bias", 1));
  const Tensor base = apply(n, "add", bias, apply(n, "mul", apply(n, "div", alpha, constantLike(x, static_cast<double>(size))), sum));
  n.output(0, apply(n, "div", x, apply(n, "pow", base, beta)));
}

}  // namespace kiln::onnx

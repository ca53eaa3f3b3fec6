// Conv, ConvInteger, ConvTranspose. The transposed one is a convolution of the tensor with zeros between its elements, by the
// mirrored kernel.
#include "compiler/ir/nodes/conv.h"

#include <algorithm>

#include "frontends/onnx/activation.h"
#include "frontends/onnx/contract.h"
#include "frontends/onnx/quantized.h"
#include "frontends/onnx/window.h"

namespace kiln::onnx {

namespace {

std::vector<uint32_t> narrow(const std::vector<int64_t>& list) { return {list.begin(), list.end()}; }

std::vector<uint32_t> fullShape(const Axes& axes) {
  std::vector<uint32_t> shape;
  for (const Axis& axis : axes) shape.push_back(static_cast<uint32_t>(axis.size));
  return shape;
}

// x [N, C, s1 ..] by w [M, C / groups, k1 ..]; pads, strides and dilations of `window`.
Tensor convolved(OperatorImport& n, const Tensor& x, const Tensor& w, const Tensor* bias, const Window& window, int64_t groups) {
  if (x.rank() > 5) n.unsupported("a convolution over " + std::to_string(x.rank() - 2) + " axes", "three are the most");
  if (w.rank() != x.rank() || groups < 1 || w.axes[0].size % groups || w.axes[1].size * groups != x.axes[1].size)
    n.invalid("weights " + describe(w.axes) + " in " + std::to_string(groups) + " groups for " + describe(x.axes));
  for (size_t i = 0; i < w.rank(); i++) refuseBatch(n, w, i, "weights of many rows");
  ir::Conv op;
  op.groups = static_cast<uint32_t>(groups), op.biased = bias != nullptr;
  op.strides = narrow(window.stride), op.dilations = narrow(window.dilation), op.before = narrow(window.before), op.after = narrow(window.after);
  std::vector<ValueId> operands = {n.shaped(x, fullShape(x.axes))};
  if (w.isConstant()) op.weights = matrixTable(n, w, fullShape(w.axes), "kernel");
  else operands.push_back(n.shaped(w, fullShape(w.axes)));
  if (bias) {
    if (bias->count() != w.axes[0].size) n.invalid("a bias " + describe(bias->axes) + " for " + std::to_string(w.axes[0].size) + " outputs");
    if (bias->isConstant()) op.bias = matrixTable(n, *bias, {static_cast<uint32_t>(bias->count())}, "bias");
    else operands.push_back(n.vector(*bias));
  }
  Axes axes = {x.axes[0], {w.axes[0].size}};
  for (int64_t size : window.result) axes.push_back({size});
  return n.tensorOf(x.type, axes, n.reshape(n.build.add(std::move(op), operands), irShape(axes)));
}

std::vector<int64_t> kernelOf(OperatorImport& n, const Tensor& w) {
  if (w.rank() < 3) n.invalid("weights " + describe(w.axes));
  const std::vector<int64_t> dims = w.dims();
  return {dims.begin() + 2, dims.end()};
}

Tensor convOf(OperatorImport& n) {
  const Tensor &x = n.tensor(0, {ElementType::f32, ElementType::f64}), &w = n.tensor(1);
  if (w.type != x.type) n.invalid("the weights have another type than the tensor");
  const Window window = windowOf(n, x, kernelOf(n, w), true);
  return convolved(n, x, w, n.has(2) ? &n.tensor(2) : nullptr, window, n.integer("group", 1));
}

}  // namespace

void conv(OperatorImport& n) { n.output(0, convOf(n)); }

// com.microsoft: Conv, then another tensor added, then an activation function of some parameters.
void fusedConv(OperatorImport& n) {
  Activation f = activationNamed(n.text("activation", ""));
  const std::vector<double> given = n.numbers("activation_params");
  Tensor y = convOf(n);
  if (n.has(3)) y = apply(n, "add", y, n.tensor(3));
  if (f.name == "clip") {
    if (given.size() != 2) n.invalid("Clip has " + std::to_string(given.size()) + " limits");
    y = apply(n, "clip_high", apply(n, "clip_low", y, constantLike(y, given[0])), constantLike(y, given[1]));
  } else if (!f.name.empty()) {
    if (!given.empty()) f.alpha = given[0];
    if (given.size() > 1) f.beta = given[1];
    y = activated(n, f, y);
  }
  n.output(0, y);
}

namespace {

// The order of axes that brings channels from behind to axis 1.
std::vector<size_t> channelsFirst(size_t rank) {
  std::vector<size_t> order = {0, rank - 1};
  for (size_t i = 1; i + 1 < rank; i++) order.push_back(i);
  return order;
}

// The sums of an integer convolution: inputs of the operator number x, w and their zero points, if they are given.
Tensor integerConvolution(OperatorImport& n, size_t xAt, size_t wAt, size_t xZero, size_t wZero, bool channelsLast = false) {
  const auto operand = [&](size_t i, size_t zeroAt) {
    const Tensor x = n.cast(n.tensor(i, {ElementType::u8, ElementType::i8}), ElementType::i32);
    if (!n.has(zeroAt)) return x;
    Tensor zero = n.cast(n.tensor(zeroAt), ElementType::i32);
    if (zero.count() == 1) zero = withAxes(n, zero, {});
    else if (i == wAt) zero = withAxes(n, zero, [&] {
        Axes axes(x.rank(), Axis{});
        axes[0] = {zero.count()};
        return axes;
      }());
    else n.unsupported("a zero point of " + describe(zero.axes));
    return apply(n, "sub", x, zero);
  };
  Tensor x = operand(xAt, xZero);
  const Tensor w = operand(wAt, wZero);
  if (channelsLast) x = transposed(n, x, channelsFirst(x.rank()));
  const Window window = windowOf(n, x, kernelOf(n, w), true);
  return convolved(n, x, w, nullptr, window, n.integer("group", 1));
}

}  // namespace

void convInteger(OperatorImport& n) { n.output(0, integerConvolution(n, 0, 1, 2, 3)); }

// x, its scale and zero point, w, the same of it, the same of the result, bias. Of com.microsoft: channels may be the last axis of x and the result.
void qLinearConv(OperatorImport& n) {
  const bool channelsLast = n.version() == 1 && n.integer("channels_last", 0);
  Tensor sums = integerConvolution(n, 0, 3, 2, 5, channelsLast);
  const auto byChannel = [&](const Tensor& p) {   // one number, or one a channel of the result
    if (p.count() == 1) return withAxes(n, p, {});
    if (p.count() != sums.axes[1].size) n.invalid("has not one number a channel: " + describe(p.axes));
    Axes axes(sums.rank() - 1, Axis{});
    axes[0] = {p.count()};
    return withAxes(n, p, axes);
  };
  if (n.has(8)) sums = apply(n, "add", sums, byChannel(n.tensor(8, {ElementType::i32})));
  const auto scale = [&](size_t i) { return byChannel(n.tensor(i, {ElementType::f32})); };
  const Tensor y = requantized(n, sums, apply(n, "div", apply(n, "mul", scale(1), scale(4)), scale(6)), byChannel(n.tensor(7, {ElementType::u8, ElementType::i8})));
  if (!channelsLast) return n.output(0, y);
  std::vector<size_t> order = channelsFirst(y.rank()), back(order.size());
  for (size_t i = 0; i < order.size(); i++) back[order[i]] = i;
  n.output(0, transposed(n, y, back));
}

namespace {

/// How far the transposed convolution reaches: pads of the result, from pads or output_shape or auto_pad.
struct Reach {
  std::vector<int64_t> kernel, stride, dilation, before, result;
};

Reach reachOf(OperatorImport& n, const Tensor& x, const Tensor& w) {
  const size_t axes = x.rank() - 2;
  const auto list = [&](const char* name, int64_t fallback, size_t size) {
    std::vector<int64_t> all = n.integers(name);
    if (all.empty()) all.assign(size, fallback);
    if (all.size() != size) n.invalid("attribute '" + std::string(name) + "' has " + std::to_string(all.size()) + " entries, not " + std::to_string(size));
    for (int64_t v : all)
      if (v < (fallback > 0 ? 1 : 0) || v > 1 << 19) n.unsupported(std::to_string(v) + " in attribute '" + name + "'");
    return all;
  };
  Reach r;
  r.kernel = kernelOf(n, w), r.stride = list("strides", 1, axes), r.dilation = list("dilations", 1, axes);
  if (n.hasAttribute("kernel_shape") && n.integers("kernel_shape") != r.kernel) n.invalid("kernel_shape does not fit the weights");
  const std::vector<int64_t> extra = list("output_padding", 0, axes), pads = list("pads", 0, 2 * axes), wanted = n.integers("output_shape");
  const int mode = n.choice("auto_pad", {"NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"}, 0);
  if (!wanted.empty() && wanted.size() != axes && wanted.size() != axes + 2) n.invalid("output_shape has " + std::to_string(wanted.size()) + " entries");
  for (size_t i = 0; i < axes; i++) {
    const int64_t whole = r.stride[i] * (x.axes[2 + i].size - 1) + extra[i] + (r.kernel[i] - 1) * r.dilation[i] + 1;
    int64_t before = pads[i], result = whole - pads[i] - pads[axes + i];
    if (!wanted.empty() || mode == 1 || mode == 2) {
      result = !wanted.empty() ? wanted[wanted.size() - axes + i] : x.axes[2 + i].size * r.stride[i];
      if (wanted.empty() && !n.spec()) result = std::min(result, whole);   // a stride over the kernel: ONNX Runtime adds nothing behind it
      const int64_t all = std::max<int64_t>(0, whole - result);
      before = mode == 1 ? all / 2 : all - all / 2;
    } else if (mode == 3) {
      before = 0, result = whole;
    }
    if (result < 1) n.invalid("a result of " + std::to_string(result) + " elements along axis " + std::to_string(2 + i));
    r.before.push_back(before), r.result.push_back(result);
  }
  return r;
}

}  // namespace

void convTranspose(OperatorImport& n) {
  const Tensor &x = n.tensor(0, {ElementType::f32, ElementType::f64}), &w = n.tensor(1);
  if (w.type != x.type || w.rank() != x.rank() || x.rank() < 3) n.invalid("weights " + describe(w.axes) + " for " + describe(x.axes));
  refuseBatchInside(n, x);
  const int64_t groups = n.integer("group", 1);
  if (groups < 1 || w.axes[0].size != x.axes[1].size || x.axes[1].size % groups) n.invalid("weights " + describe(w.axes) + " in " + std::to_string(groups) + " groups");
  const Reach r = reachOf(n, x, w);
  const size_t axes = x.rank() - 2;
  // Zeros between the elements, and as many around them as the kernel reaches over.
  Axes wide = {x.axes[0], x.axes[1]};
  Window window;
  for (size_t i = 0; i < axes; i++) {
    wide.push_back({r.result[i] + r.dilation[i] * (r.kernel[i] - 1)});
    window.stride.push_back(1), window.dilation.push_back(r.dilation[i]), window.before.push_back(0), window.after.push_back(0), window.result.push_back(r.result[i]);
  }
  const std::vector<int64_t> strides = stridesOf(x.axes);
  const Tensor stuffed = mapped(n, x, wide, [&](const std::vector<int64_t>& index) {
    int64_t from = index[0] * strides[0] + index[1] * strides[1];
    for (size_t i = 0; i < axes; i++) {
      const int64_t at = index[2 + i] - (r.dilation[i] * (r.kernel[i] - 1) - r.before[i]);
      if (at < 0 || at % r.stride[i] || at / r.stride[i] >= x.axes[2 + i].size) return int64_t{-1};
      from += at / r.stride[i] * strides[2 + i];
    }
    return from;
  });
  // [C, M / groups, k ..] as [M, C / groups, k mirrored ..].
  const int64_t inputs = w.axes[0].size / groups, outputs = w.axes[1].size;
  Axes turned = {{outputs * groups}, {inputs}};
  for (size_t i = 0; i < axes; i++) turned.push_back({r.kernel[i]});
  const std::vector<int64_t> steps = stridesOf(w.axes);
  const Tensor kernel = mapped(n, w, turned, [&](const std::vector<int64_t>& index) {
    int64_t from = (index[0] / outputs * inputs + index[1]) * steps[0] + index[0] % outputs * steps[1];
    for (size_t i = 0; i < axes; i++) from += (r.kernel[i] - 1 - index[2 + i]) * steps[2 + i];
    return from;
  });
  n.output(0, convolved(n, stuffed, kernel, n.has(2) ? &n.tensor(2) : nullptr, window, groups));
}

}  // namespace kiln::onnx

// Transpose, DepthToSpace, SpaceToDepth: elements in another order.
#include <array>

#include "frontends/onnx/axes.h"

namespace kiln::onnx {

void transpose(OperatorImport& n) {
  const Tensor& x = n.tensor(0);
  const std::vector<int64_t> perm = n.integers("perm");
  std::vector<size_t> order;
  if (!n.hasAttribute("perm"))
    for (size_t i = x.rank(); i-- > 0;) order.push_back(i);
  std::vector<bool> seen(x.rank(), false);
  for (int64_t axis : perm) {
    const size_t i = n.axis(axis, x.rank());
    if (seen[i]) n.invalid("perm names axis " + std::to_string(axis) + " twice");
    seen[i] = true, order.push_back(i);
  }
  if (order.size() != x.rank()) n.invalid("perm has " + std::to_string(order.size()) + " entries for " + std::to_string(x.rank()) + " dimensions");
  n.output(0, transposed(n, x, order));
}

namespace {

constexpr int64_t kMostBlock = 1 << 14;   // as many elements as a value may have are a block

// Channels and places of [N, C, H, W], by a rule from an index of the result to one of x.
template <class Source>
void moveBlocks(OperatorImport& n, const Tensor& x, int64_t channels, int64_t height, int64_t width, Source source) {
  for (size_t i = 1; i < 4; i++) refuseBatch(n, x, i, "rows among channels or places");
  const std::vector<int64_t> strides = stridesOf(x.axes);
  const Axes axes = {x.axes[0], {channels}, {height}, {width}};
  n.output(0, mapped(n, x, axes, [&](const std::vector<int64_t>& index) {
             const std::array<int64_t, 3> from = source(index[1], index[2], index[3]);
             return index[0] * strides[0] + from[0] * strides[1] + from[1] * strides[2] + from[2];
           }));
}

const Tensor& image(OperatorImport& n) {
  const Tensor& x = n.tensor(0);
  if (x.rank() != 4) n.invalid("needs a tensor [N,C,H,W], has " + describe(x.axes));
  return x;
}

}  // namespace

void depthToSpace(OperatorImport& n) {
  const Tensor& x = image(n);
  const int64_t b = n.integer("blocksize");
  const bool crd = n.version() >= 11 && n.choice("mode", {"DCR", "CRD"}, 0) == 1;
  if (b < 1 || b > kMostBlock || x.axes[1].size % (b * b)) n.invalid("blocksize " + std::to_string(b) + " does not divide the channels of " + describe(x.axes));
  const int64_t channels = x.axes[1].size / (b * b);
  moveBlocks(n, x, channels, x.axes[2].size * b, x.axes[3].size * b, [=](int64_t c, int64_t h, int64_t w) {
    const int64_t place = h % b * b + w % b;
    return std::array<int64_t, 3>{crd ? c * b * b + place : place * channels + c, h / b, w / b};
  });
}

void spaceToDepth(OperatorImport& n) {
  const Tensor& x = image(n);
  const int64_t b = n.integer("blocksize"), channels = x.axes[1].size;
  const bool crd = n.version() >= 28 && n.choice("mode", {"DCR", "CRD"}, 0) == 1;
  if (b < 1 || b > kMostBlock || x.axes[2].size % b || x.axes[3].size % b) n.invalid("blocksize " + std::to_string(b) + " does not divide " + describe(x.axes));
  moveBlocks(n, x, channels * b * b, x.axes[2].size / b, x.axes[3].size / b, [=](int64_t c, int64_t h, int64_t w) {
    const int64_t place = crd ? c % (b * b) : c / channels;
    return std::array<int64_t, 3>{crd ? c / (b * b) : c % channels, h * b + place / b, w * b + place % b};
  });
}

}  // namespace kiln::onnx

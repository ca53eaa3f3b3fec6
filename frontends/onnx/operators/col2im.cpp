// Col2Im: columns, one a place of a block, put back into an image; where blocks overlap their elements add up, in the order of the places in a block.
#include <algorithm>
#include <cmath>

#include "frontends/onnx/axes.h"

namespace kiln::onnx {

namespace {

constexpr int64_t kMostSize = 1 << 19;
constexpr double kMostElements = 1 << 24;

/// One axis of the image.
struct Side {
  int64_t image = 1, block = 1, stride = 1, dilation = 1, before = 0, after = 0;
  int64_t blocks() const { return (image + before + after - (dilation * (block - 1) + 1)) / stride + 1; }
};

std::vector<Side> sidesOf(OperatorImport& n) {
  const std::vector<int64_t> image = n.constantIntegers(1), block = n.constantIntegers(2);
  const size_t rank = image.size();
  if (rank == 0 || block.size() != rank) n.invalid("an image of " + std::to_string(rank) + " axes and blocks of " + std::to_string(block.size()));
  const auto listed = [&](const char* name, size_t size, int64_t fallback) {
    std::vector<int64_t> all = n.integers(name);
    if (all.empty()) all.assign(size, fallback);
    if (all.size() != size) n.invalid(std::string("attribute '") + name + "' has " + std::to_string(all.size()) + " numbers");
    return all;
  };
  const std::vector<int64_t> strides = listed("strides", rank, 1), dilations = listed("dilations", rank, 1), pads = listed("pads", 2 * rank, 0);
  std::vector<Side> sides;
  for (size_t i = 0; i < rank; i++) {
    sides.push_back({image[i], block[i], strides[i], dilations[i], pads[i], pads[rank + i]});
    const Side& s = sides.back();
    for (int64_t v : {s.image, s.block, s.stride, s.dilation, s.before + 1, s.after + 1})
      if (v < 1 || v > kMostSize) n.invalid("axis " + std::to_string(i) + " has " + std::to_string(v) + " as a size");
    if (s.dilation > 1 && rank != 2) n.warn("dilations of an image that has not two axes", "elements stand where the standard says; ONNX Runtime puts them elsewhere");
    if (s.image + s.before + s.after < s.dilation * (s.block - 1) + 1) n.invalid("blocks are larger than the image along axis " + std::to_string(i));
  }
  return sides;
}

int64_t times(const std::vector<Side>& sides, int64_t (*of)(const Side&)) {
  double all = 1;
  for (const Side& s : sides) all *= static_cast<double>(of(s));
  return static_cast<int64_t>(std::min(all, 1e18));
}

}  // namespace

void col2Im(OperatorImport& n) {
  const Tensor& x = n.tensor(0, {ElementType::f32, ElementType::f64});
  const std::vector<Side> sides = sidesOf(n);
  const int64_t area = times(sides, [](const Side& s) { return s.block; }), blocks = times(sides, [](const Side& s) { return s.blocks(); });
  if (x.rank() != 3 || x.axes[1].size % area || x.axes[2].size != blocks)
    n.invalid("has " + describe(x.axes) + " for " + std::to_string(blocks) + " blocks of " + std::to_string(area));
  for (size_t i = 1; i < x.rank(); i++) refuseBatch(n, x, i, "puts the rows of the batch into one image");
  const int64_t channels = x.axes[1].size / area;
  const double elements = static_cast<double>(channels) * static_cast<double>(area) * static_cast<double>(times(sides, [](const Side& s) { return s.image; }));
  if (elements > kMostElements) n.unsupported("an image of " + std::to_string(static_cast<int64_t>(elements)) + " sums");
  const std::vector<int64_t> strides = stridesOf(x.axes);
  Axes axes = {x.axes[0], {channels}};
  for (const Side& s : sides) axes.push_back({s.image});
  axes.push_back({area});
  const Tensor parts = mapped(n, x, axes, [&](const std::vector<int64_t>& at) {
    int64_t place = at.back(), block = 0, step = 1;   // which element of a block, and of which one
    for (size_t i = sides.size(); i-- > 0; place /= sides[i].block) {
      const Side& s = sides[i];
      const int64_t from = at[2 + i] + s.before - place % s.block * s.dilation;
      if (from < 0 || from % s.stride || from / s.stride >= s.blocks()) return int64_t{-1};
      block += from / s.stride * step, step *= s.blocks();
    }
    return at[0] * strides[0] + (at[1] * area + at.back()) * strides[1] + block * strides[2];
  });
  Axes image(axes.begin(), axes.end() - 1);
  n.output(0, withAxes(n, reduced(n, parts, {axes.size() - 1}, "sum"), image));
}

}  // namespace kiln::onnx

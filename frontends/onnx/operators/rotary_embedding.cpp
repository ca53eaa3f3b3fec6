// RotaryEmbedding: the numbers of each head in pairs, turned by angles that the token's position gives. Its cosines and sines come with the model, by
// token, or by position with the positions beside them.
#include "frontends/onnx/places.h"

namespace kiln::onnx {

namespace {

constexpr std::initializer_list<ElementType> kFloats = {ElementType::f32, ElementType::f64};

// [batch, tokens, half] of input 1 or 2, with an axis for the heads.
Tensor ofTokens(OperatorImport& n, size_t input, size_t heads, int64_t half) {
  Tensor x = n.tensor(input, kFloats);
  if (n.has(3)) {
    if (x.rank() != 2) n.invalid("input " + std::to_string(input) + " is " + describe(x.axes) + " beside positions");
    x = gatheredAlong(n, x, 0, n.tensor(3, {ElementType::i64}));
  }
  if (x.rank() != 3 || x.axes[2].isBatch() || x.axes[2].size != half) n.invalid("input " + std::to_string(input) + " gives " + describe(x.axes) + " for half of " + std::to_string(2 * half) + " numbers");
  Axes axes = x.axes;
  axes.insert(axes.begin() + static_cast<long>(heads), Axis{});
  return withAxes(n, x, axes);
}

}  // namespace

void rotaryEmbedding(OperatorImport& n) {
  const Tensor& given = n.tensor(0, kFloats);
  if (given.rank() != 3 && given.rank() != 4) n.invalid("needs a tensor of three or four dimensions, has " + describe(given.axes));
  for (size_t i = 1; i < given.rank(); i++) refuseBatch(n, given, i, "turns over the rows of the batch");
  const size_t heads = given.rank() == 3 ? 2 : 1;   // their axis, once there are four
  Tensor x = given;
  const int64_t many = n.integer("num_heads", 0);
  if (given.rank() == 3) {
    if (many < 1 || x.axes[2].size % many) n.invalid("input 0 " + describe(x.axes) + " has not " + std::to_string(many) + " heads");
    x = withAxes(n, x, {x.axes[0], x.axes[1], {many}, {x.axes[2].size / many}});
  }
  const int64_t size = x.axes[3].size, turned = n.integer("rotary_embedding_dim", 0) ? n.integer("rotary_embedding_dim") : size;
  if (turned < 2 || turned > size || turned % 2) n.invalid("turns " + std::to_string(turned) + " of " + std::to_string(size) + " numbers");
  const int64_t half = turned / 2;
  const bool alternate = n.integer("interleaved", 0) != 0;
  const Tensor first = sliced(n, x, 3, 0, half, alternate ? 2 : 1), second = sliced(n, x, 3, alternate ? 1 : half, half, alternate ? 2 : 1);
  const Tensor cosine = ofTokens(n, 1, heads, half), sine = ofTokens(n, 2, heads, half);
  const auto times = [&](const Tensor& a, const Tensor& b) { return apply(n, "mul", a, b); };
  Tensor real = apply(n, "sub", times(cosine, first), times(sine, second)), imaginary = apply(n, "add", times(sine, first), times(cosine, second));
  Tensor y;
  if (alternate) {
    Axes pairs = real.axes, flat = real.axes;
    pairs.push_back({}), flat[3].size = turned;
    y = withAxes(n, joined(n, {withAxes(n, real, pairs), withAxes(n, imaginary, pairs)}, 4), flat);
  } else {
    y = joined(n, {real, imaginary}, 3);
  }
  if (turned < size) y = joined(n, {y, sliced(n, x, 3, turned, size - turned)}, 3);
  if (y.dims() != x.dims()) n.invalid("cosines " + describe(cosine.axes) + " for " + describe(x.axes));
  n.output(0, withAxes(n, y, given.axes));
}

}  // namespace kiln::onnx

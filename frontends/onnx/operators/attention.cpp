// Attention: softmax(scale Q K' + mask) V, head by head. A query that may look at no key has the result 0, as in ONNX Runtime and, since its
// errata, in the standard.
#include <cmath>
#include <limits>

#include "frontends/onnx/contract.h"

namespace kiln::onnx {

namespace {

constexpr std::initializer_list<ElementType> kFloats = {ElementType::f32, ElementType::f64};

// [batch, heads, tokens, size], of [batch, tokens, heads * size] too.
Tensor byHead(OperatorImport& n, size_t input, int64_t heads) {
  const Tensor& x = n.tensor(input, kFloats);
  if (x.rank() != 3 && x.rank() != 4) n.invalid("input " + std::to_string(input) + " is " + describe(x.axes) + ", of neither three nor four dimensions");
  for (size_t i = 1; i < x.rank(); i++) refuseBatch(n, x, i, "an attention over the rows of the batch");
  if (x.rank() == 4) return x;
  if (heads < 1 || x.axes[2].size % heads) n.invalid("input " + std::to_string(input) + " " + describe(x.axes) + " has not " + std::to_string(heads) + " heads");
  return transposed(n, withAxes(n, x, {x.axes[0], x.axes[1], {heads}, {x.axes[2].size / heads}}), {0, 2, 1, 3});
}

// Every head of keys or values for as many heads of queries.
Tensor forHeads(OperatorImport& n, const Tensor& x, int64_t heads) {
  const int64_t own = x.axes[1].size;
  if (own == heads) return x;
  if (own < 1 || heads % own) n.invalid(std::to_string(heads) + " heads of queries, and " + std::to_string(own) + " of keys");
  const std::vector<int64_t> strides = stridesOf(x.axes);
  return mapped(n, x, {x.axes[0], {heads}, x.axes[2], x.axes[3]}, [&](const std::vector<int64_t>& at) {
    return at[0] * strides[0] + at[1] / (heads / own) * strides[1] + at[2] * strides[2] + at[3] * strides[3];
  });
}

// What stands for "not this key": as in ONNX Runtime the lowest number, not the infinite one.
double lowest(const Tensor& x) { return x.type == ElementType::f32 ? static_cast<double>(std::numeric_limits<float>::lowest()) : std::numeric_limits<double>::lowest(); }

Tensor without(OperatorImport& n, const Tensor& scores, const Tensor& seen) {
  return apply(n, "add", scores, selected(n, seen, constantLike(scores, 0), constantLike(scores, lowest(scores))));
}

Tensor numbers(Axes axes, int64_t count) {
  Elements elements;
  for (int64_t i = 0; i < count; i++) elements.integers.push_back(i);
  return hostTensor(ElementType::i64, std::move(axes), std::move(elements));
}

struct Heads {
  Tensor queries, keys, values;
  int64_t past = 0;   ///< tokens before the first of the queries
};

// The heads, past keys and values in front of the new ones.
Heads headsOf(OperatorImport& n) {
  const int64_t heads = n.integer("q_num_heads", 0), ofKeys = n.integer("kv_num_heads", 0);
  Heads of{byHead(n, 0, heads), byHead(n, 1, ofKeys), byHead(n, 2, ofKeys)};
  if (n.has(4) != n.has(5)) n.invalid("has past keys or past values without the other");
  if (n.has(4)) {
    const Tensor &keys = n.tensor(4, kFloats), &values = n.tensor(5, kFloats);
    if (keys.rank() != 4 || values.rank() != 4) n.invalid("past keys and values need four dimensions");
    of.past = keys.axes[2].size;
    of.keys = joined(n, {keys, of.keys}, 2), of.values = joined(n, {values, of.values}, 2);
  }
  if (n.wanted(1)) n.output(1, of.keys);
  if (n.wanted(2)) n.output(2, of.values);
  of.keys = forHeads(n, of.keys, of.queries.axes[1].size), of.values = forHeads(n, of.values, of.queries.axes[1].size);
  return of;
}

// Which keys a query may look at, by their numbers.
Tensor masked(OperatorImport& n, Tensor scores, const Heads& of) {
  const int64_t queries = of.queries.axes[2].size, keys = of.keys.axes[2].size;
  const Tensor key = numbers({{keys}}, keys);
  std::optional<Tensor> filled;   // keys that are not padding, [batch,1,1,1]
  if (n.has(6)) {
    const Tensor& given = n.tensor(6, {ElementType::i64});
    if (given.rank() != 1) n.invalid("the numbers of keys are " + describe(given.axes) + ", not one a row");
    filled = withAxes(n, given, {given.axes[0], {}, {}, {}});
    scores = without(n, scores, n.call("lt", {key, *filled}, ElementType::boolean));
  }
  if (!n.integer("is_causal", 0)) return scores;
  Tensor last = apply(n, "add", numbers({{queries}, {}}, queries), constantLike(key, static_cast<double>(of.past)));
  if (filled && !of.past) last = apply(n, "add", last, apply(n, "sub", *filled, constantLike(key, static_cast<double>(queries))));
  return without(n, scores, n.call("le", {key, last}, ElementType::boolean));
}

// In the type that the node asks for, by its number; 0: that of the scores. Halves are computed in float.
Tensor shares(OperatorImport& n, const Tensor& scores) {
  const ElementType asked = n.elementType("softmax_precision", ElementType::undefined);
  if (asked == ElementType::undefined || asked == scores.type) return softmaxed(n, scores, {3});
  if (asked != ElementType::f32 && asked != ElementType::f64) n.unsupported(std::string("a softmax in ") + elementName(asked));
  return n.cast(softmaxed(n, n.cast(scores, asked), {3}), scores.type);
}

}  // namespace

void attention(OperatorImport& n) {
  const Heads of = headsOf(n);
  const double scale = n.number("scale", 1 / std::sqrt(static_cast<double>(of.queries.axes[3].size)));
  const Tensor root = constantLike(of.queries, std::sqrt(scale));
  const int64_t shown = n.integer("qk_matmul_output_mode", 0);
  const auto show = [&](int64_t mode, const Tensor& x) {
    if (shown == mode && n.wanted(3)) n.output(3, x);
  };
  Tensor scores = product(n, apply(n, "mul", of.queries, root), apply(n, "mul", transposed(n, of.keys, {0, 1, 3, 2}), root));
  show(0, scores);
  if (const double cap = n.number("softcap", 0); cap > 0)
    scores = apply(n, "mul", apply(n, "tanh", apply(n, "div", scores, constantLike(scores, cap))), constantLike(scores, cap));
  show(1, scores);
  if (n.has(3)) {
    const Tensor& mask = n.tensor(3, {ElementType::boolean, of.queries.type});
    scores = mask.type == ElementType::boolean ? without(n, scores, mask) : apply(n, "add", scores, mask);
  }
  scores = masked(n, scores, of);
  show(2, scores);
  const Tensor none = n.call("le", {reduced(n, scores, {3}, "max"), constantLike(scores, lowest(scores))}, ElementType::boolean);
  const Tensor attended = selected(n, none, constantLike(scores, 0), shares(n, scores));
  show(3, attended);
  const Tensor y = product(n, attended, of.values);
  if (n.tensor(0).rank() == 4) return n.output(0, y);
  const Tensor tokens = transposed(n, y, {0, 2, 1, 3});
  n.output(0, withAxes(n, tokens, {tokens.axes[0], tokens.axes[1], {tokens.axes[2].size * tokens.axes[3].size}}));
}

}  // namespace kiln::onnx

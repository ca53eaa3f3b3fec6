// NegativeLogLikelihoodLoss, SoftmaxCrossEntropyLoss: what training minimizes, of scores [N, C, ..] and the classes [N, ..]. A class that is none ends
// the row.
#include <numeric>

#include "frontends/onnx/axes.h"

namespace kiln::onnx {

namespace {

constexpr std::initializer_list<ElementType> kFloats = {ElementType::f32, ElementType::f64};

Tensor truth(OperatorImport& n, const char* function, const Tensor& a, const Tensor& b) { return n.call(function, {a, b}, ElementType::boolean); }

// Input `input` of classes, without axis 1 of the scores; the negative logarithms of their likelihoods, weighted, as the reduction says.
void loss(OperatorImport& n, const Tensor& likelihoods) {
  const Tensor target = n.cast(n.tensor(1, {ElementType::i32, ElementType::i64}), ElementType::i64);
  const int reduction = n.choice("reduction", {"mean", "sum", "none"}, 0);
  if (likelihoods.rank() < 2) n.invalid("needs scores of two or more dimensions, has " + describe(likelihoods.axes));
  refuseBatch(n, likelihoods, 1, "classes that are rows");
  Axes places = likelihoods.axes;
  const int64_t classes = places[1].size;
  places.erase(places.begin() + 1);
  if (places != target.axes) n.invalid("classes " + describe(target.axes) + " of scores " + describe(likelihoods.axes));
  for (const Axis& axis : places)
    if (axis.isBatch() && reduction != 2) n.mixesRows("a loss over the rows of the batch");
  Axes wide = places;
  wide.insert(wide.begin() + 1, Axis{});
  const Tensor classOf = withAxes(n, target, wide);
  // One place of axis 1: the class's likelihood.
  std::vector<int64_t> numbers(static_cast<size_t>(classes));
  std::iota(numbers.begin(), numbers.end(), 0);
  Axes along(likelihoods.rank() - 1, Axis{});
  along[0] = {classes};
  const Tensor isClass = truth(n, "eq", classOf, withAxes(n, hostIntegers(numbers), along));
  const auto chosen = [&](const Tensor& of) { return withAxes(n, reduced(n, selected(n, isClass, of, constantLike(of, 0)), {1}, "sum"), places); };
  Tensor picked = apply(n, "neg", chosen(likelihoods));
  Tensor weights = constantLike(picked, 1);
  if (n.has(2)) {
    const Tensor& w = n.tensor(2, kFloats);
    if (w.type != likelihoods.type || w.rank() != 1 || w.count() != classes) n.invalid("weights " + describe(w.axes) + " of " + std::to_string(classes) + " classes");
    weights = chosen(withAxes(n, w, along));
  }
  Tensor known = n.call("and", {truth(n, "ge", target, hostIntegers({0})), truth(n, "lt", target, hostIntegers({classes}))}, ElementType::boolean);
  if (n.hasAttribute("ignore_index")) {
    const Tensor ignored = truth(n, "eq", target, hostIntegers({n.integer("ignore_index")}));
    weights = selected(n, ignored, constantLike(picked, 0), weights);
    picked = selected(n, ignored, constantLike(picked, 0), picked);
    known = n.call("or", {known, ignored}, ElementType::boolean);
  }
  std::vector<size_t> all(places.size());
  std::iota(all.begin(), all.end(), 0);
  const auto over = [&](const Tensor& x, const char* op) { return withAxes(n, reduced(n, withAxes(n, spread(n, x, places), {{count(places)}}), {0}, op), {}); };
  n.expect(over(withAxes(n, known, places), "all"), 1);
  const Tensor each = apply(n, "mul", picked, weights);
  if (reduction == 2) return n.output(0, withAxes(n, each, places));
  const Tensor sum = over(each, "sum");
  n.output(0, reduction == 1 ? sum : apply(n, "div", sum, over(weights, "sum")));
}

}  // namespace

void negativeLogLikelihoodLoss(OperatorImport& n) { loss(n, n.tensor(0, kFloats)); }

void softmaxCrossEntropyLoss(OperatorImport& n) {
  const Tensor& x = n.tensor(0, kFloats);
  if (x.rank() < 2) n.invalid("needs scores of two or more dimensions, has " + describe(x.axes));
  refuseBatch(n, x, 1, "classes that are rows");
  const Tensor moved = apply(n, "sub", x, reduced(n, x, {1}, "max"));
  const Tensor likelihoods = apply(n, "sub", moved, apply(n, "log", reduced(n, apply(n, "exp", moved), {1}, "sum")));
  loss(n, likelihoods);
  n.output(1, likelihoods);
}

}  // namespace kiln::onnx

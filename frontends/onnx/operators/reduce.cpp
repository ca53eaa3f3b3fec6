// ReduceSum and its kin: axes of a tensor to one element. Sums in index order, in the tensor's type.
#include <numeric>

#include "frontends/onnx/axes.h"

namespace kiln::onnx {

namespace {

std::vector<size_t> axesOf(OperatorImport& n, const Tensor& x, int input) {
  std::vector<int64_t> axes;
  if (n.version() < input) axes = n.integers("axes");
  else if (n.has(1)) axes = n.constantIntegers(1);
  if (axes.empty()) {
    if (n.version() >= input && n.integer("noop_with_empty_axes", 0)) return {};
    axes.resize(x.rank());
    std::iota(axes.begin(), axes.end(), 0);
  } else if (n.version() >= input) {
    n.integer("noop_with_empty_axes", 0);
  }
  return constantAxes(n, x, axes, "a reduction over the rows of the batch");
}

// Drops the axes that were reduced, unless keepdims.
void put(OperatorImport& n, const Tensor& result, const std::vector<size_t>& axes) {
  if (n.integer("keepdims", 1)) return n.output(0, result);
  std::vector<bool> gone(result.rank(), false);
  for (size_t axis : axes) gone[axis] = true;
  Axes kept;
  for (size_t i = 0; i < result.rank(); i++)
    if (!gone[i]) kept.push_back(result.axes[i]);
  n.output(0, withAxes(n, result, kept));
}

constexpr std::initializer_list<ElementType> kNumbers = {ElementType::f32, ElementType::f64, ElementType::i32, ElementType::i64};

// What is done to the elements before, and to the result after; `input`: the version in which axes became an input.
template <class Before, class After>
void reduction(OperatorImport& n, const char* op, int input, Before before, After after) {
  const Tensor& x = n.tensor(0, kNumbers);
  const std::vector<size_t> axes = axesOf(n, x, input);
  put(n, after(reduced(n, before(x), axes, op), x), axes);
}
Tensor same(const Tensor& x) { return x; }
Tensor keep(const Tensor& y, const Tensor&) { return y; }

// A function of floats, for integers through double.
Tensor byFloat(OperatorImport& n, const char* function, const Tensor& x) {
  if (isFloat(x.type)) return apply(n, function, x);
  return n.cast(apply(n, function, n.cast(x, ElementType::f64)), x.type);
}

void extreme(OperatorImport& n, const char* op, const char* logical) {
  const Tensor& x = n.tensor(0);
  const std::vector<size_t> axes = axesOf(n, x, 18);
  if (x.type == ElementType::str || x.type == ElementType::u64) n.unsupported(std::string("a reduction of ") + elementName(x.type));
  put(n, reduced(n, x, axes, x.type == ElementType::boolean ? logical : op), axes);
}

}  // namespace

void reduceSum(OperatorImport& n) { reduction(n, "sum", 13, same, keep); }
void reduceProd(OperatorImport& n) { reduction(n, "product", 18, same, keep); }
void reduceSumSquare(OperatorImport& n) { reduction(n, "sumsq", 18, same, keep); }
void reduceMax(OperatorImport& n) { extreme(n, "max", "any"); }
void reduceMin(OperatorImport& n) { extreme(n, "min", "all"); }

void reduceMean(OperatorImport& n) {
  reduction(n, "sum", 18, same, [&](const Tensor& sum, const Tensor& x) {
    return apply(n, "div", sum, constantLike(x, static_cast<double>(x.count()) / static_cast<double>(sum.count())));
  });
}
void reduceL1(OperatorImport& n) {
  reduction(n, "sum", 18, [&](const Tensor& x) { return apply(n, "abs", x); }, keep);
}
void reduceL2(OperatorImport& n) {
  reduction(n, "sumsq", 18, same, [&](const Tensor& sum, const Tensor&) { return byFloat(n, "sqrt", sum); });
}
void reduceLogSum(OperatorImport& n) {
  reduction(n, "sum", 18, same, [&](const Tensor& sum, const Tensor&) { return byFloat(n, "log", sum); });
}

// log(sum(exp(x - max))) + max, with 0 for a largest that is not finite, as ONNX Runtime has it.
void reduceLogSumExp(OperatorImport& n) {
  const Tensor& given = n.tensor(0, kNumbers);
  const std::vector<size_t> axes = axesOf(n, given, 18);
  const Tensor x = isFloat(given.type) ? given : n.cast(given, ElementType::f64);
  const Tensor most = reduced(n, x, axes, "max");
  const Tensor odd = n.call("or", {n.call("is_inf", {most}, ElementType::boolean), n.call("is_nan", {most}, ElementType::boolean)}, ElementType::boolean);
  const Tensor shift = selected(n, odd, constantLike(x, 0), most);
  const Tensor sum = reduced(n, apply(n, "exp", apply(n, "sub", x, shift)), axes, "sum");
  put(n, n.cast(apply(n, "add", apply(n, "log", sum), shift), given.type), axes);
}

}  // namespace kiln::onnx

// ReduceSum and its kin: axes of a tensor to one element. Sums of floats in the tensor's type, in index order, but for plain sums, whose
// order is ONNX Runtime's where it does not depend on where a row lies in memory; of integers in double, and what is beyond the
// integer type becomes its lowest or highest number, as ONNX Runtime has it.
#include <algorithm>
#include <limits>
#include <numeric>

#include "compiler/ir/nodes/cast.h"
#include "frontends/onnx/given.h"
#include "frontends/onnx/row_sets.h"
#include "frontends/onnx/tokens.h"

namespace kiln::onnx {

namespace {

// Without the axes that were reduced, unless keepdims.
Axes remaining(const Axes& all, const std::vector<size_t>& axes, bool keep) {
  Axes result;
  for (size_t i = 0; i < all.size(); i++) {
    const bool isReduced = std::find(axes.begin(), axes.end(), i) != axes.end();
    if (!isReduced || keep) result.push_back(isReduced ? Axis() : all[i]);
  }
  return result;
}

bool hasBatchAmong(const Axes& all, const std::vector<size_t>& axes) {
  return std::any_of(axes.begin(), axes.end(), [&](size_t axis) { return all[axis].isBatch(); });
}

// The output: what `reduce` (which keeps the axes, of size 1) makes of the axes that the attribute, the constant or the row
// gives. `input`: the version in which axes became an input.
void overAxes(OperatorImport& n, const Tensor& x, int input, const std::function<Tensor(const std::vector<size_t>&)>& reduce) {
  const bool keep = n.integer("keepdims", 1) != 0, noop = n.version() >= input && n.integer("noop_with_empty_axes", 0);
  const auto result = [&](const std::vector<size_t>& axes) { return withAxes(n, reduce(axes), remaining(x.axes, axes, keep)); };
  if (n.version() >= input && !n.isConstant(1)) {
    const Axes declared = declaredAxes(n, 0, 1);
    const auto fits = [&](const std::vector<size_t>& axes) { return !hasBatchAmong(x.axes, axes) && remaining(x.axes, axes, keep) == declared; };
    return n.output(0, byAxes(n, 1, x.rank(), fits, result));
  }
  std::vector<int64_t> axes;
  if (n.version() < input) axes = n.integers("axes");
  else if (n.has(1)) axes = n.constantIntegers(1);
  if (axes.empty() && !noop) axes.resize(x.rank()), std::iota(axes.begin(), axes.end(), 0);
  n.output(0, result(constantAxes(n, x, axes, "a reduction over the rows of the batch")));
}

constexpr std::initializer_list<ElementType> kNumbers = {ElementType::f32, ElementType::f64, ElementType::i32, ElementType::i64};

// ONNX Runtime's order of a plain sum. It depends on the axes around the summed ones, of a batch of one row it may be another, and it
// begins where a row meets a multiple of 16 bytes: of five floats, half of the rows of a batch hold no whole vector behind that.
ir::Reduce::Order sumOrder(OperatorImport& n, const Tensor& x, const std::vector<size_t>& axes) {
  if (!isFloat(x.type) || n.spec() || axes.empty() || axes.back() - axes.front() + 1 != axes.size()) return ir::Reduce::index;
  if (axes.back() + 1 == x.rank()) return x.type == ElementType::f32 && count(Axes(x.axes.begin() + static_cast<long>(axes.front()), x.axes.end())) == 5 ? ir::Reduce::index : ir::Reduce::vectors;
  const auto isMany = [](const Axis& axis) { return axis.isBatch() || axis.size > 1; };
  const bool inner = std::any_of(x.axes.begin(), x.axes.begin() + static_cast<long>(axes.front()), isMany);
  return inner && x.type == ElementType::f32 ? ir::Reduce::blocks : ir::Reduce::index;
}
ir::Reduce::Order byIndex(OperatorImport&, const Tensor&, const std::vector<size_t>&) { return ir::Reduce::index; }

// What is done to the elements before, and to the result after; `input`: the version in which axes became an input.
template <class Before, class After>
void reduction(OperatorImport& n, const char* op, int input, Before before, After after, decltype(&byIndex) order = byIndex) {
  const Tensor& given = n.tensor(0, kNumbers);
  const bool inDouble = !isFloat(given.type) && !n.spec();
  const Tensor x = inDouble ? n.cast(given, ElementType::f64) : given;
  overAxes(n, x, input, [&](const std::vector<size_t>& axes) {
    const Tensor y = after(reduced(n, before(x), axes, op, order(n, given, axes)), x);
    return inDouble ? n.tensorOf(given.type, y.axes, n.build.add(ir::Cast(elemOf(given.type)), {n.value(y)})) : y;
  });
}
Tensor same(const Tensor& x) { return x; }

Tensor keep(const Tensor& y, const Tensor&) { return y; }

// A function of floats, for integers through double.
Tensor byFloat(OperatorImport& n, const char* function, const Tensor& x) {
  if (isFloat(x.type)) return apply(n, function, x);
  return n.cast(apply(n, function, n.cast(x, ElementType::f64)), x.type);
}

// Of one bool of each row, as an integer perhaps: whether any row has it, or all.
bool wholeBatch(OperatorImport& n, const Tensor& x, bool isAny) {
  const bool byInput = n.version() >= 18;
  if (x.rank() != 1 || !isRows(x.axes[0]) || (byInput && !n.isConstant(1)) || (byInput && n.integer("noop_with_empty_axes", 0))) return false;
  const std::optional<Value> result = overRows(n, x, isAny);
  if (!result) return false;
  if (!byInput) n.ignore("axes");   // there is one
  n.ignore("keepdims");             // and one result
  n.output(0, *result);
  return true;
}

void extreme(OperatorImport& n, const char* op, const char* logical) {
  const Tensor& x = n.tensor(0);
  if (wholeBatch(n, x, logical == std::string("any"))) return;
  if (x.type == ElementType::str || x.type == ElementType::u64) n.unsupported(std::string("a reduction of ") + elementName(x.type));
  overAxes(n, x, 18, [&](const std::vector<size_t>& axes) { return reduced(n, x, axes, x.type == ElementType::boolean ? logical : op); });
}

}  // namespace

void reduceSum(OperatorImport& n) {
  if (n.input(0).kind == Value::tokens)
    return n.output(0, sumOfOneHots(n, n.input(0), n.version() < 13 ? n.integers("axes") : n.has(1) ? n.constantIntegers(1) : std::vector<int64_t>(), n.integer("keepdims", 1) != 0));
  reduction(n, "sum", 13, same, keep, sumOrder);
}
void reduceProd(OperatorImport& n) { reduction(n, "product", 18, same, keep); }
void reduceSumSquare(OperatorImport& n) { reduction(n, "sumsq", 18, same, keep); }
void reduceMax(OperatorImport& n) { extreme(n, "max", "any"); }
void reduceMin(OperatorImport& n) { extreme(n, "min", "all"); }

void reduceMean(OperatorImport& n) {
  const auto divided = [&](const Tensor& sum, const Tensor& x) {
    return apply(n, "div", sum, constantLike(x, static_cast<double>(x.count()) / static_cast<double>(sum.count())));
  };
  reduction(n, "sum", 18, same, divided, sumOrder);
}
void reduceL1(OperatorImport& n) {
  reduction(n, "sum", 18, [&](const Tensor& x) { return x.count() ? apply(n, "abs", x) : x; }, keep);
}
void reduceL2(OperatorImport& n) {
  reduction(n, "sumsq", 18, same, [&](const Tensor& sum, const Tensor&) { return byFloat(n, "sqrt", sum); });
}
// Of integers whose sum is negative: the lowest number, as ONNX Runtime has it.
void reduceLogSum(OperatorImport& n) {
  const bool ofIntegers = !isFloat(n.tensor(0, kNumbers).type);
  reduction(n, "sum", 18, same, [&](const Tensor& sum, const Tensor&) {
    const Tensor y = byFloat(n, "log", sum);
    return ofIntegers && isFloat(y.type) ? selected(n, n.call("is_nan", {y}, ElementType::boolean), constantLike(y, -std::numeric_limits<double>::infinity()), y) : y;
  });
}

// log(sum(exp(x - max))) + max, with 0 for a largest that is not finite, as ONNX Runtime has it; its terms of integers are integers.
void reduceLogSumExp(OperatorImport& n) {
  const Tensor& given = n.tensor(0, kNumbers);
  const Tensor x = isFloat(given.type) ? given : n.cast(given, ElementType::f64);
  overAxes(n, x, 18, [&](const std::vector<size_t>& axes) {
    const Tensor most = reduced(n, x, axes, "max");
    if (x.count() == 0) return n.cast(most, given.type);   // of nothing: the logarithm of 0
    const Tensor odd = n.call("or", {n.call("is_inf", {most}, ElementType::boolean), n.call("is_nan", {most}, ElementType::boolean)}, ElementType::boolean);
    const Tensor shift = selected(n, odd, constantLike(x, 0), most);
    const Tensor terms = apply(n, "exp", apply(n, "sub", x, shift));
    const Tensor sum = reduced(n, isFloat(given.type) || n.spec() ? terms : apply(n, "floor", terms), axes, "sum");
    return n.cast(apply(n, "add", apply(n, "log", sum), shift), given.type);
  });
}

}  // namespace kiln::onnx

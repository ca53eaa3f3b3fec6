// ArgMax, ArgMin, TopK, CumSum: along one axis, in its order.
#include <cmath>
#include <optional>

#include "compiler/ir/nodes/argmax.h"
#include "compiler/ir/nodes/cumsum.h"
#include "compiler/ir/nodes/topk.h"
#include "frontends/onnx/given.h"

namespace kiln::onnx {

namespace {

constexpr std::initializer_list<ElementType> kNumbers = {ElementType::f32, ElementType::f64, ElementType::i32, ElementType::i64,
                                                         ElementType::i8, ElementType::u8, ElementType::i16, ElementType::u16, ElementType::u32};

// ONNX Runtime compares from the first element on: a NaN there stays, others are passed over.
void place(OperatorImport& n, bool smallest) {
  const Tensor& x = n.tensor(0, kNumbers);
  const size_t axis = n.axis(n.integer("axis", 0), x.rank());
  const bool keep = n.integer("keepdims", 1) != 0;
  ir::ArgMax op;
  op.smallest = smallest, op.last = n.version() >= 12 && n.integer("select_last_index", 0);
  refuseBatch(n, x, axis, "a place among the rows of the batch");
  const Last last = toLast(n, x, {axis});
  const ValueId best = zeroIfMissing(n, n.build.add(op, {last.value}));
  Axes axes = x.axes;
  axes[axis] = {1, Batch::none};
  Tensor y = n.cast(n.tensorOf(ElementType::i32, axes, n.reshape(best, irShape(axes))), ElementType::i64);
  if (isFloat(x.type))
    y = selected(n, n.call("is_nan", {sliced(n, x, axis, 0, 1)}, ElementType::boolean), constantLike(y, 0), y);
  if (!keep) axes.erase(axes.begin() + static_cast<long>(axis)), y = withAxes(n, y, axes);
  n.output(0, y);
}

}  // namespace

void argMax(OperatorImport& n) { place(n, false); }
void argMin(OperatorImport& n) { place(n, true); }

// ONNX Runtime keeps the best in a heap, unless they are many of a few; then the order of NaN, and of what is not sorted, is left to the
// C++ library: sorted by value here, NaN last.
static ir::TopK::Order topKOrder(OperatorImport& n, const Tensor& x, int64_t k, int64_t of, bool isSorted) {
  const bool usesHeap = k < 4 || std::log2(static_cast<double>(k)) / std::log2(static_cast<double>(of)) < 0.725;
  if (!usesHeap || n.spec() || (isSorted && !isFloat(x.type)) || (!x.isConstant() && n.build.type(x.value).nullable)) return ir::TopK::value;
  return isSorted ? ir::TopK::heap : ir::TopK::unsorted;
}

void topK(OperatorImport& n) {
  const Tensor& x = n.tensor(0, kNumbers);
  const size_t axis = n.axis(n.integer("axis", -1), x.rank());
  int64_t k = 0;
  if (n.version() < 10) {
    k = n.integer("k");
  } else if (!n.isConstant(1)) {
    const Axes declared = declaredAxes(n, 0, 1);
    if (declared.size() != x.rank()) n.invalid("declared are " + describe(declared) + " for " + describe(x.axes));
    k = declared[axis].size;
    expectIntegers(n, 1, {k});
  } else {
    const std::vector<int64_t> given = n.constantIntegers(1);
    if (given.size() != 1) n.invalid("k must be one number");
    k = given[0];
  }
  refuseBatch(n, x, axis, "orders the rows of the batch");
  if (k == 0) {
    const Tensor none = sliced(n, x, axis, 0, 0);
    n.integer("largest", 1), n.integer("sorted", 1);
    return n.output(0, none), n.output(1, hostTensor(ElementType::i64, none.axes, {}));
  }
  if (k < 0 || k > x.axes[axis].size) n.invalid("k is " + std::to_string(k) + " of " + std::to_string(x.axes[axis].size));
  ir::TopK op;
  op.k = static_cast<uint32_t>(k), op.smallest = n.version() >= 11 && !n.integer("largest", 1);
  const bool isSorted = n.version() < 11 || n.integer("sorted", 1);
  op.order = topKOrder(n, x, k, x.axes[axis].size, isSorted);
  const Last last = toLast(n, x, {axis});
  const std::vector<ValueId> best = n.build.addAll(std::move(op), {last.value});
  Tensor like = x;
  like.axes[axis].size = k;
  n.output(0, fromLast(n, last, like, x.type, best[0]));
  n.output(1, n.cast(fromLast(n, last, like, ElementType::i32, best[1]), ElementType::i64));
}

// The output: what `along` makes of the axis that input 1, a constant or of the row, names.
static void overGivenAxis(OperatorImport& n, const Tensor& x, const std::function<Tensor(const std::vector<size_t>&)>& along) {
  if (n.isConstant(1)) return n.output(0, along({n.axis(n.constantInteger(1), x.rank())}));
  if (n.tensor(1).count() != 1) n.invalid("the axis must be one number");
  n.output(0, byAxes(n, 1, x.rank(), [&](const std::vector<size_t>& axis) { return !x.axes[axis[0]].isBatch(); }, along));
}

void cumSum(OperatorImport& n) {
  const Tensor& x = n.tensor(0, {ElementType::f32, ElementType::f64, ElementType::i32, ElementType::i64});
  ir::CumSum op;
  op.exclusive = n.integer("exclusive", 0) != 0, op.reverse = n.integer("reverse", 0) != 0;
  const auto along = [&](const std::vector<size_t>& axis) {
    refuseBatch(n, x, axis[0], "sums over the rows of the batch");
    const Last last = toLast(n, x, axis);
    return fromLast(n, last, x, x.type, n.build.add(op, {last.value}));
  };
  overGivenAxis(n, x, along);
}

// Element by element, each the product of all before it and itself.
void cumProd(OperatorImport& n) {
  const Tensor& x = n.tensor(0, {ElementType::f32, ElementType::f64, ElementType::i32, ElementType::i64});
  const bool exclusive = n.integer("exclusive", 0) != 0, reverse = n.integer("reverse", 0) != 0;
  const auto along = [&](const std::vector<size_t>& axes) {
    const size_t axis = axes[0];
    refuseBatch(n, x, axis, "multiplies over the rows of the batch");
    const int64_t size = x.axes[axis].size;
    if (size > 1024) n.unsupported("a product over " + std::to_string(size) + " elements");
    if (size == 0) return x;
    std::vector<Tensor> parts(static_cast<size_t>(size));
    std::optional<Tensor> product;
    for (int64_t step = 0; step < size; step++) {
      const int64_t at = reverse ? size - 1 - step : step;
      const Tensor one = sliced(n, x, axis, at, 1);
      const Tensor before = product ? *product : spread(n, constantLike(x, 1), one.axes);
      product = product ? apply(n, "mul", *product, one) : one;
      parts[static_cast<size_t>(at)] = exclusive ? before : *product;
    }
    return joined(n, parts, axis);
  };
  overGivenAxis(n, x, along);
}

}  // namespace kiln::onnx

// Compress, NonZero: the elements, or places, where a condition holds. How many they are must be known while compiling: from the
// condition, or, if the row gives it, from the declared shape; a row in which they are more or fewer has no result. Along the rows of
// the batch they make a row set.
#include "frontends/onnx/given.h"
#include "frontends/onnx/row_sets.h"

namespace kiln::onnx {

namespace {

void compressByGiven(OperatorImport& n, const Tensor& from, size_t axis) {
  const Axes declared = declaredAxes(n, 0, 1);
  Axes rest = declared;
  if (declared.size() == from.rank()) rest[axis] = from.axes[axis];
  if (rest != from.axes || declared[axis].size > from.axes[axis].size) n.invalid(describe(from.axes) + " is declared as " + describe(declared));
  const Tensor condition = n.tensor(1);
  if (condition.rank() != 1 || condition.axes[0].isBatch() || condition.count() > from.axes[axis].size) n.invalid("the condition is longer than the axis");
  boundPlaces(n, declared);
  const Tensor kept = placesOf(n, condition, declared[axis].size, 1);
  if (count(declared) == 0) return n.output(0, hostTensor(from.type, declared, {}));
  const std::vector<int64_t> strides = stridesOf(from.axes);
  std::vector<int64_t> offsets;
  eachIndex(sizes(declared), [&](const std::vector<int64_t>& index) {
    int64_t at = 0;
    for (size_t i = 0; i < index.size(); i++) at += i == axis ? 0 : index[i] * strides[i];
    offsets.push_back(at);
  });
  const Tensor along = mapped(n, kept, declared, [&](const std::vector<int64_t>& index) { return index[axis]; });
  const Tensor flat = withAxes(n, along, {{count(declared)}});
  const Tensor place = apply(n, "add", apply(n, "mul", flat, hostIntegers({strides[axis]})), hostIntegers(offsets));
  n.output(0, gatheredAt(n, from, declared, place));
}

}  // namespace

void compress(OperatorImport& n) {
  const Tensor& x = n.tensor(0);
  n.tensor(1, {ElementType::boolean});
  const bool flat = !n.hasAttribute("axis");
  const size_t axis = flat ? 0 : n.axis(n.integer("axis"), x.rank());
  if (axis < x.rank() && isRows(x.axes[axis]) && n.tensor(1).axes == Axes{x.axes[axis]} && !n.isConstant(1) && (!flat || x.rank() == 1)) {
    Axes axes = x.axes;
    axes[axis].rows = n.rowSets().add(axes[axis].rows, n.shaped(n.tensor(1), {}));
    return n.output(0, withAxes(n, x, std::move(axes)));
  }
  const Tensor from = flat ? withAxes(n, x, {{x.count()}}) : x;
  if (flat)
    for (size_t i = 0; i < x.rank(); i++) refuseBatch(n, x, i, "takes rows of the batch by number");
  refuseBatch(n, from, axis, "takes rows of the batch by number");
  if (!n.isConstant(1)) return compressByGiven(n, from, axis);
  const std::vector<int64_t> condition = n.constantIntegers(1);
  std::vector<int64_t> kept;
  for (size_t i = 0; i < condition.size(); i++)
    if (condition[i]) kept.push_back(static_cast<int64_t>(i));
  Axes axes = from.axes;
  if (!kept.empty() && kept.back() >= axes[axis].size) n.invalid("the condition is longer than the axis");
  axes[axis].size = static_cast<int64_t>(kept.size());
  const std::vector<int64_t> strides = stridesOf(from.axes);
  n.output(0, mapped(n, from, axes, [&](const std::vector<int64_t>& index) {
             int64_t at = 0;
             for (size_t i = 0; i < index.size(); i++) at += (i == axis ? kept[static_cast<size_t>(index[i])] : index[i]) * strides[i];
             return at;
           }));
}

static Tensor isSetIn(OperatorImport& n, const Tensor& x) {
  const Tensor zero = x.type == ElementType::str ? hostText("") : constantLike(x, 0);
  return n.call("not", {n.call("eq", {x, zero}, ElementType::boolean)}, ElementType::boolean);
}

// The rows for which a number is not zero.
static void nonZeroRows(OperatorImport& n, const Tensor& x) {
  const Axis of = x.axes[0];
  const ValueId isSet = n.shaped(x.type == ElementType::boolean ? x : isSetIn(n, x), {});
  Tensor places = placesOfRows(of);
  places.axes = {Axis{}, {1, Batch::outer, n.rowSets().add(of.rows, isSet)}};
  n.output(0, places);
}

static void nonZeroOfRow(OperatorImport& n, const Tensor& x) {
  if (x.rank() == 1 && isRows(x.axes[0])) return nonZeroRows(n, x);
  const Axes declared = declaredAxes(n, 0, 0);
  for (size_t i = 0; i < x.rank(); i++) refuseBatch(n, x, i, "places among the rows of the batch");
  if (declared.size() != 2 || declared[0] != Axis{static_cast<int64_t>(x.rank())} || declared[1].isBatch())
    n.invalid("places in " + describe(x.axes) + " are declared as " + describe(declared));
  const Tensor places = placesOf(n, withAxes(n, isSetIn(n, x), {{x.count()}}), declared[1].size, 0);
  std::vector<Tensor> rows;
  const std::vector<int64_t> strides = stridesOf(x.axes);
  for (size_t i = 0; i < x.rank(); i++) {
    const Tensor at = apply(n, "rem", apply(n, "div", places, hostIntegers({strides[i]})), hostIntegers({x.axes[i].size}));
    rows.push_back(withAxes(n, at, {{1}, declared[1]}));
  }
  if (declared[1].size == 0 || rows.empty()) return n.output(0, hostTensor(ElementType::i64, declared, {}));
  n.output(0, joined(n, rows, 0));
}

void nonZero(OperatorImport& n) {
  const Tensor& x = n.tensor(0);
  if (!x.isConstant()) return nonZeroOfRow(n, x);
  const Elements& all = n.elements(0);
  std::vector<std::vector<int64_t>> places;
  size_t e = 0;
  eachIndex(x.dims(), [&](const std::vector<int64_t>& index) {
    const bool zero = !all.numbers.empty() ? all.numbers[e] == 0 : !all.integers.empty() ? all.integers[e] == 0 : all.texts[e].empty();
    if (!zero) places.push_back(index);
    e++;
  });
  Elements result;
  for (size_t axis = 0; axis < x.rank(); axis++)
    for (auto& place : places) result.integers.push_back(place[axis]);
  n.output(0, hostTensor(ElementType::i64, plainAxes({static_cast<int64_t>(x.rank()), static_cast<int64_t>(places.size())}), std::move(result)));
}

}  // namespace kiln::onnx

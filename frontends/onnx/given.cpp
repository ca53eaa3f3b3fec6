#include "frontends/onnx/given.h"

#include <algorithm>
#include <numeric>

#include "compiler/ir/nodes/cumsum.h"
#include "compiler/ir/nodes/gather.h"

namespace kiln::onnx {

namespace {

constexpr int64_t kMostComparisons = 1 << 20;   // of places with those that are chosen
constexpr size_t kMostSets = 256;   // of axes that fit one shape

// The next set of k of n numbers in lexical order; false after the last.
bool nextSet(std::vector<size_t>& set, size_t n) {
  for (size_t i = set.size(); i-- > 0;) {
    if (set[i] == n - set.size() + i) continue;
    set[i]++;
    for (size_t j = i + 1; j < set.size(); j++) set[j] = set[j - 1] + 1;
    return true;
  }
  return false;
}

}  // namespace

Axes declaredAxes(OperatorImport& n, size_t output, size_t input) {
  if (auto axes = n.declared(output)) return *axes;
  n.unsupported("input " + std::to_string(input) + " that is computed from the row", "it fixes a shape that the model does not declare; "
                "kiln compile --constant NAME=VALUES makes an input of the model a constant");
}

Tensor givenIntegers(OperatorImport& n, size_t i) {
  const Tensor& x = n.tensor(i);
  if (!isInteger(x.type)) n.invalid("input " + std::to_string(i) + " must be integers");
  if (const auto flat = merge(x.axes); !flat || flat->isBatch()) n.mixesRows("input " + std::to_string(i) + " has the rows of the batch");
  return withAxes(n, n.cast(x, ElementType::i64), {{x.count()}});
}

Tensor givenInteger(OperatorImport& n, size_t i, int64_t e) {
  const Tensor all = givenIntegers(n, i);
  if (e >= all.count()) n.invalid("input " + std::to_string(i) + " has " + std::to_string(all.count()) + " elements");
  return withAxes(n, sliced(n, all, 0, e, 1), {});
}

Tensor equals(OperatorImport& n, const Tensor& x, int64_t value) { return n.call("eq", {x, hostInteger(value)}, ElementType::boolean); }
Tensor either(OperatorImport& n, const Tensor& a, const Tensor& b) { return n.call("or", {a, b}, ElementType::boolean); }
Tensor both(OperatorImport& n, const Tensor& a, const Tensor& b) { return n.call("and", {a, b}, ElementType::boolean); }

void expectIntegers(OperatorImport& n, size_t i, const std::vector<int64_t>& values) {
  const Tensor given = givenIntegers(n, i);
  if (given.count() != static_cast<int64_t>(values.size()))
    n.invalid("input " + std::to_string(i) + " has " + std::to_string(given.count()) + " elements, the declared shape needs " + std::to_string(values.size()));
  if (values.empty()) return;
  n.expect(reduced(n, n.call("eq", {given, hostIntegers(values)}, ElementType::boolean), {0}, "all"), i);
}

// The set as bits: k powers of two add up to a number of k bits only if they differ, and what is no axis gives none of them.
Tensor byAxes(OperatorImport& n, size_t i, size_t rank, const std::function<bool(const std::vector<size_t>&)>& fits,
              const std::function<Tensor(const std::vector<size_t>&)>& result) {
  const Tensor given = givenIntegers(n, i);
  const auto k = static_cast<size_t>(given.count());
  if (k > rank) n.invalid("has " + std::to_string(k) + " axes of " + std::to_string(rank));
  const Tensor negative = n.call("lt", {given, hostInteger(0)}, ElementType::boolean);
  const Tensor axes = selected(n, negative, apply(n, "add", given, hostInteger(static_cast<int64_t>(rank))), given);
  const Tensor bits = withAxes(n, reduced(n, n.call("shl", {hostInteger(1), axes}, ElementType::i64), {0}, "sum"), {});
  std::vector<size_t> set(k);
  std::iota(set.begin(), set.end(), 0);
  std::optional<Tensor> chosen, known;
  size_t sets = 0;
  do {
    if (!fits(set)) continue;
    if (++sets > kMostSets) n.unsupported("input " + std::to_string(i) + " that is computed from the row", "more than " + std::to_string(kMostSets) + " values of it fit the declared shape");
    int64_t wanted = 0;
    for (size_t axis : set) wanted |= int64_t{1} << axis;
    const Tensor is = equals(n, bits, wanted), value = result(set);
    const bool same = chosen && !value.isConstant() && chosen->value == value.value;
    if (!same) chosen = chosen ? selected(n, is, value, *chosen) : value;
    known = known ? either(n, *known, is) : is;
  } while (nextSet(set, rank));
  if (!chosen) n.invalid("no value of input " + std::to_string(i) + " gives the declared shape");
  n.expect(*known, i);
  return *chosen;
}

// The place of the j-th is how many places have at most j true ones up to them.
Tensor placesOf(OperatorImport& n, const Tensor& condition, int64_t count, size_t input, bool orNone) {
  const int64_t k = condition.count();
  if (count > k) n.invalid("declared are " + std::to_string(count) + " elements of " + std::to_string(k));
  if (k * std::max<int64_t>(count, 1) > kMostComparisons) n.unsupported("a choice of " + std::to_string(count) + " elements from " + std::to_string(k) + " by the row");
  const Tensor numbers = n.cast(condition, ElementType::i64);
  const Tensor all = withAxes(n, reduced(n, numbers, {0}, "sum"), {});
  n.expect(orNone ? either(n, equals(n, all, count), equals(n, all, 0)) : equals(n, all, count), input);
  if (count == 0) return hostIntegers({});
  const Tensor upTo = n.tensorOf(ElementType::i64, condition.axes, n.build.add(ir::CumSum(), {n.vector(numbers)}));
  std::vector<int64_t> each;
  for (int64_t j = 0; j < count; j++) each.push_back(j);
  const Tensor column = withAxes(n, hostIntegers(each), {{count}, {1}});
  const Tensor before = n.cast(n.call("le", {withAxes(n, upTo, {{1}, {k}}), column}, ElementType::boolean), ElementType::i64);
  return withAxes(n, reduced(n, before, {1}, "sum"), {{count}});
}

void boundPlaces(OperatorImport& n, const Axes& axes) {
  if (count(axes) > kMostComparisons) n.unsupported(std::to_string(count(axes)) + " elements at places that the row gives", "--constant makes an input of the model a constant");
}

Tensor gatheredAt(OperatorImport& n, const Tensor& x, const Axes& axes, const Tensor& place) {
  ir::Gather op;
  op.shape = {static_cast<uint32_t>(count(axes))};
  op.places.which = {1}, op.places.offset = {0};
  op.places.dims = {static_cast<uint32_t>(x.count())}, op.places.strides = {1};
  const Tensor inside = apply(n, "min", apply(n, "max", place, hostInteger(0)), hostInteger(x.count() - 1));
  const ValueId value = n.build.add(std::move(op), {n.vector(x), n.vector(inside)});
  return n.tensorOf(x.type, axes, n.reshape(value, irShape(axes)));
}

}  // namespace kiln::onnx

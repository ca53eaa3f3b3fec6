// Expand, Tile: elements repeated. What is repeated for every row is the row's own.
#include "frontends/onnx/given.h"

namespace kiln::onnx {

namespace {

// A shape that the row gives: the one that broadcasts x to the declared axes; where x has the size already, 1 does.
Tensor expandToDeclared(OperatorImport& n, const Tensor& x) {
  const Axes declared = declaredAxes(n, 0, 1);
  if (n.broadcastAxes({x.axes, declared}) != declared) n.invalid(describe(x.axes) + " does not expand to the declared " + describe(declared));
  const auto k = static_cast<size_t>(n.tensor(1).count()), rank = declared.size();
  if (k > rank || (k < rank && x.rank() < rank)) n.invalid("a shape of " + std::to_string(k) + " dimensions, declared are " + describe(declared));
  std::vector<int64_t> wanted, own;
  for (size_t i = rank - k; i < rank; i++) {
    wanted.push_back(declared[i].size);
    const bool has = i + x.rank() >= rank && x.axes[i + x.rank() - rank] == declared[i];
    own.push_back(has ? 1 : declared[i].size);
  }
  if (k > 0) {
    const Tensor given = givenIntegers(n, 1);
    const auto is = [&](const std::vector<int64_t>& sizes) { return n.call("eq", {given, hostIntegers(sizes)}, ElementType::boolean); };
    n.expect(reduced(n, either(n, is(wanted), is(own)), {0}, "all"), 1);
  }
  return spread(n, x, declared);
}

// Repeats that the row gives: those that make the declared axes.
std::vector<Monomial> declaredRepeats(OperatorImport& n, const Tensor& x) {
  const Axes declared = declaredAxes(n, 0, 1);
  if (declared.size() != x.rank()) n.invalid(describe(x.axes) + " does not tile to the declared " + describe(declared));
  std::vector<int64_t> repeats;
  std::vector<Monomial> all;
  for (size_t i = 0; i < x.rank(); i++) {
    const int64_t d = x.axes[i].size, whole = declared[i].size;
    if (d == 0 || whole % d || declared[i].isBatch() != x.axes[i].isBatch()) n.invalid(describe(x.axes) + " does not tile to the declared " + describe(declared));
    repeats.push_back(whole / d), all.push_back({whole / d, 0});
  }
  expectIntegers(n, 1, repeats);
  return all;
}

// Opset 1: how often, and along which axis.
void tileOneAxis(OperatorImport& n, const Tensor& x) {
  const double given = n.constantNumber(1), along = n.constantNumber(2);
  constexpr double kMostTimes = 1 << 16;
  if (!(given >= 1 && given <= kMostTimes)) n.invalid("repeats an axis " + std::to_string(given) + " times");
  if (!(along >= -8 && along <= 8)) n.invalid("repeats axis " + std::to_string(along));
  const auto times = static_cast<int64_t>(given);
  const size_t axis = n.axis(static_cast<int64_t>(along), x.rank());
  if (times > 1) refuseBatch(n, x, axis, "repeats the rows of the batch");
  Axes axes = x.axes;
  axes[axis].size *= times;
  n.bound(axes, x);
  n.output(0, joined(n, std::vector<Tensor>(static_cast<size_t>(times), x), axis));
}

}  // namespace

void expand(OperatorImport& n) {
  const Tensor& x = n.tensor(0);
  if (!n.isConstant(1)) return n.output(0, expandToDeclared(n, x));
  Axes target;
  for (const Monomial& m : n.monomials(1)) {
    if (m.value < 0 || m.power > 1) n.invalid("dimension " + std::to_string(m.value) + " of the shape");
    target.push_back({m.value, m.power ? Batch::outer : Batch::none, m.rows});
  }
  n.output(0, spread(n, x, n.broadcastAxes({x.axes, target})));
}

void tile(OperatorImport& n) {
  const Tensor& x = n.tensor(0);
  if (n.version() < 6) return tileOneAxis(n, x);
  const std::vector<Monomial> repeats = n.isConstant(1) ? n.monomials(1) : declaredRepeats(n, x);
  if (repeats.size() != x.rank()) n.invalid("has " + std::to_string(repeats.size()) + " repeats for " + std::to_string(x.rank()) + " dimensions");
  Axes axes = x.axes;
  for (size_t i = 0; i < axes.size(); i++) {
    const Monomial& r = repeats[i];
    if (r.value < 0 || r.value > int64_t{1} << 32) n.invalid("repeats an axis " + std::to_string(r.value) + " times");
    if (r == Monomial{1, 0}) continue;
    if (axes[i].isBatch() || r.power > 1 || (r.power && r.value != 1)) n.mixesRows("repeats the rows of the batch");
    axes[i].size *= r.value;
    if (r.power) axes[i].batch = Batch::outer, axes[i].rows = r.rows;
  }
  const std::vector<int64_t> strides = stridesOf(x.axes);
  n.output(0, mapped(n, x, axes, [&](const std::vector<int64_t>& index) {
             int64_t from = 0;
             for (size_t i = 0; i < index.size(); i++) from += index[i] % x.axes[i].size * strides[i];
             return from;
           }));
}

}  // namespace kiln::onnx

// Reshape, Flatten, Squeeze, Unsqueeze: the same elements with other axes. The batch is one factor of the axes that it stands in;
// where it goes follows from the elements before and after it.
#include "frontends/onnx/given.h"
#include "frontends/onnx/tokens.h"

namespace kiln::onnx {

namespace {

/// Elements before the batch and after it, row-major.
struct Around {
  int64_t before = 1, after = 1;
  int batches = 0;
  uint32_t rows = 0;   // the row set of the batch
};

Around around(const Axes& axes) {
  Around a;
  for (const Axis& axis : axes) {
    if (axis.isBatch()) a.rows = axis.rows;
    if (axis.batch == Batch::outer) a.batches++;
    (a.batches ? a.after : a.before) *= axis.size;
    if (axis.batch == Batch::inner) a.batches++;
  }
  return a;
}

// A target dimension: value * N^power, or -1 for what is left.
Axes axesOf(OperatorImport& n, const Axes& from, std::vector<Monomial> dims) {
  const Around have = around(from);
  if (have.batches > 1) n.mixesRows("two axes of rows");
  const int64_t total = have.before * have.after;
  int64_t known = 1;
  int open = -1, carrier = -1;
  for (size_t i = 0; i < dims.size(); i++) {
    if (dims[i].value == -1 && dims[i].power == 0) {
      if (open >= 0) n.invalid("two dimensions of the shape are -1");
      open = static_cast<int>(i);
      continue;
    }
    if (dims[i].value < 0 || dims[i].power > 1) n.invalid("dimension " + std::to_string(dims[i].value) + " of the shape");
    known *= dims[i].value;
    if (dims[i].power && carrier >= 0) n.mixesRows("two dimensions contain the number of rows");
    if (dims[i].power) carrier = static_cast<int>(i);
    if (dims[i].power && have.batches && dims[i].rows != have.rows) n.mixesRows("the number of rows is that of others");
  }
  const auto wrong = [&] { n.invalid(describe(from) + " has not as many elements as the shape asks for"); };
  if (open >= 0) {
    if (known == 0 || total % known) wrong();
    dims[static_cast<size_t>(open)] = {total / known, uint8_t(have.batches && carrier < 0)};
    if (have.batches && carrier < 0) carrier = open;
  } else if (known != total) {
    wrong();
  }
  if (have.batches && carrier < 0) n.mixesRows("the shape gives the rows of the batch a fixed size");
  if (!have.batches && carrier >= 0) n.mixesRows("the shape makes the elements of one row many rows");
  Axes axes;
  int64_t before = 1;
  for (size_t i = 0; i < dims.size(); i++) {
    Axis axis{dims[i].value, Batch::none};
    if (static_cast<int>(i) == carrier) {
      const int64_t outer = have.before / std::max<int64_t>(before, 1);   // elements of this axis before the batch
      if (before == 0 || have.before % before || axis.size % std::max<int64_t>(outer, 1)) n.mixesRows("cuts the rows of the batch");
      if (outer != 1 && outer != axis.size) n.unsupported("an axis with the batch between elements");
      axis.batch = outer == 1 ? Batch::outer : Batch::inner, axis.rows = have.rows;
    }
    before *= dims[i].value;
    axes.push_back(axis);
  }
  return axes;
}

std::vector<Monomial> monomialsOf(const Axes& axes) {
  std::vector<Monomial> all;
  for (const Axis& axis : axes) all.push_back({axis.size, uint8_t(axis.isBatch()), axis.rows});
  return all;
}

// A shape that the row gives: the declared one, which may also be written with 0 (as in x) and -1 (what is left).
Tensor toDeclared(OperatorImport& n, const Tensor& x, bool zeroIsZero) {
  const Axes declared = declaredAxes(n, 0, 1), axes = axesOf(n, x.axes, monomialsOf(declared));
  const Tensor given = givenIntegers(n, 1);
  if (given.count() != static_cast<int64_t>(axes.size())) n.invalid("a shape of " + std::to_string(given.count()) + " dimensions, declared are " + describe(declared));
  if (axes.empty()) return withAxes(n, x, axes);
  const Tensor isLeft = n.call("eq", {given, hostIntegers({-1})}, ElementType::boolean);
  Tensor fits = n.call("eq", {given, hostIntegers(sizes(axes))}, ElementType::boolean);
  if (!zeroIsZero) {
    std::vector<int64_t> copied;   // 0 where it means the declared size, else that size
    for (size_t i = 0; i < axes.size(); i++) copied.push_back(i < x.rank() && x.axes[i] == axes[i] ? 0 : axes[i].size);
    fits = either(n, fits, n.call("eq", {given, hostIntegers(copied)}, ElementType::boolean));
  }
  if (x.count() > 0) fits = either(n, fits, isLeft);
  n.expect(reduced(n, fits, {0}, "all"), 1);
  n.expect(n.call("le", {reduced(n, n.cast(isLeft, ElementType::i64), {0}, "sum"), hostIntegers({1})}, ElementType::boolean), 1);
  return withAxes(n, x, axes);
}

std::vector<int64_t> axesInput(OperatorImport& n, int since) {
  if (n.version() < since) return n.integers("axes");
  return n.has(1) ? n.constantIntegers(1) : std::vector<int64_t>();
}

}  // namespace

void reshape(OperatorImport& n) {
  const Tensor& x = n.tensor(0);
  const bool zeroIsZero = n.version() >= 14 && n.integer("allowzero", 0);
  if (n.version() >= 5 && !n.isConstant(1)) return n.output(0, toDeclared(n, x, zeroIsZero));
  std::vector<Monomial> dims;
  if (n.version() >= 5) dims = n.monomials(1);
  else n.ignore("consumed_inputs");
  if (n.version() < 5)
    for (int64_t d : n.integers("shape")) dims.push_back({d, 0});
  for (size_t i = 0; i < dims.size() && !zeroIsZero; i++)
    if (dims[i].value == 0 && dims[i].power == 0) {
      if (i >= x.rank()) n.invalid("dimension " + std::to_string(i) + " of the shape is 0: the tensor has no such axis to copy");
      dims[i] = {x.axes[i].size, uint8_t(x.axes[i].isBatch()), x.axes[i].rows};
    }
  n.output(0, withAxes(n, x, axesOf(n, x.axes, dims)));
}

void flatten(OperatorImport& n) {
  const int64_t given = n.integer("axis", 1);
  if (n.input(0).kind == Value::tokens) return n.output(0, flattenedTokens(n, n.input(0), given));
  const Tensor& x = n.tensor(0);
  const int64_t rank = static_cast<int64_t>(x.rank());
  const int64_t axis = given < 0 ? given + rank : given;
  if (axis < 0 || axis > rank) n.invalid("axis " + std::to_string(given) + " of a tensor with " + std::to_string(rank) + " dimensions");
  Monomial parts[2] = {{1, 0}, {1, 0}};
  for (int64_t i = 0; i < rank; i++) {
    Monomial& part = parts[i >= axis];
    const Axis& each = x.axes[static_cast<size_t>(i)];
    part.value *= each.size, part.power = uint8_t(part.power + each.isBatch()), part.rows += each.rows;   // one of them at most
  }
  n.output(0, withAxes(n, x, axesOf(n, x.axes, {parts[0], parts[1]})));
}

static Axes squeezed(const Axes& axes, const std::vector<bool>& gone) {
  Axes kept;
  for (size_t i = 0; i < axes.size(); i++)
    if (!gone[i]) kept.push_back(axes[i]);
  return kept;
}

static Axes unsqueezed(const Axes& axes, const std::vector<bool>& isNew) {
  Axes all;
  size_t next = 0;
  for (bool fresh : isNew) all.push_back(fresh ? Axis{} : axes[next++]);
  return all;
}

// By axes of the row: whichever they are, the elements are the same, in the declared shape.
static void byGivenAxes(OperatorImport& n, const Tensor& x, size_t rank, Axes (*shape)(const Axes&, const std::vector<bool>&), bool ofOne) {
  const Axes declared = declaredAxes(n, 0, 1);
  const auto fits = [&](const std::vector<size_t>& axes) {
    std::vector<bool> named(rank, false);
    for (size_t axis : axes) named[axis] = true;
    for (size_t axis : axes)
      if (ofOne && x.axes[axis] != Axis{}) return false;
    return shape(x.axes, named) == declared;
  };
  n.output(0, byAxes(n, 1, rank, fits, [&](const std::vector<size_t>&) { return withAxes(n, x, declared); }));
}

void squeeze(OperatorImport& n) {
  if (n.input(0).kind == Value::tokens) return n.output(0, squeezedTokens(n, n.input(0), axesInput(n, 13)));
  const Tensor& x = n.tensor(0);
  if (n.version() >= 13 && !n.isConstant(1)) return byGivenAxes(n, x, x.rank(), squeezed, true);
  std::vector<bool> gone(x.rank(), false);
  const std::vector<int64_t> axes = axesInput(n, 13);
  for (int64_t given : axes) {
    const size_t axis = n.axis(given, x.rank());
    refuseBatch(n, x, axis, "removes the axis of the rows");
    if (x.axes[axis].size != 1) n.invalid("axis " + std::to_string(axis) + " of " + describe(x.axes) + " has not the size 1");
    gone[axis] = true;
  }
  if (axes.empty())
    for (size_t i = 0; i < x.rank(); i++) gone[i] = x.axes[i].size == 1 && !x.axes[i].isBatch();
  n.output(0, withAxes(n, x, squeezed(x.axes, gone)));
}

void unsqueeze(OperatorImport& n) {
  const Tensor& x = n.tensor(0);
  if (n.version() >= 13 && !n.isConstant(1))
    return byGivenAxes(n, x, x.rank() + static_cast<size_t>(n.tensor(1).count()), unsqueezed, false);
  const std::vector<int64_t> given = axesInput(n, 13);
  std::vector<bool> fresh(x.rank() + given.size(), false);
  for (int64_t axis : given) {
    const size_t at = n.axis(axis, fresh.size());
    if (fresh[at]) n.invalid("axis " + std::to_string(axis) + " is given twice");
    fresh[at] = true;
  }
  n.output(0, withAxes(n, x, unsqueezed(x.axes, fresh)));
}

}  // namespace kiln::onnx

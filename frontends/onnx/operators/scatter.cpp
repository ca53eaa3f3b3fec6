// Scatter, ScatterElements, ScatterND: a tensor with other elements put in, at indices that the model or the row gives.
#include "compiler/ir/nodes/scatter.h"

#include <algorithm>
#include <numeric>

#include "frontends/onnx/elementwise.h"
#include "frontends/onnx/places.h"
#include "frontends/onnx/row_sets.h"

namespace kiln::onnx {

namespace {

int reduction(OperatorImport& n) {
  return n.hasAttribute("reduction") ? n.choice("reduction", {"none", "add", "mul", "max", "min"}, 0) : 0;
}

// Constant indices, nothing combined: elements of x and u in another order; of equal places the last update counts.
Tensor replaced(OperatorImport& n, const Tensor& x, const Tensor& indices, const Tensor& updates, const Places& places) {
  std::vector<int64_t> at(static_cast<size_t>(x.count()));
  std::iota(at.begin(), at.end(), 0);
  int64_t next = x.count();
  eachIndex(sizes(places.axes), [&](const std::vector<int64_t>& index) {
    at[static_cast<size_t>(places.constantPlace(n, *indices.host, index))] = next++;
  });
  const Tensor both = joined(n, {withAxes(n, x, {{x.count()}}), withAxes(n, updates, {{updates.count()}})}, 0);
  return arranged(n, both, x.axes, at);
}

Tensor scattered(OperatorImport& n, const Tensor& x, const Tensor& indices, const Tensor& updates, const Places& places, int how) {
  if (updates.type != x.type) n.invalid("the updates have another type than the tensor");
  if (how == 0 && indices.isConstant()) return replaced(n, x, indices, updates, places);
  static constexpr ir::Scatter::Kind kinds[] = {ir::Scatter::set, ir::Scatter::add, ir::Scatter::mul, ir::Scatter::max, ir::Scatter::min};
  const bool isOrdered = kinds[how] == ir::Scatter::max || kinds[how] == ir::Scatter::min;
  if (how != 0 && (x.type == ElementType::boolean || x.type == ElementType::f16 || x.type == ElementType::bf16 || !isNumber(x.type) || (isOrdered && x.type == ElementType::u64)))
    n.unsupported(std::string("a reduction of ") + elementName(x.type));
  ir::Scatter op;
  op.op = kinds[how], op.places = addressing(places);
  const ValueId value = n.build.add(std::move(op), {n.vector(x), n.vector(indices), n.shaped(updates, placeShape(places))});
  return n.tensorOf(x.type, x.axes, n.reshape(how == 0 ? value : settled(n, x.type, value), irShape(x.axes)));
}

// The batch of x stands where that of the updates does: each row has its own.
void sameRows(OperatorImport& n, const Tensor& x, const Tensor& updates) {
  if (hasBatch(updates.axes) && !hasBatch(x.axes)) n.mixesRows("puts elements of every row into one tensor");
}

}  // namespace

void scatterElements(OperatorImport& n) {
  const Tensor &x = n.tensor(0), &indices = n.tensor(1, {ElementType::i32, ElementType::i64}), &updates = n.tensor(2);
  const size_t axis = n.axis(n.integer("axis", 0), x.rank());
  if (updates.dims() != indices.dims()) n.invalid("updates " + describe(updates.axes) + " at indices " + describe(indices.axes));
  sameRows(n, x, updates);
  n.output(0, scattered(n, x, indices, updates, elementPlaces(n, x, indices, updates.axes, axis), reduction(n)));
}

void scatterNd(OperatorImport& n) {
  const Tensor &x = n.tensor(0), &indices = n.tensor(1, {ElementType::i64}), &updates = n.tensor(2);
  if (indices.isConstant() && indices.host->arePlaces()) {
    if (reduction(n) != 0) n.unsupported("a reduction at the places of rows");
    return n.output(0, rowsPut(n, x, indices, updates));
  }
  const Places places = sliceBlocks(n, x, indices, 0);
  if (sizes(places.axes) != updates.dims()) n.invalid("updates " + describe(updates.axes) + " at places " + describe(places.axes));
  sameRows(n, x, updates);
  n.output(0, scattered(n, x, indices, updates, places, reduction(n)));
}

}  // namespace kiln::onnx

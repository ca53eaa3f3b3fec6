// Gather, GatherElements, GatherND: elements at indices, which the model or the row gives. Negative indices count from the end;
// one outside ends the row.
#include "compiler/ir/nodes/gather.h"

#include "frontends/onnx/places.h"
#include "frontends/onnx/row_sets.h"

namespace kiln::onnx {

namespace {

// By indices of the row: [.., k] numbers a place, where k is the number of indexed axes.
Tensor gathered(OperatorImport& n, const Tensor& x, const Tensor& indices, const Places& places) {
  if (indices.isConstant()) {
    std::vector<int64_t> at;
    eachIndex(sizes(places.axes), [&](const std::vector<int64_t>& index) { at.push_back(places.constantPlace(n, *indices.host, index)); });
    return arranged(n, x, places.axes, at);
  }
  ir::Gather op;
  op.shape = placeShape(places);
  op.places = addressing(places);
  const ValueId value = n.build.add(std::move(op), {n.vector(x), n.vector(indices)});
  return n.tensorOf(x.type, places.axes, n.reshape(value, irShape(places.axes)));
}

}  // namespace

Tensor gatheredAlong(OperatorImport& n, const Tensor& x, size_t axis, const Tensor& indices) {
  refuseBatch(n, x, axis, "takes rows of the batch by number");
  if (hasBatch(x.axes) && hasBatch(indices.axes)) n.mixesRows("takes elements of every row by the indices of every row");
  Places places;
  const std::vector<int64_t> strides = stridesOf(x.axes), own = stridesOf(indices.axes);
  const auto keep = [&](size_t i) { places.add(x.axes[i], 0, strides[i]); };
  for (size_t i = 0; i < axis; i++) keep(i);
  for (size_t i = 0; i < indices.rank(); i++) places.add(indices.axes[i], own[i], 0);
  for (size_t i = axis + 1; i < x.rank(); i++) keep(i);
  places.dims = {x.axes[axis].size}, places.strides = {strides[axis]};
  return gathered(n, x, indices, places);
}

void gather(OperatorImport& n) {
  const Tensor &x = n.tensor(0), &indices = n.tensor(1, {ElementType::i32, ElementType::i64});
  const size_t axis = n.axis(n.integer("axis", 0), x.rank());
  if (indices.isConstant() && indices.host->arePlaces()) return n.output(0, rowsAt(n, x, axis, indices, indices.axes));
  n.output(0, gatheredAlong(n, x, axis, indices));
}

void gatherElements(OperatorImport& n) {
  const Tensor &x = n.tensor(0), &indices = n.tensor(1, {ElementType::i32, ElementType::i64});
  const size_t axis = n.axis(n.integer("axis", 0), x.rank());
  n.output(0, gathered(n, x, indices, elementPlaces(n, x, indices, indices.axes, axis)));
}

void gatherNd(OperatorImport& n) {
  const Tensor &x = n.tensor(0), &indices = n.tensor(1, {ElementType::i64});
  const auto batch = static_cast<size_t>(n.version() >= 12 ? n.integer("batch_dims", 0) : 0);
  if (indices.isConstant() && indices.host->arePlaces() && batch == 0 && indices.rank() > 0 && indices.axes.back() == Axis{} && x.rank() > 0)
    return n.output(0, rowsAt(n, x, 0, indices, Axes(indices.axes.begin(), indices.axes.end() - 1)));
  Places places = sliceBlocks(n, x, indices, batch);
  n.output(0, gathered(n, x, indices, places));
}

}  // namespace kiln::onnx

#include "frontends/onnx/places.h"

#include <algorithm>

namespace kiln::onnx {

bool hasBatch(const Axes& axes) {
  return std::any_of(axes.begin(), axes.end(), [](const Axis& axis) { return axis.isBatch(); });
}

int64_t Places::constantPlace(OperatorImport& n, const Elements& indices, const std::vector<int64_t>& index) const {
  if (indices.hasBatch()) n.mixesRows("takes elements by the number of rows, or by their places");
  int64_t number = 0, at = 0;
  for (size_t i = 0; i < index.size(); i++) number += index[i] * which[i], at += index[i] * offset[i];
  for (size_t j = 0; j < dims.size(); j++) {
    const int64_t given = indices.integers[static_cast<size_t>(number) * dims.size() + j];
    const int64_t i = given < 0 ? given + dims[j] : given;
    if (i < 0 || i >= dims[j]) n.invalid("index " + std::to_string(given) + " of an axis of " + std::to_string(dims[j]));
    at += i * strides[j];
  }
  return at;
}

std::vector<uint32_t> placeShape(const Places& places) {
  std::vector<uint32_t> shape = irShape(places.axes);
  return shape.empty() ? std::vector<uint32_t>{1} : shape;
}

ir::Addressing addressing(const Places& places) {
  ir::Addressing a;
  for (size_t i = 0; i < places.axes.size(); i++) {
    if (places.axes[i].size == 1) continue;
    a.which.push_back(static_cast<uint32_t>(places.which[i])), a.offset.push_back(static_cast<uint32_t>(places.offset[i]));
  }
  if (a.which.empty()) a.which = {0}, a.offset = {0};
  for (int64_t d : places.dims) a.dims.push_back(static_cast<uint32_t>(d));
  for (int64_t s : places.strides) a.strides.push_back(static_cast<uint32_t>(s));
  return a;
}

Places elementPlaces(OperatorImport& n, const Tensor& x, const Tensor& indices, const Axes& axes, size_t axis) {
  refuseBatch(n, x, axis, "takes rows of the batch by number");
  if (indices.rank() != x.rank()) n.invalid("indices " + describe(indices.axes) + " of a tensor " + describe(x.axes));
  Places places;
  const std::vector<int64_t> strides = stridesOf(x.axes), own = stridesOf(indices.axes);
  for (size_t i = 0; i < x.rank(); i++) {
    const Axis& at = indices.axes[i];
    if (i != axis && at.isBatch() != x.axes[i].isBatch()) n.mixesRows("its indices are not by row");
    if (i != axis && at.size > x.axes[i].size) n.invalid("indices " + describe(indices.axes) + " of a tensor " + describe(x.axes));
    places.add(axes[i], own[i], i == axis ? 0 : strides[i]);
  }
  places.dims = {x.axes[axis].size}, places.strides = {strides[axis]};
  return places;
}

Places sliceBlocks(OperatorImport& n, const Tensor& x, const Tensor& indices, size_t batch) {
  if (indices.rank() == 0 || indices.axes.back().isBatch() || batch >= indices.rank() || batch > x.rank())
    n.invalid("indices " + describe(indices.axes) + " of a tensor " + describe(x.axes));
  const auto k = static_cast<size_t>(indices.axes.back().size);
  if (k < 1 || batch + k > x.rank()) n.invalid("indices of " + std::to_string(k) + " axes of a tensor " + describe(x.axes));
  Places places;
  const std::vector<int64_t> strides = stridesOf(x.axes), own = stridesOf(indices.axes);
  bool rowsOfIndices = false, rowsOfX = false;
  for (size_t i = 0; i + 1 < indices.rank(); i++) {
    const Axis& axis = indices.axes[i];
    if (i < batch && axis != x.axes[i]) n.invalid("the batch dimensions of " + describe(indices.axes) + " and " + describe(x.axes) + " differ");
    rowsOfIndices |= i >= batch && axis.isBatch();
    places.add(axis, own[i] / static_cast<int64_t>(k), i < batch ? strides[i] : 0);
  }
  for (size_t i = batch; i < x.rank(); i++) {
    if (i < batch + k) {
      refuseBatch(n, x, i, "takes rows of the batch by number");
      places.dims.push_back(x.axes[i].size), places.strides.push_back(strides[i]);
    } else {
      rowsOfX |= x.axes[i].isBatch();
      places.add(x.axes[i], 0, strides[i]);
    }
  }
  if (rowsOfIndices && (rowsOfX || hasBatch(x.axes))) n.mixesRows("takes elements of every row by the indices of every row");
  return places;
}

}  // namespace kiln::onnx

// Places that indices give: what Gather* read and Scatter* write. docs/ir.md has the addressing of the IR's nodes; here it is put
// together axis by axis.
#pragma once
#include "compiler/ir/nodes/addressing.h"
#include "frontends/onnx/axes.h"

namespace kiln::onnx {

struct Places {
  Axes axes;                             ///< of the tensor of places
  std::vector<int64_t> which, offset;    ///< by axis: steps in the indices (in places), and in the tensor that is addressed
  std::vector<int64_t> dims, strides;    ///< of each indexed axis
  void add(const Axis& axis, int64_t step, int64_t stride) { axes.push_back(axis), which.push_back(step), offset.push_back(stride); }
  /// By indices that the model gives; refused if one is outside.
  int64_t constantPlace(OperatorImport& n, const Elements& indices, const std::vector<int64_t>& index) const;
};
bool hasBatch(const Axes& axes);
/// The shape and addressing of the IR node: axes of one element are left out.
std::vector<uint32_t> placeShape(const Places& places);
ir::Addressing addressing(const Places& places);
/// GatherElements, ScatterElements: along one axis, of a tensor of places with these axes.
Places elementPlaces(OperatorImport& n, const Tensor& x, const Tensor& indices, const Axes& axes, size_t axis);
/// GatherND, ScatterND: the last axis of the indices indexes the axes of x after `batch` ones that they share.
Places sliceBlocks(OperatorImport& n, const Tensor& x, const Tensor& indices, size_t batch);
/// Gather: elements of one axis, which is not the batch.
Tensor gatheredAlong(OperatorImport& n, const Tensor& x, size_t axis, const Tensor& indices);

}  // namespace kiln::onnx

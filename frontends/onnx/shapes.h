// What becomes of axes, the batch among them, when a tensor keeps its elements and changes its shape. Row-major order decides: the
// axes are a list of factors, one of which may be N.
#pragma once
#include <optional>

#include "frontends/onnx/tensor.h"

namespace kiln::onnx {

/// All axes as one; nothing if the batch lies between others (k, N, m), or there are two.
std::optional<Axis> merge(const Axes& axes);

/// The axes of a reshape to these sizes, whose product is that of `axes`; nothing if it would tear the batch apart.
std::optional<Axes> reshapeAxes(const Axes& axes, const std::vector<Monomial>& sizes);

/// Number of elements, as value * N^power.
Monomial countOf(const Axes& axes);
/// The size of an axis, with N.
inline Monomial sizeOf(const Axis& axis) { return {axis.size, static_cast<uint8_t>(axis.isBatch())}; }

}  // namespace kiln::onnx

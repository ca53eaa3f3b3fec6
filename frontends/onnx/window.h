// The attributes that convolutions and poolings share: kernel, strides, dilations and padding of each spatial axis.
#pragma once
#include "frontends/onnx/axes.h"

namespace kiln::onnx {

struct Window {
  std::vector<int64_t> size, kernel, stride, dilation, before, after, result;   ///< one a spatial axis
  bool ceil = false;
};
/// Of x [N, C, s1 ..]; auto_pad is resolved. `kernel` where the attribute is absent (the weights' own).
Window windowOf(OperatorImport& n, const Tensor& x, std::vector<int64_t> kernel, bool dilates);
/// Axes beyond the first must not be the batch.
void refuseBatchInside(OperatorImport& n, const Tensor& x);

}  // namespace kiln::onnx

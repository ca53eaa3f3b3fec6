// Products of tensors, summed over an axis: what MatMul, Gemm and Einsum have in common.
#pragma once
#include "frontends/onnx/axes.h"

namespace kiln::onnx {

/// numpy's matmul, of tensors of one number type.
Tensor product(OperatorImport& n, const Tensor& a, const Tensor& b);
/// A constant tensor as a table of the pipeline.
ir::TableRef matrixTable(OperatorImport& n, const Tensor& x, const std::vector<uint32_t>& shape, const char* name);

}  // namespace kiln::onnx

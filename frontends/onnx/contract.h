// Products of tensors, summed over an axis: what MatMul, Gemm and Einsum have in common.
#pragma once
#include "compiler/ir/tables/measure.h"
#include "frontends/onnx/axes.h"

namespace kiln::onnx {

/// numpy's matmul, of tensors of one number type. `bias`: constant, one element a column of b, to begin the sums with; only where a is of the
/// row and b a constant matrix.
Tensor product(OperatorImport& n, const Tensor& a, const Tensor& b, const Tensor* bias = nullptr);
/// A constant tensor as a table of the pipeline.
ir::TableRef matrixTable(OperatorImport& n, const Tensor& x, const std::vector<uint32_t>& shape, const char* name);

/// Whether the distances of x [N, d] to the constant rows [m, d] can be a `pairwise` node, and that node: [N, m].
bool isPairwise(OperatorImport& n, const Tensor& x, const Tensor& rows);
Tensor pairwise(OperatorImport& n, const Tensor& x, const Tensor& rows, ir::Measure::Metric metric);

}  // namespace kiln::onnx

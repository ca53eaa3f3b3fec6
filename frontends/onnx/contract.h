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

/// How many inputs ONNX Runtime's matrix product sums before it adds to the result, where weights are not packed: its blocks of 128 x 128
/// become longer where there are few outputs.
uint32_t gemmPanel(uint32_t columns, uint32_t outputs);

}  // namespace kiln::onnx

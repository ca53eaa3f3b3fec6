// Numbers as small integers: what the operators of QuantizeLinear's family share.
#pragma once
#include "frontends/onnx/axes.h"

namespace kiln::onnx {

/// Whole numbers (f32) as elements of a quantized type, the nearest that it has. Refuses other types.
Tensor saturated(OperatorImport& n, const Tensor& y, ElementType type);
/// Integer sums (i32) times a factor (f32), rounded to even, plus a zero point, as elements of that one's type.
Tensor requantized(OperatorImport& n, const Tensor& sums, const Tensor& factor, const Tensor& zero);

/// The numbers that the tensor at input x means, by its scale and zero point at the inputs behind it, which are one number each.
Tensor meant(OperatorImport& n, size_t x);
/// Numbers by the scale at input `scale` and the zero point behind it, which is in them as they are rounded.
Tensor quantizedWithPoint(OperatorImport& n, const Tensor& numbers, size_t scale);

}  // namespace kiln::onnx

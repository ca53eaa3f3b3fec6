// a * b + c in float, rounded once, which is what the linear algebra of ONNX Runtime is made of on every processor of the last ten years.
// One instruction where the tier has it. Elsewhere by double: the product is exact there, and the sum is rounded to odd, so that
// rounding it again to float gives the one right result. The same bits on all tiers.
#pragma once
#include "lanes.h"

namespace kiln::kernel {

template <int N>
INLINE Lane<f32, N> fused(Lane<f32, N> a, Lane<f32, N> b, Lane<f32, N> c) {
#if defined(__FMA__) || defined(__aarch64__)
  if constexpr (N == 1) return __builtin_fmaf(a, b, c);
  else return __builtin_elementwise_fma(a, b, c);
#else
  typedef Lane<f64, N> D;
  typedef Lane<i64, N> I;
  const D product = convert<f64, f32, N>(a) * convert<f64, f32, N>(b), addend = convert<f64, f32, N>(c);
  const D sum = product + addend;
  const D other = sum - product;
  const D error = (product - (sum - other)) + (addend - other);   // of the sum, exactly; NaN where the sum is not finite
  const I bits = __builtin_bit_cast(I, sum);
  const Mask<N> inexact = mask<N>(error < 0.0) | mask<N>(error > 0.0), even = mask<N>((bits & 1) == 0);
  const Mask<N> away = ~(mask<N>(error > 0.0) ^ mask<N>(sum > 0.0));   // the true sum is further from 0
  const I odd = pick<N, I>(away, bits + 1, bits - 1);
  const I result = pick<N, I>(inexact & even, odd, bits);
  return convert<f32, f64, N>(__builtin_bit_cast(D, result));
#endif
}

}  // namespace kiln::kernel

// Rounding to integral values: exact, the sign of zero kept; one instruction on every tier.
#pragma once
#include "core.h"

namespace kiln::kernel::math {

template <class T>
INLINE T floor(T x) {
  return or_nan(__builtin_elementwise_floor(x), x);
}
template <class T>
INLINE T ceil(T x) {
  return or_nan(__builtin_elementwise_ceil(x), x);
}
template <class T>
INLINE T trunc(T x) {
  return or_nan(__builtin_elementwise_trunc(x), x);
}
template <class T>
INLINE T round_even(T x) {
  return or_nan(__builtin_elementwise_roundeven(x), x);
}
/// Ties upward: floor(x + 1/2) without its rounding.
template <class T>
INLINE T round_half_up(T x) {
  const T f = floor(x);
  return or_nan(x - f >= 0.5 ? f + 1.0 : f, x);
}
/// Ties away from zero.
template <class T>
INLINE T round_away(T x) {
  const T t = trunc(magnitude(x));
  return or_nan(copy_sign(magnitude(x) - t >= 0.5 ? t + 1.0 : t, x), x);
}
/// The nearest number of `fraction` bits behind the leading one, ties to even, whose smallest normal number is 2^least; at
/// and beyond 2^limit infinity. Adding and taking away a number whose last place is the one to round to does it.
template <class T>
INLINE T round_narrow(T x, int fraction, int least, f64 limit) {
  const T a = magnitude(x), smallest = all<T>(pow2((f64)least)), infinity = all<T>(kInf);
  const T inside = a >= limit ? smallest : a, normal = inside < smallest ? smallest : inside;
  const T magic = from_bits<T>(bits(normal) & 0x7ff0000000000000ll) * (1.5 * pow2((f64)(52 - fraction)));
  const T y = (inside + magic) - magic;
  return or_nan(copy_sign(a >= limit ? infinity : y >= limit ? infinity : y, x), x);
}
/// IEEE half precision and bfloat16.
template <class T>
INLINE T round_f16(T x) {
  return round_narrow(x, 10, -14, 0x1p16);
}
template <class T>
INLINE T round_bf16(T x) {
  return round_narrow(x, 7, -126, 0x1p128);
}
/// Correctly rounded.
template <class T>
INLINE T sqrt(T x) {
  const T r = __builtin_elementwise_sqrt(x);
  return r == r ? r : nan<T>();
}

}  // namespace kiln::kernel::math

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
/// Correctly rounded.
template <class T>
INLINE T sqrt(T x) {
  const T r = __builtin_elementwise_sqrt(x);
  return r == r ? r : nan<T>();
}

}  // namespace kiln::kernel::math

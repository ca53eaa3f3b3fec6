// exp, expm1, the hyperbolic functions and the logistic function. Coefficients: tools/math_coefficients.py.
#pragma once
#include "core.h"

namespace kiln::kernel::math {

inline constexpr f64 kLn2High = 0x1.62e42feep-1, kLn2Low = 0x1.a39ef35793c76p-33;   // 32 bits, the rest
inline constexpr f64 kExp[] = {0x1.5555555555556p-3,  0x1.5555555555555p-5,  0x1.11111111109a6p-7,  0x1.6c16c16c167dap-10,
                               0x1.a01a01a7cebcdp-13, 0x1.a01a01a48116fp-16, 0x1.71de0d85293b8p-19, 0x1.27e4e1dcf773bp-22,
                               0x1.af390ba7e6f47p-26, 0x1.1f6717774d5e0p-29};

/// e^(x + tail) = 2^k (y.hi + y.lo), y in [0.7, 1.42], to about 2^-57; |x| <= 1100, |tail| small beside x.
template <class T> struct Exponential {
  T k;
  Pair<T> y;
};
template <class T> INLINE Exponential<T> exponential(T x, T tail) {
  const T shift = all<T>(0x1.8p52);
  const T k = (x * 0x1.71547652b82fep+0 + shift) - shift;
  const T high = x - k * kLn2High;                     // exact
  const T low = tail - k * kLn2Low;
  const T r = high + low, c = (high - r) + low;        // r + c: the reduced argument
  const T r2 = r * r;
  const T q = r2 * 0.5 + ((r2 * r) * polynomial(r, kExp) + (c + c * r));
  const Pair<T> s = fast_two_sum(all<T>(1.0), r);
  return {k, fast_two_sum(s.hi, s.lo + q)};
}
/// y 2^k for integral k in [-2000, 2000]; rounds at most once where the result is subnormal.
template <class T> INLINE T scale(T y, T k) {
  const T shift = all<T>(0x1.8p52);
  const T half = (k * 0.5 + shift) - shift;
  return (y * pow2(half)) * pow2(k - half);
}
/// e^(x + tail) for x in range or not; NaN in, garbage out.
template <class T> INLINE T exp_tail(T x, T tail) {
  const T low = x < -760.0 ? all<T>(-760.0) : x, inside = low > 720.0 ? all<T>(720.0) : low;
  const Exponential<T> e = exponential(inside, tail);
  return scale(e.y.hi, e.k);
}

template <class T> INLINE T exp(T x) { return or_nan(exp_tail(x, T{}), x); }

}  // namespace kiln::kernel::math

// Logarithms, and pow, which needs one to 2^-68. Coefficients: tools/math_coefficients.py.
#pragma once
#include "exponential.h"
#include "rounding.h"

namespace kiln::kernel::math {

inline constexpr f64 kLog[] = {0x1.5555555555558p-1, 0x1.99999999951f5p-2, 0x1.2492492e0b70cp-2, 0x1.c71c62c42db89p-3,
                               0x1.7462be245eae3p-3, 0x1.39fd25d62ab23p-3, 0x1.2b6776a1bf0b9p-3};
inline constexpr f64 kLogPair[] = {0x1.2492492492497p-2, 0x1.c71c71c7152e6p-3, 0x1.745d17552f46cp-3,
                                   0x1.3b13a50e74dbdp-3, 0x1.1115a65d2d743p-3, 0x1.e01e34ed7fa0ep-4,
                                   0x1.d9d98b905b29ap-4};

/// Zero, negative numbers, infinity and NaN as a logarithm has them.
template <class T>
INLINE T log_ends(T y, T x) {
  y = x == kInf ? x : y;
  y = x == 0.0 ? all<T>(-kInf) : y;
  return x >= 0.0 ? y : nan<T>();
}

/// k ln 2 + log(1 + f) + extra, for 1 + f in [0.7, 1.42] and a tiny extra: with s = f / (2 + f), log(1 + f) = 2
/// atanh(s), written as f - f^2/2 + s (f^2/2 + ...) so that f itself enters unrounded.
template <class T>
INLINE T log_sum(T k, T f, T extra) {
  const T s = f / (2.0 + f), z = s * s, h = f * f * 0.5;
  return k * kLn2High - ((h - (s * (h + z * polynomial(z, kLog)) + (k * kLn2Low + extra))) - f);
}
template <class T>
INLINE T log(T x) {
  const Decomposed<T> d = decompose(x);
  return log_ends(log_sum(d.k, d.m - 1.0, T{}), x);
}
template <class T>
INLINE T log1p(T x) {
  const Pair<T> u = two_sum(all<T>(1.0), x);
  const Decomposed<T> d = decompose(u.hi);
  // Near 1 the f of 1 + x is x itself; elsewhere what 1 + x was rounded by is a small extra.
  const T y = log_sum(d.k, d.k == 0.0 ? x : d.m - 1.0, d.k == 0.0 ? T{} : u.lo / u.hi);
  const T inside = log_ends(x == kInf ? x : y, u.hi);
  return magnitude(x) < 0x1p-54 ? x : or_nan(inside, x);
}

/// log(m) for m in [0.7, 1.42] to about 2^-70 of it.
template <class T>
INLINE Pair<T> log_pair(T m) {
  const T f = m - 1.0;
  const Pair<T> s = div(Pair<T>{f, T{}}, fast_two_sum(all<T>(2.0), f)), z = mul(s, s);
  const Pair<T> fifth =
      add(constant<T>(0x1.999999999999ap-2, -0x1.999999999999ap-56), Pair<T>{z.hi * polynomial(z.hi, kLogPair), T{}});
  const Pair<T> third = add(constant<T>(0x1.5555555555555p-1, 0x1.5555555555555p-55), mul(z, fifth));
  return add(Pair<T>{s.hi * 2.0, s.lo * 2.0}, mul(mul(s, z), third));
}
template <class T>
INLINE T log2(T x) {
  const Decomposed<T> d = decompose(x);
  const Pair<T> fraction = mul(log_pair(d.m), constant<T>(0x1.71547652b82fep+0, 0x1.777d0ffda0d24p-56));
  return log_ends(add(Pair<T>{d.k, T{}}, fraction).hi, x);
}
template <class T>
INLINE T log10(T x) {
  const Decomposed<T> d = decompose(x);
  const Pair<T> fraction = mul(log_pair(d.m), constant<T>(0x1.bcb7b1526e50ep-2, 0x1.95355baaafad3p-57));
  return log_ends(add(mul(constant<T>(0x1.34413509f79ffp-2, -0x1.9dc1da994fd21p-59), d.k), fraction).hi, x);
}

/// log(x) for x > 0 to about 2^-68 of it.
template <class T>
INLINE Pair<T> log_wide(T x) {
  const Decomposed<T> d = decompose(x);
  const Pair<T> m = log_pair(d.m), high = two_sum(d.k * kLn2High, m.hi);  // the product is exact
  return fast_two_sum(high.hi, high.lo + (d.k * kLn2Low + m.lo));
}

/// As IEEE 754 and C99 have it, every special case included.
template <class T>
__attribute__((noinline)) T pow(T x, T y) {
  const T a = magnitude(x);
  const Pair<T> log = log_wide(a);
  // An exponent beyond 2^65 overflows, underflows or meets 1, as 2^65 does.
  const T bounded = magnitude(y) < 0x1p65 ? y : copy_sign(all<T>(0x1p65), y);
  const Pair<T> product = mul(log, bounded);
  T r = exp_tail(product.hi, product.lo);

  const T zero = T{}, one = all<T>(1.0), infinity = all<T>(kInf);
  r = a == 0.0 ? (y < 0.0 ? infinity : zero) : r;
  r = a == kInf ? (y < 0.0 ? zero : infinity) : r;
  r = a == 1.0 ? one : r;
  // Whole exponents keep a sign (all doubles from 2^53 are even), others have no result for a negative base.
  const T half = y * 0.5, odd = half != floor(half) ? (y == floor(y) ? one : zero) : zero;
  const T base = y == floor(y) ? r : a == 0.0 ? r : a == kInf ? r : nan<T>();
  r = x < 0.0 ? base : r;
  r = odd == 1.0 ? copy_sign(r, x) : r;
  r = or_nan(or_nan(r, x), y);
  r = y == 0.0 ? one : y == 2.0 ? x * x : r;   // a square is rounded as the product is
  return x == 1.0 ? one : r;
}

}  // namespace kiln::kernel::math

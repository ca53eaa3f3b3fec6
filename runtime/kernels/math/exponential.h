// exp, expm1, the hyperbolic functions and the logistic function. Coefficients: tools/math_coefficients.py.
#pragma once
#include "core.h"

namespace kiln::kernel::math {

inline constexpr f64 kLn2High = 0x1.62e42feep-1, kLn2Low = 0x1.a39ef35793c76p-33;  // 32 bits, the rest
inline constexpr f64 kExp[] = {
    0x1.5555555555556p-3,  0x1.5555555555555p-5,  0x1.11111111109a6p-7,  0x1.6c16c16c167dap-10, 0x1.a01a01a7cebcdp-13,
    0x1.a01a01a48116fp-16, 0x1.71de0d85293b8p-19, 0x1.27e4e1dcf773bp-22, 0x1.af390ba7e6f47p-26, 0x1.1f6717774d5e0p-29};

/// k = round(x / ln 2) and x + tail - k ln 2 = r + c.
template <class T>
struct Reduced {
  T k, r, c;
};
template <class T>
INLINE Reduced<T> reduce_by_ln2(T x, T tail) {
  const T shift = all<T>(0x1.8p52);
  const T k = (x * 0x1.71547652b82fep+0 + shift) - shift;
  const T high = x - k * kLn2High;  // exact
  const T low = tail - k * kLn2Low;
  const T r = high + low;
  return {k, r, (high - r) + low};
}
/// e^(r + c) - 1 - r to about 2^-58.
template <class T>
INLINE T exp_rest(Reduced<T> a) {
  const T r2 = a.r * a.r;
  return r2 * 0.5 + ((r2 * a.r) * polynomial(a.r, kExp) + (a.c + a.c * a.r));
}

/// 2^k y; y in [0.7, 1.42], to about 2^-57.
template <class T>
struct Exponential {
  T k;
  Pair<T> y;
};
/// e^(x + tail) for |x| <= 1100 and |tail| small beside x.
template <class T>
INLINE Exponential<T> exponential(T x, T tail) {
  const Reduced<T> a = reduce_by_ln2(x, tail);
  const Pair<T> s = fast_two_sum(all<T>(1.0), a.r);
  return {a.k, fast_two_sum(s.hi, s.lo + exp_rest(a))};
}
/// y 2^k for integral k in [-2000, 2000] and y near 1; rounds at most once more where the result is subnormal.
template <class T>
INLINE T scale(T y, T k) {
  const T shift = all<T>(0x1.8p52);
  const T half = (k * 0.5 + shift) - shift;
  return (y * pow2(half)) * pow2(k - half);
}
/// e^(x + tail), whatever the range of x. NaN gives anything.
template <class T>
INLINE T exp_tail(T x, T tail) {
  const T low = x < -760.0 ? all<T>(-760.0) : x, inside = low > 720.0 ? all<T>(720.0) : low;
  const Exponential<T> e = exponential(inside, inside == x ? tail : T{});
  return scale(e.y.hi, e.k);
}

template <class T>
INLINE T exp(T x) {
  return or_nan(exp_tail(x, T{}), x);
}

/// At half size, so that 2^k does not overflow before the result does.
template <class T>
INLINE T expm1(T x) {
  const T low = x < -50.0 ? all<T>(-50.0) : x, inside = low > 709.9 ? all<T>(709.9) : low;
  const Reduced<T> a = reduce_by_ln2(inside, T{});
  const T rest = exp_rest(a), half = pow2(a.k - 1.0);
  const Pair<T> base = two_sum(half, all<T>(-0.5)), sum = two_sum(base.hi, half * a.r);
  const T y = (sum.hi + (sum.lo + (base.lo + half * rest))) * 2.0;
  return or_nan(copy_sign(a.k == 0.0 ? a.r + rest : y, x), x);
}

/// 1 / (1 + e^-x), small results included.
template <class T>
INLINE T inv_logit(T x) {
  const T a = magnitude(x), inside = a < 40.0 ? a : all<T>(40.0);
  const Exponential<T> e = exponential(-inside, T{});
  const T power = pow2(e.k);
  const Pair<T> small = {e.y.hi * power, e.y.lo * power};  // e^-|x|
  const Pair<T> sum = fast_two_sum(all<T>(1.0), small.hi);
  const Pair<T> top = {x < 0.0 ? small.hi : all<T>(1.0), x < 0.0 ? small.lo : T{}};
  // A quotient to an ulp or two, and what it lacks, by one division: the sum is between 1 and 2.
  const T inverse = 1.0 / sum.hi, quotient = top.hi * inverse;
  const Pair<T> p = two_product(quotient, sum.hi);
  T y = quotient + (((top.hi - p.hi) - p.lo) + (top.lo - quotient * (sum.lo + small.lo))) * inverse;
  if (__builtin_expect(any_lane<T>(a > 40.0), 0)) {
    const T beyond = x < 0.0 ? exp_tail(-a, T{}) : all<T>(1.0);
    y = a > 40.0 ? beyond : y;
  }
  return or_nan(y, x);
}

inline constexpr f64 kSinh[] = {0x1.5555555555555p-3,  0x1.1111111111111p-7,  0x1.a01a01a01969bp-13,
                                0x1.71de3a5aaefb9p-19, 0x1.ae642c5c1fa33p-26, 0x1.61bff1c64f494p-33};
inline constexpr f64 kCosh[] = {0x1.5555555555555p-5,  0x1.6c16c16c16c17p-10, 0x1.a01a01a019b5bp-16,
                                0x1.27e4fb7a2b228p-22, 0x1.1eed79ee9ba6ap-29, 0x1.9432d76be2661p-37};

/// A quarter of e^a and of e^-a; where k is 0 also sinh(a) and cosh(a) themselves.
template <class T>
struct Hyperbolic {
  T k;
  Pair<T> growing, falling;
  Pair<T> sinh, cosh;
};
/// 0 <= a <= 710.6
template <class T>
INLINE Hyperbolic<T> hyperbolic(T a) {
  const Reduced<T> x = reduce_by_ln2(a, T{});
  const T z = x.r * x.r;
  const T odd = (x.r * z) * polynomial(z, kSinh) + (x.c + x.c * (z * 0.5));  // sinh - r
  const T even = z * 0.5 + ((z * z) * polynomial(z, kCosh) + x.c * x.r);     // cosh - 1
  const Pair<T> up = fast_two_sum(all<T>(1.0), x.r), down = fast_two_sum(all<T>(1.0), -x.r);
  const T p = pow2(x.k - 2.0), m = pow2(-2.0 - (x.k < 60.0 ? x.k : all<T>(60.0)));
  Hyperbolic<T> h;
  h.k = x.k;
  h.growing = {up.hi * p, (up.lo + (even + odd)) * p};
  h.falling = {down.hi * m, (down.lo + (even - odd)) * m};
  h.sinh = {x.r, odd}, h.cosh = fast_two_sum(all<T>(1.0), even);
  return h;
}
template <class T>
INLINE Pair<T> choose(T k, Pair<T> if_zero, Pair<T> otherwise) {
  return {k == 0.0 ? if_zero.hi : otherwise.hi, k == 0.0 ? if_zero.lo : otherwise.lo};
}
template <class T>
INLINE T sinh(T x) {
  const T a = magnitude(x);
  const Hyperbolic<T> h = hyperbolic(a < 710.6 ? a : all<T>(710.6));
  const Pair<T> y = add(h.growing, negative(h.falling));
  const T result = h.k == 0.0 ? h.sinh.hi + h.sinh.lo : y.hi * 2.0;
  return or_nan(copy_sign(a == kInf ? a : result, x), x);
}
template <class T>
INLINE T cosh(T x) {
  const T a = magnitude(x);
  const Hyperbolic<T> h = hyperbolic(a < 710.6 ? a : all<T>(710.6));
  return or_nan(h.k == 0.0 ? h.cosh.hi : add(h.growing, h.falling).hi * 2.0, x);
}
template <class T>
INLINE T tanh(T x) {
  const T a = magnitude(x);
  const Hyperbolic<T> h = hyperbolic(a < 22.0 ? a : all<T>(22.0));
  const Pair<T> s = choose(h.k, fast_two_sum(h.sinh.hi, h.sinh.lo), add(h.growing, negative(h.falling)));
  const Pair<T> c = choose(h.k, h.cosh, add(h.growing, h.falling));
  const T y = a < 22.0 ? div(s, c).hi : all<T>(1.0);
  return or_nan(copy_sign(a < 0x1p-27 ? a : y, x), x);
}

}  // namespace kiln::kernel::math

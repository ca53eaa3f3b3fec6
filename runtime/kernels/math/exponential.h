// exp, expm1, the hyperbolic functions and the logistic function. Coefficients: tools/math_coefficients.py.
#pragma once
#include "core.h"

namespace kiln::kernel::math {

inline constexpr f64 kLn2High = 0x1.62e42feep-1, kLn2Low = 0x1.a39ef35793c76p-33;  // 32 bits, the rest
inline constexpr f64 kExp[] = {
    0x1.5555555555556p-3,  0x1.5555555555555p-5,  0x1.11111111109a6p-7,  0x1.6c16c16c167dap-10, 0x1.a01a01a7cebcdp-13,
    0x1.a01a01a48116fp-16, 0x1.71de0d85293b8p-19, 0x1.27e4e1dcf773bp-22, 0x1.af390ba7e6f47p-26, 0x1.1f6717774d5e0p-29};

// 2^(i / 16) = kSixteenths[i] e^kSixteenthsRest[i]
alignas(64) inline constexpr f64 kSixteenths[16] = {
    0x1.0000000000000p+0, 0x1.0b5586cf9890fp+0, 0x1.172b83c7d517bp+0, 0x1.2387a6e756238p+0, 0x1.306fe0a31b715p+0,
    0x1.3dea64c123422p+0, 0x1.4bfdad5362a27p+0, 0x1.5ab07dd485429p+0, 0x1.6a09e667f3bcdp+0, 0x1.7a11473eb0187p+0,
    0x1.8ace5422aa0dbp+0, 0x1.9c49182a3f090p+0, 0x1.ae89f995ad3adp+0, 0x1.c199bdd85529cp+0, 0x1.d5818dcfba487p+0,
    0x1.ea4afa2a490dap+0};
alignas(64) inline constexpr f64 kSixteenthsRest[16] = {
    0x0.0p+0, 0x1.79aa65d837b6cp-54, -0x1.01b15eaa59348p-55, 0x1.68efde3a8a894p-54, 0x1.34d754db0abb6p-55,
    0x1.59f48a72a4c6dp-55, 0x1.690cebb7aafb0p-56, 0x1.063e1e21c5409p-54, -0x1.3b3efbf5e2229p-54, -0x1.b32dcb94da51dp-56,
    0x1.db72fc1f0eab4p-55, 0x1.1affc2b91ce27p-56, 0x1.c1a7792cb3387p-55, 0x1.36eae30af0cb3p-56, 0x1.4a385a63d07a7p-56,
    -0x1.ff7128fd391f1p-55};
// (e^r - 1 - r) / r^2, |r| <= ln 2 / 32
inline constexpr f64 kSixteenthExp[] = {
    0x1.0000000000001p-1, 0x1.5555555555556p-3, 0x1.55555554e8d7bp-5, 0x1.11111110e0d94p-7, 0x1.6c17ede661f5cp-10,
    0x1.a01b0cb76698bp-13};

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

/// e^t = 2^k s (1 + less) with s = 2^(i / 16): less to about 2^-59, where whole sixteenths are taken out of t.
template <class T>
struct BySixteenths {
  Int<T> sixteenths;  ///< 16 k + i, beside bits that 1.5 2^52 has
  T s, less;
};
/// t = x + tail...; |x| <= 1600 and |tail| small beside x.
template <class T, class... Tail>
INLINE BySixteenths<T> by_sixteenths(T x, Tail... tail) {
  const T shift = all<T>(0x1.8p52), at = x * 0x1.71547652b82fep+4 + shift, n = at - shift;
  const T high = x - n * (kLn2High / 16);  // exact
  const T low = (sixteenth_of<T>(kSixteenthsRest, bits(at)) + ... + tail) - n * (kLn2Low / 16);
  const T r = high + low;
  return {bits(at), sixteenth_of<T>(kSixteenths, bits(at)), r + (r * r) * polynomial(r, kSixteenthExp)};
}
/// Up to this |x|, e^x and the products that it is made of are normal numbers.
inline constexpr f64 kPlainExponent = 650;
/// s 2^k; 2^k a normal number.
template <class T>
INLINE T power_of(const BySixteenths<T>& e) {
  return from_bits<T>(bits(e.s) + ((e.sixteenths & ~15ll) << 48));
}

/// 2^k y; y in [0.97, 2.05], to about 2^-57.
template <class T>
struct Exponential {
  T k;
  Pair<T> y;
};
/// e^(x + tail) for |x| <= 1600 and |tail| small beside x.
template <class T>
INLINE Exponential<T> exponential(T x, T tail) {
  const BySixteenths<T> e = by_sixteenths(x, tail);
  const T k = (from_bits<T>(e.sixteenths & ~15ll) - 0x1.8p52) * 0.0625;
  return {k, fast_two_sum(e.s, e.s * e.less)};
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

/// Of any x, beyond the limits too; out of the way of those that need it.
template <class T>
__attribute__((noinline, const)) T exp_anywhere(T x) {
  return or_nan(exp_tail(x, T{}), x);
}
template <class T>
INLINE T exp(T x) {
  if (__builtin_expect(any_lane<T>(!(magnitude(x) < kPlainExponent)), 0)) return exp_anywhere(x);
  const BySixteenths<T> e = by_sixteenths(x);
  const T s = power_of(e);
  return s + s * e.less;
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
  const T a = magnitude(x), inside = a < kPlainExponent ? a : all<T>(kPlainExponent);
  const BySixteenths<T> e = by_sixteenths(-inside);
  const T s = power_of(e);
  const Pair<T> small = fast_two_sum(s, s * e.less);  // e^-|x|
  const Pair<T> sum = fast_two_sum(all<T>(1.0), small.hi);
  const Pair<T> top = {x < 0.0 ? small.hi : all<T>(1.0), x < 0.0 ? small.lo : T{}};
  // A quotient to an ulp or two, and what it lacks, by one division: the sum is between 1 and 2.
  const T inverse = 1.0 / sum.hi, quotient = top.hi * inverse;
  T y = quotient + (remainder(top.hi, quotient, sum.hi) + (top.lo - quotient * (sum.lo + small.lo))) * inverse;
  if (__builtin_expect(any_lane<T>(!(a <= kPlainExponent)), 0)) {
    const T beyond = x < 0.0 ? exp_anywhere(-a) : all<T>(1.0);
    y = or_nan(a > kPlainExponent ? beyond : y, x);
  }
  return y;
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
// (tanh(x) - x) / x^3 in x^2, |x| <= 0.16
inline constexpr f64 kTanh[] = {-0x1.5555555555552p-2, 0x1.111111110c3ccp-3, -0x1.ba1ba197bc5f8p-5, 0x1.664f1bbe03d3cp-6, -0x1.2253d0a03cb52p-7, 0x1.c86f8065aba07p-9};
/// (1 - e^-2a) / (1 + e^-2a); where that would lack digits, by the series.
template <class T>
INLINE T tanh(T x) {
  const T a = magnitude(x), z = a * a;
  const BySixteenths<T> e = by_sixteenths((a < 22.0 ? a : all<T>(22.0)) * -2.0);
  const T s = power_of(e);
  const Pair<T> small = fast_two_sum(s, s * e.less);  // e^-2a
  const Pair<T> top = fast_two_sum(all<T>(1.0), -small.hi), sum = fast_two_sum(all<T>(1.0), small.hi);
  const T y = div(Pair<T>{top.hi, top.lo - small.lo}, Pair<T>{sum.hi, sum.lo + small.lo}).hi;
  return or_nan(copy_sign(a < 0.16 ? a + (a * z) * polynomial(z, kTanh) : y, x), x);
}

}  // namespace kiln::kernel::math

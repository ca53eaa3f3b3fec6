// First versions.
#pragma once
#include "exponential.h"
#include "rounding.h"
namespace kiln::kernel::math {
template <class T> INLINE T expm1(T x) { T e = exp(x); T a = magnitude(x); return a < 1e-5 ? x + x * x * 0.5 : e - 1.0; }
template <class T> INLINE T log(T x) {
  T small = x < 0x1p-1022 ? x * 0x1p54 : x;
  Int<T> i = bits(small), ke = (i - 0x3fe6a09e667f3bcdll) >> 52;
  T m = from_bits<T>(i - (ke << 52));
  T k = from_bits<T>(ke + 0x4338000000000000ll) - 0x1.8p52;
  k = x < 0x1p-1022 ? k - 54.0 : k;
  T f = m - 1.0, s = f / (2.0 + f), z = s * s;
  constexpr f64 c[] = {0x1.5555555555558p-1, 0x1.99999999951f5p-2, 0x1.2492492e0b70cp-2, 0x1.c71c62c42db89p-3, 0x1.7462be245eae3p-3, 0x1.39fd25d62ab23p-3, 0x1.2b6776a1bf0b9p-3};
  T h = f * f * 0.5;
  T y = k * kLn2High - ((h - (s * (h + z * polynomial(z, c)) + k * kLn2Low)) - f);
  y = x == kInf ? x : y;
  y = x == 0.0 ? all<T>(-kInf) : y;
  return x < 0.0 ? nan<T>() : or_nan(y, x);
}
template <class T> INLINE T log1p(T x) { T u = 1.0 + x; T c = (x - (u - 1.0)) / u; T y = log(u); return u > -kInf ? (magnitude(x) < 1e-17 ? x : (u < 1e15 ? y + c : y)) : y; }
template <class T> INLINE T log2(T x) { return log(x) * 0x1.71547652b82fep+0; }
template <class T> INLINE T log10(T x) { return log(x) * 0x1.bcb7b1526e50ep-2; }
template <class T> INLINE T pow(T x, T y) { 
  T a = exp(y * log(magnitude(x)));
  T h = y * 0.5, odd = h - floor(h);
  a = x < 0.0 ? (odd == 0.5 ? -a : odd == 0.0 ? a : nan<T>()) : a;
  a = y == 0.0 ? all<T>(1.0) : a;
  return x == 1.0 ? all<T>(1.0) : a;
}
template <class T> INLINE void quick_sincos(T x, T& sn, T& cs) {
  T k = round_even(x * 0x1.45f306dc9c883p-1);
  T r = ((x - k * 0x1.921fb544p+0) - k * 0x1.0b4611a6p-34) - k * 0x1.3198a2e037073p-69;
  T z = r * r;
  constexpr f64 kS[] = {-0x1.5555555555555p-3, 0x1.1111111110bb1p-7, -0x1.a01a019e8357dp-13, 0x1.71de37961e4c6p-19, -0x1.ae600a926c89ap-26, 0x1.5e0af186af739p-33};
  constexpr f64 kC[] = {0x1.5555555555555p-5, -0x1.6c16c16c16966p-10, 0x1.a01a019f4e867p-16, -0x1.27e4fa17a41b4p-22, 0x1.1eeb68b109173p-29, -0x1.907d7aebd5e3dp-37};
  T s = r + r * z * polynomial(z, kS), c = 1.0 - z * 0.5 + z * z * polynomial(z, kC);
  T q = k - floor(k * 0.25) * 4.0;
  sn = q == 0.0 ? s : q == 1.0 ? c : q == 2.0 ? -s : -c;
  cs = q == 0.0 ? c : q == 1.0 ? -s : q == 2.0 ? -c : s;
}
template <class T> INLINE T sin(T x) { T s, c; quick_sincos(x, s, c); return s; }
template <class T> INLINE T cos(T x) { T s, c; quick_sincos(x, s, c); return c; }
template <class T> INLINE T tan(T x) { T s, c; quick_sincos(x, s, c); return s / c; }
template <class T> INLINE T atan(T x) {
  T a = magnitude(x), big = a > 1.0 ? 1.0 / a : a;
  T t = big / (1.0 + sqrt(1.0 + big * big)); t = t / (1.0 + sqrt(1.0 + t * t));
  T z = t * t;
  constexpr f64 c[] = {-0x1.5555555555555p-2, 0x1.9999999999815p-3, -0x1.2492492469c29p-3, 0x1.c71c719302309p-4, -0x1.745d067597759p-4, 0x1.3b10a28e789aap-4, -0x1.10bd064002fffp-4, 0x1.d7412a8d5c85ap-5, -0x1.5005923b76ca6p-5};
  T y = 4.0 * (t + t * z * polynomial(z, c));
  y = a > 1.0 ? 0x1.921fb54442d18p+0 - y : y;
  return copy_sign(y, x);
}
template <class T> INLINE T atan2(T y, T x) {
  T r = atan(magnitude(y) / magnitude(x));
  r = bits(x) < 0 ? 0x1.921fb54442d18p+1 - r : r;
  return copy_sign(r, y);
}
template <class T> INLINE T asin(T x) { return atan(x / sqrt((1.0 - x) * (1.0 + x))); }
template <class T> INLINE T acos(T x) { return 0x1.921fb54442d18p+0 - asin(x); }
template <class T> INLINE T sinh(T x) { T e = expm1(magnitude(x)); return copy_sign((e + e / (e + 1.0)) * 0.5, x); }
template <class T> INLINE T cosh(T x) { T e = exp(magnitude(x)); return e * 0.5 + 0.5 / e; }
template <class T> INLINE T tanh(T x) { T a = magnitude(x); T e = expm1((a > 22.0 ? all<T>(22.0) : a) * 2.0); return or_nan(copy_sign(e / (e + 2.0), x), x); }
template <class T> INLINE T erfc(T x) {
  T z = magnitude(x), t = 2.0 / (2.0 + z);
  constexpr f64 c[] = {-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277};
  T r = t * exp(-z * z + polynomial(t, c));
  return x < 0.0 ? 2.0 - r : r;
}
template <class T> INLINE T erf(T x) { return 1.0 - erfc(x); }
template <class T> INLINE T hypot(T x, T y) { return sqrt(x * x + y * y); }
template <class T> INLINE T norm_cdf(T x, T m, T s) { return 0.5 * erfc(-((x - m) / s) * 0x1.6a09e667f3bcdp-1); }
template <class T> INLINE T norm_pdf(T x, T m, T s) { T z = (x - m) / s; return exp(z * z * -0.5) / (s * 0x1.40d931ff62706p+1); }
template <class T> INLINE T norm_icdf(T p, T m, T s) {
  T z = T{};
  for (int i = 0; i < 50; i++) { T d = (norm_cdf(z, T{}, all<T>(1.0)) - p) / norm_pdf(z, T{}, all<T>(1.0)); d = d > 1.0 ? all<T>(1.0) : d < -1.0 ? all<T>(-1.0) : d; z = z - d; }
  return m + s * z;
}
template <class T> INLINE T inv_logit(T x) { T e = exp(-magnitude(x)); return (x < 0.0 ? e : all<T>(1.0)) / (1.0 + e); }
template <class T> INLINE T inv_probit(T x) { return norm_cdf(x, T{}, all<T>(1.0)); }
template <class T> INLINE T inv_cloglog(T x) { return -expm1(-exp(x)); }
template <class T> INLINE T inv_loglog(T x) { return exp(-exp(-x)); }
template <class T> INLINE T inv_cauchit(T x) { return 0.5 + atan(x) * (1.0 / 3.14159265358979323846); }
}

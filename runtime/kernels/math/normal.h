// The error function and the normal distribution. Coefficients: tools/math_coefficients.py.
#pragma once
#include "inverse.h"
#include "logarithm.h"

namespace kiln::kernel::math {

// erf(x) / x - 1 in x^2, |x| <= 0.53
inline constexpr f64 kErf[] = {0x1.06eba8214db69p-3,  -0x1.812746b0379e5p-2,  0x1.ce2f21a04298dp-4,
                               -0x1.b82ce3126ef83p-6, 0x1.565bcd05628c9p-8,   -0x1.c02db05ba556cp-11,
                               0x1.f9a2419db4695p-14, -0x1.f4af5d9c6cd3ep-17, 0x1.b6a8defbd7085p-20,
                               -0x1.34638234c69e7p-23};
// x e^(x^2) erfc(x) in (x - 3) / (x + 3), 0.5 <= x <= 28
inline constexpr f64 kErfcx[] = {
    0x1.12f21ddd9f5e2p-1,  0x1.865fd27e5212dp-4,   -0x1.2c33bbab9816fp-3,  0x1.1e79b14a5ead9p-3,
    -0x1.870b49f530a2ap-4, 0x1.7bb38c2554c41p-5,   -0x1.cb66d24733a6bp-7,  0x1.dd888da343ccep-11,
    0x1.45d00196a3b21p-10, -0x1.b095685c661bap-12, -0x1.62df3cb3e7cf1p-14, 0x1.21535487810a5p-14,
    0x1.b1bc6751e302ep-18, -0x1.74e2297f05527p-17, -0x1.0991119956992p-20, 0x1.fb21e0839afb2p-20,
    0x1.35e167a31f0dap-22, -0x1.63cd4464aca33p-22, -0x1.627439fc0b06ap-24, 0x1.ec10edb737eebp-25,
    0x1.ebacd017ee4f9p-27, -0x1.10f5646a5da16p-27};
inline constexpr f64 kErfcxLow[] = {-0x1.9d750e7720b8dp-55, -0x1.2af3e1ebf8d7fp-58, -0x1.78050055de15cp-58,
                                    0x1.68fd3141904afp-57, -0x1.ac6047f674629p-59};

/// erf(x + tail) for |x| <= 0.53.
template <class T>
INLINE Pair<T> erf_pair(T x, T tail) {
  const T rest = polynomial(x * x, kErf);
  return fast_two_sum(x, x * rest + (tail + tail * rest));
}
/// 2^k y, and x e^(x^2) times it.
template <class T>
struct ErfcTail {
  T k;
  Pair<T> y, g;
};
/// erfc(x + tail) for 0.5 <= x <= 28.
template <class T>
INLINE ErfcTail<T> erfc_tail(T x, T tail) {
  const Pair<T> square = mul(Pair<T>{x, tail}, Pair<T>{x, tail});
  const Exponential<T> e = exponential(-square.hi, -square.lo);
  const Pair<T> below = two_sum(x, all<T>(-3.0)), above = two_sum(x, all<T>(3.0));
  const Pair<T> t = div(Pair<T>{below.hi, below.lo + tail}, Pair<T>{above.hi, above.lo + tail});
  const Pair<T> g = polynomial_pair<5>(t, kErfcx, kErfcxLow);
  return {e.k, div(mul(e.y, g), Pair<T>{x, tail}), g};
}
/// erfc(x), rounded once at the end; NaN gives anything.
template <class T>
INLINE T erfc_of(Pair<T> x) {
  const T a = magnitude(x.hi), tail = from_bits<T>(bits(x.lo) ^ (bits(x.hi) & kSignBit));
  const auto inside = a < 28.0;
  const Pair<T> low = erf_pair(a < 0.5 ? x.hi : T{}, x.lo), one_less = fast_two_sum(all<T>(1.0), -low.hi);
  const T middle = one_less.hi + (one_less.lo - low.lo);
  const T in_tail = a > 0.5 ? (inside ? a : all<T>(28.0)) : all<T>(0.5);
  const ErfcTail<T> e = erfc_tail(in_tail, inside ? tail : T{});
  const T right = scale(e.y.hi, e.k);
  return a < 0.5 ? middle : x.hi > 0.0 ? right : 2.0 - right;
}

template <class T>
__attribute__((noinline)) T erf(T x) {
  const T a = magnitude(x), half = all<T>(0.5);
  const Pair<T> low = erf_pair(a < 0.5 ? a : half, T{});
  const ErfcTail<T> e = erfc_tail(a > 0.5 ? (a < 6.0 ? a : all<T>(6.0)) : half, T{});
  const T power = pow2(e.k);
  const Pair<T> high = two_sum(all<T>(1.0), -e.y.hi * power);
  return or_nan(copy_sign(a < 0.5 ? low.hi : high.hi + (high.lo - e.y.lo * power), x), x);
}
template <class T>
__attribute__((noinline)) T erfc(T x) {
  return or_nan(erfc_of(Pair<T>{x, T{}}), x);
}

/// (x - mean) / deviation
template <class T>
INLINE Pair<T> standardise(T x, T mean, T deviation) {
  const Pair<T> d = two_sum(x, -mean);
  const T z = d.hi / deviation;
  const Pair<T> p = split_product(z, deviation);
  const T rest = (((d.hi - p.hi) - p.lo) + d.lo) / deviation;
  return {z, rest - rest == 0.0 ? rest : T{}};  // not where something overflows
}
template <class T>
__attribute__((noinline)) T norm_cdf(T x, T mean, T deviation) {
  const Pair<T> z = standardise(x, mean, deviation);
  const auto inside = magnitude(z.hi) < 40.0;
  const T bounded = inside ? z.hi : copy_sign(all<T>(40.0), z.hi);
  const Pair<T> u =
      mul(Pair<T>{bounded, inside ? z.lo : T{}}, constant<T>(-0x1.6a09e667f3bcdp-1, 0x1.bdd3413b26456p-55));
  return or_nan(erfc_of(u) * 0.5, z.hi);
}
template <class T>
__attribute__((noinline)) T norm_pdf(T x, T mean, T deviation) {
  const Pair<T> z = standardise(x, mean, deviation);
  // At 55 deviations the density is 0, divided by the least deviation too.
  const auto inside = magnitude(z.hi) < 55.0;
  const Pair<T> bounded = {inside ? z.hi : all<T>(55.0), inside ? z.lo : T{}}, square = mul(bounded, bounded);
  const Exponential<T> e = exponential(square.hi * -0.5, square.lo * -0.5);
  const Pair<T> y = mul(e.y, constant<T>(0x1.9884533d43651p-2, -0x1.cbc0d30ebfd15p-56));
  // The deviation's exponent is taken out, so that the quotient is an ordinary number.
  const Decomposed<T> s = decompose(magnitude(deviation));
  const T k = e.k - s.k, r = scale(div(y, Pair<T>{s.m, T{}}).hi, k < -1200.0 ? all<T>(-1200.0) : k);
  const auto usable = magnitude(deviation) < kInf;
  const T result = deviation < 0.0 ? -r : r;
  return or_nan(or_nan(usable ? result : T{}, z.hi), deviation);
}

inline constexpr f64 kIcdfCentre[] = {0x1.40d931ff75898p+1, 0x1.4ffdde04bebb5p+1,  0x1.7171a59be8f92p+2,
                                      0x1.f53d5fdd4cd2bp+3, 0x1.7a697b0fc9cc6p+5,  0x1.176e6fa033dc5p+7,
                                      0x1.66a55b5e512d4p+9, -0x1.f566c83d976e3p+9, 0x1.528e36fbfcb59p+14};
inline constexpr f64 kIcdfTail[] = {0x1.3296dbd829b4bp-1,  -0x1.7e8c98b49ee26p-1, 0x1.5eefffb792362p-2,
                                    -0x1.0b24c9d807f7fp-2, 0x1.5a98fe3f5f031p-3,  -0x1.1967f7acdf77fp-3,
                                    0x1.c1e1118c86318p-4,  -0x1.f707547d53f66p-4, 0x1.7c520afd78778p-4,
                                    -0x1.e05f4912b1e04p-7, -0x1.881fe0f25b4f7p-6};

/// The quantile of p = 1/2 + q, |q| <= 0.27: a first value to 2^-24, then a step by Halley on erf, which triples the
/// digits.
template <class T>
INLINE T quantile_centre(Pair<T> q) {
  const T x = q.hi * polynomial(q.hi * q.hi, kIcdfCentre);
  const Pair<T> u = mul(Pair<T>{x, T{}}, constant<T>(0x1.6a09e667f3bcdp-1, -0x1.bdd3413b26456p-55));
  const Pair<T> e = erf_pair(u.hi, u.lo), miss = two_sum(e.hi * 0.5, -q.hi);
  const T density = exp_tail(x * x * -0.5, T{}) * 0x1.9884533d43651p-2;
  const T step = (miss.hi + (miss.lo + (e.lo * 0.5 - q.lo))) / density;
  return x - step / (1.0 + x * step * 0.5);
}
/// The quantile of 0 < p <= 0.23: the same on log(cdf(x) / p).
template <class T>
INLINE T quantile_tail(T p) {
  const T r = sqrt(log(p) * -2.0);
  const T x = r - polynomial((r - 4.0) / (r + 4.0), kIcdfTail);  // the quantile is -x
  const Pair<T> u = mul(Pair<T>{x, T{}}, constant<T>(0x1.6a09e667f3bcdp-1, -0x1.bdd3413b26456p-55));
  const ErfcTail<T> e = erfc_tail(u.hi, u.lo);
  const Decomposed<T> d = decompose(p);
  const T power = pow2(e.k - d.k - 1.0);  // of 2 cdf / p
  const Pair<T> ratio = add(Pair<T>{e.y.hi * power, e.y.lo * power}, Pair<T>{-d.m, T{}});
  const T miss = log1p((ratio.hi + ratio.lo) / d.m);
  const T slope = u.hi * 0x1.9884533d43651p-1 / e.g.hi;  // density / cdf
  const T step = miss / slope;
  return -(x + step / (1.0 + 0.5 * (slope - x) * step));
}
template <class T>
__attribute__((noinline)) T norm_icdf(T p, T mean, T deviation) {
  const Pair<T> q = two_sum(p, all<T>(-0.5));
  const auto centre = magnitude(q.hi) <= 0.27;
  const T centred = quantile_centre(Pair<T>{centre ? q.hi : T{}, centre ? q.lo : T{}});
  const T other = p > 0.5 ? 1.0 - p : p;  // exact
  const T tail = quantile_tail(other < 0.23 ? (other > 0.0 ? other : all<T>(0.23)) : all<T>(0.23));
  T z = centre ? centred : p > 0.5 ? -tail : tail;
  z = p == 0.0 ? all<T>(-kInf) : p == 1.0 ? all<T>(kInf) : z;
  z = p >= 0.0 ? (p <= 1.0 ? z : nan<T>()) : nan<T>();
  const T y = mean + deviation * z;
  return or_nan(y, y);
}

// Inverse links of generalised linear models, written so that small results keep their digits.
template <class T>
INLINE T inv_probit(T x) {
  return norm_cdf(x, T{}, all<T>(1.0));
}
template <class T>
INLINE T inv_cloglog(T x) {
  return or_nan(-expm1(-exp(x)), x);
}  // 1 - exp(-exp(x))
template <class T>
INLINE T inv_loglog(T x) {
  return exp(-exp(-x));
}
template <class T>
INLINE T inv_cauchit(T x) {
  return atan2(all<T>(1.0), -x) * 0x1.45f306dc9c883p-2;
}  // 0.5 + atan(x) / pi

}  // namespace kiln::kernel::math

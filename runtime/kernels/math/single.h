// Functions of f32 values, in f64: what is computed to some 2^-44 decides nearly always how the result rounds to f32, and where it does
// not, the function itself is asked. So they round as it does, at a third of its cost.
#pragma once
#include "exponential.h"
#include "normal.h"

namespace kiln::kernel::math {

/// f32 lanes beside f64 ones.
template <class T>
struct SingleOf {
  typedef f32 type __attribute__((vector_size(sizeof(T) / 2)));
};
template <>
struct SingleOf<f64> {
  typedef f32 type;
};
template <class T>
INLINE auto to_single(T x) {
  if constexpr (kLanes<T> == 1) return (f32)x;
  else return __builtin_convertvector(x, typename SingleOf<T>::type);
}
/// y, which is wrong by 2^-41 of it at most, or exact() where that much may round otherwise, or y is NaN.
template <class T, class Exact>
INLINE T settle_single(T y, Exact exact) {
  const auto differs = to_single<T>(y * (1 - 0x1p-40)) != to_single<T>(y * (1 + 0x1p-40));
  bool any;
  if constexpr (kLanes<T> == 1) any = differs;
  else any = __builtin_reduce_or(differs) != 0;
  return __builtin_expect(any, 0) ? exact() : y;
}
#define KILN_EXACTLY(name) \
  template <class T> __attribute__((noinline, const)) T exactly_##name(T x) { return name(x); }
KILN_EXACTLY(exp)
KILN_EXACTLY(tanh)
KILN_EXACTLY(inv_logit)
KILN_EXACTLY(erf)
#undef KILN_EXACTLY

/// 1 / 2!, 1 / 3! ... 1 / 11!
inline constexpr f64 kExpTerms[] = {1.0 / 2,    1.0 / 6,     1.0 / 24,     1.0 / 120,     1.0 / 720,
                                    1.0 / 5040, 1.0 / 40320, 1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800};
/// e^x = 2^k (1 + less), to 2^-45 of less where k is 0. |x| <= 700
template <class T>
struct ShortExponential {
  T power, less;
};
template <class T>
INLINE ShortExponential<T> short_exponential(T x) {
  const T shift = all<T>(0x1.8p52);
  const T k = (x * 0x1.71547652b82fep+0 + shift) - shift;
  const T r = (x - k * kLn2High) - k * kLn2Low;
  return {pow2(k), r + (r * r) * polynomial(r, kExpTerms)};
}

template <class T>
INLINE T single_exp(T x) {   // beyond the limits 0 and infinity
  const ShortExponential<T> e = short_exponential(x > 100.0 ? all<T>(100.0) : x < -120.0 ? all<T>(-120.0) : x);
  return settle_single(or_nan(e.power * (1.0 + e.less), x), [&] { return exactly_exp(x); });
}
template <class T>
INLINE T single_tanh(T x) {
  const T a = magnitude(x);
  const ShortExponential<T> e = short_exponential(a < 10.0 ? a + a : all<T>(20.0));
  const T less = e.power * e.less + (e.power - 1.0);   // e^2a - 1
  return settle_single(or_nan(copy_sign(less / (less + 2.0), x), x), [&] { return exactly_tanh(x); });
}
template <class T>
INLINE T single_inv_logit(T x) {
  const T a = magnitude(x);
  const ShortExponential<T> e = short_exponential(a < 120.0 ? -a : all<T>(-120.0));
  const T small = e.power * (1.0 + e.less);
  return settle_single(or_nan((x < 0.0 ? small : all<T>(1.0)) / (1.0 + small), x), [&] { return exactly_inv_logit(x); });
}
template <class T>
INLINE T single_erf(T x) {
  const T a = magnitude(x), tail = a > 0.5 ? (a < 5.0 ? a : all<T>(5.0)) : all<T>(0.5), low = a < 0.5 ? a : all<T>(0.5);
  const ShortExponential<T> e = short_exponential(-(tail * tail));
  const T t = (tail - 3.0) / (tail + 3.0);
  const T high = 1.0 - e.power * (1.0 + e.less) * polynomial(t, kErfcx) / tail;
  return settle_single(or_nan(copy_sign(a < 0.5 ? low + low * polynomial(low * low, kErf) : high, x), x), [&] { return exactly_erf(x); });
}

template <class T, int N>
INLINE Lane<T, N> exp_of(Lane<T, N> x) {
  if constexpr (sizeof(T) == 8) return exp(x);
  else return convert<f32, f64, N>(single_exp(convert<f64, f32, N>(x)));
}
template <class T, int N>
INLINE Lane<T, N> tanh_of(Lane<T, N> x) {
  if constexpr (sizeof(T) == 8) return tanh(x);
  else return convert<f32, f64, N>(single_tanh(convert<f64, f32, N>(x)));
}

}  // namespace kiln::kernel::math

// The inverse hyperbolic functions: logarithms of 1 + u, with u as a pair so that small results keep their digits.
#pragma once
#include "logarithm.h"

namespace kiln::kernel::math {

/// The square root of a positive pair, to about 2^-100.
template <class T>
INLINE Pair<T> sqrt_pair(Pair<T> s) {
  const T r = sqrt(s.hi);
  const Pair<T> square = two_product(r, r);
  return fast_two_sum(r, r > 0.0 ? (((s.hi - square.hi) - square.lo) + s.lo) / (r + r) : T{});
}
/// log(2^doublings (1 + u)) for u > 0.
template <class T>
INLINE T log_one_plus(Pair<T> u, T doublings) {
  const Pair<T> t = two_sum(all<T>(1.0), u.hi);
  const Decomposed<T> d = decompose(t.hi);
  const T near = u.lo / t.hi, far = (t.lo + u.lo) / t.hi;
  return log_sum(d.k + doublings, d.k == 0.0 ? u.hi : d.m - 1.0, d.k == 0.0 ? near : far);
}

/// log(a + sqrt(a^2 + 1)) = log(1 + u), u = a + a^2 / (1 + sqrt(a^2 + 1))
template <class T>
INLINE T asinh(T x) {
  const T a = magnitude(x), one = all<T>(1.0);
  const auto large = a > 0x1p28;
  const T inside = large ? all<T>(0x1p28) : a;
  const Pair<T> square = two_product(inside, inside), root = sqrt_pair(add(Pair<T>{one, T{}}, square));
  const Pair<T> u = add(Pair<T>{inside, T{}}, div(square, add(Pair<T>{one, T{}}, root)));
  const T r = log_one_plus(Pair<T>{large ? a - 1.0 : u.hi, large ? T{} : u.lo}, large ? one : T{});
  const T y = a < 0x1p-27 ? a : a == kInf ? a : r;
  return or_nan(copy_sign(y, x), x);
}
/// log(x + sqrt(x^2 - 1)) = log(1 + u), u = w + sqrt(w (w + 2)), w = x - 1
template <class T>
INLINE T acosh(T x) {
  const auto large = x > 0x1p28;
  const T inside = large ? all<T>(0x1p28) : x >= 1.0 ? x : all<T>(1.0);
  const Pair<T> w = two_sum(inside, all<T>(-1.0));
  const Pair<T> root = sqrt_pair(mul(w, add(w, Pair<T>{all<T>(2.0), T{}})));
  const Pair<T> u = add(w, root);
  const T r = log_one_plus(Pair<T>{large ? x - 1.0 : u.hi, large ? T{} : u.lo}, large ? all<T>(1.0) : T{});
  const T y = x == kInf ? x : r;
  return x >= 1.0 ? y : nan<T>();
}
/// log((1 + a) / (1 - a)) / 2 = log(1 + u) / 2, u = 2 a / (1 - a)
template <class T>
INLINE T atanh(T x) {
  const T a = magnitude(x);
  const T inside = a < 1.0 ? a : T{};
  const Pair<T> u = div(Pair<T>{inside * 2.0, T{}}, fast_two_sum(all<T>(1.0), -inside));
  const T r = log_one_plus(u, T{}) * 0.5;
  const T y = a < 0x1p-27 ? a : a == 1.0 ? all<T>(kInf) : r;
  return a <= 1.0 ? copy_sign(y, x) : nan<T>();
}

}  // namespace kiln::kernel::math

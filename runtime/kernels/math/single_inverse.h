// asin, acos and atan of f32 values, short first (single.h). Coefficients: tools/math_coefficients.py.
#pragma once
#include "single.h"

namespace kiln::kernel::math {

// (asin(s) - s) / s^3 in s^2, |s| <= 1/2, and (atan(t) - t) / t^3 in t^2, |t| <= tan(pi / 8)
inline constexpr f64 kShortAsin[] = {0x1.55555554ede81p-3, 0x1.333334d009e10p-4, 0x1.6db5cef583ceap-5, 0x1.f20913ba8d43fp-6, 0x1.6a9c2ffd89ed7p-6, 0x1.3c5d44991cae8p-6, 0x1.64157dc55fe2fp-8, 0x1.e055c6ab7959fp-6};
inline constexpr f64 kShortAtan[] = {-0x1.5555555501de7p-2, 0x1.99999824b9942p-3, -0x1.2491c049029c0p-3, 0x1.c6f678d846286p-4, -0x1.71d30e690d595p-4, 0x1.243f58bb86b20p-4, -0x1.4b27d75a20e4ep-5};

/// asin(a) for a <= 1/2; beyond, half of what it lacks to a right angle.
template <class T>
INLINE T short_arc_sine(T a) {
  const T z = a < 0.5 ? a * a : near_sum(a, all<T>(-0.5), all<T>(0.5)), root = sqrt(z);
  return near_sum(root * z, near_polynomial<8>(z, [](int i) __attribute__((always_inline)) { return all<T>(kShortAsin[i]); }), root);
}
template <class T>
INLINE T single_asin(T x) {
  const T a = magnitude(x), s = short_arc_sine(a);
  const T y = settle<16>(a < 0.5 ? s : near_sum(s, all<T>(-2.0), all<T>(kHalfPi)), [&]() __attribute__((always_inline)) { return exactly_asin(x); });
  return or_nan(copy_sign(y, x), y);
}
template <class T>
INLINE T single_acos(T x) {
  const T a = magnitude(x), s = copy_sign(short_arc_sine(a), x);
  const T left = a < 0.5 ? all<T>(kHalfPi) : x < 0.0 ? all<T>(2 * kHalfPi) : T{}, y = near_sum(s, a < 0.5 ? all<T>(-1.0) : all<T>(2.0), left);
  return or_nan(settle<16>(y, [&]() __attribute__((always_inline)) { return exactly_acos(x); }), y);
}
/// Near 0; an eighth of a turn and the arc of (a - 1) / (a + 1); a quarter and that of -1 / a.
template <class T>
INLINE T single_atan(T x) {
  const T a = magnitude(x);
  const auto far = a > 0x1.3504f333f9de6p+1, near = a < 0x1.a827999fcef32p-2;
  const T t = (near ? a : far ? all<T>(-1.0) : a - 1.0) / (near ? all<T>(1.0) : far ? a : a + 1.0), z = t * t;
  const T s = near_sum(t * z, near_polynomial<7>(z, [](int i) __attribute__((always_inline)) { return all<T>(kShortAtan[i]); }), t);
  const T y = (near ? T{} : far ? all<T>(kHalfPi) : all<T>(kHalfPi / 2)) + s;
  return or_nan(copy_sign(settle<16>(y, [&]() __attribute__((always_inline)) { return unsettled_atan(y, x); }), x), x);
}

}  // namespace kiln::kernel::math

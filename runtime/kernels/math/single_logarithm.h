// log and pow of f32 values, short first (single.h). Coefficients: tools/math_coefficients.py.
#pragma once
#include "single.h"

namespace kiln::kernel::math {

// ---- by the ratio s of m - 1 and m + 1: log(m) = 2 atanh(s)
// (2 atanh(s) - 2 s) / s^3 in s^2, sqrt(1/2) <= m <= sqrt(2)
inline constexpr f64 kShortLogOfRatio[] = {0x1.555555556514ap-1, 0x1.999998c93029ap-2, 0x1.2493255328894p-2, 0x1.c67a24806c2b3p-3, 0x1.8c99d4b7f6f88p-3};
template <class T>
INLINE auto is_no_normal(T x) {
  const Int32<T> i = __builtin_bit_cast(Int32<T>, to_single<T>(x));
  return (i < 0x00800000) | (i > 0x7f7fffff);
}
/// Above 0 and below all normal numbers.
template <class T>
INLINE auto is_small(T x) {
  const Int32<T> i = __builtin_bit_cast(Int32<T>, to_single<T>(x));
  return (i > 0) & (i < 0x00800000);
}
/// log(x) of a normal number above 0. x = 2^k m, m in [sqrt(1/2), sqrt(2)), and m - 1 is an f32, too.
template <int n, class T>
INLINE T log_of_ratio(T x, const f64 (&c)[n]) {
  typedef typename SingleOf<T>::type Single;
  const Int32<T> i = __builtin_bit_cast(Int32<T>, __builtin_bit_cast(Unsigned32<T>, to_single<T>(x)) - 0x3f3504f3u);
  const Single m = __builtin_bit_cast(Single, (i & 0x007fffff) + 0x3f3504f3);
  const T k = convert<f64, i32, kLanes<T>>(i >> 23), f = convert<f64, f32, kLanes<T>>(m - 1.0f), s = f / (f + 2.0), z = s * s;
  const T rest = near_polynomial<n>(z, [&](int at) __attribute__((always_inline)) { return all<T>(c[at]); });
  return near_sum(k, all<T>(0x1.62e42fefa39efp-1), near_sum(s * z, rest, s + s));
}

// ---- log: by a table where there is one for sixteenths
alignas(64) inline constexpr f64 kLogPieces[][16] = {{0x1.8618618618618p+0, 0x1.745d1745d1746p+0, 0x1.642c8590b2164p+0, 0x1.5555555555555p+0, 0x1.47ae147ae147bp+0, 0x1.3b13b13b13b14p+0, 0x1.2f684bda12f68p+0, 0x1.2492492492492p+0, 0x1.1a7b9611a7b96p+0, 0x1.1111111111111p+0, 0x1.0842108421084p+0, 0x1.0000000000000p+0, 0x1.e1e1e1e1e1e1ep-1, 0x1.c71c71c71c71cp-1, 0x1.af286bca1af28p-1, 0x1.999999999999ap-1},
    {-0x1.af5295248cdcfp-2, -0x1.7fafa3bd8151cp-2, -0x1.522ae0738a3d7p-2, -0x1.269621134db91p-2, -0x1.f991c6cb3b37ap-3, -0x1.a93ed3c8ad9e5p-3, -0x1.5bf406b543db0p-3, -0x1.1178e8227e47ap-3, -0x1.9335e5d594988p-4, -0x1.08598b59e3a06p-4, -0x1.0415d89e74440p-5, 0x0.0p+0, 0x1.f0a30c01162a8p-5, 0x1.e27076e2af2eap-4, 0x1.5ff3070a793d6p-3, 0x1.c8ff7c79a9a20p-3}};
// (log(1 + r) - r) / r^2, |r| <= 0.0323
inline constexpr f64 kShortLog[] = {-0x1.0000000000000p-1, 0x1.55555211afd5fp-2, -0x1.fffffa4993869p-3, 0x1.99fb5ae8adff5p-3, -0x1.55aadefc8f1e1p-3};
template <class T>
INLINE T single_log(T x) {
  if (!any_lane<T>(x != 1.0)) return T{};   // most of a text's words do not occur, and log(1 + 0) is 0
  if constexpr (!kTables<T>) {
    const T y = settle<17>(log_of_ratio(x, kShortLogOfRatio), is_small(x), [&]() __attribute__((always_inline)) { return exactly_log(x); });
    return log_ends(y, x);
  } else {   // x = 2^k m, m in [0.64, 1.28), and 1 + r = m / (about the middle of one of sixteen pieces, 1 in that of 1)
    const Int<T> i = bits(x), at = i - (0x3ff0000000000000ll - 0x000b800000000000ll), k = at >> 52, piece = at >> 48;
    const T r = near_sum(from_bits<T>(i - (k << 52)), sixteenth_of<T>(kLogPieces[0], piece), all<T>(-1.0));
    const T rest = near_polynomial<5>(r, [](int n) __attribute__((always_inline)) { return all<T>(kShortLog[n]); });
    const T whole = near_sum(convert<f64, i64, kLanes<T>>(k), all<T>(0x1.62e42fefa39efp-1), sixteenth_of<T>(kLogPieces[1], piece));
    const T y = whole + near_sum(r * r, rest, r);
    return log_ends(settle<17>(y, [&]() __attribute__((always_inline)) { return exactly_log(x); }), x);
  }
}
template <class T, int N>
INLINE Lane<T, N> log_of(Lane<T, N> x) {
  if constexpr (sizeof(T) == 8) return log(x);
  else return convert<f32, f64, N>(single_log(convert<f64, f32, N>(x)));
}

// ---- pow
/// Of positive numbers, and results that are normal ones: e^(y log x), with that logarithm to 2^-50.
template <class T>
INLINE T single_pow(T x, T y) {
  const T t = y * log_of_ratio(x, kLog);
  const auto odd = !(magnitude(t) < 87.0);
  return settle<16>(short_exp(odd ? T{} : t), as_single<T>(odd) | is_no_normal(x), [&]() __attribute__((always_inline)) { return exactly_pow(x, y); });
}

}  // namespace kiln::kernel::math

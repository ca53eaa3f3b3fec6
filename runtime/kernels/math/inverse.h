// asin, acos, atan, atan2, and hypot, which belongs to atan2. Coefficients: tools/math_coefficients.py.
#pragma once
#include "rounding.h"

namespace kiln::kernel::math {

inline constexpr f64 kHalfPi = 0x1.921fb54442d18p+0, kHalfPiLow = 0x1.1a62633145c07p-54;
inline constexpr f64 kAsin[] = {0x1.5555555555556p-3, 0x1.3333333332ec4p-4, 0x1.6db6db6e3292ep-5, 0x1.f1c71c1d4aa0dp-6,
                                0x1.6e8bb1d89492bp-6, 0x1.1c4d343fa57f6p-6, 0x1.c9cf3759fd8ffp-7, 0x1.78246f32d075cp-7,
                                0x1.524ea8b3aad31p-7, 0x1.653a8f8cfd43cp-8, 0x1.1d661531b222ep-6, -0x1.e7a24f548c99fp-7,
                                0x1.d78189767524ep-6};
inline constexpr f64 kAtan[] = {-0x1.5555555555555p-2, 0x1.9999999999815p-3,  -0x1.2492492469c29p-3,
                                0x1.c71c719302309p-4,  -0x1.745d067597759p-4, 0x1.3b10a28e789aap-4,
                                -0x1.10bd064002fffp-4, 0x1.d7412a8d5c85ap-5,  -0x1.5005923b76ca6p-5};

/// |x| = 1 - 2 z where |x| >= 1/2, so that asin(|x|) = pi/2 - 2 asin(sqrt(z)); elsewhere z = x^2. With `root` = sqrt(z)
/// or |x|: asin(root) = root + rest.
template <class T>
struct ArcSine {
  T root, rest;
};
template <class T>
INLINE ArcSine<T> arc_sine(T a) {
  const T z = a < 0.5 ? a * a : (1.0 - a) * 0.5, s = sqrt(z);
  const Pair<T> square = two_product(s, s);
  const T s_low = s > 0.0 ? ((z - square.hi) - square.lo) / (s + s) : T{};
  const T root = a < 0.5 ? a : s, series = (root * z) * polynomial(z, kAsin);
  return {root, a < 0.5 ? series : s_low + series};
}
template <class T>
INLINE T asin(T x) {
  const T a = magnitude(x);
  const ArcSine<T> y = arc_sine(a);
  const Pair<T> s = fast_two_sum(all<T>(kHalfPi), y.root * -2.0);
  const T r = a < 0.5 ? y.root + y.rest : s.hi + (s.lo + (kHalfPiLow - 2.0 * y.rest));
  return or_nan(copy_sign(r, x), r);
}
template <class T>
INLINE T acos(T x) {
  const T a = magnitude(x);
  const ArcSine<T> y = arc_sine(a);
  // pi/2 - asin(x) in the middle, 2 asin(root) on the right, pi - 2 asin(root) on the left
  const T root = a < 0.5 ? copy_sign(y.root, x) : y.root * 2.0, rest = a < 0.5 ? copy_sign(y.rest, x) : y.rest * 2.0;
  const T turns = a < 0.5 ? all<T>(1.0) : all<T>(2.0);
  const Pair<T> s = fast_two_sum(turns * kHalfPi, -root);
  const T left = s.hi + (s.lo + (turns * kHalfPiLow - rest));
  const T r = x >= 0.5 ? root + rest : left;
  return or_nan(r, r);
}

/// atan(a / b) for 0 <= a <= b; a / b at least 2^-60, b not far from 1. The nearest of atan 0, 1/2 and 1 is taken out.
template <class T>
INLINE Pair<T> atan_of_ratio(T a, T b) {
  const T zero = T{};
  const T c = a > b * 0.75 ? all<T>(1.0) : a > b * 0.25 ? all<T>(0.5) : zero;
  const T base = a > b * 0.75 ? all<T>(0x1.921fb54442d18p-1) : a > b * 0.25 ? all<T>(0x1.dac670561bb4fp-2) : zero;
  const T base_low = a > b * 0.75 ? all<T>(0x1.1a62633145c07p-55) : a > b * 0.25 ? all<T>(0x1.a2b7f222f65e2p-56) : zero;
  const Pair<T> q = div(two_sum(a, -(c * b)), fast_two_sum(b, c * a));
  const T z = q.hi * q.hi;
  const Pair<T> s = two_sum(base, q.hi);
  return fast_two_sum(s.hi, s.lo + (base_low + (q.lo + (q.hi * z) * polynomial(z, kAtan))));
}
template <class T>
INLINE T atan(T x) {
  const T a = magnitude(x), one = all<T>(1.0);
  const T bounded = a < 0x1p59 ? a : all<T>(0x1p59);
  const Pair<T> y = atan_of_ratio(a > 1.0 ? one : a, a > 1.0 ? bounded : one);
  const Pair<T> s = fast_two_sum(all<T>(kHalfPi), -y.hi);
  const T r = a > 1.0 ? s.hi + (s.lo + (kHalfPiLow - y.lo)) : y.hi;
  return or_nan(copy_sign(a < 0x1p-27 ? a : r, x), x);
}
template <class T>
__attribute__((noinline)) T atan2(T y, T x) {
  const T ay = magnitude(y), ax = magnitude(x), one = all<T>(1.0);
  const auto steep = ay > ax;
  T a = steep ? ax : ay, b = steep ? ay : ax;
  // Infinities: of two, 45 degrees; of one, a right angle. Both zero: 0.
  a = b == kInf ? (a == kInf ? one : T{}) : a;
  b = b == kInf ? one : b == 0.0 ? one : b;
  const T tiny = a / b;  // all there is to say where it is below 2^-60
  const T factor = b > 0x1p500 ? all<T>(0x1p-600) : b < 0x1p-400 ? all<T>(0x1p600) : one;
  const Pair<T> ratio = atan_of_ratio(a * factor, b * factor);
  Pair<T> r = {tiny < 0x1p-60 ? tiny : ratio.hi, tiny < 0x1p-60 ? T{} : ratio.lo};
  const Pair<T> up = fast_two_sum(all<T>(kHalfPi), -r.hi);
  r = {steep ? up.hi : r.hi, steep ? up.lo + (kHalfPiLow - r.lo) : r.lo};
  const Pair<T> back = fast_two_sum(all<T>(2.0 * kHalfPi), -r.hi);
  const auto left = bits(x) < 0;
  const T result = left ? back.hi + (back.lo + (2.0 * kHalfPiLow - r.lo)) : r.hi + r.lo;
  return or_nan(or_nan(copy_sign(result, y), x), y);
}

/// sqrt(x^2 + y^2) without overflow in between; infinity beats NaN.
template <class T>
INLINE T hypot(T x, T y) {
  const T ax = magnitude(x), ay = magnitude(y);
  const auto swap = ay > ax;
  const T a = swap ? ay : ax, b = swap ? ax : ay, one = all<T>(1.0);
  const auto large = a > 0x1p500, small = a < 0x1p-400;
  const T factor = large ? all<T>(0x1p-600) : small ? all<T>(0x1p600) : one;
  const T back = large ? all<T>(0x1p600) : small ? all<T>(0x1p-600) : one;
  const Pair<T> a2 = two_product(a * factor, a * factor), b2 = two_product(b * factor, b * factor);
  const Pair<T> sum = fast_two_sum(a2.hi, b2.hi);
  const T r = sqrt(sum.hi);
  const Pair<T> r2 = two_product(r, r);
  const T rest = ((sum.hi - r2.hi) - r2.lo) + (sum.lo + (a2.lo + b2.lo));
  T h = r + (r > 0.0 ? rest / (r + r) : T{});
  h = or_nan(or_nan(h * back, x), y);
  h = ax == kInf ? ax : h;
  return ay == kInf ? ay : h;
}

}  // namespace kiln::kernel::math

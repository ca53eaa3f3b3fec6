// sin, cos and tan, for arguments of any size. Coefficients: tools/math_coefficients.py.
#pragma once
#include "core.h"

namespace kiln::kernel::math {

/// x = quadrant pi/2 + r; |r| <= pi/4; quadrant modulo 4 in the low bits.
template <class T>
struct Angle {
  Int<T> quadrant;
  Pair<T> r;
};

// 2/pi after 64 bits of zeros, binary
inline constexpr u64 kTwoOverPi[] = {0,
                                     0xa2f9836e4e441529,
                                     0xfc2757d1f534ddc0,
                                     0xdb6295993c439041,
                                     0xfe5163abdebbc561,
                                     0xb7246e3a424dd2e0,
                                     0x06492eea09d1921c,
                                     0xfe1deb1cb129a73e,
                                     0xe88235f52ebb4484,
                                     0xe99c7026b45f7e41,
                                     0x3991d639835339f4,
                                     0x9c845f8bbdf9283b,
                                     0x1ff897ffde05980f,
                                     0xef2f118b5a0a6d1f,
                                     0x6d367ecf27cb09b7,
                                     0x4f463f669e5fea2d,
                                     0x7527bac7ebe5f17b,
                                     0x3d0739f78a5292ea,
                                     0x6bfb5fb11f8d5d08,
                                     0x56033046fc7b6bab};

/// The angle of a finite |x| >= 2^10, by exact multiplication with the bits of 2/pi that matter (Payne and Hanek):
/// those above give whole turns, those below less than 2^-137.
inline __attribute__((noinline)) void reduce_large(f64 x, i64* quadrant, f64* r_hi, f64* r_lo) {
  typedef unsigned __int128 u128;
  const u64 b = (u64)bits(x);
  const u64 m = (b & 0xfffffffffffffu) | (u64)1 << 52;
  const i32 e = (i32)(b >> 52 & 0x7ff) - 1075;  // |x| = m 2^e
  // 192 bits of 2/pi, whose product with m counts 2^-190 modulo 4
  const u32 at = (u32)(e - 2 + 64), word = at / 64, shift = at % 64;
  u64 w[3];
  UNROLL for (u32 i = 0; i < 3; i++) w[i] =
      shift == 0 ? kTwoOverPi[word + i] : kTwoOverPi[word + i] << shift | kTwoOverPi[word + i + 1] >> (64 - shift);
  const u128 low = (u128)m * w[2], middle = (u128)m * w[1] + (u64)(low >> 64);
  const u64 p0 = m * w[0] + (u64)(middle >> 64), p1 = (u64)middle, p2 = (u64)low;
  i64 q = (i64)(p0 >> 62);
  u64 f0 = p0 << 2 | p1 >> 62, f1 = p1 << 2 | p2 >> 62;  // the fraction of a quarter turn
  const bool over = f0 >> 63 != 0;                       // nearer to the next quarter
  if (over) {
    q++;
    f1 = 0 - f1, f0 = 0 - f0 - (f1 != 0);
  }
  const u32 zeros = f0 != 0 ? (u32)__builtin_clzll(f0) : 64;
  const u64 top = zeros == 64 ? f1 : zeros == 0 ? f0 : f0 << zeros | f1 >> (64 - zeros);
  const u64 next = zeros == 64 ? 0 : f1 << zeros;
  const f64 unit = pow2((f64) - (i32)zeros - 53.0);
  const f64 hi = (f64)(i64)(top >> 11) * unit;
  const f64 lo = (f64)(i64)((top & 0x7ff) << 52 | next >> 12) * (unit * 0x1p-63);
  const Pair<f64> r = mul(Pair<f64>{hi, lo}, constant<f64>(0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54));
  const bool minus = over != (bits(x) < 0);
  *quadrant = bits(x) < 0 ? -q : q;
  *r_hi = minus ? -r.hi : r.hi, *r_lo = minus ? -r.lo : r.lo;
}

inline constexpr f64 kLargeAngle = 0x1p20;

/// Up to kLargeAngle by subtracting k pi/2 in four parts, the first three of which have 32 bits: their products are
/// exact.
template <class T>
INLINE Angle<T> reduce_angle(T x) {
  const T shifted = x * 0x1.45f306dc9c883p-1 + 0x1.8p52, k = shifted - 0x1.8p52;
  const T a = x - k * 0x1.921fb544p+0;  // exact
  const Pair<T> b = two_sum(a, k * -0x1.0b4611a6p-34);
  const Pair<T> c = two_sum(b.hi, k * -0x1.3198a2ep-69);
  Angle<T> y = {bits(shifted), fast_two_sum(c.hi, (b.lo + c.lo) - k * 0x1.b839a252049c1p-104)};
  const T size = magnitude(x);
  if (any_lane<T>(size > kLargeAngle)) {
    NOUNROLL for (int i = 0; i < kLanes<T>; i++) {
      const f64 lane = get(x, i);
      if (!(get(size, i) > kLargeAngle && get(size, i) < kInf)) continue;
      i64 quadrant;
      f64 hi, lo;
      reduce_large(lane, &quadrant, &hi, &lo);
      if constexpr (kLanes<T> == 1)
        y.quadrant = quadrant;
      else
        y.quadrant[i] = quadrant;
      set(y.r.hi, i, hi), set(y.r.lo, i, lo);
    }
  }
  return y;
}

inline constexpr f64 kSin[] = {-0x1.5555555555555p-3, 0x1.1111111111110p-7,   -0x1.a01a01a019936p-13,
                               0x1.71de3a54605eep-19, -0x1.ae64541266378p-26, 0x1.61217ec01749dp-33,
                               -0x1.ab17a79237a19p-41};
inline constexpr f64 kCos[] = {0x1.5555555555555p-5,   -0x1.6c16c16c16966p-10, 0x1.a01a019f4e867p-16,
                               -0x1.27e4fa17a41b4p-22, 0x1.1eeb68b109173p-29,  -0x1.907d7aebd5e3dp-37};

/// Sine and cosine of an angle of at most pi/4.
template <class T>
struct SinCos {
  Pair<T> sin, cos;
};
template <class T>
INLINE SinCos<T> sin_cos(Pair<T> r) {
  const Pair<T> square = two_product(r.hi, r.hi);
  const T z = square.hi, half = z * 0.5;
  const T s = (r.hi * z) * polynomial(z, kSin) + r.lo * (1.0 - half);
  const Pair<T> c = fast_two_sum(all<T>(1.0), -half);
  const T rest = (z * z) * polynomial(z, kCos) - (square.lo * 0.5 + r.hi * r.lo);
  return {fast_two_sum(r.hi, s), fast_two_sum(c.hi, c.lo + rest)};
}
/// sin or cos of x + quarter pi/2.
template <class T>
INLINE T sine_of(T x, i64 quarter) {
  const Angle<T> a = reduce_angle(x);
  const SinCos<T> y = sin_cos(a.r);
  const Int<T> q = a.quadrant + quarter;
  const T v = (q & 1) != 0 ? y.cos.hi : y.sin.hi;
  const T r = from_bits<T>(bits(v) ^ ((q & 2) << 62));
  return or_nan(r, r);
}

template <class T>
__attribute__((noinline)) T sin(T x) {
  return magnitude(x) < 0x1p-27 ? x : sine_of(x, 0);
}
template <class T>
__attribute__((noinline)) T cos(T x) {
  return sine_of(x, 1);
}
template <class T>
__attribute__((noinline)) T tan(T x) {
  const Angle<T> a = reduce_angle(x);
  const SinCos<T> y = sin_cos(a.r);
  const auto odd = (a.quadrant & 1) != 0;
  const Pair<T> top = {odd ? -y.cos.hi : y.sin.hi, odd ? -y.cos.lo : y.sin.lo};
  const Pair<T> bottom = {odd ? y.sin.hi : y.cos.hi, odd ? y.sin.lo : y.cos.lo};
  const T r = div(top, bottom).hi;
  return magnitude(x) < 0x1p-27 ? x : or_nan(r, r);
}

}  // namespace kiln::kernel::math

// What all math functions are made of: one spelling for f64 and for vectors of f64. Only + - * / sqrt, comparisons,
// selects and integer operations in one fixed order, so every tier, lane count and host computes the same bits. Never
// contracted; fused where that gives the bits that the other tiers have, too (two_product, remainder).
#pragma once
#include "../lanes.h"

namespace kiln::kernel::math {

/// The integers of equal shape.
template <class T>
struct IntOf {
  typedef i64 type __attribute__((vector_size(sizeof(T))));
};
template <>
struct IntOf<f64> {
  typedef i64 type;
};
template <class T>
using Int = typename IntOf<T>::type;
template <class T>
inline constexpr int kLanes = sizeof(T) / sizeof(f64);

template <class T>
INLINE T all(f64 c) {
  if constexpr (kLanes<T> == 1)
    return c;
  else
    return T{} + c;
}
template <class T>
INLINE Int<T> bits(T x) {
  return __builtin_bit_cast(Int<T>, x);
}
template <class T>
INLINE T from_bits(Int<T> i) {
  return __builtin_bit_cast(T, i);
}

inline constexpr f64 kInf = __builtin_inf();
inline constexpr i64 kSignBit = (i64)0x8000000000000000ull;

template <class T>
INLINE T magnitude(T x) {
  return from_bits<T>(bits(x) & 0x7fffffffffffffffll);
}
template <class T>
INLINE T copy_sign(T x, T sign) {
  return from_bits<T>((bits(x) & 0x7fffffffffffffffll) | (bits(sign) & kSignBit));
}
/// The one NaN that functions return.
template <class T>
INLINE T nan() {
  return all<T>(__builtin_nan(""));
}
/// y, or NaN where x is NaN.
template <class T>
INLINE T or_nan(T y, T x) {
  return x == x ? y : nan<T>();
}

template <class T>
INLINE f64 get(const T& v, int i) {
  if constexpr (kLanes<T> == 1)
    return v;
  else
    return v[i];
}
template <class T>
INLINE void set(T& v, int i, f64 s) {
  if constexpr (kLanes<T> == 1)
    v = s;
  else
    v[i] = s;
}
/// Is the condition true in any lane? C is what comparing two T gives.
template <class T, class C>
INLINE bool any_lane(C c) {
  if constexpr (kLanes<T> == 1)
    return c;
  else
    return __builtin_reduce_or(c) != 0;
}

/// An unevaluated sum hi + lo with |lo| at most half an ulp of hi.
template <class T>
struct Pair {
  T hi, lo;
};
/// a + b exactly; |a| >= |b| or a == 0.
template <class T>
INLINE Pair<T> fast_two_sum(T a, T b) {
  const T s = a + b;
  return {s, b - (s - a)};
}
/// a + b exactly, unless it overflows.
template <class T>
INLINE Pair<T> two_sum(T a, T b) {
  const T s = a + b, v = s - a;
  return {s, (a - (s - v)) + (b - v)};
}
/// The upper 26 bits of x, rounded; 26 and a sign remain.
template <class T>
INLINE T upper_half(T x) {
  return from_bits<T>((bits(x) + 0x4000000ll) & (i64)0xfffffffff8000000ull);
}
/// a * b exactly, unless it overflows or falls under 2^-960.
template <class T>
INLINE Pair<T> split_product(T a, T b) {
  const T p = a * b;
  const T ah = upper_half(a), al = a - ah, bh = upper_half(b), bl = b - bh;
  return {p, (((ah * bh - p) + ah * bl) + al * bh) + al * bl};
}
/// The same, for those who exclude such products: there the bits depend on whether it is fused.
template <class T>
INLINE Pair<T> two_product(T a, T b) {
#if defined(__FMA__) || defined(__aarch64__)
  const T p = a * b;
  return {p, __builtin_elementwise_fma(a, b, -p)};
#else
  return split_product(a, b);
#endif
}
template <class T>
INLINE Pair<T> mul(Pair<T> a, Pair<T> b) {
  const Pair<T> p = two_product(a.hi, b.hi);
  return fast_two_sum(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}
template <class T>
INLINE Pair<T> mul(Pair<T> a, T b) {
  const Pair<T> p = two_product(a.hi, b);
  return fast_two_sum(p.hi, p.lo + a.lo * b);
}
template <class T>
INLINE Pair<T> negative(Pair<T> a) {
  return {-a.hi, -a.lo};
}
template <class T>
INLINE Pair<T> add(Pair<T> a, Pair<T> b) {
  const Pair<T> s = two_sum(a.hi, b.hi);
  return fast_two_sum(s.hi, s.lo + (a.lo + b.lo));
}
/// a - quotient * b, rounded once, where quotient is a / b but for an ulp or two: a less the product's upper half is exact.
template <class T>
INLINE T remainder(T a, T quotient, T b) {
#if defined(__FMA__) || defined(__aarch64__)
  return __builtin_elementwise_fma(-quotient, b, a);
#else
  const Pair<T> p = split_product(quotient, b);
  return (a - p.hi) - p.lo;
#endif
}
/// a / b to about 2^-100, by one division; the quotient and 1 / b must be normal numbers.
template <class T>
INLINE Pair<T> div(Pair<T> a, Pair<T> b) {
  const T inverse = 1.0 / b.hi, q = a.hi * inverse;
  return fast_two_sum(q, (remainder(a.hi, q, b.hi) + (a.lo - q * b.lo)) * inverse);
}
template <class T>
INLINE Pair<T> constant(f64 hi, f64 lo) {
  return {all<T>(hi), all<T>(lo)};
}

/// c[0] + c[1] x + ... by Estrin's scheme: short chains, the same order for every lane count.
template <int n, class T>
INLINE T polynomial(T x, const f64 (&c)[n]) {
  T term[(n + 1) / 2];
  UNROLL for (int i = 0; i < n / 2; i++) term[i] = c[2 * i] + c[2 * i + 1] * x;
  if constexpr (n % 2 != 0) term[n / 2] = all<T>(c[n - 1]);
  T power = x * x;
  int count = (n + 1) / 2;
  UNROLL for (int step = 0; step < 5; step++) {
    if (count == 1) break;
    UNROLL for (int i = 0; i < count / 2; i++) term[i] = term[2 * i] + term[2 * i + 1] * power;
    if (count % 2 != 0) term[count / 2] = term[count - 1];
    count = (count + 1) / 2;
    power = power * power;
  }
  return term[0];
}

/// c[0] + c[1] x + ... by Horner's rule, with the last `pairs` steps in pairs; low: what c lacks to the exact
/// coefficients.
template <int pairs, int n, int m, class T>
INLINE Pair<T> polynomial_pair(Pair<T> x, const f64 (&c)[n], const f64 (&low)[m]) {
  f64 upper[n - pairs];
  for (int i = 0; i < n - pairs; i++) upper[i] = c[pairs + i];
  Pair<T> y = {polynomial(x.hi, upper), T{}};
  UNROLL for (int i = pairs - 1; i >= 0; i--) y = add(constant<T>(c[i], i < m ? low[i] : 0.0), mul(y, x));
  return y;
}

/// table[i modulo 16]
template <class T>
INLINE T sixteenth_of(const f64 (&table)[16], Int<T> i) {
  if constexpr (kLanes<T> == 1) return table[i & 15];
#if defined(__AVX512F__)
  else if constexpr (kLanes<T> == 8) return __builtin_ia32_vpermi2varpd512(load<T>(table), i, load<T>(table + 8));
  else if constexpr (kLanes<T> == 4) {
    const auto eight = sixteenth_of<Lane<f64, 8>>(table, __builtin_shufflevector(i, i, 0, 1, 2, 3, 0, 1, 2, 3));
    return __builtin_shufflevector(eight, eight, 0, 1, 2, 3);
  }
#endif
  else {
    T y = {};
    UNROLL for (int lane = 0; lane < kLanes<T>; lane++) y[lane] = table[i[lane] & 15];
    return y;
  }
}

/// 2^k for integral k in [-1022, 1023].
template <class T>
INLINE T pow2(T k) {
  return from_bits<T>((bits(k + 0x1.8p52) + 1023) << 52);
}

/// x = 2^k m with m in [sqrt(1/2), sqrt(2)); x positive and finite.
template <class T>
struct Decomposed {
  T k, m;
};
template <class T>
INLINE Decomposed<T> decompose(T x) {
  const T normal = x < 0x1p-1022 ? x * 0x1p54 : x;
  const Int<T> i = bits(normal), e = (i - 0x3fe6a09e667f3bcdll) >> 52;
  const T k = from_bits<T>(e + 0x4338000000000000ll) - 0x1.8p52;
  return {x < 0x1p-1022 ? k - 54.0 : k, from_bits<T>(i - (e << 52))};
}

}  // namespace kiln::kernel::math

// Functions of scalars.def on the bits of integers.
#pragma once
#include "common.h"

namespace kiln::kernel::call {

template <int N, class T>
INLINE Mask<N> is_shift(Lane<T, N> by) {
  return mask<N>((Unsigned<T, N>)by < (typename UnsignedOf<T>::type)(8 * sizeof(T)));
}
template <class T, int N>
INLINE Lane<T, N> left(Lane<T, N> v, Lane<T, N> by) {
  const Lane<T, N> safe = pick<N>(is_shift<N, T>(by), by, Lane<T, N>{});
  return pick<N>(is_shift<N, T>(by), (Lane<T, N>)((Unsigned<T, N>)v << (Unsigned<T, N>)safe), Lane<T, N>{});
}
template <class T, int N>
INLINE Lane<T, N> right(Lane<T, N> v, Lane<T, N> by) {
  const Lane<T, N> safe = pick<N>(is_shift<N, T>(by), by, Lane<T, N>{});
  return pick<N>(is_shift<N, T>(by), (Lane<T, N>)((Unsigned<T, N>)v >> (Unsigned<T, N>)safe), Lane<T, N>{});
}

#define KILN_BITS2(name, result)                                                                              \
  template <int N, class T>                                                                                   \
  INLINE void name(const Ctx&, const FailParams&, const Val<T, N>& a, const Val<T, N>& b, Val<T, N>& y) {     \
    y = {result, a.missing | b.missing, first<N>(a.status, b.status)};                                        \
  }                                                                                                           \
  KILN_LANE_KERNEL(name##_i64, name, FailParams, I64, I64, I64)                                               \
  KILN_LANE_KERNEL(name##_i32, name, FailParams, I32, I32, I32)
KILN_BITS2(bit_and, (a.v & b.v))
KILN_BITS2(bit_or, (a.v | b.v))
KILN_BITS2(bit_xor, (a.v ^ b.v))
KILN_BITS2(shl, (left<T, N>(a.v, b.v)))
KILN_BITS2(shr, (right<T, N>(a.v, b.v)))
#undef KILN_BITS2

/// The low bits of x as an integer with a sign or without: a shift to the left and one back.
template <int N, class T>
INLINE void wrap_signed(const Ctx&, const BitsParams& p, const Val<T, N>& x, Val<T, N>& y) {
  y = x;
  if (p.bits < 8 * sizeof(T)) y.v = left<T, N>(x.v, splat<T, N>((T)(8 * sizeof(T) - p.bits))) >> (T)(8 * sizeof(T) - p.bits);
}
template <int N, class T>
INLINE void wrap_unsigned(const Ctx&, const BitsParams& p, const Val<T, N>& x, Val<T, N>& y) {
  y = x;
  if (p.bits < 8 * sizeof(T)) y.v = x.v & splat<T, N>((T)(((u64)1 << p.bits) - 1));
}
template <int N, class T>
INLINE void bit_not(const Ctx&, const FailParams&, const Val<T, N>& x, Val<T, N>& y) {
  y = {~x.v, x.missing, x.status};
}
#define KILN_BITS1(s, T, X)                                        \
  KILN_LANE_KERNEL(bit_not_##s, bit_not, FailParams, X, X)         \
  KILN_LANE_KERNEL(wrap_signed_##s, wrap_signed, BitsParams, X, X) \
  KILN_LANE_KERNEL(wrap_unsigned_##s, wrap_unsigned, BitsParams, X, X)
KILN_INTEGERS(KILN_BITS1)
#undef KILN_BITS1

}  // namespace kiln::kernel::call

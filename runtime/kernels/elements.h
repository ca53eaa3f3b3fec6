// The ends of a pipeline of one element: lanes straight from the caller's matrix, which holds elements of type M, and back to one.
// What only the whole pipeline can tell is said once for all elements: that one is no value of its type, or a result is not finite.
#pragma once
#include "instances.h"
#include "nodes/common.h"
#include "status.h"

namespace kiln::kernel {

template <int N> INLINE void say(const Ctx& c, Mask<N> where, u32 bits) {
  c.status->bits |= any<N>(where) ? bits : 0;   // a register of the body: nothing where that is never so
}
/// The same of results that are not finite, by lanes, without asking each time: v - v is 0, no bit of which is set, or NaN.
template <class T, int N> INLINE void say_odd(const Ctx& c, Lane<T, N> v) {
  enum { kAll = N * sizeof(T) / 4, kLanes = kAll < kOddLanes ? kAll : kOddLanes, kParts = kAll / kLanes };
  typedef Lane<i32, kLanes> Bits;
  const Lane<T, N> zeros = v - v;
  Bits parts[kParts];
  __builtin_memcpy(parts, &zeros, sizeof zeros);
  UNROLL for (int i = 1; i < kParts; i++) parts[0] |= parts[i];
  u8* odd = ((ElementsSaid*)c.status)->odd;
  store(odd, load<Bits>(odd) | parts[0]);
}
template <class M, int N> INLINE Lane<M, N> element_in(const Ctx& c) { return load<Lane<M, N>>((const u8*)c.cells + c.at * sizeof(M)); }
template <class M, int N> INLINE void element_out(const Ctx& c, Lane<M, N> v) { store((u8*)c.out + c.at * sizeof(M), v); }

/// A whole number from least to most, or 0.
template <class M, class T, int N> INLINE Lane<T, N> whole_element(const Ctx& c, f64 least, f64 most) {
  const Lane<f64, N> x = convert<f64, M, N>(element_in<M, N>(c));
  const Mask<N> good = mask<N>(__builtin_elementwise_trunc(x) == x) & mask<N>(x >= least) & mask<N>(x <= most);
  say<N>(c, ~good, KILN_TYPE_MISMATCH | KILN_NO_RESULT);
  return convert<T, f64, N>(pick<N>(good, x, Lane<f64, N>{}));
}
template <class M, int N, class T> INLINE void read_element(const Ctx& c, Val<T, N>& y) {
  y = {Lane<T, N>{}, never<N>(), Status<N>{}};
  if constexpr (!kIsFloat<M>) y.v = convert<T, M, N>(element_in<M, N>(c));
  else if constexpr (sizeof(T) == 8 && (T)0.5 == 0) y.v = whole_element<M, T, N>(c, -0x1p63, 0x1.fffffffffffffp62);
  else if constexpr ((T)0.5 == 0) y.v = whole_element<M, T, N>(c, -0x1p31, 0x1p31 - 1);
  else y.v = convert<T, M, N>(element_in<M, N>(c));
}
template <class M, int N> INLINE void read_element(const Ctx& c, Bool<N>& y) {
  const Lane<M, N> x = element_in<M, N>(c);
  const Mask<N> one = mask<N>(x == (M)1), known = mask<N>(x == (M)0) | one;
  say<N>(c, ~known, KILN_TYPE_MISMATCH | KILN_NO_RESULT);
  y = {one, never<N>(), Status<N>{}};
}
template <class M, int N, class T> INLINE void write_element(const Ctx& c, const Val<T, N>& x) {
  say<N>(c, failed<N>(x.status), KILN_NO_RESULT);
  if constexpr ((T)0.5 != 0) {
    say_odd<T, N>(c, x.v);   // who calls the body makes NaN the one of results
    element_out<M, N>(c, convert<M, T, N>(x.v));
  } else if constexpr (!kIsFloat<M>) {
    element_out<M, N>(c, convert<M, T, N>(x.v));
  } else {   // as a column of them is written: 64 bits by way of f64
    element_out<M, N>(c, convert<M, f64, N>(convert<f64, T, N>(x.v)));
  }
}
template <class M, int N> INLINE void write_element(const Ctx& c, const Bool<N>& x) {
  say<N>(c, failed<N>(x.status), KILN_NO_RESULT);
  element_out<M, N>(c, pick<N>(x.v, splat<M, N>(1), Lane<M, N>{}));
}
/// A `check` behind the input's, and whether any element of a row is true: what only the whole pipeline can follow is left to it.
template <int N, class X> INLINE void check_element(const Ctx& c, const None&, const X& x, X& y) {
  say<N>(c, failed<N>(x.status), KILN_NO_RESULT);
  y = x, y.status = Status<N>{};
}
template <int N> INLINE void any_element(const Ctx& c, const None&, const Bool<N>& x, Bool<N>& y) {
  say<N>(c, x.v | failed<N>(x.status), KILN_NO_RESULT);
  y = x, y.status = Status<N>{};
}
KILN_LANE_KERNEL(any_element, any_element, None, Bool, Bool)
#define KILN_CHECK_ELEMENT(s, T, X) KILN_LANE_KERNEL(check_element_##s, check_element, None, X, X)
KILN_NUMBERS(KILN_CHECK_ELEMENT)
KILN_CHECK_ELEMENT(bool, u8, Bool)
#undef KILN_CHECK_ELEMENT
/// A constant of the element's column.
template <int N, class T> INLINE void of_column(const Ctx& c, const ColumnParams& p, Val<T, N>& y) {
  y = {load<Lane<T, N>>(c.blob + p.values + (c.column + c.at) % p.columns * sizeof(T)), never<N>(), Status<N>{}};
}
template <int N> INLINE void of_column(const Ctx& c, const ColumnParams& p, Bool<N>& y) {
  const Lane<i8, N> v = load<Lane<i8, N>>(c.blob + p.values + (c.column + c.at) % p.columns);
  y = {mask<N>(v != 0), never<N>(), Status<N>{}};
}
#define KILN_OF_COLUMN(s, T, X) KILN_LANE_KERNEL(of_column_##s, of_column, ColumnParams, X)
KILN_NUMBERS(KILN_OF_COLUMN)
KILN_OF_COLUMN(bool, u8, Bool)
#undef KILN_OF_COLUMN

#define KILN_ELEMENT(of, M, name, X, KERNEL)                                                                                        \
  template <int N> INLINE void read_##name##_of_##of(const Ctx& c, const None&, X<N>& y) { read_element<M, N>(c, y); }      \
  template <int N> INLINE void write_##name##_of_##of(const Ctx& c, const None&, const X<N>& x) { write_element<M, N>(c, x); } \
  KERNEL(read_##name##_of_##of, read_##name##_of_##of, None, X)                                                             \
  KERNEL(write_##name##_of_##of, write_##name##_of_##of, None, X)
#define KILN_ELEMENTS(of, M, SINGLE)                \
  KILN_ELEMENT(of, M, f64, F64, KILN_LANE_KERNEL)   \
  KILN_ELEMENT(of, M, f32, F32, SINGLE)             \
  KILN_ELEMENT(of, M, i64, I64, KILN_LANE_KERNEL)   \
  KILN_ELEMENT(of, M, i32, I32, KILN_LANE_KERNEL)   \
  KILN_ELEMENT(of, M, bool, Bool, KILN_LANE_KERNEL)
KILN_ELEMENTS(f64, f64, KILN_LANE_KERNEL)
KILN_ELEMENTS(f32, f32, KILN_WIDE_KERNEL)
KILN_ELEMENT(i64, i64, i64, I64, KILN_LANE_KERNEL)
KILN_ELEMENT(i32, i32, i32, I32, KILN_LANE_KERNEL)
#undef KILN_ELEMENTS
#undef KILN_ELEMENT

}  // namespace kiln::kernel

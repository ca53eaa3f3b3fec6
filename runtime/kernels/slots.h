// Values between lanes and scratch: how generated code spills a scalar that crosses stages, and reads elements of vectors.
#pragma once
#include "instances.h"

namespace kiln::kernel {

struct ElementParams {
  Slot slot;
  u32 element;
};

template <int N, class X> INLINE void get(const Ctx& c, const ElementParams& p, X& x) { get_element<N>(c, p.slot, p.element, x); }
/// Element and status: for scalars.
template <int N, class X> INLINE void put(const Ctx& c, const ElementParams& p, const X& x) {
  put_element<N>(c, p.slot, p.element, x);
  set_slot_status<N>(c, p.slot, x.status);
}
/// The same for elements of a vector, whose number stands in memory; the slot is a constant. A vector fails as its first failed
/// element does: clear_status before the first.
template <int N, class X> INLINE void get_at(const Ctx& c, const Slot& s, const u32& e, X& x) { get_element<N>(c, s, e, x); }
template <int N, class X> INLINE void put_at(const Ctx& c, const Slot& s, const u32& e, const X& x) {
  put_element<N>(c, s, e, x);
  if (s.status != kNone) set_slot_status<N>(c, s, first<N>(slot_status<N>(c, s), x.status));
}
template <int N, class X> INLINE void vector_status(const Ctx& c, const Slot& s, const X& x) { set_slot_status<N>(c, s, x.status); }
template <int N> INLINE void clear_status(const Ctx& c, const Slot& s) { set_slot_status<N>(c, s, Status<N>{}); }

// For one row, the elements of a vector stand in the lanes: elements Ctx::at .. at + N of a slot with pitch 1, whose missing bits are a
// byte an element. What lies beyond the last is room that nobody reads; only its failures must not count.
template <int N> INLINE Mask<N> missing_across(const Ctx& c, const Slot& s) {
  if (s.missing == kNone) return never<N>();
  return mask<N>((convert<i32, i8, N>(load<Lane<i8, N>>(c.scratch + s.missing + c.at)) & 1) != 0);
}
template <int N, class X> INLINE void get_across(const Ctx& c, const Slot& s, X& x) {
  Ctx row = c;
  row.at = 0;
  get_element<N>(c, {s.values, kNone, kNone, 1, 1, 1}, 0, x);
  x.missing = missing_across<N>(c, s);
  x.status = splat<i32, N>(slot_status<1>(row, s));
}
template <int N, class X> INLINE void put_across(const Ctx& c, const Slot& s, const X& x) {
  put_element<N>(c, {s.values, kNone, kNone, 1, 1, 1}, 0, x);
  if (s.missing != kNone) store(c.scratch + s.missing + c.at, convert<i8, i32, N>(pick<N>(x.missing, splat<i32, N>(1), Lane<i32, N>{})));
  if (s.status == kNone || __builtin_reduce_or(x.status) == 0) return;
  Ctx row = c;
  row.at = 0;
  i32 status = slot_status<1>(row, s);
  UNROLL for (int i = 0; i < N; i++) status = c.at + i < s.count ? first<1>(status, x.status[i]) : status;
  set_slot_status<1>(row, s, status);
}
template <int N, class T> INLINE void spread(const Val<T, 1>& x, Val<T, N>& y) {
  y.v = splat<T, N>(x.v), y.missing = mask_if<N>(x.missing.on), y.status = splat<i32, N>(x.status);
}
template <int N> INLINE void spread(const Bool<1>& x, Bool<N>& y) {
  y.v = mask_if<N>(x.v.on), y.missing = mask_if<N>(x.missing.on), y.status = splat<i32, N>(x.status);
}
template <int N> using Index = const u32;
// Elements of a constant: they stand in the blob, from Slot::values on, one after the other.
template <int N, class T> INLINE void get_constant_at(const Ctx& c, const Slot& s, const u32& e, Val<T, N>& x) {
  x = {splat<T, N>(load<T>(c.blob + s.values + (u64)e * sizeof(T))), never<N>(), Status<N>{}};
}
template <int N> INLINE void get_constant_at(const Ctx& c, const Slot& s, const u32& e, Bool<N>& x) {
  x = {mask_if<N>(c.blob[s.values + e] != 0), never<N>(), Status<N>{}};
}
template <int N, class T> INLINE void get_constant_across(const Ctx& c, const Slot& s, Val<T, N>& x) {
  x = {load<Lane<T, N>>(c.blob + s.values + c.at * sizeof(T)), never<N>(), Status<N>{}};
}
template <int N> INLINE void get_constant_across(const Ctx& c, const Slot& s, Bool<N>& x) {
  x = {__builtin_convertvector(load<Lane<i8, N>>(c.blob + s.values + c.at), Mask<N>) != 0, never<N>(), Status<N>{}};
}
#define KILN_ACROSS(name, X)                                                                                                      \
  KILN_KERNEL void kiln_get_across_##name(Ctx* c, const Slot* s, X<KILN_LANES>* x) { get_across<KILN_LANES>(*c, *s, *x); }         \
  KILN_LANE_KERNEL(get_constant_at_##name, get_constant_at, Slot, Index, X)                                                        \
  KILN_KERNEL void kiln_get_constant_across_##name(Ctx* c, const Slot* s, X<KILN_LANES>* x) { get_constant_across<KILN_LANES>(*c, *s, *x); } \
  KILN_KERNEL void kiln_put_across_##name(Ctx* c, const Slot* s, const X<KILN_LANES>* x) { put_across<KILN_LANES>(*c, *s, *x); }   \
  KILN_KERNEL void kiln_spread_##name(Ctx*, const None*, const X<1>* x, X<KILN_LANES>* y) { spread<KILN_LANES>(*x, *y); }
KILN_ACROSS(f64, F64)
KILN_ACROSS(f32, F32)
KILN_ACROSS(i64, I64)
KILN_ACROSS(i32, I32)
KILN_ACROSS(bool, Bool)
#undef KILN_ACROSS

#define KILN_SLOT_KERNELS(name, X)                     \
  KILN_LANE_KERNEL(get_##name, get, ElementParams, X)  \
  KILN_LANE_KERNEL(put_##name, put, ElementParams, X)  \
  KILN_LANE_KERNEL(get_at_##name, get_at, Slot, Index, X) \
  KILN_LANE_KERNEL(put_at_##name, put_at, Slot, Index, X) \
  KILN_LANE_KERNEL(put_status_##name, vector_status, Slot, X)
KILN_SLOT_KERNELS(f64, F64)
KILN_SLOT_KERNELS(f32, F32)
KILN_SLOT_KERNELS(i64, I64)
KILN_SLOT_KERNELS(i32, I32)
KILN_SLOT_KERNELS(bool, Bool)
KILN_SLOT_KERNELS(str, Str)
#undef KILN_SLOT_KERNELS

KILN_KERNEL void kiln_clear_status_1(Ctx* c, const Slot* s) { clear_status<1>(*c, *s); }
KILN_KERNEL void KILN_NAME(clear_status, KILN_LANES)(Ctx* c, const Slot* s) { clear_status<KILN_LANES>(*c, *s); }

}  // namespace kiln::kernel

// concat and take: elements from one place to another.
#pragma once
#include "common.h"

namespace kiln::kernel {

// ---- concat: operand after operand into the result
template <int N>
INLINE void into_status(const Ctx& c, const IntoParams& p, const Slot& y, Status<N> status) {
  if (p.first)
    set_slot_status<N>(c, y, status);
  else
    join_status<N>(c, y, status);
}
template <int N, class X>
INLINE void concat_scalar(const Ctx& c, const IntoParams& p, const X& x, const Slot& y) {
  put_element<N>(c, y, p.element, x);
  into_status<N>(c, p, y, x.status);
}
template <int N, class X, class T>
INLINE void concat_elements(const Ctx& c, const IntoParams& p, const Slot& x, const Slot& y) {
  u32 e = 0;
  if constexpr (N == 1 && sizeof(T) != 1)   // those of text are more than their bytes
    if (p.run == x.count && x.missing == kNone && y.missing == kNone && x.pitch == 1 && y.pitch == 1)
      NOUNROLL for (; e + kRowVector <= x.count; e += kRowVector)
        store(c.scratch + y.values + (u64)(p.element + e) * sizeof(T), load<Lane<T, kRowVector>>(c.scratch + x.values + (u64)e * sizeof(T)));
  NOUNROLL for (; e < x.count; e++) {
    X v;
    get_element<N>(c, x, e, v);
    put_element<N>(c, y, p.element + e / p.run * p.step + e % p.run, v);
  }
  into_status<N>(c, p, y, slot_status<N>(c, x));
}

// ---- take
template <int N, class X>
INLINE void take(const Ctx& c, const TakeParams& p, const Slot& x, X& y) {
  get_element<N>(c, x, p.element, y);
}
template <int N, class X>
INLINE void take_list(const Ctx& c, const TakeParams& p, const Slot& x, const Slot& y) {
  const u32* list = (const u32*)(c.blob + p.list);
  NOUNROLL for (u32 e = 0; e < y.count; e++) {
    X v;
    get_element<N>(c, x, list[e], v);
    put_element<N>(c, y, e, v);
  }
  set_slot_status<N>(c, y, slot_status<N>(c, x));
}

template <int N, class T>
INLINE void set_value(Val<T, N>& y, int i, const Val<T, 1>& v) {
  set_lane<N>(y.v, i, v.v), set_mask_lane<N>(y.missing, i, v.missing.on);
}
template <int N>
INLINE void set_value(Bool<N>& y, int i, const Bool<1>& v) {
  set_mask_lane<N>(y.v, i, v.v.on), set_mask_lane<N>(y.missing, i, v.missing.on);
}
template <int N>
INLINE void set_value(Str<N>& y, int i, const Str<1>& v) {
  y.p[i] = v.p[0], y.length[i] = v.length[0], set_mask_lane<N>(y.missing, i, v.missing.on);
}
/// Element `column` of row `index` of x, another for each lane.
template <int N, class X, class X1>
INLINE void gather_elements(const Ctx& c, const TakeParams& p, const Slot& x, const I32<N>& index, u32 column, X& y) {
  y = X{};
  UNROLL for (int i = 0; i < N; i++) {
    const u32 r = (u32)lane<N>(index.v, i);
    Ctx one = c;
    one.at += (u32)i;
    X1 v;
    get_element<1>(one, x, (r < p.count ? r : 0) * p.width + column, v);
    set_value<N>(y, i, v);
  }
  y.missing = y.missing | index.missing;
  y.status = first<N>(slot_status<N>(c, x), index.status);
  const Mask<N> outside = mask<N>((Lane<u32, N>)index.v >= p.count) & ~index.missing;
  y.status = first<N>(y.status, status_where<N>(outside, p.status));
}
template <int N, class X, class X1>
INLINE void take_row(const Ctx& c, const TakeParams& p, const Slot& x, const I32<N>& index, const Slot& y) {
  Status<N> status{};
  NOUNROLL for (u32 e = 0; e < y.count; e++) {
    X v;
    gather_elements<N, X, X1>(c, p, x, index, e, v);
    put_element<N>(c, y, e, v);
    status = v.status;
  }
  set_slot_status<N>(c, y, status);
}

#define KILN_SHAPE(s, T, X)                                                                                    \
  template <int N>                                                                                             \
  INLINE void concat_##s(const Ctx& c, const IntoParams& p, const Slot& x, const Slot& y) {                    \
    concat_elements<N, X<N>, T>(c, p, x, y);                                                                      \
  }                                                                                                            \
  template <int N>                                                                                             \
  INLINE void take_list_##s(const Ctx& c, const TakeParams& p, const Slot& x, const Slot& y) {                 \
    take_list<N, X<N>>(c, p, x, y);                                                                            \
  }                                                                                                            \
  template <int N>                                                                                             \
  INLINE void take_at_##s(const Ctx& c, const TakeParams& p, const Slot& x, const I32<N>& i, X<N>& y) {        \
    gather_elements<N, X<N>, X<1>>(c, p, x, i, 0, y);                                                          \
  }                                                                                                            \
  template <int N>                                                                                             \
  INLINE void take_row_##s(const Ctx& c, const TakeParams& p, const Slot& x, const I32<N>& i, const Slot& y) { \
    take_row<N, X<N>, X<1>>(c, p, x, i, y);                                                                    \
  }                                                                                                            \
  KILN_LANE_KERNEL(concat_scalar_##s, concat_scalar, IntoParams, X, Vector)                                    \
  KILN_LANE_KERNEL(concat_vector_##s, concat_##s, IntoParams, Vector, Vector)                                  \
  KILN_LANE_KERNEL(take_##s, take, TakeParams, Vector, X)                                                      \
  KILN_LANE_KERNEL(take_list_##s, take_list_##s, TakeParams, Vector, Vector)                                   \
  KILN_LANE_KERNEL(take_at_##s, take_at_##s, TakeParams, Vector, I32, X)                                       \
  KILN_LANE_KERNEL(take_row_##s, take_row_##s, TakeParams, Vector, I32, Vector)
KILN_VALUES(KILN_SHAPE)
#undef KILN_SHAPE

}  // namespace kiln::kernel

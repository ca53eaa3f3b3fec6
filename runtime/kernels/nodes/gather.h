// gather, scatter: elements at places that each row gives, so one row after the other. The rules of a place stand in
// compiler/ir/nodes/addressing.h.
#pragma once
#include "common.h"

namespace kiln::kernel {

enum : i64 { kOutside = -1, kAbsent = -2 };

/// The place of element e for the row c.at; kOutside, kAbsent where an index is outside or missing.
template <class I>
INLINE i64 place_of(const Ctx& c, const AddressParams& p, const Slot& indices, u32 e) {
  u32 number = 0, at = 0;
  NOUNROLL for (u32 d = p.axes; d-- > 0; e /= p.size[d]) {
    const u32 i = e % p.size[d];
    number += i * p.which[d], at += i * p.offset[d];
  }
  bool outside = false, absent = false;
  i64 place = at;
  NOUNROLL for (u32 j = 0; j < p.indices; j++) {
    const u32 i = number * p.indices + j;
    const bool missing = slot_missing<1>(c, indices, i).on;
    i64 index = element<I, 1>(c, indices, i);
    if (index < 0) index = (i64)((u64)index + p.dims[j]);
    const bool beyond = (u64)index >= p.dims[j];
    absent |= missing, outside |= !missing && beyond;
    place += missing || beyond ? 0 : index * (i64)p.stride[j];
  }
  return outside ? (i64)kOutside : absent ? (i64)kAbsent : place;
}
/// one(context of a row) for each lane; true where a place is outside, which fails the row.
template <int N, class One>
INLINE void each_lane(const Ctx& c, const Slot& y, i32 status, One one) {
  NOUNROLL for (u32 l = 0; l < (u32)N; l++) {
    Ctx row = c;
    row.at += l;
    if (one(row)) set_slot_status<1>(row, y, first<1>(slot_status<1>(row, y), status));
  }
}
template <int N, class X, class I>
INLINE void gather(const Ctx& c, const AddressParams& p, const Slot& x, const Slot& indices, const Slot& y) {
  set_slot_status<N>(c, y, first<N>(slot_status<N>(c, x), slot_status<N>(c, indices)));
  each_lane<N>(c, y, p.status, [&](const Ctx& row) {
    bool outside = false;
    NOUNROLL for (u32 e = 0; e < y.count; e++) {
      const i64 place = place_of<I>(row, p, indices, e);
      X v;
      get_element<1>(row, x, place < 0 ? 0 : (u32)place, v);
      v.missing = v.missing | Flag(place == kAbsent);
      put_element<1>(row, y, e, v);
      outside |= place == kOutside;
    }
    return outside;
  });
}

enum ScatterKind : u32 { kScatterSet, kScatterAdd, kScatterMul, kScatterMin, kScatterMax };
template <class T>
INLINE void scatter_one(u32 op, const Val<T, 1>& u, Val<T, 1>& y) {
  if (op == kScatterSet) {
    y.v = u.v, y.missing = u.missing;
    return;
  }
  y.v = op == kScatterAdd   ? plus<T, 1>(y.v, u.v)
        : op == kScatterMul ? times<T, 1>(y.v, u.v)
        : op == kScatterMin ? lesser<T, 1>(y.v, u.v)
                            : greater<T, 1>(y.v, u.v);
  y.missing = y.missing | u.missing;
}
template <class X>
INLINE void scatter_one(u32, const X& u, X& y) {
  y = u;  // bools and texts are only set
}
template <int N, class X, class X1, class I>
INLINE void scatter(const Ctx& c, const ScatterParams& p, const Slot& x, const Slot& indices, const Slot& updates, const Slot& y) {
  NOUNROLL for (u32 e = 0; e < x.count; e++) {
    X v;
    get_element<N>(c, x, e, v);
    put_element<N>(c, y, e, v);
  }
  set_slot_status<N>(c, y, first<N>(first<N>(slot_status<N>(c, x), slot_status<N>(c, indices)), slot_status<N>(c, updates)));
  each_lane<N>(c, y, p.places.status, [&](const Ctx& row) {
    bool outside = false;
    NOUNROLL for (u32 e = 0; e < updates.count; e++) {
      const i64 place = place_of<I>(row, p.places, indices, e);
      outside |= place == kOutside;
      if (place < 0) continue;
      X1 u, v;
      get_element<1>(row, updates, e, u), get_element<1>(row, y, (u32)place, v);
      scatter_one(p.op, u, v);
      put_element<1>(row, y, (u32)place, v);
    }
    return outside;
  });
}
#define KILN_PLACES(s, X, i, I)                                                                                      \
  template <int N>                                                                                                   \
  INLINE void gather_##i##_##s(const Ctx& c, const AddressParams& p, const Slot& x, const Slot& at, const Slot& y) { \
    gather<N, X<1>, I>(c, p, x, at, y);                                                                              \
  }                                                                                                                  \
  template <int N>                                                                                                   \
  INLINE void scatter_##i##_##s(const Ctx& c, const ScatterParams& p, const Slot& x, const Slot& at, const Slot& u,  \
                                const Slot& y) {                                                                     \
    scatter<N, X<N>, X<1>, I>(c, p, x, at, u, y);                                                                    \
  }                                                                                                                  \
  KILN_LANE_KERNEL(gather_##i##_##s, gather_##i##_##s, AddressParams, Vector, Vector, Vector)                        \
  KILN_LANE_KERNEL(scatter_##i##_##s, scatter_##i##_##s, ScatterParams, Vector, Vector, Vector, Vector)
#define KILN_GATHER(s, T, X) KILN_PLACES(s, X, i64, i64) KILN_PLACES(s, X, i32, i32)
KILN_VALUES(KILN_GATHER)
#undef KILN_GATHER
#undef KILN_PLACES

}  // namespace kiln::kernel

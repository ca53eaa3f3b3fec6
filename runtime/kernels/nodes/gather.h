// gather, scatter: elements at places that each row gives: numbers gathered for the rows in lanes, all else one row after the other. The
// rules of a place stand in compiler/ir/nodes/addressing.h.
#pragma once
#include "common.h"

namespace kiln::kernel {

inline constexpr i64 kOutside = -1, kAbsent = -2;

/// Element e, whatever the row: the number of its indices, and the place that they are counted from.
struct Origin {
  u32 number, at;
};
INLINE Origin origin_of(const AddressParams& p, u32 e) {
  Origin o{};
  for (u32 d = p.axes; d-- > 0; e /= p.size[d]) {
    const u32 i = d == 0 ? e : e % p.size[d];
    o.number += i * p.which[d], o.at += i * p.offset[d];
  }
  return o;
}
/// The place of element e for the rows from c.at on; kOutside, kAbsent where an index is outside or missing.
template <class I, int N> INLINE Lane<i64, N> place_of(const Ctx& c, const AddressParams& p, const Slot& indices, u32 e) {
  const Origin o = origin_of(p, e);
  Mask<N> outside = never<N>(), absent = never<N>();
  Lane<i64, N> place = splat<i64, N>(o.at);
  for (u32 j = 0; j < p.indices; j++) {
    const u32 i = o.number * p.indices + j;
    const Lane<i64, N> dim = splat<i64, N>(p.dims[j]), none{};
    const Mask<N> missing = slot_missing<N>(c, indices, i);
    Lane<i64, N> index = convert<i64, I, N>(element<I, N>(c, indices, i));
    index = pick<N>(mask<N>(index < 0), (Lane<i64, N>)((Lane<u64, N>)index + (Lane<u64, N>)dim), index);
    const Mask<N> beyond = mask<N>((Lane<u64, N>)index >= (Lane<u64, N>)dim);
    absent = absent | missing, outside = outside | (~missing & beyond);
    place += pick<N>(missing | beyond, none, index) * (i64)p.stride[j];
  }
  return pick<N>(outside, splat<i64, N>(kOutside), pick<N>(absent, splat<i64, N>(kAbsent), place));
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
template <int N, class T, class I>
INLINE void gather_numbers(const Ctx& c, const AddressParams& p, const Slot& x, const Slot& indices, const Slot& y) {
  Mask<N> outside = never<N>();
  NOUNROLL for (u32 e = 0; e < y.count; e++) {
    const Lane<i64, N> place = place_of<I, N>(c, p, indices, e);
    outside = outside | mask<N>(place == kOutside);
    Val<T, N> v;
    v.missing = mask<N>(place == kAbsent);
    alignas(64) i64 places[N];
    store(places, pick<N>(mask<N>(place < 0), Lane<i64, N>{}, place));
    UNROLL for (int l = 0; l < N; l++) v.v[l] = load<T>(c.scratch + x.values + ((u64)places[l] * x.pitch + c.at + l) * sizeof(T));
    if (x.missing != kNone)
      UNROLL for (int l = 0; l < N; l++) {
        Ctx row = c;
        row.at += l;
        set_mask_lane<N>(v.missing, l, mask_lane<N>(v.missing, l) || slot_missing<1>(row, x, (u32)places[l]).on);
      }
    put_element<N>(c, y, e, v);
  }
  set_slot_status<N>(c, y, first<N>(slot_status<N>(c, y), status_where<N>(outside, p.status)));
}
template <class X> struct NumberOf {   // of texts and truth values
  enum { is = false };
  typedef void type;
};
template <class T> struct NumberOf<Val<T, 1>> {
  enum { is = true };
  typedef T type;
};
template <int N, class X, class I>
INLINE void gather(const Ctx& c, const AddressParams& p, const Slot& x, const Slot& indices, const Slot& y) {
  set_slot_status<N>(c, y, first<N>(slot_status<N>(c, x), slot_status<N>(c, indices)));
  if constexpr (N > 1 && NumberOf<X>::is) return gather_numbers<N, typename NumberOf<X>::type, I>(c, p, x, indices, y);
  each_lane<N>(c, y, p.status, [&](const Ctx& row) __attribute__((always_inline)) {
    bool outside = false;
    NOUNROLL for (u32 e = 0; e < y.count; e++) {
      const i64 place = place_of<I, 1>(row, p, indices, e);
      X v;
      get_element<1>(row, x, place < 0 ? 0 : (u32)place, v);
      v.missing = v.missing | Flag(place == kAbsent);
      put_element<1>(row, y, e, v);
      outside |= place == kOutside;
    }
    return outside;
  });
}

/// The same of a constant, which stands in the blob and fails no row.
template <int N, class T, class I>
INLINE void gather_constant(const Ctx& c, const ConstantPlacesParams& p, const Slot& indices, const Slot& y) {
  const u8* table = c.blob + p.table;
  Mask<N> outside = never<N>();
  NOUNROLL for (u32 e = 0; e < y.count; e++) {
    const Lane<i64, N> place = place_of<I, N>(c, p.places, indices, e), none{};
    const Lane<i64, N> at = pick<N>(mask<N>(place < 0), none, place);
    outside = outside | mask<N>(place == kOutside);
    Val<T, N> v;
    v.missing = mask<N>(place == kAbsent);
    UNROLL for (int l = 0; l < N; l++) set_lane<N>(v.v, l, load<T>(table + (u64)lane<N>(at, l) * sizeof(T)));
    put_element<N>(c, y, e, v);
  }
  set_slot_status<N>(c, y, first<N>(slot_status<N>(c, indices), status_where<N>(outside, p.places.status)));
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
  each_lane<N>(c, y, p.places.status, [&](const Ctx& row) __attribute__((always_inline)) {
    bool outside = false;
    NOUNROLL for (u32 e = 0; e < updates.count; e++) {
      const i64 place = place_of<I, 1>(row, p.places, indices, e);
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
#define KILN_CONSTANT_PLACES(s, T, i, I)                                                                             \
  template <int N>                                                                                                   \
  INLINE void gather_constant_##i##_##s(const Ctx& c, const ConstantPlacesParams& p, const Slot& at, const Slot& y) { \
    gather_constant<N, T, I>(c, p, at, y);                                                                           \
  }                                                                                                                  \
  KILN_LANE_KERNEL(gather_constant_##i##_##s, gather_constant_##i##_##s, ConstantPlacesParams, Vector, Vector)
#define KILN_GATHER(s, T, X) KILN_PLACES(s, X, i64, i64) KILN_PLACES(s, X, i32, i32)
KILN_VALUES(KILN_GATHER)
#undef KILN_GATHER
#define KILN_GATHER_CONSTANT(s, T, X) KILN_CONSTANT_PLACES(s, T, i64, i64) KILN_CONSTANT_PLACES(s, T, i32, i32)
KILN_NUMBERS(KILN_GATHER_CONSTANT)
#undef KILN_GATHER_CONSTANT
#undef KILN_CONSTANT_PLACES
#undef KILN_PLACES

}  // namespace kiln::kernel

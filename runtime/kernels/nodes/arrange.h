// arrange: elements of a vector in another order, or a scalar in every place.
#pragma once
#include "common.h"

namespace kiln::kernel {

template <int N, class T>
INLINE void fill_value(const Ctx&, const FillParams& f, Val<T, N>& y) {
  y.v = splat<T, N>(kIsFloat<T> ? (T)f.number : (T)f.integer), y.missing = never<N>();
}
template <int N>
INLINE void fill_value(const Ctx&, const FillParams& f, Bool<N>& y) {
  y.v = mask_if<N>(f.integer != 0), y.missing = never<N>();
}
template <int N>
INLINE void fill_value(const Ctx& c, const FillParams& f, Str<N>& y) {
  UNROLL for (int i = 0; i < N; i++) y.p[i] = c.blob + f.text, y.length[i] = f.length;
  y.missing = never<N>();
}
template <int N, class X>
INLINE void arrange_list(const Ctx& c, const ArrangeParams& p, const Slot& x, const Slot& y) {
  const i32* list = (const i32*)(c.blob + p.list);
  NOUNROLL for (u32 e = 0; e < y.count; e++) {
    X v;
    if (list[e] < 0)
      fill_value<N>(c, p.fill, v);
    else
      get_element<N>(c, x, (u32)list[e], v);
    put_element<N>(c, y, e, v);
  }
}
/// The last axis is the inner loop.
template <int N, class X>
INLINE void arrange_regular(const Ctx& c, const ArrangeParams& p, const Slot& x, const Slot& y) {
  const u32 inner = p.size[p.axes - 1], step = (u32)p.stride[p.axes - 1];
  NOUNROLL for (u32 e = 0; e < y.count; e += inner) {
    u32 from = p.start, rest = e / inner;
    NOUNROLL for (u32 d = p.axes - 1; d-- > 0; rest /= p.size[d]) from += rest % p.size[d] * (u32)p.stride[d];
    NOUNROLL for (u32 i = 0; i < inner; i++, from += step) {
      X v;
      get_element<N>(c, x, from, v);
      put_element<N>(c, y, e + i, v);
    }
  }
}
template <int N, class X>
INLINE void arrange(const Ctx& c, const ArrangeParams& p, const Slot& x, const Slot& y) {
  if (p.list != kNone)
    arrange_list<N, X>(c, p, x, y);
  else
    arrange_regular<N, X>(c, p, x, y);
  set_slot_status<N>(c, y, slot_status<N>(c, x));
}
template <int N, class X>
INLINE void spread(const Ctx& c, const None&, const X& x, const Slot& y) {
  NOUNROLL for (u32 e = 0; e < y.count; e++) put_element<N>(c, y, e, x);
  set_slot_status<N>(c, y, x.status);
}
#define KILN_ARRANGE(s, T, X)                                                                     \
  template <int N>                                                                                \
  INLINE void arrange_##s(const Ctx& c, const ArrangeParams& p, const Slot& x, const Slot& y) { \
    arrange<N, X<N>>(c, p, x, y);                                                                 \
  }                                                                                               \
  KILN_LANE_KERNEL(arrange_##s, arrange_##s, ArrangeParams, Vector, Vector)                       \
  KILN_LANE_KERNEL(spread_##s, spread, None, X, Vector)
KILN_VALUES(KILN_ARRANGE)
#undef KILN_ARRANGE

}  // namespace kiln::kernel

// Comparisons of scalars.def. Numbers as IEEE, text by bytes, codes by number; the code "some other value" equals
// nothing.
#pragma once
#include "common.h"

namespace kiln::kernel::call {

template <int N, class X>
INLINE void compared(const X& a, const X& b, Mask<N> v, Bool<N>& y) {
  y = {v, a.missing | b.missing, first<N>(a.status, b.status)};
}

/// Below 0, 0 or above 0, by bytes.
OUTLINE i32 compare_text(const u8* p, u32 n, const u8* q, u32 m) {
  const u32 common = n < m ? n : m;
  NOUNROLL for (u32 i = 0; i < common; i++) if (p[i] != q[i]) return p[i] < q[i] ? -1 : 1;
  return n == m ? 0 : n < m ? -1 : 1;
}
template <int N>
INLINE Lane<i64, N> text_order(const Str<N>& a, const Str<N>& b) {
  Lane<i64, N> order{};
  const Mask<N> both = live<N>(a) & live<N>(b);
  UNROLL for (int i = 0; i < N; i++) if (mask_lane<N>(both, i))
      set_lane<N>(order, i, (i64)compare_text(a.p[i], a.length[i], b.p[i], b.length[i]));
  return order;
}

#define KILN_COMPARE(name, op)                                                                    \
  template <int N, class T>                                                                       \
  INLINE void name(const Ctx&, const None&, const Val<T, N>& a, const Val<T, N>& b, Bool<N>& y) { \
    compared<N>(a, b, mask<N>(a.v op b.v), y);                                                    \
  }                                                                                               \
  template <int N>                                                                                \
  INLINE void name(const Ctx&, const None&, const Str<N>& a, const Str<N>& b, Bool<N>& y) {       \
    compared<N>(a, b, mask<N>(text_order<N>(a, b) op 0), y);                                      \
  }                                                                                               \
  template <int N>                                                                                \
  INLINE void name(const Ctx&, const None&, const Bool<N>& a, const Bool<N>& b, Bool<N>& y) {     \
    const Lane<i64, N> one = splat<i64, N>(1), zero{};                                            \
    compared<N>(a, b, mask<N>(pick<N>(a.v, one, zero) op pick<N>(b.v, one, zero)), y);            \
  }                                                                                               \
  KILN_LANE_KERNEL(name##_f64, name, None, F64, F64, Bool)                                        \
  KILN_LANE_KERNEL(name##_f32, name, None, F32, F32, Bool)                                        \
  KILN_LANE_KERNEL(name##_i64, name, None, I64, I64, Bool)                                        \
  KILN_LANE_KERNEL(name##_i32, name, None, I32, I32, Bool)                                        \
  KILN_LANE_KERNEL(name##_bool, name, None, Bool, Bool, Bool)                                     \
  KILN_LANE_KERNEL(name##_str, name, None, Str, Str, Bool)
KILN_COMPARE(eq, ==)
KILN_COMPARE(ne, !=)
KILN_COMPARE(lt, <)
KILN_COMPARE(le, <=)
KILN_COMPARE(gt, >)
KILN_COMPARE(ge, >=)
#undef KILN_COMPARE

template <int N>
INLINE Mask<N> same_code(const CodeParams& p, const I32<N>& a, const I32<N>& b) {
  return mask<N>(a.v == b.v) & mask<N>((Lane<u32, N>)a.v < p.labels);
}
template <int N>
INLINE void eq_code(const Ctx&, const CodeParams& p, const I32<N>& a, const I32<N>& b, Bool<N>& y) {
  compared<N>(a, b, same_code<N>(p, a, b), y);
}
template <int N>
INLINE void ne_code(const Ctx&, const CodeParams& p, const I32<N>& a, const I32<N>& b, Bool<N>& y) {
  compared<N>(a, b, ~same_code<N>(p, a, b), y);
}
KILN_LANE_KERNEL(eq_cat, eq_code, CodeParams, I32, I32, Bool)
KILN_LANE_KERNEL(ne_cat, ne_code, CodeParams, I32, I32, Bool)

}  // namespace kiln::kernel::call

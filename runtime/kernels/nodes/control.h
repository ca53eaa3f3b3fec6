// select, coalesce, choose, raise_if, recover: which value counts. What is not taken may have failed; its status is
// dropped here.
#pragma once
#include "common.h"

namespace kiln::kernel {

/// The value where m is true, else the other; missing and status come along.
template <int N, class T>
INLINE Val<T, N> pick_value(Mask<N> m, const Val<T, N>& a, const Val<T, N>& b) {
  return {pick<N>(m, a.v, b.v), pick<N>(m, a.missing, b.missing), pick<N>(m, a.status, b.status)};
}
template <int N>
INLINE Bool<N> pick_value(Mask<N> m, const Bool<N>& a, const Bool<N>& b) {
  return {pick<N>(m, a.v, b.v), pick<N>(m, a.missing, b.missing), pick<N>(m, a.status, b.status)};
}
template <int N>
INLINE Str<N> pick_value(Mask<N> m, const Str<N>& a, const Str<N>& b) {
  Str<N> y;
  UNROLL for (int i = 0; i < N; i++) {
    const bool on = mask_lane<N>(m, i);
    y.p[i] = on ? a.p[i] : b.p[i], y.length[i] = on ? a.length[i] : b.length[i];
  }
  y.missing = pick<N>(m, a.missing, b.missing), y.status = pick<N>(m, a.status, b.status);
  return y;
}

template <int N, class X>
INLINE void select(const Ctx&, const None&, const Bool<N>& c, const X& a, const X& b, X& y) {
  X r = pick_value<N>(c.v, a, b);
  r.missing = r.missing | c.missing;
  r.status = first<N>(c.status, pick<N>(c.missing, Status<N>{}, r.status));
  y = r;
}
/// The first of two operands that is present. One that failed is not passed over.
template <int N, class X>
INLINE void coalesce(const Ctx&, const None&, const X& a, const X& b, X& y) {
  y = pick_value<N>(a.missing & ~failed<N>(a.status), b, a);
}

/// One arm of choose: y, but for the rows whose index names this arm.
template <int N, class X>
INLINE void choose_arm(const Ctx&, const ChooseParams& p, const I32<N>& i, const X& arm, X& y) {
  X other = p.arm == 0 ? arm : y;
  if (p.arm == 0) other.missing = always<N>(), other.status = i.status;
  X r = pick_value<N>(mask<N>(i.v == p.arm) & live<N>(i), arm, other);
  y = r;
}

template <int N, class X>
INLINE void raise_if(const Ctx&, const CauseParams& p, const X& x, const Bool<N>& c, X& y) {
  const Status<N> raised = first<N>(c.status, status_where<N>(c.v & ~c.missing, p.status));
  X r = x;
  r.status = first<N>(x.status, raised);
  y = r;
}
template <int N, class X>
INLINE void recover(const Ctx&, const CauseParams& p, const X& x, X& y) {
  const Mask<N> caught = mask<N>((x.status & p.causes) != 0);  // the low byte is the cause
  X r = x;
  r.missing = x.missing | caught;
  r.status = pick<N>(caught, Status<N>{}, x.status);
  y = r;
}

#define KILN_CONTROL(s, T, X)                                       \
  KILN_LANE_KERNEL(select_##s, select, None, Bool, X, X, X)         \
  KILN_LANE_KERNEL(coalesce_##s, coalesce, None, X, X, X)           \
  KILN_LANE_KERNEL(choose_##s, choose_arm, ChooseParams, I32, X, X) \
  KILN_LANE_KERNEL(raise_if_##s, raise_if, CauseParams, X, Bool, X) \
  KILN_LANE_KERNEL(recover_##s, recover, CauseParams, X, X)
KILN_VALUES(KILN_CONTROL)
#undef KILN_CONTROL

// Vectors: one element after the other. Status of y: the first failure that an element meets.
template <int N, class X>
INLINE void coalesce_vector(const Ctx& c, const Slot& a, const Slot& b, const Slot& y) {
  Status<N> status{};
  NOUNROLL for (u32 e = 0; e < y.count; e++) {
    X u, v, r;
    get_element<N>(c, a, e, u), get_element<N>(c, b, e, v);
    coalesce<N>(c, None{}, u, v, r);
    put_element<N>(c, y, e, r);
    status = first<N>(status, r.status);
  }
  set_slot_status<N>(c, y, status);
}
template <int N, class X>
INLINE void choose_vector(const Ctx& c, const ChooseParams& p, const I32<N>& i, const Slot& arm, const Slot& y) {
  const Status<N> before = p.arm == 0 ? Status<N>{} : slot_status<N>(c, y);
  Status<N> status{};
  NOUNROLL for (u32 e = 0; e < y.count; e++) {
    X v, r;
    get_element<N>(c, arm, e, v), get_element<N>(c, y, e, r);
    r.status = before;
    choose_arm<N>(c, p, i, v, r);
    put_element<N>(c, y, e, r);
    status = r.status;
  }
  set_slot_status<N>(c, y, status);
}
#define KILN_CONTROL_VECTORS(s, T, X)                                                                            \
  template <int N>                                                                                               \
  INLINE void coalesce_##s(const Ctx& c, const None&, const Slot& a, const Slot& b, const Slot& y) {             \
    coalesce_vector<N, X<N>>(c, a, b, y);                                                                        \
  }                                                                                                              \
  template <int N>                                                                                               \
  INLINE void choose_##s(const Ctx& c, const ChooseParams& p, const I32<N>& i, const Slot& arm, const Slot& y) { \
    choose_vector<N, X<N>>(c, p, i, arm, y);                                                                     \
  }                                                                                                              \
  KILN_LANE_KERNEL(coalesce_vector_##s, coalesce_##s, None, Vector, Vector, Vector)                              \
  KILN_LANE_KERNEL(choose_vector_##s, choose_##s, ChooseParams, I32, Vector, Vector)
KILN_VALUES(KILN_CONTROL_VECTORS)
#undef KILN_CONTROL_VECTORS

}  // namespace kiln::kernel

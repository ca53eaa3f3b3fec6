// The status of rows: the first failure, in program order, that a check or an output met; notes while the row has a result.
#pragma once
#include "instances.h"

namespace kiln::kernel {

INLINE void end_row(kiln_status& row, i32 status) {
  if (row.bits & KILN_NO_RESULT) return;
  const u32 index = (u32)status >> 8;
  row.bits |= KILN_NO_RESULT | ((u32)status & 0xff);
  row.field = index < (u32)kNodeBase ? (u16)index : 0xffff;
  row.node = index < (u32)kNodeBase ? 0xffff : (u16)(index - kNodeBase);
}
INLINE void note_row(kiln_status& row, u32 bits) {
  if (!(row.bits & KILN_NO_RESULT)) row.bits |= bits;
}
OUTLINE void end_rows(kiln_status* rows, const i32* status, u32 n) {
  NOUNROLL for (u32 i = 0; i < n; i++)
    if (status[i] != 0) end_row(rows[i], status[i]);
}
OUTLINE void note_rows(kiln_status* rows, const i32* bits, u32 n) {
  NOUNROLL for (u32 i = 0; i < n; i++)
    if (bits[i] != 0) note_row(rows[i], (u32)bits[i]);
}

OUTLINE void end_one(kiln_status* row, i32 status) { end_row(*row, status); }

template <int N> INLINE void end(const Ctx& c, Status<N> status) {
  if constexpr (N == 1) {
    if (__builtin_expect(status != 0, 0)) end_one(c.status, status);
  } else {
    if (__builtin_expect(any<N>(failed<N>(status)), 0)) {
      i32 lanes[N];
      store(lanes, status);
      end_rows(c.status + c.at, lanes, N);
    }
  }
}
/// Notes where m.
template <int N> INLINE void note(const Ctx& c, Mask<N> m, Lane<i32, N> bits) {
  if constexpr (N == 1) {
    if (m.on) note_row(*c.status, (u32)bits);
  } else {
    const Lane<i32, N> effective = pick<N>(m, bits, Lane<i32, N>{});
    if (__builtin_expect(any<N>(mask<N>(effective != 0)), 0)) {
      i32 lanes[N];
      store(lanes, effective);
      note_rows(c.status + c.at, lanes, N);
    }
  }
}

template <int N> INLINE void note_if(const Ctx& c, const u32& bit, const Bool<N>& x) {
  note<N>(c, x.v & ~x.missing & ~failed<N>(x.status), splat<i32, N>((i32)bit));
}
KILN_LANE_KERNEL(note_if, note_if, u32, Bool)

/// What has not failed goes on; what has computes on zero.
template <int N, class T> INLINE void settle(const Val<T, N>& x, Val<T, N>& y) {
  const Mask<N> bad = failed<N>(x.status);
  y = {pick<N>(bad, Lane<T, N>{}, x.v), x.missing & ~bad, Status<N>{}};
}
template <int N> INLINE void settle(const Bool<N>& x, Bool<N>& y) {
  const Mask<N> bad = failed<N>(x.status);
  y = {x.v & ~bad, x.missing & ~bad, Status<N>{}};
}
template <int N> INLINE void settle(const Str<N>& x, Str<N>& y) {
  const Mask<N> bad = failed<N>(x.status);
  y = x;
  UNROLL for (int i = 0; i < N; i++) y.length[i] = mask_lane<N>(bad, i) ? 0 : x.length[i];
  y.missing = x.missing & ~bad, y.status = Status<N>{};
}
template <int N, class X> INLINE void check(const Ctx& c, const None&, const X& x, X& y) {
  end<N>(c, x.status);
  settle<N>(x, y);
}
template <int N> INLINE void notes(const Ctx& c, const None&, const I32<N>& x) { note<N>(c, ~x.missing & ~failed<N>(x.status), x.v); }
/// With the notes of a `prepare`.
template <int N, class X> INLINE void check_notes(const Ctx& c, const None&, const X& x, const I32<N>& notes, X& y) {
  end<N>(c, x.status);
  kernel::notes<N>(c, None{}, notes);
  settle<N>(x, y);
}
/// In the instance of plain rows.
template <class X> INLINE bool plain_check(const X& x, X& y) {
  y = x, y.status = 0;
  return x.status != 0;
}
/// A vector: its elements go on as they are, its status ends rows.
template <class X, int N> INLINE void settle_elements(const Ctx& c, const Slot& x, const Slot& y) {
  NOUNROLL for (u32 e = 0; e < x.count; e++) {
    X in, out;
    get_element<N>(c, x, e, in);
    settle<N>(in, out);
    put_element<N>(c, y, e, out);
  }
}
template <class X, int N> INLINE void check_vector(const Ctx& c, const Slot& x, const Slot& y) {
  end<N>(c, slot_status<N>(c, x));
  settle_elements<X, N>(c, x, y);
}
template <class X, int N> INLINE void check_vector_notes(const Ctx& c, const Slot& x, const I32<N>& notes, const Slot& y) {
  end<N>(c, slot_status<N>(c, x));
  kernel::notes<N>(c, None{}, notes);
  settle_elements<X, N>(c, x, y);
}
#define KILN_CHECK_VECTOR(name, X, N)                                                                                      \
  KILN_KERNEL void KILN_NAME(check_vector_##name, N)(Ctx * c, const None*, const Slot* x, const Slot* y) {                 \
    check_vector<X<N>, N>(*c, *x, *y);                                                                                     \
  }                                                                                                                        \
  KILN_KERNEL void KILN_NAME(check_notes_vector_##name, N)(Ctx * c, const None*, const Slot* x, I32<N>* notes, const Slot* y) { \
    check_vector_notes<X<N>, N>(*c, *x, *notes, *y);                                                                       \
  }
KILN_LANE_KERNEL(notes, notes, None, I32)
#define KILN_CHECKS(name, X)                   \
  KILN_LEAVING_KERNEL kiln_plain_check_##name##_1(Ctx*, const None*, const X<1>* x, X<1>* y) { return plain_check(*x, *y); } \
  KILN_CHECK_VECTOR(name, X, 1) KILN_CHECK_VECTOR(name, X, KILN_LANES) \
  KILN_LANE_KERNEL(check_##name, check, None, X, X) \
  KILN_LANE_KERNEL(check_notes_##name, check_notes, None, X, I32, X)
KILN_CHECKS(f64, F64)
KILN_CHECKS(f32, F32)
KILN_CHECKS(i64, I64)
KILN_CHECKS(i32, I32)
KILN_CHECKS(bool, Bool)
KILN_CHECKS(str, Str)
#undef KILN_CHECKS

}  // namespace kiln::kernel

// count_terms: lane by lane through one copy.
#pragma once
#include "../words.h"
#include "common.h"

namespace kiln::kernel::call {

template <int N> INLINE void count_terms_lanes(const Ctx& c, const CountParams& p, const Str<N>& x, const Slot& y) {
  const Mask<N> there = live<N>(x);
  Mask<N> bad = never<N>();
  UNROLL for (int i = 0; i < N; i++) {
    i32* counts = (i32*)(c.scratch + y.values) + c.at + i;
    const u32 n = mask_lane<N>(there, i) ? x.length[i] : 0;
    set_mask_lane<N>(bad, i, !kernel::count_terms(c.blob, (const PoolTable*)(c.blob + p.pool), x.p[i], n, c.arena, c.arena_end, counts, y.pitch));
  }
  set_all_missing<N>(c, y, x.missing);
  set_slot_status<N>(c, y, first<N>(x.status, status_where<N>(bad & there, p.too_long)));
}
KILN_LANE_KERNEL(count_terms, count_terms_lanes, CountParams, Str, Vector)

template <int N> INLINE void count_term_lanes(const Ctx& c, const CountParams& p, const Str<N>& x, const Str<N>& term, const Slot& y) {
  const Mask<N> missing = x.missing | term.missing;
  const Status<N> status = first<N>(x.status, term.status);
  const Mask<N> there = live<N>(x) & live<N>(term);
  Mask<N> bad = never<N>();
  UNROLL for (int i = 0; i < N; i++) {
    i32* counts = (i32*)(c.scratch + y.values) + c.at + i;
    const u32 n = mask_lane<N>(there, i) ? x.length[i] : 0, m = mask_lane<N>(there, i) ? term.length[i] : 0;
    set_mask_lane<N>(bad, i, !kernel::count_term(c.blob, (const PoolTable*)(c.blob + p.pool), x.p[i], n, term.p[i], m, c.arena, c.arena_end, counts, y.pitch));
  }
  set_all_missing<N>(c, y, missing);
  set_slot_status<N>(c, y, first<N>(status, status_where<N>(bad & there, p.too_long)));
}
KILN_LANE_KERNEL(count_term, count_term_lanes, CountParams, Str, Str, Vector)

}  // namespace kiln::kernel::call

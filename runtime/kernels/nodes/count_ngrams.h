// count_ngrams: lane by lane through one copy.
#pragma once
#include "../ngrams.h"
#include "common.h"

namespace kiln::kernel::call {

template <int N>
INLINE void count_ngrams_text(const Ctx& c, const CountParams& p, const Str<N>& x, const Slot& y) {
  const Mask<N> there = live<N>(x);
  const NgramTable* table = (const NgramTable*)(c.blob + p.pool);
  Mask<N> bad = never<N>();
  UNROLL for (int i = 0; i < N; i++) {
    i32* counts = (i32*)(c.scratch + y.values) + c.at + i;
    const u32 n = mask_lane<N>(there, i) ? x.length[i] : 0;
    set_mask_lane<N>(bad, i, !kernel::count_text_ngrams(c.blob, table, x.p[i], n, c.arena, c.arena_end, counts, y.pitch));
  }
  set_all_missing<N>(c, y, x.missing);
  set_slot_status<N>(c, y, first<N>(x.status, status_where<N>(bad & there, p.too_long)));
}
KILN_LANE_KERNEL(count_ngrams_text, count_ngrams_text, CountParams, Str, Vector)

template <int N>
INLINE void count_ngrams_codes(const Ctx& c, const CountParams& p, const Slot& x, const Slot& y) {
  const NgramTable* table = (const NgramTable*)(c.blob + p.pool);
  const i32* codes = (const i32*)(c.scratch + x.values) + c.at;
  i32* counts = (i32*)(c.scratch + y.values) + c.at;
  if (N == kFewRows && table->steps != kNone && x.count <= kFewTokens)
    kernel::count_few_ngrams_of_rows(c.blob, table, codes, x.pitch, x.count, counts, y.pitch);
  else
    UNROLL for (int i = 0; i < N; i++) kernel::count_ngrams(c.blob, table, codes + i, x.pitch, x.count, counts + i, y.pitch);
  set_slot_status<N>(c, y, slot_status<N>(c, x));
}
KILN_LANE_KERNEL(count_ngrams_codes, count_ngrams_codes, CountParams, Vector, Vector)

}  // namespace kiln::kernel::call

// tokens: lane by lane through one copy.
#pragma once
#include "../ngrams.h"
#include "common.h"

namespace kiln::kernel {

/// Elements of one row of a str column, one after the other.
struct TokenViews {
  const u8 *text, *marks;
  u8* to;                   ///< element 0 of the row
  u64 step;                 ///< bytes to the next element
  u32 room, count;
  MEMBER void put(const u8* p, u32 n) {
    if (count < room) {
      u8* at = to + count * step;
      store(at, p), store(at + 8, n);
    }
    count++;
  }
  MEMBER void add(u32 from, u32 to_) { put(text + from, to_ - from); }
  MEMBER void mark(u32 which) { put(marks + which, 1); }
};
/// How many tokens a text has; the first `views.room` are written.
OUTLINE u32 split_views(const u8* blob, const TokenRule* rule, const u8* p, u32 n, RegexMark* marks, TokenViews* views) {
  split_text(blob, *rule, p, n, marks, *views);
  return views->count;
}

namespace call {

template <int N>
INLINE void tokens(const Ctx& c, const TokensParams& p, const Str<N>& x, const Slot& y) {
  const Mask<N> there = live<N>(x);
  Mask<N> no_room = never<N>(), too_many = never<N>();
  u32 counts[N];
  UNROLL for (int i = 0; i < N; i++) {
    const u32 n = mask_lane<N>(there, i) ? x.length[i] : 0;
    u8* to = c.scratch + y.values + (c.at + i) * 16;
    TokenViews views = {x.p[i], c.blob + p.marks, to, (u64)y.pitch * 16, y.count, 0};
    counts[i] = 0;
    if (!mask_lane<N>(there, i)) {
    } else if ((u64)(c.arena_end - c.arena) < marks_scratch(n)) set_mask_lane<N>(no_room, i, true);
    else counts[i] = split_views(c.blob, &p.rule, x.p[i], n, (u16*)(((u64)c.arena + 7) & ~(u64)7), &views);
    if (counts[i] > y.count) set_mask_lane<N>(too_many, i, true), counts[i] = 0;
    NOUNROLL for (u32 e = counts[i]; e < y.count; e++) store(to + (u64)e * y.pitch * 16, x.p[i]), store(to + (u64)e * y.pitch * 16 + 8, (u32)0);
  }
  NOUNROLL for (u32 e = 0; e < y.count; e++) {
    Mask<N> missing = never<N>();
    UNROLL for (int i = 0; i < N; i++) set_mask_lane<N>(missing, i, e >= counts[i]);
    set_slot_missing<N>(c, y, e, missing);
  }
  set_slot_status<N>(c, y, first<N>(x.status, first<N>(status_where<N>(no_room, p.too_long), status_where<N>(too_many, p.too_many))));
}
KILN_LANE_KERNEL(tokens, tokens, TokensParams, Str, Vector)

}  // namespace call
}  // namespace kiln::kernel

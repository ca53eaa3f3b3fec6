// matches and rewrite: regular expressions, lane by lane through one copy of each.
#pragma once
#include "../regex.h"
#include "common.h"

namespace kiln::kernel::call {

template <int N> INLINE void matches_text(const Ctx& c, const MatchParams& p, const Str<N>& x, Bool<N>& y) {
  const Mask<N> there = live<N>(x);
  y.v = never<N>(), y.missing = x.missing, y.status = x.status;
  UNROLL for (int i = 0; i < N; i++)
    if (mask_lane<N>(there, i)) set_mask_lane<N>(y.v, i, regex_find(c.blob + p.table, x.p[i], x.length[i]));
}
KILN_LANE_KERNEL(matches_str, matches_text, MatchParams, Str, Bool)

template <int N> INLINE void rewrite_text(Ctx& c, const RewriteParams& p, const Str<N>& x, Str<N>& y) {
  const Mask<N> there = live<N>(x);
  Mask<N> long_one = never<N>(), endless = never<N>();
  no_text<N>(y);
  y.missing = x.missing, y.status = x.status;
  UNROLL for (int i = 0; i < N; i++) {
    if (!mask_lane<N>(there, i)) continue;
    y.p[i] = x.p[i], y.length[i] = x.length[i];
    const Rewritten how = regex_rewrite(c.blob, (const RegexRule*)(c.blob + p.rules), p.count, p.recursive != 0, &c.arena,
                                        c.arena_end, &y.p[i], &y.length[i]);
    set_mask_lane<N>(long_one, i, how == Rewritten::no_room);
    set_mask_lane<N>(endless, i, how == Rewritten::endless);
  }
  fail_where<N>(long_one, p.too_long, y);
  fail_where<N>(endless, p.undefined, y);
}
KILN_LANE_KERNEL(rewrite_str, rewrite_text, RewriteParams, Str, Str)

}  // namespace kiln::kernel::call

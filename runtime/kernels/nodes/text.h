// Text functions of scalars.def, lane by lane through one copy of each. New text is made in the row's arena; where that
// has no room left, the value fails TEXT_TOO_LONG.
#pragma once
#include "../unicode.h"
#include "common.h"

namespace kiln::kernel {

/// Room for `n` bytes in the arena, null if there is none.
INLINE u8* arena_room(const Ctx& c, u64 n) { return (u64)(c.arena_end - c.arena) >= n ? c.arena : nullptr; }

}  // namespace kiln::kernel

namespace kiln::kernel::call {

template <int N>
INLINE void no_text(Str<N>& y) {
  UNROLL for (int i = 0; i < N; i++) y.p[i] = nullptr, y.length[i] = 0;
}

enum CaseMapping : u32 { kLower, kLowerSimple, kUpper, kUpperSimple };
OUTLINE bool map_case(Ctx& c, u32 how, const u8* p, u32 n, const u8** out, u32* length) {
  const u64 room = (u64)(c.arena_end - c.arena);
  const u32 capacity = room > 0x7fffffff ? 0x7fffffff : (u32)room;
  const u32 made = how == kUpper         ? kernel::upper(p, n, c.arena, capacity)
                   : how == kUpperSimple ? kernel::upper_simple(p, n, c.arena, capacity)
                   : how == kLowerSimple ? kernel::lower_simple(p, n, c.arena, capacity)
                                         : kernel::lower(p, n, c.arena, capacity);
  if (made == kNone) return false;
  *out = c.arena, *length = made;
  c.arena += made;
  return true;
}
template <int N>
INLINE void map_cases(Ctx& c, const TextParams& p, u32 how, const Str<N>& x, Str<N>& y) {
  const Mask<N> there = live<N>(x);
  Mask<N> bad = never<N>();
  no_text<N>(y);
  UNROLL for (int i = 0; i < N; i++) if (mask_lane<N>(there, i))
      set_mask_lane<N>(bad, i, !map_case(c, how, x.p[i], x.length[i], &y.p[i], &y.length[i]));
  y.missing = x.missing, y.status = x.status;
  fail_where<N>(bad, p.too_long, y);
}
template <int N>
INLINE void upper_text(Ctx& c, const TextParams& p, const Str<N>& x, Str<N>& y) {
  map_cases<N>(c, p, kUpper, x, y);
}
template <int N>
INLINE void lower_text(Ctx& c, const TextParams& p, const Str<N>& x, Str<N>& y) {
  map_cases<N>(c, p, kLower, x, y);
}
template <int N>
INLINE void upper_simple_text(Ctx& c, const TextParams& p, const Str<N>& x, Str<N>& y) {
  map_cases<N>(c, p, kUpperSimple, x, y);
}
template <int N>
INLINE void lower_simple_text(Ctx& c, const TextParams& p, const Str<N>& x, Str<N>& y) {
  map_cases<N>(c, p, kLowerSimple, x, y);
}
KILN_LANE_KERNEL(upper_str, upper_text, TextParams, Str, Str)
KILN_LANE_KERNEL(upper_simple_str, upper_simple_text, TextParams, Str, Str)
KILN_LANE_KERNEL(lower_str, lower_text, TextParams, Str, Str)
KILN_LANE_KERNEL(lower_simple_str, lower_simple_text, TextParams, Str, Str)

OUTLINE const u8* trim_one(const u8* p, u32 n, u32* length) { return p + kernel::trim(p, n, length); }
template <int N>
INLINE void trim_text(const Ctx&, const TextParams&, const Str<N>& x, Str<N>& y) {
  const Mask<N> there = live<N>(x);
  no_text<N>(y);
  UNROLL for (int i = 0; i < N; i++) if (mask_lane<N>(there, i)) y.p[i] = trim_one(x.p[i], x.length[i], &y.length[i]);
  y.missing = x.missing, y.status = x.status;
}
KILN_LANE_KERNEL(trim_str, trim_text, TextParams, Str, Str)

OUTLINE const u8* substring_one(const u8* p, u32 n, i64 start, i64 count, u32* length) {
  return p + kernel::substring_utf8(p, n, (u64)start - 1, (u64)count, length);
}
template <int N>
INLINE void substring_text(const Ctx&, const TextParams& p, const Str<N>& x, const I64<N>& start, const I64<N>& count,
                           Str<N>& y) {
  no_text<N>(y);
  y.missing = x.missing | start.missing | count.missing;
  y.status = first<N>(first<N>(x.status, start.status), count.status);
  fail_where<N>(mask<N>(start.v < 1) | mask<N>(count.v < 0), p.undefined, y);
  const Mask<N> there = live<N>(y);
  UNROLL for (int i = 0; i < N; i++) if (mask_lane<N>(there, i)) y.p[i] =
      substring_one(x.p[i], x.length[i], lane<N>(start.v, i), lane<N>(count.v, i), &y.length[i]);
}
KILN_LANE_KERNEL(substring_str, substring_text, TextParams, Str, I64, I64, Str)

OUTLINE i64 length_one(const u8* p, u32 n) { return kernel::length_utf8(p, n); }
template <int N>
INLINE void length_text(const Ctx&, const TextParams&, const Str<N>& x, I64<N>& y) {
  const Mask<N> there = live<N>(x);
  y = {};
  UNROLL for (int i = 0; i < N; i++) if (mask_lane<N>(there, i)) set_lane<N>(y.v, i, length_one(x.p[i], x.length[i]));
  y.missing = x.missing, y.status = x.status;
}
KILN_LANE_KERNEL(length_str, length_text, TextParams, Str, I64)

OUTLINE const u8* join_one(Ctx& c, const u8* p, u32 n, const u8* q, u32 m) {
  u8* to = (u64)n + m < kNone ? arena_room(c, (u64)n + m) : nullptr;
  if (!to) return nullptr;
  NOUNROLL for (u32 i = 0; i < n; i++) to[i] = p[i];
  NOUNROLL for (u32 i = 0; i < m; i++) to[n + i] = q[i];
  c.arena += n + m;
  return to;
}
/// A missing operand is left out; nothing is copied where one text is the result.
template <int N>
INLINE void join_text(Ctx& c, const TextParams& p, const Str<N>& a, const Str<N>& b, Str<N>& y) {
  const Status<N> status = first<N>(a.status, b.status);
  Mask<N> bad = never<N>();
  no_text<N>(y);
  UNROLL for (int i = 0; i < N; i++) {
    if (mask_lane<N>(a.missing & b.missing, i) || lane<N>(status, i) != 0) continue;
    const u32 n = mask_lane<N>(a.missing, i) ? 0 : a.length[i], m = mask_lane<N>(b.missing, i) ? 0 : b.length[i];
    y.p[i] = m == 0 ? a.p[i] : n == 0 ? b.p[i] : join_one(c, a.p[i], n, b.p[i], m);
    y.length[i] = y.p[i] || n + m == 0 ? n + m : 0;
    set_mask_lane<N>(bad, i, n != 0 && m != 0 && !y.p[i]);
  }
  y.missing = a.missing & b.missing, y.status = status;
  fail_where<N>(bad, p.too_long, y);
}
KILN_LANE_KERNEL(join_str, join_text, TextParams, Str, Str, Str)

}  // namespace kiln::kernel::call

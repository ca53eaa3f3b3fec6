// format: numbers and moments as text, lane by lane through one copy of each.
#pragma once
#include "../printf.h"
#include "common.h"

namespace kiln::kernel::call {

OUTLINE const u8* format_bytes(Ctx& c, const FormatParams& p, const u8* body, u32 n, u32* length) {
  u8* to = arena_room(c, (u64)p.before + n + p.after);
  if (!to) return nullptr;
  const u8 *before = c.blob + p.text, *after = before + p.before;
  NOUNROLL for (u32 i = 0; i < p.before; i++) to[i] = before[i];
  NOUNROLL for (u32 i = 0; i < n; i++) to[p.before + i] = body[i];
  NOUNROLL for (u32 i = 0; i < p.after; i++) to[p.before + n + i] = after[i];
  *length = p.before + n + p.after;
  c.arena += *length;
  return to;
}
OUTLINE const u8* format_real(Ctx& c, const FormatParams& p, f64 v, u32* length) {
  u8 body[kMostWidth + kFormatDigits + 32];
  return format_bytes(c, p, body, format_number_f64((const NumberSpec*)(c.blob + p.spec), v, body), length);
}
OUTLINE const u8* format_integer(Ctx& c, const FormatParams& p, i64 v, u32* length) {
  u8 body[kMostWidth + kFormatDigits + 32];
  return format_bytes(c, p, body, format_number_i64((const NumberSpec*)(c.blob + p.spec), v, body), length);
}
/// kind 0: days; 1: microseconds of a day; 2: microseconds since 1970.
OUTLINE const u8* format_moment_one(Ctx& c, const FormatParams& p, i64 v, u32* length) {
  constexpr i64 kDay = 86'400'000'000;
  const i64 days = p.kind == 0 ? v : p.kind == 1 ? 0 : floor_div(v, kDay), us = p.kind == 0 ? 0 : p.kind == 1 ? v : v - days * kDay;
  u8* to = arena_room(c, 20 * (u64)p.before);
  if (!to) return nullptr;
  *length = format_moment(c.blob + p.text, p.before, p.java != 0, days, us, to);
  c.arena += *length;
  return to;
}

template <int N, class X, class F> INLINE void format_lanes(Ctx& c, const FormatParams& p, const X& x, Str<N>& y, F one) {
  const Mask<N> there = live<N>(x);
  Mask<N> bad = never<N>();
  no_text<N>(y);
  y.missing = x.missing, y.status = x.status;
  UNROLL for (int i = 0; i < N; i++)
    if (mask_lane<N>(there, i)) y.p[i] = one(c, p, lane<N>(x.v, i), &y.length[i]), set_mask_lane<N>(bad, i, !y.p[i]);
  fail_where<N>(bad, p.too_long, y);
}
template <int N> INLINE void format_f64_lanes(Ctx& c, const FormatParams& p, const F64<N>& x, Str<N>& y) {
  format_lanes<N>(c, p, x, y, format_real);
}
template <int N> INLINE void format_i64_lanes(Ctx& c, const FormatParams& p, const I64<N>& x, Str<N>& y) {
  format_lanes<N>(c, p, x, y, format_integer);
}
/// Years 0 to 9999, times below 24 hours; others have no text.
INLINE bool has_moment(u32 kind, i64 v) {
  constexpr i64 kDay = 86'400'000'000;
  const i64 days = kind == 0 ? v : kind == 1 ? (v >= 0 && v < kDay ? 0 : kMostDays + 1) : floor_div(v, kDay);
  return days >= kLeastDays && days <= kMostDays;
}
template <int N> INLINE void format_moment_lanes(Ctx& c, const FormatParams& p, const I64<N>& x, Str<N>& y) {
  I64<N> moment = x;
  const Mask<N> there = live<N>(x);
  Mask<N> bad = never<N>();
  UNROLL for (int i = 0; i < N; i++) set_mask_lane<N>(bad, i, mask_lane<N>(there, i) && !has_moment(p.kind, lane<N>(x.v, i)));
  fail_where<N>(bad, p.undefined, moment);
  format_lanes<N>(c, p, moment, y, format_moment_one);
}
KILN_LANE_KERNEL(printf_f64, format_f64_lanes, FormatParams, F64, Str)
KILN_LANE_KERNEL(printf_i64, format_i64_lanes, FormatParams, I64, Str)
KILN_LANE_KERNEL(strftime_i64, format_moment_lanes, FormatParams, I64, Str)

}  // namespace kiln::kernel::call

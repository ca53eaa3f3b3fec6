// prepare: missing, invalid and outlying values (see ir/nodes/prepare.h for the order of the rules).
#pragma once
#include "../strings.h"
#include "common.h"
#include "control.h"

namespace kiln::kernel {

inline constexpr i32 kDidNotConvert = KILN_TYPE_MISMATCH | KILN_INVALID_VALUE;

[[maybe_unused]] static __attribute__((noinline)) bool contains(const f64* sorted, u32 count, f64 v) {
  u32 low = 0, high = count;
  NOUNROLL while (low < high) {
    const u32 middle = low + (high - low) / 2;
    if (sorted[middle] < v)
      low = middle + 1;
    else
      high = middle;
  }
  return low < count && sorted[low] == v;
}
template <int N>
INLINE Mask<N> in_set(const Ctx& c, const ValueSet& set, Lane<f64, N> v) {
  Mask<N> in = never<N>();
  if (set.count > kInlineValues) {
    UNROLL for (int i = 0; i < N; i++)
        set_mask_lane<N>(in, i, contains((const f64*)(c.blob + set.at), set.count, lane<N>(v, i)));
  } else if (N == 1 && set.count > 2) {   // one row: values in lanes
    UNROLL for (u32 first = 0; first < kInlineValues; first += 8) {
      Lane<f64, 8> values{};
      UNROLL for (int k = 0; k < 8; k++) set_lane<8>(values, k, first + k < set.count ? set.value[first + k] : __builtin_nan(""));
      if (first < set.count) in = in | mask_if<N>(any<8>(mask<8>(values == splat<f64, 8>(lane<N>(v, 0)))));
    }
  } else {
    UNROLL for (u32 i = 0; i < kInlineValues; i++) if (i < set.count) in = in | mask<N>(v == set.value[i]);
  }
  return in;
}
template <int N>
INLINE Mask<N> in_intervals(const Ctx& c, const IntervalSet& set, Lane<f64, N> v) {
  Mask<N> in = never<N>();
  if (set.count > kInline) {
    const f64* bounds = (const f64*)(c.blob + set.at);
    NOUNROLL for (u32 i = 0; i < set.count; i++) in =
        in | (mask<N>(v >= bounds[2 * i]) & mask<N>(v <= bounds[2 * i + 1]));
  } else {
    UNROLL for (u32 i = 0; i < kInline; i++) if (i < set.count) in =
        in | (mask<N>(v >= set.low[i]) & mask<N>(v <= set.high[i]));
  }
  return in;
}

/// What became of the lanes: rules 1 to 3. `listed`: x is one of the missing values; `accepted`: x is in the valid set.
template <int N, class X>
struct Prepared {
  X y;
  Mask<N> valid;
  Lane<i32, N> notes;
};
template <int N, class X>
INLINE Prepared<N, X> prepared(const PrepareRules& p, const X& x, Mask<N> listed, Mask<N> accepted,
                               const X& missing_value, const X& invalid_value) {
  Prepared<N, X> r;
  const Mask<N> not_failed = ~failed<N>(x.status), did_not_convert = mask<N>((x.status & kDidNotConvert) != 0);
  Mask<N> absent = not_failed & (x.missing | listed);
  r.valid = not_failed & ~absent & accepted;
  const Mask<N> refused = not_failed & ~absent & ~accepted, invalid = did_not_convert | refused;
  r.y = x;
  r.y.missing = never<N>();
  r.notes = Lane<i32, N>{};
  if (p.invalid == 0) {  // fail
    r.y.status = first<N>(x.status, status_where<N>(refused, p.invalid_status));   // what did not convert has failed already
  } else if (p.invalid == 2) {  // as missing
    absent = absent | invalid;
    r.y.status = pick<N>(invalid, Status<N>{}, x.status);
  } else if (p.invalid == 3) {  // as a value
    r.y = pick_value<N>(invalid, invalid_value, r.y);
    r.notes = status_where<N>(invalid, KILN_REPLACED_INVALID);
  }
  if (p.missing == 0) {  // keep
    r.y.missing = absent;
  } else if (p.missing == 1) {  // a value
    r.y = pick_value<N>(absent, missing_value, r.y);
    r.notes = r.notes | status_where<N>(absent, KILN_REPLACED_MISSING);
  } else {  // fail
    r.y.status = first<N>(r.y.status, status_where<N>(absent, p.missing_status));
  }
  return r;
}

template <int N, class T>
INLINE Lane<f64, N> as_f64(const Val<T, N>& x) {
  return convert<f64, T, N>(x.v);
}
template <int N>
INLINE Lane<f64, N> as_f64(const Bool<N>& x) {
  return pick<N>(x.v, splat<f64, N>(1.0), Lane<f64, N>{});
}
template <int N, class T>
INLINE Val<T, N> of_value(const Val<T, N>*, T v) {
  return {splat<T, N>(v), never<N>(), Status<N>{}};
}
template <int N>
INLINE Bool<N> of_value(const Bool<N>*, u8 v) {
  return {mask_if<N>(v), never<N>(), Status<N>{}};
}
template <int N>
INLINE Str<N> of_text(const Ctx& c, const ConstTextParams& p) {
  Str<N> y;
  UNROLL for (int i = 0; i < N; i++) y.p[i] = c.blob + p.text, y.length[i] = p.length;
  y.missing = never<N>(), y.status = Status<N>{};
  return y;
}

template <int N, class T, class X>
INLINE void prepare(const Ctx& c, const PrepareParams<T>& p, const X& x, X& y, Bool<N>& valid, I32<N>& notes) {
  const PrepareRules& rules = p.rules;
  const Lane<f64, N> v = as_f64<N>(x);
  Mask<N> accepted = always<N>();
  if (rules.has_valid_set) accepted = in_set<N>(c, p.valid_values, v) | in_intervals<N>(c, p.intervals, v);
  if (rules.labels != kNone) accepted = accepted & mask<N>(v < (f64)rules.labels);
  const X missing_value = of_value<N>(&x, p.missing_value);
  Prepared<N, X> r = prepared<N, X>(rules, x, in_set<N>(c, p.missing_values, v), accepted, missing_value,
                                    of_value<N>(&x, p.invalid_value));
  if (rules.outlier != 0) {
    const Mask<N> below = r.valid & mask<N>(v < rules.low), above = r.valid & mask<N>(v > rules.high),
                  out = below | above;
    if (rules.outlier == 2)
      r.y = pick_value<N>(below, of_value<N>(&x, p.low), pick_value<N>(above, of_value<N>(&x, p.high), r.y));
    else if (rules.missing == 1)
      r.y = pick_value<N>(out, missing_value, r.y);
    else if (rules.missing == 2)
      r.y.status = first<N>(r.y.status, status_where<N>(out, rules.missing_status));
    else
      r.y.missing = r.y.missing | out;
    r.notes = r.notes | status_where<N>(out, KILN_OUTLIER);
  }
  y = r.y;
  valid = {r.valid, never<N>(), Status<N>{}};
  notes = {r.notes, never<N>(), Status<N>{}};
}
template <int N>
INLINE void prepare_text(const Ctx& c, const PrepareTextParams& p, const Str<N>& x, Str<N>& y, Bool<N>& valid,
                         I32<N>& notes) {
  const Mask<N> there = live<N>(x);
  Mask<N> listed = never<N>(), accepted = mask_if<N>(!p.rules.has_valid_set);
  UNROLL for (int i = 0; i < N; i++) {
    if (!mask_lane<N>(there, i)) continue;
    if (p.missing_texts != kNone)
      set_mask_lane<N>(listed, i, find_code(c.blob + p.missing_texts, x.p[i], x.length[i]) >= 0);
    if (p.valid_texts != kNone)
      set_mask_lane<N>(accepted, i, find_code(c.blob + p.valid_texts, x.p[i], x.length[i]) >= 0);
  }
  const Prepared<N, Str<N>> r =
      prepared<N, Str<N>>(p.rules, x, listed, accepted, of_text<N>(c, p.missing_value), of_text<N>(c, p.invalid_value));
  y = r.y;
  valid = {r.valid, never<N>(), Status<N>{}};
  notes = {r.notes, never<N>(), Status<N>{}};
}
#define KILN_PREPARE(s, T, X) KILN_LANE_KERNEL(prepare_##s, prepare, PrepareParams<T>, X, X, Bool, I32)
KILN_NUMBERS(KILN_PREPARE)
KILN_PREPARE(bool, u8, Bool)
#undef KILN_PREPARE
KILN_LANE_KERNEL(prepare_str, prepare_text, PrepareTextParams, Str, Str, Bool, I32)

}  // namespace kiln::kernel

// cast: numbers and bools into each other, text into values and back. Values are made safe before they are converted.
#pragma once
#include "../format.h"
#include "../parse.h"
#include "../printf.h"
#include "common.h"
#include "text.h"

namespace kiln::kernel {

/// Truncated; v is within the type.
template <class To, int N>
INLINE Lane<To, N> truncated(Lane<f64, N> v) {
  if constexpr (sizeof(To) == 8) return whole_to_i64<N>(__builtin_elementwise_trunc(v));
  else return convert<To, f64, N>(v);
}
/// Truncated, and the nearest integer of the type where it is beyond; NaN gives 0.
template <class To, int N>
INLINE Lane<To, N> saturate(Lane<f64, N> v) {
  constexpr f64 kLow = (f64)kLowest<To>;
  const Mask<N> inside = mask<N>(v > kLow) & mask<N>(v < -kLow);
  const Lane<To, N> r = truncated<To, N>(pick<N>(inside, v, Lane<f64, N>{}));
  const Lane<To, N> high = pick<N>(mask<N>(v >= -kLow), splat<To, N>((To)~kLowest<To>), r);
  return pick<N>(mask<N>(v <= kLow), splat<To, N>(kLowest<To>), high);
}

template <class T>
struct To {
  // number to number
  template <int N, class From>
  static MEMBER Lane<T, N> cast(Lane<From, N> v) {
    if constexpr (kIsFloat<From> && !kIsFloat<T>)
      return saturate<T, N>(convert<f64, From, N>(v));
    else if constexpr (sizeof(From) == 8 && sizeof(T) == 4 && !kIsFloat<T>) {
      const Lane<i64, N> low = splat<i64, N>(kLowest<i32>), high = splat<i64, N>(~kLowest<i32>);
      return convert<T, i64, N>(pick<N>(mask<N>(v < low), low, pick<N>(mask<N>(v > high), high, v)));
    } else {
      return convert<T, From, N>(v);
    }
  }
};
template <int N, class From, class T>
INLINE void cast(const Ctx&, const FailParams&, const Val<From, N>& x, Val<T, N>& y) {
  y = {To<T>::template cast<N, From>(x.v), x.missing, x.status};
}
template <int N, class From>
INLINE void cast(const Ctx&, const FailParams&, const Val<From, N>& x, Bool<N>& y) {
  y = {mask<N>(x.v != (From)0), x.missing, x.status};
}
template <int N, class T>
INLINE void cast(const Ctx&, const FailParams&, const Bool<N>& x, Val<T, N>& y) {
  y = {pick<N>(x.v, splat<T, N>(1), Lane<T, N>{}), x.missing, x.status};
}
template <int N>
INLINE void cast(const Ctx&, const FailParams&, const Bool<N>& x, Bool<N>& y) {
  y = x;
}
#define KILN_CAST_FROM(s, T, X)                              \
  KILN_LANE_KERNEL(cast_##s##_f64, cast, FailParams, X, F64) \
  KILN_LANE_KERNEL(cast_##s##_f32, cast, FailParams, X, F32) \
  KILN_LANE_KERNEL(cast_##s##_i64, cast, FailParams, X, I64) \
  KILN_LANE_KERNEL(cast_##s##_i32, cast, FailParams, X, I32) \
  KILN_LANE_KERNEL(cast_##s##_bool, cast, FailParams, X, Bool)
KILN_NUMBERS(KILN_CAST_FROM)
KILN_CAST_FROM(bool, u8, Bool)
#undef KILN_CAST_FROM

/// Truncated; what is no integer of the type becomes the lowest.
template <int N, class From, class T>
INLINE void lowest(const Ctx&, const FailParams&, const Val<From, N>& x, Val<T, N>& y) {
  constexpr f64 kLow = (f64)kLowest<T>;
  const Lane<f64, N> v = convert<f64, From, N>(x.v);
  const Mask<N> inside = mask<N>(v > kLow) & mask<N>(v < -kLow);
  y = {truncated<T, N>(pick<N>(inside, v, splat<f64, N>(kLow))), x.missing, x.status};
}
KILN_LANE_KERNEL(lowest_f64_i64, lowest, FailParams, F64, I64)
KILN_LANE_KERNEL(lowest_f64_i32, lowest, FailParams, F64, I32)
KILN_LANE_KERNEL(lowest_f32_i64, lowest, FailParams, F32, I64)
KILN_LANE_KERNEL(lowest_f32_i32, lowest, FailParams, F32, I32)

template <int N, class From, class T>
INLINE void wrap(const Ctx&, const FailParams&, const Val<From, N>& x, Val<T, N>& y) {
  y = {convert<T, From, N>(x.v), x.missing, x.status};
}
KILN_LANE_KERNEL(wrap_i64_i32, wrap, FailParams, I64, I32)
KILN_LANE_KERNEL(wrap_i32_i64, wrap, FailParams, I32, I64)
KILN_LANE_KERNEL(wrap_i64_i64, wrap, FailParams, I64, I64)
KILN_LANE_KERNEL(wrap_i32_i32, wrap, FailParams, I32, I32)

// checked: the value must be exactly one of the target's.
template <int N, class X>
INLINE void exact_integer(i32 status, const I64<N>& v, X& y) {
  y.missing = v.missing, y.status = v.status;
  if constexpr (__is_same(X, Bool<N>)) {
    y.v = mask<N>(v.v != 0);
    fail_where<N>(mask<N>(v.v != 0) & mask<N>(v.v != 1), status, y);
  } else if constexpr (__is_same(X, I32<N>)) {
    y.v = convert<i32, i64, N>(v.v);
    fail_where<N>(mask<N>(convert<i64, i32, N>(y.v) != v.v), status, y);
  } else {
    y.v = v.v;
  }
}
template <int N, class From, class X>
INLINE void exact(const Ctx&, const FailParams& p, const Val<From, N>& x, X& y) {
  I64<N> v{Lane<i64, N>{}, x.missing, x.status};
  if constexpr (kIsFloat<From>) {
    const Lane<f64, N> wide = convert<f64, From, N>(x.v);
    const Mask<N> fits =
        mask<N>(wide >= -0x1p63) & mask<N>(wide < 0x1p63) & mask<N>(wide == __builtin_elementwise_trunc(wide));
    v.v = truncated<i64, N>(pick<N>(fits, wide, Lane<f64, N>{}));
    fail_where<N>(~fits, p.status, v);
  } else {
    v.v = convert<i64, From, N>(x.v);
  }
  exact_integer<N>(p.status, v, y);
}
template <int N, class X>
INLINE void exact(const Ctx&, const FailParams& p, const Bool<N>& x, X& y) {
  exact_integer<N>(p.status, I64<N>{pick<N>(x.v, splat<i64, N>(1), Lane<i64, N>{}), x.missing, x.status}, y);
}
#define KILN_EXACT(s, T, X)                                    \
  KILN_LANE_KERNEL(exact_##s##_i64, exact, FailParams, X, I64) \
  KILN_LANE_KERNEL(exact_##s##_i32, exact, FailParams, X, I32) \
  KILN_LANE_KERNEL(exact_##s##_bool, exact, FailParams, X, Bool)
KILN_NUMBERS(KILN_EXACT)
KILN_EXACT(bool, u8, Bool)
#undef KILN_EXACT

/// Text to a value of storage T by `parse`.
template <class T, auto parse, int N>
INLINE void parse_lanes(const FailParams& p, const Str<N>& x, Val<T, N>& y) {
  const Mask<N> there = live<N>(x);
  Mask<N> bad = never<N>();
  y = {Lane<T, N>{}, x.missing, x.status};
  UNROLL for (int i = 0; i < N; i++) {
    if (!mask_lane<N>(there, i)) continue;
    T v{};
    set_mask_lane<N>(bad, i, !parse(x.p[i], x.length[i], &v));
    set_lane<N>(y.v, i, v);
  }
  fail_where<N>(bad, p.status, y);
}
[[maybe_unused]] static __attribute__((noinline)) bool parse_i32(const u8* p, u32 n, i32* out) {
  i64 v;
  if (!parse_i64(p, n, &v) || v != (i32)v) return false;
  *out = (i32)v;
  return true;
}
#define KILN_PARSE(name, T, X)                                                                  \
  template <int N>                                                                              \
  INLINE void parse_##name##_lanes(const Ctx&, const FailParams& p, const Str<N>& x, X<N>& y) { \
    parse_lanes<T, parse_##name, N>(p, x, y);                                                   \
  }                                                                                             \
  KILN_LANE_KERNEL(parse_##name, parse_##name##_lanes, FailParams, Str, X)
KILN_PARSE(f64, f64, F64)
KILN_PARSE(f32, f32, F32)
KILN_PARSE(i64, i64, I64)
KILN_PARSE(i32, i32, I32)
KILN_PARSE(date, i64, I64)
KILN_PARSE(time, i64, I64)
KILN_PARSE(datetime, i64, I64)
#undef KILN_PARSE
template <int N>
INLINE void parse_bool_lanes(const Ctx&, const FailParams& p, const Str<N>& x, Bool<N>& y) {
  const Mask<N> there = live<N>(x);
  Mask<N> bad = never<N>();
  y = {never<N>(), x.missing, x.status};
  UNROLL for (int i = 0; i < N; i++) {
    if (!mask_lane<N>(there, i)) continue;
    bool v = false;
    set_mask_lane<N>(bad, i, !parse_bool(x.p[i], x.length[i], &v));
    set_mask_lane<N>(y.v, i, v);
  }
  fail_where<N>(bad, p.status, y);
}
KILN_LANE_KERNEL(parse_bool, parse_bool_lanes, FailParams, Str, Bool)

/// One value to text in the arena; null if there is no room.
template <auto format, class T>
static __attribute__((noinline)) const u8* format_one(Ctx& c, T v, u32* length) {
  u8 text[64];
  u8* const there = arena_room(c, sizeof text);   // as nearly always: written where it stays
  const u32 n = format(v, there ? there : text);
  u8* const to = there ? there : arena_room(c, n);
  if (!to) return nullptr;
  if (!there) NOUNROLL for (u32 i = 0; i < n; i++) to[i] = text[i];
  c.arena += n;
  *length = n;
  return to;
}
template <auto format, class T, int N>
INLINE void format_lanes(Ctx& c, const FailParams& p, const Val<T, N>& x, Str<N>& y) {
  const Mask<N> there = live<N>(x);
  Mask<N> bad = never<N>();
  call::no_text<N>(y);
  UNROLL for (int i = 0; i < N; i++) {
    if (!mask_lane<N>(there, i)) continue;
    y.p[i] = format_one<format, T>(c, lane<N>(x.v, i), &y.length[i]);
    set_mask_lane<N>(bad, i, !y.p[i]);
  }
  y.missing = x.missing, y.status = x.status;
  fail_where<N>(bad, p.status, y);
}
[[maybe_unused]] static __attribute__((noinline)) u32 format_i32(i32 v, u8* out) { return format_i64(v, out); }
/// As ONNX Runtime writes floats: %.8g, but NaN, INF, -INF.
[[maybe_unused]] static __attribute__((noinline)) u32 format_f64_onnx(f64 v, u8* out) {
  static const u8 names[] = "NaN-INF";
  const bool nan = v != v;
  if (!nan && __builtin_fabs(v) < __builtin_inf()) {
    const NumberSpec spec = {'g', 0, 0, 0, 0, 0, 0, 0, 0, 8};
    return format_number_f64(&spec, v, out);
  }
  const u32 from = nan ? 0 : v < 0 ? 3 : 4, to = nan ? 3 : 7;
  NOUNROLL for (u32 i = from; i < to; i++) out[i - from] = names[i];
  return to - from;
}
[[maybe_unused]] static __attribute__((noinline)) u32 format_f32_onnx(f32 v, u8* out) { return format_f64_onnx(v, out); }
#define KILN_FORMAT(name, T, X)                                                              \
  template <int N>                                                                           \
  INLINE void format_##name##_lanes(Ctx& c, const FailParams& p, const X<N>& x, Str<N>& y) { \
    format_lanes<format_##name, T, N>(c, p, x, y);                                           \
  }                                                                                          \
  KILN_LANE_KERNEL(format_##name, format_##name##_lanes, FailParams, X, Str)
KILN_FORMAT(f64, f64, F64)
KILN_FORMAT(f32, f32, F32)
KILN_FORMAT(f64_java, f64, F64)
KILN_FORMAT(f32_java, f32, F32)
KILN_FORMAT(f64_onnx, f64, F64)
KILN_FORMAT(f32_onnx, f32, F32)
KILN_FORMAT(i64, i64, I64)
KILN_FORMAT(i32, i32, I32)
KILN_FORMAT(date, i64, I64)
KILN_FORMAT(time, i64, I64)
KILN_FORMAT(datetime, i64, I64)
#undef KILN_FORMAT
template <int N>
INLINE void format_bool_lanes(const Ctx&, const FailParams&, const Bool<N>& x, Str<N>& y) {
  static const u8 text[] = "truefalse";
  UNROLL for (int i = 0; i < N; i++) {
    const bool on = mask_lane<N>(x.v, i);
    y.p[i] = text + (on ? 0 : 4), y.length[i] = on ? 4 : 5;
  }
  y.missing = x.missing, y.status = x.status;
}
KILN_LANE_KERNEL(format_bool, format_bool_lanes, FailParams, Bool, Str)
template <int N>
INLINE void format_bool_onnx(const Ctx&, const FailParams&, const Bool<N>& x, Str<N>& y) {
  static const u8 text[] = "10";
  UNROLL for (int i = 0; i < N; i++) y.p[i] = text + (mask_lane<N>(x.v, i) ? 0 : 1), y.length[i] = 1;
  y.missing = x.missing, y.status = x.status;
}
KILN_LANE_KERNEL(format_bool_onnx, format_bool_onnx, FailParams, Bool, Str)

}  // namespace kiln::kernel

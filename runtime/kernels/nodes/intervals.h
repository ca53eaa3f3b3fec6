// discretize and piecewise: the interval that holds a number. Few intervals are compared one by one, all lanes at once;
// many are searched, lane by lane.
#pragma once
#include "common.h"

namespace kiln::kernel {

/// How many of the ascending bounds x has reached.
[[maybe_unused]] static __attribute__((noinline)) u32 bounds_reached(const f64* bounds, u32 count, f64 x) {
  u32 low = 0, high = count;
  NOUNROLL while (low < high) {
    const u32 middle = low + (high - low) / 2;
    if (x >= bounds[middle])
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}
template <int N, class T>
INLINE void discretize(const Ctx& c, const BinParams& p, const Val<T, N>& x, I32<N>& y) {
  const Lane<f64, N> v = convert<f64, T, N>(x.v);
  Lane<i32, N> code = splat<i32, N>(p.code[0]);
  if (p.count > kInlineBins) {
    const i32* codes = (const i32*)(c.blob + p.codes);
    UNROLL for (int i = 0; i < N; i++)
        set_lane<N>(code, i, codes[bounds_reached((const f64*)(c.blob + p.edges), p.count, lane<N>(v, i))]);
  } else {
    UNROLL for (u32 i = 0; i < kInlineBins; i++) if (i < p.count) code =
        pick<N>(mask<N>(v >= p.edge[i]), splat<i32, N>(p.code[i + 1]), code);
  }
  y = {code, x.missing | mask<N>(code < 0), x.status};
}
KILN_LANE_KERNEL(discretize_f64, discretize, BinParams, F64, I32)
KILN_LANE_KERNEL(discretize_f32, discretize, BinParams, F32, I32)

[[maybe_unused]] static __attribute__((noinline)) const Segment* find_segment(const Segment* segments, u32 count,
                                                                              f64 x) {
  u32 low = 0, high = count - 1;  // the last one whose x is below, the first if none is
  NOUNROLL while (low < high) {
    const u32 middle = low + (high - low + 1) / 2;
    if (x > segments[middle].x)
      low = middle;
    else
      high = middle - 1;
  }
  return segments + low;
}
template <int N, class T>
INLINE void piecewise(const Ctx& c, const KnotParams& p, const Val<T, N>& x, Val<T, N>& y) {
  typedef Lane<T, N> V;
  V x0 = splat<T, N>((T)p.segment[0].x), dx = splat<T, N>((T)p.segment[0].width);
  V y0 = splat<T, N>((T)p.segment[0].y), dy = splat<T, N>((T)p.segment[0].height);
  if (p.count > kInlineSegments) {
    UNROLL for (int i = 0; i < N; i++) {
      const Segment* s = find_segment((const Segment*)(c.blob + p.segments), p.count, (f64)lane<N>(x.v, i));
      set_lane<N>(x0, i, (T)s->x), set_lane<N>(dx, i, (T)s->width), set_lane<N>(y0, i, (T)s->y),
          set_lane<N>(dy, i, (T)s->height);
    }
  } else {
    UNROLL for (u32 i = 1; i < kInlineSegments; i++) {
      if (i >= p.count) break;
      const Mask<N> m = mask<N>(x.v > (T)p.segment[i].x);
      x0 = pick<N>(m, splat<T, N>((T)p.segment[i].x), x0), dx = pick<N>(m, splat<T, N>((T)p.segment[i].width), dx);
      y0 = pick<N>(m, splat<T, N>((T)p.segment[i].y), y0), dy = pick<N>(m, splat<T, N>((T)p.segment[i].height), dy);
    }
  }
  const Mask<N> below = mask<N>(x.v < (T)p.segment[0].x), above = mask<N>(x.v > (T)p.last_x);
  y = {y0 + (x.v - x0) / dx * dy, x.missing, x.status};
  if (p.outlier == 1) y.missing = y.missing | below | above;
  if (p.outlier == 2)
    y.v = pick<N>(below, splat<T, N>((T)p.segment[0].y), pick<N>(above, splat<T, N>((T)p.last_y), y.v));
}
KILN_LANE_KERNEL(piecewise_f64, piecewise, KnotParams, F64, F64)
KILN_LANE_KERNEL(piecewise_f32, piecewise, KnotParams, F32, F32)

}  // namespace kiln::kernel

// normalize: a vector of scores to probabilities. f32 exponentials go through f64 and are rounded once.
#pragma once
#include "../math.h"
#include "common.h"

namespace kiln::kernel {

enum NormalizeMethod : u32 { kSoftmax, kSimplemax, kOrdinalDifference, kOneMinusSum, kLogSoftmax, kSoftmaxMlas, kLogSoftmaxMlas };

template <class T, int N>
INLINE Lane<T, N> sum_elements(const Ctx& c, const Slot& x) {
  Lane<T, N> sum = element<T, N>(c, x, 0);
  NOUNROLL for (u32 e = 1; e < x.count; e++) sum = sum + element<T, N>(c, x, e);
  return sum;
}
template <class T, int N>
INLINE void divide_elements(const Ctx& c, const Slot& x, const Slot& y, Lane<T, N> by) {
  map_elements<T, N>(c, x, y, [&](auto v) __attribute__((always_inline)) { return v / by; });
}
/// y = exp(x - top). For one row eight elements at a time.
template <class T, int N>
INLINE void exponentials(const Ctx& c, const Slot& x, Lane<T, N> top, const Slot& y) {
  constexpr int L = 8;
  if constexpr (N == 1) {
    NOUNROLL for (u32 e = 0; e < x.count; e += L) {
      Lane<T, L> v{};
      UNROLL for (u32 i = 0; i < L; i++) if (e + i < x.count) v[i] = element<T, 1>(c, x, e + i) - top;
      v = math::exp_of<T, L>(v);
      UNROLL for (u32 i = 0; i < L; i++) if (e + i < x.count) set_element<T, 1>(c, y, e + i, v[i]);
    }
  } else {
    NOUNROLL for (u32 e = 0; e < x.count; e++)
      set_element<T, N>(c, y, e, math::exp_of<T, N>(element<T, N>(c, x, e) - top));
  }
}
template <class T, int N>
INLINE Lane<T, N> top_of(const Ctx& c, const Slot& x) {
  return extreme_of<false, T, N>(c, x);
}
/// One row of at most L scores, which stay in one vector. A NaN makes all results NaN, whether it counts as the greatest or not.
template <class T, int L>
INLINE void short_softmax(const Ctx& c, const Slot& x, const Slot& y) {
  Lane<T, L> v = elements<T, L>(c, x, 0);
  T top = v[0];
  UNROLL for (u32 e = 1; e < L; e++) if (e < x.count) top = top < v[e] ? v[e] : top;
  v = math::exp_of<T, L>(v - splat<T, L>(top));
  T sum = v[0];
  UNROLL for (u32 e = 1; e < L; e++) if (e < x.count) sum = sum + v[e];
  set_elements<T, L>(c, y, 0, v / splat<T, L>(sum));
}
template <class T, int N>
INLINE void softmax(const Ctx& c, const Slot& x, const Slot& y) {
  if (N == 1 && x.count <= 4) return short_softmax<T, 4>(c, x, y);
  if (N == 1 && x.count <= 8) return short_softmax<T, 8>(c, x, y);
  exponentials<T, N>(c, x, top_of<T, N>(c, x), y);
  divide_elements<T, N>(c, y, y, sum_elements<T, N>(c, y));
}
template <class T, int N>
INLINE void logarithms(const Ctx& c, const Slot& x, const Slot& y, Lane<T, N> top, Lane<T, N> sum) {
  const Lane<T, N> log = math::log_of<T, N>(sum);
  map_elements<T, N>(c, x, y, [&](auto v) __attribute__((always_inline)) { return (v - top) - log; });
}
template <class T, int N>
INLINE void log_softmax(const Ctx& c, const Slot& x, const Slot& y) {
  const Lane<T, N> top = top_of<T, N>(c, x);
  exponentials<T, N>(c, x, top, y);
  logarithms<T, N>(c, x, y, top, sum_elements<T, N>(c, y));
}
/// y = e^(x - top), and their sum as MLAS adds it: element e to lane e mod 8.
template <int N>
INLINE Lane<f32, N> mlas_exponentials(const Ctx& c, const Slot& x, Lane<f32, N> top, const Slot& y) {
  enum { L = 8 };
  Lane<f32, N> sums[L] = {};
  NOUNROLL for (u32 e = 0; e < x.count; e += L)
    UNROLL for (u32 i = 0; i < L; i++)
      if (e + i < x.count) {
        const Lane<f32, N> v = math::mlas_exp_negative<N>(element<f32, N>(c, x, e + i) - top);
        set_element<f32, N>(c, y, e + i, v);
        sums[i] += v;
      }
  return math::mlas_sum(sums);
}
/// The same of one row: part(e) are its elements from e on, eight in all or as many as there are.
template <class Parts>
INLINE f32 mlas_exponentials_of_row(const Ctx& c, u32 count, f32 top, const Slot& y, Parts part) {
  enum : u32 { L = kRowVector };
  Lane<f32, L> sums{};
  const auto of = [&](u32 e) __attribute__((always_inline)) { return math::mlas_exp_negative<L>(part(e) - splat<f32, L>(top)); };
  const u32 whole = count / L * L;
  NOUNROLL for (u32 e = 0; e < whole; e += L) {
    const Lane<f32, L> v = of(e);
    store(c.scratch + y.values + (u64)e * sizeof(f32), v);
    sums += v;
  }
  if (whole < count) {
    Lane<f32, L> v = of(whole);
    UNROLL for (u32 i = 0; i < L; i++) v[i] = whole + i < count ? v[i] : 0;
    set_elements<f32, L>(c, y, whole, v);
    sums += v;
  }
  return math::mlas_sum(sums);
}
template <int N>
INLINE void mlas_softmax(const Ctx& c, const Slot& x, const Slot& y, bool logarithm) {
  const Lane<f32, N> top = top_of<f32, N>(c, x);
  Lane<f32, N> sum;
  if constexpr (N == 1) sum = mlas_exponentials_of_row(c, x.count, top, y, [&](u32 e) __attribute__((always_inline)) { return elements<f32, kRowVector>(c, x, e); });
  else sum = mlas_exponentials<N>(c, x, top, y);
  if (logarithm) {
    logarithms<f32, N>(c, x, y, top, sum);
  } else {
    const Lane<f32, N> scale = splat<f32, N>(1) / sum;
    map_elements<f32, N>(c, y, y, [&](auto v) __attribute__((always_inline)) { return v * scale; });
  }
}
template <class T, int N>
INLINE void differences(const Ctx& c, const Slot& x, const Slot& y) {
  Lane<T, N> before = element<T, N>(c, x, 0);
  set_element<T, N>(c, y, 0, before);
  NOUNROLL for (u32 e = 1; e < x.count; e++) {
    const Lane<T, N> v = element<T, N>(c, x, e);
    set_element<T, N>(c, y, e, v - before);
    before = v;
  }
  set_element<T, N>(c, y, x.count, splat<T, N>(1) - before);
}
template <class T, int N>
INLINE void normalize_row(const Ctx& c, const NormalizeParams& p, const Slot& x, const Slot& y) {
  const Mask<N> missing = any_element_missing<N>(c, x, x.count);
  if (p.method == kSoftmax)
    softmax<T, N>(c, x, y);
  else if (p.method == kSimplemax)
    divide_elements<T, N>(c, x, y, sum_elements<T, N>(c, x));
  else if (p.method == kLogSoftmax)
    log_softmax<T, N>(c, x, y);
  else if (sizeof(T) == 4 && (p.method == kSoftmaxMlas || p.method == kLogSoftmaxMlas))
    mlas_softmax<N>(c, x, y, p.method == kLogSoftmaxMlas);
  else if (p.method == kOrdinalDifference)
    differences<T, N>(c, x, y);
  else {
    NOUNROLL for (u32 e = 0; e < x.count; e++) set_element<T, N>(c, y, e, element<T, N>(c, x, e));
    set_element<T, N>(c, y, x.count, splat<T, N>(1) - sum_elements<T, N>(c, x));
  }
  set_all_missing<N>(c, y, missing);
}
template <class T, int N>
INLINE void normalize(const Ctx& c, const NormalizeParams& p, const Slot& x, const Slot& y) {
  if (x.count == p.length) normalize_row<T, N>(c, p, x, y);
  else NOUNROLL for (u32 r = 0; r < x.count / p.length; r++)
      normalize_row<T, N>(c, p, part_of(x, r * p.length, p.length, sizeof(T)), part_of(y, r * p.result_length, p.result_length, sizeof(T)));
  set_slot_status<N>(c, y, slot_status<N>(c, x));
}
#define KILN_NORMALIZE(s, T, X)                                                                     \
  template <int N>                                                                                  \
  INLINE void normalize_##s(const Ctx& c, const NormalizeParams& p, const Slot& x, const Slot& y) { \
    normalize<T, N>(c, p, x, y);                                                                    \
  }                                                                                                 \
  KILN_LANE_KERNEL(normalize_##s, normalize_##s, NormalizeParams, Vector, Vector)
KILN_FLOATS(KILN_NORMALIZE)
#undef KILN_NORMALIZE

}  // namespace kiln::kernel

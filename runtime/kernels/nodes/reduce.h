// reduce, argmax, topk, tally: loops over the elements of a vector, rows in lanes, no memory but the operand's and the results'.
#pragma once
#include "best.h"
#include "../fused.h"

namespace kiln::kernel {

enum ReduceKind : u32 { kSum, kProduct, kMin, kMax, kMean, kMedian, kCount, kSumsq, kAny, kAll };

template <class T, int N>
struct Elements {
  const Ctx& c;
  const Slot& s;
  MEMBER Lane<T, N> value(u32 e) const { return element<T, N>(c, s, e); }
  MEMBER Mask<N> missing(u32 e) const { return slot_missing<N>(c, s, e); }
};

/// One more element of a sum, product, least or greatest; `bad` where an integer overflowed.
template <u32 kind, class T, int N>
INLINE Lane<T, N> fold_step(Lane<T, N> acc, Lane<T, N> v, Mask<N> none_yet, bool checked, Mask<N>& bad) {
  bad = never<N>();
  if constexpr (kind == kMin)
    return pick<N>(none_yet, v, lesser<T, N>(acc, v));
  else if constexpr (kind == kMax)
    return pick<N>(none_yet, v, greater<T, N>(acc, v));
  else if constexpr (kind == kProduct) {
    const Lane<T, N> r = times<T, N>(acc, v);
    if constexpr (!kIsFloat<T>)
      if (checked) bad = times_wraps<T, N>(acc, v, r);
    return r;
  } else {
    Lane<T, N> term = v;
    if constexpr (kind == kSumsq) {
      term = times<T, N>(v, v);
      if constexpr (!kIsFloat<T>)
        if (checked) bad = times_wraps<T, N>(v, v, term);
    }
    const Lane<T, N> r = plus<T, N>(acc, term);
    if constexpr (!kIsFloat<T>)
      if (checked) bad = bad | plus_wraps<T, N>(acc, term, r);
    return r;
  }
}
/// The result is missing where any element is (strict), or all are (skip).
template <int N>
INLINE Mask<N> reduced_missing(const ReduceParams& p, Mask<N> any_missing, Mask<N> none) {
  return p.skip ? none : any_missing;
}
template <u32 kind, class T, int N>
INLINE void fold(const Ctx& c, const ReduceParams& p, const Slot& x, Val<T, N>& y) {
  if constexpr (kIsFloat<T> && (kind == kMin || kind == kMax))
    if (x.missing == kNone && x.count != 0) {
      y = {extreme_of<kind == kMin, T, N>(c, x), never<N>(), slot_status<N>(c, x)};
      return;
    }
  const Elements<T, N> in{c, x};
  Lane<T, N> acc = splat<T, N>(kind == kProduct ? (T)1 : (T)0);
  Mask<N> none = always<N>(), any_missing = never<N>(), overflow = never<N>();
  NOUNROLL for (u32 e = 0; e < x.count; e++) {
    if constexpr (N == 1 && kIsFloat<T> && (kind == kSum || kind == kSumsq)) {
      if (x.missing == kNone && e % 8 == 0 && e + 8 <= x.count && eight_zeros<T>(c, x, e)) {   // acc, from 0 on, is not -0
        e += 7, none = never<N>();
        continue;
      }
    }
    const Mask<N> m = in.missing(e);
    Mask<N> bad;
    const Lane<T, N> next = fold_step<kind, T, N>(acc, in.value(e), none, p.status != 0, bad);
    acc = pick<N>(m, acc, next);
    overflow = overflow | (bad & ~m);
    none = none & m, any_missing = any_missing | m;
  }
  y = {acc, reduced_missing<N>(p, any_missing, none), slot_status<N>(c, x)};
  fail_where<N>(overflow, p.status, y);
}
/// Sums in the orders of ir::Reduce that are not by index. One row's vectors, as there:
template <class T>
INLINE T sum_of_vectors_of_row(const u8* p, u32 count) {
  constexpr u32 w = 16 / sizeof(T);
  typedef Lane<T, 2 * w> Pair;
  typedef Lane<T, w> One;
  const u32 whole = count / w * w, pairs = count / (2 * w) * (2 * w);
  Pair sums = load<Pair>(p);
  u32 at = 2 * w;
  NOUNROLL for (; at + 8 * w <= pairs; at += 8 * w) UNROLL for (u32 k = 0; k < 4; k++) sums += load<Pair>(p + (u64)(at + k * 2 * w) * sizeof(T));
  NOUNROLL for (; at < pairs; at += 2 * w) sums += load<Pair>(p + (u64)at * sizeof(T));
  One halves[2];
  store(halves, sums);
  One sum = halves[0] + halves[1];
  if (whole > pairs) sum += load<One>(p + (u64)pairs * sizeof(T));
  T y = by_halves<T, w>(sum, [](auto a, auto b) __attribute__((always_inline)) { return a + b; });
  NOUNROLL for (u32 e = whole; e < count; e++) y = y + load<T>(p + (u64)e * sizeof(T));
  return y;
}
template <class T, int N>
INLINE Lane<T, N> sum_of_vectors(const Elements<T, N>& in, u32 count) {
  constexpr u32 w = 16 / sizeof(T);
  if constexpr (N == 1)
    if (in.s.pitch == 1 && count >= 2 * w) return sum_of_vectors_of_row<T>(in.c.scratch + in.s.values, count);
  const u32 whole = count / w * w, pairs = count / (2 * w) * (2 * w);
  Lane<T, N> sums[2 * w], y = in.value(0);
  if (whole) {
    UNROLL for (u32 k = 0; k < w; k++) sums[k] = in.value(k);
    if (pairs) {
      UNROLL for (u32 k = w; k < 2 * w; k++) sums[k] = in.value(k);
      NOUNROLL for (u32 e = 2 * w; e < pairs; e += 2 * w) UNROLL for (u32 k = 0; k < 2 * w; k++) sums[k] = sums[k] + in.value(e + k);
      UNROLL for (u32 k = 0; k < w; k++) sums[k] = sums[k] + sums[w + k];
      if (whole > pairs) UNROLL for (u32 k = 0; k < w; k++) sums[k] = sums[k] + in.value(pairs + k);
    }
    UNROLL for (u32 half = w / 2; half > 0; half /= 2) UNROLL for (u32 k = 0; k < half; k++) sums[k] = sums[k] + sums[k + half];
    y = sums[0];
  }
  NOUNROLL for (u32 e = whole ? whole : 1; e < count; e++) y = y + in.value(e);
  return y;
}
template <class T, int N>
INLINE Lane<T, N> sum_of_blocks(const Elements<T, N>& in, u32 count) {
  Lane<T, N> y{};
  u32 e = 0;
  NOUNROLL for (; e + 4 <= count; e += 4) y = y + (((in.value(e) + in.value(e + 1)) + in.value(e + 2)) + in.value(e + 3));
  if (e + 2 <= count) y = y + (in.value(e) + in.value(e + 1)), e += 2;
  if (e < count) y = y + in.value(e);
  return y;
}
template <int N>
INLINE Lane<f32, N> fused_squares(const Elements<f32, N>& in, u32 count) {
  enum : u32 { L = kRowVector };
  const u32 whole = count / L * L;
  const auto add = [](auto a, auto b) __attribute__((always_inline)) { return a + b; };
  Lane<f32, N> y{};
  if (N == 1 && in.s.pitch == 1) {
    Lane<f32, L> sums{};
    NOUNROLL for (u32 e = 0; e < whole; e += L) {
      const Lane<f32, L> v = load<Lane<f32, L>>(in.c.scratch + in.s.values + (u64)e * sizeof(f32));
      sums = fused<L>(v, v, sums);
    }
    y = y + by_halves<f32, L>(sums, add);
  } else {
    Lane<f32, N> sums[L] = {};
    NOUNROLL for (u32 e = 0; e < whole; e += L) UNROLL for (u32 k = 0; k < L; k++) sums[k] = fused<N>(in.value(e + k), in.value(e + k), sums[k]);
    UNROLL for (u32 half = L / 2; half > 0; half /= 2) UNROLL for (u32 k = 0; k < half; k++) sums[k] = sums[k] + sums[k + half];
    y = sums[0];
  }
  NOUNROLL for (u32 e = whole; e < count; e++) y = y + in.value(e) * in.value(e);
  return y;
}
template <class T, int N>
INLINE Mask<N> any_missing(const Elements<T, N>& in, u32 count) {
  return any_element_missing<N>(in.c, in.s, count);
}
/// The mean, in f64 for integers.
template <class T, class R, int N>
INLINE void mean(const Ctx& c, const ReduceParams& p, const Slot& x, Val<R, N>& y) {
  const Elements<T, N> in{c, x};
  Lane<R, N> sum{}, count{};
  Mask<N> none = always<N>(), any_missing = never<N>();
  NOUNROLL for (u32 e = 0; e < x.count; e++) {
    const Mask<N> m = in.missing(e);
    sum = pick<N>(m, sum, sum + convert<R, T, N>(in.value(e)));
    count = pick<N>(m, count, count + (R)1);
    none = none & m, any_missing = any_missing | m;
  }
  y = {sum / count, reduced_missing<N>(p, any_missing, none), slot_status<N>(c, x)};
}
/// The median: each element's rank by value, ties by index, is counted; the two in the middle are kept.
template <class T, class R, int N>
INLINE void median(const Ctx& c, const ReduceParams& p, const Slot& x, Val<R, N>& y) {
  const Elements<T, N> in{c, x};
  Lane<i64, N> count{};
  Mask<N> any_missing = never<N>(), any_nan = never<N>();
  Lane<R, N> low{}, high{}, nan{};
  const Lane<i64, N> one = splat<i64, N>(1), zero{};
  NOUNROLL for (u32 e = 0; e < x.count; e++) {
    const Mask<N> m = in.missing(e);
    count = count + pick<N>(m, zero, one);
    any_missing = any_missing | m;
    if constexpr (kIsFloat<T>) {
      const Mask<N> is = is_nan<N, T>(in.value(e)) & ~m;
      nan = pick<N>(is & ~any_nan, in.value(e), nan), any_nan = any_nan | is;
    }
  }
  const Lane<i64, N> middle = count >> 1, before = (count - 1) >> 1;  // equal for an odd count
  NOUNROLL for (u32 e = 0; e < x.count; e++) {
    const Lane<T, N> v = in.value(e);
    const Mask<N> m = in.missing(e);
    Lane<i64, N> rank{};
    NOUNROLL for (u32 o = 0; o < x.count; o++) {
      const Lane<T, N> w = in.value(o);
      const Mask<N> less = mask<N>(w < v) | (mask<N>(w == v) & mask_if<N>(o < e));
      rank = rank + pick<N>(less & ~in.missing(o), one, zero);
    }
    const Lane<R, N> r = convert<R, T, N>(v);
    low = pick<N>(mask<N>(rank == before) & ~m, r, low);
    high = pick<N>(mask<N>(rank == middle) & ~m, r, high);
  }
  const Mask<N> odd = mask<N>((count & 1) != 0);
  y.v = pick<N>(any_nan, nan, pick<N>(odd, high, (low + high) / (R)2));
  y.missing = reduced_missing<N>(p, any_missing, mask<N>(count == 0)), y.status = slot_status<N>(c, x);
}

/// count, any, all: how many elements are present, and how many of them are not zero.
template <class T, int N>
INLINE Mask<N> truth(const Elements<T, N>& in, u32 e) {
  return mask<N>(in.value(e) != (T)0);
}
template <class T, int N>
INLINE void count_elements(const Ctx& c, const Slot& x, Lane<i64, N>& present, Lane<i64, N>& truths,
                           Mask<N>& any_missing) {
  const Elements<T, N> in{c, x};
  const Lane<i64, N> one = splat<i64, N>(1), zero{};
  present = zero, truths = zero, any_missing = never<N>();
  NOUNROLL for (u32 e = 0; e < x.count; e++) {
    const Mask<N> m = in.missing(e);
    present = present + pick<N>(m, zero, one);
    truths = truths + pick<N>(~m & truth<T, N>(in, e), one, zero);
    any_missing = any_missing | m;
  }
}
template <class T, int N>
INLINE void count(const Ctx& c, const ReduceParams& p, const Slot& x, I64<N>& y) {
  Lane<i64, N> present, truths;
  Mask<N> any_missing;
  count_elements<T, N>(c, x, present, truths, any_missing);
  y = {sizeof(T) == 1 ? truths : present, p.skip ? never<N>() : any_missing, slot_status<N>(c, x)};
}
template <class T, int N>
INLINE void logical(const Ctx& c, const ReduceParams& p, const Slot& x, Bool<N>& y) {
  Lane<i64, N> present, truths;
  Mask<N> any_missing;
  count_elements<T, N>(c, x, present, truths, any_missing);
  y.v = p.op == kAny ? mask<N>(truths != 0) : mask<N>(truths == present);
  y.missing = reduced_missing<N>(p, any_missing, mask<N>(present == 0)), y.status = slot_status<N>(c, x);
}

// A kernel from a vector to a scalar, and the same for each row of a tensor.
#define KILN_BY_ROW(name, function, T, P, X)                                                      \
  template <int N>                                                                                \
  INLINE void function##_rows(const Ctx& c, const P& p, const Slot& x, const Slot& y) {           \
    each_row<T, X<N>, N>(c, x, y, p.length, [&](const Slot& row, X<N>& v) __attribute__((always_inline)) { function<N>(c, p, row, v); }); \
  }                                                                                               \
  KILN_LANE_KERNEL(name, function, P, Vector, X)                                                  \
  KILN_LANE_KERNEL(rows_##name, function##_rows, P, Vector, Vector)
#define KILN_FOLD(name, kind, s, T, X)                                                  \
  template <int N>                                                                      \
  INLINE void name##_##s(const Ctx& c, const ReduceParams& p, const Slot& x, X<N>& y) { \
    fold<kind, T, N>(c, p, x, y);                                                       \
  }                                                                                     \
  KILN_BY_ROW(reduce_##name##_##s, name##_##s, T, ReduceParams, X)
#define KILN_REDUCE(s, T, X, R, XR)                                                      \
  KILN_FOLD(sum, kSum, s, T, X)                                                          \
  KILN_FOLD(product, kProduct, s, T, X)                                                  \
  KILN_FOLD(sumsq, kSumsq, s, T, X)                                                      \
  KILN_FOLD(min, kMin, s, T, X)                                                          \
  KILN_FOLD(max, kMax, s, T, X)                                                          \
  template <int N>                                                                       \
  INLINE void mean_##s(const Ctx& c, const ReduceParams& p, const Slot& x, XR<N>& y) {   \
    mean<T, R, N>(c, p, x, y);                                                           \
  }                                                                                      \
  template <int N>                                                                       \
  INLINE void median_##s(const Ctx& c, const ReduceParams& p, const Slot& x, XR<N>& y) { \
    median<T, R, N>(c, p, x, y);                                                         \
  }                                                                                      \
  KILN_BY_ROW(reduce_mean_##s, mean_##s, T, ReduceParams, XR)                            \
  KILN_BY_ROW(reduce_median_##s, median_##s, T, ReduceParams, XR)                        \
  KILN_COUNTS(s, T)
#define KILN_COUNTS(s, T)                                                                   \
  template <int N>                                                                          \
  INLINE void count_##s(const Ctx& c, const ReduceParams& p, const Slot& x, I64<N>& y) {    \
    count<T, N>(c, p, x, y);                                                                \
  }                                                                                         \
  template <int N>                                                                          \
  INLINE void logical_##s(const Ctx& c, const ReduceParams& p, const Slot& x, Bool<N>& y) { \
    logical<T, N>(c, p, x, y);                                                              \
  }                                                                                         \
  KILN_BY_ROW(reduce_count_##s, count_##s, T, ReduceParams, I64)                            \
  KILN_BY_ROW(reduce_logical_##s, logical_##s, T, ReduceParams, Bool)
KILN_REDUCE(f64, f64, F64, f64, F64)
KILN_REDUCE(f32, f32, F32, f32, F32)
KILN_REDUCE(i64, i64, I64, f64, F64)
KILN_REDUCE(i32, i32, I32, f64, F64)
KILN_COUNTS(bool, i8)
#undef KILN_REDUCE
#undef KILN_COUNTS
#undef KILN_FOLD

#define KILN_SUMS(s, T, X)                                                                                       \
  template <int N>                                                                                               \
  INLINE void sum_vectors_##s(const Ctx& c, const ReduceParams&, const Slot& x, X<N>& y) {                       \
    const Elements<T, N> in{c, x};                                                                               \
    y = {sum_of_vectors<T, N>(in, x.count), any_missing<T, N>(in, x.count), slot_status<N>(c, x)};               \
  }                                                                                                              \
  template <int N>                                                                                               \
  INLINE void sum_blocks_##s(const Ctx& c, const ReduceParams&, const Slot& x, X<N>& y) {                        \
    const Elements<T, N> in{c, x};                                                                               \
    y = {sum_of_blocks<T, N>(in, x.count), any_missing<T, N>(in, x.count), slot_status<N>(c, x)};                \
  }                                                                                                              \
  KILN_BY_ROW(reduce_sum_vectors_##s, sum_vectors_##s, T, ReduceParams, X)                                       \
  KILN_BY_ROW(reduce_sum_blocks_##s, sum_blocks_##s, T, ReduceParams, X)
KILN_FLOATS(KILN_SUMS)
#undef KILN_SUMS
template <int N>
INLINE void sumsq_fused_f32(const Ctx& c, const ReduceParams&, const Slot& x, F32<N>& y) {
  const Elements<f32, N> in{c, x};
  y = {fused_squares<N>(in, x.count), any_missing<f32, N>(in, x.count), slot_status<N>(c, x)};
}
KILN_BY_ROW(reduce_sumsq_fused_f32, sumsq_fused_f32, f32, ReduceParams, F32)

// ---- argmax
/// Of one row of 1 to L floats, as a tournament of neighbours: a missing element counts as NaN, which beats nothing.
template <class T, int L>
INLINE void short_argmax(const Ctx& c, const OrderParams& p, const Slot& x, I32<1>& y) {
  T best[L];
  i32 at[L];
  UNROLL for (u32 e = 0; e < L; e++) {
    if (e >= x.count) break;
    best[e] = slot_missing<1>(c, x, e).on ? (T)__builtin_nan("") : element<T, 1>(c, x, e), at[e] = (i32)e;
  }
  UNROLL for (u32 step = 1; step < L; step *= 2)
    UNROLL for (u32 e = 0; e + step < L; e += 2 * step) {
      if (e + step >= x.count) break;
      const T a = best[e], b = best[e + step];
      const bool held = p.smallest ? (p.last ? b > a : b >= a) : (p.last ? b < a : b <= a);   // false if either is NaN
      const bool take = !held & (b == b);
      best[e] = take ? b : a, at[e] = take ? at[e + step] : at[e];
    }
  const bool none = best[0] != best[0];
  y = {none ? 0 : at[0], none, slot_status<1>(c, x)};
}
/// The first of the best of one row's floats that lie side by side; false: one is NaN.
template <class T>
INLINE bool argmax_of_row(const u8* from, const OrderParams& p, u32 count, i32& at) {
  typedef Lane<T, kRowVector> Part;
  const T best = p.smallest ? extreme_of_row<true, T>(from, count) : extreme_of_row<false, T>(from, count);
  if (best != best) return false;
  u32 e = 0;
  NOUNROLL while (e + kRowVector < count && __builtin_reduce_or(load<Part>(from + (u64)e * sizeof(T)) == best) == 0) e += kRowVector;
  NOUNROLL while (load<T>(from + (u64)e * sizeof(T)) != best) e++;
  at = (i32)e;
  return true;
}
/// Of floats that are all there. NaN beats nothing, and all beat it.
template <class T, int N>
INLINE void argmax_of_numbers(const Ctx& c, const OrderParams& p, const Slot& x, I32<N>& y) {
  const Elements<T, N> in{c, x};
  Lane<T, N> top = splat<T, N>((T)__builtin_nan(""));
  Lane<i32, N> best{};
  NOUNROLL for (u32 e = 0; e < x.count; e++) {
    const Lane<T, N> v = in.value(e);
    const auto held = p.smallest ? (p.last ? top < v : top <= v) : (p.last ? top > v : top >= v);   // false if either is NaN
    const auto take = ~held & (v == v);
    top = take ? v : top, best = pick<N>(mask<N>(take), splat<i32, N>((i32)e), best);
  }
  y = {best, mask<N>(top != top), slot_status<N>(c, x)};
}
template <class T, int N>
INLINE void argmax(const Ctx& c, const OrderParams& p, const Slot& x, I32<N>& y) {
  if constexpr (N == 1 && kIsFloat<T>) {
    if (x.count - 1 < 4) return short_argmax<T, 4>(c, p, x, y);
    if (x.count - 1 < 8) return short_argmax<T, 8>(c, p, x, y);
    i32 at;
    if (!p.last && x.missing == kNone && x.pitch == 1 && x.count >= 2 * kRowVector && argmax_of_row<T>(c.scratch + x.values, p, x.count, at)) {
      y = {at, never<N>(), slot_status<N>(c, x)};
      return;
    }
  }
  if constexpr (N > 1 && kIsFloat<T>)
    if (x.missing == kNone) return argmax_of_numbers<T, N>(c, p, x, y);
  const Elements<T, N> in{c, x};
  Lane<T, N> top{};
  Lane<i32, N> best{};
  Mask<N> none = always<N>();
  NOUNROLL for (u32 e = 0; e < x.count; e++) {
    const Lane<T, N> v = in.value(e);
    const Mask<N> better =
        (p.smallest ? mask<N>(v < top) : mask<N>(v > top)) | (p.last ? mask<N>(v == top) : never<N>());
    const Mask<N> take = (none | better) & ~in.missing(e) & ~is_nan<N, T>(v);
    top = pick<N>(take, v, top), best = pick<N>(take, splat<i32, N>((i32)e), best), none = none & ~take;
  }
  y = {best, none, slot_status<N>(c, x)};
}

// ---- topk
/// One row whose elements lie side by side: visit(number of the first, L elements) for all but the last few, whose first is returned.
template <int L, class T, class Visit>
INLINE u32 by_parts(const Ctx& c, const Slot& x, Visit visit) {
  u32 e = 0;
  if (x.pitch == 1)
    NOUNROLL for (; e + L <= x.count; e += L) visit(e, load<Lane<T, L>>(c.scratch + x.values + (u64)e * sizeof(T)));
  return e;
}
template <class T, int N>
INLINE void topk_row(const Ctx& c, const OrderParams& p, const Slot& x, const Slot& values, const Slot& indices) {
  const Elements<T, N> in{c, x};
  const Best<T, N> best{c, values, indices, !p.smallest};
  const auto offer = [&](u32 e) __attribute__((always_inline)) { best.offer(in.value(e), e, ~in.missing(e)); };
  best.clear();
  u32 rest = 0;
  if constexpr (N == 1) {
    constexpr int L = 16;
    rest = by_parts<L, T>(c, x, [&](u32 first, Lane<T, L> part) __attribute__((always_inline)) {
      NOUNROLL for (u32 bits = mask_bits<L>(best.template may_enter<L>(part)); bits != 0; bits &= bits - 1) offer(first + (u32)__builtin_ctz(bits));
    });
  }
  NOUNROLL for (u32 e = rest; e < x.count; e++) offer(e);
  best.finish();
}
/// The same of numbers, none of which is NaN or missing: the first k take the places that are left, so that all places hold one.
template <class T, int N>
INLINE void topk_of_numbers(const Ctx& c, const OrderParams& p, const Slot& x, const Slot& values, const Slot& indices) {
  const Elements<T, N> in{c, x}, best{c, values};
  const auto better = [&](Lane<T, N> a, Lane<T, N> b) __attribute__((always_inline)) { return p.smallest ? a < b : a > b; };
  NOUNROLL for (u32 e = 0; e < x.count; e++) {
    Lane<T, N> value = in.value(e);
    Lane<i32, N> at = splat<i32, N>((i32)e);
    const u32 full = e < values.count ? e : values.count;
    if (e >= values.count && !any<N>(mask<N>(better(value, best.value(full - 1))))) continue;
    auto moves = value != value;
    NOUNROLL for (u32 k = 0; k < full; k++) {
      const Lane<T, N> here = best.value(k);
      const Lane<i32, N> here_at = element<i32, N>(c, indices, k);
      moves |= better(value, here);
      set_element<T, N>(c, values, k, moves ? value : here), value = moves ? here : value;
      const auto moved = __builtin_convertvector(moves, Lane<i32, N>);
      set_element<i32, N>(c, indices, k, moved ? at : here_at), at = moved ? here_at : at;
    }
    if (e < values.count) set_element<T, N>(c, values, e, value), set_element<i32, N>(c, indices, e, at);
  }
  set_all_missing<N>(c, values, never<N>()), set_all_missing<N>(c, indices, never<N>());
}
template <class T, int N>
INLINE void topk(const Ctx& c, const OrderParams& p, const Slot& x, const Slot& values, const Slot& indices) {
  const u32 rows = x.count / p.length, k = values.count / rows;
  NOUNROLL for (u32 r = 0; r < rows; r++)
      topk_row<T, N>(c, p, part_of(x, r * p.length, p.length, sizeof(T)), part_of(values, r * k, k, sizeof(T)), part_of(indices, r * k, k, 4));
  set_slot_status<N>(c, values, slot_status<N>(c, x));
  set_slot_status<N>(c, indices, slot_status<N>(c, x));
}

// ---- topk_heap: a lane's elements in ONNX Runtime's heap, whose places are the indices; the worst of the best so far is at 0
template <class T>
struct BestHeap {
  const T* x;
  i32* heap;
  u64 pitch, heap_pitch;
  bool smallest;

  MEMBER T value(i32 e) const { return x[(u64)(u32)e * pitch]; }
  MEMBER i32& at(u32 i) const { return heap[i * heap_pitch]; }
  MEMBER bool better(T a, T b) const { return smallest ? a < b : a > b; }
  MEMBER bool beats(i32 i, i32 j) const { return better(value(i), value(j)) || (value(i) == value(j) && i < j); }
  MEMBER void swap(u32 i, u32 j) const {
    const i32 first = at(i);
    at(i) = at(j), at(j) = first;
  }
  MEMBER void sift(u32 i, u32 size) const {
    NOUNROLL while (2 * i + 1 < size) {
      const u32 left = 2 * i + 1, right = left + 1;
      const bool beats_left = beats(at(i), at(left));
      u32 down = left;
      if (right < size && !(beats_left && beats(at(right), at(left)))) {
        if (!beats_left && !beats(at(i), at(right))) return;
        down = right;
      } else if (!beats_left) {
        return;
      }
      swap(i, down);
      i = down;
    }
  }
  MEMBER void fill(u32 k, u32 count) const {
    NOUNROLL for (u32 i = 0; i < k; i++) at(k - 1 - i) = (i32)i, sift(k - 1 - i, k);
    NOUNROLL for (u32 i = k; i < count; i++)
      if (better(value((i32)i), value(at(0)))) at(0) = (i32)i, sift(0, k);
  }
  MEMBER void sort(u32 k) const {
    NOUNROLL for (u32 size = k - 1; size > 0; size--) swap(0, size), sift(0, size);
  }
};
template <class T>
INLINE void best_of_heap(const BestHeap<T>& heap, T* best, u64 best_pitch, u32 k, u32 count, bool sorted) {
  heap.fill(k, count);
  if (sorted) heap.sort(k);
  NOUNROLL for (u32 i = 0; i < k; i++) best[i * best_pitch] = heap.value(heap.at(i));
}
// Scalar by nature, and where the best are sorted only needed for NaN: one copy a type.
#define KILN_HEAP(s, T, X) \
  OUTLINE void sorted_best(const BestHeap<T>& heap, T* best, u64 best_pitch, u32 k, u32 count) { best_of_heap(heap, best, best_pitch, k, count, true); }
KILN_NUMBERS(KILN_HEAP)
#undef KILN_HEAP
template <class T, int N>
INLINE void topk_heap_row(const Ctx& c, const OrderParams& p, const Slot& x, const Slot& values, const Slot& indices) {
  NOUNROLL for (u32 i = 0; i < (u32)N; i++) {
    const u64 row = c.at + i;
    T* best = (T*)(c.scratch + values.values) + row;
    const BestHeap<T> heap{(const T*)(c.scratch + x.values) + row, (i32*)(c.scratch + indices.values) + row, x.pitch, indices.pitch, p.smallest != 0};
    if (p.last) best_of_heap(heap, best, values.pitch, values.count, x.count, false);
    else sorted_best(heap, best, values.pitch, values.count, x.count);
  }
}
/// Sorted without NaN the heap has them in the order of topk, which takes all lanes at once.
template <class T, int N>
INLINE bool needs_heap(const Ctx& c, const OrderParams& p, const Slot& x) {
  bool nan = false;
  if constexpr (kIsFloat<T> && N == 1) {
    const u32 rest = by_parts<16, T>(c, x, [&](u32, Lane<T, 16> part) __attribute__((always_inline)) { nan |= any<16>(is_nan<16, T>(part)); });
    NOUNROLL for (u32 e = rest; e < x.count; e++) nan |= is_nan<N, T>(element<T, N>(c, x, e)).on;
  } else if constexpr (kIsFloat<T>) {
    auto odd = Lane<T, N>{} != Lane<T, N>{};
    NOUNROLL for (u32 e = 0; e < x.count; e++) odd |= element<T, N>(c, x, e) != element<T, N>(c, x, e);
    nan = any<N>(mask<N>(odd));
  }
  return p.last || nan;
}
/// Neither NaN nor missing.
template <class T, int N>
INLINE void topk_plain(const Ctx& c, const OrderParams& p, const Slot& x, const Slot& values, const Slot& indices) {
  if constexpr (N > 1)
    if (x.missing == kNone && values.count <= x.count) return topk_of_numbers<T, N>(c, p, x, values, indices);
  topk_row<T, N>(c, p, x, values, indices);
}
template <class T, int N>
INLINE void topk_heap(const Ctx& c, const OrderParams& p, const Slot& x, const Slot& values, const Slot& indices) {
  const u32 rows = x.count / p.length, k = values.count / rows;
  NOUNROLL for (u32 r = 0; r < rows; r++) {
    const Slot from = part_of(x, r * p.length, p.length, sizeof(T)), best = part_of(values, r * k, k, sizeof(T)), at = part_of(indices, r * k, k, 4);
    if (needs_heap<T, N>(c, p, from)) topk_heap_row<T, N>(c, p, from, best, at);
    else topk_plain<T, N>(c, p, from, best, at);
  }
  set_slot_status<N>(c, values, slot_status<N>(c, x));
  set_slot_status<N>(c, indices, slot_status<N>(c, x));
}
#define KILN_ORDER(s, T, X)                                                                                          \
  template <int N>                                                                                                   \
  INLINE void argmax_##s(const Ctx& c, const OrderParams& p, const Slot& x, I32<N>& y) {                             \
    argmax<T, N>(c, p, x, y);                                                                                        \
  }                                                                                                                  \
  template <int N>                                                                                                   \
  INLINE void topk_##s(const Ctx& c, const OrderParams& p, const Slot& x, const Slot& values, const Slot& indices) { \
    topk<T, N>(c, p, x, values, indices);                                                                            \
  }                                                                                                                  \
  template <int N>                                                                                                   \
  INLINE void topk_heap_##s(const Ctx& c, const OrderParams& p, const Slot& x, const Slot& values, const Slot& indices) { \
    topk_heap<T, N>(c, p, x, values, indices);                                                                       \
  }                                                                                                                  \
  KILN_BY_ROW(argmax_##s, argmax_##s, T, OrderParams, I32)                                                           \
  KILN_LANE_KERNEL(topk_##s, topk_##s, OrderParams, Vector, Vector, Vector)                                          \
  KILN_LANE_KERNEL(topk_heap_##s, topk_heap_##s, OrderParams, Vector, Vector, Vector)
KILN_NUMBERS(KILN_ORDER)
#undef KILN_ORDER

// ---- cumsum
template <class T, int N>
INLINE void cumsum(const Ctx& c, const CumSumParams& p, const Slot& x, const Slot& y) {
  NOUNROLL for (u32 r = 0; r < x.count; r += p.length) {
    Lane<T, N> sum{};
    Mask<N> missing = never<N>();
    NOUNROLL for (u32 k = 0; k < p.length; k++) {
      const u32 e = r + (p.reverse ? p.length - 1 - k : k);
      const Lane<T, N> v = element<T, N>(c, x, e), next = k == 0 ? v : plus<T, N>(sum, v);
      const Mask<N> before = missing;
      missing = missing | slot_missing<N>(c, x, e);
      set_element<T, N>(c, y, e, p.exclusive ? sum : next);
      set_slot_missing<N>(c, y, e, p.exclusive ? before : missing);
      sum = next;
    }
  }
  set_slot_status<N>(c, y, slot_status<N>(c, x));
}
#define KILN_CUMSUM(s, T, X)                                                                    \
  template <int N>                                                                              \
  INLINE void cumsum_##s(const Ctx& c, const CumSumParams& p, const Slot& x, const Slot& y) { \
    cumsum<T, N>(c, p, x, y);                                                                   \
  }                                                                                             \
  KILN_LANE_KERNEL(cumsum_##s, cumsum_##s, CumSumParams, Vector, Vector)
KILN_NUMBERS(KILN_CUMSUM)
#undef KILN_CUMSUM

// ---- tally: every lane adds to a column of its own
template <class T, int N>
INLINE void tally(const Ctx& c, const Slot& codes, const Slot& weights, const Slot& sums, const Slot& where) {
  NOUNROLL for (u32 k = 0; k < sums.count; k++) {
    set_element<T, N>(c, sums, k, Lane<T, N>{});
    set_element<i32, N>(c, where, k, splat<i32, N>(-1));
  }
  NOUNROLL for (u32 e = 0; e < codes.count; e++) {
    const Lane<i32, N> code = element<i32, N>(c, codes, e);
    const Lane<T, N> weight = element<T, N>(c, weights, e);
    const Mask<N> counts =
        ~slot_missing<N>(c, codes, e) & ~slot_missing<N>(c, weights, e) & mask<N>((Lane<u32, N>)code < sums.count);
    UNROLL for (int i = 0; i < N; i++) {
      if (!mask_lane<N>(counts, i)) continue;
      const u64 k = (u64)(u32)lane<N>(code, i), row = c.at + (u32)i;
      T* sum = (T*)(c.scratch + sums.values) + k * sums.pitch + row;
      i32* at = (i32*)(c.scratch + where.values) + k * where.pitch + row;
      *sum = *sum + lane<N>(weight, i);
      if (*at < 0) *at = (i32)e;
    }
  }
  NOUNROLL for (u32 k = 0; k < where.count; k++)
      set_slot_missing<N>(c, where, k, mask<N>(element<i32, N>(c, where, k) < 0));
  const Status<N> status = first<N>(slot_status<N>(c, codes), slot_status<N>(c, weights));
  set_slot_status<N>(c, sums, status), set_slot_status<N>(c, where, status);
}
#define KILN_TALLY(s, T, X)                                                                                  \
  template <int N>                                                                                           \
  INLINE void tally_##s(const Ctx& c, const None&, const Slot& codes, const Slot& weights, const Slot& sums, \
                        const Slot& where) {                                                                 \
    tally<T, N>(c, codes, weights, sums, where);                                                             \
  }                                                                                                          \
  KILN_LANE_KERNEL(tally_##s, tally_##s, None, Vector, Vector, Vector, Vector)
KILN_FLOATS(KILN_TALLY)
#undef KILN_TALLY
#undef KILN_BY_ROW

}  // namespace kiln::kernel

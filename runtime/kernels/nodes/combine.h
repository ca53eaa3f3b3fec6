// combine: the results of several models to one. Only members that ran count; which of them are missing is asked member
// by member.
#pragma once
#include "common.h"

namespace kiln::kernel {

enum CombineMethod : u32 { kCombineSum, kCombineAverage, kCombineMin, kCombineMax, kCombineMedian, kCombineVote };
enum CombineMissing : u32 { kMissingContinues, kMissingSkipped, kMissingReturns };

/// The operands of a combine.
template <class T, class W, int N>
struct Members {
  const Ctx& c;
  const CombineParams& p;
  const Slot &members, &ran, &weights;

  MEMBER Mask<N> did_run(u32 i) const {
    Bool<N> b;
    get_element<N>(c, ran, i, b);
    return b.v;
  }
  MEMBER Mask<N> missing(u32 i) const {
    Mask<N> m = never<N>();
    if (members.missing == kNone) return m;
    NOUNROLL for (u32 k = 0; k < p.width; k++) m = m | slot_missing<N>(c, members, i * p.width + k);
    return m;
  }
  MEMBER Mask<N> counts(u32 i) const { return did_run(i) & ~missing(i); }
  MEMBER Lane<T, N> value(u32 i, u32 column) const { return element<T, N>(c, members, i * p.width + column); }
  MEMBER Lane<W, N> weight(u32 i) const { return p.weighted ? element<W, N>(c, weights, i) : splat<W, N>((W)1); }
  MEMBER Status<N> status() const {
    const Status<N> s = first<N>(slot_status<N>(c, members), slot_status<N>(c, ran));
    return p.weighted ? first<N>(s, slot_status<N>(c, weights)) : s;
  }
};
/// What the missing members among those that ran come to.
template <int N>
struct Absence {
  Mask<N> result_missing, any;
  Lane<f64, N> weight;
};
template <class T, class W, int N>
INLINE Absence<N> absence(const Members<T, W, N>& m) {
  Mask<N> none_ran = always<N>(), none_present = always<N>(), any = never<N>();
  Lane<f64, N> missing_weight{}, total{};
  NOUNROLL for (u32 i = 0; i < m.p.members; i++) {
    const Mask<N> ran = m.did_run(i), missing = ran & m.missing(i);
    const Lane<f64, N> w = convert<f64, W, N>(m.weight(i));
    total = pick<N>(ran, total + w, total), missing_weight = pick<N>(missing, missing_weight + w, missing_weight);
    none_ran = none_ran & ~ran, none_present = none_present & (~ran | missing), any = any | missing;
  }
  Mask<N> result = none_ran;
  if (m.p.missing == kMissingReturns || (m.p.missing == kMissingContinues && m.p.method != kCombineVote))
    result = result | any;
  else
    result = result | (any & mask<N>(missing_weight / total > m.p.threshold));
  if (m.p.missing == kMissingSkipped) result = result | none_present;
  return {result, any, missing_weight};
}

template <class T, int N>
INLINE Lane<T, N> combine_sum(const Members<T, T, N>& m, u32 column) {
  Lane<T, N> sum{}, weights{};
  NOUNROLL for (u32 i = 0; i < m.p.members; i++) {
    const Mask<N> counts = m.counts(i);
    const Lane<T, N> v = m.value(i, column), w = m.weight(i);
    sum = pick<N>(counts, sum + (m.p.weighted ? w * v : v), sum);
    weights = pick<N>(counts, weights + w, weights);
  }
  return m.p.method == kCombineSum ? sum : sum / weights;
}
template <class T, int N>
INLINE Lane<T, N> combine_extreme(const Members<T, T, N>& m, u32 column) {
  Lane<T, N> best{};
  Mask<N> none = always<N>();
  NOUNROLL for (u32 i = 0; i < m.p.members; i++) {
    const Mask<N> counts = m.counts(i);
    const Lane<T, N> v = m.value(i, column);
    const Lane<T, N> better = m.p.method == kCombineMin ? lesser<T, N>(best, v) : greater<T, N>(best, v);
    best = pick<N>(counts, pick<N>(none, v, better), best), none = none & ~counts;
  }
  return best;
}
/// Steps through the members that count by value, ties by index.
template <class T, int N>
struct Ascending {
  Lane<T, N> value, weight;
  Lane<i32, N> at;
  Mask<N> begun, found;

  MEMBER void begin() { value = weight = Lane<T, N>{}, at = splat<i32, N>(-1), begun = found = never<N>(); }
  MEMBER void next(const Members<T, T, N>& m, u32 column) {
    Ascending best;
    best.begin();
    NOUNROLL for (u32 i = 0; i < m.p.members; i++) {
      const Lane<T, N> v = m.value(i, column);
      const Lane<i32, N> index = splat<i32, N>((i32)i);
      const Mask<N> after = ~begun | mask<N>(v > value) | (mask<N>(v == value) & mask<N>(index > at));
      const Mask<N> take = m.counts(i) & after & (~best.found | mask<N>(v < best.value));
      best.value = pick<N>(take, v, best.value), best.at = pick<N>(take, index, best.at);
      best.weight = pick<N>(take, m.weight(i), best.weight), best.found = best.found | take;
    }
    value = pick<N>(best.found, best.value, value), at = pick<N>(best.found, best.at, at);
    weight = best.weight, found = best.found, begun = begun | best.found;
  }
};
template <class T, int N>
INLINE Lane<T, N> combine_median(const Members<T, T, N>& m, u32 column) {
  Lane<T, N> total{}, nan{};
  Lane<i32, N> count{};
  Mask<N> any_nan = never<N>();
  NOUNROLL for (u32 i = 0; i < m.p.members; i++) {
    const Mask<N> is = m.counts(i) & is_nan<N, T>(m.value(i, column)) & ~any_nan;
    nan = pick<N>(is, m.value(i, column), nan), any_nan = any_nan | is;
  }
  Ascending<T, N> order;
  order.begin();
  NOUNROLL for (u32 i = 0; i < m.p.members; i++) {  // the total, added in the order of the values
    order.next(m, column);
    total = pick<N>(order.found, total + order.weight, total);
    count = count + pick<N>(order.found, splat<i32, N>(1), Lane<i32, N>{});
  }
  Lane<T, N> low{}, high{}, sum{};
  Mask<N> done = never<N>();
  order.begin();
  NOUNROLL for (u32 i = 0; i < m.p.members; i++) {
    order.next(m, column);
    const Lane<i32, N> k = splat<i32, N>((i32)i);
    if (m.p.weighted) {
      sum = sum + order.weight;
      high = pick<N>(order.found & ~done, order.value, high);
      done = done | (order.found & mask<N>(sum >= total / (T)2));
    } else {
      low = pick<N>(order.found & mask<N>(k == ((count - 1) >> 1)), order.value, low);
      high = pick<N>(order.found & mask<N>(k == (count >> 1)), order.value, high);
    }
  }
  const Mask<N> whole = m.p.weighted ? always<N>() : mask<N>((count & 1) != 0);
  return pick<N>(any_nan, nan, pick<N>(whole, high, (low + high) / (T)2));
}
template <class T, int N>
INLINE Lane<T, N> combine_column(const Members<T, T, N>& m, u32 column) {
  if (m.p.method == kCombineSum || m.p.method == kCombineAverage) return combine_sum<T, N>(m, column);
  if (m.p.method == kCombineMedian) return combine_median<T, N>(m, column);
  return combine_extreme<T, N>(m, column);
}
template <class T, int N>
INLINE void combine(const Ctx& c, const CombineParams& p, const Slot& members, const Slot& ran, const Slot& weights,
                    Val<T, N>& y) {
  const Members<T, T, N> m{c, p, members, ran, weights};
  y = {combine_column<T, N>(m, 0), absence(m).result_missing, m.status()};
}
template <class T, int N>
INLINE void combine(const Ctx& c, const CombineParams& p, const Slot& members, const Slot& ran, const Slot& weights,
                    const Slot& y) {
  const Members<T, T, N> m{c, p, members, ran, weights};
  const Mask<N> missing = absence(m).result_missing;
  NOUNROLL for (u32 k = 0; k < y.count; k++)
      put_element<N>(c, y, k, Val<T, N>{combine_column<T, N>(m, k), missing, Status<N>{}});
  set_slot_status<N>(c, y, m.status());
}
#define KILN_COMBINE(s, T, X)                                                                                         \
  template <int N>                                                                                                    \
  INLINE void combine_##s(const Ctx& c, const CombineParams& p, const Slot& x, const Slot& ran, const Slot& w,        \
                          X<N>& y) {                                                                                  \
    combine<T, N>(c, p, x, ran, w, y);                                                                                \
  }                                                                                                                   \
  template <int N>                                                                                                    \
  INLINE void combine_vector_##s(const Ctx& c, const CombineParams& p, const Slot& x, const Slot& ran, const Slot& w, \
                                 const Slot& y) {                                                                     \
    combine<T, N>(c, p, x, ran, w, y);                                                                                \
  }                                                                                                                   \
  KILN_LANE_KERNEL(combine_##s, combine_##s, CombineParams, Vector, Vector, Vector, X)                                \
  KILN_LANE_KERNEL(combine_vector_##s, combine_vector_##s, CombineParams, Vector, Vector, Vector, Vector)
KILN_FLOATS(KILN_COMBINE)
#undef KILN_COMBINE

/// Votes: shares by code, and the code with most weight; of equal ones that met first.
template <int N>
INLINE void combine_votes(const Ctx& c, const CombineParams& p, const Slot& codes, const Slot& ran, const Slot& weights,
                          const Slot& shares, I32<N>& winner) {
  const Members<i32, f64, N> m{c, p, codes, ran, weights};
  NOUNROLL for (u32 k = 0; k < shares.count; k++) set_element<f64, N>(c, shares, k, Lane<f64, N>{});
  NOUNROLL for (u32 i = 0; i < p.members; i++) {
    const Lane<i32, N> code = m.value(i, 0);
    const Lane<f64, N> weight = m.weight(i);
    const Mask<N> counts = m.counts(i) & mask<N>((Lane<u32, N>)code < shares.count);
    UNROLL for (int l = 0; l < N; l++) {
      if (!mask_lane<N>(counts, l)) continue;
      f64* share = (f64*)(c.scratch + shares.values) + (u64)(u32)lane<N>(code, l) * shares.pitch + c.at + (u32)l;
      *share = *share + lane<N>(weight, l);
    }
  }
  Lane<f64, N> most{};
  Lane<i32, N> best = splat<i32, N>(-1);
  NOUNROLL for (u32 i = 0; i < p.members; i++) {
    const Lane<i32, N> code = m.value(i, 0);
    const Mask<N> counts = m.counts(i) & mask<N>((Lane<u32, N>)code < shares.count);
    Lane<f64, N> share{};
    UNROLL for (int l = 0; l < N; l++) if (mask_lane<N>(counts, l)) set_lane<N>(
        share, l, ((const f64*)(c.scratch + shares.values))[(u64)(u32)lane<N>(code, l) * shares.pitch + c.at + (u32)l]);
    const Mask<N> take = counts & (mask<N>(best < 0) | mask<N>(share > most));
    most = pick<N>(take, share, most), best = pick<N>(take, code, best);
  }
  const Absence<N> gone = absence(m);
  Mask<N> missing = gone.result_missing;
  if (p.missing == kMissingContinues)
    missing = missing | (gone.any & (mask<N>(best < 0) | mask<N>(gone.weight > most)));
  NOUNROLL for (u32 k = 0; k < shares.count; k++) set_slot_missing<N>(c, shares, k, missing);
  set_slot_status<N>(c, shares, m.status());
  winner = {best, missing | mask<N>(best < 0), m.status()};
}
KILN_LANE_KERNEL(combine_votes, combine_votes, CombineParams, Vector, Vector, Vector, Vector, I32)

}  // namespace kiln::kernel

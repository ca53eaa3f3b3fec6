// pairwise, neighbors, kernel_machine: a row against many instances. Instances stand in the blob by eights, column after column.
// Several rows: rows in lanes, four instances at a time; one row: eight instances in lanes, four such groups at a time, since each
// sum waits for itself. Every sum runs over the columns in order, so both give the same bits.
#pragma once
#include "../math.h"
#include "best.h"
#include "terms.h"
#include "whole.h"

namespace kiln::kernel {

enum MeasureMetric : u32 { kEuclidean, kSquaredEuclidean, kCityBlock, kChebychev, kMinkowski, kRbf, kExponential, kDot, kPolynomial, kSigmoid,
                           kSimpleMatching, kJaccard, kTanimoto, kBinarySimilarity };
enum MeasureCompare : u32 { kAbsDiff, kGaussSim, kDelta, kEqual, kByTable, kMixed };
enum : u32 { kInstanceGroup = 8 };   ///< instances side by side

template <class T> INLINE T at_column(const Ctx& c, u32 list, u32 k) { return list == kNone ? (T)1 : ((const T*)(c.blob + list))[k]; }
INLINE bool is_dot(u32 metric) { return metric >= kDot && metric <= kSigmoid; }

/// x to a constant power: small integers multiply, as `terms` does.
template <class T, int L> INLINE Lane<T, L> to_power(Lane<T, L> x, f64 exponent) {
  Factor f{exponent, 0, 0};
  if (exponent >= 1 && exponent <= 16 && exponent == (f64)(u32)exponent) f.power = (u32)exponent;
  return power<T, L>(x, f);
}
template <class T, int L> INLINE Lane<T, L> compare_by_table(const Ctx& c, const MeasureParams& p, u32 k, Lane<T, L> x, Lane<T, L> z) {
  const u32 size = ((const u32*)(c.blob + p.tables))[2 * k], first = ((const u32*)(c.blob + p.tables))[2 * k + 1];
  const T* numbers = (const T*)(c.blob + p.numbers) + first;
  Lane<T, L> y{};
  UNROLL for (int i = 0; i < L; i++) {
    const f64 top = (f64)(size - 1), a = (f64)lane<L>(x, i), b = (f64)lane<L>(z, i);
    const u64 row = a >= 0 ? (u64)(a < top ? a : top) : 0, column = b >= 0 ? (u64)(b < top ? b : top) : 0;
    set_lane<L>(y, i, numbers[row * size + column]);
  }
  return y;
}
template <class T, int L> INLINE Lane<T, L> compare_one(const Ctx& c, const MeasureParams& p, u32 kind, u32 k, Lane<T, L> x, Lane<T, L> z) {
  const Lane<T, L> d = x - z, one = splat<T, L>(1), zero{};
  switch (kind) {
    case kGaussSim: {
      const Lane<T, L> s = splat<T, L>(at_column<T>(c, p.scales, k));
      const Lane<T, L> e = splat<T, L>((T)-0.69314718055994530942) * (d * d) / (s * s);
      return math::exp_of<T, L>(e);
    }
    case kDelta: return pick<L>(mask<L>(x == z), zero, one);
    case kEqual: return pick<L>(mask<L>(x == z), one, zero);
    case kByTable: return compare_by_table<T, L>(c, p, k, x, z);
    default: return pick<L>(mask<L>(d < 0), -d, d);
  }
}
template <class T, int L> INLINE Lane<T, L> term_of(const Ctx& c, const MeasureParams& p, u32 k, Lane<T, L> x, Lane<T, L> z) {
  const u32 kind = p.compare == kMixed ? (u32)(c.blob + p.compares)[k] : p.compare;
  const bool square = p.metric == kEuclidean || p.metric == kSquaredEuclidean || p.metric == kRbf;
  const Lane<T, L> d = square && kind == kAbsDiff ? x - z : compare_one<T, L>(c, p, kind, k, x, z);   // the square has no sign
  const Lane<T, L> t = square ? d * d : p.metric == kMinkowski || p.metric == kExponential ? to_power<T, L>(d, p.p) : d;
  return p.weights == kNone ? t : splat<T, L>(at_column<T>(c, p.weights, k)) * t;
}
/// What the columns of one instance come to. A constructor that the compiler makes would be a function, called, and all sums then live in memory.
template <class T, int L> struct MeasureSums {
  Lane<T, L> sum, present, n00, n01, n10, n11;
  Mask<L> any, gap;
  MEMBER MeasureSums() : sum{}, present{}, n00{}, n01{}, n10{}, n11{}, any(never<L>()), gap(never<L>()) {}
};
/// Whether what is missing decides how columns are added; if not, a missing column makes the whole row missing.
INLINE bool follows_gaps(const MeasureParams& p) { return p.skip || p.gaps || (p.metric >= kSimpleMatching); }
template <class T, int L> INLINE void add_column(const Ctx& c, const MeasureParams& p, u32 k, Lane<T, L> x, Lane<T, L> z, Mask<L> missing, MeasureSums<T, L>& s) {
  if (p.gaps) missing = missing | mask<L>(z != z);
  if (follows_gaps(p)) s.gap = s.gap | missing, s.any = s.any | ~missing;
  if (p.skip) s.present = pick<L>(missing, s.present, s.present + at_column<T>(c, p.adjusts, k));
  if (is_dot(p.metric)) {
    s.sum = s.sum + x * z;
  } else if (p.metric >= kSimpleMatching) {
    const Mask<L> a = mask<L>(x == 1), b = mask<L>(z == 1), here = ~missing;
    s.n11 = pick<L>(here & a & b, s.n11 + (T)1, s.n11), s.n10 = pick<L>(here & a & ~b, s.n10 + (T)1, s.n10);
    s.n01 = pick<L>(here & ~a & b, s.n01 + (T)1, s.n01), s.n00 = pick<L>(here & ~a & ~b, s.n00 + (T)1, s.n00);
  } else {
    const Lane<T, L> t = term_of<T, L>(c, p, k, x, z);
    const Lane<T, L> next = p.metric != kChebychev ? s.sum + t : pick<L>(mask<L>(t > s.sum), t, s.sum);
    s.sum = p.skip ? pick<L>(missing, s.sum, next) : next;
  }
}
template <class T, int L> INLINE Lane<T, L> weigh_counts(const MeasureParams& p, int first, const MeasureSums<T, L>& s) {
  return (((T)p.binary[first] * s.n00 + (T)p.binary[first + 1] * s.n01) + (T)p.binary[first + 2] * s.n10) + (T)p.binary[first + 3] * s.n11;
}
template <class T, int L> INLINE Lane<T, L> finish_measure(const MeasureParams& p, const MeasureSums<T, L>& s) {
  const Lane<T, L> sum = p.skip ? s.sum * (splat<T, L>((T)p.total) / s.present) : s.sum;
  const T gamma = (T)p.gamma, coef0 = (T)p.coef0;
  switch (p.metric) {
    case kEuclidean: return convert<T, f64, L>(math::sqrt(convert<f64, T, L>(sum)));
    case kMinkowski: return convert<T, f64, L>(math::pow(convert<f64, T, L>(sum), splat<f64, L>(1 / p.p)));
    case kRbf: return math::exp_of<T, L>(-(gamma * sum));
    case kExponential: return gamma * math::exp_of<T, L>(-sum);
    case kPolynomial: return to_power<T, L>(gamma * sum + coef0, p.degree);
    case kSigmoid: return math::tanh_of<T, L>(gamma * sum + coef0);
    case kSimpleMatching: return (s.n11 + s.n00) / (((s.n11 + s.n10) + s.n01) + s.n00);
    case kJaccard: return s.n11 / ((s.n11 + s.n10) + s.n01);
    case kTanimoto: return (s.n11 + s.n00) / ((s.n11 + (T)2 * (s.n10 + s.n01)) + s.n00);
    case kBinarySimilarity: return weigh_counts<T, L>(p, 0, s) / weigh_counts<T, L>(p, 4, s);
    default: return sum;
  }
}
/// The sums over leading columns of whole numbers, of instances that stand in the order of measure_groups.
template <class T, int N, int L, int J>
INLINE void begin_whole(const Ctx& c, const MeasureParams& p, const WholeRows<N>& w, const u32 (&instance)[J], MeasureSums<T, L> (&sums)[J]) {
  const i32 *z[J], *square[J];
  Lane<T, L> sum[J];
  UNROLL for (int j = 0; j < J; j++) {
    square[j] = (const i32*)(c.blob + p.whole.squares) + instance[j];
    z[j] = (const i32*)(c.blob + p.whole.pairs) + (u64)(instance[j] / kInstanceGroup) * kInstanceGroup * ((p.whole.columns + 1) / 2) + instance[j] % kInstanceGroup;
  }
  whole_sums<T, N, L, J>(w, is_dot(p.metric), z, square, sum);
  UNROLL for (int j = 0; j < J; j++) sums[j].sum = sum[j];
}
/// One row: the eight instances from each of J on. Several: J instances. whole: the leading columns of the rows are whole numbers.
template <class T, int N, int L, int J>
INLINE void measure_groups(const Ctx& c, const MeasureParams& p, const Slot& x, const WholeRows<N>* whole, const u32 (&instance)[J], Lane<T, L> (&value)[J], Mask<L> (&gone)[J]) {
  const T* group[J];
  UNROLL for (int j = 0; j < J; j++)
    group[j] = (const T*)(c.blob + p.values) + (u64)(instance[j] / kInstanceGroup) * kInstanceGroup * p.columns + instance[j] % kInstanceGroup;
  MeasureSums<T, L> sums[J];
  if (whole) begin_whole<T, N, L, J>(c, p, *whole, instance, sums);
  NOUNROLL for (u32 k = whole ? p.whole.columns : 0; k < p.columns; k++) {
    Lane<T, L> v;
    Mask<L> missing = never<L>();
    if constexpr (N == 1) v = splat<T, L>(element<T, 1>(c, x, k));
    else v = element<T, N>(c, x, k);
    if (follows_gaps(p)) {
      if constexpr (N == 1) missing = mask_if<L>(slot_missing<1>(c, x, k).on);
      else missing = slot_missing<N>(c, x, k);
    }
    UNROLL for (int j = 0; j < J; j++) {
      const T* z = group[j] + (u64)k * kInstanceGroup;
      if constexpr (N == 1) add_column<T, L>(c, p, k, v, load<Lane<T, L>>(z), missing, sums[j]);
      else add_column<T, L>(c, p, k, v, splat<T, L>(*z), missing, sums[j]);
    }
  }
  UNROLL for (int j = 0; j < J; j++) {
    value[j] = finish_measure<T, L>(p, sums[j]);
    gone[j] = p.skip ? ~sums[j].any : sums[j].gap;
  }
}
/// Whether any column is missing, of measures that do not follow gaps.
template <int N> INLINE Mask<N> any_missing(const Ctx& c, const MeasureParams& p, const Slot& x) {
  return follows_gaps(p) ? never<N>() : any_element_missing<N>(c, x, p.columns);
}
/// The measures of J groups, from instance i on, that visit wants: few, so each is looked for, in order.
template <class T, int J, int L, class Visit>
INLINE void visit_wanted(const MeasureParams& p, u32 i, const Lane<T, L> (&value)[J], const Mask<L> (&gone)[J], Flag missing, Visit& visit) {
  Mask<L> wanted = never<L>();
  UNROLL for (int j = 0; j < J; j++) wanted = wanted | visit.template wants<L>(value[j]);
  if (!any<L>(wanted) || missing.on) return;
  T values[J * L];
  UNROLL for (int j = 0; j < J; j++) store(values + j * L, value[j]);
  UNROLL for (int j = 0; j < J; j++) {
    u32 bits = mask_bits<L>(visit.template wants<L>(value[j]) & ~gone[j]);
    NOUNROLL for (; bits != 0; bits &= bits - 1) {
      const u32 k = j * L + (u32)__builtin_ctz(bits);
      if (i + k < p.rows) visit(i + k, values[k], Flag(false));
    }
  }
}
/// J groups of instances against one row, from instance i on.
template <class T, int J, class Visit>
INLINE void visit_groups(const Ctx& c, const MeasureParams& p, const Slot& x, const WholeRows<1>* whole, u32 i, Flag missing, Visit& visit) {
  constexpr int L = kInstanceGroup;
  u32 instance[J];
  const u32 last = (p.rows - 1) / L * L;
  UNROLL for (u32 j = 0; j < J; j++) instance[j] = i + j * L < last ? i + j * L : last;   // beyond the last: once more, for nothing
  Lane<T, L> value[J];
  Mask<L> gone[J];
  measure_groups<T, 1, L, J>(c, p, x, whole, instance, value, gone);
  if constexpr (requires { visit.template wants<L>(value[0]); }) return visit_wanted<T, J, L>(p, i, value, gone, missing, visit);
  if constexpr (requires { visit.template together<L>(i, value[0]); }) {
    if (!follows_gaps(p) && i + J * L <= p.rows && visit.ready()) {
      UNROLL for (int j = 0; j < J; j++) visit.template together<L>(i + j * L, value[j]);
      return;
    }
  }
  T values[J * L];
  u8 gaps[J * L];
  UNROLL for (int j = 0; j < J; j++) {
    store(values + j * L, value[j]);
    const u32 bits = mask_bits<L>(gone[j]);
    UNROLL for (int k = 0; k < L; k++) gaps[j * L + k] = (bits >> k) & 1;
  }
  NOUNROLL for (u32 j = 0; j < (u32)(J * L) && i + j < p.rows; j++)
    visit(i + j, values[j], follows_gaps(p) ? Flag(gaps[j] != 0) : missing);
}
/// J instances against rows in lanes, from instance i on.
template <class T, int N, int J, class Visit>
INLINE void visit_instances(const Ctx& c, const MeasureParams& p, const Slot& x, const WholeRows<N>* whole, u32 i, Mask<N> missing, Visit& visit) {
  u32 instance[J];
  UNROLL for (u32 j = 0; j < J; j++) instance[j] = i + j;
  Lane<T, N> value[J];
  Mask<N> gone[J];
  measure_groups<T, N, N, J>(c, p, x, whole, instance, value, gone);
  NOUNROLL for (u32 j = 0; j < (u32)J && i + j < p.rows; j++) visit(i + j, value[j], follows_gaps(p) ? gone[j] : missing);
}
/// visit(instance, measure, missing) for each instance in order. One row: those that visit.wants(measures) leaves out are not visited, nor are missing ones; where
/// visit.ready() says so and nothing is missing, visit.together(first instance, measures) takes several.
template <class T, int N, class Visit>
INLINE void visit_all(const Ctx& c, const MeasureParams& p, const Slot& x, const WholeRows<N>* whole, Visit& visit) {
  const Mask<N> missing = any_missing<N>(c, p, x);
  if constexpr (N == 1) {
    if (p.rows <= kInstanceGroup) return visit_groups<T, 1>(c, p, x, whole, 0, missing, visit);
    NOUNROLL for (u32 i = 0; i < p.rows; i += 4 * kInstanceGroup) visit_groups<T, 4>(c, p, x, whole, i, missing, visit);
  } else {
    NOUNROLL for (u32 i = 0; i < p.rows; i += 4) visit_instances<T, N, 4>(c, p, x, whole, i, missing, visit);
  }
}
/// By the leading whole numbers, where there are such and the row has whole numbers there too.
template <class T, int N, class Visit> INLINE void each_by_kind(const Ctx& c, const MeasureParams& p, const Slot& x, Visit visit) {
  if (p.whole.columns != 0) {
    WholeRows<N> whole;
    if (read_whole<T>(c, p.whole, x, whole)) return visit_all<T, N>(c, p, x, &whole, visit);
  }
  visit_all<T, N>(c, p, x, nullptr, visit);
}
/// Where missing columns are passed over and none is missing, what is there is the total: the sums stand as they are.
template <class T, int N, class Visit> INLINE void each_instance(const Ctx& c, const MeasureParams& p, const Slot& x, Visit visit) {
  if (p.skip && !p.gaps && p.metric < kSimpleMatching && !any<N>(any_element_missing<N>(c, x, p.columns))) {
    MeasureParams complete = p;
    complete.skip = 0;
    return each_by_kind<T, N>(c, complete, x, visit);
  }
  each_by_kind<T, N>(c, p, x, visit);
}

template <class T, int N>
struct Pairs {
  const Ctx& c;
  const Slot& y;
  MEMBER void operator()(u32 i, Lane<T, N> value, Mask<N> missing) const { put_element<N>(c, y, i, Val<T, N>{value, missing, Status<N>{}}); }
  MEMBER bool ready() const { return y.pitch == 1 && y.missing == kNone; }
  template <int L>
  MEMBER void together(u32 i, Lane<T, L> values) const { store(c.scratch + y.values + (u64)i * sizeof(T), values); }
};
template <class T, int N> INLINE void pairwise(const Ctx& c, const MeasureParams& p, const Slot& x, const Slot& y) {
  each_instance<T, N>(c, p, x, Pairs<T, N>{c, y});
  set_slot_status<N>(c, y, slot_status<N>(c, x));
}

template <class T, int N>
struct Nearest {
  Best<T, N> best;
  MEMBER void operator()(u32 i, Lane<T, N> value, Mask<N> missing) const { best.offer(value, i, ~missing); }
  template <int L>
  MEMBER Mask<L> wants(Lane<T, L> value) const { return best.template may_enter<L>(value); }
};
template <class T, int N>
INLINE void neighbors(const Ctx& c, const NeighborParams& p, const Slot& x, const Slot& measures, const Slot& numbers) {
  const Best<T, N> best{c, measures, numbers, p.largest != 0};
  best.clear();
  each_instance<T, N>(c, p.measure, x, Nearest<T, N>{best});
  best.finish();
  set_slot_status<N>(c, measures, slot_status<N>(c, x)), set_slot_status<N>(c, numbers, slot_status<N>(c, x));
}

/// One row, few outputs: they stand in lanes, so that no sum goes through memory.
template <class T> INLINE Flag machines_across(const Ctx& c, const KernelMachineParams& p, const Slot& x, const Slot& y) {
  constexpr int L = kInstanceGroup;
  const T* weights = (const T*)(c.blob + p.across);
  Lane<T, L> sum{};
  Flag missing = false;
  each_instance<T, 1>(c, p.measure, x, [&](u32 i, T value, Flag gone) __attribute__((always_inline)) {
    const Lane<T, L> w = load<Lane<T, L>>(weights + (u64)i * L);
    missing = missing | gone;
    sum = pick<L>(mask<L>(w != 0), sum + w * value, sum);
  });
  UNROLL for (int o = 0; o < L; o++) if (o < (int)y.count) set_element<T, 1>(c, y, (u32)o, sum[o]);
  return missing;
}
/// Each output by the instances that count for it.
template <class T, int N> INLINE Mask<N> machines(const Ctx& c, const KernelMachineParams& p, const Slot& x, const Slot& y) {
  const u32 *first = (const u32*)(c.blob + p.first), *output = (const u32*)(c.blob + p.output);
  const T* weights = (const T*)(c.blob + p.weights);
  NOUNROLL for (u32 o = 0; o < y.count; o++) set_element<T, N>(c, y, o, Lane<T, N>{});
  Mask<N> missing = never<N>();
  Lane<T, N> sum{};
  each_instance<T, N>(c, p.measure, x, [&](u32 i, Lane<T, N> value, Mask<N> gone) __attribute__((always_inline)) {
    missing = missing | gone;
    if (p.one) sum = sum + weights[i] * value;
    else NOUNROLL for (u32 e = first[i]; e < first[i + 1]; e++)
      set_element<T, N>(c, y, output[e], element<T, N>(c, y, output[e]) + weights[e] * value);
  });
  if (p.one) set_element<T, N>(c, y, 0, sum);
  return missing;
}
template <class T, int N> INLINE void kernel_machine(const Ctx& c, const KernelMachineParams& p, const Slot& x, const Slot& y) {
  const T* bias = (const T*)(c.blob + p.bias);
  Mask<N> missing;
  if constexpr (N == 1) missing = p.across != kNone ? machines_across<T>(c, p, x, y) : machines<T, 1>(c, p, x, y);
  else missing = machines<T, N>(c, p, x, y);
  NOUNROLL for (u32 o = 0; o < y.count; o++) {
    if (p.bias != kNone) set_element<T, N>(c, y, o, element<T, N>(c, y, o) + bias[o]);
    set_slot_missing<N>(c, y, o, missing);
  }
  set_slot_status<N>(c, y, slot_status<N>(c, x));
}

#define KILN_MEASURE(s, T, X)                                                                                                        \
  template <int N> INLINE void pairwise_##s(const Ctx& c, const MeasureParams& p, const Slot& x, const Slot& y) { pairwise<T, N>(c, p, x, y); } \
  template <int N> INLINE void neighbors_##s(const Ctx& c, const NeighborParams& p, const Slot& x, const Slot& y, const Slot& z) {   \
    neighbors<T, N>(c, p, x, y, z);                                                                                                  \
  }                                                                                                                                  \
  template <int N> INLINE void kernel_machine_##s(const Ctx& c, const KernelMachineParams& p, const Slot& x, const Slot& y) {        \
    kernel_machine<T, N>(c, p, x, y);                                                                                                \
  }                                                                                                                                  \
  KILN_LANE_KERNEL(pairwise_##s, pairwise_##s, MeasureParams, Vector, Vector)                                                        \
  KILN_LANE_KERNEL(neighbors_##s, neighbors_##s, NeighborParams, Vector, Vector, Vector)                                             \
  KILN_LANE_KERNEL(kernel_machine_##s, kernel_machine_##s, KernelMachineParams, Vector, Vector)
KILN_FLOATS(KILN_MEASURE)
#undef KILN_MEASURE

}  // namespace kiln::kernel

// dense over numbers and codes: a code's one-hot vector adds one weight. The same sums as over the whole vectors, zeros left out.
#pragma once
#include "dense.h"

namespace kiln::kernel {

template <int N> INLINE void code_column(const Ctx& c, const CodeColumnParams& p, const I32<N>& code, const Slot& columns) {
  const Mask<N> inside = mask<N>((Lane<u32, N>)code.v < p.size) & ~code.missing;
  set_element<i32, N>(c, columns, p.element, pick<N>(inside, code.v + (i32)p.column, splat<i32, N>(-1)));
  set_slot_status<N>(c, columns, p.element == 0 ? code.status : first<N>(slot_status<N>(c, columns), code.status));
}
KILN_LANE_KERNEL(code_column, code_column, CodeColumnParams, I32, Vector)

template <bool kFused, class T, int L> INLINE Lane<T, L> add_product(Lane<T, L> sum, Lane<T, L> v, Lane<T, L> w) {
  if constexpr (kFused) return fused<L>(v, w, sum);
  else return sum + v * w;
}

/// Rows in lanes, outputs j .. j + J: adds what columns begin .. end hold.
template <bool kFused, class T, int N, int J> struct SumsOfRows {
  Lane<T, N> sum[J];
  MEMBER void number(const T* w, Lane<T, N> v) { UNROLL for (int o = 0; o < J; o++) sum[o] = add_product<kFused, T, N>(sum[o], v, splat<T, N>(w[o])); }
  MEMBER void code(const T* weights, u32 pitch, Lane<i32, N> column, Mask<N> inside) {
    const Lane<i32, N> at = pick<N>(inside, column, Lane<i32, N>{}) * (i32)pitch;
    UNROLL for (int o = 0; o < J; o++) {
      Lane<T, N> w{};
      UNROLL for (int i = 0; i < N; i++) set_lane<N>(w, i, weights[(u64)(u32)lane<N>(at, i) + o]);
      sum[o] = pick<N>(inside, sum[o] + w, sum[o]);
    }
  }
};
/// One row, outputs j .. j + L in lanes.
template <bool kFused, class T, int L> struct SumsOfOutputs {
  Lane<T, L> sum;
  MEMBER void number(const T* w, Lane<T, 1> v) { sum = add_product<kFused, T, L>(sum, splat<T, L>(v), load<Lane<T, L>>(w)); }
  MEMBER void code(const T* weights, u32 pitch, Lane<i32, 1> column, Mask<1> inside) {
    if (any<1>(inside)) sum = sum + load<Lane<T, L>>(weights + (u64)(u32)column * pitch);
  }
};
template <class T, int N, class Sums>
INLINE void add_columns(const Ctx& c, const DenseCodesParams& p, const Slot& x, const Slot& columns, u32 j, u32 begin, u32 end, Sums& sums) {
  const T* w = weights_of<T>(c, p.dense) + j;
  const DenseRun* run = (const DenseRun*)(c.blob + p.runs);
  NOUNROLL for (;; run++) {
    u32 k = run->column > begin ? run->column : begin;
    const u32 until = run->column + run->count < end ? run->column + run->count : end;
    NOUNROLL for (; k < until; k++) sums.number(w + (u64)k * p.dense.pitch, element<T, N>(c, x, run->first + (k - run->column)));
    if (run->code == kNone) return;
    const Lane<i32, N> column = element<i32, N>(c, columns, run->code);
    sums.code(w, p.dense.pitch, column, mask<N>((Lane<u32, N>)(column - (i32)begin) < end - begin));
  }
}
/// Serial, onto the bias; or panels of fused multiply-add, added to the bias.
template <class T, int N, int J> INLINE void dense_codes_rows(const Ctx& c, const DenseCodesParams& p, const Slot& x, const Slot& columns, const Slot& y, u32 j) {
  const DenseParams& d = p.dense;
  SumsOfRows<false, T, N, J> all;
  UNROLL for (int o = 0; o < J; o++) all.sum[o] = d.bias != kNone ? splat<T, N>(bias_of<T>(c, d)[j + o]) : Lane<T, N>{};
  if (d.panel == 0) {
    add_columns<T, N>(c, p, x, columns, j, 0, d.inputs, all);
  } else if constexpr (sizeof(T) == sizeof(f32)) {
    NOUNROLL for (u32 begin = 0; begin < d.inputs; begin += d.panel) {
      SumsOfRows<true, T, N, J> part{};
      add_columns<T, N>(c, p, x, columns, j, begin, d.inputs - begin > d.panel ? begin + d.panel : d.inputs, part);
      UNROLL for (int o = 0; o < J; o++) all.sum[o] = begin == 0 && d.bias == kNone ? part.sum[o] : all.sum[o] + part.sum[o];
    }
  }
  UNROLL for (int o = 0; o < J; o++) set_element<T, N>(c, y, j + o, all.sum[o]);
}
template <class T, int L> INLINE void dense_codes_row(const Ctx& c, const DenseCodesParams& p, const Slot& x, const Slot& columns, const Slot& y, u32 j) {
  typedef Lane<T, L> V;
  const DenseParams& d = p.dense;
  SumsOfOutputs<false, T, L> all = {d.bias != kNone ? load<V>(bias_of<T>(c, d) + j) : V{}};
  if (d.panel == 0) {
    add_columns<T, 1>(c, p, x, columns, j, 0, d.inputs, all);
  } else if constexpr (sizeof(T) == sizeof(f32)) {
    NOUNROLL for (u32 begin = 0; begin < d.inputs; begin += d.panel) {
      SumsOfOutputs<true, T, L> part = {V{}};
      add_columns<T, 1>(c, p, x, columns, j, begin, d.inputs - begin > d.panel ? begin + d.panel : d.inputs, part);
      all.sum = begin == 0 && d.bias == kNone ? part.sum : all.sum + part.sum;
    }
  }
  set_elements<T, L>(c, y, j, all.sum);
}
template <class T, int N> INLINE void dense_codes(const Ctx& c, const DenseCodesParams& p, const Slot& x, const Slot& columns, const Slot& y) {
  const DenseParams& d = p.dense;
  u32 j = 0;
  if (N == 1 && d.outputs >= 2) {
    NOUNROLL for (; j < d.outputs; j += 8) dense_codes_row<T, 8>(c, p, x, columns, y, j);
  } else {
    NOUNROLL for (; j + 4 <= d.outputs; j += 4) dense_codes_rows<T, N, 4>(c, p, x, columns, y, j);
    NOUNROLL for (; j < d.outputs; j++) dense_codes_rows<T, N, 1>(c, p, x, columns, y, j);
  }
  if (y.missing != kNone) set_all_missing<N>(c, y, any_element_missing<N>(c, x, x.count));
  set_slot_status<N>(c, y, first<N>(slot_status<N>(c, x), slot_status<N>(c, columns)));
}
#define KILN_DENSE_CODES(s, T, X)                                                                                                            \
  template <int N> INLINE void dense_codes_##s(const Ctx& c, const DenseCodesParams& p, const Slot& x, const Slot& columns, const Slot& y) { \
    dense_codes<T, N>(c, p, x, columns, y);                                                                                                  \
  }                                                                                                                                          \
  KILN_LANE_KERNEL(dense_codes_##s, dense_codes_##s, DenseCodesParams, Vector, Vector, Vector)
KILN_FLOATS(KILN_DENSE_CODES)
#undef KILN_DENSE_CODES

}  // namespace kiln::kernel

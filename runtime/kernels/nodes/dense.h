// dense: weighted sums of a vector. Several rows: rows in lanes, four or eight outputs at a time; one row: outputs in lanes.
// Both add the same terms in the same order, so they give the same bits.
#pragma once
#include "common.h"
#include "fused.h"

namespace kiln::kernel {

template <class T>
INLINE const T* weights_of(const Ctx& c, const DenseParams& p) {
  return (const T*)(c.blob + p.weights);
}
template <class T>
INLINE const T* bias_of(const Ctx& c, const DenseParams& p) {
  return (const T*)(c.blob + p.bias);
}

/// So many sums at a time of N lanes keep the units busy that add, where registers hold them: there are 32, or 16.
#if defined(__AVX512F__) || defined(__aarch64__)
template <class T, int N> inline constexpr int kSums = 8;
#elif defined(__AVX2__)
template <class T, int N> inline constexpr int kSums = N * sizeof(T) > 32 ? 6 : 8;
#else
template <class T, int N> inline constexpr int kSums = 4;
#endif

/// One row: whether the eight inputs from k on, of those below `end`, add nothing. Asked at every eighth.
template <class T> INLINE bool passes_zeros(const Ctx& c, const DenseParams& p, const Slot& x, u32 k, u32 end) {
  return p.zeros_add_nothing && k % 8 == 0 && k + 8 <= end && eight_zeros<T>(c, x, k);
}

/// Outputs j .. j + J. acc starts with the bias or the first product.
template <class T, int N, int J>
INLINE void dense_serial(const Ctx& c, const DenseParams& p, const Slot& x, const Slot& y, u32 j) {
  const T* w = weights_of<T>(c, p) + j;
  const bool biased = p.bias != kNone, begins = biased && !p.bias_last;
  Lane<T, N> acc[J];
  UNROLL for (int o = 0; o < J; o++) acc[o] =
      begins ? splat<T, N>(bias_of<T>(c, p)[j + o]) : element<T, N>(c, x, 0) * w[o];
  NOUNROLL for (u32 k = begins ? 0 : 1; k < p.inputs; k++) {
    if (N == 1 && passes_zeros<T>(c, p, x, k, p.inputs)) {
      k += 7;
      continue;
    }
    const Lane<T, N> v = element<T, N>(c, x, k);
    UNROLL for (int o = 0; o < J; o++) acc[o] = acc[o] + v * w[k * p.pitch + o];
  }
  UNROLL for (int o = 0; o < J; o++) {
    if (biased && p.bias_last) acc[o] = acc[o] + bias_of<T>(c, p)[j + o];
    set_element<T, N>(c, y, j + o, acc[o]);
  }
}
/// One row, outputs j .. j + J L: J sums at a time, as each waits for itself.
template <class T, int L, int J>
INLINE void dense_row(const Ctx& c, const DenseParams& p, const Slot& x, const Slot& y, u32 j) {
  typedef Lane<T, L> V;
  const T* w = weights_of<T>(c, p) + j;
  const bool biased = p.bias != kNone, begins = biased && !p.bias_last;
  V acc[J];
  UNROLL for (int o = 0; o < J; o++) acc[o] = begins ? load<V>(bias_of<T>(c, p) + j + o * L) : load<V>(w + o * L) * element<T, 1>(c, x, 0);
  NOUNROLL for (u32 k = begins ? 0 : 1; k < p.inputs; k++) {
    if (passes_zeros<T>(c, p, x, k, p.inputs)) {
      k += 7;
      continue;
    }
    const T v = element<T, 1>(c, x, k);
    UNROLL for (int o = 0; o < J; o++) acc[o] = acc[o] + load<V>(w + (u64)k * p.pitch + o * L) * v;
  }
  UNROLL for (int o = 0; o < J; o++) {
    if (biased && p.bias_last) acc[o] = acc[o] + load<V>(bias_of<T>(c, p) + j + o * L);
    set_elements<T, L>(c, y, j + o * L, acc[o]);
  }
}
/// Panels of fused multiply-add, of outputs j .. j + J.
template <int N, int J>
INLINE void dense_fused(const Ctx& c, const DenseParams& p, const Slot& x, const Slot& y, u32 j) {
  const f32* w = weights_of<f32>(c, p) + j;
  Lane<f32, N> sum[J];
  UNROLL for (int o = 0; o < J; o++) sum[o] = p.bias != kNone ? splat<f32, N>(bias_of<f32>(c, p)[j + o]) : Lane<f32, N>{};
  NOUNROLL for (u32 begin = 0; begin < p.inputs; begin += p.panel) {
    const u32 end = p.inputs - begin > p.panel ? begin + p.panel : p.inputs;
    Lane<f32, N> part[J];
    UNROLL for (int o = 0; o < J; o++) part[o] = Lane<f32, N>{};
    NOUNROLL for (u32 k = begin; k < end; k++) {
      if (N == 1 && passes_zeros<f32>(c, p, x, k, end)) {
        k += 7;
        continue;
      }
      const Lane<f32, N> v = element<f32, N>(c, x, k);
      UNROLL for (int o = 0; o < J; o++) part[o] = fused<N>(v, splat<f32, N>(w[k * p.pitch + o]), part[o]);
    }
    UNROLL for (int o = 0; o < J; o++) sum[o] = begin == 0 && p.bias == kNone ? part[o] : sum[o] + part[o];
  }
  UNROLL for (int o = 0; o < J; o++) set_element<f32, N>(c, y, j + o, sum[o]);
}
/// One row, outputs j .. j + J L.
template <int L, int J>
INLINE void dense_fused_row(const Ctx& c, const DenseParams& p, const Slot& x, const Slot& y, u32 j) {
  typedef Lane<f32, L> V;
  const f32* w = weights_of<f32>(c, p) + j;
  V sum[J];
  UNROLL for (int o = 0; o < J; o++) sum[o] = p.bias != kNone ? load<V>(bias_of<f32>(c, p) + j + o * L) : V{};
  NOUNROLL for (u32 begin = 0; begin < p.inputs; begin += p.panel) {
    const u32 end = p.inputs - begin > p.panel ? begin + p.panel : p.inputs;
    V part[J];
    UNROLL for (int o = 0; o < J; o++) part[o] = V{};
    NOUNROLL for (u32 k = begin; k < end; k++) {
      if (passes_zeros<f32>(c, p, x, k, end)) {
        k += 7;
        continue;
      }
      const V v = splat<f32, L>(element<f32, 1>(c, x, k));
      UNROLL for (int o = 0; o < J; o++) part[o] = fused<L>(load<V>(w + (u64)k * p.pitch + o * L), v, part[o]);
    }
    UNROLL for (int o = 0; o < J; o++) sum[o] = begin == 0 && p.bias == kNone ? part[o] : sum[o] + part[o];
  }
  UNROLL for (int o = 0; o < J; o++) set_elements<f32, L>(c, y, j + o * L, sum[o]);
}
/// The last one to three outputs together: each sum waits for itself.
template <int N>
INLINE void dense_fused_rest(const Ctx& c, const DenseParams& p, const Slot& x, const Slot& y, u32 j) {
  if (p.outputs - j == 3) dense_fused<N, 3>(c, p, x, y, j);
  else if (p.outputs - j == 2) dense_fused<N, 2>(c, p, x, y, j);
  else if (p.outputs - j == 1) dense_fused<N, 1>(c, p, x, y, j);
}
template <int N>
INLINE void dense_all_fused(const Ctx& c, const DenseParams& p, const Slot& x, const Slot& y) {
  u32 j = 0;
  if (N == 1 && p.outputs >= 2) {
    const u32 padded = (p.outputs + 7) / 8 * 8;
    if (kSums<f32, 8> == 8) NOUNROLL for (; j + 64 <= padded; j += 64) dense_fused_row<8, 8>(c, p, x, y, j);
    NOUNROLL for (; j + 32 <= padded; j += 32) dense_fused_row<8, 4>(c, p, x, y, j);
    NOUNROLL for (; j < p.outputs; j += 8) dense_fused_row<8, 1>(c, p, x, y, j);
    return;
  }
  constexpr int S = kSums<f32, N>;
  static_assert(S >= 4);
  if (S > 4) NOUNROLL for (; j + S <= p.outputs; j += S) dense_fused<N, S>(c, p, x, y, j);
  NOUNROLL for (; j + 4 <= p.outputs; j += 4) dense_fused<N, 4>(c, p, x, y, j);
  // j, in constants: only one of the three forms is left in a scorer.
  dense_fused_rest<N>(c, p, x, y, p.outputs / S * S + p.outputs % S / 4 * 4);
}
template <class T, int N>
INLINE Lane<T, N> striped_end(const Ctx& c, const DenseParams& p, Lane<T, N> (&s)[16], u32 j) {
  UNROLL for (int half = 8; half > 0; half /= 2) UNROLL for (int i = 0; i < half; i++) s[i] = s[i] + s[i + half];
  return p.bias != kNone ? s[0] + bias_of<T>(c, p)[j] : s[0];
}
template <class T, int N>
INLINE void dense_striped(const Ctx& c, const DenseParams& p, const Slot& x, const Slot& y, u32 j) {
  const T* w = weights_of<T>(c, p) + j;
  Lane<T, N> s[16];
  UNROLL for (int i = 0; i < 16; i++) s[i] = Lane<T, N>{};
  NOUNROLL for (u32 k = 0; k < p.inputs; k += 16) UNROLL for (u32 i = 0; i < 16; i++) if (k + i < p.inputs) s[i] =
      s[i] + element<T, N>(c, x, k + i) * w[(k + i) * p.pitch];
  set_element<T, N>(c, y, j, striped_end<T, N>(c, p, s, j));
}
/// Only the weights that are not zero; the missing state follows from their inputs.
template <class T, int N>
INLINE void dense_sparse(const Ctx& c, const DenseParams& p, const Slot& x, const Slot& y, u32 j) {
  const u32* first = (const u32*)(c.blob + p.first);
  const u32* index = (const u32*)(c.blob + p.index);
  const T* w = weights_of<T>(c, p);
  const bool biased = p.bias != kNone, begins = biased && !p.bias_last && !p.striped;
  Mask<N> missing = never<N>();
  Lane<T, N> acc = begins ? splat<T, N>(bias_of<T>(c, p)[j]) : Lane<T, N>{};
  Lane<T, N> s[16];
  if (p.striped) UNROLL for (int i = 0; i < 16; i++) s[i] = Lane<T, N>{};
  NOUNROLL for (u32 e = first[j]; e < first[j + 1]; e++) {
    const Lane<T, N> product = element<T, N>(c, x, index[e]) * w[e];
    missing = missing | slot_missing<N>(c, x, index[e]);
    if (p.striped)
      s[index[e] % 16] = s[index[e] % 16] + product;
    else
      acc = e == first[j] && !begins ? product : acc + product;
  }
  if (p.striped)
    acc = striped_end<T, N>(c, p, s, j);
  else if (biased && p.bias_last)
    acc = first[j] == first[j + 1] ? splat<T, N>(bias_of<T>(c, p)[j]) : acc + bias_of<T>(c, p)[j];
  set_element<T, N>(c, y, j, acc);
  set_slot_missing<N>(c, y, j, missing);
}

template <class T, int N>
INLINE void dense_one(const Ctx& c, const DenseParams& p, const Slot& x, const Slot& y) {
  if (p.index != kNone) {
    NOUNROLL for (u32 j = 0; j < p.outputs; j++) dense_sparse<T, N>(c, p, x, y, j);
    return;
  }
  if (sizeof(T) == sizeof(f32) && p.panel) {
    dense_all_fused<N>(c, p, x, y);
  } else if (p.striped) {
    NOUNROLL for (u32 j = 0; j < p.outputs; j++) dense_striped<T, N>(c, p, x, y, j);
  } else if (N == 1 && p.outputs >= 2) {
    u32 j = 0;
    NOUNROLL for (; j + 32 <= (p.outputs + 7) / 8 * 8; j += 32) dense_row<T, 8, 4>(c, p, x, y, j);
    NOUNROLL for (; j < p.outputs; j += 8) dense_row<T, 8, 1>(c, p, x, y, j);
  } else {
    u32 j = 0;
    constexpr int S = kSums<T, N>;
    if (S > 4) NOUNROLL for (; j + S <= p.outputs; j += S) dense_serial<T, N, S>(c, p, x, y, j);
    NOUNROLL for (; j + 4 <= p.outputs; j += 4) dense_serial<T, N, 4>(c, p, x, y, j);
    NOUNROLL for (; j < p.outputs; j++) dense_serial<T, N, 1>(c, p, x, y, j);
  }
  if (y.missing == kNone) return;
  set_all_missing<N>(c, y, any_element_missing<N>(c, x, p.inputs));
}
template <class T, int N>
INLINE void dense(const Ctx& c, const DenseParams& p, const Slot& x, const Slot& y) {
  if (x.count == p.inputs) dense_one<T, N>(c, p, x, y);
  else NOUNROLL for (u32 r = 0; r < x.count / p.inputs; r++)
      dense_one<T, N>(c, p, part_of(x, r * p.inputs, p.inputs, sizeof(T)), part_of(y, r * p.outputs, p.outputs, sizeof(T)));
  set_slot_status<N>(c, y, slot_status<N>(c, x));
}
/// Large products of plain rows are a block's kernel: a vector holds twice as many rows of f32 as of f64, which lanes are counted by.
INLINE void dense_wide_row(const Ctx& c, const DenseParams& p, const Slot* x, const Slot* y, u64) { dense_all_fused<1>(c, p, *x, *y); }
INLINE void dense_wide_block(const Ctx& c, const DenseParams& p, const Slot* x, const Slot* y, u64 rows) {
  Ctx here = c;
  NOUNROLL for (here.at = 0; here.at < rows; here.at += 16) dense_all_fused<16>(here, p, *x, *y);   // blocks have room for sixteens
}
KILN_BLOCK_KERNEL(dense_wide, dense_wide_row, dense_wide_block, DenseParams)
#define KILN_DENSE(s, T, X)                                                                 \
  template <int N>                                                                          \
  INLINE void dense_##s(const Ctx& c, const DenseParams& p, const Slot& x, const Slot& y) { \
    dense<T, N>(c, p, x, y);                                                                \
  }                                                                                         \
  KILN_LANE_KERNEL(dense_##s, dense_##s, DenseParams, Vector, Vector)
KILN_FLOATS(KILN_DENSE)
#undef KILN_DENSE

}  // namespace kiln::kernel

// Leading columns of small whole numbers (one-hot codes, counts, years) of instances and of a row: every sum over them is exact, so
// they are multiplied as pairs of 16-bit integers, without those that are zero in the row. A squared distance is |x|^2 + |z|^2 - 2 x z.
#pragma once
#include "common.h"

namespace kiln::kernel {

/// Such columns of N rows, as they are multiplied.
template <int N> struct WholeRows {
  u32 count;                            ///< pairs that are not zero in all rows
  Lane<i32, N> squares;                 ///< sums of squares
  u32 at[kWholeColumns / 2];            ///< which pairs they are
  Lane<i32, N> pair[kWholeColumns / 2];
};

/// Products of 16-bit halves, the two of a pair added.
template <int L> INLINE Lane<i32, L> pair_product(Lane<i32, L> a, Lane<i32, L> b) {
#if defined(__AVX2__)
  typedef i16 Halves __attribute__((vector_size(32)));
  if constexpr (L == 8) return (Lane<i32, L>)__builtin_ia32_pmaddwd256((Halves)a, (Halves)b);
#endif
  return (a << 16 >> 16) * (b << 16 >> 16) + (a >> 16) * (b >> 16);
}
/// Whole numbers of 16 bits as they are; lanes that hold none are not `good`.
template <class T, int N> INLINE Lane<i32, N> whole_numbers(Lane<T, N> v, Mask<N>& good) {
  const Mask<N> small = mask<N>(v <= (T)0x7fff) & mask<N>(v >= (T)-0x7fff);
  const Lane<i32, N> whole = convert<i32, T, N>(pick<N>(small, v, Lane<T, N>{}));
  good = good & small & mask<N>(convert<T, i32, N>(whole) == v);
  return whole;
}
template <int N> INLINE Lane<f64, N> square_of(Lane<i32, N> v) { return convert<f64, i32, N>(v * v); }

/// One row: eight columns at a time, then the pairs that are not zero. False: not all of them are whole and small.
template <class T> INLINE bool read_whole(const Ctx& c, const WholeParams& p, const Slot& x, WholeRows<1>& w) {
  typedef i16 Halves __attribute__((vector_size(16)));
  i16 halves[kWholeColumns];
  Mask<8> good = always<8>();
  Lane<f64, 8> squares{};
  NOUNROLL for (u32 k = 0; k < p.columns; k += 8) {
    Lane<T, 8> v{};
    if (k + 8 <= p.columns) v = load<Lane<T, 8>>(c.scratch + x.values + (u64)k * sizeof(T));
    else UNROLL for (u32 i = 0; i < 8; i++) if (k + i < p.columns) v[i] = element<T, 1>(c, x, k + i);
    const Lane<i32, 8> whole = whole_numbers<T, 8>(v, good);
    squares = squares + square_of<8>(whole);
    store(halves + k, __builtin_convertvector(whole, Halves));
  }
  f64 sum = 0;
  UNROLL for (int i = 0; i < 8; i++) sum += squares[i];
  if (any<8>(~good) || !(sum <= p.most)) return false;
  w.count = 0, w.squares = (i32)sum;
  NOUNROLL for (u32 k = 0; k < (p.columns + 1) / 2; k++) {
    w.at[w.count] = k, w.pair[w.count] = load<i32>(halves + 2 * k);
    w.count += w.pair[w.count] != 0;
  }
  return true;
}
/// Rows in lanes.
template <class T, int N> INLINE bool read_whole(const Ctx& c, const WholeParams& p, const Slot& x, WholeRows<N>& w) {
  Mask<N> good = always<N>();
  Lane<f64, N> squares{};
  w.count = 0;
  NOUNROLL for (u32 k = 0; k < p.columns; k += 2) {
    const Lane<i32, N> a = whole_numbers<T, N>(element<T, N>(c, x, k), good);
    const Lane<i32, N> b = k + 1 < p.columns ? whole_numbers<T, N>(element<T, N>(c, x, k + 1), good) : Lane<i32, N>{};
    squares = squares + (square_of<N>(a) + square_of<N>(b));
    w.at[w.count] = k / 2, w.pair[w.count] = (a & 0xffff) | b << 16;
    w.count += any<N>(mask<N>(w.pair[w.count] != 0));
  }
  w.squares = convert<i32, f64, N>(pick<N>(mask<N>(squares <= p.most), squares, Lane<f64, N>{}));
  return !any<N>(~good | ~mask<N>(squares <= p.most));
}

/// x z over such columns, or the squared distance. One row: the eight instances of each of J groups; several: instances of one group,
/// J of them one after the other. z: the first pair of each group or instance.
template <class T, int N, int L, int J>
INLINE void whole_sums(const WholeRows<N>& w, bool products, const i32* const (&z)[J], const i32* const (&square)[J], Lane<T, L> (&sum)[J]) {
  Lane<i32, L> product[J];
  UNROLL for (int j = 0; j < J; j++) product[j] = Lane<i32, L>{};
  NOUNROLL for (u32 e = 0; e < w.count; e++) {
    UNROLL for (int j = 0; j < J; j++) {
      const i32* at = z[j] + (u64)w.at[e] * 8;
      if constexpr (N == 1) product[j] = product[j] + pair_product<L>(splat<i32, L>(w.pair[e]), load<Lane<i32, L>>(at));
      else product[j] = product[j] + pair_product<L>(w.pair[e], splat<i32, L>(*at));
    }
  }
  UNROLL for (int j = 0; j < J; j++) {
    Lane<i32, L> squares;
    if constexpr (N == 1) squares = load<Lane<i32, L>>(square[j]) + w.squares;
    else squares = w.squares + *square[j];
    sum[j] = convert<T, i32, L>(products ? product[j] : squares - 2 * product[j]);
  }
}

}  // namespace kiln::kernel

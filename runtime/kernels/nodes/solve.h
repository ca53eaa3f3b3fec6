// solve: substitution by columns of a triangular matrix, in place. One row: elements in lanes; each element subtracts the same
// products in the same order.
#pragma once
#include "common.h"

namespace kiln::kernel {

/// y[i] -= column[i] * solved for i in from .. to, one row: the elements lie `pitch` apart.
template <class T, int N> INLINE void subtract_column(const Ctx& c, const Slot& y, const T* column, u32 from, u32 to, Lane<T, N> solved) {
  u32 i = from;
  if constexpr (N == 1) {
    if (y.pitch == 1) {
      typedef Lane<T, 8> V;
      T* elements = (T*)(c.scratch + y.values) + c.at;
      NOUNROLL for (; i + 8 <= to; i += 8) store(elements + i, load<V>(elements + i) - load<V>(column + i) * solved);
    }
  }
  NOUNROLL for (; i < to; i++) set_element<T, N>(c, y, i, element<T, N>(c, y, i) - column[i] * solved);
}
template <class T, int N> INLINE void solve(const Ctx& c, const SolveParams& p, const Slot& b, const Slot& y) {
  const T* columns = (const T*)(c.blob + p.columns);   // column after column, n apart
  const u32 n = y.count;
  Mask<N> missing = never<N>();
  NOUNROLL for (u32 i = 0; i < n; i++) {
    set_element<T, N>(c, y, i, element<T, N>(c, b, i));
    missing = missing | slot_missing<N>(c, b, i);
  }
  NOUNROLL for (u32 step = 0; step < n; step++) {
    const u32 j = p.upper ? n - 1 - step : step;
    const T* column = columns + (u64)j * n;
    const Lane<T, N> solved = element<T, N>(c, y, j) / column[j];
    set_element<T, N>(c, y, j, solved);
    subtract_column<T, N>(c, y, column, p.upper ? 0 : j + 1, p.upper ? j : n, solved);
  }
  if (y.missing != kNone) NOUNROLL for (u32 i = 0; i < n; i++) set_slot_missing<N>(c, y, i, missing);
  set_slot_status<N>(c, y, slot_status<N>(c, b));
}
#define KILN_SOLVE(s, T, X)                                                                                               \
  template <int N> INLINE void solve_##s(const Ctx& c, const SolveParams& p, const Slot& b, const Slot& y) { solve<T, N>(c, p, b, y); } \
  KILN_LANE_KERNEL(solve_##s, solve_##s, SolveParams, Vector, Vector)
KILN_FLOATS(KILN_SOLVE)
#undef KILN_SOLVE

}  // namespace kiln::kernel

// The k best of many values, kept in order while they come: what `neighbors` and `topk` are made of.
#pragma once
#include "common.h"

namespace kiln::kernel {

/// The best so far stand in order in `values`, and where they come from in `indices`: -1 where there is none yet. A tie stays behind
/// the one that came before, NaN behind all numbers.
template <class T, int N>
struct Best {
  const Ctx& c;
  const Slot &values, &indices;
  bool largest;

  MEMBER Mask<N> comes_before(Lane<T, N> value, u32 e) const {
    const Lane<T, N> than = element<T, N>(c, values, e);
    const Mask<N> better = largest ? mask<N>(value > than) : mask<N>(value < than);
    return mask<N>(element<i32, N>(c, indices, e) < 0) | better | (is_nan<N, T>(than) & ~is_nan<N, T>(value));
  }
  MEMBER void clear() const {
    NOUNROLL for (u32 e = 0; e < values.count; e++) set_element<T, N>(c, values, e, Lane<T, N>{}), set_element<i32, N>(c, indices, e, splat<i32, N>(-1));
  }
  /// One row: a new one comes from behind, past all that it comes before.
  MEMBER void insert(Lane<T, N> value, u32 index) const requires(N == 1) {
    u32 e = values.count - 1;
    for (; e > 0 && comes_before(value, e - 1).on; e--) {
      set_element<T, N>(c, values, e, element<T, N>(c, values, e - 1));
      set_element<i32, N>(c, indices, e, element<i32, N>(c, indices, e - 1));
    }
    set_element<T, N>(c, values, e, value), set_element<i32, N>(c, indices, e, splat<i32, N>((i32)index));
  }
  /// A new one moves those behind it on by one.
  MEMBER void offer(Lane<T, N> value, u32 index, Mask<N> there) const {
    const Mask<N> enters = there & comes_before(value, values.count - 1);
    if (!any<N>(enters)) return;
    if constexpr (N == 1) return insert(value, index);
    Lane<i32, N> at = splat<i32, N>((i32)index);
    Mask<N> moves = never<N>();
    NOUNROLL for (u32 e = 0; e < values.count; e++) {
      const Lane<T, N> here = element<T, N>(c, values, e);
      const Lane<i32, N> here_at = element<i32, N>(c, indices, e);
      moves = moves | (enters & comes_before(value, e));
      set_element<T, N>(c, values, e, pick<N>(moves, value, here)), set_element<i32, N>(c, indices, e, pick<N>(moves, at, here_at));
      value = pick<N>(moves, here, value), at = pick<N>(moves, here_at, at);
    }
  }
  /// One row: which of L values could enter; most cannot, and are passed over together. None can later that cannot now.
  template <int L>
  MEMBER Mask<L> may_enter(Lane<T, L> value) const {
    const T worst = element<T, 1>(c, values, values.count - 1);
    const bool open = element<i32, 1>(c, indices, values.count - 1) < 0 || is_nan<1, T>(worst).on;
    return mask_if<L>(open) | (largest ? mask<L>(value > worst) : mask<L>(value < worst));
  }
  /// Places that nothing took are missing.
  MEMBER void finish() const {
    NOUNROLL for (u32 e = 0; e < values.count; e++) {
      const Mask<N> none = mask<N>(element<i32, N>(c, indices, e) < 0);
      set_slot_missing<N>(c, values, e, none), set_slot_missing<N>(c, indices, e, none);
    }
  }
};

}  // namespace kiln::kernel

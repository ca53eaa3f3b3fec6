// onehot: a code as zeros with a one.
#pragma once
#include "common.h"

namespace kiln::kernel {

/// The elements from `first` on of a code.
template <int N, class T>
INLINE void onehot_at(const Ctx& c, const OneHotParams& p, const I32<N>& code, u32 first, const Slot& y) {
  const Lane<T, N> one = splat<T, N>(1), zero{};
  const Lane<i32, N> present = pick<N>(code.missing, splat<i32, N>(-1), code.v);
  NOUNROLL for (u32 k = 0; k < p.size; k++) {
    if constexpr (N > 1 && sizeof(T) == 4) set_element<T, N>(c, y, first + k, present == (i32)k ? one : zero);   // lanes as wide as a code
    else set_element<T, N>(c, y, first + k, pick<N>(mask<N>(present == (i32)k), one, zero));
  }
}
template <int N, class T>
INLINE void onehot_scalar(const Ctx& c, const OneHotParams& p, const I32<N>& code, const Slot& y) {
  onehot_at<N, T>(c, p, code, 0, y);
  set_slot_status<N>(c, y, code.status);
}
template <int N, class T>
INLINE void onehot_vector(const Ctx& c, const OneHotParams& p, const Slot& x, const Slot& y) {
  NOUNROLL for (u32 e = 0; e < x.count; e++) {
    I32<N> code;
    get_element<N>(c, x, e, code);
    onehot_at<N, T>(c, p, code, e * p.size, y);
  }
  set_slot_status<N>(c, y, slot_status<N>(c, x));
}
#define KILN_ONEHOT(s, T, X)                                                                             \
  template <int N>                                                                                       \
  INLINE void onehot_scalar_##s(const Ctx& c, const OneHotParams& p, const I32<N>& code, const Slot& y) { \
    onehot_scalar<N, T>(c, p, code, y);                                                                  \
  }                                                                                                      \
  template <int N>                                                                                       \
  INLINE void onehot_vector_##s(const Ctx& c, const OneHotParams& p, const Slot& x, const Slot& y) {     \
    onehot_vector<N, T>(c, p, x, y);                                                                     \
  }                                                                                                      \
  KILN_LANE_KERNEL(onehot_scalar_##s, onehot_scalar_##s, OneHotParams, I32, Vector)                      \
  KILN_LANE_KERNEL(onehot_vector_##s, onehot_vector_##s, OneHotParams, Vector, Vector)
KILN_NUMBERS(KILN_ONEHOT)
#undef KILN_ONEHOT

}  // namespace kiln::kernel

// Hashes of scalars.def, lane by lane through one copy.
#pragma once
#include "../hash.h"
#include "common.h"

namespace kiln::kernel::call {

template <int N, class T>
INLINE void murmur3(const Ctx&, const HashParams& p, const Val<T, N>& x, I32<N>& y) {
  y = {Lane<i32, N>{}, x.missing, x.status};
  UNROLL for (int i = 0; i < N; i++) {
    const T v = lane<N>(x.v, i);
    set_lane<N>(y.v, i, (i32)kernel::murmur3((const u8*)&v, sizeof v, p.seed));
  }
}
template <int N>
INLINE void murmur3_text(const Ctx&, const HashParams& p, const Str<N>& x, I32<N>& y) {
  const Mask<N> there = live<N>(x);
  y = {Lane<i32, N>{}, x.missing, x.status};
  UNROLL for (int i = 0; i < N; i++)
    if (mask_lane<N>(there, i)) set_lane<N>(y.v, i, (i32)kernel::murmur3(x.p[i], x.length[i], p.seed));
}
KILN_LANE_KERNEL(murmur3_i64, murmur3, HashParams, I64, I32)
KILN_LANE_KERNEL(murmur3_i32, murmur3, HashParams, I32, I32)
KILN_LANE_KERNEL(murmur3_text_str, murmur3_text, HashParams, Str, I32)

}  // namespace kiln::kernel::call

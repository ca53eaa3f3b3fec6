// couple: probabilities of classes from those of their pairs, row by row: rows need different numbers of rounds.
#pragma once
#include "common.h"

namespace kiln::kernel {

static constexpr u32 kMostCoupled = 1024;

/// One row: r of the pairs, elements `pitch` apart, to p.
template <class T> struct Coupling {
  const T* r;
  u64 pitch;
  u32 k;
  T own[kMostCoupled], weighted[kMostCoupled], p[kMostCoupled];

  __attribute__((always_inline)) T pair(u32 i, u32 j) const {
    const u32 a = i < j ? i : j, b = i < j ? j : i;
    const T v = r[((u64)a * (2 * k - a - 1) / 2 + b - a - 1) * pitch];
    return i < j ? v : 1 - v;
  }
  __attribute__((always_inline)) T q(u32 t, u32 j) const { return t == j ? own[t] : -pair(j, t) * pair(t, j); }

  /// Whether every class is near enough; else weighted and `all` are those of p.
  __attribute__((always_inline)) bool settled(T& all) {
    T worst = 0;
    all = 0;
    NOUNROLL for (u32 t = 0; t < k; t++) {
      weighted[t] = 0;
      NOUNROLL for (u32 j = 0; j < k; j++) weighted[t] += q(t, j) * p[j];
      all += p[t] * weighted[t];
    }
    NOUNROLL for (u32 t = 0; t < k; t++) {
      const T off = __builtin_elementwise_abs(weighted[t] - all);
      if (off > worst) worst = off;
    }
    return worst < T(0.005) / (T)k;
  }
  __attribute__((always_inline)) void step(u32 t, T& all) {
    const T change = (all - weighted[t]) / own[t], scale = 1 + change;
    p[t] += change;
    all = (all + change * (change * own[t] + 2 * weighted[t])) / scale / scale;
    NOUNROLL for (u32 j = 0; j < k; j++) {
      weighted[j] = (weighted[j] + change * q(t, j)) / scale;
      p[j] = p[j] / scale;
    }
  }
  __attribute__((always_inline)) void run() {
    NOUNROLL for (u32 t = 0; t < k; t++) {
      own[t] = 0, p[t] = T(1) / (T)k;
      NOUNROLL for (u32 j = 0; j < k; j++)
        if (j != t) own[t] += pair(j, t) * pair(j, t);
    }
    T all;
    NOUNROLL for (int round = 0; round < 100 && !settled(all); round++) NOUNROLL for (u32 t = 0; t < k; t++) step(t, all);
  }
};
template <class T, int N> INLINE void couple(const Ctx& c, const Slot& r, const Slot& y) {
  Coupling<T> coupling;
  coupling.pitch = r.pitch, coupling.k = y.count;
  const T* from = (const T*)(c.scratch + r.values) + c.at;
  T* to = (T*)(c.scratch + y.values) + c.at;
  NOUNROLL for (int lane = 0; lane < N; lane++) {
    coupling.r = from + lane;
    coupling.run();
    NOUNROLL for (u32 t = 0; t < y.count; t++) to[(u64)t * y.pitch + lane] = coupling.p[t];
  }
  Mask<N> missing = never<N>();
  NOUNROLL for (u32 i = 0; i < r.count; i++) missing = missing | slot_missing<N>(c, r, i);
  if (y.missing != kNone) NOUNROLL for (u32 i = 0; i < y.count; i++) set_slot_missing<N>(c, y, i, missing);
  set_slot_status<N>(c, y, slot_status<N>(c, r));
}
#define KILN_COUPLE(s, T, X)                                                                                                   \
  template <int N> INLINE void couple_##s(const Ctx& c, const None&, const Slot& r, const Slot& y) { couple<T, N>(c, r, y); } \
  KILN_LANE_KERNEL(couple_##s, couple_##s, None, Vector, Vector)
KILN_FLOATS(KILN_COUPLE)
#undef KILN_COUPLE

}  // namespace kiln::kernel

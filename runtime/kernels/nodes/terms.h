// terms: products of powers, factor after factor.
#pragma once
#include "../math.h"
#include "common.h"

namespace kiln::kernel {

template <class T, int N>
INLINE Lane<T, N> power(Lane<T, N> x, const Factor& f) {
  if (f.power == 0) return convert<T, f64, N>(math::pow(convert<f64, T, N>(x), splat<f64, N>(f.exponent)));
  Lane<T, N> y = x;
  NOUNROLL for (u32 i = 1; i < f.power; i++) y = y * x;
  return y;
}
template <class T, int N>
INLINE void terms(const Ctx& c, const TermParams& p, const Slot& x, const Slot& y) {
  const u32* first = (const u32*)(c.blob + p.first);
  const Factor* factors = (const Factor*)(c.blob + p.factors);
  NOUNROLL for (u32 t = 0; t < y.count; t++) {
    Lane<T, N> product = splat<T, N>(1);
    Mask<N> missing = never<N>();
    NOUNROLL for (u32 f = first[t]; f < first[t + 1]; f++) {
      const Lane<T, N> value = power<T, N>(element<T, N>(c, x, factors[f].operand), factors[f]);
      product = f == first[t] ? value : product * value;
      missing = missing | slot_missing<N>(c, x, factors[f].operand);
    }
    set_element<T, N>(c, y, t, product);
    set_slot_missing<N>(c, y, t, missing);
  }
  set_slot_status<N>(c, y, slot_status<N>(c, x));
}
#define KILN_TERMS(s, T, X)                                                                \
  template <int N>                                                                         \
  INLINE void terms_##s(const Ctx& c, const TermParams& p, const Slot& x, const Slot& y) { \
    terms<T, N>(c, p, x, y);                                                               \
  }                                                                                        \
  KILN_LANE_KERNEL(terms_##s, terms_##s, TermParams, Vector, Vector)
KILN_FLOATS(KILN_TERMS)
#undef KILN_TERMS

}  // namespace kiln::kernel

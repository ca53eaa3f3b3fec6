// The functions of scalars.def that math.h computes. f32 goes through f64 and is rounded once.
#pragma once
#include "../math.h"
#include "common.h"

namespace kiln::kernel::call {

/// f of the operands as f64, back in T.
template <class T, int N, class F, class... V>
INLINE Lane<T, N> through_f64(F f, V... v) {
  if constexpr (sizeof(T) == 8)
    return f(v...);
  else
    return convert<T, f64, N>(f(convert<f64, T, N>(v)...));
}
template <int N, class T>
INLINE void fail_nan(const FailParams& p, Val<T, N>& y) {
  fail_where<N>(is_nan<N, T>(y.v), p.status, y);
}

#define KILN_MATH1(name)                                                                     \
  template <int N, class T>                                                                  \
  INLINE void name(const Ctx&, const FailParams& p, const Val<T, N>& x, Val<T, N>& y) {      \
    y = {through_f64<T, N>([](auto v) { return math::name(v); }, x.v), x.missing, x.status}; \
    fail_nan<N>(p, y);                                                                       \
  }                                                                                          \
  KILN_LANE_KERNEL(name##_f64, name, FailParams, F64, F64)                                   \
  KILN_LANE_KERNEL(name##_f32, name, FailParams, F32, F32)
#define KILN_MATH2(name)                                                                                      \
  template <int N, class T>                                                                                   \
  INLINE void name(const Ctx&, const FailParams& p, const Val<T, N>& a, const Val<T, N>& b, Val<T, N>& y) {   \
    y = {through_f64<T, N>([](auto v, auto w) { return math::name(v, w); }, a.v, b.v), a.missing | b.missing, \
         first<N>(a.status, b.status)};                                                                       \
    fail_nan<N>(p, y);                                                                                        \
  }                                                                                                           \
  KILN_LANE_KERNEL(name##_f64, name, FailParams, F64, F64, F64)                                               \
  KILN_LANE_KERNEL(name##_f32, name, FailParams, F32, F32, F32)
#define KILN_MATH3(name)                                                                                            \
  template <int N>                                                                                                  \
  INLINE void name(const Ctx&, const FailParams& p, const F64<N>& a, const F64<N>& b, const F64<N>& d, F64<N>& y) { \
    y = {math::name(a.v, b.v, d.v), a.missing | b.missing | d.missing,                                              \
         first<N>(first<N>(a.status, b.status), d.status)};                                                         \
    fail_nan<N>(p, y);                                                                                              \
  }                                                                                                                 \
  KILN_LANE_KERNEL(name##_f64, name, FailParams, F64, F64, F64, F64)

KILN_MATH2(pow)
KILN_MATH2(hypot)
KILN_MATH2(atan2)
KILN_MATH1(sqrt)
KILN_MATH1(exp)
KILN_MATH1(expm1)
KILN_MATH1(log)
KILN_MATH1(log1p)
KILN_MATH1(log2)
KILN_MATH1(log10)
KILN_MATH1(sin)
KILN_MATH1(cos)
KILN_MATH1(tan)
KILN_MATH1(asin)
KILN_MATH1(acos)
KILN_MATH1(atan)
KILN_MATH1(sinh)
KILN_MATH1(cosh)
KILN_MATH1(tanh)
KILN_MATH1(erf)
KILN_MATH1(erfc)
KILN_MATH1(floor)
KILN_MATH1(ceil)
KILN_MATH1(trunc)
KILN_MATH1(round_even)
KILN_MATH1(round_half_up)
KILN_MATH1(round_away)
KILN_MATH1(log_factorial)
KILN_MATH3(norm_cdf)
KILN_MATH3(norm_pdf)
KILN_MATH3(norm_icdf)
KILN_MATH1(inv_logit)
KILN_MATH1(inv_probit)
KILN_MATH1(inv_cloglog)
KILN_MATH1(inv_loglog)
KILN_MATH1(inv_cauchit)
#undef KILN_MATH1
#undef KILN_MATH2
#undef KILN_MATH3

}  // namespace kiln::kernel::call

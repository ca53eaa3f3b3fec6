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

/// Called, not inlined, and once for equal arguments.
#define KILN_APART(name) \
  template <class... V> __attribute__((noinline, const)) auto apart_##name(V... v) { return math::name(v...); }
/// The same of one operand: where its lanes fill two registers they are passed in those, not by memory.
#if defined(__AVX2__) && !defined(__AVX512F__)
template <class V> inline constexpr bool kInHalves = __is_same(V, Lane<f64, 8>);
#else
template <class V> inline constexpr bool kInHalves = false;
#endif
typedef Lane<f64, 4> Half;
INLINE Lane<f64, 8> joined(Half low, Half high) { return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7); }
#define KILN_APART1(name)                                                                                                                  \
  template <class V> __attribute__((noinline, const)) V whole_##name(V v) { return math::name(v); }                                        \
  template <class H> __attribute__((noinline, const)) auto halves_##name(H low, H high) { return math::name(joined(low, high)); }          \
  template <class V> INLINE V apart_##name(V v) {                                                                                          \
    if constexpr (kInHalves<V>) return halves_##name(__builtin_shufflevector(v, v, 0, 1, 2, 3), __builtin_shufflevector(v, v, 4, 5, 6, 7)); \
    else return whole_##name(v);                                                                                                           \
  }
#define KILN_FUNCTION1(name, of)                                                                             \
  template <int N, class T>                                                                                  \
  INLINE void name(const Ctx&, const FailParams& p, const Val<T, N>& x, Val<T, N>& y) {                      \
    y = {of, x.missing, x.status};                                                                           \
    fail_nan<N>(p, y);                                                                                       \
  }                                                                                                          \
  KILN_LANE_KERNEL(name##_f64, name, FailParams, F64, F64)                                                   \
  KILN_LANE_KERNEL(name##_f32, name, FailParams, F32, F32)
#define KILN_MATH1(name) \
  KILN_APART1(name)      \
  KILN_FUNCTION1(name, (through_f64<T, N>([](auto v) __attribute__((always_inline)) { return apart_##name(v); }, x.v)))
/// With a form of its own for f32, which takes and returns f32: half of what lanes of f64 would be.
#define KILN_MATH1_SINGLE(name)                                                                                   \
  KILN_APART1(name)                                                                                               \
  template <int N> __attribute__((noinline, const)) Lane<f32, N> apart_single_##name(Lane<f32, N> v) {            \
    return through_f64<f32, N>([](auto w) __attribute__((always_inline)) { return math::single_##name(w); }, v);  \
  }                                                                                                               \
  template <int N> INLINE Lane<f32, N> name##_of(Lane<f32, N> v) { return apart_single_##name<N>(v); }            \
  template <int N> INLINE Lane<f64, N> name##_of(Lane<f64, N> v) { return apart_##name(v); }                      \
  KILN_FUNCTION1(name, name##_of<N>(x.v))
/// One operation of f32 as of f64: exact, or correctly rounded.
#define KILN_DIRECT1(name, of)                                                                                      \
  template <int N, class T>                                                                                         \
  INLINE void name(const Ctx&, const FailParams& p, const Val<T, N>& x, Val<T, N>& y) {                             \
    const Lane<T, N> v = of(x.v);                                                                                   \
    y = {pick<N>(mask<N>(v == v), v, splat<T, N>((T)__builtin_nan(""))), x.missing, x.status};                      \
    fail_nan<N>(p, y);                                                                                              \
  }                                                                                                                 \
  KILN_LANE_KERNEL(name##_f64, name, FailParams, F64, F64)                                                          \
  KILN_LANE_KERNEL(name##_f32, name, FailParams, F32, F32)
#define KILN_FUNCTION2(name, of)                                                                              \
  template <int N, class T>                                                                                   \
  INLINE void name(const Ctx&, const FailParams& p, const Val<T, N>& a, const Val<T, N>& b, Val<T, N>& y) {   \
    y = {of, a.missing | b.missing, first<N>(a.status, b.status)};                                            \
    fail_nan<N>(p, y);                                                                                        \
  }                                                                                                           \
  KILN_LANE_KERNEL(name##_f64, name, FailParams, F64, F64, F64)                                               \
  KILN_LANE_KERNEL(name##_f32, name, FailParams, F32, F32, F32)
#define KILN_MATH2(name) \
  KILN_APART(name)       \
  KILN_FUNCTION2(name, (through_f64<T, N>([](auto v, auto w) __attribute__((always_inline)) { return apart_##name(v, w); }, a.v, b.v)))
#define KILN_MATH2_SINGLE(name)                                                                                                        \
  KILN_APART(name)                                                                                                                     \
  template <int N> __attribute__((noinline, const)) Lane<f32, N> apart_single_##name(Lane<f32, N> v, Lane<f32, N> w) {                 \
    return through_f64<f32, N>([](auto a, auto b) __attribute__((always_inline)) { return math::single_##name(a, b); }, v, w);         \
  }                                                                                                                                    \
  template <int N> INLINE Lane<f32, N> name##_of(Lane<f32, N> v, Lane<f32, N> w) { return apart_single_##name<N>(v, w); }              \
  template <int N> INLINE Lane<f64, N> name##_of(Lane<f64, N> v, Lane<f64, N> w) { return apart_##name(v, w); }                        \
  KILN_FUNCTION2(name, name##_of<N>(a.v, b.v))
#define KILN_MATH3(name)                                                                                            \
  KILN_APART(name)                                                                                                  \
  template <int N>                                                                                                  \
  INLINE void name(const Ctx&, const FailParams& p, const F64<N>& a, const F64<N>& b, const F64<N>& d, F64<N>& y) { \
    y = {apart_##name(a.v, b.v, d.v), a.missing | b.missing | d.missing,                                            \
         first<N>(first<N>(a.status, b.status), d.status)};                                                         \
    fail_nan<N>(p, y);                                                                                              \
  }                                                                                                                 \
  KILN_LANE_KERNEL(name##_f64, name, FailParams, F64, F64, F64, F64)

KILN_MATH2_SINGLE(pow)
KILN_MATH2(hypot)
KILN_MATH2(atan2)
KILN_DIRECT1(sqrt, __builtin_elementwise_sqrt)
KILN_MATH1_SINGLE(exp)
KILN_MATH1_SINGLE(expm1)
KILN_MATH1_SINGLE(log)
KILN_MATH1(log1p)
KILN_MATH1(log2)
KILN_MATH1(log10)
KILN_MATH1_SINGLE(sin)
KILN_MATH1_SINGLE(cos)
KILN_MATH1(tan)
KILN_MATH1_SINGLE(asin)
KILN_MATH1_SINGLE(acos)
KILN_MATH1_SINGLE(atan)
KILN_MATH1(sinh)
KILN_MATH1(cosh)
KILN_MATH1_SINGLE(tanh)
KILN_MATH1(asinh)
KILN_MATH1(acosh)
KILN_MATH1(atanh)
KILN_MATH1_SINGLE(erf)
KILN_MATH1(erfc)
KILN_DIRECT1(floor, __builtin_elementwise_floor)
KILN_DIRECT1(ceil, __builtin_elementwise_ceil)
KILN_DIRECT1(trunc, __builtin_elementwise_trunc)
KILN_DIRECT1(round_even, __builtin_elementwise_roundeven)
KILN_MATH1(round_half_up)
KILN_MATH1(round_away)
KILN_MATH1(round_f16)
KILN_MATH1(round_bf16)
KILN_MATH1(log_factorial)
KILN_MATH3(norm_cdf)
KILN_MATH3(norm_pdf)
KILN_MATH3(norm_icdf)
KILN_MATH1_SINGLE(inv_logit)
KILN_MATH1(inv_probit)
KILN_MATH1(inv_cloglog)
KILN_MATH1(inv_loglog)
KILN_MATH1(inv_cauchit)
/// 1 / (1 + e^-|x|), and for negative x what that lacks to 1: in the operand's own arithmetic, as ONNX Runtime's
/// classifiers have it.
template <int N, class T>
INLINE void sigmoid(const Ctx&, const FailParams& p, const Val<T, N>& x, Val<T, N>& y) {
  const Lane<T, N> away = -__builtin_elementwise_abs(x.v), one = splat<T, N>(1);
  const Lane<T, N> v = one / (one + exp_of<N>(away));
  y = {pick<N>(mask<N>(x.v < 0), one - v, v), x.missing, x.status};
  fail_nan<N>(p, y);
}
KILN_LANE_KERNEL(sigmoid_f64, sigmoid, FailParams, F64, F64)
KILN_LANE_KERNEL(sigmoid_f32, sigmoid, FailParams, F32, F32)

/// Functions of f32 alone, in its own arithmetic.
#define KILN_MLAS1(name)                                                                                        \
  template <int N>                                                                                              \
  INLINE void name(const Ctx&, const FailParams& p, const F32<N>& x, F32<N>& y) {                               \
    y = {math::name<N>(x.v), x.missing, x.status};                                                              \
    fail_nan<N>(p, y);                                                                                          \
  }                                                                                                             \
  KILN_WIDE_KERNEL(name##_f32, name, FailParams, F32, F32)
KILN_MLAS1(mlas_exp)
KILN_MLAS1(mlas_tanh)
KILN_MLAS1(mlas_erf)
KILN_MLAS1(mlas_logistic)

/// x * y + z, of f32 rounded once.
template <int N> INLINE Lane<f32, N> mul_add_of(Lane<f32, N> x, Lane<f32, N> y, Lane<f32, N> z) { return fused<N>(x, y, z); }
template <int N> INLINE Lane<f64, N> mul_add_of(Lane<f64, N> x, Lane<f64, N> y, Lane<f64, N> z) { return x * y + z; }
template <int N, class T>
INLINE void mul_add(const Ctx&, const FailParams& p, const Val<T, N>& a, const Val<T, N>& b, const Val<T, N>& d, Val<T, N>& y) {
  y = {mul_add_of<N>(a.v, b.v, d.v), a.missing | b.missing | d.missing, first<N>(first<N>(a.status, b.status), d.status)};
  fail_nan<N>(p, y);
}
KILN_LANE_KERNEL(mul_add_f64, mul_add, FailParams, F64, F64, F64, F64)
KILN_LANE_KERNEL(mul_add_f32, mul_add, FailParams, F32, F32, F32, F32)

/// Weights are added up as they occur, as ONNX Runtime counts n-grams.
template <int N>
INLINE void times_added(const Ctx&, const FailParams& p, const F32<N>& x, const F32<N>& times, F32<N>& y) {
  Lane<f32, N> sum{};
  NOUNROLL for (f32 i = 1; i <= (f32)kMostTimesAdded; i++) {
    const Mask<N> on = mask<N>(times.v >= i);
    if (!any<N>(on)) break;
    sum = pick<N>(on, sum + x.v, sum);
  }
  y = {pick<N>(mask<N>(times.v > (f32)kMostTimesAdded), x.v * times.v, sum), x.missing | times.missing, first<N>(x.status, times.status)};
  fail_nan<N>(p, y);
}
KILN_LANE_KERNEL(times_added_f32, times_added, FailParams, F32, F32, F32)

/// Winitzki's approximation of the inverse error function with a = 0.147, in float, step by step as ONNX Runtime has it.
template <int N>
INLINE void erfinv_winitzki(const Ctx&, const FailParams& p, const F32<N>& x, F32<N>& y) {
  typedef Lane<f32, N> V;
  const V one = splat<f32, N>(1), square = (one - x.v) * (one + x.v);
  const V log = through_f64<f32, N>([](auto w) __attribute__((always_inline)) { return apart_log(w); }, square);
  const V v = 2.0f / (3.14159274f * 0.147f) + 0.5f * log, v2 = 1.0f / 0.147f * log;
  const V root = __builtin_elementwise_sqrt(-v + __builtin_elementwise_sqrt(v * v - v2));
  y = {pick<N>(mask<N>(x.v < 0), -root, root), x.missing, x.status};
  fail_nan<N>(p, y);
}
KILN_LANE_KERNEL(erfinv_winitzki_f32, erfinv_winitzki, FailParams, F32, F32)
#undef KILN_APART
#undef KILN_APART1
#undef KILN_FUNCTION1
#undef KILN_FUNCTION2
#undef KILN_DIRECT1
#undef KILN_MATH1
#undef KILN_MLAS1
#undef KILN_MATH1_SINGLE
#undef KILN_MATH2
#undef KILN_MATH2_SINGLE
#undef KILN_MATH3

}  // namespace kiln::kernel::call

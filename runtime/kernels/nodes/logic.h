// Logic of scalars.def: `and` and `or` are three-valued and stop at the operand that decides, so what comes after may
// fail.
#pragma once
#include "common.h"

namespace kiln::kernel::call {

template <int N>
INLINE void and_(const Ctx&, const None&, const Bool<N>& a, const Bool<N>& b, Bool<N>& y) {
  const Mask<N> a_false = ~a.v & ~a.missing, b_false = ~b.v & ~b.missing;
  y.v = a.v & b.v & ~a_false & ~b_false;
  y.missing = (a.missing | b.missing) & ~a_false & ~b_false;
  y.status = first<N>(a.status, pick<N>(a_false, Status<N>{}, b.status));
}
template <int N>
INLINE void or_(const Ctx&, const None&, const Bool<N>& a, const Bool<N>& b, Bool<N>& y) {
  const Mask<N> a_true = a.v & ~a.missing, b_true = b.v & ~b.missing;
  y.v = a_true | b_true;
  y.missing = (a.missing | b.missing) & ~y.v;
  y.status = first<N>(a.status, pick<N>(a_true, Status<N>{}, b.status));
}
template <int N>
INLINE void xor_(const Ctx&, const None&, const Bool<N>& a, const Bool<N>& b, Bool<N>& y) {
  y = {a.v ^ b.v, a.missing | b.missing, first<N>(a.status, b.status)};
}
template <int N>
INLINE void not_(const Ctx&, const None&, const Bool<N>& x, Bool<N>& y) {
  y = {~x.v, x.missing, x.status};
}
KILN_LANE_KERNEL(and_bool, and_, None, Bool, Bool, Bool)
KILN_LANE_KERNEL(or_bool, or_, None, Bool, Bool, Bool)
KILN_LANE_KERNEL(xor_bool, xor_, None, Bool, Bool, Bool)
KILN_LANE_KERNEL(not_bool, not_, None, Bool, Bool)

template <int N, class X>
INLINE void is_missing(const Ctx&, const None&, const X& x, Bool<N>& y) {
  y = {x.missing, never<N>(), x.status};
}
template <int N, class X>
INLINE void is_present(const Ctx&, const None&, const X& x, Bool<N>& y) {
  y = {~x.missing, never<N>(), x.status};
}
#define KILN_TESTS(s, T, X)                                   \
  KILN_LANE_KERNEL(is_missing_##s, is_missing, None, X, Bool) \
  KILN_LANE_KERNEL(is_present_##s, is_present, None, X, Bool)
KILN_VALUES(KILN_TESTS)
#undef KILN_TESTS

template <int N, class T>
INLINE void is_nan_of(const Ctx&, const None&, const Val<T, N>& x, Bool<N>& y) {
  y = {is_nan<N, T>(x.v), x.missing, x.status};
}
template <int N, class T>
INLINE void is_inf_of(const Ctx&, const None&, const Val<T, N>& x, Bool<N>& y) {
  y = {mask<N>(__builtin_elementwise_abs(x.v) == (T)__builtin_inf()), x.missing, x.status};
}
#define KILN_FLOAT_TESTS(s, T, X)                        \
  KILN_LANE_KERNEL(is_nan_##s, is_nan_of, None, X, Bool) \
  KILN_LANE_KERNEL(is_inf_##s, is_inf_of, None, X, Bool)
KILN_FLOATS(KILN_FLOAT_TESTS)
#undef KILN_FLOAT_TESTS

}  // namespace kiln::kernel::call

// Functions of floats, as functions of doubles that are floats: FLOAT_FUNCTION(name) is the one to round, the exact one or the short form.
#include "runtime/kernels/math.h"

namespace kiln::kernel::math {

template <class T> INLINE T as_float(T x) { return convert<f64, f32, kLanes<T>>(to_single(x)); }
#define FLOAT(name) \
  template <class T> INLINE T f32_##name(T x) { return as_float(FLOAT_FUNCTION(name)(as_float(x))); }
FLOAT(exp) FLOAT(expm1) FLOAT(tanh) FLOAT(inv_logit) FLOAT(erf) FLOAT(log) FLOAT(sin) FLOAT(cos) FLOAT(asin) FLOAT(acos) FLOAT(atan)
#undef FLOAT
template <class T> INLINE T f32_pow(T x, T y) { return as_float(FLOAT_FUNCTION(pow)(as_float(x), as_float(y))); }
#define MLAS(name) \
  template <class T> INLINE T f32_##name(T x) { return convert<f64, f32, kLanes<T>>(name<kLanes<T>>(to_single(x))); }
MLAS(mlas_exp) MLAS(mlas_tanh) MLAS(mlas_erf) MLAS(mlas_logistic)
#undef MLAS

}  // namespace kiln::kernel::math

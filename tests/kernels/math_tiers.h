// Every math function over an array, compiled once for each instruction set and lane count: the list of what
// math_tiers_test compares.
#pragma once

/// name, arguments
#define MATH_FUNCTIONS(F)                                                                                          \
  F(exp, 1)                                                                                                        \
  F(expm1, 1) F(log, 1) F(log1p, 1) F(log2, 1) F(log10, 1) F(sqrt, 1) F(sin, 1) F(cos, 1) F(tan, 1) F(asin, 1)     \
      F(acos, 1) F(atan, 1) F(sinh, 1) F(cosh, 1) F(tanh, 1) F(asinh, 1) F(acosh, 1) F(atanh, 1) F(round_f16, 1) F(round_bf16, 1) F(erf, 1) F(erfc, 1) F(log_factorial, 1) F(inv_logit, 1) F(inv_probit, 1) \
          F(inv_cloglog, 1) F(inv_loglog, 1) F(inv_cauchit, 1) F(floor, 1) F(ceil, 1) F(trunc, 1) F(round_even, 1) \
              F(round_half_up, 1) F(round_away, 1) F(pow, 2) F(atan2, 2) F(hypot, 2) F(norm_cdf, 3) F(norm_pdf, 3) \
                  F(norm_icdf, 3) F(f32_exp, 1) F(f32_expm1, 1) F(f32_tanh, 1) F(f32_inv_logit, 1) F(f32_erf, 1) F(f32_log, 1) F(f32_sin, 1) F(f32_cos, 1) F(f32_asin, 1) F(f32_acos, 1) F(f32_atan, 1) F(f32_pow, 2) \
                  F(f32_mlas_exp, 1) F(f32_mlas_tanh, 1) F(f32_mlas_erf, 1) F(f32_mlas_logistic, 1)

/// y[i] = f(x0[i], x1[i], x2[i]) for i < n, n a multiple of 8.
typedef void (*MathFunction)(const double* const* x, double* y, int n);
struct MathEntry {
  const char* name;
  int arguments;
  MathFunction one, four, eight;  ///< lanes
};
/// The functions of one tier, ended by a null name.
extern "C" const MathEntry math_v2[], math_v3[], math_v4[];

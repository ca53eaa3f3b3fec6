// The math functions of scorers and of the evaluator: freestanding templates over f64 and vectors of f64, the same bits for
// both on every tier. Within 1 ulp; a NaN result is always the canonical one. f32 functions are these, rounded (single.h).
//   exp expm1 log log1p log2 log10 pow sqrt sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh erf erfc hypot
//   log_factorial   norm_cdf norm_pdf norm_icdf (x, mean, standard deviation)   inv_logit inv_probit inv_cloglog inv_loglog inv_cauchit
//   floor ceil trunc round_even round_half_up round_away round_f16 round_bf16
// And of f32 alone, within a few ulp, as ONNX Runtime has them: mlas_exp mlas_tanh mlas_erf mlas_logistic (mlas.h).
#pragma once
#include "math/area.h"
#include "math/exponential.h"
#include "math/factorial.h"
#include "math/inverse.h"
#include "math/logarithm.h"
#include "math/mlas.h"
#include "math/normal.h"
#include "math/rounding.h"
#include "math/single.h"
#include "math/single_inverse.h"
#include "math/single_logarithm.h"
#include "math/trigonometric.h"

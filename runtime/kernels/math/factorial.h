// The logarithm of the factorial.
#pragma once
#include "logarithm.h"

namespace kiln::kernel::math {

inline constexpr f64 kLargest = 2.556e305;  // of a result below the largest double

/// log(x!) of a whole number; of any other, a negative one included, infinity: 1 / x! is 0 there.
template <class T>
__attribute__((noinline)) T log_factorial(T x) {
  // Factorials up to 22! are exact.
  T factorial = all<T>(1.0);
  for (int k = 2; k <= 20; k++) factorial = x < k ? factorial : factorial * k;
  // Stirling's series: (x + 1/2) log x - x + log(2 pi) / 2 + 1 / (12 x) - ...
  const T n = x > 20.0 ? (x < kLargest ? x : all<T>(21.0)) : all<T>(21.0), r = 1.0 / n, r2 = r * r;
  const T rest = r * (0x1.5555555555555p-4 -
                      r2 * (0x1.6c16c16c16c17p-9 -
                            r2 * (0x1.a01a01a01a01ap-11 - r2 * (0x1.3813813813814p-11 - r2 * 0x1.b951e2b18ff23p-11))));
  const Pair<T> product = mul(log_wide(n), two_sum(n, all<T>(0.5)));
  const Pair<T> constants = constant<T>(0x1.d67f1c864beb5p-1, -0x1.65b5a1b7ff5dfp-55);
  const Pair<T> sum = add(add(product, Pair<T>{-n, T{}}), Pair<T>{constants.hi, constants.lo + rest});
  T y = x > 20.0 ? sum.hi : log(factorial);
  y = floor(x) == x ? (x >= 0.0 ? (x < kLargest ? y : all<T>(kInf)) : all<T>(kInf)) : all<T>(kInf);
  return or_nan(y, x);
}

}  // namespace kiln::kernel::math

// Polynomials in the backshift operator B, as time series models are written with: coefficient k is that of B^k.
#pragma once
#include <cstddef>
#include <vector>

namespace kiln::pmml {

using Polynomial = std::vector<double>;

/// 1 + sign * (c[0] B^lag + c[1] B^2lag ...).
Polynomial lagged(const std::vector<double>& coefficients, size_t lag, double sign);
/// (1 - B^lag)^order.
Polynomial difference(size_t order, size_t lag);
Polynomial product(const Polynomial& a, const Polynomial& b);
/// The first n coefficients of numerator / denominator, whose first coefficient is 1.
std::vector<double> quotient(const Polynomial& numerator, const Polynomial& denominator, size_t n);
/// p applied to x from the first element that has all its predecessors: element i of the result is at x[i + degree].
std::vector<double> filtered(const Polynomial& p, const std::vector<double>& x);

}  // namespace kiln::pmml

// The square root of a covariance matrix, in double, when a model is compiled.
#pragma once
#include <vector>

namespace kiln::pmml {

/// Replaces a symmetric positive definite matrix by its lower triangular L with L * transposed(L) = matrix; false if it is none.
bool cholesky(std::vector<std::vector<double>>& matrix);
/// y with L * y = b, and x with transposed(L) * x = y: together the solution of matrix * x = b.
std::vector<double> solveWithCholesky(const std::vector<std::vector<double>>& lower, std::vector<double> b);

}  // namespace kiln::pmml

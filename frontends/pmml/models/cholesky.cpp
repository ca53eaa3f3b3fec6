// Cholesky's decomposition, row by row.
#include "frontends/pmml/models/cholesky.h"

#include <cmath>
#include <cstddef>

namespace kiln::pmml {

bool cholesky(std::vector<std::vector<double>>& a) {
  const size_t n = a.size();
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j <= i; ++j) {
      double sum = a[i][j];
      if (sum != a[j][i] && std::abs(sum - a[j][i]) > 1e-12 * std::abs(sum)) return false;
      for (size_t k = 0; k < j; ++k) sum -= a[i][k] * a[j][k];
      if (i == j && !(sum > 0)) return false;
      a[i][j] = i == j ? std::sqrt(sum) : sum / a[j][j];
    }
    for (size_t j = 0; j < i; ++j) a[j][i] = 0;
  }
  return true;
}

std::vector<double> solveWithCholesky(const std::vector<std::vector<double>>& l, std::vector<double> b) {
  const size_t n = l.size();
  for (size_t i = 0; i < n; ++i) {
    for (size_t k = 0; k < i; ++k) b[i] -= l[i][k] * b[k];
    b[i] /= l[i][i];
  }
  for (size_t i = n; i-- > 0;) {
    for (size_t k = i + 1; k < n; ++k) b[i] -= l[k][i] * b[k];
    b[i] /= l[i][i];
  }
  return b;
}

}  // namespace kiln::pmml

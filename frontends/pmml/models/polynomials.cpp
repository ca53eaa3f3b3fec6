// Polynomials in the backshift operator.
#include "frontends/pmml/models/polynomials.h"

#include <algorithm>

namespace kiln::pmml {

Polynomial lagged(const std::vector<double>& coefficients, size_t lag, double sign) {
  Polynomial p(coefficients.size() * lag + 1, 0.0);
  p[0] = 1;
  for (size_t i = 0; i < coefficients.size(); i++) p[(i + 1) * lag] = sign * coefficients[i];
  return p;
}

Polynomial difference(size_t order, size_t lag) {
  Polynomial p = {1};
  for (size_t i = 0; i < order; i++) p = product(p, lagged({1}, lag, -1));
  return p;
}

// Linear in the terms that are not zero: seasonal factors have few.
Polynomial product(const Polynomial& a, const Polynomial& b) {
  Polynomial p(a.size() + b.size() - 1, 0.0);
  for (size_t i = 0; i < a.size(); i++) {
    if (a[i] == 0) continue;
    for (size_t j = 0; j < b.size(); j++) p[i + j] += a[i] * b[j];
  }
  return p;
}

std::vector<double> quotient(const Polynomial& numerator, const Polynomial& denominator, size_t n) {
  std::vector<double> q(n, 0.0);
  for (size_t k = 0; k < n; k++) {
    q[k] = k < numerator.size() ? numerator[k] : 0.0;
    for (size_t i = 1; i <= std::min(k, denominator.size() - 1); i++) q[k] -= denominator[i] * q[k - i];
  }
  return q;
}

std::vector<double> filtered(const Polynomial& p, const std::vector<double>& x) {
  std::vector<double> y;
  for (size_t t = p.size() - 1; t < x.size(); t++) {
    double sum = 0;
    for (size_t i = 0; i < p.size(); i++)
      if (p[i] != 0) sum += p[i] * x[t - i];
    y.push_back(sum);
  }
  return y;
}

}  // namespace kiln::pmml

// ARMA processes: conditional and exact predictions.
#include "frontends/pmml/models/arma.h"

#include <algorithm>
#include <cmath>

namespace kiln::pmml {

std::vector<double> Arma::innovations(const std::vector<double>& w) const {
  std::vector<double> a(w.size(), 0.0);
  for (size_t t = p(); t < w.size(); t++) {
    for (size_t i = 0; i <= p(); i++) a[t] += ar[i] * w[t - i];
    for (size_t j = 1; j <= std::min(q(), t); j++) a[t] -= ma[j] * a[t - j];
  }
  return a;
}

std::vector<double> Arma::conditional(const std::vector<double>& w, const std::vector<double>& innovations, size_t steps) const {
  std::vector<double> all(w.end() - static_cast<ptrdiff_t>(p()), w.end());
  const size_t n = innovations.size();
  for (size_t h = 0; h < steps; h++) {
    double next = 0;
    for (size_t i = 1; i <= p(); i++) next -= ar[i] * all[all.size() - i];
    for (size_t j = h + 1; j <= q(); j++) next += ma[j] * innovations[n + h - j];
    all.push_back(next);
  }
  all.erase(all.begin(), all.begin() + static_cast<ptrdiff_t>(p()));
  return all;
}

namespace {

using Matrix = std::vector<double>;  // r x r, row-major

Matrix times(const Matrix& a, const Matrix& b, size_t r, bool transposed) {
  Matrix c(r * r, 0.0);
  for (size_t i = 0; i < r; i++)
    for (size_t k = 0; k < r; k++) {
      const double x = a[i * r + k];
      if (x == 0) continue;
      for (size_t j = 0; j < r; j++) c[i * r + j] += x * (transposed ? b[j * r + k] : b[k * r + j]);
    }
  return c;
}

// Harvey's form: state 0 is w itself, state(t + 1) = transition * state(t) + noise * a(t + 1).
struct StateForm {
  size_t r;
  std::vector<double> phi, noise;  // first column of the transition, which has ones right of its diagonal

  explicit StateForm(const Arma& arma) : r(std::max(arma.p(), arma.q() + 1)), phi(r, 0.0), noise(r, 0.0) {
    for (size_t i = 0; i < arma.p(); i++) phi[i] = -arma.ar[i + 1];
    for (size_t i = 0; i <= arma.q(); i++) noise[i] = arma.ma[i];
  }
  std::vector<double> step(const std::vector<double>& s) const {
    std::vector<double> next(r);
    for (size_t i = 0; i < r; i++) next[i] = phi[i] * s[0] + (i + 1 < r ? s[i + 1] : 0.0);
    return next;
  }
  // transition * P * transition' + noise * noise'
  Matrix spread(const Matrix& P) const {
    Matrix next(r * r);
    const auto at = [&](size_t i, size_t j) { return i < r && j < r ? P[i * r + j] : 0.0; };
    for (size_t i = 0; i < r; i++)
      for (size_t j = 0; j < r; j++)
        next[i * r + j] = phi[i] * phi[j] * P[0] + phi[i] * at(0, j + 1) + phi[j] * at(i + 1, 0) + at(i + 1, j + 1) + noise[i] * noise[j];
    return next;
  }
  // The P that `spread` leaves as it is: the sum of F^k N F'^k, doubled until nothing is added. Empty if it grows without end.
  Matrix stationary() const {
    Matrix F(r * r, 0.0), P(r * r);
    for (size_t i = 0; i < r; i++) {
      F[i * r] = phi[i];
      if (i + 1 < r) F[i * r + i + 1] += 1;
      for (size_t j = 0; j < r; j++) P[i * r + j] = noise[i] * noise[j];
    }
    for (int doubling = 0; doubling < 60; doubling++) {
      const Matrix added = times(times(F, P, r, false), F, r, true);
      double most = 0, size = 0;
      for (size_t i = 0; i < r * r; i++) {
        most = std::max(most, std::fabs(added[i])), size = std::max(size, std::fabs(P[i]));
        P[i] += added[i];
      }
      if (!std::isfinite(most)) return {};
      if (most <= size * 1e-17) return P;
      F = times(F, F, r, false);
    }
    return {};
  }
};

}  // namespace

std::vector<double> Arma::exact(const std::vector<double>& w, size_t steps) const {
  const StateForm form(*this);
  const size_t r = form.r;
  Matrix P = form.stationary();
  if (P.empty()) return {};
  std::vector<double> state(r, 0.0);   // of the next time, given those before
  for (double observed : w) {
    const double variance = P[0], error = observed - state[0];
    if (variance > 0) {
      std::vector<double> gain(r);
      for (size_t i = 0; i < r; i++) gain[i] = P[i * r] / variance;
      Matrix updated(r * r);
      for (size_t i = 0; i < r; i++) {
        state[i] += gain[i] * error;
        for (size_t j = 0; j < r; j++) updated[i * r + j] = P[i * r + j] - gain[i] * P[j];
      }
      P = std::move(updated);
    }
    state = form.step(state), P = form.spread(P);
  }
  std::vector<double> next;
  for (size_t h = 0; h < steps; h++) next.push_back(state[0]), state = form.step(state);
  return next;
}

}  // namespace kiln::pmml

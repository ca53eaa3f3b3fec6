// ARMA processes: phi(B) w = theta(B) a, where w is a series less its mean and a are its innovations.
#pragma once
#include <cstddef>
#include <vector>

#include "frontends/pmml/models/polynomials.h"

namespace kiln::pmml {

struct Arma {
  Polynomial ar = {1}, ma = {1};  ///< phi and theta, seasonal factors multiplied out
  size_t p() const { return ar.size() - 1; }
  size_t q() const { return ma.size() - 1; }

  /// Innovations of w given that those before element p, and before the series, are 0.
  std::vector<double> innovations(const std::vector<double>& w) const;
  /// w of the next steps, given its last values (p at least) and the last innovations (q at least); later ones are 0.
  std::vector<double> conditional(const std::vector<double>& w, const std::vector<double>& innovations, size_t steps) const;
  /// The best linear prediction of the next steps given all of w, for a stationary process: by the Kalman filter from its stationary
  /// state. Cost: max(p, q + 1)^3. Nothing if the process is not stationary.
  std::vector<double> exact(const std::vector<double>& w, size_t steps) const;
};

/// The largest state that `exact` filters.
constexpr size_t kMaxState = 256;

}  // namespace kiln::pmml

// StateSpaceModel: the h-th step ahead is measurement * transition^(h - 1) * state + intercept: the state is the predicted one, that of the
// first step, as the exporters of R and Python (nyoka) write it and JPMML-Evaluator reads it. Beside a PsiVector it is that of the last
// time, and the power is h. An intercept of the state is added at each transition.
// Variances: variance * (psi0^2 + .. + psi(h-1)^2) by PsiVector; else variance * (measurement * P(h) * measurement' + H) with
// P(h) = transition * P(h-1) * transition' + V, V the SelectedStateCovarianceMatrix, H the ObservationVarianceMatrix, and P(1) the
// PredictedStateCovarianceMatrix, as nyoka writes it. No predicted covariance is less than V: one that is, is that of the last time,
// P(0), as the exporter of R writes it.
#include <algorithm>
#include <cmath>

#include "frontends/pmml/matrices.h"
#include "frontends/pmml/models/cholesky.h"
#include "frontends/pmml/models/dynamic_regressor.h"
#include "frontends/pmml/tree_stream.h"

namespace kiln::pmml {

namespace {

using Rows = std::vector<std::vector<double>>;

struct StateSpace {
  Importer& importer;
  const Element* element;
  std::vector<double> state = {}, measurement = {};
  Rows transition = {};
  double intercept = 0;
  std::vector<double> drift = {};   // intercept of the state

  // A Matrix inside `name`, or numbers that stand in the element itself, by rows. Nothing if it reported.
  std::optional<Rows> matrix(const char* name, size_t rows, size_t columns) {
    const Element* e = element->FirstChildElement(name);
    if (!e) return importer.missing(element, name), std::nullopt;
    std::optional<Rows> read;
    if (const Element* inner = e->FirstChildElement("Matrix")) {
      read = readMatrix(importer, inner);
    } else if (importer.onlyAttributes(e, {"rows", "cols"}) && importer.onlyChildren(e, {})) {
      const auto r = importer.integer(e, "rows", static_cast<int64_t>(rows)), c = importer.integer(e, "cols", static_cast<int64_t>(columns));
      const std::vector<std::string> members = arrayMembers(importer.document.text(e));
      if (!r || !c) return std::nullopt;
      const auto count = static_cast<int64_t>(members.size());
      if (*r < 1 || *c < 1 || *r > count || *c > count || *r * *c != count)
        return importer.invalid(e, "", "there are " + std::to_string(members.size()) + " numbers"), std::nullopt;
      read.emplace(static_cast<size_t>(*r));
      for (size_t i = 0; i < members.size(); i++) {
        const auto value = Importer::parseValue(members[i], FieldType());
        if (!value) return importer.invalid(e, "", "'" + members[i] + "' is not a number"), std::nullopt;
        (*read)[i / static_cast<size_t>(*c)].push_back(*value);
      }
    }
    if (!read) return std::nullopt;
    if (read->size() != rows || (*read)[0].size() != columns)
      return importer.invalid(e, "", "not a matrix of " + std::to_string(rows) + " rows and " + std::to_string(columns) + " columns"), std::nullopt;
    return read;
  }

  bool read() {
    const Element* vector = element->FirstChildElement("StateVector");
    if (!vector) return importer.missing(element, "StateVector");
    const auto values = numbersIn(importer, vector);
    if (!values) return false;
    if (values->empty() || values->size() > 1024) return importer.invalid(vector, "", "a state has 1 to 1024 elements");
    state = *values, drift.assign(state.size(), 0.0);
    const auto f = matrix("TransitionMatrix", state.size(), state.size());
    const auto h = matrix("MeasurementMatrix", 1, state.size());
    const auto constant = importer.number(element, "intercept", 0.0);
    if (!f || !h || !constant) return false;
    transition = *f, measurement = (*h)[0], intercept = *constant;
    return readIntercepts();
  }
  bool readIntercepts() {
    for (const Element* e = element->FirstChildElement("InterceptVector"); e; e = e->NextSiblingElement("InterceptVector")) {
      if (!importer.onlyAttributes(e, {"type"}) || !importer.onlyChildren(e, {"Array"})) return false;
      const auto type = importer.choice(e, "type", {"observation", "state"}, 1);
      const Element* array = e->FirstChildElement("Array");
      if (!array) return importer.missing(e, "Array");
      const auto values = importer.numberArray(array);
      if (!type || !values) return false;
      if (*type == 1 && values->size() != state.size())
        return importer.invalid(array, "", "not one intercept for each element of the state");
      if (*type == 1) {
        for (size_t i = 0; i < state.size(); i++) drift[i] += (*values)[i];
        continue;
      }
      if (values->size() != 1) return importer.invalid(array, "", "one series has one intercept");
      intercept += values->front();
    }
    return true;
  }

  std::vector<double> after(const std::vector<double>& s) const {
    std::vector<double> result = next(s);
    for (size_t i = 0; i < s.size(); i++) result[i] += drift[i];
    return result;
  }

  std::vector<double> next(const std::vector<double>& s) const {
    std::vector<double> result(s.size(), 0.0);
    for (size_t i = 0; i < s.size(); i++)
      for (size_t j = 0; j < s.size(); j++) result[i] += transition[i][j] * s[j];
    return result;
  }
  double observed(const std::vector<double>& s) const {
    double sum = 0;
    for (size_t i = 0; i < s.size(); i++) sum += measurement[i] * s[i];
    return sum;
  }

  bool deviationsByPsi(Forecast& forecast, const Element* vector, const std::string& target, uint32_t steps) {
    if (!importer.onlyAttributes(vector, {"targetField", "variance"})) return false;
    const auto own = importer.attribute(vector, "targetField");
    if (own && !target.empty() && *own != target) return importer.invalid(vector, "targetField", "the target is '" + target + "'");
    const Element* holder = vector->Attribute("variance") ? vector : element;
    const auto variance = importer.number(holder, "variance", 0.0);
    const Element* array = vector->FirstChildElement("Array");
    if (!array) return importer.missing(vector, "Array");
    const auto psi = importer.numberArray(array);
    if (!variance || !psi) return false;
    if (!holder->Attribute("variance")) return forecast.noDeviation = "of a StateSpaceModel without variance", true;
    double sum = 0;
    for (size_t h = 0; h < psi->size() && h < steps; h++)
      sum += (*psi)[h] * (*psi)[h], forecast.deviation.push_back(std::sqrt(*variance * sum));
    return true;
  }
  bool deviationsByCovariance(Forecast& forecast, uint32_t steps) {
    const size_t n = state.size();
    const auto start = matrix("PredictedStateCovarianceMatrix", n, n), added = matrix("SelectedStateCovarianceMatrix", n, n);
    std::optional<Rows> noise = Rows{{0.0}};
    if (element->FirstChildElement("ObservationVarianceMatrix")) noise = matrix("ObservationVarianceMatrix", 1, 1);
    const auto variance = importer.number(element, "variance", 1.0);
    if (!start || !added || !noise || !variance) return false;
    Rows P = *start;
    const bool first = isPredicted(P, *added);
    for (uint32_t h = 0; h < steps && static_cast<uint64_t>(h) * n * n * n < kWork; h++) {
      if (h == 0 && first) {
        forecast.deviation.push_back(std::sqrt(*variance * (seenVariance(P) + (*noise)[0][0])));
        continue;
      }
      // transition * (transition * P)' is transition * P * transition', for P is symmetric.
      Rows half;
      for (const auto& row : P) half.push_back(next(row));
      for (size_t i = 0; i < n; i++) {
        std::vector<double> column(n);
        for (size_t j = 0; j < n; j++) column[j] = half[j][i];
        P[i] = next(column);
        for (size_t j = 0; j < n; j++) P[i][j] += (*added)[i][j];
      }
      forecast.deviation.push_back(std::sqrt(*variance * (seenVariance(P) + (*noise)[0][0])));
    }
    return true;
  }

  double seenVariance(const Rows& P) const {
    std::vector<double> seen;
    for (const auto& row : P) seen.push_back(observed(row));
    return observed(seen);
  }
  // Whether P - V has no negative eigenvalue, within rounding.
  static bool isPredicted(const Rows& P, const Rows& V) {
    Rows difference = P;
    double largest = 0;
    for (size_t i = 0; i < P.size(); i++) largest = std::max(largest, std::fabs(P[i][i]) + std::fabs(V[i][i]));
    for (size_t i = 0; i < P.size(); i++) {
      for (size_t j = 0; j < P.size(); j++) difference[i][j] -= V[i][j];
      difference[i][i] += 1e-9 * largest;
    }
    return largest > 0 && cholesky(difference);
  }

  static constexpr uint64_t kWork = 1'000'000'000;   ///< products that covariances may take
};

}  // namespace

std::optional<Forecast> stateSpace(Importer& importer, const Element* element, const Element* model, const std::string& target, uint32_t steps) {
  if (!importer.onlyAttributes(element, {"variance", "intercept", "period"}) ||
      !importer.onlyChildren(element, {"StateVector", "TransitionMatrix", "MeasurementMatrix", "InterceptVector", "PredictedStateCovarianceMatrix",
                                       "SelectedStateCovarianceMatrix", "ObservationVarianceMatrix", "PsiVector", "DynamicRegressor"}))
    return std::nullopt;
  StateSpace space{importer, element};
  Regressors regressors;
  if (!space.read() || !regressors.read(importer, element, model, std::nullopt)) return std::nullopt;
  int64_t end = 1;
  if (regressors.any() && model->FirstChildElement("TimeSeries")) {
    const auto series = readSeries(importer, model, target);
    if (!series) return std::nullopt;
    end = series->end();
  }
  if (!regressors.work(importer, end, steps)) return std::nullopt;
  const bool covariance = element->FirstChildElement("PredictedStateCovarianceMatrix") != nullptr;
  const Element* psi = element->FirstChildElement("PsiVector");
  Forecast forecast;
  std::vector<double> state = psi && !covariance ? space.after(space.state) : space.state;
  for (uint32_t h = 0; h < steps; h++) forecast.mean.push_back(space.observed(state) + space.intercept), state = space.after(state);
  const bool ok = psi         ? space.deviationsByPsi(forecast, psi, target, steps)
                  : covariance ? space.deviationsByCovariance(forecast, steps)
                              : (forecast.noDeviation = "of a StateSpaceModel without PsiVector", true);
  if (!ok) return std::nullopt;
  regressors.add(forecast.mean, end, 1);
  regressors.finish(forecast);
  return forecast;
}

}  // namespace kiln::pmml

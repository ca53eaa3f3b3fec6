// ARIMA: phi(B) Phi(B^s) ((1 - B)^d (1 - B^s)^D (f(y) - regressors - outliers) - constantTerm) = theta(B) Theta(B^s) a, with
// phi = 1 - phi1 B - .. and theta = 1 + theta1 B + .., as R, statsmodels and the exporters from both have it: constantTerm is the mean
// of the differenced series. The series stands in the document, so it is filtered here; the state of another filter (KalmanState,
// ThetaRecursionState) says nothing new. Standard deviations are RMSE * sqrt(psi0^2 + .. + psi(h-1)^2), psi = theta / (phi (1 - B)^d ..).
#include <algorithm>
#include <cmath>
#include <cstring>

#include "frontends/pmml/models/arma.h"
#include "frontends/pmml/models/dynamic_regressor.h"

namespace kiln::pmml {

namespace {

constexpr int64_t kMaxLag = 65536;

struct Arima {
  Importer& importer;
  const Element* element;
  const Element* model;
  Arma arma = {};
  Polynomial differences = {1};
  size_t period = 0;
  uint64_t effects = 0;   // products that outliers took
  std::vector<double> innovations = {};   // given ones, the last of the series
  Transformation transformation = Transformation::none;

  // Coefficients of AR or MA, as many as `order` says.
  std::optional<std::vector<double>> coefficients(const Element* component, const char* kind, const char* orderName) {
    const auto order = importer.integer(component, orderName, 0);
    if (!order) return std::nullopt;
    const Element* e = component->FirstChildElement(kind);
    if (e && !std::strcmp(kind, "MA")) {
      if (!importer.onlyAttributes(e, {}) || !importer.onlyChildren(e, {"MACoefficients", "Residuals"})) return std::nullopt;
      if (const Element* residuals = e->FirstChildElement("Residuals")) {
        const auto given = numbersIn(importer, residuals);
        if (!given) return std::nullopt;
        if (given->size() > innovations.size()) innovations = *given;
      }
      e = e->FirstChildElement("MACoefficients");
    }
    // An exporter writes an empty Array where the order is 0.
    const Element* array = e ? e->FirstChildElement("Array") : nullptr;
    std::vector<double> values;
    if (array) {
      const auto read = importer.numberArray(array);
      if (!read) return std::nullopt;
      values = *read;
    }
    if (*order < 0 || *order != static_cast<int64_t>(values.size()))
      return importer.invalid(component, orderName, "there are " + std::to_string(values.size()) + " coefficients"), std::nullopt;
    return values;
  }

  bool component(const char* name, bool seasonal) {
    const Element* e = element->FirstChildElement(name);
    if (!e) return true;
    const char *p = seasonal ? "P" : "p", *d = seasonal ? "D" : "d", *q = seasonal ? "Q" : "q";
    if (!(seasonal ? importer.onlyAttributes(e, {"P", "D", "Q", "period"}) : importer.onlyAttributes(e, {"p", "d", "q"})) ||
        !importer.onlyChildren(e, {"AR", "MA"}))
      return false;
    const auto order = importer.integer(e, d, 0);
    const auto lag = seasonal ? importer.integer(e, "period", std::nullopt) : std::optional<int64_t>(1);
    const auto ar = coefficients(e, "AR", p), ma = coefficients(e, "MA", q);
    if (!order || !lag || !ar || !ma) return false;
    if (*order < 0 || *order > 10) return importer.invalid(e, d, "not an order of differences");
    // A seasonal component of orders 0 may come with any period.
    if (seasonal && !*order && ar->empty() && ma->empty()) return true;
    if (*lag < 1 || *lag > kMaxLag || static_cast<int64_t>(std::max({ar->size(), ma->size(), static_cast<size_t>(*order)})) > kMaxLag / *lag)
      return importer.invalid(e, seasonal ? "period" : p, "more than " + std::to_string(kMaxLag) + " periods back");
    const auto s = static_cast<size_t>(*lag);
    arma.ar = product(arma.ar, lagged(*ar, s, -1)), arma.ma = product(arma.ma, lagged(*ma, s, 1));
    differences = product(differences, difference(static_cast<size_t>(*order), s));
    if (seasonal) period = s;
    return true;
  }

  // What an outlier adds to the series from `start` on, for n periods.
  std::optional<std::vector<double>> effect(const Element* e, size_t n) {
    const auto type = importer.choice(e, "type", {"additive", "level", "transient", "seasonalAdditive", "trend", "innovational"}, -1);
    const auto magnitude = importer.number(e, "magnitude", std::nullopt), damping = importer.number(e, "dampingCoefficient", 0.0);
    if (!type || !importer.required(e, "type") || !magnitude || !damping) return std::nullopt;
    if (*type == 2 && !e->Attribute("dampingCoefficient")) return importer.missing(e, "dampingCoefficient"), std::nullopt;
    if (*type == 3 && !period) return importer.invalid(e, "type", "the model has no season"), std::nullopt;
    Polynomial denominator = {1};
    switch (*type) {
      case 1: denominator = {1, -1}; break;
      case 2: denominator = {1, -*damping}; break;
      case 3: denominator = lagged({1}, period, -1); break;
      case 4: denominator = {1, -2, 1}; break;
      case 5: denominator = product(arma.ar, differences); break;
    }
    effects += n * denominator.size();
    if (!affordable(importer, e, effects)) return std::nullopt;
    std::vector<double> values = quotient(*type == 5 ? arma.ma : Polynomial{1}, denominator, n);
    for (double& v : values) v *= *magnitude;
    return values;
  }

  // The effects of all outliers on values of which the first is at time `start`, times sign.
  bool outliers(std::vector<double>& values, int64_t start, double sign) {
    for (const Element* e = element->FirstChildElement("OutlierEffect"); e; e = e->NextSiblingElement("OutlierEffect")) {
      const auto at = readTime(importer, e, "startTime", std::nullopt);
      if (!at || !importer.onlyAttributes(e, {"type", "startTime", "magnitude", "dampingCoefficient"})) return false;
      const int64_t end = start + static_cast<int64_t>(values.size());
      if (*at >= end) continue;
      if (end - *at > (int64_t{1} << 20)) return importer.invalid(e, "startTime", "far before the series");
      const auto added = effect(e, static_cast<size_t>(end - *at));
      if (!added) return false;
      for (int64_t t = std::max(*at, start); t < end; t++) values[static_cast<size_t>(t - start)] += sign * (*added)[static_cast<size_t>(t - *at)];
    }
    return true;
  }

  // The next values of the differenced series less its mean.
  std::optional<std::vector<double>> predict(const std::vector<double>& w, bool exactly, uint32_t steps) {
    if (exactly) {
      if (std::max(arma.p(), arma.q() + 1) > kMaxState)
        return importer.unsupported(element, "exactLeastSquares of a process that reaches more than " + std::to_string(kMaxState) + " periods back",
                                    "conditionalLeastSquares has no such limit"),
               std::nullopt;
      const uint64_t state = std::max(arma.p(), arma.q() + 1);
      if (!affordable(importer, element, w.size() * state * state)) return std::nullopt;
      auto next = arma.exact(w, steps);
      if (next.empty()) return importer.invalid(element, "predictionMethod", "the autoregressive part is not stationary"), std::nullopt;
      return next;
    }
    if (w.size() < arma.p())
      return importer.invalid(element, "", "the series is too short: " + std::to_string(arma.p() + differences.size() - 1) + " values are needed"), std::nullopt;
    if (innovations.empty() && !affordable(importer, element, w.size() * (arma.p() + arma.q()))) return std::nullopt;
    if (innovations.empty()) innovations = arma.innovations(w);
    if (innovations.size() < arma.q()) {
      if (w.size() >= arma.q()) return importer.invalid(element, "", std::to_string(arma.q()) + " Residuals are needed"), std::nullopt;
      innovations.insert(innovations.begin(), arma.q() - innovations.size(), 0.0);
    }
    return arma.conditional(w, innovations, steps);
  }

  bool deviations(Forecast& forecast, uint32_t steps) {
    const auto rmse = readRmse(importer, element);
    if (!rmse) return false;
    if (!element->Attribute("RMSE")) return forecast.noDeviation = "of an ARIMA without RMSE", true;
    double sum = 0;
    for (double psi : quotient(arma.ma, product(arma.ar, differences), steps)) sum += psi * psi, forecast.deviation.push_back(*rmse * std::sqrt(sum));
    return true;
  }
};

// The state of the filter that the exporter ran; read for its form only.
bool knownState(Importer& importer, const Element* element) {
  const Element* e = element->FirstChildElement("MaximumLikelihoodStat");
  return !e || (importer.onlyAttributes(e, {"method", "periodDeficit"}) && importer.onlyChildren(e, {"KalmanState", "ThetaRecursionState"}));
}

}  // namespace

std::optional<Forecast> arima(Importer& importer, const Element* element, const Element* model, const std::string& target, uint32_t steps) {
  if (!importer.onlyAttributes(element, {"RMSE", "transformation", "constantTerm", "predictionMethod"}) ||
      !importer.onlyChildren(element, {"NonseasonalComponent", "SeasonalComponent", "DynamicRegressor", "MaximumLikelihoodStat", "OutlierEffect"}) ||
      !knownState(importer, element))
    return std::nullopt;
  Arima a{importer, element, model};
  // The last one is what statsmodels calls css-mle: fitted exactly, from a conditional start.
  const auto method =
      importer.choice(element, "predictionMethod", {"conditionalLeastSquares", "exactLeastSquares", "conditionalLeastSquares-exactLeastSquares"}, 0);
  const auto constant = importer.number(element, "constantTerm", 0.0);
  const auto transformation = readTransformation(importer, element);
  if (!method || !constant || !transformation || !a.component("NonseasonalComponent", false) || !a.component("SeasonalComponent", true)) return std::nullopt;
  const auto series = readSeries(importer, model, target);
  Regressors regressors;
  if (!series || !regressors.read(importer, element, model, series->end()) || !regressors.work(importer, series->end(), steps)) return std::nullopt;
  if (regressors.any() && a.differences.size() > 1)
    importer.warn(element, "regressors are taken out of the series before it is differenced, as in R and statsmodels",
                  "where they stand beside the differenced series, as in SPSS, with differences of their own, forecasts are other ones");
  // The series without what is known to have been added to it, from where all of that is known.
  std::vector<double> y = series->values;
  if (!transform(importer, *transformation, y, element) || !a.outliers(y, series->start, -1)) return std::nullopt;
  regressors.add(y, series->start, -1);
  const int64_t skipped = std::min<int64_t>(regressors.known(series->start) - series->start, static_cast<int64_t>(y.size()));
  y.erase(y.begin(), y.begin() + skipped);
  if (!affordable(importer, element, y.size() * a.differences.size())) return std::nullopt;
  std::vector<double> w = filtered(a.differences, y);
  for (double& v : w) v -= *constant;
  if (y.size() + 1 < a.differences.size())
    return importer.invalid(element, "", "the series is too short to be differenced"), std::nullopt;
  const auto next = a.predict(w, *method != 0, steps);
  if (!next) return std::nullopt;

  Forecast forecast;
  forecast.transformation = *transformation;
  for (uint32_t h = 0; h < steps; h++) {
    double value = (*next)[h] + *constant;
    for (size_t i = 1; i < a.differences.size(); i++)
      if (a.differences[i] != 0) value -= a.differences[i] * y[y.size() - i];
    y.push_back(value);
  }
  forecast.mean.assign(y.end() - steps, y.end());
  if (!a.outliers(forecast.mean, series->end(), 1) || !a.deviations(forecast, steps)) return std::nullopt;
  regressors.add(forecast.mean, series->end(), 1);
  regressors.finish(forecast);
  return forecast;
}

}  // namespace kiln::pmml

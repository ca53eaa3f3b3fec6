// ExponentialSmoothing: level, trend and season as they stood at the end of the series, carried on.
//   forecast of step h = (level with h steps of trend) plus, or times, the season's value of that step
// Standard deviations are those of the additive models in their error correction form: RMSE * sqrt(1 + c(1)^2 + .. + c(h-1)^2), where
// c(j) = alpha (1 + gamma (phi + .. + phi^j)) + delta (1 - alpha) where j is a multiple of the period. (R. J. Hyndman, A. B. Koehler,
// J. K. Ord, R. D. Snyder: Forecasting with Exponential Smoothing, 2008, table 6.2.)
#include <cmath>
#include <cstring>

#include "frontends/pmml/models/forecast.h"
#include "runtime/kernels/math.h"

namespace kiln::pmml {

namespace {

enum Trend { additive, dampedAdditive, multiplicative, dampedMultiplicative, polynomial, none };

struct Smoothing {
  Importer& importer;
  const Element* element;
  double level = 0, slope = 0, phi = 1;
  std::optional<double> alpha = {}, gamma = {}, delta = {};
  Trend trend = none;
  std::vector<double> season = {};
  bool seasonMultiplies = false;

  std::optional<double> weight(const Element* e, const char* name) {
    const auto value = importer.number(e, name, 0.0);
    return e->Attribute(name) ? value : std::nullopt;
  }

  bool readLevel() {
    const Element* e = element->FirstChildElement("Level");
    if (!e) return importer.missing(element, "Level");
    const auto value = importer.number(e, "smoothedValue", std::nullopt);
    if (!value || !importer.onlyAttributes(e, {"alpha", "smoothedValue", "initialLevelValue"})) return false;
    level = *value, alpha = weight(e, "alpha");
    return true;
  }

  bool readTrend() {
    const char* name = importer.version == 40 ? "Trend" : "Trend_ExpoSmooth";
    const Element* e = element->FirstChildElement(name);
    if (!e) return true;
    if (!importer.onlyAttributes(e, {"trend", "gamma", "phi", "smoothedValue", "initialTrendValue"}) || !importer.onlyChildren(e, {"Array"}))
      return false;
    const auto which = importer.choice(
        e, "trend", {"additive", "damped_additive", "multiplicative", "damped_multiplicative", "polynomial_exponential"}, additive);
    const auto damping = importer.number(e, "phi", 1.0);
    if (!which || !damping) return false;
    trend = static_cast<Trend>(*which), gamma = weight(e, "gamma");
    phi = trend == dampedAdditive || trend == dampedMultiplicative ? *damping : 1.0;
    return trend == polynomial ? readPolynomial(e) : readSlope(e);
  }
  bool readSlope(const Element* e) {
    if (e->FirstChildElement("Array"))
      return importer.unsupported(e->FirstChildElement("Array"), "an Array of trends where trend is not 'polynomial_exponential'");
    const auto value = importer.number(e, "smoothedValue", std::nullopt);
    if (value) slope = *value;
    return value.has_value();
  }
  // Brown's smoothing of first order has the trend slope * h. Whether coefficients of higher orders are divided by the factorials of
  // their powers the standard does not say, so they are refused.
  bool readPolynomial(const Element* e) {
    const Element* array = e->FirstChildElement("Array");
    if (!array) return readSlope(e);
    const auto coefficients = importer.numberArray(array);
    if (!coefficients) return false;
    if (coefficients->size() != 1)
      return importer.unsupported(array, "a polynomial trend of degree " + std::to_string(coefficients->size()), "one of degree 1 is read");
    slope = coefficients->front();
    return true;
  }

  bool readSeason() {
    const char* name = importer.version == 40 && !element->FirstChildElement("Seasonality_ExpoSmooth") ? "Seasonality" : "Seasonality_ExpoSmooth";
    const Element* e = element->FirstChildElement(name);
    if (!e) return true;
    if (!importer.onlyAttributes(e, {"type", "period", "unit", "phase", "delta"}) || !importer.onlyChildren(e, {"Array"})) return false;
    const auto type = importer.required(e, "type") ? importer.choice(e, "type", {"additive", "multiplicative"}, 0) : std::nullopt;
    const auto period = importer.integer(e, "period", std::nullopt), phase = importer.integer(e, "phase", 0);
    const Element* array = e->FirstChildElement("Array");
    if (!array) return importer.missing(e, "Array");
    const auto values = importer.numberArray(array);
    if (!type || !period || !phase || !values) return false;
    if (*period != static_cast<int64_t>(values->size()) || values->empty())
      return importer.invalid(e, "period", "the season has " + std::to_string(values->size()) + " values");
    // The first value belongs to the first step ahead.
    if (*phase != 0 && *phase != *period)
      return importer.unsupported(e, "phase='" + std::to_string(*phase) + "' of a season",
                                  "give the season's values from the first step ahead on, and no phase");
    season = *values, seasonMultiplies = *type == 1, delta = weight(e, "delta");
    return true;
  }

  double trended(double steps) const {
    if (trend == none) return level;
    if (trend == additive || trend == polynomial || trend == dampedAdditive) return level + slope * steps;
    return level * kernel::math::pow(slope, steps);
  }

  // phi + .. + phi^h; h where there is no damping.
  std::vector<double> dampedSteps(uint32_t steps) const {
    std::vector<double> sums;
    double power = 1, sum = 0;
    for (uint32_t h = 0; h < steps; h++) power *= phi, sum += power, sums.push_back(sum);
    return sums;
  }

  bool deviations(Forecast& forecast, const std::vector<double>& steps) {
    const bool multiplies = trend == multiplicative || trend == dampedMultiplicative || (!season.empty() && seasonMultiplies);
    const auto rmse = readRmse(importer, element);
    if (!rmse) return false;
    if (multiplies) return forecast.noDeviation = "of a multiplicative ExponentialSmoothing", true;
    if (!element->Attribute("RMSE")) return forecast.noDeviation = "of an ExponentialSmoothing without RMSE", true;
    if (!alpha || (trend != none && !gamma) || (!season.empty() && !delta))
      return forecast.noDeviation = "of an ExponentialSmoothing without alpha, gamma or delta", true;
    double sum = 1;
    for (size_t h = 0; h < steps.size(); h++) {
      forecast.deviation.push_back(*rmse * std::sqrt(sum));
      double c = *alpha * (1 + (trend == none ? 0.0 : *gamma * steps[h]));
      if (!season.empty() && (h + 1) % season.size() == 0) c += *delta * (1 - *alpha);
      sum += c * c;
    }
    return true;
  }
};

}  // namespace

std::optional<Forecast> exponentialSmoothing(Importer& importer, const Element* element, uint32_t steps) {
  const bool old = importer.version == 40;
  if (!importer.onlyAttributes(element, {"RMSE", "transformation"}) ||
      !importer.onlyChildren(element, {"Level", old ? "Trend" : "Trend_ExpoSmooth", "Seasonality_ExpoSmooth", old ? "Seasonality" : "TimeValue", "TimeValue"}))
    return std::nullopt;
  Smoothing smoothing{importer, element};
  const auto transformation = readTransformation(importer, element);
  if (!transformation || !smoothing.readLevel() || !smoothing.readTrend() || !smoothing.readSeason()) return std::nullopt;
  Forecast forecast;
  forecast.transformation = *transformation;
  const std::vector<double> damped = smoothing.dampedSteps(steps);
  for (uint32_t h = 0; h < steps; h++) {
    double value = smoothing.trended(damped[h]);
    if (!smoothing.season.empty()) {
      const double season = smoothing.season[h % smoothing.season.size()];
      value = smoothing.seasonMultiplies ? value * season : value + season;
    }
    forecast.mean.push_back(value);
  }
  if (!smoothing.deviations(forecast, damped)) return std::nullopt;
  return forecast;
}

}  // namespace kiln::pmml

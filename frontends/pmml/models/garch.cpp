// GARCH: an ARMA process of the mean, y = constant + phi1 y' + .. + a + theta1 a' + .., whose innovations have the variance
// v = constant + alpha1 a'^2 + .. + beta1 v' + ..; a square that lies ahead is expected to be its variance. Standard deviations are the
// square roots of psi0^2 v(h) + psi1^2 v(h-1) + .. + psi(h-1)^2 v(1). Residuals and variances are given in the order of time.
#include <algorithm>
#include <cmath>

#include "frontends/pmml/models/arma.h"
#include "frontends/pmml/models/forecast.h"

namespace kiln::pmml {

namespace {

// Deviations are quadratic in the steps.
constexpr uint32_t kMostSteps = 4096;

// The numbers of parent/child; empty if there is no such element.
std::optional<std::vector<double>> numbersOf(Importer& importer, const Element* parent, const char* child) {
  const Element* e = parent ? parent->FirstChildElement(child) : nullptr;
  if (!e) return std::vector<double>();
  return numbersIn(importer, e);
}

struct Mean {
  Arma arma;
  double constant = 0;
  std::vector<double> next;   // of the steps ahead
};

std::optional<Mean> mean(Importer& importer, const Element* part, const Element* model, const std::string& target, uint32_t steps) {
  if (!importer.onlyAttributes(part, {"constant", "p", "q"}) || !importer.onlyChildren(part, {"AR", "MA"})) return std::nullopt;
  const auto constant = importer.number(part, "constant", 0.0);
  const auto p = importer.integer(part, "p", std::nullopt), q = importer.integer(part, "q", std::nullopt);
  if (!constant || !p || !q) return std::nullopt;
  const Element* ma = part->FirstChildElement("MA");
  if (ma && (!importer.onlyAttributes(ma, {}) || !importer.onlyChildren(ma, {"MACoefficients", "Residuals"}))) return std::nullopt;
  const auto phi = numbersOf(importer, part, "AR"), theta = numbersOf(importer, ma, "MACoefficients"), residuals = numbersOf(importer, ma, "Residuals");
  if (!phi || !theta || !residuals) return std::nullopt;
  if (*p != static_cast<int64_t>(phi->size())) return importer.invalid(part, "p", "there are " + std::to_string(phi->size()) + " coefficients"), std::nullopt;
  if (*q != static_cast<int64_t>(theta->size())) return importer.invalid(part, "q", "there are " + std::to_string(theta->size()) + " coefficients"), std::nullopt;
  Mean result;
  result.constant = *constant;
  result.arma.ar = lagged(*phi, 1, -1), result.arma.ma = lagged(*theta, 1, 1);
  std::vector<double> y;
  if (*p || (*q && residuals->empty())) {
    const auto series = readSeries(importer, model, target);
    if (!series) return std::nullopt;
    y = series->values;
  }
  if (y.size() < phi->size()) return importer.invalid(part, "p", "the series has only " + std::to_string(y.size()) + " values"), std::nullopt;
  if (!affordable(importer, part, y.size() * (phi->size() + theta->size()))) return std::nullopt;
  std::vector<double> a = *residuals;
  if (a.empty()) {
    a.assign(y.size(), 0.0);
    for (size_t t = phi->size(); t < y.size(); t++) {
      a[t] = y[t] - *constant;
      for (size_t i = 0; i < phi->size(); i++) a[t] -= (*phi)[i] * y[t - 1 - i];
      for (size_t j = 0; j < std::min(theta->size(), t); j++) a[t] -= (*theta)[j] * a[t - 1 - j];
    }
  }
  if (a.size() < theta->size()) return importer.invalid(part, "q", std::to_string(theta->size()) + " Residuals are needed"), std::nullopt;
  const size_t n = a.size();
  for (uint32_t h = 0; h < steps; h++) {
    double value = *constant;
    for (size_t i = 0; i < phi->size(); i++) value += (*phi)[i] * y[y.size() - 1 - i];
    for (size_t j = h; j < theta->size(); j++) value += (*theta)[j] * a[n + h - 1 - j];
    y.push_back(value), result.next.push_back(value);
  }
  return result;
}

// Variances of the innovations of the steps ahead.
std::optional<std::vector<double>> variances(Importer& importer, const Element* part, uint32_t steps) {
  if (!importer.onlyAttributes(part, {"constant", "gp", "gq"}) || !importer.onlyChildren(part, {"ResidualSquareCoefficients", "VarianceCoefficients"}))
    return std::nullopt;
  const auto constant = importer.number(part, "constant", 0.0);
  const auto gp = importer.integer(part, "gp", std::nullopt), gq = importer.integer(part, "gq", std::nullopt);
  const Element *squares = part->FirstChildElement("ResidualSquareCoefficients"), *past = part->FirstChildElement("VarianceCoefficients");
  if (!squares) return importer.missing(part, "ResidualSquareCoefficients"), std::nullopt;
  if (!past) return importer.missing(part, "VarianceCoefficients"), std::nullopt;
  if (!importer.onlyChildren(squares, {"Residuals", "MACoefficients"}) || !importer.onlyChildren(past, {"PastVariances", "MACoefficients"})) return std::nullopt;
  const auto alpha = numbersOf(importer, squares, "MACoefficients"), beta = numbersOf(importer, past, "MACoefficients");
  const auto residuals = numbersOf(importer, squares, "Residuals"), before = numbersOf(importer, past, "PastVariances");
  if (!constant || !gp || !gq || !alpha || !beta || !residuals || !before) return std::nullopt;
  // Which of the orders is that of the squares differs among authors; the coefficients say it.
  const auto a = static_cast<int64_t>(alpha->size()), b = static_cast<int64_t>(beta->size());
  if (!((*gp == a && *gq == b) || (*gp == b && *gq == a)))
    return importer.invalid(part, "gp", "there are " + std::to_string(a) + " and " + std::to_string(b) + " coefficients"), std::nullopt;
  if (residuals->size() < alpha->size()) return importer.missing(squares, "Residuals"), std::nullopt;
  if (before->size() < beta->size()) return importer.missing(past, "PastVariances"), std::nullopt;
  std::vector<double> square, variance = *before, ahead;
  for (double r : *residuals) square.push_back(r * r);
  for (uint32_t h = 0; h < steps; h++) {
    double v = *constant;
    for (size_t i = 0; i < alpha->size(); i++) v += (*alpha)[i] * square[square.size() - 1 - i];
    for (size_t j = 0; j < beta->size(); j++) v += (*beta)[j] * variance[variance.size() - 1 - j];
    square.push_back(v), variance.push_back(v), ahead.push_back(v);
  }
  return ahead;
}

}  // namespace

std::optional<Forecast> garch(Importer& importer, const Element* element, const Element* model, const std::string& target, uint32_t steps) {
  if (!importer.onlyAttributes(element, {}) || !importer.onlyChildren(element, {"ARMAPart", "GARCHPart"})) return std::nullopt;
  const Element *arma = element->FirstChildElement("ARMAPart"), *part = element->FirstChildElement("GARCHPart");
  if (!arma) return importer.missing(element, "ARMAPart"), std::nullopt;
  if (!part) return importer.missing(element, "GARCHPart"), std::nullopt;
  steps = std::min(steps, kMostSteps);
  const auto ahead = mean(importer, arma, model, target, steps);
  const auto variance = variances(importer, part, steps);
  if (!ahead || !variance) return std::nullopt;
  Forecast forecast;
  forecast.mean = ahead->next;
  const std::vector<double> psi = quotient(ahead->arma.ma, ahead->arma.ar, steps);
  for (uint32_t h = 0; h < steps; h++) {
    double sum = 0;
    for (uint32_t j = 0; j <= h; j++) sum += psi[j] * psi[j] * (*variance)[h - j];
    forecast.deviation.push_back(std::sqrt(sum));
  }
  return forecast;
}

}  // namespace kiln::pmml

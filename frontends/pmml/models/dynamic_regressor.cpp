// DynamicRegressor. A transfer function of one coefficient is read, with its delay and differences: SPSS and SAS write further terms as
// n0 - n1 B - .., others as n0 + n1 B + ... Arrays that stand in Numerator and Denominator without a factor, as some write them, are the polynomials
// n0 + n1 B + .. and 1 + d1 B + ..
#include "frontends/pmml/models/dynamic_regressor.h"

#include <algorithm>
#include <cstring>

namespace kiln::pmml {

namespace {

enum Future { constant, trend, stored, otherModel, userSupplied };

constexpr const char* kWayOut =
    "whether it is n0 - n1 B or n0 + n1 B differs between tools; an Array that stands in Numerator is n0 + n1 B + .., in Denominator 1 + d1 B + ..";

}  // namespace

bool Regressors::readNumerator(Importer& importer, const Element* e, One& one) {
  if (!importer.onlyAttributes(e, {}) || !importer.onlyChildren(e, {"NonseasonalFactor", "SeasonalFactor", "Array"})) return false;
  if (const Element* array = e->FirstChildElement("Array")) {
    const auto numbers = importer.numberArray(array);
    if (!numbers) return false;
    one.numerator = *numbers;
    return !numbers->empty() || importer.invalid(array, "", "the numerator has no coefficient");
  }
  if (const Element* seasonal = e->FirstChildElement("SeasonalFactor")) return importer.unsupported(seasonal, "a seasonal transfer function", kWayOut);
  const Element* factor = e->FirstChildElement("NonseasonalFactor");
  if (!factor) return importer.missing(e, "NonseasonalFactor");
  if (!importer.onlyAttributes(factor, {"difference", "maximumOrder"}) || !importer.onlyChildren(factor, {"Array"})) return false;
  const auto order = importer.integer(factor, "difference", 0);
  const Element* array = factor->FirstChildElement("Array");
  if (!array) return importer.missing(factor, "Array");
  const auto numbers = importer.numberArray(array);
  if (!order || !numbers) return false;
  if (*order < 0 || *order > 10) return importer.invalid(factor, "difference", "not an order of differences");
  if (numbers->size() != 1)
    return importer.unsupported(array, "a transfer function of " + std::to_string(numbers->size()) + " coefficients", kWayOut);
  one.numerator = product({numbers->front()}, difference(static_cast<size_t>(*order), 1));
  return true;
}

bool Regressors::readDenominator(Importer& importer, const Element* e, One& one) {
  if (!importer.onlyAttributes(e, {}) || !importer.onlyChildren(e, {"NonseasonalFactor", "SeasonalFactor", "Array"})) return false;
  for (const char* name : {"NonseasonalFactor", "SeasonalFactor"})
    if (const Element* factor = e->FirstChildElement(name))
      return importer.unsupported(factor, "a transfer function with a denominator", kWayOut);
  const Element* array = e->FirstChildElement("Array");
  if (!array) return true;
  const auto numbers = importer.numberArray(array);
  if (!numbers) return false;
  one.denominator.insert(one.denominator.end(), numbers->begin(), numbers->end());
  return true;
}

// The past of the regressor: a TimeSeries on the time of the series itself, or its last value.
bool Regressors::readValues(Importer& importer, const Element* e, One& one, std::optional<int64_t> end) {
  if (!importer.onlyAttributes(e, {}) || !importer.onlyChildren(e, {"TimeSeries", "TrendCoefficients", "TransferFunctionValues", "Array"})) return false;
  if (const Element* array = e->FirstChildElement("Array")) {
    const auto numbers = importer.numberArray(array);
    if (!numbers) return false;
    if (numbers->size() != 1) return importer.unsupported(array, "more than the last value of a regressor without its times", "give it as a TimeSeries");
    one.x.values = *numbers, one.x.start = end.value_or(1) - 1;
    return true;
  }
  const auto series = readSeries(importer, e, "");
  if (!series) return false;
  one.x = *series;
  return true;
}

bool Regressors::readOne(Importer& importer, const Element* e, std::optional<int64_t> end) {
  if (!importer.onlyAttributes(e, {"field", "transformation", "delay", "futureValuesMethod", "targetField"}) ||
      !importer.onlyChildren(e, {"Numerator", "Denominator", "RegressorValues"}))
    return false;
  One one;
  const auto field = importer.required(e, "field");
  const auto transformation = readTransformation(importer, e);
  const auto delay = importer.integer(e, "delay", 0);
  const auto future = importer.choice(e, "futureValuesMethod", {"constant", "trend", "stored", "otherModel", "userSupplied"}, constant);
  const Element* numerator = e->FirstChildElement("Numerator");
  if (!numerator) return importer.missing(e, "Numerator");
  if (!field || !transformation || !delay || !future || !readNumerator(importer, numerator, one)) return false;
  if (*delay < 0 || *delay > 65536) return importer.invalid(e, "delay", "not a number of steps");
  if (*future == trend || *future == otherModel)
    return importer.unsupported(e, std::string("futureValuesMethod='") + (*future == trend ? "trend" : "otherModel") + "'",
                                *future == trend ? "store the values ahead, with futureValuesMethod='stored': the standard does not say from when TrendCoefficients count the time"
                                                 : "forecast it first, and store its values ahead, with futureValuesMethod='stored'");
  if (const Element* denominator = e->FirstChildElement("Denominator"); denominator && !readDenominator(importer, denominator, one)) return false;
  one.userSupplied = *future == userSupplied, one.stored = *future == stored;
  one.row = {e, *field, *transformation, one.numerator[0], static_cast<uint32_t>(*delay)};
  if (one.userSupplied && (one.numerator.size() > 1 || one.denominator.size() > 1))
    return importer.unsupported(e, "futureValuesMethod='userSupplied' of a regressor whose past values count");
  if (const Element* values = e->FirstChildElement("RegressorValues")) {
    if (!readValues(importer, values, one, end) || !transform(importer, *transformation, one.x.values, e)) return false;
  } else if (!one.userSupplied) {
    return importer.missing(e, "RegressorValues");
  }
  one.numerator.insert(one.numerator.begin(), static_cast<size_t>(*delay), 0.0);
  all_.push_back(std::move(one));
  return true;
}

bool Regressors::read(Importer& importer, const Element* element, const Element* model, std::optional<int64_t> end) {
  bool ok = true;
  for (const Element* parent : {element, model})
    for (const Element* e = parent->FirstChildElement("DynamicRegressor"); e; e = e->NextSiblingElement("DynamicRegressor"))
      ok = readOne(importer, e, end) && ok;
  return ok;
}

int64_t Regressors::known(int64_t otherwise) const {
  int64_t first = otherwise;
  for (const One& one : all_) first = std::max(first, one.effect.start);
  return first;
}

// The effect starts where the numerator has all its values; before that the denominator meets zeros. What rows bring is not in it.
bool Regressors::work(Importer& importer, int64_t end, uint32_t steps) {
  end_ = end;
  uint64_t products = 0;
  for (One& one : all_) {
    if (!one.x.values.empty() && one.x.end() < end)
      return importer.invalid(one.row.element, "", "its values end before those of the series");
    const int64_t wanted = one.userSupplied ? end : end + steps;
    std::vector<double> x = one.x.values;
    if (!one.stored && !one.userSupplied && !x.empty())
      while (one.x.start + static_cast<int64_t>(x.size()) < wanted) x.push_back(x.back());
    products += x.size() * (one.numerator.size() + one.denominator.size());
    if (!affordable(importer, one.row.element, products)) return false;
    Series& effect = one.effect;
    effect.start = one.x.start + static_cast<int64_t>(one.numerator.size()) - 1;
    effect.values = filtered(one.numerator, x);
    if (x.empty()) effect.start = end;
    for (size_t t = 0; t < effect.values.size(); t++)
      for (size_t j = 1; j < std::min(one.denominator.size(), t + 1); j++) effect.values[t] -= one.denominator[j] * effect.values[t - j];
    if (!one.userSupplied) continue;
    // Values of the past still count in the first `delay` steps.
    for (uint32_t h = 0; h < std::min(one.row.delay, steps); h++) {
      const int64_t at = end + h - one.row.delay - one.x.start;
      if (at >= 0 && at < static_cast<int64_t>(x.size()) && effect.end() == end + h) effect.values.push_back(one.row.factor * x[static_cast<size_t>(at)]);
    }
    if (effect.end() >= end + std::min(one.row.delay, steps))
      while (effect.end() < end + steps) effect.values.push_back(0);
  }
  return true;
}

void Regressors::add(std::vector<double>& values, int64_t start, double sign) const {
  for (const One& one : all_)
    for (size_t i = 0; i < values.size(); i++) {
      const int64_t at = start + static_cast<int64_t>(i) - one.effect.start;
      if (at >= 0 && at < static_cast<int64_t>(one.effect.values.size())) values[i] += sign * one.effect.values[static_cast<size_t>(at)];
    }
}

void Regressors::finish(Forecast& forecast) const {
  for (const One& one : all_) {
    const int64_t steps = std::max<int64_t>(one.effect.end() - end_, 0);
    if (static_cast<int64_t>(forecast.mean.size()) > steps) forecast.mean.resize(static_cast<size_t>(steps));
    if (one.userSupplied) forecast.regressors.push_back(one.row);
  }
}

}  // namespace kiln::pmml

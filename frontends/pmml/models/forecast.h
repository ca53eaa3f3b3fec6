// What the algorithms of a TimeSeriesModel share: the series in the document, and a forecast as a table over the steps ahead. The
// only thing that a row says is how many steps ahead it asks for, so all else is worked out when the model is compiled.
#pragma once
#include <optional>
#include <vector>

#include "frontends/pmml/import.h"

namespace kiln::pmml {

/// What is applied to a series before it is modelled, and undone after.
enum class Transformation : uint8_t { none, logarithmic, squareroot };

/// Consecutive values of a series, the first at time `start`.
struct Series {
  int64_t start = 0;
  std::vector<double> values;
  int64_t end() const { return start + static_cast<int64_t>(values.size()); }  ///< the time of the first step ahead
};

/// What a row's own value of a field adds to the steps after `delay`: factor * transformed value. The value is that of the field at
/// the time `delay` steps before the one forecast.
struct RowRegressor {
  const Element* element;
  std::string field;
  Transformation transformation;
  double factor;
  uint32_t delay;
};

/// Element h - 1 belongs to the h-th step ahead, on the scale of the transformed series. No longer than what the document says.
struct Forecast {
  Transformation transformation = Transformation::none;
  std::vector<double> mean;
  std::vector<double> deviation;  ///< standard deviation of the error; shorter than `mean` if the document does not say more
  std::string noDeviation;        ///< why there is none at all
  std::vector<RowRegressor> regressors;
};

/// The series of usage "original" of this element's TimeSeries (else "logical"), in the order of its indices. Gaps are filled as
/// interpolationMethod says. Nothing if it reported; `element` stands for the place if there is none.
std::optional<Series> readSeries(Importer& importer, const Element* element, const std::string& target);

std::optional<Transformation> readTransformation(Importer& importer, const Element* e);
/// A time of the document, in steps: as far from 0 as sums of times may be. Absent: `fallback`; nothing if it reported.
std::optional<int64_t> readTime(Importer& importer, const Element* e, const char* attribute, std::optional<int64_t> fallback);

/// Attribute RMSE; 0 if there is none, nothing if it reported.
std::optional<double> readRmse(Importer& importer, const Element* e);

/// In place; a value that has no logarithm or square root is reported at `at`.
bool transform(Importer& importer, Transformation transformation, std::vector<double>& values, const Element* at);

/// Whether `products` are few enough to be worked out when the model is compiled: a series of some values may be a million long, and each of
/// these may depend on thousands before it. Reported at `e`.
bool affordable(Importer& importer, const Element* e, uint64_t products);

/// Numbers of an Array inside `e`, or that stand in `e` itself. Nothing, reported, if there are none.
std::optional<std::vector<double>> numbersIn(Importer& importer, const Element* e);

// One algorithm a file. `steps` is how far ahead to go.
std::optional<Forecast> exponentialSmoothing(Importer& importer, const Element* element, uint32_t steps);
std::optional<Forecast> arima(Importer& importer, const Element* element, const Element* model, const std::string& target, uint32_t steps);
std::optional<Forecast> garch(Importer& importer, const Element* element, const Element* model, const std::string& target, uint32_t steps);
std::optional<Forecast> stateSpace(Importer& importer, const Element* element, const Element* model, const std::string& target, uint32_t steps);

}  // namespace kiln::pmml

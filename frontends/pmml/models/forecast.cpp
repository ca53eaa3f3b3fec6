// Reads the series of a TimeSeriesModel and brings it to the scale on which it is modelled.
#include "frontends/pmml/models/forecast.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "compiler/support/number.h"
#include "runtime/kernels/math.h"

namespace kiln::pmml {

namespace {

constexpr double kUneven = 1.5;   ///< ratio of two steps that are not of one length, as months of 28 and 31 days are

struct Point {
  int64_t index;
  double value;
  const Element* at;
  std::optional<double> time = {};   // of a value without index
};

// The TimeSeries that forecasts start from. Null if there is none.
const Element* chooseSeries(Importer& importer, const Element* element, const std::string& target, bool& ok) {
  const Element* chosen = nullptr;
  int best = 2;
  for (const Element* e = element->FirstChildElement("TimeSeries"); e; e = e->NextSiblingElement("TimeSeries")) {
    if (!importer.onlyAttributes(e, {"usage", "startTime", "endTime", "interpolationMethod", "field"}) ||
        !importer.onlyChildren(e, {"TimeAnchor", "TimeValue"})) {
      ok = false;
      continue;
    }
    const auto usage = importer.choice(e, "usage", {"original", "logical", "prediction"}, 0);
    if (!usage) ok = false;
    const char* field = e->Attribute("field");
    if (!usage || (field && !target.empty() && target != field)) continue;
    if (chosen && *usage == best) ok = importer.misplaced(e, "a second series of usage '" + importer.attribute(e, "usage").value_or("original") + "'");
    if (*usage >= best) continue;
    chosen = e, best = *usage;
  }
  return chosen;
}

// Values without an index are a step apart, in the order in which they stand; times must not speak against it.
bool timesAgree(Importer& importer, const std::vector<Point>& points) {
  double least = std::numeric_limits<double>::infinity(), most = 0;
  const Element* place = nullptr;
  for (size_t i = 1; i < points.size(); i++) {
    if (!points[i].time || !points[i - 1].time) continue;
    const double step = *points[i].time - *points[i - 1].time;
    if (!(step > 0)) return importer.invalid(points[i].at, "time", "not after the time of the value before", "give each value its index");
    least = std::min(least, step);
    if (step > most) most = step, place = points[i].at;
  }
  if (most > kUneven * least)
    importer.warn(place, "a longer step of time than others of this series: it counts as one step", "with index instead of time, gaps are known");
  return true;
}

std::optional<std::vector<Point>> readPoints(Importer& importer, const Element* series) {
  std::vector<Point> points;
  for (const Element* e = series->FirstChildElement("TimeValue"); e; e = e->NextSiblingElement("TimeValue")) {
    if (!importer.onlyAttributes(e, {"index", "time", "value", "standardError"}) || !importer.onlyChildren(e, {"Timestamp"})) return std::nullopt;
    const int64_t next = points.empty() ? 1 : points.back().index + 1;
    const auto index = readTime(importer, e, "index", next);
    const auto value = importer.number(e, "value", std::nullopt);
    if (!index || !value) return std::nullopt;
    if (!std::isfinite(*value)) return importer.invalid(e, "value", "not a finite number"), std::nullopt;
    points.push_back({*index, *value, e});
    if (e->Attribute("index") || !e->Attribute("time")) continue;
    if (!(points.back().time = importer.number(e, "time", std::nullopt))) return std::nullopt;
  }
  if (!timesAgree(importer, points)) return std::nullopt;
  std::stable_sort(points.begin(), points.end(), [](const Point& a, const Point& b) { return a.index < b.index; });
  return points;
}

}  // namespace

std::optional<Series> readSeries(Importer& importer, const Element* element, const std::string& target) {
  bool ok = true;
  const Element* chosen = chooseSeries(importer, element, target, ok);
  if (!ok) return std::nullopt;
  if (!chosen) return importer.missing(element, "TimeSeries"), std::nullopt;
  const auto method = importer.choice(chosen, "interpolationMethod", {"none", "linear", "exponentialSpline", "cubicSpline"}, 0);
  const auto points = readPoints(importer, chosen);
  if (!method || !points) return std::nullopt;
  if (points->empty()) return importer.missing(chosen, "TimeValue"), std::nullopt;
  Series series;
  series.start = points->front().index;
  for (size_t i = 0; i < points->size(); i++) {
    const Point& point = (*points)[i];
    const int64_t gap = i ? point.index - (*points)[i - 1].index : 1;
    if (gap < 1) return importer.invalid(point.at, "index", "two values at one time"), std::nullopt;
    if (gap > 1 && *method != 1) {
      importer.unsupported(point.at, "a gap before index " + std::to_string(point.index) + " of a series with interpolationMethod='" +
                                         importer.attribute(chosen, "interpolationMethod").value_or("none") + "'",
                           "interpolationMethod='linear' fills it");
      return std::nullopt;
    }
    if (series.values.size() + static_cast<uint64_t>(gap) > importer.options.limits.fields * 16)
      return importer.invalid(chosen, "", "the series is too long"), std::nullopt;
    if (!importer.mayUnfold(chosen, static_cast<uint64_t>(gap - 1))) return std::nullopt;
    const double last = i ? series.values.back() : 0.0;
    for (int64_t k = 1; k < gap; k++)
      series.values.push_back(last + (point.value - last) * (static_cast<double>(k) / static_cast<double>(gap)));
    series.values.push_back(point.value);
  }
  return series;
}

std::optional<int64_t> readTime(Importer& importer, const Element* e, const char* attribute, std::optional<int64_t> fallback) {
  constexpr double kFarthest = 9007199254740992;   // 2^53
  // startTime is a real number by the schema.
  const auto time = importer.number(e, attribute, fallback ? std::optional<double>(static_cast<double>(*fallback)) : std::nullopt);
  if (!time) return std::nullopt;
  if (!(*time >= -kFarthest && *time <= kFarthest)) return importer.invalid(e, attribute, "beyond 2^53 steps"), std::nullopt;
  if (*time != std::floor(*time)) return importer.invalid(e, attribute, "between two steps"), std::nullopt;
  return static_cast<int64_t>(*time);
}

std::optional<Transformation> readTransformation(Importer& importer, const Element* e) {
  const auto which = importer.choice(e, "transformation", {"none", "logarithmic", "squareroot"}, 0);
  if (!which) return std::nullopt;
  return static_cast<Transformation>(*which);
}

bool transform(Importer& importer, Transformation transformation, std::vector<double>& values, const Element* at) {
  if (transformation == Transformation::none) return true;
  const bool log = transformation == Transformation::logarithmic;
  for (double& v : values) {
    if (v < 0 || (log && v == 0))
      return importer.invalid(at, "transformation", formatNumber(v) + " of the series has no " + (log ? "logarithm" : "square root"));
    v = log ? kernel::math::log(v) : std::sqrt(v);
  }
  return true;
}

std::optional<double> readRmse(Importer& importer, const Element* e) {
  const auto rmse = importer.number(e, "RMSE", 0.0);
  if (rmse && !(*rmse >= 0)) return importer.invalid(e, "RMSE", "the root of a mean is not negative"), std::nullopt;
  return rmse;
}

bool affordable(Importer& importer, const Element* e, uint64_t products) {
  constexpr uint64_t kMost = 2'000'000'000;
  return products <= kMost || importer.unsupported(e, "a series so long whose values depend on so many before them");
}

std::optional<std::vector<double>> numbersIn(Importer& importer, const Element* e) {
  for (const char* name : {"Array", "REAL-SparseArray"})
    if (const Element* array = e->FirstChildElement(name)) {
      if (!importer.onlyAttributes(e, {})) return std::nullopt;
      return importer.numberArray(array);
    }
  // Some write the numbers into the element itself, with the attributes of an Array.
  if (e->FirstChildElement() || importer.document.text(e).find_first_not_of(" \t\r\n") == std::string::npos)
    return importer.missing(e, "Array"), std::nullopt;
  return importer.numberArray(e);
}

}  // namespace kiln::pmml

// TimeSeriesModel: the algorithm that bestFit names, as a table of forecasts over the steps ahead. A row asks for one of them by the
// integer input `horizon`, from 1; where the document has a field of this name that is the one, or a supplementary field `h`, which
// exporters of R write.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/check.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/nodes/prepare.h"
#include "compiler/ir/nodes/raise_if.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/tables/lookup.h"
#include "compiler/support/number.h"
#include "frontends/pmml/classes.h"
#include "frontends/pmml/models/forecast.h"
#include "kiln/scorer.h"
#include "runtime/kernels/math.h"

namespace kiln::pmml {

using namespace ir;

namespace {

constexpr uint64_t kMostSteps = 1 << 20;

struct TimeSeries {
  Importer& importer;
  Scope& scope;
  const Element* model;
  Forecast forecast = {};
  ValueId step = kNone, ahead = kNone;   // h - 1 as i32, h as i64
  Builder& build = importer.build;

  std::optional<Forecast> fit(const std::string& target, uint32_t steps) {
    const char* names[] = {"ARIMA", "ExponentialSmoothing", "SeasonalTrendDecomposition", "SpectralAnalysis", "StateSpaceModel", "GARCH"};
    const auto which = importer.choice(model, "bestFit", {names, names + 6}, -1);
    if (!which || !importer.required(model, "bestFit")) return std::nullopt;
    const char* name = names[*which];
    if (*which == 2 || *which == 3)
      return importer.unsupported(model, std::string("bestFit='") + name + "'", "the standard defines no content of that element"), std::nullopt;
    const Element* element = model->FirstChildElement(name);
    if (!element) return importer.missing(model, name), std::nullopt;
    switch (*which) {
      case 0: return arima(importer, element, model, target, steps);
      case 1: return exponentialSmoothing(importer, element, steps);
      case 4: return stateSpace(importer, element, model, target, steps);
      default: return garch(importer, element, model, target, steps);
    }
  }

  bool isRegressor(const char* name) const {
    return std::any_of(forecast.regressors.begin(), forecast.regressors.end(), [&](const RowRegressor& r) { return r.field == name; });
  }

  // The input that says how many steps ahead.
  bool declareHorizon() {
    for (const char* name : {"horizon", "h"}) {
      const auto known = importer.dataFields.find(name);
      if (known == importer.dataFields.end() || !scope.find(name) || isRegressor(name)) continue;
      const Field* field = importer.field(scope, name, model);
      if (!field) return false;
      const Elem elem = build.type(field->value).elem;
      if (!isNumber(elem)) return importer.invalid(known->second, "dataType", "steps ahead are a number");
      return limitHorizon(elem == Elem::i64 ? field->value : build.add(Cast(Elem::i64, Cast::checked), {field->value}), field->input);
    }
    Field* own = importer.global.own("horizon");
    if (!own) {
      Field field;
      field.name = "horizon", field.type.dataType = DataType::integer, field.input = importer.inputs++;
      Input input;
      input.field = "horizon", input.elem = Elem::i64, input.role = Input::horizon, input.required = true, input.nullable = false;
      input.low = 1, input.high = static_cast<double>(forecast.mean.size());
      input.description = "steps ahead of the end of the series, from 1";
      field.value = build.add(std::move(input), {}, "horizon");
      own = &importer.global.declare(std::move(field));
    }
    return limitHorizon(own->value, own->input);
  }
  bool limitHorizon(ValueId value, uint32_t input) {
    Prepare valid;
    valid.fieldIndex = input, valid.closed = true;
    valid.intervalLow = {1}, valid.intervalHigh = {static_cast<double>(forecast.mean.size())}, valid.intervalClosed = {3};
    const auto prepared = build.addAll(std::move(valid), {value}, "horizon");
    ahead = build.add(Check(), {prepared[0], prepared[2]}, "horizon");
    step = build.add(Cast(Elem::i32, Cast::checked), {build.call("sub", {ahead, build.integer(1)}, true)});
    return true;
  }

  // Values by step; beyond the last there is none.
  ValueId byStep(const std::vector<double>& values, const std::string& name) {
    Lookup table;
    table.sizes = {static_cast<uint32_t>(values.size())}, table.numbers = values;
    LookupNode lookup;
    lookup.table = build.table(std::move(table), name);
    return finite(values, build.add(std::move(lookup), {step}, name));
  }
  ValueId finite(const std::vector<double>& values, ValueId value) {
    for (double v : values)
      if (!std::isfinite(v)) return build.add(RaiseIf(), {value, build.call("is_nan", {build.call("sub", {value, value})})});
    return value;
  }

  // On the scale of the model: the table, and what the row brings.
  std::optional<ValueId> modelled() {
    ValueId value = byStep(forecast.mean, "forecast");
    for (const RowRegressor& r : forecast.regressors) {
      ValueId x = importer.value(scope, r.field, r.element);
      if (x == kNone) return std::nullopt;
      x = asNumber(importer, x, Elem::f64);
      if (x == kNone) return importer.invalid(r.element, "field", "not a number"), std::nullopt;
      if (r.transformation == Transformation::logarithmic) x = build.call("log", {x}, true);
      if (r.transformation == Transformation::squareroot) x = build.call("sqrt", {x}, true);
      const ValueId added = build.call("mul", {build.number(r.factor), x});
      const ValueId counts = build.call("gt", {ahead, build.integer(r.delay)});
      value = build.call("add", {value, build.add(Select(), {counts, added, build.number(0)})});
    }
    return value;
  }
  // Back on the scale of the series.
  ValueId restored(ValueId x) {
    if (forecast.transformation == Transformation::logarithmic) return build.call("exp", {x}, true);
    if (forecast.transformation == Transformation::squareroot) return build.call("mul", {x, x}, true);
    return x;
  }

  ValueId deviation(const Element* field, const char* what) {
    if (!forecast.noDeviation.empty()) return importer.unsupported(field, std::string(what) + " " + forecast.noDeviation), kNone;
    return byStep(forecast.deviation, "deviation");
  }
  ValueId standardError(const Element* field, ValueId mean) {
    for (const Element* e = field->FirstChildElement("Extension"); e; e = e->NextSiblingElement("Extension"))
      if (e->Attribute("name", "cpi")) return boundOfExtension(field, e, mean);
    if (forecast.transformation != Transformation::none)
      return importer.unsupported(field, "the standard error of a series that was transformed",
                                  "confidenceIntervalLower and confidenceIntervalUpper are known"),
             kNone;
    return deviation(field, "the standard error");
  }
  // R's package pmml writes the bounds of an interval as standard errors: <Extension name="cpi" value="LOWER80"/>.
  ValueId boundOfExtension(const Element* field, const Element* extension, ValueId mean) {
    const std::string value = importer.attribute(extension, "value").value_or("");
    const bool lower = value.starts_with("LOWER");
    const auto level = lower || value.starts_with("UPPER") ? parseNumber(value.substr(5)) : std::nullopt;
    if (!level) return importer.unsupported(extension, "the interval '" + value + "'", "LOWER or UPPER and a percentage, as R's package pmml writes it"), kNone;
    if (model->FirstChildElement("Targets"))
      return importer.unsupported(extension, "an interval as a standard error beside Targets", "the features confidenceIntervalLower and confidenceIntervalUpper give it"), kNone;
    return boundAt(field, mean, lower ? -1 : 1, *level);
  }
  // `value` is the level in percent.
  ValueId bound(const Element* field, ValueId mean, double sign) {
    const auto level = importer.number(field, "value", 95.0);
    return level ? boundAt(field, mean, sign, *level) : kNone;
  }
  ValueId boundAt(const Element* field, ValueId mean, double sign, double level) {
    if (!(level > 0 && level < 100)) return importer.invalid(field, "value", "a level of confidence is between 0 and 100 percent"), kNone;
    const ValueId spread = deviation(field, "the confidence interval");
    if (spread == kNone) return kNone;
    const double quantile = kernel::math::norm_icdf(0.5 + level / 200, 0.0, 1.0);
    ValueId x = build.call("add", {mean, build.call("mul", {build.number(sign * quantile), spread})});
    // No square root is below zero.
    if (forecast.transformation == Transformation::squareroot) x = build.call("max", {x, build.number(0)});
    return restored(x);
  }
};

}  // namespace

std::optional<Prediction> timeSeriesModel(Importer& importer, Scope& scope, const Element* model) {
  if (!importer.onlyAttributes(model, {"modelName", "functionName", "algorithmName", "bestFit", "isScorable", "x-mathContext"}) ||
      !importer.onlyChildren(model, {"MiningSchema", "Output", "ModelStats", "ModelExplanation", "Targets", "LocalTransformations", "ModelVerification",
                                     "TimeSeries", "SpectralAnalysis", "ARIMA", "ExponentialSmoothing", "SeasonalTrendDecomposition", "StateSpaceModel",
                                     "GARCH", "DynamicRegressor"}))
    return std::nullopt;
  const std::vector<std::string> targets = importer.targetNames(model);
  TimeSeries series{importer, scope, model};
  auto forecast = series.fit(targets.empty() ? "" : targets[0], static_cast<uint32_t>(std::min(importer.options.limits.horizon, kMostSteps)));
  if (!forecast) return std::nullopt;
  if (forecast->mean.empty()) return importer.invalid(model, "", "the values of a regressor end with the series: there is nothing to forecast"), std::nullopt;
  series.forecast = std::move(*forecast);
  importer.at(model);
  if (!series.declareHorizon()) return std::nullopt;
  const auto mean = series.modelled();
  if (!mean) return std::nullopt;
  Prediction prediction;
  prediction.value = series.restored(*mean);
  prediction.features = {
      {"standardError", [series, mean](const Element* field) mutable { return series.standardError(field, *mean); }},
      {"confidenceIntervalLower", [series, mean](const Element* field) mutable { return series.bound(field, *mean, -1); }},
      {"confidenceIntervalUpper", [series, mean](const Element* field) mutable { return series.bound(field, *mean, 1); }}};
  return prediction;
}

}  // namespace kiln::pmml

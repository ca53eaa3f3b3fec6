// Confidence intervals by the normal quantile, which is a constant of the document.
#include "frontends/pmml/models/intervals.h"

#include "frontends/pmml/classes.h"
#include "runtime/kernels/math.h"

namespace kiln::pmml {

using namespace ir;

namespace {

// Deviations from the mean to either bound of the interval that an OutputField asks for; nothing if it reported.
std::optional<double> halfWidth(Importer& importer, const Element* field) {
  const auto percent = importer.number(field, "value", 95);
  if (!percent) return std::nullopt;
  if (!(*percent > 0 && *percent < 100))
    return importer.invalid(field, "value", "a confidence interval holds more than 0 and less than 100 percent"), std::nullopt;
  return kernel::math::norm_icdf(0.5 + *percent / 200, 0.0, 1.0);
}

}  // namespace

void addIntervals(Importer& importer, Prediction& prediction, std::function<ValueId()> deviation) {
  const ValueId mean = prediction.value;
  const auto bound = [&importer, mean, deviation](const char* function) {
    return [&importer, mean, deviation, function](const Element* field) {
      const auto quantiles = halfWidth(importer, field);
      const ValueId one = quantiles ? deviation() : kNone;
      if (one == kNone) return kNone;
      Builder& build = importer.build;
      const ValueId scale = build.type(one).elem == Elem::f32 ? build.number32(*quantiles) : build.number(*quantiles);
      return build.call(function, {mean, build.call("mul", {scale, one})});
    };
  };
  prediction.features["standardDeviation"] = [deviation](const Element*) { return deviation(); };
  prediction.features["confidenceIntervalLower"] = bound("sub");
  prediction.features["confidenceIntervalUpper"] = bound("add");
}

}  // namespace kiln::pmml

// Confidence intervals by a quantile, which is a constant of the document.
#include "frontends/pmml/models/intervals.h"

#include <cmath>
#include <numbers>

#include "frontends/pmml/classes.h"
#include "runtime/kernels/math.h"

namespace kiln::pmml {

using namespace ir;

namespace math = kernel::math;

namespace {

// The chance that Student's t of n degrees of freedom is within -t .. t: with s and c the sine and cosine of atan(t / sqrt n), for even n
// s (1 + 1/2 c^2 + (1 3)/(2 4) c^4 + ...) to c^(n - 2), for odd n 2/pi (atan(t / sqrt n) + s (c + 2/3 c^3 + (2 4)/(3 5) c^5 + ...)).
double within(double t, uint64_t n) {
  const double degrees = static_cast<double>(n), length = std::sqrt(degrees + t * t);
  const double s = t / length, c2 = degrees / (length * length);
  const bool odd = n % 2;
  double term = odd ? std::sqrt(c2) : 1, sum = n == 1 ? 0 : term;
  for (uint64_t k = odd ? 3 : 2; k + 2 <= n; k += 2) term *= c2 * static_cast<double>(k - 1) / static_cast<double>(k), sum += term;
  return odd ? 2 / std::numbers::pi * (math::atan(t / std::sqrt(degrees)) + s * sum) : s * sum;
}

// t with within(t) = share, by halving; of many degrees by the expansion about the normal quantile, to the last digits.
double studentQuantile(double share, uint64_t n) {
  const double z = math::norm_icdf(0.5 + share / 2, 0.0, 1.0);
  if (n > 20000) {
    const double d = static_cast<double>(n), z3 = z * z * z, z5 = z3 * z * z;
    return z + (z3 + z) / (4 * d) + (5 * z5 + 16 * z3 + 3 * z) / (96 * d * d) + (3 * z5 * z * z + 19 * z5 + 17 * z3 - 15 * z) / (384 * d * d * d);
  }
  double low = 0, high = 1;
  while (within(high, n) < share && high < 1e15) high *= 2;
  for (int i = 0; i < 200 && low < high; ++i) {
    const double middle = low + (high - low) / 2;
    if (middle == low || middle == high) break;
    (within(middle, n) < share ? low : high) = middle;
  }
  return high;
}

// Deviations from the prediction to either bound of the interval that an OutputField asks for; nothing if it reported.
std::optional<double> halfWidth(Importer& importer, const Element* field, std::optional<uint64_t> degrees) {
  const auto percent = importer.number(field, "value", 95);
  if (!percent) return std::nullopt;
  if (!(*percent > 0 && *percent < 100))
    return importer.invalid(field, "value", "a confidence interval holds more than 0 and less than 100 percent"), std::nullopt;
  return degrees ? studentQuantile(*percent / 100, *degrees) : math::norm_icdf(0.5 + *percent / 200, 0.0, 1.0);
}

}  // namespace

void addIntervals(Importer& importer, Prediction& prediction, std::function<ValueId()> deviation, std::optional<uint64_t> degrees) {
  const ValueId mean = prediction.value;
  const auto bound = [&importer, mean, deviation, degrees](const char* function) {
    return [&importer, mean, deviation, degrees, function](const Element* field) {
      const auto quantile = halfWidth(importer, field, degrees);
      const ValueId one = quantile ? deviation() : kNone;
      if (one == kNone) return kNone;
      Builder& build = importer.build;
      const ValueId scale = build.type(one).elem == Elem::f32 ? build.number32(*quantile) : build.number(*quantile);
      return build.call(function, {mean, build.call("mul", {scale, one})});
    };
  };
  prediction.features["confidenceIntervalLower"] = bound("sub");
  prediction.features["confidenceIntervalUpper"] = bound("add");
}

}  // namespace kiln::pmml

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
double withinOfWhole(double t, uint64_t n) {
  const double degrees = static_cast<double>(n), length = std::sqrt(degrees + t * t);
  const double s = t / length, c2 = degrees / (length * length);
  const bool odd = n % 2;
  double term = odd ? std::sqrt(c2) : 1, sum = n == 1 ? 0 : term;
  for (uint64_t k = odd ? 3 : 2; k + 2 <= n; k += 2) term *= c2 * static_cast<double>(k - 1) / static_cast<double>(k), sum += term;
  return odd ? 2 / std::numbers::pi * (math::atan(t / std::sqrt(degrees)) + s * sum) : s * sum;
}

// Stirling's series, from 15 on.
double logGamma(double z) {
  double shift = 0;
  for (; z < 15; z += 1) shift -= math::log(z);
  const double r = 1 / z, r2 = r * r;
  return shift + (z - 0.5) * math::log(z) - z + 0.5 * math::log(2 * std::numbers::pi) +
         r * (1.0 / 12 - r2 * (1.0 / 360 - r2 * (1.0 / 1260 - r2 * (1.0 / 1680 - r2 / 1188))));
}

// The regularized incomplete beta function, by its continued fraction (Lentz's way); x is below (a + 1) / (a + b + 2).
double incompleteBeta(double x, double a, double b) {
  constexpr int kMostTerms = 2000;
  constexpr double kTiny = 1e-300;
  const auto bounded = [](double v) { return std::abs(v) < kTiny ? kTiny : v; };
  double c = 1, d = 1 / bounded(1 - (a + b) * x / (a + 1)), fraction = d;
  for (int m = 1; m <= kMostTerms; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / bounded(1 + even * d), c = bounded(1 + even / c), fraction *= d * c;
    d = 1 / bounded(1 + odd * d), c = bounded(1 + odd / c);
    const double factor = d * c;
    fraction *= factor;
    if (std::abs(factor - 1) < 1e-16) break;
  }
  const double scale = a * math::log(x) + b * math::log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b);
  return math::exp(scale) * fraction / a;
}

// The same of degrees that are no whole number.
double within(double t, double n) {
  if (n == std::floor(n)) return withinOfWhole(t, static_cast<uint64_t>(n));
  const double a = n / 2, b = 0.5, x = n / (n + t * t);
  if (t == 0) return 0;
  return x < (a + 1) / (a + b + 2) ? 1 - incompleteBeta(x, a, b) : incompleteBeta(t * t / (n + t * t), b, a);
}

// t with within(t) = share, by halving; of many degrees by the expansion about the normal quantile, to the last digits.
double studentQuantile(double share, double n) {
  const double z = math::norm_icdf(0.5 + share / 2, 0.0, 1.0);
  if (n > 20000) {
    const double z3 = z * z * z, z5 = z3 * z * z;
    return z + (z3 + z) / (4 * n) + (5 * z5 + 16 * z3 + 3 * z) / (96 * n * n) + (3 * z5 * z * z + 19 * z5 + 17 * z3 - 15 * z) / (384 * n * n * n);
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
std::optional<double> halfWidth(Importer& importer, const Element* field, std::optional<double> degrees) {
  const auto percent = importer.number(field, "value", 95);
  if (!percent) return std::nullopt;
  if (!(*percent > 0 && *percent < 100))
    return importer.invalid(field, "value", "a confidence interval holds more than 0 and less than 100 percent"), std::nullopt;
  return degrees ? studentQuantile(*percent / 100, *degrees) : math::norm_icdf(0.5 + *percent / 200, 0.0, 1.0);
}

}  // namespace

void addIntervals(Importer& importer, Prediction& prediction, Bound bound, Elem elem, std::optional<double> degrees) {
  const auto feature = [&importer, bound, elem, degrees](bool upper) {
    return [&importer, bound, elem, degrees, upper](const Element* field) {
      const auto quantile = halfWidth(importer, field, degrees);
      if (!quantile) return kNone;
      return bound(elem == Elem::f32 ? importer.build.number32(*quantile) : importer.build.number(*quantile), upper);
    };
  };
  prediction.features["confidenceIntervalLower"] = feature(false);
  prediction.features["confidenceIntervalUpper"] = feature(true);
}

void addIntervals(Importer& importer, Prediction& prediction, std::function<ValueId()> deviation) {
  const ValueId mean = prediction.value;
  const auto bound = [&importer, mean, deviation](ValueId quantile, bool upper) {
    const ValueId one = deviation();
    return one == kNone ? kNone : importer.build.call(upper ? "add" : "sub", {mean, importer.build.call("mul", {quantile, one})});
  };
  addIntervals(importer, prediction, bound, importer.build.type(mean).elem);
}

}  // namespace kiln::pmml

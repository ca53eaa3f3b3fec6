// How far each math function is from the true value, by MPFR. Skipped where MPFR is not installed. More samples than
// the suite's: KILN_SAMPLES=1000000 kernels_test --gtest_filter='Ulp*'
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <vector>

#include "runtime/kernels/math.h"

#ifdef KILN_MPFR
#include <mpfr.h>
#endif

using namespace kiln::kernel;

namespace {

#ifdef KILN_MPFR

constexpr int kPrecision = 160;

class Real {
 public:
  Real() { mpfr_init2(v, kPrecision); }
  explicit Real(double d) : Real() { mpfr_set_d(v, d, MPFR_RNDN); }
  ~Real() { mpfr_clear(v); }
  Real(const Real&) = delete;
  mpfr_t v;
};

/// |got - exact| in units of the last place of a double as large as exact.
double ulps(double got, const Real& exact) {
  if (mpfr_nan_p(exact.v) || std::isnan(got)) return mpfr_nan_p(exact.v) && std::isnan(got) ? 0 : INFINITY;
  const double rounded = mpfr_get_d(exact.v, MPFR_RNDN);
  if (std::isinf(rounded) || std::isinf(got)) return got == rounded ? 0 : INFINITY;
  if (mpfr_zero_p(exact.v)) return got == 0 ? 0 : INFINITY;
  Real difference(got);
  mpfr_sub(difference.v, difference.v, exact.v, MPFR_RNDN);
  const long exponent = std::max<long>(mpfr_get_exp(exact.v) - 53, -1074);
  mpfr_mul_2si(difference.v, difference.v, -exponent, MPFR_RNDN);
  return std::fabs(mpfr_get_d(difference.v, MPFR_RNDN));
}

int samples() {
  const char* text = std::getenv("KILN_SAMPLES");
  return text ? std::atoi(text) : 20'000;
}

struct Range {
  double low, high;  ///< equal: any bits
};
double draw(std::mt19937_64& random, Range r) {
  if (r.low == r.high) {
    for (;;) {
      const f64 v = __builtin_bit_cast(f64, static_cast<u64>(random()));
      if (std::isfinite(v)) return v;
    }
  }
  return r.low + (r.high - r.low) * (static_cast<double>(random() >> 11) * 0x1p-53);
}

using Reference = std::function<void(mpfr_t out, const std::vector<double>&)>;
using Function = std::function<double(const std::vector<double>&)>;

/// `cost`: what MPFR needs for one value, relative to exp.
void expectWithin(double bound, const char* name, const Function& f, const Reference& reference,
                  const std::vector<std::vector<Range>>& cases, int cost = 1) {
  std::mt19937_64 random(7);
  double worst = 0;
  std::vector<double> worstAt;
  Real exact;
  for (const auto& ranges : cases) {
    for (int i = 0; i < samples() / cost / static_cast<int>(cases.size()); i++) {
      std::vector<double> x;
      for (const Range& r : ranges) x.push_back(draw(random, r));
      reference(exact.v, x);
      const double distance = ulps(f(x), exact);
      if (distance > worst) worst = distance, worstAt = x;
    }
  }
  std::string at;
  for (double x : worstAt) {
    char text[64];
    snprintf(text, sizeof text, " %a", x);
    at += text;
  }
  printf("%-12s worst %.3f ulp at%s\n", name, worst, at.c_str());
  EXPECT_LE(worst, bound) << name << " at" << at;
}

#define UNARY(name, mp, bound, cost, ...)                                                                         \
  TEST(Ulp, name) {                                                                                               \
    expectWithin(                                                                                                 \
        bound, #name, [](const std::vector<double>& x) { return math::name(x[0]); },                              \
        [](mpfr_t out, const std::vector<double>& x) { mp(out, Real(x[0]).v, MPFR_RNDN); }, {__VA_ARGS__}, cost); \
  }
#define BINARY(name, mp, bound, ...)                                                                      \
  TEST(Ulp, name) {                                                                                       \
    expectWithin(                                                                                         \
        bound, #name, [](const std::vector<double>& x) { return math::name(x[0], x[1]); },                \
        [](mpfr_t out, const std::vector<double>& x) { mp(out, Real(x[0]).v, Real(x[1]).v, MPFR_RNDN); }, \
        {__VA_ARGS__});                                                                                   \
  }
constexpr Range kAny = {0, 0};

UNARY(exp, mpfr_exp, 0.76, 1, {{-745, 710}}, {{-1, 1}}, {{-1e-3, 1e-3}}, {{-745.2, -700}}, {kAny})
// Where no result is subnormal, and so none is rounded twice.
TEST(Ulp, exp_of_normal_results) {
  expectWithin(
      0.55, "exp", [](const std::vector<double>& x) { return math::exp(x[0]); },
      [](mpfr_t out, const std::vector<double>& x) { mpfr_exp(out, Real(x[0]).v, MPFR_RNDN); }, {{{-708, 709}}, {{-1, 1}}, {{-30, 30}}});
}
UNARY(expm1, mpfr_expm1, 0.9, 1, {{-60, 710}}, {{-1, 1}}, {{-1e-3, 1e-3}}, {{-5, 5}}, {{36, 40}}, {kAny})
UNARY(log, mpfr_log, 0.9, 1, {{0, 10}}, {{0.5, 2}}, {{0.99, 1.01}}, {{0, 1e-300}}, {{0, 1e300}}, {kAny})
UNARY(log1p, mpfr_log1p, 0.95, 1, {{-1, 10}}, {{-0.5, 1}}, {{-1e-3, 1e-3}}, {{0, 1e300}}, {{-1, -0.999}}, {kAny})
UNARY(log2, mpfr_log2, 0.6, 1, {{0, 10}}, {{0.5, 2}}, {{0.99, 1.01}}, {{0, 1e-300}}, {kAny})
UNARY(log10, mpfr_log10, 0.6, 1, {{0, 10}}, {{0.5, 2}}, {{0.99, 1.01}}, {{0, 1e-300}}, {kAny})
UNARY(sqrt, mpfr_sqrt, 0.5, 1, {{0, 10}}, {kAny})
UNARY(sin, mpfr_sin, 0.9, 1, {{-10, 10}}, {{-0.8, 0.8}}, {{-1e6, 1e6}}, {{-1e10, 1e10}}, {{1e300, 1e301}}, {kAny})
UNARY(cos, mpfr_cos, 0.9, 1, {{-10, 10}}, {{-0.8, 0.8}}, {{-1e6, 1e6}}, {{-1e10, 1e10}}, {{1e300, 1e301}}, {kAny})
UNARY(tan, mpfr_tan, 0.97, 1, {{-10, 10}}, {{-0.8, 0.8}}, {{-1e6, 1e6}}, {{-1e10, 1e10}}, {{1e300, 1e301}}, {kAny})
UNARY(asin, mpfr_asin, 0.8, 1, {{-1, 1}}, {{-0.5, 0.5}}, {{0.99, 1}}, {{-1e-3, 1e-3}}, {kAny})
UNARY(acos, mpfr_acos, 0.8, 1, {{-1, 1}}, {{-0.5, 0.5}}, {{0.99, 1}}, {{-1, -0.99}}, {kAny})
UNARY(atan, mpfr_atan, 0.8, 1, {{-1, 1}}, {{-10, 10}}, {{-1e-3, 1e-3}}, {{1e10, 1e20}}, {kAny})
UNARY(sinh, mpfr_sinh, 0.9, 1, {{-1, 1}}, {{-10, 10}}, {{-711, 711}}, {kAny})
UNARY(cosh, mpfr_cosh, 0.9, 1, {{-1, 1}}, {{-10, 10}}, {{-711, 711}}, {kAny})
UNARY(tanh, mpfr_tanh, 0.9, 1, {{-1, 1}}, {{-10, 10}}, {{-25, 25}}, {{-1e-3, 1e-3}}, {kAny})
UNARY(asinh, mpfr_asinh, 0.95, 1, {{-1, 1}}, {{-10, 10}}, {{-1e-3, 1e-3}}, {{1e7, 1e9}}, {{0.3, 0.4}}, {kAny})
UNARY(acosh, mpfr_acosh, 0.95, 1, {{1, 2}}, {{1, 1.001}}, {{1, 1000}}, {{1e7, 1e9}}, {{1.05, 1.07}}, {kAny})
UNARY(atanh, mpfr_atanh, 0.95, 1, {{-1, 1}}, {{-0.2, 0.2}}, {{-1e-3, 1e-3}}, {{0.99, 1}}, {{-0.2, -0.1}}, {kAny})
UNARY(erf, mpfr_erf, 0.9, 4, {{-1, 1}}, {{-7, 7}}, {{-1e-3, 1e-3}}, {{1, 2}}, {kAny})
UNARY(erfc, mpfr_erfc, 0.95, 20, {{-1, 1}}, {{-7, 7}}, {{0.4, 1.5}}, {{0, 28}}, {{26, 27.5}}, {kAny})
BINARY(pow, mpfr_pow, 0.8, {{0, 10}, {-300, 300}}, {{0.9, 1.1}, {-7000, 7000}}, {{0, 1e300}, {-1, 1}},
       {{0, 1e-300}, {-3, 1.1}}, {{0.999, 1.001}, {-7e5, 7e5}}, {{0, 2}, {0.49, 0.51}})
BINARY(atan2, mpfr_atan2, 0.8, {{-1, 1}, {-1, 1}}, {{-1e300, 1e300}, {-1, 1}}, {{-1e-300, 1e-300}, {-1e-300, 1e-300}},
       {kAny, kAny})
BINARY(hypot, mpfr_hypot, 0.6, {{-1, 1}, {-1, 1}}, {{-1e300, 1e300}, {-1e300, 1e300}},
       {{-1e-310, 1e-310}, {-1e-310, 1e-310}}, {{-1e160, 1e160}, {-1e150, 1e150}}, {kAny, kAny})

TEST(Ulp, inv_logit) {
  expectWithin(
      0.8, "inv_logit", [](const std::vector<double>& x) { return math::inv_logit(x[0]); },
      [](mpfr_t out, const std::vector<double>& x) {
        mpfr_exp(out, Real(-x[0]).v, MPFR_RNDN), mpfr_add_ui(out, out, 1, MPFR_RNDN),
            mpfr_ui_div(out, 1, out, MPFR_RNDN);
      },
      {{{-40, 40}}, {{-1, 1}}, {{-745, 745}}, {{-5, 5}}});
}

TEST(Ulp, log_factorial) {
  expectWithin(
      0.95, "log_factorial", [](const std::vector<double>& x) { return math::log_factorial(std::floor(x[0])); },
      [](mpfr_t out, const std::vector<double>& x) { mpfr_lngamma(out, Real(std::floor(x[0]) + 1).v, MPFR_RNDN); },
      {{{0, 25}}, {{0, 200}}, {{0, 1e6}}, {{0, 1e15}}});
}

/// erfc(-(x - mean) / (deviation sqrt 2)) / 2
void cdf(mpfr_t out, mpfr_t x, double mean, double deviation) {
  Real root(2);
  mpfr_sqrt(root.v, root.v, MPFR_RNDN);
  mpfr_sub(out, Real(mean).v, x, MPFR_RNDN), mpfr_div_d(out, out, deviation, MPFR_RNDN),
      mpfr_div(out, out, root.v, MPFR_RNDN);
  mpfr_erfc(out, out, MPFR_RNDN), mpfr_div_2ui(out, out, 1, MPFR_RNDN);
}
void pdf(mpfr_t out, mpfr_t x, double mean, double deviation) {
  Real root;
  mpfr_const_pi(root.v, MPFR_RNDN), mpfr_mul_2ui(root.v, root.v, 1, MPFR_RNDN), mpfr_sqrt(root.v, root.v, MPFR_RNDN);
  mpfr_sub(out, x, Real(mean).v, MPFR_RNDN), mpfr_div_d(out, out, deviation, MPFR_RNDN), mpfr_sqr(out, out, MPFR_RNDN);
  mpfr_div_si(out, out, -2, MPFR_RNDN), mpfr_exp(out, out, MPFR_RNDN);
  mpfr_div(out, out, root.v, MPFR_RNDN), mpfr_div_d(out, out, deviation, MPFR_RNDN);
}
TEST(Ulp, norm_cdf) {
  expectWithin(
      1, "norm_cdf", [](const std::vector<double>& x) { return math::norm_cdf(x[0], x[1], x[2]); },
      [](mpfr_t out, const std::vector<double>& x) { cdf(out, Real(x[0]).v, x[1], x[2]); },
      {{{-38, 10}, {0, 1e-300}, {1, 1.0000001}},
       {{-3, 3}, {-1, 1}, {0.5, 2}},
       {{-30, 0}, {-1, 1}, {0.9, 3}},
       {{-1e-3, 1e-3}, {-1e-3, 1e-3}, {0.5, 1}}},
      20);
}
TEST(Ulp, norm_pdf) {
  expectWithin(
      1, "norm_pdf", [](const std::vector<double>& x) { return math::norm_pdf(x[0], x[1], x[2]); },
      [](mpfr_t out, const std::vector<double>& x) { pdf(out, Real(x[0]).v, x[1], x[2]); },
      {{{-38, 38}, {0, 1e-300}, {1, 1.0000001}},
       {{-3, 3}, {-1, 1}, {0.5, 2}},
       {{-30, 30}, {-1, 1}, {0.9, 3}},
       {{-1e-290, 1e-290}, {0, 1e-290}, {1e-290, 2e-290}},
       {{-5.6e-299, 5.6e-299}, {0, 1e-320}, {1e-300, 1.01e-300}},
       {{-1e308, 1e308}, {0, 1}, {1e290, 1e307}}});
}
TEST(Ulp, norm_icdf) {
  const auto reference = [](mpfr_t out, const std::vector<double>& p) {
    // Newton on log(cdf), from the function's own value: three steps square the distance thrice, far below 2^-120.
    mpfr_set_d(out, math::norm_icdf(p[0], 0.0, 1.0), MPFR_RNDN);
    Real c, d, target(p[0]);
    mpfr_log(target.v, target.v, MPFR_RNDN);
    for (int i = 0; i < 3; i++) {
      cdf(c.v, out, 0, 1), pdf(d.v, out, 0, 1);
      mpfr_div(d.v, c.v, d.v, MPFR_RNDN), mpfr_log(c.v, c.v, MPFR_RNDN), mpfr_sub(c.v, c.v, target.v, MPFR_RNDN);
      mpfr_mul(c.v, c.v, d.v, MPFR_RNDN), mpfr_sub(out, out, c.v, MPFR_RNDN);
    }
  };
  expectWithin(
      1, "norm_icdf", [](const std::vector<double>& p) { return math::norm_icdf(p[0], 0.0, 1.0); }, reference,
      {{{1e-12, 1}}, {{0.07, 0.08}}, {{0.499, 0.501}}, {{1e-300, 1e-200}}, {{0, 1e-307}}, {{0.9, 1}}, {{0.2, 0.25}}},
      100);
}

#else
TEST(Ulp, AgainstMpfr) { GTEST_SKIP() << "MPFR is not installed"; }
#endif

}  // namespace

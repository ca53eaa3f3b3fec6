// The same bits from every instruction set and lane count, and from the evaluator's build of the header; and the
// special values of C99's annex F.
#include "math_tiers.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>
#include <vector>

#define FLOAT_FUNCTION(name) name
#include "math_singles.h"

using namespace kiln::kernel;

namespace {

u64 bitsOf(f64 v) { return __builtin_bit_cast(u64, v); }

/// Random bits, usual magnitudes, the unit interval, and the values where functions have their corners.
std::vector<f64> inputs(std::mt19937_64& random, int n) {
  static const f64 corners[] = {0.0,
                                -0.0,
                                1.0,
                                -1.0,
                                0.5,
                                -0.5,
                                2.0,
                                3.0,
                                -3.0,
                                INFINITY,
                                -INFINITY,
                                NAN,
                                5e-324,
                                -5e-324,
                                0x1p-1022,
                                1.7976931348623157e308,
                                709.8,
                                -745.2,
                                0x1p53,
                                0x1p52 + 1,
                                2.5,
                                -2.5,
                                0.49999999999999994,
                                40.0,
                                28.0,
                                0x1p20,
                                1e22,
                                0.23,
                                0.77};
  std::vector<f64> x(n);
  for (f64& v : x) {
    const u64 r = random();
    const f64 unit = static_cast<f64>(r >> 11) * 0x1p-53;
    switch (random() % 5) {
      case 0:
        v = __builtin_bit_cast(f64, r);
        break;
      case 1:
        v = (unit - 0.5) * 20;
        break;
      case 2:
        v = unit;
        break;
      case 3:
        v = (unit - 0.5) * 1500;
        break;
      default:
        v = corners[r % (sizeof corners / sizeof corners[0])];
    }
  }
  return x;
}

// One lane of the plain build, as the evaluator has it, is what all must equal.
#define HOST_1(name) [](f64 a, f64, f64) { return math::name(a); }
#define HOST_2(name) [](f64 a, f64 b, f64) { return math::name(a, b); }
#define HOST_3(name) [](f64 a, f64 b, f64 c) { return math::name(a, b, c); }
#define HOST(name, count) {#name, HOST_##count(name)},
const struct {
  const char* name;
  f64 (*call)(f64, f64, f64);
} kHost[] = {MATH_FUNCTIONS(HOST)};

void compare(const char* tier, const MathEntry* entries) {
  constexpr int n = 20'000;
  for (int f = 0; entries[f].name != nullptr; f++) {
    std::mt19937_64 random(f);
    const std::vector<f64> x0 = inputs(random, n), x1 = inputs(random, n), x2 = inputs(random, n);
    const f64* x[] = {x0.data(), x1.data(), x2.data()};
    std::vector<f64> one(n), four(n), eight(n);
    entries[f].one(x, one.data(), n), entries[f].four(x, four.data(), n), entries[f].eight(x, eight.data(), n);
    int reported = 0;
    for (int i = 0; i < n && reported < 3; i++) {
      const f64 expected = kHost[f].call(x0[i], x1[i], x2[i]);
      for (f64 got : {one[i], four[i], eight[i]}) {
        if (bitsOf(got) == bitsOf(expected)) continue;
        ADD_FAILURE() << tier << " " << entries[f].name << "(" << std::hexfloat << x0[i] << ", " << x1[i] << ", "
                      << x2[i] << ") = " << got << ", expected " << expected << " (lanes 1, 4, 8: " << one[i] << " "
                      << four[i] << " " << eight[i] << ")";
        reported++;
        break;
      }
      if (expected != expected)
        EXPECT_EQ(bitsOf(expected), 0x7ff8000000000000u) << entries[f].name << ": a NaN of another kind";
    }
  }
}

#ifndef KILN_NO_X86_TIERS
TEST(MathTiers, V2) { compare("v2", math_v2); }
TEST(MathTiers, V3) {
  if (!__builtin_cpu_supports("avx2")) GTEST_SKIP() << "this processor has no AVX2";
  compare("v3", math_v3);
}
TEST(MathTiers, V4) {
  if (!__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl"))
    GTEST_SKIP() << "this processor has no AVX-512";
  compare("v4", math_v4);
}
#endif

// The pass `simplify` makes products of squares.
TEST(MathSpecial, SquaresAreProducts) {
  std::mt19937_64 random(29);
  for (int i = 0; i < 200000; i++) {
    const f64 x = std::bit_cast<f64>(random());   // of all sizes
    const f64 product = x * x, square = math::pow(x, 2.0);
    ASSERT_TRUE(std::isnan(product) ? std::isnan(square) : std::bit_cast<u64>(product) == std::bit_cast<u64>(square)) << x;
  }
}

// C99 annex F.9.4.4, case by case.
TEST(MathSpecial, Pow) {
  const f64 inf = INFINITY, nan = NAN;
  const struct {
    f64 x, y, expected;
  } rows[] = {{0.0, -3, inf},
              {-0.0, -3, -inf},
              {0.0, -2, inf},
              {-0.0, -2, inf},
              {-0.0, -2.5, inf},
              {0.0, -inf, inf},
              {-0.0, -inf, inf},
              {0.0, 3, 0.0},
              {-0.0, 3, -0.0},
              {-0.0, 2, 0.0},
              {-0.0, 2.5, 0.0},
              {-1, inf, 1},
              {-1, -inf, 1},
              {1, nan, 1},
              {1, inf, 1},
              {nan, 0.0, 1},
              {nan, -0.0, 1},
              {inf, 0.0, 1},
              {-2, 0.5, nan},
              {-2, inf, inf},
              {-0.5, inf, 0.0},
              {0.5, -inf, inf},
              {0.5, inf, 0.0},
              {2, -inf, 0.0},
              {2, inf, inf},
              {-inf, -3, -0.0},
              {-inf, -2, 0.0},
              {-inf, -2.5, 0.0},
              {-inf, 3, -inf},
              {-inf, 2, inf},
              {-inf, 0.5, inf},
              {inf, -1, 0.0},
              {inf, 0.1, inf},
              {nan, 1, nan},
              {2, nan, nan},
              {-2, 3, -8},
              {-2, 2, 4},
              {-2, -1, -0.5},
              {2, 0.5, 0x1.6a09e667f3bcdp+0},
              {2, 1023, 0x1p1023},
              {2, 1024, inf},
              {2, -1074, 0x1p-1074},
              {-2, -1074, 0x1p-1074},
              {-2, 1023, -0x1p1023},
              {-1, 0x1p53, 1},
              {-1, 0x1p53 - 1, -1},
              {10, 22, 1e22},
              {1e300, 1e300, inf},
              {1e-300, 1e300, 0.0},
              {0x1.fffffffffffffp-1, 1e300, 0.0},
              {5e-324, 1, 5e-324}};
  for (const auto& r : rows) {
    const f64 got = math::pow(r.x, r.y);
    EXPECT_TRUE(bitsOf(got) == bitsOf(r.expected) || (got != got && r.expected != r.expected))
        << r.x << " ^ " << r.y << " = " << got << ", not " << r.expected;
  }
}

TEST(MathSpecial, Atan2) {  // F.9.1.4
  const f64 inf = INFINITY, pi = 0x1.921fb54442d18p+1;
  const struct {
    f64 y, x, expected;
  } rows[] = {{0.0, 0.0, 0.0},
              {-0.0, 0.0, -0.0},
              {0.0, -0.0, pi},
              {-0.0, -0.0, -pi},
              {0.0, -1, pi},
              {-0.0, -1, -pi},
              {0.0, 1, 0.0},
              {-0.0, 1, -0.0},
              {1, 0.0, pi / 2},
              {-1, -0.0, -pi / 2},
              {1, -inf, pi},
              {-1, inf, -0.0},
              {inf, 1, pi / 2},
              {-inf, -1, -pi / 2},
              {inf, inf, pi / 4},
              {inf, -inf, 0x1.2d97c7f3321d2p+1},
              {-inf, inf, -pi / 4},
              {5e-324, 5e-324, pi / 4},
              {1.7e308, 1.7e308, pi / 4},
              {5e-324, 1.7e308, 0.0}};
  for (const auto& r : rows)
    EXPECT_EQ(bitsOf(math::atan2(r.y, r.x)), bitsOf(r.expected))
        << r.y << ", " << r.x << " = " << math::atan2(r.y, r.x);
}

TEST(MathSpecial, EndsOfRanges) {
  const f64 inf = INFINITY;
  const struct {
    const char* what;
    f64 got, expected;
  } rows[] = {{"exp(-inf)", math::exp(-inf), 0.0},
              {"exp(inf)", math::exp(inf), inf},
              {"exp(0)", math::exp(-0.0), 1.0},
              {"expm1(-inf)", math::expm1(-inf), -1.0},
              {"expm1(-0)", math::expm1(-0.0), -0.0},
              {"expm1(inf)", math::expm1(inf), inf},
              {"log(0)", math::log(-0.0), -inf},
              {"log(1)", math::log(1.0), 0.0},
              {"log(inf)", math::log(inf), inf},
              {"log1p(-1)", math::log1p(-1.0), -inf},
              {"log1p(-0)", math::log1p(-0.0), -0.0},
              {"log1p(inf)", math::log1p(inf), inf},
              {"log2(0x1p-1074)", math::log2(0x1p-1074), -1074.0},
              {"log10(1e22)", math::log10(1e22), 22.0},
              {"log10(1000)", math::log10(1000.0), 3.0},
              {"sin(-0)", math::sin(-0.0), -0.0},
              {"cos(0)", math::cos(0.0), 1.0},
              {"tan(-0)", math::tan(-0.0), -0.0},
              {"asin(-0)", math::asin(-0.0), -0.0},
              {"asin(1)", math::asin(1.0), 0x1.921fb54442d18p+0},
              {"acos(1)", math::acos(1.0), 0.0},
              {"acos(-1)", math::acos(-1.0), 0x1.921fb54442d18p+1},
              {"atan(-inf)", math::atan(-inf), -0x1.921fb54442d18p+0},
              {"sinh(-inf)", math::sinh(-inf), -inf},
              {"sinh(-0)", math::sinh(-0.0), -0.0},
              {"cosh(-inf)", math::cosh(-inf), inf},
              {"tanh(-inf)", math::tanh(-inf), -1.0},
              {"tanh(-0)", math::tanh(-0.0), -0.0},
              {"tanh(1e-310)", math::tanh(1e-310), 1e-310},
              {"erf(inf)", math::erf(inf), 1.0},
              {"erf(-0)", math::erf(-0.0), -0.0},
              {"erfc(inf)", math::erfc(inf), 0.0},
              {"erfc(-inf)", math::erfc(-inf), 2.0},
              {"hypot(inf, nan)", math::hypot(inf, f64(NAN)), inf},
              {"hypot(0, -0)", math::hypot(0.0, -0.0), 0.0},
              {"hypot(3, 4)", math::hypot(3.0, 4.0), 5.0},
              {"inv_logit(-inf)", math::inv_logit(-inf), 0.0},
              {"inv_logit(inf)", math::inv_logit(inf), 1.0},
              {"inv_logit(0)", math::inv_logit(0.0), 0.5},
              {"norm_cdf(-inf)", math::norm_cdf(-inf, 0.0, 1.0), 0.0},
              {"norm_cdf(inf)", math::norm_cdf(inf, 0.0, 1.0), 1.0},
              {"norm_cdf(0)", math::norm_cdf(0.0, 0.0, 1.0), 0.5},
              {"norm_pdf(inf)", math::norm_pdf(inf, 0.0, 1.0), 0.0},
              {"norm_pdf(7, 2, 1e-300)", math::norm_pdf(7.0, 2.0, 1e-300), 0.0},
              {"norm_icdf(0)", math::norm_icdf(0.0, 0.0, 1.0), -inf},
              {"norm_icdf(1)", math::norm_icdf(1.0, 0.0, 1.0), inf},
              {"norm_icdf(0.5)", math::norm_icdf(0.5, 3.0, 2.0), 3.0},
              {"inv_cauchit(0)", math::inv_cauchit(0.0), 0.5},
              {"inv_cauchit(-inf)", math::inv_cauchit(-inf), 0.0},
              {"inv_cloglog(inf)", math::inv_cloglog(inf), 1.0},
              {"inv_loglog(-inf)", math::inv_loglog(-inf), 0.0}};
  for (const auto& r : rows) EXPECT_EQ(bitsOf(r.got), bitsOf(r.expected)) << r.what << " = " << r.got;
  for (f64 x : {-1.0, -inf, f64(NAN)}) {
    EXPECT_EQ(bitsOf(math::log(x)), 0x7ff8000000000000u) << x;
    EXPECT_EQ(bitsOf(math::sqrt(x)), 0x7ff8000000000000u) << x;
    EXPECT_EQ(bitsOf(math::norm_icdf(x, 0.0, 1.0)), 0x7ff8000000000000u) << x;
  }
  for (f64 x : {inf, -inf, f64(NAN)})
    for (f64 y : {math::sin(x), math::cos(x), math::tan(x), math::asin(x), math::acos(x)})
      EXPECT_EQ(bitsOf(y), 0x7ff8000000000000u) << x;
}

TEST(MathSpecial, RoundingIsExact) {
  const struct {
    f64 x, halfUp, away, even;
  } rows[] = {{0.5, 1, 1, 0},
              {-0.5, 0, -1, -0.0},
              {1.5, 2, 2, 2},
              {2.5, 3, 3, 2},
              {-2.5, -2, -3, -2},
              {0.49999999999999994, 0, 0, 0},
              {-0.49999999999999994, 0, -0.0, -0.0},
              {0x1p52 + 1, 0x1p52 + 1, 0x1p52 + 1, 0x1p52 + 1},
              {-0x1p53 - 2, -0x1p53 - 2, -0x1p53 - 2, -0x1p53 - 2},
              {4503599627370495.5, 0x1p52, 0x1p52, 0x1p52},
              {-0.0, -0.0, -0.0, -0.0},
              {INFINITY, INFINITY, INFINITY, INFINITY}};
  for (const auto& r : rows) {
    EXPECT_EQ(math::round_half_up(r.x), r.halfUp) << r.x;
    EXPECT_EQ(bitsOf(math::round_away(r.x)), bitsOf(r.away)) << r.x;
    EXPECT_EQ(bitsOf(math::round_even(r.x)), bitsOf(r.even)) << r.x;
  }
}

}  // namespace

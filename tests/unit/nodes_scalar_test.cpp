// The scalar functions: values worked by hand or from the C library, missing and failed operands, checked results.
#include "compiler/ir/scalars.h"

#include <bit>

#include "tests/unit/nodes_testing.h"

namespace kiln::ir {

using Scalars = Bench;
constexpr int64_t kMin = INT64_MIN, kMax = INT64_MAX;

TEST_F(Scalars, TableResolvesEveryName) {
  for (const ScalarFunction& f : scalarFunctions()) {
    EXPECT_EQ(findScalar(f.name), &f);
    EXPECT_GE(f.arity(), 1);
    EXPECT_LE(f.arity(), 3);
  }
  EXPECT_EQ(findScalar("addd"), nullptr);
  EXPECT_THROW(Call("addd"), BuildError);
}

TEST_F(Scalars, ArithmeticOfFloats) {
  EXPECT_EQ(number(b.call("add", {f64(0.1), f64(0.2)})), 0.30000000000000004);
  EXPECT_EQ(number(b.call("sub", {f64(1), f64(3)})), -2);
  EXPECT_EQ(number(b.call("mul", {f64(1.5), f64(-2)})), -3);
  EXPECT_EQ(number(b.call("div", {f64(7), f64(2)})), 3.5);
  EXPECT_EQ(number(b.call("div", {f64(-1), f64(0.0)})), -kInf);
  EXPECT_EQ(number(b.call("neg", {f64(2)})), -2);
  EXPECT_EQ(number(b.call("abs", {f64(-2.5)})), 2.5);
  EXPECT_EQ(number(b.call("mod_floor", {f64(-7), f64(3)})), 2);  // -7 - floor(-7 / 3) * 3
  EXPECT_EQ(number(b.call("mod_floor", {f64(7), f64(-3)})), -2);
  EXPECT_EQ(number(b.call("threshold", {f64(2), f64(1)})), 1);
  EXPECT_EQ(number(b.call("threshold", {f64(1), f64(1)})), 0);
  EXPECT_EQ(number(b.call("threshold", {f64(kNaN), f64(1)})), 0);
  EXPECT_EQ(number(b.call("clip_low", {f64(1), f64(2)})), 2);
  EXPECT_EQ(number(b.call("clip_high", {f64(3), f64(2)})), 2);
  EXPECT_TRUE(std::isnan(*number(b.call("clip_low", {f64(kNaN), f64(2)}))));
}

TEST_F(Scalars, FloatArithmeticRoundsOnceInFloat) {
  // 16777216 + 1 rounds to even in float; in double it would be exact.
  EXPECT_EQ(number(b.call("add", {f32(16777216), f32(1)})), 16777216);
  EXPECT_EQ(number(b.call("div", {f32(1), f32(3)})), static_cast<double>(1.0f / 3.0f));
  EXPECT_EQ(number(b.call("exp", {f32(1)})), static_cast<double>(static_cast<float>(std::exp(1.0))));
  EXPECT_EQ(b.type(b.call("exp", {f32(1)})).elem, Elem::f32);
}

TEST_F(Scalars, ArithmeticOfIntegersWrapsOrFails) {
  EXPECT_EQ(whole(b.call("add", {i64(kMax), i64(1)})), kMin);
  EXPECT_EQ(whole(b.call("sub", {i64(kMin), i64(1)})), kMax);
  EXPECT_EQ(whole(b.call("mul", {i64(kMax), i64(2)})), -2);
  EXPECT_EQ(whole(b.call("neg", {i64(kMin)})), kMin);
  EXPECT_EQ(whole(b.call("abs", {i64(kMin)})), kMin);
  EXPECT_EQ(whole(b.call("abs", {i64(-5)})), 5);
  EXPECT_EQ(whole(b.call("div", {i64(kMin), i64(-1)})), kMin);
  EXPECT_EQ(whole(b.call("div", {i64(-7), i64(2)})), -3);  // truncates
  EXPECT_EQ(whole(b.call("div", {i64(7), i64(0)})), 0);
  for (const char* name : {"add", "sub", "mul"}) {
    EXPECT_EQ(whole(b.call(name, {i64(6), i64(2)}, true)), name[0] == 'a' ? 8 : name[0] == 's' ? 4 : 12);
    EXPECT_EQ(cause(b.call(name,
                           {i64(kMin), i64(name[0] == 's'   ? 1
                                           : name[0] == 'a' ? -1
                                                            : 2)},
                           true)),
              KILN_UNDEFINED);
  }
  EXPECT_EQ(cause(b.call("neg", {i64(kMin)}, true)), KILN_UNDEFINED);
  EXPECT_EQ(cause(b.call("abs", {i64(kMin)}, true)), KILN_UNDEFINED);
  EXPECT_EQ(cause(b.call("div", {i64(kMin), i64(-1)}, true)), KILN_UNDEFINED);
  EXPECT_EQ(cause(b.call("div", {i64(1), i64(0)}, true)), KILN_UNDEFINED);
  EXPECT_EQ(number(b.call("add", {i32(INT32_MAX), i32(1)})), INT32_MIN);
}

TEST_F(Scalars, ModuloOfIntegersHasTheSignOfTheDivisor) {
  EXPECT_EQ(whole(b.call("mod_floor", {i64(-7), i64(3)})), 2);
  EXPECT_EQ(whole(b.call("mod_floor", {i64(7), i64(-3)})), -2);
  EXPECT_EQ(whole(b.call("mod_floor", {i64(-6), i64(3)})), 0);
  EXPECT_EQ(whole(b.call("mod_floor", {i64(kMin), i64(-1)}, true)), 0);
  EXPECT_EQ(whole(b.call("mod_floor", {i64(5), i64(0)})), 0);
  EXPECT_EQ(cause(b.call("mod_floor", {i64(5), i64(0)}, true)), KILN_UNDEFINED);
}

TEST_F(Scalars, RemainderHasTheSignOfTheDividend) {
  EXPECT_EQ(whole(b.call("rem", {i64(-7), i64(3)})), -1);
  EXPECT_EQ(whole(b.call("rem", {i64(7), i64(-3)})), 1);
  EXPECT_EQ(whole(b.call("rem", {i64(kMin), i64(-1)}, true)), 0);
  EXPECT_EQ(whole(b.call("rem", {i64(5), i64(0)})), 0);
  EXPECT_EQ(cause(b.call("rem", {i64(5), i64(0)}, true)), KILN_UNDEFINED);
  EXPECT_EQ(number(b.call("rem", {f64(-7.5), f64(2)})), -1.5);
  EXPECT_EQ(number(b.call("rem", {f64(1e300), f64(1001)})), 799);  // by the integers of Python: int(1e300) % 1001
  EXPECT_EQ(number(b.call("rem", {f64(5), f64(kInf)})), 5);
  EXPECT_TRUE(std::isnan(*number(b.call("rem", {f64(5), f64(0)}))));
}

TEST_F(Scalars, Sign) {
  EXPECT_EQ(number(b.call("sign", {f64(-1e-300)})), -1);
  EXPECT_EQ(number(b.call("sign", {f32(7)})), 1);
  EXPECT_TRUE(std::signbit(*number(b.call("sign", {f64(-0.0)}))));
  EXPECT_TRUE(std::isnan(*number(b.call("sign", {f64(kNaN)}))));
  EXPECT_EQ(whole(b.call("sign", {i64(kMin)})), -1);
  EXPECT_EQ(whole(b.call("sign", {i64(0)})), 0);
}

TEST_F(Scalars, Bits) {
  EXPECT_EQ(whole(b.call("bit_and", {i64(12), i64(10)})), 8);
  EXPECT_EQ(whole(b.call("bit_or", {i64(12), i64(10)})), 14);
  EXPECT_EQ(whole(b.call("bit_xor", {i64(12), i64(10)})), 6);
  EXPECT_EQ(whole(b.call("bit_not", {i64(12)})), -13);
  EXPECT_EQ(whole(b.call("shl", {i64(3), i64(62)})), kMin + (int64_t(1) << 62));
  EXPECT_EQ(whole(b.call("shl", {i64(3), i64(64)})), 0);
  EXPECT_EQ(whole(b.call("shr", {i64(-1), i64(60)})), 15);  // zeros enter
  EXPECT_EQ(whole(b.call("shr", {i64(-1), i64(-1)})), 0);
  EXPECT_EQ(number(b.call("shr", {i32(-1), i32(28)})), 15);
}

TEST_F(Scalars, IntegersOfOtherWidths) {
  EXPECT_EQ(whole(b.call("wrap_signed", {i64(200)}, false, {8})), 200 - 256);
  EXPECT_EQ(whole(b.call("wrap_unsigned", {i64(-1)}, false, {8})), 255);
  EXPECT_EQ(whole(b.call("wrap_unsigned", {i64(-1)}, false, {32})), 0xffffffff);
  EXPECT_EQ(number(b.call("wrap_signed", {i32(0x18000)}, false, {16})), -0x8000);
  EXPECT_EQ(number(b.call("wrap_signed", {i32(-5)}, false, {40})), -5);
  EXPECT_ANY_THROW(b.call("wrap_signed", {i64(1)}, false, {64}));
}

// ß has no capital of one code point, and no small letter depends on those around it.
TEST_F(Scalars, SimpleCase) {
  EXPECT_EQ(text(b.call("lower_simple", {str("ΑΣ")})), "ασ");
  EXPECT_EQ(text(b.call("lower", {str("ΑΣ")})), "ας");
  EXPECT_EQ(text(b.call("upper_simple", {str("Straße é")})), "STRAßE É");
}

// By a Python transcription of Austin Appleby's function, whose "hello" is the published 0x248bfa47.
TEST_F(Scalars, MurmurHash3) {
  EXPECT_EQ(number(b.call("murmur3_text", {str("hello")}, false, {0})), 0x248bfa47);
  EXPECT_EQ(number(b.call("murmur3_text", {str("")}, false, {0})), 0);
  EXPECT_EQ(number(b.call("murmur3", {i64(12345)}, false, {0})), 342635441);
  EXPECT_EQ(number(b.call("murmur3", {i32(-7)}, false, {42})), -1618159745);
  EXPECT_ANY_THROW(b.call("murmur3", {i64(1)}, false, {-1}));
}

// The compiler's own half, which GCC's run-time library rounds to.
TEST_F(Scalars, HalfPrecision) {
  for (double v : {0.0, -0.0, 1.0, 2049.0, 2051.0, 65504.0, 65519.99, 65520.0, 1e300, 6.1e-5, 5.96e-8, 2.98023223876953125e-8,
                   2.9802322387695316e-8, -1e-20, kInf, -kInf, 0.1, 1.0 / 3, -1234.5678}) {
    EXPECT_EQ(number(b.call("round_f16", {f64(v)})), static_cast<double>(static_cast<_Float16>(v))) << v;
    const float narrow = static_cast<float>(v);
    EXPECT_EQ(number(b.call("round_f16", {f32(narrow)})), static_cast<double>(static_cast<_Float16>(narrow))) << v;
  }
  EXPECT_TRUE(std::isnan(*number(b.call("round_f16", {f64(kNaN)}))));
}
// bfloat16 is the upper half of a float: what is cut off decides, ties to even.
TEST_F(Scalars, BrainFloat) {
  for (float v : {0.0f, -0.0f, 1.0f, 1.00390625f, 1.01171875f, 3.4e38f, 3.3895e38f, 1e-40f, 9.1e-41f, 4.6e-41f, 0.1f, -1234.5678f}) {
    const uint32_t bits = std::bit_cast<uint32_t>(v);
    const float rounded = std::bit_cast<float>((bits + 0x7fff + ((bits >> 16) & 1)) & 0xffff0000);
    EXPECT_EQ(number(b.call("round_bf16", {f32(v)})), static_cast<double>(rounded)) << v;
  }
}

// 1 / (1 + e^-3) = 0.9525741268 in float; e^-30 is lost beside 1.
TEST_F(Scalars, SigmoidOfOnnxRuntime) {
  EXPECT_NEAR(*number(b.call("sigmoid", {f32(3)})), 0.9525741268, 6e-8);
  EXPECT_EQ(number(b.call("sigmoid", {f32(-30)})), 0);
  EXPECT_EQ(number(b.call("sigmoid", {f64(0)})), 0.5);
}
// (1 + 2^-12)^2 is 1 + 2^-11 + 2^-24, whose last term a float lacks.
TEST_F(Scalars, MulAdd) {
  const float x = 1 + 0x1p-12f;
  EXPECT_EQ(number(b.call("mul_add", {f32(x), f32(x), f32(-(1 + 0x1p-11f))})), 0x1p-24);
  EXPECT_EQ(number(b.call("mul_add", {f64(3), f64(0.5), f64(-1)})), 0.5);
}
// 0.1 in float, added up one by one: ONNX Runtime 1.32's TfIdfVectorizer of ten, a hundred and a thousand equal tokens.
TEST_F(Scalars, TimesAdded) {
  for (const auto& [times, sum] : {std::pair{10.0f, 1.0000001f}, {100.0f, 10.000002f}, {1000.0f, 99.99905f}, {0.0f, 0.0f}, {2.0f, 0.2f}})
    EXPECT_EQ(number(b.call("times_added", {f32(0.1f), f32(times)})), sum) << times;
  EXPECT_EQ(number(b.call("times_added", {f32(2), f32(0.5f)})), 0);
  EXPECT_EQ(number(b.call("times_added", {f32(2), f32(-3)})), 0);
  EXPECT_EQ(number(b.call("times_added", {f32(2), f32(16385)})), 32770);
}
// sqrt 2 erfinv(2 p - 1) of p = 0.975 is 1.9600 by tables of the normal distribution; the approximation is off by 2e-3.
TEST_F(Scalars, ErfinvWinitzki) {
  EXPECT_NEAR(*number(b.call("erfinv_winitzki", {f32(0.95f)})) * std::sqrt(2.0), 1.96, 3e-3);
  EXPECT_EQ(number(b.call("erfinv_winitzki", {f32(-0.95f)})), -*number(b.call("erfinv_winitzki", {f32(0.95f)})));
  EXPECT_EQ(number(b.call("erfinv_winitzki", {f32(1)})), kInf);
}

TEST_F(Scalars, IntegerPower) {
  EXPECT_EQ(whole(b.call("ipow", {i64(3), i64(4)})), 81);
  EXPECT_EQ(whole(b.call("ipow", {i64(-2), i64(63)}, true)), kMin);  // fits exactly
  EXPECT_EQ(whole(b.call("ipow", {i64(0), i64(0)})), 1);
  EXPECT_EQ(whole(b.call("ipow", {i64(2), i64(64)})), 0);  // 2^64 mod 2^64
  EXPECT_EQ(cause(b.call("ipow", {i64(2), i64(63)}, true)), KILN_UNDEFINED);
  EXPECT_EQ(whole(b.call("ipow", {i64(2), i64(-1)})), 0);
  EXPECT_EQ(cause(b.call("ipow", {i64(2), i64(-1)}, true)), KILN_UNDEFINED);
  EXPECT_EQ(whole(b.call("ipow", {i64(1), i64(kMax)}, true)), 1);
}

TEST_F(Scalars, MinAndMaxPropagateNaNAndKeepTheFirstZero) {
  EXPECT_EQ(number(b.call("min", {f64(2), f64(1)})), 1);
  EXPECT_EQ(number(b.call("max", {f64(2), f64(1)})), 2);
  for (const char* name : {"min", "max"}) {
    EXPECT_TRUE(std::isnan(*number(b.call(name, {f64(kNaN), f64(1)}))));
    EXPECT_TRUE(std::isnan(*number(b.call(name, {f64(1), f64(kNaN)}))));
    EXPECT_FALSE(std::signbit(*number(b.call(name, {f64(0.0), f64(-0.0)}))));
    EXPECT_TRUE(std::signbit(*number(b.call(name, {f64(-0.0), f64(0.0)}))));
  }
  EXPECT_EQ(whole(b.call("min", {i64(3), i64(-4)})), -4);
}

TEST_F(Scalars, SkippingFunctionsLeaveMissingOperandsOut) {
  EXPECT_EQ(number(b.call("min_skip", {f64(kMissing), f64(5)})), 5);
  EXPECT_EQ(number(b.call("max_skip", {f64(5), f64(kMissing)})), 5);
  EXPECT_EQ(number(b.call("add_skip", {f64(5), f64(6)})), 11);
  EXPECT_EQ(number(b.call("mul_skip", {f64(5), f64(6)})), 30);
  EXPECT_TRUE(isMissing(b.call("add_skip", {f64(kMissing), f64(kMissing)})));
  EXPECT_TRUE(b.type(b.call("add_skip", {f64(kMissing), f64(kMissing)})).nullable);
  EXPECT_FALSE(b.type(b.call("add_skip", {f64(1), f64(kMissing)})).nullable);
  EXPECT_EQ(cause(b.call("add_skip", {f64(kNaN), f64(kMissing)}, true)), KILN_UNDEFINED);
}

// Within two ulps of the C library, which is within one itself.
static void near(std::optional<double> got, double expected) {
  ASSERT_TRUE(got);
  EXPECT_NEAR(*got, expected, std::fabs(expected) * 4.5e-16 + 1e-300);
}

TEST_F(Scalars, FunctionsOfOneNumber) {
  struct Row {
    const char* name;
    double (*reference)(double);
    std::vector<double> at;
  };
  const Row rows[] = {{"sqrt", std::sqrt, {0, 2, 1e300}},
                      {"exp", std::exp, {-700, -1, 0, 1, 700}},
                      {"expm1", std::expm1, {-1, 1e-10, 1}},
                      {"log", std::log, {1e-300, 0.5, 1, 10}},
                      {"log1p", std::log1p, {-0.5, 1e-10, 1}},
                      {"log2", std::log2, {0.125, 3, 1024}},
                      {"log10", std::log10, {0.001, 1000, 7}},
                      {"sin", std::sin, {0, 1, -2.5}},
                      {"cos", std::cos, {0, 1, -2.5}},
                      {"tan", std::tan, {0, 1, -0.5}},
                      {"asin", std::asin, {0, 0.5, -1}},
                      {"acos", std::acos, {0, 0.5, -1}},
                      {"atan", std::atan, {0, 1, -100}},
                      {"sinh", std::sinh, {0, 1, -3}},
                      {"cosh", std::cosh, {0, 1, -3}},
                      {"tanh", std::tanh, {0, 0.5, -3}},
                      {"erf", std::erf, {0, 0.5, -1}},
                      {"erfc", std::erfc, {0, 0.5, 3}},
                      {"floor", std::floor, {-1.5, 2, 2.7}},
                      {"ceil", std::ceil, {-1.5, 2, 2.1}},
                      {"trunc", std::trunc, {-1.5, 2.7}},
                      {"round_even", std::nearbyint, {0.5, 1.5, -2.5}},
                      {"round_away", std::round, {0.5, -0.5, 2.4}}};
  for (const Row& row : rows)
    for (double x : row.at) {
      SCOPED_TRACE(std::string(row.name) + " of " + std::to_string(x));
      near(number(b.call(row.name, {f64(x)})), row.reference(x));
    }
}

TEST_F(Scalars, FunctionsOfTwoNumbers) {
  near(number(b.call("pow", {f64(2), f64(0.5)})), std::sqrt(2.0));
  near(number(b.call("pow", {f64(-2), f64(3)})), -8);
  near(number(b.call("atan2", {f64(1), f64(-1)})), std::atan2(1, -1));
  near(number(b.call("hypot", {f64(3), f64(4)})), 5);
  EXPECT_EQ(cause(b.call("pow", {f64(-2), f64(0.5)}, true)), KILN_UNDEFINED);
}

TEST_F(Scalars, RoundHalfUpIsExact) {
  const auto round = [&](double x) { return *number(b.call("round_half_up", {f64(x)})); };
  EXPECT_EQ(round(0.49999999999999994), 0);  // floor(x + 0.5) would give 1
  EXPECT_EQ(round(0.5), 1);
  EXPECT_EQ(round(-0.5), 0);
  EXPECT_EQ(round(-1.5), -1);
  EXPECT_EQ(round(4503599627370497.0), 4503599627370497.0);  // 2^52 + 1: x + 0.5 would round to even
  EXPECT_EQ(round(-kInf), -kInf);
  EXPECT_TRUE(std::isnan(round(kNaN)));
}

TEST_F(Scalars, Distributions) {
  // Abramowitz and Stegun, table 26.1: P(1) = 0.8413447460685429, Z(1) = 0.24197072451914337.
  EXPECT_NEAR(*number(b.call("norm_cdf", {f64(12), f64(10), f64(2)})), 0.8413447460685429, 1e-15);
  EXPECT_NEAR(*number(b.call("norm_pdf", {f64(12), f64(10), f64(2)})), 0.24197072451914337 / 2, 1e-15);
  EXPECT_NEAR(*number(b.call("norm_icdf", {f64(0.8413447460685429), f64(10), f64(2)})), 12, 1e-14);
  EXPECT_TRUE(std::isnan(*number(b.call("norm_icdf", {f64(1.5), f64(0), f64(1)}))));
}

TEST_F(Scalars, InverseLinks) {
  const double x = 0.75;
  EXPECT_NEAR(*number(b.call("inv_logit", {f64(x)})), 1 / (1 + std::exp(-x)), 1e-15);
  EXPECT_EQ(number(b.call("inv_logit", {f64(-kInf)})), 0);
  EXPECT_NEAR(*number(b.call("inv_probit", {f64(x)})), std::erfc(-x / std::sqrt(2)) / 2, 1e-15);
  EXPECT_NEAR(*number(b.call("inv_cloglog", {f64(x)})), 1 - std::exp(-std::exp(x)), 1e-15);
  EXPECT_NEAR(*number(b.call("inv_loglog", {f64(x)})), std::exp(-std::exp(-x)), 1e-15);
  EXPECT_NEAR(*number(b.call("inv_cauchit", {f64(x)})), 0.5 + std::atan(x) / M_PI, 1e-15);
}

TEST_F(Scalars, CheckedRefusesEveryNaN) {
  EXPECT_EQ(cause(b.call("log", {f64(-1)}, true)), KILN_UNDEFINED);
  EXPECT_EQ(cause(b.call("sqrt", {f64(-1)}, true)), KILN_UNDEFINED);
  EXPECT_EQ(cause(b.call("add", {f64(kInf), f64(-kInf)}, true)), KILN_UNDEFINED);
  EXPECT_EQ(cause(b.call("div", {f64(1), f64(0)}, true)), KILN_UNDEFINED);  // infinite, but a division by zero
  EXPECT_EQ(number(b.call("log", {f64(0)}, true)), -kInf);                  // infinite only
  EXPECT_TRUE(isMissing(b.call("log", {f64(kMissing)}, true)));
  EXPECT_TRUE(b.type(b.call("add", {f64(1), f64(2)}, true)).fallible);
  EXPECT_EQ(failedField(b.call("log", {f64(-1)}, true)), -1);  // the node is to blame
}

TEST_F(Scalars, ComparisonsOfNumbersAndText) {
  struct Row {
    const char* name;
    bool less, equal, greater, nan;
  };
  for (const Row& row : {Row{"eq", 0, 1, 0, 0}, Row{"ne", 1, 0, 1, 1}, Row{"lt", 1, 0, 0, 0}, Row{"le", 1, 1, 0, 0},
                         Row{"gt", 0, 0, 1, 0}, Row{"ge", 0, 1, 1, 0}}) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(number(b.call(row.name, {f64(1), f64(2)})), row.less);
    EXPECT_EQ(number(b.call(row.name, {f64(0.0), f64(-0.0)})), row.equal);
    EXPECT_EQ(number(b.call(row.name, {f64(2), f64(1)})), row.greater);
    EXPECT_EQ(number(b.call(row.name, {f64(kNaN), f64(kNaN)})), row.nan);
    EXPECT_EQ(number(b.call(row.name, {i64(kMin), i64(kMax)})), row.less);
    EXPECT_EQ(number(b.call(row.name, {str("ab"), str("b")})), row.less);
    EXPECT_EQ(number(b.call(row.name, {str("z"), str("\xc3\xa4")})), row.less);  // bytes are unsigned
    EXPECT_EQ(number(b.call(row.name, {str("a"), str("a")})), row.equal);
    EXPECT_EQ(number(b.call(row.name, {str("ab"), str("a")})), row.greater);
    EXPECT_EQ(number(b.call(row.name, {boolean(false), boolean(true)})), row.less);
    EXPECT_TRUE(isMissing(b.call(row.name, {f64(kMissing), f64(2)})));
  }
}

TEST_F(Scalars, ComparisonsOfCodes) {
  const TableRef sizes = dict({"S", "M", "L"}, true, true), colours = dict({"red", "blue"});
  EXPECT_EQ(number(b.call("lt", {b.code(sizes, 0), b.code(sizes, 2)})), 1);
  EXPECT_EQ(number(b.call("eq", {b.code(sizes, 1), b.code(sizes, 1)})), 1);
  EXPECT_EQ(number(b.call("eq", {b.code(sizes, 3), b.code(sizes, 3)})), 0);  // some other value equals nothing
  EXPECT_EQ(number(b.call("ne", {b.code(sizes, 3), b.code(sizes, 3)})), 1);
  EXPECT_THROW(b.call("lt", {b.code(colours, 0), b.code(colours, 1)}), BuildError);
  EXPECT_THROW(b.call("eq", {b.code(colours, 0), b.code(sizes, 1)}), BuildError);
}

TEST_F(Scalars, KleeneLogic) {
  // Kleene's tables: rows and columns true, missing, false.
  const std::optional<bool> states[] = {true, kMissing, false};
  const std::optional<double> ands[3][3] = {{1, kMissing, 0}, {kMissing, kMissing, 0}, {0, 0, 0}};
  const std::optional<double> ors[3][3] = {{1, 1, 1}, {1, kMissing, kMissing}, {1, kMissing, 0}};
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++) {
      EXPECT_EQ(number(b.call("and", {boolean(states[i]), boolean(states[j])})), ands[i][j]) << i << j;
      EXPECT_EQ(number(b.call("or", {boolean(states[i]), boolean(states[j])})), ors[i][j]) << i << j;
    }
  EXPECT_EQ(number(b.call("xor", {boolean(true), boolean(false)})), 1);
  EXPECT_TRUE(isMissing(b.call("xor", {boolean(true), boolean(kMissing)})));
  EXPECT_EQ(number(b.call("not", {boolean(true)})), 0);
}

TEST_F(Scalars, LogicStopsAtTheDecidingOperand) {
  const ValueId bad = failed(boolean(true), 3);
  EXPECT_EQ(number(b.call("and", {boolean(false), bad})), 0);
  EXPECT_EQ(number(b.call("or", {boolean(true), bad})), 1);
  EXPECT_EQ(failedField(b.call("and", {boolean(true), bad})), 3);
  EXPECT_EQ(failedField(b.call("or", {boolean(kMissing), bad})), 3);
  EXPECT_EQ(failedField(b.call("and", {bad, boolean(false)})), 3);  // the first operand is always needed
  EXPECT_EQ(failedField(b.call("and", {bad, failed(boolean(true), 4)})), 3);
}

TEST_F(Scalars, StrictFunctionsFailAsTheFirstFailedOperand) {
  EXPECT_EQ(failedField(b.call("add", {failed(f64(1), 3), failed(f64(2), 4)})), 3);
  EXPECT_EQ(failedField(b.call("add", {f64(kMissing), failed(f64(2), 4)})), 4);  // a missing operand hides no failure
  EXPECT_EQ(failedField(b.call("is_missing", {failed(f64(2), 4)})), 4);
}

TEST_F(Scalars, TestsOfStates) {
  EXPECT_EQ(number(b.call("is_missing", {f64(kMissing)})), 1);
  EXPECT_EQ(number(b.call("is_missing", {f64(kNaN)})), 0);  // NaN is a value
  EXPECT_EQ(number(b.call("is_present", {str("")})), 1);
  EXPECT_EQ(number(b.call("is_present", {str(kMissing)})), 0);
  EXPECT_EQ(number(b.call("is_nan", {f32(kNaN)})), 1);
  EXPECT_TRUE(isMissing(b.call("is_nan", {f64(kMissing)})));
  EXPECT_EQ(number(b.call("is_inf", {f64(-kInf)})), 1);
  EXPECT_FALSE(b.type(b.call("is_missing", {f64(kMissing)})).nullable);
}

TEST_F(Scalars, Text) {
  EXPECT_EQ(text(b.call("upper", {str("stra\xc3\xa9")})), "STRA\xc3\x89");
  EXPECT_EQ(text(b.call("lower", {str("\xc3\x89T")})), "\xc3\xa9t");
  EXPECT_EQ(text(b.call("trim", {str(" \t a b\n")})), "a b");
  EXPECT_EQ(text(b.call("trim", {str("  ")})), "");
  EXPECT_EQ(whole(b.call("length", {str("\xe2\x82\xac"
                                        "10")})),
            3);
  EXPECT_EQ(text(b.call("join", {str("a"), str("b")})), "ab");
  EXPECT_EQ(text(b.call("join", {str(kMissing), str("b")})), "b");
  EXPECT_EQ(text(b.call("join", {str(kMissing), str(kMissing)})), std::nullopt);
  EXPECT_EQ(text(b.call("upper", {str(kMissing)})), std::nullopt);
}

TEST_F(Scalars, Substring) {
  const auto part = [&](const char* s, int64_t start, int64_t length) {
    return b.call("substring", {str(s), i64(start), i64(length)});
  };
  EXPECT_EQ(text(part("aBc9x", 2, 3)), "Bc9");  // the example of PMML's built-in function
  EXPECT_EQ(text(part("\xc3\xa4\xc3\xb6\xc3\xbc", 2, 1)), "\xc3\xb6");
  EXPECT_EQ(text(part("abc", 3, 9)), "c");
  EXPECT_EQ(text(part("abc", 4, 1)), "");
  EXPECT_EQ(text(part("abc", 1, 0)), "");
  EXPECT_EQ(cause(part("abc", 0, 1)), KILN_UNDEFINED);
  EXPECT_EQ(cause(part("abc", 1, -1)), KILN_UNDEFINED);
  EXPECT_TRUE(b.type(part("abc", 1, 1)).fallible);
}

TEST_F(Scalars, Dates) {
  // 2003-04-01 is day 12143 since 1970-01-01; PMML's examples: days since 1960 of 2003-04-01 are 15796, seconds since
  // midnight of 05:23:30 are 19410, seconds since 1960 of 1960-01-03T03:30:03 are 185403.
  constexpr int64_t kSecond = 1000000, kDay = 86400 * kSecond;
  const ValueId day = integer(12143, Elem::date), time = integer(19410 * kSecond + 999999, Elem::time);
  EXPECT_EQ(whole(b.call("days_since", {day}, false, {1960})), 15796);
  EXPECT_EQ(whole(b.call("days_since", {integer(12143 * kDay + 5, Elem::datetime)}, false, {1960})), 15796);
  EXPECT_EQ(whole(b.call("days_since", {integer(-1, Elem::datetime)}, false, {1970})), -1);
  EXPECT_EQ(whole(b.call("seconds_of_day", {time})), 19410);
  EXPECT_EQ(whole(b.call("seconds_of_day", {integer(-kSecond, Elem::datetime)})), 86399);
  const int64_t start1960 = -3653 * kDay;  // ten years, three of them leap
  EXPECT_EQ(whole(b.call("seconds_since", {integer(start1960 + 185403 * kSecond, Elem::datetime)}, false, {1960})),
            185403);
  EXPECT_EQ(whole(b.call("seconds_since", {integer(0, Elem::date)}, false, {1971})), -365 * 86400);
  EXPECT_EQ(whole(b.call("days_since", {integer(0, Elem::date)}, false, {1600})),
            135140);  // 370 years, 90 of them leap
  EXPECT_THROW(b.call("days_since", {day}), BuildError);
  EXPECT_THROW(b.call("days_since", {time}, false, {1960}), BuildError);
}

TEST_F(Scalars, VectorsBroadcast) {
  EXPECT_EQ(numbers(b.call("add", {vector({1, 2, kMissing}), f64(10)})), (Numbers{11, 12, kMissing}));
  Const row, column;
  row.matrix = matrix({1, 3}, {1, 2, 3}), column.matrix = matrix({2, 1}, {10, 20});
  const ValueId sum = b.call("add", {b.add(row), b.add(column)});
  EXPECT_EQ(b.type(sum).shape, (std::vector<uint32_t>{2, 3}));
  EXPECT_EQ(numbers(sum), (Numbers{11, 12, 13, 21, 22, 23}));
  EXPECT_THROW(b.call("add", {vector({1, 2}), vector({1, 2, 3})}), BuildError);
  EXPECT_EQ(cause(b.call("log", {vector({1, -1})}, true)), KILN_UNDEFINED);  // one flag a value
}

TEST_F(Scalars, OperandTypesAreChecked) {
  EXPECT_THROW(b.call("add", {f64(1)}), BuildError);
  EXPECT_THROW(b.call("add", {f64(1), f32(1)}), BuildError);
  EXPECT_THROW(b.call("exp", {i64(1)}), BuildError);
  EXPECT_THROW(b.call("and", {f64(1), boolean(true)}), BuildError);
  EXPECT_THROW(b.call("upper", {f64(1)}), BuildError);
}

}  // namespace kiln::ir

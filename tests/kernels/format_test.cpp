// format.h against std::to_chars (shortest digits), formatNumber, and texts of Java's documentation.
#include "runtime/kernels/format.h"

#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <random>
#include <string>

#include "compiler/support/number.h"
#include "runtime/kernels/parse.h"

using namespace kiln::kernel;

namespace {

template <class F, class T>
std::string text(F format, T v) {
  u8 buffer[64];
  const u32 n = format(v, buffer);
  EXPECT_LE(n, 40u);
  return std::string(reinterpret_cast<const char*>(buffer), n);
}

TEST(Format, DoublesLikeTheLibrary) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 300'000; i++) {
    const f64 v = __builtin_bit_cast(f64, static_cast<u64>(random()));
    ASSERT_EQ(text(format_f64, v), kiln::formatNumber(v));
    const f64 money =
        static_cast<f64>(static_cast<i64>(random()) >> (random() % 64)) / static_cast<f64>(1 << random() % 20);
    ASSERT_EQ(text(format_f64, money), kiln::formatNumber(money));
    const f64 decimal = std::round(money) / 1000;
    ASSERT_EQ(text(format_f64, decimal), kiln::formatNumber(decimal));
  }
}

TEST(Format, FloatsLikeTheLibrary) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 500'000; i++) {
    const f32 v = __builtin_bit_cast(f32, static_cast<u32>(random()));
    ASSERT_EQ(text(format_f32, v), kiln::formatNumber(v));
    const f64 unit = static_cast<f64>(random() >> 11) * 0x1p-53, scaled = unit * std::pow(10, static_cast<int>(random() % 40) - 22);
    for (const f64 x : {unit, scaled, std::round(unit * 1e4) / 100}) {
      ASSERT_EQ(text(format_f32, static_cast<f32>(x)), kiln::formatNumber(static_cast<f32>(x)));
      ASSERT_EQ(text(format_f64, x), kiln::formatNumber(x));
    }
  }
}

TEST(Format, Boundaries) {
  for (int e = -1074; e < 1024; e++) {  // powers of two have uneven neighbours
    const f64 v = std::ldexp(1.0, e);
    for (f64 x : {v, std::nextafter(v, 0.0), std::nextafter(v, INFINITY), -v})
      ASSERT_EQ(text(format_f64, x), kiln::formatNumber(x));
  }
  for (int e = -149; e < 128; e++) {
    const f32 v = std::ldexp(1.0f, e);
    for (f32 x : {v, std::nextafter(v, 0.0f), std::nextafter(v, INFINITY), -v})
      ASSERT_EQ(text(format_f32, x), kiln::formatNumber(x));
  }
  for (int e = -330; e < 309; e++) {
    const f64 v = std::strtod(("1e" + std::to_string(e)).c_str(), nullptr);
    for (f64 x : {v, std::nextafter(v, 0.0), std::nextafter(v, INFINITY), 9 * v, 12345 * v}) {
      ASSERT_EQ(text(format_f64, x), kiln::formatNumber(x));
      const auto f = static_cast<f32>(x);
      ASSERT_EQ(text(format_f32, f), kiln::formatNumber(f));
    }
  }
  for (f64 x : {0.0, -0.0, 9007199254740991.0, 9007199254740992.0, 9007199254740993e3, double(INFINITY),
                -double(INFINITY), double(NAN)})
    EXPECT_EQ(text(format_f64, x), kiln::formatNumber(x));
}

// The digits are std::to_chars's (scientific), unless one digit would do: then the closest two.
TEST(Format, Java) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 200'000; i++) {
    const f64 v = __builtin_bit_cast(f64, static_cast<u64>(random() & 0x7fffffffffffffff));
    if (!std::isfinite(v)) continue;
    const std::string java = text(format_f64_java, v);
    f64 back;
    ASSERT_TRUE(parse_f64(reinterpret_cast<const u8*>(java.data()), java.size(), &back));
    ASSERT_EQ(back, v) << java;
    char buffer[64];
    std::string digits(buffer, std::to_chars(buffer, buffer + 64, v, std::chars_format::scientific).ptr);
    digits.resize(digits.find('e'));
    if (digits.size() > 2 && (v < 1e-3 || v >= 1e7)) ASSERT_EQ(java.substr(0, java.find('E')), digits);
  }
  // Two digits are wanted where one reads back: the closest two are std::to_chars's of that precision.
  for (int i = 0; i < 200'000; i++) {
    const f32 v = static_cast<f32>(static_cast<f64>(random() >> 11) * 0x1p-53 * std::pow(10, -4 - static_cast<int>(random() % 17)));
    char buffer[64];
    std::string digits(buffer, std::to_chars(buffer, buffer + 64, v, std::chars_format::scientific).ptr);
    if (digits.find('.') == std::string::npos) digits.assign(buffer, std::to_chars(buffer, buffer + 64, v, std::chars_format::scientific, 1).ptr);
    digits.resize(digits.find('e'));
    const std::string java = text(format_f32_java, v);
    ASSERT_EQ(java.substr(0, java.find('E')), digits) << v;
  }
  // Double.toString of JDK 19 and later; its documentation names 2.0E-3 as out of range of the plain form
  // and 4.9E-324, 9.9E-324.
  EXPECT_EQ(text(format_f64_java, 2.0), "2.0");
  EXPECT_EQ(text(format_f64_java, 1e20), "1.0E20");
  EXPECT_EQ(text(format_f64_java, 1e-7), "1.0E-7");
  EXPECT_EQ(text(format_f64_java, 1e23), "1.0E23");
  EXPECT_EQ(text(format_f64_java, 2e23), "2.0E23");
  EXPECT_EQ(text(format_f64_java, 4.9e-324), "4.9E-324");
  EXPECT_EQ(text(format_f64_java, 1e-323), "9.9E-324");
  EXPECT_EQ(text(format_f64_java, 0.001), "0.001");
  EXPECT_EQ(text(format_f64_java, 0.00099), "9.9E-4");
  EXPECT_EQ(text(format_f64_java, 9999999.0), "9999999.0");
  EXPECT_EQ(text(format_f64_java, 1e7), "1.0E7");
  EXPECT_EQ(text(format_f64_java, -1234567.875), "-1234567.875");
  EXPECT_EQ(text(format_f64_java, 0.0), "0.0");
  EXPECT_EQ(text(format_f64_java, -0.0), "-0.0");
  EXPECT_EQ(text(format_f64_java, -double(INFINITY)), "-Infinity");
  EXPECT_EQ(text(format_f64_java, double(NAN)), "NaN");
  EXPECT_EQ(text(format_f64_java, 1.7976931348623157e308), "1.7976931348623157E308");
  EXPECT_EQ(text(format_f32_java, 1.4e-45f), "1.4E-45");
  EXPECT_EQ(text(format_f32_java, 0.1f), "0.1");
  EXPECT_EQ(text(format_f32_java, 3.4028235e38f), "3.4028235E38");
  EXPECT_EQ(text(format_f32_java, 16777216.0f), "1.6777216E7");
}

TEST(Format, Integers) {
  EXPECT_EQ(text(format_i64, i64(0)), "0");
  EXPECT_EQ(text(format_i64, INT64_MAX), "9223372036854775807");
  EXPECT_EQ(text(format_i64, INT64_MIN), "-9223372036854775808");
  for (u64 power = 1; power <= 1'000'000'000'000'000'000; power *= 10)
    for (const u64 v : {power - 1, power, power + 1, 0 - power}) EXPECT_EQ(text(format_i64, static_cast<i64>(v)), std::to_string(static_cast<i64>(v)));
  std::mt19937_64 random(4);
  for (int i = 0; i < 100'000; i++) {
    const i64 v = static_cast<i64>(random()) >> random() % 64;
    ASSERT_EQ(text(format_i64, v), std::to_string(v));
  }
}

TEST(Format, DatesReadBack) {
  EXPECT_EQ(text(format_date, i64(0)), "1970-01-01");
  EXPECT_EQ(text(format_date, i64(-719468)), "0000-03-01");
  EXPECT_EQ(text(format_time, i64(3'723'500'000)), "01:02:03.5");
  EXPECT_EQ(text(format_time, i64(86'399'999'999)), "23:59:59.999999");
  EXPECT_EQ(text(format_datetime, i64(-1)), "1969-12-31T23:59:59.999999");
  EXPECT_EQ(text(format_datetime, i64(1'795'225'358'000'000)), "2026-11-21T01:42:38");
  std::mt19937_64 random(5);
  for (int i = 0; i < 100'000; i++) {
    const i64 us = static_cast<i64>(random() % (9999 * i64(31'556'952'000'000))) - i64(719528) * 86'400'000'000;
    const std::string t = text(format_datetime, us);
    i64 back = 0;
    ASSERT_TRUE(parse_datetime(reinterpret_cast<const u8*>(t.data()), t.size(), &back)) << t;
    ASSERT_EQ(back, us) << t;
  }
  for (i64 extreme : {INT64_MIN, INT64_MAX}) EXPECT_LE(text(format_datetime, extreme).size(), 40u);
}

}  // namespace

// Numbers and moments by patterns against the C library's printf and strftime.
#include "runtime/kernels/printf.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <ctime>
#include <random>
#include <string>

namespace kiln {
namespace {

using kernel::NumberSpec;

std::string byKernel(const NumberSpec& spec, double v) {
  kernel::u8 out[kernel::kMostWidth + kernel::kFormatDigits + 32];
  const kernel::u32 n = kernel::format_number_f64(&spec, v, out);
  return std::string(reinterpret_cast<const char*>(out), n);
}
std::string pattern(const NumberSpec& s, const char* length) {
  std::string p = "%";
  if (s.left) p += '-';
  if (s.plus) p += '+';
  if (s.space) p += ' ';
  if (s.zero) p += '0';
  if (s.alternate) p += '#';
  if (s.width) p += std::to_string(s.width);
  if (s.precision >= 0) p += "." + std::to_string(s.precision);
  return p + length + static_cast<char>(s.upper ? std::toupper(s.conversion) : s.conversion);
}
template <class T>
std::string byLibrary(const NumberSpec& spec, const char* length, T v) {
  char text[2048];
  const int n = std::snprintf(text, sizeof text, pattern(spec, length).c_str(), v);
  return std::string(text, static_cast<size_t>(n));
}

NumberSpec randomSpec(std::mt19937_64& random, const char* conversions) {
  NumberSpec s{};
  s.conversion = static_cast<kernel::u8>(conversions[random() % std::strlen(conversions)]);
  s.upper = s.conversion != 'd' && random() % 4 == 0;
  s.left = random() % 5 == 0, s.plus = random() % 5 == 0, s.space = random() % 5 == 0, s.zero = random() % 4 == 0;
  s.alternate = s.conversion != 'd' && s.conversion != 'g' && random() % 5 == 0;
  s.width = random() % 3 == 0 ? random() % 40 : 0;
  s.precision = random() % 4 == 0 ? -1 : static_cast<int>(random() % (random() % 10 == 0 ? 100 : 12));
  return s;
}
double randomNumber(std::mt19937_64& random) {
  switch (random() % 6) {
    case 0:
      return std::bit_cast<double>(random());  // anything, NaN and infinity too
    case 1:
      return static_cast<double>(static_cast<int64_t>(random() % 20001) - 10000) / 1000;  // 1.005
    case 2:
      return static_cast<double>(static_cast<int64_t>(random() % 4001) - 2000) / 64;  // ties
    case 3:
      return std::ldexp(static_cast<double>(random() % 1000), static_cast<int>(random() % 200) - 100);
    case 4:
      return std::pow(10, static_cast<int>(random() % 40) - 20) * (1 - 1e-15 * static_cast<double>(random() % 3));
    default:
      return random() % 2 ? 0.0 : -0.0;
  }
}

TEST(Printf, NumbersAsTheCLibraryPrintsThem) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 40000; i++) {
    const NumberSpec spec = randomSpec(random, "feg");
    double v = randomNumber(random);
    if (std::isnan(v)) v = std::fabs(v);  // a NaN has no sign here
    ASSERT_EQ(byKernel(spec, v), byLibrary(spec, "", v)) << pattern(spec, "") << " of " << v;
  }
}

TEST(Printf, IntegersAsTheCLibraryPrintsThem) {
  std::mt19937_64 random(4);
  for (int i = 0; i < 20000; i++) {
    const NumberSpec spec = randomSpec(random, "d");
    const auto v = static_cast<long long>(random() >> random() % 64) * (random() % 2 ? 1 : -1);
    kernel::u8 out[kernel::kMostWidth + kernel::kFormatDigits + 32];
    const kernel::u32 n = kernel::format_number_i64(&spec, v, out);
    ASSERT_EQ(std::string(reinterpret_cast<const char*>(out), n), byLibrary(spec, "ll", v))
        << pattern(spec, "ll") << " of " << v;
  }
}

// Java's Formatter: the digits of Double.toString, half up. By hand.
TEST(Printf, RoundsDecimalTextHalfUpForJava) {
  NumberSpec spec{};
  spec.conversion = 'f', spec.java = 1, spec.precision = 2;
  EXPECT_EQ(byKernel(spec, 1.005), "1.01");
  EXPECT_EQ(byKernel(spec, 0.125), "0.13");
  EXPECT_EQ(byKernel(spec, 0.004), "0.00");
  EXPECT_EQ(byKernel(spec, 0.995), "1.00");
  EXPECT_EQ(byKernel(spec, -9.999), "-10.00");
  EXPECT_EQ(byKernel(spec, INFINITY), "Infinity");
  spec.precision = 0;
  EXPECT_EQ(byKernel(spec, 0.5), "1");
  EXPECT_EQ(byKernel(spec, 2.5), "3");
}

TEST(Strftime, MomentsAsTheCLibraryPrintsThem) {
  const std::string plain = "%Y|%C|%y|%m|%d|%e|%j|%H|%I|%M|%S|%p|%u|%w|%U|%W|%V|%G|%g|%a|%A|%b|%B|%%";
  std::mt19937_64 random(5);
  for (int i = 0; i < 20000; i++) {
    // 1000 .. 9999, where all agree how many digits a year has
    const auto seconds = static_cast<int64_t>(random() % 284000000000ull) - 30610224000;
    const time_t t = seconds;
    std::tm tm{};
    ASSERT_TRUE(gmtime_r(&t, &tm));
    char text[512];
    std::strftime(text, sizeof text, plain.c_str(), &tm);
    kernel::u8 out[2048];
    const int64_t days = seconds / 86400 - (seconds % 86400 < 0), rest = seconds - days * 86400;
    const kernel::u32 n =
        kernel::format_moment(reinterpret_cast<const kernel::u8*>(plain.data()), static_cast<kernel::u32>(plain.size()),
                              false, days, rest * 1000000, out);
    ASSERT_EQ(std::string(reinterpret_cast<const char*>(out), n), text);
  }
}

}  // namespace
}  // namespace kiln

// parse.h against std::from_chars and strtod: hard decimals, random bits, and what is refused.
#include "runtime/kernels/parse.h"

#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>

using namespace kiln::kernel;

namespace {

const u8* bytes(const std::string& s) { return reinterpret_cast<const u8*>(s.data()); }

template <class T, class Bits>
bool sameBits(T a, T b) {
  return __builtin_bit_cast(Bits, a) == __builtin_bit_cast(Bits, b);
}

/// Both widths against glibc, which rounds correctly.
void expectLikeStrtod(const std::string& text) {
  f64 d = -7;
  f32 f = -7;
  ASSERT_TRUE(parse_f64(bytes(text), text.size(), &d)) << text;
  ASSERT_TRUE(parse_f32(bytes(text), text.size(), &f)) << text;
  ASSERT_TRUE((sameBits<f64, u64>(d, std::strtod(text.c_str(), nullptr)))) << text << " gave " << d;
  ASSERT_TRUE((sameBits<f32, u32>(f, std::strtof(text.c_str(), nullptr)))) << text << " gave " << f;
}

std::string print(const char* form, int digits, double v) {
  char buffer[2000];
  return std::string(buffer, snprintf(buffer, sizeof buffer, form, digits, v));
}

bool parses(const std::string& text, f64* out = nullptr) {
  f64 v;
  return parse_f64(bytes(text), text.size(), out ? out : &v);
}
bool parsesInteger(const std::string& text, i64* out = nullptr) {
  i64 v;
  return parse_i64(bytes(text), text.size(), out ? out : &v);
}

TEST(ParseNumber, HardDecimals) {
  for (const char* text : {"0",
                           "-0",
                           "+1",
                           "1.",
                           "-.5",
                           "00012.500",
                           "1e400",
                           "-1e400",
                           "1e-400",
                           "-1e-400",
                           "4.9e-324",
                           "1e23",
                           "8.5e22",
                           "9007199254740993",
                           "9007199254740992.9999999999999999999",
                           "9007199254740993.000000000000000000001",
                           "1.7976931348623157e308",
                           "1.7976931348623159e308",
                           "1.797693134862315807e308",
                           "1.797693134862315808e308",
                           "2.2250738585072011e-308",
                           "2.2250738585072012e-308",
                           "2.4703282292062327208e-324",
                           "2.4703282292062327209e-324",
                           "3.4028235677973366e38",
                           "3.40282356e38",
                           "3.40282357e38",
                           "7.006e-46",
                           "7.007e-46",
                           "0.000000000000000000000000000001e30",
                           "123456789012345678901234567890",
                           "1e99999999999999999999",
                           "1e-99999999999999999999",
                           "0e99999999999999999999",
                           "6.02214076E23",
                           "18446744073709551615",
                           "18446744073709551616",
                           "1e27",
                           "1e28",
                           "1e-27",
                           "1e-28"})
    expectLikeStrtod(text);
  expectLikeStrtod("0." + std::string(5000, '0') + "1e5001");
  expectLikeStrtod("1" + std::string(5000, '0') + "e-5000");
  expectLikeStrtod(std::string(3000, '9') + "." + std::string(3000, '9') + "e-3000");
}

TEST(ParseNumber, RandomBitsInEveryPrecision) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 200'000; i++) {
    const f64 v = __builtin_bit_cast(f64, static_cast<u64>(random()));
    if (std::isfinite(v)) expectLikeStrtod(print("%.*e", static_cast<int>(random() % 24), v));
    const f64 decimal = static_cast<f64>(static_cast<i64>(random() >> (1 + random() % 60))) * 1e-6;
    expectLikeStrtod(print("%.*f", static_cast<int>(random() % 20), decimal));
  }
}

// Half way between two doubles to the last digit (up to 767 of them), and just beside it.
TEST(ParseNumber, HalfwayCases) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 20'000; i++) {
    u64 bits = random() & 0x7fffffffffffffff;
    if (i % 3 == 0) bits &= 0x000fffffffffffff;  // subnormal
    if (i % 7 == 0) bits &= 0xfff0000000000000;  // power of two
    const f64 v = __builtin_bit_cast(f64, bits), next = __builtin_bit_cast(f64, bits + 1);
    if (!std::isfinite(next)) continue;
    char buffer[1200];
    snprintf(buffer, sizeof buffer, "%.850Le", (static_cast<long double>(v) + next) / 2);
    std::string mantissa(buffer), exponent = mantissa.substr(mantissa.find('e'));
    mantissa.resize(mantissa.find('e'));
    mantissa.resize(mantissa.find_last_not_of('0') + 1);
    if (mantissa.back() == '.') mantissa += '0';
    expectLikeStrtod(mantissa + exponent);
    expectLikeStrtod(mantissa + "000000000000000000000001" + exponent);
    if (mantissa.back() > '0') {
      mantissa.back()--;
      expectLikeStrtod(mantissa + "99999999999999" + exponent);
    }
  }
}

TEST(ParseNumber, WordsAndBlanks) {
  f64 v = 0;
  for (const char* text : {"inf", " INF ", "Infinity", "+inf", "\tinfinity\r\n"})
    EXPECT_TRUE(parses(text, &v) && v == INFINITY) << text;
  for (const char* text : {"-inf", "-InFiNiTy"}) EXPECT_TRUE(parses(text, &v) && v == -INFINITY) << text;
  for (const char* text : {"nan", "NaN", "-nan", " NAN"})
    EXPECT_TRUE(parses(text, &v) && __builtin_bit_cast(u64, v) == 0x7ff8000000000000u) << text;
  EXPECT_TRUE(parses("true", &v) && v == 1);
  EXPECT_TRUE(parses(" false\n", &v) && v == 0);
  EXPECT_TRUE(parses("\v\f 2.5 ", &v) && v == 2.5);
}

TEST(ParseNumber, Refused) {
  for (const char* text : {"",
                           " ",
                           "+",
                           "-",
                           ".",
                           "+.",
                           "e5",
                           "1e",
                           "1e+",
                           "1e5.",
                           "1.2.3",
                           "1 2",
                           "0x10",
                           "1,5",
                           "--1",
                           "1f",
                           "in",
                           "infin",
                           "nano",
                           "+true",
                           "1e5 x",
                           "1_000",
                           "\xc2\xa0"
                           "1"}) {
    f64 v = 42;
    EXPECT_FALSE(parses(text, &v)) << text;
    EXPECT_EQ(v, 42) << "written, but refused: " << text;
    f32 f = 42;
    EXPECT_FALSE(parse_f32(bytes(text), strlen(text), &f)) << text;
    EXPECT_FALSE(parsesInteger(text)) << text;
  }
}

// As the decimal, not as the double that it would round to first: 1 + 2^-24 + 2^-60 is above the tie between two
// floats, and rounds to the tie as a double.
TEST(ParseNumber, FloatsAreRoundedOnce) {
  const std::string text = "1.000000059604644776";
  f32 f = 0;
  ASSERT_TRUE(parse_f32(bytes(text), text.size(), &f));
  EXPECT_EQ(f, 1.00000011920928955078125f);
  EXPECT_EQ(static_cast<f32>(std::strtod(text.c_str(), nullptr)), 1.0f);
}

TEST(ParseInteger, WholeRangeExactly) {
  i64 v = 0;
  EXPECT_TRUE(parsesInteger("9223372036854775807", &v) && v == INT64_MAX);
  EXPECT_TRUE(parsesInteger("-9223372036854775808", &v) && v == INT64_MIN);
  EXPECT_TRUE(parsesInteger("9007199254740993", &v) && v == 9007199254740993);
  EXPECT_FALSE(parsesInteger("9223372036854775808"));
  EXPECT_FALSE(parsesInteger("-9223372036854775809"));
  EXPECT_FALSE(parsesInteger("99999999999999999999"));
  EXPECT_FALSE(parsesInteger("1e19"));
  EXPECT_FALSE(parsesInteger("inf"));
  EXPECT_FALSE(parsesInteger("nan"));
  std::mt19937_64 random(3);
  for (int i = 0; i < 200'000; i++) {
    const i64 x = static_cast<i64>(random()) >> random() % 64;
    EXPECT_TRUE(parsesInteger(std::to_string(x), &v) && v == x);
  }
}

TEST(ParseInteger, ValueDecidesNotTheLayout) {
  i64 v = 0;
  for (const char* text : {"4", "4.0", "4.", "+4", "4e0", "0.4e1", "400e-2", " 04 ", "4.000e+00", "0.0004e4"})
    EXPECT_TRUE(parsesInteger(text, &v) && v == 4) << text;
  for (const char* text : {"4.5", "0.1", "1e-1", "4e-1", "4.0000000000000000000000001"})
    EXPECT_FALSE(parsesInteger(text)) << text;
  EXPECT_TRUE(parsesInteger("0e-5", &v) && v == 0);
  EXPECT_TRUE(parsesInteger("9.2e18", &v) && v == 9'200'000'000'000'000'000);
  EXPECT_TRUE(parsesInteger("True", &v) && v == 1);
}

TEST(ParseBool, TextAndNumbers) {
  bool b = false;
  EXPECT_TRUE(parse_bool(bytes("true"), 4, &b) && b);
  EXPECT_TRUE(parse_bool(bytes(" FALSE "), 7, &b) && !b);
  EXPECT_TRUE(parse_bool(bytes("1.0"), 3, &b) && b);
  EXPECT_TRUE(parse_bool(bytes("0"), 1, &b) && !b);
  EXPECT_FALSE(parse_bool(bytes("2"), 1, &b));
  EXPECT_FALSE(parse_bool(bytes("yes"), 3, &b));
  EXPECT_FALSE(parse_bool(bytes(""), 0, &b));
}

template <class F>
void expectValue(F parse, const std::string& text, i64 expected) {
  i64 v = -1;
  EXPECT_TRUE(parse(bytes(text), text.size(), &v)) << text;
  EXPECT_EQ(v, expected) << text;
}
template <class F>
void expectRefused(F parse, const std::string& text) {
  i64 v = -1;
  EXPECT_FALSE(parse(bytes(text), text.size(), &v)) << text;
}

TEST(ParseDate, CalendarOfTwoMillennia) {
  // Day by day, counted on from a day known by heart: 1970-01-01 is 0, and 0000-03-01 is 719468 days before (H.
  // Hinnant's paper).
  i64 day = -719468, y = 0, m = 3, d = 1;
  for (int i = 0; i < 800'000; i++, day++) {
    char text[32];
    snprintf(text, sizeof text, "%04lld-%02lld-%02lld", y, m, d);
    expectValue(parse_date, text, day);
    const bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    const i64 length = m == 2 ? 28 + leap : m == 4 || m == 6 || m == 9 || m == 11 ? 30 : 31;
    if (++d > length) d = 1, m++;
    if (m > 12) m = 1, y++;
  }
  expectValue(parse_date, "1970-01-01", 0);
  expectValue(parse_date, " 2000-03-01\t", 11017);  // date -u -d 2000-03-01 +%s / 86400
  for (const char* text :
       {"2001-02-29", "1900-02-29", "2020-13-01", "2020-00-01", "2020-01-00", "2020-04-31", "2020-1-1", "20-01-01",
        "2020/01/01", "2020-01-01T00:00:00", "2020-01-01Z", "", "-2020-01-01", "02020-01-01"})
    expectRefused(parse_date, text);
}

TEST(ParseTime, MicrosecondsOfTheDay) {
  expectValue(parse_time, "00:00:00", 0);
  expectValue(parse_time, "23:59:59.999999", 86'399'999'999);
  expectValue(parse_time, "01:02:03.5", 3'723'500'000);
  expectValue(parse_time, "01:02", 3'720'000'000);
  expectValue(parse_time, "01:02:03.5000000000Z", 3'723'500'000);
  for (const char* text : {"24:00:00", "12:60:00", "12:00:60", "12:00:", "12:00.5", "1:00:00", "1:00", "12:00:00.", "12:00:00.1234567",
                           "12:00:00+01:00", "12:00:00ZZ"})
    expectRefused(parse_time, text);
}

TEST(ParseDatetime, IsoWithT) {
  expectValue(parse_datetime, "1970-01-01T00:00:00", 0);
  expectValue(parse_datetime, "1969-12-31T23:59:59.999999", -1);
  expectValue(parse_datetime, "2026-11-21T01:42:38Z", 1'795'225'358'000'000);  // date -u -d @1795225358
  for (const char* text : {"2020-01-01 00:00:00", "2020-01-01", "2020-01-01T", "2020-01-01T00:00:00+00:00",
                           "2020-01-01t00:00:00", "2020-02-30T00:00:00"})
    expectRefused(parse_datetime, text);
}

}  // namespace

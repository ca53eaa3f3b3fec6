// Numbers, hashes, sources and diagnostics.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "compiler/support/diagnostics.h"
#include "compiler/support/number.h"
#include "compiler/support/sha256.h"
#include "compiler/support/source.h"

namespace kiln {

constexpr double kInf = std::numeric_limits<double>::infinity();

TEST(Number, spelling) {
  EXPECT_EQ(formatNumber(0.1), "0.1");
  EXPECT_EQ(formatNumber(0.1f), "0.1");
  EXPECT_EQ(formatNumber(static_cast<double>(0.1f)), "0.10000000149011612");
  EXPECT_EQ(formatNumber(1000000.0), "1000000");
  EXPECT_EQ(formatNumber(-0.0), "-0");
  EXPECT_EQ(formatNumber(9007199254740991.0), "9007199254740991");
  EXPECT_EQ(formatNumber(1e22), "1e+22");
  EXPECT_EQ(formatNumber(5e-324), "5e-324");
  EXPECT_EQ(formatNumber(kInf), "inf");
  EXPECT_EQ(formatNumber(-kInf), "-inf");
  EXPECT_EQ(formatNumber(std::nan("")), "nan");
}

TEST(Number, roundTrip) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 100000; i++) {
    double value = std::bit_cast<double>(random());
    if (std::isnan(value)) continue;
    EXPECT_EQ(std::bit_cast<uint64_t>(*parseNumber(formatNumber(value))), std::bit_cast<uint64_t>(value));
    float small = std::bit_cast<float>(static_cast<uint32_t>(random()));
    if (!std::isnan(small))
      EXPECT_EQ(std::bit_cast<uint32_t>(*parseFloat(formatNumber(small))), std::bit_cast<uint32_t>(small));
  }
}

TEST(Number, reading) {
  EXPECT_EQ(parseNumber("+1.5"), 1.5);
  EXPECT_EQ(parseNumber(".5"), 0.5);
  EXPECT_EQ(parseNumber("5."), 5.0);
  EXPECT_EQ(parseNumber("1E3"), 1000.0);
  EXPECT_EQ(parseNumber("-INF"), -kInf);
  EXPECT_EQ(parseNumber("Infinity"), kInf);
  EXPECT_TRUE(std::isnan(*parseNumber("NaN")));
  // Beyond the range: as IEEE rounds.
  EXPECT_EQ(parseNumber("1e400"), kInf);
  EXPECT_EQ(parseNumber("-1e400"), -kInf);
  EXPECT_EQ(parseNumber("1e-400"), 0.0);
  EXPECT_EQ(parseNumber("0." + std::string(400, '0') + "1"), 0.0);
  EXPECT_EQ(parseNumber("0." + std::string(400, '0') + "1e500"), 1e99);
  EXPECT_EQ(parseNumber(std::string(400, '9')), kInf);
  EXPECT_EQ(parseFloat("1e39"), std::numeric_limits<float>::infinity());
  for (const char* wrong :
       {"", " 1", "1 ", "+", "-", "--1", "+-1", "1e", "0x10", "1,5", "nan1", "infin", ".", "e5", "1_0"})
    EXPECT_FALSE(parseNumber(wrong)) << wrong;
  EXPECT_EQ(parseInteger("-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(parseInteger("+7"), 7);
  for (const char* wrong : {"", "9223372036854775808", "1.0", "+-7", "+", " 7"})
    EXPECT_FALSE(parseInteger(wrong)) << wrong;
}

// FIPS 180-4's examples (NIST, "SHA-256 Example"), and one million "a" of the same collection.
TEST(Sha256, examples) {
  EXPECT_EQ(sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256Hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256Hex(std::string(1000000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, piecesMakeTheWhole) {
  std::string text;
  for (int i = 0; i < 300; i++) text += static_cast<char>(i);
  for (size_t cut = 0; cut <= text.size(); cut += 7) {
    Sha256 whole, pieces;
    whole.add(text);
    pieces.add(std::string_view(text).substr(0, cut)), pieces.add(std::string_view(text).substr(cut));
    EXPECT_EQ(whole.finish(), pieces.finish());
  }
}

TEST(Source, opensFiles) {
  std::string path = testing::TempDir() + "kiln_source_test.txt", error;
  std::ofstream(path) << "one\r\ntwo\n\nfour";
  auto source = Source::open(path, 100, error);
  ASSERT_TRUE(source) << error;
  EXPECT_EQ(source->name(), path);
  Source moved = std::move(*source);
  EXPECT_EQ(moved.line(1), "one");
  EXPECT_EQ(moved.line(2), "two");
  EXPECT_EQ(moved.line(3), "");
  EXPECT_EQ(moved.line(4), "four");
  EXPECT_EQ(moved.line(5), "");
  EXPECT_EQ(moved.line(0), "");
  EXPECT_FALSE(Source::open(path, 5, error));
  EXPECT_EQ(error, "is over 5 bytes (--max-file-bytes)");
  std::remove(path.c_str());
  EXPECT_FALSE(Source::open(path, 100, error));
  EXPECT_EQ(error, "No such file or directory");
  EXPECT_FALSE(Source::open(testing::TempDir(), 100, error));
  EXPECT_EQ(error, "is a directory");
}

TEST(Source, textMovesAlong) {
  Source small("name", "short");  // short enough to lie inside of the string
  Source moved = std::move(small);
  EXPECT_EQ(moved.text(), "short");
}

static std::string printed(const Diagnostics& diagnostics, const Source& source, uint32_t most = 50) {
  std::ostringstream out;
  diagnostics.print(out, source, false, most);
  return out.str();
}

// The form of a message: compare docs/diagnostics.md.
TEST(Diagnostics, excerptPathAndNote) {
  Source source("credit.pmml", "<PMML>\n  <Predicate operator=\"isIn\"/>\n</PMML>\n");
  Diagnostics d;
  d.error(Kind::invalid, 2, 24, "invalid operator 'isIn'", "/PMML/Predicate/@operator", "here use equal").length = 4;
  EXPECT_EQ(printed(d, source),
            "credit.pmml:2:24: error: invalid operator 'isIn'\n"
            "     2 |   <Predicate operator=\"isIn\"/>\n"
            "       |                        ^~~~\n"
            "  in /PMML/Predicate/@operator\n"
            "  note: here use equal\n");
}

TEST(Diagnostics, orderAndRepetition) {
  Source source("m", "a\nb\n");
  Diagnostics d;
  d.error(Kind::invalid, 2, 1, "second");
  d.warning(Kind::invalid, 1, 1, "first");
  d.error(Kind::invalid, 2, 1, "second");
  d.error(Kind::missing, 0, 0, "whole");
  EXPECT_EQ(
      printed(d, source),
      "m: error: whole\nm:1:1: warning: first\n     1 | a\n       | ^\nm:2:1: error: second\n     2 | b\n       | ^\n");
  EXPECT_EQ(printed(d, source, 1),
            "m: error: whole\nm:1:1: warning: first\n     1 | a\n       | ^\nm: 1 more error is not shown\n");
}

TEST(Diagnostics, longLinesAreCut) {
  std::string line(1000000, 'x');
  line[500000] = '!';
  Source source("m", line);
  Diagnostics d;
  d.error(Kind::invalid, 1, 500001, "here");
  std::istringstream text(printed(d, source));
  std::string message, excerpt, mark;
  std::getline(text, message), std::getline(text, excerpt), std::getline(text, mark);
  EXPECT_LT(excerpt.size(), 140u);
  ASSERT_NE(mark.find('^'), std::string::npos);
  EXPECT_EQ(excerpt[mark.find('^')], '!');
}

TEST(Diagnostics, caretStandsUnderItsCharacter) {
  Source source("m", "\tgröße = x");  // the tab counts one column, and is shown as a blank
  Diagnostics d;
  d.error(Kind::invalid, 1, 12, "here");
  EXPECT_EQ(printed(d, source), "m:1:12: error: here\n     1 |  größe = x\n       |          ^\n");
}

TEST(Diagnostics, placesOutsideOfTheText) {
  Source source("m", "a\n");
  Diagnostics d;
  d.error(Kind::invalid, 7, 3, "beyond"), d.error(Kind::invalid, 1, 90, "right of it");
  EXPECT_EQ(printed(d, source), "m:1:90: error: right of it\nm:7:3: error: beyond\n");
}

TEST(Diagnostics, exitCodes) {
  // The gravest kind decides: internal, malformed, unsupported or over a limit, budget, verification, io, link.
  const std::pair<Kind, int> codes[] = {{Kind::link, 8},    {Kind::io, 7},          {Kind::verification, 6},
                                        {Kind::budget, 5},  {Kind::limit, 4},   {Kind::unsupported, 4}, {Kind::misplaced, 3},
                                        {Kind::invalid, 3}, {Kind::missing, 3},     {Kind::internal, 1}};
  Diagnostics all;
  all.warning(Kind::internal, 1, 1, "a warning is no error");
  EXPECT_EQ(all.exitCode(), 0);
  for (auto [kind, code] : codes) {
    Diagnostics one;
    one.error(kind, 1, 1, "x");
    EXPECT_EQ(one.exitCode(), code) << kindName(kind);
    all.error(kind, 1, 1, "x");
    EXPECT_EQ(all.exitCode(), code) << kindName(kind);
  }
}

TEST(Diagnostics, json) {
  Source source("m\xff", "a\n");
  Diagnostics d;
  d.error(Kind::unsupported, 1, 1, "element 'x'", "/x", "a way out");
  std::ostringstream out;
  d.printJson(out, source);
  auto json = nlohmann::json::parse(out.str());
  ASSERT_EQ(json["diagnostics"].size(), 1u);
  auto one = json["diagnostics"][0];
  EXPECT_EQ(one["line"], 1);
  EXPECT_EQ(one["column"], 1);
  EXPECT_EQ(one["severity"], "error");
  EXPECT_EQ(one["kind"], "unsupported");
  EXPECT_EQ(one["message"], "element 'x'");
  EXPECT_EQ(one["path"], "/x");
  EXPECT_EQ(one["notes"], nlohmann::json({"a way out"}));
}

}  // namespace kiln

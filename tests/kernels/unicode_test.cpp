// unicode.h: mappings as in UnicodeData.txt 14.0 (quoted by code point), and ill-formed bytes.
#include "runtime/kernels/unicode.h"

#include <gtest/gtest.h>

#include <string>

using namespace kiln::kernel;

namespace {

const u8* bytes(const std::string& s) { return reinterpret_cast<const u8*>(s.data()); }

std::string mapped(u32 (*map)(const u8*, u32, u8*, u32), const std::string& s) {
  std::string out(s.size() * 3 + 1, '#');
  const u32 n = map(bytes(s), s.size(), reinterpret_cast<u8*>(out.data()), out.size());
  EXPECT_NE(n, kNone);
  out.resize(n);
  return out;
}
std::string up(const std::string& s) { return mapped(upper, s); }
std::string down(const std::string& s) { return mapped(lower, s); }
std::string downSimple(const std::string& s) { return mapped(lower_simple, s); }
std::string utf8(u32 code) {
  u8 buffer[4];
  encode_utf8(code, buffer);
  return std::string(reinterpret_cast<char*>(buffer), utf8_length(code));
}

TEST(Unicode, CaseOfWords) {
  EXPECT_EQ(up("abc xyz 019 @[`{"), "ABC XYZ 019 @[`{");
  EXPECT_EQ(down("ABC XYZ 019 @[`{"), "abc xyz 019 @[`{");
  EXPECT_EQ(up("žluťoučký kůň"), "ŽLUŤOUČKÝ KŮŇ");
  EXPECT_EQ(down("ЩЁЛКОВО ΑΘΗΝΑΣ"), "щёлково αθηνας");
  EXPECT_EQ(downSimple("ЩЁЛКОВО ΑΘΗΝΑΣ"), "щёлково αθηνασ");
  // Capitals of several characters: SpecialCasing.txt.
  EXPECT_EQ(up("straße ÿ ŉ ﬁ ﬃ"), "STRASSE Ÿ ʼN FI FFI");
  EXPECT_EQ(up(utf8(0x390)), utf8(0x399) + utf8(0x308) + utf8(0x301));
  EXPECT_EQ(up(utf8(0x1f80)), utf8(0x1f08) + utf8(0x399));
  EXPECT_EQ(up(utf8(0x1f88)), utf8(0x1f08) + utf8(0x399));
  EXPECT_EQ(up(utf8(0x1fb3)), utf8(0x391) + utf8(0x399));
}

// SpecialCasing.txt: Final_Sigma, and the one small letter of several characters. Values of Python's str.lower.
TEST(Unicode, SmallLettersByTheFullMapping) {
  const std::string acute = utf8(0x301), dot = utf8(0x307);
  EXPECT_EQ(down("ΟΔΥΣΣΕΥΣ. ΣΑΣ, Σ"), "οδυσσευς. σας, σ");
  EXPECT_EQ(down("1Σ ΑΣ1 ΑΣ'Α ΑΣ' A.Σ"), "1σ ας1 ασ'α ας' a.ς");
  EXPECT_EQ(down("Α" + acute + "Σ" + acute), "α" + acute + "ς" + acute);
  EXPECT_EQ(down("Α" + acute + "Σ" + acute + "Β"), "α" + acute + "σ" + acute + "β");
  EXPECT_EQ(down("\xffΣ Α\xffΣ ΑΣ\xff"), "\xffσ α\xffσ ας\xff");  // ill-formed bytes have no case
  EXPECT_EQ(down("İSTANBUL"), "i" + dot + "stanbul");
  EXPECT_EQ(downSimple("İSTANBUL"), "istanbul");
}

TEST(Unicode, CaseOfCodePoints) {
  // upper, lower of UnicodeData.txt
  struct {
    u32 code, upper, lower;
  } const rows[] = {
      {0xb5, 0x39c, 0xb5},      {0xd7, 0xd7, 0xd7},       {0xf7, 0xf7, 0xf7},          {0x130, 0x130, 0x69},
      {0x131, 0x49, 0x131},     {0x1c4, 0x1c4, 0x1c6},    {0x1c5, 0x1c4, 0x1c6},       {0x250, 0x2c6f, 0x250},
      {0x1e9e, 0x1e9e, 0xdf},   {0x2126, 0x2126, 0x3c9},  {0x10428, 0x10400, 0x10428}, {0xab70, 0x13a0, 0xab70},
      {0x13a0, 0x13a0, 0xab70}, {0x10d0, 0x1c90, 0x10d0}, {0x1e943, 0x1e921, 0x1e943}, {0x4e00, 0x4e00, 0x4e00}};
  for (const auto& r : rows) {
    EXPECT_EQ(up(utf8(r.code)), utf8(r.upper)) << std::hex << r.code;
    EXPECT_EQ(downSimple(utf8(r.code)), utf8(r.lower)) << std::hex << r.code;
  }
}

TEST(Unicode, MappingTwiceIsMappingOnce) {
  for (u32 code = 0; code < 0x110000; code++) {
    if (code >= 0xd800 && code < 0xe000) continue;
    const std::string u = up(utf8(code)), l = down(utf8(code));
    ASSERT_EQ(up(u), u) << std::hex << code;
    ASSERT_EQ(down(l), l) << std::hex << code;
    ASSERT_LE(u.size(), utf8(code).size() * 3) << std::hex << code;
  }
}

// ASCII goes eight bytes at a time; each byte as it does alone.
TEST(Unicode, CaseOfAsciiAtAnyPlace) {
  for (int c = 1; c < 128; c++)
    for (const std::string& before : {"", "a", "Zz09_[`{@", "\u00e9bcdefgh"})
      for (const std::string& behind : {"", "Q", "@[`{AZaz", "ABCDEFG\u00e9"}) {
        const std::string one(1, static_cast<char>(c));
        const std::string upper(1, static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c)), lower(1, static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c));
        ASSERT_EQ(up(before + one + behind), up(before) + upper + up(behind)) << c;
        ASSERT_EQ(down(before + one + behind), down(before) + lower + down(behind)) << c;
      }
}

TEST(Unicode, IllFormedBytesPass) {
  for (const char* s : {"a\xff"
                        "b",
                        "\xc3", "\xe2\x82", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80\x80",
                        "\xf0\x8f\xbf\xbf", "\xe0\x9f\xbf"}) {
    std::string expected = s;
    for (char& c : expected)
      if (c >= 'a' && c <= 'z') c ^= 0x20;
    EXPECT_EQ(up(s), expected);
  }
  EXPECT_EQ(length_utf8(bytes("\xe2\x82x"), 3), 3u);
  EXPECT_EQ(length_utf8(bytes("\xe2\x82\xacx"), 4), 2u);
}

TEST(Unicode, TooLongIsToldNotWritten) {
  u8 out[8] = {'#', '#', '#', '#', '#', '#', '#', '#'};
  EXPECT_EQ(upper(bytes("abc"), 3, out, 2), kNone);
  EXPECT_EQ(out[2], '#');
  EXPECT_EQ(upper(bytes("ɐ"), 2, out, 2), kNone);  // three bytes come of two
  EXPECT_EQ(upper(bytes("ɐ"), 2, out, 3), 3u);
  EXPECT_EQ(upper(bytes(""), 0, out, 0), 0u);
}

TEST(Unicode, SubstringByCodePoints) {
  const std::string s = "aß€😀z";
  const auto part = [&](u64 first, u64 count) {
    u32 length = 0;
    const u32 begin = substring_utf8(bytes(s), s.size(), first, count, &length);
    return s.substr(begin, length);
  };
  EXPECT_EQ(length_utf8(bytes(s), s.size()), 5u);
  EXPECT_EQ(part(0, 1), "a");
  EXPECT_EQ(part(1, 3), "ß€😀");
  EXPECT_EQ(part(3, 100), "😀z");
  EXPECT_EQ(part(5, 1), "");
  EXPECT_EQ(part(~u64(0), ~u64(0)), "");
  EXPECT_EQ(part(0, 0), "");
}

TEST(Unicode, Trim) {
  u32 length = 0;
  EXPECT_EQ(trim(bytes(" \t a b\r\n"), 8, &length), 3u);
  EXPECT_EQ(length, 3u);
  trim(bytes("   "), 3, &length);
  EXPECT_EQ(length, 0u);
}

}  // namespace

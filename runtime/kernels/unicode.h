// Text by code points: case (Unicode 14.0, no locale; by the full mapping or the simple one),
// length, substring, blanks at the ends.
// Bytes that are not well-formed UTF-8 pass unchanged and count as one code point each.
#pragma once
#include "big.h"
#include "unicode_case.h"

namespace kiln::kernel {

/// One code point at the front of a text, and its bytes. Of ill-formed bytes, code is kNone and length 1.
struct CodePoint {
  u32 code, length;
};
/// n > 0.
INLINE CodePoint decode_utf8(const u8* p, u32 n) {
  const u8 lead = p[0];
  if (lead < 0x80) return {lead, 1};
  const u32 length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || length > n) return {kNone, 1};
  u32 code = lead & (0x7fu >> length);
  for (u32 i = 1; i < length; i++) {
    if ((p[i] & 0xc0) != 0x80) return {kNone, 1};
    code = code << 6 | (p[i] & 0x3f);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool surrogate = code >= 0xd800 && code < 0xe000;
  if (overlong || surrogate || code > 0x10ffff) return {kNone, 1};
  return {code, length};
}
INLINE u32 utf8_length(u32 code) { return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4; }
INLINE void encode_utf8(u32 code, u8* out) {
  if (code < 0x80) {
    out[0] = (u8)code;
    return;
  }
  const u32 length = utf8_length(code);
  for (u32 i = length - 1; i > 0; i--, code >>= 6) out[i] = (u8)(0x80 | (code & 0x3f));
  out[0] = (u8)((0xf00u >> length) | code);
}

/// The last range that begins at or before a code point; the first of them where none does.
template <class Range> INLINE const Range& range_of(u32 code, const Range* ranges, u32 count) {
  u32 low = 0;
  while (count > 1) {
    const u32 half = count / 2;
    if (ranges[low + half].first <= code) low += half;
    count -= half;
  }
  return ranges[low];
}
/// The mapping of a code point beyond ASCII.
INLINE u32 map_case(u32 code, const CaseRange* ranges, u32 count) {
  const CaseRange& r = range_of(code, ranges, count);
  return code >= r.first && code <= r.last && (code - r.first) % r.stride == 0 ? code + (u32)r.delta : code;
}
/// The expansion of a code point; null if it has none.
INLINE const CaseExpansion* expansion(u32 code, const CaseExpansion* list, u32 count) {
  u32 low = 0;
  while (low < count) {
    const u32 middle = (low + count) / 2;
    if (list[middle].code < code)
      low = middle + 1;
    else
      count = middle;
  }
  return list[low].code == code ? list + low : nullptr;
}
INLINE bool is_among(u32 code, const CodeRange* ranges, u32 count) {
  const CodeRange& r = range_of(code, ranges, count);
  return code >= r.first && code <= r.last;
}
INLINE bool is_cased(u32 code) { return is_among(code, kCased, sizeof kCased / sizeof kCased[0]); }
INLINE bool is_case_ignorable(u32 code) { return is_among(code, kCaseIgnorable, sizeof kCaseIgnorable / sizeof kCaseIgnorable[0]); }

inline constexpr u32 kCapitalSigma = 0x3a3, kFinalSigma = 0x3c2;
/// Unicode's Final_Sigma, of the capital sigma at byte `at`: a letter with case stands before it and none behind, marks apart.
OUTLINE bool ends_word(const u8* p, u32 n, u32 at) {
  bool follows = false;
  for (u32 end = at; end > 0;) {
    u32 begin = end - 1;
    while (begin > 0 && end - begin < 4 && (p[begin] & 0xc0) == 0x80) begin--;
    const CodePoint c = decode_utf8(p + begin, end - begin);
    if (c.code == kNone || !is_case_ignorable(c.code)) {
      follows = c.code != kNone && is_cased(c.code);
      break;
    }
    end = begin;
  }
  if (!follows) return false;
  for (u32 i = at + 2; i < n;) {
    const CodePoint c = decode_utf8(p + i, n - i);
    if (c.code == kNone || !is_case_ignorable(c.code)) return c.code == kNone || !is_cased(c.code);
    i += c.length;
  }
  return true;
}
/// Eight bytes of ASCII, the 26 letters from `first_letter` on as the other case; false if there are others.
INLINE bool map_ascii(const u8* p, u8* out, u8 first_letter) {
  constexpr u64 kEach = 0x0101010101010101u, kHigh = kEach << 7;
  const u64 v = load<u64>(p);
  if (v & kHigh) return false;
  const u64 letters = (v + kEach * (0x80u - first_letter)) & ~(v + kEach * (0x80u - first_letter - 26)) & kHigh;
  store(out, v ^ letters >> 2);
  return true;
}
/// `expansions` end with one of code kNone. `full`: sigmas at the end of a word have a form of their own.
INLINE u32 map_text(const u8* p, u32 n, u8* out, u32 capacity, u8 first_letter, const CaseRange* ranges, u32 count,
                    const CaseExpansion* expansions, u32 expansion_count, bool full) {
  u32 used = 0;
  for (u32 i = 0; i < n;) {
    if (n - i >= 8 && capacity - used >= 8 && map_ascii(p + i, out + used, first_letter)) {
      used += 8, i += 8;
      continue;
    }
    const CodePoint c = decode_utf8(p + i, n - i);
    if (c.code >= 0x80 && c.code != kNone) {
      if (const CaseExpansion* more = expansion(c.code, expansions, expansion_count)) {
        for (u32 e = 0; e < 3 && more->to[e] != 0; e++) {
          const u32 length = utf8_length(more->to[e]);
          if (length > capacity - used) return kNone;
          encode_utf8(more->to[e], out + used);
          used += length;
        }
        i += c.length;
        continue;
      }
    }
    const bool ascii_letter = (u8)(p[i] - first_letter) < 26;
    const u32 mapped = c.code < 0x80     ? (ascii_letter ? c.code ^ 0x20 : c.code)
                       : c.code == kNone ? kNone
                       : full && c.code == kCapitalSigma && first_letter == 'A' && ends_word(p, n, i) ? kFinalSigma
                                                                                                     : map_case(c.code, ranges, count);
    const u32 length = mapped == kNone ? 1 : utf8_length(mapped);
    if (length > capacity - used) return kNone;
    if (mapped == kNone)
      out[used] = p[i];
    else
      encode_utf8(mapped, out + used);
    used += length, i += c.length;
  }
  return used;
}

/// Bytes written; kNone if they do not fit. At most three times as many come out as go in.
OUTLINE u32 upper(const u8* p, u32 n, u8* out, u32 capacity) {
  return map_text(p, n, out, capacity, 'a', kToUpper, sizeof kToUpper / sizeof kToUpper[0], kUpperExpansions,
                  sizeof kUpperExpansions / sizeof kUpperExpansions[0] - 1, true);
}
inline constexpr CaseExpansion kNoExpansions[] = {{kNone, {}}};
OUTLINE u32 upper_simple(const u8* p, u32 n, u8* out, u32 capacity) {
  return map_text(p, n, out, capacity, 'a', kToUpper, sizeof kToUpper / sizeof kToUpper[0], kNoExpansions, 0, false);
}
OUTLINE u32 lower(const u8* p, u32 n, u8* out, u32 capacity) {
  return map_text(p, n, out, capacity, 'A', kToLower, sizeof kToLower / sizeof kToLower[0], kLowerExpansions,
                  sizeof kLowerExpansions / sizeof kLowerExpansions[0] - 1, true);
}
OUTLINE u32 lower_simple(const u8* p, u32 n, u8* out, u32 capacity) {
  return map_text(p, n, out, capacity, 'A', kToLower, sizeof kToLower / sizeof kToLower[0], kNoExpansions, 0, false);
}

/// Code points.
OUTLINE u32 length_utf8(const u8* p, u32 n) {
  u32 count = 0;
  for (u32 i = 0; i < n; count++) i += decode_utf8(p + i, n - i).length;
  return count;
}
/// `count` code points from the first-th (from 0): returns the byte where they begin, and their bytes in *length. What
/// is beyond the end is left out.
OUTLINE u32 substring_utf8(const u8* p, u32 n, u64 first, u64 count, u32* length) {
  u32 begin = 0;
  for (; first != 0 && begin < n; first--) begin += decode_utf8(p + begin, n - begin).length;
  u32 end = begin;
  for (; count != 0 && end < n; count--) end += decode_utf8(p + end, n - end).length;
  *length = end - begin;
  return begin;
}
/// Where the text without blanks (space, tab, line ends) at both ends begins, and its bytes in *length.
INLINE u32 trim(const u8* p, u32 n, u32* length) {
  const auto blank = [](u8 c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  u32 begin = 0;
  while (begin < n && blank(p[begin])) begin++;
  while (n > begin && blank(p[n - 1])) n--;
  *length = n - begin;
  return begin;
}

}  // namespace kiln::kernel

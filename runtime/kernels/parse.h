// Text to values, for every type a cell can have. Blanks (space, tab, line ends) at both ends are ignored; all the rest
// must be one value. Numbers: sign, decimal or exponent form, `inf`, `infinity`, `nan` in any case; `true` and `false`,
// in any case too, are 1 and 0. Every decimal is rounded once, exactly, however long it is. Each function returns
// false, leaving *out, if the text is not such a value.
#pragma once
#include "big.h"

namespace kiln::kernel {

struct TextRange {
  const u8 *begin, *end;
  MEMBER u64 size() const { return (u64)(end - begin); }
};

INLINE bool is_blank(u8 c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
INLINE bool is_digit(u8 c) { return c >= '0' && c <= '9'; }

INLINE TextRange trim_blanks(const u8* p, u32 n) {
  TextRange t = {p, p + n};
  while (t.begin < t.end && is_blank(*t.begin)) t.begin++;
  while (t.begin < t.end && is_blank(t.end[-1])) t.end--;
  return t;
}
/// Is the text this word, in lower-case letters, in any case?
INLINE bool is_word(TextRange t, const char* word) {
  u64 i = 0;
  for (; word[i] != 0; i++)
    if (i >= t.size() || (t.begin[i] | 0x20) != (u8)word[i]) return false;
  return i == t.size();
}

/// A number as written: 0.DDD... * 10^point with `count` significant digits, which stand in `digits` (with at most one
/// point among them). No significant digits: zero.
struct Decimal {
  TextRange digits;  ///< from the first to the last significant digit
  i64 point;
  u64 count;
  u64 leading;  ///< the first 19 significant digits, or all
  bool negative;
};

/// Reads sign, digits and exponent; false if the text is anything else.
INLINE bool read_decimal(TextRange t, Decimal* d) {
  const u8* p = t.begin;
  d->negative = p < t.end && *p == '-';
  if (p < t.end && (*p == '-' || *p == '+')) p++;
  d->digits = {p, p}, d->point = 0, d->count = 0, d->leading = 0;
  bool any = false, after_point = false;
  u64 zeros = 0;  // since the last significant digit
  for (; p < t.end; p++) {
    if (*p == '.' && !after_point) {
      after_point = true;
      continue;
    }
    if (!is_digit(*p)) break;
    any = true;
    if (d->count == 0 && *p == '0') {
      d->point -= after_point;
      continue;
    }
    if (d->count == 0) d->digits.begin = p;
    d->point += !after_point;
    if (*p == '0') {
      zeros++;
      continue;
    }
    // The zeros before this digit have become significant.
    NOUNROLL for (; zeros != 0; zeros--, d->count++) if (d->count < 19) d->leading *= 10;
    if (d->count < 19) d->leading = d->leading * 10 + (*p - '0');
    d->count++, d->digits.end = p + 1;
  }
  if (!any) return false;
  if (p < t.end && (*p | 0x20) == 'e') {
    p++;
    const bool negative = p < t.end && *p == '-';
    if (p < t.end && (*p == '-' || *p == '+')) p++;
    if (p == t.end) return false;
    i64 exponent = 0;
    for (; p < t.end && is_digit(*p); p++)
      if (exponent < 1'000'000'000'000) exponent = exponent * 10 + (*p - '0');
    d->point += negative ? -exponent : exponent;
  }
  return p == t.end;
}

/// m * 2^e, and a little more if `more`; m has its highest bit set.
struct Binary {
  u64 m;
  i32 e;
  bool more;
};

/// The quotient of two big numbers to 64 bits. Destroys both.
INLINE Binary divide(Big& a, Big& b) {
  Binary r = {0, 0, false};
  const i32 excess = (i32)a.bit_count() - (i32)b.bit_count();
  if (excess > 0)
    b.shift_left((u32)excess);
  else
    a.shift_left((u32)-excess);
  r.e = excess - 63;
  if (a.compare(b) < 0) a.shift_left(1), r.e--;
  NOUNROLL for (int i = 0; i < 64; i++) {  // a < 2 b
    r.m <<= 1;
    if (a.compare(b) >= 0) a.subtract(b), r.m |= 1;
    a.shift_left(1);
  }
  r.more = a.count != 0;
  return r;
}

/// The exact way: up to 768 digits decide every rounding, since no boundary between two doubles has more than 767; of
/// further digits only matters that they are there. For numbers within 10^+-330.
OUTLINE Binary binary_of_long(const Decimal& d) {
  Big a, b;
  a.set(0);
  u64 chunk = 0, power = 1, used = 0;
  for (const u8* p = d.digits.begin; p < d.digits.end && used < 768; p++) {
    if (*p == '.') continue;
    chunk = chunk * 10 + (*p - '0'), power *= 10, used++;
    if (power == 1'000'000'000'000'000'000u) {
      a.multiply_add(power, chunk);
      chunk = 0, power = 1;
    }
  }
  if (power != 1) a.multiply_add(power, chunk);
  const i32 e = (i32)(d.point - (i64)used);  // value: a * 10^e
  b.set(1);
  if (e < 0)
    b.multiply_five_to((u32)-e);
  else
    a.multiply_five_to((u32)e);
  Binary r = divide(a, b);
  r.e += e;
  r.more |= d.count > used;
  return r;
}

/// The first 64 bits of a decimal that is not zero and within 10^+-330.
INLINE Binary binary_of(const Decimal& d) {
  const i64 e = d.point - (i64)d.count;
  if (d.count > 19 || e > 27 || e < -27) return binary_of_long(d);
  const i32 shift = __builtin_clzll(d.leading);
  const u64 m = d.leading << shift;
  if (e >= 0) {
    const u128 p = (u128)m * five_to((u32)e);
    const u64 high = (u64)(p >> 64), low = (u64)p;
    if (high == 0) return {low, (i32)e - shift, false};  // m * 1
    const i32 s = __builtin_clzll(high);
    const u64 top = s == 0 ? high : high << s | low >> (64 - s);
    return {top, (i32)e - shift + 64 - s, (low << s) != 0};
  }
  u64 b = five_to((u32)-e), rest;
  const i32 b_shift = __builtin_clzll(b);
  b <<= b_shift;
  // m / b in (1/2, 2): one bit more room above, so that the quotient fits
  u64 q = divide_128(m >> 1, m << 63, b, &rest);
  i32 q_e = b_shift - shift + (i32)e - 63;
  if (q >> 63 == 0) {
    // 63 bits: one more of them by hand
    const bool carry = rest >> 63 != 0;
    rest <<= 1, q <<= 1, q_e--;
    if (carry || rest >= b) rest -= b, q |= 1;
  }
  return {q, q_e, rest != 0};
}

/// Rounds to nearest, ties to even, with kBits of mantissa; the result as bits of the format without a sign.
template <int kBits, i32 kMinExponent, i32 kMaxExponent>
INLINE u64 round_binary(Binary b) {
  const i32 top = b.e + 63;  // the value is in [2^top, 2^(top + 1))
  if (top > kMaxExponent) return (u64)(kMaxExponent - kMinExponent + 2) << (kBits - 1);
  i32 drop = 64 - kBits;
  if (top < kMinExponent) drop += kMinExponent - top;  // subnormal: fewer bits
  if (drop > 64) return 0;
  const u64 kept = drop == 64 ? 0 : b.m >> drop;
  const u64 half = (u64)1 << (drop - 1), rest = drop == 64 ? b.m : b.m & ((half << 1) - 1);
  const bool up = rest > half || (rest == half && (b.more || (kept & 1)));
  const u64 biased = top < kMinExponent ? 0 : (u64)(top - kMinExponent);
  return (biased << (kBits - 1)) + kept + up;  // a carry runs into the exponent, up to infinity
}

INLINE u64 f64_bits(const Decimal& d) {
  if (d.count == 0 || d.point < -330) return 0;
  if (d.point > 330) return 0x7ff0000000000000u;
  return round_binary<53, -1022, 1023>(binary_of(d));
}
INLINE u32 f32_bits(const Decimal& d) {
  if (d.count == 0 || d.point < -330) return 0;
  if (d.point > 330) return 0x7f800000u;
  return (u32)round_binary<24, -126, 127>(binary_of(d));
}

/// The words that are numbers, without trimming: inf, infinity, nan, true, false.
INLINE bool number_word(TextRange t, f64* out) {
  if (is_word(t, "true")) return *out = 1, true;
  if (is_word(t, "false")) return *out = 0, true;
  bool negative = false;
  if (t.begin < t.end && (*t.begin == '-' || *t.begin == '+')) negative = *t.begin++ == '-';
  if (is_word(t, "nan")) return *out = __builtin_nan(""), true;
  if (!is_word(t, "inf") && !is_word(t, "infinity")) return false;
  *out = negative ? -__builtin_inf() : __builtin_inf();
  return true;
}

OUTLINE bool parse_f64(const u8* p, u32 n, f64* out) {
  const TextRange t = trim_blanks(p, n);
  Decimal d;
  if (!read_decimal(t, &d)) return number_word(t, out);
  const i64 e = d.point - (i64)d.count;
  if (d.count <= 15 && e <= 22 && e >= -22) {
    // Both are exact doubles, so that one operation rounds once.
    f64 power = 1;
    NOUNROLL for (i64 i = e < 0 ? -e : e; i > 0; i--) power *= 10;
    const f64 v = (f64)(i64)d.leading;
    const f64 scaled = e < 0 ? v / power : v * power;
    *out = d.negative ? -scaled : scaled;
    return true;
  }
  *out = __builtin_bit_cast(f64, f64_bits(d) | (u64)d.negative << 63);
  return true;
}

OUTLINE bool parse_f32(const u8* p, u32 n, f32* out) {
  const TextRange t = trim_blanks(p, n);
  Decimal d;
  if (!read_decimal(t, &d)) {
    f64 word;
    if (!number_word(t, &word)) return false;
    *out = word == word ? (f32)word : __builtin_nanf("");
    return true;
  }
  *out = __builtin_bit_cast(f32, f32_bits(d) | (u32)d.negative << 31);
  return true;
}

/// The whole range, exactly; `4.0`, `4e0` and `0.4e1` are integers, `4.5` is not, nor is what is out of range.
OUTLINE bool parse_i64(const u8* p, u32 n, i64* out) {
  const TextRange t = trim_blanks(p, n);
  if (is_word(t, "true")) return *out = 1, true;
  if (is_word(t, "false")) return *out = 0, true;
  Decimal d;
  if (!read_decimal(t, &d)) return false;
  if (d.count == 0) return *out = 0, true;
  // The last significant digit is not 0, so an integer has none behind the point.
  if (d.point > 19 || d.point < (i64)d.count) return false;
  u64 v = d.leading;
  NOUNROLL for (i64 i = (i64)d.count; i < d.point; i++) v *= 10;  // below 10^19
  const u64 limit = (u64)1 << 63;
  if (d.negative ? v > limit : v >= limit) return false;
  *out = (i64)(d.negative ? 0 - v : v);
  return true;
}

/// `true` and `false` in any case, or a number that is 1 or 0.
OUTLINE bool parse_bool(const u8* p, u32 n, bool* out) {
  i64 v;
  if (!parse_i64(p, n, &v) || (v != 0 && v != 1)) return false;
  *out = v != 0;
  return true;
}

// ---- dates and times: ISO 8601. A zone may be absent or `Z`, which changes nothing: dates and times here have no
// zone. Any other zone is refused, as is a blank instead of `T`.

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
INLINE i64 days_of_date(i64 year, i64 month, i64 day) {
  // Years that begin in March end with the leap day; a century of four hundred years has 146097 days.
  const i64 y = month <= 2 ? year - 1 : year, era = (y >= 0 ? y : y - 399) / 400, in_era = y - era * 400;
  const i64 in_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}
INLINE i64 days_of_month(i64 year, i64 month) {
  if (month == 2) return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}
/// Takes exactly `count` digits from the front.
INLINE bool take_digits(TextRange* t, int count, i64* out) {
  i64 v = 0;
  if (t->size() < (u64)count) return false;
  for (int i = 0; i < count; i++) {
    if (!is_digit(t->begin[i])) return false;
    v = v * 10 + (t->begin[i] - '0');
  }
  t->begin += count;
  *out = v;
  return true;
}
INLINE bool take(TextRange* t, u8 c) {
  if (t->begin == t->end || *t->begin != c) return false;
  t->begin++;
  return true;
}
INLINE bool take_date(TextRange* t, i64* days) {
  i64 year, month, day;
  if (!take_digits(t, 4, &year) || !take(t, '-') || !take_digits(t, 2, &month) || !take(t, '-') ||
      !take_digits(t, 2, &day))
    return false;
  if (month < 1 || month > 12 || day < 1 || day > days_of_month(year, month)) return false;
  *days = days_of_date(year, month, day);
  return true;
}
/// Seconds may be left out, as in ISO 8601. Digits of the fraction beyond microseconds must be zeros.
INLINE bool take_time(TextRange* t, i64* us) {
  i64 hour, minute, second = 0, fraction = 0;
  if (!take_digits(t, 2, &hour) || !take(t, ':') || !take_digits(t, 2, &minute)) return false;
  const bool seconds = take(t, ':');
  if (seconds && !take_digits(t, 2, &second)) return false;
  if (hour > 23 || minute > 59 || second > 59) return false;
  if (seconds && take(t, '.')) {
    int count = 0;
    for (; t->begin < t->end && is_digit(*t->begin); t->begin++, count++) {
      if (count < 6)
        fraction = fraction * 10 + (*t->begin - '0');
      else if (*t->begin != '0')
        return false;
    }
    if (count == 0) return false;
    for (; count < 6; count++) fraction *= 10;
  }
  take(t, 'Z');
  *us = ((hour * 60 + minute) * 60 + second) * 1'000'000 + fraction;
  return true;
}

OUTLINE bool parse_date(const u8* p, u32 n, i64* out) {
  TextRange t = trim_blanks(p, n);
  i64 days;
  if (!take_date(&t, &days) || t.begin != t.end) return false;
  *out = days;
  return true;
}
/// hh:mm[:ss[.fraction]]: microseconds since midnight.
OUTLINE bool parse_time(const u8* p, u32 n, i64* out) {
  TextRange t = trim_blanks(p, n);
  i64 us;
  if (!take_time(&t, &us) || t.begin != t.end) return false;
  *out = us;
  return true;
}
/// Microseconds since 1970-01-01T00:00:00.
OUTLINE bool parse_datetime(const u8* p, u32 n, i64* out) {
  TextRange t = trim_blanks(p, n);
  i64 days, us;
  if (!take_date(&t, &days) || !take(&t, 'T') || !take_time(&t, &us) || t.begin != t.end) return false;
  *out = days * 86'400'000'000 + us;
  return true;
}

}  // namespace kiln::kernel

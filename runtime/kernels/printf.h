// Numbers and moments by a pattern: C's printf and strftime, exactly and without locale.
#pragma once
#include "format.h"

namespace kiln::kernel {

/// A conversion of printf, d f e or g, with its flags.
struct NumberSpec {
  u8 conversion, upper;
  u8 left, plus, space, zero, alternate;
  u8 java;         ///< rounds the shortest decimal text half up, and spells NaN and Infinity, as Java does
  u32 width;
  i32 precision;   ///< -1: not given
};
enum : u32 { kMostPrecision = 99, kMostWidth = 999, kFormatDigits = 420 };

/// 0.DDD... * 10^point with exactly `count` digits.
struct RoundedDigits {
  u8 digit[kFormatDigits];
  i32 count, point;
};

/// Keeps `keep` digits, one more where rounding carries; `up`: the last one grows.
INLINE void keep_digits(RoundedDigits* d, i32 keep, bool up) {
  d->count = keep;
  if (!up) return;
  i32 i = keep;
  while (i > 0 && d->digit[i - 1] == 9) d->digit[--i] = 0;
  if (i > 0) {
    d->digit[i - 1]++;
    return;
  }
  NOUNROLL for (i32 k = keep; k > 0; k--) d->digit[k] = d->digit[k - 1];
  d->digit[0] = 1, d->count = keep + 1, d->point++;
}
/// As exact_digits, of values of usual sizes, whose digits asked for are a 64-bit number: value 10^k = m 5^k / 2^shift.
INLINE bool usual_exact_digits(FloatParts v, bool significant, i32 places, RoundedDigits* d) {
  const i32 top = v.e + 63 - __builtin_clzll(v.m), point = (i32)(((i64)top * 1292913986) >> 32);   // as there
  i32 k = significant ? places - 1 - point : places;
  if (k < 1 || k > 27 || places < 1 || places > 17 || (!significant && top + 4 * k > 60)) return false;
  i32 shift = -v.e - k;
  if (shift < 1 || shift > 120) return false;
  u128 scaled = (u128)v.m * kFives.to[k];
  if (significant && (u64)(scaled >> shift) >= kFives.to[places] << places) k--, shift++, scaled = (u128)v.m * kFives.to[k];
  const u64 whole = (u64)(scaled >> shift);
  if (whole == 0) return false;
  const u128 half = (u128)1 << (shift - 1), rest = scaled & (2 * half - 1);
  const i32 keep = (i32)put_digits(whole, d->digit);
  d->point = keep - k;
  keep_digits(d, keep, rest > half || (rest == half && whole % 2 != 0));
  return true;
}
/// The digits before 10^-`places`, or the first `places` if `significant`; the exact value, ties to even.
INLINE void exact_digits(FloatParts v, bool significant, i32 places, RoundedDigits* d) {
  if (usual_exact_digits(v, significant, places, d)) return;
  Big r, s;
  r.set(v.m), s.set(1);
  if (v.e >= 0) r.shift_left((u32)v.e);
  else s.shift_left((u32)-v.e);
  // As in shortest_digits: the value is r / s * 10^point after this, r / s below 20.
  const i32 top = v.e + 63 - __builtin_clzll(v.m);
  const i32 point = (i32)(((i64)top * 1292913986) >> 32);
  if (point >= 0) s.multiply_five_to((u32)point), s.shift_left((u32)point);
  else r.multiply_five_to((u32)-point), r.shift_left((u32)-point);
  d->point = point + 1;
  Big ten;
  ten.set(s), ten.multiply_add(10, 0);
  if (r.compare(ten) >= 0) s.set(ten), d->point++;
  const i32 keep = significant ? places : d->point + places;
  if (keep < 0) {
    d->count = 0;
    return;
  }
  NOUNROLL for (i32 i = 0; i < keep; i++) {
    d->digit[i] = take_digit(r, s);
    r.multiply_add(10, 0);
  }
  // What is left is r / (10 s) of the last digit, or of the one before the first.
  s.multiply_add(10, 0);
  r.shift_left(1);
  const i32 half = r.compare(s);
  const bool odd = keep > 0 && d->digit[keep - 1] % 2 != 0;
  keep_digits(d, keep, half > 0 || (half == 0 && odd));
}
/// The same of the shortest decimal text, ties away from zero.
INLINE void decimal_digits(FloatParts v, bool significant, i32 places, RoundedDigits* d) {
  Digits shortest;
  shortest_digits(v, 1, &shortest);
  d->point = shortest.point;
  const i32 keep = significant ? places : d->point + places;
  if (keep < 0) {
    d->count = 0;
    return;
  }
  NOUNROLL for (i32 i = 0; i < keep; i++) d->digit[i] = i < (i32)shortest.count ? shortest.digit[i] : 0;
  keep_digits(d, keep, keep < (i32)shortest.count && shortest.digit[keep] >= 5);
}

/// Sign, padding and what stands between: `body` writes the digits.
struct Padded {
  u8* out;
  u32 length;
};
INLINE u32 put_padded(const NumberSpec& s, bool negative, bool number, const u8* body, u32 n, u8* out) {
  const u8 sign = negative ? '-' : s.plus ? '+' : s.space ? ' ' : 0;
  const u32 used = n + (sign != 0), fill = s.width > used ? s.width - used : 0;
  const bool zeros = s.zero && !s.left && number;
  Writer w = {out};
  if (!s.left && !zeros)
    NOUNROLL for (u32 i = 0; i < fill; i++) w.put(' ');
  if (sign) w.put(sign);
  if (zeros)
    NOUNROLL for (u32 i = 0; i < fill; i++) w.put('0');
  NOUNROLL for (u32 i = 0; i < n; i++) w.put(body[i]);
  if (s.left)
    NOUNROLL for (u32 i = 0; i < fill; i++) w.put(' ');
  return (u32)(w.at - out);
}

INLINE void put_fixed(Writer* w, const RoundedDigits& d, i32 places, bool point) {
  if (d.point <= 0) w->put('0');
  NOUNROLL for (i32 i = 0; i < d.point; i++) w->put(i < d.count ? (u8)('0' + d.digit[i]) : '0');
  if (places > 0 || point) w->put('.');
  NOUNROLL for (i32 i = d.point; i < d.point + places; i++) w->put(i >= 0 && i < d.count ? (u8)('0' + d.digit[i]) : '0');
}
INLINE void put_exponent(Writer* w, const NumberSpec& s, const RoundedDigits& d, i32 places, i32 exponent) {
  w->put(d.count > 0 ? (u8)('0' + d.digit[0]) : '0');
  if (places > 0 || s.alternate) w->put('.');
  NOUNROLL for (i32 i = 1; i <= places; i++) w->put(i < d.count ? (u8)('0' + d.digit[i]) : '0');
  w->put(s.upper ? 'E' : 'e'), w->put(exponent < 0 ? '-' : '+');
  w->number((u64)(exponent < 0 ? -exponent : exponent), 2);
}

/// At most max(width, 310 + precision) + 8 bytes.
OUTLINE u32 format_number_f64(const NumberSpec* spec, f64 v, u8* out) {
  const NumberSpec& s = *spec;
  const u64 bits = __builtin_bit_cast(u64, v), magnitude = bits & 0x7fffffffffffffffu;
  const bool negative = bits >> 63 != 0 && v == v;
  u8 body[kFormatDigits + 20];
  Writer w = {body};
  if (magnitude >= 0x7ff0000000000000u) {
    const bool nan = v != v;
    w.put(s.java ? (nan ? "NaN" : "Infinity") : s.upper ? (nan ? "NAN" : "INF") : (nan ? "nan" : "inf"));
    return put_padded(s, negative, false, body, (u32)(w.at - body), out);
  }
  const FloatParts parts = float_parts<53, 1023>(magnitude);
  i32 precision = s.precision < 0 ? 6 : s.precision;
  if (s.conversion == 'g' && precision == 0) precision = 1;
  RoundedDigits d;
  d.count = 0, d.point = 1;
  const bool fixed = s.conversion == 'f';
  const i32 places = s.conversion == 'e' ? precision + 1 : precision;
  if (magnitude != 0) {
    if (s.java) decimal_digits(parts, !fixed, places, &d);
    else exact_digits(parts, !fixed, places, &d);
  }
  const i32 exponent = d.point - 1;
  if (fixed) {
    put_fixed(&w, d, precision, s.alternate);
  } else if (s.conversion == 'e') {
    put_exponent(&w, s, d, precision, exponent);
  } else {
    i32 shown = precision;   // significant digits; without # no zeros at the end
    if (!s.alternate) {
      if (d.count < shown) shown = d.count;
      while (shown > 1 && d.digit[shown - 1] == 0) shown--;
      if (shown < 1) shown = 1;
    }
    if (exponent >= -4 && exponent < precision) {
      const i32 after = shown - 1 - exponent;
      put_fixed(&w, d, after < 0 ? 0 : after, s.alternate);
    } else {
      put_exponent(&w, s, d, shown - 1, exponent);
    }
  }
  return put_padded(s, negative, true, body, (u32)(w.at - body), out);
}

/// Of conversion d: at least `precision` digits. At most max(width, 20, precision + 1) bytes.
OUTLINE u32 format_number_i64(const NumberSpec* spec, i64 v, u8* out) {
  const NumberSpec& s = *spec;
  u8 body[kMostPrecision + 24];
  Writer w = {body};
  const u64 magnitude = v < 0 ? 0 - (u64)v : (u64)v;
  if (magnitude != 0 || s.precision != 0) w.number(magnitude, s.precision > 1 ? (u32)s.precision : 1);
  return put_padded(s, v < 0, s.precision < 0, body, (u32)(w.at - body), out);
}

// ---- moments

/// 0000-01-01 and 9999-12-31.
enum : i32 { kLeastDays = -719528, kMostDays = 2932896 };

/// Parts of a date (proleptic Gregorian) and a time of day.
struct Moment {
  i64 year;
  u32 month, day, year_day, week_day;   ///< month and day from 1, year_day from 0, week_day from Sunday = 0
  u32 hour, minute, second;
};
INLINE i64 floor_div(i64 a, i64 b) { return a / b - (a % b < 0 ? 1 : 0); }
INLINE bool leap_year(i64 y) { return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0); }
INLINE Moment moment_of(i64 days, i64 us) {
  Moment m;
  const i64 z = days + 719468, era = floor_div(z, 146097), in_era = z - era * 146097;
  const i64 year_of_era = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
  const i64 from_march = in_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const i64 month = (5 * from_march + 2) / 153;
  m.day = (u32)(from_march - (153 * month + 2) / 5 + 1);
  m.month = (u32)(month < 10 ? month + 3 : month - 9);
  m.year = year_of_era + era * 400 + (month >= 10);
  m.year_day = (u32)(month >= 10 ? from_march - 306 : from_march + 59 + leap_year(m.year));
  m.week_day = (u32)(days + 4 - floor_div(days + 4, 7) * 7);
  const i64 seconds = us / 1'000'000;
  m.hour = (u32)(seconds / 3600), m.minute = (u32)(seconds / 60 % 60), m.second = (u32)(seconds % 60);
  return m;
}
/// ISO 8601's week and the year it belongs to.
INLINE u32 iso_week(const Moment& m, i64* year) {
  const i32 day = (i32)((m.week_day + 6) % 7);   // from Monday
  i32 week = ((i32)m.year_day - day + 10) / 7;
  *year = m.year;
  if (week < 1) {
    *year = m.year - 1;
    const i32 days = 365 + leap_year(m.year - 1);
    week = ((i32)m.year_day + days - day + 10) / 7;
  } else if (week == 53) {
    const i32 days = 365 + leap_year(m.year);
    if (days - (i32)m.year_day + day < 4) week = 1, *year = m.year + 1;   // most of this week is next year's
  }
  return (u32)week;
}
INLINE void put_name(Writer* w, const char* names, u32 index, u32 most) {
  u32 at = 0;
  NOUNROLL for (; index > 0; at++)
    if (names[at] == ' ') index--;
  NOUNROLL for (u32 i = 0; i < most && names[at] != ' ' && names[at] != 0; i++) w->put((u8)names[at++]);
}
INLINE void put_year(Writer* w, i64 year, u32 width) {
  if (year < 0) w->put('-');
  w->number((u64)(year < 0 ? -year : year), width);
}
/// At most 20 bytes.
INLINE void put_moment(Writer* w, const Moment& m, u8 conversion, bool java) {
  const u32 hour12 = m.hour % 12 == 0 ? 12 : m.hour % 12;
  i64 year;
  switch (conversion) {
    case 'Y': return put_year(w, m.year, 4);
    case 'C': return put_year(w, floor_div(m.year, 100), 2);
    case 'y': return w->number((u64)(m.year - floor_div(m.year, 100) * 100), 2);
    case 'm': return w->number(m.month, 2);
    case 'd': return w->number(m.day, 2);
    case 'e':
      if (m.day < 10 && !java) w->put(' ');
      return w->number(m.day, 1);
    case 'j': return w->number(m.year_day + 1, 3);
    case 'H': return w->number(m.hour, 2);
    case 'I': return w->number(hour12, 2);
    case 'M': return w->number(m.minute, 2);
    case 'S': return w->number(m.second, 2);
    case 'p': return w->put(java ? (m.hour < 12 ? "am" : "pm") : m.hour < 12 ? "AM" : "PM");
    case 'u': return w->number(m.week_day == 0 ? 7 : m.week_day, 1);
    case 'w': return w->number(m.week_day, 1);
    case 'U': return w->number((m.year_day + 7 - m.week_day) / 7, 2);
    case 'W': return w->number((m.year_day + 7 - (m.week_day + 6) % 7) / 7, 2);
    case 'V': return w->number(iso_week(m, &year), 2);
    case 'G': return iso_week(m, &year), put_year(w, year, 4);
    case 'g': return iso_week(m, &year), w->number((u64)(year - floor_div(year, 100) * 100), 2);
    case 'a':
    case 'A':
      return put_name(w, "Sunday Monday Tuesday Wednesday Thursday Friday Saturday", m.week_day, conversion == 'a' ? 3 : 20);
    case 'b':
    case 'B':
      return put_name(w, "January February March April May June July August September October November December", m.month - 1,
                      conversion == 'b' ? 3 : 20);
    default: return w->put(conversion);
  }
}
/// `pattern` has conversions of put_moment, other bytes, and %%. At most 20 bytes for each byte of it.
OUTLINE u32 format_moment(const u8* pattern, u32 n, bool java, i64 days, i64 us, u8* out) {
  const Moment m = moment_of(days, us);
  Writer w = {out};
  NOUNROLL for (u32 i = 0; i < n; i++) {
    if (pattern[i] == '%' && i + 1 < n) put_moment(&w, m, pattern[++i], java);
    else w.put(pattern[i]);
  }
  return (u32)(w.at - out);
}

}  // namespace kiln::kernel

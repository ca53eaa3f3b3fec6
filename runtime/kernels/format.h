// Values to text: the shortest decimal that reads back to the same value, of these the one closest to it. Every
// function returns the length and writes at most 40 bytes.
#pragma once
#include "big.h"

namespace kiln::kernel {

/// 0.DDD... * 10^point, without zeros at the end; zero has no digits.
struct Digits {
  u8 digit[24];
  u32 count;
  i32 point;
};

/// m * 2^e, m != 0, and whether the next smaller number is only half as far as the next larger one.
struct FloatParts {
  u64 m;
  i32 e;
  bool uneven;
};
template <int kBits, i32 kBias>
INLINE FloatParts float_parts(u64 bits) {
  const u64 m = bits & (((u64)1 << (kBits - 1)) - 1), exponent = bits >> (kBits - 1);
  if (exponent == 0) return {m, 1 - kBias - (kBits - 1), false};
  return {m | (u64)1 << (kBits - 1), (i32)exponent - kBias - (kBits - 1), m == 0 && exponent > 1};
}

/// Removes zeros at the end.
INLINE void trim_digits(Digits* d) {
  while (d->count != 0 && d->digit[d->count - 1] == 0) d->count--;
}
/// Adds one to the last digit.
INLINE void round_up(Digits* d) {
  u32 i = d->count;
  while (i != 0 && d->digit[i - 1] == 9) i--;
  if (i == 0) {
    d->digit[0] = 1, d->count = 1, d->point++;
    return;
  }
  d->digit[i - 1]++, d->count = i;
}
/// The digit floor(r / s), taken out of r; r < 10 s.
INLINE u8 take_digit(Big& r, const Big& s) {
  u8 digit = 0;
  while (r.compare(s) >= 0) r.subtract(s), digit++;
  return digit;
}

// ---- values of usual sizes, by 128-bit numbers
struct Fives {
  u64 to[28];
  constexpr Fives() : to{1} {
    for (int k = 1; k < 28; k++) to[k] = 5 * to[k - 1];
  }
};
inline constexpr Fives kFives;
struct Tens {
  u64 to[20];
  constexpr Tens() : to{1} {
    for (int k = 1; k < 20; k++) to[k] = 10 * to[k - 1];
  }
};
inline constexpr Tens kTens;
/// How many digits v has; 0 has none.
INLINE u32 count_digits(u64 v) {
  const u32 least = ((64 - (u32)__builtin_clzll(v | 1)) * 1233) >> 12;   // bits log10(2), rounded down: right, or one too few
  return least + (v >= kTens.to[least]);
}
struct DigitPairs {
  u8 of[200];
  constexpr DigitPairs() : of{} {
    for (int i = 0; i < 100; i++) of[2 * i] = (u8)(i / 10), of[2 * i + 1] = (u8)(i % 10);
  }
};
inline constexpr DigitPairs kDigitPairs;
/// The last n digits of v, each plus `zero`, two at a time from the last.
INLINE void put_last_digits(u64 v, u32 n, u8 zero, u8* to) {
  NOUNROLL for (; n >= 2; v /= 100) {
    n -= 2;
    store(to + n, (u16)(load<u16>(kDigitPairs.of + v % 100 * 2) + zero * 0x101u));
  }
  if (n != 0) to[0] = (u8)(v % 10 + zero);
}
/// The digits of v from the first one; none of 0.
INLINE u32 put_digits(u64 v, u8* to) {
  const u32 n = count_digits(v);
  put_last_digits(v, n, 0, to);
  return n;
}
/// As shortest_digits, from about 10^-11 (f32: 10^-20) to 2^53 (2^24), and nearly all powers of two. Between 1 and 10 gaps of numbers
/// go into 10^-k, so that one multiple of ten at most reads back, which is the shortest then; or all that read back are as long.
INLINE bool usual_digits(FloatParts v, u32 least, Digits* out) {
  if (v.e > 0 || v.e < -89) return false;
  const u32 k = (u32)(((u64)(u32)-v.e * 1292913987u + 0xffffffffu) >> 32), shift = (u32)-v.e - k + 1;   // k = ceil(-e log10(2))
  const u64 gap = kFives.to[k];
  const u128 twice = (u128)(2 * v.m) * gap, one = (u128)1 << shift, rest = twice & (one - 1);   // value 10^k = twice / one
  const u64 whole = (u64)(twice >> shift), tens = whole - whole % 10;
  const bool closed = v.m % 2 == 0;   // ties read as the even number
  const u128 down = twice - ((u128)tens << shift), up = ((u128)(tens + 10) << shift) - twice;
  u64 digits;
  bool exact = rest == 0 && whole == tens;
  if (v.uneven && !exact) return false;
  if (down < gap || (down == gap && closed)) digits = tens;
  else if (up < gap || (up == gap && closed)) digits = tens + 10;
  else digits = whole + (rest > one / 2 || (rest == one / 2 && whole % 2 != 0)), exact = rest == 0;
  out->count = put_digits(digits, out->digit);
  out->point = (i32)(out->count - k);
  trim_digits(out);
  return exact || out->count >= least;
}

/// The shortest digits, at least `least` of them (the closest so many, if fewer would do), by exact arithmetic (Steele
/// and White's free format): the value is r / s; numbers nearer to it than half way to its neighbours, below / s and
/// above / s, read back as it.
OUTLINE void shortest_digits(FloatParts v, u32 least, Digits* out) {
  if (usual_digits(v, least, out)) return;
  Big r, s, below, above, sum;
  const u32 scale = v.uneven ? 2 : 1;  // keeps half gaps whole
  r.set(v.m), s.set(1), below.set(1);
  if (v.e >= 0) {
    r.shift_left((u32)v.e + scale), s.shift_left(scale), below.shift_left((u32)v.e);
  } else {
    r.shift_left(scale), s.shift_left((u32)-v.e + scale);
  }
  above.set(below);
  if (v.uneven) above.shift_left(1);
  const bool closed = v.m % 2 == 0;  // ties read as the even number
  // floor(log10) of the value or one too little: exactly floor(top log10(2)), with log10(2) as 1292913986 / 2^32.
  const i32 top = v.e + 63 - __builtin_clzll(v.m);
  i32 point = (i32)(((i64)top * 1292913986) >> 32);
  if (point >= 0) {
    s.multiply_five_to((u32)point), s.shift_left((u32)point);
  } else {
    r.multiply_five_to((u32)-point), r.shift_left((u32)-point);
    below.multiply_five_to((u32)-point), below.shift_left((u32)-point);
    above.multiply_five_to((u32)-point), above.shift_left((u32)-point);
  }
  // r / s is in [1, 20): one more place if it is, or may be read as, 10 or more. (Two digits may be closer from
  // below: 9.9.)
  Big ten;
  ten.set(s), ten.multiply_add(10, 0);
  sum.set(r), sum.add(above);
  const i32 order = sum.compare(ten);
  if ((order > 0 || (order == 0 && closed)) && (least == 1 || r.compare(ten) >= 0)) s.set(ten), point++;
  out->point = point + 1, out->count = 0;
  NOUNROLL for (;;) {
    const u8 digit = take_digit(r, s);
    out->digit[out->count++] = digit;
    const i32 low_order = r.compare(below);
    sum.set(r), sum.add(above);
    const i32 high_order = sum.compare(s);
    const bool low = low_order < 0 || (low_order == 0 && closed);     // these digits read back
    const bool high = high_order > 0 || (high_order == 0 && closed);  // so do these, the last one more
    if ((low || high) && out->count >= least) {
      r.shift_left(1);
      const i32 half = r.compare(s);
      if (high && (!low || half > 0 || (half == 0 && digit % 2 != 0))) round_up(out);
      break;
    }
    if (low && r.count == 0) break;  // exact: only zeros follow
    if (low || high) {
      // Fewer digits would do, but more are wanted: the closest.
      r.multiply_add(10, 0);
      const u8 next = take_digit(r, s);
      out->digit[out->count++] = next;
      r.shift_left(1);
      const i32 half = r.compare(s);
      if (half > 0 || (half == 0 && next % 2 != 0)) round_up(out);
      break;
    }
    r.multiply_add(10, 0), below.multiply_add(10, 0), above.multiply_add(10, 0);
  }
  trim_digits(out);
}

/// All digits of a whole number m * 2^e below 10^23.
OUTLINE void whole_digits(u64 m, i32 e, Digits* out) {
  u128 v = e >= 0 ? (u128)m << e : (u128)(m >> -e);
  u32 n = 0;
  u8 reversed[40];
  NOUNROLL while (v != 0) {
    // v / 10 by parts, for want of a division of 128 bits
    const u64 high = (u64)(v >> 64), low = (u64)v;
    const u64 a = high / 10, a_rest = high % 10;
    const u64 b = a_rest << 32 | low >> 32, c = (b % 10) << 32 | (low & 0xffffffffu);
    reversed[n++] = (u8)(c % 10);
    v = (u128)a << 64 | (b / 10) << 32 | c / 10;
  }
  out->count = n, out->point = (i32)n;
  NOUNROLL for (u32 i = 0; i < n; i++) out->digit[i] = reversed[n - 1 - i];
}

/// Where text goes.
struct Writer {
  u8* at;
  MEMBER void put(u8 c) { *at++ = c; }
  MEMBER void put(const char* text) {
    for (u32 i = 0; text[i] != 0; i++) put((u8)text[i]);
  }
  /// At least `width` digits, zeros in front.
  MEMBER void number(u64 v, u32 width) {
    const u32 n = v == 0 ? 1 : count_digits(v);
    for (; width > n; width--) put('0');
    put_last_digits(v, n, '0', at);
    at += n;
  }
  /// Digits [from, to), zeros beyond the last.
  MEMBER void digits(const Digits& d, i32 from, i32 to) {
    for (i32 i = from; i < to; i++) put(i < (i32)d.count ? (u8)('0' + d.digit[i]) : '0');
  }
};

/// The layout that is shorter, with the point or with an exponent of at least two digits; the point if equal, and
/// always for whole numbers below `whole` digits.
INLINE void write_shortest(Writer* w, FloatParts v, i32 whole) {
  if (whole != 0 && v.e > -53 && (v.e >= 0 || v.m << (64 + v.e) == 0)) return w->number(v.e >= 0 ? v.m << v.e : v.m >> -v.e, 1);
  Digits d;
  shortest_digits(v, 1, &d);
  const i32 count = (i32)d.count, point = d.point, exponent = point - 1;
  const i32 exponent_digits = exponent >= 100 || exponent <= -100 ? 3 : 2;
  const i32 with_exponent = count + (count > 1) + 2 + exponent_digits;
  const i32 with_point = point <= 0 ? 2 - point + count : point >= count ? point : count + 1;
  if (with_point > with_exponent && !(point >= count && point <= whole)) {
    w->digits(d, 0, 1);
    if (count > 1) w->put('.'), w->digits(d, 1, count);
    w->put('e'), w->put(exponent < 0 ? '-' : '+');
    w->number((u64)(exponent < 0 ? -exponent : exponent), 2);
  } else if (point <= 0) {
    w->put("0.");
    for (i32 i = point; i < 0; i++) w->put('0');
    w->digits(d, 0, count);
  } else if (point >= count) {
    if (count < point) whole_digits(v.m, v.e, &d);  // zeros are digits of the value too, not only room
    w->digits(d, 0, d.point);
  } else {
    w->digits(d, 0, point), w->put('.'), w->digits(d, point, count);
  }
}
/// Java's Double.toString: with the point from 10^-3 to 10^7, else with an exponent; at least one digit behind the
/// point.
INLINE void write_java(Writer* w, FloatParts v) {
  Digits d;
  shortest_digits(v, 2, &d);
  const i32 count = (i32)d.count, point = d.point;
  if (point > 7 || point < -2) {
    w->digits(d, 0, 1), w->put('.'), w->digits(d, 1, count > 1 ? count : 2), w->put('E');
    const i32 exponent = point - 1;
    if (exponent < 0) w->put('-');
    w->number((u64)(exponent < 0 ? -exponent : exponent), 1);
  } else if (point <= 0) {
    w->put("0.");
    for (i32 i = point; i < 0; i++) w->put('0');
    w->digits(d, 0, count);
  } else {
    w->digits(d, 0, point), w->put('.'), w->digits(d, point, count > point ? count : point + 1);
  }
}

enum class FloatLayout { shortest, java };
INLINE u32 write_float(FloatLayout layout, bool negative, bool is_nan, bool is_infinite, bool is_zero, FloatParts v,
                       i32 whole, u8* out) {
  const bool java = layout == FloatLayout::java;
  Writer w = {out};
  if (is_nan) {
    w.put(java ? "NaN" : "nan");
    return (u32)(w.at - out);
  }
  if (negative) w.put('-');
  if (is_infinite)
    w.put(java ? "Infinity" : "inf");
  else if (is_zero)
    w.put(java ? "0.0" : "0");
  else if (java)
    write_java(&w, v);
  else
    write_shortest(&w, v, whole);
  return (u32)(w.at - out);
}
INLINE u32 write_f64(FloatLayout layout, f64 v, u8* out) {
  const u64 bits = __builtin_bit_cast(u64, v), magnitude = bits & 0x7fffffffffffffffu;
  // Whole numbers below 2^53 (16 digits) never get an exponent.
  return write_float(layout, bits >> 63 != 0, v != v, magnitude == 0x7ff0000000000000u, magnitude == 0,
                     float_parts<53, 1023>(magnitude), magnitude < 0x4340000000000000u ? 16 : 0, out);
}
INLINE u32 write_f32(FloatLayout layout, f32 v, u8* out) {
  const u32 bits = __builtin_bit_cast(u32, v), magnitude = bits & 0x7fffffffu;
  return write_float(layout, bits >> 31 != 0, v != v, magnitude == 0x7f800000u, magnitude == 0,
                     float_parts<24, 127>(magnitude), magnitude < 0x5a000000u ? 16 : 0, out);
}

/// The layout of formatNumber in compiler/support/number.h: 0.5, 1e-07, 1e+22, whole numbers below 2^53 without point
/// or exponent.
OUTLINE u32 format_f64(f64 v, u8* out) { return write_f64(FloatLayout::shortest, v, out); }
OUTLINE u32 format_f32(f32 v, u8* out) { return write_f32(FloatLayout::shortest, v, out); }
/// The layout of Java's Double.toString (of JDK 19 and later, which is exact): 2.0, 1.0E20, 1.0E-7, NaN, Infinity.
OUTLINE u32 format_f64_java(f64 v, u8* out) { return write_f64(FloatLayout::java, v, out); }
OUTLINE u32 format_f32_java(f32 v, u8* out) { return write_f32(FloatLayout::java, v, out); }

OUTLINE u32 format_i64(i64 v, u8* out) {
  Writer w = {out};
  if (v < 0) w.put('-');
  w.number(v < 0 ? 0 - (u64)v : (u64)v, 1);
  return (u32)(w.at - out);
}

// ---- dates and times, in the forms that parse.h reads

INLINE void write_date(Writer* w, i64 days) {
  // Years that begin in March; 146097 days are 400 years.
  const i64 z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, in_era = z - era * 146097;
  const i64 year_of_era = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
  const i64 in_year = in_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const i64 month = (5 * in_year + 2) / 153, day = in_year - (153 * month + 2) / 5 + 1;
  const i64 year = year_of_era + era * 400 + (month >= 10);
  if (year < 0) w->put('-');
  w->number((u64)(year < 0 ? -year : year), 4);
  w->put('-'), w->number((u64)(month < 10 ? month + 3 : month - 9), 2);
  w->put('-'), w->number((u64)day, 2);
}
/// us from 0 to below one day. The fraction without zeros at its end.
INLINE void write_time(Writer* w, i64 us) {
  const i64 seconds = us / 1'000'000;
  i64 fraction = us % 1'000'000;
  w->number((u64)(seconds / 3600), 2), w->put(':');
  w->number((u64)(seconds / 60 % 60), 2), w->put(':');
  w->number((u64)(seconds % 60), 2);
  if (fraction == 0) return;
  u32 width = 6;
  while (fraction % 10 == 0) fraction /= 10, width--;
  w->put('.'), w->number((u64)fraction, width);
}

/// Days since 1970-01-01, as YYYY-MM-DD; years beyond four digits or before 0 as they are.
OUTLINE u32 format_date(i64 days, u8* out) {
  Writer w = {out};
  write_date(&w, days);
  return (u32)(w.at - out);
}
/// Microseconds since midnight, as hh:mm:ss[.fraction].
OUTLINE u32 format_time(i64 us, u8* out) {
  Writer w = {out};
  write_time(&w, us);
  return (u32)(w.at - out);
}
/// Microseconds since 1970-01-01T00:00:00, as dateTtime.
OUTLINE u32 format_datetime(i64 us, u8* out) {
  constexpr i64 kDay = 86'400'000'000;
  const i64 days = us / kDay - (us % kDay < 0);
  Writer w = {out};
  write_date(&w, days), w.put('T'), write_time(&w, us - days * kDay);
  return (u32)(w.at - out);
}

}  // namespace kiln::kernel

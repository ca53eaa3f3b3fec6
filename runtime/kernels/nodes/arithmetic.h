// Arithmetic of scalars.def: floats by IEEE, integers wrap; in a checked call a NaN, an overflow or a division by zero
// fails.
#pragma once
#include "../math.h"
#include "common.h"

namespace kiln::kernel::call {

template <int N, class T>
INLINE void strict2(const Val<T, N>& a, const Val<T, N>& b, Val<T, N>& y) {
  y.missing = a.missing | b.missing, y.status = first<N>(a.status, b.status);
}

// The operations: value, and where it is doubtful.
struct Add {
  template <class T, int N>
  static MEMBER Mask<N> run(Lane<T, N> a, Lane<T, N> b, Lane<T, N>& r) {
    r = plus<T, N>(a, b);
    if constexpr (kIsFloat<T>)
      return is_nan<N, T>(r);
    else
      return plus_wraps<T, N>(a, b, r);
  }
};
struct Sub {
  template <class T, int N>
  static MEMBER Mask<N> run(Lane<T, N> a, Lane<T, N> b, Lane<T, N>& r) {
    r = minus<T, N>(a, b);
    if constexpr (kIsFloat<T>)
      return is_nan<N, T>(r);
    else
      return minus_wraps<T, N>(a, b, r);
  }
};
struct Mul {
  template <class T, int N>
  static MEMBER Mask<N> run(Lane<T, N> a, Lane<T, N> b, Lane<T, N>& r) {
    r = times<T, N>(a, b);
    if constexpr (kIsFloat<T>)
      return is_nan<N, T>(r);
    else
      return times_wraps<T, N>(a, b, r);
  }
};
struct Div {
  template <class T, int N>
  static MEMBER Mask<N> run(Lane<T, N> a, Lane<T, N> b, Lane<T, N>& r) {
    const Mask<N> zero = mask<N>(b == 0);
    if constexpr (kIsFloat<T>) {
      r = a / b;
      return zero | is_nan<N, T>(r);
    } else {  // by 1 where the processor would trap
      const Mask<N> wraps = mask<N>(a == kLowest<T>) & mask<N>(b == -1);
      const Lane<T, N> q = a / pick<N>(zero | wraps, splat<T, N>(1), b);
      r = pick<N>(zero, Lane<T, N>{}, q);
      return zero | wraps;
    }
  }
};
struct ModFloor {
  template <class T, int N>
  static MEMBER Mask<N> run(Lane<T, N> a, Lane<T, N> b, Lane<T, N>& r) {
    if constexpr (kIsFloat<T>) {
      r = a - __builtin_elementwise_floor(a / b) * b;
      return is_nan<N, T>(r);
    } else {
      const Mask<N> zero = mask<N>(b == 0);
      const Lane<T, N> d = pick<N>(zero | mask<N>(b == -1), splat<T, N>(1), b);
      const Lane<T, N> m = a % d;
      r = m + pick<N>(mask<N>(m != 0) & mask<N>((m ^ d) < 0), d, Lane<T, N>{});
      return zero;
    }
  }
};
/// x - trunc(x / y) y exactly, for finite x and y: long division of the significands, eleven bits a step.
OUTLINE f64 float_remainder(f64 x, f64 y) {
  constexpr u64 kLead = 1ull << 52;
  const u64 sign = __builtin_bit_cast(u64, x) & 1ull << 63;
  u64 a = __builtin_bit_cast(u64, x) & ~(1ull << 63), b = __builtin_bit_cast(u64, y) & ~(1ull << 63);
  if (a < b) return x;
  i32 exponent = (i32)(a >> 52), last = (i32)(b >> 52);
  a = exponent == 0 ? a : (a & (kLead - 1)) | kLead, b = last == 0 ? b : (b & (kLead - 1)) | kLead;
  if (exponent == 0) exponent = 1;
  if (last == 0) last = 1;
  a %= b;
  NOUNROLL while (exponent > last && a != 0) {
    const i32 step = exponent - last < 11 ? exponent - last : 11;
    a = (a << step) % b, exponent -= step;
  }
  if (a == 0) return __builtin_bit_cast(f64, sign);
  // Units of the last place of y, which may be fewer than a normal number has.
  const i32 shift = __builtin_clzll(a) - 11, room = last - 1;
  const i32 up = shift < room ? shift : room;
  a <<= up;
  return __builtin_bit_cast(f64, sign | (a < kLead ? a : (a & (kLead - 1)) | (u64)(last - up) << 52));
}
/// The same by the quotient, one too large at most where it is below 2^51: what is left is a number of 53 bits. Where not `sure`, anything.
template <int N>
INLINE Lane<f64, N> remainder_of_quotient(Lane<f64, N> x, Lane<f64, N> y, Mask<N>& sure) {
  const Lane<f64, N> a = math::magnitude(x), b = math::magnitude(y), quotient = math::trunc(a / b), rest = math::remainder(a, quotient, b);
  // Beyond these limits products, or halves of their factors, are no numbers.
  sure = mask<N>(quotient < 0x1p51) & mask<N>(b > 0x1p-900) & mask<N>(b < 0x1p960) & mask<N>(a < 0x1p960);
  return math::copy_sign(rest < 0.0 ? rest + b : rest, x);
}
struct Rem {
  template <class T, int N>
  static MEMBER Mask<N> run(Lane<T, N> a, Lane<T, N> b, Lane<T, N>& r) {
    if constexpr (kIsFloat<T>) {
      Mask<N> sure;
      const Lane<f64, N> usual = remainder_of_quotient<N>(convert<f64, T, N>(a), convert<f64, T, N>(b), sure);
      if (__builtin_expect(!any<N>(~sure), 1)) {
        r = convert<T, f64, N>(usual);
        return never<N>();
      }
      r = splat<T, N>((T)__builtin_nan(""));
      UNROLL for (int i = 0; i < N; i++) {
        const f64 x = lane<N>(a, i), y = lane<N>(b, i);
        if (!(__builtin_fabs(x) < __builtin_inf()) || y != y || y == 0) continue;
        set_lane<N>(r, i, (T)(__builtin_fabs(y) == __builtin_inf() ? x : float_remainder(x, y)));
      }
      return is_nan<N, T>(r);
    } else {
      const Mask<N> zero = mask<N>(b == 0);
      r = a % pick<N>(zero | mask<N>(b == -1), splat<T, N>(1), b);
      return zero;
    }
  }
};
struct Min {
  template <class T, int N>
  static MEMBER Mask<N> run(Lane<T, N> a, Lane<T, N> b, Lane<T, N>& r) {
    r = lesser<T, N>(a, b);
    return is_nan<N, T>(r);
  }
};
struct Max {
  template <class T, int N>
  static MEMBER Mask<N> run(Lane<T, N> a, Lane<T, N> b, Lane<T, N>& r) {
    r = greater<T, N>(a, b);
    return is_nan<N, T>(r);
  }
};
struct Threshold {
  template <class T, int N>
  static MEMBER Mask<N> run(Lane<T, N> a, Lane<T, N> b, Lane<T, N>& r) {
    r = pick<N>(mask<N>(a > b), splat<T, N>(1), Lane<T, N>{});
    return never<N>();
  }
};
struct ClipLow {
  template <class T, int N>
  static MEMBER Mask<N> run(Lane<T, N> a, Lane<T, N> b, Lane<T, N>& r) {
    r = pick<N>(mask<N>(a < b), b, a);
    return is_nan<N, T>(r);
  }
};
struct ClipHigh {
  template <class T, int N>
  static MEMBER Mask<N> run(Lane<T, N> a, Lane<T, N> b, Lane<T, N>& r) {
    r = pick<N>(mask<N>(a > b), b, a);
    return is_nan<N, T>(r);
  }
};

template <class Op, int N, class T>
INLINE void strict(const FailParams& p, const Val<T, N>& a, const Val<T, N>& b, Val<T, N>& y) {
  Lane<T, N> r;
  const Mask<N> bad = Op::template run<T, N>(a.v, b.v, r);
  y = {r, a.missing | b.missing, first<N>(a.status, b.status)};
  fail_where<N>(bad, p.status, y);
}
/// A missing operand is left out.
template <class Op, int N, class T>
INLINE void skip(const FailParams& p, const Val<T, N>& a, const Val<T, N>& b, Val<T, N>& y) {
  Lane<T, N> r;
  Mask<N> bad = Op::template run<T, N>(a.v, b.v, r) & ~a.missing & ~b.missing;
  r = pick<N>(a.missing, b.v, pick<N>(b.missing, a.v, r));
  bad = bad | is_nan<N, T>(r);
  y = {r, a.missing & b.missing, first<N>(a.status, b.status)};
  fail_where<N>(bad, p.status, y);
}

#define KILN_BINARY(name, rule, Op) KILN_BINARY_(name, rule, Op, KILN_LANE_KERNEL)
#define KILN_BINARY_(name, rule, Op, SINGLE)                                                                \
  template <int N, class T>                                                                                 \
  INLINE void name(const Ctx&, const FailParams& p, const Val<T, N>& a, const Val<T, N>& b, Val<T, N>& y) { \
    rule<Op, N, T>(p, a, b, y);                                                                             \
  }                                                                                                         \
  KILN_LANE_KERNEL(name##_f64, name, FailParams, F64, F64, F64)                                             \
  SINGLE(name##_f32, name, FailParams, F32, F32, F32)                                                       \
  KILN_LANE_KERNEL(name##_i64, name, FailParams, I64, I64, I64)                                             \
  KILN_LANE_KERNEL(name##_i32, name, FailParams, I32, I32, I32)
KILN_BINARY_(add, strict, Add, KILN_WIDE_KERNEL)
KILN_BINARY_(sub, strict, Sub, KILN_WIDE_KERNEL)
KILN_BINARY_(mul, strict, Mul, KILN_WIDE_KERNEL)
KILN_BINARY_(div, strict, Div, KILN_WIDE_KERNEL)
KILN_BINARY(mod_floor, strict, ModFloor)
KILN_BINARY(rem, strict, Rem)
KILN_BINARY(min, strict, Min)
KILN_BINARY(max, strict, Max)
KILN_BINARY(threshold, strict, Threshold)
KILN_BINARY(clip_low, strict, ClipLow)
KILN_BINARY(clip_high, strict, ClipHigh)
KILN_BINARY(min_skip, skip, Min)
KILN_BINARY(max_skip, skip, Max)
KILN_BINARY(add_skip, skip, Add)
KILN_BINARY(mul_skip, skip, Mul)
#undef KILN_BINARY
#undef KILN_BINARY_

template <int N, class T>
INLINE void neg(const Ctx&, const FailParams& p, const Val<T, N>& x, Val<T, N>& y) {
  y = x;
  if constexpr (kIsFloat<T>) {
    y.v = -x.v;
    fail_where<N>(is_nan<N, T>(y.v), p.status, y);
  } else {
    y.v = minus<T, N>(Lane<T, N>{}, x.v);
    fail_where<N>(mask<N>(x.v == kLowest<T>), p.status, y);
  }
}
template <int N, class T>
INLINE void abs(const Ctx&, const FailParams& p, const Val<T, N>& x, Val<T, N>& y) {
  y = x;
  if constexpr (kIsFloat<T>) {
    y.v = __builtin_elementwise_abs(x.v);
    fail_where<N>(is_nan<N, T>(y.v), p.status, y);
  } else {
    y.v = pick<N>(mask<N>(x.v < 0), minus<T, N>(Lane<T, N>{}, x.v), x.v);
    fail_where<N>(mask<N>(x.v == kLowest<T>), p.status, y);
  }
}
template <int N, class T>
INLINE void sign(const Ctx&, const FailParams& p, const Val<T, N>& x, Val<T, N>& y) {
  const Lane<T, N> one = splat<T, N>(1), minus_one = splat<T, N>((T)-1);
  y = {pick<N>(mask<N>(x.v > 0), one, pick<N>(mask<N>(x.v < 0), minus_one, x.v)), x.missing, x.status};
  fail_where<N>(is_nan<N, T>(y.v), p.status, y);
}
#define KILN_UNARY(s, T, X)                        \
  KILN_LANE_KERNEL(neg_##s, neg, FailParams, X, X) \
  KILN_LANE_KERNEL(abs_##s, abs, FailParams, X, X) \
  KILN_LANE_KERNEL(sign_##s, sign, FailParams, X, X)
KILN_NUMBERS(KILN_UNARY)
#undef KILN_UNARY

/// x^y by squaring; false if a product overflowed or y is negative (then 0).
OUTLINE bool integer_power(i64 x, i64 y, i64* result) {
  bool bad = y < 0;
  i64 r = bad ? 0 : 1;
  NOUNROLL while (y > 0) {
    if (y & 1) bad |= __builtin_mul_overflow(r, x, &r);
    y >>= 1;
    if (y > 0) bad |= __builtin_mul_overflow(x, x, &x);
  }
  *result = r;
  return !bad;
}
template <int N>
INLINE void ipow(const Ctx&, const FailParams& p, const I64<N>& a, const I64<N>& b, I64<N>& y) {
  Mask<N> bad = never<N>();
  strict2<N>(a, b, y);
  UNROLL for (int i = 0; i < N; i++) {
    i64 r;
    set_mask_lane<N>(bad, i, !integer_power(lane<N>(a.v, i), lane<N>(b.v, i), &r));
    set_lane<N>(y.v, i, r);
  }
  fail_where<N>(bad, p.status, y);
}
KILN_LANE_KERNEL(ipow_i64, ipow, FailParams, I64, I64, I64)

}  // namespace kiln::kernel::call

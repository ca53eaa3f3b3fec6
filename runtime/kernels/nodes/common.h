// What the templates of nodes share: failing lanes, f32 through f64, wrapping integers, lanes that must not be read.
#pragma once
#include "../instances.h"
#include "params.h"

namespace kiln::kernel {

/// y fails where `bad` is true and y is present, unless it has failed already.
template <int N, class X>
INLINE void fail_where(Mask<N> bad, i32 status, X& y) {
  if (status != 0) y.status = first<N>(y.status, status_where<N>(bad & ~y.missing, status));
}
/// Lanes that hold a value: neither missing nor failed. Others may hold anything.
template <int N, class X>
INLINE Mask<N> live(const X& x) {
  return ~x.missing & ~failed<N>(x.status);
}

template <class T>
struct UnsignedOf {
  typedef T type;
};
template <>
struct UnsignedOf<i64> {
  typedef u64 type;
};
template <>
struct UnsignedOf<i32> {
  typedef u32 type;
};
template <class T, int N>
using Unsigned = Lane<typename UnsignedOf<T>::type, N>;
template <class T>
inline constexpr T kLowest = (T)((typename UnsignedOf<T>::type)1 << (sizeof(T) * 8 - 1));

// Floats by IEEE, integers modulo 2^n.
template <class T, int N>
INLINE Lane<T, N> plus(Lane<T, N> a, Lane<T, N> b) {
  return (Lane<T, N>)((Unsigned<T, N>)a + (Unsigned<T, N>)b);
}
template <class T, int N>
INLINE Lane<T, N> minus(Lane<T, N> a, Lane<T, N> b) {
  return (Lane<T, N>)((Unsigned<T, N>)a - (Unsigned<T, N>)b);
}
template <class T, int N>
INLINE Lane<T, N> times(Lane<T, N> a, Lane<T, N> b) {
  return (Lane<T, N>)((Unsigned<T, N>)a * (Unsigned<T, N>)b);
}
// Where these wrapped.
template <class T, int N>
INLINE Mask<N> plus_wraps(Lane<T, N> a, Lane<T, N> b, Lane<T, N> r) {
  return mask<N>(((a ^ r) & (b ^ r)) < 0);
}
template <class T, int N>
INLINE Mask<N> minus_wraps(Lane<T, N> a, Lane<T, N> b, Lane<T, N> r) {
  return mask<N>(((a ^ b) & (a ^ r)) < 0);
}
template <class T, int N>
INLINE Mask<N> times_wraps(Lane<T, N> a, Lane<T, N> b, Lane<T, N> r) {
  Mask<N> bad = never<N>();
  UNROLL for (int i = 0; i < N; i++) {
    T unused;
    set_mask_lane<N>(bad, i, __builtin_mul_overflow(lane<N>(a, i), lane<N>(b, i), &unused));
  }
  return bad;
}

template <int N, class T>
INLINE Mask<N> is_nan(Lane<T, N> v) {
  if constexpr (kIsFloat<T>)
    return mask<N>(v != v);
  else
    return never<N>();
}

/// min and max of scalars.cpp: the first NaN, else one comparison; of equal values the first.
template <class T, int N>
INLINE Lane<T, N> lesser(Lane<T, N> a, Lane<T, N> b) {
  const Lane<T, N> r = pick<N>(mask<N>(b < a), b, a);
  if constexpr (kIsFloat<T>)
    return pick<N>(is_nan<N, T>(a), a, pick<N>(is_nan<N, T>(b), b, r));
  else
    return r;
}
template <class T, int N>
INLINE Lane<T, N> greater(Lane<T, N> a, Lane<T, N> b) {
  const Lane<T, N> r = pick<N>(mask<N>(b > a), b, a);
  if constexpr (kIsFloat<T>)
    return pick<N>(is_nan<N, T>(a), a, pick<N>(is_nan<N, T>(b), b, r));
  else
    return r;
}

/// A slot's status becomes the first failure: its own, or this one.
template <int N>
INLINE void join_status(const Ctx& c, const Slot& s, Status<N> status) {
  if (s.status != kNone) set_slot_status<N>(c, s, first<N>(slot_status<N>(c, s), status));
}
template <class T, int N>
INLINE Lane<T, N> element(const Ctx& c, const Slot& s, u32 e) {
  return load<Lane<T, N>>(c.scratch + s.values + ((u64)e * s.pitch + c.at) * sizeof(T));
}
template <class T, int N>
INLINE void set_element(const Ctx& c, const Slot& s, u32 e, Lane<T, N> v) {
  store(c.scratch + s.values + ((u64)e * s.pitch + c.at) * sizeof(T), v);
}
/// Elements e .. e + L of one row: a vector where the slot has room, so that who reads it as one need not wait for its parts.
template <class T, int L>
INLINE void set_elements(const Ctx& c, const Slot& s, u32 e, Lane<T, L> v) {
  if (s.pitch == 1 && e + L <= s.room) return store(c.scratch + s.values + (u64)e * sizeof(T), v);
  UNROLL for (int i = 0; i < L; i++) if (e + i < s.count) set_element<T, 1>(c, s, e + i, v[i]);
}
template <class T, int L>
INLINE Lane<T, L> elements(const Ctx& c, const Slot& s, u32 e) {
  if (s.pitch == 1 && e + L <= s.room) return load<Lane<T, L>>(c.scratch + s.values + (u64)e * sizeof(T));
  Lane<T, L> v{};
  UNROLL for (int i = 0; i < L; i++) if (e + i < s.count) v[i] = element<T, 1>(c, s, e + i);
  return v;
}

/// Vectors of so many elements of one row: its slots have room for whole ones.
enum : u32 { kRowVector = 8 };
/// y = f(x), element by element: f takes lanes of rows, of one row also vectors of its elements.
template <class T, int N, class F>
INLINE void map_elements(const Ctx& c, const Slot& x, const Slot& y, F f) {
  u32 e = 0;
  if constexpr (N == 1)
    if (x.pitch == 1 && y.pitch == 1)
      NOUNROLL for (; e + kRowVector <= x.count; e += kRowVector)
        store(c.scratch + y.values + (u64)e * sizeof(T), f(load<Lane<T, kRowVector>>(c.scratch + x.values + (u64)e * sizeof(T))));
  NOUNROLL for (; e < x.count; e++) set_element<T, N>(c, y, e, f(element<T, N>(c, x, e)));
}
/// The least or greatest of floats, none of which is missing: NaN if one is, else the first of equal ones.
template <bool kLeast, class T, int N>
INLINE Lane<T, N> extreme_by_lanes(const Ctx& c, const Slot& x) {
  Lane<T, N> best = element<T, N>(c, x, 0);
  auto number = best == best;
  NOUNROLL for (u32 e = 1; e < x.count; e++) {
    const Lane<T, N> v = element<T, N>(c, x, e);
    best = (kLeast ? v < best : v > best) ? v : best;
    number &= v == v;
  }
  return pick<N>(mask<N>(number), best, splat<T, N>((T)__builtin_nan("")));
}
/// part(e) for each kRowVector elements of so many, from e on, four of which go on together; the rest is the caller's, from what is returned on.
template <class Part>
INLINE u32 each_part(u32 count, Part part) {
  u32 e = 0;
  NOUNROLL for (; e + 4 * kRowVector <= count; e += 4 * kRowVector) UNROLL for (u32 k = 0; k < 4; k++) part(e + k * kRowVector);
  NOUNROLL for (; e + kRowVector <= count; e += kRowVector) part(e);
  return e;
}
/// Of a vector one number: f(lower half, upper half), down to halves of one lane.
template <class T, int L, class F>
INLINE T by_halves(Lane<T, L> v, F f) {
  if constexpr (L == 1) {
    return v;
  } else {
    Lane<T, L / 2> half[2];
    __builtin_memcpy(half, &v, sizeof v);
    return by_halves<T, L / 2>(f(half[0], half[1]), f);
  }
}
/// The same of one row whose elements lie side by side from p on, kRowVector and more: which zero is the first, where their signs differ, is looked for.
template <bool kLeast, class T>
INLINE T extreme_of_row(const u8* p, u32 count) {
  typedef Lane<T, kRowVector> Part;
  Part best = load<Part>(p);
  auto number = best == best;
  const auto take = [&](u32 e) __attribute__((always_inline)) {
    const Part v = load<Part>(p + (u64)e * sizeof(T));
    best = (kLeast ? v < best : v > best) ? v : best;
    number &= v == v;
  };
  if (each_part(count, take) != count) take(count - kRowVector);   // some once more
  if (any<kRowVector>(~mask<kRowVector>(number))) return (T)__builtin_nan("");
  const T y = by_halves<T, kRowVector>(best, [](auto a, auto b) __attribute__((always_inline)) { return (kLeast ? b < a : b > a) ? b : a; });
  if (__builtin_expect(y == 0, 0))
    NOUNROLL for (u32 e = 0;; e++) if (const T v = load<T>(p + (u64)e * sizeof(T)); v == 0) return v;
  return y;
}
template <bool kLeast, class T, int N>
INLINE Lane<T, N> extreme_of(const Ctx& c, const Slot& x) {
  if constexpr (N == 1)
    if (x.pitch == 1 && x.count >= 2 * kRowVector) return extreme_of_row<kLeast, T>(c.scratch + x.values, x.count);
  return extreme_by_lanes<kLeast, T, N>(c, x);
}

/// Elements first .. first + count of a slot; `size` bytes each.
INLINE Slot part_of(const Slot& s, u32 first, u32 count, u32 size) {
  Slot part = s;
  part.count = part.room = count, part.values += first * s.pitch * size;
  if (s.missing != kNone) part.missing += first * ((s.pitch + 7) / 8);
  return part;
}
/// Whether any of the first n elements is missing; those of one row are read by words.
template <int N>
INLINE Mask<N> any_element_missing(const Ctx& c, const Slot& s, u32 n) {
  if (s.missing == kNone) return never<N>();
  if constexpr (N == 1)
    if (s.pitch == 1 && (n + 7) / 8 * 8 <= s.room) {
      const u8* p = c.scratch + s.missing;
      u64 bits = 0;
      NOUNROLL for (u32 e = 0; e + 8 <= n; e += 8) bits |= load<u64>(p + e);
      if (n % 8 != 0) bits |= load<u64>(p + n / 8 * 8) & ~0ull >> (64 - 8 * (n % 8));
      return (bits & 0x0101010101010101u) != 0;
    }
  Mask<N> missing = never<N>();
  NOUNROLL for (u32 e = 0; e < n; e++) missing = missing | slot_missing<N>(c, s, e);
  return missing;
}
/// Makes all elements missing, or none.
template <int N>
INLINE void set_all_missing(const Ctx& c, const Slot& s, Mask<N> m) {
  if (s.missing == kNone) return;
  if constexpr (N == 1)
    if (s.pitch == 1 && s.room % 8 == 0) {
      NOUNROLL for (u32 e = 0; e < s.count; e += 8) store(c.scratch + s.missing + e, (u64)m.on * 0x0101010101010101u);
      return;
    }
  NOUNROLL for (u32 e = 0; e < s.count; e++) set_slot_missing<N>(c, s, e, m);
}
/// one(part of x, value) for each `length` elements of x; the values become y.
template <class T, class V, int N, class One>
INLINE void each_row(const Ctx& c, const Slot& x, const Slot& y, u32 length, One one) {
  Status<N> status = slot_status<N>(c, x);
  NOUNROLL for (u32 r = 0; r < y.count; r++) {
    V v;
    one(part_of(x, r * length, length, sizeof(T)), v);
    put_element<N>(c, y, r, v);
    status = first<N>(status, v.status);
  }
  set_slot_status<N>(c, y, status);
}

/// One row: whether the eight floats from element e on are zeros, of either sign, which a sum that is not -0 may pass over.
template <class T> INLINE bool eight_zeros(const Ctx& c, const Slot& x, u32 e) {
  const u8* p = c.scratch + x.values + (u64)e * sizeof(T);
  if constexpr (sizeof(T) == 8) return !any<8>(mask<8>((load<Lane<u64, 8>>(p) << 1) != 0));
  else return !any<8>(mask<8>((load<Lane<u32, 8>>(p) << 1) != 0));
}

// M(name of the storage, its C++ type, its value struct)
#define KILN_FLOATS(M) M(f64, f64, F64) M(f32, f32, F32)
#define KILN_INTEGERS(M) M(i64, i64, I64) M(i32, i32, I32)
#define KILN_NUMBERS(M) KILN_FLOATS(M) KILN_INTEGERS(M)
#define KILN_VALUES(M) KILN_NUMBERS(M) M(bool, u8, Bool) M(str, u8, Str)

}  // namespace kiln::kernel

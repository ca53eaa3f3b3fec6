// The vocabulary of node templates: every scalar node is one template over the number of rows N. With N = 1 each type is the
// plain scalar, so the row entry is ordinary scalar code; with N > 1 they are vectors and masks, vector code by construction.
#pragma once
#include "plan.h"

#define INLINE static inline __attribute__((always_inline))
#define MEMBER inline __attribute__((always_inline))
// What is scalar by nature and large: one copy of it, compiled when Kiln is built (library.cpp), not with every model.
#ifndef OUTLINE
#define OUTLINE inline __attribute__((noinline))
#endif
// What is large but holds vectors: one copy a tier, in its drivers.
#define TIER_OUTLINE [[maybe_unused]] static __attribute__((noinline))
// The same under a name of its tier, of which a scorer that has no use for it has none (compiler/codegen/needs.cpp).
#ifdef KILN_TIER_CODE
#define KILN_PART_OF_TIER(name) KILN_OF_TIER(KILN_TIER, name)
#define KILN_TIER_PART(name) extern "C" __attribute__((noinline)) void KILN_PART_OF_TIER(name)
#else
#define KILN_PART_OF_TIER(name) name
#define KILN_TIER_PART(name) TIER_OUTLINE void name
#endif
#define UNROLL _Pragma("clang loop unroll(full)")
#define NOUNROLL _Pragma("clang loop unroll(disable)")

namespace kiln::kernel {

// ---- lanes
template <class T, int N> struct LaneOf { typedef T type __attribute__((vector_size(N * sizeof(T)))); };
template <class T> struct LaneOf<T, 1> { typedef T type; };
template <class T, int N> using Lane = typename LaneOf<T, N>::type;
template <class T> inline constexpr bool kIsFloat = false;
template <> inline constexpr bool kIsFloat<f64> = true;
template <> inline constexpr bool kIsFloat<f32> = true;

/// The one-row mask: a bool whose & | ~ stay bool, so that templates read alike for one and for N rows.
struct Flag {
  bool on;
  Flag() = default;
  MEMBER Flag(bool b) : on(b) {}
  MEMBER explicit operator bool() const { return on; }
};
INLINE Flag operator&(Flag a, Flag b) { return (bool)((int)a.on & (int)b.on); }
INLINE Flag operator|(Flag a, Flag b) { return (bool)((int)a.on | (int)b.on); }
INLINE Flag operator^(Flag a, Flag b) { return (bool)((int)a.on ^ (int)b.on); }
INLINE Flag operator~(Flag a) { return !a.on; }

/// Masks have 64-bit lanes, 0 or -1, whatever they mask.
template <int N> struct MaskOf { typedef Lane<i64, N> type; };
template <> struct MaskOf<1> { typedef Flag type; };
template <int N> using Mask = typename MaskOf<N>::type;

template <class T, int N> INLINE Lane<T, N> splat(T s) {
  if constexpr (N == 1) return s;
  else return s - (Lane<T, N>){};   // not 0 + s, which loses the sign of -0
}
template <int N> INLINE Mask<N> never() { return (Mask<N>){}; }
template <int N> INLINE Mask<N> always() { return ~never<N>(); }
template <int N> INLINE Mask<N> mask_if(bool b) {
  if constexpr (N == 1) return b;
  else return (Mask<N>){} - (i64)b;
}
/// A comparison's result (lanes as wide as what was compared) as a mask.
template <int N, class C> INLINE Mask<N> mask(C c) {
  if constexpr (N == 1) return (bool)c;
  else return __builtin_convertvector(c, Mask<N>);
}
/// m ? a : b, for any element width.
template <int N, class T> INLINE T pick(Mask<N> m, T a, T b) {
  if constexpr (N == 1) return m.on ? a : b;
  else if constexpr (sizeof(T) == sizeof(Lane<i64, N>)) return m ? a : b;
  else if constexpr (sizeof(T) == sizeof(Lane<i32, N>)) return __builtin_convertvector(m, Lane<i32, N>) ? a : b;
  else return __builtin_convertvector(m, Lane<i8, N>) ? a : b;
}
template <class To, class From, int N> INLINE Lane<To, N> convert(Lane<From, N> v) {
  if constexpr (N == 1) return (To)v;
  else return __builtin_convertvector(v, Lane<To, N>);
}
/// Whole numbers within i64 as integers, and integers as doubles. x86-64 before v4 has no instruction for lanes of eight bytes: up to 2^51 they are
/// what an addition to 1.5 * 2^52 leaves in its low bits.
template <int N> INLINE Lane<i64, N> whole_to_i64(Lane<f64, N> x) {
#if defined(__x86_64__) && !defined(__AVX512DQ__)
  if constexpr (N > 1) {
    const Lane<i64, N> near = __builtin_elementwise_abs(x) <= 0x1p51, shift = splat<i64, N>(0x4338000000000000);
    if (__builtin_expect(__builtin_reduce_and(near) != 0, 1)) return __builtin_bit_cast(Lane<i64, N>, x + __builtin_bit_cast(Lane<f64, N>, shift)) - shift;
  }
#endif
  return convert<i64, f64, N>(x);
}
template <class To, int N> INLINE Lane<To, N> i64_to(Lane<i64, N> v) {
#if defined(__x86_64__) && !defined(__AVX512DQ__)
  if constexpr (N > 1) {
    typedef Lane<u64, N> Bits;
    const Bits shifted = (Bits)v + 0x4338000000000000;   // the exponent of 2^52 stays where v is from -2^51 to 2^51 - 1
    if (__builtin_expect(__builtin_reduce_or((shifted ^ 0x4330000000000000) & 0xfff0000000000000) == 0, 1))
      return convert<To, f64, N>(__builtin_bit_cast(Lane<f64, N>, shifted) - 0x1.8p52);   // exact before it is rounded
  }
#endif
  return convert<To, i64, N>(v);
}
template <int N> INLINE Lane<f64, N> i64_to_f64(Lane<i64, N> v) { return i64_to<f64, N>(v); }
template <int N, class V> INLINE auto lane(const V& v, int i) {
  if constexpr (N == 1) return v;
  else return v[i];
}
template <int N, class V, class S> INLINE void set_lane(V& v, int i, S s) {
  if constexpr (N == 1) v = (V)s;
  else v[i] = s;
}
template <int N> INLINE bool mask_lane(const Mask<N>& m, int i) {
  if constexpr (N == 1) return m.on;
  else return m[i] != 0;
}
template <int N> INLINE void set_mask_lane(Mask<N>& m, int i, bool s) {
  if constexpr (N == 1) m.on = s;
  else m[i] = -(i64)s;
}
template <class V> INLINE V load(const void* p) {
  V v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
template <class V> INLINE void store(void* p, V v) { __builtin_memcpy(p, &v, sizeof v); }

/// Rows as bits: bit i of the result is lane i.
template <int N> INLINE u32 mask_bits(Mask<N> m) {
  if constexpr (N == 1) return m.on;
  else {
    typedef bool B __attribute__((ext_vector_type(N)));
    B b = __builtin_convertvector(m, B);
    if constexpr (N == 16) return __builtin_bit_cast(u16, b);
    else if constexpr (N == 8) return __builtin_bit_cast(u8, b);
    else {
      u32 r = 0;
      UNROLL for (int i = 0; i < N; i++) r |= (u32)(m[i] & 1) << i;
      return r;
    }
  }
}
template <int N> INLINE Mask<N> bits_mask(u32 bits) {
  if constexpr (N == 1) return (bits & 1) != 0;
  else {
    Lane<i64, N> one;
    UNROLL for (int i = 0; i < N; i++) one[i] = (i64)1 << i;
    return (splat<i64, N>((i64)bits) & one) != 0;
  }
}
template <int N> INLINE bool any(Mask<N> m) { return mask_bits<N>(m) != 0; }

// ---- values: what a value is, where it is missing, and why it failed (0: it did not). Parts that are constant zero cost
// nothing after inlining, so no template asks whether a value can be missing or fail.
template <int N> using Status = Lane<i32, N>;
template <class T, int N> struct Val {
  Lane<T, N> v;
  Mask<N> missing;
  Status<N> status;
};
template <int N> using F64 = Val<f64, N>;
template <int N> using F32 = Val<f32, N>;
template <int N> using I64 = Val<i64, N>;
template <int N> using I32 = Val<i32, N>;  // also codes
template <int N> struct Bool {
  Mask<N> v, missing;
  Status<N> status;
};
template <int N> struct Str {
  const u8* p[N];
  u32 length[N];
  Mask<N> missing;
  Status<N> status;
};

template <int N> INLINE Status<N> first(Status<N> a, Status<N> b) {
  if constexpr (N == 1) return a != 0 ? a : b;
  else return a != 0 ? a : b;
}
template <int N> INLINE Mask<N> failed(Status<N> s) { return mask<N>(s != 0); }
/// status where m, 0 elsewhere.
template <int N> INLINE Status<N> status_where(Mask<N> m, i32 status) { return pick<N>(m, splat<i32, N>(status), Status<N>{}); }

// ---- elements of slots
template <int N> INLINE Mask<N> slot_missing(const Ctx& c, const Slot& s, u32 e) {
  if (s.missing == kNone) return never<N>();
  const u8* p = c.scratch + s.missing + (u64)e * ((s.pitch + 7) / 8);
  if (N == 1 && s.pitch == 1) return bits_mask<N>(p[0]);   // the only row
  if constexpr (N == 1) return (p[c.at / 8] >> (c.at & 7)) & 1;
  else if constexpr (N == 16) return bits_mask<N>(load<u16>(p + c.at / 8));
  else if constexpr (N == 8) return bits_mask<N>(p[c.at / 8]);
  else return bits_mask<N>((u32)p[c.at / 8] >> (c.at & 7));
}
template <int N> INLINE void set_slot_missing(const Ctx& c, const Slot& s, u32 e, Mask<N> m) {
  if (s.missing == kNone) return;
  u8* p = c.scratch + s.missing + (u64)e * ((s.pitch + 7) / 8);
  const u32 bits = mask_bits<N>(m);
  if (N == 1 && s.pitch == 1) p[0] = (u8)bits;   // the only row
  else if constexpr (N == 16) store(p + c.at / 8, (u16)bits);
  else if constexpr (N == 8) p[c.at / 8] = (u8)bits;
  else {
    const u32 shift = c.at & 7, all = (1u << N) - 1;
    p[c.at / 8] = (u8)((p[c.at / 8] & ~(all << shift)) | bits << shift);
  }
}
template <int N> INLINE Status<N> slot_status(const Ctx& c, const Slot& s) {
  if (s.status == kNone) return Status<N>{};
  return load<Status<N>>(c.scratch + s.status + c.at * 4);
}
template <int N> INLINE void set_slot_status(const Ctx& c, const Slot& s, Status<N> status) {
  if (s.status != kNone) store(c.scratch + s.status + c.at * 4, status);
}
/// Element e of a value in scratch, with the value's status; and back (put_element does not touch the status).
template <int N, class T> INLINE void get_element(const Ctx& c, const Slot& s, u32 e, Val<T, N>& y) {
  y.v = load<Lane<T, N>>(c.scratch + s.values + ((u64)e * s.pitch + c.at) * sizeof(T));
  y.missing = slot_missing<N>(c, s, e), y.status = slot_status<N>(c, s);
}
template <int N> INLINE void get_element(const Ctx& c, const Slot& s, u32 e, Bool<N>& y) {
  const u8* p = c.scratch + s.values + (u64)e * s.pitch + c.at;
  if constexpr (N == 1) y.v = *p != 0;
  else y.v = __builtin_convertvector(load<Lane<i8, N>>(p), Mask<N>) != 0;
  y.missing = slot_missing<N>(c, s, e), y.status = slot_status<N>(c, s);
}
template <int N> INLINE void get_element(const Ctx& c, const Slot& s, u32 e, Str<N>& y) {
  UNROLL for (int i = 0; i < N; i++) {
    const u8* p = c.scratch + s.values + ((u64)e * s.pitch + c.at + i) * 16;
    y.p[i] = load<const u8*>(p), y.length[i] = load<u32>(p + 8);
  }
  y.missing = slot_missing<N>(c, s, e), y.status = slot_status<N>(c, s);
}
template <int N, class T> INLINE void put_element(const Ctx& c, const Slot& s, u32 e, const Val<T, N>& x) {
  store(c.scratch + s.values + ((u64)e * s.pitch + c.at) * sizeof(T), x.v);
  set_slot_missing<N>(c, s, e, x.missing);
}
template <int N> INLINE void put_element(const Ctx& c, const Slot& s, u32 e, const Bool<N>& x) {
  u8* p = c.scratch + s.values + (u64)e * s.pitch + c.at;
  if constexpr (N == 1) *p = x.v.on;
  else store(p, __builtin_convertvector(x.v & 1, Lane<i8, N>));
  set_slot_missing<N>(c, s, e, x.missing);
}
template <int N> INLINE void put_element(const Ctx& c, const Slot& s, u32 e, const Str<N>& x) {
  UNROLL for (int i = 0; i < N; i++) {
    u8* p = c.scratch + s.values + ((u64)e * s.pitch + c.at + i) * 16;
    store(p, x.p[i]), store(p + 8, x.length[i]);
  }
  set_slot_missing<N>(c, s, e, x.missing);
}

}  // namespace kiln::kernel

// Byte permutes: the few vector operations without a portable spelling, one name each.
#pragma once
#include "../lanes.h"
#if defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace kiln::kernel {

#if defined(__AVX512VBMI__)
enum { kForestWidth = 64, kForestBank = 64 };
#elif defined(__AVX2__)
enum { kForestWidth = 32, kForestBank = 16 };
#else
enum { kForestWidth = 16, kForestBank = 16 };
#endif
/// Vectors of rows that one pass over the tests serves, and their rows.
enum { kForestGroups = 4, kForestRows = kForestWidth * kForestGroups };
typedef Lane<i8, kForestWidth> Bytes;

/// Up to Banks * kForestBank bytes in registers: pick(i) gives byte i for each lane. Banks is 1 or a power of two.
template <int Banks> struct ByteTable {
  ByteTable<Banks / 2> low, high;
  MEMBER void open(const i8* p) { low.open(p), high.open(p + Banks / 2 * kForestBank); }
  MEMBER Bytes pick(Bytes i) const {
    const Bytes half = splat<i8, kForestWidth>((i8)(Banks / 2 * kForestBank));
    return i >= half ? high.pick(i - half) : low.pick(i);
  }
};
#if defined(__AVX512VBMI__)
template <> struct ByteTable<1> {
  Bytes t;
  MEMBER void open(const i8* p) { t = load<Bytes>(p); }
  MEMBER Bytes pick(Bytes i) const { return (Bytes)__builtin_ia32_permvarqi512(t, i); }
};
#elif defined(__AVX2__)
template <> struct ByteTable<1> {
  Bytes t;
  MEMBER void open(const i8* p) {
    const Lane<i8, 16> a = load<Lane<i8, 16>>(p);
    t = __builtin_shufflevector(a, a, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
                                13, 14, 15);
  }
  MEMBER Bytes pick(Bytes i) const {
    typedef char C __attribute__((vector_size(32)));
    return (Bytes)__builtin_ia32_pshufb256((C)t, (C)i);
  }
};
#elif defined(__SSSE3__)
template <> struct ByteTable<1> {
  Bytes t;
  MEMBER void open(const i8* p) { t = load<Bytes>(p); }
  MEMBER Bytes pick(Bytes i) const {
    typedef char C __attribute__((vector_size(16)));
    return (Bytes)__builtin_ia32_pshufb128((C)t, (C)i);
  }
};
#elif defined(__aarch64__)
template <> struct ByteTable<1> {
  Bytes t;
  MEMBER void open(const i8* p) { t = load<Bytes>(p); }
  MEMBER Bytes pick(Bytes i) const { return (Bytes)vqtbl1q_s8((int8x16_t)t, (uint8x16_t)i); }
};
#endif

#if defined(__AVX512VBMI__)
typedef Lane<i32, 16> Dwords;
/// 32 * Banks dwords in registers.
template <int Banks> struct DwordTable {
  DwordTable<Banks / 2> low, high;
  MEMBER void open(const u8* p) { low.open(p), high.open(p + Banks * 64); }
  /// `index` holds the lane's index from bit `shift` on.
  MEMBER Dwords pick(Dwords index, int shift) const {
    constexpr int bit = Banks == 2 ? 5 : 6;
    const Dwords choice = index << (31 - bit - shift);
    return choice < 0 ? high.pick(index, shift) : low.pick(index, shift);
  }
};
template <> struct DwordTable<1> {
  Dwords a, b;
  MEMBER void open(const u8* p) { a = load<Dwords>(p), b = load<Dwords>(p + 64); }
  MEMBER Dwords pick(Dwords index, int shift) const {
    return __builtin_ia32_vpermi2vard512(a, (Dwords)((Lane<u32, 16>)index >> shift), b);
  }
};

/// Numbers in registers: pick(i) gives number i for each lane. Entries: 2^Bits.
template <class T, int Bits> struct NumberTable;
template <int Bits> struct NumberTable<f32, Bits> {
  typedef Dwords Index;
  DwordTable<(1 << Bits) / 32> table;
  MEMBER void open(const u8* p) { table.open(p); }
  MEMBER Lane<f32, 16> pick(Index i) const { return (Lane<f32, 16>)table.pick(i, 0); }
};
template <int Bits> struct NumberTable<f64, Bits> {
  typedef Lane<i64, 8> Index;
  NumberTable<f64, Bits - 1> low, high;
  MEMBER void open(const u8* p) { low.open(p), high.open(p + (4 << Bits)); }
  MEMBER Lane<f64, 8> pick(Index i) const { return i << (64 - Bits) < 0 ? high.pick(i) : low.pick(i); }
};
template <> struct NumberTable<f64, 4> {
  typedef Lane<i64, 8> Index;
  Lane<f64, 8> a, b;
  MEMBER void open(const u8* p) { a = load<Lane<f64, 8>>(p), b = load<Lane<f64, 8>>(p + 64); }
  MEMBER Lane<f64, 8> pick(Index i) const { return __builtin_ia32_vpermi2varpd512(a, i, b); }
};
#elif defined(__AVX2__)
typedef Lane<i32, 8> Dwords;
/// 8 * Banks dwords in registers, of up to 4.
template <int Banks> struct DwordTable {
  DwordTable<Banks / 2> low, high;
  MEMBER void open(const u8* p) { low.open(p), high.open(p + Banks * 16); }
  MEMBER Dwords pick(Dwords index) const {
    constexpr int bit = Banks == 2 ? 3 : 4;
    const Dwords choice = index << (31 - bit);
    return choice < 0 ? high.pick(index) : low.pick(index);
  }
};
template <> struct DwordTable<1> {
  typedef i32 Native __attribute__((vector_size(32)));
  Dwords t;
  MEMBER void open(const u8* p) { t = load<Dwords>(p); }
  MEMBER Dwords pick(Dwords index) const { return (Dwords)__builtin_ia32_permvarsi256((Native)t, (Native)index); }
};
#endif

}  // namespace kiln::kernel

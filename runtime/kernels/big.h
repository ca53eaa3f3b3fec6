// Natural numbers of bounded size, for exact conversion between decimal text and binary floating point. Plain loops on
// purpose: no memcpy or memset may be called from a scorer.
#pragma once
#include "lanes.h"

/// A function that is emitted once and called: for what is long and rare.

namespace kiln::kernel {

typedef unsigned __int128 u128;

inline constexpr u64 kFiveTo27 = 7450580596923828125u;  // the largest power of 5 in 64 bits
/// 5^k, k <= 27.
INLINE u64 five_to(u32 k) {
  u64 power = 1;
  NOUNROLL for (u32 i = 0; i < k; i++) power *= 5;
  return power;
}

/// (high * 2^64 + low) / d for d >= 2^63 and high < d, by two divisions of 64 bits: the instruction of 128 is not on
/// every processor.
INLINE u64 divide_128(u64 high, u64 low, u64 d, u64* remainder) {
  const u64 d1 = d >> 32, d0 = d & 0xffffffffu;
  u64 result = 0;
  UNROLL for (int half = 0; half < 2; half++) {
    const u64 next = half == 0 ? low >> 32 : low & 0xffffffffu;
    u64 q = high / d1, r = high % d1;
    while (q >> 32 != 0 || q * d0 > (r << 32 | next)) {
      q--, r += d1;
      if (r >> 32 != 0) break;
    }
    high = (high << 32 | next) - q * d;  // wraps as it should: the difference fits
    result = result << 32 | q;
  }
  *remainder = high;
  return result;
}

/// Limbs from the lowest; limb[count - 1] != 0.
struct Big {
  enum : u32 { kCapacity = 46 };  // 2944 bits: 768 digits and a few shifts
  u64 limb[kCapacity];
  u32 count;

  MEMBER void set(u64 v) { limb[0] = v, count = v != 0; }
  MEMBER void set(const Big& other) {
    count = other.count;
    NOUNROLL for (u32 i = 0; i < count; i++) limb[i] = other.limb[i];
  }
  MEMBER u32 bit_count() const { return count == 0 ? 0 : count * 64 - (u32)__builtin_clzll(limb[count - 1]); }
  /// this * factor + term.
  MEMBER void multiply_add(u64 factor, u64 term) {
    u64 carry = term;
    NOUNROLL for (u32 i = 0; i < count; i++) {
      const u128 p = (u128)limb[i] * factor + carry;
      limb[i] = (u64)p, carry = (u64)(p >> 64);
    }
    if (carry != 0) limb[count++] = carry;
  }
  MEMBER void multiply_five_to(u32 k) {
    NOUNROLL for (; k >= 27; k -= 27) multiply_add(kFiveTo27, 0);
    if (k != 0) multiply_add(five_to(k), 0);
  }
  MEMBER void shift_left(u32 bits) {
    if (count == 0) return;
    const u32 limbs = bits / 64, rest = bits % 64;
    const u64 over = rest == 0 ? 0 : limb[count - 1] >> (64 - rest);
    NOUNROLL for (u32 i = count; i-- > 0;) limb[i + limbs] =
        limb[i] << rest | (rest != 0 && i > 0 ? limb[i - 1] >> (64 - rest) : 0);
    NOUNROLL for (u32 i = 0; i < limbs; i++) limb[i] = 0;
    count += limbs;
    if (over != 0) limb[count++] = over;
  }
  /// Negative, zero or positive as this is below, equal to or above other.
  MEMBER i32 compare(const Big& other) const {
    if (count != other.count) return count < other.count ? -1 : 1;
    NOUNROLL for (u32 i = count; i-- > 0;) if (limb[i] != other.limb[i]) return limb[i] < other.limb[i] ? -1 : 1;
    return 0;
  }
  /// this - other; other must not be above this.
  MEMBER void subtract(const Big& other) {
    u64 borrow = 0;
    NOUNROLL for (u32 i = 0; i < count; i++) {
      const u64 b = i < other.count ? other.limb[i] : 0, d = limb[i] - b;
      const u64 next = (limb[i] < b) | (d < borrow);
      limb[i] = d - borrow, borrow = next;
    }
    trim();
  }
  MEMBER void add(const Big& other) {
    u64 carry = 0;
    NOUNROLL for (u32 i = 0; i < other.count || (carry != 0 && i < count); i++) {
      const u128 s = (u128)(i < count ? limb[i] : 0) + (i < other.count ? other.limb[i] : 0) + carry;
      limb[i] = (u64)s, carry = (u64)(s >> 64);
      if (i >= count) count = i + 1;
    }
    if (carry != 0) limb[count++] = carry;
  }
  MEMBER void trim() {
    while (count != 0 && limb[count - 1] == 0) count--;
  }
};

}  // namespace kiln::kernel

// MurmurHash3_x86_32, as Austin Appleby defined it.
#pragma once
#include "lanes.h"

namespace kiln::kernel {

INLINE u32 rotated(u32 v, u32 by) { return v << by | v >> (32 - by); }
INLINE u32 murmur3_block(u32 k) { return rotated(k * 0xcc9e2d51u, 15) * 0x1b873593u; }

OUTLINE u32 murmur3(const u8* p, u32 n, u32 seed) {
  u32 h = seed, at = 0;
  NOUNROLL for (; at + 4 <= n; at += 4) h = rotated(h ^ murmur3_block(load<u32>(p + at)), 13) * 5 + 0xe6546b64u;
  u32 tail = 0;
  NOUNROLL for (u32 i = n; i > at; i--) tail = tail << 8 | p[i - 1];
  if (n > at) h ^= murmur3_block(tail);
  h ^= n;
  h = (h ^ h >> 16) * 0x85ebca6bu;
  h = (h ^ h >> 13) * 0xc2b2ae35u;
  return h ^ h >> 16;
}

}  // namespace kiln::kernel

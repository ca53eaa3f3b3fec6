// Label to code by a hash that the compiler made free of collisions for one dictionary
// (compiler/codegen/perfect_hash.h). Scalar by nature: one copy of the code, called lane by lane.
#pragma once
#include "lanes.h"

namespace kiln::kernel {

/// A table's first bytes; what follows lies at offsets from here. An entry for each of `slots` slots, a displacement
/// for each of `buckets` buckets, then the text of labels over 16 bytes. Few labels: no buckets, one product finds the slot.
struct HashTable {
  u64 seed[3];
  u32 slots, buckets, entries, displacements;
  u32 whole;  ///< labels that agree in length and at both ends exist: the hash takes every byte
  u32 count;  ///< labels
  u32 shift, reserved;  ///< of few labels: 64 - log2(slots); else 0
};
/// (a, b, length) is the whole label up to 16 bytes. An empty slot has code -1 and a key that no text has.
struct HashEntry {
  u64 a, b;
  u32 length;
  i32 code;
  u32 text, reserved;
};

struct LabelKey {
  u64 a, b;
};
/// Text up to 16 bytes, zeros behind it; of longer text the first and the last 8 bytes. Read with what stands behind it
/// in the page: branches on lengths, which change from row to row, would be guessed wrong.
inline constexpr u64 kLowBytes[] = {0, 0xff, 0xffff, 0xffffff, 0xffffffff, 0xffffffffff, 0xffffffffffff, 0xffffffffffffff, ~0ull};
/// The same of the two halves of 16 bytes.
inline constexpr u64 kLowBytesOf16[17][2] = {{0, 0}, {0xff, 0}, {0xffff, 0}, {0xffffff, 0}, {0xffffffff, 0}, {0xffffffffff, 0}, {0xffffffffffff, 0},
  {0xffffffffffffff, 0}, {~0ull, 0}, {~0ull, 0xff}, {~0ull, 0xffff}, {~0ull, 0xffffff}, {~0ull, 0xffffffff}, {~0ull, 0xffffffffff},
  {~0ull, 0xffffffffffff}, {~0ull, 0xffffffffffffff}, {~0ull, ~0ull}};
INLINE u64 first_bytes(u64 v, u32 n) { return v & kLowBytes[n < 8 ? n : 8]; }
INLINE LabelKey padded_key(const u8* p, u32 n) {
  if (__builtin_expect(n > 16, 0)) return {load<u64>(p), load<u64>(p + n - 8)};
  return {first_bytes(load<u64>(p), n), first_bytes(load<u64>(p + 8), n > 8 ? n - 8 : 0)};
}
/// Bytes from p on that lie in its page of memory, which is there if p's byte is.
INLINE u32 left_of_page(const u8* p) { return 4096 - (u32)((u64)p & 4095); }
INLINE LabelKey label_key(const u8* p, u32 n) {
  if (__builtin_expect((n >= 16) | ((n != 0) & (left_of_page(p) >= 16)), 1)) return padded_key(p, n);
  u8 bytes[16] = {};
  NOUNROLL for (u32 i = 0; i < n; i++) bytes[i] = p[i];
  return padded_key(bytes, n);
}
/// Numbers are labels of eight bytes: f64 by their bits (-0 as 0; NaN is never a label), i64 as they are.
INLINE u64 number_key(f64 v) { return v == 0.0 ? 0 : __builtin_bit_cast(u64, v); }
INLINE u64 number_key(i64 v) { return (u64)v; }

INLINE u64 hash_fold(u64 a, u64 b) {
  const unsigned __int128 m = (unsigned __int128)a * b;
  return (u64)m ^ (u64)(m >> 64);
}
INLINE u64 hash_middle(u64 h, const u8* p, u32 n) {  // bytes 8 .. n - 8 of text over 16 bytes
  NOUNROLL for (u32 i = 8; i + 8 < n; i += 8) h =
      hash_fold(h ^ load<u64>(p + (i + 16 > n ? n - 16 : i)), 0x9e3779b97f4a7c15u);
  return h;
}
INLINE u64 label_hash(const HashTable& t, LabelKey k, const u8* p, u32 n) {
  u64 h = hash_fold(k.a ^ t.seed[0], k.b ^ t.seed[1]);
  if (t.whole && n > 16) h = hash_middle(h, p, n);
  return hash_fold(h ^ n, t.seed[2]);
}
/// A number below `n` from the high bits of h.
INLINE u32 hash_range(u64 h, u32 n) { return (u32)((h >> 32) * n >> 32); }
INLINE u32 hash_slot(u64 h, u32 displacement, u32 slots) {
  return hash_range((h ^ displacement * 0xd6e8feb86659fd93u) * 0x9fb21c651e98df25u, slots);
}

INLINE bool same_bytes(const u8* p, const u8* q, u32 n) {  // n >= 8
  NOUNROLL for (u32 i = 0; i < n; i += 8) {
    const u32 at = i + 8 > n ? n - 8 : i;
    if (load<u64>(p + at) != load<u64>(q + at)) return false;
  }
  return true;
}
/// `t`: a HashTable of few labels, or its constants (FewLabels of scorer_plan.h).
template <class Few> INLINE u32 few_slot(const Few& t, LabelKey k) { return (u32)((k.a * t.seed[0] + k.b * t.seed[1]) >> t.shift); }
/// n bytes of text, 1 to 16, or to 8 where there are no more.
INLINE LabelKey few_key(const u8* p, u32 n, bool eight) {
  if (eight) return {load<u64>(p) & kLowBytes[n], 0};
  return {load<u64>(p) & kLowBytesOf16[n][0], load<u64>(p + 8) & kLowBytesOf16[n][1]};
}
/// The code of the label with this key, of n <= 16 bytes; -1: it has none. `eight`: no label has more bytes.
template <class Few> INLINE i32 few_code_of(const Few& t, const u8* entries, LabelKey k, u32 n, bool eight) {
  const HashEntry& e = ((const HashEntry*)entries)[few_slot(t, k)];
  return ((e.a ^ k.a) | (eight ? 0 : e.b ^ k.b) | (u64)(e.length ^ n)) == 0 ? e.code : -1;
}
INLINE u32 find_slot(const u8* table, LabelKey k, const u8* p, u32 n) {
  const HashTable& t = *(const HashTable*)table;
  if (__builtin_expect(t.shift != 0, 1)) return few_slot(t, k);
  const u64 h = label_hash(t, k, p, n);
  return hash_slot(h, load<u32>(table + t.displacements + hash_range(h, t.buckets) * 4), t.slots);
}
INLINE i32 find_key(const u8* table, LabelKey k, const u8* p, u32 n) {
  const HashEntry& e = ((const HashEntry*)(table + ((const HashTable*)table)->entries))[find_slot(table, k, p, n)];
  bool hit = (e.a == k.a) & (e.b == k.b) & (e.length == n);
  if (__builtin_expect(hit & (n > 16), 0)) hit = same_bytes(p, table + e.text, n);
  return hit ? e.code : -1;
}
/// The code of a label in a table of few, without a branch on what it is; -1: it has none, or to find out takes find_key.
INLINE i32 few_code(const u8* table, const u8* p, u32 n) {
  const HashTable& t = *(const HashTable*)table;
  if (__builtin_expect((t.shift == 0) | (n - 1 >= 16) | (left_of_page(p) < 16), 0)) return -1;
  return few_code_of(t, table + t.entries, few_key(p, n, false), n, false);
}

/// The code of a label, -1 if it has none. `table` begins with a HashTable.
OUTLINE i32 find_code(const u8* table, const u8* p, u32 n) { return find_key(table, label_key(p, n), p, n); }
OUTLINE i32 find_number(const u8* table, u64 key) { return find_key(table, {key, 0}, nullptr, 8); }

}  // namespace kiln::kernel

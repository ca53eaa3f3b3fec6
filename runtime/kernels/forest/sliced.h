// sliced: the cursors of 512 rows as bit planes. Every distinct test of the forest is computed once a pass, a bit a row; a tree
// then needs one logic operation a plane to compare its cursors and one to move them. Two trees are interleaved. For 64-byte
// vectors only: others gain nothing over cursor.
#pragma once
#include "cursor.h"

namespace kiln::kernel {

#if defined(__AVX512VBMI__)
enum : u32 { kSlicedRows = 512, kSlicedLeast = 192 };
typedef Lane<u32, 16> Plane;
typedef bool Bits64 __attribute__((ext_vector_type(64)));

/// The bits of all tests for the rows whose ranks are known.
INLINE void sliced_tests(const Ctx& c, const ForestSliced& p) {
  const SlicedTest* tests = (const SlicedTest*)(c.blob + p.tests);
  const i8* ranks = (const i8*)c.scratch + p.cursor.ranks;
  u8* bits = c.scratch + p.bits;
  NOUNROLL for (u32 t = 0; t < p.test_count; t++) {
    const i8* x = ranks + (u64)tests[t].column * kSlicedRows;
    const Bytes rank = splat<i8, 64>((i8)tests[t].rank);
    UNROLL for (u32 g = 0; g < 8; g++)
      store(bits + (u64)t * 64 + g * 8, __builtin_bit_cast(u64, __builtin_convertvector(load<Bytes>(x + g * 64) > rank, Bits64)));
  }
}
/// Planes of one tree to a cursor a byte.
template <int Planes> INLINE void sliced_cursors(const Plane* planes, u8* cursors) {
  alignas(64) u8 plane[Planes][64];
  UNROLL for (int i = 0; i < Planes; i++) store(plane[i], planes[i]);
  UNROLL for (u32 g = 0; g < 8; g++) {
    Bytes index = {};
    UNROLL for (int i = 0; i < Planes; i++) {
      const Bits64 on = __builtin_bit_cast(Bits64, load<u64>(plane[i] + g * 8));
      index |= (__builtin_convertvector(on, Bytes) != 0) & (i8)(1 << i);
    }
    store(cursors + g * 64, index);
  }
}
template <int Planes> INLINE void sliced_pair(const Ctx& c, const ForestSliced& p, const SlicedPair& pair, u8* cursors) {
  const SlicedStep* step = (const SlicedStep*)(c.blob + p.steps) + pair.first;
  const u8 *bits = c.scratch + p.bits, *pool = c.blob + p.pool;
  Plane planes[2][Planes];
  UNROLL for (int z = 0; z < 2; z++)
    UNROLL for (int i = 0; i < Planes; i++) planes[z][i] = Plane{};
  NOUNROLL for (u32 s = 0; s < pair.steps; s++, step += 2)
    UNROLL for (int z = 0; z < 2; z++) {
      Plane at = load<Plane>(bits + step[z].test);
      const u32 *differs = (const u32*)(pool + step[z].differs), *flip = (const u32*)(pool + step[z].flip);
      UNROLL for (int i = 0; i < Planes; i++) at &= planes[z][i] ^ splat<u32, 16>(differs[i]);
      UNROLL for (int i = 0; i < Planes; i++) planes[z][i] ^= at & splat<u32, 16>(flip[i]);
    }
  sliced_cursors<Planes>(planes[0], cursors), sliced_cursors<Planes>(planes[1], cursors + kSlicedRows);
}
template <class T, int Planes> INLINE void sliced_pass(const Ctx& c, const ForestSliced& p, const Slot* operands, const Slot& out, u64 row0, u32 rows) {
  const ForestCursor& q = p.cursor;
  alignas(64) u8 cursors[(u32)kCursorChunk * (u32)kSlicedRows];
  cursor_ranks<kSlicedRows>(c, q, operands, row0, rows);
  sliced_tests(c, p);
  cursor_open_sums<T, kSlicedRows>(c, q);
  const SlicedPair* pairs = (const SlicedPair*)(c.blob + p.pairs);
  NOUNROLL for (u32 t0 = 0; t0 < q.trees; t0 += kCursorChunk) {
    const u32 count = q.trees - t0 < kCursorChunk ? q.trees - t0 : (u32)kCursorChunk;
    NOUNROLL for (u32 k = 0; k < count; k += 2) sliced_pair<Planes>(c, p, pairs[(t0 + k) / 2], cursors + k * kSlicedRows);
    cursor_sums<T, kSlicedRows>(c, q, t0, count, cursors, rows);
  }
  cursor_put_sums<T, kSlicedRows>(c, q, out, row0, rows);
}
template <class T, int Planes>
INLINE void sliced_block(const Ctx& c, const ForestSliced& p, const Slot* operands, const Slot* results, u64 rows) {
  u64 row0 = 0;
  NOUNROLL for (; rows - row0 >= kSlicedLeast; row0 += kSlicedRows) {
    const u32 n = rows - row0 < kSlicedRows ? (u32)(rows - row0) : (u32)kSlicedRows;
    sliced_pass<T, Planes>(c, p, operands, results[0], row0, n);
    if (n < kSlicedRows) return;
  }
  if (row0 < rows) cursor_sum_pass<T>(c, p.cursor, operands, results[0], row0, (u32)(rows - row0));
}
#define KILN_SLICED(Planes)                                                           \
  KILN_TIER_BLOCK(forest_sliced_f64_##Planes, (sliced_block<f64, Planes>), ForestSliced) \
  KILN_TIER_BLOCK(forest_sliced_f32_##Planes, (sliced_block<f32, Planes>), ForestSliced)
KILN_SLICED(5)
KILN_SLICED(6)
KILN_SLICED(7)
#undef KILN_SLICED
#endif

}  // namespace kiln::kernel

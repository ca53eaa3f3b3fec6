// masks: one row of small trees, all tests of sixteen trees side by side, in no order at all. Number a tree's leaves from left to right; a
// test that sends the row to the right rules out the leaves of its left subtree, and the leftmost leaf that is left is the row's. So
// the steps of a tree do not wait for each other, and values are compared as they are, not as ranks. For 64-byte vectors only:
// others have neither the comparisons nor the permutes.
#pragma once
#include "cursor.h"

namespace kiln::kernel {

#if defined(__AVX512VBMI__)
/// Sixteen trees: a leaf a bit, in as wide a lane as the values that are compared.
template <class X> struct TreeMasks;
template <> struct TreeMasks<f32> {
  typedef u32 Bits;
  enum { kLanes = 16, kVectors = 1 };
  MEMBER static Lane<u32, 16> leading_zeros(Lane<u32, 16> v) { return (Lane<u32, 16>)__builtin_ia32_vplzcntd_512((Lane<i32, 16>)v); }
};
template <> struct TreeMasks<f64> {
  typedef u64 Bits;
  enum { kLanes = 8, kVectors = 2 };
  MEMBER static Lane<u64, 8> leading_zeros(Lane<u64, 8> v) { return (Lane<u64, 8>)__builtin_ia32_vplzcntq_512((Lane<i64, 8>)v); }
};

/// The row's columns: what is missing is NaN where a test sends it to the right, else below all.
template <class X, int Bits> INLINE NumberTable<X, Bits> mask_columns(const Ctx& c, const ForestMasks& p, const Slot* operands) {
  enum { N = 64 / sizeof(X) };
  alignas(64) X values[1 << Bits];
  const MaskColumn* columns = (const MaskColumn*)(c.blob + p.columns);
  NOUNROLL for (u32 i = 0; i < p.column_count; i++) values[i] = column_lanes<X, 1>(c, operands[columns[i].operand], columns[i].storage, 0);
  UNROLL for (u32 i = 0; i < 1 << Bits; i += N) {
    const Lane<X, N> x = load<Lane<X, N>>(values + i);
    store(values + i, x == x ? x : load<Lane<X, N>>(c.blob + p.fill + i * sizeof(X)));
  }
  NumberTable<X, Bits> table;
  table.open((const u8*)values);
  return table;
}
/// The leaves of a group of sixteen trees.
template <class X, int Bits> INLINE void mask_leaves(const Ctx& c, const MaskGroup& group, const NumberTable<X, Bits>& columns, u8* leaves) {
  typedef TreeMasks<X> Trees;
  enum { N = Trees::kLanes };
  typedef Lane<typename Trees::Bits, N> Masks;
  const u8* step = c.blob + group.steps;
  Masks left[Trees::kVectors];
  UNROLL for (int v = 0; v < Trees::kVectors; v++) left[v] = ~Masks{};
  NOUNROLL for (u32 s = 0; s < group.count; s++)
    UNROLL for (int v = 0; v < Trees::kVectors; v++, step += 3 * 64) {
      const Lane<X, N> x = columns.pick(load<typename NumberTable<X, Bits>::Index>(step)), threshold = load<Lane<X, N>>(step + 64);
      left[v] = x <= threshold ? left[v] : left[v] & load<Masks>(step + 128);
    }
  UNROLL for (int v = 0; v < Trees::kVectors; v++) {
    const Masks leaf = (sizeof(X) * 8 - 1) - Trees::leading_zeros(left[v] & -left[v]);
    store(leaves + v * N, __builtin_convertvector(leaf, Lane<u8, N>));
  }
}
template <class T, class X, int Bits> INLINE void masks_row(const Ctx& c, const ForestMasks& p, const Slot* operands, const Slot* results, u64) {
  const NumberTable<X, Bits> columns = mask_columns<X, Bits>(c, p, operands);
  const ForestCursor& q = p.cursor;
  const MaskGroup* groups = (const MaskGroup*)(c.blob + p.groups);
  const CursorRun* runs = (const CursorRun*)(c.blob + q.runs);
  const CursorAdd* adds = (const CursorAdd*)(c.blob + q.adds);
  const u32* chunks = (const u32*)(c.blob + q.chunks);
  const T* leaves = (const T*)(c.blob + q.leaves);
  const Slot& out = results[0];
  T* y = (T*)(c.scratch + out.values);
  NOUNROLL for (u32 k = 0; k < q.targets; k++) y[(u64)k * out.pitch] = 0;
  NOUNROLL for (u32 g = 0; g * kCursorChunk < q.trees; g++) {
    alignas(16) u8 leaf[kCursorChunk];
    mask_leaves<X, Bits>(c, groups[g], columns, leaf);
    NOUNROLL for (u32 i = chunks[g]; i < chunks[g + 1]; i++) {
      const CursorAdd* add = adds + runs[i].first;
      const CursorAdd* end = add + runs[i].count;
      T sum = y[(u64)runs[i].target * out.pitch];
      NOUNROLL for (; add != end; add++) sum += leaves[add->table * q.stride + leaf[add->tree]];
      y[(u64)runs[i].target * out.pitch] = sum;
    }
  }
  put_row_sums<T>(c, q, out, false);
}
#define KILN_MASKS(X, Bits)                                                                       \
  KILN_TIER_ROW(forest_masks_f64_##X##_##Bits, (masks_row<f64, X, Bits>), ForestMasks)             \
  KILN_TIER_ROW(forest_masks_f32_##X##_##Bits, (masks_row<f32, X, Bits>), ForestMasks)
KILN_MASKS(f32, 5)
KILN_MASKS(f64, 4)
KILN_MASKS(f64, 5)
#undef KILN_MASKS
#endif

}  // namespace kiln::kernel

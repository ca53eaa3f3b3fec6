// keys: one row of trees of any size over many columns of f32. To rank hundreds of columns takes longer than to walk the trees, so values are
// compared as they are: as integers in the order of the floats, once with NaN below all, once above.
#pragma once
#include "walk.h"

namespace kiln::kernel {

/// u64: column << 48 | child << 32 | key. To the right where the value is above the key; nothing is above a leaf's.
struct KeyNodes {
  typedef i32 Value;
  enum : u32 { kBytes = 8 };
  MEMBER static u32 step(const u8* nodes, u32 at, const Value* x) {
    const u64 node = load<u64>(nodes + (u64)at * 8);
    return (u16)(node >> 32) + (x[node >> 48] > (i32)node);
  }
};

/// The keys of N values, into low and high.
template <int N> INLINE void put_keys(Lane<f32, N> v, i32* low, i32* high) {
  const Lane<i32, N> bits = __builtin_bit_cast(Lane<i32, N>, v);
  Lane<i32, N> key = bits ^ ((bits >> 31) & 0x7fffffff), below = key, above = key;
  if constexpr (N == 1) {
    if (v != v) below = -0x7fffffff - 1, above = 0x7fffffff;
  } else {
    below = v == v ? key : splat<i32, N>(-0x7fffffff - 1), above = v == v ? key : splat<i32, N>(0x7fffffff);
  }
  store(low, below), store(high, above);
}
INLINE void keys_of_columns(const Ctx& c, const ForestKeys& p, const Slot* operands, i32* x) {
  enum { N = 16 };
  u32 i = 0;
  if (p.side_by_side) {
    const u8* values = c.scratch + operands[0].values;
    NOUNROLL for (; i + N <= p.columns; i += N) put_keys<N>(load<Lane<f32, N>>(values + i * 4), x + i, x + p.columns + i);
  }
  NOUNROLL for (; i < p.columns; i++) put_keys<1>(load<f32>(c.scratch + operands[i].values), x + i, x + p.columns + i);
}
template <class T, int Mode> INLINE void keys_row(const Ctx& c, const ForestKeys& p, const Slot* operands, const Slot* results, u64) {
  i32* x = (i32*)(c.scratch + p.walk.rows);
  keys_of_columns(c, p, operands, x);
  walk_all_trees<T, KeyNodes, Mode>(c, p.walk, results[0], x);
}
KILN_TIER_ROW(forest_keys_sum_f64, (keys_row<f64, kWalkSum>), ForestKeys)
KILN_TIER_ROW(forest_keys_sum_f32, (keys_row<f32, kWalkSum>), ForestKeys)
KILN_TIER_ROW(forest_keys_sums_f64, (keys_row<f64, kWalkSums>), ForestKeys)
KILN_TIER_ROW(forest_keys_sums_f32, (keys_row<f32, kWalkSums>), ForestKeys)
KILN_TIER_ROW(forest_keys_each_f64, (keys_row<f64, kWalkEach>), ForestKeys)
KILN_TIER_ROW(forest_keys_each_f32, (keys_row<f32, kWalkEach>), ForestKeys)
KILN_TIER_ROW(forest_keys_each_i32, (keys_row<i32, kWalkEach>), ForestKeys)

}  // namespace kiln::kernel

// walk: trees of any size, one step a level without branches. What bounds it is memory: many rows (or, for one row, many trees)
// are on their way at once, and the next tree is fetched while this one is walked.
#pragma once
#include "cursor.h"
#include "graph.h"

namespace kiln::kernel {

enum : u32 { kWalkRows = 16, kWalkTrees = 16, kWalkGroup = 256 };

/// Values of virtual columns row by row.
template <bool Compact> struct WordRows {
  enum { kHigh = Compact ? 255 : 65535 };
  u16* rows;
  u32 pitch;
  MEMBER void put(u32 column, u32 row, Values16 v) const {
    if (Compact) v <<= 8;
    UNROLL for (u32 k = 0; k < 16; k++) rows[(u64)(row + k) * pitch + column] = v[k];
  }
};
template <bool Compact> struct WordRow {
  enum { kHigh = Compact ? 255 : 65535 };
  u16* row;
  MEMBER void put(u32 column, u32 value) const { row[column] = (u16)(Compact ? value << 8 : value); }
};

template <bool Compact> INLINE u32 walk_step(const u8* nodes, u32 at, const u16* x) {
  if constexpr (Compact) {
    const u32 node = load<u32>(nodes + (u64)at * 4);
    return (node >> 16) + ((u16)node < x[(u8)node]);
  } else {
    const u64 node = load<u64>(nodes + (u64)at * 8);
    return (u32)node + (x[node >> 48] > (u16)(node >> 32));
  }
}
/// K walks, down to the leaves. `x(k)` is the row and `nodes(k)` the tree of walk k.
template <bool Compact, int K, class Nodes, class Row> INLINE void walk_down(u32 depth, const Nodes& nodes, const Row& x, u32* at) {
  UNROLL for (int k = 0; k < K; k++) at[k] = 0;
  NOUNROLL while (depth) {
    const u32 steps = depth < 8 ? depth : 8;
    depth -= steps;
    NOUNROLL for (u32 s = 1; s < steps; s++)
      UNROLL for (int k = 0; k < K; k++) at[k] = walk_step<Compact>(nodes(k), at[k], x(k));
    u32 moved = 0;
    UNROLL for (int k = 0; k < K; k++) {
      const u32 next = walk_step<Compact>(nodes(k), at[k], x(k));
      moved |= next ^ at[k];
      at[k] = next;
    }
    if (!moved) break;   // all stand at leaves
  }
}

INLINE bool walk_is_sum(const ForestWalk& p) { return p.result == kForestSum || p.result == kForestAverage; }

/// What reaching this slot of a tree does to a row's results. Returns whether the leaf makes no prediction.
template <class T> INLINE bool walk_put(const Ctx& c, const ForestWalk& p, const Slot& out, u32 tree, u64 slot, u64 row) {
  if (!p.by_leaf) {
    const T value = ((const T*)(c.blob + p.values))[slot];
    if (walk_is_sum(p)) *graph_at<T>(c, out, 0, row) += value;
    else *graph_at<T>(c, out, tree, row) = value;
    return false;
  }
  const u32 leaf = ((const u32*)(c.blob + p.values))[slot];
  if (p.leaf_kinds != kNone && c.blob[p.leaf_kinds + leaf] != 0) {
    if (!walk_is_sum(p)) *graph_at<T>(c, out, tree, row) = 0;
    return true;
  }
  const u32* first = (const u32*)(c.blob + p.leaf_first);
  const f64* weights = (const f64*)(c.blob + p.leaf_weights);
  if (walk_is_sum(p)) {
    NOUNROLL for (u32 e = first[leaf]; e < first[leaf + 1]; e++) {
      const u32 target = p.leaf_targets == kNone ? 0 : ((const u32*)(c.blob + p.leaf_targets))[e];
      *graph_at<T>(c, out, target, row) += (T)weights[e];
    }
  } else {
    *graph_at<T>(c, out, tree, row) = first[leaf] < first[leaf + 1] ? (T)weights[first[leaf]] : 0;
  }
  return false;
}
template <class T> INLINE void walk_close(const Ctx& c, const ForestWalk& p, const Slot& out, u64 row, bool gone) {
  NOUNROLL for (u32 k = 0; k < p.targets; k++) {
    T* y = graph_at<T>(c, out, k, row);
    *y = gone ? 0 : p.result == kForestAverage ? *y / (T)p.trees : *y;
    graph_set_missing(c, out, k, row, gone);
  }
}

/// One tree for all rows, while the next one is fetched line by line.
template <class T, bool Compact>
INLINE void walk_tree(const Ctx& c, const ForestWalk& p, const Slot& out, u32 t, const u16* x, u64 rows) {
  constexpr u32 kNode = Compact ? 4 : 8;
  const WalkTree* tree = (const WalkTree*)(c.blob + p.tree_table) + t;
  const u8* nodes = c.blob + p.nodes + (u64)tree->first * kNode;
  const u32 value = p.by_leaf ? 4 : sizeof(T);
  const u8* ahead = c.blob + p.nodes + (u64)tree[1].first * kNode;
  const u8* ahead_values = c.blob + p.values + (u64)tree[1].first * value;
  const u64 groups = (rows + kWalkRows - 1) / kWalkRows;
  const u32 lines = (u32)(((u64)tree[1].slots * kNode + 63) / 64 / groups) + (tree[1].slots != 0);
  u8* gone = c.scratch + p.gone;
  NOUNROLL for (u64 r = 0; r < rows; r += kWalkRows) {
    NOUNROLL for (u32 l = 0; l < lines; l++, ahead += 64, ahead_values += 64 * value / kNode) {
      __builtin_prefetch(ahead, 0, 2);
      __builtin_prefetch(ahead_values, 0, 2);
      if (value > kNode) __builtin_prefetch(ahead_values + 64, 0, 2);
    }
    u32 at[kWalkRows];
    const u16* row = x + r * p.pitch;
    walk_down<Compact, kWalkRows>(
        tree->depth, [&](int) __attribute__((always_inline)) { return nodes; },
        [&](int k) __attribute__((always_inline)) { return row + (u32)k * p.pitch; }, at);
    if (r + kWalkRows <= rows) {
      UNROLL for (u32 k = 0; k < kWalkRows; k++) {
        const bool none = walk_put<T>(c, p, out, t, (u64)tree->first + at[k], r + k);
        if (p.by_leaf && none) gone[r + k] = 1;
      }
    } else {
      NOUNROLL for (u32 k = 0; k < rows - r; k++) {
        const bool none = walk_put<T>(c, p, out, t, (u64)tree->first + at[k], r + k);
        if (p.by_leaf && none) gone[r + k] = 1;
      }
    }
  }
}

template <class T, bool Compact>
INLINE void walk_rows(const Ctx& c, const ForestWalk& p, const Slot* operands, const Slot& out, u64 rows) {
  u16* x = (u16*)(c.scratch + p.rows);
  u8* gone = c.scratch + p.gone;
  NOUNROLL for (u64 r = 0; r < rows; r += kWalkGroup)
    quantise_block<kWalkGroup>(c, p.quantiser, operands, r, rows - r < kWalkGroup ? (u32)(rows - r) : (u32)kWalkGroup,
                               WordRows<Compact>{x + r * p.pitch, p.pitch});
  NOUNROLL for (u64 r = 0; r < rows; r++) gone[r] = 0;
  if (walk_is_sum(p))
    NOUNROLL for (u32 k = 0; k < p.targets; k++)
      NOUNROLL for (u64 r = 0; r < rows; r++) *graph_at<T>(c, out, k, r) = 0;
  NOUNROLL for (u32 t = 0; t < p.trees; t++) {
    walk_tree<T, Compact>(c, p, out, t, x, rows);
    if (walk_is_sum(p)) continue;
    put_missing_rows(c, out, t, 0, (u32)rows, gone);
    if (p.by_leaf)
      NOUNROLL for (u64 r = 0; r < rows; r++) gone[r] = 0;
  }
  if (walk_is_sum(p))
    NOUNROLL for (u64 r = 0; r < rows; r++) walk_close<T>(c, p, out, r, gone[r]);
}
template <class T> INLINE void walk_block(const Ctx& c, const ForestWalk& p, const Slot* operands, const Slot* results, u64 rows) {
  if (p.compact) walk_rows<T, true>(c, p, operands, results[0], rows);
  else walk_rows<T, false>(c, p, operands, results[0], rows);
}

// ---- one row
/// K trees from t0 on.
template <class T, bool Compact, int K>
INLINE bool walk_trees(const Ctx& c, const ForestWalk& p, const Slot& out, u32 t0, const u16* x, T& sum) {
  constexpr u32 kNode = Compact ? 4 : 8;
  const WalkTree* trees = (const WalkTree*)(c.blob + p.tree_table) + t0;
  const u8* nodes[K];
  u32 at[K], depth = 0;
  UNROLL for (int k = 0; k < K; k++) {
    nodes[k] = c.blob + p.nodes + (u64)trees[k].first * kNode;
    depth = depth < trees[k].depth ? trees[k].depth : depth;
  }
  walk_down<Compact, K>(
      depth, [&](int k) __attribute__((always_inline)) { return nodes[k]; },
      [&](int) __attribute__((always_inline)) { return x; }, at);
  bool gone = false;
  UNROLL for (int k = 0; k < K; k++) {
    const u64 slot = (u64)trees[k].first + at[k];
    if (!p.by_leaf && walk_is_sum(p)) {
      sum += ((const T*)(c.blob + p.values))[slot];
      continue;
    }
    const bool none = walk_put<T>(c, p, out, t0 + k, slot, 0);
    gone |= none;
    if (!walk_is_sum(p)) graph_set_missing(c, out, t0 + k, 0, none);
  }
  return gone;
}
template <class T, bool Compact> INLINE void walk_any_row(const Ctx& c, const ForestWalk& p, const Slot* operands, const Slot& out) {
  u16* x = (u16*)(c.scratch + p.rows);
  quantise_row(c, p.quantiser, operands, WordRow<Compact>{x});
  if (walk_is_sum(p))
    NOUNROLL for (u32 k = 0; k < p.targets; k++) *graph_at<T>(c, out, k, 0) = 0;
  T sum = 0;
  bool gone = false;
  u32 t = 0;
  NOUNROLL for (; t + kWalkTrees <= p.trees; t += kWalkTrees) gone |= walk_trees<T, Compact, kWalkTrees>(c, p, out, t, x, sum);
  NOUNROLL for (; t + 4 <= p.trees; t += 4) gone |= walk_trees<T, Compact, 4>(c, p, out, t, x, sum);
  NOUNROLL for (; t < p.trees; t++) gone |= walk_trees<T, Compact, 1>(c, p, out, t, x, sum);
  if (!walk_is_sum(p)) return;
  if (!p.by_leaf) *graph_at<T>(c, out, 0, 0) = sum;
  walk_close<T>(c, p, out, 0, gone);
}
template <class T> INLINE void walk_row(const Ctx& c, const ForestWalk& p, const Slot* operands, const Slot* results, u64) {
  if (p.compact) walk_any_row<T, true>(c, p, operands, results[0]);
  else walk_any_row<T, false>(c, p, operands, results[0]);
}
KILN_TIER_KERNEL(forest_walk_f64, walk_row<f64>, walk_block<f64>, ForestWalk)
KILN_TIER_KERNEL(forest_walk_f32, walk_row<f32>, walk_block<f32>, ForestWalk)
KILN_TIER_KERNEL(forest_walk_i32, walk_row<i32>, walk_block<i32>, ForestWalk)

}  // namespace kiln::kernel

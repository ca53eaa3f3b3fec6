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

/// How trees are held, and the row that their nodes are compared with.
template <bool Compact> struct RankNodes {
  typedef u16 Value;
  enum : u32 { kBytes = Compact ? 4 : 8 };
  MEMBER static u32 step(const u8* nodes, u32 at, const Value* x) {
    if constexpr (Compact) {
      const u32 node = load<u32>(nodes + (u64)at * 4);
      return (node >> 16) + ((u16)node < x[(u8)node]);
    } else {
      const u64 node = load<u64>(nodes + (u64)at * 8);
      return (u32)node + (x[node >> 48] > (u16)(node >> 32));
    }
  }
};
/// K walks, down to the leaves. `x(k)` is the row and `nodes(k)` the tree of walk k.
template <class Nodes, int K, class Tree, class Row> INLINE void walk_down(u32 depth, const Tree& nodes, const Row& x, u32* at) {
  UNROLL for (int k = 0; k < K; k++) at[k] = 0;
  NOUNROLL while (depth) {
    const u32 steps = depth < 8 ? depth : 8;
    depth -= steps;
    NOUNROLL for (u32 s = 1; s < steps; s++)
      UNROLL for (int k = 0; k < K; k++) at[k] = Nodes::step(nodes(k), at[k], x(k));
    u32 moved = 0;
    UNROLL for (int k = 0; k < K; k++) {
      const u32 next = Nodes::step(nodes(k), at[k], x(k));
      moved |= next ^ at[k];
      at[k] = next;
    }
    if (!moved) break;   // all stand at leaves
  }
}

/// What is made of leaves: the sum of the only target, a weight a leaf; sums of several targets or weights a leaf, or with leaves
/// without prediction; a value or leaf of every tree.
enum : int { kWalkSum, kWalkSums, kWalkEach };

/// Sums never are -0, so that to add 0 changes none.
template <class T> INLINE void add_leaf_row(const Ctx& c, const ForestWalk& p, const Slot& out, u32 leaf, u64 row) {
  const T* adds = (const T*)(c.blob + p.leaf_rows) + (u64)leaf * p.targets;
  u32 k = 0;
  if (out.pitch == 1)
    NOUNROLL for (; k + 8 <= p.targets; k += 8) store(graph_at<T>(c, out, k, row), load<Lane<T, 8>>(graph_at<T>(c, out, k, row)) + load<Lane<T, 8>>(adds + k));
  NOUNROLL for (; k < p.targets; k++) *graph_at<T>(c, out, k, row) += adds[k];
}
/// What reaching this slot of a tree does to a row's results. Returns whether the leaf makes no prediction.
template <class T, int Mode> INLINE bool walk_put(const Ctx& c, const ForestWalk& p, const Slot& out, u32 tree, u64 slot, u64 row) {
  if (Mode == kWalkSum) return *graph_at<T>(c, out, 0, row) += ((const T*)(c.blob + p.values))[slot], false;
  if (Mode == kWalkEach && !p.by_leaf) return *graph_at<T>(c, out, tree, row) = ((const T*)(c.blob + p.values))[slot], false;
  const u32 leaf = ((const u32*)(c.blob + p.values))[slot];
  if (p.leaf_kinds != kNone && c.blob[p.leaf_kinds + leaf] != 0) {
    if (Mode == kWalkEach) *graph_at<T>(c, out, tree, row) = 0;
    return true;
  }
  if (Mode == kWalkSums && p.leaf_rows != kNone) return add_leaf_row<T>(c, p, out, leaf, row), false;
  const u32* first = (const u32*)(c.blob + p.leaf_first);
  const f64* weights = (const f64*)(c.blob + p.leaf_weights);
  if (Mode == kWalkSums) {
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
template <class T, bool Compact, int Mode>
INLINE void walk_tree(const Ctx& c, const ForestWalk& p, const Slot& out, u32 t, const u16* x, u64 rows) {
  constexpr u32 kNode = RankNodes<Compact>::kBytes;
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
    walk_down<RankNodes<Compact>, kWalkRows>(
        tree->depth, [&](int) __attribute__((always_inline)) { return nodes; },
        [&](int k) __attribute__((always_inline)) { return row + (u32)k * p.pitch; }, at);
    if (r + kWalkRows <= rows) {
      UNROLL for (u32 k = 0; k < kWalkRows; k++) {
        const bool none = walk_put<T, Mode>(c, p, out, t, (u64)tree->first + at[k], r + k);
        if (Mode != kWalkSum && none) gone[r + k] = 1;
      }
    } else {
      NOUNROLL for (u32 k = 0; k < rows - r; k++) {
        const bool none = walk_put<T, Mode>(c, p, out, t, (u64)tree->first + at[k], r + k);
        if (Mode != kWalkSum && none) gone[r + k] = 1;
      }
    }
  }
}

template <class T, bool Compact, int Mode>
INLINE void walk_block(const Ctx& c, const ForestWalk& p, const Slot* operands, const Slot* results, u64 rows) {
  const Slot& out = results[0];
  u16* x = (u16*)(c.scratch + p.rows);
  u8* gone = c.scratch + p.gone;
  NOUNROLL for (u64 r = 0; r < rows; r += kWalkGroup)
    quantise_block<kWalkGroup>(c, p.quantiser, operands, r, rows - r < kWalkGroup ? (u32)(rows - r) : (u32)kWalkGroup,
                               WordRows<Compact>{x + r * p.pitch, p.pitch});
  NOUNROLL for (u64 r = 0; r < rows; r++) gone[r] = 0;
  if (Mode != kWalkEach)
    NOUNROLL for (u32 k = 0; k < p.targets; k++)
      NOUNROLL for (u64 r = 0; r < rows; r++) *graph_at<T>(c, out, k, r) = 0;
  NOUNROLL for (u32 t = 0; t < p.trees; t++) {
    walk_tree<T, Compact, Mode>(c, p, out, t, x, rows);
    if (Mode != kWalkEach) continue;
    put_missing_rows(c, out, t, 0, (u32)rows, gone);
    if (p.by_leaf)
      NOUNROLL for (u64 r = 0; r < rows; r++) gone[r] = 0;
  }
  if (Mode != kWalkEach)
    NOUNROLL for (u64 r = 0; r < rows; r++) walk_close<T>(c, p, out, r, gone[r]);
}

// ---- one row
/// `count` trees, at most K, from t0 on; walks beyond them repeat the last.
template <class T, class Nodes, int Mode, int K>
INLINE bool walk_trees(const Ctx& c, const ForestWalk& p, const Slot& out, u32 t0, u32 count, const typename Nodes::Value* x, T& sum) {
  const WalkTree* trees = (const WalkTree*)(c.blob + p.tree_table) + t0;
  const u8* nodes[K];
  u32 at[K], depth = 0;
  UNROLL for (u32 k = 0; k < K; k++) {
    const WalkTree& tree = trees[k < count ? k : count - 1];
    nodes[k] = c.blob + p.nodes + (u64)tree.first * Nodes::kBytes;
    depth = depth < tree.depth ? tree.depth : depth;
  }
  walk_down<Nodes, K>(
      depth, [&](int k) __attribute__((always_inline)) { return nodes[k]; },
      [&](int) __attribute__((always_inline)) { return x; }, at);
  if (Mode == kWalkSum) {
    UNROLL for (u32 k = 0; k < K; k++)
      if (k < count) sum += ((const T*)(c.blob + p.values))[(u64)trees[k].first + at[k]];
    return false;
  }
  bool gone = false;
  NOUNROLL for (u32 k = 0; k < count; k++) {
    const u64 slot = (u64)trees[k].first + at[k];
    const bool none = walk_put<T, Mode>(c, p, out, t0 + k, slot, 0);
    gone |= none;
    if (Mode == kWalkEach) graph_set_missing(c, out, t0 + k, 0, none);
  }
  return gone;
}
template <class T, class Nodes, int Mode> INLINE void walk_all_trees(const Ctx& c, const ForestWalk& p, const Slot& out, const typename Nodes::Value* x) {
  if (Mode != kWalkEach)
    NOUNROLL for (u32 k = 0; k < p.targets; k++) *graph_at<T>(c, out, k, 0) = 0;
  T sum = 0;
  bool gone = false;
  u32 t = 0;
  NOUNROLL for (; t + kWalkTrees <= p.trees; t += kWalkTrees)
    gone |= walk_trees<T, Nodes, Mode, kWalkTrees>(c, p, out, t, kWalkTrees, x, sum);
  const u32 rest = p.trees - t;
  if (rest > 12) gone |= walk_trees<T, Nodes, Mode, kWalkTrees>(c, p, out, t, rest, x, sum);
  else if (rest > 8) gone |= walk_trees<T, Nodes, Mode, 12>(c, p, out, t, rest, x, sum);
  else if (rest > 4) gone |= walk_trees<T, Nodes, Mode, 8>(c, p, out, t, rest, x, sum);
  else if (rest > 1) gone |= walk_trees<T, Nodes, Mode, 4>(c, p, out, t, rest, x, sum);
  else if (rest) gone |= walk_trees<T, Nodes, Mode, 1>(c, p, out, t, 1, x, sum);
  if (Mode == kWalkEach) return;
  if (Mode == kWalkSum) *graph_at<T>(c, out, 0, 0) = sum;
  walk_close<T>(c, p, out, 0, gone);
}
template <class T, bool Compact, int Mode>
INLINE void walk_row(const Ctx& c, const ForestWalk& p, const Slot* operands, const Slot* results, u64) {
  u16* x = (u16*)(c.scratch + p.rows);
  NOUNROLL for (u32 i = 0; i <= p.quantiser.columns; i += 32) store(x + i, Lane<u16, 32>{});
  quantise_row(c, p.quantiser, operands, WordRow<Compact>{x});
  walk_all_trees<T, RankNodes<Compact>, Mode>(c, p, results[0], x);
}
#define KILN_WALK(name, T, Compact, Mode)                              \
  KILN_TIER_ROW(name, (walk_row<T, Compact, Mode>), ForestWalk) \
  KILN_TIER_BLOCK(name, (walk_block<T, Compact, Mode>), ForestWalk)
#define KILN_WALKS(nodes, Compact)                                     \
  KILN_WALK(forest_walk_sum_f64_##nodes, f64, Compact, kWalkSum)       \
  KILN_WALK(forest_walk_sum_f32_##nodes, f32, Compact, kWalkSum)       \
  KILN_WALK(forest_walk_sums_f64_##nodes, f64, Compact, kWalkSums)     \
  KILN_WALK(forest_walk_sums_f32_##nodes, f32, Compact, kWalkSums)     \
  KILN_WALK(forest_walk_each_f64_##nodes, f64, Compact, kWalkEach)     \
  KILN_WALK(forest_walk_each_f32_##nodes, f32, Compact, kWalkEach)     \
  KILN_WALK(forest_walk_each_i32_##nodes, i32, Compact, kWalkEach)
KILN_WALKS(compact, true)
KILN_WALKS(wide, false)
#undef KILN_WALKS
#undef KILN_WALK

}  // namespace kiln::kernel

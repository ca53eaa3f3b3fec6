// graph: any forest, one row and one tree at a time, over the raw comparisons. The only strategy that takes leaves that fail and
// the count of marked exits, and that follows columns that have failed; the others are measured against it.
#pragma once
#include "../instances.h"
#include "column_value.h"

namespace kiln::kernel {

INLINE bool graph_in_set(const Ctx& c, const ForestGraph& g, u64 set, f64 x) {
  const u32* first = (const u32*)(c.blob + g.set_first);
  const f64* member = (const f64*)(c.blob + g.set_members);
  u32 low = first[set], high = first[set + 1];
  while (low < high) {
    const u32 middle = low + (high - low) / 2;
    if (member[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low < first[set + 1] && member[low] == x;
}
/// Whether the value is in the order, or the set, that the test asks for.
INLINE bool graph_passes(const Ctx& c, const ForestGraph& g, const GraphNode& n, f64 x) {
  if (n.kind == kGraphSet) return graph_in_set(c, g, n.members, x);
  switch (n.passes) {
    case kGraphLess: return x < n.constant;
    case kGraphLess | kGraphEqual: return x <= n.constant;
    case kGraphGreater: return x > n.constant;
    case kGraphGreater | kGraphEqual: return x >= n.constant;
    case kGraphEqual: return x == n.constant;
    case kGraphLess | kGraphGreater: return x != n.constant;
    default: return false;
  }
}
/// The exit that a row takes whose column has not failed. A guess of it, by jumps, beats waiting for the value.
INLINE u32 graph_exit(const Ctx& c, const ForestGraph& g, const GraphNode& n, const Slot& s, u64 row) {
  if (s.missing != kNone && (c.scratch[s.missing + row / 8] >> (row & 7)) & 1) return n.missing;
  const u8* values = c.scratch + s.values;
  bool yes;
  if (n.kind == kGraphCodes) {
    const u32 code = load<u32>(values + row * 4);
    yes = code < 64 && (n.members >> code) & 1;
  } else {
    const f64 x = column_value(values, n.storage, row);
    if (x != x) return n.missing;
    yes = graph_passes(c, g, n, x);
  }
  if (__builtin_expect(yes, 1)) return n.yes;
  return n.no;
}

/// Walks one tree. Returns the leaf, or kNone where a column that was tested has failed (then `status` says why).
INLINE u32 graph_tree(const Ctx& c, const ForestGraph& g, const Slot* operands, u32 root, u64 row, i32& status, i32& marks) {
  const GraphNode* nodes = (const GraphNode*)(c.blob + g.nodes);
  u32 at = root;
  NOUNROLL while (true) {
    const GraphNode& n = nodes[at];
    if (n.kind == kGraphLeaf) return n.yes;
    const Slot& s = operands[n.column];
    if (s.status != kNone) {
      status = load<i32>(c.scratch + s.status + row * 4);
      if (status != 0) return kNone;
    }
    const u32 exit = graph_exit(c, g, n, s, row);
    marks += (i32)(exit >> 31);
    at = exit & 0x7fffffffu;
  }
}

INLINE void graph_set_missing(const Ctx& c, const Slot& s, u32 e, u64 row, bool missing) {
  if (s.missing == kNone) return;
  u8* p = c.scratch + s.missing + (u64)e * ((s.pitch + 7) / 8) + row / 8;
  *p = (u8)((*p & ~(1u << (row & 7))) | (u32)missing << (row & 7));
}
template <class T> INLINE T* graph_at(const Ctx& c, const Slot& s, u32 e, u64 row) {
  return (T*)(c.scratch + s.values + ((u64)e * s.pitch + row) * sizeof(T));
}

/// Adds a leaf's weights to the row's sums.
template <class T> INLINE void graph_add(const Ctx& c, const ForestGraph& g, const Slot& out, u64 row, u32 leaf) {
  const u32* first = (const u32*)(c.blob + g.leaf_first);
  const f64* weights = (const f64*)(c.blob + g.leaf_weights);
  NOUNROLL for (u32 e = first[leaf]; e < first[leaf + 1]; e++) {
    const u32 target = g.leaf_targets == kNone ? 0 : ((const u32*)(c.blob + g.leaf_targets))[e];
    *graph_at<T>(c, out, target, row) += (T)weights[e];
  }
}

template <class T> INLINE void graph_row(const Ctx& c, const ForestGraph& g, const Slot* operands, const Slot& out, u64 row) {
  const u32* roots = (const u32*)(c.blob + g.roots);
  const bool sums = g.result == kForestSum || g.result == kForestAverage;
  if (sums)
    for (u32 k = 0; k < g.targets; k++) *graph_at<T>(c, out, k, row) = 0;
  i32 status = 0;
  bool missing = false;
  NOUNROLL for (u32 t = 0; t < g.trees; t++) {
    i32 marks = 0;
    const u32 leaf = status != 0 ? kNone : graph_tree(c, g, operands, roots[t], row, status, marks);
    const u8 kind = leaf == kNone || g.leaf_kinds == kNone ? 0 : c.blob[g.leaf_kinds + leaf];
    if (kind == 2 && status == 0) status = g.fail_status;
    if (sums) {
      missing |= kind == 1;
      if (status == 0 && kind == 0) graph_add<T>(c, g, out, row, leaf);
    } else if (g.result == kForestEach) {
      const u32* first = (const u32*)(c.blob + g.leaf_first);
      const bool weight = status == 0 && kind == 0 && first[leaf] < first[leaf + 1];
      *graph_at<T>(c, out, t, row) = weight ? (T)((const f64*)(c.blob + g.leaf_weights))[first[leaf]] : 0;
      graph_set_missing(c, out, t, row, status == 0 && kind == 1);
    } else {
      *graph_at<i32>(c, out, t, row) = status != 0 ? 0 : g.result == kForestLeaf ? (i32)leaf : marks;
      graph_set_missing(c, out, t, row, false);
    }
  }
  if (sums)
    for (u32 k = 0; k < g.targets; k++) {
      T* y = graph_at<T>(c, out, k, row);
      *y = status != 0 || missing ? 0 : g.result == kForestAverage ? *y / (T)g.trees : *y;
      graph_set_missing(c, out, k, row, status == 0 && missing);
    }
  if (out.status != kNone) store(c.scratch + out.status + row * 4, status);
}

// Scalar by nature: machine code already, for the forests that only graph takes and the rows that a fix-up evaluates again.
OUTLINE void graph_row_f64(const Ctx& c, const ForestGraph& g, const Slot* operands, const Slot& out, u64 row) {
  graph_row<f64>(c, g, operands, out, row);
}
OUTLINE void graph_row_f32(const Ctx& c, const ForestGraph& g, const Slot* operands, const Slot& out, u64 row) {
  graph_row<f32>(c, g, operands, out, row);
}
template <class T> INLINE void graph_any_row(const Ctx& c, const ForestGraph& g, const Slot* operands, const Slot& out, u64 row) {
  if constexpr (sizeof(T) == 4) graph_row_f32(c, g, operands, out, row);
  else graph_row_f64(c, g, operands, out, row);
}

/// The leaf of a tree of a forest of leaves_by_less_and_codes.
INLINE u32 plain_graph_leaf(const Ctx& c, const ForestGraph& g, const Slot* operands, u32 root) {
  const GraphNode* n = (const GraphNode*)(c.blob + g.nodes) + root;
  NOUNROLL while (n->kind != kGraphLeaf) {
    const u8* value = c.scratch + operands[n->column].values;
    bool yes;
    u32 exit = n->no;
    if (n->kind == kGraphCodes) {
      const u32 code = load<u32>(value);
      yes = code < 64 && (n->members >> code) & 1;
    } else {
      const f64 x = load<f64>(value);
      if (__builtin_expect(x != x, 0)) exit = n->missing;
      yes = x < n->constant;
    }
    if (__builtin_expect(yes, 1)) exit = n->yes;
    n = (const GraphNode*)(c.blob + g.nodes) + exit;
  }
  return n->yes;
}

template <class T> INLINE void graph_one(const Ctx& c, const ForestGraph& g, const Slot* operands, const Slot* results, u64) {
  if (!g.leaves_by_less_and_codes) return graph_any_row<T>(c, g, operands, results[0], 0);
  const u32* roots = (const u32*)(c.blob + g.roots);
  NOUNROLL for (u32 t = 0; t < g.trees; t++) *graph_at<i32>(c, results[0], t, 0) = (i32)plain_graph_leaf(c, g, operands, roots[t]);
}
template <class T>
INLINE void graph_block(const Ctx& c, const ForestGraph& g, const Slot* operands, const Slot* results, u64 rows) {
  NOUNROLL for (u64 r = 0; r < rows; r++) graph_any_row<T>(c, g, operands, results[0], r);
}
KILN_BLOCK_KERNEL(forest_graph_f64, graph_one<f64>, graph_block<f64>, ForestGraph)
KILN_BLOCK_KERNEL(forest_graph_f32, graph_one<f32>, graph_block<f32>, ForestGraph)

}  // namespace kiln::kernel

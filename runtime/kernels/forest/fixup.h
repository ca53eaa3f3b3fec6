// fixup: after a strategy that knows nothing of failures, sees to the rows in which a column has failed or whose leaf fails: they are
// evaluated again, by graph.
#pragma once
#include "graph.h"

namespace kiln::kernel {

/// Rows looked at together; a block's columns hold a multiple of them.
enum : u32 { kFixupRows = 16 };

/// Whether a row has reached a leaf that fails.
INLINE bool fixup_leaf_fails(const Ctx& c, const ForestFixup& p, const Slot& out, u64 row) {
  u32 fails = 0;
  NOUNROLL for (u32 t = 0; t < p.leaves; t++) fails |= c.blob[p.graph.leaf_kinds + *graph_at<u32>(c, out, t, row)] >> 1;
  return fails != 0;
}
template <class T> INLINE void fixup_block(const Ctx& c, const ForestFixup& p, const Slot* operands, const Slot* results, u64 rows) {
  typedef Lane<i32, kFixupRows> Statuses;
  const u32* columns = (const u32*)(c.blob + p.columns);
  const Slot& out = results[0];
  NOUNROLL for (u64 r = 0; r < rows; r += kFixupRows) {
    Statuses failed = {};
    NOUNROLL for (u32 i = 0; i < p.count; i++)
      if (const u32 at = operands[columns[i]].status; at != kNone) failed |= load<Statuses>(c.scratch + at + r * 4);
    if (p.leaves)
      NOUNROLL for (u32 i = 0; i < kFixupRows && r + i < rows; i++) failed[i] |= fixup_leaf_fails(c, p, out, r + i);
    if (out.status != kNone) store(c.scratch + out.status + r * 4, Statuses{});
    if (__builtin_expect(__builtin_reduce_or(failed) == 0, 1)) continue;
    alignas(64) i32 row[kFixupRows];
    store(row, failed);
    NOUNROLL for (u32 i = 0; i < kFixupRows && r + i < rows; i++)
      if (row[i] != 0) graph_any_row<T>(c, p.graph, operands, out, r + i);
  }
}
template <class T> INLINE void fixup_row(const Ctx& c, const ForestFixup& p, const Slot* operands, const Slot* results, u64) {
  const u32* columns = (const u32*)(c.blob + p.columns);
  i32 failed = 0;
  NOUNROLL for (u32 i = 0; i < p.count; i++)
    if (const u32 at = operands[columns[i]].status; at != kNone) failed |= load<i32>(c.scratch + at);
  if (p.leaves) failed |= fixup_leaf_fails(c, p, results[0], 0);
  if (results[0].status != kNone) store(c.scratch + results[0].status, (i32)0);
  if (__builtin_expect(failed != 0, 0)) graph_any_row<T>(c, p.graph, operands, results[0], 0);
}
KILN_BLOCK_KERNEL(forest_fixup_f64, fixup_row<f64>, fixup_block<f64>, ForestFixup)
KILN_BLOCK_KERNEL(forest_fixup_f32, fixup_row<f32>, fixup_block<f32>, ForestFixup)

}  // namespace kiln::kernel

// What the compiler lays out for the forest kernels: plain structs in the blob, and the parameters of each kernel.
#pragma once
#include "../plan.h"

namespace kiln::kernel {

enum : u32 { kColumnF64, kColumnF32, kColumnI64, kColumnI32, kColumnBool };  ///< how the rows of a column are held
enum : u32 { kForestSum, kForestAverage, kForestEach, kForestLeaf, kForestMarks };

// ---- levels: a column's value as the number of its thresholds below it. Exact: bucket() never decreases, `starts` counts the
// thresholds of lower buckets, and those of the value's own bucket are compared with it.
struct LevelColumn {
  f64 low, scale, top;        ///< bucket = clamp((x - low) * scale, 0, top); in f32 for f32 columns
  u32 operand, storage;
  u32 starts;                 ///< blob: u16[top + 2]
  u32 thresholds;             ///< blob: ascending, f32 for f32 columns, else f64; padded with infinity
  u32 window;                 ///< thresholds in the fullest bucket, rounded up to eights
  u32 low_column;             ///< virtual column where a missing value is 0; kNone: none
  u32 high_column;            ///< virtual column where a missing value is the largest; kNone: none
  u32 spare;
};
/// Columns with tests for sets of values: the value's index 0 .. count, count for a value of no set; missing is count + 1.
struct SetSource {
  i64 first;                  ///< direct: index = x - first
  u32 operand, storage;
  u32 count;
  u32 level;                  ///< index = level of this LevelColumn; kNone: direct
  u32 tests, test_count;      ///< blob: SetTest[]
};
struct SetTest {
  u32 bits;                   ///< blob: bit i: index i is in the set
  u32 column;                 ///< virtual column: 1 in the set, 0 not
};
/// Everything that turns operands into virtual columns, in which each test reads "value > rank".
struct Quantiser {
  u32 columns;                ///< virtual columns
  u32 levels, level_count;    ///< blob: LevelColumn[]; those of sets come after the first level_count
  u32 sets, set_count;        ///< blob: SetSource[]
};

// ---- graph: raw comparisons, one row and one tree at a time
struct GraphNode {
  f64 constant;               ///< in-set: unused
  u32 yes, no, missing;       ///< exits, with Forest::kMarked; of leaves `yes` is the leaf
  u32 column;                 ///< column | test << 24
  u32 set, spare;
};
struct ForestGraph {
  u32 result, f32_sum;
  u32 trees, targets;
  i32 fail_status;            ///< of a leaf of kind fail
  u32 nodes, roots, storages;
  u32 set_first, set_members;
  u32 leaf_first, leaf_targets, leaf_weights, leaf_kinds;   ///< kNone where the forest has none
};

}  // namespace kiln::kernel

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
  u32 cuts;                   ///< thresholds
};
enum : u32 { kFewCuts = 8 };     ///< thresholds that are compared at once
/// The same of a column with few thresholds, for one row: columns of indicators and of their products are such.
struct FewCuts {
  f64 thresholds[kFewCuts];      ///< as those of LevelColumn, also of f32 columns
  u32 operand;
  u32 low_column, high_column;   ///< Quantiser::columns: none
  u32 spare;
};
/// Columns with tests for sets of values: the value's index 0 .. count, count for a value of no set; missing is count + 1.
struct SetSource {
  i64 first;                  ///< direct: index = x - first
  u32 operand, storage;
  u32 count;
  u32 level;                  ///< index = level of this LevelColumn; kNone: direct
  u32 tests, test_count;      ///< blob: SetTest[]
  u32 of_index;               ///< blob: u32[count + 2]: the column of the only set that an index is in, Quantiser::columns: of none; kNone: sets overlap
};
struct SetTest {
  u32 bits;                   ///< blob: bit i: index i is in the set
  u32 column;                 ///< virtual column: 1 in the set, 0 not
  u32 only;                   ///< the only index that is in the set; kNone: there are more
};
/// Everything that turns operands into virtual columns, in which each test reads "value > rank".
struct Quantiser {
  u32 columns;                ///< virtual columns
  u32 levels, level_count;    ///< blob: LevelColumn[]; those of sets come after the first level_count
  u32 few_cuts;               ///< blob: FewCuts[], of the first levels: those of f64, then those of f32
  u32 few_cuts_f64, few_cuts_f32;
  u32 sets, set_count;        ///< blob: SetSource[]
};

// ---- graph: raw comparisons, one row and one tree at a time
enum : u8 { kGraphOrder, kGraphCodes, kGraphSet, kGraphLeaf };      ///< GraphNode::kind
enum : u32 { kGraphLess = 1, kGraphEqual = 2, kGraphGreater = 4 };   ///< bits of GraphNode::passes
struct GraphNode {
  f64 constant;               ///< order: passes if value < = > constant is among `passes`
  u64 members;                ///< codes: bit v: a value v below 64 passes, others do not; set: the set
  u32 yes, no, missing;       ///< exits, with Forest::kMarked; of leaves `yes` is the leaf
  u32 column;
  u8 kind, passes, storage, spare[5];
};
struct ForestGraph {
  u32 result, f32_sum;
  u32 trees, targets;
  i32 fail_status;            ///< of a leaf of kind fail
  u32 nodes, roots;
  u32 set_first, set_members;
  u32 leaf_first, leaf_targets, leaf_weights, leaf_kinds;   ///< kNone where the forest has none
  u32 leaves_by_less_and_codes;   ///< the result is leaves, none fails, columns are always there, and a test is f64 less than its constant, or codes
};

// ---- fixup: rows in which a column has failed, or whose leaf fails
struct ForestFixup {
  ForestGraph graph;
  u32 leaves;                 ///< the result is leaves of so many trees, and some fail; else 0
  u32 columns, count;         ///< blob: u32[]: the columns that are tested and may fail
};

// ---- rules: the rules that each column leaves
enum : u32 { kRuleColumns = 64 };   ///< at most
struct RuleColumn {
  u32 operand, storage;
  u32 numbers;                ///< cuts, or codes from 0 on
  u32 cuts;                   ///< blob: f64[numbers + 8], ascending, NaN behind them; kNone: the values are codes
};
struct RuleTable {
  u32 column, masks;          ///< RuleColumn; blob: u64[class][words]
};
struct RuleTree {
  u32 first, count;           ///< RuleTable
  u32 words, leaves;          ///< of 64 rules; the leaf of rule 0
};
struct ForestRules {
  u32 columns, column_count;  ///< blob: RuleColumn[]
  u32 trees, tree_count;      ///< blob: RuleTree[]
  u32 tables, leaves;         ///< blob: RuleTable[], i32[]
};

// ---- cursor: small trees without pointers
struct CursorTree {
  u32 first, steps;           ///< CursorStep
};
/// Of an inner node, in preorder: a cursor at `from` moves to `to` where the column is greater than the rank.
struct CursorStep {
  u32 column;
  u32 rank, from, to;         ///< a byte, four times: what fills vectors by a load alone; the rank less 128, as the columns are
};
/// Leaf values of tree `tree` of the chunk, or of the group of trees, are added to a target: table `table`.
struct CursorAdd {
  u32 table;
  u16 tree, target;
};
/// The same for one row; `leaves`: the table's first leaf.
struct CursorRowAdd {
  u32 leaves;
  u16 tree, target;
};
struct CursorRun {
  u32 target, first, count;   ///< adds of one target in a chunk
};
struct CursorGroup {
  u32 lanes, steps;           ///< one row: u8[steps][group vector][column, rank, from, to][lane]
  u32 first, count;           ///< adds of these trees, in tree order
};
enum : u32 { kCursorChunk = 16 };   ///< trees between two rounds of adding
struct ForestCursor {
  Quantiser quantiser;
  u32 result, trees, targets;
  u32 stride;                 ///< leaves of a table: 32, 64, 128 or 256
  u32 most_leaves;            ///< of a tree
  u32 planes;                 ///< tables hold the low and then the high halves of f64, for permutes
  u32 tree_table, steps;
  u32 adds, runs, chunks;     ///< blob: CursorAdd[], CursorRun[], u32 first run of each chunk and the end
  u32 leaves;                 ///< blob: tables
  u32 gone, gone_trees;       ///< blob: u8[tree][stride], u8[tree]: leaves without prediction, trees that have any; kNone: none
  u32 ranks, sums, gone_rows; ///< scratch: i8[column][R], T[target][R], u8[R]
  u32 groups, group_count;    ///< one row: CursorGroup[]
  u32 row_adds;               ///< blob: CursorRowAdd[]
  u32 banks;                  ///< one row: 16-byte (v4: 64-byte) registers that hold the columns
  u32 vectors;                ///< one row: vectors of trees a group
};

// ---- sliced: cursors as bit planes
struct SlicedTest {
  u32 column;
  i32 rank;                   ///< less 128
};
/// Like CursorStep; `differs` and `flip` are offsets in the pool: masks by plane of ~from and of from ^ to.
struct SlicedStep {
  u32 test;                   ///< offset of its bits
  u16 differs, flip;
};
struct SlicedPair {
  u32 first, steps;           ///< SlicedStep[steps][2 trees]
};
struct ForestSliced {
  ForestCursor cursor;        ///< tables for the rows that do not fill a pass; adds are shared
  u32 planes;                 ///< 5, 6 or 7: leaves of a tree fit so many bits
  u32 tests, test_count, pairs, steps;
  u32 pool;                   ///< blob: u32[128][planes], 0 or all ones
  u32 bits;                   ///< scratch: u8[test][64]
};

// ---- masks: one row, sixteen trees (kCursorChunk) side by side
struct MaskColumn {
  u32 operand, storage;
};
/// A step is, for each vector of trees: columns, thresholds, leaves that are kept where the column is not at or below the threshold.
struct MaskGroup {
  u32 steps, count;
};
struct ForestMasks {
  ForestCursor cursor;        ///< leaves, adds, runs, chunks
  u32 columns, column_count;  ///< blob: MaskColumn[]
  u32 fill;                   ///< blob: what a column has for a missing value, NaN or -infinity
  u32 groups;                 ///< blob: MaskGroup[]
};

// ---- walk: trees of any size and shape. The children of an inner node are slots `child` and `child` + 1; a leaf is its own
// child with a rank that nothing exceeds.
struct WalkNode {
  u32 child;
  u16 rank, column;
};
/// Compact: u32 child << 16 | rank << 8 | column. Rows hold value << 8, so that one comparison of 16 bits decides.
struct WalkTree {
  u32 first, slots;           ///< of the tree in the node table
  u32 depth;
};
struct ForestWalk {
  Quantiser quantiser;
  u32 result, trees, targets, compact;
  u32 nodes, tree_table;      ///< blob: the trees, and one more without slots
  u32 values;                 ///< blob: T[slot]; where `by_leaf`: u32[slot], the leaf
  u32 by_leaf;                ///< several weights a leaf, or leaves without prediction
  u32 leaf_first, leaf_targets, leaf_weights, leaf_kinds;
  u32 leaf_rows;              ///< blob: T[leaf][targets], what a leaf adds to each, where most leaves add to most; else kNone
  u32 rows, pitch;            ///< scratch: u16[row][pitch]
  u32 gone;                   ///< scratch: u8[row]
};
/// keys: a walk whose nodes are u64 (keys.h) and whose row is i32[2 * columns] at walk.rows: each column with NaN below all, then each with NaN above.
struct ForestKeys {
  ForestWalk walk;
  u32 columns;
  u32 side_by_side;           ///< the columns are the elements of one vector
};

}  // namespace kiln::kernel

// rules: of each column the rules, or paths, of a tree that its value leaves, as bits; the first that all columns leave gives the leaf.
// Rows one at a time, without a jump that depends on a value.
#pragma once
#include "../instances.h"
#include "column_value.h"

namespace kiln::kernel {

/// Twice the cuts below x, and one more if the next is x. NaN: none.
INLINE u32 class_among(const f64* cuts, u32 count, f64 x) {
  typedef bool B __attribute__((ext_vector_type(8)));
  u32 from = 0;
  NOUNROLL while (count > 8) {
    const u32 half = count / 2;
    from = cuts[from + half - 1] < x ? from + half : from;
    count -= half;
  }
  const B below = __builtin_convertvector(load<Lane<f64, 8>>(cuts + from) < x, B);
  from += (u32)__builtin_popcount(__builtin_bit_cast(u8, below));
  return 2 * from + (cuts[from] == x);
}
/// The class of a row's value: see ColumnClasses of compiler/codegen/forest/rule_lists.h. The last one is that of a missing value.
INLINE u32 rule_class(const Ctx& c, const RuleColumn& column, const Slot& s, u64 row) {
  const u8* values = c.scratch + s.values;
  const bool gone = s.missing != kNone && ((c.scratch[s.missing + row / 8] >> (row & 7)) & 1);
  if (column.cuts == kNone) {
    const u32 code = column.storage == kColumnI32 ? load<u32>(values + row * 4) : (u32)(values[row] != 0);
    return gone ? column.numbers + 1 : code < column.numbers ? code : column.numbers;
  }
  const f64 x = column_value(values, column.storage, row);
  const u32 found = class_among((const f64*)(c.blob + column.cuts), column.numbers, x);
  return (gone | (x != x)) ? 2 * column.numbers + 1 : found;
}
INLINE u32 first_rule(const Ctx& c, const RuleTable* tables, const RuleTree& tree, const u32* classes) {
  u32 rule = 0;
  NOUNROLL for (u32 w = 0; w < tree.words; w++, rule += 64) {
    u64 left = ~0ull;
    NOUNROLL for (u32 i = 0; i < tree.count; i++) left &= load<u64>(c.blob + tables[i].masks + ((u64)classes[tables[i].column] * tree.words + w) * 8);
    if (left != 0) return rule + (u32)__builtin_ctzll(left);
  }
  return 0;   // some rule always holds
}
INLINE void rules_one(const Ctx& c, const ForestRules& p, const Slot* operands, const Slot& out, u64 row) {
  const RuleColumn* columns = (const RuleColumn*)(c.blob + p.columns);
  const RuleTree* trees = (const RuleTree*)(c.blob + p.trees);
  u32 classes[kRuleColumns];
  NOUNROLL for (u32 i = 0; i < p.column_count; i++) classes[i] = rule_class(c, columns[i], operands[columns[i].operand], row);
  NOUNROLL for (u32 t = 0; t < p.tree_count; t++) {
    const u32 rule = first_rule(c, (const RuleTable*)(c.blob + p.tables) + trees[t].first, trees[t], classes);
    const i32 leaf = ((const i32*)(c.blob + p.leaves))[trees[t].leaves + rule];
    store(c.scratch + out.values + ((u64)t * out.pitch + row) * 4, leaf);
    if (out.missing == kNone) continue;
    u8& missing = c.scratch[out.missing + (u64)t * ((out.pitch + 7) / 8) + row / 8];
    missing = (u8)(missing & ~(1u << (row & 7)));
  }
}
INLINE void rules_row(const Ctx& c, const ForestRules& p, const Slot* operands, const Slot* results, u64) {
  rules_one(c, p, operands, results[0], 0);
}
INLINE void rules_block(const Ctx& c, const ForestRules& p, const Slot* operands, const Slot* results, u64 rows) {
  NOUNROLL for (u64 r = 0; r < rows; r++) rules_one(c, p, operands, results[0], r);
}
KILN_TIER_ROW(forest_rules, rules_row, ForestRules)
KILN_TIER_BLOCK(forest_rules, rules_block, ForestRules)

}  // namespace kiln::kernel

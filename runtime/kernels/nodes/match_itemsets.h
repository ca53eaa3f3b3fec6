// match_itemsets: the first rules whose items a row has.
#pragma once
#include "common.h"

namespace kiln::kernel {

INLINE bool has_items(const u64* bits, const u32* items, u32 from, u32 to) {
  NOUNROLL for (u32 i = from; i < to; i++)
    if (!(bits[items[i] / 64] >> (items[i] & 63) & 1)) return false;
  return true;
}
OUTLINE void match_itemsets_rows(const Ctx* ctx, const ItemsetParams* params, const Slot* x, const Slot* y, u64 rows) {
  const ItemsetParams& p = *params;
  const u8* blob = ctx->blob;
  const u32 *first_antecedent = (const u32*)(blob + p.first_antecedent), *antecedents = (const u32*)(blob + p.antecedent);
  const u32 *first_consequent = (const u32*)(blob + p.first_consequent), *consequents = (const u32*)(blob + p.consequents);
  const u32* names = (const u32*)(blob + p.names);
  u64* bits = (u64*)(ctx->scratch + p.bits);
  Ctx c = *ctx;
  NOUNROLL for (c.at = 0; c.at < rows; c.at++) {
    NOUNROLL for (u32 w = 0; w < (p.items + 63) / 64; w++) bits[w] = 0;
    NOUNROLL for (u32 e = 0; e < x->count; e++) {
      const u32 item = (u32)element<i32, 1>(c, *x, e);
      if (item < p.items && !slot_missing<1>(c, *x, e).on) bits[item / 64] |= (u64)1 << (item & 63);
    }
    u32 found = 0;
    NOUNROLL for (u32 r = 0; r < p.rules && found < y->count; r++) {
      if (!has_items(bits, antecedents, first_antecedent[r], first_antecedent[r + 1])) continue;
      if (p.consequent != 0 && has_items(bits, consequents, first_consequent[r], first_consequent[r + 1]) != (p.consequent == 2)) continue;
      set_element<i32, 1>(c, *y, found, (i32)names[r]);
      set_slot_missing<1>(c, *y, found++, false);
    }
    NOUNROLL for (; found < y->count; found++) set_element<i32, 1>(c, *y, found, 0), set_slot_missing<1>(c, *y, found, true);
    set_slot_status<1>(c, *y, slot_status<1>(c, *x));
  }
}
INLINE void match_itemsets(const Ctx& c, const ItemsetParams& p, const Slot* x, const Slot* y, u64 rows) {
  match_itemsets_rows(&c, &p, x, y, rows);
}
KILN_BLOCK_KERNEL(match_itemsets, match_itemsets, match_itemsets, ItemsetParams)

}  // namespace kiln::kernel

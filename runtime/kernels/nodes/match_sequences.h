// match_sequences: rules whose steps a group's transactions take. The rules stand in compiler/ir/nodes/match_sequences.h.
#pragma once
#include "common.h"

namespace kiln::kernel {

/// A group's transactions in scratch: times, a bit set of items each, and which of them a search has reached.
struct Transactions {
  const SequenceParams& p;
  const u8* blob;
  u32 count;
  f64* times;
  u64* bits;
  u8 *reached, *next;
  template <class T> MEMBER const T* table(u32 at) const { return (const T*)(blob + at); }
};

/// Rows in the order of their times, then rows of one time as one transaction.
INLINE void gather_transactions(const Ctx& c, const Slot& items, const Slot& times, Transactions& t) {
  u32* order = (u32*)(c.scratch + t.p.order);
  u32 rows = 0;
  NOUNROLL for (u32 e = 0; e < times.count; e++) {
    const f64 time = element<f64, 1>(c, times, e);
    if (time != time || slot_missing<1>(c, times, e).on) continue;
    u32 at = rows++;
    NOUNROLL for (; at > 0 && element<f64, 1>(c, times, order[at - 1]) > time; at--) order[at] = order[at - 1];
    order[at] = e;
  }
  t.count = 0;
  NOUNROLL for (u32 i = 0; i < rows; i++) {
    const f64 time = element<f64, 1>(c, times, order[i]);
    if (t.count == 0 || t.times[t.count - 1] != time) {
      t.times[t.count] = time;
      NOUNROLL for (u32 w = 0; w < t.p.words; w++) t.bits[(u64)t.count * t.p.words + w] = 0;
      t.count++;
    }
    const u32 item = (u32)element<i32, 1>(c, items, order[i]);
    if (item < t.p.items && !slot_missing<1>(c, items, order[i]).on)
      t.bits[(u64)(t.count - 1) * t.p.words + item / 64] |= (u64)1 << (item & 63);
  }
}
INLINE bool step_holds(const Transactions& t, u32 step, u32 at) {
  const u32 set = t.table<u32>(t.p.step)[step];
  const u32 *first = t.table<u32>(t.p.first_member), *member = t.table<u32>(t.p.member);
  const u64* bits = t.bits + (u64)at * t.p.words;
  NOUNROLL for (u32 m = first[set]; m < first[set + 1]; m++)
    if (!(bits[member[m] / 64] >> (member[m] & 63) & 1)) return false;
  return true;
}
INLINE bool step_follows(const Transactions& t, u32 step, u32 split, u32 before, u32 at) {
  const f64 gap = t.times[at] - t.times[before];
  if (at != before && (gap < t.p.separation_low || gap > t.p.separation_high)) return false;
  return step != split || (gap >= t.p.turn_low && gap <= t.p.turn_high);
}
/// From the transactions that a step has reached to those that the next one reaches; false if there are none.
INLINE bool take_step(Transactions& t, u32 step, u32 split) {
  const u8 delimiter = t.table<u8>(t.p.delimiter)[step];
  bool any = false;
  NOUNROLL for (u32 i = 0; i < t.count; i++) t.next[i] = 0;
  NOUNROLL for (u32 before = 0; before < t.count; before++) {
    if (!t.reached[before]) continue;
    const u32 from = delimiter == 0 ? before : before + 1;
    const u32 most = delimiter == 1 ? t.count : from + 1, to = most < t.count ? most : t.count;
    NOUNROLL for (u32 at = from; at < to; at++)
      if (!t.next[at] && step_follows(t, step, split, before, at) && step_holds(t, step, at)) t.next[at] = 1, any = true;
  }
  u8* swap = t.reached;
  t.reached = t.next, t.next = swap;
  return any;
}
INLINE bool sequence_found(Transactions& t, u32 from, u32 to, u32 split) {
  NOUNROLL for (u32 start = 0; start < t.count; start++) {
    if (!step_holds(t, from, start)) continue;
    NOUNROLL for (u32 i = 0; i < t.count; i++) t.reached[i] = i == start;
    bool any = true;
    NOUNROLL for (u32 step = from + 1; step < to && any; step++) any = take_step(t, step, split);
    NOUNROLL for (u32 end = 0; end < t.count && any; end++) {
      const f64 total = t.times[end] - t.times[start];
      if (t.reached[end] && (to == split || total >= t.p.total_low) && total <= t.p.total_high) return true;
    }
  }
  return false;
}
OUTLINE void match_sequences_rows(const Ctx* ctx, const SequenceParams* params, const Slot* x, const Slot* y, u64 rows) {
  const SequenceParams& p = *params;
  Ctx c = *ctx;
  Transactions t{p, c.blob, 0, (f64*)(c.scratch + p.times), (u64*)(c.scratch + p.bits), c.scratch + p.reached, c.scratch + p.next};
  const u32 *first = t.table<u32>(p.first_step), *split = t.table<u32>(p.split), *names = t.table<u32>(p.names);
  NOUNROLL for (c.at = 0; c.at < rows; c.at++) {
    gather_transactions(c, x[0], x[1], t);
    u32 found = 0;
    NOUNROLL for (u32 r = 0; r < p.rules && found < y->count; r++) {
      if (!sequence_found(t, first[r], split[r], split[r])) continue;
      if (p.consequent != 0 && sequence_found(t, first[r], first[r + 1], split[r]) != (p.consequent == 2)) continue;
      set_element<i32, 1>(c, *y, found, (i32)names[r]);
      set_slot_missing<1>(c, *y, found++, false);
    }
    NOUNROLL for (; found < y->count; found++) set_element<i32, 1>(c, *y, found, 0), set_slot_missing<1>(c, *y, found, true);
    set_slot_status<1>(c, *y, kernel::first<1>(slot_status<1>(c, x[0]), slot_status<1>(c, x[1])));
  }
}
INLINE void match_sequences(const Ctx& c, const SequenceParams& p, const Slot* x, const Slot* y, u64 rows) {
  match_sequences_rows(&c, &p, x, y, rows);
}
KILN_BLOCK_KERNEL(match_sequences, match_sequences, match_sequences, SequenceParams)

}  // namespace kiln::kernel

// cursor: exact evaluation of small trees without following pointers. Number a tree's leaves from left to right; a row's
// cursor is the leftmost leaf not yet excluded. Visit the inner nodes in preorder: one whose left subtree begins at leaf
// `from` matters only to rows whose cursor stands there, and where its test holds the cursor moves to the first leaf of the
// right subtree. After the last node the cursor is the leaf. Many rows stand in lanes; for one row, many trees.
#pragma once
#include "leaves.h"
#include "quantise.h"

namespace kiln::kernel {

/// Values of virtual columns column by column, R rows each.
template <u32 R> struct ByteRows {
  enum { kHigh = 255 };
  i8* ranks;
  MEMBER void put(u32 column, u32 row, Values16 v) const {
    store(ranks + (u64)column * R + row, __builtin_convertvector(v, Lane<u8, 16>) ^ (u8)128);
  }
};
#if defined(__AVX512VBMI__)
/// The same as permutes want them (byte_of). Rows are put in order.
template <u32 R> struct PlaneRows {
  enum { kHigh = 255 };
  i8* ranks;
  MEMBER void put(u32 column, u32 row, Values16 v) const {
    u8* at = (u8*)ranks + (u64)column * R + (row & ~63u);
    const Lane<u32, 16> bytes = __builtin_convertvector(v, Lane<u32, 16>) << splat<u32, 16>(row / 16 % 4 * 8);
    store(at, bytes ^ (row % 64 == 0 ? splat<u32, 16>(0x80808080) : load<Lane<u32, 16>>(at)));
  }
};
/// Of 64 rows at a time.
template <u32 R>
INLINE void put_levels(const PlaneRows<R>& sink, const LevelColumn& l, u32 rows, const u16* level, const i8* missing) {
  alignas(64) u8 row_of[64];
  UNROLL for (u32 r = 0; r < 64; r++) row_of[byte_of(r, true)] = (u8)r;
  NOUNROLL for (u32 r = 0; r < rows; r += 64) {
    Lane<u32, 16> bytes = splat<u32, 16>(0x80808080);
    UNROLL for (u32 k = 0; k < 4; k++) bytes ^= __builtin_convertvector(load<Values16>(level + r + 16 * k), Lane<u32, 16>) << 8 * k;
    i8* at = sink.ranks + r;
    if (l.low_column != kNone) store(at + (u64)l.low_column * R, bytes);
    if (l.high_column == kNone) continue;
    const Bytes gone = (Bytes)__builtin_ia32_permvarqi512(load<Bytes>(missing + r), load<Bytes>(row_of));
    store(at + (u64)l.high_column * R, gone ? splat<i8, 64>(127) : (Bytes)bytes);
  }
}
#endif
struct ByteRow {
  enum { kHigh = 255 };
  i8* ranks;
  MEMBER void put(u32 column, u32 value) const { ranks[column] = (i8)(value ^ 128); }
};

INLINE Bytes four_times(u32 byte) { return (Bytes)splat<u32, kForestWidth / 4>(byte); }
/// Cursors of one tree for G vectors of rows.
template <int G> INLINE void cursor_tree(const CursorStep* step, u32 steps, const i8* ranks, u8* cursors) {
  Bytes at[G];
  UNROLL for (int g = 0; g < G; g++) at[g] = Bytes{};
  NOUNROLL for (u32 s = 0; s < steps; s++) {
    const i8* x = ranks + (u64)step[s].column * kForestRows;
    const Bytes rank = four_times(step[s].rank), from = four_times(step[s].from), to = four_times(step[s].to);
    UNROLL for (int g = 0; g < G; g++) {
      const Bytes hit = (at[g] == from) & (load<Bytes>(x + g * kForestWidth) > rank);
      at[g] = hit ? to : at[g];
    }
  }
  UNROLL for (int g = 0; g < G; g++) store(cursors + g * kForestWidth, at[g]);
}

/// The flags of one tree's leaves without prediction, where cursors stand as rows do, put into `gone` or, `Or`, added to what is there: by permutes
/// of bytes where registers hold the leaves. Whole vectors of rows.
template <int Leaves, bool Or> INLINE void flags_by_permutes(const u8* flags, const u8* cursors, u32 rows, u8* gone) {
  ByteTable<Leaves / kForestBank == 0 ? 1 : Leaves / kForestBank> table;
  table.open((const i8*)flags);
  NOUNROLL for (u32 r = 0; r < rows; r += kForestWidth) {
    const Bytes picked = table.pick(load<Bytes>(cursors + r));
    store(gone + r, Or ? picked | load<Bytes>(gone + r) : picked);
  }
}
template <bool Or> INLINE void cursor_flags(const Ctx& c, const ForestCursor& p, u32 tree, const u8* cursors, u32 rows, u8* gone) {
  const u8* flags = c.blob + p.gone + (u64)tree * p.stride;
  if (p.most_leaves <= 16) return flags_by_permutes<16, Or>(flags, cursors, rows, gone);
  if (p.most_leaves <= 32) return flags_by_permutes<32, Or>(flags, cursors, rows, gone);
  if (p.most_leaves <= 64) return flags_by_permutes<64, Or>(flags, cursors, rows, gone);
  if (p.most_leaves <= 128) return flags_by_permutes<128, Or>(flags, cursors, rows, gone);
  NOUNROLL for (u32 r = 0; r < rows; r++) gone[r] = (Or ? gone[r] : 0) | flags[cursors[r]];
}
/// The leaves without prediction that rows have reached: ORs flags of the trees of a chunk into `gone`.
INLINE void cursor_gone(const Ctx& c, const ForestCursor& p, u32 first_tree, u32 trees, const u8* cursors, u32 pitch, u32 rows,
                        u8* gone) {
  if (p.gone == kNone) return;
  NOUNROLL for (u32 k = 0; k < trees; k++, cursors += pitch) {
    if (!c.blob[p.gone_trees + first_tree + k]) continue;
    if (!p.planes) {
      cursor_flags<true>(c, p, first_tree + k, cursors, rows, gone);
      continue;
    }
    const u8* flags = c.blob + p.gone + (u64)(first_tree + k) * p.stride;
    NOUNROLL for (u32 r = 0; r < rows; r++) gone[r] |= flags[cursors[byte_of(r, true)]];
  }
}
/// Bits of missing elements, from bytes: there are whole eights of them.
INLINE void put_missing_rows(const Ctx& c, const Slot& out, u32 element, u64 row0, u32 rows, const u8* gone) {
  if (out.missing == kNone) return;
  typedef bool Bits __attribute__((ext_vector_type(8)));
  u8* bits = c.scratch + out.missing + (u64)element * ((out.pitch + 7) / 8) + row0 / 8;
  NOUNROLL for (u32 r = 0; r < rows; r += 8)
    bits[r / 8] = gone ? __builtin_bit_cast(u8, __builtin_convertvector(load<Lane<u8, 8>>(gone + r) != 0, Bits)) : 0;
}
/// Results `each` and `leaf`: a value of every tree.
template <class T>
INLINE void cursor_values(const Ctx& c, const ForestCursor& p, const Slot& out, u64 row0, u32 rows, u32 tree, const u8* cursors) {
  const T* table = (const T*)(c.blob + p.leaves) + (u64)tree * p.stride;
  T* y = (T*)(c.scratch + out.values) + (u64)tree * out.pitch + row0;
  leaves_of<T>(table, p.most_leaves, cursors, rows, y);
  u8* gone = c.scratch + p.gone_rows;
  if (p.gone == kNone || !c.blob[p.gone_trees + tree]) return put_missing_rows(c, out, tree, row0, rows, nullptr);
  cursor_flags<false>(c, p, tree, cursors, rows, gone);
  put_missing_rows(c, out, tree, row0, rows, gone);
}

/// Sums of one chunk of trees, whose cursors are known: u8[tree][R]; sums are T[target][R].
template <class T, u32 R>
INLINE void cursor_sums(const Ctx& c, const ForestCursor& p, u32 first_tree, u32 trees, const u8* cursors, u32 rows) {
  const CursorRun* runs = (const CursorRun*)(c.blob + p.runs);
  const CursorAdd* adds = (const CursorAdd*)(c.blob + p.adds);
  const u32* chunk = (const u32*)(c.blob + p.chunks) + first_tree / kCursorChunk;
  NOUNROLL for (u32 i = chunk[0]; i < chunk[1]; i++)
    add_leaves<T>(c, p, adds + runs[i].first, runs[i].count, cursors, R, rows, (T*)(c.scratch + p.sums) + (u64)runs[i].target * R);
  cursor_gone(c, p, first_tree, trees, cursors, R, rows, c.scratch + p.gone_rows);
}
template <class T, u32 R> INLINE void cursor_open_sums(const Ctx& c, const ForestCursor& p) {
  NOUNROLL for (u32 i = 0; i < p.targets * R; i += 16) store((T*)(c.scratch + p.sums) + i, Lane<T, 16>{});
  NOUNROLL for (u32 i = 0; i < R; i += 16) store(c.scratch + p.gone_rows + i, Lane<u8, 16>{});
}
template <class T, u32 R> INLINE void cursor_put_sums(const Ctx& c, const ForestCursor& p, const Slot& out, u64 row0, u32 rows) {
  const u8* gone = c.scratch + p.gone_rows;
  const Lane<T, 16> trees = splat<T, 16>((T)p.trees);
  NOUNROLL for (u32 k = 0; k < p.targets; k++) {
    const T* sums = (const T*)(c.scratch + p.sums) + (u64)k * R;
    T* y = (T*)(c.scratch + out.values) + (u64)k * out.pitch + row0;
    NOUNROLL for (u32 r = 0; r < rows; r += 16) {
      Lane<T, 16> sum = load<Lane<T, 16>>(sums + r);
      if (p.result == kForestAverage) sum /= trees;
      if (p.gone != kNone) {
        const Mask<16> has = mask<16>(load<Lane<u8, 16>>(gone + r) == 0);
        UNROLL for (int i = 0; i < 16; i++) sum[i] = mask_lane<16>(has, i) ? sum[i] : 0;
      }
      store(y + r, sum);
    }
    put_missing_rows(c, out, k, row0, rows, p.gone == kNone ? nullptr : gone);
  }
}
/// The ranks of a pass of R rows.
template <u32 R> INLINE void cursor_ranks(const Ctx& c, const ForestCursor& p, const Slot* operands, u64 row0, u32 rows) {
  i8* ranks = (i8*)c.scratch + p.ranks;
#if defined(__AVX512VBMI__)
  if (p.planes) return quantise_block<R>(c, p.quantiser, operands, row0, rows, PlaneRows<R>{ranks});
#endif
  quantise_block<R>(c, p.quantiser, operands, row0, rows, ByteRows<R>{ranks});
}

/// The cursors of `count` trees from t0 on, for the rows whose ranks are known.
INLINE void cursor_chunk(const Ctx& c, const ForestCursor& p, u32 t0, u32 count, u32 rows, u8* cursors) {
  const CursorTree* trees = (const CursorTree*)(c.blob + p.tree_table) + t0;
  const CursorStep* steps = (const CursorStep*)(c.blob + p.steps);
  const i8* ranks = (const i8*)c.scratch + p.ranks;
  NOUNROLL for (u32 k = 0; k < count; k++) {
    if (rows <= kForestWidth) cursor_tree<1>(steps + trees[k].first, trees[k].steps, ranks, cursors + k * kForestRows);
    else cursor_tree<kForestGroups>(steps + trees[k].first, trees[k].steps, ranks, cursors + k * kForestRows);
  }
}
/// Sums of up to kForestRows rows.
template <class T>
TIER_OUTLINE void cursor_sum_pass(const Ctx& c, const ForestCursor& p, const Slot* operands, const Slot& out, u64 row0, u32 rows) {
  alignas(64) u8 cursors[(u32)kCursorChunk * (u32)kForestRows];
  cursor_ranks<kForestRows>(c, p, operands, row0, rows);
  cursor_open_sums<T, kForestRows>(c, p);
  NOUNROLL for (u32 t0 = 0; t0 < p.trees; t0 += kCursorChunk) {
    const u32 count = p.trees - t0 < kCursorChunk ? p.trees - t0 : (u32)kCursorChunk;
    cursor_chunk(c, p, t0, count, rows, cursors);
    cursor_sums<T, kForestRows>(c, p, t0, count, cursors, rows);
  }
  cursor_put_sums<T, kForestRows>(c, p, out, row0, rows);
}
/// The same for results `each` and `leaf`.
template <class T>
INLINE void cursor_each_pass(const Ctx& c, const ForestCursor& p, const Slot* operands, const Slot& out, u64 row0, u32 rows) {
  alignas(64) u8 cursors[(u32)kCursorChunk * (u32)kForestRows];
  cursor_ranks<kForestRows>(c, p, operands, row0, rows);
  NOUNROLL for (u32 t0 = 0; t0 < p.trees; t0 += kCursorChunk) {
    const u32 count = p.trees - t0 < kCursorChunk ? p.trees - t0 : (u32)kCursorChunk;
    cursor_chunk(c, p, t0, count, rows, cursors);
    NOUNROLL for (u32 k = 0; k < count; k++) cursor_values<T>(c, p, out, row0, rows, t0 + k, cursors + k * kForestRows);
  }
}
template <class T> INLINE void cursor_sum_block(const Ctx& c, const ForestCursor& p, const Slot* operands, const Slot* results, u64 rows) {
  NOUNROLL for (u64 row0 = 0; row0 < rows; row0 += kForestRows)
    cursor_sum_pass<T>(c, p, operands, results[0], row0, rows - row0 < kForestRows ? (u32)(rows - row0) : (u32)kForestRows);
}
template <class T> INLINE void cursor_each_block(const Ctx& c, const ForestCursor& p, const Slot* operands, const Slot* results, u64 rows) {
  NOUNROLL for (u64 row0 = 0; row0 < rows; row0 += kForestRows)
    cursor_each_pass<T>(c, p, operands, results[0], row0, rows - row0 < kForestRows ? (u32)(rows - row0) : (u32)kForestRows);
}
KILN_TIER_BLOCK(forest_cursor_sum_f64, cursor_sum_block<f64>, ForestCursor)
KILN_TIER_BLOCK(forest_cursor_sum_f32, cursor_sum_block<f32>, ForestCursor)
KILN_TIER_BLOCK(forest_cursor_each_f64, cursor_each_block<f64>, ForestCursor)
KILN_TIER_BLOCK(forest_cursor_each_f32, cursor_each_block<f32>, ForestCursor)
KILN_TIER_BLOCK(forest_cursor_each_i32, cursor_each_block<i32>, ForestCursor)

// ---- one row
/// Leaves of the trees of a group whose cursors are known, still to be added in tree order. Each addition waits for the one
/// before; the cursors of the next group are found meanwhile.
template <class T> struct PendingAdds {
  const T* leaves;
  const CursorRowAdd* next;
  const CursorRowAdd* end;
  const u8* cursors;
  T sum;
  MEMBER void one() { sum += leaves[next->leaves + cursors[next->tree]], next++; }
  MEMBER void some() {
    if (end - next >= 8) UNROLL for (int i = 0; i < 8; i++) one();
  }
  MEMBER void rest() {
    NOUNROLL while (next != end) one();
  }
};
struct NothingPending {
  MEMBER void some() {}
};

/// The cursor, moved where it stands at `from` and the value is above the rank.
INLINE Bytes cursor_moved(Bytes at, Bytes x, Bytes rank, Bytes from, Bytes to) {
#if defined(__AVX512VBMI__)
  // The value does not wait for the cursor: it is compared first, and masks the comparison that does.
  u64 above = __builtin_ia32_cmpb512_mask((Lane<char, 64>)x, (Lane<char, 64>)rank, 6, ~0ull);   // greater
  __asm__("" : "+k"(above));
  const u64 hit = __builtin_ia32_cmpb512_mask((Lane<char, 64>)at, (Lane<char, 64>)from, 0, above);   // equal
  return (Bytes)__builtin_ia32_selectb_512(hit, (Lane<char, 64>)to, (Lane<char, 64>)at);
#else
  return ((x > rank) & (at == from)) ? to : at;
#endif
}

/// Cursors of a group of trees: G vectors of them, ranks in Banks registers.
template <int G, int Banks, class Pending>
INLINE void cursor_group(const Ctx& c, const CursorGroup& group, const i8* ranks, u8* cursors, Pending& pending) {
  const u8* p = c.blob + group.lanes;
  ByteTable<Banks> row;
  row.open(ranks);
  Bytes at[G];
  UNROLL for (int g = 0; g < G; g++) at[g] = Bytes{};
  NOUNROLL for (u32 s = 0; s < group.steps; s++) {
    UNROLL for (int g = 0; g < G; g++, p += 4 * kForestWidth) {
      const Bytes x = row.pick(load<Bytes>(p));
      at[g] = cursor_moved(at[g], x, load<Bytes>(p + kForestWidth), load<Bytes>(p + 2 * kForestWidth), load<Bytes>(p + 3 * kForestWidth));
    }
    pending.some();
  }
  UNROLL for (int g = 0; g < G; g++) store(cursors + g * kForestWidth, at[g]);
}
/// The virtual columns of the row.
struct CursorRanks {
  alignas(64) i8 ranks[192];   // of 128 columns, and the one that nobody reads
  MEMBER CursorRanks(const Ctx& c, const ForestCursor& p, const Slot* operands) {
    UNROLL for (int i = 0; i < 128; i += 16) store(ranks + i, splat<i8, 16>(-128));   // 0
    quantise_row(c, p.quantiser, operands, ByteRow{ranks});
  }
};
INLINE void put_missing_row(const Ctx& c, const Slot& out, u32 element, bool missing) {
  if (out.missing != kNone) c.scratch[out.missing + (u64)element * ((out.pitch + 7) / 8)] = missing;
}
/// Trees of a group of at most `per`.
INLINE u32 group_trees(const ForestCursor& p, u32 group, u32 per) {
  const u32 left = p.trees - group * per;
  return left < per ? left : per;
}
/// Whether a tree of the group has reached a leaf without prediction.
INLINE bool group_gone(const Ctx& c, const ForestCursor& p, u32 group, u32 per, const u8* cursors) {
  const u32 n = group_trees(p, group, per);
  const u8* flags = c.blob + p.gone + (u64)group * per * p.stride;
  u8 gone = 0;
  NOUNROLL for (u32 t = 0; t < n; t++) gone |= flags[(u64)t * p.stride + cursors[t]];
  return gone != 0;
}
template <class T> INLINE void put_row_sums(const Ctx& c, const ForestCursor& p, const Slot& out, bool gone) {
  NOUNROLL for (u32 k = 0; k < p.targets; k++) {
    T* y = (T*)(c.scratch + out.values) + (u64)k * out.pitch;
    *y = gone ? 0 : p.result == kForestAverage ? *y / (T)p.trees : *y;
    put_missing_row(c, out, k, gone);
  }
}
/// The sum of the only target.
template <class T, int G, int Banks> INLINE void cursor_row_one(const Ctx& c, const ForestCursor& p, const Slot* operands, const Slot* results, u64) {
  const CursorRanks row(c, p, operands);
  const CursorGroup* groups = (const CursorGroup*)(c.blob + p.groups);
  const CursorRowAdd* adds = (const CursorRowAdd*)(c.blob + p.row_adds);
  alignas(64) u8 cursors[2][G * kForestWidth];
  PendingAdds<T> pending = {(const T*)(c.blob + p.leaves), adds, adds, cursors[0], 0};
  bool gone = false;
  NOUNROLL for (u32 i = 0; i < p.group_count; i++) {
    u8* here = cursors[i & 1];
    cursor_group<G, Banks>(c, groups[i], row.ranks, here, pending);
    pending.rest();
    if (p.gone != kNone) gone |= group_gone(c, p, i, G * kForestWidth, here);
    pending.next = adds + groups[i].first, pending.end = pending.next + groups[i].count, pending.cursors = here;
  }
  pending.rest();
  *(T*)(c.scratch + results[0].values) = pending.sum;
  put_row_sums<T>(c, p, results[0], gone);
}
/// The sums of several targets.
template <class T, int G, int Banks> INLINE void cursor_row_sum(const Ctx& c, const ForestCursor& p, const Slot* operands, const Slot* results, u64) {
  const CursorRanks row(c, p, operands);
  const CursorGroup* groups = (const CursorGroup*)(c.blob + p.groups);
  const CursorRowAdd* adds = (const CursorRowAdd*)(c.blob + p.row_adds);
  const T* leaves = (const T*)(c.blob + p.leaves);
  const Slot& out = results[0];
  T* y = (T*)(c.scratch + out.values);
  bool gone = false;
  NOUNROLL for (u32 k = 0; k < p.targets; k++) y[(u64)k * out.pitch] = 0;
  NOUNROLL for (u32 i = 0; i < p.group_count; i++) {
    alignas(64) u8 cursors[G * kForestWidth];
    NothingPending nothing;
    cursor_group<G, Banks>(c, groups[i], row.ranks, cursors, nothing);
    NOUNROLL for (u32 k = 0; k < groups[i].count; k++) {
      const CursorRowAdd& add = adds[groups[i].first + k];
      y[(u64)add.target * out.pitch] += leaves[add.leaves + cursors[add.tree]];
    }
    if (p.gone != kNone) gone |= group_gone(c, p, i, G * kForestWidth, cursors);
  }
  put_row_sums<T>(c, p, out, gone);
}
/// Results `each` and `leaf`.
template <class T, int G, int Banks> INLINE void cursor_row_each(const Ctx& c, const ForestCursor& p, const Slot* operands, const Slot* results, u64) {
  const CursorRanks row(c, p, operands);
  const CursorGroup* groups = (const CursorGroup*)(c.blob + p.groups);
  const Slot& out = results[0];
  NOUNROLL for (u32 i = 0; i < p.group_count; i++) {
    alignas(64) u8 cursors[G * kForestWidth];
    NothingPending nothing;
    cursor_group<G, Banks>(c, groups[i], row.ranks, cursors, nothing);
    const u32 t0 = i * G * kForestWidth, n = group_trees(p, i, G * kForestWidth);
    NOUNROLL for (u32 t = 0; t < n; t++) {
      const u64 at = (u64)(t0 + t) * p.stride + cursors[t];
      ((T*)(c.scratch + out.values))[(u64)(t0 + t) * out.pitch] = ((const T*)(c.blob + p.leaves))[at];
      put_missing_row(c, out, t0 + t, p.gone != kNone && c.blob[p.gone + at]);
    }
  }
}
#define KILN_CURSOR_ROW(G, Banks)                                                                 \
  KILN_TIER_ROW(forest_cursor_one_f64_##G##x##Banks, (cursor_row_one<f64, G, Banks>), ForestCursor)   \
  KILN_TIER_ROW(forest_cursor_one_f32_##G##x##Banks, (cursor_row_one<f32, G, Banks>), ForestCursor)   \
  KILN_TIER_ROW(forest_cursor_sum_f64_##G##x##Banks, (cursor_row_sum<f64, G, Banks>), ForestCursor)   \
  KILN_TIER_ROW(forest_cursor_sum_f32_##G##x##Banks, (cursor_row_sum<f32, G, Banks>), ForestCursor)   \
  KILN_TIER_ROW(forest_cursor_each_f64_##G##x##Banks, (cursor_row_each<f64, G, Banks>), ForestCursor) \
  KILN_TIER_ROW(forest_cursor_each_f32_##G##x##Banks, (cursor_row_each<f32, G, Banks>), ForestCursor) \
  KILN_TIER_ROW(forest_cursor_each_i32_##G##x##Banks, (cursor_row_each<i32, G, Banks>), ForestCursor)
#define KILN_CURSOR_BANKS(Banks) KILN_CURSOR_ROW(1, Banks) KILN_CURSOR_ROW(2, Banks) KILN_CURSOR_ROW(4, Banks)
KILN_CURSOR_BANKS(1)
KILN_CURSOR_BANKS(2)
#if !defined(__AVX512VBMI__)   // there, two registers hold the 128 columns
KILN_CURSOR_BANKS(4)
KILN_CURSOR_BANKS(8)
#endif
#undef KILN_CURSOR_BANKS
#undef KILN_CURSOR_ROW

}  // namespace kiln::kernel

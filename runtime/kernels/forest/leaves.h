// Leaf values of many rows, added in tree order: looked up by permutes of registers, of 64 bytes, or of 32 where a tree has few leaves of floats;
// others by loads.
#pragma once
#include "permute.h"
#include "tables.h"

namespace kiln::kernel {

/// Where row r stands in each 64 bytes of ranks and cursors while permutes add: byte k of dword d is row 16 k + d, so that the dwords that
/// look leaves up hold rows in order. Elsewhere bytes stand as rows do.
INLINE u32 byte_of(u32 r, bool planes) { return planes ? (r & ~63u) + (r & 15) * 4 + (r / 16 & 3) : r; }

#if defined(__AVX512VBMI__)
template <class T, int Banks> struct LeafTable;
template <int Banks> struct LeafTable<f64, Banks> {
  typedef Lane<f64, 8> A;
  enum { kVectors = 8, kBytes = 256 * Banks };
  DwordTable<Banks> low, high;
  MEMBER void open(const u8* p) { low.open(p), high.open(p + 128 * Banks); }
  MEMBER void add(Dwords cursors, A* sums) const {
    UNROLL for (int k = 0; k < 4; k++) {
      const Dwords l = low.pick(cursors, 8 * k), h = high.pick(cursors, 8 * k);
      sums[2 * k] += (A)__builtin_shufflevector(l, h, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      sums[2 * k + 1] += (A)__builtin_shufflevector(l, h, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
  }
};
template <int Banks> struct LeafTable<f32, Banks> {
  typedef Lane<f32, 16> A;
  enum { kVectors = 4, kBytes = 128 * Banks };
  DwordTable<Banks> table;
  MEMBER void open(const u8* p) { table.open(p); }
  MEMBER void add(Dwords cursors, A* sums) const {
    UNROLL for (int k = 0; k < 4; k++) sums[k] += (A)table.pick(cursors, 8 * k);
  }
};
template <class T, int Banks>
INLINE void add_by_permutes(const u8* leaves, const CursorAdd* adds, u32 count, const u8* cursors, u32 pitch, u32 rows, T* sums) {
  typedef LeafTable<T, Banks> Table;
  typedef typename Table::A A;
  NOUNROLL for (u32 r = 0; r < rows; r += 64) {
    A a[Table::kVectors];
    UNROLL for (int i = 0; i < Table::kVectors; i++) a[i] = load<A>((const u8*)(sums + r) + 64 * i);
    NOUNROLL for (u32 k = 0; k < count; k++) {
      Table table;
      table.open(leaves + (u64)adds[k].table * Table::kBytes);
      table.add(load<Dwords>(cursors + adds[k].tree * pitch + r), a);
    }
    UNROLL for (int i = 0; i < Table::kVectors; i++) store((u8*)(sums + r) + 64 * i, a[i]);
  }
}
#endif

#if defined(__AVX2__) && !defined(__AVX512VBMI__)
template <int Banks>
INLINE void add_floats_by_permutes(const f32* leaves, u32 stride, const CursorAdd* adds, u32 count, const u8* cursors, u32 pitch, u32 rows, f32* sums) {
  enum { kVectors = 4 };   // cursors are known for 32 rows at a time
  typedef Lane<f32, 8> A;
  NOUNROLL for (u32 r = 0; r < rows; r += 8 * kVectors) {
    A a[kVectors];
    UNROLL for (int i = 0; i < kVectors; i++) a[i] = load<A>(sums + r + 8 * i);
    NOUNROLL for (u32 k = 0; k < count; k++) {
      DwordTable<Banks> table;
      table.open((const u8*)(leaves + (u64)adds[k].table * stride));
      const u8* at = cursors + adds[k].tree * pitch + r;
      UNROLL for (int i = 0; i < kVectors; i++) a[i] += (A)table.pick(convert<i32, u8, 8>(load<Lane<u8, 8>>(at + 8 * i)));
    }
    UNROLL for (int i = 0; i < kVectors; i++) store(sums + r + 8 * i, a[i]);
  }
}
#endif

template <class T>
INLINE void add_by_loads(const T* leaves, u32 stride, const CursorAdd* adds, u32 count, const u8* cursors, u32 pitch, u32 rows,
                         T* sums) {
  NOUNROLL for (u32 r = 0; r < rows; r += 8) {
    Lane<T, 8> sum = load<Lane<T, 8>>(sums + r);
    NOUNROLL for (u32 k = 0; k < count; k++) {
      const T* table = leaves + (u64)adds[k].table * stride;
      const u8* at = cursors + adds[k].tree * pitch + r;
      Lane<T, 8> x;
      UNROLL for (int i = 0; i < 8; i++) x[i] = table[at[i]];
      sum += x;
    }
    store(sums + r, sum);
  }
}

/// Adds, for `rows` rows, the tables of `adds` (all of one target) to the sums. cursors: u8[tree of the chunk][pitch].
template <class T>
INLINE void add_leaves(const Ctx& c, const ForestCursor& p, const CursorAdd* adds, u32 count, const u8* cursors, u32 pitch, u32 rows,
                       T* sums) {
  const u8* leaves = c.blob + p.leaves;
#if defined(__AVX512VBMI__)
  if (p.planes) {   // never for indices of leaves, which are not added
    if (p.stride == 32) add_by_permutes<T, 1>(leaves, adds, count, cursors, pitch, rows, sums);
    else if (p.stride == 64) add_by_permutes<T, 2>(leaves, adds, count, cursors, pitch, rows, sums);
    else add_by_permutes<T, 4>(leaves, adds, count, cursors, pitch, rows, sums);
    return;
  }
#elif defined(__AVX2__)
  if constexpr (sizeof(T) == 4) {
    if (p.most_leaves <= 8) return add_floats_by_permutes<1>((const f32*)leaves, p.stride, adds, count, cursors, pitch, rows, sums);
    if (p.most_leaves <= 16) return add_floats_by_permutes<2>((const f32*)leaves, p.stride, adds, count, cursors, pitch, rows, sums);
    if (p.most_leaves <= 32) return add_floats_by_permutes<4>((const f32*)leaves, p.stride, adds, count, cursors, pitch, rows, sums);
  }
#endif
  add_by_loads<T>((const T*)leaves, p.stride, adds, count, cursors, pitch, rows, sums);
}

#if defined(__AVX2__) && !defined(__AVX512VBMI__)
template <int Banks> INLINE void leaves_by_permutes(const u8* table, const u8* cursors, u32 rows, u8* y) {
  DwordTable<Banks> leaves;
  leaves.open(table);
  NOUNROLL for (u32 r = 0; r < rows; r += 8) store(y + r * 4, leaves.pick(convert<i32, u8, 8>(load<Lane<u8, 8>>(cursors + r))));
}
#endif
/// One tree's values of rows, whole eights of them, whose cursors stand as they do.
template <class T> INLINE void leaves_of(const T* table, u32 most_leaves, const u8* cursors, u32 rows, T* y) {
#if defined(__AVX2__) && !defined(__AVX512VBMI__)
  if constexpr (sizeof(T) == 4) {
    if (most_leaves <= 8) return leaves_by_permutes<1>((const u8*)table, cursors, rows, (u8*)y);
    if (most_leaves <= 16) return leaves_by_permutes<2>((const u8*)table, cursors, rows, (u8*)y);
    if (most_leaves <= 32) return leaves_by_permutes<4>((const u8*)table, cursors, rows, (u8*)y);
  }
#endif
  NOUNROLL for (u32 r = 0; r < rows; r++) y[r] = table[cursors[r]];
}

}  // namespace kiln::kernel

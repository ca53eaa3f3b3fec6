// quantise: rows of a forest's columns to virtual columns, in which each test of the forest reads "value > rank". All ways of
// comparing, sets, missing exits and more thresholds than fit a value are settled here, once a row, so that the strategies that
// walk trees know one test only. The value of a virtual column is
//   the number of thresholds of its window below x; missing (and NaN): 0, or the largest value of the sink
//   or 1 in a set of values, 0 outside
#pragma once
#include "../instances.h"
#include "permute.h"
#include "tables.h"

namespace kiln::kernel {

typedef Lane<u16, 16> Values16;

/// Lanes of a column as T, NaN where missing. i64 beyond 2^53 become values beyond every threshold.
template <class T, int N> INLINE Lane<T, N> column_lanes(const Ctx& c, const Slot& s, u32 storage, u64 row) {
  const u8* p = c.scratch + s.values;
  Lane<T, N> x;
  if constexpr (sizeof(T) == 4) x = load<Lane<T, N>>(p + row * 4);
  else if (storage == kColumnF64) x = load<Lane<f64, N>>(p + row * 8);
  else if (storage == kColumnF32) x = convert<f64, f32, N>(load<Lane<f32, N>>(p + row * 4));
  else if (storage == kColumnI32) x = convert<f64, i32, N>(load<Lane<i32, N>>(p + row * 4));
  else if (storage == kColumnBool) {
    x = convert<f64, i32, N>(convert<i32, i8, N>(load<Lane<i8, N>>(p + row)));
  } else {
    const i64 most = (1ll << 53) + 2;
    Lane<i64, N> i = load<Lane<i64, N>>(p + row * 8);
    i = i > most ? splat<i64, N>(most) : i;
    i = i < -most ? splat<i64, N>(-most) : i;
    x = convert<f64, i64, N>(i);
  }
  if (s.missing != kNone) {
    const u8* at = c.scratch + s.missing + row / 8;
    const u32 bits = N == 16 ? load<u16>(at) : *at >> (row & 7);
    x = pick<N>(bits_mask<N>(bits), splat<T, N>((T)__builtin_nan("")), x);
  }
  return x;
}

template <class T> INLINE u32 count_below(const u8* thresholds, T x) {
  typedef bool B __attribute__((ext_vector_type(8)));
  const B b = __builtin_convertvector(load<Lane<T, 8>>(thresholds) < x, B);
  return (u32)__builtin_popcount(__builtin_bit_cast(u8, b));
}
/// Thresholds below x, given its bucket. NaN: 0.
template <class T> INLINE u32 level_in_bucket(const Ctx& c, const LevelColumn& l, T x, u32 bucket) {
  const u16* starts = (const u16*)(c.blob + l.starts);
  const u8* thresholds = c.blob + l.thresholds;
  u32 level = starts[bucket];
  if (l.window > 16) {
    u32 high = starts[bucket + 1];
    NOUNROLL while (high - level > 8) {
      const u32 middle = level + (high - level) / 2;
      if (load<T>(thresholds + middle * sizeof(T)) < x) level = middle + 1;
      else high = middle;
    }
    return level + count_below<T>(thresholds + level * sizeof(T), x);
  }
  u32 more = count_below<T>(thresholds + level * sizeof(T), x);
  if (l.window > 8) more += count_below<T>(thresholds + (level + 8) * sizeof(T), x);
  return level + more;
}
template <class T, int N> INLINE Lane<i32, N> bucket_of(const LevelColumn& l, Lane<T, N> x) {
  Lane<T, N> t = (x - (T)l.low) * (T)l.scale;
  t = t > (T)0 ? t : Lane<T, N>{};
  t = t < (T)l.top ? t : splat<T, N>((T)l.top);
  return convert<i32, T, N>(t);
}

/// Thresholds below x. NaN: 0.
template <class T> INLINE u32 level_of(const Ctx& c, const LevelColumn& l, T x) {
  if (l.top == 0 && l.window == 8) return count_below<T>(c.blob + l.thresholds, x);   // one bucket
  return level_in_bucket<T>(c, l, x, (u32)bucket_of<T, 1>(l, x));
}

/// Ways to find the levels of many rows: few thresholds are compared one by one, more are searched in registers where there is room
/// for them, others by buckets.
template <class T> constexpr int kLevelLanes = 64 / sizeof(T);   // two registers of AVX2 share each threshold
#if defined(__AVX512VBMI__)
template <class T> constexpr u32 kCountedCuts = 4;
#else
template <class T> constexpr u32 kCountedCuts = 24;
#endif
template <class T> using LevelLanes = Lane<T, kLevelLanes<T>>;

/// levels(x): of each lane.
template <class T, class Levels>
INLINE void each_levels(const Ctx& c, const LevelColumn& l, const Slot& s, u64 row0, u32 rows, u16* level, i8* missing, Levels levels) {
  enum { N = kLevelLanes<T> };
  NOUNROLL for (u32 r = 0; r < rows; r += N) {
    const LevelLanes<T> x = column_lanes<T, N>(c, s, l.storage, row0 + r);
    store(missing + r, __builtin_convertvector(x != x, Lane<i8, N>));
    store(level + r, __builtin_convertvector(levels(x), Lane<u16, N>));
  }
}
template <class T> INLINE auto counted_levels(const u8* thresholds, u32 cuts, LevelLanes<T> x) {
  typedef decltype(x > x) Levels;
  Levels level{};   // -1 where a comparison holds
  NOUNROLL for (u32 i = 0; i < cuts; i++) level -= x > splat<T, kLevelLanes<T>>(load<T>(thresholds + i * sizeof(T)));
  if constexpr (sizeof(T) == 8) return level;
  else return __builtin_elementwise_min(level, Levels{} + 0xffff);   // level, in lanes that are not narrowed: those would be packed after each comparison
}
#if defined(__AVX512VBMI__)
/// Of fewer than 2^Bits thresholds.
template <class T, int Bits> INLINE auto searched_levels(const NumberTable<T, Bits>& table, LevelLanes<T> x) {
  typename NumberTable<T, Bits>::Index level{};
  UNROLL for (int step = 1 << (Bits - 1); step != 0; step /= 2) level = x > table.pick(level + (step - 1)) ? level + step : level;
  return level;
}
#endif
template <class T, int Bits>
INLINE bool search_levels(const Ctx& c, const LevelColumn& l, const Slot& s, u64 row0, u32 rows, u16* level, i8* missing) {
#if defined(__AVX512VBMI__)
  if (l.cuts >= 1u << Bits) return false;
  NumberTable<T, Bits> table;
  table.open(c.blob + l.thresholds);
  each_levels<T>(c, l, s, row0, rows, level, missing,
                 [&](LevelLanes<T> x) __attribute__((always_inline)) { return searched_levels<T, Bits>(table, x); });
  return true;
#else
  return false;
#endif
}

/// Levels of `rows` rows (rounded up to 16) from row0, and which are missing.
template <class T>
INLINE void column_levels(const Ctx& c, const LevelColumn& l, const Slot& s, u64 row0, u32 rows, u16* level, i8* missing) {
  constexpr int bits = sizeof(T) == 4 ? 5 : 4;   // of the table that fits two registers
  if (l.cuts <= kCountedCuts<T>)
    return each_levels<T>(c, l, s, row0, rows, level, missing, [&](LevelLanes<T> x) __attribute__((always_inline)) {
      return counted_levels<T>(c.blob + l.thresholds, l.cuts, x);
    });
  if (search_levels<T, bits>(c, l, s, row0, rows, level, missing) || search_levels<T, bits + 1>(c, l, s, row0, rows, level, missing) ||
      search_levels<T, bits + 2>(c, l, s, row0, rows, level, missing)) return;
  NOUNROLL for (u32 r = 0; r < rows; r += 8) {
    const Lane<T, 8> x = column_lanes<T, 8>(c, s, l.storage, row0 + r);
    const Lane<i32, 8> bucket = bucket_of<T, 8>(l, x);
    store(missing + r, __builtin_convertvector(x != x, Lane<i8, 8>));
    alignas(64) T value[8];
    alignas(32) i32 buckets[8];
    store(value, x), store(buckets, bucket);
    UNROLL for (int i = 0; i < 8; i++) level[r + i] = (u16)level_in_bucket<T>(c, l, value[i], (u32)buckets[i]);
  }
}
KILN_TIER_PART(levels_f32)(const Ctx& c, const LevelColumn& l, const Slot& s, u64 row0, u32 rows, u16* level, i8* missing) {
  column_levels<f32>(c, l, s, row0, rows, level, missing);
}
KILN_TIER_PART(levels_f64)(const Ctx& c, const LevelColumn& l, const Slot& s, u64 row0, u32 rows, u16* level, i8* missing) {
  column_levels<f64>(c, l, s, row0, rows, level, missing);
}
INLINE void any_column_levels(const Ctx& c, const LevelColumn& l, const Slot& s, u64 row0, u32 rows, u16* level, i8* missing) {
  if (l.storage == kColumnF32) KILN_PART_OF_TIER(levels_f32)(c, l, s, row0, rows, level, missing);
  else KILN_PART_OF_TIER(levels_f64)(c, l, s, row0, rows, level, missing);
}

INLINE i64 integer_value(const Ctx& c, const Slot& s, u32 storage, u64 row) {
  const u8* p = c.scratch + s.values;
  return storage == kColumnI64 ? load<i64>(p + row * 8) : storage == kColumnI32 ? (i64)load<i32>(p + row * 4) : (i64)(p[row] != 0);
}
INLINE u32 set_index(const Ctx& c, const SetSource& set, const Slot& s, u64 row) {
  const u64 i = (u64)integer_value(c, s, set.storage, row) - (u64)set.first;
  const bool missing = s.missing != kNone && ((c.scratch[s.missing + row / 8] >> (row & 7)) & 1);
  return missing ? set.count + 1 : i < set.count ? (u32)i : set.count;
}
INLINE u16 in_set(const Ctx& c, const SetTest& t, u32 index) { return (c.blob[t.bits + index / 8] >> (index & 7)) & 1; }

/// The levels of `rows` rows, and which are missing, into the columns that want them.
template <class Sink> INLINE void put_levels(const Sink& sink, const LevelColumn& l, u32 rows, const u16* level, const i8* missing) {
  NOUNROLL for (u32 r = 0; r < rows; r += 16) {
    const Values16 v = load<Values16>(level + r);
    if (l.low_column != kNone) sink.put(l.low_column, r, v);
    if (l.high_column == kNone) continue;
    const Values16 gone = (Values16)__builtin_convertvector(load<Lane<i8, 16>>(missing + r), Lane<i16, 16>);
    sink.put(l.high_column, r, (v & ~gone) | (gone & (u16)Sink::kHigh));
  }
}
/// `rows` (at most R) rows from row0 into the sink: put(column, row of the group, 16 values), for whole sixteens of rows.
template <int R, class Sink>
INLINE void quantise_block(const Ctx& c, const Quantiser& q, const Slot* operands, u64 row0, u32 rows, const Sink& sink) {
  alignas(64) u16 level[R];
  alignas(64) i8 missing[R];
  const LevelColumn* levels = (const LevelColumn*)(c.blob + q.levels);
  NOUNROLL for (u32 i = 0; i < q.level_count; i++) {
    const LevelColumn& l = levels[i];
    any_column_levels(c, l, operands[l.operand], row0, rows, level, missing);
    put_levels(sink, l, rows, level, missing);
  }
  const SetSource* sets = (const SetSource*)(c.blob + q.sets);
  NOUNROLL for (u32 i = 0; i < q.set_count; i++) {
    const SetSource& set = sets[i];
    const Slot& s = operands[set.operand];
    if (set.level != kNone) {
      any_column_levels(c, levels[set.level], s, row0, rows, level, missing);
      NOUNROLL for (u32 r = 0; r < rows; r++) level[r] = missing[r] ? (u16)(set.count + 1) : level[r];
    } else {
      NOUNROLL for (u32 r = 0; r < rows; r++) level[r] = (u16)set_index(c, set, s, row0 + r);
    }
    const SetTest* tests = (const SetTest*)(c.blob + set.tests);
    NOUNROLL for (u32 t = 0; t < set.test_count; t++)
      NOUNROLL for (u32 r = 0; r < rows; r += 16) {
        if (tests[t].only != kNone) {
          sink.put(tests[t].column, r, (Values16)(load<Values16>(level + r) == (u16)tests[t].only) & (u16)1);
          continue;
        }
        alignas(32) u16 v[16];
        UNROLL for (u32 k = 0; k < 16; k++) v[k] = r + k < rows ? in_set(c, tests[t], level[r + k]) : 0;
        sink.put(tests[t].column, r, load<Values16>(v));
      }
  }
}

template <class T, class Sink> INLINE void quantise_column(const Ctx& c, const LevelColumn& l, const Slot& s, const Sink& sink) {
  const T x = column_lanes<T, 1>(c, s, l.storage, 0);
  const u32 level = level_of<T>(c, l, x);
  if (l.low_column != kNone) sink.put(l.low_column, level);
  if (l.high_column != kNone) sink.put(l.high_column, x == x ? level : (u32)Sink::kHigh);
}
template <class T, class Sink> INLINE void quantise_few_cuts(const Ctx& c, const FewCuts* columns, u32 count, const Slot* operands, const Sink& sink) {
  NOUNROLL for (u32 i = 0; i < count; i++) {
    const FewCuts& column = columns[i];
    const T x = column_lanes<T, 1>(c, operands[column.operand], sizeof(T) == 8 ? kColumnF64 : kColumnF32, 0);
    const u32 level = count_below<f64>((const u8*)column.thresholds, (f64)x);
    sink.put(column.low_column, level);
    sink.put(column.high_column, x == x ? level : (u32)Sink::kHigh);
  }
}
/// One row into the sink, in which all is 0: put(column, value). There is one column more than those of the quantiser.
template <class Sink> INLINE void quantise_row(const Ctx& c, const Quantiser& q, const Slot* operands, const Sink& sink) {
  const FewCuts* few = (const FewCuts*)(c.blob + q.few_cuts);
  quantise_few_cuts<f64>(c, few, q.few_cuts_f64, operands, sink);
  quantise_few_cuts<f32>(c, few + q.few_cuts_f64, q.few_cuts_f32, operands, sink);
  const LevelColumn* levels = (const LevelColumn*)(c.blob + q.levels);
  NOUNROLL for (u32 i = q.few_cuts_f64 + q.few_cuts_f32; i < q.level_count; i++) {
    const LevelColumn& l = levels[i];
    if (l.storage == kColumnF32) quantise_column<f32>(c, l, operands[l.operand], sink);
    else quantise_column<f64>(c, l, operands[l.operand], sink);
  }
  const SetSource* sets = (const SetSource*)(c.blob + q.sets);
  NOUNROLL for (u32 i = 0; i < q.set_count; i++) {
    const SetSource& set = sets[i];
    const Slot& s = operands[set.operand];
    u32 index;
    if (set.level == kNone) index = set_index(c, set, s, 0);
    else if (levels[set.level].storage == kColumnF32) {
      const f32 x = column_lanes<f32, 1>(c, s, kColumnF32, 0);
      index = x == x ? level_of<f32>(c, levels[set.level], x) : set.count + 1;
    } else {
      const f64 x = column_lanes<f64, 1>(c, s, set.storage, 0);
      index = x == x ? level_of<f64>(c, levels[set.level], x) : set.count + 1;
    }
    if (set.of_index != kNone) {
      sink.put(((const u32*)(c.blob + set.of_index))[index], 1);
      continue;
    }
    const SetTest* tests = (const SetTest*)(c.blob + set.tests);
    NOUNROLL for (u32 t = 0; t < set.test_count; t++) sink.put(tests[t].column, in_set(c, tests[t], index));
  }
}

}  // namespace kiln::kernel

// Blocks of the caller's matrix into the columns of a block, and back.
#pragma once
#include "inputs.h"
#include "outputs.h"

namespace kiln::kernel {

/// A column of the caller's matrix: element r at first + r * row_bytes.
struct StridedColumn {
  const u8* first;
  i64 row_bytes;
};

INLINE void set_bit(u8* bits, u64 i, bool on) {
  bits[i / 8] = (u8)((bits[i / 8] & ~(1u << (i & 7))) | (u32)on << (i & 7));
}

/// The status of an input names its column. The columns of a tensor share one: the first that failed says why.
template <int N> INLINE void put_status(const Ctx& c, const FieldPlan& f, u32 index, u64 r, Status<N> cause) {
  u8* p = c.scratch + f.slot.status + r * 4;
  Status<N> status = pick<N>(mask<N>(cause != 0), cause | splat<i32, N>((i32)(index << 8)), Status<N>{});
  if (f.joins) status = first<N>(load<Status<N>>(p), status);
  store(p, status);
}

/// Rows r .. r + N of a column; those beyond `rows` repeat the last.
template <class In, int N> INLINE Lane<In, N> load_lanes(StridedColumn column, u64 r, u64 rows) {
  Lane<In, N> v;
  if (__builtin_expect(r + N <= rows, 1)) {
    const u8* p = column.first + (i64)r * column.row_bytes;
    UNROLL for (int i = 0; i < N; i++) v[i] = load<In>(p + i * column.row_bytes);
  } else {
    UNROLL for (u64 i = 0; i < N; i++) v[i] = load<In>(column.first + (i64)(r + i < rows ? r + i : rows - 1) * column.row_bytes);
  }
  return v;
}

/// Numbers that need no check but for NaN: lanes at a time. Rows beyond `rows` repeat the last.
template <class In, class T> INLINE void load_numbers(const Ctx& c, const FieldPlan& f, u32 index, StridedColumn column, u64 rows) {
  enum { N = KILN_LANES };
  const Slot& s = f.slot;
  const Lane<i64, N> absent = splat<i64, N>(-(i64)(s.missing != kNone && f.nullable));
  NOUNROLL for (u64 r = 0; r < rows; r += N) {
    const Lane<In, N> v = load_lanes<In, N>(column, r, rows);
    const Mask<N> nan = mask<N>(v != v);
    Lane<T, N> x = __builtin_convertvector(v, Lane<T, N>);
    const Mask<N> missing = nan & absent;
    store(c.scratch + s.values + r * sizeof(T), pick<N>(missing, Lane<T, N>{}, x));
    if (s.missing != kNone) {
      Ctx here = c;
      here.at = r;
      set_slot_missing<N>(here, s, 0, missing);
    }
    if (s.status != kNone) {
      const i32 status = f.nan == kNanValue ? 0 : f.nan == kNanMissing ? KILN_MISSING_REQUIRED : KILN_INVALID_VALUE;
      put_status<N>(c, f, index, r, status_where<N>(nan & ~missing, status));
    }
  }
}

/// Row r of an input's column from a cell, read as score_row reads it. `state`: what is known without reading the cell, kPresent
/// if that is nothing. False if it fails in a column that has no place for that (nullable floats: no number of a matrix can).
INLINE bool column_cell(const Ctx& c, const FieldPlan& f, u32 index, u64 r, const kiln_cell& cell, u32 state) {
  const Slot& s = f.slot;
  u8* values = c.scratch + s.values;
  const auto value = [&](auto& v, auto read) {
    if (state == kMissing) state = absent_cell(f, v);
    else if (state == kPresent) state = read();
  };
  if (f.is_cat || f.elem == kElemI32) {
    i32 v = 0;
    i64 wide = 0;
    value(v, [&] { return f.is_cat ? read_code(c.blob, &f, &cell, &v) : read_i32(f, cell, wide); });
    if (!f.is_cat) v = (i32)wide;
    store(values + r * 4, state == kPresent ? v : 0);
  } else if (f.elem == kElemF64) {
    f64 v = 0;
    value(v, [&] { return read_f64(f, cell, v); });
    store(values + r * 8, state == kPresent ? v : 0);
  } else if (f.elem == kElemF32) {
    f32 v = 0;
    value(v, [&] { return read_f32(f, cell, v); });
    store(values + r * 4, state == kPresent ? v : 0);
  } else if (f.elem == kElemBool) {
    bool v = false;
    value(v, [&] { return read_bool(f, cell, v); });
    values[r] = v && state == kPresent;
  } else {
    i64 v = 0;
    value(v, [&] { return f.elem >= kElemDate ? read_date(f, cell, v) : read_i64(f, cell, v); });
    store(values + r * 8, state == kPresent ? v : 0);
  }
  if (state == kMissing && !f.nullable) state = KILN_MISSING_REQUIRED;   // NaN that counts as missing
  if (s.missing != kNone) set_bit(c.scratch + s.missing, r, state == kMissing);
  if (s.status != kNone) put_status<1>(c, f, index, r, state > kMissing ? (i32)state : 0);
  return state <= kMissing || s.status != kNone;
}

/// Anything else, element by element. Text travels as codes.
template <class In> INLINE void load_checked(const Ctx& c, const FieldPlan& f, u32 index, StridedColumn column, u64 rows, u64 padded) {
  NOUNROLL for (u64 r = 0; r < padded; r++) {
    const f64 x = (f64)load<In>(column.first + (i64)(r < rows ? r : rows - 1) * column.row_bytes);
    kiln_cell cell;
    cell.as.number = x, cell.length = 0, cell.kind = KILN_NUMBER;
    u32 state = kPresent;
    if (x != x && f.nullable) {
      state = kMissing;
    } else if (f.is_cat && f.elem == kElemStr) {
      if (!integral(x)) state = x != x && f.nan != kNanValue ? nan_state(f) : (u32)KILN_TYPE_MISMATCH;
      else cell.as.integer = (i64)x, cell.kind = KILN_CODE;
    }
    column_cell(c, f, index, r, cell, state);
  }
}
/// Free text has no column, and an absent column no elements: missing in every row.
INLINE void load_missing(const Ctx& c, const FieldPlan& f, u32 index, u64 padded) {
  const Slot& s = f.slot;
  const u64 size = f.elem == kElemStr && !f.is_cat ? 16 : 8;
  const bool narrow = f.is_cat || f.elem == kElemF32 || f.elem == kElemI32;
  u8* values = c.scratch + s.values;
  NOUNROLL for (u64 r = 0; r < padded; r++) {
    if (f.elem == kElemBool && !f.is_cat) values[r] = 0;
    else if (f.blank && f.elem == kElemF64) store(values + r * 8, (f64)__builtin_nan(""));
    else if (f.blank && f.elem == kElemF32) store(values + r * 4, __builtin_nanf(""));
    else if (narrow) store(values + r * 4, (i32)0);
    else if (size == 16) store(values + r * 16, (u64)0), store(values + r * 16 + 8, (u64)0);
    else store(values + r * 8, (i64)0);
    if (s.missing != kNone) set_bit(c.scratch + s.missing, r, f.nullable != 0);
    if (s.status != kNone) put_status<1>(c, f, index, r, f.nullable || f.blank ? 0 : (i32)KILN_MISSING_REQUIRED);
  }
}
template <class In> TIER_OUTLINE void load_column(const Ctx& c, const FieldPlan& f, u32 index, StridedColumn column, u64 rows, u64 padded) {
  if (column.first == nullptr) load_missing(c, f, index, padded);
  else if (!f.is_cat && f.elem == kElemF64) load_numbers<In, f64>(c, f, index, column, rows);
  else if (!f.is_cat && f.elem == kElemF32) load_numbers<In, f32>(c, f, index, column, rows);
  else load_checked<In>(c, f, index, column, rows, padded);
}

/// Whether every row of the block has a result.
INLINE bool all_have_results(const Ctx& c, u64 rows) {
  u32 bits = 0;
  NOUNROLL for (u64 r = 0; r < rows; r++) bits |= c.status[r].bits;
  return (bits & KILN_NO_RESULT) == 0;
}
INLINE bool none_missing(const u8* missing, u64 rows) {
  u8 bits = 0;
  NOUNROLL for (u64 i = 0; i < rows / 8; i++) bits |= missing[i];
  if (rows % 8 != 0) bits |= (u8)(missing[rows / 8] << (8 - rows % 8));
  return bits == 0;
}
template <class T, class Out> INLINE void store_numbers(const u8* values, u8* to, i64 row_bytes, u64 rows) {
  NOUNROLL for (u64 r = 0; r < rows; r++) store(to + (i64)r * row_bytes, (Out)(f64)load<T>(values + r * sizeof(T)));
}
/// Row r of a column as a number; false if its label is none.
INLINE bool column_number(const Ctx& c, const FieldPlan& f, u64 r, f64& v) {
  const u8* values = c.scratch + f.slot.values;
  if (f.is_cat) {
    const i32 code = load<i32>(values + r * 4);
    v = code;
    if (f.elem == kElemStr) return true;
    const bool known = (u32)code < f.label_count;
    const u8* label = c.blob + f.labels + 8ull * (known ? (u32)code : 0);
    v = f.elem == kElemF64 || f.elem == kElemF32 ? load<f64>(label) : (f64)load<i64>(label);
    return known;
  }
  if (f.elem == kElemF64) v = load<f64>(values + r * 8);
  else if (f.elem == kElemF32) v = (f64)load<f32>(values + r * 4);
  else if (f.elem == kElemI32) v = load<i32>(values + r * 4);
  else if (f.elem == kElemBool) v = values[r];
  else v = (f64)load<i64>(values + r * 8);
  return true;
}
/// Column `index` of `columns` to the caller's matrix, from row `base` on. `all`: every row has a result.
template <class Out>
INLINE void store_column(const Ctx& c, const FieldPlan& f, u32 index, u32 columns, const kiln_matrix& out, u64 base, u64 rows, bool all) {
  const Slot& s = f.slot;
  u8* to = (u8*)out.data + (i64)base * out.row_bytes + index * sizeof(Out);
  if (all && !out.validity && !f.is_cat && s.count != 0 && none_missing(c.scratch + s.missing, rows)) {   // the common case
    const u8* values = c.scratch + s.values;
    if (f.elem == kElemF64) return store_numbers<f64, Out>(values, to, out.row_bytes, rows);
    if (f.elem == kElemF32) return store_numbers<f32, Out>(values, to, out.row_bytes, rows);
    if (f.elem == kElemI64) return store_numbers<i64, Out>(values, to, out.row_bytes, rows);
  }
  NOUNROLL for (u64 r = 0; r < rows; r++) {
    bool valid = s.count != 0 && !(c.status[r].bits & KILN_NO_RESULT) && !((c.scratch[s.missing + r / 8] >> (r & 7)) & 1);
    f64 v = 0;
    if (valid) valid = column_number(c, f, r, v);
    store(to + (i64)r * out.row_bytes, valid ? (Out)v : (Out)__builtin_nan(""));
    if (out.validity) set_bit(out.validity, (base + r) * columns + index, valid);
  }
}

}  // namespace kiln::kernel

// Blocks of the caller's matrix into the columns of a block, and back. In and Out are what a matrix holds: doubles and floats, and, where
// no field needs more, integers of eight and four bytes.
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

/// Rows are read and stored in groups of so many on every tier: columns have room for them.
enum : u64 { kMatrixRows = 8 };
template <class In> using MatrixLanes = Lane<In, kMatrixRows>;

/// A group of rows of a column from r on; those beyond `rows` repeat the last.
template <class In> INLINE MatrixLanes<In> load_lanes(StridedColumn column, u64 r, u64 rows) {
  MatrixLanes<In> v;
  if (__builtin_expect(r + kMatrixRows <= rows, 1)) {
    const u8* p = column.first + (i64)r * column.row_bytes;
    if (column.row_bytes == sizeof(In)) return load<MatrixLanes<In>>(p);
    UNROLL for (u64 i = 0; i < kMatrixRows; i++) v[i] = load<In>(p + (i64)i * column.row_bytes);
  } else {
    UNROLL for (u64 i = 0; i < kMatrixRows; i++) v[i] = load<In>(column.first + (i64)(r + i < rows ? r + i : rows - 1) * column.row_bytes);
  }
  return v;
}

INLINE void clear_statuses(const Ctx& c, const FieldPlan& f, u64 r, u64 rows) {
  if (f.slot.status == kNone || f.joins) return;   // joins: the tensor's first column has
  NOUNROLL for (; r < rows; r += kMatrixRows) store(c.scratch + f.slot.status + r * 4, MatrixLanes<i32>{});
}
/// Into a column of f64, or f32: which is asked for each group, so that a scorer holds the loops around this once.
template <class In> INLINE void put_all(u8* values, bool wide, u64 r, MatrixLanes<In> v) {
  if (wide) store(values + r * 8, __builtin_convertvector(v, MatrixLanes<f64>));
  else store(values + r * 4, __builtin_convertvector(v, MatrixLanes<f32>));
}
/// Numbers of a group of rows, which need no check but for NaN.
template <class In> INLINE void put_numbers(const Ctx& c, const FieldPlan& f, u32 index, u64 r, MatrixLanes<In> v) {
  enum { N = kMatrixRows };
  const Slot& s = f.slot;
  const Mask<N> nan = mask<N>(v != v), missing = nan & splat<i64, N>(-(i64)(s.missing != kNone && f.nullable));
  put_all<In>(c.scratch + s.values, f.elem == kElemF64, r, pick<N>(missing, Lane<In, N>{}, v));
  if (s.missing != kNone) {
    Ctx here = c;
    here.at = r;
    set_slot_missing<N>(here, s, 0, missing);
  }
  if (s.status == kNone) return;
  const i32 status = f.nan == kNanValue ? 0 : f.nan == kNanMissing ? KILN_MISSING_REQUIRED : KILN_INVALID_VALUE;
  put_status<N>(c, f, index, r, status_where<N>(nan & ~missing, status));
}
template <class In> INLINE void load_some_numbers(const Ctx& c, const FieldPlan& f, u32 index, StridedColumn column, u64 r, u64 rows) {
  NOUNROLL for (; r < rows; r += kMatrixRows) put_numbers<In>(c, f, index, r, load_lanes<In>(column, r, rows));
}
KILN_TIER_PART(load_some_f64)(const Ctx& c, const FieldPlan& f, u32 index, StridedColumn column, u64 r, u64 rows) {
  load_some_numbers<f64>(c, f, index, column, r, rows);
}
KILN_TIER_PART(load_some_f32)(const Ctx& c, const FieldPlan& f, u32 index, StridedColumn column, u64 r, u64 rows) {
  load_some_numbers<f32>(c, f, index, column, r, rows);
}
/// From row `r` on.
template <class In>
TIER_OUTLINE void load_numbers(const Ctx& c, const FieldPlan& f, u32 index, StridedColumn column, u64 r, u64 rows) {
  if (!takes_all(f)) return (sizeof(In) == 8 ? KILN_PART_OF_TIER(load_some_f64) : KILN_PART_OF_TIER(load_some_f32))(c, f, index, column, r, rows);
  clear_statuses(c, f, r, rows);
  NOUNROLL for (; r < rows; r += kMatrixRows) put_all<In>(c.scratch + f.slot.values, f.elem == kElemF64, r, load_lanes<In>(column, r, rows));
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
    value(v, [&] { return f.is_cat ? kiln_read_code(c.blob, &f, &cell, &v) : read_i32(f, cell, wide); });
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

/// Whether all of a group of rows are whole numbers from least to most.
template <class In> INLINE bool all_whole(MatrixLanes<In> v, i64 least, i64 most) {
  if constexpr (kIsFloat<In>) {
    const MatrixLanes<f64> x = __builtin_convertvector(v, MatrixLanes<f64>);
    const f64 top = most < (1ll << 53) ? (f64)most : 0x1.fffffffffffffp62;   // the greatest double below 2^63
    return __builtin_reduce_and((__builtin_elementwise_trunc(x) == x) & (x >= (f64)least) & (x <= top)) != 0;
  } else {
    const MatrixLanes<i64> x = __builtin_convertvector(v, MatrixLanes<i64>);
    return __builtin_reduce_and((x >= least) & (x <= most)) != 0;
  }
}
/// Such numbers as integers: those of up to four bytes have an instruction on every processor.
template <class T, class In> INLINE MatrixLanes<T> as_whole(MatrixLanes<In> v) {
  if constexpr (!kIsFloat<In>) return __builtin_convertvector(v, MatrixLanes<T>);
  else if constexpr (sizeof(T) == 8) return whole_to_i64<kMatrixRows>(__builtin_convertvector(v, MatrixLanes<f64>));
  else return __builtin_convertvector(__builtin_convertvector(v, MatrixLanes<f64>), MatrixLanes<T>);
}
/// What whole numbers, codes and truth values a field holds, and in how many bytes; 0: it holds others.
struct WholeField {
  i64 least, most;
  u32 bytes;
};
INLINE WholeField whole_field(const FieldPlan& f) {
  const bool code = f.is_cat && f.elem == kElemStr, truth = f.elem == kElemBool, narrow = code || f.elem == kElemI32;
  if (f.is_cat ? !code : f.elem != kElemI32 && f.elem != kElemI64 && !truth) return {0, 0, 0};
  const i64 most = code ? (i64)f.label_count - 1 : truth ? 1 : narrow ? 0x7fffffff : 0x7fffffffffffffff;
  return {code || truth ? 0 : -most - 1, most, truth ? 1u : narrow ? 4u : 8u};
}
/// A group of rows that the field holds all, as nearly every group's; false: nothing is done.
template <class In> INLINE bool put_whole(const Ctx& c, const FieldPlan& f, const WholeField& w, u64 r, MatrixLanes<In> v) {
  if (w.bytes == 0 || !all_whole<In>(v, w.least, w.most)) return false;
  const Slot& s = f.slot;
  if (w.bytes == 1) store(c.scratch + s.values + r, as_whole<i8, In>(v));
  else if (w.bytes == 4) store(c.scratch + s.values + r * 4, as_whole<i32, In>(v));
  else store(c.scratch + s.values + r * 8, as_whole<i64, In>(v));
  if (s.missing != kNone) c.scratch[s.missing + r / 8] = 0;
  if (s.status != kNone && !f.joins) store(c.scratch + s.status + r * 4, MatrixLanes<i32>{});
  return true;
}
/// Anything else, element by element. Text travels as codes.
INLINE void load_element(const Ctx& c, const FieldPlan& f, u32 index, u64 r, f64 x) {
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
INLINE void load_element(const Ctx& c, const FieldPlan& f, u32 index, u64 r, i64 x) {
  kiln_cell cell;
  cell.as.integer = x, cell.length = 0, cell.kind = f.is_cat && f.elem == kElemStr ? KILN_CODE : KILN_INTEGER;
  column_cell(c, f, index, r, cell, kPresent);
}
OUTLINE void put_elements(const Ctx& c, const FieldPlan& f, u32 index, u64 r, const f64* elements, u64 padded) {
  NOUNROLL for (u64 i = 0; i < kMatrixRows && r + i < padded; i++) load_element(c, f, index, r + i, elements[i]);
}
OUTLINE void put_integers(const Ctx& c, const FieldPlan& f, u32 index, u64 r, const i64* elements, u64 padded) {
  NOUNROLL for (u64 i = 0; i < kMatrixRows && r + i < padded; i++) load_element(c, f, index, r + i, elements[i]);
}
template <class In> INLINE void put_checked(const Ctx& c, const FieldPlan& f, const WholeField& w, u32 index, u64 r, MatrixLanes<In> v, u64 padded) {
  if (put_whole<In>(c, f, w, r, v)) return;
  if constexpr (kIsFloat<In>) {
    alignas(64) f64 elements[kMatrixRows];
    store(elements, __builtin_convertvector(v, MatrixLanes<f64>));
    put_elements(c, f, index, r, elements, padded);
  } else {
    alignas(64) i64 elements[kMatrixRows];
    store(elements, __builtin_convertvector(v, MatrixLanes<i64>));
    put_integers(c, f, index, r, elements, padded);
  }
}
/// From row `r` on.
template <class In> INLINE void load_checked(const Ctx& c, const FieldPlan& f, u32 index, StridedColumn column, u64 r, u64 rows, u64 padded) {
  const WholeField w = whole_field(f);
  NOUNROLL for (; r < padded; r += kMatrixRows) put_checked<In>(c, f, w, index, r, load_lanes<In>(column, r, rows), padded);
}
KILN_TIER_PART(load_checked_f64)(const Ctx& c, const FieldPlan& f, u32 index, StridedColumn column, u64 r, u64 rows, u64 padded) {
  load_checked<f64>(c, f, index, column, r, rows, padded);
}
KILN_TIER_PART(load_checked_f32)(const Ctx& c, const FieldPlan& f, u32 index, StridedColumn column, u64 r, u64 rows, u64 padded) {
  load_checked<f32>(c, f, index, column, r, rows, padded);
}
/// Free text has no column, and an absent column no elements: missing in every row.
OUTLINE void load_missing(const Ctx& c, const FieldPlan& f, u32 index, u64 padded) {
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
/// Whether the elements of a matrix go into the field's column without any check.
template <class M> INLINE bool takes_elements(const FieldPlan& f) {
  if constexpr (kIsFloat<M>) return is_number(f) && takes_all(f);
  else return !f.is_cat && f.elem == (sizeof(M) == 8 ? kElemI64 : kElemI32) && f.slot.missing == kNone;
}
/// From row `r` on.
template <class In> TIER_OUTLINE void load_column(const Ctx& c, const FieldPlan& f, u32 index, StridedColumn column, u64 r, u64 rows, u64 padded) {
  if (column.first == nullptr) load_missing(c, f, index, padded);
  else if constexpr (!kIsFloat<In>) load_checked<In>(c, f, index, column, r, rows, padded);   // no field is a float
  else if (!is_number(f)) (sizeof(In) == 8 ? KILN_PART_OF_TIER(load_checked_f64) : KILN_PART_OF_TIER(load_checked_f32))(c, f, index, column, r, rows, padded);
  else load_numbers<In>(c, f, index, column, r, rows);
}

// ---- columns that stand side by side in the rows: 16 bytes of each row at a time are turned into columns in registers
template <class In> constexpr u32 kBeside = 16 / sizeof(In);   ///< columns in 16 bytes
/// What elements that are only moved, move as: integers share the code of floats of their size.
template <class M> struct MovedAs { typedef f32 type; };
template <> struct MovedAs<f64> { typedef f64 type; };
template <> struct MovedAs<i64> { typedef f64 type; };
template <class M> using Moved = typename MovedAs<M>::type;
enum : u64 { kTurnedRows = 64 };                               ///< of those that are turned first, and then read or made one by one
INLINE void turn(const MatrixLanes<f32>* rows, MatrixLanes<f32>* columns) {   // of each four rows, those of the same place
  const MatrixLanes<f32> a = __builtin_shufflevector(rows[0], rows[1], 0, 8, 1, 9, 4, 12, 5, 13),
                         b = __builtin_shufflevector(rows[2], rows[3], 0, 8, 1, 9, 4, 12, 5, 13),
                         c = __builtin_shufflevector(rows[0], rows[1], 2, 10, 3, 11, 6, 14, 7, 15),
                         d = __builtin_shufflevector(rows[2], rows[3], 2, 10, 3, 11, 6, 14, 7, 15);
  columns[0] = __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13), columns[1] = __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
  columns[2] = __builtin_shufflevector(c, d, 0, 1, 8, 9, 4, 5, 12, 13), columns[3] = __builtin_shufflevector(c, d, 2, 3, 10, 11, 6, 7, 14, 15);
}
INLINE void turn(const MatrixLanes<f64>* rows, MatrixLanes<f64>* columns) {   // of each two rows
  columns[0] = __builtin_shufflevector(rows[0], rows[1], 0, 8, 2, 10, 4, 12, 6, 14);
  columns[1] = __builtin_shufflevector(rows[0], rows[1], 1, 9, 3, 11, 5, 13, 7, 15);
}
template <class In> INLINE void load_beside(StridedColumn first, u64 r, MatrixLanes<In>* columns) {
  enum { K = kBeside<In> };
  MatrixLanes<In> rows[K];
  UNROLL for (u64 i = 0; i < kMatrixRows; i++)
    __builtin_memcpy((u8*)&rows[i % K] + i / K * 16, first.first + (i64)(r + i) * first.row_bytes, 16);
  turn(rows, columns);
}
/// How many of `rows` rows may be read by 16 bytes where `count` columns are wanted: what is read beside them must lie between wanted elements of
/// the matrix, and near them, so that it can be read at all.
template <class In> INLINE u64 rows_beside(StridedColumn first, u32 count, u64 rows) {
  if (count == kBeside<In>) return rows;
  if (first.row_bytes <= 0 || first.row_bytes >= 4096) return 0;
  const u64 beyond = 16 - count * sizeof(In), row = (u64)first.row_bytes, last = (beyond + row - 1) / row;
  return rows > last ? rows - last : 0;
}
/// Whole groups of rows before `whole` into columns of T, without a check. The first column is read; where another is not, its place is
/// the first's, which is stored last.
template <class In, class T> TIER_OUTLINE void turn_columns(u8* const* places, StridedColumn first, u64 whole) {
  u8* values[kBeside<In>];
  UNROLL for (u32 k = 0; k < kBeside<In>; k++) values[k] = places[k];
  NOUNROLL for (u64 r = 0; r < whole; r += kMatrixRows) {
    MatrixLanes<In> columns[kBeside<In>];
    load_beside<In>(first, r, columns);
    UNROLL for (u32 k = kBeside<In>; k-- > 0;) store(values[k] + r * sizeof(T), __builtin_convertvector(columns[k], MatrixLanes<T>));
  }
}
/// Whole groups of rows before `whole`: of `count` fields whose columns stand side by side from the first on.
template <class In>
INLINE void put_beside(const Ctx& c, const FieldPlan* fields, u32 index, u32 count, StridedColumn first, u64 whole) {
  u8* values[kBeside<In>];
  bool all = true;
  NOUNROLL for (u32 k = 0; k < kBeside<In>; k++) {
    const bool read = k < count && fields[k].slot.count != 0;
    values[k] = c.scratch + fields[read ? k : 0].slot.values;
    all = all && (!read || (takes_elements<In>(fields[k]) && fields[k].elem == fields[0].elem));
  }
  if (all) {
    NOUNROLL for (u32 k = 0; k < count; k++) if (fields[k].slot.count != 0) clear_statuses(c, fields[k], 0, whole);
    if constexpr (!kIsFloat<In>) turn_columns<Moved<In>, Moved<In>>(values, first, whole);
    else if (fields[0].elem == kElemF64) turn_columns<In, f64>(values, first, whole);
    else turn_columns<In, f32>(values, first, whole);
    return;
  }
  alignas(64) In turned[kBeside<In>][kTurnedRows];
  u8* places[kBeside<In>];
  UNROLL for (u32 k = 0; k < kBeside<In>; k++) places[k] = (u8*)turned[k];
  NOUNROLL for (u64 r = 0; r < whole; r += kTurnedRows) {
    const u64 rows = whole - r < kTurnedRows ? whole - r : kTurnedRows;
    turn_columns<Moved<In>, Moved<In>>(places, {first.first + (i64)r * first.row_bytes, first.row_bytes}, rows);
    NOUNROLL for (u32 k = 0; k < count; k++)
      if (fields[k].slot.count != 0) load_column<In>(c, fields[k], index + k, {places[k] - r * sizeof(In), sizeof(In)}, r, r + rows, r + rows);
  }
}
/// `given`: rows of the matrix from the block's first on.
template <class In>
TIER_OUTLINE void load_columns_beside(const Ctx& c, const FieldPlan* fields, u32 index, u32 count, StridedColumn first, u64 rows, u64 given, u64 padded) {
  const u64 beside = rows_beside<In>(first, count, given), whole = (beside < rows ? beside : rows) & ~(kMatrixRows - 1);
  put_beside<In>(c, fields, index, count, first, whole);
  if (whole == rows && rows == padded) return;
  NOUNROLL for (u32 k = 0; k < count; k++)
    if (fields[k].slot.count != 0)   // the rows that are left
      load_column<In>(c, fields[k], index + k, {first.first + k * sizeof(In), first.row_bytes}, whole, rows, padded);
}

/// A tensor of T whose columns stand side by side in the rows and one after the other in scratch (ScorerPlan::tensor): whole groups of rows before `whole`.
template <class T> TIER_OUTLINE void turn_tensor(u8* values, u64 pitch, StridedColumn first, u32 count, u64 whole) {
  enum { K = kBeside<T> };
  NOUNROLL for (u64 r = 0; r < whole; r += kMatrixRows)
    NOUNROLL for (u32 k = 0; k < count; k += K) {
      if (k + K > count) k = count - K;   // some once more
      MatrixLanes<T> columns[K];
      load_beside<T>({first.first + k * sizeof(T), first.row_bytes}, r, columns);
      UNROLL for (u32 j = 0; j < K; j++) store(values + ((k + j) * pitch + r) * sizeof(T), columns[j]);
    }
}
template <class T> INLINE void load_tensor(const Ctx& c, const FieldPlan* fields, u32 count, StridedColumn first, u64 rows, u64 padded) {
  const Slot& s = fields[0].slot;
  const u64 whole = rows & ~(kMatrixRows - 1);
  turn_tensor<T>(c.scratch + s.values, s.pitch, first, count, whole);
  if (whole == rows && rows == padded) return;
  NOUNROLL for (u32 k = 0; k < count; k++)   // the rows that are left
    load_column<T>(c, fields[k], k, {first.first + k * sizeof(T), first.row_bytes}, whole, rows, padded);
}
/// Of the inputs from `index` on: how many can be read together. Those that nothing reads may stand between others.
template <class In> INLINE u32 beside(const FieldPlan* fields, const i32* columns, u32 index, u32 count) {
  u32 n = 1, wanted = 1;
  if (columns[index] < 0) return 1;
  NOUNROLL for (; n < kBeside<In> && index + n < count && columns[index + n] == columns[index] + (i32)n; n++)
    if (fields[index + n].slot.count != 0) wanted = n + 1;
  return wanted;
}
/// Rows of a block begin with neither failure nor note; and whether all have a result in the end. Groups of rows: there is room.
INLINE void open_statuses(kiln_status* status, u64 rows) {
  const kiln_status open = {0, 0xffff, 0xffff};
  NOUNROLL for (u64 r = 0; r < rows; r += kMatrixRows) store(status + r, splat<u64, kMatrixRows>(__builtin_bit_cast(u64, open)));
}
INLINE bool all_have_results(const Ctx& c, u64 rows) {
  MatrixLanes<u64> bits{};
  NOUNROLL for (u64 r = 0; r < rows; r += kMatrixRows) bits |= load<MatrixLanes<u64>>(c.status + r);
  const u64 any = __builtin_reduce_or(bits);
  return (__builtin_bit_cast(kiln_status, any).bits & KILN_NO_RESULT) == 0;
}
template <class Out, class T> INLINE Lane<Out, kMatrixRows> as_out(MatrixLanes<T> v) {
  if constexpr (sizeof(T) == 8 && !kIsFloat<T> && kIsFloat<Out>) return __builtin_convertvector(i64_to_f64<kMatrixRows>(v), MatrixLanes<Out>);
  else return __builtin_convertvector(v, MatrixLanes<Out>);
}
/// Row r of a column as a number, V f64 or i64 (of what is no float); false if its label is none.
template <class V> INLINE bool column_number(const Ctx& c, const FieldPlan& f, u64 r, V& v) {
  const u8* values = c.scratch + f.slot.values;
  if (f.is_cat) {
    const i32 code = load<i32>(values + r * 4);
    v = code;
    if (f.elem == kElemStr) return true;
    const bool known = (u32)code < f.label_count;
    const u8* label = c.blob + f.labels + 8ull * (known ? (u32)code : 0);
    v = kIsFloat<V> && (f.elem == kElemF64 || f.elem == kElemF32) ? (V)load<f64>(label) : (V)load<i64>(label);
    return known;
  }
  if (kIsFloat<V> && f.elem == kElemF64) v = (V)load<f64>(values + r * 8);
  else if (kIsFloat<V> && f.elem == kElemF32) v = (V)load<f32>(values + r * 4);
  else if (f.elem == kElemI32) v = load<i32>(values + r * 4);
  else if (f.elem == kElemBool) v = values[r];
  else v = (V)load<i64>(values + r * 8);
  return true;
}
/// What stands for a missing value: NaN, or the least integer.
template <class Out> constexpr Out kNoNumber = kIsFloat<Out> ? (Out)__builtin_nan("") : (Out)(1ull << (sizeof(Out) * 8 - 1));
/// A group of rows of column `index` of `columns` to the caller's matrix, from row r of the block on, which is its row `base`.
OUTLINE void store_elements(const Ctx& c, const FieldPlan& f, u32 index, u32 columns, const kiln_matrix& out, u64 base, u64 r) {
  const Slot& s = f.slot;
  const bool whole = out.type >= KILN_I64;
  NOUNROLL for (const u64 end = r + kMatrixRows < c.rows ? r + kMatrixRows : c.rows; r < end; r++) {
    bool valid = s.count != 0 && !(c.status[r].bits & KILN_NO_RESULT) && !((c.scratch[s.missing + r / 8] >> (r & 7)) & 1);
    f64 v = 0;
    i64 n = 0;
    if (valid) valid = whole ? column_number(c, f, r, n) : column_number(c, f, r, v);
    u8* to = (u8*)out.data + (i64)(base + r) * out.row_bytes;
    if (out.type == KILN_F64) store(to + index * 8ull, valid ? v : kNoNumber<f64>);
    else if (out.type == KILN_F32) store(to + index * 4ull, valid ? (f32)v : kNoNumber<f32>);
    else if (out.type == KILN_I64) store(to + index * 8ull, valid ? n : kNoNumber<i64>);
    else store(to + index * 4ull, valid ? (i32)n : kNoNumber<i32>);
    if (out.validity) set_bit(out.validity, (base + r) * columns + index, valid);
  }
}
template <class Out> INLINE Out label_number(const u8* label, bool is_float) {
  if constexpr (!kIsFloat<Out>) return (Out)load<i64>(label);
  else return is_float ? (Out)load<f64>(label) : (Out)(f64)load<i64>(label);
}
/// A group of rows of a column as numbers, from r on; false if one of them has no label.
template <class Out> INLINE bool present_numbers(const Ctx& c, const FieldPlan& f, u64 r, MatrixLanes<Out>& v) {
  const u8* values = c.scratch + f.slot.values;
  if (f.is_cat && f.elem != kElemStr) {
    const MatrixLanes<u32> code = load<MatrixLanes<u32>>(values + r * 4);
    if (__builtin_reduce_max(code) >= f.label_count) return false;
    const u8* labels = c.blob + f.labels;
    UNROLL for (u64 i = 0; i < kMatrixRows; i++) v[i] = label_number<Out>(labels + 8ull * code[i], f.elem == kElemF64 || f.elem == kElemF32);
    return true;
  }
  if (f.is_cat || f.elem == kElemI32) v = as_out<Out, i32>(load<MatrixLanes<i32>>(values + r * 4));
  else if (kIsFloat<Out> && f.elem == kElemF64) v = as_out<Out, f64>(load<MatrixLanes<f64>>(values + r * 8));
  else if (kIsFloat<Out> && f.elem == kElemF32) v = as_out<Out, f32>(load<MatrixLanes<f32>>(values + r * 4));
  else if (f.elem == kElemBool) v = as_out<Out, i8>(load<MatrixLanes<i8>>(values + r));
  else v = as_out<Out, i64>(load<MatrixLanes<i64>>(values + r * 8));
  return true;
}
/// The same, and kNoNumber where a value is missing, or no number.
template <class Out> INLINE bool column_numbers(const Ctx& c, const FieldPlan& f, u64 r, MatrixLanes<Out>& v) {
  const MatrixLanes<Out> none = kNoNumber<Out> - MatrixLanes<Out>{};
  v = none;
  if (f.slot.count == 0) return true;
  const u32 missing = c.scratch[f.slot.missing + r / 8];
  if (missing == 0xff) return true;
  if (!present_numbers<Out>(c, f, r, v)) return false;
  if (__builtin_expect(missing != 0, 0)) UNROLL for (u64 i = 0; i < kMatrixRows; i++) v[i] = (missing >> i) & 1 ? none[i] : v[i];
  return true;
}
INLINE bool none_missing(const u8* missing, u64 rows) {
  u64 words = 0, i = 0;
  NOUNROLL for (; i + 8 <= rows / 8; i += 8) words |= load<u64>(missing + i);
  u8 bits = words != 0;
  NOUNROLL for (; i < rows / 8; i++) bits |= missing[i];
  if (rows % 8 != 0) bits |= (u8)(missing[rows / 8] << (8 - rows % 8));
  return bits == 0;
}
/// Part of each of eight rows: `from` + 16 i bytes on, of those that `turn` makes.
template <class Part, class Out> INLINE void store_parts(const MatrixLanes<Out>* rows, u32 from, u8* to, i64 row_bytes) {
  enum { K = kBeside<Out> };
  UNROLL for (u64 i = 0; i < kMatrixRows; i++) store(to + (i64)i * row_bytes + from, load<Part>((const u8*)&rows[i % K] + i / K * 16 + from));
}
/// Eight rows of columns that stand side by side.
template <class Out> INLINE void store_turned(const MatrixLanes<Out>* columns, u32 count, u8* to, i64 row_bytes) {
  if (count == 1 && row_bytes == sizeof(Out)) return store(to, columns[0]);
  MatrixLanes<Out> rows[kBeside<Out>];
  turn(columns, rows);
  const u32 bytes = count * sizeof(Out);   // fewer than 16
  if (bytes >= 8) store_parts<f64, Out>(rows, 0, to, row_bytes);   // floats: no register of integers between
  if (bytes % 8 != 0) store_parts<f32, Out>(rows, bytes & 8, to, row_bytes);
}
/// Columns of 16 bytes of a row: whole groups of rows before `whole`, from the first on.
template <class T, class Out> TIER_OUTLINE void store_sixteens(const u8* const* places, u8* to, i64 row_bytes, u64 whole) {
  enum { K = kBeside<Out> };
  const u8* values[K];
  UNROLL for (u32 k = 0; k < K; k++) values[k] = places[k];
  NOUNROLL for (u64 r = 0; r < whole; r += kMatrixRows, to += (i64)kMatrixRows * row_bytes) {
    MatrixLanes<Out> columns[K], rows[K];
    UNROLL for (u32 k = 0; k < K; k++) columns[k] = as_out<Out, T>(load<MatrixLanes<T>>(values[k] + r * sizeof(T)));
    turn(columns, rows);
    store_parts<Lane<u64, 2>, Out>(rows, 0, to, row_bytes);
  }
}
/// Whole groups of rows before `whole` of floats that need no check. Where there are fewer columns than in 16 bytes, their places are the first's.
template <class T, class Out>
TIER_OUTLINE void store_floats(const u8* const* places, u32 count, u8* to, i64 row_bytes, u64 whole) {
  enum { K = kBeside<Out> };
  if (count == K) return store_sixteens<T, Out>(places, to, row_bytes, whole);
  u64 r = 0;
  if (count > 1 && row_bytes == (i64)(count * sizeof(Out)) && whole > kMatrixRows) {   // what is written beyond a row is written again with the next one
    r = whole - kMatrixRows;
    store_sixteens<T, Out>(places, to, row_bytes, r);
    to += (i64)r * row_bytes;
  }
  const u8* values[K];
  UNROLL for (u32 k = 0; k < K; k++) values[k] = places[k];
  NOUNROLL for (; r < whole; r += kMatrixRows, to += (i64)kMatrixRows * row_bytes) {
    MatrixLanes<Out> columns[K];
    UNROLL for (u32 k = 0; k < K; k++) columns[k] = as_out<Out, T>(load<MatrixLanes<T>>(values[k] + r * sizeof(T)));
    store_turned<Out>(columns, count, to, row_bytes);
  }
}
KILN_TIER_PART(store_f64_as_f32)(const u8* const* places, u32 count, u8* to, i64 row_bytes, u64 whole) {
  store_floats<f64, f32>(places, count, to, row_bytes, whole);
}
KILN_TIER_PART(store_f32_as_f64)(const u8* const* places, u32 count, u8* to, i64 row_bytes, u64 whole) {
  store_floats<f32, f64>(places, count, to, row_bytes, whole);
}
/// Whole groups of rows of a column as numbers, up to the first with one that has no label. Returns how many rows.
template <class Out> TIER_OUTLINE u64 numbers_of(const Ctx& c, const FieldPlan& f, u64 r, u64 rows, Out* to) {
  u64 i = 0;
  NOUNROLL for (MatrixLanes<Out> v; i < rows && column_numbers<Out>(c, f, r + i, v); i += kMatrixRows) store(to + i, v);
  return i;
}
/// Whether a column's values stand in a matrix as they are, or as floats of another size.
template <class Out> INLINE bool gives_elements(const FieldPlan& f) {
  if constexpr (kIsFloat<Out>) return is_number(f);
  else return !f.is_cat && (sizeof(Out) == 4 ? f.elem == kElemI32 : f.elem == kElemI64 || f.elem >= kElemDate);
}
/// `count` columns that stand side by side, 16 bytes of a row at most, to the caller's matrix of `columns`, from its row `base` on.
/// `all`: every row has a result.
template <class Out>
TIER_OUTLINE void store_beside(const Ctx& c, const FieldPlan* fields, u32 index, u32 count, u32 columns, const kiln_matrix& out, u64 base, bool all) {
  u8* to = (u8*)out.data + (i64)base * out.row_bytes + index * sizeof(Out);
  const u64 rows = c.rows;
  const i64 row_bytes = out.row_bytes;
  const bool checked = !all || out.validity != nullptr;
  bool moved = !checked;
  const u8* values[kBeside<Out>];
  NOUNROLL for (u32 k = 0; k < kBeside<Out>; k++) {
    const FieldPlan& f = fields[k < count ? k : 0];
    moved = moved && gives_elements<Out>(f) && f.elem == fields[0].elem && f.slot.count != 0 && none_missing(c.scratch + f.slot.missing, rows);
    values[k] = c.scratch + f.slot.values;
  }
  u64 r = 0;
  if (moved) {
    r = rows & ~(kMatrixRows - 1);
    if constexpr (!kIsFloat<Out>) store_floats<Moved<Out>, Moved<Out>>(values, count, to, row_bytes, r);
    else if (fields[0].elem == (sizeof(Out) == 8 ? kElemF64 : kElemF32)) store_floats<Out, Out>(values, count, to, row_bytes, r);
    else (sizeof(Out) == 8 ? KILN_PART_OF_TIER(store_f32_as_f64) : KILN_PART_OF_TIER(store_f64_as_f32))(values, count, to, row_bytes, r);
  }
  alignas(64) Out turned[kBeside<Out>][kTurnedRows];
  UNROLL for (u32 k = 0; k < kBeside<Out>; k++) values[k] = (const u8*)turned[k < count ? k : 0];
  NOUNROLL while (r < rows) {
    u64 groups = checked ? 0 : (rows - r < kTurnedRows ? rows - r : kTurnedRows) & ~(kMatrixRows - 1);
    NOUNROLL for (u32 k = 0; k < count && groups != 0; k++) groups = numbers_of<Out>(c, fields[k], r, groups, turned[k]);
    store_floats<Moved<Out>, Moved<Out>>(values, count, to + (i64)r * row_bytes, row_bytes, groups);
    r += groups;
    if (groups == kTurnedRows || r >= rows) continue;
    NOUNROLL for (u32 k = 0; k < count; k++) store_elements(c, fields[k], index + k, columns, out, base, r);
    r += kMatrixRows;
  }
}

/// Columns of a tensor that stand one after the other in scratch, which is never missing, to rows of a matrix (ScorerPlan::tensor_out); whole groups.
enum : u64 { kTensorRows = 16 };   // whose columns, and results, stay in the nearest cache
TIER_OUTLINE void store_tensor(const Ctx& c, const Slot& s, u32 size, u32 count, u8* to, i64 row_bytes) {
  const u32 beside = 16 / size;
  NOUNROLL for (u64 r = 0; r < c.rows; r += kTensorRows) {
    const u64 rows = c.rows - r < kTensorRows ? c.rows - r : kTensorRows;
    NOUNROLL for (u32 k = 0; k < count; k += beside) {
      if (k + beside > count) k = count - beside;   // some once more
      const u8* places[4];
      places[0] = c.scratch + s.values + ((u64)k * s.pitch + r) * size;
      NOUNROLL for (u32 j = 1; j < 4; j++) places[j] = places[j - 1] + (u64)s.pitch * size;
      u8* const first = to + (i64)r * row_bytes + (u64)k * size;
      if (size == 8) store_floats<f64, f64>(places, beside, first, row_bytes, rows);
      else store_floats<f32, f32>(places, beside, first, row_bytes, rows);
    }
  }
}

}  // namespace kiln::kernel

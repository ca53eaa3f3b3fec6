// input: a cell of the caller's row, or an element of the caller's matrix, as a value of the pipeline. The rules stand in
// compiler/ir/nodes/input.cpp.
#pragma once
#include "parse.h"
#include "scorer_plan.h"
#include "status.h"
#include "strings.h"

namespace kiln::kernel {

/// What a cell turned out to be: a value, missing, or a cause of failure.
static constexpr u32 kPresent = 0, kMissing = 1;   // other values: a cause bit of kiln_status

INLINE u32 nan_state(const FieldPlan& f) {
  return f.nan == kNanValue ? kPresent : f.nan == kNanMissing ? kMissing : KILN_INVALID_VALUE;
}
INLINE bool integral(f64 v) { return v >= -0x1p63 && v < 0x1p63 && (f64)(i64)v == v; }

// ---- cells by kind. A length without a pointer is of no kind. Text is out of line; what is named kiln_ is left out of scorers without inputs of
// its type (compiler/codegen/needs.cpp), so that only reading an input may call it.
INLINE bool is_text(const kiln_cell& cell) { return cell.kind == KILN_TEXT && (cell.as.text || !cell.length); }
INLINE bool is_list(const kiln_cell& cell) { return cell.kind == KILN_LIST && (cell.as.items || !cell.length); }
extern "C" {
OUTLINE u32 kiln_text_f64(const kiln_cell* cell, f64* v) {
  return parse_f64((const u8*)cell->as.text, cell->length, v) ? kPresent : KILN_TYPE_MISMATCH;
}
OUTLINE u32 kiln_text_f32(const kiln_cell* cell, f32* v) {
  return parse_f32((const u8*)cell->as.text, cell->length, v) ? kPresent : KILN_TYPE_MISMATCH;
}
OUTLINE u32 kiln_text_i64(const kiln_cell* cell, i64* v) {
  return parse_i64((const u8*)cell->as.text, cell->length, v) ? kPresent : KILN_TYPE_MISMATCH;
}
OUTLINE u32 kiln_text_bool(const kiln_cell* cell, bool* v) {
  return parse_bool((const u8*)cell->as.text, cell->length, v) ? kPresent : KILN_TYPE_MISMATCH;
}
OUTLINE u32 kiln_text_date(const kiln_cell* cell, u32 elem, i64* v) {
  const u8* p = (const u8*)cell->as.text;
  const bool ok = elem == kElemDate ? parse_date(p, cell->length, v)
                  : elem == kElemTime ? parse_time(p, cell->length, v) : parse_datetime(p, cell->length, v);
  return ok ? kPresent : KILN_TYPE_MISMATCH;
}
}

INLINE u32 read_f64(const FieldPlan& f, const kiln_cell& cell, f64& v) {
  u32 state = kPresent;
  if (cell.kind == KILN_NUMBER) v = cell.as.number;
  else if (cell.kind == KILN_INTEGER) v = (f64)cell.as.integer;
  else if (cell.kind == KILN_BOOLEAN) v = cell.as.integer != 0;
  else if (is_text(cell)) state = kiln_text_f64(&cell, &v);
  else return KILN_TYPE_MISMATCH;
  return state == kPresent && v != v ? nan_state(f) : state;
}
INLINE u32 read_f32(const FieldPlan& f, const kiln_cell& cell, f32& v) {
  u32 state = kPresent;
  if (cell.kind == KILN_NUMBER) v = (f32)cell.as.number;
  else if (cell.kind == KILN_INTEGER) v = (f32)cell.as.integer;
  else if (cell.kind == KILN_BOOLEAN) v = cell.as.integer != 0;
  else if (is_text(cell)) state = kiln_text_f32(&cell, &v);
  else return KILN_TYPE_MISMATCH;
  return state == kPresent && v != v ? nan_state(f) : state;
}
INLINE u32 read_i64(const FieldPlan& f, const kiln_cell& cell, i64& v) {
  if (cell.kind == KILN_INTEGER) return v = cell.as.integer, kPresent;
  if (cell.kind == KILN_BOOLEAN) return v = cell.as.integer != 0, kPresent;
  if (is_text(cell)) return kiln_text_i64(&cell, &v);
  if (cell.kind != KILN_NUMBER) return KILN_TYPE_MISMATCH;
  if (cell.as.number != cell.as.number) return f.nan == kNanValue ? (u32)KILN_TYPE_MISMATCH : nan_state(f);
  if (!integral(cell.as.number)) return KILN_TYPE_MISMATCH;
  return v = (i64)cell.as.number, kPresent;
}
INLINE u32 read_bool(const FieldPlan& f, const kiln_cell& cell, bool& v) {
  if (is_text(cell)) return kiln_text_bool(&cell, &v);
  if (cell.kind == KILN_BOOLEAN) return v = cell.as.integer != 0, kPresent;
  i64 i;
  const u32 state = read_i64(f, cell, i);
  if (state != kPresent) return state;
  if (i != 0 && i != 1) return KILN_TYPE_MISMATCH;
  return v = i != 0, kPresent;
}
INLINE u32 read_date(const FieldPlan& f, const kiln_cell& cell, i64& v) {
  if (is_text(cell)) return kiln_text_date(&cell, f.elem, &v);
  return cell.kind == KILN_BOOLEAN ? (u32)KILN_TYPE_MISMATCH : read_i64(f, cell, v);
}
INLINE u32 read_i32(const FieldPlan& f, const kiln_cell& cell, i64& v) {
  const u32 state = read_i64(f, cell, v);
  return state == kPresent && v != (i32)v ? (u32)KILN_TYPE_MISMATCH : state;
}
/// The code of a value of a dict, or what an unknown label is.
INLINE u32 known_code(const FieldPlan& f, i32 code, i32& v) {
  if (code >= 0) return v = code, kPresent;
  if (f.open) return v = (i32)f.label_count, kPresent;
  return KILN_INVALID_VALUE;
}
extern "C" {
OUTLINE u32 kiln_read_code(const u8* blob, const FieldPlan* field, const kiln_cell* cell, i32* v) {
  const FieldPlan& f = *field;
  if (cell->kind == KILN_CODE)
    return known_code(f, cell->as.integer >= 0 && cell->as.integer < (i64)f.label_count ? (i32)cell->as.integer : -1, *v);
  if (f.elem == kElemStr) {
    if (!is_text(*cell)) return KILN_TYPE_MISMATCH;
    return known_code(f, find_code(blob + f.labels, (const u8*)cell->as.text, cell->length), *v);
  }
  u64 key;
  u32 state;
  if (f.elem == kElemF64 || f.elem == kElemF32) {
    f64 x = 0;
    f32 y = 0;
    state = f.elem == kElemF64 ? read_f64(f, *cell, x) : read_f32(f, *cell, y);
    if (f.elem == kElemF32) x = (f64)y;
    if (state == kPresent && x != x) return known_code(f, -1, *v);
    key = number_key(x);
  } else {
    i64 x = 0;
    bool b = false;
    state = f.elem == kElemI32 ? read_i32(f, *cell, x) : f.elem == kElemBool ? read_bool(f, *cell, b) : f.elem >= kElemDate ? read_date(f, *cell, x) : read_i64(f, *cell, x);
    key = number_key(f.elem == kElemBool ? (i64)b : x);
  }
  return state != kPresent ? state : known_code(f, find_number(blob + f.labels, key), *v);
}
}

INLINE i32 input_status(u32 cause, u32 index) { return (i32)(cause | index << 8); }

/// What a missing cell is.
INLINE void set_blank(f64& v) { v = __builtin_nan(""); }
INLINE void set_blank(f32& v) { v = __builtin_nanf(""); }
template <class V> INLINE void set_blank(V&) {}   // text: no cell, so no bytes
template <class V> INLINE u32 absent_cell(const FieldPlan& f, V& v) {
  if (f.blank) return set_blank(v), kPresent;
  return f.nullable ? (u32)kMissing : (u32)KILN_MISSING_REQUIRED;
}
/// One cell: `read` gives a state and, if it is present, the value.
template <class X, class V, class Read> INLINE void input_cell(const kiln_cell& cell, const InputParams& p, X& y, V& v, Read read) {
  u32 state = cell.kind == KILN_MISSING ? absent_cell(p.field, v) : read(cell, v);
  if (state == kMissing && !p.field.nullable) state = KILN_MISSING_REQUIRED;
  y.missing = state == kMissing;
  y.status = state > kMissing ? input_status(state, p.index) : 0;
  if (state != kPresent) v = V{};
}
/// A cell that is no plain number, out of line.
struct OddCell {
  f64 v;
  i32 status;
  u32 missing;
};
OUTLINE OddCell odd_f64(const kiln_cell* cell, const InputParams* p) {
  F64<1> y;
  f64 v = 0;
  input_cell(*cell, *p, y, v, [&](const kiln_cell& it, f64& x) { return read_f64(p->field, it, x); });
  return {v, y.status, y.missing.on};
}
OUTLINE OddCell odd_f32(const kiln_cell* cell, const InputParams* p) {
  F32<1> y;
  f32 v = 0;
  input_cell(*cell, *p, y, v, [&](const kiln_cell& it, f32& x) { return read_f32(p->field, it, x); });
  return {(f64)v, y.status, y.missing.on};
}
/// A code of a dict, from any cell; a label that it has, first.
struct CodeCell {
  i32 v, status;
  u32 missing;
};
OUTLINE CodeCell any_code_cell(const u8* blob, const InputParams* p, const kiln_cell* cell) {
  I32<1> y;
  i32 v = 0;
  input_cell(*cell, *p, y, v, [&](const kiln_cell& it, i32& x) { return kiln_read_code(blob, &p->field, &it, &x); });
  return {v, y.status, y.missing.on};
}
OUTLINE CodeCell code_cell(const u8* blob, const InputParams* p, const kiln_cell* cell) {
  if (__builtin_expect((cell->kind == KILN_TEXT) & (p->field.elem == kElemStr) & (cell->as.text != nullptr), 1)) {
    const i32 code = few_code(blob + p->field.labels, (const u8*)cell->as.text, cell->length);
    if (__builtin_expect(code >= 0, 1)) return {code, 0, 0};
  }
  return any_code_cell(blob, p, cell);
}
template <class T> INLINE void input_number(const Ctx& c, const InputParams& p, Val<T, 1>& y) {
  const kiln_cell& cell = c.cells[p.index];
  OddCell x = {cell.as.number, 0, 0};
  if (cell.kind == KILN_MISSING && p.field.nullable && !p.field.blank) x = {0, 0, 1};
  else if (__builtin_expect(cell.kind != KILN_NUMBER || x.v != x.v, 0)) x = sizeof(T) == 4 ? odd_f32(&cell, &p) : odd_f64(&cell, &p);
  y = {(T)x.v, x.missing != 0, x.status};
}
INLINE void input(const Ctx& c, const InputParams& p, F64<1>& y) { input_number<f64>(c, p, y); }
INLINE void input(const Ctx& c, const InputParams& p, F32<1>& y) { input_number<f32>(c, p, y); }
INLINE void input(const Ctx& c, const InputParams& p, I64<1>& y) {
  i64 v = 0;
  input_cell(c.cells[p.index], p, y, v, [&](const kiln_cell& cell, i64& x) {
    return p.field.elem >= kElemDate ? read_date(p.field, cell, x) : read_i64(p.field, cell, x);
  });
  y.v = v;
}
INLINE void input(const Ctx& c, const InputParams& p, I32<1>& y) {
  if (p.field.is_cat) {
    const CodeCell x = code_cell(c.blob, &p, &c.cells[p.index]);
    y = {x.v, x.missing != 0, x.status};
    return;
  }
  i32 v = 0;
  input_cell(c.cells[p.index], p, y, v, [&](const kiln_cell& cell, i32& x) -> u32 {
    i64 wide = 0;
    const u32 state = read_i32(p.field, cell, wide);
    return x = (i32)wide, state;
  });
  y.v = v;
}
INLINE void input(const Ctx& c, const InputParams& p, Bool<1>& y) {
  bool v = false;
  input_cell(c.cells[p.index], p, y, v, [&](const kiln_cell& cell, bool& x) { return read_bool(p.field, cell, x); });
  y.v = v;
}
INLINE void input(const Ctx& c, const InputParams& p, Str<1>& y) {
  const kiln_cell* text = nullptr;
  input_cell(c.cells[p.index], p, y, text, [&](const kiln_cell& cell, const kiln_cell*& x) -> u32 {
    if (!is_text(cell)) return KILN_TYPE_MISMATCH;
    return x = &cell, kPresent;
  });
  y.p[0] = text ? (const u8*)text->as.text : nullptr, y.length[0] = text ? text->length : 0;
}
#define KILN_INPUT_CELL(name, X) \
  KILN_KERNEL void kiln_input_##name##_1(Ctx* c, const InputParams* p, X<1>* y) { input(*c, *p, *y); }
KILN_INPUT_CELL(f64, F64)
KILN_INPUT_CELL(f32, F32)
KILN_INPUT_CELL(i64, I64)
KILN_INPUT_CELL(i32, I32)
KILN_INPUT_CELL(bool, Bool)
KILN_INPUT_CELL(str, Str)
#undef KILN_INPUT_CELL

// ---- plain rows: any other cell leaves the row to the instance of all rows. Nothing comes back from a rare case, so nothing is kept for it.
template <class T> INLINE bool plain_number(const Ctx& c, const InputParams& p, Val<T, 1>& y) {
  const kiln_cell& cell = c.cells[p.index];
  T v = (T)cell.as.number;
  if (__builtin_expect(cell.kind != KILN_NUMBER, 0)) {
    if (cell.kind != KILN_INTEGER) return true;
    __asm__ volatile("");   // stays a branch: a selection would convert every cell
    v = (T)cell.as.integer;
  }
  y = {v, never<1>(), 0};
  return p.field.nan != kNanValue && v != v;
}
/// Kind and length of a cell, for both to be told in one comparison.
INLINE u64 kind_and_length(const kiln_cell& cell) { return load<u64>((const u8*)&cell + 8) << 24; }
static constexpr u64 kTextOfOne = (1ull | (u64)KILN_TEXT << 32) << 24;
OUTLINE i32 plain_code_of_other(const u8* blob, const FieldPlan* field, const kiln_cell* cell) {
  if (cell->kind == KILN_CODE) return (u64)cell->as.integer < field->label_count ? (i32)cell->as.integer : -1;
  if ((cell->kind != KILN_TEXT) | (cell->as.text == nullptr) | (cell->length == 0)) return -1;
  return find_code(blob + field->labels, (const u8*)cell->as.text, cell->length);
}
INLINE i32 plain_code(const Ctx& c, const PlainLabelParams& p, const kiln_cell& cell) {
  const u8* text = (const u8*)cell.as.text;
  const bool eight = p.few.longest <= 8;
  const u32 most = eight ? 8 : 16;
  const bool length_is_odd = kind_and_length(cell) - kTextOfOne >= (u64)most << 24;
  const bool place_is_odd = ((u64)text & 4095) - 1 >= 4096 - most;   // near a page's end, or at its beginning, as a null pointer is
  if (__builtin_expect(p.few.shift == 0 || length_is_odd || place_is_odd, 0)) return plain_code_of_other(c.blob, &p.input.field, &cell);
  const i32 code = few_code_of(p.few, c.blob + p.few.entries, few_key(text, cell.length, eight), cell.length, eight);
  if (code >= 0) __builtin_assume((u32)code < p.input.field.label_count);
  return code;
}
INLINE bool plain_label(const Ctx& c, const PlainLabelParams& p, I32<1>& y) {
  const kiln_cell& cell = c.cells[p.input.index];
  if (p.input.field.elem != kElemStr) {
    const CodeCell x = any_code_cell(c.blob, &p.input, &cell);
    y = {x.v, never<1>(), 0};
    return (x.missing != 0) | (x.status != 0);
  }
  i32 code = plain_code(c, p, cell);
  if (p.input.field.open && code < 0 && is_text(cell) && cell.length != 0) code = (i32)p.input.field.label_count;   // no label; the empty text may be one
  y = {code, never<1>(), 0};
  return code < 0;
}
template <class X> INLINE bool plain_other(const Ctx& c, const InputParams& p, X& y) {
  input(c, p, y);
  const bool none = y.missing.on | (y.status != 0);
  y.missing = never<1>(), y.status = 0;
  return none;
}
KILN_LEAVING_KERNEL kiln_plain_input_f64_1(Ctx* c, const InputParams* p, F64<1>* y) { return plain_number(*c, *p, *y); }
KILN_LEAVING_KERNEL kiln_plain_input_f32_1(Ctx* c, const InputParams* p, F32<1>* y) { return plain_number(*c, *p, *y); }
KILN_LEAVING_KERNEL kiln_plain_input_label_1(Ctx* c, const PlainLabelParams* p, I32<1>* y) { return plain_label(*c, *p, *y); }
KILN_LEAVING_KERNEL kiln_plain_input_i64_1(Ctx* c, const InputParams* p, I64<1>* y) { return plain_other(*c, *p, *y); }
KILN_LEAVING_KERNEL kiln_plain_input_i32_1(Ctx* c, const InputParams* p, I32<1>* y) { return plain_other(*c, *p, *y); }
KILN_LEAVING_KERNEL kiln_plain_input_bool_1(Ctx* c, const InputParams* p, Bool<1>* y) { return plain_other(*c, *p, *y); }
KILN_LEAVING_KERNEL kiln_plain_input_str_1(Ctx* c, const InputParams* p, Str<1>* y) { return plain_other(*c, *p, *y); }

// ---- lists: items one after the other, missing beyond the end
template <class T> INLINE void put_item(const Ctx& c, const Slot& s, u32 e, T v, bool missing) {
  Val<T, 1> x{};
  x.v = v, x.missing = missing;
  put_element<1>(c, s, e, x);
}
INLINE void put_item(const Ctx& c, const Slot& s, u32 e, bool v, bool missing) {
  Bool<1> x{};
  x.v = v, x.missing = missing;
  put_element<1>(c, s, e, x);
}
INLINE void put_item(const Ctx& c, const Slot& s, u32 e, const kiln_cell* v, bool missing) {
  Str<1> x{};
  x.p[0] = v ? (const u8*)v->as.text : nullptr, x.length[0] = v ? v->length : 0, x.missing = missing;
  put_element<1>(c, s, e, x);
}
template <class V, class Read> INLINE void input_list(const Ctx& c, const InputParams& p, const Slot& y, Read read) {
  const kiln_cell& list = c.cells[p.index];
  u32 length = is_list(list) ? list.length : 0;
  u32 cause = is_list(list) || list.kind == KILN_MISSING ? (length > p.field.list ? (u32)KILN_LIST_TOO_LONG : 0) : (u32)KILN_TYPE_MISMATCH;
  if (cause) length = 0;
  NOUNROLL for (u32 i = 0; i < length; i++) {
    const kiln_cell& cell = list.as.items[i];
    V v{};
    const u32 state = cell.kind == KILN_MISSING ? (u32)kMissing : read(cell, v);
    if (state > kMissing && !p.field.drop_invalid && !cause) cause = state;
    put_item(c, y, i, state == kPresent ? v : V{}, state != kPresent);
  }
  NOUNROLL for (u32 i = length; i < y.count; i++) put_item(c, y, i, V{}, true);
  Status<1> status{};
  if (cause) status = input_status(cause, p.index);
  set_slot_status<1>(c, y, status);
}
KILN_KERNEL void kiln_input_list_f64_1(Ctx* c, const InputParams* p, const Slot* y) {
  input_list<f64>(*c, *p, *y, [&](const kiln_cell& cell, f64& x) { return read_f64(p->field, cell, x); });
}
KILN_KERNEL void kiln_input_list_f32_1(Ctx* c, const InputParams* p, const Slot* y) {
  input_list<f32>(*c, *p, *y, [&](const kiln_cell& cell, f32& x) { return read_f32(p->field, cell, x); });
}
KILN_KERNEL void kiln_input_list_i64_1(Ctx* c, const InputParams* p, const Slot* y) {
  input_list<i64>(*c, *p, *y, [&](const kiln_cell& cell, i64& x) {
    return p->field.elem >= kElemDate ? read_date(p->field, cell, x) : read_i64(p->field, cell, x);
  });
}
KILN_KERNEL void kiln_input_list_i32_1(Ctx* c, const InputParams* p, const Slot* y) {
  input_list<i32>(*c, *p, *y, [&](const kiln_cell& cell, i32& x) -> u32 {
    if (p->field.is_cat) return kiln_read_code(c->blob, &p->field, &cell, &x);
    i64 wide = 0;
    const u32 state = read_i32(p->field, cell, wide);
    return x = (i32)wide, state;
  });
}
KILN_KERNEL void kiln_input_list_bool_1(Ctx* c, const InputParams* p, const Slot* y) {
  input_list<bool>(*c, *p, *y, [&](const kiln_cell& cell, bool& x) { return read_bool(p->field, cell, x); });
}
KILN_KERNEL void kiln_input_list_str_1(Ctx* c, const InputParams* p, const Slot* y) {
  input_list<const kiln_cell*>(*c, *p, *y, [&](const kiln_cell& cell, const kiln_cell*& x) -> u32 {
    if (!is_text(cell)) return KILN_TYPE_MISMATCH;
    return x = &cell, kPresent;
  });
}

// ---- tensors: a cell for each element
/// Eight cells that stand side by side, as numbers; false if any is no plain number.
INLINE bool eight_numbers(const FieldPlan& f, const kiln_cell* cells, Lane<f64, 8>& v) {
  const auto a = load<Lane<u64, 8>>(cells), b = load<Lane<u64, 8>>(cells + 4);   // by turns the value, and length and kind
  v = __builtin_bit_cast(Lane<f64, 8>, __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14));
  const auto kind = __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15) & 0xff00000000;
  auto odd = kind != (u64)KILN_NUMBER << 32;
  if (f.nan != kNanValue) odd |= v != v;
  return __builtin_reduce_or(odd) == 0;
}
/// Elements from e on of the only row, none missing.
template <class V> INLINE void put_eight(const Ctx& c, const Slot& y, u32 e, Lane<f64, 8> v) {
  store(c.scratch + y.values + (u64)e * sizeof(V), convert<V, f64, 8>(v));
  if (y.missing != kNone) store(c.scratch + y.missing + e, (u64)0);   // a byte an element
}
template <class V, class Read> INLINE void input_tensor(const Ctx& c, const InputParams& p, const Slot& y, Read read) {
  static_assert(sizeof(kiln_cell) == 16 && __builtin_offsetof(kiln_cell, kind) == 12);
  Status<1> status{};
  const kiln_cell* cells = c.cells + p.index;
  NOUNROLL for (u32 e = 0; e < y.count; e++) {
    if constexpr (kIsFloat<V>) {
      Lane<f64, 8> eight;
      NOUNROLL while (e + 8 <= y.count && eight_numbers(p.field, cells + e, eight)) put_eight<V>(c, y, e, eight), e += 8;
      if (e == y.count) break;
    }
    const kiln_cell& cell = cells[e];
    if constexpr (kIsFloat<V>) {
      const f64 number = cell.as.number;
      if (__builtin_expect((cell.kind == KILN_NUMBER) & ((p.field.nan == kNanValue) | (number == number)), 1)) {
        put_item(c, y, e, (V)number, false);
        continue;
      }
    }
    V v{};
    u32 state = cell.kind == KILN_MISSING ? absent_cell(p.field, v) : read(cell, v);
    if (state == kMissing && !p.field.nullable) state = KILN_MISSING_REQUIRED;
    if (state > kMissing && status == 0) status = input_status(state, p.index + e);
    put_item(c, y, e, state == kPresent ? v : V{}, state == kMissing);
  }
  set_slot_status<1>(c, y, status);
}
KILN_KERNEL void kiln_input_tensor_f64_1(Ctx* c, const InputParams* p, const Slot* y) {
  input_tensor<f64>(*c, *p, *y, [&](const kiln_cell& cell, f64& x) { return read_f64(p->field, cell, x); });
}
KILN_KERNEL void kiln_input_tensor_f32_1(Ctx* c, const InputParams* p, const Slot* y) {
  input_tensor<f32>(*c, *p, *y, [&](const kiln_cell& cell, f32& x) { return read_f32(p->field, cell, x); });
}
KILN_KERNEL void kiln_input_tensor_i64_1(Ctx* c, const InputParams* p, const Slot* y) {
  input_tensor<i64>(*c, *p, *y, [&](const kiln_cell& cell, i64& x) {
    return p->field.elem >= kElemDate ? read_date(p->field, cell, x) : read_i64(p->field, cell, x);
  });
}
KILN_KERNEL void kiln_input_tensor_i32_1(Ctx* c, const InputParams* p, const Slot* y) {
  input_tensor<i32>(*c, *p, *y, [&](const kiln_cell& cell, i32& x) -> u32 {
    if (p->field.is_cat) return kiln_read_code(c->blob, &p->field, &cell, &x);
    i64 wide = 0;
    const u32 state = read_i32(p->field, cell, wide);
    return x = (i32)wide, state;
  });
}
KILN_KERNEL void kiln_input_tensor_bool_1(Ctx* c, const InputParams* p, const Slot* y) {
  input_tensor<bool>(*c, *p, *y, [&](const kiln_cell& cell, bool& x) { return read_bool(p->field, cell, x); });
}
KILN_KERNEL void kiln_input_tensor_str_1(Ctx* c, const InputParams* p, const Slot* y) {
  input_tensor<const kiln_cell*>(*c, *p, *y, [&](const kiln_cell& cell, const kiln_cell*& x) -> u32 {
    if (!is_text(cell)) return KILN_TYPE_MISMATCH;
    return x = &cell, kPresent;
  });
}

/// No column holds a list: blocks see empty ones.
template <class X, int N> INLINE void absent(const Ctx& c, const Slot& y) {
  X x{};
  x.missing = always<N>();
  NOUNROLL for (u32 i = 0; i < y.count; i++) put_element<N>(c, y, i, x);
  set_slot_status<N>(c, y, Status<N>{});
}
#define KILN_INPUT_ABSENT(name, X)                                                                               \
  template <int N> INLINE void input_absent_##name(const Ctx& c, const None&, const Slot& y) { absent<X<N>, N>(c, y); } \
  KILN_LANE_KERNEL(input_absent_##name, input_absent_##name, None, Vector)
KILN_INPUT_ABSENT(f64, F64)
KILN_INPUT_ABSENT(f32, F32)
KILN_INPUT_ABSENT(i64, I64)
KILN_INPUT_ABSENT(i32, I32)
KILN_INPUT_ABSENT(bool, Bool)
KILN_INPUT_ABSENT(str, Str)
#undef KILN_INPUT_ABSENT

}  // namespace kiln::kernel

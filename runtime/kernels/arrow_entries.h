// bind_arrow, and what score_arrow of every tier shares: formats to storage, checks of the caller's arrays, elements to cells and back.
#pragma once
#include "arrow.h"
#include "dispatch.h"
#include "matrix.h"

namespace kiln::kernel {

// ---- formats
struct ArrowFormat {
  char text[5];   // no pointer, which would be one more thing to do when a scorer is loaded
  u8 storage, moment;
  i32 times, per;
};
/// By what a format string begins with; a longer one must be a timestamp's time zone.
static constexpr ArrowFormat kArrowFormats[] = {
    {"n", kArrowNull, 0, 1, 1},  {"b", kArrowBit, 0, 1, 1},  {"c", kArrowI8, 0, 1, 1},   {"C", kArrowU8, 0, 1, 1},
    {"s", kArrowI16, 0, 1, 1},   {"S", kArrowU16, 0, 1, 1},  {"i", kArrowI32, 0, 1, 1},  {"I", kArrowU32, 0, 1, 1},
    {"l", kArrowI64, 0, 1, 1},   {"L", kArrowU64, 0, 1, 1},  {"f", kArrowF32, 0, 1, 1},  {"g", kArrowF64, 0, 1, 1},
    {"u", kArrowText, 0, 1, 1},  {"U", kArrowLongText, 0, 1, 1},
    {"tdD", kArrowI32, kElemDate, 1, 1},           {"tdm", kArrowI64, kElemDate, 1, 86400000},
    {"tts", kArrowI32, kElemTime, 1000000, 1},     {"ttm", kArrowI32, kElemTime, 1000, 1},
    {"ttu", kArrowI64, kElemTime, 1, 1},           {"ttn", kArrowI64, kElemTime, 1, 1000},
    {"tss:", kArrowI64, kElemDatetime, 1000000, 1}, {"tsm:", kArrowI64, kElemDatetime, 1000, 1},
    {"tsu:", kArrowI64, kElemDatetime, 1, 1},      {"tsn:", kArrowI64, kElemDatetime, 1, 1000}};

INLINE bool is_text(u8 storage) { return storage >= kArrowText; }
INLINE bool is_integer(u8 storage) { return storage >= kArrowI8 && storage <= kArrowU64; }
INLINE bool same_text(const char* a, const char* b) { return order_text((const u8*)a, text_length(a), (const u8*)b, text_length(b)) == 0; }

/// False if values of this format have no place in a cell. A time zone must be UTC: a datetime has none.
static __attribute__((noinline)) bool read_format(const char* format, ArrowColumn& column) {
  if (!format) return false;
  const u64 length = text_length(format);
  NOUNROLL for (const ArrowFormat& f : kArrowFormats) {
    const u64 n = text_length(f.text);
    if (length < n || order_text((const u8*)format, n, (const u8*)f.text, n) != 0) continue;
    if (length != n && !(f.moment == kElemDatetime && (same_text(format + n, "UTC") || same_text(format + n, "+00:00")))) return false;
    column.storage = f.storage, column.moment = f.moment, column.times = f.times, column.per = f.per;
    return true;
  }
  return false;
}
INLINE bool read_schema(const ArrowSchema& s, ArrowColumn& column) {
  column.index = kArrowNone;
  if (!read_format(s.format, column)) return false;
  if (!s.dictionary) return true;
  column.index = column.storage;
  return is_integer(column.index) && column.moment == 0 && !s.dictionary->dictionary && read_format(s.dictionary->format, column);
}
INLINE bool is_free_text(const FieldPlan& f) { return !f.is_cat && f.elem == kElemStr; }
/// Whether an input can be read from such values: as score_row takes them for its cells.
INLINE bool feeds(const ArrowColumn& column, const FieldPlan& f) {
  if (f.list) return false;
  if (column.storage == kArrowNull || is_text(column.storage)) return true;
  return f.elem != kElemStr && (column.moment == 0 || column.moment == f.elem);
}
/// Whether an output can be written to such an array.
INLINE bool takes(const ArrowColumn& column, const FieldPlan& f) {
  if (f.list || is_free_text(f)) return false;
  const u8 storage = column.index != kArrowNone ? column.index : column.storage;
  switch (f.elem) {
    case kElemF64: case kElemF32: return column.index == kArrowNone && (storage == kArrowF64 || storage == kArrowF32);
    case kElemI64: return column.index == kArrowNone && column.moment == 0 && storage == kArrowI64;
    case kElemI32: return column.index == kArrowNone && column.moment == 0 && (storage == kArrowI32 || storage == kArrowI64);
    case kElemBool: return column.index == kArrowNone && storage == kArrowBit;
    case kElemStr: return column.moment == 0 && storage == kArrowI32 && (column.index == kArrowNone || is_text(column.storage));
    default: return column.index == kArrowNone && column.moment == f.elem && column.times == 1 && column.per == 1;
  }
}

INLINE i32 find_output(const char* name) {
  const FieldPlan* fields = (const FieldPlan*)(kiln_blob + kiln_plan.outputs);
  const u64 length = text_length(name);
  NOUNROLL for (u32 i = 0; i < kiln_plan.output_count; i++)
    if (order_text(kiln_blob + fields[i].name, fields[i].name_length, (const u8*)name, length) == 0) return (i32)i;
  return -1;
}
/// Binds the children of a struct to fields from `first` on of the binding. Columns begin unbound.
template <class Find, class Fits>
INLINE i32 bind_children(const ArrowSchema& s, const FieldPlan* fields, ArrowColumn* columns, u8* problems, Find find, Fits fits) {
  NOUNROLL for (i64 k = 0; k < s.n_children; k++) {
    const ArrowSchema* child = s.children[k];
    if (!child) return KILN_NULL;
    const i32 i = child->name ? find(child->name) : -1;
    if (i < 0) continue;
    if (columns[i].child >= 0 || problems[i] == KILN_NOT_REPRESENTABLE) {
      problems[i] = KILN_TWICE;
      continue;
    }
    ArrowColumn column = {(i32)k, 0, 0, 0, 0, 1, 1};
    const bool fit = read_schema(*child, column) && fits(column, fields[i]);
    problems[i] = fit ? 0 : KILN_NOT_REPRESENTABLE;
    if (fit) columns[i] = column;
  }
  return KILN_OK;
}

extern "C" i32 kiln_bind_arrow(const ArrowSchema* in, const ArrowSchema* out, void* memory, u8* problems) {
  if (!in || !out || !memory || !problems || !in->format || !out->format) return KILN_NULL;
  if ((!in->children && in->n_children > 0) || (!out->children && out->n_children > 0)) return KILN_NULL;
  if (((u64)memory & 7) != 0 || !same_text(in->format, "+s") || !same_text(out->format, "+s")) return KILN_BINDING;
  if (in->n_children < 0 || out->n_children < 0 || in->n_children > 0x7fffffff || out->n_children > 0x7fffffff) return KILN_BINDING;
  ArrowBinding& binding = *(ArrowBinding*)memory;
  const u32 inputs = kiln_plan.input_count, outputs = kiln_plan.output_count;
  binding.key = 0, binding.in_children = in->n_children, binding.out_children = out->n_children;
  NOUNROLL for (u32 i = 0; i < inputs + outputs; i++) binding.column[i] = {-1, 0, 0, 0, 0, 1, 1}, problems[i] = i < inputs ? (u8)KILN_ABSENT : 0;
  i32 code = bind_children(*in, (const FieldPlan*)(kiln_blob + kiln_plan.inputs), binding.column, problems, find_input, feeds);
  if (code == KILN_OK)
    code = bind_children(*out, (const FieldPlan*)(kiln_blob + kiln_plan.outputs), binding.column + inputs, problems + inputs, find_output, takes);
  if (code != KILN_OK) return code;
  binding.key = kiln_plan.binding_key ^ kArrowKey;
  i32 troubles = 0;
  NOUNROLL for (u32 i = 0; i < inputs + outputs; i++) troubles += problems[i] != 0;
  return troubles;
}

// ---- checks
/// Elements 0 .. length of an array, counted from its offset, can be read, as far as it says.
INLINE i32 check_array(const ArrowArray* a, u8 storage, i64 length) {
  if (!a) return KILN_NULL;
  if (a->offset < 0 || a->offset > 0x3fffffffffffffff || a->length < length) return KILN_BINDING;
  if (storage == kArrowNull || length == 0) return KILN_OK;
  if (a->n_buffers < (is_text(storage) ? 3 : 2)) return KILN_BINDING;
  return a->buffers && a->buffers[1] ? KILN_OK : KILN_NULL;
}
INLINE i32 check_struct(const ArrowArray& s, i64 children, i64 rows, i64& end) {
  if (s.n_children != children || s.offset < 0 || rows < 0 || s.length < rows) return KILN_BINDING;
  if (children > 0 && !s.children) return KILN_NULL;
  return __builtin_add_overflow(s.offset, rows, &end) || end > 0x3fffffffffffffff ? KILN_BINDING : KILN_OK;
}
extern "C" i32 kiln_arrow_check(const ArrowBinding* binding, const ArrowArray* in, const ArrowArray* out) {
  i64 in_end = 0, out_end = 0;
  i32 code = check_struct(*in, binding->in_children, in->length, in_end);
  if (code == KILN_OK) code = check_struct(*out, binding->out_children, in->length, out_end);
  const u32 inputs = kiln_plan.input_count;
  NOUNROLL for (u32 i = 0; i < inputs + kiln_plan.output_count && code == KILN_OK; i++) {
    const ArrowColumn& column = binding->column[i];
    if (column.child < 0) continue;
    const bool input = i < inputs;
    const ArrowArray* a = (input ? in : out)->children[column.child];
    const u8 storage = column.index != kArrowNone ? column.index : column.storage;
    code = check_array(a, storage, input ? in_end : out_end);
    if (code != KILN_OK || in->length == 0) continue;
    if (!input && storage != kArrowF64 && storage != kArrowF32 && !a->buffers[0]) code = KILN_NULL;   // nowhere to say that there is none
    if (input && column.index != kArrowNone) code = a->dictionary ? check_array(a->dictionary, column.storage, a->dictionary->length) : (i32)KILN_NULL;
  }
  return code;
}

// ---- elements to cells
INLINE bool is_valid(const ArrowArray& a, i64 i) {
  const u8* bits = a.n_buffers > 0 && a.buffers ? (const u8*)a.buffers[0] : nullptr;
  return !bits || ((bits[i >> 3] >> (i & 7)) & 1);
}
/// An integer; false if it is beyond i64.
INLINE bool load_integer(u8 storage, const u8* p, i64 i, i64& v) {
  switch (storage) {
    case kArrowI8: v = (i8)p[i]; break;
    case kArrowU8: v = p[i]; break;
    case kArrowI16: v = load<short>(p + i * 2); break;
    case kArrowU16: v = load<u16>(p + i * 2); break;
    case kArrowI32: v = load<i32>(p + i * 4); break;
    case kArrowU32: v = load<u32>(p + i * 4); break;
    default: v = load<i64>(p + i * 8); return storage == kArrowI64 || v >= 0;
  }
  return true;
}
INLINE bool load_text(const ArrowArray& a, bool wide, i64 i, kiln_cell& cell) {
  const u8* offsets = (const u8*)a.buffers[1];
  const i64 begin = wide ? load<i64>(offsets + i * 8) : load<i32>(offsets + i * 4);
  const i64 end = wide ? load<i64>(offsets + i * 8 + 8) : load<i32>(offsets + i * 4 + 4);
  if (begin < 0 || end < begin || (end > begin && !a.buffers[2]) || end - begin > 0xffffffffll) return false;
  cell.as.text = (const char*)a.buffers[2] + (a.buffers[2] ? begin : 0), cell.length = (u32)(end - begin), cell.kind = KILN_TEXT;
  return true;
}
/// False if it is none that a cell can hold.
INLINE bool read_element(const ArrowColumn& column, const ArrowArray& in, i64 row, kiln_cell& cell) {
  if (column.child < 0 || column.storage == kArrowNull) return true;
  const ArrowArray* a = in.children[column.child];
  i64 i = in.offset + row;
  if (!is_valid(in, i) || !is_valid(*a, i += a->offset)) return true;
  if (column.index != kArrowNone) {
    i64 entry;
    if (!load_integer(column.index, (const u8*)a->buffers[1], i, entry) || entry < 0 || entry >= a->dictionary->length) return false;
    a = a->dictionary, i = a->offset + entry;
    if (column.storage == kArrowNull || !is_valid(*a, i)) return true;
  }
  if (is_text(column.storage)) return load_text(*a, column.storage == kArrowLongText, i, cell);
  const u8* p = (const u8*)a->buffers[1];
  if (column.storage == kArrowF64 || column.storage == kArrowF32) {
    cell.as.number = column.storage == kArrowF64 ? load<f64>(p + i * 8) : (f64)load<f32>(p + i * 4), cell.kind = KILN_NUMBER;
  } else if (column.storage == kArrowBit) {
    cell.as.integer = (p[i >> 3] >> (i & 7)) & 1, cell.kind = KILN_BOOLEAN;
  } else {
    i64 v;
    if (!load_integer(column.storage, p, i, v)) return cell.as.number = (f64)(u64)v, cell.kind = KILN_NUMBER, true;
    if (v % column.per != 0 || __builtin_mul_overflow(v / column.per, (i64)column.times, &v)) return false;
    cell.as.integer = v, cell.kind = KILN_INTEGER;
  }
  return true;
}
extern "C" void kiln_arrow_cell(const ArrowColumn* column, const ArrowArray* in, i64 row, kiln_cell* cell) {
  cell->as.integer = 0, cell->length = 0, cell->kind = KILN_MISSING;
  cell->reserved[0] = cell->reserved[1] = cell->reserved[2] = 0;
  if (!read_element(*column, *in, row, *cell)) cell->kind = kNoCell;
}
extern "C" bool kiln_arrow_load(const Ctx* c, const FieldPlan* field, u32 index, const ArrowColumn* column, const ArrowArray* in, u64 base, u64 padded) {
  bool good = true;
  NOUNROLL for (u64 r = 0; r < padded; r++) {
    kiln_cell cell;
    kiln_arrow_cell(column, in, (i64)(base + (r < c->rows ? r : c->rows - 1)), &cell);
    good = column_cell(*c, *field, index, r, cell, cell.kind == KILN_MISSING ? kMissing : kPresent) && good;
  }
  return good;
}

// ---- cells to elements
INLINE void put_valid(ArrowArray& a, i64 i, bool valid) {
  if (a.buffers[0]) set_bit((u8*)a.buffers[0], (u64)i, valid);
  a.null_count += !valid;
}
/// The code of a label that an output's cell points to. Labels stand one after the other; an empty one begins where the next does.
INLINE i32 code_of_label(const u8* blob, const FieldPlan& f, const kiln_cell& cell) {
  const u32* offsets = (const u32*)(blob + f.label_offsets);
  const u32 at = (u32)((const u8*)cell.as.text - (blob + f.label_text));
  u32 low = 0, high = f.label_count;
  NOUNROLL while (low < high) {
    const u32 middle = low + (high - low) / 2;
    if (offsets[middle] < at || (offsets[middle] == at && offsets[middle + 1] == at && cell.length != 0)) low = middle + 1;
    else high = middle;
  }
  return (i32)low;
}
extern "C" void kiln_arrow_put(const u8* blob, const FieldPlan* field, const ArrowColumn* column, ArrowArray* out, u64 row, const kiln_cell* cell) {
  ArrowArray& a = *out->children[column->child];
  const i64 i = out->offset + a.offset + (i64)row;
  u8* p = (u8*)a.buffers[1];
  const u8 storage = column->index != kArrowNone ? column->index : column->storage;
  bool valid = cell->kind != KILN_MISSING;
  i64 v = cell->as.integer;
  if (cell->kind == KILN_TEXT) v = code_of_label(blob, *field, *cell);
  if (storage == kArrowI32) valid = valid && v == (i32)v;
  if (!valid) v = 0;
  const f64 x = valid ? cell->as.number : __builtin_nan("");
  switch (storage) {
    case kArrowF64: store(p + i * 8, x); break;
    case kArrowF32: store(p + i * 4, (f32)x); break;
    case kArrowBit: set_bit(p, (u64)i, v != 0); break;
    case kArrowI32: store(p + i * 4, (i32)v); break;
    default: store(p + i * 8, v); break;
  }
  put_valid(a, i, valid);
}
extern "C" void kiln_arrow_store(const Ctx* c, const FieldPlan* field, const ArrowColumn* column, ArrowArray* out, u64 base) {
  const Slot& s = field->slot;
  const u8* values = c->scratch + s.values;
  NOUNROLL for (u64 r = 0; r < c->rows; r++) {
    kiln_cell cell;
    cell.as.integer = 0, cell.length = 0, cell.kind = KILN_MISSING;
    if (s.count != 0 && !(c->status[r].bits & KILN_NO_RESULT) && !((c->scratch[s.missing + r / 8] >> (r & 7)) & 1)) {
      if (field->is_cat) {
        const i32 code = load<i32>(values + r * 4);
        const bool known = (u32)code < field->label_count;
        cell.as.integer = field->elem == kElemStr ? code : load<i64>(c->blob + field->labels + 8ull * (known ? (u32)code : 0));
        if (known) cell.kind = field->elem == kElemF64 || field->elem == kElemF32 ? KILN_NUMBER : KILN_INTEGER;
      } else if (field->elem == kElemF64 || field->elem == kElemF32) {
        cell.as.number = field->elem == kElemF64 ? load<f64>(values + r * 8) : (f64)load<f32>(values + r * 4), cell.kind = KILN_NUMBER;
      } else {
        cell.as.integer = field->elem == kElemI32 ? load<i32>(values + r * 4) : field->elem == kElemBool ? values[r] : load<i64>(values + r * 8);
        cell.kind = KILN_INTEGER;
      }
    }
    kiln_arrow_put(c->blob, field, column, out, base + r, &cell);
  }
}

}  // namespace kiln::kernel

// output: a result into the row's cell, or into the block's column for the driver to hand over.
#pragma once
#include "scorer_plan.h"
#include "status.h"

namespace kiln::kernel {

struct OutputParams {
  FieldPlan field;
  u32 index;
};

template <class T> struct SameSizeOf;
template <> struct SameSizeOf<f64> { typedef i64 type; };
template <> struct SameSizeOf<f32> { typedef i32 type; };
/// Integers of a float's bits.
template <class T> using SameSize = typename SameSizeOf<T>::type;

template <class T> INLINE T canonical(T x) { return x == x ? x : (T)__builtin_nan(""); }

template <int N, class X> INLINE void column_put(const Ctx& c, const Slot& s, const X& x) { put_element<N>(c, s, 0, x); }
template <int N, class X> INLINE void output_column(const Ctx& c, const None&, const X& x, const Slot& s) {
  end<N>(c, x.status);
  column_put<N>(c, s, x);
}
template <int N, class T> INLINE void output_float(const Ctx& c, const None&, const Val<T, N>& x, const Slot& s) {
  end<N>(c, x.status);
  const auto odd = ~mask<N>((x.v - x.v) == 0);   // NaN or infinite
  note<N>(c, odd & ~x.missing & ~failed<N>(x.status), splat<i32, N>(KILN_NON_FINITE));
  Val<T, N> y = x;
  y.v = pick<N>(mask<N>(x.v == x.v), x.v, splat<T, N>((T)__builtin_nan("")));
  column_put<N>(c, s, y);
}
KILN_LANE_KERNEL(output_column_f64, output_float, None, F64, Vector)
KILN_LANE_KERNEL(output_column_f32, output_float, None, F32, Vector)
KILN_LANE_KERNEL(output_column_i64, output_column, None, I64, Vector)
KILN_LANE_KERNEL(output_column_i32, output_column, None, I32, Vector)
KILN_LANE_KERNEL(output_column_bool, output_column, None, Bool, Vector)
/// The columns of a tensor.
template <int N, class X, class One> INLINE void output_each(const Ctx& c, const Slot& x, const Slot& s, One one) {
  NOUNROLL for (u32 e = 0; e < x.count; e++) {
    X v;
    get_element<N>(c, x, e, v);
    one(v, e);
  }
}
template <int N, class X> INLINE void output_columns(const Ctx& c, const Slot& x, const Slot& s) {
  end<N>(c, slot_status<N>(c, x));
  output_each<N, X>(c, x, s, [&](const X& v, u32 e) __attribute__((always_inline)) { put_element<N>(c, s, e, v); });
}
template <int N, class T> INLINE void output_floats(const Ctx& c, const Slot& x, const Slot& s) {
  typedef Lane<SameSize<T>, N> Bits;
  const Status<N> status = slot_status<N>(c, x);
  end<N>(c, status);
  Bits odd{};   // v - v is 0, no bit of which is set, or NaN
  output_each<N, Val<T, N>>(c, x, s, [&](const Val<T, N>& v, u32 e) __attribute__((always_inline)) {
    const Lane<T, N> rest = v.v - v.v;
    odd |= pick<N>(v.missing, Bits{}, __builtin_bit_cast(Bits, rest));
    put_element<N>(c, s, e, v);
  });
  const Mask<N> where = mask<N>(odd != 0);
  if (__builtin_expect(!any<N>(where), 1)) return;
  output_each<N, Val<T, N>>(c, x, s, [&](Val<T, N>& v, u32 e) __attribute__((always_inline)) {
    v.v = pick<N>(mask<N>(v.v == v.v), v.v, splat<T, N>((T)__builtin_nan("")));
    put_element<N>(c, s, e, v);
  });
  note<N>(c, where & ~failed<N>(status), splat<i32, N>(KILN_NON_FINITE));
}
#define KILN_OUTPUT_COLUMNS(name, function, X)                                                                       \
  template <int N> INLINE void output_columns_##name(const Ctx& c, const None&, const Slot& x, const Slot& s) { \
    function<N, X>(c, x, s);                                                                                         \
  }                                                                                                                  \
  KILN_LANE_KERNEL(output_columns_##name, output_columns_##name, None, Vector, Vector)
KILN_OUTPUT_COLUMNS(f64, output_floats, f64)
KILN_OUTPUT_COLUMNS(f32, output_floats, f32)
KILN_OUTPUT_COLUMNS(i64, output_columns, I64<N>)
KILN_OUTPUT_COLUMNS(i32, output_columns, I32<N>)
KILN_OUTPUT_COLUMNS(bool, output_columns, Bool<N>)
#undef KILN_OUTPUT_COLUMNS
template <int N> INLINE void output_nothings(const Ctx& c, const None&, const Slot& x) { end<N>(c, slot_status<N>(c, x)); }
KILN_LANE_KERNEL(output_nothings_str, output_nothings, None, Vector)

/// A result that no column can hold (free text) can still end the row.
template <int N> INLINE void output_nothing(const Ctx& c, const None&, const Str<N>& x) { end<N>(c, x.status); }
KILN_LANE_KERNEL(output_nothing_str, output_nothing, None, Str)

INLINE void number_cell(kiln_cell& y, f64 v) { y.as.number = canonical(v), y.length = 0, y.kind = KILN_NUMBER; }
INLINE void integer_cell(kiln_cell& y, i64 v) { y.as.integer = v, y.length = 0, y.kind = KILN_INTEGER; }
INLINE void missing_cell(kiln_cell& y) {
  y.as.integer = 0, y.length = 0, y.kind = KILN_MISSING;
  y.reserved[0] = y.reserved[1] = y.reserved[2] = 0;
}
INLINE bool odd(f64 v) { return !(v - v == 0); }

/// The label of a code, as the cell of its element type.
INLINE void label_cell(const Ctx& c, const FieldPlan& f, u32 code, kiln_cell& y) {
  if (code >= f.label_count) return missing_cell(y);   // "some other value" has no label
  if (f.elem == kElemStr) {
    const u32* offsets = (const u32*)(c.blob + f.label_offsets);
    y.as.text = (const char*)(c.blob + f.label_text + offsets[code]), y.length = offsets[code + 1] - offsets[code], y.kind = KILN_TEXT;
    return;
  }
  const u8* label = c.blob + f.labels + 8ull * code;
  if (f.elem == kElemF64 || f.elem == kElemF32) {
    const f64 v = load<f64>(label);
    number_cell(y, v);
    if (odd(v)) note_row(*c.status, KILN_NON_FINITE);
  } else {
    integer_cell(y, load<i64>(label));
    if (f.elem == kElemBool) y.kind = KILN_BOOLEAN;
  }
}
INLINE void result_cell(const Ctx& c, f64 v, kiln_cell& y) {
  y.as.number = v, y.length = 0, y.kind = KILN_NUMBER;
  const f64 rest = v - v;   // 0, or NaN
  if (__builtin_expect(rest != rest, 0)) y.as.number = canonical(v), note_row(*c.status, KILN_NON_FINITE);
}
INLINE void value_cell(const Ctx& c, const FieldPlan&, const F64<1>& x, kiln_cell& y) { result_cell(c, x.v, y); }
INLINE void value_cell(const Ctx& c, const FieldPlan&, const F32<1>& x, kiln_cell& y) { result_cell(c, (f64)x.v, y); }
INLINE void value_cell(const Ctx&, const FieldPlan&, const I64<1>& x, kiln_cell& y) { integer_cell(y, x.v); }
INLINE void value_cell(const Ctx& c, const FieldPlan& f, const I32<1>& x, kiln_cell& y) {
  if (f.is_cat) label_cell(c, f, (u32)x.v, y);
  else integer_cell(y, x.v);
}
INLINE void value_cell(const Ctx&, const FieldPlan&, const Bool<1>& x, kiln_cell& y) {
  integer_cell(y, x.v.on);
  y.kind = KILN_BOOLEAN;
}
INLINE void value_cell(const Ctx&, const FieldPlan&, const Str<1>& x, kiln_cell& y) {
  y.as.text = (const char*)x.p[0], y.length = x.length[0], y.kind = KILN_TEXT;
}
template <class X> INLINE void output_cell(const Ctx& c, const OutputParams& p, const X& x) {
  kiln_cell& y = c.out[p.index];
  y.reserved[0] = y.reserved[1] = y.reserved[2] = 0;
  if (x.status != 0) end_row(*c.status, x.status), missing_cell(y);
  else if (x.missing.on) missing_cell(y);
  else value_cell(c, p.field, x, y);
}
#define KILN_OUTPUT_CELL(name, X) \
  KILN_KERNEL void kiln_output_cell_##name##_1(Ctx* c, const OutputParams* p, X<1>* x) { output_cell(*c, *p, *x); }
KILN_OUTPUT_CELL(f64, F64)
KILN_OUTPUT_CELL(f32, F32)
KILN_OUTPUT_CELL(i64, I64)
KILN_OUTPUT_CELL(i32, I32)
KILN_OUTPUT_CELL(bool, Bool)
KILN_OUTPUT_CELL(str, Str)
#undef KILN_OUTPUT_CELL

template <class X> INLINE void output_cells(const Ctx& c, const OutputParams& p, const Slot& x) {
  OutputParams at = p;
  NOUNROLL for (u32 e = 0; e < x.count; e++) {
    X v;
    get_element<1>(c, x, e, v);
    at.index = p.index + e;
    output_cell(c, at, v);
  }
}
#define KILN_OUTPUT_CELLS(name, X) \
  KILN_KERNEL void kiln_output_cells_##name##_1(Ctx* c, const OutputParams* p, const Slot* x) { output_cells<X<1>>(*c, *p, *x); }
KILN_OUTPUT_CELLS(f64, F64)
KILN_OUTPUT_CELLS(f32, F32)
KILN_OUTPUT_CELLS(i64, I64)
KILN_OUTPUT_CELLS(i32, I32)
KILN_OUTPUT_CELLS(bool, Bool)
KILN_OUTPUT_CELLS(str, Str)
#undef KILN_OUTPUT_CELLS

}  // namespace kiln::kernel

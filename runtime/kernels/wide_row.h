// A wide row (wide_row.h of the compiler): its elements straight from the caller's matrix, and results back to one, a vector at a time.
#pragma once
#include "instances.h"
#include "nodes/normalize.h"
#include "nodes/reduce.h"
#include "outputs.h"

namespace kiln::kernel {

INLINE const u8* row_in(const Ctx& c) { return (const u8*)c.cells; }
INLINE u8* row_out(const Ctx& c) { return (u8*)c.out; }
/// part(e) for each vector of a row, the last of which may begin inside the one before.
template <class Part> INLINE void whole_row(u32 count, Part part) {
  if (each_part(count, part) != count) part(count - kRowVector);
}
template <class T> INLINE void read_row(const Ctx& c, const Slot& y) {
  typedef Lane<T, kRowVector> Part;
  whole_row(y.count, [&](u32 e) __attribute__((always_inline)) { store(c.scratch + y.values + e * sizeof(T), load<Part>(row_in(c) + e * sizeof(T))); });
}
/// The results f(x) of each vector of x.
template <class T, class F> INLINE void write_row(const Ctx& c, const Slot& x, F f) {
  typedef Lane<T, kRowVector> Part;
  typedef Lane<SameSize<T>, kRowVector> Bits;
  Bits odd{};   // v - v is 0, no bit of which is set, or NaN
  whole_row(x.count, [&](u32 e) __attribute__((always_inline)) {
    const Part v = f(load<Part>(c.scratch + x.values + e * sizeof(T)), e);
    odd |= __builtin_bit_cast(Bits, v - v);
    store(row_out(c) + e * sizeof(T), v);
  });
  if (__builtin_expect(__builtin_reduce_or(odd) == 0, 1)) return;
  NOUNROLL for (u32 e = 0; e < x.count; e++) store(row_out(c) + e * sizeof(T), canonical(load<T>(row_out(c) + e * sizeof(T))));
  note_row(*c.status, KILN_NON_FINITE);
}
template <class T> INLINE void write_number(const Ctx& c, T v) {
  store(row_out(c), canonical(v));
  if (__builtin_expect(!(v - v == 0), 0)) note_row(*c.status, KILN_NON_FINITE);
}
#define KILN_WIDE_ROW(s, T, X)                                                                                                     \
  KILN_KERNEL void kiln_read_row_##s##_1(Ctx* c, const None*, const Slot* y) { read_row<T>(*c, *y); }                              \
  KILN_KERNEL void kiln_write_row_##s##_1(Ctx* c, const None*, const Slot* x) {                                                   \
    write_row<T>(*c, *x, [](auto v, u32) __attribute__((always_inline)) { return v; });                                            \
  }                                                                                                                                \
  KILN_KERNEL void kiln_write_number_##s##_1(Ctx* c, const None*, const X<1>* x) { write_number<T>(*c, x->v); }                    \
  KILN_KERNEL void kiln_get_row_across_##s(Ctx* c, const Slot*, X<KILN_LANES>* x) {                                                \
    *x = {load<Lane<T, KILN_LANES>>(row_in(*c) + c->at * sizeof(T)), never<KILN_LANES>(), Status<KILN_LANES>{}};                    \
  }                                                                                                                                \
  KILN_KERNEL void kiln_row_sum_##s##_1(Ctx* c, const ReduceParams* p, X<1>* y) { *y = {sum_of_vectors_of_row<T>(row_in(*c), p->length), false, 0}; } \
  KILN_KERNEL void kiln_row_min_##s##_1(Ctx* c, const ReduceParams* p, X<1>* y) { *y = {extreme_of_row<true, T>(row_in(*c), p->length), false, 0}; }  \
  KILN_KERNEL void kiln_row_max_##s##_1(Ctx* c, const ReduceParams* p, X<1>* y) { *y = {extreme_of_row<false, T>(row_in(*c), p->length), false, 0}; }
KILN_WIDE_ROW(f64, f64, F64)
KILN_WIDE_ROW(f32, f32, F32)
#undef KILN_WIDE_ROW

/// The softmax of the row, or its logarithm, as results; the exponentials stand in y.
INLINE void row_softmax(const Ctx& c, const NormalizeParams& p, const Slot& y) {
  const f32 top = extreme_of_row<false, f32>(row_in(c), p.length);
  const auto part = [&](u32 e) __attribute__((always_inline)) { return load<Lane<f32, kRowVector>>(row_in(c) + e * sizeof(f32)); };
  const f32 sum = mlas_exponentials_of_row(c, p.length, top, y, part);
  if (p.method == kLogSoftmaxMlas) {
    const f32 log = math::log_of<f32, 1>(sum);
    write_row<f32>(c, y, [&](auto, u32 e) __attribute__((always_inline)) { return (part(e) - top) - log; });
  } else {
    const f32 scale = 1 / sum;
    write_row<f32>(c, y, [&](auto v, u32) __attribute__((always_inline)) { return v * scale; });
  }
}
KILN_KERNEL void kiln_row_softmax_f32_1(Ctx* c, const NormalizeParams* p, const Slot* y) { row_softmax(*c, *p, *y); }

}  // namespace kiln::kernel

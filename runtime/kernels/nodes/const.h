// const: a literal, a missing value, or a constant matrix.
#pragma once
#include "common.h"

namespace kiln::kernel {

template <int N, class T>
INLINE void constant(const Ctx&, const ConstParams<T>& p, Val<T, N>& y) {
  y = {splat<T, N>(p.value), mask_if<N>(p.missing), Status<N>{}};
}
template <int N>
INLINE void constant(const Ctx&, const ConstParams<u8>& p, Bool<N>& y) {
  y = {mask_if<N>(p.value), mask_if<N>(p.missing), Status<N>{}};
}
template <int N>
INLINE void constant(const Ctx& c, const ConstTextParams& p, Str<N>& y) {
  UNROLL for (int i = 0; i < N; i++) y.p[i] = c.blob + p.text, y.length[i] = p.length;
  y.missing = mask_if<N>(p.missing), y.status = Status<N>{};
}
#define KILN_CONST(s, T, X) KILN_LANE_KERNEL(const_##s, constant, ConstParams<T>, X)
KILN_CONST(f64, f64, F64)
KILN_WIDE_KERNEL(const_f32, constant, ConstParams<f32>, F32)
KILN_INTEGERS(KILN_CONST)
KILN_CONST(bool, u8, Bool)
#undef KILN_CONST
KILN_LANE_KERNEL(const_str, constant, ConstTextParams, Str)

template <int N, class T>
INLINE void matrix(const Ctx& c, const MatrixParams& p, const Slot& y) {
  const u8* values = c.blob + p.values;
  u32 e = 0;
  if (N == 1)   // elements are neighbours in scratch too
    NOUNROLL for (; e + 8 <= y.count; e += 8)
        store(c.scratch + y.values + e * sizeof(T), load<Lane<T, 8>>(values + e * sizeof(T)));
  NOUNROLL for (; e < y.count; e++) set_element<T, N>(c, y, e, splat<T, N>(load<T>(values + e * sizeof(T))));
}
template <int N>
INLINE void matrix_f64(const Ctx& c, const MatrixParams& p, const Slot& y) {
  matrix<N, f64>(c, p, y);
}
template <int N>
INLINE void matrix_f32(const Ctx& c, const MatrixParams& p, const Slot& y) {
  matrix<N, f32>(c, p, y);
}
template <int N>
INLINE void matrix_i64(const Ctx& c, const MatrixParams& p, const Slot& y) {
  matrix<N, i64>(c, p, y);
}
template <int N>
INLINE void matrix_i32(const Ctx& c, const MatrixParams& p, const Slot& y) {
  matrix<N, i32>(c, p, y);
}
template <int N>
INLINE void matrix_bool(const Ctx& c, const MatrixParams& p, const Slot& y) {
  matrix<N, i8>(c, p, y);
}
template <int N>
INLINE void matrix_str(const Ctx& c, const MatrixParams& p, const Slot& y) {
  const u32* entry = (const u32*)(c.blob + p.values);   // offset and length of each text
  NOUNROLL for (u32 e = 0; e < y.count; e++) {
    Str<N> v;
    UNROLL for (int i = 0; i < N; i++) v.p[i] = c.blob + entry[2 * e], v.length[i] = entry[2 * e + 1];
    v.missing = never<N>(), v.status = Status<N>{};
    put_element<N>(c, y, e, v);
  }
}
KILN_LANE_KERNEL(matrix_str, matrix_str, MatrixParams, Vector)
KILN_LANE_KERNEL(matrix_f64, matrix_f64, MatrixParams, Vector)
KILN_LANE_KERNEL(matrix_f32, matrix_f32, MatrixParams, Vector)
KILN_LANE_KERNEL(matrix_i64, matrix_i64, MatrixParams, Vector)
KILN_LANE_KERNEL(matrix_i32, matrix_i32, MatrixParams, Vector)
KILN_LANE_KERNEL(matrix_bool, matrix_bool, MatrixParams, Vector)

}  // namespace kiln::kernel

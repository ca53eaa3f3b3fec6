// encode and lookup: labels to codes, codes to rows of a table, rows to values.
#pragma once
#include "../strings.h"
#include "common.h"

namespace kiln::kernel {

// ---- encode
template <int N, class X>
INLINE void encoded(const EncodeParams& p, const X& x, Lane<i32, N> code, I32<N>& y) {
  const Mask<N> unknown = mask<N>(code < 0);
  y = {code, x.missing, x.status};
  if (p.other >= 0)
    y.v = pick<N>(unknown, splat<i32, N>(p.other), code);
  else if (p.status == 0)
    y.missing = x.missing | unknown;
  else
    fail_where<N>(unknown, p.status, y);
}
/// Few labels are compared with, each with all rows.
template <int N, class T>
INLINE Lane<i32, N> code_of_few(const EncodeParams& p, Lane<T, N> x) {
  Lane<i32, N> code = splat<i32, N>(-1);
  UNROLL for (u32 k = 0; k < 8; k++)
    if (k < p.few) code = pick<N>(mask<N>(x == splat<T, N>(__builtin_bit_cast(T, p.label[k]))), splat<i32, N>((i32)k), code);
  return code;
}
template <int N, class T>
INLINE void encode(const Ctx& c, const EncodeParams& p, const Val<T, N>& x, I32<N>& y) {
  if (p.few != 0) {
    if constexpr (kIsFloat<T>) return encoded<N>(p, x, code_of_few<N, f64>(p, convert<f64, T, N>(x.v)), y);
    else return encoded<N>(p, x, code_of_few<N, i64>(p, convert<i64, T, N>(x.v)), y);
  }
  Lane<i32, N> code{};
  UNROLL for (int i = 0; i < N; i++) {
    u64 key;
    if constexpr (kIsFloat<T>)
      key = number_key((f64)lane<N>(x.v, i));
    else
      key = number_key((i64)lane<N>(x.v, i));
    set_lane<N>(code, i, find_number(c.blob + p.table, key));
  }
  encoded<N>(p, x, code, y);
}
template <int N>
INLINE void encode(const Ctx& c, const EncodeParams& p, const Bool<N>& x, I32<N>& y) {
  const i32 on = find_number(c.blob + p.table, 1), off = find_number(c.blob + p.table, 0);
  encoded<N>(p, x, pick<N>(x.v, splat<i32, N>(on), splat<i32, N>(off)), y);
}
template <int N>
INLINE void encode(const Ctx& c, const EncodeParams& p, const Str<N>& x, I32<N>& y) {
  const Mask<N> there = live<N>(x);
  Lane<i32, N> code{};
  UNROLL for (int i = 0; i < N; i++) if (mask_lane<N>(there, i))
      set_lane<N>(code, i, find_code(c.blob + p.table, x.p[i], x.length[i]));
  encoded<N>(p, x, code, y);
}
template <int N>
INLINE void encode_code(const Ctx& c, const EncodeParams& p, const I32<N>& x, I32<N>& y) {
  const i32* map = (const i32*)(c.blob + p.table);
  Lane<i32, N> code{};
  UNROLL for (int i = 0; i < N; i++) {
    const u32 from = (u32)lane<N>(x.v, i);
    set_lane<N>(code, i, from < p.count ? map[from] : -1);
  }
  encoded<N>(p, x, code, y);
}
#define KILN_ENCODE(s, T, X) KILN_LANE_KERNEL(encode_##s, encode, EncodeParams, X, I32)
KILN_VALUES(KILN_ENCODE)
#undef KILN_ENCODE
KILN_LANE_KERNEL(encode_code, encode_code, EncodeParams, I32, I32)

// ---- lookup
/// Takes one more key into the row-major index; -1 once a code lies outside its size.
template <int N>
INLINE void lookup_key(const Ctx&, const KeyParams& p, const I32<N>& code, I64<N>& index) {
  const Mask<N> inside = mask<N>((Lane<u32, N>)code.v < p.size);
  const Lane<i64, N> wide = convert<i64, i32, N>(code.v), none = splat<i64, N>(-1);
  if (p.first) {
    index = {pick<N>(inside, wide, none), code.missing, code.status};
  } else {
    const Lane<i64, N> next = plus<i64, N>(times<i64, N>(index.v, splat<i64, N>(p.size)), wide);
    index.v = pick<N>(inside & mask<N>(index.v >= 0), next, none);
    index.missing = index.missing | code.missing;
    index.status = first<N>(index.status, code.status);
  }
}
[[maybe_unused]] static __attribute__((noinline)) i32 find_row(const i64* keys, u32 count, i64 index) {
  u32 low = 0, high = count;
  NOUNROLL while (low < high) {
    const u32 middle = low + (high - low) / 2;
    if (keys[middle] < index)
      low = middle + 1;
    else
      high = middle;
  }
  return low < count && keys[low] == index ? (i32)low : -1;
}
/// The row of an index, missing where there is none.
template <int N>
INLINE void lookup_row(const Ctx& c, const RowParams& p, const I64<N>& index, I32<N>& row) {
  Lane<i32, N> at{};
  if (p.count == 0)
    at = convert<i32, i64, N>(index.v);
  else
    UNROLL for (int i = 0; i < N; i++)
        set_lane<N>(at, i, find_row((const i64*)(c.blob + p.keys), p.count, lane<N>(index.v, i)));
  at = pick<N>(mask<N>(at < 0), splat<i32, N>(p.default_row), at);
  at = pick<N>(index.missing, splat<i32, N>(p.missing_row), at);
  row = {at, mask<N>(at < 0), index.status};
}
/// Value `element` of the row; lanes without one read the first.
template <int N>
INLINE u32 value_at(const ValueParams& p, const I32<N>& row, int i, u32 width, u32 element) {
  const u32 r = (u32)lane<N>(row.v, i);
  return (r < p.rows ? r : 0) * width + element;
}
template <int N, class X>
INLINE void value_missing(const Ctx& c, const ValueParams& p, const I32<N>& row, u32 width, u32 element, X& y) {
  y.missing = row.missing, y.status = row.status;
  if (p.missing == kNone) return;
  UNROLL for (int i = 0; i < N; i++) set_mask_lane<N>(
      y.missing, i, mask_lane<N>(row.missing, i) || (c.blob[p.missing + value_at<N>(p, row, i, width, element)] != 0));
}
template <int N, class T>
INLINE void value(const Ctx& c, const ValueParams& p, const I32<N>& row, u32 width, u32 element, Val<T, N>& y) {
  y.v = Lane<T, N>{};
  UNROLL for (int i = 0; i < N; i++)
      set_lane<N>(y.v, i, ((const T*)(c.blob + p.values))[value_at<N>(p, row, i, width, element)]);
  value_missing<N>(c, p, row, width, element, y);
}
template <int N>
INLINE void value(const Ctx& c, const ValueParams& p, const I32<N>& row, u32 width, u32 element, Bool<N>& y) {
  y.v = never<N>();
  UNROLL for (int i = 0; i < N; i++)
      set_mask_lane<N>(y.v, i, c.blob[p.values + value_at<N>(p, row, i, width, element)] != 0);
  value_missing<N>(c, p, row, width, element, y);
}
template <int N>
INLINE void value(const Ctx& c, const ValueParams& p, const I32<N>& row, u32 width, u32 element, Str<N>& y) {
  UNROLL for (int i = 0; i < N; i++) {
    const u32* entry = (const u32*)(c.blob + p.values) + 2 * value_at<N>(p, row, i, width, element);
    y.p[i] = c.blob + entry[0], y.length[i] = entry[1];
  }
  value_missing<N>(c, p, row, width, element, y);
}
/// A scalar by row; by one key; a vector by row.
template <int N, class X>
INLINE void lookup_value(const Ctx& c, const ValueParams& p, const I32<N>& row, X& y) {
  value<N>(c, p, row, 1, 0, y);
}
template <int N, class X>
INLINE void lookup(const Ctx& c, const LookupParams& p, const I32<N>& code, X& y) {
  I64<N> index;
  I32<N> row;
  lookup_key<N>(c, p.key, code, index);
  lookup_row<N>(c, p.row, index, row);
  value<N>(c, p.value, row, 1, 0, y);
}
template <int N, class X>
INLINE void lookup_elements(const Ctx& c, const ValueParams& p, const I32<N>& row, const Slot& y) {
  NOUNROLL for (u32 e = 0; e < y.count; e++) {
    X v;
    value<N>(c, p, row, y.count, e, v);
    put_element<N>(c, y, e, v);
  }
  set_slot_status<N>(c, y, row.status);
}
KILN_LANE_KERNEL(lookup_key, lookup_key, KeyParams, I32, I64)
KILN_LANE_KERNEL(lookup_row, lookup_row, RowParams, I64, I32)
#define KILN_LOOKUP(s, T, X)                                                                            \
  template <int N>                                                                                      \
  INLINE void lookup_vector_##s(const Ctx& c, const ValueParams& p, const I32<N>& row, const Slot& y) { \
    lookup_elements<N, X<N>>(c, p, row, y);                                                             \
  }                                                                                                     \
  KILN_LANE_KERNEL(lookup_value_##s, lookup_value, ValueParams, I32, X)                                 \
  KILN_LANE_KERNEL(lookup_##s, lookup, LookupParams, I32, X)                                            \
  KILN_LANE_KERNEL(lookup_vector_##s, lookup_vector_##s, ValueParams, I32, Vector)
KILN_VALUES(KILN_LOOKUP)
#undef KILN_LOOKUP

}  // namespace kiln::kernel

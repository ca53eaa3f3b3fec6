// matmul, conv: sums of products of tensors of the row; rows in lanes.
#pragma once
#include "common.h"

namespace kiln::kernel {

template <class T, int N>
INLINE void matmul(const Ctx& c, const MatMulParams& p, const Slot& a, const Slot& b, const Slot& y) {
  u32 e = 0;
  NOUNROLL for (u32 i = 0; i < p.batch * p.rows; i++) NOUNROLL for (u32 j = 0; j < p.columns; j++, e++) {
    const u32 row = i * p.inner, column = i / p.rows * p.inner * p.columns + j;
    Lane<T, N> sum{};
    Mask<N> missing = never<N>();
    NOUNROLL for (u32 k = 0; k < p.inner; k++) {
      const u32 at = column + k * p.columns;
      const Lane<T, N> product = times<T, N>(element<T, N>(c, a, row + k), element<T, N>(c, b, at));
      sum = k == 0 ? product : plus<T, N>(sum, product);
      missing = missing | slot_missing<N>(c, a, row + k) | slot_missing<N>(c, b, at);
    }
    set_element<T, N>(c, y, e, sum);
    set_slot_missing<N>(c, y, e, missing);
  }
  set_slot_status<N>(c, y, first<N>(slot_status<N>(c, a), slot_status<N>(c, b)));
}

// ---- conv
/// Weights or bias: numbers of the blob, or a vector of the row.
template <class T, int N>
struct ConvConstant {
  const T* numbers;
  MEMBER Lane<T, N> value(const Ctx&, u32 i) const { return splat<T, N>(numbers[i]); }
  MEMBER Mask<N> missing(const Ctx&) const { return never<N>(); }
  MEMBER Status<N> status(const Ctx&) const { return Status<N>{}; }
};
template <class T, int N>
struct ConvOperand {
  const Slot& slot;
  MEMBER Lane<T, N> value(const Ctx& c, u32 i) const { return element<T, N>(c, slot, i); }
  MEMBER Mask<N> missing(const Ctx& c) const {
    Mask<N> any = never<N>();
    if (slot.missing != kNone) NOUNROLL for (u32 i = 0; i < slot.count; i++) any = any | slot_missing<N>(c, slot, i);
    return any;
  }
  MEMBER Status<N> status(const Ctx& c) const { return slot_status<N>(c, slot); }
};
/// Along one axis: where output o begins in the input, and which of the kernel lies inside of it.
struct ConvSpan {
  i32 start;
  u32 low, high;
};
INLINE ConvSpan conv_span(const ConvParams& p, int d, u32 o) {
  const i32 start = (i32)(o * p.stride[d]) - (i32)p.pad[d], dilation = (i32)p.dilation[d], size = (i32)p.size[d];
  const u32 low = start >= 0 ? 0 : (u32)((-start + dilation - 1) / dilation);
  const i32 room = size - start;   // kernel places k with k * dilation < room
  const u32 high = room <= 0 ? 0 : (u32)((room + dilation - 1) / dilation);
  return {start, low, high < p.kernel[d] ? high : p.kernel[d]};
}
template <class T, int N, class W, class B>
INLINE void conv(const Ctx& c, const ConvParams& p, const Slot& x, const W& weights, const B& bias, bool biased, const Slot& y) {
  const u32 per_group = p.outputs / p.groups, area = p.kernel[0] * p.kernel[1] * p.kernel[2];
  const u32 volume = p.size[0] * p.size[1] * p.size[2];
  Mask<N> none = weights.missing(c);
  if (biased) none = none | bias.missing(c);
  u32 e = 0;
  NOUNROLL for (u32 n = 0; n < p.batch * p.outputs; n++) {
    const u32 j = n % p.outputs, group = n / p.outputs * p.groups + j / per_group;
    NOUNROLL for (u32 o0 = 0; o0 < p.result[0]; o0++) NOUNROLL for (u32 o1 = 0; o1 < p.result[1]; o1++) NOUNROLL for (u32 o2 = 0; o2 < p.result[2]; o2++, e++) {
      const ConvSpan a = conv_span(p, 0, o0), b = conv_span(p, 1, o1), d = conv_span(p, 2, o2);
      Lane<T, N> sum = biased ? bias.value(c, j) : Lane<T, N>{};
      Mask<N> missing = none;
      NOUNROLL for (u32 channel = 0; channel < p.channels; channel++) {
        const u32 from = (group * p.channels + channel) * volume, w = (j * p.channels + channel) * area;
        NOUNROLL for (u32 k0 = a.low; k0 < a.high; k0++) NOUNROLL for (u32 k1 = b.low; k1 < b.high; k1++) NOUNROLL for (u32 k2 = d.low; k2 < d.high; k2++) {
          const u32 s0 = (u32)(a.start + (i32)(k0 * p.dilation[0])), s1 = (u32)(b.start + (i32)(k1 * p.dilation[1])), s2 = (u32)(d.start + (i32)(k2 * p.dilation[2]));
          const u32 at = from + (s0 * p.size[1] + s1) * p.size[2] + s2;
          sum = plus<T, N>(sum, times<T, N>(element<T, N>(c, x, at), weights.value(c, w + (k0 * p.kernel[1] + k1) * p.kernel[2] + k2)));
          missing = missing | slot_missing<N>(c, x, at);
        }
      }
      set_element<T, N>(c, y, e, sum);
      set_slot_missing<N>(c, y, e, missing);
    }
  }
  const Status<N> status = first<N>(slot_status<N>(c, x), weights.status(c));
  set_slot_status<N>(c, y, biased ? first<N>(status, bias.status(c)) : status);
}
#define KILN_MATMUL(s, T, X)                                                                                                          \
  template <int N>                                                                                                                    \
  INLINE void matmul_##s(const Ctx& c, const MatMulParams& p, const Slot& a, const Slot& b, const Slot& y) {                          \
    matmul<T, N>(c, p, a, b, y);                                                                                                      \
  }                                                                                                                                   \
  template <int N>                                                                                                                    \
  INLINE void conv_##s(const Ctx& c, const ConvParams& p, const Slot& x, const Slot& y) {                                             \
    const ConvConstant<T, N> w{(const T*)(c.blob + p.weights)}, b{(const T*)(c.blob + (p.bias == kNone ? 0 : p.bias))};                 \
    conv<T, N>(c, p, x, w, b, p.bias != kNone, y);                                                                                    \
  }                                                                                                                                   \
  template <int N>                                                                                                                    \
  INLINE void conv_given_##s(const Ctx& c, const ConvParams& p, const Slot& x, const Slot& w, const Slot& y) {                        \
    const ConvConstant<T, N> b{(const T*)(c.blob + (p.bias == kNone ? 0 : p.bias))};                                                  \
    conv<T, N>(c, p, x, ConvOperand<T, N>{w}, b, p.bias != kNone, y);                                                                 \
  }                                                                                                                                   \
  template <int N>                                                                                                                    \
  INLINE void conv_biased_##s(const Ctx& c, const ConvParams& p, const Slot& x, const Slot& w, const Slot& b, const Slot& y) {        \
    conv<T, N>(c, p, x, ConvOperand<T, N>{w}, ConvOperand<T, N>{b}, true, y);                                                         \
  }                                                                                                                                   \
  KILN_LANE_KERNEL(matmul_##s, matmul_##s, MatMulParams, Vector, Vector, Vector)                                                      \
  KILN_LANE_KERNEL(conv_##s, conv_##s, ConvParams, Vector, Vector)                                                                    \
  KILN_LANE_KERNEL(conv_given_##s, conv_given_##s, ConvParams, Vector, Vector, Vector)                                                \
  KILN_LANE_KERNEL(conv_biased_##s, conv_biased_##s, ConvParams, Vector, Vector, Vector, Vector)
KILN_NUMBERS(KILN_MATMUL)
#undef KILN_MATMUL

}  // namespace kiln::kernel

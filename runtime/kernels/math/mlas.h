// Functions of f32 as ONNX Runtime's library MLAS computes them where the processor has fused multiply-add: short polynomials in float, with
// its coefficients and in its order, so that the bits are its own. Faithful to a few ulp; those of single.h round correctly.
#pragma once
#include "../fused.h"

namespace kiln::kernel::math {

template <int N>
using Singles = Lane<f32, N>;

namespace mlas {

/// Registers for all constants there are from AVX-512 on. Before, those of a polynomial of one vector are read where they are multiplied, eight times each:
/// that takes no instruction of its own, so that more vectors are under way at once. Several vectors share a constant, step by step.
#if defined(__AVX2__) && !defined(__AVX512F__)
template <int N> inline constexpr bool kFromMemory = N == 8;
template <int N> inline constexpr bool kStepByStep = N == 32;
#else
template <int N> inline constexpr bool kFromMemory = false;
template <int N> inline constexpr bool kStepByStep = false;
#endif
template <int K>
struct Coefficients {
  f32 one[K];
  alignas(32) f32 eight[K][8];
  constexpr Coefficients(const f32 (&c)[K]) : one{}, eight{} {
    for (int k = 0; k < K; k++) {
      one[k] = c[k];
      for (int i = 0; i < 8; i++) eight[k][i] = c[k];
    }
  }
};
/// Four vectors, none of which goes ahead: the compiler would have one wait for all of its own steps.
template <int N, int K>
INLINE Singles<N> polynomial_of_four(Singles<N> x, const Coefficients<K>& c) {
  Singles<8> xs[4], ys[4];
  store(xs, x);
  UNROLL for (int i = 0; i < 4; i++) ys[i] = splat<f32, 8>(c.one[0]);
  UNROLL for (int k = 1; k < K; k++) {
    UNROLL for (int i = 0; i < 4; i++) ys[i] = fused<8>(ys[i], xs[i], splat<f32, 8>(c.one[k]));
#if defined(__AVX2__)
    asm("" : "+x"(ys[0]), "+x"(ys[1]), "+x"(ys[2]), "+x"(ys[3]));
#endif
  }
  return load<Singles<N>>(ys);
}
/// c[0] x^(K-1) + .. + c[K-1], fused.
template <int N, int K>
INLINE Singles<N> polynomial(Singles<N> x, const Coefficients<K>& c) {
  if constexpr (kStepByStep<N>) {
    return polynomial_of_four<N>(x, c);
  } else {
    const f32* eight = c.eight[0];
    if constexpr (kFromMemory<N>) asm("" : "+r"(eight));   // or the compiler would know what stands there
    const auto at = [&](int k) __attribute__((always_inline)) {
      if constexpr (kFromMemory<N>) return load<Singles<N>>(eight + k * 8);
      else return splat<f32, N>(c.one[k]);
    };
    Singles<N> y = at(0);
    UNROLL for (int k = 1; k < K; k++) y = fused<N>(y, x, at(k));
    return y;
  }
}
/// NaN stays.
template <int N>
INLINE Singles<N> clamp(Singles<N> x, f32 low, f32 high) {
  const Singles<N> a = splat<f32, N>(low), b = splat<f32, N>(high);
  const Singles<N> y = x < a ? a : x;
  return y > b ? b : y;
}
template <int N>
INLINE Singles<N> or_nan(Singles<N> y, Singles<N> x) {
  return x == x ? y : splat<f32, N>(__builtin_nanf(""));
}
template <int N>
INLINE Singles<N> single_of(Lane<i32, N> bits) {
  return __builtin_bit_cast(Singles<N>, bits);
}

inline constexpr Coefficients kTanhOdd({-2.76076847742355e-16f, 2.00018790482477e-13f, -8.60467152213735e-11f, 5.12229709037114e-08f, 1.48572235717979e-05f, 6.37261928875436e-04f, 4.89352455891786e-03f});
inline constexpr Coefficients kTanhEven({1.19825839466702e-06f, 1.18534705686654e-04f, 2.26843463243900e-03f, 4.89352518554385e-03f});
inline constexpr Coefficients kLogisticOdd({4.37031012579801e-11f, 1.15627324459942e-07f, 6.08574864600143e-05f, 8.51377133304701e-03f, 2.48287947061529e-01f});
inline constexpr Coefficients kLogisticEven({6.10247389755681e-13f, 5.76102136993427e-09f, 6.29106785017040e-06f, 1.70198817374094e-03f, 1.16817656904453e-01f, 9.93151921023180e-01f});
inline constexpr Coefficients kErfLow({-5.99104969e-4f, 4.99339588e-3f, -2.67667342e-2f, 1.12818025e-1f, -3.76124859e-1f, 1.28379151e-1f});
inline constexpr Coefficients kErfHigh({1.72948930e-5f, -3.83208680e-4f, 3.88393435e-3f, -2.42545605e-2f, 1.06777847e-1f, 6.34846687e-1f, 1.28717512e-1f});
inline constexpr Coefficients kErfExp({1.38319808e-3f, 8.37550033e-3f, 4.16689515e-2f, 1.66664466e-1f, 4.99999851e-1f, 1.0f, 1.0f});
inline constexpr Coefficients kExp({0x1.694000p-10f, 0x1.125edcp-7f, 0x1.555b5ap-5f, 0x1.555450p-3f, 0x1.fffff6p-2f, 1.0f});
inline constexpr f32 kErfLimit = 3.925f, kErfSplit = 0.921875f, kExpLeast = -88.3762626647949f;
inline constexpr f32 kLog2Reciprocal = 1.44269504088896341f, kLog2High = -6.93145752e-1f, kLog2Low = -1.42860677e-6f;
inline constexpr f32 kToWhole = 0x1.8p23f;   ///< added, it leaves the whole number in the low bits
inline constexpr i32 kExponentOfOne = 0x3f800000, kLeastExponent = (i32)0xc1000000;

template <int N>
INLINE Lane<i32, N> sum_of(Lane<i32, N> a, Lane<i32, N> b) {
  return __builtin_bit_cast(Lane<i32, N>, __builtin_bit_cast(Lane<u32, N>, a) + __builtin_bit_cast(Lane<u32, N>, b));
}
/// x = m ln 2 + rest; `biased` holds m in its low bits.
template <int N>
struct Reduced {
  Singles<N> rest;
  Lane<i32, N> biased;
};
template <int N>
INLINE Reduced<N> reduce(Singles<N> x) {
  const Singles<N> shift = splat<f32, N>(kToWhole), biased = fused<N>(x, splat<f32, N>(kLog2Reciprocal), shift), m = biased - shift;
  const Singles<N> rest = fused<N>(m, splat<f32, N>(kLog2Low), fused<N>(m, splat<f32, N>(kLog2High), x));
  return {rest, __builtin_bit_cast(Lane<i32, N>, biased)};
}
template <int N>
INLINE Lane<i32, N> exponent_bits(Lane<i32, N> biased) {
  return __builtin_bit_cast(Lane<i32, N>, __builtin_bit_cast(Lane<u32, N>, biased) << 23);
}

}  // namespace mlas

template <int N>
INLINE Singles<N> mlas_tanh(Singles<N> x) {
  const Singles<N> v = mlas::clamp<N>(x, -9, 9), square = v * v;
  return mlas::or_nan<N>(mlas::polynomial<N>(square, mlas::kTanhOdd) * v / mlas::polynomial<N>(square, mlas::kTanhEven), x);
}
template <int N>
INLINE Singles<N> mlas_logistic(Singles<N> x) {
  const Singles<N> v = mlas::clamp<N>(x, -18, 18), square = v * v;
  const Singles<N> y = mlas::polynomial<N>(square, mlas::kLogisticOdd) * v / mlas::polynomial<N>(square, mlas::kLogisticEven) + splat<f32, N>(0.5f);
  return mlas::or_nan<N>(mlas::clamp<N>(y, 0, 1), x);
}
/// NaN stays NaN, which there becomes 1.
template <int N>
INLINE Singles<N> mlas_erf(Singles<N> x) {
  const Singles<N> a = __builtin_elementwise_abs(x), v = a > splat<f32, N>(mlas::kErfLimit) ? splat<f32, N>(mlas::kErfLimit) : a;
  const Singles<N> least = splat<f32, N>(0x1p-40f), root = v > least ? v : least;   // underflow takes the processor long, and a smaller square adds as little
  const Singles<N> low = fused<N>(mlas::polynomial<N>(root * root, mlas::kErfLow), v, v);
  // e^power: 2^-26 at least, so that a power of two adds to the exponent.
  const mlas::Reduced<N> r = mlas::reduce<N>(-fused<N>(mlas::polynomial<N>(v, mlas::kErfHigh), v, v));
  const Singles<N> rest = mlas::polynomial<N>(r.rest, mlas::kErfExp);
  const Singles<N> e = mlas::single_of<N>(mlas::sum_of<N>(__builtin_bit_cast(Lane<i32, N>, rest), mlas::exponent_bits<N>(r.biased)));
  const Singles<N> y = v > splat<f32, N>(mlas::kErfSplit) ? 1.0f - e : low;
  return mlas::or_nan<N>(__builtin_bit_cast(Lane<i32, N>, x) < 0 ? -y : y, x);
}
/// All results, subnormal and infinite ones: the power of two in two steps.
template <int N>
INLINE Singles<N> mlas_exp(Singles<N> x) {
  typedef Lane<i32, N> I;
  typedef Lane<u32, N> U;
  const mlas::Reduced<N> r = mlas::reduce<N>(mlas::clamp<N>(x, -103.9720840454f, 88.7762626647950f));
  const I most = splat<i32, N>(mlas::kExponentOfOne), least = splat<i32, N>(mlas::kLeastExponent), exponent = mlas::exponent_bits<N>(r.biased);
  const I below = exponent > most ? most : exponent, first = below < least ? least : below;
  const I rest = __builtin_bit_cast(I, __builtin_bit_cast(U, exponent) - __builtin_bit_cast(U, first));
  const Singles<N> scale = mlas::single_of<N>(mlas::sum_of<N>(rest, most));
  const Singles<N> y = fused<N>(mlas::polynomial<N>(r.rest, mlas::kExp), r.rest * scale, scale);
  return mlas::or_nan<N>(y * mlas::single_of<N>(mlas::sum_of<N>(first, most)), x);
}
/// e^x for x <= 0, as in a softmax: what is below e^-88 stays there. NaN stays NaN through all steps.
template <int N>
INLINE Singles<N> mlas_exp_negative(Singles<N> x) {
  typedef Lane<u32, N> U;
  const Singles<N> least = splat<f32, N>(mlas::kExpLeast);
  const mlas::Reduced<N> r = mlas::reduce<N>(x < least ? least : x);
  const Singles<N> y = fused<N>(mlas::polynomial<N>(r.rest, mlas::kExp), r.rest, splat<f32, N>(1));
  const U exponent = (__builtin_bit_cast(U, r.biased) << 23) + (u32)mlas::kExponentOfOne;
  return y * __builtin_bit_cast(Singles<N>, exponent);
}
/// What MLAS's vectors of eight add to: lanes of their own, then pair by pair.
template <class V>
INLINE V mlas_sum(const V* lanes) {
  return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
}
/// The same of one such vector.
INLINE f32 mlas_sum(Lane<f32, 8> lanes) {
  const Lane<f32, 4> four = __builtin_shufflevector(lanes, lanes, 0, 2, 4, 6) + __builtin_shufflevector(lanes, lanes, 1, 3, 5, 7);
  const Lane<f32, 2> two = __builtin_shufflevector(four, four, 0, 2) + __builtin_shufflevector(four, four, 1, 3);
  return two[0] + two[1];
}

}  // namespace kiln::kernel::math

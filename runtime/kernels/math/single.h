// Functions of f32 values, in f64: what is computed to some 2^-37 decides nearly always how the result rounds to f32, and where it does
// not, the function itself is asked. So they round as it does, at a fraction of its cost, and a tier may compute the short form as suits
// it: fused, from an estimate of the processor's, by tables in registers. Coefficients: tools/math_coefficients.py.
#pragma once
#include "exponential.h"
#include "inverse.h"
#include "logarithm.h"
#include "normal.h"
#include "trigonometric.h"

namespace kiln::kernel::math {

/// f32 lanes beside f64 ones.
template <class T>
struct SingleOf {
  typedef f32 type __attribute__((vector_size(sizeof(T) / 2)));
};
template <>
struct SingleOf<f64> {
  typedef f32 type;
};
template <class T>
INLINE auto to_single(T x) {
  if constexpr (kLanes<T> == 1) return (f32)x;
  else return __builtin_convertvector(x, typename SingleOf<T>::type);
}
/// Integers beside f64 lanes, as wide as f32.
template <class I, class T>
struct HalfOf {
  typedef I type __attribute__((vector_size(sizeof(T) / 2)));
};
template <class I>
struct HalfOf<I, f64> {
  typedef I type;
};
template <class T>
using Int32 = typename HalfOf<i32, T>::type;
template <class T>
using Unsigned32 = typename HalfOf<u32, T>::type;
/// A comparison's result, of f64 or of f32, as wide as f32.
template <class T, class C>
INLINE auto as_single(C c) {
  if constexpr (kLanes<T> == 1) return (i32)c;
  else return __builtin_convertvector(c, Int32<T>);
}
template <class C>
INLINE bool any_of(C c) {
  if constexpr (sizeof(C) <= sizeof(i32)) return c;
  else return __builtin_reduce_or(c) != 0;
}

// ---- how a short result settles
/// The function itself where a result that is wrong by 2^-36 at most may round otherwise; out of the way of those that need not ask.
#define KILN_EXACTLY(name)                                                                                              \
  template <class T> __attribute__((noinline, const)) T exactly_##name(T x) { return name(x); }                         \
  template <class T> __attribute__((noinline, const)) T unsettled_##name(T y, T x) {                                    \
    return any_of(to_single<T>(y * (1 - 0x1p-36)) != to_single<T>(y * (1 + 0x1p-36))) ? exactly_##name(x) : y;          \
  }
KILN_EXACTLY(exp)
KILN_EXACTLY(expm1)
KILN_EXACTLY(tanh)
KILN_EXACTLY(inv_logit)
KILN_EXACTLY(erf)
KILN_EXACTLY(log)
KILN_EXACTLY(sin)
KILN_EXACTLY(cos)
KILN_EXACTLY(asin)
KILN_EXACTLY(acos)
KILN_EXACTLY(atan)
#undef KILN_EXACTLY
template <class T> __attribute__((noinline, const)) T exactly_pow(T x, T y) { return pow(x, y); }
/// Whether y, which is wrong by 2^(places - 53) of it at most, lies so near the middle of two floats.
template <int places, class T>
INLINE auto is_unclear(T y) {
  constexpr i64 middle = 1ll << 28, near = 1ll << places;
  return ((bits(y) + (middle + near)) & (2 * middle - 2 * near)) == 0;
}
/// y, or ask() where that is unclear, or y is odd, somewhere.
template <int places, class T, class C, class Ask>
INLINE T settle(T y, C odd, Ask ask) {
  return __builtin_expect(any_of(as_single<T>(is_unclear<places>(y)) | as_single<T>(odd)), 0) ? ask() : y;
}
template <int places, class T, class Ask>
INLINE T settle(T y, Ask ask) {
  return __builtin_expect(any_of(is_unclear<places>(y)), 0) ? ask() : y;
}

/// a * b + c, rounded once where that is one instruction.
template <class T>
INLINE T near_sum(T a, T b, T c) {
#if defined(__FMA__) || defined(__aarch64__)
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}
/// c(0) + c(1) x + ... c(n - 1) x^(n - 1), in two chains.
template <int n, class T, class C>
INLINE T near_polynomial(T x, C c) {
  const T square = x * x;
  T even = c((n - 1) / 2 * 2), odd = c(n / 2 * 2 - 1);
  UNROLL for (int i = (n - 1) / 2 * 2 - 2; i >= 0; i -= 2) even = near_sum(even, square, c(i));
  UNROLL for (int i = n / 2 * 2 - 3; i >= 1; i -= 2) odd = near_sum(odd, square, c(i));
  return near_sum(odd, x, even);
}

// ---- tables of sixteen, and an estimate of 1 / x, for a row and for vectors of eight
#if defined(__AVX512F__)
template <class T> inline constexpr bool kTables = kLanes<T> == 1 || kLanes<T> == 8;
/// 1 / x to 2^-41, x in [1, 2].
template <class T>
INLINE T near_inverse(T x) {
  if constexpr (kLanes<T> != 8) return 1.0 / x;
  else {
    const T y = __builtin_ia32_rcp14pd512_mask(x, T{}, 0xff), miss = near_sum(-x, y, all<T>(1.0));
    return near_sum(y, near_sum(miss, miss, miss), y);
  }
}
#else
template <class T> inline constexpr bool kTables = false;
template <class T>
INLINE T near_inverse(T x) {
  return 1.0 / x;
}
#endif
/// What piece round(a / step) has for the rest of a; 0 <= a <= 15 steps.
template <int degrees, class T>
INLINE T piece_of(T a, f64 step, const f64 (&pieces)[degrees][16]) {
  const T shift = all<T>(0x1.8p52), at = near_sum(a, all<T>(1 / step), shift), rest = near_sum(at - shift, all<T>(-step), a);
  return near_polynomial<degrees>(rest, [&](int i) __attribute__((always_inline)) { return sixteenth_of<T>(pieces[i], bits(at)); });
}

// ---- e^x
/// (e^r - 1 - r) / r^2, |r| <= ln 2 / 2
inline constexpr f64 kShortExp[] = {0x1.fffffffffe028p-2, 0x1.5555555554f8cp-3, 0x1.55555565dead9p-5, 0x1.11111117140a3p-7, 0x1.6c166b8f94446p-10, 0x1.a019c3324fe13p-13, 0x1.a137426f16cfcp-16, 0x1.72ada50a7cd68p-19};
// e^r, |r| <= ln 2 / 32
inline constexpr f64 kShortSixteenthExp[] = {0x1.0000000000000p+0, 0x1.fffffffb0e43cp-1, 0x1.fffffffe5a16fp-2, 0x1.5557e6a1bee14p-3, 0x1.55570b87f6002p-5};
/// e^x = 2^k (1 + less), to 2^-38 of less where k is 0. |x| <= 700
template <class T>
struct ShortExponential {
  T power, less;
};
template <class T>
INLINE ShortExponential<T> short_exponential(T x) {
  const T shift = all<T>(0x1.8p52);
  const T k = near_sum(x, all<T>(0x1.71547652b82fep+0), shift) - shift;
  const T r = near_sum(k, all<T>(-kLn2Low), near_sum(k, all<T>(-kLn2High), x));
  return {pow2(k), near_sum(r * r, near_polynomial<8>(r, [](int i) __attribute__((always_inline)) { return all<T>(kShortExp[i]); }), r)};
}
/// e^x to 2^-38; |x| <= 700
template <class T>
INLINE T short_exp(T x) {
  if constexpr (kTables<T>) {
    const T shift = all<T>(0x1.8p52), k = near_sum(x, all<T>(0x1.71547652b82fep+4), shift);
    const T r = near_sum(k - shift, all<T>(-0x1.62e42fefa39efp-5), x);
    const T y = near_polynomial<5>(r, [](int i) __attribute__((always_inline)) { return all<T>(kShortSixteenthExp[i]); });
    return y * from_bits<T>(bits(sixteenth_of<T>(kSixteenths, bits(k))) + ((bits(k) & ~15ll) << 48));
  } else {
    const ShortExponential<T> e = short_exponential(x);
    return near_sum(e.power, e.less, e.power);
  }
}

// ---- the functions
template <class T>
INLINE T single_exp(T x) {   // beyond the limits 0 and infinity
  const T y = short_exp(x > 100.0 ? all<T>(100.0) : x < -120.0 ? all<T>(-120.0) : x);
  return or_nan(settle<16>(y, y < 0x1p-126, [&]() __attribute__((always_inline)) { return unsettled_exp(y, x); }), x);
}
template <class T>
INLINE T single_expm1(T x) {   // beyond the limits -1 and infinity
  const ShortExponential<T> e = short_exponential(x > 100.0 ? all<T>(100.0) : x < -120.0 ? all<T>(-120.0) : x);
  const T y = near_sum(e.power, e.less, e.power - 1.0);
  return or_nan(copy_sign(settle<16>(y, [&]() __attribute__((always_inline)) { return exactly_expm1(x); }), x), x);
}
template <class T>
INLINE T single_inv_logit(T x) {
  const T a = magnitude(x), small = short_exp(a < 120.0 ? -a : all<T>(-120.0));
  const T y = (x < 0.0 ? small : all<T>(1.0)) * near_inverse(1.0 + small);
  return or_nan(settle<16>(y, y < 0x1p-126, [&]() __attribute__((always_inline)) { return unsettled_inv_logit(y, x); }), x);
}

// tanh, and erf, in pieces
inline constexpr f64 kTanhStep = 77.0 / 128, kErfStep = 67.0 / 256;
alignas(64) inline constexpr f64 kTanhPieces[][16] = {{0x0.0p+0, 0x1.1389c508dff41p-1, 0x1.ab516346fa793p-1, 0x1.e5031a35ce355p-1, 0x1.f7be98e82e88fp-1, 0x1.fd81d7638ccc8p-1, 0x1.ff401025b4a82p-1, 0x1.ffc6572dd5c50p-1, 0x1.ffeeaf50cac56p-1, 0x1.fffacd0159327p-1, 0x1.fffe705b7c2a2p-1, 0x1.ffff88014901dp-1, 0x1.ffffdbf88ec31p-1, 0x1.fffff52e9e8e8p-1, 0x1.fffffcc07b260p-1, 0x1.ffffff06552d9p-1},
    {0x1.00000000000fbp+0, 0x1.6bb75c45fc6c0p-1, 0x1.36b764f133d5ep-2, 0x1.a46cfa9a311b8p-4, 0x1.060ba9c21deb8p-5, 0x1.3e4d746b4ac75p-7, 0x1.7f97c0b273afcp-9, 0x1.cd2c9818030cep-11, 0x1.15064410df365p-12, 0x1.4cbdf931b5c69p-14, 0x1.8fa3e7dd4f26cp-16, 0x1.dffaa3b9f6221p-18, 0x1.203b7fc32b1dfp-19, 0x1.5a2c2a87d2718p-21, 0x1.9fc26bb15a179p-23, 0x1.f355a45de3190p-25},
    {-0x1.4608dc33841e8p-35, -0x1.8779b531e1cedp-2, -0x1.035356f1f14ccp-2, -0x1.8e43c78c2e43ep-4, -0x1.01d201dc888acp-5, -0x1.3cc0b8a7ed6d3p-7, -0x1.7f07f3e32efc6p-9, -0x1.ccf8a891235fbp-11, -0x1.14fce5b3d4176p-12, -0x1.4cba9832b8df1p-14, -0x1.8fa2afeca82ccp-16, -0x1.dffa333c694fap-18, -0x1.203b6b7ac9d6fp-19, -0x1.5a2c2337629e5p-21, -0x1.9fc2690e1fa84p-23, -0x1.f355a36a6258dp-25},
    {-0x1.5555550eff07fp-2, -0x1.fcd0949f34b86p-6, 0x1.c3730c24f6506p-4, 0x1.da42953d3197ep-5, 0x1.4ca1246bb5f02p-6, 0x1.a23833dded740p-8, 0x1.fd363983768aep-10, 0x1.330b36d9fa9b4p-11, 0x1.713837419321fp-13, 0x1.bb9a72fe9aa07p-15, 0x1.0a6ad55b675dfp-16, 0x1.3ffb8c28ad373p-18, 0x1.804f03df248e7p-20, 0x1.cd901b6f0e311p-22, 0x1.152c4282882e7p-23, 0x1.4ce3c0ff27679p-25},
    {-0x1.7ae1aeeb1e2ecp-23, 0x1.27362f17cd1bep-3, -0x1.f03c2b42bedf3p-8, -0x1.6f80da3bdd114p-6, -0x1.36c5978ec413cp-7, -0x1.9a0791b78fac3p-9, -0x1.fa396549f338bp-11, -0x1.3280d55b9cb74p-12, -0x1.710643293ca6ap-14, -0x1.bb886e0941114p-16, -0x1.0a67958ac3348p-17, -0x1.3ffa6031bf0fbp-19, -0x1.804e97b4efc40p-21, -0x1.cd8ff46fa72aap-23, -0x1.152c3b7bad922p-24, -0x1.4ce3be77eb834p-26},
    {0x1.11131acade934p-3, -0x1.a559ea6a64759p-5, -0x1.83ea847ee0e8fp-6, 0x1.1552448cdf977p-8, 0x1.ad3400a359392p-9, 0x1.3b070035abf0fp-10, 0x1.903601f75637cp-12, 0x1.e8ad416679587p-14, 0x1.26e85035b5bf5p-15, 0x1.62b6bad269c49p-17, 0x1.aa34f4a792b89p-19, 0x1.fff3462ce2c57p-21, 0x1.3371695c706c6p-22, 0x1.713fbc82ac2c4p-24, 0x1.bb79e748335adp-26, 0x1.0a4fca87748e2p-27},
    {-0x1.a02ee32e761dep-15, -0x1.d8ef2947193edp-6, 0x1.10e8729f2cc05p-6, 0x1.56c931a824206p-10, -0x1.8e5c522ee21e5p-11, -0x1.81cf17c9c5e35p-12, -0x1.04791af1fd925p-13, -0x1.437b801923fddp-15, -0x1.8860b9e3369d1p-17, -0x1.d8a6c261420b8p-19, -0x1.1c156f3c794bdp-20, -0x1.5547d7a84b110p-22, -0x1.99eabc9f3f0b5p-24, -0x1.ec545220166d3p-26, -0x1.27a67a81a56c2p-27, -0x1.631501358246ep-29},
    {-0x1.b6e9bf5273c4bp-5, 0x1.f2f8741592b47p-6, -0x1.135f01a351839p-8, -0x1.9e699f92fb4e8p-10, 0x1.4c4659d90e41bp-15, 0x1.6c38c46a1d1a3p-14, 0x1.1b4ac993c9728p-15, 0x1.6c6e823e27691p-17, 0x1.be83563b95041p-19, 0x1.0dbb4525aed37p-20, 0x1.4487560017f38p-22, 0x1.85f8fa97c777fp-24, 0x1.d4706085d2505p-26, 0x1.1950b6d272e58p-27, 0x1.51de9a71fc108p-29, 0x1.95ca0205d948fp-31},
    {-0x1.f9edf671b49acp-10, -0x1.64e2c7d5b36aap-9, -0x1.b8fb91de1398fp-10, 0x1.92ff2e8eec60cp-11, 0x1.26a24025fc9eap-14, -0x1.ae0dec93ba893p-17, -0x1.fd7f850192071p-18, -0x1.61f5c587ed1ccp-19, -0x1.bab8c35db8d1fp-21, -0x1.0d0cbb9dd33b4p-22, -0x1.444940fd11f2cp-24, -0x1.85e3a793a0e77p-26, -0x1.d469f7bd998cep-28, -0x1.195053e019734p-29, -0x1.51df633e7d27bp-31, -0x1.95cb667353539p-33},
    {0x1.c7780acb9de0cp-6, -0x1.2fb9205097f45p-7, 0x1.1311ad542de18p-9, -0x1.9efe868890b97p-13, -0x1.89ee644a9d5f7p-15, -0x1.2e425c3b8fcd3p-20, 0x1.5e7c3f4c9d74ap-20, 0x1.29bec3de4e2fap-21, 0x1.85ef2326d0f67p-23, 0x1.e012ca3715d12p-25, 0x1.2269bf3b32ca9p-26, 0x1.5d8edad437c05p-28, 0x1.a41a1ad1aac24p-30, 0x1.f8a6518c49adap-32, 0x1.2f108a26793f4p-33, 0x1.6bfe12b312a31p-35},
    {-0x1.5accdc6b18928p-7, 0x1.276f42525f7eep-8, -0x1.a7fc17e3f0f09p-11, -0x1.34c3a70979cf2p-17, 0x1.326f112c66404p-16, 0x1.beb13c670b50ap-20, -0x1.db98bdbe9b103p-24, -0x1.9f1fd0d086010p-24, -0x1.2c6cb7d3e5d0cp-25, -0x1.7b7aecc5225b9p-27, -0x1.ce84792701c52p-29, -0x1.16f713b75ec71p-30, -0x1.4f7b600461ec7p-32, -0x1.931411c53537bp-34, -0x1.e4295a09aa630p-36, -0x1.22c0ed508cc67p-37}};
alignas(64) inline constexpr f64 kErfPieces[][16] = {{0x0.0p+0, 0x1.27a3ffab08551p-2, 0x1.14eab43841b55p-1, 0x1.776148a83926bp-1, 0x1.b8f741ef54f83p-1, 0x1.df1e355e9695fp-1, 0x1.f27ff89525acfp-1, 0x1.fb193fba13d9bp-1, 0x1.fe6e1742f7cf6p-1, 0x1.ff8ea1f9159b2p-1, 0x1.ffe3e19349dc7p-1, 0x1.fff9dfdfe66e0p-1, 0x1.fffed443e2787p-1, 0x1.ffffcdc52f4c4p-1, 0x1.fffff89ffc4aap-1, 0x1.ffffff0d41453p-1},
    {0x1.20dd750429b31p+0, 0x1.0dbdbf3bd300cp+0, 0x1.b745c559165bcp-1, 0x1.37e2b82695748p-1, 0x1.822e655b52d95p-2, 0x1.a0f50c3920224p-3, 0x1.888d1d8dfd4f1p-4, 0x1.42426dcbb17a7p-5, 0x1.cd5ec93c79634p-7, 0x1.1ffbd7c9ec24dp-8, 0x1.397ced7d0f1f7p-10, 0x1.29900721f225ep-12, 0x1.ec929a5b67140p-15, 0x1.637f68a537847p-17, 0x1.bf716beaed7cfp-20, 0x1.eb11e19cd3560p-23},
    {0x1.cb5b13aad4094p-37, -0x1.1a62a432901b2p-2, -0x1.cbdd0a991f084p-2, -0x1.e9c2052c74182p-2, -0x1.9448921b98fbbp-2, -0x1.10d0557f7e34ep-2, -0x1.3436cc34b6ba4p-3, -0x1.2731d99334500p-4, -0x1.e2ff3aaac1c94p-6, -0x1.532b1aa308941p-7, -0x1.9a3a7ac462710p-9, -0x1.ac53d2440e831p-11, -0x1.82bf1b3aad4aep-13, -0x1.2e619f5d6ef85p-15, -0x1.99dd65bbc4bb3p-18, -0x1.e1f54dace41bfp-21},
    {-0x1.812746d43a53bp-2, -0x1.36627349a5cf1p-2, -0x1.08c01885ea85ap-3, 0x1.83789aad20ffep-5, 0x1.32dbb2a006bc1p-3, 0x1.51047c2b16d0cp-3, 0x1.013c84042e18ap-3, 0x1.32d3d071b32f5p-4, 0x1.2aa4e533cdacap-5, 0x1.e49a5f7281612p-7, 0x1.4bc1ef09bf7ccp-8, 0x1.823dc439ae75cp-10, 0x1.8059f8e74545ep-12, 0x1.481f74f835332p-14, 0x1.e1f2857f779c4p-17, 0x1.311d2efc5cc68p-19},
    {0x1.136c66ffbe8a8p-23, 0x1.0d7d867973a31p-3, 0x1.77dda228c525fp-3, 0x1.207a22417d702p-3, 0x1.b39adda797363p-5, -0x1.3511ae67d4e8fp-6, -0x1.8cee52702bffcp-5, -0x1.6d522665d56c0p-5, -0x1.d04982b523668p-6, -0x1.c9ad73064b161p-7, -0x1.6dc3b4b089080p-8, -0x1.e4969ad0b07c3p-10, -0x1.0d8c0951969aep-11, -0x1.fbcbd5fe369c1p-14, -0x1.9750be42e16a7p-16, -0x1.175ed77fc71ddp-18},
    {0x1.ce2b169b223d4p-4, 0x1.3c083a4724f84p-4, 0x1.7624caa3dcdfcp-12, -0x1.dea00793cdebfp-5, -0x1.13512a86f9d42p-4, -0x1.438977871c419p-5, -0x1.daf13f99db917p-8, 0x1.4e73cf5d5f31ep-7, 0x1.a34fdc243b5bdp-7, 0x1.1dd7bf0307ef3p-7, 0x1.1b6337eb261f7p-8, 0x1.ba29d0ca77f48p-10, 0x1.18f584439b53ap-11, 0x1.284ce0ffd9e09p-13, 0x1.064db99c0a2d8p-15, 0x1.88d743e4ca0acp-18},
    {0x1.083940507a92ap-14, -0x1.569730b61a748p-5, -0x1.916d092dccc3bp-5, -0x1.6ce1f4b4ccf6ep-6, 0x1.2fef7fc4e8050p-7, 0x1.6ca95dcbbf318p-6, 0x1.11d7b3c09c766p-6, 0x1.72de8c7061223p-8, -0x1.6828595c64bf4p-10, -0x1.99855b9d00f6ep-9, -0x1.2b5fad28f5f25p-9, -0x1.27182a87e4506p-10, -0x1.bc83de4380205p-12, -0x1.0c59d7e43be7ap-13, -0x1.0a1647cf2ffbap-15, -0x1.b7a4f8325488ap-18},
    {-0x1.c1877f0f73887p-6, -0x1.f08018b8d8bc5p-7, 0x1.d468bd7a377fap-8, 0x1.335967e11f079p-6, 0x1.afdb02e58666bp-7, 0x1.285a5e33adc2cp-10, -0x1.76651f1918695p-8, -0x1.600747614b588p-8, -0x1.24d6f833f9fe9p-9, 0x1.a0345659e79ebp-17, 0x1.6073e658ffa43p-11, 0x1.1296ccafb6d0fp-11, 0x1.0a1f2126cafbbp-12, 0x1.7fdbfc53d9b29p-14, 0x1.b5d8109dac2d9p-16, 0x1.96adf3c4d950fp-18},
    {0x1.620965a736c60p-9, 0x1.43f4646275d76p-7, 0x1.37378750e48ddp-7, 0x1.1a4d9d99b84cap-10, -0x1.620de066ebd00p-8, -0x1.4e4e482507a8bp-8, -0x1.5b58589af3851p-10, 0x1.454efe8cb5718p-10, 0x1.7ce0ced259e6bp-10, 0x1.58025ce3d7966p-11, 0x1.9675fd7a69874p-15, -0x1.1ae1c16a449a2p-13, -0x1.c3086f4b3761dp-14, -0x1.a30717d8479c5p-15, -0x1.1c0ef10b69754p-16, -0x1.2d78677110399p-18}};
template <class T>
INLINE T short_tanh(T a) {
  if constexpr (kTables<T>) {
    return piece_of(a < 15 * kTanhStep ? a : all<T>(15 * kTanhStep), kTanhStep, kTanhPieces);
  } else {
    const ShortExponential<T> e = short_exponential(a < 10.0 ? a + a : all<T>(20.0));
    const T less = near_sum(e.power, e.less, e.power - 1.0);   // e^2a - 1
    return less / (less + 2.0);
  }
}
template <class T>
INLINE T single_tanh(T x) {
  const T y = short_tanh(magnitude(x));
  return or_nan(copy_sign(settle<16>(y, [&]() __attribute__((always_inline)) { return unsettled_tanh(y, x); }), x), x);
}
template <class T>
INLINE T short_erf(T a) {
  if constexpr (kTables<T>) {
    return piece_of(a < 15 * kErfStep ? a : all<T>(15 * kErfStep), kErfStep, kErfPieces);
  } else {
    const T tail = a > 0.5 ? (a < 5.0 ? a : all<T>(5.0)) : all<T>(0.5), low = a < 0.5 ? a : all<T>(0.5);
    const T e = short_exp(-(tail * tail)), t = (tail - 3.0) / (tail + 3.0);
    return a < 0.5 ? low + low * polynomial(low * low, kErf) : 1.0 - e * polynomial(t, kErfcx) / tail;
  }
}
template <class T>
INLINE T single_erf(T x) {
  const T y = short_erf(magnitude(x));
  return or_nan(copy_sign(settle<16>(y, [&]() __attribute__((always_inline)) { return unsettled_erf(y, x); }), x), x);
}

// sin and cos
// (sin(r) - r) / r^3 and (cos(r) - 1) / r^2 in r^2, |r| <= pi / 4
inline constexpr f64 kShortSin[] = {-0x1.555555555516ap-3, 0x1.1111110fd3935p-7, -0x1.a019fd9a9838bp-13, 0x1.71d9a97cd3c34p-19, -0x1.aa28204b8cc64p-26};
inline constexpr f64 kShortCos[] = {-0x1.fffffffffe691p-2, 0x1.555555514ea4bp-5, -0x1.6c16bae4ef840p-10, 0x1.a0129816d86c7p-16, -0x1.2474b4d8b6dbep-22};
/// sin of x + quarter pi / 2; |x| <= kLargeAngle
template <class T>
INLINE T short_sine(T x, i64 quarter) {
  const T shift = all<T>(0x1.8p52), at = near_sum(x, all<T>(0x1.45f306dc9c883p-1), shift), k = at - shift;
  const T r = near_sum(k, all<T>(-0x1.3198a2e037073p-69), near_sum(k, all<T>(-0x1.0b4611a6p-34), near_sum(k, all<T>(-0x1.921fb544p+0), x))), z = r * r;
  const T s = near_sum(r * z, near_polynomial<5>(z, [](int i) __attribute__((always_inline)) { return all<T>(kShortSin[i]); }), r);
  const T c = near_sum(z, near_polynomial<5>(z, [](int i) __attribute__((always_inline)) { return all<T>(kShortCos[i]); }), all<T>(1.0));
  const Int<T> q = bits(at) + quarter;
  return from_bits<T>(bits((q & 1) != 0 ? c : s) ^ ((q & 2) << 62));
}
template <class T>
INLINE T single_sin(T x) {
  const T y = x == 0.0 ? x : short_sine(x, 0);
  return settle<16>(y, !(magnitude(x) <= kLargeAngle), [&]() __attribute__((always_inline)) { return exactly_sin(x); });
}
template <class T>
INLINE T single_cos(T x) {
  const T y = short_sine(x, 1);
  return settle<16>(y, !(magnitude(x) <= kLargeAngle), [&]() __attribute__((always_inline)) { return exactly_cos(x); });
}

template <class T, int N>
INLINE Lane<T, N> exp_of(Lane<T, N> x) {
  if constexpr (sizeof(T) == 8) return exp(x);
  else return convert<f32, f64, N>(single_exp(convert<f64, f32, N>(x)));
}
template <class T, int N>
INLINE Lane<T, N> tanh_of(Lane<T, N> x) {
  if constexpr (sizeof(T) == 8) return tanh(x);
  else return convert<f32, f64, N>(single_tanh(convert<f64, f32, N>(x)));
}

}  // namespace kiln::kernel::math

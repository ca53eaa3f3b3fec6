// Functions of f32 values round as the functions of f64 do that they stand for: over values of all magnitudes, for one row and for lanes.
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "runtime/kernels/math.h"

namespace kiln::kernel {

using Lanes = Lane<f64, 8>;
using Singles = Lane<f32, 8>;

/// Every 10,007th float, and the floats around those where results change their form.
template <class Quick, class Exact> static void roundsAlike(Quick quick, Exact exact) {
  const auto one = [](f64 y) {
    const f32 rounded = static_cast<f32>(y);
    u32 bits;
    std::memcpy(&bits, &rounded, 4);
    return bits;
  };
  const auto check = [&](u64 bits, u64 step) {
    Lane<u32, 8> at{};
    for (u64 i = 0; i < 8; i++) at[i] = static_cast<u32>(bits + i * step);
    const Lanes x = __builtin_convertvector(__builtin_bit_cast(Singles, at), Lanes);
    const auto y = __builtin_bit_cast(Lane<u32, 8>, __builtin_convertvector(quick(x), Singles));
    for (u64 i = 0; i < 8; i++) {
      ASSERT_EQ(y[i], one(exact(f64(x[i])))) << x[i];
      ASSERT_EQ(y[i], one(quick(f64(x[i])))) << x[i];
    }
  };
  for (u64 bits = 0; bits < 0x100000000u && !::testing::Test::HasFatalFailure(); bits += 8 * 10007) check(bits, 10007);
  for (const f32 around : {0.0f, 0x1.a8279ap-2f, 0.5f, 1.0f, 0x1.3504f4p+1f, 5.0f, 9.01f, 10.0f, 20.0f, 88.72f, 100.0f, 103.97f, 120.0f, __builtin_inff()})
    for (const f32 sign : {1.0f, -1.0f}) {
      const u32 bits = __builtin_bit_cast(u32, around * sign);
      for (u64 i = 0; i < 64; i += 8) check(bits + i - 32, 1);
      check(bits, 0);   // alike in all lanes
    }
}
TEST(MathSingle, Exp) {
  roundsAlike([](auto x) { return math::single_exp(x); }, [](auto x) { return math::exp(x); });
}
TEST(MathSingle, Expm1) {
  roundsAlike([](auto x) { return math::single_expm1(x); }, [](auto x) { return math::expm1(x); });
}
TEST(MathSingle, Tanh) {
  roundsAlike([](auto x) { return math::single_tanh(x); }, [](auto x) { return math::tanh(x); });
}
TEST(MathSingle, InvLogit) {
  roundsAlike([](auto x) { return math::single_inv_logit(x); }, [](auto x) { return math::inv_logit(x); });
}
TEST(MathSingle, Erf) {
  roundsAlike([](auto x) { return math::single_erf(x); }, [](auto x) { return math::erf(x); });
}

TEST(MathSingle, Log) {
  roundsAlike([](auto x) { return math::single_log(x); }, [](auto x) { return math::log(x); });
}
TEST(MathSingle, Sin) {
  roundsAlike([](auto x) { return math::single_sin(x); }, [](auto x) { return math::sin(x); });
}
TEST(MathSingle, Cos) {
  roundsAlike([](auto x) { return math::single_cos(x); }, [](auto x) { return math::cos(x); });
}
TEST(MathSingle, Asin) {
  roundsAlike([](auto x) { return math::single_asin(x); }, [](auto x) { return math::asin(x); });
}
TEST(MathSingle, Acos) {
  roundsAlike([](auto x) { return math::single_acos(x); }, [](auto x) { return math::acos(x); });
}
TEST(MathSingle, Atan) {
  roundsAlike([](auto x) { return math::single_atan(x); }, [](auto x) { return math::atan(x); });
}
/// Bases and exponents of all kinds: positive ones with results of all sizes, whole exponents, any bits.
TEST(MathSingle, Pow) {
  std::mt19937_64 random(5);
  const auto any = [&] { return __builtin_bit_cast(f32, static_cast<u32>(random())); };
  const auto unit = [&] { return static_cast<f64>(random() >> 11) * 0x1p-53; };
  const f32 ends[] = {0.0f, -0.0f, 1.0f, -1.0f, 2.0f, 0.5f, -3.0f, __builtin_inff(), -__builtin_inff(), __builtin_nanf(""), 0x1p-149f, 0x1p-126f, 0x1.fffffep127f};
  const auto end = [&] { return ends[random() % (sizeof ends / sizeof *ends)]; };
  for (int i = 0; i < 250'000; i++) {
    Lanes x{}, y{};
    for (int lane = 0; lane < 8; lane++) {
      const u64 kind = random() % 8;
      x[lane] = kind == 0 ? any() : kind == 1 ? end() : static_cast<f32>(kind < 5 ? unit() * 4 : unit() * 1000);
      y[lane] = kind == 2 ? any() : kind == 3 ? end() : kind == 4 ? static_cast<f32>(random() % 9) - 4 : static_cast<f32>(unit() * 20 - 10);
    }
    const Lanes z = math::single_pow(x, y);
    for (int lane = 0; lane < 8; lane++) {
      const f32 exact = static_cast<f32>(math::pow(f64(x[lane]), f64(y[lane])));
      ASSERT_EQ(__builtin_bit_cast(u32, static_cast<f32>(z[lane])), __builtin_bit_cast(u32, exact)) << x[lane] << " ^ " << y[lane];
      ASSERT_EQ(__builtin_bit_cast(u32, static_cast<f32>(math::single_pow(f64(x[lane]), f64(y[lane])))), __builtin_bit_cast(u32, exact)) << x[lane] << " ^ " << y[lane];
    }
  }
}

}  // namespace kiln::kernel

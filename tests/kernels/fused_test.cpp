// Fused multiply-add by double, which processors without the instruction use, against the C library's.
#include "runtime/kernels/fused.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>

namespace kiln::test {

static void compare(float a, float b, float c) {
  const float expected = std::fma(a, b, c);
  kernel::Lane<float, 4> va = {a, a, a, a}, vb = {b, b, b, b}, vc = {c, c, c, c};
  for (const float actual : {kernel::fused<1>(a, b, c), kernel::fused<4>(va, vb, vc)[2]}) {
    if (std::isnan(expected)) EXPECT_TRUE(std::isnan(actual)) << a << " * " << b << " + " << c;
    else EXPECT_EQ(std::bit_cast<uint32_t>(actual), std::bit_cast<uint32_t>(expected)) << a << " * " << b << " + " << c;
  }
}

TEST(Fused, AnyBits) {
  std::mt19937 random(1);
  for (int i = 0; i < 1000000; i++) compare(std::bit_cast<float>(static_cast<uint32_t>(random())), std::bit_cast<float>(static_cast<uint32_t>(random())), std::bit_cast<float>(static_cast<uint32_t>(random())));
}

// The addend is near half a place of the product, or cancels it: where rounding twice goes wrong.
TEST(Fused, NearTies) {
  std::mt19937 random(2);
  std::uniform_real_distribution<float> digits(1, 2);
  for (int i = 0; i < 1000000; i++) {
    const float a = digits(random), b = digits(random), product = a * b;
    const float c = std::ldexp(random() & 1 ? product : digits(random), static_cast<int>(random() % 60) - 30);
    compare(a, b, random() & 1 ? c : -c);
  }
}

TEST(Fused, SmallAndLarge) {
  const float inf = INFINITY, tiny = std::ldexp(1.0f, -149), huge = 3e38f;
  for (float a : {0.0f, -0.0f, tiny, -tiny, 1.5f, huge, inf, NAN})
    for (float b : {0.0f, -0.0f, tiny, 0.5f, -1.0f, huge, -inf})
      for (float c : {0.0f, -0.0f, tiny, -tiny, 1.0f, -huge, inf, -inf}) compare(a, b, c);
}

}  // namespace kiln::test

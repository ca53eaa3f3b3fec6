// Places by first fit, compared with a search of all places.
#include "compiler/codegen/first_fit.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace kiln::codegen {
namespace {

// The same by looking at each place that is taken.
struct Plain {
  struct Place {
    uint64_t end;
    int to;
  };
  uint64_t base;
  std::map<uint64_t, Place> busy = {};

  uint64_t take(uint64_t bytes, int to) {
    uint64_t at = base;
    for (const auto& [from, place] : busy) {
      if (from >= at + bytes) break;
      at = std::max(at, place.end);
    }
    busy[at] = {at + bytes, to};
    return at;
  }
  void release(int now) {
    std::erase_if(busy, [&](const auto& entry) { return entry.second.to < now; });
  }
};

TEST(FirstFit, IsTheLowestGapThatIsLargeEnough) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    FirstFit places(128);
    Plain plain{128};
    for (int now = 0; now < 200; ++now) {
      places.release(now), plain.release(now);
      const uint64_t bytes = 64 * (1 + random() % 9);
      const int to = now + static_cast<int>(random() % 30);
      ASSERT_EQ(places.take(bytes, to), plain.take(bytes, to)) << "round " << round << ", time " << now;
    }
  }
}

// A search of all places takes minutes here.
TEST(FirstFit, ManyPlaces) {
  FirstFit places(0);
  constexpr int kMany = 300000;
  for (int i = 0; i < kMany; ++i) EXPECT_EQ(places.take(64, i % 2 ? kMany : i), uint64_t{64} * static_cast<uint64_t>(i));
  places.release(kMany);
  for (int i = 0; i < kMany / 2; ++i) EXPECT_EQ(places.take(64, kMany), uint64_t{128} * static_cast<uint64_t>(i));
}

}  // namespace
}  // namespace kiln::codegen

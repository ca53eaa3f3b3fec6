// Random numbers and labels of the differential tests.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "tests/differential/values.h"

namespace kiln::test {

// splitmix64: std's distributions differ between libraries.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {
    state_ = next() ^ seed << 32;
  }  // neighbouring seeds must not share a stream
  uint64_t next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
  }
  uint32_t below(uint32_t n) { return static_cast<uint32_t>((next() >> 32) * n >> 32); }
  bool chance(uint32_t percent) { return below(100) < percent; }
  /// Small numbers with few digits, so that they meet; now and then an extreme.
  double number() {
    static const double extremes[] = {0.0, -0.0, kInf, -kInf, 1e300, -1e300, 5e-324, 1e-20, 0.1};
    if (chance(8)) return extremes[below(9)];
    return (static_cast<int>(below(65)) - 32) / (chance(50) ? 1.0 : 4.0);
  }
  double finite() { return (static_cast<int>(below(65)) - 32) / (chance(50) ? 1.0 : 8.0); }
  int64_t integer() {
    static const int64_t extremes[] = {INT64_MAX, INT64_MIN, INT32_MAX, INT32_MIN, 3037000500, 9007199254740993};
    return chance(6) ? extremes[below(6)] : static_cast<int64_t>(below(21)) - 8;
  }
  std::string label() {
    static const char* const labels[] = {"red",
                                         "green",
                                         "blue",
                                         "",
                                         "a",
                                         "b",
                                         "eight by",
                                         "sixteen bytes ok",
                                         "a label longer than sixteen bytes",
                                         "a label longer than eighteen bytes",
                                         "Straße",
                                         "x y"};
    return labels[below(12)];
  }
  template <class T>
  const T& of(const std::vector<T>& list) {
    return list[below(static_cast<uint32_t>(list.size()))];
  }

 private:
  uint64_t state_;
};

}  // namespace kiln::test

// The elements of one row's vector stand in lanes, with what lies behind the last: that must change neither the result nor the time.
#include <gtest/gtest.h>

#include <chrono>
#include <cstring>

#include "compiler/ir/parse.h"
#include "tests/differential/harness.h"

namespace kiln::test {
namespace {

// Weights added up as often as their words occur: the time of an element depends on its value.
const char kWeights[] = R"(pipeline "weights" {
  table @words : dict {
    open
    integers [2, 3, 5]
    elem i64
  }
  table @grams : ngrams {
    dict @words
    first [0, 1, 2, 3]
    code [0, 1, 2]
  }
  table @weights : matrix {
    elem f32
    shape [3]
    numbers [0.5, 0.25, 2]
  }
  %k = input field "k" elem i64 : i64?!
  %n = check %k : i64?
  %zero = const elem i64 integer 0
  %known = coalesce %n, %zero : i64
  %v = concat %known, %known, %zero : i64[3]
  %codes = encode %v dict @words : cat@words[3]
  %counts = count_ngrams %codes ngrams @grams : i32[3]
  %times = cast %counts elem f32 : f32[3]
  %w = const elem f32 matrix @weights : f32[3]
  %sums = times_added %w, %times : f32[3]
  output %sums field "sums" columns [3]
}
)";

class Weights {
 public:
  Weights() {
    Source source("weights.ir", kWeights);
    Diagnostics diagnostics;
    const auto pipeline = ir::parse(source, diagnostics);
    if (!pipeline) throw std::runtime_error(diagnostics.all().at(0).message);
    loaded_ = std::make_unique<Loaded>(*pipeline);
  }
  const kiln_scorer& scorer() const { return *loaded_->scorer(); }

 private:
  std::unique_ptr<Loaded> loaded_;
};

/// Seconds of the quickest of some rows, in scratch that is full of these bytes; checks the results.
double quickest(const kiln_scorer& s, int bytes) {
  double least = 1;
  Scratch scratch(s);
  for (int i = 0; i < 100; i++) {
    std::memset(scratch.data(), bytes, scratch.size());
    const Row row{integer(3)};
    Row out(3);
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(s.score_row(row.data(), out.data(), scratch.data(), scratch.size(), nullptr), KILN_OK);
    least = std::min(least, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    for (size_t o = 0; o < 3; o++) EXPECT_EQ(out[o].as.number, o == 1 ? 0.5 : 0);   // 3, 3 and 0: two of the second word
  }
  return least;
}

TEST(RowVectors, WhatLiesBehindThemTakesNoTime) {
  const Weights weights;
  const double zeros = quickest(weights.scorer(), 0), numbers = quickest(weights.scorer(), 0x46);   // 12689.6 as f32, a billion as i32
  EXPECT_LT(numbers, 3 * zeros + 2e-6);   // 16384 additions take more than that
}

}  // namespace
}  // namespace kiln::test

// What loading and calling a scorer costs beside its arithmetic: dlopen with the first call, stack of both entries, scratch. Prints
// one figure a line. Rows are missing values (one row) and NaN (batch): they take every node of a pipeline, whatever they end in.
//
//   load_cost SCORER.so
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <vector>

#include "runtime/host/scorer.h"
#include "tests/bench/stack_use.h"

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: load_cost SCORER.so\n"), 2;
  std::string error;
  double load = 1e30;
  for (int i = 0; i < 20; i++) {
    const auto begin = std::chrono::steady_clock::now();
    const auto scorer = kiln::host::Scorer::open(argv[1], error);
    if (!scorer) return std::fprintf(stderr, "%s\n", error.c_str()), 1;
    load = std::min(load, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  const auto scorer = kiln::host::Scorer::open(argv[1], error);
  const kiln_scorer& s = scorer->table();
  const kiln::bench::StackUse use = kiln::bench::stackUse(s);
  std::printf("load_us %.1f\nstack_row %zu\nstack_rows %zu\nscratch %zu\n", load * 1e6, use.row, use.rows, s.scratch_bytes);
  return 0;
}

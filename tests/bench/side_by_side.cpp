// Times a compiled scorer beside LightGBM's own predictor, in one run on one thread, and compares every value.
//
//   side_by_side SCORER.so OUTPUT lib_lightgbm.so MODEL.txt ROWS.f32.bin FEATURES [raw]
//
// ROWS: row-major float32. OUTPUT: name of the scorer's output that is LightGBM's prediction (`raw`: its raw score). Inputs are
// bound in the order of the scorer's schema to the columns named Column_0 .. or, if the names differ, by position.
#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "runtime/host/scorer.h"

namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

template <class F>
double best(int passes, F work) {
  double least = 1e30;
  for (int i = 0; i < passes; i++) {
    const double begin = now();
    work();
    least = std::min(least, now() - begin);
  }
  return least;
}

struct LightGbm {
  void* booster = nullptr;
  void* fast = nullptr;
  int (*predictFast)(void*, const void*, int64_t*, double*) = nullptr;
  int (*predict)(void*, const void*, int, int32_t, int32_t, int, int, int, int, const char*, int64_t*, double*) = nullptr;
  int kind, features;

  LightGbm(const char* library, const char* model, int featureCount, bool raw) : kind(raw ? 1 : 0), features(featureCount) {
    void* handle = dlopen(library, RTLD_NOW);
    if (!handle) std::fprintf(stderr, "%s\n", dlerror()), std::exit(1);
    auto create = reinterpret_cast<int (*)(const char*, int*, void**)>(dlsym(handle, "LGBM_BoosterCreateFromModelfile"));
    auto init = reinterpret_cast<int (*)(void*, int, int, int, int, int32_t, const char*, void**)>(
        dlsym(handle, "LGBM_BoosterPredictForMatSingleRowFastInit"));
    predict = reinterpret_cast<decltype(predict)>(dlsym(handle, "LGBM_BoosterPredictForMat"));
    predictFast = reinterpret_cast<decltype(predictFast)>(dlsym(handle, "LGBM_BoosterPredictForMatSingleRowFast"));
    int iterations;
    if (create(model, &iterations, &booster) || init(booster, kind, 0, -1, 0, features, "num_threads=1", &fast))
      std::fprintf(stderr, "LightGBM cannot load %s\n", model), std::exit(1);
  }
  void batch(const float* rows, size_t n, double* out) const {
    int64_t length;
    predict(booster, rows, 0, static_cast<int32_t>(n), features, 1, kind, 0, -1, "num_threads=1", &length, out);
  }
  void one(const float* row, double* out) const {
    int64_t length;
    predictFast(fast, row, &length, out);
  }
};

struct Kiln {
  std::unique_ptr<kiln::host::Scorer> scorer;
  std::unique_ptr<kiln::host::Scratch> scratch;
  std::vector<char> binding;
  std::vector<kiln_cell> cells, results;
  uint32_t output = 0, outputs = 0;

  Kiln(const char* path, const std::string& name) {
    std::string error;
    scorer = kiln::host::Scorer::open(path, error);
    if (!scorer) std::fprintf(stderr, "%s\n", error.c_str()), std::exit(1);
    const kiln_scorer& table = scorer->table();
    scratch = std::make_unique<kiln::host::Scratch>(table);
    outputs = table.output_count;
    while (output < outputs && scorer->output(output).name != name) output++;
    if (output == outputs) std::fprintf(stderr, "no output %s\n", name.c_str()), std::exit(1);
    std::vector<const char*> names;
    for (uint32_t i = 0; i < table.input_count; i++) names.push_back(scorer->input(i).name);
    binding.resize(table.binding_bytes + 8);
    std::vector<uint8_t> problems(table.input_count + table.output_count);
    table.bind(names.data(), table.input_count, KILN_F32, KILN_F64, binding.data(), problems.data());
    cells.resize(table.input_count), results.resize(outputs);
  }
  void batch(const float* rows, size_t n, size_t stride, double* out) const {
    kiln_matrix in{}, to{};
    in.size = to.size = sizeof in;
    in.type = KILN_F32, in.data = const_cast<float*>(rows), in.rows = static_cast<int64_t>(n), in.row_bytes = static_cast<int64_t>(stride * 4);
    to.type = KILN_F64, to.data = out, to.rows = in.rows, to.row_bytes = outputs * 8;
    const int32_t code = scorer->table().score_rows(binding.data(), &in, &to, scratch->data(), scratch->size(), nullptr);
    if (code != KILN_OK) std::fprintf(stderr, "score_rows: %d\n", code), std::exit(1);
  }
  double one(const float* row) {
    for (size_t i = 0; i < cells.size(); i++) cells[i].as.number = row[i], cells[i].kind = KILN_NUMBER;
    scorer->table().score_row(cells.data(), results.data(), scratch->data(), scratch->size(), nullptr);
    return results[output].as.number;
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 7) return std::fprintf(stderr, "usage: see the first lines of the source\n"), 2;
  const int features = std::atoi(argv[6]);
  Kiln kiln(argv[1], argv[2]);
  const LightGbm lightgbm(argv[3], argv[4], features, argc > 7);
  std::ifstream file(argv[5], std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  const size_t n = bytes.size() / 4 / static_cast<size_t>(features), block = 8192;
  std::vector<float> rows(bytes.size() / 4);
  std::memcpy(rows.data(), bytes.data(), rows.size() * 4);
  auto row = [&](size_t i) { return rows.data() + i * static_cast<size_t>(features); };

  std::vector<double> theirs(n), theirOnes(n), ones(n), table(n * kiln.outputs);
  const double theirOne = best(3, [&] { for (size_t i = 0; i < n; i++) lightgbm.one(row(i), &theirOnes[i]); }) / static_cast<double>(n);
  const double ourOne = best(9, [&] { for (size_t i = 0; i < n; i++) ones[i] = kiln.one(row(i)); }) / static_cast<double>(n);
  const double theirBatch = best(3, [&] {
    for (size_t i = 0; i < n; i += block) lightgbm.batch(row(i), std::min(block, n - i), &theirs[i]);
  }) / static_cast<double>(n);
  const double ourBatch = best(9, [&] {
    for (size_t i = 0; i < n; i += block) kiln.batch(row(i), std::min(block, n - i), static_cast<size_t>(features), &table[i * kiln.outputs]);
  }) / static_cast<double>(n);

  size_t differ = 0;
  double largest = 0;
  for (size_t i = 0; i < n; i++) {
    const double batch = table[i * kiln.outputs + kiln.output];
    differ += std::memcmp(&ones[i], &theirs[i], 8) != 0 || std::memcmp(&batch, &theirs[i], 8) != 0 || std::memcmp(&theirOnes[i], &theirs[i], 8) != 0;
    largest = std::max({largest, std::abs(ones[i] - theirs[i]), std::abs(batch - theirs[i])});
  }
  std::printf("microseconds a row, one thread, %zu rows, best pass\n", n);
  std::printf("%-10s %10s %10s\n%-10s %10.4f %10.4f\n%-10s %10.4f %10.4f\n%-10s %9.1fx %9.1fx\n", "", "one row", "batch", "LightGBM", theirOne * 1e6,
              theirBatch * 1e6, "Kiln", ourOne * 1e6, ourBatch * 1e6, "ratio", theirOne / ourOne, theirBatch / ourBatch);
  std::printf("rows with any different bit: %zu of %zu, largest difference %g\n", differ, n, largest);
  return 0;
}

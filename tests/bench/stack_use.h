// How much stack the entries of a scorer use: a thread's stack is painted before the call and read after it.
#pragma once
#include <pthread.h>

#include <cstdint>
#include <cstring>
#include <functional>
#include <vector>

#include "runtime/host/scorer.h"

namespace kiln::bench {

struct StackUse {
  size_t row = 0, rows = 0;   ///< bytes
};

/// Bytes of stack that `work` uses, in a thread of its own.
inline size_t stackOf(const std::function<void()>& work) {
  constexpr size_t kBytes = 1 << 20;
  constexpr unsigned char kPaint = 0xc5;
  static void* (*const body)(void*) = [](void* argument) -> void* {
    (*static_cast<const std::function<void()>*>(argument))();
    return nullptr;
  };
  std::vector<unsigned char> memory(kBytes + 4096);
  unsigned char* stack = memory.data() + (4096 - reinterpret_cast<uintptr_t>(memory.data()) % 4096);
  auto used = [&](const std::function<void()>& what) {
    std::memset(stack, kPaint, kBytes);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstack(&attributes, stack, kBytes);
    pthread_t thread;
    if (pthread_create(&thread, &attributes, body, const_cast<std::function<void()>*>(&what)) != 0) return kBytes;
    pthread_join(thread, nullptr);
    pthread_attr_destroy(&attributes);
    size_t untouched = 0;
    while (untouched < kBytes && stack[untouched] == kPaint) untouched++;
    return kBytes - untouched;
  };
  const size_t thread = used([] {});   // what a thread that does nothing uses
  const size_t all = used(work);
  return all > thread ? all - thread : 0;
}

inline StackUse stackUse(const kiln_scorer& s, const std::vector<kiln_cell>& row = {}) {
  host::Scratch scratch(s);
  std::vector<kiln_cell> in = row.empty() ? std::vector<kiln_cell>(s.input_count) : row, out(s.output_count);
  const size_t n = s.block_rows + 1;
  std::vector<double> values(n * s.input_count, __builtin_nan("")), results(n * s.output_count);
  std::vector<uint64_t> binding(s.binding_bytes / 8 + 1);
  std::vector<uint8_t> problems(s.input_count + s.output_count);
  std::vector<const char*> names;
  for (uint32_t i = 0; i < s.input_count; i++) names.push_back(kiln_field_at(s.inputs, i)->name);
  s.bind(names.data(), s.input_count, KILN_F64, KILN_F64, binding.data(), problems.data());
  kiln_matrix m{}, r{};
  m.size = r.size = sizeof m, m.type = r.type = KILN_F64, m.rows = r.rows = static_cast<int64_t>(n);
  m.data = values.data(), m.row_bytes = s.input_count * 8, r.data = results.data(), r.row_bytes = s.output_count * 8;
  StackUse use;
  use.row = stackOf([&] { s.score_row(in.data(), out.data(), scratch.data(), scratch.size(), nullptr); });
  use.rows = stackOf([&] { s.score_rows(binding.data(), &m, &r, scratch.data(), scratch.size(), nullptr); });
  return use;
}

}  // namespace kiln::bench

#include "runtime/host/scorer.h"

#include <dlfcn.h>

#include <cstdlib>
#include <new>

namespace kiln::host {

std::unique_ptr<Scorer> Scorer::open(const std::string& path, std::string& error) {
  // A bare file name would be searched for on the library path.
  const std::string file = path.find('/') == std::string::npos ? "./" + path : path;
  std::unique_ptr<Scorer> scorer(new Scorer);
  scorer->handle_ = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!scorer->handle_) return error = dlerror(), nullptr;
  using Query = int32_t (*)(uint32_t, const kiln_scorer**);
  const auto query = reinterpret_cast<Query>(dlsym(scorer->handle_, "kiln_query_v1"));
  if (!query) return error = path + " is no scorer: it has no kiln_query_v1", nullptr;
  const int32_t code = query(KILN_ABI_MINOR, &scorer->table_);
  if (code == KILN_CPU) return error = path + " needs a processor with other instructions than this one has", nullptr;
  if (code == KILN_TOO_OLD) return error = path + " needs a newer host", nullptr;
  if (code != KILN_OK || !scorer->table_) return error = path + " refuses to load, code " + std::to_string(code), nullptr;
  if (scorer->table_->abi_major != KILN_ABI_MAJOR) return error = path + " has another ABI version", nullptr;
  return scorer;
}

Scorer::~Scorer() {
  if (handle_) dlclose(handle_);
}

size_t Scorer::scratchBytes(size_t textBytes, size_t items) const {
  return table_->scratch_bytes + table_->scratch_per_text_byte * textBytes + table_->scratch_per_item * items;
}

Scratch::~Scratch() { std::free(data_); }

void Scratch::reserve(size_t textBytes, size_t items) {
  const size_t needed = scorer_.scratch_bytes + scorer_.scratch_per_text_byte * textBytes + scorer_.scratch_per_item * items;
  if (data_ && needed <= size_) return;
  std::free(data_);
  const size_t align = scorer_.scratch_align < alignof(max_align_t) ? alignof(max_align_t) : scorer_.scratch_align;
  size_ = (needed + needed / 2 + align - 1) / align * align;
  if (size_ == 0) size_ = align;
  data_ = std::aligned_alloc(align, size_);
  if (!data_) throw std::bad_alloc();
}

}  // namespace kiln::host

#include "compiler/codegen/blob.h"

#include <cstring>
#include <stdexcept>

namespace kiln::codegen {

uint32_t Blob::add(const std::string& key, const void* bytes, size_t size, uint32_t align) {
  std::vector<Part>& known = parts_[key];
  for (const Part& part : known)
    if (part.size == size && (size == 0 || std::memcmp(bytes_.data() + part.offset, bytes, size) == 0)) return part.offset;
  const size_t offset = (bytes_.size() + align - 1) / align * align;
  if (offset + size > 0xf0000000u) throw std::length_error("a model's tables are limited to 3.75 GB");
  bytes_.resize(offset);
  bytes_.insert(bytes_.end(), static_cast<const char*>(bytes), static_cast<const char*>(bytes) + size);
  known.push_back({static_cast<uint32_t>(offset), size});
  return static_cast<uint32_t>(offset);
}

uint32_t Blob::addOnce(const std::string& key, const std::function<std::string()>& make) {
  const auto known = parts_.find(key);
  if (known != parts_.end()) return known->second.front().offset;
  const std::string bytes = make();
  return add(key, bytes.data(), bytes.size(), 64);
}

void Blob::finish() { bytes_.resize((bytes_.size() + 63) / 64 * 64 + 64); }

}  // namespace kiln::codegen

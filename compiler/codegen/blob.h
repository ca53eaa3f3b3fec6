// The blob: the constant data of a model, one 64-aligned run of bytes that all tiers and instances share.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

namespace kiln::codegen {

class Blob {
 public:
  /// Adds bytes; equal bytes of one key are added once. Returns their offset. Throws std::length_error beyond 4 GB.
  uint32_t add(const std::string& key, const void* bytes, size_t size, uint32_t align);
  /// The same for bytes that `key` alone names: made when first asked for.
  uint32_t addOnce(const std::string& key, const std::function<std::string()>& make);
  /// 64 zero bytes at the end, so that readers may load beyond what they need.
  void finish();
  const std::vector<char>& bytes() const { return bytes_; }

 private:
  struct Part {
    uint32_t offset;
    size_t size;
  };
  std::vector<char> bytes_;
  std::unordered_map<std::string, std::vector<Part>> parts_;
};

}  // namespace kiln::codegen

// SHA-256, for content hashes and provenance.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace kiln {

class Sha256 {
 public:
  Sha256();
  void add(std::string_view bytes);
  std::array<uint8_t, 32> finish();

 private:
  void block(const uint8_t* bytes);
  std::array<uint32_t, 8> state_;
  std::array<uint8_t, 64> pending_;
  uint64_t length_ = 0;
};

std::string sha256Hex(std::string_view bytes);

}  // namespace kiln

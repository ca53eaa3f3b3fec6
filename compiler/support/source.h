// The text that diagnostics point into: a model file, held whole or mapped.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kiln {

class Source {
 public:
  Source(std::string name, std::string text);
  ~Source();
  Source(Source&&) noexcept;
  Source& operator=(Source&&) = delete;

  /// Maps a file; "-" reads standard input. Nothing, with `error` set, if it cannot be read or is over `maxBytes`.
  static std::optional<Source> open(const std::string& path, uint64_t maxBytes, std::string& error);

  const std::string& name() const { return name_; }   ///< as the user gave it
  std::string_view text() const { return text_; }
  /// Offset of the first byte of line n (from 1), the text's size beyond the last. The first call reads the text once.
  size_t lineStart(uint32_t n) const;
  /// Line n without its end, empty beyond the last.
  std::string_view line(uint32_t n) const;
  /// Gives the pages of a mapped file back to the system, which reads them again when the text is looked at.
  void release() const;

 private:
  mutable std::vector<size_t> starts_;   // of every kIndexed-th line
  std::string name_, owned_;
  std::string_view text_;
  void* mapped_ = nullptr;
  size_t mappedBytes_ = 0;
};

}  // namespace kiln

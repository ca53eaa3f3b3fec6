// Model files: mapped, so that a gigabyte costs address space only; standard input is read whole.
#include "compiler/support/source.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace kiln {

namespace {

std::string tooBig(uint64_t maxBytes) { return "is over " + std::to_string(maxBytes) + " bytes (--max-file-bytes)"; }

/// Reads a pipe, or a file that cannot be mapped, to its end. False, with `error` set, if that fails.
bool readAll(int fd, uint64_t maxBytes, std::string& text, std::string& error) {
  constexpr size_t kChunk = 1 << 16;
  for (;;) {
    size_t used = text.size();
    text.resize(used + kChunk);
    ssize_t n = ::read(fd, text.data() + used, kChunk);
    text.resize(used + (n > 0 ? static_cast<size_t>(n) : 0));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return error = std::strerror(errno), false;
    if (n == 0) return true;
    if (text.size() > maxBytes) return error = tooBig(maxBytes), false;
  }
}

}  // namespace

Source::Source(std::string name, std::string text) : name_(std::move(name)), owned_(std::move(text)), text_(owned_) {}

Source::Source(Source&& other) noexcept
    : name_(std::move(other.name_)),
      owned_(std::move(other.owned_)),
      text_(other.mapped_ ? other.text_ : std::string_view(owned_)),
      mapped_(std::exchange(other.mapped_, nullptr)),
      mappedBytes_(std::exchange(other.mappedBytes_, 0)) {
  other.text_ = {};
}

Source::~Source() {
  if (mapped_) ::munmap(mapped_, mappedBytes_);
}

std::optional<Source> Source::open(const std::string& path, uint64_t maxBytes, std::string& error) {
  int fd = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return error = std::strerror(errno), std::nullopt;
  Source source(path == "-" ? "<stdin>" : path, "");
  struct stat info{};
  bool ok = ::fstat(fd, &info) == 0;
  if (!ok) {
    error = std::strerror(errno);
  } else if (S_ISDIR(info.st_mode)) {
    ok = false, error = "is a directory";
  } else if (S_ISREG(info.st_mode) && static_cast<uint64_t>(info.st_size) > maxBytes) {
    ok = false, error = tooBig(maxBytes);
  } else {
    void* memory = MAP_FAILED;
    if (S_ISREG(info.st_mode) && info.st_size > 0 && path != "-")
      memory = ::mmap(nullptr, static_cast<size_t>(info.st_size), PROT_READ, MAP_PRIVATE, fd, 0);
    if (memory != MAP_FAILED) {
      source.mapped_ = memory, source.mappedBytes_ = static_cast<size_t>(info.st_size);
      source.text_ = {static_cast<const char*>(memory), source.mappedBytes_};
    } else {
      ok = readAll(fd, maxBytes, source.owned_, error);
      source.text_ = source.owned_;
    }
  }
  if (path != "-") ::close(fd);
  if (!ok) return std::nullopt;
  return source;
}

size_t Source::lineStart(uint32_t n) const {
  constexpr uint32_t kIndexed = 64;
  auto next = [&](size_t at) { return std::min(text_.find('\n', at), text_.size() - 1) + 1; };
  if (n == 0 || text_.empty()) return text_.size();
  if (starts_.empty()) {
    uint32_t line = 0;
    for (size_t at = 0; at < text_.size(); at = next(at), line++)
      if (line % kIndexed == 0) starts_.push_back(at);
  }
  const uint32_t block = (n - 1) / kIndexed;
  if (block >= starts_.size()) return text_.size();
  size_t at = starts_[block];
  for (uint32_t line = block * kIndexed + 1; line < n && at < text_.size(); line++) at = next(at);
  return at;
}

void Source::release() const {
  if (mapped_) ::madvise(mapped_, mappedBytes_, MADV_DONTNEED);
}

std::string_view Source::line(uint32_t n) const {
  const size_t at = lineStart(n);
  std::string_view line = text_.substr(at, text_.find('\n', at) - at);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

}  // namespace kiln

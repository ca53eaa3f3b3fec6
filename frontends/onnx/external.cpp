// Tensors in files beside the model (data_location EXTERNAL). Refused unless --external-data allows them, and then only from
// regular files inside the model's folder: the kernel resolves the name beneath that folder and follows no link.
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "compiler/support/sha256.h"
#include "frontends/onnx/importer.h"

namespace kiln::onnx {

namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  operator int() const { return fd_; }

 private:
  int fd_;
};

struct Range {
  std::string location;
  uint64_t offset = 0;
  std::optional<uint64_t> length;   ///< nothing: to the end of the file
};

std::optional<uint64_t> integer(const std::string& text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// The entries of external_data; what is wrong with them, or nothing.
std::string readRange(const proto::TensorProto& tensor, Range& range) {
  for (auto& entry : tensor.external_data()) {
    const auto value = integer(entry.value());
    if (entry.key() == "location") range.location = entry.value();
    else if (entry.key() != "offset" && entry.key() != "length") return "external_data has the key '" + entry.key() + "', which is not read";
    else if (!value) return "'" + entry.value() + "' is no " + entry.key() + " of external data";
    else if (entry.key() == "offset") range.offset = *value;
    else range.length = *value;
  }
  return range.location.empty() ? "external_data does not say the location" : "";
}

// A name that the standard allows: relative, without "..". Backslashes would be folders elsewhere.
bool isInside(const std::string& location) {
  return location[0] != '/' && location.find('\\') == location.npos && location.find('\0') == location.npos && ("/" + location + "/").find("/../") == std::string::npos;
}

std::string folderOf(const std::string& model) {
  const size_t slash = model.find_last_of('/');
  return slash == model.npos ? "." : model.substr(0, slash + 1);
}

bool readWhole(int fd, std::string& text) {
  for (size_t used = 0; used < text.size();) {
    const ssize_t n = ::read(fd, text.data() + used, text.size() - used);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    used += static_cast<size_t>(n);
  }
  return true;
}

// Reads a file of at most `most` bytes below a folder; why it is not read, or nothing.
std::string readBeneath(const std::string& folder, const std::string& location, uint64_t most, std::string& text) {
  const Descriptor root(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (root < 0) return std::strerror(errno);
  open_how how{};
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;   // a pipe without a writer must not wait
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  const Descriptor file(static_cast<int>(::syscall(SYS_openat2, static_cast<int>(root), location.c_str(), &how, sizeof how)));
  if (file < 0) return errno == ELOOP ? "symbolic links are not followed" : std::strerror(errno);
  struct stat info{};
  if (::fstat(file, &info) != 0) return std::strerror(errno);
  if (!S_ISREG(info.st_mode)) return "not a regular file";
  if (info.st_nlink != 1) return "the file has another name (a hard link), perhaps outside of the model's folder";
  if (static_cast<uint64_t>(info.st_size) > most) return "the files of external data are over the limit of bytes (--max-file-bytes)";
  text.resize(static_cast<size_t>(info.st_size));
  return readWhole(file, text) ? "" : "the file cannot be read to its end";
}

}  // namespace

const std::string* Importer::externalFile(const std::string& location, const std::string& path) {
  const auto known = externalFiles_.find(location);
  if (known != externalFiles_.end()) return &known->second;
  std::string text, wrong = "not a name inside of the model's folder";
  if (isInside(location)) wrong = readBeneath(folderOf(source_.name()), location, options.limits.fileBytes - externalBytes_, text);
  if (!wrong.empty()) return invalid(path, "external data '" + location + "': " + wrong), nullptr;
  externalBytes_ += text.size();
  externalDigests.emplace_back(location, sha256Hex(text));
  return &externalFiles_.emplace(location, std::move(text)).first->second;
}

std::optional<std::string_view> Importer::readExternal(const proto::TensorProto& tensor, uint64_t bytes, const std::string& path) {
  if (!options.externalData)
    return unsupported(path, "a tensor that lies in another file is not read", "allow it with --external-data, or store it in the model: onnx.save_model(..., save_as_external_data=False)"), std::nullopt;
  Range range;
  const std::string wrong = tensor.has_raw_data() ? "the tensor has raw_data and external data" : readRange(tensor, range);
  if (!wrong.empty()) return invalid(path, wrong), std::nullopt;
  const std::string* file = externalFile(range.location, path);
  if (!file) return std::nullopt;
  const uint64_t rest = range.offset <= file->size() ? file->size() - range.offset : 0;
  const uint64_t length = range.length.value_or(rest);
  if (range.offset > file->size() || length > rest || length != bytes)
    return invalid(path, "external data '" + range.location + "': the tensor needs " + std::to_string(bytes) + " bytes, external_data says " + std::to_string(length) +
                             " from offset " + std::to_string(range.offset) + ", the file has " + std::to_string(file->size())), std::nullopt;
  if (length > options.limits.fileBytes - externalUsed_)   // many tensors may name the same bytes
    return diagnostics.error(Kind::limit, 0, 0, "external data of all tensors is over the limit of bytes (--max-file-bytes)", path), std::nullopt;
  externalUsed_ += length;
  return std::string_view(*file).substr(range.offset, length);
}

}  // namespace kiln::onnx

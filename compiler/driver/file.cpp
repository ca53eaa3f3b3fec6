#include "compiler/driver/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace kiln::driver {

static bool writeAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

bool writeFile(const std::string& path, std::string_view bytes, bool executable, std::string& error) {
  if (path == "-") {
    if (writeAll(STDOUT_FILENO, bytes)) return true;
    return error = std::strerror(errno), false;
  }
  std::string temporary = path + ".XXXXXX";
  const int fd = mkstemp(temporary.data());
  if (fd < 0) return error = std::strerror(errno), false;
  const mode_t mask = umask(0);
  umask(mask);
  const bool ok = writeAll(fd, bytes) && fchmod(fd, (executable ? 0777 : 0666) & ~mask) == 0 && fsync(fd) == 0;
  if (!ok) error = std::strerror(errno);
  close(fd);
  if (ok && rename(temporary.c_str(), path.c_str()) == 0) return true;
  if (ok) error = std::strerror(errno);
  unlink(temporary.c_str());
  return false;
}

}  // namespace kiln::driver

#include "compiler/codegen/link.h"

#include <lld/Common/Driver.h>
#include <llvm/Passes/PassPlugin.h>
#include <llvm/Support/raw_ostream.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <thread>

LLD_HAS_DRIVER(elf)

// What lld asks for, and linking machine code of Kiln's targets does not need (cmake/dependencies.cmake): Polly, other targets.
llvm::PassPluginLibraryInfo getPollyPluginInfo() { return {}; }
extern "C" void kiln_no_target() {}

namespace kiln::codegen {
namespace {

/// A file that lives in memory, under a path.
class MemoryFile {
 public:
  explicit MemoryFile(const char* name) : descriptor_(memfd_create(name, MFD_CLOEXEC)) {}
  ~MemoryFile() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }
  bool write(std::string_view bytes) {
    while (descriptor_ >= 0 && !bytes.empty()) {
      const ssize_t n = ::write(descriptor_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return descriptor_ >= 0;
  }

 private:
  int descriptor_;
};

/// Takes what lld writes: to a path that is a pipe, it writes straight from memory, where a file would have to be created beside
/// its name first.
class Pipe {
 public:
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return;
    read_ = ends[0], write_ = ends[1];
    reader_ = std::thread([this] {
      std::vector<char> buffer(1 << 20);
      for (ssize_t n; (n = ::read(read_, buffer.data(), buffer.size())) != 0;) {
        if (n > 0) bytes_.append(buffer.data(), static_cast<size_t>(n));
        else if (errno != EINTR) break;
      }
    });
  }
  ~Pipe() { finish(); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  bool ok() const { return write_ >= 0 || !bytes_.empty(); }
  std::string path() const { return "/proc/self/fd/" + std::to_string(write_); }
  /// All that was written; nobody may write any more.
  std::string finish() {
    if (write_ >= 0) {
      close(write_), write_ = -1;
      reader_.join();
      close(read_);
    }
    return std::move(bytes_);
  }

 private:
  int read_ = -1, write_ = -1;
  std::thread reader_;
  std::string bytes_;
};

bool fail(Diagnostics& diagnostics, const std::string& what) {
  diagnostics.error(Kind::link, 0, 0, what);
  return false;
}

}  // namespace

bool link(const std::vector<LinkObject>& objects, const std::vector<std::string>& unneeded, bool aarch64, const std::string& soname, std::string& sharedObject,
          Diagnostics& diagnostics) {
  std::vector<std::unique_ptr<MemoryFile>> files;
  for (const LinkObject& object : objects) {
    files.push_back(std::make_unique<MemoryFile>(object.name.c_str()));
    for (std::string_view piece : object.pieces)
      if (!files.back()->write(piece)) return fail(diagnostics, "cannot hold the object '" + object.name + "' in memory: " + std::strerror(errno));
  }
  MemoryFile exports("exports");
  Pipe output;
  if (!output.ok() || !exports.write("{ global: kiln_query_v1; local: *; };\n")) return fail(diagnostics, std::string("cannot create files in memory: ") + std::strerror(errno));

  std::vector<std::string> args{"ld.lld", "-shared", "-o", output.path(), "-m", aarch64 ? "aarch64linux" : "elf_x86_64",
                                "-soname=" + soname, "--version-script=" + exports.path(), "--hash-style=gnu", "--build-id=none",
                                "--gc-sections", "-Bsymbolic", "-s", "--threads=1", "-z", "defs", "-z", "now", "-z", "relro",
                                "-z", "noexecstack", "-z", "separate-code", "-z", "text", "--no-undefined", "--fatal-warnings"};
  for (const std::string& symbol : unneeded) args.push_back("--defsym=" + symbol + "=kiln_unneeded");
  for (const auto& file : files) args.push_back(file->path());
  std::vector<const char*> argv;
  for (const std::string& arg : args) argv.push_back(arg.c_str());
  std::string log;
  llvm::raw_string_ostream os(log);
  const lld::Result result = lld::lldMain(argv, os, os, {{lld::Gnu, &lld::elf::link}});
  os.flush();
  if (result.retCode != 0) {
    for (size_t i = 0; i < files.size(); i++)   // the user knows objects by their names
      for (size_t at; (at = log.find(files[i]->path())) != std::string::npos;) log.replace(at, files[i]->path().size(), objects[i].name);
    return fail(diagnostics, "the linker failed: " + log);
  }
  sharedObject = output.finish();
  if (sharedObject.empty()) return fail(diagnostics, "the linker wrote nothing");
  return true;
}

}  // namespace kiln::codegen

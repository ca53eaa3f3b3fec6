#include "compiler/driver/compile.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

namespace kiln::driver {
namespace {

// The child's answer travels through a memory file: length-prefixed strings in a fixed order.
struct Writer {
  std::string bytes;
  void number(uint64_t n) { bytes.append(reinterpret_cast<const char*>(&n), sizeof n); }
  void real(double d) { bytes.append(reinterpret_cast<const char*>(&d), sizeof d); }
  void text(std::string_view s) { number(s.size()), bytes.append(s); }
  void texts(const std::vector<std::pair<std::string, std::string>>& list) {
    number(list.size());
    for (auto& [name, content] : list) text(name), text(content);
  }
};
struct Reader {
  std::string_view rest;
  bool ok = true;
  std::string_view take(size_t n) {
    if (n > rest.size()) return ok = false, std::string_view();
    auto part = rest.substr(0, n);
    rest.remove_prefix(n);
    return part;
  }
  template <class T> T plain() {
    T value{};
    auto part = take(sizeof(T));
    if (ok) std::memcpy(&value, part.data(), sizeof(T));
    return value;
  }
  uint64_t number() { return plain<uint64_t>(); }
  std::string text() { return std::string(take(number())); }
  std::vector<std::pair<std::string, std::string>> texts() {
    std::vector<std::pair<std::string, std::string>> list;
    for (uint64_t n = number(); ok && n > 0; n--) {
      std::string name = text();
      list.emplace_back(std::move(name), text());
    }
    return list;
  }
};

void writeAnswer(Writer& w, bool ok, const codegen::Artefact& a, const Diagnostics& diagnostics) {
  w.number(ok);
  w.text(a.sharedObject), w.texts(a.objects), w.texts(a.llvm), w.texts(a.assembly), w.text(a.json), w.text(a.contentSha256);
  w.number(a.seconds.size());
  for (auto& [stage, s] : a.seconds) w.text(stage), w.real(s);
  w.number(a.strategies.size());
  for (auto& s : a.strategies) w.text(s);
  w.number(diagnostics.all().size());
  for (auto& d : diagnostics.all()) {
    w.number(static_cast<uint64_t>(d.severity)), w.number(static_cast<uint64_t>(d.kind));
    w.number(d.line), w.number(d.column), w.number(d.length), w.text(d.message), w.text(d.path);
    w.number(d.notes.size());
    for (auto& n : d.notes) w.text(n);
  }
}

bool readAnswer(std::string_view bytes, codegen::Artefact& a, Diagnostics& diagnostics, bool& ok) {
  Reader r{bytes};
  ok = r.number() != 0;
  a.sharedObject = r.text(), a.objects = r.texts(), a.llvm = r.texts(), a.assembly = r.texts();
  a.json = r.text(), a.contentSha256 = r.text();
  for (uint64_t n = r.number(); r.ok && n > 0; n--) {
    std::string stage = r.text();
    a.seconds.emplace_back(std::move(stage), r.plain<double>());
  }
  for (uint64_t n = r.number(); r.ok && n > 0; n--) a.strategies.push_back(r.text());
  for (uint64_t n = r.number(); r.ok && n > 0; n--) {
    Diagnostic d;
    d.severity = static_cast<Severity>(r.number()), d.kind = static_cast<Kind>(r.number());
    d.line = static_cast<uint32_t>(r.number()), d.column = static_cast<uint32_t>(r.number());
    d.length = static_cast<uint32_t>(r.number());
    d.message = r.text(), d.path = r.text();
    for (uint64_t m = r.number(); r.ok && m > 0; m--) d.notes.push_back(r.text());
    if (r.ok) diagnostics.add(std::move(d));
  }
  return r.ok && r.rest.empty();
}

bool writeAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

[[noreturn]] void child(int fd, const ir::Pipeline& pipeline, const codegen::Options& options, const codegen::Want& want) {
  const rlimit memory{options.limits.memoryBytes, options.limits.memoryBytes};
  setrlimit(RLIMIT_AS, &memory);
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  alarm(static_cast<unsigned>(options.limits.seconds ? options.limits.seconds : 1));
  codegen::Artefact artefact;
  Diagnostics diagnostics;
  const bool ok = codegen::compile(pipeline, options, want, artefact, diagnostics);
  Writer w;
  writeAnswer(w, ok, artefact, diagnostics);
  _exit(writeAll(fd, w.bytes) ? 0 : 99);
}

void reportDeath(int status, const codegen::Options& options, Diagnostics& diagnostics) {
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
    diagnostics.error(Kind::budget, 0, 0, "code generation took over " + std::to_string(options.limits.seconds) + " seconds", "",
                      "raise the limit with --max-time");
  } else if (WIFSIGNALED(status)) {
    diagnostics.error(Kind::internal, 0, 0,
                      std::string("code generation ended by signal ") + std::to_string(WTERMSIG(status)) + " (" +
                          strsignal(WTERMSIG(status)) + ")",
                      "", "if it ran out of memory, raise --max-memory (now " + std::to_string(options.limits.memoryBytes) +
                              " bytes); otherwise please report this with the model");
  } else {
    diagnostics.error(Kind::internal, 0, 0, "code generation ended with exit code " + std::to_string(WEXITSTATUS(status)), "",
                      "please report this with the model");
  }
}

}  // namespace

bool compileInChild(const ir::Pipeline& pipeline, const codegen::Options& options, const codegen::Want& want,
                    codegen::Artefact& artefact, Diagnostics& diagnostics) {
  const int fd = memfd_create("kiln-artefact", MFD_CLOEXEC);
  const pid_t pid = fd < 0 ? -1 : fork();
  if (pid < 0) {
    diagnostics.error(Kind::internal, 0, 0, std::string("cannot start code generation: ") + std::strerror(errno));
    if (fd >= 0) close(fd);
    return false;
  }
  if (pid == 0) child(fd, pipeline, options, want);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  bool ok = false;
  const off_t bytes = lseek(fd, 0, SEEK_END);
  void* answer = bytes > 0 ? mmap(nullptr, static_cast<size_t>(bytes), PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || answer == MAP_FAILED ||
      !readAnswer({static_cast<char*>(answer), static_cast<size_t>(bytes)}, artefact, diagnostics, ok)) {
    reportDeath(status, options, diagnostics);
    ok = false;
  }
  if (answer != MAP_FAILED) munmap(answer, static_cast<size_t>(bytes));
  close(fd);
  return ok;
}

}  // namespace kiln::driver

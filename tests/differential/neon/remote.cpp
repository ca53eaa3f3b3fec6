#include "tests/differential/neon/remote.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <deque>

namespace kiln::test {
namespace {

/// The process under qemu. It lives as long as this program.
class Process {
 public:
  bool start() {
    if (pid_ > 0) return true;
    int down[2], up[2];
    if (pipe2(down, O_CLOEXEC) != 0 || pipe2(up, O_CLOEXEC) != 0) return false;
    pid_ = fork();
    if (pid_ == 0) {
      dup2(down[0], 0), dup2(up[1], 1);
      execl(KILN_QEMU, KILN_QEMU, KILN_NEON_RUNNER, nullptr);
      _exit(127);
    }
    close(down[0]), close(up[1]);
    to_ = down[1], from_ = up[0];
    signal(SIGPIPE, SIG_IGN);
    return pid_ > 0;
  }
  ~Process() {
    if (pid_ <= 0) return;
    close(to_), close(from_);
    waitpid(pid_, nullptr, 0);
  }
  void put(const void* data, size_t n) {
    for (const char* p = static_cast<const char*>(data); n > 0 && alive_;) {
      const ssize_t sent = write(to_, p, n);
      if (sent <= 0) alive_ = false;
      else p += sent, n -= static_cast<size_t>(sent);
    }
  }
  void get(void* data, size_t n) {
    for (char* p = static_cast<char*>(data); n > 0 && alive_;) {
      const ssize_t got = read(from_, p, n);
      if (got <= 0) alive_ = false;
      else p += got, n -= static_cast<size_t>(got);
    }
  }
  template <class T> void put(const T& v) { put(&v, sizeof v); }
  template <class T> T get() {
    T v{};
    get(&v, sizeof v);
    return v;
  }
  bool alive() const { return alive_; }

 private:
  pid_t pid_ = 0;
  int to_ = -1, from_ = -1;
  bool alive_ = true;
};
Process process;
kiln_scorer proxy;
std::deque<std::string> texts;   // of the last row's outputs

constexpr int32_t kDied = -1000;   // no code of the ABI: the process is gone

void putCell(const kiln_cell& cell) {
  process.put(cell);
  if (cell.kind == KILN_TEXT) process.put(cell.as.text, cell.length);
  if (cell.kind == KILN_LIST)
    for (uint32_t i = 0; i < cell.length; i++) putCell(cell.as.items[i]);
}

int32_t scoreRow(const kiln_cell* in, kiln_cell* out, void*, size_t, kiln_status* status) {
  process.put('R');
  for (uint32_t i = 0; i < proxy.input_count; i++) putCell(in[i]);
  const auto code = process.get<int32_t>();
  *status = process.get<kiln_status>();
  if (!process.alive() || code != KILN_OK) return process.alive() ? code : kDied;
  texts.clear();
  for (uint32_t i = 0; i < proxy.output_count; i++) {
    out[i] = process.get<kiln_cell>();
    if (out[i].kind != KILN_TEXT || !process.alive()) continue;
    std::string& text = texts.emplace_back(out[i].length, '\0');
    process.get(text.data(), text.size());
    out[i].as.text = text.data();
  }
  return process.alive() ? code : kDied;
}

/// Rows without statuses come without validity: the other end binds the names of its own schema.
int32_t scoreRows(const void*, const kiln_matrix* in, const kiln_matrix* out, void*, size_t, kiln_status* status) {
  const auto rows = static_cast<uint64_t>(in->rows);
  process.put('M'), process.put(uint64_t{in->type}), process.put(uint64_t{out->type}), process.put(uint64_t{status != nullptr}), process.put(rows);
  process.put(in->data, rows * static_cast<uint64_t>(in->row_bytes));
  const auto code = process.get<int32_t>();
  process.get(out->data, rows * static_cast<uint64_t>(out->row_bytes));
  if (!status) return process.alive() ? code : kDied;
  process.get(out->validity, (rows * proxy.output_count + 7) / 8);
  process.get(status, rows * sizeof(kiln_status));
  return process.alive() ? code : kDied;
}

}  // namespace

const kiln_scorer* loadRemote(const std::string& sharedObject, const kiln_scorer& here, std::string& error) {
  if (!process.start()) return error = "cannot start qemu", nullptr;
  process.put('L'), process.put(uint64_t{sharedObject.size()}), process.put(sharedObject.data(), sharedObject.size());
  const auto code = process.get<int32_t>();
  if (!process.alive()) return error = "the process under qemu ended", nullptr;
  if (code != KILN_OK) return error = "kiln_query_v1: " + std::to_string(code), nullptr;
  proxy = here;
  proxy.score_row = scoreRow, proxy.score_rows = scoreRows;
  return &proxy;
}

}  // namespace kiln::test

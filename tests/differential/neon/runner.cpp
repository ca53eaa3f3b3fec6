// Runs inside qemu-aarch64: loads aarch64 scorers and calls them for a test program on the other end of a pipe. Freestanding, so that
// no C library for aarch64 is needed: it maps the object itself, as its only relocations are relative ones. remote.cpp is the other end.
#include "kiln/scorer.h"

namespace {

// ---- ELF, as far as it is needed (the system's elf.h belongs to the C library)
struct Elf64_Ehdr {
  uint8_t ident[16];
  uint16_t type, machine;
  uint32_t version;
  uint64_t entry, e_phoff, shoff;
  uint32_t flags;
  uint16_t ehsize, phentsize, e_phnum, shentsize, shnum, shstrndx;
};
struct Elf64_Phdr {
  uint32_t p_type, flags;
  uint64_t p_offset, p_vaddr, paddr, p_filesz, p_memsz, align;
};
struct Elf64_Dyn {
  int64_t d_tag;
  uint64_t d_val;
};
struct Elf64_Rela {
  uint64_t r_offset, r_info;
  int64_t r_addend;
};
struct Elf64_Sym {
  uint32_t name;
  uint8_t info, other;
  uint16_t section;
  uint64_t st_value, size;
};
enum : int64_t { DT_NULL = 0, DT_SYMTAB = 6, DT_RELA = 7, DT_RELASZ = 8 };
enum : uint32_t { PT_LOAD = 1, PT_DYNAMIC = 2, R_AARCH64_RELATIVE = 1027 };

// ---- the system
long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
}
[[noreturn]] void quit(int code) {
  for (;;) call(94, code);
}
char* pages(uint64_t bytes) {
  const long at = call(222, 0, static_cast<long>(bytes + 4096), 7, 0x22, -1, 0);   // mmap, all rights, private, anonymous
  if (at < 0 && at > -4096) quit(10);
  return reinterpret_cast<char*>(at);
}
void unpage(void* at, uint64_t bytes) { call(215, reinterpret_cast<long>(at), static_cast<long>(bytes + 4096)); }

void get(void* to, uint64_t n) {
  for (char* p = static_cast<char*>(to); n > 0;) {
    const long got = call(63, 0, reinterpret_cast<long>(p), static_cast<long>(n));
    if (got <= 0) quit(got == 0 ? 0 : 11);
    p += got, n -= static_cast<uint64_t>(got);
  }
}
void put(const void* from, uint64_t n) {
  for (const char* p = static_cast<const char*>(from); n > 0;) {
    const long sent = call(64, 1, reinterpret_cast<long>(p), static_cast<long>(n));
    if (sent <= 0) quit(12);
    p += sent, n -= static_cast<uint64_t>(sent);
  }
}
template <class T> T take() {
  T v;
  get(&v, sizeof v);
  return v;
}

/// Memory of one request; all of it is given back at the next.
class Arena {
 public:
  void* take(uint64_t n) {
    n = (n + 63) / 64 * 64;
    if (n > end_ - at_) grow(n);
    void* p = at_;
    at_ += n;
    return p;
  }
  void clear() {
    for (Block* b = blocks_; b;) {
      Block* next = b->next;
      unpage(b, b->bytes);
      b = next;
    }
    blocks_ = nullptr, at_ = end_ = nullptr;
  }

 private:
  struct Block {
    Block* next;
    uint64_t bytes;
  };
  void grow(uint64_t n) {
    const uint64_t bytes = n + (1 << 20);
    auto* block = reinterpret_cast<Block*>(pages(bytes));
    block->next = blocks_, block->bytes = bytes, blocks_ = block;
    at_ = reinterpret_cast<char*>(block) + 64, end_ = reinterpret_cast<char*>(block) + bytes;
  }
  Block* blocks_ = nullptr;
  char *at_ = nullptr, *end_ = nullptr;
} arena;

// ---- the scorer
char* image = nullptr;
uint64_t image_bytes = 0;
const kiln_scorer* scorer = nullptr;

void load() {
  if (image) unpage(image, image_bytes);
  const auto bytes = take<uint64_t>();
  char* file = static_cast<char*>(arena.take(bytes));
  get(file, bytes);
  const auto* header = reinterpret_cast<const Elf64_Ehdr*>(file);
  const auto* segments = reinterpret_cast<const Elf64_Phdr*>(file + header->e_phoff);
  image_bytes = 0;
  for (int i = 0; i < header->e_phnum; i++)
    if (segments[i].p_type == PT_LOAD && segments[i].p_vaddr + segments[i].p_memsz > image_bytes) image_bytes = segments[i].p_vaddr + segments[i].p_memsz;
  image = pages(image_bytes);
  const Elf64_Dyn* dynamic = nullptr;
  for (int i = 0; i < header->e_phnum; i++) {
    if (segments[i].p_type == PT_LOAD)
      for (uint64_t k = 0; k < segments[i].p_filesz; k++) image[segments[i].p_vaddr + k] = file[segments[i].p_offset + k];
    if (segments[i].p_type == PT_DYNAMIC) dynamic = reinterpret_cast<const Elf64_Dyn*>(image + segments[i].p_vaddr);
  }
  uint64_t rela = 0, size = 0, symbols = 0;
  for (; dynamic && dynamic->d_tag != DT_NULL; dynamic++) {
    if (dynamic->d_tag == DT_RELA) rela = dynamic->d_val;
    if (dynamic->d_tag == DT_RELASZ) size = dynamic->d_val;
    if (dynamic->d_tag == DT_SYMTAB) symbols = dynamic->d_val;
  }
  for (uint64_t k = 0; k < size / sizeof(Elf64_Rela); k++) {
    const Elf64_Rela& r = reinterpret_cast<const Elf64_Rela*>(image + rela)[k];
    if (static_cast<uint32_t>(r.r_info) != R_AARCH64_RELATIVE) quit(13);
    *reinterpret_cast<uint64_t*>(image + r.r_offset) = reinterpret_cast<uint64_t>(image) + static_cast<uint64_t>(r.r_addend);
  }
  const auto& only = reinterpret_cast<const Elf64_Sym*>(image + symbols)[1];   // kiln_query_v1, the only export
  const int32_t code = reinterpret_cast<decltype(&kiln_query_v1)>(image + only.st_value)(KILN_ABI_MINOR, &scorer);
  put(&code, sizeof code);
}

struct Scratch {
  void* data;
  uint64_t size;
  explicit Scratch(uint64_t text) : size(scorer->scratch_bytes + scorer->scratch_per_text_byte * text) {
    data = arena.take(size);
    for (uint64_t i = 0; i < size; i++) static_cast<char*>(data)[i] = static_cast<char>(0xa5);
  }
};

kiln_cell takeCell(uint64_t& text) {
  auto cell = take<kiln_cell>();
  if (cell.kind == KILN_TEXT) {
    char* to = static_cast<char*>(arena.take(cell.length));
    get(to, cell.length);
    cell.as.text = to, text += cell.length;
  } else if (cell.kind == KILN_LIST) {
    auto* items = static_cast<kiln_cell*>(arena.take(cell.length * sizeof(kiln_cell)));
    for (uint32_t i = 0; i < cell.length; i++) items[i] = takeCell(text);
    cell.as.items = items;
  }
  return cell;
}

void row() {
  uint64_t text = 0;
  auto* in = static_cast<kiln_cell*>(arena.take(scorer->input_count * sizeof(kiln_cell)));
  auto* out = static_cast<kiln_cell*>(arena.take(scorer->output_count * sizeof(kiln_cell)));
  for (uint32_t i = 0; i < scorer->input_count; i++) in[i] = takeCell(text);
  const Scratch scratch(text);
  kiln_status status{};
  const int32_t code = scorer->score_row(in, out, scratch.data, scratch.size, &status);
  put(&code, sizeof code), put(&status, sizeof status);
  if (code != KILN_OK) return;
  for (uint32_t i = 0; i < scorer->output_count; i++) {
    put(&out[i], sizeof out[i]);
    if (out[i].kind == KILN_TEXT) put(out[i].as.text, out[i].length);
  }
}

void rows() {
  const auto inType = static_cast<uint8_t>(take<uint64_t>()), outType = static_cast<uint8_t>(take<uint64_t>());
  const auto told = take<uint64_t>(), count = take<uint64_t>();   // told: validity and statuses
  auto sizeOf = [](uint8_t type) { return type == KILN_F64 || type == KILN_I64 ? uint64_t{8} : uint64_t{4}; };
  const uint64_t inSize = sizeOf(inType), outSize = sizeOf(outType), inputs = scorer->input_count, outputs = scorer->output_count;
  auto* names = static_cast<const char**>(arena.take(inputs * sizeof(char*)));
  for (uint32_t i = 0; i < inputs; i++) names[i] = kiln_field_at(scorer->inputs, i)->name;
  void* binding = arena.take(scorer->binding_bytes);
  auto* problems = static_cast<uint8_t*>(arena.take(inputs + outputs));
  scorer->bind(names, scorer->input_count, inType, outType, binding, problems);
  const uint64_t validityBytes = (count * outputs + 7) / 8;
  kiln_matrix in{}, out{};
  in.size = out.size = sizeof in, in.type = inType, out.type = outType, in.rows = out.rows = static_cast<int64_t>(count);
  in.data = arena.take(count * inputs * inSize), in.row_bytes = static_cast<int64_t>(inputs * inSize);
  out.data = arena.take(count * outputs * outSize), out.row_bytes = static_cast<int64_t>(outputs * outSize);
  out.validity = told ? static_cast<uint8_t*>(arena.take(validityBytes)) : nullptr;
  auto* statuses = static_cast<kiln_status*>(arena.take(count * sizeof(kiln_status)));
  get(in.data, count * inputs * inSize);
  const Scratch scratch(0);
  const int32_t code = scorer->score_rows(binding, &in, &out, scratch.data, scratch.size, told ? statuses : nullptr);
  put(&code, sizeof code);
  put(out.data, count * outputs * outSize);
  if (told) put(out.validity, validityBytes), put(statuses, count * sizeof(kiln_status));
}

}  // namespace

extern "C" void* memset(void* to, int byte, size_t n) {
  for (size_t i = 0; i < n; i++) static_cast<volatile char*>(to)[i] = static_cast<char>(byte);
  return to;
}
extern "C" void* memcpy(void* to, const void* from, size_t n) {
  for (size_t i = 0; i < n; i++) static_cast<volatile char*>(to)[i] = static_cast<const char*>(from)[i];
  return to;
}

extern "C" [[noreturn]] void _start() {
  for (;;) {
    arena.clear();
    switch (take<uint8_t>()) {
      case 'L': load(); break;
      case 'R': row(); break;
      case 'M': rows(); break;
      default: quit(14);
    }
  }
}

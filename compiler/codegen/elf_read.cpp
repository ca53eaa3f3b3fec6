#include "compiler/codegen/elf_read.h"

#include <algorithm>
#include <cstring>

namespace kiln::codegen {
namespace {

/// The part [offset, offset + size), if it is inside.
std::optional<std::string_view> part(std::string_view bytes, uint64_t offset, uint64_t size) {
  if (offset > bytes.size() || size > bytes.size() - offset) return std::nullopt;
  return bytes.substr(offset, size);
}
/// Entries of a table, copied: it need not be aligned.
template <class T>
std::optional<std::vector<T>> entries(std::string_view bytes, uint64_t offset, uint64_t count) {
  if (count > bytes.size() / sizeof(T)) return std::nullopt;
  const auto table = part(bytes, offset, count * sizeof(T));
  if (!table) return std::nullopt;
  std::vector<T> all(count);
  if (count != 0) std::memcpy(all.data(), table->data(), table->size());
  return all;
}
uint32_t word(std::string_view bytes, uint64_t offset) {
  uint32_t v = 0;
  if (const auto p = part(bytes, offset, sizeof v)) std::memcpy(&v, p->data(), sizeof v);
  return v;
}

}  // namespace

std::optional<ElfFile> ElfFile::open(std::string_view bytes, std::string& why) {
  ElfFile file;
  file.bytes_ = bytes;
  Elf64_Ehdr& h = file.header_;
  const auto refuse = [&](const char* what) {
    why = what;
    return std::nullopt;
  };
  if (bytes.size() < sizeof h || std::memcmp(bytes.data(), ELFMAG, SELFMAG) != 0)
    return refuse("it is not an ELF file");
  std::memcpy(&h, bytes.data(), sizeof h);
  if (h.e_ident[EI_CLASS] != ELFCLASS64 || h.e_ident[EI_DATA] != ELFDATA2LSB)
    return refuse("it is not a 64-bit little-endian ELF file");
  if (h.e_phnum != 0 && h.e_phentsize != sizeof(Elf64_Phdr)) return refuse("its program headers have an unknown size");
  if (h.e_shnum != 0 && h.e_shentsize != sizeof(Elf64_Shdr)) return refuse("its section headers have an unknown size");
  auto segments = entries<Elf64_Phdr>(bytes, h.e_phoff, h.e_phnum);
  auto sections = entries<Elf64_Shdr>(bytes, h.e_shoff, h.e_shnum);
  if (!segments || !sections) return refuse("its headers lie outside of the file");
  file.segments_ = std::move(*segments), file.sections_ = std::move(*sections);
  return file;
}

std::string_view ElfFile::nameAt(std::string_view names, uint64_t offset) {
  if (offset >= names.size()) return {};
  const size_t end = names.find('\0', offset);
  return end == std::string_view::npos ? std::string_view() : names.substr(offset, end - offset);
}

std::string_view ElfFile::sectionName(const Elf64_Shdr& section) const {
  if (header_.e_shstrndx >= sections_.size()) return {};
  const Elf64_Shdr& names = sections_[header_.e_shstrndx];
  const auto text = part(bytes_, names.sh_offset, names.sh_size);
  return text ? nameAt(*text, section.sh_name) : std::string_view();
}

std::optional<std::string_view> ElfFile::section(std::string_view name) const {
  for (const Elf64_Shdr& s : sections_)
    if (s.sh_type != SHT_NOBITS && s.sh_type != SHT_NULL && sectionName(s) == name)
      return part(bytes_, s.sh_offset, s.sh_size);
  return std::nullopt;
}

std::optional<std::string_view> ElfFile::image(uint64_t address, uint64_t size) const {
  for (const Elf64_Phdr& p : segments_) {
    if (p.p_type != PT_LOAD || address < p.p_vaddr || address - p.p_vaddr > p.p_filesz) continue;
    const uint64_t inside = address - p.p_vaddr;
    if (size > p.p_filesz - inside) continue;
    const auto segment = part(bytes_, p.p_offset, p.p_filesz);
    if (segment) return segment->substr(inside, size);
  }
  return std::nullopt;
}

std::vector<Elf64_Dyn> ElfFile::dynamic() const {
  for (const Elf64_Phdr& p : segments_) {
    if (p.p_type != PT_DYNAMIC) continue;
    auto all = entries<Elf64_Dyn>(bytes_, p.p_offset, p.p_filesz / sizeof(Elf64_Dyn));
    if (!all) return {};
    for (size_t i = 0; i < all->size(); i++)
      if ((*all)[i].d_tag == DT_NULL) all->resize(i);
    return std::move(*all);
  }
  return {};
}

std::optional<uint64_t> ElfFile::find(const std::vector<Elf64_Dyn>& dynamic, int64_t tag) {
  for (const Elf64_Dyn& d : dynamic)
    if (d.d_tag == tag) return d.d_un.d_val;
  return std::nullopt;
}

std::optional<std::vector<Elf64_Sym>> ElfFile::symbols(const std::vector<Elf64_Dyn>& dynamic) const {
  const auto table = find(dynamic, DT_SYMTAB);
  if (!table) return std::vector<Elf64_Sym>();
  // How many there are stands in no header: the hash tables know.
  uint64_t count = 1;
  if (const auto hash = find(dynamic, DT_HASH)) {
    const auto head = image(*hash, 8);
    if (!head) return std::nullopt;
    count = word(*head, 4);
  } else if (const auto gnu = find(dynamic, DT_GNU_HASH)) {
    const auto head = image(*gnu, 16);
    if (!head) return std::nullopt;
    const uint64_t buckets = word(*head, 0), first = word(*head, 4), bloom = word(*head, 8);
    const uint64_t bucketsAt = *gnu + 16 + bloom * 8, chainsAt = bucketsAt + buckets * 4;
    count = first;  // those before are not hashed: undefined ones
    const auto heads = image(bucketsAt, buckets * 4);
    if (!heads) return std::nullopt;
    uint64_t last = 0;
    for (uint64_t b = 0; b < buckets; b++) last = std::max<uint64_t>(last, word(*heads, b * 4));
    if (last >= first && last != 0) {
      for (;; last++) {
        const auto chain = image(chainsAt + (last - first) * 4, 4);
        if (!chain) return std::nullopt;
        if (word(*chain, 0) & 1) break;
      }
      count = last + 1;
    }
  }
  if (count > bytes_.size() / sizeof(Elf64_Sym)) return std::nullopt;
  const auto bytes = image(*table, count * sizeof(Elf64_Sym));
  if (!bytes) return std::nullopt;
  auto all = entries<Elf64_Sym>(*bytes, 0, count);
  if (all && !all->empty()) all->erase(all->begin());
  return all;
}

std::optional<std::string> readJsonSection(std::string_view file) {
  std::string why;
  const auto elf = ElfFile::open(file, why);
  if (!elf) return std::nullopt;
  const auto json = elf->section(kJsonSection);
  if (!json) return std::nullopt;
  return std::string(*json);
}

std::optional<std::string> readNote(std::string_view file) {
  std::string why;
  const auto elf = ElfFile::open(file, why);
  if (!elf) return std::nullopt;
  // By segment, as the loader finds it: sections may have been stripped.
  for (const Elf64_Phdr& p : elf->segments()) {
    if (p.p_type != PT_NOTE) continue;
    const auto notes = part(file, p.p_offset, p.p_filesz);
    if (!notes) continue;
    for (uint64_t at = 0; at + 12 <= notes->size();) {
      const uint64_t nameSize = word(*notes, at), size = word(*notes, at + 4), type = word(*notes, at + 8);
      const uint64_t name = at + 12, text = name + (nameSize + 3) / 4 * 4;
      const auto owner = part(*notes, name, nameSize), content = part(*notes, text, size);
      if (!owner || !content) break;
      if (type == kNoteType && *owner == std::string_view("kiln", 5)) return std::string(*content);
      at = text + (size + 3) / 4 * 4;
    }
  }
  return std::nullopt;
}

}  // namespace kiln::codegen

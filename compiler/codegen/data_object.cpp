#include "compiler/codegen/data_object.h"

#include <elf.h>

namespace kiln::codegen {

DataObject::DataObject(bool aarch64, std::string_view blob) : aarch64_(aarch64), blob_(blob) {
  name("kiln_blob", {Section::blob, 0}, blob.size());
}

DataObject::Place DataObject::string(const std::string& value) {
  auto [it, isNew] = strings_.try_emplace(value, text_.size());
  if (isNew) text_.append(value.c_str(), value.size() + 1);
  return {text, it->second};
}
DataObject::Place DataObject::constant(const void* bytes, size_t size, size_t align) {
  text_.resize((text_.size() + align - 1) / align * align);
  const Place at{text, text_.size()};
  text_.append(static_cast<const char*>(bytes), size);
  return at;
}
DataObject::Place DataObject::reserve(size_t size, size_t align) {
  tables_.resize((tables_.size() + align - 1) / align * align);
  const Place at{tables, tables_.size()};
  tables_.resize(tables_.size() + size);
  return at;
}
void DataObject::point(uint64_t tableOffset, Place to) { relocations_.push_back({tableOffset, to.section, to.offset}); }
void DataObject::point(uint64_t tableOffset, const std::string& function) {
  auto [it, isNew] = functions_.try_emplace(function, 0);
  if (isNew) {
    it->second = static_cast<uint32_t>(4 + symbols_.size());
    symbols_.push_back({function, SHN_UNDEF, 0, 0});
  }
  relocations_.push_back({tableOffset, it->second, 0});
}
void DataObject::name(const std::string& symbol, Place at, uint64_t size) {
  symbols_.push_back({symbol, at.section, at.offset, size});
}

void DataObject::add(std::string_view piece) {
  if (!piece.empty()) pieces_.push_back(piece);
  written_ += piece.size();
}
uint64_t DataObject::align(uint64_t to) {
  static const char zeros[64] = {};
  add(std::string_view(zeros, (to - written_ % to) % to));
  return written_;
}

template <class T> static void append(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

const std::vector<std::string_view>& DataObject::pieces() {
  pieces_.clear(), written_ = 0;
  sectionNames_.assign(1, '\0'), names_.assign(1, '\0'), sections_.clear(), relas_.clear(), symbolTable_.clear();

  append(symbolTable_, Elf64_Sym{});
  for (uint16_t s : {blob, text, tables}) {
    Elf64_Sym section{};
    section.st_info = ELF64_ST_INFO(STB_LOCAL, STT_SECTION), section.st_shndx = s;
    append(symbolTable_, section);
  }
  for (const Symbol& s : symbols_) {
    Elf64_Sym symbol{};
    symbol.st_name = static_cast<Elf64_Word>(names_.size());
    symbol.st_info = ELF64_ST_INFO(STB_GLOBAL, s.section == SHN_UNDEF ? STT_NOTYPE : STT_OBJECT), symbol.st_other = STV_HIDDEN;
    symbol.st_shndx = s.section, symbol.st_value = s.value, symbol.st_size = s.size;
    names_.append(s.name.c_str(), s.name.size() + 1);
    append(symbolTable_, symbol);
  }
  for (const Relocation& r : relocations_)
    append(relas_, Elf64_Rela{r.offset, ELF64_R_INFO(r.symbol, aarch64_ ? R_AARCH64_ABS64 : R_X86_64_64), static_cast<Elf64_Sxword>(r.addend)});

  Elf64_Ehdr header{};
  header_.assign(sizeof header, '\0');
  add(header_);
  append(sections_, Elf64_Shdr{});
  uint16_t count = 1;
  auto section = [&](const char* name, std::string_view bytes, uint32_t type, uint64_t flags, uint64_t alignment, uint32_t link = 0,
                     uint32_t info = 0, uint64_t entry = 0) {
    Elf64_Shdr s{};
    s.sh_name = static_cast<Elf64_Word>(sectionNames_.size()), s.sh_type = type, s.sh_flags = flags, s.sh_addralign = alignment;
    s.sh_link = link, s.sh_info = info, s.sh_entsize = entry;
    sectionNames_.append(name, std::strlen(name) + 1);
    s.sh_offset = align(alignment), s.sh_size = bytes.size();
    append(sections_, s);
    add(bytes);
    count++;
  };
  const uint32_t symtab = 4, strtab = 5;
  section(".rodata.kiln.blob", blob_, SHT_PROGBITS, SHF_ALLOC, 64);
  section(".rodata.kiln.text", text_, SHT_PROGBITS, SHF_ALLOC, 16);
  section(".data.rel.ro.kiln", tables_, SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 16);
  section(".symtab", symbolTable_, SHT_SYMTAB, 0, 8, strtab, 4, sizeof(Elf64_Sym));
  section(".strtab", names_, SHT_STRTAB, 0, 1);
  section(".rela.data.rel.ro.kiln", relas_, SHT_RELA, SHF_INFO_LINK, 8, symtab, tables, sizeof(Elf64_Rela));
  if (!note_.empty()) section(".note.kiln", note_, SHT_NOTE, SHF_ALLOC, 4);
  if (!json_.empty()) section(".kiln.json", json_, SHT_PROGBITS, 0, 1);
  section(".note.GNU-stack", {}, SHT_PROGBITS, 0, 1);
  // The names of the sections come last and name themselves.
  const uint16_t namesIndex = count;
  const std::string last = ".shstrtab";
  Elf64_Shdr s{};
  s.sh_name = static_cast<Elf64_Word>(sectionNames_.size()), s.sh_type = SHT_STRTAB, s.sh_addralign = 1;
  sectionNames_.append(last.c_str(), last.size() + 1);
  s.sh_offset = written_, s.sh_size = sectionNames_.size();
  append(sections_, s);
  add(sectionNames_);
  count++;

  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64, header.e_ident[EI_DATA] = ELFDATA2LSB, header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_REL, header.e_machine = aarch64_ ? EM_AARCH64 : EM_X86_64, header.e_version = EV_CURRENT;
  header.e_shoff = align(8), header.e_ehsize = sizeof header, header.e_shentsize = sizeof(Elf64_Shdr);
  header.e_shnum = count, header.e_shstrndx = namesIndex;
  std::memcpy(header_.data(), &header, sizeof header);
  add(sections_);
  return pieces_;
}

}  // namespace kiln::codegen

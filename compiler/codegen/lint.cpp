#include "compiler/codegen/lint.h"

#include <algorithm>
#include <cstring>

#include "compiler/codegen/elf_read.h"

namespace kiln::codegen {
namespace {

constexpr uint64_t kPage = 4096;
constexpr std::string_view kExport = "kiln_query_v1";

uint64_t pageBegin(uint64_t at) { return at / kPage * kPage; }
uint64_t pageEnd(uint64_t at) { return at > UINT64_MAX - kPage ? UINT64_MAX : (at + kPage - 1) / kPage * kPage; }
uint64_t endOf(uint64_t at, uint64_t size) { return size > UINT64_MAX - at ? UINT64_MAX : at + size; }
bool inside(uint64_t at, uint64_t end, uint64_t low, uint64_t high) { return at >= low && end <= high; }

class Linter {
 public:
  explicit Linter(const ElfFile& elf) : elf_(elf), dynamic_(elf.dynamic()) {}

  std::vector<std::string> run() {
    checkHeader();
    checkSegments();
    checkDynamic();
    checkSymbols();
    checkRelocations();
    checkSections();
    return std::move(complaints_);
  }

 private:
  void complain(std::string what) { complaints_.push_back(std::move(what)); }
  std::optional<uint64_t> find(int64_t tag) const { return ElfFile::find(dynamic_, tag); }

  void checkHeader() {
    const Elf64_Ehdr& h = elf_.header();
    if (h.e_type != ET_DYN) complain("it is not a shared object");
    if (h.e_machine != EM_X86_64 && h.e_machine != EM_AARCH64) complain("it is for another kind of processor");
    if (h.e_entry != 0) complain("it has an entry point");
  }

  void checkSegments() {
    bool stack = false;
    for (const Elf64_Phdr& p : elf_.segments()) {
      if (p.p_type == PT_INTERP) complain("it asks for an interpreter (PT_INTERP)");
      if (p.p_type == PT_TLS) complain("it has thread-local storage (PT_TLS)");
      if (p.p_type == PT_GNU_STACK) stack = true;
      if (p.p_type == PT_GNU_STACK && (p.p_flags & PF_X)) complain("it asks for an executable stack");
      if (p.p_type == PT_LOAD && (p.p_flags & PF_W) && (p.p_flags & PF_X))
        complain("a segment is writable and executable");
      if (p.p_type == PT_LOAD && (p.p_flags & PF_W) && !becomesReadOnly(p))
        complain("a segment stays writable: RELRO does not cover it");
      if (p.p_type == PT_LOAD && (p.p_flags & PF_X)) checkCode(p);
    }
    if (!stack) complain("it does not say that the stack is not executable (PT_GNU_STACK)");
  }
  bool becomesReadOnly(const Elf64_Phdr& p) const {
    // The loader protects whole pages, so the end of RELRO must be one or the end of all that is writable.
    return std::any_of(elf_.segments().begin(), elf_.segments().end(), [&](const Elf64_Phdr& r) {
      return r.p_type == PT_GNU_RELRO && pageBegin(p.p_vaddr) >= pageBegin(r.p_vaddr) &&
             endOf(p.p_vaddr, p.p_memsz) <= endOf(r.p_vaddr, r.p_memsz) &&
             (endOf(r.p_vaddr, r.p_memsz) % kPage == 0 ||
              pageEnd(endOf(p.p_vaddr, p.p_memsz)) <= pageBegin(endOf(r.p_vaddr, r.p_memsz)));
    });
  }
  void checkCode(const Elf64_Phdr& code) {
    for (const Elf64_Phdr& p : elf_.segments()) {
      if (p.p_type != PT_LOAD || (p.p_flags & PF_X)) continue;
      const bool file = pageBegin(p.p_offset) < pageEnd(endOf(code.p_offset, code.p_filesz)) &&
                        pageBegin(code.p_offset) < pageEnd(endOf(p.p_offset, p.p_filesz));
      const bool memory = pageBegin(p.p_vaddr) < pageEnd(endOf(code.p_vaddr, code.p_memsz)) &&
                          pageBegin(code.p_vaddr) < pageEnd(endOf(p.p_vaddr, p.p_memsz));
      if (file || memory) return complain("code and data share a page (link with -z separate-code)");
    }
  }

  void checkDynamic() {
    if (dynamic_.empty()) return complain("it has no dynamic section");
    const auto names = nameTable();
    static const struct {
      int64_t tag;
      const char* what;
    } refused[] = {{DT_RPATH, "it has a search path for libraries (DT_RPATH)"},
                   {DT_RUNPATH, "it has a search path for libraries (DT_RUNPATH)"},
                   {DT_TEXTREL, "it has text relocations (DT_TEXTREL)"},
                   {DT_INIT, "it runs code when it is loaded (DT_INIT)"},
                   {DT_FINI, "it runs code when it is unloaded (DT_FINI)"},
                   {DT_INIT_ARRAY, "it runs code when it is loaded (DT_INIT_ARRAY)"},
                   {DT_FINI_ARRAY, "it runs code when it is unloaded (DT_FINI_ARRAY)"},
                   {DT_PREINIT_ARRAY, "it runs code when it is loaded (DT_PREINIT_ARRAY)"},
                   {DT_AUXILIARY, "it loads another library (DT_AUXILIARY)"},
                   {DT_FILTER, "it loads another library (DT_FILTER)"},
                   {DT_AUDIT, "it loads another library (DT_AUDIT)"},
                   {DT_DEPAUDIT, "it loads another library (DT_DEPAUDIT)"},
                   {DT_JMPREL, "it binds functions of other libraries (DT_JMPREL)"},
                   {DT_REL, "it has relocations without addends (DT_REL)"}};
    for (const Elf64_Dyn& d : dynamic_) {
      if (d.d_tag == DT_NEEDED)
        complain("it needs the library '" + std::string(ElfFile::nameAt(names, d.d_un.d_val)) + "' (DT_NEEDED)");
      for (const auto& r : refused)
        if (d.d_tag == r.tag) complain(r.what);
    }
    const uint64_t flags = find(DT_FLAGS).value_or(0), flags1 = find(DT_FLAGS_1).value_or(0);
    if (flags & DF_TEXTREL) complain("it has text relocations (DF_TEXTREL)");
    if (flags & DF_STATIC_TLS) complain("it has thread-local storage (DF_STATIC_TLS)");
    if (!(flags & DF_BIND_NOW) && !(flags1 & DF_1_NOW) && !find(DT_BIND_NOW))
      complain("it is not bound when it is loaded (link with -z now)");
  }
  std::string_view nameTable() const {
    const auto at = find(DT_STRTAB), size = find(DT_STRSZ);
    return at && size ? elf_.image(*at, *size).value_or(std::string_view()) : std::string_view();
  }

  void checkSymbols() {
    if (dynamic_.empty()) return;
    const auto symbols = elf_.symbols(dynamic_);
    if (!symbols) return complain("its symbol tables are damaged");
    const std::string_view names = nameTable();
    bool exported = false;
    for (const Elf64_Sym& s : *symbols) {
      const std::string name(ElfFile::nameAt(names, s.st_name));
      const unsigned binding = ELF64_ST_BIND(s.st_info), type = ELF64_ST_TYPE(s.st_info);
      if (binding == STB_GNU_UNIQUE) complain("'" + name + "' is a unique symbol: it could not be unloaded");
      if (type == STT_GNU_IFUNC) complain("'" + name + "' is an indirect function: it runs code when it is loaded");
      if (type == STT_TLS) complain("'" + name + "' is thread-local");
      if (s.st_shndx == SHN_UNDEF)
        complain("it imports '" + name + "'");
      else if (binding != STB_LOCAL && name != kExport)
        complain("it exports '" + name + "'");
      else if (binding != STB_LOCAL && type != STT_FUNC && type != STT_GNU_IFUNC)
        complain("'" + name + "' is not a function");
      else if (binding != STB_LOCAL)
        exported = true;
    }
    if (!exported) complain("it does not export " + std::string(kExport));
  }

  void checkRelocations() {
    const auto at = find(DT_RELA), size = find(DT_RELASZ);
    if (find(DT_RELRSZ).value_or(0) != 0) complain("it has packed relocations, which older loaders skip (DT_RELR)");
    if (!at && !size) return;
    const auto bytes = elf_.image(at.value_or(0), size.value_or(0));
    if (!bytes || size.value_or(0) % sizeof(Elf64_Rela) != 0) return complain("its relocations are damaged");
    const bool arm = elf_.header().e_machine == EM_AARCH64;
    const uint32_t relative = arm ? R_AARCH64_RELATIVE : R_X86_64_RELATIVE,
                   indirect = arm ? R_AARCH64_IRELATIVE : R_X86_64_IRELATIVE;
    uint64_t symbolic = 0, indirects = 0, elsewhere = 0, outside = 0;
    std::vector<uint64_t> words;
    for (uint64_t i = 0; i < bytes->size(); i += sizeof(Elf64_Rela)) {
      Elf64_Rela r;
      std::memcpy(&r, bytes->data() + i, sizeof r);
      const uint32_t type = ELF64_R_TYPE(r.r_info);
      if (type == indirect)
        indirects++;
      else if (type != relative)
        symbolic++;
      if (!inRelro(r.r_offset)) elsewhere++;
      if (type == relative && !inImage(static_cast<uint64_t>(r.r_addend))) outside++;
      words.push_back(r.r_offset);
    }
    std::sort(words.begin(), words.end());
    uint64_t overlapping = 0;
    for (size_t i = 1; i < words.size(); i++) overlapping += words[i] - words[i - 1] < 8;
    const auto report = [&](uint64_t count, const char* what) {
      if (count != 0) complain(std::to_string(count) + (count == 1 ? " relocation " : " relocations ") + what);
    };
    report(indirects, "of indirect functions: code that runs when it is loaded (IRELATIVE)");
    report(symbolic, "to symbols, not relative");
    report(elsewhere, "outside of RELRO");
    report(outside, "pointing out of the image");
    report(overlapping, "of a word that has another");
  }
  bool inRelro(uint64_t at) const {
    return std::any_of(elf_.segments().begin(), elf_.segments().end(), [&](const Elf64_Phdr& p) {
      return p.p_type == PT_GNU_RELRO && inside(at, endOf(at, 8), p.p_vaddr, endOf(p.p_vaddr, p.p_memsz));
    });
  }
  bool inImage(uint64_t at) const {  // its end too: an empty table at the end of a segment
    return std::any_of(elf_.segments().begin(), elf_.segments().end(), [&](const Elf64_Phdr& p) {
      return p.p_type == PT_LOAD && inside(at, at, p.p_vaddr, endOf(p.p_vaddr, p.p_memsz));
    });
  }

  void checkSections() {
    for (const Elf64_Shdr& s : elf_.sections())
      if (s.sh_type == SHT_INIT_ARRAY || s.sh_type == SHT_FINI_ARRAY || s.sh_type == SHT_PREINIT_ARRAY)
        complain("it has a section of constructors, '" + std::string(elf_.sectionName(s)) + "'");
  }

  const ElfFile& elf_;
  const std::vector<Elf64_Dyn> dynamic_;
  std::vector<std::string> complaints_;
};

}  // namespace

std::vector<std::string> lint(std::string_view sharedObject) {
  std::string why;
  const auto elf = ElfFile::open(sharedObject, why);
  if (!elf) return {why};
  std::vector<std::string> complaints = Linter(*elf).run();
  if (!readNote(sharedObject)) complaints.push_back("it has no note of Kiln's (.note.kiln)");
  if (!readJsonSection(sharedObject)) complaints.push_back("it has no JSON section (.kiln.json)");
  return complaints;
}

}  // namespace kiln::codegen

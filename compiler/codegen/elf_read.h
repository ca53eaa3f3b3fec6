// Reads a scorer's file without running it: headers, dynamic section, symbols, Kiln's note and JSON. The bytes may be
// hostile: every offset is checked, and what does not fit is told, never followed.
#pragma once
#include <elf.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kiln::codegen {

class ElfFile {
 public:
  /// A 64-bit little-endian ELF file whose headers lie inside it; else nothing, and why. `bytes` is not copied.
  static std::optional<ElfFile> open(std::string_view bytes, std::string& why);

  const Elf64_Ehdr& header() const { return header_; }
  const std::vector<Elf64_Phdr>& segments() const { return segments_; }
  const std::vector<Elf64_Shdr>& sections() const { return sections_; }
  std::string_view sectionName(const Elf64_Shdr& section) const;
  /// Bytes of the first section of this name; nothing if there is none or it lies outside of the file.
  std::optional<std::string_view> section(std::string_view name) const;
  /// Up to its terminator, in a table of names; empty if it does not end inside.
  static std::string_view nameAt(std::string_view names, uint64_t offset);

  /// `size` bytes of the loaded image, as far as they come from the file.
  std::optional<std::string_view> image(uint64_t address, uint64_t size) const;
  /// Entries of PT_DYNAMIC up to DT_NULL.
  std::vector<Elf64_Dyn> dynamic() const;
  /// The value of the first entry with this tag.
  static std::optional<uint64_t> find(const std::vector<Elf64_Dyn>& dynamic, int64_t tag);
  /// The symbols that the loader can see, without the null symbol; nothing if the tables that say how many contradict
  /// the file.
  std::optional<std::vector<Elf64_Sym>> symbols(const std::vector<Elf64_Dyn>& dynamic) const;

 private:
  std::string_view bytes_;
  Elf64_Ehdr header_{};
  std::vector<Elf64_Phdr> segments_;
  std::vector<Elf64_Shdr> sections_;
};

/// The JSON section of a scorer.
std::optional<std::string> readJsonSection(std::string_view file);
/// What the note says, a short JSON text: abi, compiler, content_sha256, name, source, tiers, version.
std::optional<std::string> readNote(std::string_view file);

inline constexpr std::string_view kJsonSection = ".kiln.json", kNoteSection = ".note.kiln";
inline constexpr uint32_t kNoteType = 1;  ///< of owner "kiln"

}  // namespace kiln::codegen

// A relocatable ELF object of nothing but data, written byte by byte: the blob, the ABI's tables, the note and the JSON
// section. LLVM would hold a large blob several times.
#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace kiln::codegen {

class DataObject {
 public:
  enum Section : uint8_t { blob = 1, text, tables };
  struct Place {
    Section section;
    uint64_t offset;
  };

  /// `blob` is not copied and must outlive the object.
  DataObject(bool aarch64, std::string_view blob);

  /// A terminated string among the constants; equal ones are shared.
  Place string(const std::string& value);
  /// Plain bytes among the constants.
  Place constant(const void* bytes, size_t size, size_t align);
  /// Room among the tables, whose pointers the loader relocates. Pointers inside are set by point.
  Place reserve(size_t size, size_t align = 8);
  template <class T> Place table(const std::vector<T>& values) {
    const Place at = reserve(values.size() * sizeof(T), alignof(T));
    write(at, values.data(), values.size() * sizeof(T));
    return at;
  }
  void write(Place at, const void* bytes, size_t size) {
    if (size != 0) std::memcpy(tables_.data() + at.offset, bytes, size);
  }
  void point(uint64_t tableOffset, Place to);
  void point(uint64_t tableOffset, const std::string& function);   ///< a symbol of another object
  void name(const std::string& symbol, Place at, uint64_t size);   ///< hidden, for other objects
  void setNote(std::string note) { note_ = std::move(note); }      ///< a whole SHT_NOTE section
  void setJson(std::string json) { json_ = std::move(json); }

  /// The object's bytes, in pieces that stay valid as long as this object and the blob.
  const std::vector<std::string_view>& pieces();

 private:
  struct Relocation {
    uint64_t offset;
    uint32_t symbol;   ///< 1 .. 3: the sections
    uint64_t addend;
  };
  struct Symbol {
    std::string name;
    uint16_t section;
    uint64_t value, size;
  };
  void add(std::string_view piece);
  uint64_t align(uint64_t to);

  const bool aarch64_;
  std::string_view blob_;
  std::string text_, tables_, note_, json_;
  std::unordered_map<std::string, uint64_t> strings_;
  std::vector<Relocation> relocations_;
  std::vector<Symbol> symbols_;
  std::unordered_map<std::string, uint32_t> functions_;
  // the finished object
  std::string header_, relas_, symbolTable_, names_, sectionNames_, sections_;
  std::vector<std::string_view> pieces_;
  uint64_t written_ = 0;
};

}  // namespace kiln::codegen

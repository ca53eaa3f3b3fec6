// The fields of a node or table, listed once: print, parse, compare and hash all go through a FieldVisitor.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/type.h"

namespace kiln::ir {

/// A table that a node or another table refers to; printed `@name`.
struct TableRef {
  TableId id = kNone;
  friend bool operator==(const TableRef&, const TableRef&) = default;
};

/// One visitor serves both directions: a printer reads the values, a parser writes them. A field whose value equals its
/// default (that of a default-constructed owner) is left out of the text. f32 values are carried in doubles, exactly.
class FieldVisitor {
 public:
  virtual ~FieldVisitor() = default;
  virtual void field(const char* name, bool& value) = 0;
  virtual void field(const char* name, uint32_t& value) = 0;
  virtual void field(const char* name, int64_t& value) = 0;
  virtual void field(const char* name, double& value) = 0;
  virtual void field(const char* name, std::string& value) = 0;
  virtual void field(const char* name, TableRef& value) = 0;
  virtual void field(const char* name, Elem& value) = 0;
  virtual void field(const char* name, std::optional<double>& value) = 0;
  virtual void field(const char* name, std::optional<int64_t>& value) = 0;
  virtual void field(const char* name, std::optional<std::string>& value) = 0;
  virtual void field(const char* name, std::vector<uint8_t>& values) = 0;
  virtual void field(const char* name, std::vector<uint32_t>& values) = 0;
  virtual void field(const char* name, std::vector<int64_t>& values) = 0;
  virtual void field(const char* name, std::vector<double>& values) = 0;
  virtual void field(const char* name, std::vector<std::string>& values) = 0;
  /// An enumeration, printed as one of `names`.
  virtual void choice(const char* name, uint8_t& value, const char* const* names, int count) = 0;

  template <class E, int N>
  void choice(const char* name, E& value, const char* const (&names)[N]) {
    auto raw = static_cast<uint8_t>(value);
    choice(name, raw, names, N);
    value = static_cast<E>(raw);
  }
};

}  // namespace kiln::ir

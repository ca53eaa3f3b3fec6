// Constant tables: whatever grows with the body of a document (labels, coefficients, trees). A table is a plain struct in
// a file of its own under tables/, listed in tables.def; nodes refer to tables by TableRef.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "compiler/ir/fields.h"

namespace kiln::ir {

enum class TableKind : uint8_t {
#define TABLE(Type, text) Type,
#include "compiler/ir/tables.def"
#undef TABLE
};

struct Pipeline;

class Table {
 public:
  virtual ~Table() = default;
  virtual TableKind kind() const = 0;
  virtual const char* kindName() const = 0;
  virtual std::unique_ptr<Table> clone() const = 0;
  virtual void fields(FieldVisitor& visitor) = 0;
  /// Appends a message for each broken invariant; `pipeline` resolves references to other tables.
  virtual void verify(const Pipeline& pipeline, std::vector<std::string>& problems) const = 0;

  std::string name;

  template <class T> T& as() { return static_cast<T&>(*this); }
  template <class T> const T& as() const { return static_cast<const T&>(*this); }
};

/// Supplies kind, name and clone for table struct T.
template <class T, TableKind Kind>
class TableBase : public Table {
 public:
  static constexpr TableKind kKind = Kind;
  TableKind kind() const final { return Kind; }
  const char* kindName() const final;  // defined in table.cpp from tables.def
  std::unique_ptr<Table> clone() const final { return std::make_unique<T>(static_cast<const T&>(*this)); }
};

const char* tableKindName(TableKind kind);
std::unique_ptr<Table> makeTable(TableKind kind);
bool parseTableKind(const std::string& name, TableKind& kind);

template <class T, TableKind Kind>
const char* TableBase<T, Kind>::kindName() const { return tableKindName(Kind); }

}  // namespace kiln::ir

// The kinds of tables by name, from tables.def.
#include "compiler/ir/table.h"

#include "compiler/ir/all_tables.h"

namespace kiln::ir {

static const char* const kNames[] = {
#define TABLE(Type, text) #text,
#include "compiler/ir/tables.def"
#undef TABLE
};

const char* tableKindName(TableKind kind) { return kNames[static_cast<int>(kind)]; }

bool parseTableKind(const std::string& name, TableKind& kind) {
  for (size_t i = 0; i < std::size(kNames); i++)
    if (name == kNames[i]) return kind = static_cast<TableKind>(i), true;
  return false;
}

std::unique_ptr<Table> makeTable(TableKind kind) {
  switch (kind) {
#define TABLE(Type, text) \
  case TableKind::Type:   \
    return std::make_unique<Type>();
#include "compiler/ir/tables.def"
#undef TABLE
  }
  return nullptr;
}

}  // namespace kiln::ir

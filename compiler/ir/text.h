// What printing and parsing of the text form share: fields as values, spelling of names and strings. Grammar:
// docs/ir.md.
#pragma once
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "compiler/ir/pipeline.h"

namespace kiln::ir {

struct Forest;
struct PrintOptions;

/// An enumeration's value and the names of all.
struct Choice {
  uint8_t value = 0;
  const char* const* names = nullptr;
  int count = 0;
};
using FieldValue =
    std::variant<bool, uint32_t, int64_t, double, std::string, TableRef, Elem, std::optional<double>,
                 std::optional<int64_t>, std::optional<std::string>, std::vector<uint8_t>, std::vector<uint32_t>,
                 std::vector<int64_t>, std::vector<double>, std::vector<std::string>, Choice>;
struct Field {
  const char* name;
  FieldValue value;
};
/// All fields of an Op or Table, in order.
std::vector<Field> collectFields(Op& op);
std::vector<Field> collectFields(Table& table);
/// Writes back what collectFields gave, changed; the vectors are moved.
void assignFields(Op& op, std::vector<Field>& fields);
void assignFields(Table& table, std::vector<Field>& fields);

/// Bytes that a name, written without quotes after % or @, may have.
bool isNameByte(char c);
/// Appends `text` without quotes: backslash, quote and control bytes escaped, so that it stays on one line.
void appendEscaped(std::string& out, std::string_view text);
void appendQuoted(std::string& out, std::string_view text);
/// `sigil` (% or @) and the name, quoted if it has other bytes than isNameByte.
void appendName(std::string& out, char sigil, std::string_view name);
void appendNumber(std::string& out, double value);
void appendNumber(std::string& out, uint64_t value);
/// What begins a comment that says where something comes from: the file, "-" if there is none.
std::string placePrefix(const Pipeline& pipeline);

/// The body of a forest table; see docs/ir.md for its lines.
void printForest(std::string& out, const Forest& forest, const PrintOptions& options);
/// Tests as they are written: "<", "<=" ..., indexed by enum Test.
extern const char* const kTestNames[9];

}  // namespace kiln::ir

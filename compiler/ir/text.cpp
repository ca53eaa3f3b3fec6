// Spelling of names and strings, and fields as values.
#include "compiler/ir/text.h"

#include <charconv>

#include "compiler/support/number.h"

namespace kiln::ir {

namespace {

/// Copies every field out.
struct Collect final : FieldVisitor {
  std::vector<Field> fields;
  template <class T>
  void take(const char* name, T& value) {
    fields.push_back({name, value});
  }

  void field(const char* n, bool& v) override { take(n, v); }
  void field(const char* n, uint32_t& v) override { take(n, v); }
  void field(const char* n, int64_t& v) override { take(n, v); }
  void field(const char* n, double& v) override { take(n, v); }
  void field(const char* n, std::string& v) override { take(n, v); }
  void field(const char* n, TableRef& v) override { take(n, v); }
  void field(const char* n, Elem& v) override { take(n, v); }
  void field(const char* n, std::optional<double>& v) override { take(n, v); }
  void field(const char* n, std::optional<int64_t>& v) override { take(n, v); }
  void field(const char* n, std::optional<std::string>& v) override { take(n, v); }
  void field(const char* n, std::vector<uint8_t>& v) override { take(n, v); }
  void field(const char* n, std::vector<uint32_t>& v) override { take(n, v); }
  void field(const char* n, std::vector<int64_t>& v) override { take(n, v); }
  void field(const char* n, std::vector<double>& v) override { take(n, v); }
  void field(const char* n, std::vector<std::string>& v) override { take(n, v); }
  void choice(const char* n, uint8_t& v, const char* const* names, int count) override {
    fields.push_back({n, Choice{v, names, count}});
  }
};

/// Moves every field back in.
struct Assign final : FieldVisitor {
  explicit Assign(std::vector<Field>& values) : fields(values) {}
  std::vector<Field>& fields;
  size_t next = 0;
  template <class T>
  void give(T& value) {
    value = std::move(std::get<T>(fields[next++].value));
  }

  void field(const char*, bool& v) override { give(v); }
  void field(const char*, uint32_t& v) override { give(v); }
  void field(const char*, int64_t& v) override { give(v); }
  void field(const char*, double& v) override { give(v); }
  void field(const char*, std::string& v) override { give(v); }
  void field(const char*, TableRef& v) override { give(v); }
  void field(const char*, Elem& v) override { give(v); }
  void field(const char*, std::optional<double>& v) override { give(v); }
  void field(const char*, std::optional<int64_t>& v) override { give(v); }
  void field(const char*, std::optional<std::string>& v) override { give(v); }
  void field(const char*, std::vector<uint8_t>& v) override { give(v); }
  void field(const char*, std::vector<uint32_t>& v) override { give(v); }
  void field(const char*, std::vector<int64_t>& v) override { give(v); }
  void field(const char*, std::vector<double>& v) override { give(v); }
  void field(const char*, std::vector<std::string>& v) override { give(v); }
  void choice(const char*, uint8_t& v, const char* const*, int) override {
    v = std::get<Choice>(fields[next++].value).value;
  }
};

template <class T>
std::vector<Field> collect(T& owner) {
  Collect visitor;
  owner.fields(visitor);
  return std::move(visitor.fields);
}

}  // namespace

std::vector<Field> collectFields(Op& op) { return collect(op); }
std::vector<Field> collectFields(Table& table) { return collect(table); }
void assignFields(Op& op, std::vector<Field>& fields) {
  Assign visitor(fields);
  op.fields(visitor);
}
void assignFields(Table& table, std::vector<Field>& fields) {
  Assign visitor(fields);
  table.fields(visitor);
}

bool isNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
         static_cast<uint8_t>(c) >= 0x80;
}

void appendEscaped(std::string& out, std::string_view text) {
  for (char c : text) {
    auto byte = static_cast<uint8_t>(c);
    if (c == '"' || c == '\\')
      out += '\\', out += c;
    else if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (byte < 0x20 || byte == 0x7f)
      out += "\\x", out += "0123456789abcdef"[byte >> 4], out += "0123456789abcdef"[byte & 15];
    else
      out += c;
  }
}

void appendQuoted(std::string& out, std::string_view text) {
  out += '"';
  appendEscaped(out, text);
  out += '"';
}

void appendName(std::string& out, char sigil, std::string_view name) {
  out += sigil;
  bool plain = !name.empty();
  for (char c : name) plain = plain && isNameByte(c);
  if (plain)
    out += name;
  else
    appendQuoted(out, name);
}

void appendNumber(std::string& out, double value) {
  // Small whole numbers, which forests and keys are full of, without a temporary string.
  if (value >= 1 && value < 1e9 && value == static_cast<double>(static_cast<uint64_t>(value)))
    appendNumber(out, static_cast<uint64_t>(value));
  else
    out += formatNumber(value);
}

void appendNumber(std::string& out, uint64_t value) {
  char buffer[24];
  out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

std::string placePrefix(const Pipeline& pipeline) {
  std::string prefix;
  appendEscaped(prefix, pipeline.sourceFile.empty() ? "-" : pipeline.sourceFile);
  return prefix;
}

const char* const kTestNames[9] = {"<", "<=", ">", ">=", "==", "!=", "in", "missing", "leaf"};

}  // namespace kiln::ir

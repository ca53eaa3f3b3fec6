// Reading values of fields, with located errors.
#include "compiler/ir/reader.h"

#include <charconv>

#include "compiler/support/number.h"

namespace kiln::ir {

bool Reader::error(const Token& at, std::string message, std::string note) {
  errors_++;
  Diagnostic& d = diagnostics_.error(Kind::invalid, at.line, at.column, std::move(message), "", std::move(note));
  bool sigil = at.kind == Token::value || at.kind == Token::table;
  if (at.kind != Token::newline && at.kind != Token::end) d.length = static_cast<uint32_t>(at.text.size()) + sigil;
  return false;
}

static std::string describe(const Token& token) {
  switch (token.kind) {
    case Token::end:
      return "the end of the text";
    case Token::newline:
      return "the end of the line";
    case Token::bad:
      return token.text.starts_with('"') ? "a string without its closing quote" : "an unexpected character";
    case Token::value:
      return "'%" + std::string(token.text.substr(0, 60)) + "'";
    case Token::table:
      return "'@" + std::string(token.text.substr(0, 60)) + "'";
    case Token::string:
      return "a string";
    default:
      return "'" + std::string(token.text.substr(0, 60)) + "'";
  }
}

bool Reader::expected(const std::string& what) {
  return error(peek(), "expected " + what + ", found " + describe(peek()));
}
bool Reader::expect(char c) { return accept(c) || expected(std::string("'") + c + "'"); }
bool Reader::expectLineEnd() { return atLineEnd() || expected("the end of the line"); }

bool Reader::name(const Token& token, std::string& out) {
  if (!token.text.starts_with('"')) return out = token.text, true;
  return unescape(token.text, out) || error(token, "unknown escape in a name");
}

bool Reader::integer(int64_t low, int64_t high, int64_t& value, const char* what) {
  if (peek().kind != Token::number) return expected(what);
  Token token = take();
  auto [end, code] = std::from_chars(token.text.data(), token.text.data() + token.text.size(), value);
  if (end != token.text.data() + token.text.size() || code == std::errc::invalid_argument)
    return error(token, "expected " + std::string(what) + ", found " + describe(token));
  if (code != std::errc() || value < low || value > high)
    return error(token, describe(token) + " is out of range: " + std::to_string(low) + " to " + std::to_string(high));
  return true;
}

bool Reader::read(bool& value) {
  value = true;
  if (peek().is("true"))
    take();
  else if (peek().is("false"))
    value = false, take();
  return true;
}
bool Reader::read(uint8_t& value) {
  int64_t n;
  return integer(0, 255, n, "an integer") && (value = static_cast<uint8_t>(n), true);
}
bool Reader::read(uint32_t& value) {
  if (peek().is("none")) return value = kNone, take(), true;
  int64_t n;
  return integer(0, kNone, n, "an integer") && (value = static_cast<uint32_t>(n), true);
}
bool Reader::read(int64_t& value) { return integer(INT64_MIN, INT64_MAX, value, "an integer"); }

bool Reader::read(double& value) {
  if (peek().kind != Token::number && peek().kind != Token::word) return expected("a number");
  auto number = parseNumber(peek().text);
  if (!number) return expected("a number");
  value = *number;
  take();
  return true;
}

bool Reader::read(std::string& value) {
  if (peek().kind != Token::string) return expected("a string");
  Token token = take();
  return unescape(token.text, value) || error(token, "unknown escape in a string",
                                              "escapes are \\\\ \\\" \\n \\t and \\x with two hexadecimal digits");
}

bool Reader::read(TableRef& value) {
  if (peek().is("none")) return value.id = kNone, take(), true;
  if (peek().kind != Token::table) return expected("a table");
  Token token = take();
  std::string wanted;
  if (!name(token, wanted)) return false;
  auto found = tables.find(wanted);
  if (found == tables.end()) return error(token, "there is no table '@" + wanted + "'");
  value.id = found->second;
  return true;
}

bool Reader::read(Elem& value) {
  if (peek().kind == Token::word && parseElem(std::string(peek().text), value)) return take(), true;
  return expected("an element type (f64, f32, i64, i32, bool, str, date, time, datetime or cat)");
}

bool Reader::read(Choice& value) {
  std::string all;
  for (int i = 0; i < value.count; i++) {
    if (peek().is(value.names[i])) return value.value = static_cast<uint8_t>(i), take(), true;
    all += (i == 0 ? "" : i + 1 < value.count ? ", " : " or ") + std::string(value.names[i]);
  }
  return expected(all);
}

bool Reader::failList() {
  while (peek().kind != Token::end && !peek().is(']') && !peek().is('}')) take();
  accept(']');
  return false;
}

bool Reader::readField(std::vector<Field>& fields, std::vector<bool>& seen, const std::string& owner) {
  Token token = take();
  for (size_t i = 0; i < fields.size(); i++) {
    if (token.text != fields[i].name) continue;
    if (seen[i]) return error(token, "field '" + std::string(token.text) + "' is given twice");
    seen[i] = true;
    return std::visit([&](auto& value) { return read(value); }, fields[i].value);
  }
  std::string all;
  for (const Field& field : fields) all += (all.empty() ? "" : ", ") + std::string(field.name);
  return error(token, "'" + owner + "' has no field '" + std::string(token.text) + "'",
               all.empty() ? "it has none" : "its fields are " + all);
}

}  // namespace kiln::ir

// What the parsers of the text form share: tokens, located errors, numbers and lists.
#pragma once
#include <functional>
#include <string>
#include <unordered_map>

#include "compiler/ir/lexer.h"
#include "compiler/ir/text.h"
#include "compiler/support/diagnostics.h"

namespace kiln::ir {

/// Functions that read return false after they have reported an error; the caller then recovers, usually by skipLine.
class Reader {
 public:
  Reader(std::string_view text, Diagnostics& diagnostics) : lexer(text), diagnostics_(diagnostics) {}

  Lexer lexer;
  std::unordered_map<std::string, TableId> tables;  ///< by name, all of the text

  const Token& peek() const { return lexer.peek(); }
  Token take() { return lexer.take(); }
  bool accept(char c) { return lexer.peek().is(c) && (lexer.take(), true); }
  bool atLineEnd() const { return peek().kind == Token::newline || peek().kind == Token::end; }
  void skipNewlines() {
    while (peek().kind == Token::newline) lexer.take();
  }

  /// Always false.
  bool error(const Token& at, std::string message, std::string note = "");
  /// "expected `what`, found ..."; always false.
  bool expected(const std::string& what);
  bool expect(char c);
  bool expectLineEnd();
  uint32_t errors() const { return errors_; }
  /// A hostile text should not make a million errors: parsing stops then.
  bool tooMany() const { return errors_ >= 200; }

  bool read(bool& value);  ///< `true` or `false`; if neither follows, true
  bool read(uint8_t& value);
  bool read(uint32_t& value);  ///< or `none`
  bool read(int64_t& value);
  bool read(double& value);
  bool read(std::string& value);
  bool read(TableRef& value);  ///< or `none`
  bool read(Elem& value);
  bool read(Choice& value);
  template <class T>
  bool read(std::optional<T>& value) {
    T content{};
    return read(content) && (value = std::move(content), true);
  }
  /// `[a, b, c]`, over several lines if need be. After an error it goes to the end of the list.
  template <class T>
  bool read(std::vector<T>& values);

  /// Reads the value of field `name` into the one of `fields` that has this name; `seen` remembers which were given.
  bool readField(std::vector<Field>& fields, std::vector<bool>& seen, const std::string& owner);
  /// The name of a value or table token.
  bool name(const Token& token, std::string& out);

 private:
  bool integer(int64_t low, int64_t high, int64_t& value, const char* what);
  bool failList();
  Diagnostics& diagnostics_;
  uint32_t errors_ = 0;
};

template <class T>
bool Reader::read(std::vector<T>& values) {
  values.clear();
  if (!expect('[')) return false;
  skipNewlines();
  if (accept(']')) return true;
  for (;;) {
    T value{};
    if (!read(value)) return failList();
    values.push_back(std::move(value));
    skipNewlines();
    if (accept(']')) return true;
    if (!expect(',')) return failList();
    skipNewlines();
    if (accept(']')) return true;
  }
}

/// The lines of a forest's body up to its closing brace, which is left to the caller.
bool parseForest(Reader& reader, Forest& forest);

}  // namespace kiln::ir

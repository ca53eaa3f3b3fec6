// Tokens of the text form. Newlines are tokens, since a node is a line; a newline carries the comment before it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace kiln::ir {

struct Token {
  enum Kind : uint8_t { end, newline, value, table, word, number, string, punct, bad };
  Kind kind = end;
  std::string_view text;  ///< as written; of a value or table without its sigil; of a newline the comment after ';'
  uint32_t line = 0, column = 0;

  bool is(char c) const { return kind == punct && text[0] == c; }
  bool is(const char* name) const { return kind == word && text == name; }
};

class Lexer {
 public:
  explicit Lexer(std::string_view text)
      : begin_(text.data()), at_(begin_), end_(begin_ + text.size()), lineBegin_(begin_) {
    next();
  }
  const Token& peek() const { return token_; }
  Token take() {
    Token taken = token_;
    next();
    return taken;
  }
  /// To the end of the line that the current token is on: that newline, or the end of the text, is current then.
  void skipLine();

 private:
  void next();
  void quoted();
  const char *begin_, *at_, *end_, *lineBegin_;
  uint32_t line_ = 1;
  Token token_;
};

/// Undoes appendQuoted and appendEscaped, `text` being with or without its quotes; false if an escape is malformed.
bool unescape(std::string_view text, std::string& out);

}  // namespace kiln::ir

// Splits the text form into tokens, in one pass, whatever the bytes are.
#include "compiler/ir/lexer.h"

#include "compiler/ir/text.h"

namespace kiln::ir {

static bool isDigit(char c) { return c >= '0' && c <= '9'; }
static bool isAlpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

/// From the opening quote to the closing one; a string ends on its line.
void Lexer::quoted() {
  at_++;
  while (at_ < end_ && *at_ != '"' && *at_ != '\n') at_ += *at_ == '\\' && at_ + 1 < end_ && at_[1] != '\n' ? 2 : 1;
  if (at_ < end_ && *at_ == '"')
    at_++;
  else
    token_.kind = Token::bad;
}

void Lexer::next() {
  while (at_ < end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\r')) at_++;
  const char* comment = at_;
  if (at_ < end_ && *at_ == ';') {
    comment = at_ + 1;
    while (at_ < end_ && *at_ != '\n') at_++;
  }
  const char* begin = at_;
  token_.line = line_, token_.column = static_cast<uint32_t>(begin - lineBegin_ + 1);
  if (at_ == end_) {
    token_.kind = Token::end, token_.text = {comment, static_cast<size_t>(at_ - comment)};
    return;
  }
  char c = *at_;
  if (c == '\n') {
    token_.kind = Token::newline, token_.text = {comment, static_cast<size_t>(at_ - comment)};
    at_++, line_++, lineBegin_ = at_;
    return;
  }
  if (c == '%' || c == '@') {
    token_.kind = c == '%' ? Token::value : Token::table;
    begin = ++at_;
    if (at_ < end_ && *at_ == '"')
      quoted();
    else
      while (at_ < end_ && isNameByte(*at_)) at_++;
    if (at_ == begin) token_.kind = Token::bad;
  } else if (c == '"') {
    token_.kind = Token::string;
    quoted();
  } else if (isDigit(c) || c == '-' || c == '+') {
    token_.kind = Token::number;
    for (at_++; at_ < end_; at_++) {
      bool sign = (*at_ == '-' || *at_ == '+') && (at_[-1] == 'e' || at_[-1] == 'E');
      if (!isDigit(*at_) && !isAlpha(*at_) && *at_ != '.' && !sign) break;
    }
  } else if (isAlpha(c)) {
    token_.kind = Token::word;
    while (at_ < end_ && (isAlpha(*at_) || isDigit(*at_))) at_++;
  } else {
    static constexpr std::string_view kPunctuation = "{}[](),:=?!#<>*.|";
    token_.kind = kPunctuation.find(c) == std::string_view::npos ? Token::bad : Token::punct;
    at_++;
    // An unexpected character is reported whole.
    while (token_.kind == Token::bad && at_ < end_ && (static_cast<uint8_t>(*at_) & 0xc0) == 0x80) at_++;
  }
  token_.text = {begin, static_cast<size_t>(at_ - begin)};
}

void Lexer::skipLine() {
  if (token_.kind == Token::newline || token_.kind == Token::end) return;
  while (at_ < end_ && *at_ != '\n') at_++;
  next();
}

static int hexDigit(char c) {
  if (isDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool unescape(std::string_view text, std::string& out) {
  out.clear();
  if (text.size() >= 2 && text.front() == '"') text = text.substr(1, text.size() - 2);
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    if (++i == text.size()) return false;
    char c = text[i];
    if (c == 'n')
      out += '\n';
    else if (c == 't')
      out += '\t';
    else if (c == '"' || c == '\\')
      out += c;
    else if (c == 'x' && i + 2 < text.size() && hexDigit(text[i + 1]) >= 0 && hexDigit(text[i + 2]) >= 0)
      out += static_cast<char>(hexDigit(text[i + 1]) * 16 + hexDigit(text[i + 2])), i += 2;
    else
      return false;
  }
  return true;
}

}  // namespace kiln::ir

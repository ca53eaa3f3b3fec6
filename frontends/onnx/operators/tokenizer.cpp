// Tokenizer of com.microsoft: the words or characters of a text. How many they are depends on the row, so they are no tensor: they
// wait for a TfIdfVectorizer, which counts them, or become columns of an output. ONNX Runtime pads the tokens of a batch to its
// longest row; Kiln scores each row by itself: there is no padding, but for columns up to the limit of an output.
#include <algorithm>

#include "compiler/ir/regex/regex.h"
#include "compiler/ir/tables/pool.h"
#include "compiler/ir/tables/tokenizer.h"
#include "frontends/onnx/operator.h"

namespace kiln::onnx {

namespace {

// A pattern for one character that stands for itself or is a class: such separators cannot overlap each other.
bool isOneCharacter(const std::string& pattern) {
  if (pattern.size() == 2 && pattern[0] == '\\') return true;
  if (pattern == ".") return true;
  const auto continues = [](char c) { return (static_cast<uint8_t>(c) & 0xc0) == 0x80; };
  if (std::count_if(pattern.begin(), pattern.end(), [&](char c) { return !continues(c); }) == 1)
    return std::string_view("^$.|?*+()[{\\").find(pattern[0]) == std::string_view::npos;
  return pattern.size() > 2 && pattern[0] == '[' && pattern.find(']', pattern[1] == '^' ? 3 : 2) == pattern.size() - 1;
}

// Separators are regular expressions, applied one after the other.
void setSeparators(OperatorImport& n, const std::vector<std::string>& separators, ir::Tokenizer& tokenizer) {
  if (separators.size() == 1 && separators[0].empty()) return;   // characters
  for (const std::string& separator : separators) {
    if (separator.empty()) n.invalid("an empty separator among others");
    if (separators.size() > 1 && !isOneCharacter(separator))
      n.unsupported("the separator '" + separator + "' beside others", "of several separators each must be one character");
    tokenizer.separators += (tokenizer.separators.empty() ? "" : "|") + separator;
  }
}

// A pattern as Python reads it that begins with (?u), which ONNX Runtime refuses: letters and digits are those of all scripts. Of the classes
// whole words of \w are read, \b\w\w+\b; as they are taken whole, they need no \b.
std::string withoutUnicodeFlag(OperatorImport& n, const std::string& pattern) {
  const std::string_view flag = "(?u)", word = "\\w", edge = "\\b";
  if (pattern.rfind(flag, 0) != 0) return pattern;
  std::string_view rest = std::string_view(pattern).substr(flag.size());
  const auto take = [&](std::string_view what) {
    if (rest.substr(0, what.size()) != what) return false;
    rest.remove_prefix(what.size());
    return true;
  };
  size_t letters = 0;
  const bool opens = take(edge);
  while (take(word)) letters++;
  if (opens && letters > 0 && letters < 1000 && take("+") && take(edge) && rest.empty()) return "[\\p{L}\\p{N}_]{" + std::to_string(letters) + ",}";
  for (const char* escape : {"\\w", "\\W", "\\d", "\\D", "\\s", "\\S", "\\b", "\\B", "(?"})
    if (pattern.find(escape, flag.size()) != std::string::npos) n.unsupported("the pattern '" + pattern + "'", std::string("with (?u) '") + escape + "' is read in whole words alone, \\b\\w+\\b");
  return pattern.substr(flag.size());
}

}  // namespace

void tokenizer(OperatorImport& n) {
  const Tensor& x = n.tensor(0, {ElementType::str});
  auto rule = std::make_shared<ir::Tokenizer>();
  const std::vector<std::string> separators = n.texts("separators");
  rule->words = withoutUnicodeFlag(n, n.text("tokenexp", ""));
  rule->mark = n.integer("mark", 0) != 0;
  const int64_t least = n.integer("mincharnum", 1);
  const std::string padding = n.text("pad_value", "");
  if (least < 1 || least > 1 << 20) n.invalid("attribute 'mincharnum' is " + std::to_string(least));
  rule->minCharacters = static_cast<uint32_t>(least);
  if (rule->words.empty() == separators.empty()) n.invalid("needs one of the attributes 'tokenexp' and 'separators'");
  const bool byDot = rule->words == ".";
  if (byDot) rule->words.clear();   // characters, ends of lines too, as in ONNX Runtime
  if (!separators.empty()) setSeparators(n, separators, *rule);
  if (rule->isCharacters() && least > 1) n.invalid("attribute 'mincharnum' is " + std::to_string(least) + " where tokens are characters");
  rule->longest = !rule->isCharacters();   // as ONNX Runtime asks of RE2
  if (!rule->isCharacters())
    if (const std::string why = ir::Pool::refusal(rule->pattern()); !why.empty())
      n.unsupported("the pattern '" + rule->pattern() + "'", why);
  if (!separators.empty() && !rule->isCharacters() && regex::takesNothing(regex::compile(rule->pattern(), false, true)->program))
    n.unsupported("the pattern '" + rule->pattern() + "'", "as a separator it can match nothing");
  if (rule->words == "[a-zA-Z0-9_]+" && least == 1)
    n.warn("the token pattern is what exporters write for the default one of scikit-learn, which takes letters of all scripts and words of "
           "two characters or more",
           "texts with other letters or with short words are split otherwise than in training");
  if (byDot)
    n.warn("tokens are the characters, as exporters write the analyzer 'char' of scikit-learn, which first makes one blank of two and more",
           "texts with runs of blanks are counted otherwise than in training: replace them before scoring");
  if (x.count() != 1) n.unsupported("more than one text a row");
  Value tokens;
  tokens.kind = Value::tokens, tokens.data = x, tokens.tokenizer = std::move(rule), tokens.padding = padding;
  n.output(0, std::move(tokens));
}

}  // namespace kiln::onnx

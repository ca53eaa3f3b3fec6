#include "compiler/ir/tables/tokenizer.h"

#include "compiler/ir/regex/regex.h"
#include "compiler/ir/tables/checks.h"
#include "compiler/ir/tables/pool.h"
#include "runtime/kernels/unicode.h"

namespace kiln::ir {

namespace {

const kernel::u8* bytes(std::string_view text) { return reinterpret_cast<const kernel::u8*>(text.data()); }

}  // namespace

void Tokenizer::verify(const Pipeline&, std::vector<std::string>& problems) const {
  Checks checks(problems);
  checks.expect(mostSplits == kNone || !separators.empty(), [] { return "most_splits is of separators"; });
  checks.expect(words.empty() || separators.empty(), [] { return "words and separators exclude each other"; });
  if (isCharacters()) return;
  const std::string why = Pool::refusal(pattern());
  checks.expect(why.empty(), [&] { return "pattern '" + pattern() + "': " + why; });
}

std::vector<std::string_view> Tokenizer::tokensOf(std::string_view text) const {
  std::vector<std::string_view> all;
  const auto lengthAt = [&](size_t at) { return kernel::decode_utf8(bytes(text) + at, static_cast<uint32_t>(text.size() - at)).length; };
  const auto add = [&](size_t from, size_t to) {   // false: too short
    const std::string_view token = text.substr(from, to - from);
    const bool enough = minCharacters == 0 || (!token.empty() && kernel::length_utf8(bytes(token), static_cast<uint32_t>(token.size())) >= minCharacters);
    if (enough) all.push_back(token);
    return enough;
  };
  if (mark) all.push_back("\x02");
  if (isCharacters()) {
    for (size_t at = 0; at < text.size();) {
      const size_t length = lengthAt(at);
      add(at, at + length);
      at += length;
    }
  } else {
    const auto regex = regex::compile(pattern(), false, longest);
    regex::Groups groups;
    size_t from = 0, last = 0;
    uint32_t splits = 0;
    while (from <= text.size() && regex::find(regex->program, text, from, groups)) {
      if (!words.empty()) {
        if (!add(groups[0], groups[1]) && groups[0] < groups[1]) groups[1] = groups[0] + lengthAt(groups[0]);   // another may begin inside
      } else if (minCharacters == 0 || groups[0] > last) {
        if (splits++ == mostSplits) break;
        add(last, groups[0]);
      }
      last = from = groups[1];
      if (groups[0] == groups[1]) from++;
    }
    if (words.empty()) add(last, text.size());
  }
  if (mark) all.push_back("\x03");
  return all;
}

}  // namespace kiln::ir

#include "compiler/ir/tables/pool.h"

#include <set>

#include "compiler/ir/regex/regex.h"
#include "compiler/ir/tables/checks.h"
#include "runtime/kernels/words.h"

namespace kiln::ir {

std::string Pool::refusal(const std::string& pattern) {
  const auto regex = regex::compile(pattern);
  if (!regex->error.empty()) return regex->error;
  return regex->program.emptyLoop ? "repeats a part that can match nothing" : "";
}

void Pool::verify(const Pipeline&, std::vector<std::string>& problems) const {
  Checks checks(problems);
  checks.expect(separators.empty() != words.empty(), [] { return "one of separators and words is needed"; });
  const std::string why = refusal(pattern());
  if (!checks.expect(why.empty(), [&] { return "pattern '" + pattern() + "': " + why; })) return;
  checks.expect(maxDistance <= kernel::kMostEdits, [] { return "max_distance is above 100"; });
  std::set<std::vector<std::string_view>> seen;
  for (const std::string& term : terms) {
    const auto inWords = wordsOf(term);
    checks.expect(inWords.empty() || seen.insert(inWords).second,
                  [&] { return "the words of '" + term + "' are those of an earlier term"; });
    for (std::string_view word : inWords)
      checks.expect(word.size() <= kernel::kLongestWord,
                    [&] { return "a word of more than 200 bytes in '" + term + "'"; });
  }
}

static std::string_view stripped(std::string_view word) {
  uint32_t length = 0;
  const uint32_t first = kernel::strip_punctuation(reinterpret_cast<const kernel::u8*>(word.data()),
                                                   static_cast<uint32_t>(word.size()), &length);
  return word.substr(first, length);
}

std::vector<std::string_view> Pool::wordsOf(std::string_view text) const {
  const auto regex = regex::compile(pattern());
  std::vector<std::string_view> all;
  const auto add = [&](size_t from, size_t to) {
    std::string_view word = text.substr(from, to - from);
    if (words.empty()) word = stripped(word);
    if (!word.empty()) all.push_back(word);
  };
  regex::Groups groups;
  size_t from = 0, last = 0;
  while (from <= text.size() && regex::find(regex->program, text, from, groups)) {
    if (!words.empty())
      add(groups[0], groups[1]);
    else
      add(last, groups[0]);
    last = from = groups[1];
    if (groups[0] == groups[1]) from++;
  }
  if (words.empty()) add(last, text.size());
  return all;
}

}  // namespace kiln::ir

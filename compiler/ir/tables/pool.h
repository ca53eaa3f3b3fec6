// pool: the terms that `count_terms` looks for, none where the row brings one, and how it finds words.
#pragma once
#include <string_view>

#include "compiler/ir/table.h"

namespace kiln::ir {

/// Words are what stands between matches of `separators`, without punctuation at their ends and not empty; or the
/// matches of `words`: one of the two is given. A term is the words of its text. It occurs where words of the text
/// agree with its words one by one, with `maxDistance` edits (Levenshtein, in code points) in all at most. `best`: of
/// the occurrences of a term only those with the least number of edits count.
struct Pool final : TableBase<Pool, TableKind::Pool> {
  std::string separators, words;
  uint32_t maxDistance = 0;
  bool best = false;
  std::vector<std::string> terms;

  void fields(FieldVisitor& f) override {
    f.field("separators", separators), f.field("words", words), f.field("max_distance", maxDistance),
        f.field("best", best);
    f.field("terms", terms);
  }
  void verify(const Pipeline& pipeline, std::vector<std::string>& problems) const override;

  const std::string& pattern() const { return words.empty() ? separators : words; }
  std::vector<std::string_view> wordsOf(std::string_view text) const;
  /// Why a pattern cannot tell words; empty if it can.
  static std::string refusal(const std::string& pattern);
};

}  // namespace kiln::ir

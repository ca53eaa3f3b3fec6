// tokenizer: how a text becomes tokens, of which `count_ngrams` counts runs.
#pragma once
#include <string_view>

#include "compiler/ir/table.h"

namespace kiln::ir {

/// Tokens are the matches of `words`, or what stands between matches of `separators`, or, with neither, each character.
/// Those of fewer than `minCharacters` code points, and empty ones, are dropped; with `minCharacters` 0 empty ones stay. `mark`: a
/// token \x02 comes before all others, \x03 behind. Behind `mostSplits` separators that end a token the rest is one token. `longest`: of the matches
/// that begin at one place the longest counts, not the first.
struct Tokenizer final : TableBase<Tokenizer, TableKind::Tokenizer> {
  std::string words, separators;
  uint32_t minCharacters = 1, mostSplits = kNone;
  bool mark = false, longest = false;

  void fields(FieldVisitor& f) override {
    f.field("words", words), f.field("separators", separators), f.field("min_characters", minCharacters), f.field("most_splits", mostSplits), f.field("mark", mark), f.field("longest", longest);
  }
  void verify(const Pipeline& pipeline, std::vector<std::string>& problems) const override;

  bool isCharacters() const { return words.empty() && separators.empty(); }
  const std::string& pattern() const { return words.empty() ? separators : words; }
  std::vector<std::string_view> tokensOf(std::string_view text) const;
};

}  // namespace kiln::ir

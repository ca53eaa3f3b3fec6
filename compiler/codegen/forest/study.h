// study: what the strategies find out about a forest, each once a compilation however many tiers and instances ask.
#pragma once
#include <optional>

#include "compiler/codegen/forest/rule_lists.h"
#include "compiler/codegen/forest/trees.h"

namespace kiln::codegen {

/// Filled by the functions that answer; ask those.
struct ForestStudy {
  std::optional<ForestWork> work;                    // forestWork
  std::optional<ExpandedSize> size;                  // expandedSize
  std::optional<std::vector<RankSource>> sources;    // rankSources
  std::optional<std::string> whyNotRanked;           // canRank; empty: it can
  std::optional<uint64_t> virtualColumns;            // mostVirtualColumns
  std::optional<RankedForest> bytes, words;          // rankForest
  std::optional<std::vector<FlatTree>> trees;        // flattenAll
  std::optional<std::vector<std::vector<TreeRule>>> rules;   // forestRules
};

/// The answer that is kept, made first if there is none.
template <class T, class Make> const T& known(std::optional<T>& kept, Make make) {
  if (!kept) kept = make();
  return *kept;
}

}  // namespace kiln::codegen

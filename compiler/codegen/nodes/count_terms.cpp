// Lowers `count_terms`: the words of all terms as a hash, the terms as a tree of words.
#include "compiler/ir/nodes/count_terms.h"

#include <map>

#include "compiler/codegen/nodes/labels.h"
#include "compiler/codegen/nodes/regexes.h"
#include "compiler/ir/tables/pool.h"
#include "runtime/kernels/nodes/params.h"
#include "runtime/kernels/words.h"

namespace kiln::codegen {

namespace {

struct Terms {
  std::vector<std::string> words;  // by code
  std::vector<uint32_t> first = {0}, codes;
  std::vector<kernel::TermNode> nodes;
  std::vector<kernel::PoolEdge> edges;
  std::vector<uint32_t> roots;
  std::vector<uint32_t> pointsFirst = {0}, points;
};

// Terms are distinct in their words (Pool::verify).
Terms termsOf(const ir::Pool& pool) {
  Terms t;
  std::map<std::string, uint32_t, std::less<>> codes;
  std::vector<std::map<int32_t, uint32_t>> children(1);
  std::vector<int32_t> ends = {-1};
  for (size_t i = 0; i < pool.terms.size(); i++) {
    uint32_t node = 0;
    for (std::string_view word : pool.wordsOf(pool.terms[i])) {
      auto [code, isNew] = codes.emplace(word, static_cast<uint32_t>(t.words.size()));
      if (isNew) t.words.emplace_back(word);
      t.codes.push_back(code->second);
      auto [child, grown] =
          children[node].emplace(static_cast<int32_t>(code->second), static_cast<uint32_t>(children.size()));
      node = child->second;
      if (grown) children.emplace_back(), ends.push_back(-1);
    }
    t.first.push_back(static_cast<uint32_t>(t.codes.size()));
    if (node != 0 && ends[node] < 0) ends[node] = static_cast<int32_t>(i);
  }
  for (size_t n = 0; n < children.size(); n++) {
    t.nodes.push_back({static_cast<uint32_t>(t.edges.size()), static_cast<uint32_t>(children[n].size()), ends[n]});
    for (auto& [code, child] : children[n]) t.edges.push_back({code, child});
  }
  t.roots.assign(t.words.size(), kernel::kNone);
  for (auto& [code, child] : children[0]) t.roots[static_cast<size_t>(code)] = child;
  for (const std::string& word : t.words) {
    uint32_t points[kernel::kLongestWord];
    const uint32_t n = kernel::decode_word(reinterpret_cast<const kernel::u8*>(word.data()),
                                           static_cast<uint32_t>(word.size()), points, kernel::kLongestWord);
    t.points.insert(t.points.end(), points, points + n);
    t.pointsFirst.push_back(static_cast<uint32_t>(t.points.size()));
  }
  return t;
}

}  // namespace

void lower(const ir::CountTerms& op, NodeEmitter& emit) {
  const auto& pool = emit.pipeline().table<ir::Pool>(op.table);
  const std::string key = "pool @" + pool.name;
  const Terms terms = termsOf(pool);
  kernel::PoolTable t{};
  t.regex = regexInBlob(emit, pool.pattern(), false, true);
  t.matches_are_words = !pool.words.empty();
  t.labels = hashOfTexts(emit, key + ", words", terms.words);
  t.nodes = emit.blob(key + ", nodes", terms.nodes), t.edges = emit.blob(key + ", edges", terms.edges), t.roots = emit.blob(key + ", roots", terms.roots);
  t.max_distance = pool.maxDistance, t.best = pool.best;
  t.first = emit.blob(key + ", terms", terms.first), t.codes = emit.blob(key + ", codes", terms.codes);
  t.points_first = emit.blob(key + ", letters", terms.pointsFirst),
  t.points = emit.blob(key + ", code points", terms.points);
  t.terms = static_cast<uint32_t>(pool.terms.size()), t.most = op.most;
  const kernel::CountParams params{emit.blob(key, &t, sizeof t, 64), emit.statusCode(KILN_TEXT_TOO_LONG)};
  if (emit.node().operands.size() == 2) emit.call("count_term", params, {emit.in(0), emit.in(1), emit.out()});
  else emit.call("count_terms", params, {emit.in(0), emit.out()});
}

}  // namespace kiln::codegen

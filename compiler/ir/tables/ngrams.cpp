#include "compiler/ir/tables/ngrams.h"

#include "compiler/ir/pipeline.h"
#include "compiler/ir/tables/checks.h"
#include "compiler/ir/tables/dict.h"

namespace kiln::ir {

uint32_t Ngrams::Tree::child(uint32_t node, uint32_t code) const {
  const auto found = children.find(uint64_t{node} << 32 | code);
  return found == children.end() ? kNone : found->second;
}

const Ngrams::Tree& Ngrams::tree() const {
  if (!tree_.ends.empty()) return tree_;
  tree_.ends = {kNone};
  for (uint32_t g = 0; g < size(); g++) {
    uint32_t node = 0;
    for (uint32_t i = first[g]; i < first[g + 1]; i++) {
      const auto next = static_cast<uint32_t>(tree_.ends.size());
      const auto [child, isNew] = tree_.children.emplace(uint64_t{node} << 32 | code[i], next);
      if (isNew) tree_.ends.push_back(kNone);
      node = child->second;
    }
    if (node != 0 && tree_.ends[node] == kNone) tree_.ends[node] = g;   // of equal ones, which the verifier refuses, the first
  }
  return tree_;
}

void Ngrams::verify(const Pipeline& pipeline, std::vector<std::string>& problems) const {
  Checks checks(problems);
  const bool known = dict.id < pipeline.tables.size() && pipeline.tables[dict.id]->kind() == TableKind::Dict;
  if (!checks.expect(known, [] { return "needs a dict"; })) return;
  if (!checks.expect(size() > 0, [] { return "has no n-grams"; })) return;
  const uint32_t labels = pipeline.table<Dict>(dict).size();
  bool ascends = first[0] == 0 && first.back() == code.size();
  for (size_t g = 0; g + 1 < first.size(); g++) ascends = ascends && first[g] <= first[g + 1];
  if (!checks.expect(ascends, [] { return "first does not ascend from 0 to the number of codes"; })) return;
  for (uint32_t c : code)
    checks.expect(c < labels, [&] { return std::to_string(c) + " is no code of the dict"; });
  checks.expect(skips <= 1000, [] { return "skips is above 1000"; });
  uint32_t nodes = 0, ends = 0;
  for (uint32_t g = 0; g < size(); g++) nodes += first[g] < first[g + 1];
  for (uint32_t end : tree().ends) ends += end != kNone;
  checks.expect(nodes == ends, [] { return "has equal n-grams"; });
}

}  // namespace kiln::ir

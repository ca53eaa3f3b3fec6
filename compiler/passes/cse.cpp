// cse: one node for equal pure nodes over equal operands, and one table for tables of equal content. The builder shares
// within an import; this finds what became equal afterwards, by merged tables and folded constants. Segments of an
// ensemble repeat the same treatment of the same fields, and their dictionaries and weights.
#include <functional>
#include <unordered_map>

#include "compiler/ir/compare.h"
#include "compiler/passes/pass.h"
#include "compiler/passes/rewriter.h"

namespace kiln::passes {

using namespace ir;

/// Merges equal tables once. Tables that refer to merged ones may be equal after that, so the caller repeats.
static bool shareTables(Pipeline& pipeline) {
  std::unordered_multimap<uint64_t, TableId> byHash;
  std::vector<TableId> map;
  bool changed = false;
  for (TableId t = 0; t < pipeline.tables.size(); t++) {
    uint64_t hash = tableHash(*pipeline.tables[t]);
    map.push_back(t);
    auto [begin, end] = byHash.equal_range(hash);
    for (auto it = begin; it != end && map[t] == t; ++it)
      if (tablesEqual(*pipeline.tables[it->second], *pipeline.tables[t])) map[t] = it->second, changed = true;
    if (map[t] == t) byHash.emplace(hash, t);
  }
  if (changed) mergeTables(pipeline, std::move(map));
  return changed;
}

bool cse(Pipeline& pipeline) {
  bool changed = false;
  while (shareTables(pipeline)) changed = true;

  Rewriter rewriter(pipeline);
  std::unordered_map<std::string, NodeId> known;  // by fields and operands
  for (NodeId id = 0; id < rewriter.size(); id++) {
    if (!isPure(*rewriter.old(id).op)) {
      rewriter.keep(id);
      continue;
    }
    std::string key = opBytes(*rewriter.old(id).op);
    std::vector<ValueId> operands = rewriter.operandsNow(id);
    key.append(reinterpret_cast<const char*>(operands.data()), operands.size() * sizeof(ValueId));
    auto [it, isNew] = known.try_emplace(std::move(key), static_cast<NodeId>(pipeline.nodes.size()));
    if (isNew) {
      rewriter.keep(id);
      continue;
    }
    const std::vector<ValueId>& results = rewriter.old(id).results;
    for (size_t i = 0; i < results.size(); i++) rewriter.replace(results[i], pipeline.nodes[it->second].results[i]);
    changed = true;
  }
  return changed;
}

}  // namespace kiln::passes

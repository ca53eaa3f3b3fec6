// Flattens ranked trees and lays out their leaves.
#include "compiler/codegen/forest/trees.h"

#include <algorithm>
#include <cassert>

#include "compiler/codegen/forest/study.h"

namespace kiln::codegen {

using ir::Forest;

namespace {

ExpandedSize sizeOf(const Forest& f) {
  std::vector<uint32_t> leaves(f.nodes(), 1);
  for (uint32_t n = f.nodes(); n-- > 0;) {
    if (f.isLeaf(n)) continue;
    const uint32_t yes = Forest::target(f.yes[n]), no = Forest::target(f.no[n]), missing = missingExit(f, n);
    uint64_t sum = static_cast<uint64_t>(leaves[yes]) + leaves[no];
    if (missing != yes && missing != no) sum += leaves[missing];
    leaves[n] = static_cast<uint32_t>(std::min<uint64_t>(sum, kMostLeaves + 1));
  }
  ExpandedSize size;
  for (const uint32_t root : f.roots) size.most = std::max(size.most, leaves[root]), size.total += leaves[root];
  return size;
}

FlatTree flatten(const RankedForest& ranked, uint32_t root) {
  FlatTree tree;
  struct Visit { uint32_t node, step; };   // step: the left subtree of that step is done
  constexpr uint32_t kFresh = 0xffffffffu;
  std::vector<Visit> stack = {{root, kFresh}};
  while (!stack.empty()) {
    const Visit visit = stack.back();
    stack.pop_back();
    if (visit.step != kFresh) {
      tree.steps[visit.step].to = static_cast<uint8_t>(tree.leaves.size());
      continue;
    }
    const RankedNode& node = ranked.nodes[visit.node];
    if (node.isLeaf()) {
      tree.leaves.push_back(node.left);
      continue;
    }
    stack.push_back({node.right, kFresh});
    stack.push_back({0, static_cast<uint32_t>(tree.steps.size())});
    stack.push_back({node.left, kFresh});
    tree.steps.push_back({node.column, node.rank, static_cast<uint8_t>(tree.leaves.size()), 0});
  }
  assert(tree.leaves.size() <= kMostLeaves);
  return tree;
}

}  // namespace

const ExpandedSize& expandedSize(const ForestTask& task) {
  return known(task.study->size, [&] { return sizeOf(task.forest); });
}
const std::vector<FlatTree>& flattenAll(const ForestTask& task) {
  return known(task.study->trees, [&] {
    const RankedForest& ranked = rankForest(task, 255);
    std::vector<FlatTree> trees;
    for (const uint32_t root : ranked.roots) trees.push_back(flatten(ranked, root));
    return trees;
  });
}

LeafTables leafTables(const Forest& f, const std::vector<FlatTree>& trees, uint32_t stride) {
  LeafTables out;
  for (uint32_t t = 0; t < trees.size(); t++) {
    // A leaf's k-th weight for a target goes to the k-th table of this tree and target.
    struct Part { uint32_t target, round, table; };
    std::vector<Part> parts;
    const auto table = [&](uint32_t target, uint32_t round) {
      for (const Part& part : parts)
        if (part.target == target && part.round == round) return part.table;
      const uint32_t fresh = static_cast<uint32_t>(out.tables.size());
      parts.push_back({target, round, fresh});
      out.tables.push_back(t);
      out.entry.resize(out.entry.size() + stride);
      return fresh;
    };
    for (uint32_t l = 0; l < trees[t].leaves.size(); l++) {
      const uint32_t leaf = trees[t].leaves[l];
      for (uint32_t e = f.leafFirst[leaf]; e < f.leafFirst[leaf + 1]; e++) {
        const uint32_t target = f.leafTarget.empty() ? 0 : f.leafTarget[e];
        uint32_t round = 0;
        for (uint32_t before = f.leafFirst[leaf]; before < e; before++)
          round += (f.leafTarget.empty() ? 0 : f.leafTarget[before]) == target;
        out.entry[static_cast<size_t>(table(target, round)) * stride + l] = e + 1;
      }
    }
    std::sort(parts.begin(), parts.end(),
              [](const Part& a, const Part& b) { return a.target != b.target ? a.target < b.target : a.round < b.round; });
    for (const Part& part : parts) out.adds.push_back({t, part.target, part.table});
  }
  return out;
}

}  // namespace kiln::codegen

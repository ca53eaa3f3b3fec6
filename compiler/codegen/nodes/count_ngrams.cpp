// Lowers `count_ngrams`: the labels of tokens as a hash, the n-grams as a tree.
#include "compiler/ir/nodes/count_ngrams.h"

#include <algorithm>

#include "compiler/codegen/nodes/labels.h"
#include "compiler/codegen/nodes/regexes.h"
#include "compiler/ir/tables/dict.h"
#include "compiler/ir/tables/ngrams.h"
#include "runtime/kernels/ngrams.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

namespace {

struct Tree {
  std::vector<kernel::TermNode> nodes;
  std::vector<kernel::PoolEdge> edges;   // by code within a node
  uint32_t depth = 0;
};

Tree treeOf(const ir::Ngrams& ngrams) {
  const ir::Ngrams::Tree& from = ngrams.tree();
  std::vector<std::pair<uint64_t, uint32_t>> edges(from.children.begin(), from.children.end());
  std::sort(edges.begin(), edges.end());
  Tree tree;
  for (uint32_t end : from.ends) tree.nodes.push_back({0, 0, end == ir::kNone ? -1 : static_cast<int32_t>(end)});
  std::vector<uint32_t> depth(tree.nodes.size(), 0);   // parents come before their children
  for (auto& [key, child] : edges) {
    depth[child] = depth[key >> 32] + 1, tree.depth = std::max(tree.depth, depth[child]);
    kernel::TermNode& node = tree.nodes[key >> 32];
    if (node.count++ == 0) node.edges = static_cast<uint32_t>(tree.edges.size());
    tree.edges.push_back({static_cast<int32_t>(key & 0xffffffffu), child});
  }
  return tree;
}

/// The child of the root by each code.
std::vector<uint32_t> rootsOf(const Tree& tree, uint32_t codes) {
  std::vector<uint32_t> roots(codes, kernel::kNone);
  for (uint32_t e = 0; e < tree.nodes[0].count; e++) {
    const kernel::PoolEdge& edge = tree.edges[tree.nodes[0].edges + e];
    roots[static_cast<uint32_t>(edge.code)] = edge.node;
  }
  return roots;
}

constexpr size_t kMostSteps = 2048;   // of a tree that is walked by a table

/// The child of each node by each code, and by any other: the last node where there is none, which leads to itself.
std::vector<uint16_t> stepsOf(const Tree& tree, uint32_t codes) {
  const auto dead = static_cast<uint16_t>(tree.nodes.size());
  std::vector<uint16_t> steps((tree.nodes.size() + 1) * (codes + 1), dead);
  for (size_t n = 0; n < tree.nodes.size(); n++)
    for (uint32_t e = 0; e < tree.nodes[n].count; e++) {
      const kernel::PoolEdge& edge = tree.edges[tree.nodes[n].edges + e];
      steps[n * (codes + 1) + static_cast<uint32_t>(edge.code)] = static_cast<uint16_t>(edge.node);
    }
  return steps;
}

}  // namespace

void lower(const ir::CountNgrams& op, NodeEmitter& emit) {
  const auto& ngrams = emit.pipeline().table<ir::Ngrams>(op.ngrams);
  const Tree& tree = emit.once<Tree>("tree", [&] { return treeOf(ngrams); });
  const std::string key = "ngrams @" + ngrams.name;
  kernel::NgramTable t{};
  const auto& labels = emit.pipeline().table<ir::Dict>(ngrams.dict);
  t.codes = labels.size(), t.depth = tree.depth;
  t.roots = emit.blob(key + ", roots", rootsOf(tree, t.codes));
  const bool few = ngrams.size() <= kernel::kFewTerms && (tree.nodes.size() + 1) * (size_t{t.codes} + 1) <= kMostSteps;
  t.steps = few ? emit.blob(key + ", steps", stepsOf(tree, t.codes)) : kernel::kNone;
  std::vector<kernel::TermNode> nodes = tree.nodes;
  nodes.push_back({0, 0, -1});   // the last of the steps
  t.nodes = emit.blob(key + ", nodes", nodes), t.edges = emit.blob(key + ", edges", tree.edges);
  t.terms = ngrams.size(), t.skips = ngrams.skips;
  const bool isText = op.tokenizer.id != ir::kNone;
  if (isText) {
    t.labels = hashOfDict(emit, ngrams.dict.id);
    t.rule = tokenRule(emit, op.tokenizer);
    t.begin = static_cast<int32_t>(labels.find(std::string("\x02"))), t.end = static_cast<int32_t>(labels.find(std::string("\x03")));
  }
  const kernel::CountParams params{emit.blob(key + (isText ? " of " + std::to_string(op.tokenizer.id) : ""), &t, sizeof t, 64),
                                   emit.statusCode(KILN_TEXT_TOO_LONG)};
  emit.call(isText ? "count_ngrams_text" : "count_ngrams_codes", params, {emit.in(0), emit.out()});
}

}  // namespace kiln::codegen

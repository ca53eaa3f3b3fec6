// All predicates of the tree are asked at once, one tree of a forest each. What follows is vector arithmetic: over all
// inner nodes for the shares of their children, then level by level for the shares of the nodes. The number of nodes
// grows with the children of a Node and with the depth of the tree, not with the tree.
#include "frontends/pmml/models/tree_blend.h"

#include <algorithm>
#include <unordered_map>

#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/forest.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/nodes/take.h"
#include "frontends/pmml/classes.h"
#include "frontends/pmml/models/tree_model.h"

namespace kiln::pmml {

using namespace ir;

namespace {

constexpr size_t kMostNodes = 65536;
constexpr uint32_t kFalse = 0, kTrue = 1, kUnknown = 2;

struct Blending {
  Importer& importer;
  const Element* model;
  const StreamedTree& tree;
  const TreeStrategy& strategy;
  Elem elem;
  Builder& build = importer.build;
  std::vector<uint32_t> inner = {};       // nodes with children
  std::vector<uint32_t> innerIndex = {};  // by node: its index in `inner`
  std::vector<uint32_t> rank = {};        // by node: its position among its siblings
  uint32_t mostChildren = 0;
  ValueId stops = kNone;  // [inner]: 1 where all children are FALSE, else 0

  ValueId number(double v) { return elem == Elem::f32 ? build.number32(v) : build.number(v); }
  ValueId take(ValueId vector, std::vector<uint32_t> at) {
    Take node;
    node.at = std::move(at);
    node.scalar = false;
    return build.add(std::move(node), {vector});
  }
  ValueId both(ValueId a, ValueId b) { return build.call("and", {a, b}); }
  ValueId either(ValueId a, ValueId b) { return a == kNone ? b : build.call("or", {a, b}); }

  void survey() {
    innerIndex.assign(tree.nodes.size(), kNone);
    rank.assign(tree.nodes.size(), 0);
    for (uint32_t n = 0; n < tree.nodes.size(); ++n) {
      if (tree.nodes[n].firstChild == StreamedTree::kNone) continue;
      innerIndex[n] = static_cast<uint32_t>(inner.size());
      inner.push_back(n);
      uint32_t count = 0;
      for (uint32_t c = tree.nodes[n].firstChild; c != StreamedTree::kNone; c = tree.nodes[c].nextSibling)
        rank[c] = count++;
      mostChildren = std::max(mostChildren, count);
    }
  }

  // i32 [nodes]: what the predicate of each node is; that of the root, which has been decided, is not asked.
  ValueId states(Scope& scope) {
    TreeForest forest(importer);
    for (int state = 0; state < 3; ++state) forest.forest.addLeaf();
    // A tree of a root and one child; the predicate of the child is that of the node in turn.
    StreamedTree one;
    one.text = tree.text, one.members = tree.members;
    one.nodes.resize(2);
    one.nodes[0].firstChild = 1, one.nodes[1].parent = 0;
    one.nodes[0].score = one.nodes[1].score = 1;  // rows can end at both
    one.nodes[0].predicate = 0, one.nodes[1].predicate = 1;
    TreeStrategy stopAtUnknown;
    stopAtUnknown.missing = TreeStrategy::lastPrediction;
    for (uint32_t n = 1; n < tree.nodes.size(); ++n) {
      const uint32_t first = tree.nodes[n].predicate, end = tree.after(first);
      one.predicates.assign(1, StreamedTree::Predicate());
      one.fields.clear();
      std::unordered_map<uint32_t, uint32_t> own;  // numbers of the fields that this predicate reads
      for (uint32_t p = first; p < end; ++p) {
        one.predicates.push_back(tree.predicates[p]);
        if (uint32_t& field = one.predicates.back().field; field != StreamedTree::kNone) {
          const auto [known, isNew] = own.try_emplace(field, static_cast<uint32_t>(one.fields.size()));
          if (isNew) one.fields.push_back(tree.fields[field]);
          field = known->second;
        }
        if (tree.compound(p)) one.predicates.back().end = tree.predicates[p].end - first + 1;
      }
      const auto leafOf = [](uint32_t node) {
        return node == StreamedTree::kNone ? kFalse : node == 1 ? kTrue : kUnknown;
      };
      if (!forest.add(scope, model, one, stopAtUnknown, leafOf)) return kNone;
    }
    importer.at(model);
    if (forest.columns.empty()) forest.columns.push_back(build.boolean(true));
    forest.forest.columns = static_cast<uint32_t>(forest.columns.size());
    ForestNode node;
    node.table = build.table(std::move(forest.forest), "predicates");
    node.result = ForestNode::leaf;
    node.elem = elem;
    return build.add(std::move(node), forest.columns, "states");
  }

  // The recordCount of a node, else the sum of those of its ScoreDistributions.
  std::optional<double> records(uint32_t node) {
    const StreamedTree::Node& n = tree.nodes[node];
    if (n.recordCount) return treeNumber(importer, model, tree, n.recordCount, n.at, "recordCount", elem);
    double sum = 0;
    for (uint32_t d = n.firstDistribution; d < n.firstDistribution + n.distributions; ++d) {
      const StreamedTree::Text count = tree.distributions[d].recordCount;
      const auto value = count ? treeNumber(importer, model, tree, count, n.at, "", elem) : std::nullopt;
      if (!value) return std::nullopt;
      sum += *value;
    }
    return n.distributions ? std::optional<double>(sum) : std::nullopt;
  }

  // [mostChildren * inner]: the share of each child in what comes to its parent, first children first.
  ValueId shares(ValueId states) {
    const bool weighted = strategy.missing == TreeStrategy::weightedConfidence;
    const auto count = static_cast<uint32_t>(tree.nodes.size()) - 1;
    const ValueId all = build.add(Concat(), {states, build.integer(kFalse, Elem::i32)});  // the last: no such child
    std::vector<ValueId> open, isFirstTrue, weights;
    ValueId any = kNone, unknownFirst = kNone, total = kNone;
    std::vector<uint32_t> child(inner.size());
    for (size_t g = 0; g < inner.size(); ++g) child[g] = tree.nodes[inner[g]].firstChild;
    for (uint32_t k = 0; k < mostChildren; ++k) {
      std::vector<uint32_t> at;
      std::vector<double> counts;
      for (uint32_t& c : child) {
        at.push_back(c == StreamedTree::kNone ? count : c - 1);
        counts.push_back(0);
        if (c == StreamedTree::kNone) continue;
        if (weighted) {
          const auto n = records(c);
          if (!n || *n < 0) {
            importer.refuse(Kind::missing, tree.nodes[c].at, "recordCount", "weightedConfidence needs a recordCount",
                            importer.document.path(model) + "//Node");
            return kNone;
          }
          counts.back() = *n;
        }
        c = tree.nodes[c].nextSibling;
      }
      const ValueId state = take(all, std::move(at));
      const ValueId isTrue = build.call("eq", {state, build.integer(kTrue, Elem::i32)});
      const ValueId isOpen = build.call("ne", {state, build.integer(kFalse, Elem::i32)});
      const ValueId isUnknown = build.call("eq", {state, build.integer(kUnknown, Elem::i32)});
      const ValueId none = any == kNone ? kNone : build.call("not", {any});
      isFirstTrue.push_back(none == kNone ? isTrue : both(none, isTrue));
      unknownFirst = either(unknownFirst, none == kNone ? isUnknown : both(none, isUnknown));
      any = either(any, isOpen);
      open.push_back(isOpen);
      weights.push_back(weighted ? constantVector(importer, counts, elem, "records") : number(1));
      if (!weighted) continue;
      const ValueId own = build.add(Select(), {isOpen, weights.back(), number(0)});
      total = total == kNone ? own : build.call("add", {total, own});
    }
    stops = build.add(Cast(elem), {build.call("not", {any})}, "stops");
    std::vector<ValueId> result;
    for (uint32_t k = 0; k < mostChildren; ++k) {
      const ValueId share = weighted ? build.call("div", {weights[k], total}) : weights[k];
      const ValueId blended = build.add(Select(), {both(unknownFirst, open[k]), share, number(0)});
      result.push_back(build.add(Select(), {isFirstTrue[k], number(1), blended}));
    }
    return result.size() == 1 ? result[0] : build.add(Concat(), result, "shares");
  }

  // [nodes]: the share of each node in the whole, by `position`.
  ValueId nodeWeights(ValueId shares, std::vector<uint32_t>& position) {
    position.assign(tree.nodes.size(), 0);
    std::vector<uint32_t> level{0}, inLevel(tree.nodes.size(), 0);
    std::vector<ValueId> levels{constantVector(importer, {1.0}, elem, "root")};
    uint32_t done = 1;
    while (true) {
      std::vector<uint32_t> next, parents, children;
      for (uint32_t n : level) {
        for (uint32_t c = tree.nodes[n].firstChild; c != StreamedTree::kNone; c = tree.nodes[c].nextSibling) {
          inLevel[c] = static_cast<uint32_t>(next.size());
          position[c] = done++;
          parents.push_back(inLevel[n]);
          children.push_back(rank[c] * static_cast<uint32_t>(inner.size()) + innerIndex[n]);
          next.push_back(c);
        }
      }
      if (next.empty()) break;
      levels.push_back(build.call("mul", {take(levels.back(), parents), take(shares, children)}));
      level = std::move(next);
    }
    return build.add(Concat(), levels, "weights");
  }

  std::optional<TreeBlend> run(Scope& scope) {
    if (tree.nodes.size() > kMostNodes) {
      importer.refuse(Kind::limit, tree.nodes[0].at, "",
                      "a tree of more than " + std::to_string(kMostNodes) +
                          " Nodes whose missingValueStrategy follows several paths",
                      importer.document.path(model) + "//Node");
      return std::nullopt;
    }
    survey();
    if (!importer.mayUnfold(model, uint64_t{mostChildren} * inner.size())) return std::nullopt;
    const ValueId known = states(scope);
    const ValueId share = known == kNone ? kNone : shares(known);
    if (share == kNone) return std::nullopt;
    std::vector<uint32_t> position;
    const ValueId weights = nodeWeights(share, position);
    const ValueId ends = build.add(Concat(), {stops, number(1)});  // the last: a leaf, where every row ends
    TreeBlend blend;
    std::vector<uint32_t> at, stop, noneAt, noneStop;
    for (uint32_t n = 0; n < tree.nodes.size(); ++n) {
      const bool leaf = innerIndex[n] == kNone;
      const bool predicts =
          (leaf || strategy.returnLastPrediction) && (tree.nodes[n].score || tree.nodes[n].distributions);
      if (predicts) blend.nodes.push_back(n);
      (predicts ? at : noneAt).push_back(position[n]);
      (predicts ? stop : noneStop).push_back(leaf ? static_cast<uint32_t>(inner.size()) : innerIndex[n]);
    }
    const auto weightsOf = [&](const std::vector<uint32_t>& nodes, const std::vector<uint32_t>& end) {
      return build.call("mul", {take(weights, nodes), take(ends, end)});
    };
    if (blend.nodes.empty()) {
      importer.missing(model, "ScoreDistribution");
      return std::nullopt;
    }
    blend.weights = weightsOf(at, stop);
    if (!noneAt.empty())
      blend.noPrediction = build.call("gt", {build.add(Reduce(), {weightsOf(noneAt, noneStop)}), number(0)});
    return blend;
  }
};

}  // namespace

std::optional<TreeBlend> treeBlend(Importer& importer, Scope& scope, const Element* model, const StreamedTree& tree,
                                   const TreeStrategy& strategy, Elem elem) {
  return Blending{importer, model, tree, strategy, elem, importer.build}.run(scope);
}

}  // namespace kiln::pmml

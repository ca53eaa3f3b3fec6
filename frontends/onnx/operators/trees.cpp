#include "frontends/onnx/operators/trees.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <unordered_map>

#include "compiler/ir/nodes/argmax.h"
#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/coalesce.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/nodes/normalize.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/tables/lookup.h"

namespace kiln::onnx {

namespace {

using ir::Forest;
using ir::Test;

constexpr uint64_t kMostCopied = 1 << 26;   // nodes of the forests that one is made of
constexpr double kInfinity = std::numeric_limits<double>::infinity();

uint64_t bitsOf(double v) {
  uint64_t bits;
  std::memcpy(&bits, &v, sizeof bits);
  return bits;
}

/// Numbers of subtrees: two have the same number if they have the same tests and leaves, whether they are one or copies. Linear.
class Alike {
 public:
  Alike(const TreeNodes& nodes, const Leaves& leaves) : nodes_(nodes), number_(nodes.mode.size(), kUnseen) {
    std::vector<uint32_t> leafNumber;
    for (uint32_t l = 0; l < leaves.size(); l++) {
      std::string key;
      for (uint32_t e = leaves.first[l]; e < leaves.first[l + 1]; e++) append(key, {leaves.target[e], bitsOf(leaves.weight[e])});
      leafNumber.push_back(numberOf("leaf" + key));
    }
    for (uint32_t root = 0; root < nodes.mode.size(); root++) number(root, leafNumber);
  }
  bool operator()(uint32_t a, uint32_t b) const { return a == b || number_[a] == number_[b]; }

 private:
  static constexpr uint32_t kUnseen = 0xffffffffu, kOpen = 0xfffffffeu;

  static void append(std::string& key, std::initializer_list<uint64_t> numbers) {
    for (uint64_t v : numbers) key.append(reinterpret_cast<const char*>(&v), sizeof v);
  }
  uint32_t numberOf(const std::string& key) { return numbers_.emplace(key, static_cast<uint32_t>(numbers_.size())).first->second; }
  // Children first, on a stack of our own. What is part of a cycle, which is refused later, is like nothing else.
  void number(uint32_t root, const std::vector<uint32_t>& leafNumber) {
    std::vector<uint32_t> stack = {root};
    while (!stack.empty()) {
      const uint32_t i = stack.back();
      if (nodes_.mode[i] == Mode::leaf) {
        number_[i] = leafNumber[nodes_.leaf[i]], stack.pop_back();
      } else if (number_[i] == kUnseen) {
        number_[i] = kOpen;
        for (uint32_t next : {nodes_.yes[i], nodes_.no[i]})
          if (number_[next] == kUnseen) stack.push_back(next);
      } else {
        if (number_[i] == kOpen) number_[i] = numberOf(test(i));
        stack.pop_back();
      }
    }
  }
  std::string test(uint32_t i) const {
    const uint32_t yes = number_[nodes_.yes[i]], no = number_[nodes_.no[i]];
    std::string key;
    append(key, {static_cast<uint64_t>(nodes_.mode[i]), nodes_.feature[i], nodes_.tracks[i], nodes_.mode[i] == Mode::member ? nodes_.set[i] : bitsOf(nodes_.value[i]), yes, no});
    if (yes >= kOpen || no >= kOpen) append(key, {i});
    return key;
  }

  const TreeNodes& nodes_;
  std::vector<uint32_t> number_;
  std::unordered_map<std::string, uint32_t> numbers_;
};

class ForestMaker {
 public:
  ForestMaker(OperatorImport& n, const TreeNodes& nodes, const Leaves& leaves, Forest& forest) : n_(n), nodes_(nodes), forest_(forest) {
    for (uint32_t i = 0; i < nodes.mode.size() && !alike_; i++)   // chains whose exporter copied what hangs at each test
      if (mayContinue(i, nodes.no[i]) && nodes.yes[i] != nodes.yes[nodes.no[i]]) alike_.emplace(nodes, leaves);
    parents_.assign(nodes.mode.size(), 0);
    for (uint32_t i = 0; i < nodes.mode.size(); i++)
      if (nodes.mode[i] != Mode::leaf) parents_[nodes.yes[i]]++, parents_[nodes.no[i]]++;
    at_.assign(nodes.mode.size(), kUnseen);
  }

  // Children first on a stack of our own, then in reverse: parents before children, the yes side first, each node once.
  void tree(uint32_t root) {
    order_.clear();
    std::vector<uint32_t> stack = {root};
    while (!stack.empty()) {
      const uint32_t i = stack.back();
      if (at_[i] == kOpen || at_[i] == kDone) {
        if (at_[i] == kOpen) order_.push_back(i), at_[i] = kDone;
        stack.pop_back();
        continue;
      }
      if (at_[i] != kUnseen) n_.invalid("tree node " + std::to_string(i) + " belongs to two trees");
      at_[i] = kOpen;
      if (nodes_.mode[i] == Mode::leaf) continue;
      for (uint32_t next : {exit(i), nodes_.yes[i]}) {
        if (at_[next] == kOpen) n_.invalid("the trees have a cycle through tree node " + std::to_string(next));
        if (at_[next] == kUnseen) stack.push_back(next);
      }
      if (stack.size() > 2 * nodes_.mode.size() + 2) n_.invalid("the trees have a cycle");
    }
    std::reverse(order_.begin(), order_.end());
    emit();
  }

 private:
  static constexpr uint32_t kUnseen = 0xffffffffu, kOpen = 0xfffffffeu, kDone = 0xfffffffdu;

  bool mayContinue(uint32_t i, uint32_t next) const {
    return nodes_.mode[i] == Mode::equal && nodes_.mode[next] == Mode::equal && nodes_.feature[next] == nodes_.feature[i] && nodes_.tracks[next] == nodes_.tracks[i] && next != i;
  }
  bool continues(uint32_t i, uint32_t next) const {
    if (!mayContinue(i, next) || parents_[next] != 1) return false;
    return alike_ ? (*alike_)(nodes_.yes[i], nodes_.yes[next]) : nodes_.yes[i] == nodes_.yes[next];
  }
  // Where `no` leads: past the rest of a chain of equality tests.
  uint32_t exit(uint32_t i) const {
    uint32_t next = nodes_.no[i];
    if (nodes_.mode[i] == Mode::equal)
      while (continues(i, next)) next = nodes_.no[next];
    return next;
  }
  std::vector<double> membersOf(uint32_t i) const {
    std::vector<double> members;
    if (nodes_.mode[i] == Mode::member) members = nodes_.members[nodes_.set[i]];
    if (nodes_.mode[i] == Mode::equal) {
      members.push_back(nodes_.value[i]);
      for (uint32_t next = nodes_.no[i]; continues(i, next); next = nodes_.no[next]) members.push_back(nodes_.value[next]);
    }
    members.erase(std::remove_if(members.begin(), members.end(), [](double v) { return std::isnan(v); }), members.end());
    for (double& v : members) v += 0.0;   // -0 equals 0
    std::sort(members.begin(), members.end());
    members.erase(std::unique(members.begin(), members.end()), members.end());
    return members;
  }

  uint32_t testNode(uint32_t i) {
    const uint32_t column = nodes_.feature[i];
    const double value = nodes_.value[i];
    const auto never = [&] { return forest_.addNode(Test::less, column, -kInfinity, 0); };
    if (nodes_.mode[i] == Mode::equal || nodes_.mode[i] == Mode::member) {
      std::vector<double> members = membersOf(i);
      if (members.empty()) return never();
      if (members.size() == 1) return forest_.addNode(Test::equal, column, members[0], 0);
      return forest_.addSetNode(column, forest_.addSet(std::move(members)), 0);
    }
    if (std::isnan(value)) return nodes_.mode[i] == Mode::notEqual ? forest_.addNode(Test::greaterOrEqual, column, -kInfinity, 0) : never();
    constexpr Test kTests[] = {Test::lessOrEqual, Test::less, Test::greaterOrEqual, Test::greater, Test::equal, Test::notEqual};
    return forest_.addNode(kTests[static_cast<size_t>(nodes_.mode[i])], column, value, 0);
  }

  void emit() {
    const size_t firstNode = forest_.test.size();
    for (uint32_t i : order_) at_[i] = nodes_.mode[i] == Mode::leaf ? forest_.addLeafNode(nodes_.leaf[i], 0) : testNode(i);
    for (uint32_t i : order_) {
      if (nodes_.mode[i] == Mode::leaf) continue;
      const uint32_t yes = at_[nodes_.yes[i]], no = at_[exit(i)];
      forest_.yes[at_[i]] = yes, forest_.no[at_[i]] = no;
      forest_.missing[at_[i]] = nodes_.tracks[i] || nodes_.mode[i] == Mode::notEqual ? yes : no;
    }
    forest_.roots.push_back(static_cast<uint32_t>(firstNode));
  }

  OperatorImport& n_;
  const TreeNodes& nodes_;
  Forest& forest_;
  std::optional<Alike> alike_;   // where subtrees may be copies
  std::vector<uint32_t> parents_, order_;
  std::vector<uint32_t> at_;   // of a node: not seen, on the path, seen; then its number in the forest
};

// A forest with the same tests and other leaves.
template <class Leaf>
Forest withLeaves(const Forest& forest, uint32_t targets, Leaf addLeaf) {
  Forest other = forest;
  other.targets = targets;
  other.leafFirst.clear(), other.leafTarget.clear(), other.leafWeight.clear(), other.leafKind.clear();
  for (uint32_t l = 0; l < forest.leaves(); l++) addLeaf(other, l);
  return other;
}

uint32_t targetOf(const Forest& forest, uint32_t entry) { return forest.leafTarget.empty() ? 0 : forest.leafTarget[entry]; }

// Of each target whether it gets a vote: 1 if some tree votes for it whatever leaf it reaches, 0 if none ever does; nothing if any
// depends on the row.
std::optional<std::vector<double>> certainVotes(const Forest& forest) {
  std::vector<double> always(forest.targets), ever(forest.targets);
  for (size_t t = 0; t < forest.roots.size(); t++) {
    const uint32_t begin = forest.roots[t], end = t + 1 < forest.roots.size() ? forest.roots[t + 1] : forest.nodes();
    std::vector<uint32_t> votes(forest.targets);
    uint32_t leaves = 0;
    for (uint32_t i = begin; i < end; i++) {
      if (!forest.isLeaf(i)) continue;
      leaves++;
      const uint32_t leaf = forest.yes[i];
      std::vector<uint32_t> seen(forest.leafTarget.begin() + forest.leafFirst[leaf] * !forest.leafTarget.empty(),
                                 forest.leafTarget.begin() + forest.leafFirst[leaf + 1] * !forest.leafTarget.empty());
      if (forest.leafTarget.empty() && forest.leafFirst[leaf + 1] > forest.leafFirst[leaf]) seen = {0};
      std::sort(seen.begin(), seen.end());
      seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
      for (uint32_t target : seen) votes[target]++, ever[target] = 1;
    }
    for (uint32_t k = 0; k < forest.targets; k++)
      if (leaves && votes[k] == leaves) always[k] = 1;
  }
  return always == ever ? std::optional(always) : std::nullopt;
}

ValueId forestNode(OperatorImport& n, Forest forest, ir::ForestNode::Result result, ValueId row, ir::Elem elem, const std::string& name) {
  ir::ForestNode node;
  node.result = result, node.elem = elem;
  node.table = n.build.table(std::move(forest), name);
  return n.build.add(std::move(node), {row}, name);
}

ValueId constants(OperatorImport& n, std::vector<double> numbers, ir::Elem elem) {
  const auto size = static_cast<uint32_t>(numbers.size());
  Elements elements;
  elements.numbers = std::move(numbers);
  return n.vector(hostTensor(elem == ir::Elem::f32 ? ElementType::f32 : ElementType::f64, plainAxes({size}), std::move(elements)));
}

// The smallest or largest vote for a target, missing if there is none.
ValueId extremeOf(OperatorImport& n, const Forest& forest, uint32_t target, bool largest, ValueId row, ir::Elem elem, const std::string& name) {
  Forest votes = withLeaves(forest, 1, [&](Forest& other, uint32_t leaf) {
    double extreme = 0;
    bool any = false;
    for (uint32_t e = forest.leafFirst[leaf]; e < forest.leafFirst[leaf + 1]; e++) {
      if (targetOf(forest, e) != target) continue;
      const double w = forest.leafWeight[e];
      if (!any || (largest ? w > extreme : w < extreme)) extreme = w, any = true;
    }
    other.addLeaf(any ? Forest::plain : Forest::noPrediction);
    if (any) other.addWeight(0, extreme);
  });
  ValueId each = forestNode(n, std::move(votes), ir::ForestNode::each, row, elem, name);
  ir::Reduce reduce;
  reduce.op = largest ? ir::Reduce::max : ir::Reduce::min, reduce.skip = true;
  return n.build.add(std::move(reduce), {n.reshape(each, {static_cast<uint32_t>(forest.roots.size())})});
}

}  // namespace

ir::Forest makeForest(OperatorImport& n, const TreeNodes& nodes, const Leaves& leaves, uint32_t columns, uint32_t targets) {
  Forest forest;
  forest.columns = columns, forest.targets = targets;
  if (nodes.mode.size() > n.options().limits.treeNodes) n.unsupported("an ensemble of " + std::to_string(nodes.mode.size()) + " tree nodes", "raise the limit with --max-tree-nodes");
  for (uint32_t leaf = 0; leaf < leaves.size(); leaf++) {
    forest.addLeaf();
    for (uint32_t e = leaves.first[leaf]; e < leaves.first[leaf + 1]; e++) forest.addWeight(leaves.target[e], leaves.weight[e]);
  }
  ForestMaker maker(n, nodes, leaves, forest);
  for (uint32_t root : nodes.roots) maker.tree(root);
  return forest;
}

Scores evaluateForest(OperatorImport& n, const ir::Forest& forest, ValueId row, ir::Elem elem, Aggregate aggregate, const std::string& name) {
  const uint32_t targets = forest.targets;
  Scores result;
  const bool extreme = aggregate == Aggregate::min || aggregate == Aggregate::max;
  if (extreme && uint64_t{targets} * forest.nodes() > kMostCopied)   // each target has a forest of its own
    n.unsupported("the least or greatest of " + std::to_string(forest.nodes()) + " tree nodes for " + std::to_string(targets) + " targets");
  if (extreme) {
    std::vector<ValueId> all;
    for (uint32_t k = 0; k < targets; k++) all.push_back(extremeOf(n, forest, k, aggregate == Aggregate::max, row, elem, name));
    const ValueId votes = n.reshape(n.concat(all), {targets});
    result.voted = n.build.call("is_present", {votes});
    result.scores = n.build.add(ir::Coalesce(), {votes, constants(n, std::vector<double>(targets), elem)});
    return result;
  }
  const auto kind = aggregate == Aggregate::average ? ir::ForestNode::average : ir::ForestNode::sum;
  result.scores = n.reshape(forestNode(n, forest, kind, row, elem, name), {targets});
  if (auto certain = certainVotes(forest)) {
    if (std::find(certain->begin(), certain->end(), 0.0) != certain->end())
      result.voted = n.build.call("gt", {constants(n, std::move(*certain), ir::Elem::f32), n.build.number32(0)});
    return result;
  }
  Forest counts = withLeaves(forest, targets, [&](Forest& other, uint32_t leaf) {
    other.addLeaf();
    for (uint32_t e = forest.leafFirst[leaf]; e < forest.leafFirst[leaf + 1]; e++) other.addWeight(targetOf(forest, e), 1);
  });
  const ValueId votes = n.reshape(forestNode(n, std::move(counts), ir::ForestNode::sum, row, ir::Elem::f32, name + ".votes"), {targets});
  result.voted = n.build.call("gt", {votes, n.build.number32(0)});
  return result;
}

OperatorImport::Rows treeColumns(OperatorImport& n, size_t input, ir::Elem& elem) {
  const Tensor& x = n.number(input);
  elem = x.type == ElementType::f64 ? ir::Elem::f64 : ir::Elem::f32;
  OperatorImport::Rows rows = n.rows(elem == ir::Elem::f64 || elemOf(x.type) == ir::Elem::f32 ? x : n.cast(x, ElementType::f32));
  if (rows.outer.empty()) rows.outer = {Axis()};
  return rows;
}

// ---- versions 1 and 3

namespace {

struct IdHash {
  size_t operator()(const std::pair<int64_t, int64_t>& id) const {
    return std::hash<uint64_t>()(static_cast<uint64_t>(id.first) * 0x9e3779b97f4a7c15ull ^ static_cast<uint64_t>(id.second));
  }
};
using Ids = std::unordered_map<std::pair<int64_t, int64_t>, uint32_t, IdHash>;

// A list attribute that stands as floats or, since version 3, as a tensor.
std::vector<double> numbersOrTensor(OperatorImport& n, const std::string& name) {
  std::vector<double> floats = n.numbers(name.c_str());
  if (n.version() < 3) return floats;
  auto tensor = n.tensorAttribute((name + "_as_tensor").c_str());
  if (!tensor) return floats;
  if (!floats.empty()) n.invalid("has both attributes '" + name + "' and '" + name + "_as_tensor'");
  if (!isFloat(tensor->type)) n.invalid("attribute '" + name + "_as_tensor' must be floats");
  return tensor->host->numbers;
}

void sameLength(OperatorImport& n, const char* name, size_t found, size_t wanted) {
  if (found != wanted) n.invalid("attribute '" + std::string(name) + "' has " + std::to_string(found) + " entries, not " + std::to_string(wanted));
}

std::string nodeName(int64_t tree, int64_t node) { return "node " + std::to_string(node) + " of tree " + std::to_string(tree); }

Mode modeOf(OperatorImport& n, const std::string& text) {
  constexpr const char* kNames[] = {"BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"};
  for (size_t m = 0; m < std::size(kNames); m++)
    if (text == kNames[m]) return static_cast<Mode>(m);
  if (text == "LEAF") return Mode::leaf;
  n.invalid("attribute 'nodes_modes' has '" + text + "'");
}

void readNodes(OperatorImport& n, TreeNodes& nodes, const std::vector<int64_t>& trees, const std::vector<int64_t>& ids, const Ids& byId, uint32_t columns) {
  const size_t count = trees.size();
  const auto modes = n.texts("nodes_modes");
  const auto features = n.integers("nodes_featureids"), yes = n.integers("nodes_truenodeids"), no = n.integers("nodes_falsenodeids");
  const auto tracks = n.integers("nodes_missing_value_tracks_true");
  nodes.value = numbersOrTensor(n, "nodes_values");
  if (n.tensor(0).type == ElementType::f64 && n.hasAttribute("nodes_values"))
    n.warn("double columns are compared with thresholds that are rounded to float", "a value next to a threshold may take the other branch than in the model that was "
           "exported: cast the input to float before the trees, which is what scikit-learn does, or export 'nodes_values_as_tensor'");
  sameLength(n, "nodes_modes", modes.size(), count), sameLength(n, "nodes_featureids", features.size(), count);
  sameLength(n, "nodes_truenodeids", yes.size(), count), sameLength(n, "nodes_falsenodeids", no.size(), count);
  sameLength(n, "nodes_values", nodes.value.size(), count);
  if (!tracks.empty()) sameLength(n, "nodes_missing_value_tracks_true", tracks.size(), count);
  const auto child = [&](size_t i, int64_t id, const char* name) {
    auto found = byId.find({trees[i], id});
    if (found == byId.end()) n.invalid("attribute '" + std::string(name) + "': " + nodeName(trees[i], ids[i]) + " leads to node " + std::to_string(id) + ", which the tree has not");
    if (found->second == i) n.invalid("attribute '" + std::string(name) + "': " + nodeName(trees[i], ids[i]) + " leads to itself");
    return found->second;
  };
  for (size_t i = 0; i < count; i++) {
    const Mode mode = modeOf(n, modes[i]);
    nodes.mode.push_back(mode), nodes.set.push_back(0);
    nodes.tracks.push_back(!tracks.empty() && tracks[i] != 0);
    const bool leaf = mode == Mode::leaf;
    if (!leaf && (features[i] < 0 || features[i] >= columns))
      n.invalid("attribute 'nodes_featureids': " + nodeName(trees[i], ids[i]) + " tests column " + std::to_string(features[i]) + " of " + std::to_string(columns));
    nodes.feature.push_back(leaf ? 0 : static_cast<uint32_t>(features[i]));
    nodes.yes.push_back(leaf ? 0 : child(i, yes[i], "nodes_truenodeids"));
    nodes.no.push_back(leaf ? 0 : child(i, no[i], "nodes_falsenodeids"));
    if (i == 0 || trees[i] != trees[i - 1]) nodes.roots.push_back(static_cast<uint32_t>(i));
  }
}

// Leaves in the order of their nodes; the weights of one in the order of the attributes.
void readLeaves(OperatorImport& n, const std::string& prefix, TreeNodes& nodes, const Ids& byId, uint32_t targets, Leaves& leaves) {
  const auto trees = n.integers((prefix + "_treeids").c_str()), ids = n.integers((prefix + "_nodeids").c_str()), targetIds = n.integers((prefix + "_ids").c_str());
  const auto weights = numbersOrTensor(n, prefix + "_weights");
  sameLength(n, (prefix + "_nodeids").c_str(), ids.size(), trees.size()), sameLength(n, (prefix + "_ids").c_str(), targetIds.size(), trees.size());
  sameLength(n, (prefix + "_weights").c_str(), weights.size(), trees.size());
  uint32_t count = 0;
  for (size_t i = 0; i < nodes.mode.size(); i++) nodes.leaf.push_back(nodes.mode[i] == Mode::leaf ? count++ : 0);
  std::vector<uint32_t> leafOf(trees.size(), kNone);
  leaves.first.assign(count + 1, 0);
  for (size_t e = 0; e < trees.size(); e++) {
    auto found = byId.find({trees[e], ids[e]});
    if (found == byId.end()) n.invalid("attribute '" + prefix + "_nodeids': there is no " + nodeName(trees[e], ids[e]));
    if (targetIds[e] < 0 || targetIds[e] >= targets)
      n.invalid("attribute '" + prefix + "_ids': " + nodeName(trees[e], ids[e]) + " has a weight for " + prefix + " " + std::to_string(targetIds[e]) + " of " + std::to_string(targets));
    if (nodes.mode[found->second] != Mode::leaf) continue;   // ONNX Runtime ignores weights of inner nodes, which old exporters wrote
    leafOf[e] = nodes.leaf[found->second];
    leaves.first[leafOf[e] + 1]++;
  }
  for (uint32_t l = 0; l < count; l++) leaves.first[l + 1] += leaves.first[l];
  std::vector<uint32_t> next(leaves.first.begin(), leaves.first.end() - 1);
  leaves.target.resize(leaves.first.back()), leaves.weight.resize(leaves.first.back());
  for (size_t e = 0; e < trees.size(); e++) {
    if (leafOf[e] == kNone) continue;
    const uint32_t at = next[leafOf[e]]++;
    leaves.target[at] = static_cast<uint32_t>(targetIds[e]), leaves.weight[at] = weights[e];
  }
}

}  // namespace

Ensemble readEnsemble(OperatorImport& n, const std::string& prefix, uint32_t columns, uint32_t targets) {
  Ensemble ensemble;
  const auto trees = n.integers("nodes_treeids"), ids = n.integers("nodes_nodeids");
  sameLength(n, "nodes_nodeids", ids.size(), trees.size());
  if (trees.empty()) n.invalid("attribute 'nodes_treeids' is empty");
  Ids byId;
  byId.reserve(trees.size());
  std::unordered_map<int64_t, bool> met;
  for (size_t i = 0; i < trees.size(); i++) {
    if ((i == 0 || trees[i] != trees[i - 1]) && !met.emplace(trees[i], true).second)
      n.invalid("attribute 'nodes_treeids': the nodes of tree " + std::to_string(trees[i]) + " do not stand together");
    if (!byId.emplace(std::pair(trees[i], ids[i]), static_cast<uint32_t>(i)).second) n.invalid("attribute 'nodes_nodeids': " + nodeName(trees[i], ids[i]) + " stands twice");
  }
  readNodes(n, ensemble.nodes, trees, ids, byId, columns);
  readLeaves(n, prefix, ensemble.nodes, byId, targets, ensemble.leaves);
  ensemble.base = numbersOrTensor(n, "base_values");
  n.ignore("nodes_hitrates"), n.ignore("nodes_hitrates_as_tensor");
  return ensemble;
}

// ---- post_transform

PostTransform readPostTransform(OperatorImport& n) {
  const auto transform = static_cast<PostTransform>(n.choice("post_transform", {"NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"}, 0));
  if (transform == PostTransform::softmaxZero) n.warn("post_transform SOFTMAX_ZERO", "scores of 0 are left out of the sum, as ONNX Runtime does; the standard does not say what becomes of them");
  if (transform == PostTransform::probit) n.warn("post_transform PROBIT", "an approximation, as ONNX Runtime computes it, not the exact quantile");
  return transform;
}

ValueId probit(OperatorImport& n, ValueId p) {
  // sqrt(2) * erfinv(2p - 1), in float
  const ValueId twice = n.build.call("sub", {n.build.call("mul", {n.build.number32(2), p}), n.build.number32(1)});
  return n.build.call("mul", {n.build.number32(1.41421356f), n.build.call("erfinv_winitzki", {twice})});
}

// Scores of (nearly) 0 are scaled, not exponentiated, and left out of the sum. Of doubles ONNX Runtime takes exponentials and sum in float, and
// scales and divides in double.
ValueId softmaxZero(OperatorImport& n, ValueId scores) {
  const auto reduce = [&](ir::Reduce::Kind kind, ValueId x) {
    ir::Reduce op;
    op.op = kind;
    return n.build.add(std::move(op), {x});
  };
  const bool isDouble = n.build.type(scores).elem == ir::Elem::f64;
  const auto wide = [&](ValueId x) { return isDouble ? n.build.add(ir::Cast(ir::Elem::f64), {x}) : x; };
  const ValueId narrow = isDouble ? n.build.add(ir::Cast(ir::Elem::f32), {scores}) : scores;
  const ValueId most = reduce(ir::Reduce::max, narrow);
  const ValueId far = n.build.call("gt", {n.build.call("abs", {scores}), wide(n.build.number32(0.0000001f))});
  const ValueId powers = n.build.call("exp", {n.build.call("sub", {narrow, most})});
  const ValueId sum = reduce(ir::Reduce::sum, n.build.add(ir::Select(), {far, powers, n.build.number32(0)}));
  const ValueId scaled = n.build.call("mul", {scores, wide(n.build.call("exp", {n.build.call("neg", {most})}))});
  return n.build.call("div", {n.build.add(ir::Select(), {far, wide(powers), scaled}), wide(sum)});
}

ValueId postTransform(OperatorImport& n, ValueId scores, PostTransform transform) {
  switch (transform) {
    case PostTransform::none: return scores;
    case PostTransform::logistic: return n.build.call("sigmoid", {scores});
    case PostTransform::softmax: return n.build.add(ir::Normalize(), {scores});
    case PostTransform::probit: return probit(n, scores);
    case PostTransform::softmaxZero: break;
  }
  return softmaxZero(n, scores);
}

ValueId batchTransform(OperatorImport& n, ValueId scores, PostTransform transform) {
  const uint32_t count = n.build.type(scores).shape.back();
  if (!n.spec() && count > 1 && transform == PostTransform::logistic) return n.build.call("mlas_logistic", {scores});
  if (!n.spec() && count > 4 && transform == PostTransform::softmax) return n.build.add(ir::Normalize(ir::Normalize::softmaxMlas), {scores});   // of fewer only in batches of many thousands
  return postTransform(n, scores, transform);
}

// ---- labels

std::vector<std::string> ClassLabels::shown() const {
  if (isText) return texts;
  std::vector<std::string> all;
  for (int64_t label : integers) all.push_back(std::to_string(label));
  return all;
}

ClassLabels readLabels(OperatorImport& n, const char* texts, const char* integers) {
  ClassLabels labels;
  labels.texts = n.texts(texts), labels.integers = n.integers(integers);
  if (labels.texts.empty() == labels.integers.empty()) n.invalid("needs one of the attributes '" + std::string(texts) + "' and '" + integers + "'");
  labels.isText = !labels.texts.empty();
  return labels;
}

ValueId firstLargest(OperatorImport& n, ValueId scores) {
  ir::Take first;
  first.at = {0}, first.scalar = true;
  const ValueId zero = n.build.integer(0, ir::Elem::i32), isStuck = n.build.call("is_nan", {n.build.add(std::move(first), {scores})});
  const ValueId largest = n.build.add(ir::Coalesce(), {n.build.add(ir::ArgMax(), {scores}), zero});
  return n.build.add(ir::Select(), {isStuck, zero, largest});
}

ValueId labelAt(OperatorImport& n, const ClassLabels& labels, ValueId index) {
  ir::Lookup table;
  table.elem = elemOf(labels.type()), table.sizes = {static_cast<uint32_t>(labels.size())};
  table.text = labels.texts, table.integers = labels.integers;
  table.defaultRow = 0;   // the index is never missing, and always a label's
  table.missingRow = 0;
  ir::LookupNode lookup;
  lookup.table = n.build.table(std::move(table), "labels");
  return n.build.add(std::move(lookup), {index}, "label");
}

}  // namespace kiln::onnx

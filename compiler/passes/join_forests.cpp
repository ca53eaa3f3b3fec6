// join_forests: trees that stand apart become one forest, which reads its columns once and walks its trees side by side.
//
//   add (add (tree, tree), tree) ..   one forest that sums: exporters of boosted models add the trees one by one. The sum of a forest
//                                     runs in the order of its trees, so whatever is added to a sum must be one tree.
//   many trees                        one forest that gives a vector, a tree's result (its leaf, or its number) an element.
#include <algorithm>
#include <map>
#include <unordered_map>

#include "compiler/ir/nodes/call.h"
#include "compiler/ir/nodes/forest.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/tables/forest.h"
#include "compiler/passes/pass.h"
#include "compiler/passes/rewriter.h"

namespace kiln::passes {

using namespace ir;

namespace {

constexpr size_t kFewest = 4;   // trees that are worth a vector

/// Forests one after the other, over the columns of all.
class Joint {
 public:
  explicit Joint(const Pipeline& pipeline) : pipeline_(pipeline) { forest_.leafFirst = {0}; }

  /// `sharedLeaves`: leaf l stands for leaf l of every tree, without weights.
  void append(const Forest& from, const std::vector<ValueId>& operands, bool sharedLeaves) {
    const std::vector<uint32_t> column = columnsFor(operands);
    const uint32_t node = forest_.nodes(), leaf = sharedLeaves ? 0 : forest_.leaves();
    if (!from.line.empty() || !forest_.line.empty()) forest_.line.resize(node);
    std::vector<uint32_t> set;
    for (size_t s = 0; s + 1 < from.setFirst.size(); s++)
      set.push_back(forest_.addSet({from.setMember.begin() + from.setFirst[s], from.setMember.begin() + from.setFirst[s + 1]}));
    for (uint32_t n = 0; n < from.nodes(); n++) {
      const uint32_t line = from.line.empty() ? 0 : from.line[n];
      if (from.isLeaf(n)) {
        forest_.addLeafNode(leaf + from.yes[n], line);
        continue;
      }
      if (from.test[n] == static_cast<uint8_t>(Test::inSet)) forest_.addSetNode(column[from.column[n]], set[from.set[n]], line);
      else forest_.addNode(static_cast<Test>(from.test[n]), column[from.column[n]], from.constant[n], line);
      forest_.yes.back() = from.yes[n] + node, forest_.no.back() = from.no[n] + node, forest_.missing.back() = from.missing[n] + node;
    }
    for (uint32_t root : from.roots) forest_.roots.push_back(root + node);
    sharedLeaves ? shareLeaves(from.leaves()) : appendLeaves(from);
  }

  Forest take(uint32_t targets, const std::string& name) {
    forest_.columns = columns_, forest_.targets = targets, forest_.name = name;
    if (std::all_of(forest_.leafTarget.begin(), forest_.leafTarget.end(), [](uint32_t t) { return t == 0; })) forest_.leafTarget.clear();
    return std::move(forest_);
  }
  const std::vector<ValueId>& operands() const { return operands_; }

 private:
  /// The joint columns of a forest's own.
  std::vector<uint32_t> columnsFor(const std::vector<ValueId>& operands) {
    std::vector<uint32_t> columns;
    for (ValueId v : operands) {
      const auto [first, isNew] = first_.try_emplace(v, columns_);
      const uint32_t size = pipeline_.type(v).size();
      if (isNew) operands_.push_back(v), columns_ += size;
      for (uint32_t i = 0; i < size; i++) columns.push_back(first->second + i);
    }
    return columns;
  }
  void shareLeaves(uint32_t leaves) {
    while (forest_.leaves() < leaves) forest_.leafFirst.push_back(0);
  }
  void appendLeaves(const Forest& from) {
    for (uint32_t l = 0; l < from.leaves(); l++) {
      for (uint32_t e = from.leafFirst[l]; e < from.leafFirst[l + 1]; e++) {
        forest_.leafTarget.push_back(from.leafTarget.empty() ? 0 : from.leafTarget[e]);
        forest_.leafWeight.push_back(from.leafWeight[e]);
      }
      forest_.leafFirst.push_back(static_cast<uint32_t>(forest_.leafWeight.size()));
    }
  }

  const Pipeline& pipeline_;
  Forest forest_;
  std::vector<ValueId> operands_;
  std::unordered_map<ValueId, uint32_t> first_;   // of an operand: its first column
  uint32_t columns_ = 0;
};

const Forest& forestOf(const Pipeline& pipeline, const Node& node) { return pipeline.table<Forest>(node.op->as<ForestNode>().table); }
/// A forest all of whose leaves give numbers.
bool isSound(const Pipeline& pipeline, const Node& node) {
  return node.op->kind() == OpKind::ForestNode && !pipeline.type(node.results[0]).nullable && !forestOf(pipeline, node).reaches(Forest::fail);
}

// ---- sums
class Sums {
 public:
  explicit Sums(Pipeline& pipeline) : pipeline_(pipeline), uses_(pipeline.values.size(), 0), chain_(pipeline.values.size()) {}

  bool run() {
    for (const Node& node : pipeline_.nodes)
      for (ValueId v : node.operands) uses_[v]++;
    std::vector<char> inner(pipeline_.values.size(), 0);   // part of a longer chain
    bool changed = false;
    for (NodeId id = 0; id < pipeline_.nodes.size(); id++) {
      const Node& node = pipeline_.nodes[id];
      if (isSum(node)) chain_[node.results[0]] = {id};
      else if (isSumOfChains(node)) chain(node, inner), changed = true;
    }
    if (changed) rewrite(inner);
    return changed;
  }

 private:
  bool isSum(const Node& node) const {
    if (!isSound(pipeline_, node)) return false;
    const auto& op = node.op->as<ForestNode>();
    return op.result == ForestNode::sum || (op.result == ForestNode::average && forestOf(pipeline_, node).roots.size() == 1);
  }
  /// What may be added to a sum: a tree of at most one weight a target.
  bool isTerm(ValueId v) const {
    const Forest& forest = forestOf(pipeline_, pipeline_.producer(v));
    if (chain_[v].size() != 1 || forest.roots.size() != 1) return false;
    std::vector<uint32_t> seen(forest.targets, kNone);
    for (uint32_t l = 0; l < forest.leaves(); l++)
      for (uint32_t e = forest.leafFirst[l]; e < forest.leafFirst[l + 1]; e++) {
        uint32_t& last = seen[forest.leafTarget.empty() ? 0 : forest.leafTarget[e]];
        if (last == l) return false;
        last = l;
      }
    return true;
  }
  bool isSumOfChains(const Node& node) const {
    const auto* call = node.op->to<Call>();
    if (!call || call->name() != std::string("add") || call->checked) return false;
    const ValueId a = node.operands[0], b = node.operands[1];
    if (a == b || chain_[a].empty() || chain_[b].empty() || uses_[a] != 1 || uses_[b] != 1) return false;
    if (pipeline_.type(a).elem != pipeline_.type(b).elem || pipeline_.type(a).shape != pipeline_.type(b).shape) return false;
    return isTerm(b) || (isTerm(a) && !pipeline_.type(a).fallible && !pipeline_.type(b).fallible);   // the first that fails says why
  }
  void chain(const Node& node, std::vector<char>& inner) {
    ValueId a = node.operands[0], b = node.operands[1];
    inner[a] = inner[b] = 1;
    if (!isTerm(b)) std::swap(a, b);   // a sum is the same in either order of two terms
    std::vector<NodeId>& sum = chain_[node.results[0]] = std::move(chain_[a]);
    sum.push_back(chain_[b][0]);
  }

  void rewrite(const std::vector<char>& inner) {
    TableAdder tables(pipeline_);
    Rewriter rewriter(pipeline_);
    for (NodeId id = 0; id < rewriter.size(); id++) {
      const Node& node = rewriter.old(id);
      const ValueId v = node.results.empty() ? kNone : node.results[0];
      if (v != kNone && inner[v]) continue;
      if (v == kNone || chain_[v].size() < 2) {
        rewriter.keep(id);
        continue;
      }
      Joint joint(pipeline_);
      for (NodeId tree : chain_[v]) joint.append(forestOf(pipeline_, rewriter.old(tree)), rewriter.operandsNow(tree), false);
      const Node& first = rewriter.old(chain_[v][0]);
      auto op = std::make_unique<ForestNode>(first.op->as<ForestNode>());
      const Forest& forest = forestOf(pipeline_, first);
      op->result = ForestNode::sum;
      op->table.id = tables.add(std::make_unique<Forest>(joint.take(forest.targets, forest.name)));
      rewriter.replace(v, rewriter.add(std::move(op), joint.operands(), rewriter.oldValue(v).name, first.place));
    }
  }

  Pipeline& pipeline_;
  std::vector<uint32_t> uses_;
  std::vector<std::vector<NodeId>> chain_;   // of a value: the forests whose sum it is
};

// ---- vectors
class Vectors {
 public:
  explicit Vectors(Pipeline& pipeline) : pipeline_(pipeline) {}

  bool run() {
    group();
    if (groups_.empty()) return false;
    TableAdder tables(pipeline_);
    std::vector<const std::vector<NodeId>*> groupOf(pipeline_.nodes.size(), nullptr);
    for (const std::vector<NodeId>& members : groups_)
      for (NodeId id : members) groupOf[id] = &members;
    Rewriter rewriter(pipeline_);
    std::map<const std::vector<NodeId>*, ValueId> vectors;
    for (NodeId id = 0; id < rewriter.size(); id++) {
      const std::vector<NodeId>* members = groupOf[id];
      if (!members) {
        rewriter.keep(id);
        continue;
      }
      if ((*members)[0] == id) vectors[members] = join(rewriter, tables, *members);
      const ValueId v = rewriter.old(id).results[0];
      auto take = std::make_unique<Take>();
      take->at = {static_cast<uint32_t>(std::lower_bound(members->begin(), members->end(), id) - members->begin())};
      take->scalar = rewriter.oldValue(v).type.isScalar();
      rewriter.replace(v, rewriter.add(std::move(take), {vectors[members]}, rewriter.oldValue(v).name, rewriter.old(id).place));
    }
    return true;
  }

 private:
  /// Trees of one result each, over operands that are there before the first of them.
  void group() {
    std::map<Elem, std::vector<NodeId>> open;   // by element type of the result: i32 for leaves
    for (NodeId id = 0; id < pipeline_.nodes.size(); id++) {
      const Node& node = pipeline_.nodes[id];
      if (!isSound(pipeline_, node) || pipeline_.type(node.results[0]).fallible) continue;   // a vector fails whole
      const auto& op = node.op->as<ForestNode>();
      if (forestOf(pipeline_, node).roots.size() != 1 || pipeline_.type(node.results[0]).size() != 1 || op.result == ForestNode::marks) continue;
      std::vector<NodeId>& members = open[op.result == ForestNode::leaf ? Elem::i32 : op.elem];
      const bool fits = members.empty() || std::all_of(node.operands.begin(), node.operands.end(), [&](ValueId v) {
        return pipeline_.values[v].node < members[0];
      });
      if (!fits) groups_.push_back(std::move(members)), members.clear();
      members.push_back(id);
    }
    for (auto& [elem, members] : open) groups_.push_back(std::move(members));
    groups_.erase(std::remove_if(groups_.begin(), groups_.end(), [](const auto& g) { return g.size() < kFewest; }), groups_.end());
  }

  ValueId join(Rewriter& rewriter, TableAdder& tables, const std::vector<NodeId>& members) {
    Joint joint(pipeline_);
    const Node& first = rewriter.old(members[0]);
    const bool leaf = first.op->as<ForestNode>().result == ForestNode::leaf;
    for (NodeId id : members) {
      const Node& node = rewriter.old(id);
      const Forest& forest = forestOf(pipeline_, node);
      joint.append(leaf ? forest : oneWeight(forest, node.op->as<ForestNode>()), rewriter.operandsNow(id), leaf);
    }
    auto op = std::make_unique<ForestNode>(first.op->as<ForestNode>());
    op->result = leaf ? ForestNode::leaf : ForestNode::each, op->scalar = false;
    const std::string name = forestOf(pipeline_, first).name;
    op->table.id = tables.add(std::make_unique<Forest>(joint.take(1, name)));
    return rewriter.add(std::move(op), joint.operands(), rewriter.freeName(rewriter.oldValue(first.results[0]).name), first.place);
  }

  /// The tree with a leaf's result as its one weight.
  static Forest oneWeight(const Forest& from, const ForestNode& op) {
    Forest forest = from;
    forest.leafFirst = {0}, forest.leafTarget.clear(), forest.leafWeight.clear();
    for (uint32_t l = 0; l < from.leaves(); l++) {
      const uint32_t begin = from.leafFirst[l], end = op.result == ForestNode::each ? std::min(begin + 1, from.leafFirst[l + 1]) : from.leafFirst[l + 1];
      double sum = op.result == ForestNode::each && begin < end ? from.leafWeight[begin] : 0.0;
      for (uint32_t e = begin; e < end && op.result != ForestNode::each; e++)
        sum = op.elem == Elem::f32 ? static_cast<double>(static_cast<float>(sum) + static_cast<float>(from.leafWeight[e])) : sum + from.leafWeight[e];
      forest.leafWeight.push_back(sum), forest.leafFirst.push_back(l + 1);
    }
    return forest;
  }

  Pipeline& pipeline_;
  std::vector<std::vector<NodeId>> groups_;
};

}  // namespace

bool join_forests(Pipeline& pipeline) {
  const bool sums = Sums(pipeline).run();
  return Vectors(pipeline).run() || sums;
}

}  // namespace kiln::passes

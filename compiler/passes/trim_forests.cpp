// trim_forests: forests without the operands that no tree tests and the targets that nothing takes. Exporters give a binary classifier
// two targets and read one; a constant model reads a table of features. A sum that nothing takes can neither fail nor be missing
// otherwise than the others: a leaf without prediction, or one that fails, says so of all.
#include <algorithm>

#include "compiler/ir/nodes/forest.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/tables/forest.h"
#include "compiler/passes/pass.h"
#include "compiler/passes/rewriter.h"

namespace kiln::passes {

using namespace ir;

namespace {

class Trimmer {
 public:
  explicit Trimmer(Pipeline& pipeline) : pipeline_(pipeline), tables_(pipeline), taken_(pipeline.values.size()) { addUses(); }

  bool run() {
    Rewriter rewriter(pipeline_);
    std::vector<std::vector<uint32_t>> places(taken_.size());   // of an old value that was trimmed: the new place of each target
    bool changed = false;
    for (NodeId id = 0; id < rewriter.size(); id++) {
      const Node& node = rewriter.old(id);
      if (node.op->kind() == OpKind::ForestNode && trim(rewriter, id, places[node.results[0]])) {
        changed = true;
      } else if (const auto* take = node.op->to<Take>(); take && !places[node.operands[0]].empty()) {
        auto moved = std::make_unique<Take>(*take);
        for (uint32_t& at : moved->at) at = places[node.operands[0]][at] == kNone ? 0 : places[node.operands[0]][at];   // kNone: a dead one
        const ValueId result = node.results[0];
        rewriter.replace(result, rewriter.add(std::move(moved), rewriter.operandsNow(id), rewriter.oldValue(result).name, node.place));
      } else {
        rewriter.keep(id);
      }
    }
    return changed;
  }

 private:
  /// Elements of a value that are taken, or that it is used whole.
  struct Taken {
    std::vector<uint32_t> at;
    bool whole = false;
    bool any() const { return whole || !at.empty(); }
  };

  /// What nothing needs (`dead` drops it later) takes nothing.
  void addUses() {
    for (size_t id = pipeline_.nodes.size(); id-- > 0;) {
      const Node& node = pipeline_.nodes[id];
      const bool used = std::any_of(node.results.begin(), node.results.end(), [&](ValueId v) { return taken_[v].any(); });
      if (!used && isPure(*node.op)) continue;
      const auto* take = node.op->to<Take>();
      for (ValueId v : node.operands) {
        if (take && !take->at.empty()) taken_[v].at.insert(taken_[v].at.end(), take->at.begin(), take->at.end());
        else taken_[v].whole = true;
      }
    }
  }

  bool trim(Rewriter& rewriter, NodeId id, std::vector<uint32_t>& places) {
    const Node& node = rewriter.old(id);
    const auto& op = node.op->as<ForestNode>();
    const Forest& from = pipeline_.table<Forest>(op.table);
    std::vector<ValueId> operands = rewriter.operandsNow(id);
    if (!mayTrim(node, from)) return false;
    Forest forest = from;
    trimColumns(forest, operands);
    if (op.result == ForestNode::sum || op.result == ForestNode::average) trimTargets(forest, taken_[node.results[0]], places);
    if (forest.columns == from.columns && forest.targets == from.targets) return false;

    auto trimmed = std::make_unique<ForestNode>(op);
    trimmed->table.id = tables_.add(std::make_unique<Forest>(std::move(forest)));
    const std::string name = rewriter.oldValue(node.results[0]).name;
    rewriter.replace(node.results[0], rewriter.add(std::move(trimmed), std::move(operands), name, node.place));
    return true;
  }

  /// A quick look, so that forests are not copied for nothing.
  bool mayTrim(const Node& node, const Forest& forest) const {
    const Taken& taken = taken_[node.results[0]];
    if (forest.targets > 1 && !taken.whole && !taken.at.empty()) return true;
    std::vector<char> tested(forest.columns);
    for (uint32_t n = 0; n < forest.nodes(); n++)
      if (!forest.isLeaf(n)) tested[forest.column[n]] = 1;
    return std::find(tested.begin(), tested.end(), 0) != tested.end();
  }
  /// Drops operands none of whose columns is tested.
  void trimColumns(Forest& forest, std::vector<ValueId>& operands) const {
    std::vector<char> tested(forest.columns);
    for (uint32_t n = 0; n < forest.nodes(); n++)
      if (!forest.isLeaf(n)) tested[forest.column[n]] = 1;
    std::vector<uint32_t> place(forest.columns);
    std::vector<ValueId> kept;
    uint32_t column = 0, columns = 0;
    for (ValueId v : operands) {
      const uint32_t size = pipeline_.type(v).size();
      const bool keep = std::any_of(tested.begin() + column, tested.begin() + column + size, [](char t) { return t != 0; });
      for (uint32_t i = 0; i < size; i++) place[column + i] = columns + i;
      if (keep) kept.push_back(v), columns += size;
      column += size;
    }
    forest.columns = columns, operands = std::move(kept);
    for (uint32_t n = 0; n < forest.nodes(); n++)
      if (!forest.isLeaf(n)) forest.column[n] = place[forest.column[n]];
  }

  static void trimTargets(Forest& forest, const Taken& taken, std::vector<uint32_t>& places) {
    if (taken.whole || taken.at.empty()) return;
    std::vector<uint32_t> place(forest.targets, kNone);
    for (uint32_t target : taken.at) place[target] = 0;
    uint32_t targets = 0;
    for (uint32_t& p : place)
      if (p != kNone) p = targets++;
    if (targets == forest.targets) return;
    dropTargets(forest, place);
    forest.targets = targets, places = std::move(place);
  }
  /// Weights of targets without a place go.
  static void dropTargets(Forest& forest, const std::vector<uint32_t>& place) {
    std::vector<uint32_t> first = {0}, target;
    std::vector<double> weight;
    for (uint32_t l = 0; l < forest.leaves(); l++) {
      for (uint32_t e = forest.leafFirst[l]; e < forest.leafFirst[l + 1]; e++) {
        const uint32_t to = place[forest.leafTarget.empty() ? 0 : forest.leafTarget[e]];
        if (to != kNone) target.push_back(to), weight.push_back(forest.leafWeight[e]);
      }
      first.push_back(static_cast<uint32_t>(weight.size()));
    }
    if (std::all_of(target.begin(), target.end(), [](uint32_t t) { return t == 0; })) target.clear();
    forest.leafFirst = std::move(first), forest.leafTarget = std::move(target), forest.leafWeight = std::move(weight);
  }

  Pipeline& pipeline_;
  TableAdder tables_;
  std::vector<Taken> taken_;
};

}  // namespace

bool trim_forests(Pipeline& pipeline) { return Trimmer(pipeline).run(); }

}  // namespace kiln::passes

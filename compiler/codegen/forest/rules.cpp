// rules: the strategy for rule sets and a few small trees whose result is the leaf. Whatever a tree asks of one column depends only on
// where its value stands among the constants that it is compared with, so each column gives the rules that it leaves, as bits.
#include <algorithm>
#include <cmath>
#include <limits>

#include "compiler/codegen/forest/layout.h"
#include "compiler/codegen/forest/rule_lists.h"
#include "compiler/codegen/forest/strategies.h"

namespace kiln::codegen {
namespace {

using ir::Forest;
using ir::Test;

constexpr size_t kMostTrees = 16, kMostCuts = 1024;

bool hasNan(const Forest& f) {
  const auto isNan = [](double v) { return std::isnan(v); };
  return std::any_of(f.constant.begin(), f.constant.end(), isNan) || std::any_of(f.setMember.begin(), f.setMember.end(), isNan);
}

/// Of each class of a column, the rules that it leaves; empty if none of the rules asks for the column.
std::vector<uint64_t> masksOf(const Forest& f, const std::vector<TreeRule>& rules, uint32_t column, const ColumnClasses& classes, uint32_t words) {
  std::vector<uint64_t> masks(size_t{classes.count()} * words, ~uint64_t{0});
  bool asked = false;
  for (size_t r = 0; r < rules.size(); r++)
    for (const auto& [node, to] : rules[r].exits) {
      if (f.column[node] != column) continue;
      asked = true;
      for (uint32_t c = 0; c < classes.count(); c++)
        if (exitOf(f, node, classes.value(c)) != to) masks[size_t{c} * words + r / 64] &= ~(uint64_t{1} << r % 64);
    }
  return asked ? masks : std::vector<uint64_t>();
}

class Rules final : public ForestStrategy {
 public:
  const char* name() const override { return "rules"; }
  bool accepts(const ForestTask& task, const Tier&, std::string& why) const override {
    if (!isPlain(task, why)) return false;
    if (task.node.result != ir::ForestNode::leaf) why = "the result is not the leaf";
    else if (task.forest.roots.empty() || task.forest.roots.size() > kMostTrees) why = "no tree, or more than 16";
    else if (hasNan(task.forest)) why = "a constant is NaN";
    else if (forestRules(task).empty()) why = "a tree of more than 128 rules";
    else if (shape(task).cuts > kMostCuts || shape(task).columns > kernel::kRuleColumns) why = "too many constants, or columns";
    return why.empty();
  }
  double cost(const ForestTask& task, const Tier&) const override { return nanoseconds(task); }
  std::optional<double> rowCost(const ForestTask& task, const Tier&) const override { return nanoseconds(task); }
  void lower(const ForestTask& task, NodeEmitter& emit) const override {
    emit.callColumns("forest_rules", emit.once<kernel::ForestRules>("rules", [&] { return put(task, emit); }));
  }

 private:
  struct Shape {
    size_t columns = 0, cuts = 0, ordered = 0;
  };
  static Shape shape(const ForestTask& task) {
    Shape s;
    for (const ColumnClasses& column : columnClasses(task))
      s.columns += column.tested, s.cuts += column.cuts.size(), s.ordered += column.tested && !column.codes;
    return s;
  }
  static double nanoseconds(const ForestTask& task) {
    const Shape s = shape(task);
    const double trees = static_cast<double>(task.forest.roots.size());
    return 6 + 4.5 * static_cast<double>(s.columns) + static_cast<double>(s.ordered) + trees;
  }
  static kernel::ForestRules put(const ForestTask& task, NodeEmitter& emit) {
    const Forest& f = task.forest;
    const std::vector<ColumnClasses> classes = columnClasses(task);
    std::vector<kernel::RuleColumn> columns;
    std::vector<uint32_t> number(classes.size());
    for (uint32_t c = 0; c < classes.size(); c++) {
      if (!classes[c].tested) continue;
      number[c] = static_cast<uint32_t>(columns.size());
      std::vector<double> cuts = classes[c].cuts;
      cuts.resize(cuts.size() + 8, std::numeric_limits<double>::quiet_NaN());   // no value is above, or equal
      const uint32_t at = classes[c].codes ? static_cast<uint32_t>(kernel::kNone) : emit.blob("forest.rule_cuts", cuts);
      columns.push_back({c, columnStorage(task.columns[c]), classes[c].numbers(), at});
    }
    std::vector<kernel::RuleTree> trees;
    std::vector<kernel::RuleTable> tables;
    std::vector<int32_t> leaves;
    for (const std::vector<TreeRule>& rules : forestRules(task)) {
      const auto words = static_cast<uint32_t>((rules.size() + 63) / 64), first = static_cast<uint32_t>(tables.size());
      for (uint32_t c = 0; c < classes.size(); c++)
        if (const auto masks = masksOf(f, rules, c, classes[c], words); !masks.empty()) tables.push_back({number[c], emit.blob("forest.rule_bits", masks)});
      trees.push_back({first, static_cast<uint32_t>(tables.size()) - first, words, static_cast<uint32_t>(leaves.size())});
      for (const TreeRule& rule : rules) leaves.push_back(static_cast<int32_t>(rule.leaf));
    }
    kernel::ForestRules p{};
    p.columns = emit.blob("forest.rule_columns", columns), p.column_count = static_cast<uint32_t>(columns.size());
    p.trees = emit.blob("forest.rule_trees", trees), p.tree_count = static_cast<uint32_t>(trees.size());
    p.tables = emit.blob("forest.rule_tables", tables), p.leaves = emit.blob("forest.rule_leaves", leaves);
    return p;
  }
};

}  // namespace

const ForestStrategy& rulesStrategy() {
  static const Rules strategy;
  return strategy;
}

}  // namespace kiln::codegen

// Trees as rules: their paths, or, where the exits of a conjunction lead to one place, the list of conjunctions that a rule set is.
#include "compiler/codegen/forest/rule_lists.h"

#include <algorithm>
#include <optional>

#include "compiler/codegen/forest/layout.h"
#include "compiler/codegen/forest/study.h"

namespace kiln::codegen {

using ir::Forest;
using ir::Test;
using Rules = std::vector<TreeRule>;

namespace {

constexpr double kMostCode = 1024;
constexpr size_t kMostTests = 64;       // of a rule
constexpr uint32_t kMostNodes = 4096;   // of all trees: who has more is not short

/// Where a node leads, each place once.
struct Ways {
  uint32_t count, way[3];
};
Ways waysOf(const Forest& f, uint32_t n) {
  Ways ways{0, {}};
  for (const uint32_t to : {Forest::target(f.yes[n]), Forest::target(f.no[n]), missingExit(f, n)})
    if (std::find(ways.way, ways.way + ways.count, to) == ways.way + ways.count) ways.way[ways.count++] = to;
  return ways;
}
/// Reads a tree as the rule set that it was made from. Exits of a rule that does not hold lead to the next one, or, where a pass has
/// led them past tests that they decide, to where the next one leads whoever takes them.
class ListReader {
 public:
  ListReader(const Forest& f, const std::vector<ColumnClasses>& columns) : f_(f), columns_(columns), come_(f.nodes()) {
    size_t classes = 0;
    for (uint32_t n = 0; n < f.nodes(); n++) classes += f.isLeaf(n) ? 0 : columns[f.column[n]].count();
    if (!works(classes)) work_ = 0;
    else findWhoComes();
  }

  std::optional<Rules> read(uint32_t root) {
    Rules rules;
    uint32_t at = root;
    while (!f_.isLeaf(at))
      if (!readRule(at, rules)) return std::nullopt;
    rules.push_back({{}, f_.yes[at]});
    return rules.size() <= kMostRules ? std::optional(std::move(rules)) : std::nullopt;
  }

 private:
  using Exit = std::pair<uint32_t, uint32_t>;
  struct Other {
    Exit exit;      // that ends a rule
    size_t before;  // tests of the rule before it
  };

  /// Appends the conjunction that begins at `at`, which becomes the first node of the next.
  bool readRule(uint32_t& at, Rules& rules) {
    const Ways ways = waysOf(f_, at);
    for (uint32_t w = 0; w < ways.count; w++)
      if (readRule(at, ways.way[w], rules)) return true;
    return false;
  }
  /// The same, if it begins with going from `at` to `on`.
  bool readRule(uint32_t& at, uint32_t on, Rules& rules) {
    TreeRule rule;
    std::vector<Other> others;
    uint32_t n = at, last = at;
    while (true) {
      const Ways ways = waysOf(f_, n);
      last = n;
      for (uint32_t w = 0; w < ways.count; w++)
        if (ways.way[w] != on) others.push_back({{n, ways.way[w]}, rule.exits.size()});
      if (ways.count > 1) rule.exits.emplace_back(n, on);
      n = on;
      if (f_.isLeaf(n)) break;
      if (rule.exits.size() == kMostTests) return false;
      on = wayOn(n, others);
    }
    rule.leaf = f_.yes[n];
    uint32_t next = others.empty() ? n : others.back().exit.second;
    for (const Other& other : others)
      if (f_.isLeaf(next) || (!f_.isLeaf(other.exit.second) && other.exit.second < next)) next = other.exit.second;
    if (!f_.isLeaf(next) && next <= last) return false;   // who comes by a node must be known before its rule is read
    const size_t kept = rules.size();
    for (const Other& other : others)
      if (!leadsOn(next, other.exit) && !endsThere(rule, other, rules)) return rules.resize(kept), false;
    if (!others.empty()) rules.push_back(std::move(rule));
    at = next;
    return rules.size() < kMostRules;
  }
  /// What leads to a leaf of its own, past all that follows, is a rule before it.
  bool endsThere(const TreeRule& rule, const Other& other, Rules& rules) const {
    if (!f_.isLeaf(other.exit.second)) return false;
    rules.push_back({{rule.exits.begin(), rule.exits.begin() + static_cast<std::ptrdiff_t>(other.before)}, f_.yes[other.exit.second]});
    rules.back().exits.push_back(other.exit);
    return true;
  }
  /// The way on through a rule: not where exits before lead; to its leaf, else to its next test, which stands before those of later rules.
  uint32_t wayOn(uint32_t n, const std::vector<Other>& others) const {
    const auto leaves = [&](uint32_t to) { return std::any_of(others.begin(), others.end(), [&](const Other& o) { return o.exit.second == to; }); };
    const uint32_t yes = Forest::target(f_.yes[n]), no = Forest::target(f_.no[n]);
    if (leaves(no) && !leaves(yes)) return yes;
    if (leaves(yes) && !leaves(no)) return no;
    if (f_.isLeaf(yes) || f_.isLeaf(no)) return f_.isLeaf(yes) ? yes : no;
    return std::min({yes, no, missingExit(f_, n)});
  }
  /// Whether from `at` on all values that take the exit come to where it leads, by tests of their column alone. As rules they come by.
  bool leadsOn(uint32_t at, const Exit& exit) {
    if (at == exit.second) return true;
    const uint32_t column = f_.column[exit.first];
    const ColumnClasses& all = columns_[column];
    std::vector<uint32_t> classes;
    if (!works(all.count())) return false;
    for (uint32_t c = 0; c < all.count(); c++)
      if (come_[exit.first][c] && exitOf(f_, exit.first, all.value(c)) == exit.second) classes.push_back(c);
    if (classes.empty()) return true;
    while (at < exit.second) {
      if (f_.isLeaf(at) || f_.column[at] != column || !works(classes.size())) return false;
      const uint32_t to = exitOf(f_, at, all.value(classes[0]));
      for (const uint32_t c : classes) {
        if (exitOf(f_, at, all.value(c)) != to) return false;
        come_[at][c] = true;
      }
      at = to;
    }
    return at == exit.second;
  }
  /// Of each node, the classes of its column with which rows can come to it: those that the tests of the column right before it let by.
  void findWhoComes() {
    for (uint32_t n = 0; n < f_.nodes(); n++)
      if (!f_.isLeaf(n)) come_[n].resize(columns_[f_.column[n]].count());
    for (const uint32_t root : f_.roots) come_[root].assign(come_[root].size(), true);
    for (uint32_t n = 0; n < f_.nodes(); n++)   // parents stand before children
      for (uint32_t c = 0; c < come_[n].size(); c++) {
        if (!come_[n][c]) continue;
        const uint32_t to = exitOf(f_, n, columns_[f_.column[n]].value(c));
        if (f_.isLeaf(to)) continue;
        if (f_.column[to] == f_.column[n]) come_[to][c] = true;
        else if (!all_[to]) come_[to].assign(come_[to].size(), true), all_[to] = true;
      }
  }
  bool works(size_t values) { return work_ >= values && (work_ -= values, true); }

  const Forest& f_;
  const std::vector<ColumnClasses>& columns_;
  std::vector<std::vector<bool>> come_;
  std::vector<bool> all_ = std::vector<bool>(come_.size());
  size_t work_ = 1u << 22;   // values followed, of all rules: none that is a list needs as many
};

/// Every path; only one of them holds.
std::optional<Rules> pathsOf(const Forest& f, uint32_t root) {
  struct Step {
    uint32_t node;
    size_t depth;   // exits before it
    std::pair<uint32_t, uint32_t> exit;
  };
  Rules rules;
  TreeRule path;
  std::vector<Step> stack = {{root, 0, {0, 0}}};
  while (!stack.empty()) {
    const Step step = stack.back();
    stack.pop_back();
    if (step.depth > 0) path.exits.resize(step.depth - 1), path.exits.push_back(step.exit);
    if (f.isLeaf(step.node)) {
      if (rules.size() == kMostRules) return std::nullopt;
      path.leaf = f.yes[step.node], rules.push_back(path);
      continue;
    }
    const Ways ways = waysOf(f, step.node);
    for (uint32_t w = 0; w < ways.count; w++) stack.push_back({ways.way[w], step.depth + 1, {step.node, ways.way[w]}});
  }
  return rules;
}

std::vector<Rules> rulesOf(const ForestTask& task) {
  const Forest& f = task.forest;
  std::vector<Rules> trees;
  if (f.nodes() > kMostNodes) return trees;
  const std::vector<ColumnClasses> columns = columnClasses(task);
  ListReader reader(f, columns);
  for (const uint32_t root : f.roots) {
    std::optional<Rules> list = reader.read(root), paths = list && list->size() <= 8 ? std::nullopt : pathsOf(f, root);
    if (!list && !paths) return {};
    trees.push_back(!list || (paths && paths->size() < list->size()) ? std::move(*paths) : std::move(*list));
  }
  return trees;
}

}  // namespace

std::vector<ColumnClasses> columnClasses(const ForestTask& task) {
  const Forest& f = task.forest;
  std::vector<ColumnClasses> columns(task.columns.size());
  for (uint32_t n = 0; n < f.nodes(); n++) {
    if (f.isLeaf(n)) continue;
    ColumnClasses& column = columns[f.column[n]];
    column.tested = true;
    const Test test = static_cast<Test>(f.test[n]);
    if (test == Test::isMissing) continue;
    if (test == Test::inSet) {
      const auto members = f.setMember.begin();
      column.cuts.insert(column.cuts.end(), members + f.setFirst[f.set[n]], members + f.setFirst[f.set[n] + 1]);
    } else {
      column.cuts.push_back(f.constant[n]);
    }
    if (test != Test::inSet && test != Test::equal && test != Test::notEqual) column.codes = false;
  }
  for (size_t c = 0; c < columns.size(); c++) {
    std::vector<double>& cuts = columns[c].cuts;
    std::sort(cuts.begin(), cuts.end());
    cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
    const uint32_t storage = columnStorage(task.columns[c]);
    const bool code = std::all_of(cuts.begin(), cuts.end(), [](double v) { return v >= 0 && v < kMostCode && v == std::trunc(v); });
    if (!code || (storage != kernel::kColumnI32 && storage != kernel::kColumnBool)) columns[c].codes = false;
  }
  return columns;
}

uint32_t exitOf(const Forest& f, uint32_t n, double value) {
  if (std::isnan(value)) return missingExit(f, n);
  return Forest::target(f.passes(n, value) ? f.yes[n] : f.no[n]);
}

const std::vector<Rules>& forestRules(const ForestTask& task) {
  return known(task.study->rules, [&] { return rulesOf(task); });
}

}  // namespace kiln::codegen

// thread_forests: exits of trees past the tests that they have decided. A document says "a < x and x < b", interval after interval, and
// "x is missing" last; whoever comes from "not x < a" need not ask whether a < x, and whoever came without a value goes to the end at
// once. What nothing leads to any more goes. Chains become as short as the trees that they were made from.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "compiler/ir/tables/forest.h"
#include "compiler/passes/pass.h"
#include "compiler/passes/rewriter.h"

namespace kiln::passes {

using namespace ir;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int kMostSteps = 64;   // along one exit: keeps the work linear

/// What is known of a column's value behind an exit.
struct Fact {
  bool missing = false;                       ///< or NaN; else a value in the interval
  double low = -kInfinity, high = kInfinity;
  bool lowOpen = false, highOpen = false;
  std::optional<double> not_;                 ///< a value that it is not

  bool isPoint() const { return low == high; }
  bool excludes(double v) const {
    return v < low || v > high || (v == low && lowOpen) || (v == high && highOpen) || not_ == v;
  }
  void atLeast(double v, bool open) {
    if (v > low || (v == low && open)) low = v, lowOpen = open;
  }
  void atMost(double v, bool open) {
    if (v < high || (v == high && open)) high = v, highOpen = open;
  }
  /// No value is so: nothing takes this exit.
  bool isEmpty() const { return !missing && (low > high || (low == high && (lowOpen || highOpen))); }
};

enum class Exit { yes, no, missing };

Test testOf(const Forest& f, uint32_t n) { return static_cast<Test>(f.test[n]); }

/// `fact` and what exit `exit` of node n says of its column.
Fact narrowed(const Forest& f, uint32_t n, Exit exit, Fact fact) {
  const double c = f.constant[n];
  const Test test = testOf(f, n);
  if (exit == Exit::missing || (test == Test::isMissing && exit == Exit::yes)) return Fact{.missing = true, .not_ = {}};
  fact.missing = false;
  const bool yes = exit == Exit::yes;
  switch (test) {
    case Test::less: yes ? fact.atMost(c, true) : fact.atLeast(c, false); break;
    case Test::lessOrEqual: yes ? fact.atMost(c, false) : fact.atLeast(c, true); break;
    case Test::greater: yes ? fact.atLeast(c, true) : fact.atMost(c, false); break;
    case Test::greaterOrEqual: yes ? fact.atLeast(c, false) : fact.atMost(c, true); break;
    case Test::equal:
    case Test::notEqual:
      if (yes == (test == Test::equal)) fact.atLeast(c, false), fact.atMost(c, false);
      else fact.not_ = c;
      break;
    default: break;   // sets say only that there is a value
  }
  return fact;
}

/// Whether every value that is so passes the test of node n (yes), or none does (no); nothing if some do.
std::optional<bool> passes(const Forest& f, uint32_t n, const Fact& fact) {
  const double c = f.constant[n];
  const auto either = [](bool all, bool none) { return all ? std::optional(true) : none ? std::optional(false) : std::nullopt; };
  const bool below = fact.high < c || (fact.high == c && fact.highOpen), notAbove = fact.high <= c;
  const bool above = fact.low > c || (fact.low == c && fact.lowOpen), notBelow = fact.low >= c;
  switch (testOf(f, n)) {
    case Test::less: return either(below, notBelow);
    case Test::lessOrEqual: return either(notAbove, above);
    case Test::greater: return either(above, notAbove);
    case Test::greaterOrEqual: return either(notBelow, below);
    case Test::equal: return either(fact.isPoint() && fact.low == c, fact.excludes(c));
    case Test::notEqual: return either(fact.excludes(c), fact.isPoint() && fact.low == c);
    case Test::inSet: {
      if (fact.isPoint()) return f.passes(n, fact.low);
      const auto begin = f.setMember.begin() + f.setFirst[f.set[n]], end = f.setMember.begin() + f.setFirst[f.set[n] + 1];
      const auto first = std::lower_bound(begin, end, fact.low);   // members ascend
      if (first == end || *first > fact.high) return false;
      return std::nullopt;
    }
    case Test::isMissing: return false;
    case Test::leaf: break;
  }
  return std::nullopt;
}

class Threader {
 public:
  explicit Threader(Forest& forest) : f_(forest), incoming_(forest.nodes()), known_(forest.nodes()), missingEnd_(forest.nodes()) {}

  bool run() {
    for (uint32_t n = 0; n < f_.nodes(); n++)
      if (!f_.isLeaf(n) && ((f_.yes[n] | f_.no[n] | f_.missing[n]) & Forest::kMarked)) return false;   // every exit counts
    findMissingEnds();
    for (const uint32_t root : f_.roots) incoming_[root] = 2;   // of a root nothing is known
    // Parents stand before children, so that all that leads to a node is settled when it is reached.
    for (uint32_t n = 0; n < f_.nodes(); n++) {
      if (incoming_[n] == 0 || f_.isLeaf(n)) continue;
      const Fact before = incoming_[n] == 1 && known_[n].column == f_.column[n] ? known_[n].fact : Fact();
      thread(n, Exit::yes, f_.yes[n], before), thread(n, Exit::no, f_.no[n], before);
      if (testOf(f_, n) == Test::isMissing) f_.missing[n] = f_.no[n];   // never taken
      else thread(n, Exit::missing, f_.missing[n], before);
    }
    return dropUnreached() || changed_;
  }

 private:
  struct Known {
    uint32_t column = kNone;
    Fact fact;
  };

  /// Where a row without a value of a node's column ends, past all tests of the column that follow.
  void findMissingEnds() {
    for (uint32_t n = f_.nodes(); n-- > 0;) {
      missingEnd_[n] = n;
      if (f_.isLeaf(n)) continue;
      const uint32_t next = testOf(f_, n) == Test::isMissing ? f_.yes[n] : f_.missing[n];
      missingEnd_[n] = !f_.isLeaf(next) && f_.column[next] == f_.column[n] ? missingEnd_[next] : next;
    }
  }

  void thread(uint32_t n, Exit exit, uint32_t& target, const Fact& before) {
    const Fact fact = narrowed(f_, n, exit, before);
    const uint32_t end = fact.isEmpty() || std::isnan(f_.constant[n]) ? target : follow(n, target, fact);
    changed_ |= end != target;
    target = end;
    if (incoming_[end] < 2) incoming_[end]++;
    known_[end] = {f_.column[n], fact};
  }
  uint32_t follow(uint32_t n, uint32_t target, const Fact& fact) const {
    const auto same = [&](uint32_t t) { return !f_.isLeaf(t) && f_.column[t] == f_.column[n]; };
    if (fact.missing) return same(target) ? missingEnd_[target] : target;
    for (int step = 0; step < kMostSteps && same(target); step++) {
      const auto yes = passes(f_, target, fact);
      if (!yes) break;
      target = *yes ? f_.yes[target] : f_.no[target];
    }
    return target;
  }

  /// Nodes that nothing leads to any more; leaves keep their numbers.
  bool dropUnreached() {
    std::vector<uint32_t> place(f_.nodes());
    uint32_t kept = 0;
    for (uint32_t n = 0; n < f_.nodes(); n++) place[n] = kept, kept += incoming_[n] != 0;
    if (kept == f_.nodes()) return false;
    for (uint32_t n = 0; n < f_.nodes(); n++) {
      if (incoming_[n] == 0) continue;
      const uint32_t to = place[n];
      const bool leaf = f_.isLeaf(n);
      f_.yes[to] = leaf ? f_.yes[n] : place[f_.yes[n]];
      f_.no[to] = leaf ? 0 : place[f_.no[n]], f_.missing[to] = leaf ? 0 : place[f_.missing[n]];
      f_.test[to] = f_.test[n], f_.column[to] = f_.column[n], f_.constant[to] = f_.constant[n];
      if (!f_.set.empty()) f_.set[to] = f_.set[n];
      if (n < f_.line.size()) f_.line[to] = f_.line[n];
    }
    for (uint32_t& root : f_.roots) root = place[root];
    f_.test.resize(kept), f_.column.resize(kept), f_.constant.resize(kept);
    f_.yes.resize(kept), f_.no.resize(kept), f_.missing.resize(kept);
    if (!f_.set.empty()) f_.set.resize(kept);
    if (!f_.line.empty()) f_.line.resize(std::min<size_t>(f_.line.size(), kept));
    return true;
  }

  Forest& f_;
  std::vector<uint8_t> incoming_;   ///< exits that lead to a node: 0, 1, 2 for more
  std::vector<Known> known_;        ///< behind the exit that came last
  std::vector<uint32_t> missingEnd_;
  bool changed_ = false;
};

}  // namespace

bool thread_forests(Pipeline& pipeline) {
  bool changed = false;
  for (auto& table : pipeline.tables)
    if (table->kind() == TableKind::Forest) changed |= Threader(table->as<Forest>()).run();
  if (!changed) return false;
  Rewriter rewriter(pipeline);   // a leaf that fails, or predicts nothing, may be out of reach now: types follow
  for (NodeId id = 0; id < rewriter.size(); id++) rewriter.keep(id);
  return true;
}

}  // namespace kiln::passes

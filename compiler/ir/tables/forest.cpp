// Building forests, and their invariants.
#include "compiler/ir/tables/forest.h"

#include <algorithm>
#include <cstring>

#include "compiler/ir/tables/checks.h"

namespace kiln::ir {

bool Forest::reaches(LeafKind kind) const {
  if (leafKind.empty()) return kind == plain;
  for (uint32_t n = 0; n < nodes(); n++)
    if (isLeaf(n) && yes[n] < leafKind.size() && leafKind[yes[n]] == kind) return true;   // not verified yet
  return false;
}

bool Forest::passes(uint32_t node, double value) const {
  const double c = constant[node];
  switch (static_cast<Test>(test[node])) {
    case Test::less: return value < c;
    case Test::lessOrEqual: return value <= c;
    case Test::greater: return value > c;
    case Test::greaterOrEqual: return value >= c;
    case Test::equal: return value == c;
    case Test::notEqual: return value != c;
    case Test::inSet: return std::binary_search(setMember.begin() + setFirst[set[node]], setMember.begin() + setFirst[set[node] + 1], value);
    case Test::isMissing:
    case Test::leaf: break;
  }
  return false;
}

uint32_t Forest::addNode(Test t, uint32_t col, double value, uint32_t sourceLine) {
  uint32_t node = nodes();
  test.push_back(static_cast<uint8_t>(t)), column.push_back(col), constant.push_back(value);
  yes.push_back(0), no.push_back(0), missing.push_back(0);
  if (!set.empty()) set.push_back(0);
  if (!line.empty() || sourceLine) line.resize(node), line.push_back(sourceLine);
  return node;
}

uint32_t Forest::addSetNode(uint32_t col, uint32_t setIndex, uint32_t sourceLine) {
  uint32_t node = addNode(Test::inSet, col, 0, sourceLine);
  set.resize(nodes());
  set[node] = setIndex;
  return node;
}

uint32_t Forest::addLeafNode(uint32_t leafIndex, uint32_t sourceLine) {
  uint32_t node = addNode(Test::leaf, 0, 0, sourceLine);
  yes[node] = leafIndex;
  return node;
}

uint32_t Forest::addLeaf(LeafKind kind) {
  if (leafFirst.empty()) leafFirst.push_back(0);
  uint32_t leafIndex = leaves();
  leafFirst.push_back(static_cast<uint32_t>(leafWeight.size()));
  if (!leafKind.empty() || kind != plain) leafKind.resize(leafIndex), leafKind.push_back(kind);
  return leafIndex;
}

void Forest::addWeight(uint32_t targetIndex, double weight) {
  if (!leafTarget.empty() || targetIndex) leafTarget.resize(leafWeight.size()), leafTarget.push_back(targetIndex);
  leafWeight.push_back(weight);
  leafFirst.back()++;
}

static uint64_t hashMembers(const double* members, size_t count) {
  uint64_t hash = count;
  for (size_t i = 0; i < count; i++) {
    uint64_t bits;
    std::memcpy(&bits, members + i, sizeof bits);
    hash = (hash ^ bits) * 0xff51afd7ed558ccdull;
    hash ^= hash >> 32;
  }
  return hash;
}

uint32_t Forest::addSet(std::vector<double> members) {
  for (double& m : members)
    if (m == 0) m = 0;  // -0 equals 0
  std::sort(members.begin(), members.end());
  members.erase(std::unique(members.begin(), members.end()), members.end());
  if (setFirst.empty()) setFirst.push_back(0);
  for (auto s = static_cast<uint32_t>(setsByHash_.size()); s + 1 < setFirst.size(); s++)
    setsByHash_.emplace(hashMembers(&setMember[setFirst[s]], setFirst[s + 1] - setFirst[s]), s);

  uint64_t hash = hashMembers(members.data(), members.size());
  auto [begin, end] = setsByHash_.equal_range(hash);
  for (auto it = begin; it != end; ++it)
    if (std::equal(members.begin(), members.end(), setMember.begin() + setFirst[it->second],
                   setMember.begin() + setFirst[it->second + 1]))
      return it->second;
  auto index = static_cast<uint32_t>(setFirst.size() - 1);
  setMember.insert(setMember.end(), members.begin(), members.end());
  setFirst.push_back(static_cast<uint32_t>(setMember.size()));
  setsByHash_.emplace(hash, index);
  return index;
}

// verify, in parts. `at` names a node in a message.

static std::string at(uint32_t node) { return "node " + std::to_string(node) + ": "; }

/// A ragged array: `first` runs from 0 to `total` and never descends.
static bool ragged(Checks& checks, const std::vector<uint32_t>& first, size_t total, const char* name) {
  bool ok = first.empty() ? total == 0
                          : first.front() == 0 && first.back() == total && std::is_sorted(first.begin(), first.end());
  return checks.expect(ok, [&] { return std::string(name) + " does not ascend from 0 to " + std::to_string(total); });
}

static void verifySets(const Forest& f, Checks& checks) {
  if (!ragged(checks, f.setFirst, f.setMember.size(), "set_first")) return;
  for (size_t s = 0; s + 1 < f.setFirst.size(); s++)
    for (uint32_t i = f.setFirst[s]; i < f.setFirst[s + 1]; i++) {
      bool ascends = !std::isnan(f.setMember[i]) && (i == f.setFirst[s] || f.setMember[i - 1] < f.setMember[i]);
      checks.expect(ascends, [&] { return "set " + std::to_string(s) + " does not ascend"; });
    }
}

static void verifyLeaves(const Forest& f, Checks& checks) {
  ragged(checks, f.leafFirst, f.leafWeight.size(), "leaf_first");
  checks.expect(f.leafTarget.empty() || f.leafTarget.size() == f.leafWeight.size(),
                [] { return "leaf_target is not as long as leaf_weight"; });
  checks.expect(f.leafKind.empty() || f.leafKind.size() == f.leaves(),
                [] { return "leaf_kind is not as long as there are leaves"; });
  for (uint32_t target : f.leafTarget)
    checks.expect(target < f.targets, [&] {
      return "a leaf adds to target " + std::to_string(target) + " of " + std::to_string(f.targets);
    });
  for (uint8_t kind : f.leafKind)
    checks.expect(kind <= Forest::fail, [&] { return "leaf kind " + std::to_string(kind) + " is unknown"; });
}

static void verifyNode(const Forest& f, uint32_t n, uint32_t treeEnd, Checks& checks) {
  auto test = static_cast<Test>(f.test[n]);
  if (!checks.expect(test <= Test::leaf, [&] { return at(n) + "test " + std::to_string(f.test[n]) + " is unknown"; }))
    return;
  bool inSet = test == Test::inSet;
  uint32_t set = f.set.empty() ? 0 : f.set[n];
  if (inSet)
    checks.expect(!f.set.empty() && size_t{set} + 1 < f.setFirst.size(),
                  [&] { return at(n) + "there is no set " + std::to_string(set); });
  else
    checks.expect(set == 0, [&] { return at(n) + "has a set, but its test is not inSet"; });
  if (test == Test::leaf) {
    checks.expect(f.yes[n] < f.leaves(), [&] { return at(n) + "there is no leaf " + std::to_string(f.yes[n]); });
    checks.expect(f.column[n] == 0 && f.no[n] == 0 && f.missing[n] == 0,
                  [&] { return at(n) + "a leaf has no column and no exits"; });
  } else {
    checks.expect(f.column[n] < f.columns, [&] { return at(n) + "there is no column " + std::to_string(f.column[n]); });
    auto exits = [&](const char* name, uint32_t exit) {
      uint32_t target = Forest::target(exit);
      checks.expect(target > n && target < treeEnd, [&] {
        return at(n) + "exit '" + name + "' leads to " + std::to_string(target) + ", expected a later node of the tree";
      });
    };
    exits("yes", f.yes[n]), exits("no", f.no[n]);
    if (test != Test::isMissing || f.missing[n] != 0) exits("missing", f.missing[n]);
  }
  if (inSet || test == Test::leaf || test == Test::isMissing)
    checks.expect(f.constant[n] == 0 && !std::signbit(f.constant[n]),
                  [&] { return at(n) + "has a constant, which its test does not take"; });
  else
    checks.expect(!std::isnan(f.constant[n]), [&] { return at(n) + "its constant is nan"; });
}

void Forest::verify(const Pipeline&, std::vector<std::string>& problems) const {
  Checks checks(problems);
  size_t n = test.size();
  if (!checks.expect(n < kMarked, [] { return "has too many nodes"; })) return;
  bool equal = column.size() == n && constant.size() == n && yes.size() == n && no.size() == n && missing.size() == n &&
               (set.empty() || set.size() == n) && (line.empty() || line.size() == n);
  if (!checks.expect(equal, [] { return "its arrays of nodes differ in length"; })) return;
  checks.expect(targets > 0, [] { return "has no target"; });
  verifySets(*this, checks), verifyLeaves(*this, checks);

  checks.expect(!roots.empty() && roots[0] == 0, [] { return "its first tree does not begin at node 0"; });
  for (size_t t = 0; t < roots.size(); t++) {
    uint32_t begin = roots[t], end = t + 1 < roots.size() ? roots[t + 1] : nodes();
    if (!checks.expect(begin < end && end <= n,
                       [&] { return "tree " + std::to_string(t) + " has no nodes, or trees are out of order"; }))
      return;
    for (uint32_t node = begin; node < end; node++) verifyNode(*this, node, end, checks);
  }
}

}  // namespace kiln::ir

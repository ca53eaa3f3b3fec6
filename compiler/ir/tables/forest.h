// forest: decision trees as one table. PMML trees, tree ensembles, rule lists and scorecard characteristics all become one.
#pragma once
#include <unordered_map>

#include "compiler/ir/table.h"

namespace kiln::ir {

/// A test of one column against a constant. Column c is operand c of the `forest` node.
enum class Test : uint8_t { less, lessOrEqual, greater, greaterOrEqual, equal, notEqual, inSet, isMissing, leaf };

/// Nodes stand in arrays of equal length, tree after tree, parents before children. An exit (yes, no, missing) is the index
/// of a node, with kMarked set where taking it counts as one missing level (`forest` result `marks`). Trees are DAGs: a node
/// may have several parents inside its tree.
///   test less .. notEqual   constant[n]: numbers for f64, f32, i64, i32, bool and date columns (an i64 beyond 2^53 is refused
///                           by the frontends; columns are compared as doubles), the code for cat columns (equal, notEqual; order if the dict is ordered)
///   test inSet              set[n]: index of a set. A code of a cat column, or a value of a number column
///   test isMissing          takes yes (missing, or NaN) or no, never the exit missing
///   test leaf               leaf[n]: index of a leaf
/// A missing element, and a NaN, takes the exit `missing` of every other test; a failed column fails the result if the row's
/// path tests it.
struct Forest final : TableBase<Forest, TableKind::Forest> {
  static constexpr uint32_t kMarked = 0x80000000u;

  uint32_t columns = 0;
  uint32_t targets = 1;             ///< K: length of the result `sum`
  std::vector<uint32_t> roots;      ///< node of each tree
  std::vector<uint8_t> test;        ///< enum Test
  std::vector<uint32_t> column;     ///< of leaves: 0
  std::vector<double> constant;     ///< of leaves and inSet: 0
  std::vector<uint32_t> yes, no, missing;  ///< exits; of leaves `yes` is the leaf's index, of inSet nodes see `set`
  std::vector<uint32_t> set;        ///< of inSet nodes: index of the set; empty if no node is inSet
  std::vector<uint32_t> line;       ///< provenance: line of the source, may be empty
  // Sets: members of set s are setMember[setFirst[s] .. setFirst[s + 1]), ascending.
  std::vector<uint32_t> setFirst;
  std::vector<double> setMember;
  // Leaves: leaf l adds leafWeight[e] to target leafTarget[e] for e in leafFirst[l] .. leafFirst[l + 1).
  std::vector<uint32_t> leafFirst;
  std::vector<uint32_t> leafTarget;  ///< empty: every entry is of target 0
  std::vector<double> leafWeight;    ///< f32 forests: exact in double
  std::vector<uint8_t> leafKind;     ///< enum LeafKind; empty: all are plain

  enum LeafKind : uint8_t { plain, noPrediction /* the result is missing */, fail /* the result fails UNDEFINED */ };

  void fields(FieldVisitor& f) override {
    f.field("columns", columns), f.field("targets", targets), f.field("roots", roots), f.field("test", test);
    f.field("column", column), f.field("constant", constant), f.field("yes", yes), f.field("no", no);
    f.field("missing", missing), f.field("set", set), f.field("line", line), f.field("set_first", setFirst);
    f.field("set_member", setMember), f.field("leaf_first", leafFirst), f.field("leaf_target", leafTarget);
    f.field("leaf_weight", leafWeight), f.field("leaf_kind", leafKind);
  }
  void verify(const Pipeline& pipeline, std::vector<std::string>& problems) const override;

  uint32_t nodes() const { return static_cast<uint32_t>(test.size()); }
  uint32_t leaves() const { return leafFirst.empty() ? 0 : static_cast<uint32_t>(leafFirst.size()) - 1; }
  static uint32_t target(uint32_t exit) { return exit & ~kMarked; }
  /// What a test says of a value that is there and no NaN; isMissing says no.
  bool passes(uint32_t node, double value) const;
  /// Whether a node is a leaf of this kind; there may be leaves that no node is.
  bool reaches(LeafKind kind) const;
  bool isLeaf(uint32_t node) const { return test[node] == static_cast<uint8_t>(Test::leaf); }

  // Building, in any order of nodes within a tree as long as parents come before children at the end.
  uint32_t addNode(Test t, uint32_t col, double value, uint32_t sourceLine);  ///< exits are set afterwards
  uint32_t addSetNode(uint32_t col, uint32_t setIndex, uint32_t sourceLine);
  uint32_t addLeafNode(uint32_t leafIndex, uint32_t sourceLine);
  uint32_t addLeaf(LeafKind kind = plain);                                     ///< then addWeight for it
  void addWeight(uint32_t targetIndex, double weight);                         ///< to the leaf added last
  uint32_t addSet(std::vector<double> members);                                ///< equal sets are shared

 private:
  std::unordered_multimap<uint64_t, uint32_t> setsByHash_;  // of the first setsByHash_.size() sets
};

}  // namespace kiln::ir

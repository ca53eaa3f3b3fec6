// Forests: tests, exits, leaves and results, over hand-made trees.
#include "tests/unit/nodes_testing.h"

namespace kiln::ir {

struct Trees : Bench {
  Forest forest;

  uint32_t leaf(double weight) {
    const uint32_t l = forest.addLeaf();
    forest.addWeight(0, weight);
    return forest.addLeafNode(l, 0);
  }
  /// A tree of one test: 1 for yes, 2 for no, 3 for missing.
  void stump(ir::Test test, double constant, uint32_t column = 0) {
    const uint32_t n = forest.addNode(test, column, constant, 0);
    forest.roots.push_back(n);
    const uint32_t yes = leaf(1), no = leaf(2), missing = leaf(3);
    forest.yes[n] = yes, forest.no[n] = no, forest.missing[n] = missing;
    forest.columns = std::max(forest.columns, column + 1);
  }
  ValueId node(std::vector<ValueId> columns, ForestNode::Result result = ForestNode::sum, Elem elem = Elem::f64,
               bool scalar = true) {
    ForestNode op;
    op.table = b.table(forest, "forest"), op.result = result, op.elem = elem, op.scalar = scalar;
    return b.add(op, std::move(columns));
  }
  std::optional<double> exit(ir::Test test, double constant, ValueId x) {
    forest = Forest();
    stump(test, constant);
    return number(node({x}));
  }
};

TEST_F(Trees, Comparisons) {
  struct Row {
    ir::Test test;
    double less, equal, greater;
  };
  for (const Row& row :
       {Row{ir::Test::less, 1, 2, 2}, Row{ir::Test::lessOrEqual, 1, 1, 2}, Row{ir::Test::greater, 2, 2, 1},
        Row{ir::Test::greaterOrEqual, 2, 1, 1}, Row{ir::Test::equal, 2, 1, 2}, Row{ir::Test::notEqual, 1, 2, 1}}) {
    EXPECT_EQ(exit(row.test, 5, f64(4.5)), row.less);
    EXPECT_EQ(exit(row.test, 5, f32(5)), row.equal);
    EXPECT_EQ(exit(row.test, 5, i64(6)), row.greater);
    EXPECT_EQ(exit(row.test, 5, f64(kMissing)), 3);
    EXPECT_EQ(exit(row.test, 5, f64(kNaN)), 3);  // as missing
    EXPECT_EQ(exit(row.test, 5, f32(kNaN)), 3);
  }
  EXPECT_EQ(exit(ir::Test::less, 0.1, f32(0.1)), 2);  // the float 0.1 lies above the double
  EXPECT_EQ(exit(ir::Test::equal, 1, boolean(true)), 1);
  EXPECT_EQ(exit(ir::Test::equal, 1, b.code(dict({"a", "b"}), 1)), 1);
}

TEST_F(Trees, IsMissing) {
  EXPECT_EQ(exit(ir::Test::isMissing, 0, f64(kMissing)), 1);
  EXPECT_EQ(exit(ir::Test::isMissing, 0, f64(kNaN)), 1);
  EXPECT_EQ(exit(ir::Test::isMissing, 0, f64(0)), 2);
}

TEST_F(Trees, Sets) {
  const uint32_t n = forest.addSetNode(0, forest.addSet({-1.5, 0, 7}), 0);
  forest.roots = {n}, forest.columns = 1;
  const uint32_t yes = leaf(1), no = leaf(2), missing = leaf(3);
  forest.yes[n] = yes, forest.no[n] = no, forest.missing[n] = missing;
  EXPECT_EQ(number(node({f64(-1.5)})), 1);
  EXPECT_EQ(number(node({f64(-0.0)})), 1);
  EXPECT_EQ(number(node({i64(7)})), 1);
  EXPECT_EQ(number(node({f64(1)})), 2);
  EXPECT_EQ(number(node({f64(kMissing)})), 3);
}

TEST_F(Trees, SumsAndAverages) {
  stump(ir::Test::less, 5), stump(ir::Test::less, 1), stump(ir::Test::isMissing, 0);
  EXPECT_EQ(number(node({f64(3)})), 5);  // 1 + 2 + 2
  EXPECT_EQ(number(node({f64(3)}, ForestNode::average)), 5.0 / 3);
  EXPECT_EQ(number(node({f64(3)}, ForestNode::average, Elem::f32)), static_cast<double>(5.0f / 3.0f));
  EXPECT_EQ(numbers(node({f64(3)}, ForestNode::each, Elem::f64, false)), (Numbers{1, 2, 2}));
  EXPECT_EQ(numbers(node({f64(3)}, ForestNode::leaf, Elem::f64, false)), (Numbers{0, 4, 7}));  // three leaves a tree
  EXPECT_EQ(b.type(node({f64(3)})), scalarType(Elem::f64));
  EXPECT_EQ(b.type(node({failed(f64(3))})), scalarType(Elem::f64, false, true));
  EXPECT_THROW(node({f64(3), f64(4)}), BuildError);
}

TEST_F(Trees, SumsInFloat) {
  forest.columns = 1;
  for (double weight : {16777216.0, 1.0, 1.0}) forest.roots.push_back(leaf(weight));
  EXPECT_EQ(number(node({f64(0)}, ForestNode::sum, Elem::f32)), 16777216);  // tree order: the ones are lost
  EXPECT_EQ(number(node({f64(0)}, ForestNode::sum, Elem::f64)), 16777218);
}

TEST_F(Trees, Targets) {
  forest.columns = 0, forest.targets = 3;
  const uint32_t l = forest.addLeaf();
  forest.addWeight(2, 5), forest.addWeight(0, 1), forest.addWeight(2, 0.5);
  forest.roots = {forest.addLeafNode(l, 0)};
  EXPECT_EQ(numbers(node({}, ForestNode::sum, Elem::f64, false)), (Numbers{1, 0, 5.5}));
  EXPECT_THROW(node({}, ForestNode::each, Elem::f64, false), BuildError);
}

TEST_F(Trees, MarkedExitsAndSharedNodes) {
  // Two tests of two columns; both missing exits are marked and lead on to the same leaf.
  const uint32_t top = forest.addNode(ir::Test::less, 0, 5, 0), below = forest.addNode(ir::Test::less, 1, 5, 0);
  const uint32_t yes = leaf(1), no = leaf(2);
  forest.roots = {top}, forest.columns = 2;
  forest.yes[top] = yes, forest.no[top] = below, forest.missing[top] = below | Forest::kMarked;
  forest.yes[below] = yes, forest.no[below] = no, forest.missing[below] = no | Forest::kMarked;
  EXPECT_EQ(number(node({f64(kMissing), f64(kMissing)}, ForestNode::marks)), 2);
  EXPECT_EQ(number(node({f64(9), f64(kMissing)}, ForestNode::marks)), 1);
  EXPECT_EQ(number(node({f64(kMissing), f64(1)})), 1);
  EXPECT_EQ(number(node({f64(1), f64(kMissing)}, ForestNode::marks)), 0);
  // A failed column matters only if the path tests it.
  EXPECT_EQ(number(node({f64(1), failed(f64(1), 3)})), 1);
  EXPECT_EQ(failedField(node({f64(9), failed(f64(1), 3)})), 3);
}

TEST_F(Trees, LeavesWithoutPrediction) {
  const uint32_t n = forest.addNode(ir::Test::less, 0, 5, 0);
  const uint32_t yes = leaf(1), none = forest.addLeafNode(forest.addLeaf(Forest::noPrediction), 0),
                 fail = forest.addLeafNode(forest.addLeaf(Forest::fail), 0);
  forest.roots = {n}, forest.columns = 1;
  forest.yes[n] = yes, forest.no[n] = none, forest.missing[n] = fail;
  stump(ir::Test::less, 100);
  EXPECT_EQ(number(node({f64(1)})), 2);
  EXPECT_EQ(number(node({f64(9)})), kMissing);
  EXPECT_EQ(numbers(node({f64(9)}, ForestNode::each, Elem::f64, false)), (Numbers{kMissing, 1}));
  EXPECT_EQ(numbers(node({f64(9)}, ForestNode::leaf, Elem::f64, false)), (Numbers{1, 3}));
  EXPECT_EQ(cause(node({f64(kMissing)})), KILN_UNDEFINED);
  EXPECT_EQ(failedField(node({f64(kMissing)})), -1);
  EXPECT_EQ(b.type(node({f64(1)})), scalarType(Elem::f64, true, true));
  EXPECT_FALSE(b.type(node({f64(1)}, ForestNode::leaf, Elem::f64, false)).nullable);
}

}  // namespace kiln::ir

// How ONNX Runtime computes: order of operations, infinite and missing numbers. The expected values are ONNX Runtime 1.32's, unless a test says else.
#include "tests/onnx/graph.h"

namespace kiln::test {

TEST(CDist, InfiniteRowsAreNaNWhereTheExpandedSquareIs) {
  Graph g;
  g.input("X", Type::FLOAT, {-1, 3}).output("Y").initializer("rows", {3, 3}, {1, 0, 0, -1, 2, 3, 0, 0, 0});
  g.node("CDist", {"X", "rows"}, {"Y"}, "com.microsoft").text("metric", "sqeuclidean");
  const std::string rows = "X[0],X[1],X[2]\n1,0,0\ninf,0,0\n-inf,1,1\n1e30,1,1\n1,1,0.5\n", header = "Y[0],Y[1],Y[2]\n";
  EXPECT_EQ(g.score(rows), header + "0,17,1\nnan,inf,nan\ninf,nan,nan\ninf,inf,inf\n1.25,11.25,2.25\n");
  EXPECT_EQ(g.score("X[0],X[1],X[2]\ninf,0,0\n", "--semantics=spec"), header + "inf,inf,inf\n");
}

// (1 + 2^-12)^2 - (1 + 2^-11) is 2^-24 if the product is not rounded.
TEST(Fused, ProductsWithConstantWeights) {
  const float a = 1 + 0x1p-12f, b = -(1 + 0x1p-11f);
  const std::string csv = "X[0],X[1]\n1,1.000244140625\n";
  for (const char* op : {"MatMul", "Gemm"}) {
    Graph g;
    g.input("X", Type::FLOAT, {-1, 2}).output("Y").initializer("W", {2, 1}, {b, a});
    g.node(op, {"X", "W"}, {"Y"});
    EXPECT_EQ(g.score(csv), "Y\n5.9604645e-08\n") << op;
  }
  Graph g(21, 1);
  g.input("X", Type::FLOAT, {-1, 2}).output("Y");
  g.node("LinearRegressor", {"X"}, {"Y"}, "ai.onnx.ml").floats("coefficients", {b, a}).floats("intercepts", {0});
  EXPECT_EQ(g.score(csv), "Y\n5.9604645e-08\n");
}

// ---- --precision=double. Expected values by Python's doubles; what scikit-learn gives for whole pipelines: double_precision.py.

TEST(DoublePrecision, ColumnsAreNotRounded) {
  Graph g(21, 1);
  g.input("X", Type::FLOAT, {-1, 1}).output("Y");
  g.node("Scaler", {"X"}, {"Y"}, "ai.onnx.ml").floats("offset", {1000}).floats("scale", {1.0f / 3});
  EXPECT_EQ(g.score("X\n1000.1\n"), "Y\n0.033325195\n");   // in float, by ONNX Runtime
  EXPECT_EQ(g.score("X\n1000.1\n", "--precision=double"), "Y\n0.03333333432675166\n");
}

// Two trees of one split at 5.1 as a float, which is below 5.1: scikit-learn compares floats, and adds doubles.
TEST(DoublePrecision, TreesCompareFloatsAndAddDoubles) {
  Graph g(21, 3);
  g.input("X", Type::FLOAT, {-1, 1}).output("Y");
  g.node("TreeEnsembleRegressor", {"X"}, {"Y"}, "ai.onnx.ml").ints("nodes_treeids", {0, 0, 0, 1, 1, 1}).ints("nodes_nodeids", {0, 1, 2, 0, 1, 2}).ints("nodes_featureids", {0, 0, 0, 0, 0, 0})
      .strings("nodes_modes", {"BRANCH_LEQ", "LEAF", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF"}).floats("nodes_values", {5.1f, 0, 0, 5.1f, 0, 0}).ints("nodes_truenodeids", {1, 0, 0, 1, 0, 0})
      .ints("nodes_falsenodeids", {2, 0, 0, 2, 0, 0}).ints("target_treeids", {0, 0, 1, 1}).ints("target_nodeids", {1, 2, 1, 2}).ints("target_ids", {0, 0, 0, 0})
      .floats("target_weights", {0.1f, 7, 0.2f, 7}).integer("n_targets", 1);
  EXPECT_EQ(g.score("X\n5.1\n5.2\n", "--precision=double"), "Y\n0.30000000447034836\n14\n");
}

TEST(DoublePrecision, ProductsAreSumsOfDoubles) {
  Graph g;
  g.input("X", Type::FLOAT, {-1, 2}).output("Y").initializer("W", {2, 1}, {1, 1}).initializer("one", {1}, {1});
  g.node("MatMul", {"X", "W"}, {"sum"}), g.node("Sub", {"sum", "one"}, {"Y"});
  EXPECT_EQ(g.score("X[0],X[1]\n1,1e-9\n", "--precision=double"), "Y\n1.000000082740371e-09\n");
  EXPECT_EQ(g.score("X[0],X[1]\n1,1e-9\n"), "Y\n0\n");
}

}  // namespace kiln::test

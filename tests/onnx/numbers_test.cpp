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

}  // namespace kiln::test

// Operators on tensors with a batch: where the rows go, and what is refused because it mixes them. Expected values by hand. The
// operators one by one, on tensors without a batch, are tests/onnx/backend_nodes.py.
#include "tests/onnx/graph.h"

namespace kiln::test {

static Graph matrix(int64_t columns, int type = Type::FLOAT, int64_t opset = 21) {
  Graph g(opset);
  g.input("X", type, {-1, columns});
  return g;
}
static void integers(Graph& g, const std::string& name, const std::vector<int64_t>& values) { g.node("Constant", {}, {name}).ints("value_ints", values); }

TEST(Tensors, TheBatchMovesWithItsAxis) {
  Graph g = matrix(4);
  integers(g, "shape", {-1, 2, 2}), integers(g, "first", {0}), integers(g, "flat", {0, -1});
  g.node("Reshape", {"X", "shape"}, {"cube"});
  g.node("Transpose", {"cube"}, {"turned"}).ints("perm", {1, 0, 2});
  g.node("ReduceSum", {"turned", "first"}, {"sum"}).integer("keepdims", 0);
  g.node("Reshape", {"sum", "flat"}, {"Y"});
  g.output("Y");
  EXPECT_EQ(g.score("X[0],X[1],X[2],X[3]\n1,2,3,4\n5,6,7,8\n"), "Y[0],Y[1]\n4,6\n12,14\n");
}

TEST(Tensors, WhatMixesRowsIsRefused) {
  const auto refusal = [](Graph g) {
    g.output("Y");
    return g.check();
  };
  Graph sum = matrix(3);
  integers(sum, "axes", {0});
  sum.node("ReduceSum", {"X", "axes"}, {"Y"});
  EXPECT_NE(refusal(sum).find("mixes rows: a reduction over the rows of the batch"), std::string::npos);
  Graph slice = matrix(3);
  integers(slice, "from", {0}), integers(slice, "to", {1});
  slice.node("Slice", {"X", "from", "to"}, {"Y"});
  EXPECT_NE(refusal(slice).find("mixes rows"), std::string::npos);
  Graph fixed = matrix(4);
  integers(fixed, "shape", {2, 2});
  fixed.node("Reshape", {"X", "shape"}, {"Y"});
  EXPECT_NE(refusal(fixed).find("mixes rows: the shape gives the rows of the batch a fixed size"), std::string::npos);
  Graph gram = matrix(3);
  gram.node("Transpose", {"X"}, {"T"}), gram.node("MatMul", {"X", "T"}, {"Y"});
  EXPECT_NE(refusal(gram).find("mixes rows"), std::string::npos);
  Graph table = matrix(1);   // [N] and [N,1]: each row's with each row's
  table.input("V", Type::FLOAT, {-1}).node("Add", {"X", "V"}, {"Y"});
  EXPECT_NE(refusal(table).find("mixes rows: [N,N] has a value for each two rows"), std::string::npos) << refusal(table);
}

// tf2onnx writes `x[:, ::-1]` so: places that it masks are 1000000000 away.
TEST(Tensors, AnEndBeyondAllRowsIsNone) {
  Graph g = matrix(3);
  integers(g, "from", {0, 1000000000}), integers(g, "to", {1000000000, -1000000000}), integers(g, "axes", {0, 1}), integers(g, "steps", {1, -1});
  g.node("Slice", {"X", "from", "to", "axes", "steps"}, {"Y"}), g.output("Y");
  EXPECT_EQ(g.score("X[0],X[1],X[2]\n1,2,3\n4,5,6\n"), "Y[0],Y[1],Y[2]\n3,2,1\n6,5,4\n");
}

// Values of ONNX Runtime 1.32. Opset 28 has the attribute mode.
TEST(Tensors, BlocksToDepth) {
  const auto moved = [](const char* mode) {
    Graph g(28);
    g.input("X", Type::FLOAT, {1, 2, 2, 2}).output("Y");
    NodeOf node = g.node("SpaceToDepth", {"X"}, {"Y"});
    node.integer("blocksize", 2);
    if (mode) node.text("mode", mode);
    const std::string csv = g.score("\"X[0,0,0]\",\"X[0,0,1]\",\"X[0,1,0]\",\"X[0,1,1]\",\"X[1,0,0]\",\"X[1,0,1]\",\"X[1,1,0]\",\"X[1,1,1]\"\n0,1,2,3,4,5,6,7\n");
    return csv.substr(csv.find('\n') + 1);
  };
  EXPECT_EQ(moved(nullptr), "0,4,1,5,2,6,3,7\n");
  EXPECT_EQ(moved("CRD"), "0,1,2,3,4,5,6,7\n");
}

TEST(Tensors, WeightsOnEitherSide) {
  Graph g = matrix(2);
  g.initializer("W", {2, 3}, {1, 2, 3, 4, 5, 6}).initializer("V", {3, 2}, {1, 0, 0, 1, 1, -1}).initializer("C", {3}, {0.5f, 0, -1});
  g.node("MatMul", {"X", "W"}, {"A"});                                                    // [N,3]
  g.node("Transpose", {"X"}, {"T"}), g.node("MatMul", {"V", "T"}, {"B"}), g.node("Transpose", {"B"}, {"BT"});
  g.node("Gemm", {"X", "W", "C"}, {"D"}).number("alpha", 2);
  g.output("A").output("BT").output("D");
  EXPECT_EQ(g.score("X[0],X[1]\n1,2\n-1,0.5\n"),
            "A[0],A[1],A[2],BT[0],BT[1],BT[2],D[0],D[1],D[2]\n9,12,15,1,2,-1,18.5,24,29\n1,0.5,0,-1,0.5,-1.5,2.5,1,-1\n");
}

TEST(Tensors, IndicesOfTheRow) {
  Graph g = matrix(3);
  g.input("I", Type::INT64, {-1, 2}).output("Y").output("Z");
  g.node("GatherElements", {"X", "I"}, {"Y"}).integer("axis", 1);
  g.node("ScatterElements", {"X", "I", "Y"}, {"Z"}).integer("axis", 1).text("reduction", "add");
  EXPECT_EQ(g.score("X[0],X[1],X[2],I[0],I[1]\n1,2,3,2,-3\n4,5,6,1,1\n7,8,9,3,0\n", "--status-column s"),
            "Y[0],Y[1],Z[0],Z[1],Z[2],s\n3,1,2,2,6,ok\n5,5,4,15,6,ok\n,,,,,undefined result at node 4\n");
}

// Columns of a constant matrix by an index that the row computes. It does not count from the end.
TEST(Tensors, ColumnsByAnIndexOfTheRow) {
  Graph g(21);
  g.initializer("table", {2, 3}, {10, 20, 30, 40, 50, 60}).input("I", Type::INT64, {-1, 1}).output("Z");
  g.node("ArrayFeatureExtractor", {"table", "I"}, {"Y"}, "ai.onnx.ml");
  g.node("Transpose", {"Y"}, {"Z"});
  EXPECT_EQ(g.score("I\n0\n2\n3\n-1\n", "--status-column s"), "Z[0],Z[1],s\n10,40,ok\n30,60,ok\n,,undefined result at node 10\n,,undefined result at node 10\n");
}

// A comparison from the first element on, as in ONNX Runtime: a NaN there stays, others are passed over.
TEST(Tensors, PlacesAndNan) {
  Graph g = matrix(3);
  g.output("Y").output("Z").node("ArgMax", {"X"}, {"Y"}).integer("axis", 1).integer("select_last_index", 1);
  g.node("ArgMin", {"X"}, {"Z"}).integer("axis", 1);
  EXPECT_EQ(g.score("X[0],X[1],X[2]\nnan,3,3\n1,nan,0\n2,2,nan\n"), "Y,Z\n0,0\n0,2\n1,0\n");
}

// Sums of each class joined along the batch, as skl2onnx writes quadratic discriminants: [2N,1], [2,N], [N,2].
TEST(Batch, JoinedBatchesAreTakenApartAgain) {
  Graph g;
  g.input("X", Type::FLOAT, {-1, 2}).output("Y");
  const auto integers = [&](const char* name, const std::vector<int64_t>& values) {
    auto& tensor = *g.model().mutable_graph()->add_initializer();
    tensor.set_name(name), tensor.set_data_type(Type::INT64), tensor.add_dims(static_cast<int64_t>(values.size()));
    for (int64_t v : values) tensor.add_int64_data(v);
  };
  integers("shape", {2, -1}), integers("columns", {1});
  g.node("ReduceMax", {"X", "columns"}, {"most"}), g.node("ReduceMin", {"X", "columns"}, {"least"});
  g.node("Concat", {"most", "least"}, {"both"}).integer("axis", 0);
  g.node("Reshape", {"both", "shape"}, {"table"});
  g.node("Transpose", {"table"}, {"Y"}).ints("perm", {1, 0});
  EXPECT_EQ(g.score("X[0],X[1]\n1,2\n7,3\n"), "Y[0],Y[1]\n2,1\n7,3\n");
}

TEST(Batch, JoiningRowsWithConstantsIsRefused) {
  Graph g;
  g.input("X", Type::FLOAT, {-1, 2}).output("Y").initializer("row", {1, 2}, {1, 2});
  g.node("Concat", {"X", "row"}, {"Y"}).integer("axis", 0);
  EXPECT_NE(g.check().find("mixes rows: joins the rows of the batch and others"), std::string::npos);
}

// A part of size 0 has no elements: Concat passes over it, its sum is 0.
TEST(Tensors, PartsWithoutElements) {
  Graph g = matrix(2);
  integers(g, "sizes", {2, 0}), integers(g, "axes", {1});
  g.output("Y").node("Split", {"X", "sizes"}, {"a", "none"}).integer("axis", 1);
  g.node("ReduceSum", {"none", "axes"}, {"zero"}).integer("keepdims", 1);
  g.node("Concat", {"none", "a", "zero"}, {"Y"}).integer("axis", 1);
  EXPECT_EQ(g.score("X[0],X[1]\n1,2\n3,4\n"), "Y[0],Y[1],Y[2]\n1,2,0\n3,4,0\n");
}

// Distances as exporters write them: a scan over the training rows, with the row as an unchanging state.
TEST(Tensors, ScanOfDistances) {
  for (const bool squares : {true, false}) {
    Graph g = matrix(2);
    g.initializer("rows", {3, 2}, {0, 0, 3, 4, -1, 1});
    Graph body(21);
    body.input("state", Type::FLOAT, {-1, 2}).input("row", Type::FLOAT, {2}).output("same").output("distance");
    integers(body, "axes", {1});
    body.node("Identity", {"state"}, {"same"}), body.node("Sub", {"state", "row"}, {"d"});
    if (squares) {
      body.node("ReduceSumSquare", {"d", "axes"}, {"distance"}).integer("keepdims", 0);
    } else {
      body.node("Abs", {"d"}, {"a"}), body.node("ReduceSum", {"a", "axes"}, {"distance"}).integer("keepdims", 0);
    }
    g.node("Scan", {"X", "rows"}, {"state_out", "all"}).integer("num_scan_inputs", 1).graph("body", body);
    g.node("Transpose", {"all"}, {"Y"});
    g.output("Y");
    EXPECT_EQ(g.score("X[0],X[1]\n0,0\n3,0\n"), squares ? "Y[0],Y[1],Y[2]\n0,25,2\n9,16,17\n" : "Y[0],Y[1],Y[2]\n0,7,2\n3,4,5\n");
  }
}

// The numbers are ONNX Runtime 1.32's.
// Two by two blocks of an image of two rows, which overlap, with a column of padding before it. ONNX Runtime 1.32.
TEST(Col2Im, BlocksThatOverlap) {
  Graph g(18);
  g.input("X", Type::FLOAT, {-1, 4, 3}).output("Y");
  const auto integers = [&](const char* name, const std::vector<int64_t>& values) {
    auto& t = *g.model().mutable_graph()->add_initializer();
    t.set_name(name), t.set_data_type(Type::INT64), t.add_dims(static_cast<int64_t>(values.size()));
    for (int64_t v : values) t.add_int64_data(v);
  };
  integers("image", {2, 3}), integers("block", {2, 2});
  g.node("Col2Im", {"X", "image", "block"}, {"Y"}).ints("pads", {0, 1, 0, 0});
  std::string header, row;
  for (int i = 0; i < 12; i++) header += (i ? ",\"X[" : "\"X[") + std::to_string(i / 3) + "," + std::to_string(i % 3) + "]\"", row += (i ? "," : "") + std::to_string(i + 1);
  const std::string scored = g.score(header + "\n" + row + "\n");
  EXPECT_NE(scored.find("\n6,8,6,18,20,12\n"), std::string::npos) << scored;
}

TEST(GroupNormalization, OfColumns) {
  Graph g(21);
  g.input("X", Type::FLOAT, {-1, 4}).output("Y").initializer("s", {4}, {1, 2, 1, 0.5f}).initializer("b", {4}, {0, 1, 0, -1});
  g.node("GroupNormalization", {"X", "s", "b"}, {"Y"}).integer("num_groups", 2);
  EXPECT_EQ(g.score("X[0],X[1],X[2],X[3]\n1,2,5,9\n"), "Y[0],Y[1],Y[2],Y[3]\n-0.99998,2.99996,-0.9999988,-0.5000006\n");
}

// As Keras' attention is exported: the larger of two shapes, each with the number of rows in it.
TEST(Sizes, TheLargerOfTwoShapes) {
  Graph g(18);
  g.input("X", Type::FLOAT, {-1, 1, 2}).input("Z", Type::FLOAT, {-1, 3, 2}).output("Y");
  g.node("Shape", {"X"}, {"x"}), g.node("Shape", {"Z"}, {"z"}), g.node("Max", {"x", "z"}, {"shape"}), g.node("Expand", {"X", "shape"}, {"e"});
  g.node("Sub", {"Z", "e"}, {"Y"});
  EXPECT_EQ(g.score("\"X[0,0]\",\"X[0,1]\",\"Z[0,0]\",\"Z[0,1]\",\"Z[1,0]\",\"Z[1,1]\",\"Z[2,0]\",\"Z[2,1]\"\n1,2,3,4,5,6,7,8\n"),
            "\"Y[0,0]\",\"Y[0,1]\",\"Y[1,0]\",\"Y[1,1]\",\"Y[2,0]\",\"Y[2,1]\"\n2,2,4,4,6,6\n");
}

// Of the number of rows and a constant, only 1 is never the larger one.
TEST(Sizes, TheLargerOfRowsAndAConstant) {
  for (const int64_t other : {1, 2}) {
    Graph g(18);
    g.input("X", Type::FLOAT, {-1, 2}).output("Y");
    g.node("Shape", {"X"}, {"x"}), g.node("Constant", {}, {"c"}).ints("value_ints", {other, 2}), g.node("Max", {"x", "c"}, {"shape"}), g.node("Expand", {"X", "shape"}, {"Y"});
    if (other == 1) EXPECT_EQ(g.score("X[0],X[1]\n3,4\n5,6\n"), "Y[0],Y[1]\n3,4\n5,6\n");
    else EXPECT_NE(g.check().find("mixes rows: computes with the number of rows"), std::string::npos) << g.check();
  }
}

}  // namespace kiln::test

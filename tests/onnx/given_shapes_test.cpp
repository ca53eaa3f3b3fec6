// Shape arguments that the row gives: a row with the arguments that make the declared shape has the result of ONNX Runtime 1.32
// (or, where it says so, by hand from the standard's text); any other row has none.
#include "tests/onnx/graph.h"

namespace kiln::test {

namespace {

constexpr char kStatus[] = "--status-column status";

// X [2,3] with rows 1 2 3 and 4 5 6, and an argument of some integers.
Graph matrixAnd(const std::string& name, const std::vector<int64_t>& dims, const std::vector<int64_t>& out, int type = Type::FLOAT) {
  Graph g(18);
  g.input("X", Type::FLOAT, {2, 3}).input(name, Type::INT64, dims).output("Y", type, out);
  return g;
}
const std::string kX = "\"X[0,0]\",\"X[0,1]\",\"X[0,2]\",\"X[1,0]\",\"X[1,1]\",\"X[1,2]\"", kValues = "1,2,3,4,5,6";
std::string table(const std::string& columns, const std::vector<std::string>& rows) {
  std::string text = kX + columns + "\n";
  for (const std::string& row : rows) text += kValues + row + "\n";
  return text;
}
std::string body(const std::string& csv) { return csv.substr(csv.find('\n') + 1); }

}  // namespace

TEST(GivenShapes, ReductionOverAnAxisOfTheRow) {
  Graph g = matrixAnd("axes", {1}, {2, 1});
  g.node("ReduceSum", {"X", "axes"}, {"Y"});
  EXPECT_EQ(body(g.score(table(",axes", {",1", ",-1", ",0", ",2", ",-3"}), kStatus)),
            "6,15,ok\n6,15,ok\n,,invalid value in 'axes'\n,,invalid value in 'axes'\n,,invalid value in 'axes'\n");
}

TEST(GivenShapes, WhereSeveralAxesFitEachIsComputed) {
  Graph g(18);
  g.input("X", Type::FLOAT, {2, 2}).input("axes", Type::INT64, {1}).output("Y", Type::FLOAT, {2});
  g.node("ReduceMax", {"X", "axes"}, {"Y"}).integer("keepdims", 0);
  EXPECT_EQ(body(g.score("\"X[0,0]\",\"X[0,1]\",\"X[1,0]\",\"X[1,1]\",axes\n1,2,3,4,0\n1,2,3,4,1\n1,2,3,4,-2\n", kStatus)), "3,4,ok\n2,4,ok\n3,4,ok\n");
}

TEST(GivenShapes, SetsOfAxesInAnyOrder) {
  Graph g(18);
  g.input("X", Type::FLOAT, {2, 1, 2}).input("axes", Type::INT64, {2}).output("Y", Type::FLOAT, {1, 1, 2});
  g.node("ReduceProd", {"X", "axes"}, {"Y"});
  EXPECT_EQ(body(g.score("\"X[0,0,0]\",\"X[0,0,1]\",\"X[1,0,0]\",\"X[1,0,1]\",axes[0],axes[1]\n1,2,3,4,0,1\n1,2,3,4,1,0\n1,2,3,4,0,0\n1,2,3,4,0,2\n", kStatus)),
            "3,8,ok\n3,8,ok\n,,invalid value in 'axes[0]'\n,,invalid value in 'axes[0]'\n");
}

TEST(GivenShapes, SqueezeAndUnsqueeze) {
  Graph g(18);
  g.input("X", Type::FLOAT, {2, 1}).input("a", Type::INT64, {1}).input("b", Type::INT64, {1}).output("S", Type::FLOAT, {2}).output("U", Type::FLOAT, {2, 1, 1});
  g.node("Squeeze", {"X", "a"}, {"S"}), g.node("Unsqueeze", {"X", "b"}, {"U"});
  EXPECT_EQ(body(g.score("\"X[0,0]\",\"X[1,0]\",a,b\n7,8,1,1\n7,8,-1,2\n7,8,0,1\n7,8,1,0\n", kStatus)),
            "7,8,7,8,ok\n7,8,7,8,ok\n,,,,invalid value in 'a'\n,,,,invalid value in 'b'\n");
}

TEST(GivenShapes, ReshapeTakesEverySpellingOfTheDeclaredShape) {
  Graph g = matrixAnd("shape", {2}, {3, 2});
  g.node("Reshape", {"X", "shape"}, {"Y"});
  EXPECT_EQ(body(g.score(table(",shape[0],shape[1]", {",3,2", ",-1,2", ",3,-1", ",-1,-1", ",2,3", ",0,2"}), kStatus)),
            "1,2,3,4,5,6,ok\n1,2,3,4,5,6,ok\n1,2,3,4,5,6,ok\n,,,,,,invalid value in 'shape[0]'\n,,,,,,invalid value in 'shape[0]'\n,,,,,,invalid value in 'shape[0]'\n");
}

TEST(GivenShapes, SizesThatTheRowRepeats) {
  Graph g = matrixAnd("s", {2}, {2, 3});
  g.input("r", Type::INT64, {2}).output("T", Type::FLOAT, {4, 3}).output("C", Type::INT64, {2, 3});
  g.node("Expand", {"X", "s"}, {"Y"}), g.node("Tile", {"X", "r"}, {"T"});
  g.node("ConstantOfShape", {"s"}, {"z"}), g.node("Cast", {"z"}, {"C"}).integer("to", Type::INT64);
  g.model().mutable_graph()->add_value_info()->CopyFrom(g.model().graph().output(0));
  g.model().mutable_graph()->mutable_value_info(0)->set_name("z");
  const std::string good = "1,2,3,4,5,6,1,2,3,4,5,6,1,2,3,4,5,6,0,0,0,0,0,0,ok\n";
  EXPECT_EQ(body(g.score(table(",s[0],s[1],r[0],r[1]", {",2,3,2,1"}), kStatus)), good);
  EXPECT_NE(g.score(table(",s[0],s[1],r[0],r[1]", {",2,3,1,2"}), kStatus).find("invalid value in 'r[0]'"), std::string::npos);
  EXPECT_NE(g.score(table(",s[0],s[1],r[0],r[1]", {",2,1,2,1"}), kStatus).find("invalid value in 's[0]'"), std::string::npos);   // Expand takes it
}

TEST(GivenShapes, SliceByPlacesOfTheRow) {
  Graph g = matrixAnd("starts", {1}, {2, 2});
  g.input("ends", Type::INT64, {1}).input("axes", Type::INT64, {1}).input("steps", Type::INT64, {1});
  g.node("Slice", {"X", "starts", "ends", "axes", "steps"}, {"Y"});
  EXPECT_EQ(body(g.score(table(",starts,ends,axes,steps", {",0,2,1,1", ",1,1000,-1,1", ",2,-100,1,-2", ",-1,2147483647,1,-2", ",0,3,1,2", ",0,3,1,1", ",0,2,0,1", ",0,3,1,0", ",0,3,7,2",
                                                           ",0,9223372036854775807,1,9223372036854775807"}), kStatus)),
            "1,2,4,5,ok\n2,3,5,6,ok\n3,1,6,4,ok\n3,1,6,4,ok\n1,3,4,6,ok\n,,,,invalid value in 'ends'\n,,,,invalid value in 'ends'\n,,,,invalid value in 'steps'\n"
            ",,,,invalid value in 'axes'\n,,,,invalid value in 'ends'\n");
}

TEST(GivenShapes, PartsAndPadsOfTheRow) {
  Graph g = matrixAnd("split", {2}, {2, 1});
  g.output("Z", Type::FLOAT, {2, 2}).input("pads", Type::INT64, {4}).input("with", Type::FLOAT, {}).output("P", Type::FLOAT, {2, 4});
  g.node("Split", {"X", "split"}, {"Y", "Z"}).integer("axis", 1);
  g.node("Pad", {"X", "pads", "with"}, {"P"});
  EXPECT_EQ(body(g.score(table(",split[0],split[1],pads[0],pads[1],pads[2],pads[3],with", {",1,2,0,1,0,0,9", ",1,2,0,0,0,1,9", ",1,2,1,2,-1,-1,9", ",2,1,0,1,0,0,9", ",1,2,0,0,0,0,9"}), kStatus)),
            "1,4,2,3,5,6,9,1,2,3,9,4,5,6,ok\n1,4,2,3,5,6,1,2,3,9,4,5,6,9,ok\n1,4,2,3,5,6,9,9,9,9,9,9,1,2,ok\n,,,,,,,,,,,,,,invalid value in 'split[0]'\n"
            ",,,,,,,,,,,,,,invalid value in 'pads[0]'\n");
}

TEST(GivenShapes, OrdersOfTheRow) {
  Graph g = matrixAnd("k", {1}, {2, 2});
  g.output("I", Type::INT64, {2, 2}).input("axis", Type::INT64, {}).output("S", Type::FLOAT, {2, 3}).input("d", Type::INT64, {}).output("T", Type::FLOAT, {2, 3});
  g.node("TopK", {"X", "k"}, {"Y", "I"}), g.node("CumSum", {"X", "axis"}, {"S"}), g.node("Trilu", {"X", "d"}, {"T"});
  EXPECT_EQ(body(g.score(table(",k,axis,d", {",2,0,0", ",2,-1,1", ",3,1,0", ",2,2,0"}), kStatus)),
            "3,2,6,5,2,1,2,1,1,2,3,5,7,9,1,2,3,0,5,6,ok\n3,2,6,5,2,1,2,1,1,3,6,4,9,15,0,2,3,0,0,6,ok\n" + std::string(20, ',') + "invalid value in 'k'\n" +
                std::string(20, ',') + "invalid value in 'axis'\n");
}

TEST(GivenShapes, AsManyAsTheConditionsOfTheRow) {
  Graph g(18);
  g.input("X", Type::FLOAT, {3, 1}).input("c", Type::BOOL, {3}).output("Y", Type::FLOAT, {2, 1}).output("P", Type::INT64, {2, 2});
  g.node("Compress", {"X", "c"}, {"Y"}).integer("axis", 0), g.node("NonZero", {"X"}, {"P"});
  EXPECT_EQ(body(g.score("\"X[0,0]\",\"X[1,0]\",\"X[2,0]\",c[0],c[1],c[2]\n1,0,nan,1,0,1\n0,2,3,0,1,1\n0,2,3,1,1,1\n1,2,3,1,1,0\n", kStatus)),
            "1,nan,0,2,0,0,ok\n2,3,1,2,0,0,ok\n,,,,,,invalid value in 'c[0]'\n,,,,,,\"invalid value in 'X[0,0]'\"\n");
}

// A sum in float, not start + i * delta: the last of 30 differs.
TEST(GivenShapes, RangeAddsUp) {
  Graph g(18);
  g.input("from", Type::FLOAT, {}).input("to", Type::FLOAT, {}).input("by", Type::FLOAT, {}).output("Y", Type::FLOAT, {30});
  g.node("Range", {"from", "to", "by"}, {"Y"});
  const std::string csv = body(g.score("from,to,by\n0,3,0.1\n0,3,0.2\n", kStatus));
  EXPECT_NE(csv.find("2.8999994,ok\n"), std::string::npos) << csv;
  EXPECT_NE(csv.find(",invalid value in 'to'\n"), std::string::npos) << csv;
  EXPECT_NE(body(g.score("from,to,by\n0,3,0.1\n", std::string(kStatus) + " --semantics=spec")).find("2.9,ok\n"), std::string::npos);
}

TEST(GivenShapes, WithoutADeclaredShapeTheRefusalNamesTheWayOut) {
  Graph g(18);
  g.input("X", Type::FLOAT, {2, 3}).input("axes", Type::INT64, {1}).output("Y");
  g.node("ReduceSum", {"X", "axes"}, {"Y"});
  EXPECT_NE(g.check().find("--constant NAME=VALUES"), std::string::npos) << g.check();
}

TEST(FixedShapes, ConstantsInPlaceOfInputs) {
  Graph g(18);
  g.input("X", Type::FLOAT, {2, 3}).input("axes", Type::INT64, {-1}).output("Y");
  g.node("ReduceSum", {"X", "axes"}, {"Y"}).integer("keepdims", 0);
  EXPECT_EQ(body(g.score(table("", {""}), "--constant axes=1")), "6,15\n");
  EXPECT_EQ(body(g.score(table("", {""}), "--constant axes=0,-1")), "21\n");
  EXPECT_NE(g.check("--constant axes=x").find("'x' is no int64"), std::string::npos);
  EXPECT_NE(g.check("--constant axis=1").find("its inputs are: X, axes"), std::string::npos);
  EXPECT_NE(g.check("--constant X=1,2").find("the input has 6 elements"), std::string::npos);
}

TEST(FixedShapes, OpenDimensionsByOption) {
  Graph g(18);
  auto& open = *g.input("X", Type::FLOAT, {-1, 1}).output("Y").model().mutable_graph()->mutable_input(0);
  open.mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(1)->set_dim_param("C");
  g.node("Softmax", {"X"}, {"Y"});
  EXPECT_NE(g.check().find("--shape X=?,SIZE fixes it"), std::string::npos);
  EXPECT_EQ(g.score("X[0],X[1]\n1,1\n5,5\n", "--shape X=?,2"), "Y[0],Y[1]\n0.5,0.5\n0.5,0.5\n");
  EXPECT_EQ(g.score("\"X[0,0]\",\"X[1,0]\"\n1,5\n", "--shape X=2,1"), "\"Y[0,0]\",\"Y[1,0]\"\n1,1\n");   // no batch
  EXPECT_NE(g.check("--shape X=3").find("the model declares 2 dimensions"), std::string::npos);
  EXPECT_NE(g.check("--shape X=?,-1").find("'-1' is no size"), std::string::npos);
}

// [N,?]: as wide as the operators say.
TEST(FixedShapes, WidthsThatFollow) {
  const auto open = [](const std::string& op, const std::string& list, const std::vector<float>& values) {
    Graph g(18, 1);
    g.input("X", Type::FLOAT, {-1, 1}).output("Y").model().mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(1)->clear_dim_value();
    g.node("Cast", {"X"}, {"x"}).integer("to", Type::FLOAT);
    auto node = g.node(op, {"x"}, {"Y"}, "ai.onnx.ml");
    node.floats(list.c_str(), values);
    if (op == "Scaler") node.floats("scale", {2});
    return g;
  };
  EXPECT_EQ(open("Scaler", "offset", {1, 2}).score("X[0],X[1]\n1,3\n"), "Y[0],Y[1]\n0,2\n");
  EXPECT_EQ(open("LinearRegressor", "coefficients", {1, 10}).score("X[0],X[1]\n1,3\n"), "Y\n31\n");
  EXPECT_NE(open("Scaler", "offset", {1}).check().find("dimension 1 is open"), std::string::npos);   // of any width
}

// The columns that trees test; one after them that only the trees would take changes nothing, but a result that has all of them does.
TEST(FixedShapes, WidthOfTrees) {
  Graph g(18, 1);
  g.input("X", Type::FLOAT, {-1, 1}).output("Y").model().mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(1)->clear_dim_value();
  g.node("TreeEnsembleRegressor", {"X"}, {"Y"}, "ai.onnx.ml").ints("nodes_treeids", {0, 0, 0}).ints("nodes_nodeids", {0, 1, 2}).ints("nodes_featureids", {2, 0, 0})
      .strings("nodes_modes", {"BRANCH_LEQ", "LEAF", "LEAF"}).floats("nodes_values", {1, 0, 0}).ints("nodes_truenodeids", {1, 0, 0}).ints("nodes_falsenodeids", {2, 0, 0})
      .ints("target_treeids", {0, 0}).ints("target_nodeids", {1, 2}).ints("target_ids", {0, 0}).floats("target_weights", {5, 7}).integer("n_targets", 1);
  EXPECT_EQ(g.score("X[0],X[1],X[2]\n0,0,1\n0,0,2\n"), "Y\n5\n7\n");
  g.output("Z");
  g.node("Identity", {"X"}, {"Z"});
  EXPECT_NE(g.check().find("dimension 1 is open"), std::string::npos);
}

// ONNX Runtime 1.32 takes a tensor of one dimension as one row: the refusal names the option that makes it one.
TEST(FixedShapes, OneDimensionIsOneRow) {
  Graph g(18, 1);
  g.input("X", Type::FLOAT, {-1}).output("Y").output("Z");
  g.node("Normalizer", {"X"}, {"Y"}, "ai.onnx.ml").text("norm", "L1");
  g.node("Constant", {}, {"i"}).ints("value_ints", {2, 0}), g.node("ArrayFeatureExtractor", {"X", "i"}, {"Z"}, "ai.onnx.ml");
  EXPECT_NE(g.check().find("--shape NAME=SIZE gives the input its number of columns"), std::string::npos);
  EXPECT_EQ(body(g.score("X[0],X[1],X[2]\n1,-2,4\n", "--shape X=3")), "0.14285715,-0.2857143,0.5714286,4,1\n");
}

// In a batch each row has its own arguments; the number of rows is -1, or 0 as in X.
TEST(GivenShapes, InABatch) {
  Graph g(18);
  g.input("X", Type::FLOAT, {-1, 4}).input("shape", Type::INT64, {3}).input("axes", Type::INT64, {1}).output("Y", Type::FLOAT, {-1, 2, 2}).output("S", Type::FLOAT, {-1, 1});
  g.node("Reshape", {"X", "shape"}, {"Y"}), g.node("ReduceSum", {"X", "axes"}, {"S"});
  EXPECT_EQ(body(g.score("X[0],X[1],X[2],X[3],shape[0],shape[1],shape[2],axes\n1,2,3,4,-1,2,2,1\n1,2,3,4,0,2,-1,-1\n1,2,3,4,7,2,2,1\n1,2,3,4,-1,2,2,0\n", kStatus)),
            "1,2,3,4,10,ok\n1,2,3,4,10,ok\n,,,,,invalid value in 'shape[0]'\n,,,,,invalid value in 'axes'\n");
}

// By hand: a place of two, and off where it is outside.
TEST(GivenShapes, DepthOfTheRow) {
  Graph g(18);
  g.input("I", Type::INT64, {-1}).input("depth", Type::INT64, {}).output("Y", Type::FLOAT, {-1, 3}).initializer("v", {2}, {5, 7});
  g.node("OneHot", {"I", "depth", "v"}, {"Y"});
  EXPECT_EQ(body(g.score("I,depth\n1,3\n-1,3\n4,3\n1,4\n", kStatus)), "5,7,5,ok\n5,5,7,ok\n5,5,5,ok\n,,,invalid value in 'depth'\n");
}

}  // namespace kiln::test

// Loop and Scan of sequences; losses, Resize. Expected values by hand, or of ONNX Runtime 1.32 where it says so. The standard's own
// are tests/onnx/backend_nodes.py.
#include <tuple>

#include "tests/onnx/graph.h"

namespace kiln::test {

namespace {

// One iteration: the state times the iteration's number plus 1, which is also a scan output; goes on by `condition`.
Graph body(const std::string& condition) {
  Graph b;
  b.input("i", Type::INT64, {}).input("go", Type::BOOL, {}).input("s", Type::FLOAT, {-1, 2});
  b.node("Cast", {"i"}, {"f"}).integer("to", Type::FLOAT);
  b.node("Constant", {}, {"one"}).number("value_float", 1), b.node("Add", {"f", "one"}, {"k"}), b.node("Mul", {"s", "k"}, {"next"}), b.node("Identity", {"next"}, {"seen"});
  if (condition == "few") b.node("Constant", {}, {"two"}).number("value_float", 2), b.node("Less", {"k", "two"}, {"more"});
  else if (condition == "small") b.node("Constant", {}, {"limit"}).number("value_float", 5), b.node("ReduceMax", {"next"}, {"largest"}).integer("keepdims", 0).integer("noop_with_empty_axes", 0), b.node("Less", {"largest", "limit"}, {"more"});
  else b.node("Identity", {"go"}, {"more"});
  b.output("more", Type::BOOL).output("next").output("seen");
  return b;
}

Graph loopOf(const Graph& body, bool seen) {
  Graph g;
  g.input("X", Type::FLOAT, {-1, 2}).output("Y");
  if (seen) g.output("Z");
  g.node("Constant", {}, {"n"}).integer("value_int", 3);
  g.node("Loop", {"n", "", "X"}, {"Y", "Z"}).graph("body", body);
  return g;
}

}  // namespace

TEST(Loop, ConstantTripCount) {
  EXPECT_EQ(loopOf(body("all"), false).score("X[0],X[1]\n1,2\n-1,0\n"), "Y[0],Y[1]\n6,12\n-6,0\n");
  EXPECT_EQ(loopOf(body("few"), false).score("X[0],X[1]\n1,2\n"), "Y[0],Y[1]\n2,4\n");   // 1 is less than 2, 2 is not
}

TEST(Loop, ScanOutputsOfTheTripCountOfTheRow) {
  Graph g;
  g.input("n", Type::INT64, {}).input("c", Type::BOOL, {}).input("X", Type::FLOAT, {1, 2}).output("Y", Type::FLOAT, {1, 2}).output("Z", Type::FLOAT, {2, 1, 2});
  Graph b = body("all");
  b.model().mutable_graph()->mutable_input(2)->mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(0)->set_dim_value(1);
  g.node("Loop", {"n", "c", "X"}, {"Y", "Z"}).graph("body", b);
  EXPECT_EQ(g.score("n,c,X[0],X[1]\n2,true,1,3\n3,true,1,3\n2,false,1,3\n", "--status-column status"),
            "Y[0],Y[1],\"Z[0,0,0]\",\"Z[0,0,1]\",\"Z[1,0,0]\",\"Z[1,0,1]\",status\n2,6,1,3,2,6,ok\n,,,,,,invalid value in 'n'\n,,,,,,invalid value in 'c'\n");
}

// Model without a batch: the row's own condition ends the loop early, and the state stays.
TEST(Loop, ConditionOfTheRow) {
  Graph g;
  g.input("X", Type::FLOAT, {2}).output("Y");
  Graph b = body("small");
  b.model().mutable_graph()->mutable_output()->RemoveLast();
  g.node("Constant", {}, {"n"}).integer("value_int", 4), g.node("Loop", {"n", "", "X"}, {"Y"}).graph("body", b);
  EXPECT_EQ(g.score("X[0],X[1]\n1,2\n0.1,0.2\n9,0\n"), "Y[0],Y[1]\n6,12\n2.4,4.8\n9,0\n");   // 1, 2, then 6 12; 24 times; at once
}

TEST(Loop, RefusedWithItsReason) {
  Graph g;
  g.input("X", Type::FLOAT, {-1, 2}).input("n", Type::INT64, {}).output("Y");
  Graph b = body("all");
  b.model().mutable_graph()->mutable_output()->RemoveLast();
  g.node("Loop", {"n", "", "X"}, {"Y"}).graph("body", b);
  EXPECT_NE(g.check().find("a trip count that is computed from the row"), std::string::npos) << g.check();
  EXPECT_EQ(g.score("X[0],X[1]\n1,2\n", "--constant n=2"), "Y[0],Y[1]\n2,4\n");
}

TEST(Scan, SequencesOfOpset8) {
  Graph b(8);
  b.input("s", Type::FLOAT, {2}).input("x", Type::FLOAT, {2});
  b.node("Add", {"s", "x"}, {"t"}), b.node("Identity", {"t"}, {"u"});
  b.output("t").output("u");
  Graph g(8);
  g.input("S", Type::FLOAT, {-1, 2}).input("X", Type::FLOAT, {-1, 2, 2}).output("Y").output("Z");
  g.node("Scan", {"", "S", "X"}, {"Y", "Z"}).integer("num_scan_inputs", 1).graph("body", b);
  EXPECT_EQ(g.score("S[0],S[1],\"X[0,0]\",\"X[0,1]\",\"X[1,0]\",\"X[1,1]\"\n10,20,1,2,3,4\n"), "Y[0],Y[1],\"Z[0,0]\",\"Z[0,1]\",\"Z[1,0]\",\"Z[1,1]\"\n14,26,11,22,14,26\n");
}

TEST(Losses, ByRow) {
  Graph g;
  g.input("X", Type::FLOAT, {-1, 3}).input("t", Type::INT64, {-1}).output("Y").initializer("w", {3}, {1, 2, 4});
  g.node("NegativeLogLikelihoodLoss", {"X", "t", "w"}, {"Y"}).text("reduction", "none").integer("ignore_index", 7);
  EXPECT_EQ(g.score("X[0],X[1],X[2],t\n1,-2,3,1\n1,-2,3,2\n1,2,3,7\n1,2,3,3\n", "--status-column status"), "Y,status\n4,ok\n-12,ok\n0,ok\n,invalid value in 't'\n");
  Graph mean;
  mean.input("X", Type::FLOAT, {-1, 3}).input("t", Type::INT64, {-1}).output("Y");
  mean.node("SoftmaxCrossEntropyLoss", {"X", "t"}, {"Y"});
  EXPECT_NE(mean.check().find("mixes rows: a loss over the rows of the batch"), std::string::npos);
}

// ONNX Runtime 1.32.
TEST(Resize, AxesOfTheRow) {
  const auto resized = [](const char* mode, const char* transform, const std::vector<float>& scales) {
    Graph g(18);
    g.input("X", Type::FLOAT, {-1, 1, 2, 4}).output("Y").initializer("s", {4}, scales);
    g.node("Resize", {"X", "", "s"}, {"Y"}).text("mode", mode).text("coordinate_transformation_mode", transform);
    const std::string csv = g.score("\"X[0,0,0]\",\"X[0,0,1]\",\"X[0,0,2]\",\"X[0,0,3]\",\"X[0,1,0]\",\"X[0,1,1]\",\"X[0,1,2]\",\"X[0,1,3]\"\n1,2,3,4,5,6,7,8\n");
    return csv[0] == '!' ? csv : csv.substr(csv.find('\n') + 1);
  };
  EXPECT_EQ(resized("nearest", "half_pixel", {1, 1, 1, 1.6f}), "1,1,2,3,3,4,5,5,6,7,7,8\n");
  EXPECT_EQ(resized("nearest", "align_corners", {1, 1, 1, 0.6f}), "1,4,5,8\n");
  EXPECT_EQ(resized("linear", "asymmetric", {1, 1, 1, 2}), "1,1.5,2,2.5,3,3.5,4,4,5,5.5,6,6.5,7,7.5,8,8\n");
  EXPECT_NE(resized("linear", "asymmetric", {2, 1, 1, 1}).find("mixes rows: resizes the rows of the batch"), std::string::npos);
}

// Expected values of ONNX Runtime 1.32.
TEST(Quantization, DynamicAndProducts) {
  Graph g(21);
  g.input("X", Type::FLOAT, {4}).output("Y", Type::UINT8).output("s").output("z", Type::UINT8);
  g.node("DynamicQuantizeLinear", {"X"}, {"Y", "s", "z"});
  EXPECT_EQ(g.score("X[0],X[1],X[2],X[3]\n-1,0,0.5,3\n0,0,0,0\n"), "Y[0],Y[1],Y[2],Y[3],s,z\n0,64,96,255,0.015686275,64\n0,0,0,0,1,0\n");
  Graph q(21);
  const auto constant = [&](const std::string& name, int type, const std::vector<int64_t>& dims, const std::vector<float>& values) {
    q.initializer(name + "_", dims, values);
    q.node("Cast", {name + "_"}, {name}).integer("to", type);
  };
  q.input("X", Type::UINT8, {-1, 2}).output("Y", Type::UINT8);
  constant("as", Type::FLOAT, {}, {0.5f}), constant("az", Type::UINT8, {}, {10}), constant("B", Type::UINT8, {2, 2}, {1, 2, 3, 250});
  constant("bs", Type::FLOAT, {2}, {0.25f, 0.5f}), constant("bz", Type::UINT8, {2}, {0, 5}), constant("ys", Type::FLOAT, {}, {1.5f}), constant("yz", Type::UINT8, {}, {100});
  q.node("QLinearMatMul", {"X", "as", "az", "B", "bs", "bz", "ys", "yz"}, {"Y"});
  EXPECT_EQ(q.score("X[0],X[1]\n200,3\n"), "Y[0],Y[1]\n114,0\n");
}

// Lengths as constants, of ONNX Runtime 1.32, and of the row.
TEST(ReverseSequence, LengthsOfTheRow) {
  Graph g(18);
  g.input("X", Type::FLOAT, {-1, 4}).input("l", Type::INT64, {-1}).output("Y");
  g.node("ReverseSequence", {"X", "l"}, {"Y"}).integer("time_axis", 1).integer("batch_axis", 0);
  EXPECT_EQ(g.score("X[0],X[1],X[2],X[3],l\n0,1,2,3,1\n4,5,6,7,3\n4,5,6,7,5\n", "--status-column status"),
            "Y[0],Y[1],Y[2],Y[3],status\n0,1,2,3,ok\n6,5,4,7,ok\n,,,,invalid value in 'l'\n");
}

// As Keras reverses a sequence for the second direction: one length, for as many rows as there are.
TEST(ReverseSequence, OneLengthForEveryRow) {
  Graph g(15);
  g.input("X", Type::FLOAT, {-1, 3}).output("Y");
  g.node("Shape", {"X"}, {"shape"}), g.node("Constant", {}, {"zero"}).ints("value_ints", {0}), g.node("Gather", {"shape", "zero"}, {"n"});
  g.node("Constant", {}, {"three"}).ints("value_ints", {3}), g.node("Expand", {"three", "n"}, {"lengths"});
  g.node("ReverseSequence", {"X", "lengths"}, {"Y"}).integer("time_axis", 1).integer("batch_axis", 0);
  EXPECT_EQ(g.score("X[0],X[1],X[2]\n1,2,3\n4,5,6\n"), "Y[0],Y[1],Y[2]\n3,2,1\n6,5,4\n");
}

// CumProd: the standard's example. CenterCropPad, SplitToSequence: ONNX Runtime 1.32.
TEST(Tensors, MiddlesPartsAndProducts) {
  Graph g(26);
  g.input("X", Type::FLOAT, {2, 5}).output("Y").output("last").output("n", Type::INT64);
  g.node("Constant", {}, {"sizes"}).ints("value_ints", {5, 2}), g.node("CenterCropPad", {"X", "sizes"}, {"Y"});
  g.node("Constant", {}, {"two"}).integer("value_int", 2), g.node("Constant", {}, {"end"}).integer("value_int", -1);
  g.node("SplitToSequence", {"X", "two"}, {"S"}).integer("axis", 1), g.node("SequenceAt", {"S", "end"}, {"last"}), g.node("SequenceLength", {"S"}, {"n"});
  const std::string csv = g.score("\"X[0,0]\",\"X[0,1]\",\"X[0,2]\",\"X[0,3]\",\"X[0,4]\",\"X[1,0]\",\"X[1,1]\",\"X[1,2]\",\"X[1,3]\",\"X[1,4]\"\n1,2,3,4,5,6,7,8,9,10\n");
  EXPECT_EQ(csv.substr(csv.find('\n') + 1), "0,0,2,3,7,8,0,0,0,0,5,10,3\n");
  for (auto& [exclusive, reverse, expected] : {std::tuple{0, 0, "1,2,6"}, {1, 0, "1,1,2"}, {0, 1, "6,6,3"}, {1, 1, "6,3,1"}}) {
    Graph p(26);
    p.input("X", Type::FLOAT, {-1, 3}).output("Y");
    p.node("Constant", {}, {"axis"}).integer("value_int", 1);
    p.node("CumProd", {"X", "axis"}, {"Y"}).integer("exclusive", exclusive).integer("reverse", reverse);
    EXPECT_EQ(p.score("X[0],X[1],X[2]\n1,2,3\n"), std::string("Y[0],Y[1],Y[2]\n") + expected + "\n");
  }
}

TEST(OldOpsets, TheirOwnAttributes) {
  Graph g(1);
  g.input("X", Type::FLOAT, {-1, 2}).output("P").output("R").output("C").output("B");
  g.initializer("one", {2}, {1, 1}).initializer("zero", {2}, {0, 0});
  g.node("Pad", {"X"}, {"P"}).ints("paddings", {0, 1, 0, 0}).number("value", 9), g.node("Reshape", {"X"}, {"R"}).ints("shape", {-1, 2, 1}), g.node("Concat", {"X", "X"}, {"C"});
  g.node("BatchNormalization", {"X", "one", "one", "zero", "one"}, {"B"}).integer("is_test", 1).number("epsilon", 0);
  EXPECT_EQ(g.score("X[0],X[1]\n3,4\n"), "P[0],P[1],P[2],\"R[0,0]\",\"R[1,0]\",C[0],C[1],C[2],C[3],B[0],B[1]\n9,3,4,3,4,3,4,3,4,4,5\n");
}

// What is expected of constants is known while compiling.
TEST(Losses, OfConstantClasses) {
  const auto loss = [](int64_t target) {
    Graph g;
    g.input("X", Type::FLOAT, {1, 3}).output("Y");
    g.node("Constant", {}, {"t"}).ints("value_ints", {target});
    g.node("NegativeLogLikelihoodLoss", {"X", "t"}, {"Y"}).text("reduction", "sum");
    return g;
  };
  EXPECT_EQ(loss(1).score("X[0],X[1],X[2]\n1,-2,3\n", "--status-column status"), "Y,status\n2,ok\n");
  EXPECT_NE(loss(3).score("X[0],X[1],X[2]\n1,-2,3\n", "--status-column status").find(",invalid value"), std::string::npos);
  Graph constants(20);
  constants.output("parts", Type::STRING, {1, 2}).output("n", Type::INT64).output("left", Type::STRING, {1});
  constants.node("Constant", {}, {"text"}).strings("value_strings", {"a b"}), constants.node("Constant", {}, {"words"}).strings("value_strings", {"x", "y"});
  constants.node("StringSplit", {"text"}, {"parts", "n"}), constants.node("StringNormalizer", {"words"}, {"left"}).strings("stopwords", {"x"});
  const std::string csv = constants.score("");
  EXPECT_EQ(csv.substr(csv.find('\n') + 1), "a,b,2,y\n");
}

}  // namespace kiln::test

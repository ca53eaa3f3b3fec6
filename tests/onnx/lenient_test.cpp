// Models that ONNX Runtime refuses, but that exporters write and that have one meaning: they compile, with a warning. Expected
// values by hand.
#include "tests/onnx/graph.h"

namespace kiln::test {

constexpr const char* kMl = "ai.onnx.ml";

static bool warns(const Graph& g, const std::string& text) {
  const std::string said = g.check();
  return said[0] != '!' && said.find("warning: " + text) != std::string::npos;
}

/// What is scored, behind the warnings.
static void expectRows(const Graph& g, const std::string& csv, const std::string& rows) {
  const std::string said = g.score(csv);
  EXPECT_TRUE(said.ends_with("\n" + rows)) << said;
}

// skl2onnx of a voting regressor of doubles: trees give float, the weights are double.
TEST(FloatBesideDouble, IsCastToDouble) {
  Graph g;
  g.input("X", Type::DOUBLE, {-1, 1}).output("Y", Type::DOUBLE);
  auto& weight = *g.model().mutable_graph()->add_initializer();
  weight.set_name("w"), weight.set_data_type(Type::DOUBLE), weight.add_dims(1), weight.add_double_data(0.1);
  g.node("LinearRegressor", {"X"}, {"score"}, kMl).floats("coefficients", {1}).floats("intercepts", {0});
  g.node("Mul", {"score", "w"}, {"Y"});
  expectRows(g, "X\n3\n", "Y\n0.30000000000000004\n");
  EXPECT_TRUE(warns(g, "takes one element type, but has float and double"));
}

// skl2onnx of a SelectKBest, VarianceThreshold and the like that keep the first column: its converter takes the list [0] for an empty one. scikit-learn
// selects the column.
TEST(FirstColumn, IsWhatConstantOfShapeOfAMatrixMeans) {
  for (const auto type : {Type::FLOAT, Type::DOUBLE, Type::INT64}) {
    Graph g;
    g.input("X", type, {-1, 2}).output("Y", type).node("ConstantOfShape", {"X"}, {"Y"});
    EXPECT_EQ(g.check().find(": compiles"), std::string::npos) << "of an exporter that is not known to write it";
    g.model().set_producer_name("skl2onnx");
    expectRows(g, "X[0],X[1]\n3,5\n7,1\n", "Y\n3\n7\n");
    EXPECT_TRUE(warns(g, "sizes that are a matrix of the row"));
  }
}

// ML.NET's naive Bayes: [3,2] by [N,2] means something for one row, and ML.NET scores rows one by one. Sums by hand.
TEST(OneRowAtATime, IsWhatModelsOfMlNetThatMixRowsMean) {
  Graph g;
  g.input("X", Type::FLOAT, {-1, 2}).output("Y", Type::FLOAT);
  g.initializer("weights", {3, 2}, {1, 2, 3, 4, 5, 6}).initializer("ones", {2, 1}, {1, 1});
  g.node("Mul", {"weights", "X"}, {"products"}), g.node("MatMul", {"products", "ones"}, {"sums"}), g.node("Transpose", {"sums"}, {"Y"});
  EXPECT_NE(g.check().find("mixes rows: axes [3] and [N] meet"), std::string::npos) << "of another exporter";
  EXPECT_EQ(g.check().find(": compiles"), std::string::npos);
  g.model().set_producer_name("ML.NET");
  expectRows(g, "X[0],X[1]\n1,10\n-1,2\n", "Y[0],Y[1],Y[2]\n21,43,65\n3,5,7\n");
  EXPECT_TRUE(warns(g, "mixes rows of a batch: each row is scored by itself, as ML.NET does"));
  // What is wrong for one row too is said as it is for a batch.
  g.node("NoSuchOperator", {"Y"}, {"Z"}), g.output("Z", Type::FLOAT);
  EXPECT_NE(g.check().find("mixes rows: axes [3] and [N] meet"), std::string::npos);
}

// Older skl2onnx of a GaussianMixture or KMeans over doubles: the matrices are float.
TEST(FloatBesideDouble, InGemm) {
  for (const float beta : {1.0f, 2.0f}) {
    Graph g;
    g.input("X", Type::DOUBLE, {-1, 1}).output("Y", Type::DOUBLE);
    g.initializer("b", {1, 2}, {2, 4}).initializer("c", {2}, {1, -1});
    g.node("Gemm", {"X", "b", "c"}, {"Y"}).number("beta", beta);
    expectRows(g, "X\n1.0000000001\n", beta == 1 ? "Y[0],Y[1]\n3.0000000002,3.0000000004\n" : "Y[0],Y[1]\n4.0000000002,2.0000000004\n");
    EXPECT_TRUE(warns(g, "takes one element type, but has float and double"));
  }
}

TEST(FloatBesideDouble, InConcat) {
  Graph g;
  g.input("X", Type::DOUBLE, {-1, 1}).output("Y", Type::DOUBLE);
  g.node("Cast", {"X"}, {"x"}).integer("to", Type::FLOAT);
  g.node("Concat", {"X", "x"}, {"Y"}).integer("axis", 1);
  expectRows(g, "X\n0.1\n", "Y[0],Y[1]\n0.1,0.10000000149011612\n");
}

// skl2onnx of isotonic calibration of trees over doubles: the scores are float, the first and last knot double.
TEST(FloatBesideDouble, LimitsOfClip) {
  Graph g;
  g.input("X", Type::FLOAT, {-1, 1}).output("Y", Type::DOUBLE);
  for (const auto& [name, limit] : {std::pair("least", 0.1), std::pair("most", 0.7)}) {
    auto& bound = *g.model().mutable_graph()->add_initializer();
    bound.set_name(name), bound.set_data_type(Type::DOUBLE), bound.add_double_data(limit);
  }
  g.node("Clip", {"X", "least", "most"}, {"Y"});
  expectRows(g, "X\n0\n0.5\n1\n", "Y\n0.1\n0.5\n0.7\n");
  EXPECT_TRUE(warns(g, "takes one element type, but has float and double"));
}

// OnnxMLTools, of IndexToString of Spark.
TEST(LabelEncoder, PlacesOfAList) {
  Graph g(15, 2);
  g.input("X", Type::INT64, {-1, 1}).output("Y", Type::STRING);
  g.node("LabelEncoder", {"X"}, {"Y"}, kMl).strings("classes_strings", {"no", "yes"}).text("default_string", "__unknown__");
  expectRows(g, "X\n1\n0\n2\n", "Y\nyes\nno\n__unknown__\n");
  EXPECT_TRUE(warns(g, "has attribute 'classes_strings', which only version 1 reads"));
}

// OnnxMLTools, of a VectorAssembler of Spark over indices and numbers.
TEST(IntegersBesideFloat, InConcat) {
  Graph g(15);
  g.input("i", Type::INT64, {-1, 1}).input("x", Type::FLOAT, {-1, 1}).output("Y");
  g.node("Concat", {"i", "x"}, {"Y"}).integer("axis", 1);
  expectRows(g, "i,x\n2,0.5\n", "Y[0],Y[1]\n2,0.5\n");
  EXPECT_TRUE(warns(g, "takes one element type, but has integers and float"));
}

// OnnxMLTools, of an Imputer of Spark with several columns.
TEST(Split, AttributeOfEarlierVersions) {
  Graph g(15);
  g.input("X", Type::FLOAT, {-1, 3}).output("a").output("b");
  g.node("Split", {"X"}, {"a", "b"}).ints("split", {1, 2}).integer("axis", 1);
  expectRows(g, "X[0],X[1],X[2]\n1,2,3\n", "a,b[0],b[1]\n1,2,3\n");
  EXPECT_TRUE(warns(g, "has attribute 'split', which versions before 13 read"));
}

TEST(ScalerWithOneList, TheOtherChangesNothing) {
  for (const char* list : {"scale", "offset"}) {
    Graph g;
    g.input("X", Type::FLOAT, {-1, 2}).output("Y");
    g.node("Scaler", {"X"}, {"Y"}, kMl).floats(list, {2, 4});
    expectRows(g, "X[0],X[1]\n3,5\n", std::string("Y[0],Y[1]\n") + (list[0] == 's' ? "6,20\n" : "1,1\n"));
    EXPECT_TRUE(warns(g, std::string("has no attribute '") + (list[0] == 's' ? "offset'" : "scale'")));
  }
}

TEST(LinearClassifierWithoutIntercepts, TheyAreZero) {
  Graph g;
  g.input("X", Type::FLOAT, {-1, 2}).output("label", Type::INT64).output("scores");
  g.node("LinearClassifier", {"X"}, {"label", "scores"}, kMl).floats("coefficients", {1, 0, 0, 1, 1, -1}).ints("classlabels_ints", {7, 8, 9});
  expectRows(g, "X[0],X[1]\n1,2\n", "label,scores[0],scores[1],scores[2]\n8,1,2,-1\n");
  EXPECT_TRUE(warns(g, "has no attribute 'intercepts'"));
}

TEST(LinearClassifierOfOneLabel, EveryRowHasIt) {
  Graph g;
  g.input("X", Type::FLOAT, {-1, 1}).output("label", Type::STRING).output("score");
  g.node("LinearClassifier", {"X"}, {"label", "score"}, kMl).floats("coefficients", {2}).floats("intercepts", {1}).strings("classlabels_strings", {"only"});
  expectRows(g, "X\n1\n-4\n", "label,score\nonly,3\nonly,-7\n");
  EXPECT_TRUE(warns(g, "has one label"));
}

// The score is the sum of the weights, as for a label that is an integer.
TEST(TreeEnsembleClassifierOfOneText, EveryRowHasIt) {
  Graph g;
  g.input("X", Type::FLOAT, {-1, 1}).output("label", Type::STRING).output("score");
  g.node("TreeEnsembleClassifier", {"X"}, {"label", "score"}, kMl).ints("nodes_treeids", {0, 0, 0}).ints("nodes_nodeids", {0, 1, 2}).ints("nodes_featureids", {0, 0, 0})
      .strings("nodes_modes", {"BRANCH_LEQ", "LEAF", "LEAF"}).floats("nodes_values", {0.5f, 0, 0}).ints("nodes_truenodeids", {1, 0, 0}).ints("nodes_falsenodeids", {2, 0, 0})
      .ints("class_treeids", {0, 0}).ints("class_nodeids", {1, 2}).ints("class_ids", {0, 0}).floats("class_weights", {1, -2}).strings("classlabels_strings", {"only"});
  expectRows(g, "X\n0\n1\n", "label,score\nonly,1\nonly,-2\n");
  EXPECT_TRUE(warns(g, "has one label"));
}

TEST(ZipMapWithoutLabels, IsItsTensor) {
  Graph g;
  g.input("X", Type::FLOAT, {-1, 2}).output("Z");
  g.node("ZipMap", {"X"}, {"Z"}, kMl);
  expectRows(g, "X[0],X[1]\n1,2\n", "Z[0],Z[1]\n1,2\n");
  EXPECT_TRUE(warns(g, "has no labels"));
}

// One input a column, and a first step that reads several: nothing can be computed, but the reason is known.
TEST(ColumnsThatWereSplit, AreNamed) {
  Graph g;
  g.input("a", Type::FLOAT, {-1, 1}).input("b", Type::FLOAT, {-1, 1}).output("Y");
  auto& index = *g.model().mutable_graph()->add_initializer();
  index.set_name("index"), index.set_data_type(Type::INT64), index.add_dims(1), index.add_int64_data(1);
  g.node("ArrayFeatureExtractor", {"a", "index"}, {"Y"}, kMl);
  EXPECT_NE(g.check().find("export with one input of all columns"), std::string::npos);
}

}  // namespace kiln::test

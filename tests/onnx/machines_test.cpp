// Linear models, support vector machines and the column operators of ai.onnx.ml. Expected values are worked by hand.
#include <cmath>

#include "tests/onnx/graph.h"

namespace kiln::test {

constexpr const char* kMl = "ai.onnx.ml";

TEST(LinearClassifier, OneScoreOfTwoLabels) {
  Graph g(21, 1);
  g.input("X", Type::FLOAT, {-1, 2}).output("label", Type::INT64).output("scores");
  g.node("LinearClassifier", {"X"}, {"label", "scores"}, kMl).floats("coefficients", {1, 2}).floats("intercepts", {-1}).ints("classlabels_ints", {4, 6});
  EXPECT_EQ(g.score("X[0],X[1]\n1,1\n1,0\n"), "label,scores[0],scores[1]\n6,-1,2\n4,1,0\n");
}

TEST(LinearClassifier, LargestOfThree) {
  Graph g(21, 1);
  g.input("X", Type::FLOAT, {-1, 2}).output("label", Type::STRING).output("scores");
  g.node("LinearClassifier", {"X"}, {"label", "scores"}, kMl).floats("coefficients", {1, 0, 0, 1, 1, 1}).floats("intercepts", {0, 0, -3}).strings("classlabels_strings", {"a", "b", "c"});
  EXPECT_EQ(g.score("X[0],X[1]\n1,1\n1,2\n3,3\n"), "label,scores[0],scores[1],scores[2]\na,1,1,-1\nb,1,2,0\na,3,3,3\n");
}

// ONNX Runtime 1.32: the first coefficients, as rows of the width of the input.
TEST(LinearClassifier, MoreCoefficientsThanColumns) {
  Graph g(21, 1);
  g.input("X", Type::FLOAT, {-1, 2}).output("label", Type::INT64).output("scores");
  g.node("LinearClassifier", {"X"}, {"label", "scores"}, kMl).floats("coefficients", {1, 2, 3, 4, 5, 6, 7, 8, 9}).floats("intercepts", {0.5f, 0, -1}).ints("classlabels_ints", {0, 1, 2});
  EXPECT_EQ(g.score("X[0],X[1]\n1,-2\n", "2>/dev/null"), "label,scores[0],scores[1],scores[2]\n0,-2.5,-5,-8\n");
  EXPECT_NE(g.check().find("those beyond are ignored"), std::string::npos);
  EXPECT_NE(g.check("--semantics=spec").find("!"), std::string::npos);
}

// Columns are what stands after the first dimension; expected value of ONNX Runtime 1.32.
TEST(FeatureVectorizer, OfMoreDimensions) {
  Graph g(21, 1);
  g.input("X", Type::FLOAT, {-1, 2, 2}).input("Z", Type::FLOAT, {-1, 1}).output("Y");
  g.node("FeatureVectorizer", {"X", "Z"}, {"Y"}, kMl).ints("inputdimensions", {4, 1});
  EXPECT_EQ(g.score("\"X[0,0]\",\"X[0,1]\",\"X[1,0]\",\"X[1,1]\",Z\n1,2,3,4,5\n"), "Y[0],Y[1],Y[2],Y[3],Y[4]\n1,2,3,4,5\n");
}

TEST(LinearRegressor, WrongNumberOfCoefficients) {
  Graph g(21, 1);
  g.input("X", Type::FLOAT, {-1, 2}).output("Y");
  g.node("LinearRegressor", {"X"}, {"Y"}, kMl).floats("coefficients", {1}).floats("intercepts", {0});
  EXPECT_NE(g.check().find("'coefficients' has 1 entries"), std::string::npos);
}

// More coefficients than columns: ONNX Runtime reads the first ones, and gives 21.
TEST(LinearRegressor, MoreCoefficientsThanColumns) {
  Graph g(21, 1);
  g.input("X", Type::FLOAT, {-1, 2}).output("Y");
  g.node("LinearRegressor", {"X"}, {"Y"}, kMl).floats("coefficients", {1, 2, 3});
  const std::string warned = g.score("X[0],X[1]\n1,10\n");
  EXPECT_NE(warned.find("those beyond are ignored"), std::string::npos);
  EXPECT_EQ(warned.substr(warned.size() - 5), "Y\n21\n");
  EXPECT_NE(g.check("--semantics=spec").find("'coefficients' has 3 entries"), std::string::npos);
}

// Scores (nan, ...) and (1, nan, 2): labels of ONNX Runtime 1.32.
TEST(LinearClassifier, NotANumberAsFirstScore) {
  Graph g(21, 1);
  g.input("X", Type::FLOAT, {-1, 2}).output("label", Type::INT64).output("s");
  g.node("LinearClassifier", {"X"}, {"label", "s"}, kMl).floats("coefficients", {INFINITY, 0, 0, 1, 1, 0}).floats("intercepts", {0, 0, 0}).ints("classlabels_ints", {5, 6, 7});
  EXPECT_EQ(g.score("X[0],X[1]\n0,1\n-1,1\n-2,-1\n"), "label,s[0],s[1],s[2]\n5,nan,1,0\n6,-inf,1,-1\n6,-inf,-1,-2\n");
}

// Two vectors (1,0) and (0,1), linear kernel: s = 2 x0 - x1 + 0.5. A positive sum votes for the first class.
TEST(SVMClassifier, LinearPair) {
  Graph g(21, 1);
  g.input("X", Type::FLOAT, {-1, 2}).output("label", Type::INT64).output("scores");
  g.node("SVMClassifier", {"X"}, {"label", "scores"}, kMl).text("kernel_type", "LINEAR").floats("support_vectors", {1, 0, 0, 1}).ints("vectors_per_class", {1, 1})
      .floats("coefficients", {2, -1}).floats("rho", {0.5f}).ints("classlabels_ints", {10, 20});
  EXPECT_EQ(g.score("X[0],X[1]\n1,1\n0,2\n", "--outputs label"), "label\n10\n20\n");
}

// Sums that cancel show how products and powers are rounded: ONNX Runtime 1.32, one batch of these four rows.
TEST(SVMClassifier, PolynomialsRoundAsOnnxRuntimes) {
  const auto scores = [](const std::vector<float>& parameters) {
    Graph g(21, 1);
    g.input("X", Type::FLOAT, {-1, 3}).output("label", Type::INT64).output("s");
    g.node("SVMClassifier", {"X"}, {"label", "s"}, kMl).text("kernel_type", "POLY").floats("kernel_params", parameters)
        .floats("support_vectors", {0.15f, 1.5f, -2.99f, 2.08f, -1.25f, -4.75f, -1.94f, 1.8f, 1, -3.44f, 1.86f, -0.26f, 1.28f, 1, -3.47f, 1.05f, -1.82f, 4.64f})
        .floats("coefficients", {7.5f, -3.25f, 4.125f, -6.5f, 2.75f, -4.5f}).floats("rho", {-0.125f}).ints("vectors_per_class", {3, 3}).ints("classlabels_ints", {0, 1});
    return g.score("X[0],X[1],X[2]\n1.5,-2,0.3\n2.1,0.4,-1.7\n-0.6,3.3,2.2\n0.1,0.2,0.3\n", "--outputs s[1]");
  };
  EXPECT_EQ(scores({0.3f, 0.7f, 4}), "s[1]\n-374.4251\n-453.33292\n-820.8623\n-4.0564723\n");
  EXPECT_EQ(scores({0.3f, 0, 5}), "s[1]\n658.3107\n-1173.6752\n8093.6323\n-0.09398523\n");
}

// Coefficients of both signs, and none that is negative: labels of ONNX Runtime 1.32.
TEST(SVMClassifier, TwoClassesWithoutVectors) {
  const auto labels = [](const std::vector<float>& coefficients, const std::string& flags = "") {
    Graph g(21, 1);
    g.input("X", Type::FLOAT, {-1, 3}).output("label", Type::INT64).output("s");
    g.node("SVMClassifier", {"X"}, {"label", "s"}, kMl).text("kernel_type", "LINEAR").floats("kernel_params", {1, 0, 1}).floats("coefficients", coefficients)
        .floats("rho", {-0.25f}).ints("classlabels_ints", {5, 6});
    return g.score("X[0],X[1],X[2]\n1,1,1\n0.1,0.1,0.1\n0.3,-0.2,0.1\n2,1,0\n-1,2,-1\n", "--outputs label " + flags);
  };
  EXPECT_EQ(labels({1, -2, 0.5f, -1, 0.25f, 1.5f}), "label\n6\n6\n6\n5\n6\n");
  EXPECT_EQ(labels({1, 2, 0.5f, 1, 0.25f, 1.5f}), "label\n6\n5\n6\n6\n6\n");
  EXPECT_EQ(labels({1, 2, 0.5f, 1, 0.25f, 1.5f}, "--semantics=spec"), "label\n5\n5\n6\n5\n5\n");   // of the largest score
}

TEST(SVMRegressor, LinearWithoutVectors) {
  Graph g(21, 1);
  g.input("X", Type::FLOAT, {-1, 2}).output("Y");
  g.node("SVMRegressor", {"X"}, {"Y"}, kMl).text("kernel_type", "LINEAR").integer("n_supports", 0).floats("coefficients", {2, -1}).floats("rho", {0.5f});
  EXPECT_EQ(g.score("X[0],X[1]\n1,1\n0,2\n"), "Y\n1.5\n-1.5\n");
}

TEST(SVMHostile, ListsThatDoNotFit) {   // ONNX Runtime PRs 27699, 27950
  for (const char* what : {"support_vectors", "coefficients", "rho", "vectors_per_class"}) {
    Graph g(21, 1);
    g.input("X", Type::FLOAT, {-1, 2}).output("label", Type::INT64).output("scores");
    const auto is = [&](const char* name) { return std::string(what) == name; };
    g.node("SVMClassifier", {"X"}, {"label", "scores"}, kMl).text("kernel_type", "LINEAR")
        .floats("support_vectors", is("support_vectors") ? std::vector<float>{1, 0, 0} : std::vector<float>{1, 0, 0, 1})
        .ints("vectors_per_class", is("vectors_per_class") ? std::vector<int64_t>{1, INT64_MAX} : std::vector<int64_t>{1, 1})
        .floats("coefficients", is("coefficients") ? std::vector<float>{2} : std::vector<float>{2, -1})
        .floats("rho", is("rho") ? std::vector<float>{1, 2} : std::vector<float>{0.5f}).ints("classlabels_ints", {10, 20});
    EXPECT_NE(g.check().find(what), std::string::npos) << what;
  }
}

TEST(Normalizer, Norms) {
  for (auto [norm, expected] : {std::pair("MAX", "-1,0.5,1"), {"L1", "-0.4,0.2,0.4"}}) {
    Graph g(21, 1);
    g.input("X", Type::FLOAT, {-1, 3}).output("Y");
    g.node("Normalizer", {"X"}, {"Y"}, kMl).text("norm", norm);
    EXPECT_EQ(g.score("X[0],X[1],X[2]\n-4,2,4\n0,0,0\n"), std::string("Y[0],Y[1],Y[2]\n") + expected + "\n0,0,0\n");
  }
}

TEST(Imputer, Nan) {
  Graph g(21, 1);
  g.input("X", Type::FLOAT, {-1, 2}).output("Y");
  g.node("Imputer", {"X"}, {"Y"}, kMl).floats("imputed_value_floats", {5, 6}).number("replaced_value_float", NAN);
  EXPECT_EQ(g.score("X[0],X[1]\n,2\n1,nan\n"), "Y[0],Y[1]\n5,2\n1,6\n");
}

TEST(ArrayFeatureExtractor, ColumnsAndLabels) {
  Graph g(21, 1);
  g.input("X", Type::FLOAT, {-1, 3}).output("Y");
  g.node("Constant", {}, {"at"}).ints("value_ints", {2, 0});
  g.node("ArrayFeatureExtractor", {"X", "at"}, {"Y"}, kMl);
  EXPECT_EQ(g.score("X[0],X[1],X[2]\n1,2,3\n"), "Y[0],Y[1]\n3,1\n");
  Graph labels(21, 1);
  labels.input("I", Type::INT64, {-1}).output("L", Type::STRING);
  labels.node("Constant", {}, {"names"}).strings("value_strings", {"red", "green"});
  labels.node("ArrayFeatureExtractor", {"names", "I"}, {"L"}, kMl);
  EXPECT_EQ(labels.score("I\n1\n0\n2\n", "--status-column s").substr(0, 20), "L,s\ngreen,ok\nred,ok\n");   // 2 is outside: that row has no result
}

TEST(ZipMap, ColumnsByLabel) {
  Graph g(21, 1);
  g.input("X", Type::FLOAT, {-1, 2}).output("Z");
  g.node("ZipMap", {"X"}, {"Z"}, kMl).strings("classlabels_strings", {"a", "b"});
  EXPECT_EQ(g.score("X[0],X[1]\n1,2\n"), "Z[a],Z[b]\n1,2\n");
}

// A model that is scored whole has a sequence of maps: that of row i is Z.i.
TEST(ZipMap, SeveralMapsOfOneRow) {
  Graph g(21, 1);
  g.input("X", Type::FLOAT, {2, 2}).output("Z");
  g.node("ZipMap", {"X"}, {"Z"}, kMl).strings("classlabels_strings", {"a", "b"});
  EXPECT_EQ(g.score("\"X[0,0]\",\"X[0,1]\",\"X[1,0]\",\"X[1,1]\"\n1,2,3,4\n"), "Z.0[a],Z.0[b],Z.1[a],Z.1[b]\n1,2,3,4\n");
}

}  // namespace kiln::test

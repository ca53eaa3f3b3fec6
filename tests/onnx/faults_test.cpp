// Warnings about what exporters get wrong and what ONNX Runtime and the standard read differently: each fires where it should, with its
// place, and not beside it.
#include <limits>

#include "tests/onnx/graph.h"

namespace kiln::test {

constexpr const char* kMl = "ai.onnx.ml";

static void expectWarning(const Graph& g, const std::string& message, const std::string& place) {
  const std::string said = g.check();
  EXPECT_NE(said.find("warning: " + message), std::string::npos) << said;
  EXPECT_NE(said.find(place), std::string::npos) << said;
}
static void expectNone(const Graph& g) { EXPECT_EQ(g.check().find("warning"), std::string::npos) << g.check(); }

/// A tree of one split, whose leaves weigh -1 and 1 for class 0 of two.
// ML.NET's OneHotHashEncoding over texts, without the hash; of a key that is the number of a category it is right.
TEST(Faults, HashOfTextOfMlNet) {
  const auto encoder = [](const char* producer, int64_t type) {
    Graph g;
    g.model().set_producer_name(producer);
    g.input("X", type, {-1, 1}).output("Y");
    g.node("Cast", {"X"}, {"c"}).integer("to", Type::INT64);
    g.node("OneHotEncoder", {"c"}, {"Y"}, "ai.onnx.ml").ints("cats_int64s", {1, 2, 3, 4});
    return g.check();
  };
  const std::string warning = "a text is taken for the number of its hash";
  EXPECT_NE(encoder("ML.NET", Type::STRING).find(warning), std::string::npos);
  EXPECT_EQ(encoder("ML.NET", Type::FLOAT).find(warning), std::string::npos);
  EXPECT_EQ(encoder("mine", Type::STRING).find(warning), std::string::npos);
}

static Graph stump(const char* producer, float threshold, const char* mode, int type = Type::FLOAT, const std::vector<float>& weights = {-1, 1}, const char* transform = "LOGISTIC",
                   const std::vector<int64_t>& ids = {0, 0}, const std::vector<float>& base = {}) {
  Graph g(21, 3);
  g.model().set_producer_name(producer);
  g.input("X", type, {-1, 1}).output("label", Type::INT64).output("scores");
  NodeOf node = g.node("TreeEnsembleClassifier", {"X"}, {"label", "scores"}, kMl);
  node.ints("nodes_treeids", {0, 0, 0}).ints("nodes_nodeids", {0, 1, 2}).ints("nodes_featureids", {0, 0, 0}).strings("nodes_modes", {mode, "LEAF", "LEAF"})
      .floats("nodes_values", {threshold, 0, 0}).ints("nodes_truenodeids", {1, 0, 0}).ints("nodes_falsenodeids", {2, 0, 0}).ints("class_treeids", {0, 0}).ints("class_nodeids", {1, 2})
      .ints("class_ids", ids).floats("class_weights", weights).ints("classlabels_int64s", {0, 1}).text("post_transform", transform);
  if (!base.empty()) node.floats("base_values", base);
  return g;
}

TEST(Faults, Trees) {
  expectNone(stump("skl2onnx", 1, "BRANCH_LEQ"));
  expectWarning(stump("skl2onnx", std::numeric_limits<float>::infinity(), "BRANCH_LEQ"), "infinite thresholds", "graph.node[0] (TreeEnsembleClassifier)");
  expectNone(stump("CatBoost", std::numeric_limits<float>::infinity(), "BRANCH_LEQ"));
  expectWarning(stump("OnnxMLTools", 1, "BRANCH_EQ"), "categories as chains of BRANCH_EQ", "graph.node[0]");
  expectWarning(stump("", 1, "BRANCH_LEQ", Type::DOUBLE), "double columns are compared with thresholds", "graph.node[0]");
}

TEST(Faults, ScoresOfTwoLabels) {
  expectWarning(stump("", 1, "BRANCH_LEQ", Type::FLOAT, {1, 2}), "one score of two labels", "graph.node[0]");
  expectWarning(stump("", 1, "BRANCH_LEQ", Type::FLOAT, {-1, 2}, "SOFTMAX_ZERO"), "post_transform SOFTMAX_ZERO", "graph.node[0]");
  expectWarning(stump("", 1, "BRANCH_LEQ", Type::FLOAT, {0.2f, 0.5f}, "PROBIT"), "post_transform PROBIT", "graph.node[0]");
  expectWarning(stump("", 1, "BRANCH_LEQ", Type::FLOAT, {-1, 2}, "LOGISTIC", {0, 1}, {0.5f}), "one base value of two scores", "graph.node[0]");
  expectWarning(stump("", 1, "BRANCH_LEQ", Type::FLOAT, {-1, 2}, "LOGISTIC", {0, 1}, {0.5f, 0.5f}), "two base values of a binary classifier", "graph.node[0]");
}

TEST(Faults, ForestDividedByAHundred) {
  for (const float by : {100.0f, 50.0f}) {
    Graph g(21, 3);
    g.model().set_producer_name("OnnxMLTools");
    g.input("X", Type::FLOAT, {-1, 1}).output("Y").initializer("count", {1}, {by});
    g.node("TreeEnsembleRegressor", {"X"}, {"sum"}, kMl).ints("nodes_treeids", {0}).ints("nodes_nodeids", {0}).ints("nodes_featureids", {0}).strings("nodes_modes", {"LEAF"}).floats("nodes_values", {0})
        .ints("nodes_truenodeids", {0}).ints("nodes_falsenodeids", {0}).ints("target_treeids", {0}).ints("target_nodeids", {0}).ints("target_ids", {0}).floats("target_weights", {7}).integer("n_targets", 1);
    g.node("Div", {"sum", "count"}, {"Y"});
    by == 100 ? expectWarning(g, "the sum of the trees is divided by 100", "graph.node[1] (Div)") : expectNone(g);
  }
}

// The probabilities of LightGBM's boosting=rf, as onnxmltools writes them, alone and in a pipeline.
TEST(Faults, ClassesDividedByAHundred) {
  for (const char* producer : {"OnnxMLTools", "skl2onnx"})
    for (const float by : {100.0f, 50.0f}) {
      Graph g = stump(producer, 1, "BRANCH_LEQ");
      auto& one = *g.model().mutable_graph()->add_initializer();
      one.set_name("one"), one.set_data_type(Type::INT64), one.add_int64_data(1);
      g.output("Y").initializer("count", {}, {by});
      g.node("ArrayFeatureExtractor", {"scores", "one"}, {"p"}, kMl), g.node("Div", {"p", "count"}, {"Y"});
      by == 100 ? expectWarning(g, "a probability is divided by 100", "graph.node[2] (Div)") : expectNone(g);
    }
}

TEST(Faults, NearestKnot) {
  Graph g(17);
  g.model().set_producer_name("skl2onnx");
  g.input("X", Type::FLOAT, {-1, 1}).output("Y", Type::INT64).initializer("knots", {1, 3}, {0, 1, 2});
  g.node("Sub", {"X", "knots"}, {"d"}), g.node("Abs", {"d"}, {"a"}), g.node("ArgMin", {"a"}, {"Y"}).integer("axis", 1);
  expectWarning(g, "the nearest of a list of numbers is looked up", "graph.node[2] (ArgMin)");
  g.model().set_producer_name("mine");
  expectNone(g);
}

TEST(Faults, WeightsByDistance) {
  Graph g(21);
  g.model().set_producer_name("skl2onnx");
  g.input("X", Type::FLOAT, {-1, 3}).output("Y");
  auto& k = *g.model().mutable_graph()->add_initializer();
  k.set_name("k"), k.set_data_type(Type::INT64), k.add_dims(1), k.add_int64_data(2);
  g.node("TopK", {"X", "k"}, {"values", "at"}), g.node("Reciprocal", {"values"}, {"Y"});
  expectWarning(g, "neighbours are weighted by the reciprocal of a distance", "graph.node[1] (Reciprocal)");
}

// 1 / max(-d, 1e-6) of the distances d that TopK has: as skl2onnx 1.20 writes weights="distance", from opset 11 and before it.
TEST(Faults, WeightsOfNegatives) {
  for (const bool before : {false, true})
    for (const float sign : {-1.0f, 2.0f}) {
      Graph g(21);
      g.model().set_producer_name("skl2onnx");
      g.input("X", Type::FLOAT, {-1, 3}).output("Y").initializer("sign", {1}, {sign}).initializer("least", {1}, {1e-6f});
      auto& k = *g.model().mutable_graph()->add_initializer();
      k.set_name("k"), k.set_data_type(Type::INT64), k.add_dims(1), k.add_int64_data(2);
      if (before) g.node("Mul", {"X", "sign"}, {"d"}), g.node("TopK", {"d", "k"}, {"signed", "at"});
      else g.node("TopK", {"X", "k"}, {"d", "at"}), g.node("Mul", {"d", "sign"}, {"signed"});
      g.node("Max", {"signed", "least"}, {"limited"}), g.node("Reciprocal", {"limited"}, {"Y"});
      expectWarning(g, sign == -1 ? "the weights of neighbours are all the same" : "neighbours are weighted by the reciprocal of a distance", "graph.node[3] (Reciprocal)");
    }
}

// What skl2onnx leaves of these estimators is the name of a result.
TEST(Faults, EstimatorsByTheirNames) {
  for (const auto& [name, message] : {std::pair("label_tuned1", "the threshold of TunedThresholdClassifierCV is not exported"), std::pair("concat_out_ovo_label", "labels of OneVsOneClassifier are exported as numbers of classes")}) {
    Graph g(21);
    g.model().set_producer_name("skl2onnx");
    g.input("X", Type::FLOAT, {-1, 3}).output("Y", Type::INT64);
    g.node("ArgMax", {"X"}, {name}).integer("axis", 1);
    g.node("Identity", {name}, {"Y"});
    expectWarning(g, message, "graph.node[0] (ArgMax)");
    g.model().set_producer_name("mine");
    expectNone(g);
  }
}

// As skl2onnx 1.20 writes SGDClassifier(loss="modified_huber"): its labels of three classes differ from scikit-learn's where classes tie at 1.
TEST(Faults, LabelsOfClippedScores) {
  const auto classifier = [](const char* producer, bool divided, bool clipped) {
    Graph g(12);
    g.model().set_producer_name(producer);
    g.input("X", Type::FLOAT, {-1, 3}).output("Y", Type::INT64).initializer("low", {}, {-1}).initializer("one", {}, {1}).initializer("two", {}, {2});
    if (clipped) g.node("Clip", {"X", "low", "one"}, {"clipped"});
    g.node("Add", {clipped ? "clipped" : "X", "one"}, {"sum"});
    g.node("Div", {"sum", "two"}, {"proba"});
    if (divided) {
      g.node("ReduceSum", {"proba"}, {"all"}).ints("axes", {1});
      g.node("Add", {"proba", "all"}, {"updated"});
      g.node("Div", {"updated", "all"}, {"probabilities"});
    }
    g.node("ArgMax", {divided ? "probabilities" : "proba"}, {"Y"}).integer("axis", 1);
    return g.check();
  };
  const std::string warning = "the label is that of the largest of probabilities that are clipped scores";
  EXPECT_NE(classifier("skl2onnx", true, true).find(warning), std::string::npos);
  EXPECT_EQ(classifier("skl2onnx", false, true).find(warning), std::string::npos);
  EXPECT_EQ(classifier("skl2onnx", true, false).find(warning), std::string::npos);
  EXPECT_EQ(classifier("mine", true, true).find(warning), std::string::npos);
}

// BayesianRidge with return_std.
TEST(Faults, DeviationsWithoutTheRow) {
  for (const bool product : {false, true}) {
    Graph g(12);
    g.model().set_producer_name("skl2onnx");
    g.input("X", Type::FLOAT, {-1, 2}).output("Y").initializer("sigma", {2, 2}, {1, 0.5, 0.5, 1}).initializer("noise", {1}, {1});
    g.node("MatMul", {"X", "sigma"}, {"sigma0"});
    if (product) g.node("Mul", {"sigma0", "X"}, {"squares"});
    g.node("ReduceSum", {product ? "squares" : "sigma0"}, {"sigma1"}).ints("axes", {1});
    g.node("Add", {"sigma1", "noise"}, {"std0"});
    g.node("Sqrt", {"std0"}, {"Y"});
    if (product) expectNone(g); else expectWarning(g, "the standard deviation sums x * sigma, not x * sigma * x", "(Sqrt)");
  }
}

// SVC(probability=True) with raw_scores; without probabilities the scores are those of decision_function.
TEST(Faults, NegatedProbabilities) {
  for (const bool probabilities : {true, false}) {
    Graph g(12);
    g.model().set_producer_name("skl2onnx");
    g.input("X", Type::FLOAT, {-1, 1}).output("label", Type::INT64).output("Y").initializer("minus", {1}, {-1});
    NodeOf node = g.node("SVMClassifier", {"X"}, {"label", "scores"}, kMl);
    node.ints("classlabels_ints", {0, 1}).ints("vectors_per_class", {1, 1}).floats("support_vectors", {1, 2}).floats("coefficients", {1, -1}).floats("rho", {0.5}).floats("kernel_params", {1, 0, 3}).text("kernel_type", "RBF");
    if (probabilities) node.floats("prob_a", {-1}).floats("prob_b", {0});
    g.node("Cast", {"scores"}, {"raw"}).integer("to", Type::FLOAT);
    g.node("Mul", {"raw", "minus"}, {"Y"});
    if (probabilities) expectWarning(g, "probabilities of an SVMClassifier are negated", "graph.node[2] (Mul)"); else expectNone(g);
  }
}

TEST(Faults, GaussianClasses) {
  for (const bool erf : {true, false}) {
    Graph g(18);
    g.model().set_producer_name("skl2onnx");
    g.input("X", Type::FLOAT, {2, -1}).output("Y").initializer("L", {2, 2}, {1, 0, 0.5f, 2});
    g.node("Solve", {"L", "X"}, {"v"}, "com.microsoft"), g.node(erf ? "Erf" : "Abs", {"v"}, {"Y"});
    const std::string said = g.check();
    EXPECT_EQ(said.find("warning: GaussianProcessClassifier") != std::string::npos, erf) << said;
  }
}

TEST(Faults, ImputedByNeighbors) {
  Graph g(21);
  g.model().set_producer_name("skl2onnx");
  auto& function = *g.model().add_functions();
  function.set_domain("local_domain"), function.set_name("dist_nan_euclidean"), function.add_input("x"), function.add_output("y");
  auto& opset = *function.add_opset_import();
  opset.set_domain(""), opset.set_version(21);
  auto& node = *function.add_node();
  node.set_op_type("Abs"), node.add_input("x"), node.add_output("y");
  auto& domain = *g.model().add_opset_import();
  domain.set_domain("local_domain"), domain.set_version(1);
  g.input("X", Type::FLOAT, {-1, 3}).output("Y").node("dist_nan_euclidean", {"X"}, {"Y"}, "local_domain");
  expectWarning(g, "KNNImputer: distances are sums of squares and products in float", "graph.node[0] (dist_nan_euclidean)");
}

// KNNImputer as skl2onnx 1.10 and 1.14 write it, from the nearest rows on.
TEST(Faults, ImputedByNearestRows) {
  for (const char* condition : {"IsNaN", "Not"}) {
    Graph g(12, 1);
    g.model().set_producer_name("skl2onnx");
    g.input("X", Type::FLOAT, {-1, 2}).output("Y").initializer("values", {2, 3}, {1, 2, 3, 4, 5, 6}).initializer("matrix", {2, 3}, {1, 0, 2, 1, 1, 0}).initializer("number", {1}, {2});
    for (const auto& [name, sizes] : {std::pair("k", std::vector<int64_t>{2}), std::pair("shape", std::vector<int64_t>{2, -1, 2})}) {
      auto& tensor = *g.model().mutable_graph()->add_initializer();
      tensor.set_name(name), tensor.set_data_type(Type::INT64), tensor.add_dims(static_cast<int64_t>(sizes.size()));
      for (const int64_t size : sizes) tensor.add_int64_data(size);
    }
    g.node("MatMul", {"X", "matrix"}, {"distances"}), g.node("TopK", {"distances", "k"}, {"least", "at"}).integer("largest", 0);
    g.node("Flatten", {"at"}, {"flat"}), g.node("ArrayFeatureExtractor", {"values", "flat"}, {"found"}, kMl), g.node("Reshape", {"found", "shape"}, {"rows"});
    g.node("Transpose", {"rows"}, {"columns"}).ints("perm", {1, 0, 2}), g.node("ReduceSum", {"columns"}, {"sum"}).ints("axes", {2}).integer("keepdims", 0), g.node("Div", {"sum", "number"}, {"mean"});
    g.node("IsNaN", {"X"}, {"missing"}), g.node("Not", {"missing"}, {"known"}), g.node("Where", {*condition == 'N' ? "known" : "missing", "mean", "X"}, {"Y"});
    const bool found = g.check().find("warning: KNNImputer: neighbours that lack the value themselves count among the nearest") != std::string::npos;
    EXPECT_EQ(found, *condition == 'I') << g.check();
  }
}

TEST(Faults, BinaryDiscriminant) {
  for (const float other : {-2.0f, -3.0f}) {
    Graph g(21, 1);
    g.model().set_producer_name("skl2onnx");
    g.input("X", Type::FLOAT, {-1, 1}).output("label", Type::INT64).output("scores");
    g.node("LinearClassifier", {"X"}, {"label", "scores"}, kMl).floats("coefficients", {2, other}).floats("intercepts", {1, -1}).ints("classlabels_ints", {0, 1}).text("post_transform", "SOFTMAX");
    other == -2 ? expectWarning(g, "SOFTMAX over two opposite scores", "graph.node[0] (LinearClassifier)") : expectNone(g);
  }
  for (const float other : {3.0f, 4.0f}) {
    Graph g(21);
    g.model().set_producer_name("skl2onnx");
    g.input("X", Type::FLOAT, {-1, 2}).output("p").initializer("w", {2, 2}, {-2, 2, -3, other}).initializer("b", {2}, {1, -1});
    g.node("MatMul", {"X", "w"}, {"product"}), g.node("Add", {"product", "b"}, {"scores"}), g.node("Softmax", {"scores"}, {"p"});
    other == 3 ? expectWarning(g, "SOFTMAX over two opposite scores", "graph.node[2] (Softmax)") : expectNone(g);
  }
}

// A sum of trees t, and the larger of -t and t, for a probability too or not.
TEST(Faults, SignOfTrees) {
  for (const bool probability : {false, true}) {
    Graph g(12, 1);
    g.model().set_producer_name("OnnxMLTools");
    g.input("X", Type::FLOAT, {-1, 1}).output("label", Type::INT64).initializer("one", {1, 1}, {1});
    g.node("TreeEnsembleRegressor", {"X"}, {"tree"}, kMl).ints("nodes_treeids", {0}).ints("nodes_nodeids", {0}).ints("nodes_featureids", {0}).strings("nodes_modes", {"LEAF"}).floats("nodes_values", {0})
        .ints("nodes_truenodeids", {0}).ints("nodes_falsenodeids", {0}).ints("target_treeids", {0}).ints("target_nodeids", {0}).ints("target_ids", {0}).floats("target_weights", {2}).integer("n_targets", 1);
    g.node("MatMul", {"tree", "one"}, {"sum"}), g.node("Neg", {"sum"}, {"less"}), g.node("Concat", {"less", "sum"}, {"both"}).integer("axis", 1), g.node("ArgMax", {"both"}, {"label"}).integer("axis", 1);
    if (probability) g.output("p").node("Sigmoid", {"both"}, {"p"});
    probability ? expectNone(g) : expectWarning(g, "of a sum of trees only the sign is left", "graph.node[4] (ArgMax)");
  }
}

TEST(Faults, TargetsWithoutTrees) {
  for (const int64_t other : {0, 1}) {
    Graph g(12, 1);
    g.model().set_producer_name("OnnxMLTools");
    g.input("X", Type::FLOAT, {-1, 1}).output("Y");
    g.node("TreeEnsembleRegressor", {"X"}, {"Y"}, kMl).ints("nodes_treeids", {0, 1}).ints("nodes_nodeids", {0, 0}).ints("nodes_featureids", {0, 0}).strings("nodes_modes", {"LEAF", "LEAF"}).floats("nodes_values", {0, 0})
        .ints("nodes_truenodeids", {0, 0}).ints("nodes_falsenodeids", {0, 0}).ints("target_treeids", {0, 1}).ints("target_nodeids", {0, 0}).ints("target_ids", {0, other}).floats("target_weights", {2, 3}).integer("n_targets", 2);
    other == 0 ? expectWarning(g, "several targets, and one that no tree adds to", "graph.node[0] (TreeEnsembleRegressor)") : expectNone(g);
  }
}

// What CatBoost says of its training, in the model that it writes.
TEST(Faults, TrainedFor) {
  const auto trained = [](const char* loss) {
    Graph g = stump("CatBoost", 1, "BRANCH_GT");
    auto& entry = *g.model().add_metadata_props();
    entry.set_key("params"), entry.set_value(std::string("{\"loss_function\":{\"type\":\"") + loss + "\",\"params\":{}}}");
    return g;
  };
  expectWarning(trained("Tweedie"), "trained for Poisson or Tweedie", "graph.node[0] (TreeEnsembleClassifier)");
  expectWarning(trained("MultiLogloss"), "trained for several labels", "graph.node[0] (TreeEnsembleClassifier)");
  expectWarning(trained("MultiClassOneVsAll"), "trained for each class against all others", "graph.node[0] (TreeEnsembleClassifier)");
  expectNone(trained("Logloss"));
  expectNone(trained("MultiClass"));
  // Its labels left out, as CatBoost 1.2 writes models of several targets: an error, and the reason.
  expectWarning(trained("MultiRMSE"), "trained for several targets or for uncertainty", "graph.node[0] (TreeEnsembleClassifier)");
}

// XGBoost's multi:softmax, as onnxmltools writes it.
TEST(Faults, SumsOfClasses) {
  for (const char* transform : {"NONE", "SOFTMAX"})
    for (const float weight : {-0.5f, 0.5f}) {
      Graph g(21, 3);
      g.model().set_producer_name("OnnxMLTools");
      g.input("X", Type::FLOAT, {-1, 1}).output("label", Type::INT64).output("scores");
      g.node("TreeEnsembleClassifier", {"X"}, {"label", "scores"}, kMl).ints("nodes_treeids", {0}).ints("nodes_nodeids", {0}).ints("nodes_featureids", {0}).strings("nodes_modes", {"LEAF"}).floats("nodes_values", {0})
          .ints("nodes_truenodeids", {0}).ints("nodes_falsenodeids", {0}).ints("class_treeids", {0, 0, 0}).ints("class_nodeids", {0, 0, 0}).ints("class_ids", {0, 1, 2}).floats("class_weights", {weight, 0.25f, 0.25f})
          .ints("classlabels_int64s", {0, 1, 2}).text("post_transform", transform);
      weight < 0 && std::string(transform) == "NONE" ? expectWarning(g, "scores of three classes or more are sums of trees", "graph.node[0] (TreeEnsembleClassifier)") : expectNone(g);
    }
}

TEST(Faults, InfiniteScales) {
  for (const float scale : {std::numeric_limits<float>::infinity(), 2.0f}) {
    Graph g(15, 1);
    g.model().set_producer_name("OnnxMLTools");
    g.input("X", Type::FLOAT, {-1, 2}).output("Y");
    g.node("Scaler", {"X"}, {"Y"}, kMl).floats("offset", {0, 0}).floats("scale", {1, scale});
    scale == 2 ? expectNone(g) : expectWarning(g, "a Scaler with an infinite scale", "graph.node[0] (Scaler)");
  }
}

TEST(Faults, IndicesOfCategories) {
  for (const bool isIndex : {true, false}) {
    Graph g(15, 2);
    g.model().set_producer_name("OnnxMLTools");
    g.input("s", Type::STRING, {-1, 1}).input("x", Type::FLOAT, {-1, 1}).output("Y");
    g.node("LabelEncoder", {"s"}, {"i"}, kMl).strings("keys_strings", {"a", "b"}).ints("values_int64s", {0, 1});
    if (isIndex) g.node("Cast", {"i"}, {"c"}).integer("to", Type::FLOAT);
    else g.node("OneHotEncoder", {"i"}, {"h"}, kMl).ints("cats_int64s", {0, 1}), g.node("Flatten", {"h"}, {"c"});
    g.node("Concat", {"c", "x"}, {"all"}).integer("axis", 1);
    g.node("TreeEnsembleRegressor", {"all"}, {"Y"}, kMl).ints("nodes_treeids", {0}).ints("nodes_nodeids", {0}).ints("nodes_featureids", {0}).strings("nodes_modes", {"LEAF"}).floats("nodes_values", {0})
        .ints("nodes_truenodeids", {0}).ints("nodes_falsenodeids", {0}).ints("target_treeids", {0}).ints("target_nodeids", {0}).ints("target_ids", {0}).floats("target_weights", {2}).integer("n_targets", 1);
    isIndex ? expectWarning(g, "trees over the numbers of categories", "graph.node[3] (TreeEnsembleRegressor)") : expectNone(g);
  }
}

TEST(Faults, LogisticOfClasses) {
  for (const size_t classes : {2, 3}) {
    Graph g(15, 1);
    g.model().set_producer_name("OnnxMLTools");
    g.input("X", Type::FLOAT, {-1, 1}).output("label", Type::INT64).output("Y");
    g.node("LinearClassifier", {"X"}, {"label", "scores"}, kMl).floats("coefficients", std::vector<float>(classes, 1)).floats("intercepts", std::vector<float>(classes, 0))
        .ints("classlabels_ints", classes == 2 ? std::vector<int64_t>{0, 1} : std::vector<int64_t>{0, 1, 2}).integer("multi_class", 1).text("post_transform", "LOGISTIC");
    g.node("Normalizer", {"scores"}, {"Y"}, kMl).text("norm", "L1");
    classes == 3 ? expectWarning(g, "the logistic functions of three and more classes", "graph.node[1] (Normalizer)") : expectNone(g);
  }
}

TEST(Faults, OutputsDeclaredAsTextOrNot) {
  Graph numbers(21);
  numbers.input("X", Type::FLOAT, {-1, 3}).output("Y", Type::STRING).node("ArgMax", {"X"}, {"Y"}).integer("axis", 1);
  expectWarning(numbers, "is declared as text, but computed as numbers", "graph.output[0] 'Y'");
  Graph text(21);
  text.input("X", Type::STRING, {-1, 1}).output("Y", Type::INT64).node("Identity", {"X"}, {"Y"});
  expectWarning(text, "is declared as numbers, but computed as text", "graph.output[0] 'Y'");
}

TEST(Faults, UnusedInputs) {
  Graph g;
  g.input("a", Type::FLOAT, {-1, 1}).input("b", Type::FLOAT, {-1, 1}).input("c", Type::FLOAT, {-1, 1}).output("Y");
  g.node("Abs", {"a"}, {"Y"});
  expectWarning(g, "an input that nothing depends on (and in 1 more)", "graph.input[1] 'b'");
}

}  // namespace kiln::test

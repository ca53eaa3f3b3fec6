// Tree ensembles. Expected values are worked by hand from the trees; rules beyond the standard's text are those that ONNX Runtime 1.31
// was seen to follow.
#include "tests/onnx/graph.h"

namespace kiln::test {

constexpr const char* kMl = "ai.onnx.ml";

// One tree: x0 <= 1 ? leaf 1 : (x1 <= 2 ? leaf 3 : leaf 4).
struct Ensemble {
  std::vector<int64_t> trees = {0, 0, 0, 0, 0}, ids = {0, 1, 2, 3, 4}, features = {0, 0, 1, 0, 0}, yes = {1, 0, 3, 0, 0}, no = {2, 0, 4, 0, 0}, tracks;
  std::vector<float> values = {1, 0, 2, 0, 0};
  std::vector<std::string> modes = {"BRANCH_LEQ", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF"};
  std::vector<int64_t> leafTrees = {0, 0, 0}, leafIds = {1, 3, 4}, targets = {0, 0, 0};
  std::vector<float> weights = {10, 20, 40};

  NodeOf& write(NodeOf& node, const std::string& prefix) const {
    node.ints("nodes_treeids", trees).ints("nodes_nodeids", ids).ints("nodes_featureids", features).floats("nodes_values", values);
    node.strings("nodes_modes", modes).ints("nodes_truenodeids", yes).ints("nodes_falsenodeids", no);
    if (!tracks.empty()) node.ints("nodes_missing_value_tracks_true", tracks);
    node.ints((prefix + "_treeids").c_str(), leafTrees).ints((prefix + "_nodeids").c_str(), leafIds).ints((prefix + "_ids").c_str(), targets);
    return node.floats((prefix + "_weights").c_str(), weights);
  }
};

Graph regressor(const Ensemble& ensemble, int64_t targets = 1) {
  Graph g(21, 1);
  g.input("X", Type::FLOAT, {-1, 2}).output("Y");
  NodeOf node = g.node("TreeEnsembleRegressor", {"X"}, {"Y"}, kMl);
  ensemble.write(node, "target").integer("n_targets", targets);
  return g;
}

TEST(TreeEnsembleRegressor, OneTree) {
  EXPECT_EQ(regressor({}).score("X[0],X[1]\n1,0\n1.0000001,2\n2,2.5\n"), "Y\n10\n20\n40\n");
}

TEST(TreeEnsembleRegressor, NanGoesToTheFalseBranchUnlessItIsTracked) {
  Ensemble e;
  EXPECT_EQ(regressor(e).score("X[0],X[1]\n,0\n"), "Y\n20\n");
  e.tracks = {1, 0, 0, 0, 0};
  EXPECT_EQ(regressor(e).score("X[0],X[1]\n,0\n"), "Y\n10\n");
}

TEST(TreeEnsembleRegressor, AggregatesAndBase) {
  Ensemble e;   // a second tree of one leaf, 4
  e.trees.push_back(1), e.ids.push_back(0), e.features.push_back(0), e.yes.push_back(0), e.no.push_back(0), e.values.push_back(0), e.modes.push_back("LEAF");
  e.leafTrees.push_back(1), e.leafIds.push_back(0), e.targets.push_back(0), e.weights.push_back(4);
  for (auto [how, expected] : {std::pair("SUM", "14.5"), {"AVERAGE", "7.5"}, {"MIN", "4.5"}, {"MAX", "10.5"}}) {
    Graph g(21, 1);
    g.input("X", Type::FLOAT, {-1, 2}).output("Y");
    NodeOf node = g.node("TreeEnsembleRegressor", {"X"}, {"Y"}, kMl);
    e.write(node, "target").integer("n_targets", 1).text("aggregate_function", how).floats("base_values", {0.5f});
    EXPECT_EQ(g.score("X[0],X[1]\n0,0\n"), std::string("Y\n") + expected + "\n") << how;
  }
}

// A target without a vote in a row stays 0: its base is not added.
TEST(TreeEnsembleRegressor, NoVoteNoBase) {
  Ensemble e;
  e.targets = {0, 1, 1};
  Graph g(21, 1);
  g.input("X", Type::FLOAT, {-1, 2}).output("Y");
  NodeOf node = g.node("TreeEnsembleRegressor", {"X"}, {"Y"}, kMl);
  e.write(node, "target").integer("n_targets", 2).floats("base_values", {1, 2});
  EXPECT_EQ(g.score("X[0],X[1]\n0,0\n2,0\n"), "Y[0],Y[1]\n11,0\n0,22\n");
}

// What exporters write for a category in {3, 5}: equality tests whose true branches meet in one leaf.
TEST(TreeEnsembleRegressor, ChainOfEqualTestsIsASet) {
  Ensemble e;
  e.trees = {0, 0, 0, 0}, e.ids = {0, 1, 2, 3}, e.features = {0, 0, 0, 0}, e.yes = {2, 2, 0, 0}, e.no = {1, 3, 0, 0}, e.values = {3, 5, 0, 0};
  e.modes = {"BRANCH_EQ", "BRANCH_EQ", "LEAF", "LEAF"}, e.leafTrees = {0, 0}, e.leafIds = {2, 3}, e.targets = {0, 0}, e.weights = {1, 2};
  EXPECT_EQ(regressor(e).score("X[0],X[1]\n3,0\n4,0\n5,0\n,0\n"), "Y\n1\n2\n1\n2\n");
}

// The same with a copy of the true branch, x1 <= 0 ? 1 : 4, at each test.
TEST(TreeEnsembleRegressor, ChainWithCopiesIsASet) {
  Ensemble e;
  e.trees.assign(9, 0), e.ids = {0, 1, 2, 3, 4, 5, 6, 7, 8}, e.features = {0, 0, 1, 1, 0, 0, 0, 0, 0}, e.values = {3, 5, 0, 0, 0, 0, 0, 0, 0};
  e.yes = {2, 3, 4, 6, 0, 0, 0, 0, 0}, e.no = {1, 8, 5, 7, 0, 0, 0, 0, 0};
  e.modes = {"BRANCH_EQ", "BRANCH_EQ", "BRANCH_LEQ", "BRANCH_LEQ", "LEAF", "LEAF", "LEAF", "LEAF", "LEAF"};
  e.leafTrees.assign(5, 0), e.leafIds = {4, 5, 6, 7, 8}, e.targets.assign(5, 0), e.weights = {1, 4, 1, 4, 2};
  const std::string csv = "X[0],X[1]\n3,0\n3,1\n4,0\n5,0\n5,1\n";
  EXPECT_EQ(regressor(e).score(csv), "Y\n1\n4\n2\n1\n4\n");
  EXPECT_NE(regressor(e).dump().find("[3, 5]"), std::string::npos);
  e.weights[3] = 8;   // no copy any more
  EXPECT_EQ(regressor(e).score(csv), "Y\n1\n4\n2\n1\n8\n");
  EXPECT_EQ(regressor(e).dump().find("[3, 5]"), std::string::npos);
}

// Two labels, weights of one class id: none negative, so the sum is the second label's share; else its sign decides,
// and the columns are -s and s (of s = 0 the first is -0: ONNX Runtime negates).
TEST(TreeEnsembleClassifier, OneClassIdOfTwo) {
  Ensemble e;
  e.weights = {0.25f, 0.5f, 0.75f};
  for (int mixed = 0; mixed < 2; mixed++) {
    if (mixed) e.weights = {-1, 0, 2};
    Graph g(21, 1);
    g.input("X", Type::FLOAT, {-1, 2}).output("label", Type::STRING).output("scores");
    NodeOf node = g.node("TreeEnsembleClassifier", {"X"}, {"label", "scores"}, kMl);
    e.write(node, "class").strings("classlabels_strings", {"no", "yes"});
    EXPECT_EQ(g.score("X[0],X[1]\n0,0\n2,0\n2,3\n"), mixed ? "label,scores[0],scores[1]\nno,1,-1\nno,-0,0\nyes,-2,2\n"
                                                          : "label,scores[0],scores[1]\nno,0.75,0.25\nno,0.5,0.5\nyes,0.25,0.75\n");
  }
}

TEST(TreeEnsembleClassifier, FirstLargestOfThree) {
  Ensemble e;
  e.targets = {2, 1, 0}, e.weights = {1, 1, 1};
  Graph g(21, 1);
  g.input("X", Type::FLOAT, {-1, 2}).output("label", Type::INT64).output("scores");
  NodeOf node = g.node("TreeEnsembleClassifier", {"X"}, {"label", "scores"}, kMl);
  e.write(node, "class").ints("classlabels_int64s", {7, 8, 9});
  EXPECT_EQ(g.score("X[0],X[1]\n0,0\n2,0\n2,3\n"), "label,scores[0],scores[1],scores[2]\n9,0,0,1\n8,0,1,0\n7,1,0,0\n");
}

// ---- hostile attributes: each is refused, and the attribute or node named

void refused(const Ensemble& e, const std::string& word) {
  const std::string said = regressor(e).check();
  EXPECT_EQ(said.substr(0, 1), "!") << said;
  EXPECT_NE(said.find(word), std::string::npos) << said;
}

const std::vector<int64_t> kHostile = {-1, 5, INT32_MAX, INT64_MIN, (int64_t{1} << 32) + 1};

TEST(TreeEnsembleHostile, ChildrenOutsideOfTheTree) {   // ONNX Runtime PRs 27531, 32031; LightGBM GHSA-wvg4-4w35-4jc9
  for (int64_t id : kHostile) {
    Ensemble yes, no;
    yes.yes[0] = id, no.no[2] = id;
    refused(yes, "nodes_truenodeids"), refused(no, "nodes_falsenodeids");
  }
}

TEST(TreeEnsembleHostile, FeaturesOutsideOfTheInput) {   // ONNX Runtime PR 27677: int64 narrowed to int
  for (int64_t id : kHostile) {
    Ensemble e;
    e.features[0] = id;
    refused(e, "nodes_featureids");
  }
}

TEST(TreeEnsembleHostile, TargetsAndLeavesOutside) {   // ONNX Runtime PR 27951
  for (int64_t id : kHostile) {
    Ensemble target, leaf;
    target.targets[1] = id, leaf.leafIds[1] = id;
    refused(target, "target_ids"), refused(leaf, "target_nodeids");
  }
}

TEST(TreeEnsembleHostile, ListsOfOtherLengths) {
  Ensemble longer, shorter;
  longer.values.push_back(1), shorter.yes.pop_back();
  refused(longer, "nodes_values"), refused(shorter, "nodes_truenodeids");
}

TEST(TreeEnsembleHostile, CyclesAndSelfReference) {   // ONNX Runtime PR 32031
  Ensemble self, cycle;
  self.yes[0] = 0;
  refused(self, "leads to itself");
  cycle.yes[2] = 0;
  refused(cycle, "cycle");
}

// A ladder in which both branches of each level lead to the next: 2^60 paths, 61 nodes.
TEST(TreeEnsembleHostile, SharedNodesAreNotMultiplied) {   // ONNX Runtime issues 24636, 25400
  Ensemble e;
  e = {};
  e.trees.clear(), e.ids.clear(), e.features.clear(), e.yes.clear(), e.no.clear(), e.values.clear(), e.modes.clear();
  for (int64_t i = 0; i <= 60; i++) {
    e.trees.push_back(0), e.ids.push_back(i), e.features.push_back(i % 2), e.values.push_back(static_cast<float>(i));
    e.yes.push_back(i < 60 ? i + 1 : 0), e.no.push_back(i < 60 ? i + 1 : 0), e.modes.push_back(i < 60 ? "BRANCH_LEQ" : "LEAF");
  }
  e.leafTrees = {0}, e.leafIds = {60}, e.targets = {0}, e.weights = {3};
  EXPECT_EQ(regressor(e).score("X[0],X[1]\n0,0\n"), "Y\n3\n");
}

// Of one target: ONNX Runtime 1.32 gave 1, 7; -3, 2; 2, 5 for a leaf without a weight whose nodes_values is 5.
TEST(Regressor, LeavesWithoutWeight) {
  for (const auto& [aggregate, expected] : {std::pair<const char*, const char*>{"SUM", "Y\n-1\n7\n"}, {"MIN", "Y\n-3\n2\n"}, {"MAX", "Y\n2\n5\n"}}) {
    Graph g(17, 3);
    g.input("X", Type::FLOAT, {-1, 1}).output("Y");
    g.node("TreeEnsembleRegressor", {"X"}, {"Y"}, "ai.onnx.ml").integer("n_targets", 1).text("aggregate_function", aggregate)
        .ints("nodes_treeids", {0, 0, 0, 1}).ints("nodes_nodeids", {0, 1, 2, 0}).ints("nodes_featureids", {0, 0, 0, 0}).floats("nodes_values", {0, 5, 5, 5})
        .strings("nodes_modes", {"BRANCH_LEQ", "LEAF", "LEAF", "LEAF"}).ints("nodes_truenodeids", {1, 0, 0, 0}).ints("nodes_falsenodeids", {2, 0, 0, 0})
        .ints("target_treeids", {0, 1}).ints("target_nodeids", {1, 0}).ints("target_ids", {0, 0}).floats("target_weights", {-3, 2});
    EXPECT_EQ(g.score("X\n-1\n1\n", "2>/dev/null"), expected) << aggregate;
    EXPECT_NE(g.check().find("a leaf has no weight"), std::string::npos);
  }
}

// The tensors of a TreeEnsemble over doubles, all of whose nodes are BRANCH_LEQ.
void addTensors(Graph& g, const std::vector<double>& splits, const std::vector<double>& weights) {
  const auto add = [&](const char* name, int type, const std::vector<double>& values) {
    auto& a = *g.model().mutable_graph()->mutable_node(0)->add_attribute();
    a.set_name(name), a.set_type(proto::AttributeProto::TENSOR);
    auto& t = *a.mutable_t();
    t.set_data_type(type), t.add_dims(static_cast<int64_t>(values.size()));
    for (double v : values) type == Type::DOUBLE ? t.add_double_data(v) : t.add_int32_data(static_cast<int32_t>(v));
  };
  add("nodes_splits", Type::DOUBLE, splits), add("leaf_weights", Type::DOUBLE, weights), add("nodes_modes", Type::UINT8, std::vector<double>(splits.size()));
}

// ONNX Runtime 1.32 transforms doubles in float: these are its results.
TEST(TreeEnsemble5, TransformsOfDoubles) {
  for (const auto& [transform, expected] : {std::pair<int64_t, const char*>{1, "0.5,0.6709192395210266"}, {4, "-inf,0.5603035092353821"}}) {
    Graph g(17, 5);
    g.input("X", Type::DOUBLE, {-1, 1}).output("Y", Type::DOUBLE);
    g.node("TreeEnsemble", {"X"}, {"Y"}, "ai.onnx.ml").integer("n_targets", 2).integer("post_transform", transform).ints("nodes_featureids", {0}).ints("nodes_truenodeids", {0})
        .ints("nodes_trueleafs", {1}).ints("nodes_falsenodeids", {1}).ints("nodes_falseleafs", {1}).ints("tree_roots", {0}).ints("leaf_targetids", {0, 1});
    addTensors(g, {0}, {0.3, 0.7123456789012});
    EXPECT_EQ(g.score("X\n1\n", "2>/dev/null"), "Y[0],Y[1]\n" + std::string(expected) + "\n");
  }
}

// Of SOFTMAX_ZERO it takes exponentials and their sum in float, and divides in double: its results.
TEST(TreeEnsemble5, SoftmaxZeroOfDoubles) {
  Graph g(17, 5);
  g.input("X", Type::DOUBLE, {-1, 1}).output("Y", Type::DOUBLE);
  g.node("TreeEnsemble", {"X"}, {"Y"}, "ai.onnx.ml").integer("n_targets", 3).integer("post_transform", 3).ints("nodes_featureids", {0, 0}).ints("nodes_truenodeids", {0, 2})
      .ints("nodes_trueleafs", {1, 1}).ints("nodes_falsenodeids", {1, 2}).ints("nodes_falseleafs", {1, 1}).ints("tree_roots", {0, 1}).ints("leaf_targetids", {0, 1, 2});
  addTensors(g, {0, 0}, {0.3, 0.7123456789012, -1.25});
  EXPECT_EQ(g.score("X\n1\n-1\n", "2>/dev/null"), "Y[0],Y[1],Y[2]\n0,0.8767865530675585,0.12321342080216602\n0.8249137359914714,0,0.17508627630070114\n");
}

}  // namespace kiln::test

// Public vulnerabilities of other readers of models, each as a test of this one. Those of file paths are in external_data_test.cpp, of tree indices in
// trees_test.cpp, of support vectors in machines_test.cpp, of tensors, nesting and recursion in model_test.cpp.
#include <filesystem>

#include "tests/onnx/graph.h"

namespace kiln::test {
namespace {

void refused(const Graph& g, const std::string& why) {
  const std::string text = g.check();
  EXPECT_EQ(text.substr(0, 1), "!") << text;
  EXPECT_NE(text.find(why), std::string::npos) << text;
}

/// A TreeEnsemble of one node, which tests column 0, and leaves of these weights.
struct OneNode {
  std::vector<int64_t> roots = {0}, whereTrue = {0}, whereFalse = {1}, trueLeafs = {1}, falseLeafs = {1};
  std::vector<int64_t> weightDims = {2}, targets = {0, 0};
  std::vector<float> weights = {3, 7};
  Graph graph() const {
    Graph g(21, 5);
    g.input("X", Type::FLOAT, {-1, 1}).output("Y");
    g.node("TreeEnsemble", {"X"}, {"Y"}, "ai.onnx.ml").integer("n_targets", 1).ints("tree_roots", roots).ints("nodes_featureids", {0})
        .ints("nodes_truenodeids", whereTrue).ints("nodes_falsenodeids", whereFalse).ints("nodes_trueleafs", trueLeafs)
        .ints("nodes_falseleafs", falseLeafs).ints("leaf_targetids", targets);
    tensor(g, "nodes_splits", Type::FLOAT, {1}, {0.5}), tensor(g, "leaf_weights", Type::FLOAT, weightDims, weights), tensor(g, "nodes_modes", Type::UINT8, {1}, {0});
    return g;
  }

 private:
  static void tensor(Graph& g, const char* name, int type, const std::vector<int64_t>& dims, const std::vector<float>& values) {
    auto& a = *g.model().mutable_graph()->mutable_node(0)->add_attribute();
    a.set_name(name), a.set_type(proto::AttributeProto::TENSOR);
    auto& t = *a.mutable_t();
    t.set_data_type(type);
    for (int64_t d : dims) t.add_dims(d);
    for (float v : values) type == Type::FLOAT ? t.add_float_data(v) : t.add_int32_data(static_cast<int32_t>(v));
  }
};

}  // namespace

// ONNX Runtime issue 24679: the root, node 0, was taken for leaf 0.
TEST(Vulnerabilities, OnnxRuntime24679TheRootIsNoLeaf) {
  EXPECT_EQ(OneNode().graph().score("X\n0\n1\n", "2>/dev/null"), "Y\n3\n7\n");   // leaf 0 where X <= 0.5
  Graph leaf;   // and a tree may be one leaf
  leaf.input("X", Type::FLOAT, {-1, 1}).output("Y");
  leaf.node("TreeEnsembleRegressor", {"X"}, {"Y"}, "ai.onnx.ml").ints("nodes_treeids", {0}).ints("nodes_nodeids", {0}).ints("nodes_featureids", {0})
      .floats("nodes_values", {0}).strings("nodes_modes", {"LEAF"}).ints("nodes_truenodeids", {0}).ints("nodes_falsenodeids", {0}).integer("n_targets", 1)
      .ints("target_treeids", {0}).ints("target_nodeids", {0}).ints("target_ids", {0}).floats("target_weights", {3});
  EXPECT_EQ(leaf.score("X\n0\n1\n", "2>/dev/null"), "Y\n3\n3\n");
}

// A number where a list is read, with two numbers behind it, and one number that is a list of one.
TEST(Vulnerabilities, Onnx8336LeafWeightsWithoutADimension) {
  OneNode two, one;
  two.weightDims = {};
  refused(two.graph(), "leaf_weights");
  one.weightDims = {}, one.weights = {3}, one.targets = {0}, one.whereFalse = {0};
  EXPECT_EQ(one.graph().score("X\n0\n1\n", "2>/dev/null"), "Y\n3\n3\n");
  one.whereFalse = {1};   // a leaf that is not there
  refused(one.graph(), "nodes_falsenodeids");
}

// A function that calls another, which calls it.
TEST(Vulnerabilities, Onnx8171FunctionsThatCallEachOther) {
  Graph g;
  g.input("X", Type::FLOAT, {-1}).output("Y");
  g.node("first", {"X"}, {"Y"}, "mine");
  for (const auto& [name, calls] : {std::pair{"first", "second"}, {"second", "first"}}) {
    auto& function = *g.model().add_functions();
    function.set_name(name), function.set_domain("mine"), function.add_input("a"), function.add_output("b");
    auto& node = *function.add_node();
    node.set_op_type(calls), node.set_domain("mine"), node.add_input("a"), node.add_output("b");
  }
  refused(g, "calls itself");
}

// Lists of other lengths than the dimensions of the image, and lengths whose product wraps.
TEST(Vulnerabilities, Onnx6195WindowsThatDoNotFitTheImage) {
  for (const char* op : {"Conv", "MaxPool", "AveragePool"})
    for (const char* name : {"kernel_shape", "strides", "pads", "dilations"})
      for (const std::vector<int64_t>& list : {std::vector<int64_t>{2}, {2, 2, 2}, {-1, 2}, {INT64_MIN, INT64_MAX}, {int64_t{1} << 32, int64_t{1} << 32}}) {
        if (op == std::string("AveragePool") && name == std::string("dilations")) continue;   // it has them from opset 19 on; the others suffice
        Graph g;
        g.input("X", Type::FLOAT, {-1, 1, 4, 4}).output("Y");
        g.initializer("w", {1, 1, 2, 2}, {1, 1, 1, 1});
        NodeOf node = g.node(op, op == std::string("Conv") ? std::vector<std::string>{"X", "w"} : std::vector<std::string>{"X"}, {"Y"});
        node.ints(name, list);
        if (op != std::string("Conv") && name != std::string("kernel_shape")) node.ints("kernel_shape", {2, 2});
        const std::string text = g.check();
        EXPECT_EQ(text.substr(0, 1), "!") << op << " " << name << " of " << list.size() << ", " << list[0] << ": " << text;
        EXPECT_NE(text.find("node[0]"), std::string::npos) << text;
      }
}

// Sizes whose product wraps: each dimension alone is one of int64. ONNX PRs 8031 and 7822 check the product.
TEST(Vulnerabilities, TensorFlow202223575SizesWhoseProductWraps) {
  for (const std::vector<int64_t>& dims : {std::vector<int64_t>{int64_t{1} << 32, int64_t{1} << 32}, {INT64_MAX, 2}, {3, INT64_MAX / 3 + 1}, {int64_t{1} << 62, 4, 0}}) {
    Graph inputs;
    inputs.input("X", Type::FLOAT, dims).output("Y");
    inputs.node("Neg", {"X"}, {"Y"});
    EXPECT_EQ(inputs.check().substr(0, 1), "!") << dims[0];
    Graph expanded;
    expanded.input("X", Type::FLOAT, {-1, 1}).output("Y");
    auto& shape = *expanded.model().mutable_graph()->add_initializer();
    shape.set_name("shape"), shape.set_data_type(Type::INT64), shape.add_dims(static_cast<int64_t>(dims.size()));
    for (int64_t d : dims) shape.add_int64_data(d);
    expanded.node("ConstantOfShape", {"shape"}, {"zeros"}), expanded.node("ReduceSum", {"zeros"}, {"sum"}), expanded.node("Add", {"X", "sum"}, {"Y"});
    EXPECT_EQ(expanded.check().substr(0, 1), "!") << dims[0];
  }
}

// A graph is not trusted: names that nobody makes, made twice, made of themselves.
TEST(Vulnerabilities, TensorFlow202223594GraphsThatAreNone) {
  Graph nobody, twice, self, none;
  nobody.input("X", Type::FLOAT, {-1, 1}).output("Y").node("Add", {"X", "nobody"}, {"Y"});
  twice.input("X", Type::FLOAT, {-1, 1}).output("Y");
  twice.node("Neg", {"X"}, {"Y"}), twice.node("Abs", {"X"}, {"Y"});
  self.input("X", Type::FLOAT, {-1, 1}).output("Y").node("Add", {"X", "Y"}, {"Y"});
  none.input("X", Type::FLOAT, {-1, 1}).output("Y").node("Neg", {"X"}, {"Z"});
  refused(nobody, "nobody"), refused(twice, "Y"), refused(self, "Y"), refused(none, "Y");
}

// More outputs than a scorer may have fields, of the model and of a node.
TEST(Vulnerabilities, Triton202624146TooManyOutputs) {
  Graph model, node;
  model.input("X", Type::FLOAT, {-1, 1});
  for (int i = 0; i < 70000; i++) {
    const std::string name = "Y" + std::to_string(i);
    model.output(name).node("Neg", {"X"}, {name});
  }
  refused(model, "--max-");
  node.input("X", Type::FLOAT, {-1, 1}).output("Y").output("a").node("Neg", {"X"}, {"Y", "a", "b", "c"});   // Neg makes one
  refused(node, "node[0]");
}

// Written by the model's words: nothing is, wherever it says that its tensors lie.
TEST(Vulnerabilities, Onnx202551480NothingIsWrittenBesideTheModel) {
  namespace fs = std::filesystem;
  const fs::path target = fs::path(testing::TempDir()) / ("kiln-written-" + std::to_string(getpid()));
  for (const std::string& location : {target.filename().string(), target.string(), "../" + target.filename().string()})
    for (const char* flags : {"", "--external-data"}) {
      Graph g;
      g.input("X", Type::FLOAT, {-1, 2}).output("Y");
      g.initializer("w", {2}, {1, 2});
      auto& tensor = *g.model().mutable_graph()->mutable_initializer(0);
      tensor.set_data_location(Type::EXTERNAL);
      auto& entry = *tensor.add_external_data();
      entry.set_key("location"), entry.set_value(location);
      g.node("Add", {"X", "w"}, {"Y"});
      EXPECT_EQ(g.score("X[0],X[1]\n1,2\n", flags).substr(0, 1), "!");
      EXPECT_FALSE(fs::exists(target)) << location;
    }
}

}  // namespace kiln::test

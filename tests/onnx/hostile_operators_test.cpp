// Operators whose attributes, shapes and sizes lie: each is refused with its place, before memory is taken for it. What a value means at its limits is the
// standard's text.
#include "tests/onnx/graph.h"

namespace kiln::test {

namespace {

constexpr const char* kMl = "ai.onnx.ml";

void refused(const Graph& g, const std::string& word) {
  const std::string text = g.check();
  EXPECT_EQ(text.substr(0, 1), "!") << text;
  EXPECT_NE(text.find(word), std::string::npos) << text;
  EXPECT_NE(text.find("graph.node["), std::string::npos) << text;
  EXPECT_EQ(text.find("please report"), std::string::npos) << text;
}

Graph& integers(Graph& g, const std::string& name, const std::vector<int64_t>& dims, const std::vector<int64_t>& values) {
  auto& tensor = *g.model().mutable_graph()->add_initializer();
  tensor.set_name(name), tensor.set_data_type(Type::INT64);
  for (int64_t d : dims) tensor.add_dims(d);
  for (int64_t v : values) tensor.add_int64_data(v);
  return g;
}

// X [dims] and a list of integers, one operator of both.
Graph withList(const std::string& op, const std::vector<int64_t>& dims, const std::vector<int64_t>& list) {
  Graph g;
  g.input("X", Type::FLOAT, dims).output("Y");
  integers(g, "list", {static_cast<int64_t>(list.size())}, list);
  g.node(op, {"X", "list"}, {"Y"});
  return g;
}

}  // namespace

TEST(HostileSizes, PadsThatOverflow) {
  refused(withList("Pad", {-1, 4}, {0, INT64_MAX, 0, INT64_MAX}), "pads axis 1 by");
  refused(withList("Pad", {-1, 4}, {0, INT64_MIN, 0, INT64_MAX}), "pads axis 1 by");
  refused(withList("Pad", {-1, 4}, {0, int64_t{1} << 31, 0, 0}), "a tensor of more than");
}

TEST(HostileSizes, RepeatedElements) {
  refused(withList("Tile", {-1, 4}, {1, int64_t{1} << 62}), "repeats an axis");
  refused(withList("Tile", {-1, 4}, {1, int64_t{1} << 31}), "a tensor of more than");
  refused(withList("Expand", {-1, 4}, {int64_t{1} << 32, 1, 1}), "a tensor of more than");
  Graph g;   // constants, many of them
  g.input("X", Type::FLOAT, {-1, 1}).output("Y");
  integers(g, "size", {1}, {1 << 24}), integers(g, "first", {1}, {0});
  std::vector<std::string> sums = {"X"};
  for (int i = 0; i < 6; i++) {
    const std::string at = std::to_string(i);
    g.node("ConstantOfShape", {"size"}, {"many" + at});
    g.node("Gather", {"many" + at, "first"}, {"one" + at});
    sums.push_back("one" + at);
  }
  g.node("Sum", sums, {"Y"});
  refused(g, "constants that are made of smaller ones");
}

TEST(HostileSizes, Windows) {
  Graph g;
  g.input("X", Type::FLOAT, {-1, 1, 4}).output("Y");
  g.node("MaxPool", {"X"}, {"Y"}).ints("kernel_shape", {500000}).ints("pads", {499999, 499999});
  refused(g, "a pooling of");
  Graph wide;
  wide.input("X", Type::FLOAT, {-1, 1, 4}).output("Y");
  wide.node("MaxPool", {"X"}, {"Y"}).ints("kernel_shape", {INT64_MAX}).ints("dilations", {2});
  refused(wide, "a kernel of");
  Graph around;
  around.input("X", Type::FLOAT, {-1, 4, 2, 2}).output("Y");
  around.node("LRN", {"X"}, {"Y"}).integer("size", int64_t{1} << 40);
  refused(around, "a tensor of more than");
}

TEST(HostileSizes, BlocksWhoseSquareIs0) {
  Graph g;
  g.input("X", Type::FLOAT, {-1, 4, 2, 2}).output("Y");
  g.node("DepthToSpace", {"X"}, {"Y"}).integer("blocksize", int64_t{1} << 32);
  refused(g, "blocksize");
}

TEST(HostileSizes, PartsWhoseSumWraps) {
  Graph g;
  g.input("X", Type::FLOAT, {-1, 4}).output("A").output("B").output("C");
  integers(g, "parts", {3}, {INT64_MAX, INT64_MAX, 6});
  g.node("Split", {"X", "parts"}, {"A", "B", "C"}).integer("axis", 1);
  refused(g, "a part of 9223372036854775807");
}

// The number after the last is beyond int64.
TEST(HostileSizes, RangeAtTheEndOfInt64) {
  Graph g;
  g.input("X", Type::INT64, {-1, 1}).output("Y", Type::INT64);
  integers(g, "from", {}, {INT64_MAX - 1}), integers(g, "to", {}, {INT64_MAX}), integers(g, "by", {}, {5});
  g.node("Range", {"from", "to", "by"}, {"r"});
  g.node("Max", {"X", "r"}, {"Y"});
  EXPECT_EQ(g.score("X\n0\n"), "Y\n9223372036854775806\n");
}

TEST(HostileTypes, NumbersBeyondThoseOfElementTypes) {
  for (int64_t type : {(int64_t{1} << 32) + 1, int64_t{257}, int64_t{-1}, INT64_MIN}) {
    Graph eye;
    eye.input("X", Type::FLOAT, {-1, 2}).output("Y").initializer("m", {2, 2}, {0, 0, 0, 0});
    eye.node("EyeLike", {"m"}, {"e"}).integer("dtype", type);
    eye.node("MatMul", {"X", "e"}, {"Y"});
    refused(eye, "in attribute 'dtype'");
    Graph window;
    window.input("X", Type::FLOAT, {-1, 5}).output("Y");
    integers(window, "size", {}, {5});
    window.node("HannWindow", {"size"}, {"w"}).integer("output_datatype", type);
    window.node("Mul", {"X", "w"}, {"Y"});
    refused(window, "in attribute 'output_datatype'");
  }
}

TEST(HostileTypes, ParametersOfAnotherType) {
  Graph g;
  g.input("X", Type::FLOAT, {-1, 2}).input("S", Type::DOUBLE, {2}).output("Y");
  g.node("LayerNormalization", {"X", "S"}, {"Y"});
  refused(g, "takes one element type");
}

// An attribute that says no type, as files of the first IR version have them, is read from the field of its type only.
TEST(HostileTypes, AttributesInAnotherField) {
  Graph g;
  g.input("X", Type::FLOAT, {-1, 2}).output("Y");
  g.node("LeakyRelu", {"X"}, {"Y"});
  auto& alpha = *g.model().mutable_graph()->mutable_node(0)->add_attribute();
  alpha.set_name("alpha"), alpha.set_i(3);
  refused(g, "attribute 'alpha' must be a float");
  alpha.clear_i(), alpha.set_f(3);
  EXPECT_EQ(g.score("X[0],X[1]\n1,-1\n"), "Y[0],Y[1]\n1,-3\n");
}

// What is exact in int64, and not in double.
TEST(Constants, IntegersOf64Bits) {
  Graph g;
  g.input("X", Type::INT64, {-1, 1}).output("Y", Type::INT64).output("Z");
  g.node("Constant", {}, {"odd"}).integer("value_int", (int64_t{1} << 53) + 1);
  g.node("Add", {"X", "odd"}, {"Y"});
  g.node("Constant", {}, {"from"}).ints("value_ints", {0});   // all elements: how PyTorch writes x[:]
  g.node("Constant", {}, {"end"}).integer("value_int", INT64_MAX);
  g.node("Unsqueeze", {"end", "from"}, {"to"});
  g.input("V", Type::FLOAT, {-1, 3});
  g.node("Constant", {}, {"axis"}).ints("value_ints", {1});
  g.node("Slice", {"V", "from", "to", "axis"}, {"Z"});
  EXPECT_EQ(g.score("X,V[0],V[1],V[2]\n0,1,2,3\n"), "Y,Z[0],Z[1],Z[2]\n9007199254740993,1,2,3\n");
}

TEST(HostileLoops, ConditionsThatAreNoBool) {
  Graph body;
  body.input("i", Type::INT64, {}).input("c", Type::BOOL, {}).input("v", Type::FLOAT, {-1, 2}).output("c_out", Type::BOOL).output("v_out");
  body.node("Identity", {"c"}, {"c_out"}), body.node("Neg", {"v"}, {"v_out"});
  Graph g;
  g.input("X", Type::FLOAT, {-1, 2}).output("Y").initializer("c0", {}, {1});
  integers(g, "m", {}, {3});
  g.node("Loop", {"m", "c0", "X"}, {"Y"}).graph("body", body);
  refused(g, "the condition must be one bool");
  Graph fraction;
  fraction.input("X", Type::FLOAT, {-1, 2}).output("Y").initializer("m", {}, {2.5f});
  fraction.node("Loop", {"m", "", "X"}, {"Y"}).graph("body", body);
  refused(fraction, "input 0 must be integers");
}

// for (i = 0; i < trip count; i++): none below 0.
TEST(Loops, OfANegativeTripCount) {
  Graph body;
  body.input("i", Type::INT64, {}).input("c", Type::BOOL, {}).input("v", Type::FLOAT, {-1, 2}).output("c_out", Type::BOOL).output("v_out");
  body.initializer("two", {}, {2});
  body.node("Cast", {"i"}, {"at"}).integer("to", Type::FLOAT);
  body.node("Less", {"at", "two"}, {"c_out"}), body.node("Neg", {"v"}, {"v_out"});
  Graph g;
  g.input("X", Type::FLOAT, {-1, 2}).output("Y");
  integers(g, "m", {}, {-1});
  g.node("Loop", {"m", "", "X"}, {"Y"}).graph("body", body);
  EXPECT_EQ(g.score("X[0],X[1]\n1,2\n"), "Y[0],Y[1]\n1,2\n");
}

// Nodes of a body that lack inputs and results, where its pattern is looked at.
TEST(HostileLoops, BodiesOfScan) {
  const std::vector<std::vector<std::pair<std::string, std::vector<std::string>>>> bodies = {
      {{"Identity", {}}}, {{"ReduceSumSquare", {}}}, {{"Squeeze", {}}}, {{"Sub", {"s"}}, {"ReduceSumSquare", {"n0"}}}};
  for (const auto& nodes : bodies) {
    Graph body;
    body.input("s", Type::FLOAT, {-1, 2}).input("r", Type::FLOAT, {2}).output("s_out").output("d");
    body.node("Identity", {"s"}, {"s_out"}), body.node("Identity", {"s"}, {});
    for (size_t i = 0; i < nodes.size(); i++) {
      auto node = body.node(nodes[i].first, nodes[i].second, {i + 1 == nodes.size() ? "d" : "n" + std::to_string(i)});
      if (nodes[i].first == "ReduceSumSquare") node.ints("axes", {1}).integer("keepdims", 0);
      if (nodes[i].first == "Squeeze") node.ints("axes", {1});
    }
    Graph g(11);
    g.input("X", Type::FLOAT, {-1, 2}).output("S").output("Y").initializer("rows", {3, 2}, {1, 2, 3, 4, 5, 6});
    g.node("Scan", {"X", "rows"}, {"S", "Y"}).integer("num_scan_inputs", 1).graph("body", body);
    refused(g, "");
  }
  Graph body;
  body.input("s", Type::FLOAT, {-1, 2}).input("r", Type::FLOAT, {2}).output("a").output("b").output("c");
  for (const char* name : {"a", "b", "c"}) body.node("Identity", {"s"}, {name});
  Graph g(8);
  g.input("X", Type::FLOAT, {-1, 2}).output("A").initializer("rows", {3, 2}, {1, 2, 3, 4, 5, 6});
  g.node("Scan", {"", "X", "rows"}, {"A", "B", "C"}).integer("num_scan_inputs", -1).graph("body", body);
  refused(g, "num_scan_inputs is -1");
}

// Weights, biases and states of other shapes than hidden_size and the number of directions say: what is behind them is not read.
TEST(HostileRecurrence, ShapesThatDoNotFit) {
  struct Case {
    int input;
    std::vector<int64_t> dims;
    int64_t hidden;
    const char* direction;
  };
  const std::vector<Case> cases = {{1, {1, 1, 2}, 2, "forward"}, {1, {8}, 2, "forward"}, {2, {}, 2, "forward"}, {2, {1, 8, 2}, 2, "bidirectional"}, {3, {1, 3}, 2, "forward"},
                                   {3, {}, 2, "forward"},        {5, {1, 1, 1}, 2, "forward"}, {5, {}, 2, "forward"}, {7, {1, 2}, 2, "forward"}, {0, {}, -2, "forward"},
                                   {0, {}, INT64_MAX, "forward"}};
  for (const auto& [op, gates] : {std::pair<std::string, int64_t>{"RNN", 1}, {"GRU", 3}, {"LSTM", 4}})
    for (const Case& wrong : cases) {
      if (wrong.input == 7 && gates < 4) continue;
      Graph g;
      g.input("X", Type::FLOAT, {3, 1, 2}).output("Y");
      std::vector<std::string> inputs = {"X"};
      const std::vector<std::vector<int64_t>> right = {{}, {1, gates * 2, 2}, {1, gates * 2, 2}, {1, gates * 4}, {}, {1, 1, 2}, {1, 1, 2}, {1, 6}};
      for (int i = 1; i <= (gates == 4 ? 7 : 5); i++) {
        if (i == 4) {
          inputs.push_back("");
          continue;
        }
        const auto& dims = i == wrong.input ? wrong.dims : right[static_cast<size_t>(i)];
        size_t count = 1;
        for (int64_t d : dims) count *= static_cast<size_t>(d);
        g.initializer("p" + std::to_string(i), dims, std::vector<float>(count, 0.5f));
        inputs.push_back("p" + std::to_string(i));
      }
      g.node(op, inputs, {"Y"}).integer("hidden_size", wrong.hidden).text("direction", wrong.direction);
      refused(g, wrong.input ? "is [" : "hidden_size");
    }
}

TEST(HostilePools, AnNgramTwice) {
  Graph g;
  g.input("X", Type::INT64, {-1, 4}).output("Y");
  g.node("TfIdfVectorizer", {"X"}, {"Y"}).text("mode", "TF").integer("min_gram_length", 1).integer("max_gram_length", 1).integer("max_skip_count", 0)
      .ints("ngram_counts", {0}).ints("ngram_indexes", {0, 1}).ints("pool_int64s", {5, 5});
  refused(g, "an n-gram stands in the pool twice");
}

TEST(HostileSizes, ColumnsAndClasses) {
  Graph wide;
  wide.input("X", Type::FLOAT, {-1, 2}).output("Y");
  wide.node("FeatureVectorizer", {"X"}, {"Y"}, kMl).ints("inputdimensions", {1 << 20});
  refused(wide, "1048576 columns of an input");
  for (const int64_t count : {int64_t{407}, int64_t{5000}}) {   // each pair of two has a weight for each
    std::vector<int64_t> labels(static_cast<size_t>(count));
    for (size_t i = 0; i < labels.size(); i++) labels[i] = static_cast<int64_t>(i);
    Graph many;
    many.input("X", Type::FLOAT, {-1, 1}).output("label", Type::INT64).output("scores");
    many.node("SVMClassifier", {"X"}, {"label", "scores"}, kMl).ints("classlabels_ints", labels).ints("vectors_per_class", std::vector<int64_t>(labels.size(), 1))
        .floats("support_vectors", std::vector<float>(labels.size(), 1)).floats("coefficients", {1}).floats("rho", {0}).text("kernel_type", "LINEAR");
    refused(many, "a classifier of " + std::to_string(count) + " classes");
  }
}

TEST(HostileVocabularies, OfTheOtherKind) {
  Graph g;
  g.mapInput("X", Type::INT64, Type::FLOAT).output("Y");
  g.node("DictVectorizer", {"X"}, {"Y"}, kMl).strings("string_vocabulary", {"1"});
  refused(g, "a vocabulary of string for a map with keys of int64");
}

// x > threshold, of integers too: ONNX Runtime has no kernel for them.
TEST(BinarizerOfIntegers, ThresholdsThatAreFractions) {
  const std::vector<std::pair<float, std::string>> cases = {{-0.5f, "0,1,1"}, {0.5f, "0,0,1"}, {0, "0,0,1"}, {-1, "0,1,1"}, {1e30f, "0,0,0"}, {-1e30f, "1,1,1"}};
  for (int type : {Type::INT64, Type::INT32})
    for (const auto& [threshold, expected] : cases) {
      Graph g;
      g.input("X", type, {-1, 3}).output("Y", type);
      g.node("Binarizer", {"X"}, {"Y"}, kMl).number("threshold", threshold);
      EXPECT_EQ(g.score("X[0],X[1],X[2]\n-1,0,1\n"), "Y[0],Y[1],Y[2]\n" + expected + "\n") << threshold;
    }
}

}  // namespace kiln::test

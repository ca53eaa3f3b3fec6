// What is common to all models: names, batches, opsets, functions, and files that mean harm.
#include "tests/onnx/graph.h"

namespace kiln::test {

constexpr const char* kMl = "ai.onnx.ml";

void said(const std::string& text, const std::string& word) {
  EXPECT_EQ(text.substr(0, 1), "!") << text;
  EXPECT_NE(text.find(word), std::string::npos) << text;
}

Graph sum(const std::vector<int64_t>& dims) {
  Graph g;
  g.input("X", Type::FLOAT, dims).output("Y");
  g.node("ReduceSum", {"X"}, {"Y"}).integer("keepdims", 1);
  return g;
}

// Without an open leading dimension one evaluation is one row; with one, a reduction over it mixes rows.
TEST(Batch, WholeOrRows) {
  EXPECT_EQ(sum({2, 2}).score("\"X[0,0]\",\"X[0,1]\",\"X[1,0]\",\"X[1,1]\"\n1,2,3,4\n"), "Y\n10\n");
  EXPECT_EQ(sum({1, 2}).score("X[0],X[1]\n1,2\n5,6\n"), "Y\n3\n11\n");
  said(sum({-1, 2}).check(), "mixes rows");
}

TEST(Model, OutputThatStandsTwice) {
  Graph g;
  g.input("X", Type::FLOAT, {-1}).output("Y").output("Y");
  g.node("Neg", {"X"}, {"Y"});
  EXPECT_EQ(g.score("X\n3\n"), "Y\n-3\n");
}

// PyTorch's expand(-1, 2): which of the sizes [N,2] are -1. No size is, whatever N.
TEST(Batch, SizesComparedWithWhatNoSizeIs) {
  const auto graph = [](int64_t compared) {
    Graph g;
    g.input("X", Type::FLOAT, {-1, 3}).output("Y").initializer("C", {1, 2}, {7, 8});
    g.node("Shape", {"X"}, {"s"}).integer("end", 1);
    g.node("Constant", {}, {"two"}).ints("value_ints", {2});
    g.node("Constant", {}, {"ones"}).ints("value_ints", {1, 1});
    g.node("Constant", {}, {"what"}).ints("value_ints", {compared, compared});
    g.node("Concat", {"s", "two"}, {"sizes"}).integer("axis", 0);
    g.node("Equal", {"sizes", "what"}, {"is"});
    g.node("Where", {"is", "ones", "sizes"}, {"shape"});
    g.node("Expand", {"C", "shape"}, {"Y"});
    return g;
  };
  EXPECT_EQ(graph(-1).score("X[0],X[1],X[2]\n1,2,3\n4,5,6\n"), "Y[0],Y[1]\n7,8\n7,8\n");
  said(graph(2).check(), "mixes rows");   // N may be 2
}

// The batch as a number: Shape gives [N,2]; a Reshape may use it, arithmetic that makes it a value may not.
TEST(Batch, SizesWithTheNumberOfRows) {
  Graph g;
  g.input("X", Type::FLOAT, {-1, 4}).output("Y");
  g.node("Shape", {"X"}, {"s"}).integer("start", 0).integer("end", 1);
  g.node("Constant", {}, {"two"}).ints("value_ints", {2, 2});
  g.node("Concat", {"s", "two"}, {"shape"}).integer("axis", 0);
  g.node("Reshape", {"X", "shape"}, {"Y"});
  EXPECT_EQ(g.score("X[0],X[1],X[2],X[3]\n1,2,3,4\n"), "\"Y[0,0]\",\"Y[0,1]\",\"Y[1,0]\",\"Y[1,1]\"\n1,2,3,4\n");
  Graph h;
  h.input("X", Type::FLOAT, {-1, 4}).output("Y");
  h.node("Shape", {"X"}, {"s"}).integer("end", 1);
  h.node("Cast", {"s"}, {"n"}).integer("to", Type::FLOAT);
  h.node("Add", {"X", "n"}, {"Y"});
  said(h.check(), "mixes rows");
  Graph like;   // the same by the type of another tensor
  like.input("X", Type::FLOAT, {-1, 4}).output("Y");
  like.initializer("one", {1}, {1});
  like.node("Shape", {"X"}, {"s"}).integer("end", 1);
  like.node("CastLike", {"s", "one"}, {"n"});
  like.node("Add", {"X", "n"}, {"Y"});
  said(like.check(), "mixes rows");
  Graph text;
  text.input("X", Type::FLOAT, {-1, 4}).output("Y", Type::STRING);
  text.node("Shape", {"X"}, {"s"}).integer("end", 1);
  text.node("Cast", {"s"}, {"Y"}).integer("to", Type::STRING);
  said(text.check(), "mixes rows");
}

// A model without inputs has one result for each record, and one for an empty table.
TEST(Columns, ModelWithoutInputs) {
  Graph g;
  g.output("Y", Type::INT64, {2});
  g.node("Constant", {}, {"Y"}).ints("value_ints", {3, 4});
  EXPECT_EQ(g.score(""), "Y[0],Y[1]\n3,4\n");
  EXPECT_EQ(g.score("\n"), "Y[0],Y[1]\n3,4\n");
  EXPECT_EQ(g.score("key\n1\n2\n", "2>/dev/null"), "Y[0],Y[1]\n3,4\n3,4\n");
  EXPECT_EQ(g.score("key\n", "2>/dev/null"), "Y[0],Y[1]\n");
}

TEST(Columns, NoRowsGiveNoRows) {
  Graph g;
  g.input("X", Type::FLOAT, {-1, 2}).output("Y");
  g.node("Identity", {"X"}, {"Y"});
  EXPECT_EQ(g.score("X[0],X[1]\n"), "Y[0],Y[1]\n");
}

// As ONNX Runtime takes them: each node is computed when what it needs is there, of a subgraph too.
TEST(Model, NodesInAnyOrder) {
  Graph g;
  g.input("X", Type::FLOAT, {-1}).output("Y");
  g.node("Add", {"b", "c"}, {"Y"});
  Graph then, otherwise;
  then.node("Mul", {"a", "X"}, {"t"}), then.output("t"), otherwise.node("Neg", {"a"}, {"e"}), otherwise.output("e");
  g.initializer("zero", {}, {0});
  g.node("If", {"is"}, {"c"}).graph("then_branch", then).graph("else_branch", otherwise);
  g.node("Neg", {"a"}, {"b"});
  g.node("Add", {"X", "X"}, {"a"});
  g.node("Greater", {"one", "zero"}, {"is"});
  g.initializer("one", {}, {1});
  EXPECT_EQ(g.score("X\n3\n"), "Y\n12\n");
  Graph circle;
  circle.input("X", Type::FLOAT, {-1}).output("Y");
  circle.node("Add", {"X", "b"}, {"a"}), circle.node("Neg", {"a"}, {"b"}), circle.node("Neg", {"a"}, {"Y"});
  EXPECT_NE(circle.check().find("is not defined before this node"), std::string::npos) << circle.check();
  Graph chain;   // from its end, and longer than a stack
  chain.input("X", Type::FLOAT, {-1}).output("Y");
  const int length = 10000;
  for (int i = length; i > 0; i--) chain.node("Identity", {i == 1 ? "X" : "v" + std::to_string(i - 1)}, {i == length ? "Y" : "v" + std::to_string(i)});
  EXPECT_EQ(chain.score("X\n3\n"), "Y\n3\n");
}

TEST(Functions, AreInlined) {
  Graph g;
  g.input("X", Type::FLOAT, {-1}).output("Y");
  g.node("twice", {"X"}, {"Y"}, "mine");
  auto& function = *g.model().add_functions();
  function.set_name("twice"), function.set_domain("mine"), function.add_input("a"), function.add_output("b");
  auto& opset = *function.add_opset_import();
  opset.set_version(21);
  auto& node = *function.add_node();
  node.set_op_type("Add"), node.add_input("a"), node.add_input("a"), node.add_output("b");
  EXPECT_EQ(g.score("X\n1.5\n"), "Y\n3\n");
  node.set_op_type("twice"), node.set_domain("mine"), node.mutable_input()->RemoveLast();
  said(g.check(), "calls itself");   // ONNX GHSA-7w46-vvrh-m8q5, TensorFlow CVE-2022-23591
}

// Of a function or a branch, what nothing goes on with is not computed: here sums over the rows.
TEST(Functions, OutputsThatNothingUses) {
  Graph g(21);
  g.input("X", Type::FLOAT, {-1, 2}).output("Y");
  g.node("both", {"X"}, {"Y", "sum"}, "mine");
  auto& function = *g.model().add_functions();
  function.set_name("both"), function.set_domain("mine"), function.add_input("a"), function.add_output("b"), function.add_output("c");
  function.add_opset_import()->set_version(21);
  for (const auto& [op, result] : {std::pair{"Neg", "b"}, {"ReduceSum", "c"}}) {
    auto& node = *function.add_node();
    node.set_op_type(op), node.add_input("a"), node.add_output(result);
  }
  EXPECT_EQ(g.score("X[0],X[1]\n1,2\n3,4\n"), "Y[0],Y[1]\n-1,-2\n-3,-4\n");
  g.output("sum");
  said(g.check(), "mixes rows: a reduction over the rows of the batch");
}

TEST(If, OutputsThatNothingUses) {
  const auto branch = [](const char* op) {
    Graph b;
    b.node(op, {"X"}, {"y"}), b.node("ReduceSum", {"X"}, {"s"}), b.output("y").output("s");
    return b;
  };
  Graph g(21);
  g.input("X", Type::FLOAT, {-1, 2}).output("Y");
  g.node("Constant", {}, {"one"}).integer("value_int", 1), g.node("Shape", {"X"}, {"shape"}), g.node("Gather", {"shape", "one"}, {"k"}), g.node("Less", {"one", "k"}, {"c"});
  g.node("If", {"c"}, {"Y", "S"}).graph("then_branch", branch("Neg")).graph("else_branch", branch("Abs"));
  EXPECT_EQ(g.score("X[0],X[1]\n1,2\n"), "Y[0],Y[1]\n-1,-2\n");
  g.output("S");
  said(g.check(), "mixes rows: a reduction over the rows of the batch");
}

// A call may leave out an attribute that has a default (FunctionProto.attribute_proto, field 11): the standard's text.
TEST(Functions, DefaultsOfAttributes) {
  Graph g;
  g.input("X", Type::FLOAT, {-1}).output("Y").output("Z");
  g.node("leaky", {"X"}, {"Y"}, "mine");
  g.node("leaky", {"X"}, {"Z"}, "mine").number("slope", 0.25f);
  auto& function = *g.model().add_functions();
  function.set_name("leaky"), function.set_domain("mine"), function.add_input("a"), function.add_output("b");
  function.add_opset_import()->set_version(21);
  auto& node = *function.add_node();
  node.set_op_type("LeakyRelu"), node.add_input("a"), node.add_output("b");
  auto& alpha = *node.add_attribute();
  alpha.set_name("alpha"), alpha.set_type(proto::AttributeProto::FLOAT), alpha.set_ref_attr_name("slope");
  proto::AttributeProto slope;
  slope.set_name("slope"), slope.set_type(proto::AttributeProto::FLOAT), slope.set_f(0.5f);
  const std::string bytes = slope.SerializeAsString();
  std::string wire = {char(11 << 3 | 2), static_cast<char>(bytes.size())};   // these messages may be older than the field
  ASSERT_TRUE(function.MergeFromString(wire + bytes));
  EXPECT_EQ(g.score("X\n-4\n"), "Y,Z\n-2,-1\n");
}

// Of the calls of one name the overload decides (FunctionProto field 13, NodeProto field 8): ONNX Runtime's results.
TEST(Functions, Overloads) {
  Graph g;
  g.input("X", Type::FLOAT, {-1}).output("Y").output("Z");
  const auto named = [](char field, const std::string& overload) { return std::string{char(field << 3 | 2), static_cast<char>(overload.size())} + overload; };
  for (const auto& [overload, op, result] : {std::tuple{"one", "Neg", "Y"}, {"", "Abs", "Z"}}) {
    auto& function = *g.model().add_functions();
    function.set_name("f"), function.set_domain("mine"), function.add_input("a"), function.add_output("b");
    function.add_opset_import()->set_version(21);
    auto& node = *function.add_node();
    node.set_op_type(op), node.add_input("a"), node.add_output("b");
    g.node("f", {"X"}, {result}, "mine");
    if (!*overload) continue;
    ASSERT_TRUE(function.MergeFromString(named(13, overload)));
    ASSERT_TRUE(g.model().mutable_graph()->mutable_node(0)->MergeFromString(named(8, overload)));
  }
  EXPECT_EQ(g.score("X\n-4\n3\n"), "Y,Z\n4,4\n-3,3\n");
}

// ONNX Runtime takes the operator.
TEST(Functions, OfTheNameOfAnOperator) {
  Graph g;
  g.input("X", Type::FLOAT, {-1}).output("Y");
  g.node("Relu", {"X"}, {"Y"});
  auto& function = *g.model().add_functions();
  function.set_name("Relu"), function.add_input("a"), function.add_output("b");
  function.add_opset_import()->set_version(21);
  auto& node = *function.add_node();
  node.set_op_type("Neg"), node.add_input("a"), node.add_output("b");
  EXPECT_EQ(g.score("X\n-4\n3\n", "2>/dev/null"), "Y\n0\n3\n");
  EXPECT_NE(g.check().find("function 'Relu' has the name of an operator"), std::string::npos);
}

// What an operator of this version has no input for would be lost: the limits of Clip are inputs since opset 11, the axes of Squeeze since 13.
TEST(Inputs, ThatTheOperatorDoesNotHave) {
  for (const auto& [opset, op] : {std::pair{9, "Clip"}, {11, "Squeeze"}, {21, "Relu"}}) {
    Graph g(opset);
    g.input("X", Type::FLOAT, {-1, 1, 1}).output("Y");
    g.initializer("one", {1}, {1}).node(op, {"X", "one"}, {"Y"});
    said(g.check(), "input 1 is none of '" + std::string(op) + "'");
  }
}

TEST(Diagnostics, AllProblemsOfAFile) {
  Graph g;
  g.input("X", Type::FLOAT, {-1, 2}).output("Y").output("Z");
  g.node("Scaler", {"X"}, {"Y"}, kMl).floats("offset", {1, 2, 3}).floats("scale", {1});
  g.node("NoSuchThing", {"X"}, {"Z"});
  const std::string text = g.check();
  said(text, "graph.node[0] (Scaler)"), said(text, "'offset' has 3 entries for 2 columns"), said(text, "operator 'NoSuchThing' is not supported");
}

TEST(Diagnostics, UnknownAttributes) {
  Graph g;
  g.input("X", Type::FLOAT, {-1}).output("Y");
  g.node("Identity", {"X"}, {"Y"}).integer("surprise", 1);
  said(g.check(), "attribute 'surprise'");
}

// ---- files that mean harm

TEST(Hostile, CutOff) {
  Graph g = sum({2, 2});
  const std::string bytes = g.model().SerializeAsString();
  for (size_t length = 1; length < bytes.size(); length += 3) said(Graph::checkBytes(bytes.substr(0, length)), "error");
}

// 4 MB of empty messages, which protobuf would make 500 MB of objects.
TEST(Hostile, ManyEmptyMessages) {
  std::string graph;
  for (int i = 0; i < 2000000; i++) graph += std::string("\x2a\x00", 2);   // initializer, empty
  std::string bytes = "\x3a";
  for (size_t n = graph.size(); n; n >>= 7) bytes += static_cast<char>((n & 127) | (n > 127 ? 128 : 0));
  said(Graph::checkBytes(bytes + graph, "--max-onnx-messages 1000000"), "--max-onnx-messages");
}

TEST(Hostile, DeepNesting) {   // protobuf CVE-2024-7254
  std::string bytes = "x";
  for (int i = 0; i < 100; i++) {   // a graph in an attribute of a node of a graph ...
    const auto wrap = [&](char key) {
      std::string length;
      for (size_t n = bytes.size(); length.empty() || n; n >>= 7) length += static_cast<char>((n & 127) | (n > 127 ? 128 : 0));
      bytes = key + length + bytes;
    };
    wrap(i ? 0x32 : 0x12), wrap(0x2a), wrap(0x0a);
  }
  std::string length;
  for (size_t n = bytes.size(); n; n >>= 7) length += static_cast<char>((n & 127) | (n > 127 ? 128 : 0));
  said(Graph::checkBytes("\x3a" + length + bytes), "--max-onnx-depth");
}

// Dimensions and data that do not agree: ONNX CVE-2024-27319 and PRs 8109, 8277; TensorFlow CVE-2022-23567. Others: vulnerabilities_test.cpp.
TEST(Hostile, TensorsThatLie) {
  for (const std::vector<int64_t>& dims : {std::vector<int64_t>{3}, {-1}, {int64_t{1} << 31, int64_t{1} << 31}, {INT64_MAX}, {int64_t{1} << 40, 0, int64_t{1} << 40}}) {
    Graph g;
    g.input("X", Type::FLOAT, {-1, 2}).output("Y");
    g.initializer("w", dims, {1, 2});
    g.node("Add", {"X", "w"}, {"Y"});
    said(g.check(), "initializer[0] 'w'");
  }
  Graph g;
  g.input("X", Type::FLOAT, {-1, 2}).output("Y");
  g.initializer("w", {2}, {});
  g.model().mutable_graph()->mutable_initializer(0)->set_raw_data("1234567");
  g.node("Add", {"X", "w"}, {"Y"});
  said(g.check(), "7 bytes");
}

// A path in the model is not followed: ONNX CVE-2022-25882, CVE-2024-27318, CVE-2026-27489.
TEST(Hostile, ExternalData) {
  for (const char* path : {"weights.bin", "../secret", "a/../../secret", "/etc/passwd", "/proc/self/mem", "", "a\\..\\b"}) {
    Graph g;
    g.input("X", Type::FLOAT, {-1, 2}).output("Y");
    g.initializer("w", {2}, {});
    auto& tensor = *g.model().mutable_graph()->mutable_initializer(0);
    tensor.set_data_location(Type::EXTERNAL);
    auto& entry = *tensor.add_external_data();
    entry.set_key("location"), entry.set_value(path);
    g.node("Add", {"X", "w"}, {"Y"});
    said(g.check(), "another file");
  }
}

TEST(Hostile, NamesAreData) {   // H2O CVE-2023-6016: nothing of a model becomes source text
  for (const std::string& name : {std::string("a\"b'c"), std::string("%s%n"), std::string("x\n}"), std::string("\xe2\x80\xae")}) {
    Graph g;
    g.input(name, Type::FLOAT, {-1}).output("Y");
    g.node("Identity", {name}, {"Y"});
    EXPECT_EQ(g.check().substr(0, 1) == "!", false) << name;
  }
}

// Paddle2ONNX and ML.NET write -1 where the standard has a name or nothing.
TEST(Inputs, ADimensionOfMinusOneIsOpen) {
  Graph g;
  g.input("X", Type::FLOAT, {-1, 2}).output("Y");
  g.model().mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(0)->set_dim_value(-1);
  g.node("Neg", {"X"}, {"Y"});
  EXPECT_EQ(g.score("X[0],X[1]\n1,2\n3,4\n"), "Y[0],Y[1]\n-1,-2\n-3,-4\n");
  g.model().mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(1)->set_dim_value(-2);
  EXPECT_NE(g.check().find("dimension 1 is -2"), std::string::npos) << g.check();
}

// As TabNet is exported: beside the scores a loss over the batch.
TEST(Outputs, OneThatMixesRowsIsLeftOut) {
  Graph g(17);
  g.input("X", Type::FLOAT, {-1, 2}).output("Y").output("loss");
  g.node("Neg", {"X"}, {"Y"}), g.node("ReduceMean", {"X"}, {"loss"});
  EXPECT_NE(g.check().find("--leave-out NAME leaves an output out that needs this"), std::string::npos) << g.check();
  EXPECT_EQ(g.score("X[0],X[1]\n1,2\n", "--leave-out loss"), "Y[0],Y[1]\n-1,-2\n");
  EXPECT_NE(g.check("--leave-out other").find("--leave-out other: the model has no such output"), std::string::npos);
  EXPECT_NE(g.check("--leave-out loss --leave-out Y").find("--leave-out Y: no output is left"), std::string::npos);
}

}  // namespace kiln::test

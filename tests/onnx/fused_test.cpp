// Operators of com.microsoft, which graph optimizers write, QLinearConv, and those of the standard's first versions. The expected values are
// ONNX Runtime 1.32's.
#include "tests/onnx/graph.h"

namespace kiln::test {

namespace {

constexpr const char* kMs = "com.microsoft";

Graph ofPair() {
  Graph g(9);
  return g.input("X", Type::FLOAT, {-1, 2}).output("Y");
}
std::string rows(const std::string& values) { return "Y[0],Y[1]\n" + values; }

// A tensor of integers.
void whole(Graph& g, const std::string& name, int type, const std::vector<int64_t>& dims, const std::vector<int>& values) {
  auto& tensor = *g.model().mutable_graph()->add_initializer();
  tensor.set_name(name), tensor.set_data_type(type);
  for (int64_t d : dims) tensor.add_dims(d);
  for (int v : values) tensor.add_int32_data(v);
}
void scale(Graph& g, const std::string& name, float value) { g.initializer(name, {}, {value}); }
void zero(Graph& g, const std::string& name, int value) { whole(g, name, Type::UINT8, {}, {value}); }

const char* const kBytes = "X[0],X[1]\n0,255\n17,130\n";

}  // namespace

TEST(Fused, Activations) {
  Graph bias = ofPair().initializer("b", {2}, {0.5f, -1});
  bias.node("BiasGelu", {"X", "b"}, {"Y"}, kMs);
  EXPECT_EQ(bias.score("X[0],X[1]\n0.5,3\n"), rows("0.8413447,1.9544997\n"));
  Graph fast = ofPair();
  fast.node("FastGelu", {"X"}, {"Y"}, kMs);
  EXPECT_EQ(fast.score("X[0],X[1]\n0.5,3\n"), rows("0.345714,2.9963627\n"));
  Graph quick = ofPair();
  quick.node("QuickGelu", {"X"}, {"Y"}, kMs);
  EXPECT_EQ(quick.score("X[0],X[1]\n1,3\n"), rows("0.84579575,2.9819288\n"));
  Graph affine = ofPair();
  affine.node("Affine", {"X"}, {"Y"}).number("alpha", 2).number("beta", 1);
  EXPECT_EQ(affine.score("X[0],X[1]\n1,-2\n"), rows("3,-3\n"));
  Graph scale = ofPair();
  scale.node("Scale", {"X"}, {"Y"}).number("scale", 2);
  EXPECT_EQ(scale.score("X[0],X[1]\n1,-2\n"), rows("2,-4\n"));
  Graph tanh = ofPair();
  tanh.node("ScaledTanh", {"X"}, {"Y"}).number("alpha", 0.5f).number("beta", 2);
  EXPECT_EQ(tanh.score("X[0],X[1]\n1,3\n"), rows("0.4820138,0.49999386\n"));
  Graph softplus = ofPair();
  softplus.node("ParametricSoftplus", {"X"}, {"Y"}).number("alpha", 0.5f).number("beta", 2);
  EXPECT_EQ(softplus.score("X[0],X[1]\n1,3\n"), rows("1.063464,3.0012379\n"));
  Graph image(9);
  image.input("X", Type::FLOAT, {-1, 2, 1, 1}).output("Y");
  image.node("ImageScaler", {"X"}, {"Y"}).number("scale", 2).floats("bias", {1, -1});
  EXPECT_EQ(image.score("\"X[0,0,0]\",\"X[1,0,0]\"\n1,-2\n"), "\"Y[0,0,0]\",\"Y[1,0,0]\"\n3,-5\n");
}

TEST(Fused, Products) {
  Graph gemm = ofPair().initializer("W", {3, 2}, {1, 0.5f, -1, 2, 0.25f, -3}).initializer("c", {3}, {1, 0, -1});
  gemm.node("FusedGemm", {"X", "W", "c"}, {"Y"}, kMs).integer("transB", 1).number("alpha", 0.5f).text("activation", "LeakyRelu").number("activation_alpha", 0.25f);
  EXPECT_EQ(gemm.score("X[0],X[1]\n1,-2\n0.5,3\n"), "Y[0],Y[1],Y[2]\n1,-0.625,2.125\n2,2.75,-1.359375\n");
  Graph transposed = ofPair().initializer("W", {3, 2}, {1, 0.5f, -1, 2, 0.25f, -3});
  transposed.node("TransposeMatMul", {"X", "W"}, {"Y"}, kMs).integer("transB", 1).number("alpha", 2);
  EXPECT_EQ(transposed.score("X[0],X[1]\n1,-2\n"), "Y[0],Y[1],Y[2]\n0,-10,12.5\n");
  Graph conv(17);
  conv.input("X", Type::FLOAT, {-1, 1, 2}).input("Z", Type::FLOAT, {-1, 2, 1}).output("Y").initializer("W", {2, 1, 2}, {1, 0.5f, -3, 4}).initializer("c", {2}, {0.5f, -0.25f});
  conv.node("FusedConv", {"X", "W", "c", "Z"}, {"Y"}, kMs).text("activation", "Clip").floats("activation_params", {-1, 2});
  EXPECT_EQ(conv.score("\"X[0,0]\",\"X[0,1]\",\"Z[0,0]\",\"Z[1,0]\"\n1,-2,1,-2\n0.5,3,0.5,3\n"), "\"Y[0,0]\",\"Y[1,0]\"\n1.5,-1\n2,2\n");
}

TEST(Fused, SkipNormalizations) {
  const auto graph = [] {
    Graph g(17);
    return g.input("X", Type::FLOAT, {-1, 1, 2}).output("Y").initializer("s", {1, 1, 2}, {1, 1}).initializer("g", {2}, {2, 3}).initializer("h", {2}, {0, 1});
  };
  const std::string csv = "\"X[0,0]\",\"X[0,1]\"\n1,-2\n", header = "\"Y[0,0]\",\"Y[0,1]\"\n";
  Graph centred = graph(), plain = graph();
  centred.node("SkipLayerNormalization", {"X", "s", "g", "h"}, {"Y"}, kMs).number("epsilon", 0.5f);
  EXPECT_EQ(centred.score(csv), header + "1.809068,-1.7136021\n");
  plain.node("SkipSimplifiedLayerNormalization", {"X", "s", "g"}, {"Y"}, kMs).number("epsilon", 0.5f);
  EXPECT_EQ(plain.score(csv), header + "2.309401,-1.7320508\n");
}

TEST(Fused, QuantizedElements) {
  const auto graph = [](bool two, float to, int toZero) {
    Graph g(17);
    g.input("X", Type::UINT8, {-1, 2}).output("Y", Type::UINT8);
    scale(g, "as", two ? 0.1f : 0.05f), zero(g, "az", two ? 3 : 128), whole(g, "B", Type::UINT8, {2}, {200, 3}), scale(g, "bs", 0.2f), zero(g, "bz", 5), scale(g, "cs", to), zero(g, "cz", toZero);
    return g;
  };
  Graph add = graph(true, 0.3f, 9), mul = graph(true, 0.3f, 9), sigmoid = graph(false, 0.004f, 2), leaky = graph(false, 0.04f, 2);
  add.node("QLinearAdd", {"X", "as", "az", "B", "bs", "bz", "cs", "cz"}, {"Y"}, kMs);
  EXPECT_EQ(add.score(kBytes), rows("138,92\n144,50\n"));
  mul.node("QLinearMul", {"X", "as", "az", "B", "bs", "bz", "cs", "cz"}, {"Y"}, kMs);
  EXPECT_EQ(mul.score(kBytes), rows("0,0\n191,0\n"));
  sigmoid.node("QLinearSigmoid", {"X", "as", "az", "cs", "cz"}, {"Y"}, kMs);
  EXPECT_EQ(sigmoid.score(kBytes), rows("2,252\n3,133\n"));
  leaky.node("QLinearLeakyRelu", {"X", "as", "az", "cs", "cz"}, {"Y"}, kMs);
  EXPECT_EQ(leaky.score(kBytes), rows("0,161\n1,4\n"));
}

// The zero point is in the numbers as they are rounded: 13.5 + 7 is 20, 14.5 + 7 is 22.
TEST(Fused, QuantizedTies) {
  for (const auto& [op, expected] : {std::pair{"QLinearMul", "20,8\n10,8\n"}, {"QLinearAdd", "22,8\n10,10\n"}}) {
    Graph g(17);
    g.input("X", Type::UINT8, {-1, 2}).output("Y", Type::UINT8);
    scale(g, "as", 0.5f), zero(g, "az", 0), whole(g, "B", Type::UINT8, {2}, {1, 1}), scale(g, "bs", 1), zero(g, "bz", 0), scale(g, "cs", 1), zero(g, "cz", 7);
    g.node(op, {"X", "as", "az", "B", "bs", "bz", "cs", "cz"}, {"Y"}, kMs);
    EXPECT_EQ(g.score("X[0],X[1]\n27,1\n5,3\n"), rows(expected)) << op;
  }
}

TEST(Fused, QuantizedMeansAndChoices) {
  for (const auto& [padding, expected] : {std::pair{0, "28,150,255\n"}, {1, "28,150,134\n"}}) {
    Graph g(17);
    g.input("X", Type::UINT8, {-1, 1, 2, 3}).output("Y", Type::UINT8);
    scale(g, "as", 0.5f), zero(g, "az", 10), scale(g, "cs", 0.25f), zero(g, "cz", 7);
    g.node("QLinearAveragePool", {"X", "as", "az", "cs", "cz"}, {"Y"}, kMs).ints("kernel_shape", {2, 2}).ints("pads", {0, 0, 0, 1}).integer("count_include_pad", padding);
    const std::string scored = g.score("\"X[0,0,0]\",\"X[0,0,1]\",\"X[0,0,2]\",\"X[0,1,0]\",\"X[0,1,1]\",\"X[0,1,2]\"\n0,10,20,30,41,255\n");
    EXPECT_NE(scored.find(expected), std::string::npos) << scored;
  }
  Graph g(17);
  g.input("C", Type::BOOL, {-1}).input("X", Type::UINT8, {-1}).input("Z", Type::UINT8, {-1}).output("Y", Type::UINT8);
  scale(g, "as", 0.5f), zero(g, "az", 1), scale(g, "bs", 0.2f), zero(g, "bz", 3), scale(g, "cs", 0.3f), zero(g, "cz", 7);
  g.node("QLinearWhere", {"C", "X", "as", "az", "Z", "bs", "bz", "cs", "cz"}, {"Y"}, kMs);
  EXPECT_EQ(g.score("C,X,Z\ntrue,27,9\nfalse,1,100\nfalse,5,200\ntrue,3,4\n"), "Y\n50\n72\n138\n10\n");
}

// QLinearSoftmax takes 212 of the 212.77 steps that are 1.
TEST(Fused, QuantizedShapes) {
  const auto graph = [](const std::vector<int64_t>& dims, float from, float to, int toZero) {
    Graph g(17);
    g.input("X", Type::UINT8, dims).output("Y", Type::UINT8);
    scale(g, "as", from), zero(g, "az", 3), scale(g, "cs", to), zero(g, "cz", toZero);
    return g;
  };
  Graph softmax = graph({-1, 2}, 0.01f, 0.0047f, 2);
  softmax.node("QLinearSoftmax", {"X", "as", "az", "cs", "cz"}, {"Y"}, kMs).integer("axis", -1).integer("opset", 13);
  EXPECT_EQ(softmax.score(kBytes), rows("17,199\n54,162\n"));
  Graph concat = graph({-1, 2}, 0.1f, 0.08f, 50);
  scale(concat, "bs", 0.03f), zero(concat, "bz", 128);
  concat.node("QLinearConcat", {"cs", "cz", "X", "as", "az", "X", "bs", "bz"}, {"Y"}, kMs).integer("axis", 1);
  EXPECT_EQ(concat.score(kBytes), "Y[0],Y[1],Y[2],Y[3]\n46,255,2,98\n68,209,8,51\n");
  Graph pool = graph({-1, 1, 2}, 0.1f, 0.08f, 50);
  pool.node("QLinearGlobalAveragePool", {"X", "as", "az", "cs", "cz"}, {"Y"}, kMs);
  EXPECT_EQ(pool.score("\"X[0,0]\",\"X[0,1]\"\n0,255\n17,130\n"), "Y\n206\n138\n");
}

TEST(Fused, QuantizedProducts) {
  const auto graph = [](int type, const std::vector<int64_t>& dims) {
    Graph g(17);
    g.input("X", Type::UINT8, dims).output("Y", type);
    scale(g, "as", 0.1f), zero(g, "az", 3), scale(g, "ys", 0.5f), zero(g, "yz", 100), whole(g, "c", Type::INT32, {2}, {10, -20});
    return g;
  };
  Graph toFloat = graph(Type::FLOAT, {-1, 2}).initializer("f", {2}, {0.5f, -0.5f});
  scale(toFloat, "bs", 0.25f), whole(toFloat, "W", Type::INT8, {2, 2}, {1, -2, 3, 4});
  toFloat.node("MatMulIntegerToFloat", {"X", "W", "as", "bs", "az", "", "f"}, {"Y"}, kMs);
  EXPECT_EQ(toFloat.score(kBytes), rows("19.325,24.85\n10.375,11.5\n"));
  Graph gemm = graph(Type::UINT8, {-1, 2});
  scale(gemm, "bs", 0.25f), whole(gemm, "W", Type::INT8, {2, 2}, {1, -2, 3, 4}), whole(gemm, "bz", Type::INT8, {}, {1});
  gemm.node("QGemm", {"X", "as", "az", "W", "bs", "bz", "c", "ys", "yz"}, {"Y"}, kMs).integer("transB", 1);
  EXPECT_EQ(gemm.score(kBytes), rows("63,136\n81,119\n"));
  Graph byColumn = graph(Type::UINT8, {-1, 2}).initializer("bs", {2}, {0.25f, 0.5f});
  whole(byColumn, "W", Type::INT8, {2, 2}, {1, -2, 3, 4}), whole(byColumn, "bz", Type::INT8, {2}, {1, -1});
  byColumn.node("QGemm", {"X", "as", "az", "W", "bs", "bz", "c", "ys", "yz"}, {"Y"}, kMs).integer("transB", 1);
  EXPECT_EQ(byColumn.score(kBytes), rows("63,223\n81,167\n"));
  Graph last = graph(Type::UINT8, {-1, 2, 1, 1}).initializer("bs", {2}, {0.25f, 0.5f});
  whole(last, "W", Type::UINT8, {2, 1, 2, 1}, {1, 9, 3, 4}), zero(last, "bz", 2);
  last.node("QLinearConv", {"X", "as", "az", "W", "bs", "bz", "ys", "yz", "c"}, {"Y"}, kMs).ints("pads", {1, 0, 0, 0}).ints("kernel_shape", {2, 1}).integer("channels_last", 1);
  EXPECT_EQ(last.score("\"X[0,0,0]\",\"X[1,0,0]\"\n0,255\n17,130\n"), "\"Y[0,0,0]\",\"Y[0,0,1]\",\"Y[1,0,0]\",\"Y[1,0,1]\"\n99,97,189,148\n105,101,144,125\n");
  Graph conv = graph(Type::UINT8, {-1, 1, 2});
  conv.initializer("bs", {2}, {0.25f, 0.5f}), whole(conv, "W", Type::UINT8, {2, 1, 2}, {1, 9, 3, 4}), zero(conv, "bz", 2);
  conv.node("QLinearConv", {"X", "as", "az", "W", "bs", "bz", "ys", "yz", "c"}, {"Y"}).ints("pads", {1, 0});
  EXPECT_EQ(conv.score("\"X[0,0]\",\"X[0,1]\"\n0,255\n17,130\n"), "\"Y[0,0]\",\"Y[0,1]\",\"Y[1,0]\",\"Y[1,1]\"\n99,189,97,148\n105,144,101,125\n");
}

// Rows one by one, each with a scale of its own.
TEST(Fused, ProductsOfRowsQuantizedByThemselves) {
  Graph g(17);
  g.input("X", Type::FLOAT, {1, 2}).output("Y").initializer("bs", {2}, {0.25f, 0.5f}).initializer("c", {2}, {0.5f, -0.5f});
  whole(g, "W", Type::INT8, {2, 2}, {1, -2, 3, 4}), whole(g, "bz", Type::INT8, {2}, {1, -1});
  g.node("DynamicQuantizeMatMul", {"X", "W", "bs", "bz", "c"}, {"Y"}, kMs);
  EXPECT_EQ(g.score("X[0],X[1]\n1,-2\n0.3,7\n0,0\n"), rows("-0.5,-6\n4,16.84902\n0.5,-0.5\n"));
}

// ONNX Runtime's quantizer writes the scales of a bias [1,k] without the axis.
TEST(DequantizeLinear, ScalesOfABias) {
  Graph g(17);
  g.input("X", Type::FLOAT, {-1, 2}).output("Y").initializer("s", {2}, {0.5f, 0.25f});
  whole(g, "b", Type::INT32, {1, 2}, {3, 8});
  g.node("DequantizeLinear", {"b", "s"}, {"d"}).integer("axis", 0), g.node("Add", {"X", "d"}, {"Y"});
  EXPECT_TRUE(g.score("X[0],X[1]\n1,2\n").ends_with(rows("2.5,4\n"))) << g.score("X[0],X[1]\n1,2\n");
  EXPECT_NE(g.check().find("warning: has a scale [2] for axis 0 of [1,2]"), std::string::npos) << g.check();
}

TEST(QuantizeLinear, NotANumberIsTheLowest) {
  Graph g(17);
  g.input("X", Type::FLOAT, {-1}).output("Y", Type::UINT8);
  scale(g, "s", 0.1f), zero(g, "z", 3);
  g.node("QuantizeLinear", {"X", "s", "z"}, {"Y"});
  EXPECT_EQ(g.score("X\nnan\n1\n"), "Y\n0\n13\n");
}

}  // namespace kiln::test

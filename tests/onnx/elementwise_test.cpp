// Elementwise operators. Expected values by hand from the formulas of the standard, or exact in binary.
#include <cmath>

#include "tests/onnx/graph.h"

namespace kiln::test {

static std::string unary(const std::string& op, const std::string& values, int type = Type::FLOAT, int64_t opset = 24) {
  Graph g(opset);
  g.input("X", type, {-1}).output("Y", type);
  g.node(op, {"X"}, {"Y"});
  std::string rows = "X\n";
  for (char c : values) rows += c == ' ' ? '\n' : c;
  const std::string text = g.score(rows + "\n");
  std::string all;
  for (char c : text.substr(0, text.size() - 1)) all += c == '\n' ? ' ' : c;
  return all;
}
static std::string binary(const std::string& op, const std::string& rows, int type = Type::FLOAT, int result = Type::FLOAT, int64_t fmod = -1) {
  Graph g;
  g.input("A", type, {-1}).input("B", type, {-1}).output("Y", result);
  NodeOf node = g.node(op, {"A", "B"}, {"Y"});
  if (fmod >= 0) node.integer("fmod", fmod);
  return g.score("A,B\n" + rows, "--status-column s");
}

TEST(Elementwise, ExactOnes) {
  EXPECT_EQ(unary("Neg", "1.5 -0 -inf"), "Y -1.5 0 inf");
  EXPECT_EQ(unary("Sign", "-3 0 7"), "Y -1 0 1");
  EXPECT_EQ(unary("Reciprocal", "4 -0.5"), "Y 0.25 -2");
  EXPECT_EQ(unary("Round", "0.5 1.5 -2.5"), "Y 0 2 -2");
  EXPECT_EQ(unary("Relu", "-1 2 nan"), "Y 0 2 nan");
  EXPECT_EQ(unary("LeakyRelu", "-100 2"), "Y -1 2");
  EXPECT_EQ(unary("HardSigmoid", "0 10 -10"), "Y 0.5 1 0");
  EXPECT_EQ(unary("HardSwish", "3 -3 0"), "Y 3 -0 0");
  EXPECT_EQ(unary("Softsign", "1 -3"), "Y 0.5 -0.75");
  EXPECT_EQ(unary("ThresholdedRelu", "1 1.5"), "Y 0 1.5");
  EXPECT_EQ(unary("Shrink", "0.5 0.75 -2"), "Y 0 0.75 -2");
  EXPECT_EQ(unary("Sigmoid", "0"), "Y 0.5");
  EXPECT_EQ(unary("Gelu", "0 100 -100"), "Y 0 100 -0");
  EXPECT_EQ(unary("Swish", "0 100"), "Y 0 100");
}
// Values of the C library in double, rounded to float.
TEST(Elementwise, Transcendental) {
  const auto near = [](const std::string& op, float x, double expected) {
    const std::string text = unary(op, std::to_string(x));
    EXPECT_NEAR(std::stod(text.substr(2)), expected, std::fabs(expected) * 3e-7) << op;
  };
  near("Asinh", 0.25f, std::asinh(0.25)), near("Acosh", 1.25f, std::acosh(1.25)), near("Atanh", -0.75f, std::atanh(-0.75));
  near("Erf", 0.5f, std::erf(0.5)), near("Softplus", -3.0f, std::log1p(std::exp(-3.0))), near("Elu", -2.0f, std::exp(-2.0) - 1);
  near("Selu", -1.0f, 1.05070102214813232421875 * 1.67326319217681884765625 * (std::exp(-1.0) - 1));
  near("Mish", 1.0f, std::tanh(std::log1p(std::exp(1.0)))), near("Celu", -1.0f, std::exp(-1.0) - 1);
  near("Gelu", 1.0f, 0.5 * (1 + std::erf(std::sqrt(0.5))));
}

// Of ONNX Runtime 1.32; by the standard the slope takes the input's shape.
TEST(Elementwise, ASlopeWiderThanTheInput) {
  Graph g(16);
  g.input("X", Type::FLOAT, {-1, 1}).output("Y").initializer("slope", {1, 2}, {0.5f, 2});
  g.node("PRelu", {"X", "slope"}, {"Y"});
  EXPECT_EQ(g.score("X\n-1\n2\n-3\n"), "Y[0],Y[1]\n-0.5,-2\n2,2\n-1.5,-6\n");
  EXPECT_NE(g.check("--semantics=spec").find("the slope does not broadcast to the input"), std::string::npos);
}

TEST(Elementwise, NarrowIntegersWrap) {
  EXPECT_EQ(binary("Add", "100,100\n", Type::INT8, Type::INT8), "Y,s\n-56,ok\n");
  EXPECT_EQ(binary("Sub", "1,2\n", Type::UINT8, Type::UINT8), "Y,s\n255,ok\n");
  EXPECT_EQ(binary("Mul", "65536,65537\n", Type::UINT32, Type::UINT32), "Y,s\n65536,ok\n");
  EXPECT_EQ(unary("Abs", "-128", Type::INT8), "Y -128");
  EXPECT_EQ(unary("BitwiseNot", "1", Type::UINT8), "Y 254");
}
TEST(Elementwise, IntegerDivision) {
  EXPECT_EQ(binary("Div", "-7,2\n", Type::INT64, Type::INT64), "Y,s\n-3,ok\n");
  EXPECT_EQ(binary("Mod", "-7,3\n7,-3\n", Type::INT32, Type::INT32), "Y,s\n2,ok\n-2,ok\n");
  EXPECT_EQ(binary("Mod", "-7,3\n7,-3\n", Type::INT32, Type::INT32, 1), "Y,s\n-1,ok\n1,ok\n");
  EXPECT_EQ(binary("Mod", "-7.5,2\n", Type::FLOAT, Type::FLOAT, 1), "Y,s\n-1.5,ok\n");
  // It would end the process of ONNX Runtime.
  EXPECT_EQ(binary("Div", "1,0\n", Type::INT64, Type::INT64).substr(0, 7), "Y,s\n,un");
  EXPECT_NE(binary("Mod", "1,1\n").find("fmod = 1"), std::string::npos);
}
// From opset 28 on, by ONNX Runtime 1.32 and the table of special cases in the standard.
TEST(Elementwise, RemaindersOfFloatsWithTheSignOfTheDivisor) {
  Graph g(28);
  g.input("A", Type::FLOAT, {-1}).input("B", Type::FLOAT, {-1}).output("Y");
  g.node("Mod", {"A", "B"}, {"Y"});
  EXPECT_EQ(g.score("A,B\n-5.5,3\n5.5,-3\n7,3\n-5,5\n5,-5\n0,-2\n2,inf\n-2,inf\n2,-inf\ninf,2\n1,0\n1,nan\n"), "Y\n0.5\n-0.5\n1\n0\n-0\n-0\n2\ninf\n-inf\nnan\nnan\nnan\n");
}
// By the standard: the Swish of A, times B.
TEST(Elementwise, SwiGlu) {
  Graph g(28);
  g.input("A", Type::FLOAT, {-1}).input("B", Type::FLOAT, {-1}).output("Y");
  NodeOf node = g.node("SwiGLU", {"A", "B"}, {"Y"});
  EXPECT_EQ(g.score("A,B\n0,3\n100,2\n-100,0\n"), "Y\n0\n200\n-0\n");
  node.number("alpha", 2);
  EXPECT_NEAR(std::stod(g.score("A,B\n0.5,3\n").substr(2)), 1.5 / (1 + std::exp(-1.0)), 3e-7);
}
TEST(Elementwise, HalvesAreRounded) {
  // 2048 + 1 lies between 2048 and 2050, ties to even.
  EXPECT_EQ(binary("Add", "2048,1\n2050,1\n65504,32\n", Type::FLOAT16, Type::FLOAT16), "Y,s\n2048,ok\n2052,ok\ninf,ok\n");
}
TEST(Elementwise, PowerTakesTheTypeOfTheBase) {
  EXPECT_EQ(binary("Pow", "3,2\n2,-1\n", Type::INT32, Type::INT32), "Y,s\n9,ok\n0,ok\n");
  EXPECT_EQ(binary("Pow", "2,0.5\n0,0\n"), "Y,s\n1.4142135,ok\n1,ok\n");
}
// As ONNX Runtime 1.32 has them: several elements are multiplied twice in float, one is the rounded power.
TEST(Elementwise, Cubes) {
  const auto cubes = [](const std::vector<int64_t>& shape, const std::string& rows) {
    Graph g;
    g.input("X", Type::FLOAT, shape).initializer("three", {}, {3}).output("Y");
    g.node("Pow", {"X", "three"}, {"Y"});
    return g.score(rows);
  };
  EXPECT_EQ(cubes({-1, 2}, "X[0],X[1]\n1.7,-2\n"), "Y[0],Y[1]\n4.913,-8\n");
  EXPECT_EQ(cubes({-1, 1}, "X\n1.7\n"), "Y\n4.9130006\n");
}
TEST(Elementwise, Comparisons) {
  EXPECT_EQ(binary("Equal", "a,a\na,b\n", Type::STRING, Type::BOOL), "Y,s\ntrue,ok\nfalse,ok\n");
  EXPECT_EQ(binary("Less", "nan,1\n1,2\n", Type::FLOAT, Type::BOOL), "Y,s\nfalse,ok\ntrue,ok\n");
  EXPECT_EQ(binary("GreaterOrEqual", "2,2\n", Type::INT64, Type::BOOL), "Y,s\ntrue,ok\n");
  EXPECT_EQ(binary("BitShift", "1,2\n", Type::UINT8, Type::UINT8).substr(0, 1), "!");   // direction is needed
}
// Numbers from 2^63 on, which only a model can make: the halves, plus 2^63 where it says so. ONNX Runtime 1.32.
TEST(Elementwise, Unsigned64) {
  const auto of = [](const std::string& op, const std::string& csv, int result = Type::UINT64) {
    Graph g(21);
    g.input("A", Type::UINT64, {-1}).input("B", Type::UINT64, {-1}).input("C", Type::BOOL, {-1}).output("Y", result);
    auto& bit = *g.model().mutable_graph()->add_initializer();
    bit.set_name("bit"), bit.set_data_type(Type::UINT64), bit.add_uint64_data(uint64_t{1} << 63);
    g.node("Add", {"A", "bit"}, {"a"}), g.node("Add", {"B", "bit"}, {"large"}), g.node("Where", {"C", "large", "B"}, {"b"});
    g.node(op, {"a", "b"}, {"y"});
    if (result == Type::BOOL) g.node("Identity", {"y"}, {"Y"});
    else g.node("BitwiseXor", {"y", "bit"}, {"z"}), g.node("Min", {"y", "z"}, {"Y"});   // a column holds less than 2^63
    return g.score("A,B,C\n" + csv);
  };
  const std::string csv = "5,3,false\n7,10,true\n9223372036854775807,0,true\n9223372036854775807,10,false\n";
  EXPECT_EQ(of("Div", csv), "Y\n3074457345618258604\n0\n1\n1844674407370955161\n");
  EXPECT_EQ(of("Mod", csv), "Y\n1\n7\n9223372036854775807\n5\n");
  EXPECT_EQ(of("Max", csv), "Y\n5\n10\n9223372036854775807\n9223372036854775807\n");
  EXPECT_EQ(of("Less", csv, Type::BOOL), "Y\nfalse\ntrue\nfalse\nfalse\n");
  EXPECT_EQ(of("GreaterOrEqual", csv, Type::BOOL), "Y\ntrue\nfalse\ntrue\ntrue\n");
  EXPECT_EQ(of("Div", "5,0,false\n"), "Y\n\"\"\n");
  for (const auto& [op, expected] : {std::pair{"Sign", "Y\n1\n0\n"}, {"Abs", "Y\n9\n0\n"}}) {
    Graph g(21);
    g.input("X", Type::UINT64, {-1}).output("Y", Type::UINT64);
    g.node(op, {"X"}, {"Y"});
    EXPECT_EQ(g.score("X\n9\n0\n"), expected);
  }
}
TEST(Elementwise, Broadcasting) {
  Graph g;
  g.input("X", Type::FLOAT, {-1, 3}).initializer("w", {3}, {1, 2, 3}).initializer("s", {}, {10}).output("Y");
  g.node("Mul", {"X", "w"}, {"m"});
  g.node("Max", {"m", "s", "X"}, {"Y"});
  EXPECT_EQ(g.score("X[0],X[1],X[2]\n1,6,20\n"), "Y[0],Y[1],Y[2]\n10,12,60\n");
}
TEST(Elementwise, WhereOfStrings) {
  Graph g;
  g.input("C", Type::BOOL, {-1}).input("X", Type::STRING, {-1}).input("Z", Type::STRING, {-1}).output("Y", Type::STRING);
  g.node("Where", {"C", "X", "Z"}, {"Y"});
  EXPECT_EQ(g.score("C,X,Z\ntrue,a,b\nfalse,a,b\n"), "Y\na\nb\n");
}
TEST(Elementwise, ClipByInputsAndAttributes) {
  for (int64_t opset : {6, 21}) {
    Graph g(opset);
    g.input("X", Type::FLOAT, {-1}).initializer("low", {}, {-1}).initializer("high", {}, {2}).output("Y");
    if (opset == 6) g.node("Clip", {"X"}, {"Y"}).number("min", -1).number("max", 2);
    else g.node("Clip", {"X", "low", "high"}, {"Y"});
    EXPECT_EQ(g.score("X\n-5\n1\n7\nnan\n"), "Y\n-1\n1\n2\nnan\n");
  }
}
// The text says nothing of the mask of a trained model before opset 12; ONNX Runtime 1.32 has zeros, later ones.
TEST(Elementwise, MaskOfDropout) {
  for (const auto& [opset, mask] : {std::pair{7, "0"}, {10, "false"}, {12, "true"}}) {
    Graph g(opset);
    g.input("X", Type::FLOAT, {-1}).output("Y").output("Z", opset < 10 ? Type::FLOAT : Type::BOOL);
    g.node("Dropout", {"X"}, {"Y", "Z"});
    EXPECT_EQ(g.score("X\n1.5\n"), "Y,Z\n1.5," + std::string(mask) + "\n");
  }
}

TEST(Elementwise, DropoutOfATrainedModel) {
  Graph g;
  g.input("X", Type::FLOAT, {-1}).output("Y");
  g.node("Dropout", {"X"}, {"Y"});
  EXPECT_EQ(g.score("X\n3\n"), "Y\n3\n");
}

static std::string cast(int from, int to, const std::string& value) {
  Graph g;
  g.input("X", from, {-1}).output("Y", to);
  g.node("Cast", {"X"}, {"Y"}).integer("to", to);
  const std::string text = g.score("X\n" + value + "\n", "--status-column s");
  return text.substr(4, text.size() - 5);
}
// Texts and integers beyond the type: answers of ONNX Runtime on x86-64.
TEST(Cast, AsOnnxRuntime) {
  EXPECT_EQ(cast(Type::FLOAT, Type::INT32, "-3.9"), "-3,ok");
  EXPECT_EQ(cast(Type::FLOAT, Type::INT64, "nan"), "-9223372036854775808,ok");
  EXPECT_EQ(cast(Type::FLOAT, Type::INT8, "300"), "44,ok");
  EXPECT_EQ(cast(Type::INT64, Type::INT32, "4294967297"), "1,ok");
  EXPECT_EQ(cast(Type::INT64, Type::UINT8, "-1"), "255,ok");
  EXPECT_EQ(cast(Type::DOUBLE, Type::STRING, "123456.789"), "123456.79,ok");
  EXPECT_EQ(cast(Type::FLOAT, Type::STRING, "3"), "3,ok");
  EXPECT_EQ(cast(Type::FLOAT, Type::STRING, "-inf"), "-INF,ok");
  EXPECT_EQ(cast(Type::BOOL, Type::STRING, "true"), "1,ok");
  EXPECT_EQ(cast(Type::STRING, Type::FLOAT, "1e3"), "1000,ok");
  EXPECT_EQ(cast(Type::STRING, Type::BOOL, "0"), "false,ok");
  EXPECT_EQ(cast(Type::STRING, Type::BOOL, "1"), "true,ok");
  EXPECT_EQ(cast(Type::STRING, Type::BOOL, "2"), "true,ok");
  EXPECT_EQ(cast(Type::DOUBLE, Type::FLOAT16, "2049"), "2048,ok");
  EXPECT_EQ(cast(Type::FLOAT, Type::BOOL, "0.5"), "true,ok");
  EXPECT_EQ(cast(Type::STRING, Type::INT64, "x").substr(0, 1), ",");
}

}  // namespace kiln::test

// Attention. The expected values are ONNX Runtime 1.32's, to a few units of the last place: exp is a polynomial there.
#include <cmath>
#include <sstream>

#include "tests/onnx/graph.h"

namespace kiln::test {

namespace {

// Two tokens of two heads of two numbers, and keys and values that both heads share.
Graph attends(int64_t opset) {
  Graph g(opset);
  return g.input("Q", Type::FLOAT, {-1, 2, 4}).input("K", Type::FLOAT, {-1, 2, 2}).input("V", Type::FLOAT, {-1, 2, 2}).output("Y");
}
NodeOf attention(Graph& g, std::vector<std::string> inputs, std::vector<std::string> outputs = {"Y"}) {
  NodeOf node = g.node("Attention", inputs, outputs);
  return node.integer("q_num_heads", 2).integer("kv_num_heads", 1);
}

const char* const kHeader = "\"Q[0,0]\",\"Q[0,1]\",\"Q[0,2]\",\"Q[0,3]\",\"Q[1,0]\",\"Q[1,1]\",\"Q[1,2]\",\"Q[1,3]\",\"K[0,0]\",\"K[0,1]\",\"K[1,0]\",\"K[1,1]\",\"V[0,0]\",\"V[0,1]\",\"V[1,0]\",\"V[1,1]\"";
const char* const kRows[] = {"1,0,0.5,-1,2,1,0,1,1,2,-1,0.5,1,10,2,20", "0,0,0,0,-1,0.5,1,2,0.5,-0.5,2,1,3,-1,5,7"};
std::string rows() { return std::string(kHeader) + "\n" + kRows[0] + "\n" + kRows[1] + "\n"; }

void expectNumbers(const std::string& csv, const std::vector<double>& expected) {
  std::stringstream cells(csv.substr(csv.find('\n') + 1));
  std::string line, cell;
  std::vector<double> actual;
  while (std::getline(cells, line))
    for (std::stringstream in(line); std::getline(in, cell, ',');) actual.push_back(std::stod(cell));
  ASSERT_EQ(actual.size(), expected.size()) << csv;
  for (size_t i = 0; i < expected.size(); i++) EXPECT_NEAR(actual[i], expected[i], 1e-6 * std::max(1.0, std::fabs(expected[i]))) << "number " << i;
}

}  // namespace

TEST(Attention, HeadsThatShareKeys) {
  Graph g = attends(23);
  attention(g, {"Q", "K", "V"});
  expectNumbers(g.score(rows()), {1.1955703, 11.955704, 1.587479, 15.87479, 1.0200536, 10.200536, 1.2571833, 12.571833, 4, 3, 4, 3, 3.74088, 1.9635193, 4.920301, 6.681204});
}

TEST(Attention, CausalAndScaled) {
  Graph g = attends(23);
  attention(g, {"Q", "K", "V"}).integer("is_causal", 1).number("scale", 2);
  expectNumbers(g.score(rows()), {1, 10, 1, 10, 1.0000167, 10.000167, 1.0474259, 10.474259, 3, -1, 3, -1, 3.3648508, 0.45940417, 4.9997535, 6.999013});
}

TEST(Attention, AQueryThatSeesNoKeyGivesNothing) {
  Graph g = attends(23);
  auto& mask = *g.model().mutable_graph()->add_initializer();
  mask.set_name("M"), mask.set_data_type(Type::BOOL), mask.add_dims(2), mask.add_dims(2);
  for (int seen : {1, 0, 0, 0}) mask.add_int32_data(seen);
  attention(g, {"Q", "K", "V", "M"});
  expectNumbers(g.score(rows()), {1, 10, 1, 10, 0, 0, 0, 0, 3, -1, 3, -1, 0, 0, 0, 0});
}

TEST(Attention, CapThenMaskThenShares) {
  Graph g = attends(24).output("S").initializer("M", {2, 2}, {0, 1, -1, 0});
  attention(g, {"Q", "K", "V", "M"}, {"Y", "", "", "S"}).number("softcap", 0.5f).integer("qk_matmul_output_mode", 3);
  expectNumbers(g.score(rows()), {1.5278746, 15.278746, 1.7391667, 17.391666, 1.5035446, 15.035445, 1.6916641, 16.916641, 0.4721253, 0.52787465, 0.49645552, 0.5035445, 0.26083347, 0.7391666, 0.3083358, 0.69166416,
                                  4.462117, 4.848469, 4.462117, 4.848469, 4.424823, 4.6992908, 4.7173715, 5.8694863, 0.26894143, 0.7310586, 0.2875887, 0.71241134, 0.26894143, 0.7310586, 0.1413142, 0.8586858});
}

TEST(Attention, KeysThatArePadding) {
  Graph g = attends(24).input("L", Type::INT64, {-1});
  attention(g, {"Q", "K", "V", "", "", "", "L"}).integer("is_causal", 1);
  const std::string csv = std::string(kHeader) + ",L\n" + kRows[0] + ",1\n" + kRows[1] + ",2\n";
  expectNumbers(g.score(csv), {0, 0, 0, 0, 1, 10, 1, 10, 3, -1, 3, -1, 3.74088, 1.9635193, 4.920301, 6.681204});
}

// In double the shares of floats are the same to their last places; halves are no type to compute in.
TEST(Attention, PrecisionOfTheSoftmax) {
  Graph g = attends(23), halves = attends(23);
  attention(g, {"Q", "K", "V"}).integer("softmax_precision", Type::DOUBLE);
  expectNumbers(g.score(rows()), {1.1955703, 11.955704, 1.587479, 15.87479, 1.0200536, 10.200536, 1.2571833, 12.571833, 4, 3, 4, 3, 3.74088, 1.9635193, 4.920301, 6.681204});
  attention(halves, {"Q", "K", "V"}).integer("softmax_precision", Type::FLOAT16);
  EXPECT_NE(halves.check().find("a softmax in float16"), std::string::npos) << halves.check();
}

TEST(Attention, OverRowsIsRefused) {
  Graph g(23);
  g.input("X", Type::FLOAT, {-1, 4}).output("Y").initializer("one", {1, 1, 1}, {1});
  g.node("Mul", {"X", "one"}, {"Q"}), attention(g, {"Q", "Q", "Q"});
  EXPECT_NE(g.check().find("mixes rows: an attention over the rows of the batch"), std::string::npos) << g.check();
}

// Two heads of four numbers at position 1, by halves and in neighbouring pairs; a part of each head; without positions. ONNX Runtime 1.32.
TEST(RotaryEmbedding, OfHeads) {
  const auto turned = [](int64_t interleaved, int64_t part) {
    Graph g(23);
    g.input("X", Type::FLOAT, {-1, 1, 8}).output("Y");
    if (part) g.initializer("c", {2, 1}, {1, 0.5}).initializer("s", {2, 1}, {0, 0.25});
    else g.initializer("c", {2, 2}, {1, 1, 0.5, 0.25}).initializer("s", {2, 2}, {0, 0, 0.25, 0.5});
    auto& position = *g.model().mutable_graph()->add_initializer();
    position.set_name("p"), position.set_data_type(Type::INT64), position.add_dims(1), position.add_dims(1), position.add_int64_data(1);
    auto node = g.node("RotaryEmbedding", {"X", "c", "s", "p"}, {"Y"}).integer("num_heads", 2).integer("interleaved", interleaved);
    if (part) node.integer("rotary_embedding_dim", part);
    std::string header;
    for (int i = 0; i < 8; i++) header += (i ? ",\"X[0," : "\"X[0,") + std::to_string(i) + "]\"";
    return g.score(header + "\n1,2,3,4,5,6,7,8\n");
  };
  const auto isTurned = [&](int64_t interleaved, int64_t part, const std::string& expected) {
    const std::string scored = turned(interleaved, part);
    EXPECT_NE(scored.find("\n" + expected + "\n"), std::string::npos) << scored;
  };
  isTurned(0, 0, "-0.25,-1.5,1.75,2,0.75,-2.5,4.75,5");
  isTurned(1, 0, "0,1.25,-1.25,2.5,1,4.25,-2.25,5.5");
  isTurned(0, 2, "0,1.25,3,4,1,4.25,7,8");
  isTurned(1, 2, "0,1.25,3,4,1,4.25,7,8");
  Graph g(23);
  g.input("X", Type::FLOAT, {-1, 1, 1, 4}).input("c", Type::FLOAT, {-1, 1, 2}).input("s", Type::FLOAT, {-1, 1, 2}).output("Y");
  g.node("RotaryEmbedding", {"X", "c", "s"}, {"Y"});
  const std::string scored = g.score("\"X[0,0,0]\",\"X[0,0,1]\",\"X[0,0,2]\",\"X[0,0,3]\",\"c[0,0]\",\"c[0,1]\",\"s[0,0]\",\"s[0,1]\"\n5,6,7,8,0.5,0.25,0.25,0.5\n");
  EXPECT_NE(scored.find("\n0.75,-2.5,4.75,5\n"), std::string::npos) << scored;
}

}  // namespace kiln::test

// Rows of the batch that a condition chooses, computed with and put back, as exported masks and imputers do it. Expected values by
// hand: what numpy gives for the expression in the comment.
#include <functional>

#include "tests/onnx/graph.h"

namespace kiln::test {

namespace {

const std::string kRows = "X[0],X[1]\n1,2\n-1,5\n0,7\n3,nan\n";

// X [N,2]; m: whether column 0 is positive; r: the places of these rows, [S].
Graph masked() {
  Graph g;
  g.input("X", Type::FLOAT, {-1, 2}).initializer("zero", {}, {0}).initializer("two", {}, {2});
  g.node("Constant", {}, {"first"}).integer("value_int", 0), g.node("Constant", {}, {"flat"}).ints("value_ints", {-1}), g.node("Constant", {}, {"none"}).integer("value_int", 0);
  g.node("Constant", {}, {"one"}).integer("value_int", 1), g.node("Constant", {}, {"last"}).ints("value_ints", {1});
  g.node("Gather", {"X", "first"}, {"x0"}).integer("axis", 1), g.node("Greater", {"x0", "zero"}, {"m"});
  g.node("NonZero", {"m"}, {"places"}), g.node("Reshape", {"places", "flat"}, {"r"}), g.node("Unsqueeze", {"r", "last"}, {"at"});
  return g;
}

Graph identityOf(const std::string& name) {
  Graph b;
  b.node("Identity", {name}, {"same"}), b.output("same");
  return b;
}

// Column 0 doubled where it is positive: a branch that changes the rows of r alone.
Graph doubled() {
  Graph b;
  b.node("Gather", {"X", "r"}, {"chosen"}), b.node("Mul", {"chosen", "two"}, {"twice"}), b.node("ScatterND", {"X", "at", "twice"}, {"changed"}), b.output("changed");
  return b;
}

}  // namespace

// Y = X.copy(); Y[X[:,0] > 0] *= 2
TEST(RowSets, ChosenRowsArePutBack) {
  Graph g = masked();
  g.node("Gather", {"X", "r"}, {"chosen"}), g.node("Mul", {"chosen", "two"}, {"twice"}), g.node("ScatterND", {"X", "at", "twice"}, {"Y"}), g.output("Y");
  EXPECT_EQ(g.score(kRows), "Y[0],Y[1]\n2,4\n-1,5\n0,7\n6,nan\n");
}

// The same, the rows by Compress and by GatherND; arange(N)[mask] are their places.
TEST(RowSets, CompressAndGatherNdChooseTheSameRows) {
  Graph g = masked();
  g.node("Compress", {"X", "m"}, {"chosen"}).integer("axis", 0), g.node("GatherND", {"X", "at"}, {"again"}), g.node("Add", {"chosen", "again"}, {"twice"});
  g.node("Shape", {"X"}, {"n1"}).integer("end", 1), g.node("Squeeze", {"n1"}, {"n"}), g.node("Range", {"none", "n", "one"}, {"all"}), g.node("Compress", {"all", "m"}, {"kept"}).integer("axis", 0);
  g.node("Unsqueeze", {"kept", "last"}, {"here"}), g.node("ScatterND", {"X", "here", "twice"}, {"Y"}), g.output("Y");
  EXPECT_EQ(g.score(kRows), "Y[0],Y[1]\n2,4\n-1,5\n0,7\n6,nan\n");
}

// s = X[mask]; t = s[s[:,1] < 3]; table = zeros(N); table[r] = arange(len(r)); places of t's rows in X are r[q], in s table[r[q]].
TEST(RowSets, RowsOfChosenRowsByATableOfPlaces) {
  Graph g = masked();
  g.initializer("three", {}, {3});
  g.node("Shape", {"X"}, {"n1"}).integer("end", 1), g.node("ConstantOfShape", {"n1"}, {"zeros"});
  g.node("Cast", {"zeros"}, {"empty"}).integer("to", Type::INT64);
  g.node("Shape", {"r"}, {"s1"}), g.node("Squeeze", {"s1"}, {"count"}), g.node("Range", {"none", "count", "one"}, {"numbers"}), g.node("ScatterND", {"empty", "at", "numbers"}, {"table"});
  g.node("Gather", {"X", "r"}, {"s"}), g.node("Gather", {"s", "one"}, {"s1st"}).integer("axis", 1), g.node("Less", {"s1st", "three"}, {"small"});
  g.node("NonZero", {"small"}, {"q2"}), g.node("Reshape", {"q2", "flat"}, {"q"}), g.node("Gather", {"r", "q"}, {"inX"}), g.node("Gather", {"table", "inX"}, {"inS"}), g.node("Gather", {"s", "inS"}, {"t"});
  g.node("Neg", {"t"}, {"negative"}), g.node("Unsqueeze", {"inX", "last"}, {"at2"}), g.node("ScatterND", {"X", "at2", "negative"}, {"Y"}), g.output("Y");
  EXPECT_EQ(g.score("X[0],X[1]\n1,2\n-1,2\n4,7\n"), "Y[0],Y[1]\n-1,-2\n-1,2\n4,7\n");
}

// if (mask.any()) ..: the rows for which it does not hold are the same in both branches.
TEST(RowSets, AnyRowDecidesWhetherTheOthersStay) {
  Graph g = masked();
  g.node("Cast", {"m"}, {"i"}).integer("to", Type::INT32), g.node("ReduceMax", {"i"}, {"most"}).integer("keepdims", 0), g.node("Cast", {"most"}, {"any"}).integer("to", Type::BOOL);
  g.node("If", {"any"}, {"Y"}).graph("then_branch", doubled()).graph("else_branch", identityOf("X")), g.output("Y");
  EXPECT_EQ(g.score(kRows), "Y[0],Y[1]\n2,4\n-1,5\n0,7\n6,nan\n");
  // if (len(r) == 0) return X
  Graph h = masked();
  h.node("Size", {"r"}, {"count"}), h.node("Equal", {"count", "none"}, {"isEmpty"});
  h.node("If", {"isEmpty"}, {"Y"}).graph("then_branch", identityOf("X")).graph("else_branch", doubled()), h.output("Y");
  EXPECT_EQ(h.score(kRows), "Y[0],Y[1]\n2,4\n-1,5\n0,7\n6,nan\n");
}

TEST(RowSets, OtherRowsMustNotDecide) {
  // if (mask.any()) 2 * X, for every row
  Graph g = masked();
  Graph all;
  all.node("Mul", {"X", "two"}, {"all"}), all.output("all");
  g.node("Cast", {"m"}, {"i"}).integer("to", Type::INT32), g.node("ReduceMax", {"i"}, {"most"}).integer("keepdims", 0), g.node("Cast", {"most"}, {"any"}).integer("to", Type::BOOL);
  g.node("If", {"any"}, {"Y"}).graph("then_branch", all).graph("else_branch", identityOf("X")), g.output("Y");
  EXPECT_NE(g.check().find("mixes rows: what holds for any row chooses between results that differ for the others"), std::string::npos) << g.check();
  // if (mask.all()): the rows of the mask change only if all of them are in it
  Graph h = masked();
  h.node("Cast", {"m"}, {"i"}).integer("to", Type::INT32), h.node("ReduceMin", {"i"}, {"least"}).integer("keepdims", 0), h.node("Cast", {"least"}, {"all"}).integer("to", Type::BOOL);
  h.node("If", {"all"}, {"Y"}).graph("then_branch", doubled()).graph("else_branch", identityOf("X")), h.output("Y");
  EXPECT_NE(h.check().find("mixes rows: what holds for any row"), std::string::npos) << h.check();
  // if (len(r) > 1)
  Graph few = masked();
  few.node("Size", {"r"}, {"count"}), few.node("Greater", {"count", "one"}, {"several"});
  few.node("If", {"several"}, {"Y"}).graph("then_branch", doubled()).graph("else_branch", identityOf("X")), few.output("Y");
  EXPECT_NE(few.check().find("mixes rows: computes with the number of rows"), std::string::npos) << few.check();
}

TEST(RowSets, WhatWouldMixRowsIsRefused) {
  const auto refusal = [](const std::function<void(Graph&)>& rest) {
    Graph g = masked();
    rest(g);
    const std::string text = g.check();
    const size_t at = text.find("mixes rows: ");
    return at == std::string::npos ? text : text.substr(at + 12, text.find('\n', at) - at - 12);
  };
  EXPECT_EQ(refusal([](Graph& g) { g.node("Gather", {"X", "r"}, {"Y"}), g.output("Y"); }), "has only the rows for which a condition holds");
  EXPECT_EQ(refusal([](Graph& g) { g.node("ReduceMax", {"m"}, {"Y"}), g.output("Y", Type::BOOL); }), "whether something holds for any row");
  EXPECT_EQ(refusal([](Graph& g) { g.node("Cast", {"r"}, {"Y"}).integer("to", Type::INT32), g.output("Y", Type::INT32); }), "has only the rows for which a condition holds");
  EXPECT_EQ(refusal([](Graph& g) { g.node("Gather", {"X", "r"}, {"s"}), g.node("Add", {"s", "X"}, {"Y"}), g.output("Y"); }), "axes [N1] and [N] meet");
  EXPECT_EQ(refusal([](Graph& g) { g.node("Gather", {"X", "r"}, {"s"}), g.node("Gather", {"s", "r"}, {"Y"}), g.output("Y"); }), "takes rows by their places among others");
  EXPECT_EQ(refusal([](Graph& g) { g.node("Add", {"r", "one"}, {"next"}), g.node("Gather", {"X", "next"}, {"Y"}), g.output("Y"); }), "computes with the number of rows");
  EXPECT_EQ(refusal([](Graph& g) { g.node("Gather", {"X", "r"}, {"s"}), g.node("ReduceSum", {"s", "none"}, {"Y"}), g.output("Y"); }), "a reduction over the rows of the batch");
  EXPECT_EQ(refusal([](Graph& g) { g.initializer("table", {3}, {1, 2, 3}).node("Gather", {"table", "r"}, {"Y"}), g.output("Y"); }), "takes rows by their places among others");
}

}  // namespace kiln::test

// The passes that make vectors of many elements, or spare them, on small pipelines: what they leave, and what they leave alone.
#include <algorithm>

#include "compiler/passes/runner.h"
#include "tests/passes/pass_text.h"

namespace kiln::passes {

TEST(Stack, lookUpsByTheLeavesOfTrees) {
  std::string tables, trees, nodes, all;
  for (int t = 0; t < 9; t++) {
    const std::string n = std::to_string(t);
    trees += "    tree " + n + "\n      0  c0 < " + n + "  1 2 2\n      1  leaf 0" + (t == 0 ? " =" : "") + "\n      2  leaf 1" + (t == 0 ? " =" : "") + "\n";
    tables += "  table @path" + n + " : lookup {\n    elem str\n    sizes [2]\n    text [\"below " + n + "\", \"from " + n + "\"]\n    default 0\n  }\n";
    nodes += "  %leaf" + n + " = take %leaves at [" + n + "]\n  %path" + n + " = lookup %leaf" + n + " table @path" + n + "\n";
    all += (t ? ", %path" : "%path") + n;
  }
  const std::string text = "  table @trees : forest {\n    columns 1\n    targets 1\n" + trees + "  }\n" + tables +
                           "  %x = input field \"x\" nan missing\n  %c = check %x\n  %leaves = forest %c table @trees result leaf\n" + nodes +
                           "  %all = concat " + all + "\n  output %all field \"all\" columns [9]\n";
  const std::string stacked = after(stack, text);
  EXPECT_NE(stacked.find("%all_3 = add %leaves, %all_2 : i32[9]\n"), std::string::npos) << stacked;
  EXPECT_NE(stacked.find("integers [0, 2, 4, 6, 8, 10, 12, 14, 16]"), std::string::npos) << stacked;
  Pipeline before = parsed(text), now = parsed(stacked);
  for (double x : {-1.0, 0.5, 4.0, 100.0}) EXPECT_EQ(score(now, x), score(before, x)) << x;
  // A table that is too short for its tree says something of other leaves.
  std::string other = text;
  other.replace(other.find("sizes [2]"), 9, "sizes [1]");
  other.replace(other.find("text [\"below 0\", \"from 0\"]"), 26, "text [\"below 0\"]");
  Pipeline kept = parsed(other);
  EXPECT_FALSE(stack(kept)) << body(kept);
}

// Eight columns, wherever the lists of nodes and types grow in between.
TEST(Stack, everyColumnOfShortVectors) {
  for (int others = 0; others < 80; others++) {
    std::string tables, nodes = "  %v = input field \"v\" nan missing shape [8] columns [8]\n  %c = check %v\n", all;
    for (int i = 0; i < others; i++) nodes += "  %o" + std::to_string(i) + " = neg %" + (i ? "o" + std::to_string(i - 1) : "c") + "\n";
    if (others) nodes += "  output %o" + std::to_string(others - 1) + " field \"o\" columns [8]\n";
    for (int i = 0; i < 8; i++) {
      const std::string n = std::to_string(i);
      tables += "  table @k" + n + " : matrix {\n    shape [8]\n    numbers [" + n + ", 1, 2, 3, 4, 5, 6, 7]\n  }\n";
      nodes += "  %k" + n + " = const matrix @k" + n + "\n  %d" + n + " = sub %c, %k" + n + "\n  %s" + n + " = reduce %d" + n + " op sumsq\n";
      all += (i ? ", %s" : "%s") + n;
    }
    const std::string stacked = after(stack, tables + nodes + "  %all = concat " + all + "\n  output %all field \"all\" columns [8]\n");
    size_t products = 0;
    for (size_t at = stacked.find(" = mul "); at != std::string::npos; at = stacked.find(" = mul ", at + 1)) products++;
    ASSERT_EQ(products, 8u) << others << "\n" << stacked;
  }
}

// Eight elements of %x, each through these nodes: # is the element's number, %y# the last.
std::string eachOfEight(const std::string& x, const std::string& nodes) {
  std::string text = "  %v = input field \"v\" nan missing shape [8] columns [8]\n  %c = check %v\n", all;
  for (char n = '0'; n < '8'; n++) {
    std::string own = "  %t# = take " + x + " at [#]\n" + nodes;
    std::replace(own.begin(), own.end(), '#', n);
    text += own, all += std::string(n == '0' ? "%y" : ", %y") + n;
  }
  return text + "  %all = concat " + all + "\n  output %all field \"all\" columns [8]\n";
}

// The operands of a coalesce have one shape: a constant that all share becomes a vector, too.
TEST(Stack, coalescesWithOneConstant) {
  EXPECT_NE(after(stack, "  %zero = const number 0\n" + eachOfEight("%c", "  %y# = coalesce %t#, %zero\n")).find("= coalesce %c, "), std::string::npos);
}

TEST(Stack, whatFailsAsTheConcatDoes) {
  EXPECT_NE(after(stack, eachOfEight("%c", "  %y# = neg %t#\n")).find("= neg %c : f64?[8]\n"), std::string::npos);
  EXPECT_NE(after(stack, eachOfEight("%v", "  %y# = neg %t#\n")).find("= neg %v : f64?[8]!\n"), std::string::npos);   // all elements fail alike
  EXPECT_NE(after(stack, eachOfEight("%c", "  %n# = neg %t#\n  %y# = div %n#, %t# checked\n")).find("checked : f64?[8]!\n"), std::string::npos);
  // What is read by nothing that counts does not keep it.
  EXPECT_NE(after(stack, eachOfEight("%c", "  %y# = neg %t#\n  %m# = is_missing %y#\n")).find("= neg %c : f64?[8]\n"), std::string::npos);
}

// A norm: each element is squared for it, and divided by it. Both read one vector.
TEST(Stack, whatIsReadAlikeTwice) {
  std::string text = eachOfEight("%c", "  %n# = neg %t#\n  %y# = mul %n#, %n#\n") + "  %norm = reduce %all op max\n", shares;
  for (char n = '0'; n < '8'; n++) text += std::string("  %d") + n + " = div %n" + n + ", %norm\n", shares += std::string(n == '0' ? "%d" : ", %d") + n;
  const std::string stacked = after(andDead<stack>, text + "  %shares = concat " + shares + "\n  output %shares field \"shares\" columns [8]\n");
  size_t negated = 0;
  for (size_t at = stacked.find(" = neg "); at != std::string::npos; at = stacked.find(" = neg ", at + 1)) negated++;
  EXPECT_EQ(negated, 1u) << stacked;
  EXPECT_EQ(stacked.find(" = take "), std::string::npos) << stacked;
}

TEST(Stack, leavesWhatFailsBeforeOthersOrIsReadElsewhere) {
  const std::string one = eachOfEight("%c", "  %y# = neg %t#\n") + "  output %y3 field \"y3\"\n";
  for (const std::string& text : {eachOfEight("%c", "  %d# = div %t#, %t# checked\n  %y# = neg %d#\n"), one}) {
    Pipeline kept = parsed(text);
    EXPECT_FALSE(stack(kept)) << body(kept);
  }
}

// Two are gathered: quotients, which may fail on their own, and products of them, which may too. The first to fail among the products is not
// always the one whose quotient fails.
TEST(Stack, nothingIsMadeOfVectorsThatFailOnTheirOwn) {
  std::string text = eachOfEight("%c", "  %n# = neg %t#\n  %y# = div %n#, %t# checked\n"), products;
  for (char n = '0'; n < '8'; n++) text += std::string("  %p") + n + " = mul %y" + n + ", %y" + n + " checked\n", products += std::string(n == '0' ? "%p" : ", %p") + n;
  const std::string stacked = after(stack, text + "  %products = concat " + products + "\n  output %products field \"products\" columns [8]\n");
  EXPECT_NE(stacked.find("%products = concat %p0, %p1"), std::string::npos) << stacked;
}

// A sum over the one-hot vectors of two codes and a number; `bias` and `weight` are put in.
std::string sumOverOneHot(const std::string& bias, const std::string& weight) {
  return R"(
  table @w : matrix {
    shape [1, 8]
    numbers [1, 2, 3, 4, 5, 6, 7, )" + weight + R"(]
  }
  table @b : matrix {
    shape [1]
    numbers [)" + bias + R"(]
  }
  %x = input field "x" nullable false : f64!
  %k = input field "k" elem i32 nullable false : i32!
  %s = input field "s" elem i32 nullable false : i32!
  %cx = check %x : f64
  %ck = check %k : i32
  %cs = check %s : i32
  %hk = onehot %ck size 4 : f64[4]
  %hs = onehot %cs size 3 : f64[3]
  %v = concat %hk, %cx, %hs : f64[8]
  %y = dense %v weights @w bias @b : f64[1]
  output %y field "y"
)";
}

TEST(OneHotSums, addWeightsOfCodes) {
  const std::string once = after(onehot_sums, sumOverOneHot("0.5", "8"));
  EXPECT_NE(once.find("%part = concat %cx, %hs : f64[4]\n"), std::string::npos) << once;   // the vector of three is short
  EXPECT_NE(once.find("%y = dense %part, %ck weights @w bias @b code_at [0] code_size [4] : f64[1]\n"), std::string::npos) << once;
}

// A sum of -0, to which 0 was added; 0 times infinity; a bias that comes last.
TEST(OneHotSums, leaveWhatZerosWouldChange) {
  std::string infinite = sumOverOneHot("0.5", "8"), last = infinite;
  infinite.replace(infinite.find("[1, 2"), 5, "[1, inf");
  last.replace(last.find("bias @b"), 7, "bias @b bias_last true");
  for (const std::string& text : {sumOverOneHot("-0", "8"), infinite, last}) {
    Pipeline pipeline = parsed(text);
    EXPECT_FALSE(onehot_sums(pipeline)) << text;
  }
  Pipeline other = parsed(sumOverOneHot("0.5", "inf"));   // the weight of a column that stays
  EXPECT_TRUE(onehot_sums(other));
}

}  // namespace kiln::passes

// The passes over forests on small pipelines: what they leave, and that rows keep their outcomes.
#include <random>

#include "compiler/passes/pass.h"
#include "tests/passes/pass_text.h"

namespace kiln::passes {

TEST(ThreadForests, leadsPastWhatIsDecided) {
  // Intervals as a document writes them, with the missing value last: a chain of two tests and the way of the missing is left.
  EXPECT_EQ(after(thread_forests, R"(
  table @trees : forest {
    columns 1
    targets 1
    tree 0
      0  c0 < 10  6 1 1
      1  c0 >= 10  2 3 3
      2  c0 < 20  7 3 3
      3  c0 >= 20  8 4 4
      4  c0 missing  9 5 5
      5  leaf 0 = fail
      6  leaf 1 = 1
      7  leaf 2 = 2
      8  leaf 3 = 3
      9  leaf 4 = 4
  }

  %given_x = input field "x" : f64?!
  %x = check %given_x : f64?
  %y = forest %x table @trees scalar : f64!
  output %y field "y"
)"),
            R"(  table @trees : forest {
    columns 1
    targets 1
    ; node  test  yes no missing
    tree 0
      0  c0 < 10  2 1 5
      1  c0 < 20  3 4 5
      2  leaf 1 = 1
      3  leaf 2 = 2
      4  leaf 3 = 3
      5  leaf 4 = 4
    leaf 0 = fail
  }

  %given_x = input field "x" : f64?!
  %x = check %given_x : f64?
  %y = forest %x table @trees scalar : f64
  output %y field "y"
)");
}

/// The value of a forest of two columns.
static const std::string kOfTwoColumns = R"(
  %given_x = input field "x" : f64?!
  %x = check %given_x : f64?
  %given_z = input field "z" : f64?!
  %z = check %given_z : f64?
  %y = forest %x, %z table @trees scalar : f64
  output %y field "y"
)";

TEST(ThreadForests, marksAndOtherColumnsStay) {
  Pipeline marked = parsed(R"(
  table @trees : forest {
    columns 1
    targets 1
    tree 0
      0  c0 < 10  2 1 1*
      1  c0 >= 10  3 2 2*
      2  leaf 0 = 1
      3  leaf 1 = 2
  }

  %given_x = input field "x" : f64?!
  %x = check %given_x : f64?
  %y = forest %x table @trees result marks scalar : i32
  output %y field "y"
)");
  EXPECT_FALSE(thread_forests(marked));
  Pipeline others = parsed(R"(
  table @trees : forest {
    columns 2
    targets 1
    tree 0
      0  c0 < 10  2 1 1
      1  c1 >= 10  3 2 2
      2  leaf 0 = 1
      3  leaf 1 = 2
  }
)" + kOfTwoColumns);
  EXPECT_FALSE(thread_forests(others));
}

/// A tree of `inner` tests on two columns with few values, any exit to any later node.
static std::string randomTree(std::mt19937& random, uint32_t inner, uint32_t leaves) {
  const char* tests[] = {"< ", "<= ", "> ", ">= ", "== ", "!= ", "in ", "missing"};
  std::string text;
  for (uint32_t n = 0; n < inner; n++) {
    const uint32_t test = random() % 8;
    text += "      " + std::to_string(n) + "  c" + std::to_string(random() % 2) + " " + tests[test];
    if (test < 6) text += std::to_string(random() % 4);
    if (test == 6) text += std::to_string(random() % 2);
    text += " ";
    for (int exit = 0; exit < 3; exit++) text += " " + std::to_string(n + 1 + random() % (inner + leaves - n - 1));
    text += "\n";
  }
  for (uint32_t l = 0; l < leaves; l++)
    text += "      " + std::to_string(inner + l) + "  leaf " + std::to_string(l) + " = " + std::to_string(l) + "\n";
  return text;
}

TEST(ThreadForests, randomGraphsKeepTheirLeaves) {
  std::mt19937 random(20);
  uint32_t shorter = 0;
  for (int round = 0; round < 400; round++) {
    const std::string text = R"(
  table @trees : forest {
    columns 2
    targets 1
    set 0 [0, 2]
    set 1 [1, 2, 3]
    tree 0
)" + randomTree(random, 3 + random() % 12, 2 + random() % 4) + "  }\n" + kOfTwoColumns;
    Pipeline before = parsed(text), threaded = parsed(text);
    shorter += thread_forests(threaded);
    ASSERT_TRUE(verify(threaded).empty()) << verify(threaded)[0].message << text;
    for (int row = 0; row < 100; row++) {
      kiln_cell in[2]{}, out, expected;
      for (int c = 0, v = row; c < 2; c++, v /= 10)
        if (v % 10 != 9) in[c].kind = KILN_NUMBER, in[c].as.number = v % 10 * 0.5 - 0.5;
      kiln_status status;
      Evaluator(before).evaluate(in, &expected, &status);
      Evaluator(threaded).evaluate(in, &out, &status);
      ASSERT_EQ(out.as.number, expected.as.number) << "row " << row << text << body(threaded);
    }
  }
  EXPECT_GT(shorter, 200u);
}

TEST(TrimForests, dropsWhatNothingTestsOrTakes) {
  EXPECT_EQ(after(trim_forests, R"(
  table @trees : forest {
    columns 3
    targets 3
    tree 0
      0  c1 <= 0.5  1 2 1
      1  leaf 0 = 0:1, 1:2, 2:3
      2  leaf 1 = 2:5
  }

  %a = input field "a" : f64?!
  %b = input field "b" : f64?!
  %c = input field "c" : f64?!
  %sums = forest %a, %b, %c table @trees : f64[3]!
  %last = take %sums at [2] : f64!
  %nobody = take %sums at [0] : f64!
  output %last field "last"
)"),
            R"(  table @trees : forest {
    columns 3
    targets 3
    ; node  test  yes no missing
    tree 0
      0  c1 <= 0.5  1 2 1
      1  leaf 0 = 0:1, 1:2, 2:3
      2  leaf 1 = 2:5
  }
  table @trees_2 : forest {
    columns 1
    targets 1
    ; node  test  yes no missing
    tree 0
      0  c0 <= 0.5  1 2 1
      1  leaf 0 = 3
      2  leaf 1 = 5
  }

  %a = input field "a" : f64?!
  %b = input field "b" : f64?!
  %c = input field "c" : f64?!
  %sums = forest %b table @trees_2 : f64[1]!
  %last = take %sums at [0] : f64!
  %nobody = take %sums at [0] : f64!
  output %last field "last"
)");
}

TEST(TrimForests, aForestOfLeavesIsAConstant) {
  Pipeline pipeline = parsed(R"(
  table @trees : forest {
    columns 1
    targets 1
    tree 0
      0  leaf 0 = 0.25
    tree 1
      0  leaf 1 = 0.5
  }

  %x = input field "x" : f64?!
  %sum = forest %x table @trees scalar : f64!
  output %sum field "sum"
)");
  EXPECT_TRUE(trim_forests(pipeline));
  EXPECT_TRUE(fold(pipeline));
  EXPECT_NE(body(pipeline).find("%sum = const number 0.75 : f64"), std::string::npos) << body(pipeline);
}

TEST(LeafFunctions, leavesHoldWhatIsComputedFromATree) {
  const std::string tree = R"(
  table @tree : forest {
    columns 1
    targets 2
    tree 0
      0  c0 < 1  1 2 2
      1  leaf 0 = 0:3, 1:1
      2  leaf 1 = 0:1, 1:2
  }

  %x = input field "x" nan missing : f64?!
  %cx = check %x : f64?
  %t = forest %cx table @tree : f64[2]
  %class = argmax %t : i32?
)";
  // A number becomes a weight, also of a tree that may fail; the index of a class is looked up by leaf.
  const std::string weighed = after(leaf_functions, tree + R"(
  %one = const elem i32 integer 1
  %is = eq %class, %one
  %three = const number 3
  %zero = const number 0
  %vote = select %is, %three, %zero
  output %vote field "vote"
)");
  EXPECT_NE(weighed.find("leaf 0 = 0\n      2  leaf 1 = 3"), std::string::npos) << weighed;
  EXPECT_NE(weighed.find("%vote = forest %cx table @tree_2 scalar : f64\n"), std::string::npos) << weighed;
  const std::string looked = after(leaf_functions, tree + "  output %class field \"class\"\n");
  EXPECT_NE(looked.find("%t_2 = forest %cx table @tree result leaf scalar : i32\n  %class = lookup %t_2 table @class : i32\n"), std::string::npos) << looked;
  // A sum from 0 cannot be -0, so it is looked up.
  const std::string negative = after(leaf_functions, tree + R"(
  %low = take %t at [0]
  %minus = const number -1
  %zero = const number 0
  %f = cast %class
  %y = mul %f, %minus
  output %y field "y"
)");
  EXPECT_NE(negative.find("numbers [-0, -1]"), std::string::npos) << negative;
}

TEST(LeafFunctions, leavesWhatSaysMore) {
  for (const char* rest : {
           "  %y = add %t, %cx\n  output %y field \"y\"\n",                                                  // not of the tree alone
           "  %y = log %t checked\n  output %y field \"y\"\n",                                               // fails for a leaf
           "  %i = const elem i32 integer 0\n  %y = choose %i, %i, %z\n  output %y field \"y\"\n"}) {        // does not fail where the tree does
    Pipeline pipeline = parsed(std::string(R"(
  table @tree : forest {
    columns 1
    targets 1
    tree 0
      0  c0 < 1  1 2 2
      1  leaf 0 = -3
      2  leaf 1 = 1
  }

  %x = input field "x" nan missing : f64?!
  %cx = check %x : f64?
  %t = forest %x table @tree scalar : f64!
  %z = cast %t elem i32
)") + rest);
    EXPECT_FALSE(leaf_functions(pipeline)) << body(pipeline);
  }
}

TEST(JoinForests, sumsAndVectors) {
  std::string text;
  for (const char* name : {"a", "b", "c", "d"}) {
    text += std::string("  table @") + name + " : forest {\n    columns 1\n    targets 1\n    tree 0\n      0  c0 < 1  1 2 2\n";
    text += "      1  leaf 0 = 1\n      2  leaf 1 = 2\n  }\n";
  }
  const std::string columns = "  %x = input field \"x\" nan missing : f64?!\n  %z = input field \"z\" nan missing : f64?!\n";
  const std::string sums = after(join_forests, text + columns + R"(
  %a = forest %x table @a scalar
  %b = forest %z table @b scalar
  %c = forest %x table @c scalar
  %ab = add %a, %b
  %y = add %ab, %c
  output %y field "y"
)");
  EXPECT_NE(sums.find("    tree 0\n      0  c0 < 1  1 2 2\n      1  leaf 0 = 1\n      2  leaf 1 = 2\n"
                      "    tree 1\n      0  c1 < 1  1 2 2\n      1  leaf 2 = 1\n      2  leaf 3 = 2\n"
                      "    tree 2\n      0  c0 < 1  1 2 2\n"), std::string::npos) << sums;
  EXPECT_NE(sums.find("  %y = forest %x, %z table @a_2 scalar : f64!\n  output"), std::string::npos) << sums;

  // A sum is added to a tree in that order only, where one may fail; a value that others read stays.
  Pipeline kept = parsed(text + columns + R"(
  %a = forest %x table @a scalar
  %b = forest %z table @b scalar
  %c = forest %x table @c scalar
  %ab = add %a, %b
  output %ab field "ab"
  output %b field "b"
  %bc = sub %b, %c
  output %bc field "bc"
)");
  EXPECT_FALSE(join_forests(kept)) << body(kept);

  const std::string vector = after(join_forests, text + columns + R"(
  %cx = check %x
  %cz = check %z
  %a = forest %cx table @a scalar
  output %a field "a"
  %b = forest %cz table @b result each
  output %b field "b" columns [1]
  %c = forest %cx table @c result average scalar
  output %c field "c"
  %d = forest %cz table @d scalar
  output %d field "d"
)");
  EXPECT_NE(vector.find("  %a_2 = forest %cx, %cz table @a_2 result each : f64[4]\n  %a = take %a_2 at [0] : f64\n"), std::string::npos) << vector;
  EXPECT_NE(vector.find("  %b = take %a_2 at [1] scalar false : f64[1]\n"), std::string::npos) << vector;
}

}  // namespace kiln::passes

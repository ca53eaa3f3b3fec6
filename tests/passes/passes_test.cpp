// Each pass on a small pipeline: what it leaves, and that rows keep their outcomes.
#include <gtest/gtest.h>

#include <random>
#include <sstream>

#include "compiler/ir/columns.h"
#include "compiler/ir/evaluate.h"
#include "compiler/ir/parse.h"
#include "compiler/ir/print.h"
#include "compiler/ir/verify.h"
#include "compiler/passes/rewriter.h"
#include "compiler/passes/runner.h"
#include "kiln/scorer.h"
#include "tests/ir/ir_file.h"

namespace kiln::passes {

using namespace ir;

static Pipeline parsed(const std::string& body) {
  Source source("test.ir", "pipeline \"test\" {\n" + body + "}\n");
  Diagnostics diagnostics;
  auto pipeline = parse(source, diagnostics);
  std::ostringstream out;
  diagnostics.print(out, source, false);
  EXPECT_TRUE(pipeline) << out.str();
  return pipeline ? std::move(*pipeline) : Pipeline();
}

/// The lines of nodes and tables, without header.
static std::string body(const Pipeline& pipeline) {
  std::string text = print(pipeline);
  size_t begin = text.find("\n\n") + 2;
  return text.substr(begin, text.size() - begin - 2);
}

static std::string after(bool (*pass)(Pipeline&), const std::string& text) {
  Pipeline pipeline = parsed(text);
  EXPECT_TRUE(pass(pipeline));
  EXPECT_TRUE(verify(pipeline).empty()) << verify(pipeline)[0].message;
  std::string once = body(pipeline);
  EXPECT_FALSE(pass(pipeline)) << "a second run finds more";
  EXPECT_EQ(body(pipeline), once);
  return once;
}

TEST(Dead, keepsRootsAndInputs) {
  EXPECT_EQ(after(dead, R"(
  table @used : dict {
    text ["a"]
  }
  table @unused : dict {
    text ["b"]
  }
  table @through : lookup {
    elem cat
    dict @label
    sizes [1]
    integers [0]
  }
  table @label : dict {
    text ["c"]
  }
  %a = input field "a" : f64?!
  %k = input field "k" elem cat dict @used : cat@used?!
  %c = check %a : f64?
  %n = neg %a : f64?!
  %nn = neg %n : f64?!
  %m = is_missing %a
  note %m bit 256
  %l = lookup %k table @through
  output %l field "y"
)"),
            R"(  table @used : dict {
    text ["a"]
  }
  table @through : lookup {
    elem cat
    dict @label
    sizes [1]
    integers [0]
  }
  table @label : dict {
    text ["c"]
  }

  %a = input field "a" : f64?!
  %k = input field "k" elem cat dict @used : cat@used?!
  %c = check %a : f64?
  %m = is_missing %a : bool!
  note %m bit 256
  %l = lookup %k table @through : cat@label?!
  output %l field "y"
)");
}

// Text to number, number to text, text to number: one table by the code of the first text. By hand.
TEST(Tabulate, composesEncoders) {
  EXPECT_EQ(after(
                [](Pipeline& p) {
                  const bool changed = tabulate(p);
                  return dead(p) || changed;
                },
                R"(
  table @size : dict {
    open
    text ["small", "large"]
  }
  table @number : lookup {
    elem i64
    sizes [2]
    integers [10, 20, -1]
    default 2
  }
  table @known : dict {
    elem f64
    open
    numbers [20.5, 10.5]
  }
  table @score : lookup {
    sizes [2]
    numbers [3, 7, 0.25]
    default 2
  }
  %s = input field "s" elem str : str?!
  %c = encode %s dict @size : cat@size?!
  %n = lookup %c table @number : i64?!
  %f = cast %n : f64?!
  %half = const number 0.5
  %g = add %f, %half : f64?!
  %k = encode %g dict @known : cat@known?!
  %y = lookup %k table @score : f64?!
  output %y field "y"
)"),
            R"(  table @size : dict {
    open
    text ["small", "large"]
  }
  table @y : lookup {
    sizes [2]
    numbers [7, 3, 0.25]
    default 2
  }

  %s = input field "s" elem str : str?!
  %c = encode %s dict @size : cat@size?!
  %y = lookup %c table @y : f64?!
  output %y field "y"
)");
}

TEST(Tabulate, leavesWhatFailsOrIsUsedElsewhere) {
  for (const char* text : {R"(
  table @size : dict {
    open
    text ["small", "large"]
  }
  table @number : lookup {
    sizes [2]
    numbers [10, -20, -1]
    default 2
  }
  %s = input field "s" elem str : str?!
  %c = encode %s dict @size : cat@size?!
  %n = lookup %c table @number : f64?!
  %y = sqrt %n checked : f64?!
  output %y field "y"
)",
                           R"(
  table @size : dict {
    open
    text ["small", "large"]
  }
  table @number : lookup {
    sizes [2]
    numbers [10, 20, -1]
    default 2
  }
  %s = input field "s" elem str : str?!
  %c = encode %s dict @size : cat@size?!
  %n = lookup %c table @number : f64?!
  %y = neg %n : f64?!
  output %y field "y"
  output %n field "n"
)",
                           R"(
  table @size : dict {
    open
    text ["small", "large"]
  }
  table @code : lookup {
    elem i32
    sizes [2]
    integers [0, 1]
  }
  table @score : lookup {
    sizes [2]
    numbers [3, 7, 0.25]
    missing_row 2
  }
  %s = input field "s" elem str : str?!
  %c = encode %s dict @size : cat@size?!
  %n = lookup %c table @code : i32?!
  %y = lookup %n table @score : f64?!
  output %y field "y"
)"}) {
    Pipeline pipeline = parsed(text);
    EXPECT_FALSE(tabulate(pipeline)) << body(pipeline);
  }
}

TEST(Cse, sharesNodesAndTables) {
  EXPECT_EQ(after(cse, R"(
  table @one : dict {
    text ["a"]
  }
  table @two : dict {
    text ["a"]
  }
  table @other : dict {
    text ["a"]
    open
  }
  %a = input field "a" elem str : str?!
  %b = input field "b" elem str : str?!
  %x = encode %a dict @one unknown missing : cat@one?!
  %y = encode %a dict @two unknown missing : cat@two?!
  %z = encode %a dict @other : cat@other?!
  %w = encode %b dict @one unknown missing : cat@one?!
  %p = is_missing %x
  %q = is_missing %y
  %r = is_missing %z
  output %p field "p"
  output %q field "q"
  output %r field "z"
  output %w field "w"
)"),
            R"(  table @one : dict {
    text ["a"]
  }
  table @other : dict {
    open
    text ["a"]
  }

  %a = input field "a" elem str : str?!
  %b = input field "b" elem str : str?!
  %x = encode %a dict @one unknown missing : cat@one?!
  %z = encode %a dict @other : cat@other?!
  %w = encode %b dict @one unknown missing : cat@one?!
  %p = is_missing %x : bool!
  %r = is_missing %z : bool!
  output %p field "p"
  output %p field "q"
  output %r field "z"
  output %w field "w"
)");
}

TEST(Cse, distinguishesZeros) {
  Pipeline pipeline = parsed(R"(
  %a = input field "a" : f64?!
  %p = const number 0
  %m = const number -0
  %x = div %a, %p
  %y = div %a, %m
  output %x field "x"
  output %y field "y"
)");
  EXPECT_FALSE(cse(pipeline));
}

// 2 * 3 + 0.5 = 6.5; [2, 6] * 2 = [4, 12]; of its elements the second.
TEST(Fold, evaluatesConstants) {
  EXPECT_EQ(after(fold, R"(
  table @m : matrix {
    shape [2]
    numbers [2, 6]
  }
  %a = input field "a" : f64?!
  %two = const number 2
  %three = const number 3
  %half = const number 0.5
  %six = mul %two, %three
  %sum = add %six, %half
  %v = const matrix @m
  %v2 = mul %v, %two
  %e = take %v2 at [1]
  %none = const missing
  %gone = add %none, %two
  %y = mul %a, %sum
  %yes = lt %two, %three
  %s = const elem str text "Ab"
  %u = upper %s
  output %y field "y"
  output %e field "e"
  output %gone field "gone"
  output %yes field "yes"
  output %u field "u"
)"),
            R"(  table @m : matrix {
    shape [2]
    numbers [2, 6]
  }
  table @v2 : matrix {
    shape [2]
    numbers [4, 12]
  }

  %a = input field "a" : f64?!
  %two = const number 2 : f64
  %three = const number 3 : f64
  %half = const number 0.5 : f64
  %six = const number 6 : f64
  %sum = const number 6.5 : f64
  %v = const matrix @m : f64[2]
  %v2 = const matrix @v2 : f64[2]
  %e = const number 12 : f64
  %none = const missing : f64?
  %gone = const missing : f64?
  %y = mul %a, %sum : f64?!
  %yes = const elem bool integer 1 : bool
  %s = const elem str text "Ab" : str
  %u = const elem str text "AB" : str
  output %y field "y"
  output %e field "e"
  output %gone field "gone"
  output %yes field "yes"
  output %u field "u"
)");
}

TEST(Fold, leavesFailures) {
  // log(-1) fails only in rows that need it.
  Pipeline pipeline = parsed(R"(
  %c = input field "c" elem bool : bool?!
  %a = input field "a" : f64?!
  %minus = const number -1
  %log = log %minus checked
  %y = select %c, %log, %a
  output %y field "y"
)");
  EXPECT_FALSE(fold(pipeline));
}

TEST(Fold, narrowsTypesBehindIt) {
  Pipeline pipeline = parsed(R"(
  %a = input field "a" nullable false : f64!
  %b = check %a : f64
  %two = const number 2
  %four = mul %two, %two checked
  %y = mul %b, %four
  output %y field "y"
)");
  ASSERT_TRUE(fold(pipeline));
  EXPECT_NE(body(pipeline).find("%four = const number 4 : f64\n"), std::string::npos) << body(pipeline);
  EXPECT_NE(body(pipeline).find("%y = mul %b, %four : f64\n"), std::string::npos) << body(pipeline);
}

TEST(Simplify, dropsWhatDoesNothing) {
  std::string once = after(simplify, R"(
  %a = input field "a" : f64?!
  %b = input field "b" elem bool nullable false : bool!
  %a1, %a1.valid, %a1.notes = prepare %a field 0
  %a2 = check %a1, %a1.notes
  %a3 = check %a2
  %b1 = check %b
  %yes = const elem bool integer 1
  %no = const elem bool integer 0
  %same = cast %a3 elem f64
  %there = is_present %b1
  %and = and %there, %b1
  %pick = select %yes, %same, %a2
  %c = coalesce %b1, %no
  %n = not %c
  %nn = not %n
  note %no bit 256
  %r = raise_if %pick, %no
  %safe = recover %r
  output %safe field "y"
  output %and field "and"
  output %nn field "nn"
)");
  // Constants that are not used any more are left to `dead`.
  EXPECT_NE(once.find("  output %a2 field \"y\"\n  output %b1 field \"and\"\n  output %b1 field \"nn\"\n"),
            std::string::npos)
      << once;
  EXPECT_EQ(once.find("note %no"), std::string::npos) << once;
  EXPECT_NE(once.find("%a2 = check %a, %a1.notes : f64?\n"), std::string::npos) << once;
}

// Each rule's condition, where it does not hold.
TEST(Simplify, keepsWhatCounts) {
  Pipeline pipeline = parsed(R"(
  %a = input field "a" : f64?!
  %b = input field "b" elem bool : bool?!
  %c = input field "c" : f64?!
  %v, %valid, %notes = prepare %a field 0
  %w, %w.valid, %w.notes = prepare %a field 0 invalid missing
  %a2 = check %a, %w.notes
  %no = const elem bool integer 0
  %and = and %b, %no
  %pick = select %b, %a, %c
  %first = coalesce %a, %c
  %both = concat %a, %c
  %one = take %both at [0]
  %f = cast %a elem f32
  %m = is_missing %a
  %soft = recover %a
  output %valid field "valid"
  output %v field "v"
  output %w field "w"
  output %and field "and"
  output %pick field "pick"
  output %first field "first"
  output %one field "one"
  output %f field "f"
  output %m field "m"
  output %soft field "soft"
)");
  EXPECT_FALSE(simplify(pipeline));
}

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

  %given_x = input field "x" : f64?!
  %x = check %given_x : f64?
  %given_z = input field "z" : f64?!
  %z = check %given_z : f64?
  %y = forest %x, %z table @trees scalar : f64
  output %y field "y"
)");
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
)" + randomTree(random, 3 + random() % 12, 2 + random() % 4) + R"(  }

  %given_x = input field "x" : f64?!
  %x = check %given_x : f64?
  %given_z = input field "z" : f64?!
  %z = check %given_z : f64?
  %y = forest %x, %z table @trees scalar : f64
  output %y field "y"
)";
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

/// The text of the first output of a row of one number.
static std::string score(const Pipeline& pipeline, double x) {
  std::vector<kiln_cell> out(ir::outputColumns(pipeline).size());
  kiln_cell in{};
  in.kind = KILN_NUMBER, in.as.number = x;
  kiln_status status;
  Evaluator evaluator(pipeline);
  evaluator.evaluate(&in, out.data(), &status);
  return tests::spellOutcome(out, status);
}

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

TEST(Stack, leavesWhatMayFailOrIsReadElsewhere) {
  for (const bool fails : {true, false}) {
    std::string nodes = "  %v = input field \"v\" nan missing shape [8] columns [8]\n  %c = check %v\n", all;
    for (int i = 0; i < 8; i++) {
      const std::string n = std::to_string(i);
      nodes += "  %t" + n + " = take " + (fails ? "%v" : "%c") + " at [" + n + "]\n  %y" + n + " = neg %t" + n + "\n";
      all += (i ? ", %y" : "%y") + n;
    }
    nodes += "  %all = concat " + all + "\n  output %all field \"all\" columns [8]\n";
    if (!fails) EXPECT_NE(after(stack, nodes).find("= neg %c : f64?[8]"), std::string::npos);
    Pipeline kept = parsed(nodes + (fails ? "" : "  output %y3 field \"y3\"\n"));
    EXPECT_FALSE(stack(kept)) << body(kept);
  }
}

TEST(Simplify, aFactorOfOneGoes) {
  const char* text = R"(
  %x = input field "x" elem f32 shape [2] columns [2] : f32?[2]!
  %one = const elem f32 number 1 : f32
  %y = mul %x, %one : f32?[2]!
  output %y field "y"
)";
  EXPECT_NE(after(simplify, text).find("output %x"), std::string::npos);
}

// Every pass alone, and all of them, on every .ir file: the outcomes stay.
TEST(Passes, areExact) {
  int runs = 0;
  for (const tests::IrFile& file : tests::readIrFiles(KILN_SOURCE_DIR "/tests/ir")) {
    if (!file.errors.empty()) continue;
    std::vector<std::vector<const Pass*>> plans(1);
    for (const Pass& pass : all()) plans.push_back({&pass}), plans[0].push_back(&pass);
    for (const auto& plan : plans) {
      Source source(file.name, file.text);
      Diagnostics diagnostics;
      auto pipeline = parse(source, diagnostics);
      ASSERT_TRUE(pipeline) << file.name;
      std::string names;
      for (const Pass* pass : plan) pass->run(*pipeline), names += std::string(" ") + pass->name;
      ASSERT_TRUE(verify(*pipeline).empty()) << file.name << names << ": " << verify(*pipeline)[0].message;
      Evaluator evaluator(*pipeline);
      for (const tests::RunLine& run : file.runs) {
        std::vector<kiln_cell> out(ir::outputColumns(*pipeline).size());
        kiln_status status;
        evaluator.evaluate(run.inputs.data(), out.data(), &status);
        EXPECT_EQ(tests::spellOutcome(out, status), run.outcome) << file.name << ':' << run.line << ":" << names << "\n"
                                                                 << body(*pipeline);
        runs++;
      }
    }
  }
  EXPECT_GT(runs, 100);
}

TEST(Runner, runsToTheLastAndKeepsOutcomes) {
  const char* text = R"(
  %a = input field "a" : f64?!
  %one = const number 1
  %two = add %one, %one
  %b = neg %a
  %c = neg %a
  %y = mul %b, %two
  output %y field "y"
)";
  Pipeline pipeline = parsed(text), original = parsed(text);
  Diagnostics diagnostics;
  std::vector<PassTime> times;
  ASSERT_TRUE(run(pipeline, "", diagnostics, &times));
  ASSERT_EQ(times.size(), all().size());
  EXPECT_EQ(body(pipeline),
            "  %a = input field \"a\" : f64?!\n  %two = const number 2 : f64\n  %b = neg %a : f64?!\n  %y = mul %b, "
            "%two : f64?!\n  output %y field \"y\"\n");

  kiln_cell in{}, out, out2;
  in.kind = KILN_NUMBER, in.as.number = 3;
  kiln_status status;
  Evaluator(original).evaluate(&in, &out, &status);
  Evaluator(pipeline).evaluate(&in, &out2, &status);
  EXPECT_EQ(out.as.number, -6);
  EXPECT_EQ(out2.as.number, -6);

  Pipeline part = parsed(text);
  times.clear();
  ASSERT_TRUE(run(part, "fold", diagnostics, &times));
  EXPECT_STREQ(times.back().name, "fold");
  EXPECT_NE(body(part).find("%c = neg"), std::string::npos);

  EXPECT_FALSE(run(part, "sideways", diagnostics));
  EXPECT_EQ(diagnostics.all().back().message, "there is no pass 'sideways'");
}

}  // namespace kiln::passes

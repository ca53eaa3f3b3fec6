// Each pass on a small pipeline: what it leaves, and that rows keep their outcomes. Those over forests: forest_passes_test.cpp; over vectors: vector_passes_test.cpp.
#include "compiler/ir/columns.h"
#include "compiler/passes/rewriter.h"
#include "compiler/passes/runner.h"
#include "kiln/scorer.h"
#include "tests/ir/ir_file.h"
#include "tests/passes/pass_text.h"

namespace kiln::passes {

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
  EXPECT_EQ(after(andDead<tabulate>, R"(
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

// Text of a checked field: "Executive" becomes "Exctv", which stands in a list; "Sales" does not. By hand, for each label and a missing one.
TEST(CodeFunctions, makeTablesOfTextByCode) {
  EXPECT_EQ(after(andDead<code_functions>, R"(
  table @job : dict {
    text ["Executive", "Sales"]
  }
  table @vowels : rules {
    patterns ["[aeiou]"]
    replacements [""]
  }
  %k = input field "k" elem cat dict @job : cat@job?!
  %c = check %k : cat@job?
  %t = cast %c elem str mode label : str?
  %r = rewrite %t table @vowels : str?!
  %x = const elem str text "Exctv"
  %e = eq %r, %x : bool?!
  %no = const elem bool integer 0
  %l = coalesce %e, %no : bool!
  %f = cast %l : f64!
  output %f field "y"
  output %r field "text"
)"),
            R"(  table @job : dict {
    text ["Executive", "Sales"]
  }
  table @r : lookup {
    elem str
    sizes [2]
    text ["Exctv", "Sls"]
  }
  table @f : lookup {
    sizes [2]
    numbers [1, 0, 0]
    missing_row 2
  }

  %k = input field "k" elem cat dict @job : cat@job?!
  %c = check %k : cat@job?
  %r = lookup %c table @r : str?
  %f = lookup %c table @f : f64
  output %f field "y"
  output %r field "text"
)");
}

// "Some other value" has a text too: "none", of four letters.
TEST(CodeFunctions, knowSomeOtherValue) {
  EXPECT_EQ(after(andDead<code_functions>, R"(
  table @job : dict {
    open
    text ["Executive", "Sales"]
  }
  table @name : lookup {
    elem str
    sizes [2]
    text ["exec", "sale s", "none"]
    default 2
  }
  %k = input field "k" elem cat dict @job : cat@job?!
  %c = check %k : cat@job?
  %t = lookup %c table @name : str?
  %n = length %t : i64?
  output %n field "y"
)"),
            R"(  table @job : dict {
    open
    text ["Executive", "Sales"]
  }
  table @n : lookup {
    elem i64
    sizes [2]
    integers [4, 6, 4]
    default 2
  }

  %k = input field "k" elem cat dict @job : cat@job?!
  %c = check %k : cat@job?
  %n = lookup %c table @n : i64?
  output %n field "y"
)");
}

TEST(CodeFunctions, leaveWhatMayFailOrHasNoText) {
  for (const char* text : {R"(
  table @job : dict {
    text ["Executive", "Sales"]
  }
  %k = input field "k" elem cat dict @job : cat@job?!
  %t = cast %k elem str mode label : str?!
  %n = length %t : i64?!
  output %n field "y"
)",
                           R"(
  table @digits : dict {
    text ["1", "one"]
  }
  %k = input field "k" elem cat dict @digits : cat@digits?!
  %c = check %k : cat@digits?
  %t = cast %c elem str mode label : str?
  %n = cast %t elem i64 mode checked : i64?!
  output %n field "y"
)",
                           R"(
  table @job : dict {
    text ["Executive", "Sales"]
  }
  %k = input field "k" elem cat dict @job : cat@job?!
  %c = check %k : cat@job?
  %one = const elem cat dict @job integer 1
  %e = eq %c, %one : bool?
  %f = cast %e : f64?
  output %f field "y"
)"}) {
    Pipeline pipeline = parsed(text);
    EXPECT_FALSE(code_functions(pipeline)) << body(pipeline);
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

TEST(Simplify, mapsTextOnce) {
  std::string once = after(simplify, R"(
  %a = input field "a" elem str : str?!
  %l = lower %a
  %ll = lower %l
  %t = trim %ll
  %tt = trim %t
  %lt = lower %tt
  output %lt field "y"
)");
  EXPECT_NE(once.find("%t = trim %l : str?!\n"), std::string::npos) << once;
  EXPECT_NE(once.find("%lt = lower %t : str?!\n"), std::string::npos) << once;
}

TEST(Simplify, squaresAndChecksForNaN) {
  std::string once = after(simplify, R"(
  %a = input field "a" : f64?!
  %b = input field "b" : f64?!
  %two = const number 2
  %square = pow %a, %two checked
  %d = div %square, %b
  %n = is_nan %d
  %y = raise_if %d, %n
  %m = is_nan %b
  %z = raise_if %d, %m
  output %y field "y"
  output %z field "z"
)");
  EXPECT_NE(once.find("%square = mul %a, %a checked : f64?!\n"), std::string::npos) << once;
  EXPECT_NE(once.find("%y = mul %d, %one checked : f64?!\n"), std::string::npos) << once;
  EXPECT_NE(once.find("%z = raise_if %d, %m : f64?!\n"), std::string::npos) << once;
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

TEST(Bounds, dropChecksOfSmallNumbersAlone) {
  const std::string once = after(bounds, R"(
  table @rates : lookup {
    sizes [2]
    numbers [0.5, -4]
  }
  %i = input field "i" elem i32 nullable false : i32!
  %x = input field "x" nullable false : f64!
  %ci = check %i : i32
  %cx = check %x : f64
  %n = cast %ci : f64
  %rate = lookup %ci table @rates
  %big = const number 1e280
  %product = mul %n, %rate checked
  %sum = add %product, %n checked
  %wide = mul %product, %big checked
  %unknown = mul %cx, %rate checked
  %quotient = div %n, %rate checked
  %whole = mul %ci, %ci checked
  output %sum field "sum"
  output %wide field "wide"
  output %unknown field "unknown"
  output %quotient field "quotient"
  output %whole field "whole"
)");
  for (const char* dropped : {"%product = mul %n, %rate : f64", "%sum = add %product, %n : f64", "%wide = mul %product, %big : f64"})
    EXPECT_NE(once.find(dropped), std::string::npos) << dropped << "\n" << once;
  for (const char* kept : {"%unknown = mul %cx, %rate checked", "%quotient = div %n, %rate checked", "%whole = mul %ci, %ci checked"})
    EXPECT_NE(once.find(kept), std::string::npos) << kept << "\n" << once;
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

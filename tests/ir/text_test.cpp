// The text form: exactness, provenance, names, elision, and that no text can hurt the parser.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "compiler/ir/all_nodes.h"
#include "compiler/ir/all_tables.h"
#include "compiler/ir/builder.h"
#include "compiler/ir/columns.h"
#include "compiler/ir/compare.h"
#include "compiler/ir/evaluate.h"
#include "compiler/ir/parse.h"
#include "compiler/ir/print.h"
#include "compiler/ir/verify.h"
#include "tests/ir/ir_file.h"

namespace kiln::ir {

static std::optional<Pipeline> parsed(const std::string& text, Diagnostics& diagnostics) {
  Source source("test.ir", text);
  return parse(source, diagnostics);
}

static std::string firstMessage(const Diagnostics& d) { return d.all().empty() ? "" : d.all()[0].message; }

/// A pipeline with awkward names, places, numbers and every kind of field that a table has.
static Pipeline awkward() {
  Pipeline p;
  p.name = "quo\"te\\ \n tab\t \x01";
  p.sourceFile = "a model: 1.pmml";
  p.sourceFormat = "PMML 4.4";
  p.provenance = {{"key one", "value;  not a comment"}, {"", ""}};
  Builder b(p);
  Input input;
  input.field = "größe, in \"cm\"", input.description = "line\nbreak";
  b.at({12, 7, "/PMML/DataDictionary/DataField[1]  "});
  ValueId x = b.add(input, {}, "größe; 50%");
  b.at({0, 0, "graph.node[3] 'Scaler_1'"});
  ValueId f = b.add(Check(), {x}, "");
  for (double v : {0.1, -0.0, 5e-324, 1.7976931348623157e308, 1e22, 9007199254740993.0, 123456789.0})
    f = b.call("add", {f, b.number(v)});
  b.at({4, 0, ""});
  ValueId inf = b.number(-std::numeric_limits<double>::infinity()),
          nan = b.number(std::numeric_limits<double>::quiet_NaN());
  f = b.call("max", {f, b.call("min", {inf, nan})}, true);
  Dict dict;
  for (int i = 0; i < 40; i++) dict.add("label " + std::to_string(i) + (i % 3 ? "" : "\" \\"));
  TableRef labels = b.table(std::move(dict), "@odd name");
  b.code(labels, 3);
  Matrix wide;
  wide.shape = {2, 50};
  for (int i = 0; i < 100; i++) wide.numbers.push_back(1.0 / (i + 3));
  b.table(std::move(wide), "wide");
  Output output;
  output.field = "y", output.of = "}";
  b.add(output, {f});
  Verification v;
  v.columns = {"größe, in \"cm\"", "y"}, v.precision = {1e-6, 0}, v.zeroThreshold = {1e-16, 1e-16};
  v.rows = {{"1", "2.50"}, {"", "\""}};
  v.place = {99, 1, "/PMML/ModelVerification"};
  p.verifications.push_back(v);
  return p;
}

TEST(Text, everythingSurvives) {
  Pipeline p = awkward();
  ASSERT_TRUE(verify(p).empty()) << verify(p)[0].message;
  std::string once = print(p);
  Diagnostics diagnostics;
  auto again = parsed(once, diagnostics);
  ASSERT_TRUE(again) << firstMessage(diagnostics) << "\n" << once;
  EXPECT_EQ(print(*again), once);
  EXPECT_EQ(again->name, p.name);
  EXPECT_EQ(again->provenance, p.provenance);
  ASSERT_EQ(again->nodes.size(), p.nodes.size());
  for (size_t i = 0; i < p.nodes.size(); i++) {
    EXPECT_EQ(again->nodes[i].place, p.nodes[i].place) << printNode(p, static_cast<NodeId>(i));
    EXPECT_EQ(opBytes(*again->nodes[i].op), opBytes(*p.nodes[i].op));
    EXPECT_EQ(again->nodes[i].operands, p.nodes[i].operands);
  }
  for (size_t i = 0; i < p.values.size(); i++) {
    EXPECT_EQ(again->values[i].name, p.values[i].name);
    EXPECT_EQ(again->values[i].type, p.values[i].type);
  }
  for (size_t i = 0; i < p.tables.size(); i++) EXPECT_TRUE(tablesEqual(*again->tables[i], *p.tables[i]));
  EXPECT_EQ(again->verifications[0].rows, p.verifications[0].rows);
  EXPECT_EQ(again->verifications[0].place, p.verifications[0].place);
}

TEST(Text, printsNodesAsDocumented) {
  Pipeline p;
  Builder b(p);
  p.sourceFile = "credit.pmml";
  b.at({9, 5, "/PMML/DataDictionary/DataField[1]"});
  Input input;
  input.field = "age";
  ValueId age = b.add(input, {}, "age");
  ValueId z = b.call("sub", {age, b.number(40)}, true, {}, "age_z");
  // The form is that of docs/ir.md section 5.
  EXPECT_EQ(printNode(p, p.values[z].node), "%age_z = sub %age, %const checked : f64?!");
  EXPECT_NE(
      print(p).find("  %age = input field \"age\" : f64?!  ; credit.pmml:9:5 /PMML/DataDictionary/DataField[1]\n"),
      std::string::npos)
      << print(p);
}

TEST(Text, elidedTablesDoNotParseBack) {
  Pipeline p = awkward();
  PrintOptions options;
  options.full = false, options.tableRows = 10;
  std::string text = print(p, options);
  EXPECT_NE(text.find("[... 40 entries, hash "), std::string::npos) << text;
  Diagnostics diagnostics;
  EXPECT_FALSE(parsed(text, diagnostics));
}

TEST(Text, namesOfNodesAndFunctionsDiffer) {
  // Both are looked up by the same word; a function would be hidden behind a node.
#define NODE(Type, text)                            \
  if (std::string(#text) != "call") {               \
    EXPECT_EQ(makeOp(#text)->kind(), OpKind::Type); \
  }
#include "compiler/ir/nodes.def"
#undef NODE
#define SCALAR(function, signature, rule)             \
  ASSERT_TRUE(makeOp(#function));                     \
  EXPECT_EQ(makeOp(#function)->kind(), OpKind::Call); \
  EXPECT_STREQ(makeOp(#function)->name(), #function);
#include "compiler/ir/scalars.def"
#undef SCALAR
}

TEST(Text, isRecognised) {
  EXPECT_TRUE(isIrText("; a comment\n\n  pipeline \"x\" {"));
  EXPECT_FALSE(isIrText("<?xml version=\"1.0\"?>"));
  EXPECT_FALSE(isIrText("; pipeline"));
  EXPECT_FALSE(isIrText(""));
}

/// What the verifier has passed can be evaluated, whatever the cells.
static void expectEvaluates(const Pipeline& pipeline) {
  Evaluator evaluator(pipeline);
  std::vector<kiln_cell> in(ir::inputColumns(pipeline).size()), out(ir::outputColumns(pipeline).size());
  kiln_status status;
  evaluator.evaluate(in.data(), out.data(), &status);
  for (kiln_cell& cell : in) cell.kind = KILN_NUMBER, cell.as.number = 1e300;
  evaluator.evaluate(in.data(), out.data(), &status);
  for (kiln_cell& cell : in) cell.kind = KILN_TEXT, cell.as.text = "small", cell.length = 5;
  evaluator.evaluate(in.data(), out.data(), &status);
  for (size_t i = 0; i < in.size(); i++)
    in[i] = {}, in[i].kind = i % 2 ? KILN_TEXT : KILN_NUMBER, in[i].as.text = i % 2 ? "x" : nullptr, in[i].length = 1;
  evaluator.evaluate(in.data(), out.data(), &status);
}

/// Whatever the text is, the parser gives a sound pipeline or located errors, and not many.
static void expectHarmless(const std::string& text) {
  Diagnostics diagnostics;
  auto pipeline = parsed(text, diagnostics);
  if (pipeline) {
    EXPECT_TRUE(verify(*pipeline).empty());
    expectEvaluates(*pipeline);
    Diagnostics none;
    EXPECT_TRUE(parsed(print(*pipeline), none)) << firstMessage(none) << "\n" << print(*pipeline);
  } else {
    EXPECT_TRUE(diagnostics.hasErrors());
    EXPECT_LE(diagnostics.errors(), 250u);
  }
}

TEST(Hostile, truncations) {
  for (const tests::IrFile& file : tests::readIrFiles(KILN_SOURCE_DIR "/tests/ir"))
    for (size_t n = 0; n < file.text.size(); n++) expectHarmless(file.text.substr(0, n));
}

TEST(Hostile, mutations) {
  std::mt19937 random(20241);
  static const char* const pieces[] = {"%",
                                       "@",
                                       "\"",
                                       "[",
                                       "]",
                                       "{",
                                       "}",
                                       "\n",
                                       ";",
                                       ":",
                                       ",",
                                       "=",
                                       "-",
                                       "*",
                                       "4294967295",
                                       "4294967296",
                                       "1e999",
                                       "nan",
                                       "none",
                                       "table @x",
                                       "f64[4000000000,4000000000]",
                                       "leaf 4294967294 =",
                                       "tree",
                                       "\\",
                                       "\xff",
                                       "true"};
  for (const tests::IrFile& file : tests::readIrFiles(KILN_SOURCE_DIR "/tests/ir")) {
    for (int round = 0; round < 3000; round++) {
      std::string text = file.text;
      for (int edits = static_cast<int>(random() % 3); edits >= 0; edits--) {
        size_t at = random() % text.size(), length = random() % 12;
        switch (random() % 4) {
          case 0:
            text.erase(at, length);
            break;
          case 1:
            text.insert(at, pieces[random() % std::size(pieces)]);
            break;
          case 2:
            text[at] = static_cast<char>(random());
            break;
          case 3:
            text.insert(at, text.substr(random() % text.size(), length));
            break;
        }
        if (text.empty()) break;
      }
      expectHarmless(text);
    }
  }
}

TEST(Hostile, manyErrorsStop) {
  std::string text = "pipeline \"x\" {\n";
  for (int i = 0; i < 100000; i++) text += "  %a" + std::to_string(i) + " = nothing %b\n";
  Diagnostics diagnostics;
  EXPECT_FALSE(parsed(text, diagnostics));
  EXPECT_LE(diagnostics.errors(), 250u);
}

}  // namespace kiln::ir

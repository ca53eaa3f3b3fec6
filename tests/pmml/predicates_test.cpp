// Predicates of segments: true runs the segment, false and UNKNOWN do not. Truth tables from PMML 4.4, "Predicates".
#include "tests/pmml/scoring.h"

namespace kiln::test {
namespace {

const char* const kFields =
    R"(<DataField name="x" optype="continuous" dataType="double"/><DataField name="i" optype="continuous" dataType="integer"/>
<DataField name="k" optype="categorical" dataType="integer"/><DataField name="s" optype="categorical" dataType="string"/><DataField name="b" optype="categorical" dataType="boolean"/>
<DataField name="o" optype="ordinal" dataType="string"><Value value="small"/><Value value="medium"/><Value value="large"/></DataField>)";

/// A selectFirst of: 1 where `predicate` is true, 2 where it is false (xor with true), 3 else.
Scoring scoring(const std::string& predicate) {
  auto segment = [](const std::string& p, int value) {
    return "<Segment>" + p +
           "<RegressionModel functionName=\"regression\"><MiningSchema/><RegressionTable intercept=\"" +
           std::to_string(value) + "\"/></RegressionModel></Segment>";
  };
  return Scoring(document(
      kFields,
      "<MiningModel functionName=\"regression\"><MiningSchema><MiningField name=\"x\"/><MiningField "
      "name=\"i\"/><MiningField name=\"k\"/><MiningField name=\"s\"/><MiningField name=\"b\"/><MiningField name=\"o\"/></MiningSchema>"
      "<Segmentation multipleModelMethod=\"selectFirst\">" +
          segment(predicate, 1) +
          segment("<CompoundPredicate booleanOperator=\"xor\">" + predicate + "<True/></CompoundPredicate>", 2) +
          segment("<True/>", 3) + "</Segmentation></MiningModel>"));
}
/// "T", "F" or "U" as the predicate is for each row.
std::string truth(const std::string& predicate, const std::vector<Row>& rows) {
  Scoring s = scoring(predicate);
  std::string all;
  for (const Row& row : rows) {
    const std::string value = s.score(row, s.ok() ? s.outputs().front() : "");
    all += value == "1" ? "T" : value == "2" ? "F" : value == "3" ? "U" : "?";
  }
  return all;
}
std::string simple(const char* field, const char* op, const char* value) {
  return std::string("<SimplePredicate field=\"") + field + "\" operator=\"" + op + "\" value=\"" + value + "\"/>";
}
std::string compound(const char* op, std::initializer_list<std::string> operands) {
  std::string text = std::string("<CompoundPredicate booleanOperator=\"") + op + "\">";
  for (auto& o : operands) text += o;
  return text + "</CompoundPredicate>";
}

TEST(Predicates, Simple) {
  const std::vector<Row> rows = {{{"x", "1"}}, {{"x", "2"}}, {{"x", "3"}}, {}};
  EXPECT_EQ(truth(simple("x", "equal", "2"), rows), "FTFU");
  EXPECT_EQ(truth(simple("x", "notEqual", "2"), rows), "TFTU");
  EXPECT_EQ(truth(simple("x", "lessThan", "2"), rows), "TFFU");
  EXPECT_EQ(truth(simple("x", "lessOrEqual", "2"), rows), "TTFU");
  EXPECT_EQ(truth(simple("x", "greaterThan", "2"), rows), "FFTU");
  EXPECT_EQ(truth(simple("x", "greaterOrEqual", "2"), rows), "FTTU");
  EXPECT_EQ(truth("<SimplePredicate field=\"x\" operator=\"isMissing\"/>", rows), "FFFT");
  EXPECT_EQ(truth("<SimplePredicate field=\"x\" operator=\"isNotMissing\"/>", rows), "TTTF");
}

TEST(Predicates, LiteralsHaveTheFieldsType) {
  EXPECT_EQ(truth(simple("s", "equal", "1"), {{{"s", "1"}}, {{"s", "1.0"}}}), "TF");
  EXPECT_EQ(truth(simple("i", "equal", "1.0"), {{{"i", "1"}}}), "T");
  EXPECT_EQ(truth(simple("b", "equal", "1"), {{{"b", "true"}}, {{"b", "false"}}}), "TF");
  // An integer against a fraction, as rpart writes thresholds of integer fields.
  const std::vector<Row> rows = {{{"i", "4"}}, {{"i", "5"}}, {}};
  EXPECT_EQ(truth(simple("i", "lessThan", "4.5"), rows), "TFU");
  EXPECT_EQ(truth(simple("i", "lessOrEqual", "4.5"), rows), "TFU");
  EXPECT_EQ(truth(simple("i", "greaterThan", "4.5"), rows), "FTU");
  EXPECT_EQ(truth(simple("i", "equal", "4.5"), rows), "FFU");
  EXPECT_EQ(truth(simple("i", "notEqual", "4.5"), rows), "TTU");
  // And against an infinity.
  EXPECT_EQ(truth(simple("i", "lessOrEqual", "Infinity"), rows), "TTU");
  EXPECT_EQ(truth(simple("i", "greaterThan", "Infinity"), rows), "FFU");
  EXPECT_EQ(truth(simple("i", "lessThan", "-Infinity"), rows), "FFU");
  EXPECT_EQ(truth(simple("i", "equal", "Infinity"), rows), "FFU");
  EXPECT_EQ(truth(simple("b", "lessThan", "0.5"), {{{"b", "false"}}, {{"b", "true"}}}), "TF");
}

TEST(Predicates, OrdinalValuesAreOrderedAsDeclared) {
  const std::vector<Row> rows = {{{"o", "small"}}, {{"o", "medium"}}, {{"o", "large"}}, {}};
  EXPECT_EQ(truth(simple("o", "lessThan", "medium"), rows), "TFFU");
  EXPECT_EQ(truth(simple("o", "greaterOrEqual", "medium"), rows), "FTTU");
  EXPECT_NE(scoring(simple("o", "lessThan", "huge")).messages().find("order"), std::string::npos);
  EXPECT_NE(scoring(simple("s", "lessThan", "x")).messages().find("order"), std::string::npos);
}

// PMML 4.4, DataDictionary: the Values of an ordinal field stand in its order. JPMML-Evaluator 1.7.7 gives this too, the row that fails included.
TEST(Predicates, OrdinalNumbersAreOrderedAsDeclared) {
  const std::string fields = R"(<DataField name="n" optype="ordinal" dataType="integer"><Value value="5"/><Value value="2"/><Value value="1"/></DataField>
    <DataField name="d" optype="ordinal" dataType="date"><Value value="2001-01-01"/><Value value="2000-01-01"/></DataField>)";
  const auto tree = [&](const std::string& predicate) {
    return Scoring(document(fields, R"(<TreeModel functionName="regression"><MiningSchema><MiningField name="n" invalidValueTreatment="asIs"/><MiningField name="d"/></MiningSchema>
      <Node score="0"><True/><Node score="1">)" + predicate + R"(</Node><Node score="2"><True/></Node></Node></TreeModel>)"));
  };
  Scoring below = tree(simple("n", "lessThan", "2"));
  EXPECT_EQ(below.score({{"n", "5"}}, "_target"), "1");
  EXPECT_EQ(below.score({{"n", "2"}}, "_target"), "2");
  EXPECT_EQ(below.score({{"n", "1"}}, "_target"), "2");
  EXPECT_EQ(below.score({{"n", "7"}}, "_target"), "!");  // has no place in the order
  EXPECT_EQ(tree(simple("n", "equal", "2")).score({{"n", "7"}}, "_target"), "2");
  EXPECT_EQ(tree(simple("d", "greaterThan", "2001-01-01")).score({{"d", "2000-01-01"}}, "_target"), "1");
  EXPECT_NE(tree(simple("n", "lessThan", "3")).messages().find("'3' is not a declared value"), std::string::npos);
  const auto apply = [&](const std::string& a, const std::string& b) {
    return Scoring(document(fields, R"(<RegressionModel functionName="regression"><MiningSchema><MiningField name="n" invalidValueTreatment="asIs"/></MiningSchema><Output>
      <OutputField name="o" feature="transformedValue" optype="categorical" dataType="boolean"><Apply function="lessThan">)" + a + b + R"(</Apply></OutputField></Output>
      <RegressionTable intercept="0"/></RegressionModel>)"));
  };
  const std::string field = R"(<FieldRef field="n"/>)";
  EXPECT_EQ(apply(field, "<Constant>2</Constant>").score({{"n", "5"}}, "o"), "true");
  EXPECT_EQ(apply("<Constant>2</Constant>", field).score({{"n", "1"}}, "o"), "true");
  EXPECT_EQ(apply(field, "<Constant>2</Constant>").score({}, "o"), "");
  EXPECT_EQ(apply(field, R"(<Apply function="+"><FieldRef field="n"/><Constant>1</Constant></Apply>)").score({{"n", "1"}}, "o"), "false");
  EXPECT_FALSE(apply(field, "<Constant>3</Constant>").ok());
  Scoring outliers(document(fields, R"(<RegressionModel functionName="regression"><MiningSchema><MiningField name="n" outliers="asExtremeValues" lowValue="1" highValue="2"/></MiningSchema>
    <RegressionTable intercept="0"><NumericPredictor name="n" coefficient="1"/></RegressionTable></RegressionModel>)"));
  EXPECT_NE(outliers.messages().find("outliers of an ordinal field"), std::string::npos) << outliers.messages();
}

// PMML 4.4, DerivedField: its Values tell the order of an ordinal one.
TEST(Predicates, OrdinalDerivedFieldsAreOrderedAsDeclared) {
  const std::string fields = R"(<DataField name="s" optype="categorical" dataType="string"/>)";
  const auto derived = [&](const std::string& name, const std::string& values) {
    return R"(<DerivedField name=")" + name + R"(" optype="ordinal" dataType="string"><FieldRef field="s"/>)" + values + "</DerivedField>";
  };
  const std::string local = "<LocalTransformations>" + derived("d", R"(<Value value="low"/><Value value="high"/>)") + derived("e", "") + "</LocalTransformations>";
  const auto tree = [&](const std::string& predicate) {
    return Scoring(document(fields, R"(<TreeModel functionName="regression"><MiningSchema><MiningField name="s"/></MiningSchema>)" + local +
                                        R"(<Node score="0"><True/><Node score="1">)" + predicate + R"(</Node><Node score="2"><True/></Node></Node></TreeModel>)"));
  };
  for (const std::string& predicate : {simple("d", "lessThan", "high"), compound("or", {simple("d", "lessThan", "high"), "<False/>"})}) {
    Scoring s = tree(predicate);
    EXPECT_EQ(s.score({{"s", "low"}}, "_target"), "1");
    EXPECT_EQ(s.score({{"s", "high"}}, "_target"), "2");
    EXPECT_EQ(s.score({{"s", "other"}}, "_target"), "!");
  }
  EXPECT_FALSE(tree(simple("e", "lessThan", "high")).ok());
}

TEST(Predicates, Sets) {
  auto set = [](const char* field, const char* op, const char* members) {
    return std::string("<SimpleSetPredicate field=\"") + field + "\" booleanOperator=\"" + op +
           "\"><Array type=\"string\">" + members + "</Array></SimpleSetPredicate>";
  };
  const std::vector<Row> rows = {{{"s", "a"}}, {{"s", "b c"}}, {{"s", "d"}}, {}};
  EXPECT_EQ(truth(set("s", "isIn", "a \"b c\""), rows), "TTFU");
  EXPECT_EQ(truth(set("s", "isNotIn", "a \"b c\""), rows), "FFTU");
  EXPECT_EQ(truth(set("i", "isIn", "1 3"), {{{"i", "3"}}, {{"i", "2"}}, {}}), "TFU");
  EXPECT_EQ(truth(set("x", "isIn", "1 2.5"), {{{"x", "2.5"}}, {{"x", "2"}}}), "TF");
}

// docs/semantics.md: the order of numbers needs no ordinal field; that of texts does.
TEST(Predicates, CategoricalNumbersAreOrdered) {
  EXPECT_EQ(truth(simple("k", "lessThan", "5"), {{{"k", "4"}}, {{"k", "10"}}, {}}), "TFU");
  EXPECT_FALSE(scoring(simple("s", "lessThan", "5")).ok());
}

TEST(Predicates, CompoundsAreThreeValued) {
  const std::string x = simple("x", "greaterThan", "0"), i = simple("i", "greaterThan", "0");
  // x and i each false, true, unknown: the nine rows in this order, x slower.
  std::vector<Row> rows;
  for (const char* a : {"-1", "1", ""})
    for (const char* b : {"-1", "1", ""}) rows.push_back({{"x", a}, {"i", b}});
  EXPECT_EQ(truth(compound("and", {x, i}), rows), "FFFFTUFUU");
  EXPECT_EQ(truth(compound("or", {x, i}), rows), "FTUTTTUTU");
  EXPECT_EQ(truth(compound("xor", {x, i}), rows), "FTUTFUUUU");
  EXPECT_EQ(truth(compound("surrogate", {x, i}), rows), "FFFTTTFTU");
  // An odd number of true operands: three of them.
  EXPECT_EQ(truth(compound("xor", {x, i, "<True/>"}), {{{"x", "1"}, {"i", "1"}}}), "T");
  EXPECT_EQ(truth("<False/>", {{}}), "F");
}

}  // namespace
}  // namespace kiln::test

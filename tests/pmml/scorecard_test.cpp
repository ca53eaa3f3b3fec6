// Scorecard: points and reason codes. Expected values are worked by hand from PMML 4.4's Scorecard page; the comment
// beside each says how.
#include "kiln/scorer.h"
#include "tests/pmml/scoring.h"

namespace kiln::test {
namespace {

std::string simple(const std::string& field, const std::string& op, const std::string& value) {
  return "<SimplePredicate field=\"" + field + "\" operator=\"" + op + "\" value=\"" + value + "\"/>";
}

std::string card(const std::string& attributes, const std::string& characteristics, const std::string& outputs = "") {
  return document(
      "<DataField name=\"y\" optype=\"continuous\" dataType=\"double\"/>"
      "<DataField name=\"x\" optype=\"continuous\" dataType=\"double\"/>"
      "<DataField name=\"z\" optype=\"continuous\" dataType=\"double\"/>",
      "<Scorecard functionName=\"regression\" " + attributes +
          "><MiningSchema><MiningField name=\"y\" usageType=\"target\"/><MiningField name=\"x\"/><MiningField "
          "name=\"z\"/></MiningSchema><Output>" +
          outputs + "</Output><Characteristics>" + characteristics + "</Characteristics></Scorecard>");
}

// One (baseline 18): missing 5 with code M, below 0 10, else 30. Two (baseline 15): z > 0 is 22 with code P, else 0.
// Three (baseline 15): x > 2 is 3, else 1.5 x. One and Three share code A.
const std::string kThree =
    "<Characteristic name=\"one\" reasonCode=\"A\" baselineScore=\"18\">"
    "<Attribute partialScore=\"5\" reasonCode=\"M\"><SimplePredicate field=\"x\" operator=\"isMissing\"/></Attribute>"
    "<Attribute partialScore=\"10\">" +
    simple("x", "lessThan", "0") +
    "</Attribute><Attribute partialScore=\"30\"><True/></Attribute></Characteristic>"
    "<Characteristic name=\"two\" reasonCode=\"B\"><Attribute partialScore=\"22\" reasonCode=\"P\">" +
    simple("z", "greaterThan", "0") +
    "</Attribute><Attribute partialScore=\"0\"><True/></Attribute></Characteristic>"
    "<Characteristic name=\"three\" reasonCode=\"A\"><Attribute partialScore=\"3\">" +
    simple("x", "greaterThan", "2") +
    "</Attribute><Attribute partialScore=\"99\"><True/><ComplexPartialScore><Apply function=\"*\"><FieldRef "
    "field=\"x\" "
    "mapMissingTo=\"1\"/><Constant dataType=\"double\">1.5</Constant></Apply></ComplexPartialScore></Attribute>"
    "</Characteristic>";
const std::string kReasons =
    "<OutputField name=\"r1\" feature=\"reasonCode\"/><OutputField name=\"r2\" feature=\"reasonCode\" rank=\"2\"/>"
    "<OutputField name=\"r3\" feature=\"reasonCode\" rank=\"3\"/><OutputField name=\"r9\" feature=\"reasonCode\" "
    "rank=\"9\"/>";

TEST(Scorecard, AddsPoints) {
  Scoring s(card("initialScore=\"10\" baselineScore=\"15\"", kThree));
  EXPECT_EQ(s.score({{"x", "-1"}, {"z", "1"}}, "y"), "40.5");  // 10 + 10 + 22 - 1.5; the expression goes before 99
  EXPECT_EQ(s.score({{"x", "5"}, {"z", "0"}}, "y"), "43");     // 10 + 30 + 0 + 3
  EXPECT_EQ(s.score({}, "y"), "16.5");                         // 10 + 5 + 0 + 1.5
}

TEST(Scorecard, ReasonsByPointsBelowTheBaseline) {
  Scoring s(card("initialScore=\"10\" baselineScore=\"15\"", kThree, kReasons));
  // A: (18 - 10) + (15 + 1.5) = 24.5; P: 15 - 22 < 0 is no reason.
  EXPECT_EQ(s.score({{"x", "-1"}, {"z", "1"}}), (Row{{"y", "40.5"}, {"r1", "A"}, {"r2", ""}, {"r3", ""}, {"r9", ""}}));
  // B: 15; A: (18 - 30) + (15 - 3) = 0, which counts.
  EXPECT_EQ(s.score({{"x", "5"}, {"z", "0"}}), (Row{{"y", "43"}, {"r1", "B"}, {"r2", "A"}, {"r3", ""}, {"r9", ""}}));
  // M: 18 - 5 = 13, B: 15, A: 15 - 1.5 = 13.5.
  EXPECT_EQ(s.score({}), (Row{{"y", "16.5"}, {"r1", "B"}, {"r2", "A"}, {"r3", "M"}, {"r9", ""}}));
}

TEST(Scorecard, ReasonsByPointsAboveTheBaseline) {
  Scoring s(card("initialScore=\"10\" baselineScore=\"15\" reasonCodeAlgorithm=\"pointsAbove\"", kThree, kReasons));
  // P: 22 - 15 = 7; A: -24.5.
  EXPECT_EQ(s.score({{"x", "-1"}, {"z", "1"}}), (Row{{"y", "40.5"}, {"r1", "P"}, {"r2", ""}, {"r3", ""}, {"r9", ""}}));
}

TEST(Scorecard, ARowThatNoAttributeTakesHasNoResult) {
  const std::string one = "<Characteristic name=\"one\"><Attribute partialScore=\"1\">" +
                          simple("x", "greaterThan", "0") + "</Attribute></Characteristic>";
  Scoring s(card("useReasonCodes=\"false\"", one));
  EXPECT_EQ(s.score({{"x", "1"}}, "y"), "1");
  EXPECT_EQ(s.score({{"x", "0"}}, "y"), "!");
  EXPECT_TRUE(s.bits() & KILN_UNDEFINED);
  EXPECT_EQ(s.score({}, "y"), "!");  // UNKNOWN takes it no more than FALSE
}

TEST(Scorecard, AnExpressionWithoutAValueLeavesTheScoreMissing) {
  const std::string one =
      "<Characteristic name=\"one\"><Attribute><True/><ComplexPartialScore><FieldRef field=\"x\"/>"
      "</ComplexPartialScore></Attribute></Characteristic>";
  Scoring s(card("useReasonCodes=\"false\" initialScore=\"1\"", one));
  EXPECT_EQ(s.score({{"x", "2"}}, "y"), "3");
  EXPECT_EQ(s.score({}, "y"), "");
}

// The rank of what is missing is not known. JPMML-Evaluator 1.7.7 ends such a row.
TEST(Scorecard, AMissingScoreHasNoReasons) {
  std::string three = kThree;
  three.replace(three.find(" mapMissingTo=\"1\""), 17, "");
  Scoring s(card("reasonCodeAlgorithm=\"pointsBelow\" baselineScore=\"15\"", three, kReasons));
  ASSERT_TRUE(s.ok()) << s.messages();
  EXPECT_EQ(s.score({{"x", "1"}, {"z", "0"}}, "r1"), "B");   // B 15 - 0, A 15 - 1.5 and 18 - 30
  EXPECT_EQ(s.score({{"z", "0"}}), (Row{{"y", ""}, {"r1", ""}, {"r2", ""}, {"r3", ""}, {"r9", ""}}));
}

TEST(Scorecard, BadDocumentsAreRefusedWithTheirPlace) {
  const auto refused = [](const std::string& attributes, const std::string& characteristics,
                          const std::string& message) {
    Scoring s(card(attributes, characteristics, "<OutputField name=\"r\" feature=\"reasonCode\"/>"));
    EXPECT_FALSE(s.ok()) << message;
    EXPECT_NE(s.messages().find(message), std::string::npos) << s.messages();
  };
  const auto one = [](const std::string& code, const std::string& attribute) {
    return "<Characteristic name=\"one\" " + code + ">" + attribute + "</Characteristic>";
  };
  const std::string attribute = "<Attribute partialScore=\"1\"><True/></Attribute>";
  refused("", one("reasonCode=\"A\"", attribute), "baselineScore");
  refused("baselineScore=\"1\"",
          one("", attribute + "<Attribute reasonCode=\"B\" partialScore=\"1\"><True/></Attribute>"), "reasonCode");
  refused("baselineScore=\"1\" useReasonCodes=\"false\"", one("reasonCode=\"A\"", attribute), "useReasonCodes");
  refused("", one("", "<Attribute><True/></Attribute>"), "partialScore");
  refused("", one("", ""), "Attribute");
  refused("", one("", "<Attribute partialScore=\"1\"><True/><False/></Attribute>"), "a second predicate in one 'Attribute'");
  refused("", one("", "<Attribute><True/><ComplexPartialScore><Constant>1</Constant><Constant>2</Constant></ComplexPartialScore></Attribute>"), "a second expression in one 'ComplexPartialScore'");
}

}  // namespace
}  // namespace kiln::test

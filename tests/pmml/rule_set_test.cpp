// RuleSetModel: which rules fire, which of them decides, and what it says. Expected values are worked by hand from PMML
// 4.4's RuleSet page; the comment beside each says how.
#include "tests/pmml/scoring.h"

namespace kiln::test {
namespace {

const char* kFields =
    "<DataField name=\"y\" optype=\"categorical\" dataType=\"string\"><Value value=\"b\"/><Value value=\"a\"/>"
    "<Value value=\"c\"/></DataField>"
    "<DataField name=\"x\" optype=\"continuous\" dataType=\"double\"/>"
    "<DataField name=\"z\" optype=\"continuous\" dataType=\"double\"/>";

std::string simple(const std::string& field, const std::string& op, const std::string& value) {
  return "<SimplePredicate field=\"" + field + "\" operator=\"" + op + "\" value=\"" + value + "\"/>";
}
std::string rule(const std::string& attributes, const std::string& inner) {
  return "<SimpleRule " + attributes + ">" + inner + "</SimpleRule>";
}
std::string ruleSet(const std::string& criterion, const std::string& rules, const std::string& attributes,
                    const std::string& outputs) {
  return document(kFields,
                  "<RuleSetModel functionName=\"classification\"><MiningSchema><MiningField name=\"y\" "
                  "usageType=\"target\"/><MiningField name=\"x\"/><MiningField name=\"z\"/></MiningSchema>"
                  "<Output>" +
                      outputs + "</Output><RuleSet " + attributes + "><RuleSelectionMethod criterion=\"" + criterion +
                      "\"/>" + rules + "</RuleSet></RuleSetModel>");
}

// Four rules, two of them inside a CompoundRule that needs z > 0; x between 3 and 5 and z > 0 fires all.
std::string four(const std::string& criterion, const std::string& outputs = "") {
  const std::string counts =
      "<ScoreDistribution value=\"a\" recordCount=\"1\"/><ScoreDistribution value=\"b\" recordCount=\"3\"/>";
  return ruleSet(
      criterion,
      rule("id=\"r1\" score=\"a\" weight=\"0.4\" confidence=\"0.9\"", simple("x", "greaterThan", "3")) +
          "<CompoundRule>" + simple("z", "greaterThan", "0") +
          rule("id=\"r2\" score=\"b\" weight=\"0.5\" confidence=\"0.6\"", simple("x", "greaterThan", "0") + counts) +
          rule("id=\"r3\" score=\"a\" weight=\"0.3\" confidence=\"0.5\"", "<True/>") + "</CompoundRule>" +
          rule("score=\"b\" weight=\"0.25\" confidence=\"0.95\"", simple("x", "lessThan", "5")),
      "defaultScore=\"c\" defaultConfidence=\"0.1\"",
      "<OutputField name=\"id\" feature=\"entityId\"/><OutputField name=\"conf\" feature=\"confidence\"/>"
      "<OutputField name=\"a\" feature=\"confidence\" value=\"a\"/>"
      "<OutputField name=\"second\" feature=\"entityId\" rank=\"2\"/>" +
          outputs);
}

TEST(RuleSet, FirstHit) {
  Scoring s(four("firstHit"));
  EXPECT_EQ(s.score({{"x", "4"}, {"z", "1"}}),
            (Row{{"y", "a"}, {"id", "r1"}, {"conf", "0.9"}, {"a", "0.9"}, {"second", "r2"}}));
  EXPECT_EQ(s.score({{"x", "1"}, {"z", "1"}}),
            (Row{{"y", "b"}, {"id", "r2"}, {"conf", "0.6"}, {"a", "0.5"}, {"second", "r3"}}));
  // The CompoundRule holds, but neither of its rules' own conditions is known or true but r3's.
  EXPECT_EQ(s.score({{"z", "1"}}), (Row{{"y", "a"}, {"id", "r3"}, {"conf", "0.5"}, {"a", "0.5"}, {"second", ""}}));
  // UNKNOWN does not fire: the rule without an id is number 4.
  EXPECT_EQ(s.score({{"x", "1"}}), (Row{{"y", "b"}, {"id", "4"}, {"conf", "0.95"}, {"a", ""}, {"second", ""}}));
  EXPECT_EQ(s.score({}), (Row{{"y", "c"}, {"id", ""}, {"conf", "0.1"}, {"a", ""}, {"second", ""}}));
}

TEST(RuleSet, WeightedMax) {
  Scoring s(four("weightedMax"));
  // Weights 0.4, 0.5, 0.3, 0.25: r2, then r1.
  EXPECT_EQ(s.score({{"x", "4"}, {"z", "1"}}),
            (Row{{"y", "b"}, {"id", "r2"}, {"conf", "0.6"}, {"a", "0.9"}, {"second", "r1"}}));
  EXPECT_EQ(s.score({{"x", "-1"}, {"z", "1"}}),
            (Row{{"y", "a"}, {"id", "r3"}, {"conf", "0.5"}, {"a", "0.5"}, {"second", "4"}}));
  EXPECT_EQ(s.score({}), (Row{{"y", "c"}, {"id", ""}, {"conf", "0.1"}, {"a", ""}, {"second", ""}}));
}

TEST(RuleSet, WeightedSum) {
  Scoring s(four("weightedSum"));
  // b: 0.5 + 0.25 over four fired rules; a: 0.4 + 0.3. The most weighty rule of b is r2.
  EXPECT_EQ(s.score({{"x", "4"}, {"z", "1"}}),
            (Row{{"y", "b"}, {"id", "r2"}, {"conf", "0.1875"}, {"a", "0.175"}, {"second", "r1"}}));
  // x >= 5: a has 0.4 + 0.3 against 0.5, over three rules.
  const Row row = s.score({{"x", "6"}, {"z", "1"}});
  EXPECT_EQ(row.at("y"), "a");
  EXPECT_EQ(row.at("id"), "r1");
  EXPECT_NEAR(std::stod(row.at("conf")), 0.7 / 3, 1e-15);
  EXPECT_EQ(s.score({}), (Row{{"y", "c"}, {"id", ""}, {"conf", "0.1"}, {"a", ""}, {"second", ""}}));
}

TEST(RuleSet, ConfidencesOfOtherRanksAreRefused) {
  Scoring s(four("weightedMax", "<OutputField name=\"conf2\" feature=\"confidence\" rank=\"2\"/>"));
  EXPECT_NE(s.messages().find("a rank other than 1 of a rule's confidence is not supported"), std::string::npos) << s.messages();
}

// The text sums confidences, JPMML and PMML4S weights: where these differ, a warning says so.
TEST(RuleSet, WeightsThatAreNoConfidences) {
  const auto messages = [](const std::string& attributes) {
    return Scoring(ruleSet("weightedSum", rule("score=\"a\" " + attributes, "<True/>"), "", "<OutputField name=\"conf\" feature=\"confidence\"/>")).messages();
  };
  EXPECT_NE(messages("weight=\"0.4\" confidence=\"0.9\"").find("made of weights"), std::string::npos);
  EXPECT_EQ(messages("weight=\"0.4\" confidence=\"0.4\""), "");
}

// As in JPMML-Evaluator; the text is silent.
TEST(RuleSet, EqualSumsGoToTheClassWhoseRuleFiresFirst) {
  // a and b have 1 each; the DataDictionary names b first.
  Scoring s(ruleSet("weightedSum", rule("score=\"a\"", "<True/>") + rule("score=\"b\"", "<True/>"), "", ""));
  EXPECT_EQ(s.score({}, "y"), "a");
}

TEST(RuleSet, ASecondPredicateIsRefused) {
  Scoring s(ruleSet("firstHit", rule("score=\"a\"", "<True/><True/>"), "", ""));
  EXPECT_NE(s.messages().find("a second predicate in one 'SimpleRule'"), std::string::npos) << s.messages();
  Scoring compound(ruleSet("firstHit", "<CompoundRule><True/><False/>" + rule("score=\"a\"", "<True/>") + "</CompoundRule>", "", ""));
  EXPECT_NE(compound.messages().find("a second predicate in one 'CompoundRule'"), std::string::npos) << compound.messages();
}

// 0 of the rules' weights; JPMML-Evaluator 1.7.7 says the same.
TEST(RuleSet, TheConfidenceOfAClassForWhichNoRuleFires) {
  Scoring s(ruleSet("weightedSum", rule("score=\"a\" weight=\"0.4\" confidence=\"0.4\"", simple("x", "greaterThan", "0")) + rule("score=\"b\"", "<False/>"), "",
                    "<OutputField name=\"a\" feature=\"confidence\" value=\"a\"/><OutputField name=\"b\" feature=\"confidence\" value=\"b\"/>"));
  EXPECT_EQ(s.score({{"x", "1"}}), (Row{{"y", "a"}, {"a", "0.4"}, {"b", "0"}}));
  EXPECT_EQ(s.score({{"x", "0"}}), (Row{{"y", ""}, {"a", ""}, {"b", ""}}));
}

TEST(RuleSet, ASecondRuleSetIsRefused) {
  std::string text = ruleSet("firstHit", rule("score=\"a\"", "<True/>"), "", "");
  const size_t at = text.find("<RuleSet "), end = text.find("</RuleSetModel>");
  text.insert(end, text.substr(at, end - at));
  EXPECT_NE(Scoring(text).messages().find("a second RuleSet in one model"), std::string::npos);
}

// The displayValue of a label that is no class is nobody's; "none" is no class either.
TEST(RuleSet, DisplayValuesBesideAComparison) {
  std::string text = four("firstHit", R"(<OutputField name="p" feature="predictedValue"/><OutputField name="d" feature="predictedDisplayValue"/>
<OutputField name="n" feature="transformedValue" dataType="boolean" optype="categorical"><Apply function="equal"><FieldRef field="p"/><Constant>none</Constant></Apply></OutputField>)");
  text.insert(text.find("<RuleSet "), R"(<Targets><Target field="y"><TargetValue value="none" displayValue="no"/><TargetValue value="a" displayValue="A"/></Target></Targets>)");
  Scoring s(text);
  ASSERT_TRUE(s.ok()) << s.messages();
  const Row result = s.score({{"x", "4"}, {"z", "1"}});
  EXPECT_EQ(result.at("n"), "false");
  EXPECT_EQ(result.at("d"), result.at("p") == "a" ? "A" : result.at("p"));
}

TEST(RuleSet, ProbabilitiesAreTheDistributionOfTheDecidingRule) {
  Scoring s(four("weightedMax", "<OutputField name=\"p\" feature=\"probability\" value=\"b\"/>"));
  EXPECT_EQ(s.score({{"x", "4"}, {"z", "1"}}, "p"), "0.75");  // r2: 3 of 4 records
  EXPECT_EQ(s.score({{"x", "-1"}, {"z", "1"}}, "p"), "");     // r3 has none
}

TEST(RuleSet, WithoutADefaultThereIsNoResult) {
  for (const char* criterion : {"firstHit", "weightedMax", "weightedSum"}) {
    Scoring s(ruleSet(criterion, rule("score=\"a\"", simple("x", "greaterThan", "0")), "",
                      "<OutputField name=\"conf\" feature=\"confidence\"/>"));
    EXPECT_EQ(s.score({{"x", "0"}}), (Row{{"y", ""}, {"conf", ""}})) << criterion;
    EXPECT_EQ(s.score({{"x", "1"}}), (Row{{"y", "a"}, {"conf", "1"}})) << criterion;
  }
}

TEST(RuleSet, TheDefaultAlone) {
  Scoring s(ruleSet("weightedSum", "", "defaultScore=\"a\" defaultConfidence=\"0.2\"",
                    "<OutputField name=\"conf\" feature=\"confidence\"/>"));
  EXPECT_EQ(s.score({}), (Row{{"y", "a"}, {"conf", "0.2"}}));
}

TEST(RuleSet, BadDocumentsAreRefusedWithTheirPlace) {
  const auto refused = [](const std::string& rules, const std::string& message) {
    Scoring s(ruleSet("firstHit", rules, "", ""));
    EXPECT_FALSE(s.ok()) << message;
    EXPECT_NE(s.messages().find(message), std::string::npos) << s.messages();
  };
  refused(rule("id=\"1\"", "<True/>"), "needs an attribute 'score'");
  refused(rule("score=\"a\"", ""), "PREDICATE");
  refused("<CompoundRule>" + rule("score=\"a\"", "<True/>") + "</CompoundRule>", "PREDICATE");
  refused(rule("score=\"a\"", simple("x", "equal", "many")), "'many' is not a value of field 'x'");
  refused(rule("score=\"a\" weight=\"heavy\"", "<True/>"), "not a number");
}

}  // namespace
}  // namespace kiln::test

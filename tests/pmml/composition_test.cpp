// Model composition: Regression and DecisionTree elements in a MiningModel or a Node. Expected values are worked by
// hand from PMML's Model Composition page; the comment beside each says how.
#include "compiler/ir/nodes/forest.h"
#include "tests/pmml/scoring.h"

namespace kiln::test {
namespace {

const char* kFields =
    "<DataField name=\"y\" optype=\"continuous\" dataType=\"double\"/>"
    "<DataField name=\"k\" optype=\"categorical\" dataType=\"string\"/>"
    "<DataField name=\"x\" optype=\"continuous\" dataType=\"double\"/>"
    "<DataField name=\"z\" optype=\"continuous\" dataType=\"double\"/>"
    "<DataField name=\"c\" optype=\"categorical\" dataType=\"string\"/>";

std::string schema(const std::string& target) {
  return "<MiningSchema><MiningField name=\"" + target +
         "\" usageType=\"target\"/><MiningField name=\"x\"/><MiningField name=\"z\"/><MiningField "
         "name=\"c\"/></MiningSchema>";
}
std::string mining(const std::string& models, const std::string& more = "", const std::string& target = "y") {
  const std::string function = target == "y" ? "regression" : "classification";
  return document(
      kFields, "<MiningModel functionName=\"" + function + "\">" + schema(target) + more + models + "</MiningModel>");
}
std::string regression(const std::string& table, const std::string& more = "") {
  return "<Regression functionName=\"regression\">" + more + "<RegressionTable " + table +
         "</RegressionTable></Regression>";
}
std::string numeric(const std::string& field, const std::string& coefficient) {
  return "<NumericPredictor name=\"" + field + "\" coefficient=\"" + coefficient + "\"/>";
}
const std::string kLow = "<SimplePredicate field=\"x\" operator=\"lessOrEqual\" value=\"1\"/>";
const std::string kHigh = "<SimplePredicate field=\"x\" operator=\"greaterThan\" value=\"1\"/>";

TEST(Composition, ASequencePassesResultFieldsOn) {
  // term = 1 + 2x; the tree splits it at 4: x = 1 gives 3, x = 2 gives 5.
  Scoring s(mining(
      regression("intercept=\"1\">" + numeric("x", "2"), "<ResultField name=\"term\" feature=\"predictedValue\"/>") +
      "<DecisionTree functionName=\"regression\"><Node><True/>"
      "<Node score=\"10\"><SimplePredicate field=\"term\" operator=\"lessThan\" value=\"4\"/></Node>"
      "<Node score=\"20\"><SimplePredicate field=\"term\" operator=\"greaterOrEqual\" value=\"4\"/></Node>"
      "</Node></DecisionTree>"));
  EXPECT_EQ(s.score({{"x", "1"}}, "y"), "10");
  EXPECT_EQ(s.score({{"x", "2"}}, "y"), "20");
  EXPECT_EQ(s.score({}, "y"), "");
}

TEST(Composition, ATreeSelectsARegression) {
  Scoring s(mining("<DecisionTree functionName=\"regression\"><Node><True/><Node score=\"7\">" + kLow +
                   regression("intercept=\"1\">" + numeric("x", "2") + numeric("z", "10")) + "</Node><Node>" + kHigh +
                   regression("intercept=\"100\">" + numeric("z", "1") +
                              "<CategoricalPredictor name=\"c\" value=\"a\" coefficient=\"5\"/>") +
                   "</Node></Node></DecisionTree>"));
  EXPECT_EQ(s.score({{"x", "0.5"}, {"z", "2"}}, "y"), "22");             // 1 + 2 * 0.5 + 10 * 2
  EXPECT_EQ(s.score({{"x", "2"}, {"z", "3"}, {"c", "a"}}, "y"), "108");  // 100 + 3 + 5
  EXPECT_EQ(s.score({{"x", "2"}, {"z", "3"}, {"c", "b"}}, "y"), "103");  // another category
  EXPECT_EQ(s.score({{"x", "2"}, {"z", "3"}}, "y"), "103");              // missing category: 0
  EXPECT_EQ(s.score({{"x", "0.5"}}, "y"), "7");  // z is missing: the regression has no result, the Node's score stands
  EXPECT_EQ(s.score({{"x", "2"}}, "y"), "");     // and here there is none
}

TEST(Composition, TermsInAnotherOrderStayInTheirOrder) {
  // The two leaves add x and z the other way round, which tables by leaf cannot say: 1 + 2 * 0.5 + 3 * 4 and 5 * 4 + 6
  // * 2.
  Scoring s(mining("<DecisionTree functionName=\"regression\"><Node><True/><Node>" + kLow +
                   regression("intercept=\"1\">" + numeric("x", "2") + numeric("z", "3")) + "</Node><Node>" + kHigh +
                   regression("intercept=\"0\">" + numeric("z", "5") + numeric("x", "6")) +
                   "</Node></Node></DecisionTree>"));
  EXPECT_EQ(s.score({{"x", "0.5"}, {"z", "4"}}, "y"), "14");
  EXPECT_EQ(s.score({{"x", "2"}, {"z", "4"}}, "y"), "32");
}

TEST(Composition, PowersAndProducts) {
  Scoring s(mining("<DecisionTree functionName=\"regression\"><Node><True/>" +
                   regression("intercept=\"1\"><NumericPredictor name=\"x\" exponent=\"3\" coefficient=\"2\"/>"
                              "<PredictorTerm coefficient=\"10\"><FieldRef field=\"x\"/><FieldRef field=\"z\"/>"
                              "</PredictorTerm>") +
                   "</Node></DecisionTree>"));
  EXPECT_EQ(s.score({{"x", "2"}, {"z", "3"}}, "y"), "77");  // 1 + 2 * 8 + 10 * 6
}

TEST(Composition, ATreeInsideANode) {
  Scoring s(mining("<DecisionTree functionName=\"classification\"><Node score=\"a\"><True/><Node score=\"a\">" + kLow +
                       "<DecisionTree functionName=\"classification\"><Node score=\"b\"><True/>"
                       "<Node score=\"c\"><SimplePredicate field=\"z\" operator=\"lessThan\" value=\"0\"/></Node>"
                       "<Node score=\"b\"><True/></Node></Node></DecisionTree></Node><Node score=\"d\">" +
                       kHigh + "</Node></Node></DecisionTree>",
                   "", "k"));
  EXPECT_EQ(s.score({{"x", "0"}, {"z", "-1"}}, "k"), "c");
  EXPECT_EQ(s.score({{"x", "0"}, {"z", "1"}}, "k"), "b");
  EXPECT_EQ(s.score({{"x", "3"}, {"z", "-1"}}, "k"), "d");
}

TEST(Composition, ForestsOfLinearTreesAreOneNode) {
  const auto segment = [](const std::string& a, const std::string& b) {
    return "<Segment><True/><TreeModel functionName=\"regression\">" + schema("y") + "<Node><True/><Node>" + kLow +
           regression("intercept=\"" + a + "\">" + numeric("x", "2")) + "</Node><Node score=\"" + b + "\">" + kHigh +
           "</Node></Node></TreeModel></Segment>";
  };
  Scoring s(document(kFields, "<MiningModel functionName=\"regression\">" + schema("y") +
                                  "<Segmentation multipleModelMethod=\"sum\">" + segment("1", "10") +
                                  segment("3", "20") + "</Segmentation></MiningModel>"));
  EXPECT_EQ(s.score({{"x", "0.5"}}, "y"), "6");  // (1 + 1) + (3 + 1)
  EXPECT_EQ(s.score({{"x", "5"}}, "y"), "30");
  size_t forests = 0;
  for (const ir::Node& node : s.pipeline().nodes) forests += node.op->to<ir::ForestNode>() != nullptr;
  EXPECT_EQ(forests, 1u);
}

TEST(Composition, OutputsOfASequence) {
  const std::string shown = "<Output><OutputField name=\"o\" feature=\"predictedValue\"/></Output>";
  // 1 + 2 * 3; 10 * 7 + 7
  Scoring s(mining(regression("intercept=\"1\">" + numeric("x", "2"), shown + "<ResultField name=\"term\" feature=\"predictedValue\"/>") +
                   regression("intercept=\"0\">" + numeric("term", "10") + numeric("o", "1"), "<Output><OutputField name=\"p\" feature=\"predictedValue\"/></Output>")));
  EXPECT_EQ(s.score({{"x", "3"}}, "o"), "7");
  EXPECT_EQ(s.score({{"x", "3"}}, "p"), "77");
  Scoring inside(mining("<DecisionTree functionName=\"regression\"><Node><True/>" + regression("intercept=\"1\">", shown) + "</Node></DecisionTree>"));
  EXPECT_NE(inside.messages().find("Output of a model inside a Node"), std::string::npos) << inside.messages();
}

TEST(Composition, RefusesWhatDoesNotBelongThere) {
  Scoring two(mining("<DecisionTree functionName=\"regression\"><Node><True/>" + regression("intercept=\"1\">") +
                     regression("intercept=\"2\">") + "</Node></DecisionTree>"));
  EXPECT_NE(two.messages().find("second model inside one Node"), std::string::npos) << two.messages();
  Scoring function(
      mining("<DecisionTree functionName=\"regression\"><Node><True/><DecisionTree "
             "functionName=\"classification\"><Node score=\"1\"><True/></Node></DecisionTree></Node>"
             "</DecisionTree>"));
  EXPECT_NE(function.messages().find("function of the tree around it"), std::string::npos) << function.messages();
}

}  // namespace
}  // namespace kiln::test

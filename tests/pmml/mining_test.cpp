// MiningModel: every way to combine segments, missing members, chains, and trees merged into one forest.
// Expected values are worked by hand from PMML 4.4's MultipleModels page; the comments say how.
#include "compiler/ir/nodes/forest.h"
#include "tests/pmml/scoring.h"

namespace kiln::test {
namespace {

const char* kFields =
    "<DataField name=\"y\" optype=\"continuous\" dataType=\"double\"/><DataField name=\"x\" optype=\"continuous\" "
    "dataType=\"double\"/>"
    "<DataField name=\"z\" optype=\"continuous\" dataType=\"double\"/>";
const char* kSchema =
    "<MiningSchema><MiningField name=\"y\" usageType=\"target\"/><MiningField name=\"x\"/><MiningField "
    "name=\"z\"/></MiningSchema>";
const char* kInner = "<MiningSchema><MiningField name=\"x\"/><MiningField name=\"z\"/></MiningSchema>";

std::string segment(const std::string& predicate, const std::string& model, const std::string& attributes = "") {
  return "<Segment " + attributes + ">" + predicate + model + "</Segment>";
}
// intercept + coefficient * field; missing where the field is.
std::string line(const std::string& intercept, const std::string& field, const std::string& coefficient,
                 const std::string& output = "", const std::string& schema = kInner) {
  return "<RegressionModel functionName=\"regression\">" + schema + output + "<RegressionTable intercept=\"" +
         intercept + "\"><NumericPredictor name=\"" + field + "\" coefficient=\"" + coefficient +
         "\"/></RegressionTable></RegressionModel>";
}
std::string mining(const std::string& segmentation, const std::string& segments, const std::string& output = "") {
  return document(kFields, "<MiningModel functionName=\"regression\">" + std::string(kSchema) + output +
                               "<Segmentation " + segmentation + ">" + segments + "</Segmentation></MiningModel>");
}

// Members at x = 1, z = 2: 1, 4 (only where x > 0), 10.
const std::string kThree = segment("<True/>", line("0", "x", "1"), "weight=\"1\"") +
                           segment("<SimplePredicate field=\"x\" operator=\"greaterThan\" value=\"0\"/>",
                                   line("0", "z", "2"), "weight=\"3\"") +
                           segment("<True/>", line("9", "x", "1"), "weight=\"4\"");

std::string combined(const std::string& method, const Row& row, const std::string& more = "") {
  return Scoring(mining("multipleModelMethod=\"" + method + "\" " + more, kThree)).score(row, "y");
}

TEST(Mining, CombinesTheMembersThatRan) {
  const Row all{{"x", "1"}, {"z", "2"}}, two{{"x", "-1"}, {"z", "2"}};  // -1 and 8: the second does not run
  EXPECT_EQ(combined("sum", all), "15");
  EXPECT_EQ(combined("sum", two), "7");
  EXPECT_EQ(combined("average", all), "5");
  EXPECT_EQ(combined("average", two), "3.5");
  EXPECT_EQ(combined("median", all), "4");
  EXPECT_EQ(combined("median", two), "3.5");
  EXPECT_EQ(combined("max", all), "10");
  EXPECT_EQ(combined("weightedSum", all), "53");  // 1 + 12 + 40
  EXPECT_EQ(combined("x-weightedSum", all), "53");
  EXPECT_EQ(combined("weightedAverage", all), "6.625");  // 53 / 8
  EXPECT_EQ(combined("weightedAverage", two), "6.2");    // (-1 + 32) / 5
  EXPECT_EQ(combined("weightedMedian", all), "4");       // half of 8 is reached at 1 + 3
}

// One against the rest as sklearn2pmml writes scikit-learn's OneVsRestClassifier of integer classes: the steps tell each from "(other)", which is no integer.
TEST(Mining, ClassesOfAStepAreText) {
  const auto step = [](const std::string& label, const std::string& intercept) {
    return segment("<True/>", "<RegressionModel functionName=\"classification\" normalizationMethod=\"logit\"><MiningSchema><MiningField name=\"x\"/></MiningSchema>"
                              "<Output><OutputField name=\"d" + label + "\" optype=\"continuous\" dataType=\"double\" feature=\"probability\" value=\"" + label +
                              "\"/></Output><RegressionTable intercept=\"" + intercept + "\" targetCategory=\"" + label + "\"><NumericPredictor name=\"x\" coefficient=\"1\"/>"
                              "</RegressionTable><RegressionTable intercept=\"0\" targetCategory=\"(other)\"/></RegressionModel>");
  };
  const auto chain = [](const std::string& steps, const std::string& label) {
    return document("<DataField name=\"y\" optype=\"categorical\" dataType=\"integer\"><Value value=\"1\"/><Value value=\"2\"/></DataField>"
                    "<DataField name=\"x\" optype=\"continuous\" dataType=\"double\"/>",
                    "<MiningModel functionName=\"classification\"><MiningSchema><MiningField name=\"y\" usageType=\"target\"/><MiningField name=\"x\"/></MiningSchema>"
                    "<Segmentation multipleModelMethod=\"modelChain\">" + steps +
                    segment("<True/>", "<RegressionModel functionName=\"classification\" normalizationMethod=\"simplemax\"><MiningSchema><MiningField name=\"y\" usageType=\"target\"/>"
                                       "<MiningField name=\"d1\"/><MiningField name=\"d2\"/></MiningSchema><Output><OutputField name=\"p1\" feature=\"probability\" value=\"1\"/></Output>"
                                       "<RegressionTable intercept=\"0\" targetCategory=\"1\"><NumericPredictor name=\"d1\" coefficient=\"1\"/></RegressionTable>"
                                       "<RegressionTable intercept=\"0\" targetCategory=\"" + label + "\"><NumericPredictor name=\"d2\" coefficient=\"1\"/></RegressionTable></RegressionModel>") +
                    "</Segmentation></MiningModel>");
  };
  Scoring s(chain(step("1", "0") + step("2", "0"), "2"));
  EXPECT_EQ(s.score({{"x", "0"}}, "p1"), "0.5") << s.messages();
  Scoring t(chain(step("1", "0") + step("2", "1000"), "2"));  // 1/2 and 1
  EXPECT_EQ(t.score({{"x", "0"}}, "p1"), "0.3333333333333333") << t.messages();
  EXPECT_EQ(t.score({{"x", "0"}}, "y"), "2");
  // The last step has the target itself.
  EXPECT_NE(Scoring(chain(step("1", "0") + step("2", "0"), "(other)")).messages().find("not a value of the target's type"), std::string::npos);
}

// Two targets whose members declare one name, as sklearn2pmml writes scikit-learn's MultiOutputClassifier of XGBClassifiers.
TEST(Mining, ColumnsOfOneNameTellTheirTargets) {
  const std::string fields = "<DataField name=\"u\" optype=\"continuous\" dataType=\"double\"/><DataField name=\"v\" optype=\"continuous\" dataType=\"double\"/>"
                             "<DataField name=\"x\" optype=\"continuous\" dataType=\"double\"/>";
  const auto member = [](const std::string& target, const std::string& coefficient) {
    return segment("<True/>", line("0", "x", coefficient, "<Output><OutputField name=\"p\" optype=\"continuous\" dataType=\"double\" feature=\"predictedValue\"/><OutputField name=\"p " +
                                       target + "\" optype=\"continuous\" dataType=\"double\" feature=\"predictedValue\"/></Output>",
                                   "<MiningSchema><MiningField name=\"" + target + "\" usageType=\"target\"/><MiningField name=\"x\"/></MiningSchema>"));
  };
  Scoring s(document(fields, "<MiningModel functionName=\"regression\"><MiningSchema><MiningField name=\"u\" usageType=\"target\"/><MiningField name=\"v\" usageType=\"target\"/>"
                             "<MiningField name=\"x\"/></MiningSchema><Segmentation multipleModelMethod=\"x-multiModelChain\">" + member("u", "2") + member("v", "3") +
                             "</Segmentation></MiningModel>"));
  EXPECT_EQ(s.score({{"x", "1"}}), (Row{{"u", "2"}, {"v", "3"}, {"p of u", "2"}, {"p of v", "3"}, {"p u", "2"}, {"p v", "3"}})) << s.messages();
  EXPECT_NE(s.messages().find("this one's column is 'p of v'"), std::string::npos);
}

TEST(Mining, MissingMembers) {
  const Row row{{"x", "1"}};  // z is missing: the second member ran and is missing
  EXPECT_EQ(combined("sum", row), "");
  EXPECT_EQ(combined("sum", row, "missingPredictionTreatment=\"returnMissing\""), "");
  EXPECT_EQ(combined("sum", row, "missingPredictionTreatment=\"skipSegment\""), "11");
  EXPECT_EQ(combined("average", row, "missingPredictionTreatment=\"skipSegment\""), "5.5");
  // One of three is missing: 1/3 is over a threshold of 0.3.
  EXPECT_EQ(combined("sum", row, "missingPredictionTreatment=\"skipSegment\" missingThreshold=\"0.3\""), "");
  EXPECT_EQ(combined("sum", row, "x-missingPredictionTreatment=\"skipSegment\" x-missingThreshold=\"0.4\""), "11");
  // An unknown predicate is not true: the second segment does not run.
  EXPECT_EQ(combined("sum", {{"z", "2"}}), "");
}

const std::string kNamed = std::string(kSchema);

// A TransformationDictionary is computed of the fields as the model that reads it treats them (JPMML-Evaluator 1.7.7 does so too).
TEST(Mining, DerivedFieldsFollowTheTreatmentOfTheSegment) {
  const std::string dictionary =
      "<TransformationDictionary><DerivedField name=\"square\" optype=\"continuous\" dataType=\"double\"><Apply function=\"*\"><FieldRef "
      "field=\"x\"/><FieldRef field=\"x\"/></Apply></DerivedField><DerivedField name=\"cube\" optype=\"continuous\" dataType=\"double\"><Apply "
      "function=\"*\"><FieldRef field=\"square\"/><FieldRef field=\"x\"/></Apply></DerivedField></TransformationDictionary>";
  const auto schema = [](const std::string& x) { return "<MiningSchema><MiningField name=\"x\"" + x + "/></MiningSchema>"; };
  const std::string three = " missingValueReplacement=\"3\"";
  const std::string segments = segment("<True/>", line("0", "cube", "1", "", schema(three))) + segment("<True/>", line("0", "square", "100", "", schema(" missingValueReplacement=\"1\""))) +
                               segment("<True/>", line("0", "square", "10000", "", "<MiningSchema><MiningField name=\"x\"" + three + "/><MiningField name=\"square\" missingValueReplacement=\"5\"/></MiningSchema>"));
  Scoring s(document(kFields, "<MiningModel functionName=\"regression\">" + std::string(kSchema) + "<Segmentation multipleModelMethod=\"sum\">" + segments +
                                  "</Segmentation></MiningModel>", dictionary));
  ASSERT_TRUE(s.ok()) << s.messages();
  EXPECT_EQ(s.score({{"x", "2"}}, "y"), "40408");  // 8 + 400 + 40000
  EXPECT_EQ(s.score({}, "y"), "50127");            // 27 + 100, and the third takes the outer field, which is missing
}

// As with selectFirst: the entity of a MiningModel is the segment whose result it shows. JPMML-Evaluator 1.7.7 gives the same.
TEST(Mining, TheEntityOfAChainIsItsLastSegment) {
  const std::string output = "<Output><OutputField name=\"e\" feature=\"entityId\"/><OutputField name=\"w\" feature=\"warning\" dataType=\"string\" optype=\"categorical\"/></Output>";
  Scoring s(mining("multipleModelMethod=\"modelChain\"",
                   segment("<True/>", line("0", "x", "1"), "id=\"first\"") +
                       segment("<SimplePredicate field=\"z\" operator=\"greaterThan\" value=\"0\"/>", line("1", "x", "1"), "id=\"second\""),
                   output));
  ASSERT_TRUE(s.ok()) << s.messages();
  EXPECT_EQ(s.score({{"x", "1"}, {"z", "1"}}, "e"), "second");
  EXPECT_EQ(s.score({{"x", "1"}, {"z", "0"}}, "e"), "first");
  EXPECT_EQ(s.score({{"z", "1"}}, "e"), "");
  EXPECT_EQ(s.score({{"x", "1"}}, "w"), "");
  EXPECT_NE(s.messages().find("the column 'w' stays empty"), std::string::npos);
}

// As jpmml-xgboost writes a booster none of whose trees has a split: they are in rescaleConstant. XGBoost 1.7.6 predicts the float 0.5362541, by
// count:poisson. JPMML-Evaluator ends each row; other methods make nothing of nothing.
TEST(Mining, ASumOfNoSegments) {
  const auto chain = [](const std::string& method) {
    return mining("multipleModelMethod=\"modelChain\"",
                  segment("<True/>", "<MiningModel functionName=\"regression\" x-mathContext=\"float\"><MiningSchema><MiningField name=\"x\"/></MiningSchema><Output><OutputField name=\"m\" "
                                     "optype=\"continuous\" dataType=\"float\" feature=\"predictedValue\"/></Output><Targets><Target rescaleConstant=\"-0.6231472\"/></Targets><Segmentation "
                                     "multipleModelMethod=\"" + method + "\"/></MiningModel>") +
                      segment("<True/>", "<RegressionModel functionName=\"regression\" normalizationMethod=\"exp\" x-mathContext=\"float\"><MiningSchema><MiningField name=\"m\"/></MiningSchema>"
                                         "<Output><OutputField name=\"p\" optype=\"continuous\" dataType=\"float\" feature=\"predictedValue\"/></Output><RegressionTable intercept=\"0\">"
                                         "<NumericPredictor name=\"m\" coefficient=\"1\"/></RegressionTable></RegressionModel>"));
  };
  Scoring s(chain("sum"));
  EXPECT_EQ(s.score({{"x", "1"}}, "p"), "0.5362541079521179") << s.messages();
  EXPECT_NE(s.messages().find("has no Segment: the sum is 0"), std::string::npos);
  EXPECT_NE(Scoring(chain("sum"), true).messages().find("needs an element 'Segment'"), std::string::npos);
  EXPECT_NE(Scoring(chain("average")).messages().find("needs an element 'Segment'"), std::string::npos);
}

// As sklearn2pmml writes EstimatorChain, whose steps have one OutputField each of a name: the last step that applies gives it, as the result.
TEST(Mining, AnOutputFieldOfSeveralStepsIsThatOfTheLastThatRan) {
  const std::string output = "<Output><OutputField name=\"p\" optype=\"continuous\" dataType=\"double\" feature=\"predictedValue\"/></Output>";
  const auto chain = [&](const std::string& more) {
    return mining("multipleModelMethod=\"modelChain\"",
                  segment("<True/>", line("0", "x", "1", output)) +
                      segment("<SimplePredicate field=\"z\" operator=\"greaterThan\" value=\"0\"/>", line("10", "x", "1", output)) + more);
  };
  Scoring s(chain(""));
  ASSERT_TRUE(s.ok()) << s.messages();
  EXPECT_EQ(s.score({{"x", "1"}, {"z", "1"}}), (Row{{"y", ""}, {"_target", "11"}, {"p", "11"}}));
  EXPECT_EQ(s.score({{"x", "1"}, {"z", "0"}}), (Row{{"y", ""}, {"_target", "1"}, {"p", "1"}}));
  EXPECT_EQ(s.score({{"z", "1"}}, "p"), "");  // it ran
  // JPMML-Evaluator shows what the last segment that ran declares, so nothing here.
  Scoring jpmml(chain(segment("<SimplePredicate field=\"z\" operator=\"greaterThan\" value=\"5\"/>", line("0", "x", "2"))), true);
  EXPECT_EQ(jpmml.score({{"x", "1"}, {"z", "0"}}, "p"), "1");
  EXPECT_EQ(jpmml.score({{"x", "1"}, {"z", "1"}}, "p"), "11");
  EXPECT_EQ(jpmml.score({{"x", "1"}, {"z", "6"}}, "p"), "");
}

// Each target has its column; an OutputField that names none shows the result of the segment that ran last.
TEST(Mining, ChainsOfSeveralTargets) {
  const std::string fields = std::string(kFields) + "<DataField name=\"c\" optype=\"categorical\" dataType=\"integer\"><Value value=\"0\"/><Value value=\"1\"/></DataField><DataField "
                             "name=\"d\" optype=\"categorical\" dataType=\"integer\"><Value value=\"0\"/><Value value=\"1\"/></DataField>";
  const auto tree = [](const std::string& target, const std::string& score) {
    return "<TreeModel functionName=\"classification\"><MiningSchema><MiningField name=\"" + target + "\" usageType=\"target\"/></MiningSchema><Node score=\"" + score +
           "\"><True/></Node></TreeModel>";
  };
  const auto chain = [&](const std::string& output) {
    return document(fields, "<MiningModel functionName=\"classification\"><MiningSchema><MiningField name=\"x\"/><MiningField name=\"c\" usageType=\"target\"/><MiningField name=\"d\" "
                            "usageType=\"target\"/></MiningSchema><Output><OutputField name=\"p\" optype=\"categorical\" dataType=\"integer\" feature=\"predictedValue\"" + output +
                            "/></Output><Segmentation multipleModelMethod=\"modelChain\">" +
                            segment("<SimplePredicate field=\"x\" operator=\"lessThan\" value=\"0\"/>", tree("c", "0")) +
                            segment("<SimplePredicate field=\"x\" operator=\"greaterOrEqual\" value=\"0\"/>", tree("d", "1")) + "</Segmentation></MiningModel>");
  };
  Scoring s(chain(""));
  ASSERT_TRUE(s.ok()) << s.messages();
  const auto row = [&](const Row& given) { return s.score(given, "c") + "|" + s.score(given, "d") + "|" + s.score(given, "p"); };
  EXPECT_EQ(row({{"x", "-1"}}), "0||0");  // JPMML-Evaluator 1.7.7 gives the same for these two
  EXPECT_EQ(row({{"x", "1"}}), "|1|1");
  EXPECT_EQ(row({}), "||");
  EXPECT_FALSE(Scoring(chain(" targetField=\"c\"")).ok());
}

TEST(Mining, VotesAreForClassification) {
  const std::string tree = "<TreeModel functionName=\"regression\">" + std::string(kInner) + "<Node score=\"1\"><True/></Node></TreeModel>";
  Scoring s(mining("multipleModelMethod=\"majorityVote\"", segment("<True/>", tree) + segment("<True/>", tree)));
  EXPECT_NE(s.messages().find("votes are for classification"), std::string::npos) << s.messages();
}

TEST(Mining, AResidualNeedsProbabilities) {
  Scoring s(document("<DataField name=\"x\" optype=\"continuous\" dataType=\"double\"/><DataField name=\"c\" optype=\"categorical\" dataType=\"string\"/>",
                     "<TreeModel functionName=\"classification\"><MiningSchema><MiningField name=\"x\"/><MiningField name=\"c\" usageType=\"target\"/></MiningSchema>"
                     "<Output><OutputField name=\"r\" feature=\"residual\" value=\"a\"/></Output><Node score=\"a\"><True/></Node></TreeModel>"));
  EXPECT_NE(s.messages().find("output feature 'residual' of this model is not supported"), std::string::npos) << s.messages();
}

TEST(Mining, SelectFirst) {
  const std::string segments =
      segment("<SimplePredicate field=\"x\" operator=\"greaterThan\" value=\"0\"/>", line("0", "z", "1", "", kNamed)) +
      segment("<True/>", line("100", "x", "1", "", kNamed));
  Scoring plain(mining("multipleModelMethod=\"selectFirst\"", segments));
  EXPECT_EQ(plain.score({{"x", "1"}, {"z", "5"}}, "y"), "5");
  EXPECT_EQ(plain.score({{"x", "-1"}, {"z", "5"}}, "y"), "99");
  EXPECT_EQ(plain.score({{"x", "1"}}, "y"), "");
  Scoring skip(mining("multipleModelMethod=\"selectFirst\" missingPredictionTreatment=\"skipSegment\"", segments));
  EXPECT_EQ(skip.score({{"x", "1"}}, "y"), "101");
}

// Segments behind the first whose predicate is true do not run, as in JPMML: what is asked of them is missing.
TEST(Mining, SelectFirstShowsTheSegmentThatIsTaken) {
  const std::string own = "<Output><OutputField name=\"a\" feature=\"predictedValue\"/></Output>", other = "<Output><OutputField name=\"b\" feature=\"predictedValue\"/></Output>";
  const std::string segments = segment("<SimplePredicate field=\"x\" operator=\"greaterThan\" value=\"0\"/>", line("0", "z", "1", own, kNamed), "id=\"one\"") +
                               segment("<SimplePredicate field=\"x\" operator=\"greaterThan\" value=\"-5\"/>", line("100", "x", "1", other, kNamed), "id=\"two\"") +
                               segment("<True/>", line("200", "x", "1", own, kNamed), "id=\"three\"");
  Scoring s(mining("multipleModelMethod=\"selectFirst\"", segments,
                   "<Output><OutputField name=\"two\" segmentId=\"two\"/><OutputField name=\"b2\" feature=\"transformedValue\" segmentId=\"two\" value=\"b\"/></Output>"));
  ASSERT_TRUE(s.ok()) << s.messages();
  EXPECT_EQ(s.score({{"x", "1"}, {"z", "5"}}), (Row{{"y", "5"}, {"a", "5"}, {"b", ""}, {"two", ""}, {"b2", ""}}));
  EXPECT_EQ(s.score({{"x", "-1"}, {"z", "5"}}), (Row{{"y", "99"}, {"a", ""}, {"b", "99"}, {"two", "99"}, {"b2", "99"}}));
  EXPECT_EQ(s.score({{"x", "-9"}, {"z", "5"}}), (Row{{"y", "191"}, {"a", "191"}, {"b", ""}, {"two", ""}, {"b2", ""}}));
}

TEST(Mining, SegmentsWithOutputsOfTheirOwnCostTheSameEach) {
  const auto nodes = [](int count) {
    std::string segments;
    for (int i = 0; i < count; ++i) {
      const std::string n = std::to_string(i), output = "<Output><OutputField name=\"o" + n + "\" feature=\"predictedValue\"/></Output>";
      segments += segment("<SimplePredicate field=\"x\" operator=\"lessThan\" value=\"" + n + "\"/>", line(n, "z", "1", output, kNamed));
    }
    Scoring s(mining("multipleModelMethod=\"selectFirst\"", segments));
    EXPECT_EQ(s.score({{"x", "5.5"}, {"z", "0"}}, "o6"), "6");
    EXPECT_EQ(s.score({{"x", "5.5"}, {"z", "0"}}, "o7"), "");
    return s.pipeline().nodes.size();
  };
  const size_t few = nodes(20), more = nodes(40), most = nodes(80);
  EXPECT_EQ(most - more, 2 * (more - few));
}

std::string chain(const std::string& treatment) {
  const std::string a =
      "<Output><OutputField name=\"a\" feature=\"predictedValue\"/><OutputField name=\"hidden\" "
      "isFinalResult=\"false\"/></Output>";
  const std::string schemaB =
      "<MiningSchema><MiningField name=\"y\" usageType=\"target\"/><MiningField name=\"a\"/></MiningSchema>";
  return mining("multipleModelMethod=\"modelChain\" " + treatment,
                segment("<True/>", line("1", "x", "2", a), "id=\"first\"") +
                    segment("<SimplePredicate field=\"a\" operator=\"greaterThan\" value=\"3\"/>",
                            line("0", "a", "10", "", schemaB), "id=\"second\""),
                "<Output><OutputField name=\"inner\" segmentId=\"first\"/><OutputField name=\"last\" "
                "segmentId=\"second\"/></Output>");
}

TEST(Mining, ChainsReadOutputsOfEarlierSegments) {
  Scoring s(chain(""));
  ASSERT_TRUE(s.ok()) << s.messages();
  EXPECT_EQ(s.outputs(), (std::vector<std::string>{"y", "inner", "last", "a"}));
  Row row = s.score({{"x", "2"}});  // a = 5, y = 50
  EXPECT_EQ(row["y"], "50");
  EXPECT_EQ(row["a"], "5");
  EXPECT_EQ(row["inner"], "5");
  EXPECT_EQ(row["last"], "50");
  row = s.score({{"x", "1"}});  // a = 3: the second does not run, and the first does not predict y
  EXPECT_EQ(row["y"], "");
  EXPECT_EQ(row["inner"], "3");
  EXPECT_EQ(row["last"], "");
  EXPECT_FALSE(Scoring(chain("missingPredictionTreatment=\"skipSegment\"")).ok());
}

// ---- trees in one forest

std::string stump(const std::string& field, const std::string& low, const std::string& high,
                  const std::string& attributes = "") {
  const auto leaf = [&](const std::string& op, const std::string& score) {
    return "<Node score=\"" + score + "\"><SimplePredicate field=\"" + field + "\" operator=\"" + op +
           "\" value=\"0\"/></Node>";
  };
  return "<TreeModel functionName=\"regression\" " + attributes + ">" + kInner + "<Node><True/>" +
         leaf("lessOrEqual", low) + leaf("greaterThan", high) + "</Node></TreeModel>";
}

size_t forests(const ir::Pipeline& pipeline) {
  size_t count = 0;
  for (const ir::Node& node : pipeline.nodes) count += node.op->to<ir::ForestNode>() != nullptr;
  return count;
}

std::string forestOf(const std::string& method, const std::string& more = "") {
  return mining("multipleModelMethod=\"" + method + "\" " + more,
                segment("<True/>", stump("x", "1", "2"), "weight=\"2\"") +
                    segment("<True/>", stump("z", "10", "20"), "weight=\"0.5\"") +
                    segment("<True/>", stump("x", "100", "300"), "weight=\"1.5\""));
}

TEST(Mining, WhatSaysTwoThingsIsRefused) {
  const std::string twice = segment("<True/>", line("0", "x", "1"), "id=\"a\"") + segment("<True/>", line("0", "x", "1"), "id=\"a\"");
  EXPECT_NE(Scoring(mining("multipleModelMethod=\"sum\"", twice)).messages().find("a second Segment of this id"), std::string::npos);
  std::string segmentations = mining("multipleModelMethod=\"sum\"", segment("<True/>", line("0", "x", "1")));
  const size_t at = segmentations.find("<Segmentation"), end = segmentations.find("</MiningModel>");
  segmentations.insert(end, segmentations.substr(at, end - at));
  EXPECT_NE(Scoring(segmentations).messages().find("a second Segmentation in one model"), std::string::npos);
  EXPECT_NE(Scoring(mining("multipleModelMethod=\"sum\" missingThreshold=\"7\"", kThree)).messages().find("not between 0 and 1"), std::string::npos);
  const std::string target = "<Target field=\"y\" rescaleFactor=\"2\"/>";
  const std::string model = "<RegressionModel functionName=\"regression\">" + std::string(kSchema) + "<Targets>" + target + target + "</Targets><RegressionTable intercept=\"1\"/></RegressionModel>";
  EXPECT_NE(Scoring(document(kFields, model)).messages().find("a second Target of this field"), std::string::npos);
}

TEST(Mining, TreesBecomeOneForest) {
  const Row row{{"x", "1"}, {"z", "-1"}};  // leaves 2, 10, 300
  const std::map<std::string, std::string> expected = {{"sum", "312"},
                                                       {"average", "104"},
                                                       {"weightedSum", "459"} /* 4 + 5 + 450 */,
                                                       {"weightedAverage", "114.75"} /* 459 / 4 */,
                                                       {"max", "300"},
                                                       {"median", "10"},
                                                       {"weightedMedian", "2"} /* 2 of 4 is half */};
  for (const auto& [method, value] : expected) {
    Scoring s(forestOf(method));
    ASSERT_TRUE(s.ok()) << s.messages();
    EXPECT_EQ(forests(s.pipeline()), 1u) << method;
    EXPECT_EQ(s.score(row, "y"), value) << method;
    EXPECT_EQ(s.score({{"x", "1"}}, "y"), "") << method;  // the tree on z has no prediction
  }
  Scoring skip(forestOf("sum", "missingPredictionTreatment=\"skipSegment\""));
  EXPECT_EQ(forests(skip.pipeline()), 1u);
  EXPECT_EQ(skip.score({{"x", "1"}}, "y"), "302");
}

TEST(Mining, FloatForestsAddFloats) {
  // 16777216 + 1 + 1 in floats stays 16777216, since 16777217 is no float.
  const std::string trees = segment("<True/>", stump("x", "0", "16777216", "x-mathContext=\"float\"")) +
                            segment("<True/>", stump("x", "0", "1", "x-mathContext=\"float\"")) +
                            segment("<True/>", stump("x", "0", "1", "x-mathContext=\"float\""));
  const auto model = [&](const std::string& context) {
    return document(kFields, "<MiningModel functionName=\"regression\" x-mathContext=\"" + context + "\">" + kSchema +
                                 "<Segmentation multipleModelMethod=\"sum\">" + trees +
                                 "</Segmentation></MiningModel>");
  };
  EXPECT_EQ(Scoring(model("float")).score({{"x", "1"}}, "y"), "16777216");
  EXPECT_EQ(Scoring(model("double")).score({{"x", "1"}}, "y"), "16777218");
}

// ---- classification

const char* kClassFields =
    "<DataField name=\"y\" optype=\"categorical\" dataType=\"integer\"><Value value=\"0\"/><Value "
    "value=\"1\"/></DataField>"
    "<DataField name=\"x\" optype=\"continuous\" dataType=\"double\"/><DataField name=\"z\" optype=\"continuous\" "
    "dataType=\"double\"/>";

// A class tree whose only inner schema is anonymous: its labels are typed by the outer target.
std::string classTree(const std::string& field, const std::string& low, const std::string& high, int ones) {
  const auto leaf = [&](const std::string& op, const std::string& score, int one) {
    return "<Node score=\"" + score + "\"><SimplePredicate field=\"" + field + "\" operator=\"" + op +
           "\" value=\"0\"/><ScoreDistribution value=\"0\" recordCount=\"" + std::to_string(4 - one) +
           "\"/><ScoreDistribution value=\"1\" recordCount=\"" + std::to_string(one) + "\"/></Node>";
  };
  return "<TreeModel functionName=\"classification\">" + std::string(kInner) + "<Node><True/>" +
         leaf("lessOrEqual", low, 4 - ones) + leaf("greaterThan", high, ones) + "</Node></TreeModel>";
}

std::string classForest(const std::string& method) {
  return document(kClassFields, "<MiningModel functionName=\"classification\">" + std::string(kSchema) +
                                    "<Output><OutputField name=\"p1\" feature=\"probability\" "
                                    "value=\"1\"/></Output><Segmentation multipleModelMethod=\"" +
                                    method + "\">" + segment("<True/>", classTree("x", "0", "1", 3), "weight=\"1\"") +
                                    segment("<True/>", classTree("z", "0", "1", 4), "weight=\"1\"") +
                                    segment("<True/>", classTree("z", "0", "1", 2), "weight=\"2\"") +
                                    "</Segmentation></MiningModel>");
}

// Votes go on without a missing one, unless too many are: one of three is over 0.3. As in JPMML-Evaluator.
TEST(Mining, MissingVotesUpToAThreshold) {
  const Row row{{"x", "1"}};  // the trees on z have no prediction
  const auto votes = [&](const std::string& more) {
    std::string text = document(kClassFields, "<MiningModel functionName=\"classification\">" + std::string(kSchema) + "<Segmentation multipleModelMethod=\"majorityVote\" " + more + ">" +
                                                  segment("<True/>", classTree("x", "0", "1", 3)) + segment("<True/>", classTree("x", "0", "1", 4)) +
                                                  segment("<True/>", classTree("z", "0", "1", 2)) + "</Segmentation></MiningModel>");
    return Scoring(text).score(row, "y");
  };
  EXPECT_EQ(votes(""), "1");
  EXPECT_EQ(votes("missingThreshold=\"0.4\""), "1");
  EXPECT_EQ(votes("missingThreshold=\"0.3\""), "");
  EXPECT_EQ(votes("missingPredictionTreatment=\"skipSegment\" missingThreshold=\"0.3\""), "");
}

TEST(Mining, ClassForests) {
  const Row row{{"x", "1"}, {"z", "-1"}};  // votes 1, 0, 0; probabilities of 1: 3/4, 0, 2/4
  Scoring vote(classForest("majorityVote"));
  ASSERT_TRUE(vote.ok()) << vote.messages();
  EXPECT_EQ(forests(vote.pipeline()), 1u);
  EXPECT_EQ(vote.score(row, "y"), "0");
  EXPECT_EQ(vote.score(row, "p1"), "0.3333333333333333");
  EXPECT_EQ(Scoring(classForest("weightedMajorityVote")).score(row, "p1"), "0.25");
  Scoring average(classForest("average"));
  EXPECT_EQ(forests(average.pipeline()), 1u);
  EXPECT_EQ(average.score(row, "p1"), "0.4166666666666667");  // 1.25 / 3
  EXPECT_EQ(average.score(row, "y"), "0");
  EXPECT_EQ(Scoring(classForest("weightedAverage")).score(row, "p1"), "0.4375");  // (0.75 + 0 + 1) / 4
  EXPECT_EQ(Scoring(classForest("max")).score(row, "p1"), "0");  // class 0 has the highest, 4/4, in the second tree
  EXPECT_FALSE(Scoring(classForest("sum")).ok());
}

// Two trees of constant distributions and one that runs where x > 0; classes a, b, c.
std::string medians(const std::string& p3) {
  const auto segment = [](const std::string& predicate, const std::string& a, const std::string& b,
                          const std::string& c) {
    return "<Segment>" + predicate +
           "<TreeModel functionName=\"classification\"><MiningSchema><MiningField name=\"x\"/></MiningSchema><Node "
           "score=\"a\"><True/><ScoreDistribution value=\"a\" probability=\"" +
           a + "\" recordCount=\"1\"/><ScoreDistribution value=\"b\" probability=\"" + b +
           "\" recordCount=\"1\"/><ScoreDistribution value=\"c\" probability=\"" + c +
           "\" recordCount=\"1\"/></Node></TreeModel></Segment>";
  };
  return document(
      "<DataField name=\"y\" optype=\"categorical\" dataType=\"string\"><Value value=\"a\"/><Value value=\"b\"/>"
      "<Value value=\"c\"/></DataField><DataField name=\"x\" optype=\"continuous\" dataType=\"double\"/>",
      "<MiningModel functionName=\"classification\"><MiningSchema><MiningField name=\"y\" usageType=\"target\"/>"
      "<MiningField name=\"x\"/></MiningSchema><Output><OutputField name=\"pb\" feature=\"probability\" "
      "value=\"b\"/></Output><Segmentation multipleModelMethod=\"median\">" +
          segment("<True/>", "0.25", "0.5", "0.25") + segment("<True/>", "0.5", "0.125", "0.375") +
          segment("<SimplePredicate field=\"x\" operator=\"greaterThan\" value=\"0\"/>", p3, "0.375", "0.125") +
          "</Segmentation></MiningModel>");
}

// Medians a 0.65, b 0.205, c 0.145: a wins, and both members are 0.34 away. As JPMML-Evaluator 1.7.7 rounds, the second one is nearer.
TEST(Mining, TheMedianOfTwoDistributions) {
  std::string text = medians("0.5");
  for (const auto& [from, to] : {std::pair{"\"0.25\"", "\"0.99\""}, {"\"0.5\"", "\"0.01\""}, {"\"0.25\"", "\"0\""}, {"\"0.5\"", "\"0.31\""}, {"\"0.125\"", "\"0.4\""}, {"\"0.375\"", "\"0.29\""}})
    text.replace(text.find(from), std::string(from).size(), to);
  for (const bool jpmml : {false, true}) EXPECT_EQ(Scoring(text, jpmml).score({}), (Row{{"y", "b"}, {"pb", "0.4"}}));
}

// JPMML-Evaluator 1.7.7 averages members that are equally near as well.
TEST(Mining, TheMedianOfDistributionsIsTheAverageOfTheMembersNearestToTheWinnersMedian) {
  Scoring s(medians("0.5"));
  // Medians a 0.5, b 0.375, c 0.25: a wins; the second and the third member have 0.5 of a.
  EXPECT_EQ(s.score({{"x", "1"}}), (Row{{"y", "a"}, {"pb", "0.25"}}));
  // Of two members a 0.375, b 0.3125, c 0.3125: a wins; both are 0.125 away.
  EXPECT_EQ(s.score({{"x", "-1"}}), (Row{{"y", "a"}, {"pb", "0.3125"}}));
  // a 0.4375 of the third member is nothing else's: medians a 0.4375, b 0.375, c 0.25.
  EXPECT_EQ(Scoring(medians("0.4375")).score({{"x", "1"}}), (Row{{"y", "a"}, {"pb", "0.375"}}));
}

TEST(Mining, TheMaximumOfDistributionsIsTheAverageOfThoseThatHaveIt) {
  std::string text = medians("0.5");
  text.replace(text.find("\"median\""), 8, "\"max\"");
  // a and b have 0.5: a stands first. The second and the third member have 0.5 of a.
  EXPECT_EQ(Scoring(text).score({{"x", "1"}}), (Row{{"y", "a"}, {"pb", "0.25"}}));
  EXPECT_EQ(Scoring(text).score({{"x", "-1"}}), (Row{{"y", "a"}, {"pb", "0.125"}}));
  // JPMML-Evaluator 1.7.7 averages, too.
  EXPECT_EQ(Scoring(text, true).score({{"x", "1"}}), (Row{{"y", "a"}, {"pb", "0.25"}}));
}

// Votes of clusterings: the cluster that wins is the entity.
TEST(Mining, VotesOfClusterings) {
  const auto clusters = [](const std::string& weight, const std::string& a, const std::string& b) {
    return "<Segment weight=\"" + weight + "\"><True/><ClusteringModel functionName=\"clustering\" modelClass=\"centerBased\" numberOfClusters=\"2\">"
           "<MiningSchema><MiningField name=\"x\"/></MiningSchema><ComparisonMeasure kind=\"distance\"><squaredEuclidean/></ComparisonMeasure>"
           "<ClusteringField field=\"x\"/><Cluster id=\"A\"><Array n=\"1\" type=\"real\">" + a + "</Array></Cluster><Cluster id=\"B\"><Array n=\"1\" "
           "type=\"real\">" + b + "</Array></Cluster></ClusteringModel></Segment>";
  };
  const auto votes = [&](const std::string& method) {
    return document("<DataField name=\"x\" optype=\"continuous\" dataType=\"double\"/>",
                    "<MiningModel functionName=\"clustering\"><MiningSchema><MiningField name=\"x\"/></MiningSchema><Output><OutputField "
                    "name=\"c\" feature=\"clusterId\"/><OutputField name=\"e\" feature=\"entityId\"/></Output><Segmentation multipleModelMethod=\"" + method + "\">" +
                        clusters("1", "0", "10") + clusters("1", "2", "4") + clusters("3", "1", "3") + "</Segmentation></MiningModel>");
  };
  // 2.6 is nearer to 0, to 2, to 3: A, A, B.
  EXPECT_EQ(Scoring(votes("majorityVote")).score({{"x", "2.6"}}), (Row{{"_target", "A"}, {"c", "A"}, {"e", "A"}}));
  EXPECT_EQ(Scoring(votes("weightedMajorityVote")).score({{"x", "2.6"}}), (Row{{"_target", "B"}, {"c", "B"}, {"e", "B"}}));
}

TEST(Mining, SelectAllShowsSegmentsOneByOne) {
  const auto selectAll = [](const std::string& output) {
    const auto segment = [](const std::string& id, const std::string& intercept, const std::string& predicate) {
      return "<Segment id=\"" + id + "\">" + predicate +
             "<RegressionModel functionName=\"regression\"><MiningSchema><MiningField name=\"x\"/></MiningSchema>"
             "<RegressionTable intercept=\"" +
             intercept + "\"/></RegressionModel></Segment>";
    };
    return document(
        "<DataField name=\"y\" optype=\"continuous\" dataType=\"double\"/><DataField name=\"x\" "
        "optype=\"continuous\" dataType=\"double\"/>",
        "<MiningModel functionName=\"regression\"><MiningSchema><MiningField name=\"y\" "
        "usageType=\"target\"/><MiningField name=\"x\"/></MiningSchema>" +
            output + "<Segmentation multipleModelMethod=\"selectAll\">" + segment("one", "1", "<True/>") +
            segment("two", "2", "<SimplePredicate field=\"x\" operator=\"greaterThan\" value=\"0\"/>") +
            "</Segmentation></MiningModel>");
  };
  Scoring s(
      selectAll("<Output><OutputField name=\"first\" segmentId=\"one\"/><OutputField name=\"second\" "
                "segmentId=\"two\"/></Output>"));
  EXPECT_EQ(s.score({{"x", "1"}}), (Row{{"first", "1"}, {"second", "2"}}));
  EXPECT_EQ(s.score({{"x", "0"}}), (Row{{"first", "1"}, {"second", ""}}));
  EXPECT_NE(Scoring(selectAll("")).messages().find("selectAll"), std::string::npos);
  EXPECT_NE(Scoring(selectAll("<Output><OutputField name=\"p\" feature=\"predictedValue\"/></Output>")).messages().find("name the one that is meant with segmentId"), std::string::npos);
}

TEST(Mining, FloatSumsBeginWithTheTargetsConstant) {
  // 16777216 + 1 + 1 from the left is 16777216 in floats; a base score at the end would give 16777218. Negated: the same.
  const auto model = [&](const std::string& target, const std::string& attributes = "") {
    const std::string one = segment("<True/>", stump("x", "0", "1", "x-mathContext=\"float\""));
    return document(kFields, "<MiningModel functionName=\"regression\" x-mathContext=\"float\">" + std::string(kSchema) +
                                 "<Targets><Target field=\"y\" " + target +
                                 "/></Targets><Segmentation multipleModelMethod=\"sum\"" + attributes + ">" + one + one +
                                 "</Segmentation></MiningModel>");
  };
  EXPECT_EQ(Scoring(model("rescaleConstant=\"16777216\"")).score({{"x", "1"}}, "y"), "16777216");
  EXPECT_EQ(Scoring(model("rescaleConstant=\"-16777216\" rescaleFactor=\"-1\"")).score({{"x", "1"}}, "y"), "-16777216");
  // Clamped before the constant is added: the order of the document.
  EXPECT_EQ(Scoring(model("rescaleConstant=\"16777216\" max=\"5\"")).score({{"x", "1"}}, "y"), "16777218");
}

TEST(Mining, TreesWithTheirOwnFieldsBecomeOneForest) {
  std::string tree = stump("twice", "1", "2");
  const std::string fields =
      "<LocalTransformations><DerivedField name=\"twice\" optype=\"continuous\" dataType=\"double\"><Apply "
      "function=\"*\"><FieldRef field=\"x\"/><Constant dataType=\"double\">2</Constant></Apply></DerivedField>"
      "</LocalTransformations>";
  tree.insert(tree.find("<Node>"), fields);
  Scoring s(mining("multipleModelMethod=\"sum\"", segment("<True/>", tree) + segment("<True/>", stump("x", "10", "20"))));
  EXPECT_EQ(forests(s.pipeline()), 1u);
  EXPECT_EQ(s.score({{"x", "1"}}, "y"), "22");
  EXPECT_EQ(s.score({{"x", "-1"}}, "y"), "11");
}

TEST(Mining, TheEntityOfSelectFirstIsItsSegment) {
  Scoring s(mining("multipleModelMethod=\"selectFirst\"",
                   segment("<SimplePredicate field=\"x\" operator=\"greaterThan\" value=\"0\"/>", line("0", "x", "1"),
                           "id=\"positive\"") +
                       segment("<SimplePredicate field=\"x\" operator=\"lessThan\" value=\"0\"/>", line("0", "x", "2")),
                   "<Output><OutputField name=\"s\" feature=\"entityId\"/></Output>"));
  EXPECT_EQ(s.score({{"x", "1"}}, "s"), "positive");
  EXPECT_EQ(s.score({{"x", "-1"}}, "s"), "2");  // without an id: its number
  EXPECT_EQ(s.score({{"x", "0"}}, "s"), "");
}

TEST(Mining, AVariableWeightMayBeAnOutputOfItsSegment) {
  const std::string weight =
      "<Output><OutputField name=\"w\" feature=\"transformedValue\" dataType=\"double\" optype=\"continuous\"><FieldRef "
      "field=\"z\"/></OutputField></Output>";
  std::string weighed = segment("<True/>", line("0", "x", "1", weight));
  weighed.insert(weighed.find("</Segment>"), "<VariableWeight field=\"w\"/>");
  Scoring s(mining("multipleModelMethod=\"weightedAverage\"", weighed + segment("<True/>", line("10", "x", "0"), "weight=\"1\"")));
  EXPECT_EQ(s.score({{"x", "2"}, {"z", "3"}}, "y"), "4");  // (3 * 2 + 10) / 4
  EXPECT_EQ(s.score({{"x", "2"}}, "y"), "");
}

TEST(Mining, ClassesInsideARegressionAreStrings) {
  const std::string classes =
      "<TreeModel functionName=\"classification\"><MiningSchema><MiningField name=\"x\"/></MiningSchema><Output>"
      "<OutputField name=\"kind\" feature=\"predictedValue\" dataType=\"string\" optype=\"categorical\"/></Output>"
      "<Node><True/><Node score=\"small\"><SimplePredicate field=\"x\" operator=\"lessThan\" value=\"5\"/></Node>"
      "<Node score=\"large\"><True/></Node></Node></TreeModel>";
  const std::string large = "<SimplePredicate field=\"kind\" operator=\"equal\" value=\"large\"/>";
  Scoring s(mining("multipleModelMethod=\"modelChain\"",
                   segment("<True/>", classes) + segment("<True/>", line("0", "x", "1")) + segment(large, line("100", "x", "1")),
                   "<Output><OutputField name=\"p\" feature=\"predictedValue\"/></Output>"));
  EXPECT_EQ(s.score({{"x", "1"}}, "kind"), "small");
  EXPECT_EQ(s.score({{"x", "7"}}, "p"), "107");
}

// By the text and in JPMML-Evaluator 1.7.7: what is no class equals none of them.
TEST(Mining, AClassIsComparedWithWhatIsNone) {
  const std::string compared = R"(<OutputField name="p" feature="predictedValue" dataType="string" optype="categorical"/>
<OutputField name="other" feature="transformedValue" dataType="boolean" optype="categorical"><Apply function="equal"><FieldRef field="p"/><Constant>none</Constant></Apply></OutputField>
<OutputField name="one" feature="transformedValue" dataType="boolean" optype="categorical"><Apply function="isIn"><FieldRef field="p"/><Constant>none</Constant><Constant>a</Constant></Apply></OutputField>)";
  std::string text = medians("0.5");
  text.insert(text.find("<OutputField"), compared);
  for (const char* method : {"median", "average", "majorityVote", "selectFirst"}) {
    std::string one = text;
    one.replace(one.find("\"median\""), 8, "\"" + std::string(method) + "\"");
    for (const bool jpmml : {false, true}) {
      Scoring s(one, jpmml);
      ASSERT_TRUE(s.ok()) << s.messages();
      const Row result = s.score({{"x", "1"}});
      EXPECT_EQ(result.at("other"), "false") << method;
      EXPECT_EQ(result.at("one"), result.at("p") == "a" ? "true" : "false") << method;
    }
  }
}

TEST(Mining, TreesOfAnotherFunctionAreNotMerged) {
  std::string other = stump("x", "1", "2");
  other.replace(other.find("\"regression\""), 12, "\"clustering\"");
  Scoring s(mining("multipleModelMethod=\"sum\"", segment("<True/>", stump("x", "1", "2")) + segment("<True/>", other)));
  EXPECT_FALSE(s.ok());
  EXPECT_NE(s.messages().find("functionName"), std::string::npos) << s.messages();
}

}  // namespace
}  // namespace kiln::test

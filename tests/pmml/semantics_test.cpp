// What --semantics=jpmml does otherwise: one test for each row of docs/semantics.md. Values under jpmml are JPMML-Evaluator
// 1.7.7's for these documents or ones like them; the others follow the text of PMML 4.4.
#include "tests/pmml/scoring.h"

namespace kiln::test {
namespace {

std::string field(const std::string& name, const std::string& dataType, const std::string& optype = "continuous") {
  return "<DataField name=\"" + name + "\" optype=\"" + optype + "\" dataType=\"" + dataType + "\"/>";
}
const std::string kFields = field("a", "double") + field("b", "double") + field("i", "integer") + field("j", "integer") +
                            field("d", "date", "ordinal") + field("s", "string", "categorical") +
                            field("t", "boolean", "categorical") + field("y", "double");
const std::string kSchema =
    "<MiningSchema><MiningField name=\"a\"/><MiningField name=\"b\"/><MiningField name=\"i\"/><MiningField name=\"j\"/>"
    "<MiningField name=\"d\"/><MiningField name=\"s\"/><MiningField name=\"t\"/>"
    "<MiningField name=\"y\" usageType=\"target\"/></MiningSchema>";

// The value of an expression as the OutputField "r"; "!" where the row ends.
std::string value(bool jpmml, const std::string& expression, const Row& row, const std::string& dataType = "string") {
  Scoring scoring(document(kFields, "<RegressionModel functionName=\"regression\">" + kSchema +
                                        "<Output><OutputField name=\"r\" feature=\"transformedValue\" optype=\"categorical\" "
                                        "dataType=\"" + dataType + "\">" + expression +
                                        "</OutputField></Output><RegressionTable intercept=\"1\"/></RegressionModel>"),
                  jpmml);
  return scoring.score(row, "r");
}
std::string applied(const std::string& function, const std::string& arguments) {
  return "<Apply function=\"" + function + "\">" + arguments + "</Apply>";
}
std::string ref(const std::string& name) { return "<FieldRef field=\"" + name + "\"/>"; }
std::string constant(const std::string& text, const std::string& dataType) {
  return "<Constant dataType=\"" + dataType + "\">" + text + "</Constant>";
}

struct Difference {
  std::string expression;
  Row row;
  std::string spec, jpmml;
};
void expect(const std::vector<Difference>& differences) {
  for (const Difference& d : differences) {
    EXPECT_EQ(value(false, d.expression, d.row), d.spec) << d.expression;
    EXPECT_EQ(value(true, d.expression, d.row), d.jpmml) << d.expression;
  }
}

TEST(Semantics, MissingArguments) {
  const Row row{{"b", "1"}, {"t", "true"}};
  expect({{applied("greaterThan", ref("a") + ref("b")), row, "", "!"},
          {applied("exp", ref("a")), row, "", "!"},
          {applied("uppercase", ref("s")), row, "", "!"},
          {applied("dateDaysSinceYear", ref("d") + constant("1970", "integer")), row, "", "!"},
          {applied("+", ref("a") + ref("b")), row, "", ""},
          {applied("isMissing", ref("a")), row, "true", "true"}});
}

TEST(Semantics, LogicWithAMissingOperand) {
  const std::string known = ref("t"), unknown = applied("greaterThan", ref("b") + constant("0", "double"));
  expect({{applied("or", known + "<Constant dataType=\"boolean\" missing=\"true\"/>"), {{"t", "true"}}, "true", "!"},
          {applied("and", known + "<Constant dataType=\"boolean\" missing=\"true\"/>"), {{"t", "true"}}, "", "!"}});
}

TEST(Semantics, IntegersOf32Bits) {
  const Row large{{"i", "2147483647"}, {"j", "2"}};
  expect({{applied("+", ref("i") + ref("j")), large, "2147483649", "!"},
          {applied("*", ref("i") + ref("j")), large, "4294967294", "!"},
          {applied("sum", ref("i") + ref("j") + ref("j")), large, "2147483651", "!"},
          {applied("-", ref("i") + ref("j")), large, "2147483645", "2147483645"},
          {applied("floor", ref("a")), {{"a", "1e10"}}, "10000000000", "!"},
          {applied("dateSecondsSinceYear", ref("d") + constant("1970", "integer")), {{"d", "2038-01-20"}}, "2147558400", "!"},
          {constant("12345678901", "integer"), {}, "12345678901", "!"},
          {ref("i"), {{"i", "2147483648"}}, "2147483648", "!"},
          {ref("i"), {{"i", "-2147483648"}}, "-2147483648", "-2147483648"}});
}

TEST(Semantics, IntegerPower) {
  const std::string power = applied("pow", ref("i") + ref("j"));
  expect({{power, {{"i", "2"}, {"j", "-1"}}, "0.5", "!"}, {power, {{"i", "2"}, {"j", "3"}}, "8.0", "8"}});
}

TEST(Semantics, Patterns) {
  const auto number = [](const std::string& pattern) {
    return applied("formatNumber", ref("a") + constant(pattern, "string"));
  };
  expect({{number("%.2f"), {{"a", "1.005"}}, "1.00", "1.01"},
          {number("%.2f"), {{"a", "0.125"}}, "0.12", "0.13"},
          {number("%3d"), {{"a", "7"}}, "  7", "!"},
          {applied("formatDatetime", ref("d") + constant("%b %e", "string")), {{"d", "2023-12-05"}}, "Dec  5", "Dec 5"},
          {applied("formatDatetime", constant("2023-12-05T12:30:00", "dateTime") + constant("%I %p", "string")), {}, "12 PM", "12 pm"}});
}

// ---- models

std::string regression(const std::string& output = "", const std::string& name = "a", const std::string& schema = "a") {
  std::string fields;
  for (char c : schema) fields += std::string("<MiningField name=\"") + c + "\"/>";
  return "<RegressionModel functionName=\"regression\"><MiningSchema>" + fields + "</MiningSchema>" + output +
         "<RegressionTable intercept=\"0\"><NumericPredictor name=\"" + name +
         "\" coefficient=\"2\"/></RegressionTable></RegressionModel>";
}
std::string mining(const std::string& segmentation, const std::string& segments, const std::string& output = "") {
  return document(kFields, "<MiningModel functionName=\"regression\">" + kSchema + output + "<Segmentation " +
                               segmentation + ">" + segments + "</Segmentation></MiningModel>");
}
std::string segment(const std::string& model, const std::string& predicate = "<True/>") {
  return "<Segment>" + predicate + model + "</Segment>";
}
const std::string kPositive = "<SimplePredicate field=\"b\" operator=\"greaterThan\" value=\"0\"/>";
std::string output(const std::string& name) {
  return "<Output><OutputField name=\"" + name + "\" feature=\"predictedValue\"/></Output>";
}

TEST(Semantics, MaxOfARegression) {
  const std::string text = mining("multipleModelMethod=\"max\"", segment(regression()) + segment(regression()));
  EXPECT_EQ(Scoring(text).score({{"a", "1"}}, "y"), "2");
  EXPECT_FALSE(Scoring(text, true).ok());
}

TEST(Semantics, NothingLeftToCombine) {
  for (const auto& [method, jpmml] : {std::pair{"sum", "0"}, std::pair{"average", "!"}, std::pair{"median", "!"}}) {
    const std::string text = mining(std::string("multipleModelMethod=\"") + method +
                                        "\" missingPredictionTreatment=\"skipSegment\"",
                                    segment(regression()) + segment(regression()));
    EXPECT_EQ(Scoring(text).score({}, "y"), "") << method;
    EXPECT_EQ(Scoring(text, true).score({}, "y"), jpmml) << method;
  }
}

TEST(Semantics, NoSegmentRan) {
  // Where no segment runs, JPMML's result is missing, as it is by the text.
  for (const char* method : {"sum", "average"}) {
    const std::string text = mining(std::string("multipleModelMethod=\"") + method + "\" missingPredictionTreatment=\"skipSegment\"",
                                    segment(regression(), kPositive));
    EXPECT_EQ(Scoring(text, true).score({{"a", "1"}, {"b", "-1"}}, "y"), "") << method;
  }
}

TEST(Semantics, VotesThatAreAllMissing) {
  const auto voter = [](const std::string& field) {
    return "<TreeModel functionName=\"classification\" missingValueStrategy=\"nullPrediction\"><MiningSchema><MiningField name=\"" + field +
           "\"/><MiningField name=\"s\" usageType=\"target\"/></MiningSchema><Node><True/><Node score=\"u\"><SimplePredicate field=\"" + field +
           "\" operator=\"greaterThan\" value=\"0\"/></Node></Node></TreeModel>";
  };
  const std::string text = document(
      kFields, "<MiningModel functionName=\"classification\"><MiningSchema><MiningField name=\"a\"/><MiningField name=\"b\"/><MiningField "
               "name=\"i\"/><MiningField name=\"s\" usageType=\"target\"/></MiningSchema><Segmentation multipleModelMethod=\"majorityVote\">" +
                   segment(voter("a"), "<SimplePredicate field=\"i\" operator=\"greaterThan\" value=\"0\"/>") +
                   segment(voter("b"), "<SimplePredicate field=\"i\" operator=\"greaterThan\" value=\"0\"/>") +
                   segment(voter("b"), "<SimplePredicate field=\"i\" operator=\"greaterThan\" value=\"1\"/>") + "</Segmentation></MiningModel>");
  Scoring jpmml(text, true);
  ASSERT_TRUE(jpmml.ok()) << jpmml.messages();
  EXPECT_EQ(jpmml.score({{"i", "2"}, {"a", "1"}}, "s"), "");   // two missing votes outnumber one
  EXPECT_EQ(jpmml.score({{"i", "1"}}, "s"), "!");
  EXPECT_EQ(jpmml.score({{"i", "0"}}, "s"), "");
  EXPECT_EQ(Scoring(text).score({{"i", "1"}}, "s"), "");
  // A threshold below 1 makes them a missing result before they are counted.
  std::string threshold = text;
  threshold.replace(threshold.find("majorityVote\""), 13, "majorityVote\" missingThreshold=\"0.5\"");
  EXPECT_EQ(Scoring(threshold, true).score({{"i", "1"}}, "s"), "");
}

TEST(Semantics, TargetsAroundASegmentsResult) {
  const std::string twice = "<RegressionModel functionName=\"regression\">" + kSchema +
                            "<RegressionTable intercept=\"0\"><NumericPredictor name=\"a\" coefficient=\"2\"/></RegressionTable></RegressionModel>";
  const auto text = [&](const std::string& method, const std::string& model) {
    return document(kFields, "<MiningModel functionName=\"regression\">" + kSchema +
                                 "<Targets><Target field=\"y\" rescaleFactor=\"2\" max=\"100\"><TargetValue defaultValue=\"70\"/></Target></Targets>"
                                 "<Segmentation multipleModelMethod=\"" + method + "\">" + segment(model, kPositive) + "</Segmentation></MiningModel>");
  };
  // Twice a, the segment's missing result, and none: the default, which JPMML rescales as it does a prediction.
  const Row ran{{"a", "1"}, {"b", "1"}}, missing{{"b", "1"}}, none{{"a", "1"}, {"b", "-1"}};
  struct Expected { const char *method, *ran, *missing, *none; };
  const std::string returns = "modelChain\" missingPredictionTreatment=\"returnMissing";
  for (const Expected& e : {Expected{"selectFirst", "2", "", "140"}, Expected{"modelChain", "2", "", "140"},
                            Expected{returns.c_str(), "2", "140", "140"}, Expected{"sum", "4", "140", "140"}}) {
    Scoring spec(text(e.method, twice)), jpmml(text(e.method, twice), true);
    EXPECT_EQ(spec.score(ran, "y"), "4") << e.method;
    EXPECT_EQ(spec.score(missing, "y"), "70") << e.method;
    EXPECT_EQ(spec.score(none, "y"), "70") << e.method;
    EXPECT_EQ(jpmml.score(ran, "y"), e.ran) << e.method;
    EXPECT_EQ(jpmml.score(missing, "y"), e.missing) << e.method;
    EXPECT_EQ(jpmml.score(none, "y"), e.none) << e.method;
  }
  // A segment that does not name the target: its result is no value of the target's column, and no reason for the default.
  Scoring nameless(text("selectFirst", regression()));
  EXPECT_EQ(nameless.score(ran), (Row{{"y", ""}, {"_target", "4"}}));
  EXPECT_EQ(nameless.score(none), (Row{{"y", "70"}, {"_target", "70"}}));
  EXPECT_NE(nameless.messages().find("no segment's model names the target field 'y'"), std::string::npos);
  // An OutputField of the target's name has the column (CatBoost's classifiers).
  Scoring shown(text("modelChain", regression(output("y"))));
  EXPECT_EQ(shown.score(ran, "y"), "2");
  EXPECT_EQ(shown.messages().find("stays empty"), std::string::npos);
}

TEST(Semantics, OutputsOfASegmentThatDidNotRun) {
  const std::string text = mining("multipleModelMethod=\"modelChain\"",
                                  segment(regression(output("first")), kPositive) +
                                      "<Segment><True/>" + regression(output("last"), "first", "") + "</Segment>",
                                  "<Output><OutputField name=\"r\" feature=\"predictedValue\"/></Output>");
  EXPECT_EQ(Scoring(text).score({{"a", "1"}, {"b", "-1"}}, "r"), "");
  EXPECT_EQ(Scoring(text, true).score({{"a", "1"}, {"b", "-1"}}, "r"), "!");
  EXPECT_EQ(Scoring(text, true).score({{"a", "1"}, {"b", "1"}}, "r"), "4");
}

TEST(Semantics, ChainsShowTheirLastSegment) {
  const std::string text = mining("multipleModelMethod=\"modelChain\"",
                                  segment(regression(output("first"))) + segment(regression(output("last"))));
  EXPECT_EQ(Scoring(text).score({{"a", "1"}}, "first"), "2");
  EXPECT_EQ(Scoring(text, true).score({{"a", "1"}}, "first"), "");
  EXPECT_EQ(Scoring(text, true).score({{"a", "1"}}, "last"), "2");
  // A missing OutputField of a segment that ran.
  EXPECT_EQ(Scoring(text).score({}, "last"), "");
  EXPECT_EQ(Scoring(text, true).score({}, "last"), "!");
}

// A segment without a result ends a chain of returnMissing: JPMML-Evaluator shows no OutputField of those after it, and does not fail for one.
TEST(Semantics, OutputsBehindAMissingSegment) {
  const std::string outputs = "<Output><OutputField name=\"p\" feature=\"predictedValue\"/><OutputField name=\"r\" feature=\"transformedValue\" dataType=\"double\" "
                              "optype=\"continuous\">" + applied("+", ref("p") + constant("1", "double")) + "</OutputField></Output>";
  const std::string text = mining("multipleModelMethod=\"modelChain\" missingPredictionTreatment=\"returnMissing\"",
                                  segment(regression(output("first"))) + segment(regression(outputs, "b", "b")));
  EXPECT_EQ(Scoring(text).score({{"b", "1"}}, "r"), "3");
  Scoring jpmml(text, true);
  EXPECT_EQ(jpmml.score({{"a", "1"}, {"b", "1"}}, "r"), "3");
  EXPECT_EQ(jpmml.score({{"b", "1"}}, "r"), "");
  EXPECT_EQ(jpmml.score({{"b", "1"}}, "p"), "");
  EXPECT_EQ(jpmml.score({}, "r"), "");
  EXPECT_EQ(jpmml.score({{"a", "1"}}, "r"), "!");   // what is missing is its own
}

TEST(Semantics, OutputsOfASegmentThatWasNotTaken) {
  // A chain whose segment chooses among models: JPMML ends the row for OutputFields of the chosen one only.
  const std::string inner = "<MiningModel functionName=\"regression\"><MiningSchema><MiningField name=\"a\"/><MiningField name=\"b\"/></MiningSchema>"
                            "<Segmentation multipleModelMethod=\"selectFirst\">" + segment(regression(output("positive")), kPositive) +
                            segment(regression(output("other"))) + "</Segmentation></MiningModel>";
  Scoring jpmml(mining("multipleModelMethod=\"modelChain\"", segment(inner)), true);
  Row row = jpmml.score({{"a", "1"}, {"b", "1"}});
  EXPECT_EQ(row["positive"], "2");
  EXPECT_EQ(row["other"], "");
  row = jpmml.score({{"a", "1"}, {"b", "-1"}});
  EXPECT_EQ(row["positive"], "");
  EXPECT_EQ(row["other"], "2");
  EXPECT_EQ(jpmml.score({{"b", "1"}}, "positive"), "!");
}

// As sklearn2pmml writes MultiOutputClassifier; JPMML-Evaluator 1.7.7 says 'The value for field "first" is not defined'.
TEST(Semantics, OutputsOfOneOfSeveralTargets) {
  const auto member = [](const std::string& target, const std::string& field, const std::string& outputs) {
    return segment("<RegressionModel functionName=\"regression\"><MiningSchema><MiningField name=\"" + target + "\" usageType=\"target\"/><MiningField name=\"" + field +
                   "\"/></MiningSchema>" + outputs + "<RegressionTable intercept=\"1\"><NumericPredictor name=\"" + field + "\" coefficient=\"1\"/></RegressionTable></RegressionModel>");
  };
  std::string fields = "";
  for (const char* name : {"u", "v", "a", "b"}) fields += std::string("<DataField name=\"") + name + "\" optype=\"continuous\" dataType=\"double\"/>";
  const auto text = [&](const std::string& treatment) {
    return document(fields, "<MiningModel functionName=\"regression\"><MiningSchema><MiningField name=\"u\" usageType=\"target\"/><MiningField name=\"v\" usageType=\"target\"/>"
                            "<MiningField name=\"a\"/><MiningField name=\"b\"/></MiningSchema><Segmentation multipleModelMethod=\"x-multiModelChain\"" + treatment + ">" +
                                member("u", "a", output("first")) + member("v", "b", "") + "</Segmentation></MiningModel>");
  };
  EXPECT_EQ(Scoring(text("")).score({{"b", "1"}}, "v"), "2");
  EXPECT_EQ(Scoring(text(""), true).score({{"b", "1"}}, "v"), "!");
  EXPECT_EQ(Scoring(text(""), true).score({{"a", "1"}}, "u"), "2");   // the member that is missing has no OutputField
  EXPECT_EQ(Scoring(text(""), true).score({{"a", "1"}}, "v"), "");
  EXPECT_EQ(Scoring(text(" missingPredictionTreatment=\"returnMissing\""), true).score({{"b", "1"}}, "v"), "");
}

TEST(Semantics, ReadingAMissingPrediction) {
  const std::string text =
      document(kFields, "<RegressionModel functionName=\"regression\">" + kSchema +
                            "<Output><OutputField name=\"p\" feature=\"predictedValue\"/><OutputField name=\"r\" "
                            "feature=\"transformedValue\" dataType=\"double\" optype=\"continuous\">" +
                            applied("+", ref("p") + constant("1", "double")) +
                            "</OutputField></Output><RegressionTable intercept=\"0\"><NumericPredictor name=\"a\" "
                            "coefficient=\"2\"/></RegressionTable></RegressionModel>");
  EXPECT_EQ(Scoring(text).score({}, "r"), "");
  EXPECT_EQ(Scoring(text, true).score({}, "r"), "!");
}

TEST(Semantics, MissingVectorFieldsOffsetsAndTimes) {
  const std::string svm = document(
      kFields, "<SupportVectorMachineModel functionName=\"regression\" svmRepresentation=\"Coefficients\">" + kSchema +
                   "<LinearKernelType/><VectorDictionary><VectorFields><FieldRef field=\"a\"/></VectorFields></VectorDictionary>"
                   "<SupportVectorMachine><Coefficients absoluteValue=\"1\"><Coefficient value=\"3\"/></Coefficients>"
                   "</SupportVectorMachine></SupportVectorMachineModel>");
  EXPECT_EQ(Scoring(svm).score({}, "y"), "");
  EXPECT_EQ(Scoring(svm, true).score({}, "y"), "!");
  EXPECT_EQ(Scoring(svm, true).score({{"a", "2"}}, "y"), "7");
  const std::string glm = document(
      kFields,
      "<GeneralRegressionModel functionName=\"regression\" modelType=\"generalizedLinear\" linkFunction=\"identity\" "
      "offsetVariable=\"b\">" + kSchema +
          "<ParameterList><Parameter name=\"p0\"/></ParameterList><FactorList/><CovariateList/><PPMatrix/>"
          "<ParamMatrix><PCell parameterName=\"p0\" beta=\"2\"/></ParamMatrix></GeneralRegressionModel>");
  EXPECT_EQ(Scoring(glm).score({}, "y"), "");
  EXPECT_EQ(Scoring(glm, true).score({}, "y"), "!");
  EXPECT_EQ(Scoring(glm, true).score({{"b", "1"}}, "y"), "3");
}

TEST(Semantics, ResidualOfAMissingTarget) {
  const std::string text =
      document(kFields, "<RegressionModel functionName=\"regression\">" + kSchema +
                            "<Output><OutputField name=\"r\" feature=\"residual\"/></Output><RegressionTable intercept=\"1\"/>"
                            "</RegressionModel>");
  EXPECT_EQ(Scoring(text).score({{"y", "3"}}, "r"), "2");
  EXPECT_EQ(Scoring(text).score({}, "r"), "");
  EXPECT_EQ(Scoring(text, true).score({}, "r"), "!");
}

// 0.5, 0.3 and 0.2 for a, b and c.
TEST(Semantics, ResidualOfAClass) {
  const auto output = [](const std::string& name, const std::string& more) { return "<OutputField name=\"" + name + "\" feature=\"residual\"" + more + "/>"; };
  const std::string text =
      document(kFields, "<TreeModel functionName=\"classification\"><MiningSchema><MiningField name=\"a\"/><MiningField name=\"s\" usageType=\"target\"/></MiningSchema><Output>" +
                            output("r", "") + output("rb", " value=\"b\"") + "</Output><Node score=\"a\"><True/><ScoreDistribution value=\"a\" recordCount=\"5\"/><ScoreDistribution "
                            "value=\"b\" recordCount=\"3\"/><ScoreDistribution value=\"c\" recordCount=\"2\"/></Node></TreeModel>");
  Scoring spec(text), jpmml(text, true);
  EXPECT_EQ(spec.score({{"s", "a"}}, "r"), "0.5");
  EXPECT_EQ(spec.score({{"s", "b"}}, "r"), "-0.5");
  EXPECT_EQ(spec.score({{"s", "b"}}, "rb"), "0.7");
  EXPECT_EQ(spec.score({{"s", "c"}}, "rb"), "-0.3");
  for (const char* name : {"r", "rb"}) {
    EXPECT_EQ(jpmml.score({{"s", "a"}}, name), "0.5");
    EXPECT_EQ(jpmml.score({{"s", "b"}}, name), "-0.5");
    EXPECT_EQ(jpmml.score({}, name), "!");
  }
}

TEST(Semantics, FieldsThatNothingReads) {
  const std::string fields = "<DataField name=\"a\" optype=\"continuous\" dataType=\"double\"/><DataField name=\"s\" optype=\"categorical\" dataType=\"string\"><Value value=\"u\"/></DataField>";
  const std::string text = document(fields, "<RegressionModel functionName=\"regression\"><MiningSchema><MiningField name=\"s\"/><MiningField name=\"a\"/></MiningSchema><RegressionTable "
                                            "intercept=\"1\"><NumericPredictor name=\"a\" coefficient=\"1\"/></RegressionTable></RegressionModel>");
  EXPECT_EQ(Scoring(text).score({{"a", "1"}, {"s", "x"}}, "_target"), "!");
  EXPECT_EQ(Scoring(text, true).score({{"a", "1"}, {"s", "x"}}, "_target"), "2");
  EXPECT_EQ(ir::inputColumns(Scoring(text, true).pipeline()).size(), 2u);  // the schema has it all the same
}

// i / j of integers is undefined where j is 0.
TEST(Semantics, TermsBehindAMissingOne) {
  const std::string quotient = "<LocalTransformations><DerivedField name=\"q\" optype=\"continuous\" dataType=\"double\">" + applied("/", ref("i") + ref("j")) +
                               "</DerivedField></LocalTransformations>";
  const std::string regression = document(kFields, "<RegressionModel functionName=\"regression\">" + kSchema + quotient +
                                                       "<RegressionTable intercept=\"1\"><NumericPredictor name=\"a\" coefficient=\"1\"/><NumericPredictor name=\"q\" "
                                                       "coefficient=\"1\"/></RegressionTable></RegressionModel>");
  const auto input = [](const std::string& id, const std::string& name) {
    return "<NeuralInput id=\"" + id + "\"><DerivedField optype=\"continuous\" dataType=\"double\">" + ref(name) + "</DerivedField></NeuralInput>";
  };
  const std::string network =
      document(kFields, "<NeuralNetwork functionName=\"regression\" activationFunction=\"identity\">" + kSchema + quotient + "<NeuralInputs>" + input("0", "a") + input("1", "q") +
                            "</NeuralInputs><NeuralLayer><Neuron id=\"2\" bias=\"1\"><Con from=\"0\" weight=\"1\"/><Con from=\"1\" weight=\"1\"/></Neuron></NeuralLayer><NeuralOutputs>"
                            "<NeuralOutput outputNeuron=\"2\"><DerivedField optype=\"continuous\" dataType=\"double\">" + ref("y") + "</DerivedField></NeuralOutput></NeuralOutputs></NeuralNetwork>");
  const auto parameter = [](const std::string& name) { return "<PPCell value=\"1\" predictorName=\"" + name + "\" parameterName=\"" + name + "\"/>"; };
  const std::string general =
      document(kFields, "<GeneralRegressionModel functionName=\"regression\" modelType=\"generalizedLinear\" distribution=\"normal\" linkFunction=\"identity\">" + kSchema + quotient +
                            "<ParameterList><Parameter name=\"0\"/><Parameter name=\"a\"/><Parameter name=\"q\"/></ParameterList><CovariateList><Predictor name=\"a\"/>"
                            "<Predictor name=\"q\"/></CovariateList><PPMatrix>" + parameter("a") + parameter("q") +
                            "</PPMatrix><ParamMatrix><PCell parameterName=\"0\" beta=\"1\"/><PCell parameterName=\"a\" beta=\"1\"/><PCell parameterName=\"q\" beta=\"1\"/>"
                            "</ParamMatrix></GeneralRegressionModel>");
  for (const std::string& text : {regression, network, general}) {
    for (const bool jpmml : {false, true}) {
      Scoring scoring(text, jpmml);
      ASSERT_TRUE(scoring.ok()) << scoring.messages();
      EXPECT_EQ(scoring.score({{"a", "1"}, {"i", "4"}, {"j", "2"}}, "y"), "4");
      EXPECT_EQ(scoring.score({{"a", "1"}, {"i", "4"}, {"j", "0"}}, "y"), "!");
      EXPECT_EQ(scoring.score({{"i", "4"}, {"j", "0"}}, "y"), jpmml ? "" : "!");
    }
  }
}

// JPMML: 0.4 / 0.5 and 0.1 / 0.5.
TEST(Semantics, ProbabilitiesThatDoNotAddUp) {
  for (const bool jpmml : {false, true}) {
    Scoring s(document("<DataField name=\"c\" optype=\"categorical\" dataType=\"string\"><Value value=\"p\"/><Value value=\"q\"/></DataField>",
                       "<TreeModel functionName=\"classification\"><MiningSchema><MiningField name=\"c\" usageType=\"target\"/></MiningSchema><Output><OutputField name=\"q\" "
                       "feature=\"probability\" value=\"q\"/></Output><Node score=\"p\"><True/><ScoreDistribution value=\"p\" recordCount=\"4\" probability=\"0.4\"/>"
                       "<ScoreDistribution value=\"q\" recordCount=\"1\" probability=\"0.1\"/></Node></TreeModel>"),
              jpmml);
    EXPECT_EQ(s.score({}, "q"), jpmml ? "0.2" : "0.1");
  }
}

TEST(Semantics, MissingPartialScores) {
  const std::string card = document(kFields, "<Scorecard functionName=\"regression\" useReasonCodes=\"false\">" + kSchema +
                                                 "<Characteristics><Characteristic><Attribute><True/><ComplexPartialScore>" + ref("a") +
                                                 "</ComplexPartialScore></Attribute></Characteristic></Characteristics></Scorecard>");
  EXPECT_EQ(Scoring(card).score({{"a", "2"}}, "y"), "2");
  EXPECT_EQ(Scoring(card).score({}, "y"), "");
  EXPECT_EQ(Scoring(card, true).score({}, "y"), "!");
}

TEST(Semantics, AMissingCondition) {
  const std::string arms = constant("1", "string") + constant("2", "string"), mapped = "<Apply function=\"if\" mapMissingTo=\"3\">" + ref("t") + arms + "</Apply>";
  expect({{applied("if", ref("t") + arms), {}, "", "!"},
          {applied("if", ref("t") + arms), {{"t", "false"}}, "2", "2"},
          {applied("if", "<Constant dataType=\"boolean\">true</Constant>" + constant("1", "string") + applied("if", ref("t") + arms)), {}, "1", "1"},
          {mapped, {}, "3", "3"}});
}

TEST(Semantics, WhatIsTreatedAsMissingUnderReturnInvalid) {
  const std::string fields =
      "<DataField name=\"a\" optype=\"continuous\" dataType=\"double\"><Interval closure=\"closedClosed\" leftMargin=\"0\" rightMargin=\"10\"/><Value value=\"-9\" "
      "property=\"missing\"/></DataField>" + field("b", "double") + "<DataField name=\"s\" optype=\"categorical\" dataType=\"string\"><Value value=\"u\"/></DataField>";
  const auto shown = [](const std::string& name) {
    return "<OutputField name=\"" + name + name + "\" feature=\"transformedValue\" optype=\"categorical\" dataType=\"string\">" + ref(name) + "</OutputField>";
  };
  const std::string returns = " missingValueTreatment=\"returnInvalid\"/>";
  const std::string text = document(fields, "<RegressionModel functionName=\"regression\"><MiningSchema><MiningField name=\"a\" invalidValueTreatment=\"asMissing\"" + returns +
                                                "<MiningField name=\"b\" outliers=\"asMissingValues\" lowValue=\"0\" highValue=\"5\"" + returns +
                                                "<MiningField name=\"s\" invalidValueTreatment=\"asMissing\"" + returns + "</MiningSchema><Output>" + shown("a") + shown("b") +
                                                shown("s") + "</Output><RegressionTable intercept=\"1\"/></RegressionModel>");
  const auto results = [&](bool jpmml, const std::string& a, const std::string& b, const std::string& s) {
    Scoring scoring(text, jpmml);
    Row row{{"a", a}, {"b", b}, {"s", s}}, given;
    for (auto& [name, value] : row)
      if (!value.empty()) given[name] = value;
    return scoring.score(given, "aa") + "|" + scoring.score(given, "bb") + "|" + scoring.score(given, "ss");
  };
  EXPECT_EQ(results(true, "1", "1", "u"), "1.0|1.0|u");
  EXPECT_EQ(results(true, "11", "1", "u"), "|1.0|u");
  EXPECT_EQ(results(true, "1", "7", "u"), "1.0||u");
  EXPECT_EQ(results(true, "1", "1", "x"), "1.0|1.0|");
  for (const bool jpmml : {false, true}) {
    EXPECT_EQ(results(jpmml, "-9", "1", "u"), "!|!|!");
    EXPECT_EQ(results(jpmml, "", "1", "u"), "!|!|!");
    EXPECT_EQ(results(jpmml, "1", "", "u"), "!|!|!");
    EXPECT_EQ(results(jpmml, "1", "1", ""), "!|!|!");
  }
  EXPECT_EQ(results(false, "11", "1", "u"), "!|!|!");
  EXPECT_EQ(results(false, "1", "7", "u"), "!|!|!");
  EXPECT_EQ(results(false, "1", "1", "x"), "!|!|!");
}

TEST(Semantics, MissingStrata) {
  const std::string text = document(
      kFields, "<GeneralRegressionModel functionName=\"regression\" modelType=\"CoxRegression\" endTimeVariable=\"a\" baselineStrataVariable=\"b\">" + kSchema +
                   "<ParameterList><Parameter name=\"p0\" label=\"i\"/></ParameterList><PPMatrix><PPCell value=\"1\" predictorName=\"i\" parameterName=\"p0\"/></PPMatrix>"
                   "<CovariateList><Predictor name=\"i\"/></CovariateList><ParamMatrix><PCell parameterName=\"p0\" beta=\"0\"/></ParamMatrix><BaseCumHazardTables>"
                   "<BaselineStratum value=\"1\" maxTime=\"9\"><BaselineCell time=\"1\" cumHazard=\"0.5\"/></BaselineStratum></BaseCumHazardTables></GeneralRegressionModel>");
  Scoring spec(text), jpmml(text, true);
  ASSERT_TRUE(jpmml.ok()) << jpmml.messages();
  const auto scores = [](Scoring& s, const Row& row) { return s.score(row, "y"); };
  EXPECT_EQ(scores(spec, {{"a", "2"}, {"b", "1"}, {"i", "1"}}), "0.5");
  EXPECT_EQ(scores(jpmml, {{"a", "2"}, {"b", "1"}, {"i", "1"}}), "0.5");
  EXPECT_EQ(scores(spec, {{"a", "2"}, {"i", "1"}}), "");
  EXPECT_EQ(scores(jpmml, {{"a", "2"}, {"i", "1"}}), "!");
  EXPECT_EQ(scores(jpmml, {{"b", "1"}, {"i", "1"}}), "!");
  EXPECT_EQ(scores(jpmml, {{"b", "2"}, {"i", "1"}}), "");   // there is no such stratum: its time is not asked for
}

TEST(Semantics, PriorsThatDoNotAddUp) {
  const std::string text =
      document(kFields, "<TreeModel functionName=\"classification\" missingValueStrategy=\"nullPrediction\"><MiningSchema><MiningField name=\"a\"/><MiningField name=\"s\" usageType=\"target\"/>"
                        "</MiningSchema><Output><OutputField name=\"p\" feature=\"probability\" value=\"u\"/></Output><Targets><Target field=\"s\"><TargetValue value=\"u\" "
                        "priorProbability=\"0.25\"/><TargetValue value=\"v\" priorProbability=\"0.125\"/></Target></Targets><Node><True/><Node score=\"u\"><SimplePredicate field=\"a\" "
                        "operator=\"greaterThan\" value=\"0\"/><ScoreDistribution value=\"u\" recordCount=\"3\"/><ScoreDistribution value=\"v\" recordCount=\"1\"/></Node></Node></TreeModel>");
  EXPECT_EQ(Scoring(text).score({}, "p"), "0.25");
  EXPECT_EQ(Scoring(text, true).score({}, "p"), "0.6666666666666666");
  EXPECT_EQ(Scoring(text, true).score({{"a", "1"}}, "p"), "0.75");
}

// infinity - infinity in the softmax. JPMML-Evaluator gives b, which has the first table.
TEST(Semantics, ProbabilitiesThatAreNaN) {
  const auto table = [](const std::string& category, const std::string& content) { return "<RegressionTable targetCategory=\"" + category + "\" intercept=\"0\">" + content + "</RegressionTable>"; };
  const std::string text = document(
      "<DataField name=\"c\" optype=\"categorical\" dataType=\"string\"><Value value=\"c\"/><Value value=\"b\"/><Value value=\"a\"/></DataField>" + field("a", "double"),
      "<RegressionModel functionName=\"classification\" normalizationMethod=\"softmax\"><MiningSchema><MiningField name=\"a\"/><MiningField name=\"c\" usageType=\"target\"/></MiningSchema>" +
          table("b", "") + table("a", "<NumericPredictor name=\"a\" coefficient=\"10\"/>") + table("c", "") + "</RegressionModel>");
  EXPECT_EQ(Scoring(text).score({{"a", "1e308"}}, "c"), "");
  EXPECT_EQ(Scoring(text, true).score({{"a", "1e308"}}, "c"), "b");
  EXPECT_EQ(Scoring(text, true).score({}, "c"), "");
  EXPECT_EQ(Scoring(text, true).score({{"a", "1"}}, "c"), "a");
  // The root of -1, of a multinomialLogistic model and as the second of two neurons: the first that is NaN.
  const std::string classes = "<DataField name=\"c\" optype=\"categorical\" dataType=\"string\"><Value value=\"c\"/><Value value=\"b\"/></DataField>" + field("a", "double");
  const std::string schema = "<MiningSchema><MiningField name=\"a\"/><MiningField name=\"c\" usageType=\"target\"/></MiningSchema>";
  const std::string glm = document(classes, "<GeneralRegressionModel functionName=\"classification\" modelType=\"multinomialLogistic\" targetReferenceCategory=\"c\">" + schema + R"(<ParameterList><Parameter name="p"/></ParameterList>
<CovariateList><Predictor name="a"/></CovariateList><PPMatrix><PPCell value="0.5" predictorName="a" parameterName="p"/></PPMatrix><ParamMatrix><PCell targetCategory="b" parameterName="p" beta="1"/></ParamMatrix></GeneralRegressionModel>)");
  const std::string network = document(classes, "<NeuralNetwork functionName=\"classification\" activationFunction=\"identity\">" + schema + R"(<NeuralInputs><NeuralInput id="i"><DerivedField optype="continuous" dataType="double"><FieldRef field="a"/></DerivedField></NeuralInput></NeuralInputs>
<NeuralLayer><Neuron id="0"><Con from="i" weight="0"/></Neuron><Neuron id="1"><Con from="i" weight="1"/></Neuron></NeuralLayer><NeuralOutputs><NeuralOutput outputNeuron="0"><DerivedField optype="categorical" dataType="string"><NormDiscrete field="c" value="c"/></DerivedField></NeuralOutput>
<NeuralOutput outputNeuron="1"><DerivedField optype="categorical" dataType="string"><NormDiscrete field="c" value="b"/></DerivedField></NeuralOutput></NeuralOutputs></NeuralNetwork>)");
  EXPECT_EQ(Scoring(glm).score({{"a", "-1"}}, "c"), "");
  EXPECT_EQ(Scoring(glm, true).score({{"a", "-1"}}, "c"), "b");
  EXPECT_EQ(Scoring(glm, true).score({{"a", "4"}}, "c"), "b");
  EXPECT_EQ(Scoring(glm, true).score({}, "c"), "");
  EXPECT_EQ(Scoring(network, true).score({{"a", "-1"}}, "c"), "c");
  EXPECT_EQ(Scoring(network).score({{"a", "INF"}}, "c"), "b");
  EXPECT_EQ(Scoring(network, true).score({{"a", "INF"}}, "c"), "c");   // 0 times infinity
}

// simplemax of x and -x, and of x and x. At 1 and 0 JPMML-Evaluator ends the rows whose sum is 0.
TEST(Semantics, SimplemaxOfNothing) {
  const auto text = [](const std::string& coefficient) {
    const auto table = [](const std::string& category, const std::string& c) { return "<RegressionTable targetCategory=\"" + category + "\" intercept=\"0\"><NumericPredictor name=\"a\" coefficient=\"" + c + "\"/></RegressionTable>"; };
    return document("<DataField name=\"c\" optype=\"categorical\" dataType=\"string\"><Value value=\"v\"/><Value value=\"w\"/></DataField>" + field("a", "double"),
                    "<RegressionModel functionName=\"classification\" normalizationMethod=\"simplemax\"><MiningSchema><MiningField name=\"a\"/><MiningField name=\"c\" usageType=\"target\"/></MiningSchema>" + table("v", "1") + table("w", coefficient) + "</RegressionModel>");
  };
  EXPECT_EQ(Scoring(text("1")).score({{"a", "0"}}, "c"), "");
  EXPECT_EQ(Scoring(text("1"), true).score({{"a", "0"}}, "c"), "!");
  EXPECT_EQ(Scoring(text("1"), true).score({{"a", "1"}}, "c"), "v");
  EXPECT_EQ(Scoring(text("-1"), true).score({{"a", "1"}}, "c"), "!");
  EXPECT_EQ(Scoring(text("1"), true).score({}, "c"), "");
  const std::string layer = document(kFields, "<NeuralNetwork functionName=\"regression\" activationFunction=\"identity\">" + kSchema + R"(<NeuralInputs><NeuralInput id="i"><DerivedField optype="continuous" dataType="double">
<FieldRef field="a"/></DerivedField></NeuralInput></NeuralInputs><NeuralLayer normalizationMethod="simplemax"><Neuron id="m"><Con from="i" weight="1"/></Neuron><Neuron id="n"><Con from="i" weight="2"/></Neuron></NeuralLayer>
<NeuralLayer><Neuron id="o"><Con from="m" weight="3"/></Neuron></NeuralLayer><NeuralOutputs><NeuralOutput outputNeuron="o"><DerivedField optype="continuous" dataType="double"><FieldRef field="y"/></DerivedField></NeuralOutput>
</NeuralOutputs></NeuralNetwork>)");
  EXPECT_EQ(Scoring(layer).score({{"a", "5"}}, "y"), "1");   // 3 * 5 / 15
  EXPECT_EQ(Scoring(layer).score({{"a", "0"}}, "y"), "nan");
  EXPECT_EQ(Scoring(layer, true).score({{"a", "5"}}, "y"), "1");
  EXPECT_EQ(Scoring(layer, true).score({{"a", "0"}}, "y"), "!");
}

TEST(Semantics, ADefaultChildThatIsNotNamed) {
  const std::string text = document(
      kFields, "<TreeModel functionName=\"regression\" missingValueStrategy=\"defaultChild\">" + kSchema +
                   "<Node score=\"0\"><True/><Node score=\"1\"><SimplePredicate field=\"a\" operator=\"lessOrEqual\" "
                   "value=\"5\"/></Node><Node score=\"2\"><SimplePredicate field=\"a\" operator=\"greaterThan\" "
                   "value=\"5\"/></Node></Node></TreeModel>");
  EXPECT_EQ(Scoring(text).score({}, "y"), "");
  EXPECT_EQ(Scoring(text, true).score({}, "y"), "!");
  EXPECT_EQ(Scoring(text, true).score({{"a", "1"}}, "y"), "1");
}

// ---- the same in both

TEST(Semantics, NanIsAboveAllNumbers) {
  const std::string schema =
      "<MiningSchema><MiningField name=\"a\" invalidValueTreatment=\"asIs\"/><MiningField name=\"b\" "
      "invalidValueTreatment=\"asIs\"/></MiningSchema>";
  const auto compare = [&](const char* function, const Row& row) {
    return Scoring(document(kFields, "<RegressionModel functionName=\"regression\">" + schema +
                                         "<Output><OutputField name=\"r\" feature=\"transformedValue\" dataType=\"boolean\" "
                                         "optype=\"categorical\">" + applied(function, ref("a") + ref("b")) +
                                         "</OutputField></Output><RegressionTable intercept=\"1\"/></RegressionModel>"))
        .score(row, "r");
  };
  const Row first{{"a", "NaN"}, {"b", "1"}}, second{{"a", "1"}, {"b", "NaN"}}, both{{"a", "NaN"}, {"b", "NaN"}};
  const struct {
    const char *function, *first, *second, *both;
  } rows[] = {{"equal", "false", "false", "true"},       {"notEqual", "true", "true", "false"},
              {"lessThan", "false", "true", "false"},    {"lessOrEqual", "false", "true", "true"},
              {"greaterThan", "true", "false", "false"}, {"greaterOrEqual", "true", "false", "true"}};
  for (const auto& r : rows) {
    EXPECT_EQ(compare(r.function, first), r.first) << r.function;
    EXPECT_EQ(compare(r.function, second), r.second) << r.function;
    EXPECT_EQ(compare(r.function, both), r.both) << r.function;
  }
  const auto threshold = [&](const Row& row) {
    return Scoring(document(kFields, "<RegressionModel functionName=\"regression\">" + schema +
                                         "<Output><OutputField name=\"r\" feature=\"transformedValue\" dataType=\"double\" "
                                         "optype=\"continuous\">" + applied("threshold", ref("a") + ref("b")) +
                                         "</OutputField></Output><RegressionTable intercept=\"1\"/></RegressionModel>"))
        .score(row, "r");
  };
  EXPECT_EQ(threshold(first), "1");
  EXPECT_EQ(threshold(second), "0");
  EXPECT_EQ(threshold(both), "0");
  // In a tree it is not missing: the second Node.
  Scoring tree(document(kFields, "<TreeModel functionName=\"regression\" missingValueStrategy=\"nullPrediction\">" + schema +
                                     "<Node><True/><Node score=\"1\"><SimplePredicate field=\"a\" operator=\"lessOrEqual\" "
                                     "value=\"5\"/></Node><Node score=\"2\"><SimplePredicate field=\"a\" "
                                     "operator=\"greaterThan\" value=\"5\"/></Node></Node></TreeModel>"));
  EXPECT_EQ(tree.score({{"a", "NaN"}}, "_target"), "2");
  EXPECT_EQ(tree.score({}, "_target"), "");
}

TEST(Semantics, ZeroHasNoSign) {
  EXPECT_EQ(value(false, applied("/", constant("1", "double") + ref("a")), {{"a", "-0.0"}}, "double"), "inf");
  // Neither has one that is computed, in a text or as a divisor.
  const std::string less = applied("*", ref("a") + constant("-1", "double"));
  EXPECT_EQ(value(false, applied("/", constant("1", "double") + less), {{"a", "0"}}, "double"), "inf");
  EXPECT_EQ(value(false, applied("concat", less + constant("x", "string")), {{"a", "0"}}, "string"), "0.0x");
  EXPECT_EQ(value(false, applied("concat", ref("a") + constant("x", "string")), {{"a", "-0.0"}}, "string"), "0.0x");
  EXPECT_EQ(value(false, applied("formatNumber", less + constant("%.1f", "string")), {{"a", "0"}}, "string"), "0.0");
  const std::string power = document(kFields, "<RegressionModel functionName=\"regression\">" + kSchema + R"(<RegressionTable intercept="1"><NumericPredictor name="a" exponent="-1" coefficient="2"/></RegressionTable></RegressionModel>)");
  EXPECT_EQ(Scoring(power).score({{"a", "-0.0"}}, "y"), "inf");
  const std::string covariate = document(kFields, "<GeneralRegressionModel functionName=\"regression\" modelType=\"generalLinear\">" + kSchema + R"(<ParameterList><Parameter name="p"/></ParameterList>
<CovariateList><Predictor name="a"/></CovariateList><PPMatrix><PPCell value="-1" predictorName="a" parameterName="p"/></PPMatrix><ParamMatrix><PCell parameterName="p" beta="1"/></ParamMatrix></GeneralRegressionModel>)");
  EXPECT_EQ(Scoring(covariate).score({{"a", "-0.0"}}, "y"), "inf");
}

}  // namespace
}  // namespace kiln::test

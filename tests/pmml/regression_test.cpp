// RegressionModel, Targets, Output features and ModelVerification.
// Expected values are worked by hand from the formulas of PMML 4.4's Regression, Targets and Output pages.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "tests/pmml/scoring.h"

namespace kiln::test {
namespace {

const char* kFields =
    "<DataField name=\"y\" optype=\"continuous\" dataType=\"double\"/><DataField name=\"x\" optype=\"continuous\" "
    "dataType=\"double\"/>"
    "<DataField name=\"z\" optype=\"continuous\" dataType=\"integer\"/><DataField name=\"c\" optype=\"categorical\" "
    "dataType=\"string\"/>";
const char* kSchema =
    "<MiningSchema><MiningField name=\"y\" usageType=\"target\"/><MiningField name=\"x\"/><MiningField "
    "name=\"z\"/><MiningField name=\"c\"/></MiningSchema>";

std::string regression(const std::string& table, const std::string& attributes = "", const std::string& more = "") {
  return document(kFields, "<RegressionModel functionName=\"regression\" " + attributes + ">" + kSchema + more + table +
                               "</RegressionModel>");
}
const std::string kLine =
    "<RegressionTable intercept=\"1\"><NumericPredictor name=\"x\" coefficient=\"2\"/></RegressionTable>";

TEST(Regression, SumsPowersCategoriesAndProducts) {
  Scoring s(
      regression("<RegressionTable intercept=\"0.5\"><NumericPredictor name=\"x\" exponent=\"2\" "
                 "coefficient=\"3\"/><NumericPredictor name=\"z\" coefficient=\"-1\"/>"
                 "<CategoricalPredictor name=\"c\" value=\"a\" coefficient=\"10\"/><CategoricalPredictor name=\"c\" "
                 "value=\"b\" coefficient=\"20\"/>"
                 "<PredictorTerm coefficient=\"0.25\"><FieldRef field=\"x\"/><FieldRef "
                 "field=\"z\"/></PredictorTerm></RegressionTable>"));
  ASSERT_TRUE(s.ok()) << s.messages();
  EXPECT_EQ(s.score({{"x", "2"}, {"z", "4"}, {"c", "b"}}, "y"), "30.5");  // 0.5 + 12 - 4 + 20 + 2
  EXPECT_EQ(s.score({{"x", "2"}, {"z", "4"}, {"c", "?"}}, "y"), "10.5");  // another category adds nothing
  EXPECT_EQ(s.score({{"x", "2"}, {"z", "4"}}, "y"), "10.5");              // nor does a missing one
  EXPECT_EQ(s.score({{"z", "4"}, {"c", "b"}}, "y"), "");                  // a missing number does: no result
}

// Weka's Logistic: the last class has no table, and each class an OutputField of the target's name. Its distributionForInstance has
// 1 / (1 + the sum of exp(y)) for that class.
TEST(Regression, TheReferenceClassNeedsNoTable) {
  const auto weka = [](const std::vector<std::string>& labels, const std::string& normalization, size_t tables) {
    std::string values, outputs, all;
    for (const std::string& label : labels) values += "<Value value=\"" + label + "\"/>", outputs += "<OutputField name=\"y\" value=\"" + label + "\"/>";
    for (size_t i = 0; i < tables; ++i)
      all += "<RegressionTable intercept=\"0\" targetCategory=\"" + labels[i] + "\"><NumericPredictor name=\"x\" coefficient=\"1\" exponent=\"1\"/></RegressionTable>";
    return document("<DataField name=\"x\" optype=\"continuous\"/><DataField name=\"y\" optype=\"categorical\">" + values + "</DataField>",
                    "<RegressionModel functionName=\"classification\" normalizationMethod=\"" + normalization + "\"><MiningSchema><MiningField name=\"x\"/>"
                    "<MiningField name=\"y\" usageType=\"predicted\"/></MiningSchema><Output>" + outputs + "<OutputField name=\"last\" feature=\"probability\" value=\"" +
                        labels.back() + "\"/></Output>" + all + "</RegressionModel>");
  };
  Scoring three(weka({"low", "mid", "top"}, "softmax", 2));
  EXPECT_EQ(three.score({{"x", "0"}}, "last"), "0.3333333333333333") << three.messages();
  EXPECT_EQ(three.score({{"x", "-800"}}), (Row{{"y", "top"}, {"last", "1"}}));
  EXPECT_EQ(three.score({{"x", "800"}}), (Row{{"y", "low"}, {"last", "0"}}));
  EXPECT_NE(three.messages().find("class 'top' has no RegressionTable; it is the one that the others are compared with"), std::string::npos);
  for (const char* normalization : {"softmax", "logit"}) {
    Scoring two(weka({"yes", "no"}, normalization, 1));
    EXPECT_EQ(two.score({{"x", "0"}}, "last"), "0.5") << two.messages();
    EXPECT_EQ(two.score({{"x", "-800"}}), (Row{{"y", "no"}, {"last", "1"}}));
  }
  Scoring others(weka({"low", "mid", "top"}, "logit", 2));
  EXPECT_EQ(others.score({{"x", "-1"}}, "last"), "0");
  EXPECT_NE(others.messages().find("class 'top' has no RegressionTable; it is never predicted"), std::string::npos);
  EXPECT_FALSE(Scoring(weka({"yes", "no"}, "simplemax", 1)).ok());
}

// JPMML-Evaluator 1.7.7 and PMML4S 1.5.6 have no result where x is missing.
TEST(Regression, ExponentZeroAsksForItsField) {
  Scoring s(regression("<RegressionTable intercept=\"1\"><NumericPredictor name=\"x\" exponent=\"0\" coefficient=\"2\"/></RegressionTable>"));
  EXPECT_EQ(s.score({{"x", "5"}}, "y"), "3");
  EXPECT_EQ(s.score({{"x", "0"}}, "y"), "3");
  EXPECT_EQ(s.score({}, "y"), "");
}

// xs:double, xs:integer and xs:boolean collapse white space.
TEST(Regression, BlanksAroundNumbersDoNotCount) {
  Scoring s(regression("<RegressionTable intercept=\" 1\"><NumericPredictor name=\"x\" exponent=\"2 \" coefficient=\"\n 2.5 \"/></RegressionTable>", "isScorable=\" 1 \""));
  EXPECT_EQ(s.score({{"x", "2"}}, "y"), "11") << s.messages();
}

// A Poisson model of MADlib has an integer target, and predicts its mean. As PMML4S 1.5.6.
TEST(Regression, AnIntegerTargetKeepsFractions) {
  std::string text = regression("<RegressionTable intercept=\"1\"><NumericPredictor name=\"x\" coefficient=\"0.25\"/></RegressionTable>");
  const std::string y = "<DataField name=\"y\" optype=\"continuous\" dataType=\"double\"";
  ASSERT_NE(text.find(y), std::string::npos);
  text.replace(text.find(y), y.size(), "<DataField name=\"y\" optype=\"continuous\" dataType=\"integer\"");
  EXPECT_EQ(Scoring(text).score({{"x", "2"}}, "y"), "1.5");
  EXPECT_EQ(Scoring(text, true).score({{"x", "2"}}, "y"), "1.5");
}

TEST(Regression, Normalizations) {
  const auto at = [](const std::string& method, const std::string& x) {
    return Scoring(regression(kLine, "normalizationMethod=\"" + method + "\"")).score({{"x", x}}, "y");
  };
  // y = 0 at x = -0.5
  EXPECT_EQ(at("none", "-0.5"), "0");
  EXPECT_EQ(at("logit", "-0.5"), "0.5");
  EXPECT_EQ(at("softmax", "-0.5"), "0.5");
  EXPECT_EQ(at("exp", "-0.5"), "1");
  EXPECT_EQ(at("probit", "-0.5"), "0.5");
  EXPECT_EQ(at("cauchit", "-0.5"), "0.5");
  EXPECT_NEAR(std::stod(at("cloglog", "-0.5")), 1 - 1 / 2.718281828459045, 1e-15);
  EXPECT_NEAR(std::stod(at("loglog", "-0.5")), 1 / 2.718281828459045, 1e-15);
  EXPECT_FALSE(Scoring(regression(kLine, "normalizationMethod=\"simplemax\"")).ok());
}

// Tables a, b, c with scores 0, x, 1 (c has no predictors).
std::string classes(const std::string& method, const std::string& opType = "categorical", int tables = 3) {
  std::string values, all;
  const char* names[] = {"a", "b", "c"};
  const char* content[] = {" intercept=\"0\"/>",
                           " intercept=\"0\"><NumericPredictor name=\"x\" coefficient=\"1\"/></RegressionTable>",
                           " intercept=\"1\"/>"};
  std::string outputs;
  for (int i = 0; i < tables; ++i) {
    values += std::string("<Value value=\"") + names[i] + "\"/>";
    all += std::string("<RegressionTable targetCategory=\"") + names[i] + "\"" + content[i];
    outputs +=
        std::string("<OutputField name=\"p") + names[i] + "\" feature=\"probability\" value=\"" + names[i] + "\"/>";
  }
  return document("<DataField name=\"y\" optype=\"" + opType + "\" dataType=\"string\">" + values +
                      "</DataField><DataField name=\"x\" optype=\"continuous\" dataType=\"double\"/>",
                  "<RegressionModel functionName=\"classification\" normalizationMethod=\"" + method +
                      "\"><MiningSchema><MiningField name=\"y\" usageType=\"target\"/><MiningField "
                      "name=\"x\"/></MiningSchema><Output>" +
                      outputs + "</Output>" + all + "</RegressionModel>");
}

TEST(Regression, Classification) {
  // simplemax: 0, 3, 1 of 4. none: the last is one minus the others.
  Row row = Scoring(classes("simplemax")).score({{"x", "3"}});
  EXPECT_EQ(row["y"], "b");
  EXPECT_EQ(row["pb"], "0.75");
  EXPECT_EQ(row["pc"], "0.25");
  row = Scoring(classes("none")).score({{"x", "0.25"}});
  EXPECT_EQ(row["pb"], "0.25");
  EXPECT_EQ(row["pc"], "0.75");
  EXPECT_EQ(row["y"], "c");
  // softmax of 0, 0, 1: e / (e + 2)
  row = Scoring(classes("softmax")).score({{"x", "0"}});
  EXPECT_NEAR(std::stod(row["pc"]), 2.718281828459045 / 4.718281828459045, 1e-15);
  // Two tables, logit: the first by its own score, the second is the rest; a tie goes to the first.
  row = Scoring(classes("logit", "categorical", 2)).score({{"x", "7"}});
  EXPECT_EQ(row["pa"], "0.5");
  EXPECT_EQ(row["pb"], "0.5");
  EXPECT_EQ(row["y"], "a");
  // A missing predictor in one table: no result at all.
  row = Scoring(classes("softmax")).score({});
  EXPECT_EQ(row["y"], "");
  EXPECT_EQ(row["pa"], "");
}

// Sums that are no probabilities: those of two classes and of an ordinal target are clamped to 0 .. 1, those of three classes and more
// stand as they are. The text has p = y; these are the results of JPMML-Evaluator 1.7.7.
TEST(Regression, SumsBeyondProbabilities) {
  const auto probabilities = [](const char* opType, bool three, const char* x) {
    std::string values, outputs, tables;
    const char* labels[] = {"lo", "mid", "hi"};
    const char* intercepts[] = {"0.3", "0.7", "0"};
    for (int i = 0; i < (three ? 3 : 2); ++i) {
      const std::string label = labels[i];
      values += "<Value value=\"" + label + "\"/>";
      outputs += "<OutputField name=\"" + label + "\" feature=\"probability\" value=\"" + label + "\"/>";
      tables += "<RegressionTable targetCategory=\"" + label + "\" intercept=\"" + intercepts[i] + "\">" +
                (i < 2 ? "<NumericPredictor name=\"x\" coefficient=\"0.1\"/>" : "") + "</RegressionTable>";
    }
    const Row row = Scoring(document("<DataField name=\"x\" optype=\"continuous\" dataType=\"double\"/><DataField name=\"c\" optype=\"" + std::string(opType) +
                                         "\" dataType=\"string\">" + values + "</DataField>",
                                     "<RegressionModel functionName=\"classification\" normalizationMethod=\"none\"><MiningSchema><MiningField name=\"x\"/>"
                                     "<MiningField name=\"c\" usageType=\"target\"/></MiningSchema><Output>" + outputs + "</Output>" + tables + "</RegressionModel>"))
                        .score({{"x", x}});
    return row.at("c") + " " + row.at("lo") + " " + row.at("mid") + (three ? " " + row.at("hi") : "");
  };
  EXPECT_EQ(probabilities("ordinal", true, "-4"), "hi 0 0.29999999999999993 0.7000000000000001");
  EXPECT_EQ(probabilities("ordinal", true, "-8"), "hi 0 0 1");
  EXPECT_EQ(probabilities("ordinal", true, "4"), "lo 0.7 0.30000000000000004 0");
  EXPECT_EQ(probabilities("ordinal", true, "8"), "lo 1 0 0");
  EXPECT_EQ(probabilities("ordinal", false, "-8"), "mid 0 1");
  EXPECT_EQ(probabilities("categorical", false, "8"), "lo 1 0");
  EXPECT_EQ(probabilities("categorical", true, "-8"), "hi -0.5 -0.10000000000000009 1.6");
  EXPECT_EQ(probabilities("categorical", true, "4"), "mid 0.7 1.1 -0.8");
}

TEST(Regression, OrdinalClassesAreDifferences) {
  // none, cumulative 0 and 0.25, the rest: 0, 0.25, 0.75.
  Row row = Scoring(classes("none", "ordinal")).score({{"x", "0.25"}});
  EXPECT_EQ(row["pa"], "0");
  EXPECT_EQ(row["pb"], "0.25");
  EXPECT_EQ(row["pc"], "0.75");
  // logit of 0 is 0.5, of a large x is 1.
  row = Scoring(classes("logit", "ordinal")).score({{"x", "1000"}});
  EXPECT_EQ(row["pa"], "0.5");
  EXPECT_EQ(row["pb"], "0.5");
  EXPECT_EQ(row["pc"], "0");
  EXPECT_FALSE(Scoring(classes("softmax", "ordinal")).ok());
}

std::string target(const std::string& attributes, const std::string& inner = "") {
  return "<Targets><Target field=\"y\" " + attributes + ">" + inner + "</Target></Targets>";
}

TEST(Targets, ClampThenScaleThenRound) {
  // y = 1 + 2x. At x = 10, 21 is clamped to 5; times 2 plus 0.5 is 10.5; rounding half up gives 11, down 10.
  const std::string attributes = "min=\"-1\" max=\"5\" rescaleFactor=\"2\" rescaleConstant=\"0.5\"";
  EXPECT_EQ(Scoring(regression(kLine, "", target(attributes))).score({{"x", "10"}}, "y"), "10.5");
  EXPECT_EQ(Scoring(regression(kLine, "", target(attributes + " castInteger=\"round\""))).score({{"x", "10"}}, "y"),
            "11");
  EXPECT_EQ(Scoring(regression(kLine, "", target(attributes + " castInteger=\"floor\""))).score({{"x", "10"}}, "y"),
            "10");
  EXPECT_EQ(Scoring(regression(kLine, "", target(attributes + " castInteger=\"ceiling\""))).score({{"x", "-10"}}, "y"),
            "-1");  // -1.5
  // No integer of 64 bits is near 2e30.
  EXPECT_EQ(Scoring(regression(kLine, "", target("castInteger=\"round\""))).score({{"x", "1e30"}}, "y"), "!");
}

// docs/semantics.md: JPMML-Evaluator 1.7.7 looks at it only where the model names no target.
TEST(Targets, WithoutAFieldOfTheOneTarget) {
  EXPECT_EQ(Scoring(regression(kLine, "", "<Targets><Target rescaleFactor=\"2\"/></Targets>")).score({{"x", "10"}}, "y"), "42");
}

TEST(Targets, IntegersToo) {
  // A regression that predicts integers has an integer for a default; the residual is of the value as it was observed.
  Scoring s(regression(kLine, "", "<Output><OutputField name=\"r\" feature=\"residual\"/></Output>" +
                                      target("castInteger=\"ceiling\"", "<TargetValue defaultValue=\"2.5\"/>")));
  EXPECT_EQ(s.score({}, "y"), "3");
  EXPECT_EQ(s.score({{"x", "0.3"}, {"y", "0.5"}}, "r"), "-1.5");  // 0.5 - 2
}

TEST(Targets, DefaultsForMissingResults) {
  Scoring s(regression(kLine, "", target("rescaleFactor=\"100\"", "<TargetValue defaultValue=\"7\"/>")));
  EXPECT_EQ(s.score({{"x", "0"}}, "y"), "100");
  EXPECT_EQ(s.bits(), 0u);
  EXPECT_EQ(s.score({}, "y"), "7");  // as it stands, not rescaled
  EXPECT_EQ(s.bits(), static_cast<uint32_t>(KILN_DEFAULT_USED));

  // Whichever TargetValue has it; two are refused.
  EXPECT_EQ(Scoring(regression(kLine, "", target("", "<TargetValue displayValue=\"d\"/><TargetValue defaultValue=\"7\"/>"))).score({}, "y"), "7");
  EXPECT_FALSE(Scoring(regression(kLine, "", target("", "<TargetValue defaultValue=\"7\"/><TargetValue defaultValue=\"7\"/>"))).ok());

  std::string text = classes("softmax");
  text.insert(text.find("<RegressionTable"), target("",
                                                    "<TargetValue value=\"a\" priorProbability=\"0.25\"/><TargetValue "
                                                    "value=\"c\" displayValue=\"see\" priorProbability=\"0.75\"/>"));
  text.insert(text.find("</Output>"), "<OutputField name=\"d\" feature=\"predictedDisplayValue\"/>");
  Scoring priors(text);
  ASSERT_TRUE(priors.ok()) << priors.messages();
  Row row = priors.score({});
  EXPECT_EQ(row["y"], "c");
  EXPECT_EQ(row["d"], "see");
  // Without a displayValue in Targets it is that of the DataField, as in JPMML-Evaluator 1.7.7.
  std::string declared = text;
  declared.insert(declared.find("displayValue=\"see\""), " ");
  declared.erase(declared.find("displayValue=\"see\""), std::strlen("displayValue=\"see\""));
  declared.insert(declared.find("<Value value=\"c\"") + std::strlen("<Value value=\"c\""), " displayValue=\"sea\"");
  EXPECT_EQ(Scoring(declared).score({}, "d"), "sea");
  text.insert(text.find("<Value value=\"c\"") + std::strlen("<Value value=\"c\""), " displayValue=\"sea\"");
  EXPECT_EQ(Scoring(text).score({}, "d"), "see");
  EXPECT_EQ(row["pa"], "0.25");
  EXPECT_EQ(row["pb"], "0");
  EXPECT_FALSE(
      Scoring(regression(kLine, "", "<Targets><Target field=\"x\" min=\"0\"/></Targets>")).ok());  // not its target
}

TEST(Output, ASecondFieldOfOneNameMustSayTheSame) {
  const std::string field = "<OutputField name=\"again\" feature=\"predictedValue\" dataType=\"double\"/>";
  EXPECT_EQ(Scoring(regression(kLine, "", "<Output>" + field + field + "</Output>")).outputs(),
            (std::vector<std::string>{"y", "again"}));
  const auto twice = [&](const std::string& factor) {
    return "<OutputField name=\"more\" feature=\"transformedValue\" dataType=\"double\"><Apply function=\"*\"><FieldRef field=\"again\"/>"
           "<Constant>" + factor + "</Constant></Apply></OutputField>";
  };
  EXPECT_TRUE(Scoring(regression(kLine, "", "<Output>" + field + twice("2") + twice("2") + "</Output>")).ok());
  for (const std::string& other : {field + twice("2") + twice("3"), field + "<OutputField name=\"again\" dataType=\"float\"/>"}) {
    Scoring s(regression(kLine, "", "<Output>" + other + "</Output>"));
    EXPECT_NE(s.messages().find("stands a second time in this Output, and differs"), std::string::npos) << s.messages();
    EXPECT_FALSE(s.ok());
  }
}

TEST(Output, FeaturesAndTheirOrder) {
  const std::string output =
      "<Output><OutputField name=\"again\" feature=\"predictedValue\" dataType=\"float\" optype=\"continuous\"/>"
      "<OutputField name=\"twice\" feature=\"transformedValue\" dataType=\"double\" optype=\"continuous\"><Apply "
      "function=\"*\"><FieldRef field=\"again\"/>"
      "<Constant dataType=\"integer\">2</Constant></Apply></OutputField>"
      "<OutputField name=\"big\" feature=\"decision\" dataType=\"boolean\" optype=\"categorical\"><Decisions><Decision "
      "value=\"true\"/></Decisions>"
      "<Apply function=\"greaterThan\"><FieldRef field=\"twice\"/><FieldRef "
      "field=\"x\"/></Apply></OutputField></Output>";
  Scoring s(regression(kLine, "", output));
  ASSERT_TRUE(s.ok()) << s.messages();
  EXPECT_EQ(s.outputs(), (std::vector<std::string>{"y", "again", "twice", "big"}));
  const Row row = s.score({{"x", "1"}});
  EXPECT_EQ(row.at("again"), "3");
  EXPECT_EQ(row.at("twice"), "6");
  EXPECT_EQ(row.at("big"), "true");
}

TEST(Output, RefusesWhatTheModelDoesNotHave) {
  for (const char* feature : {"entityId", "reasonCode", "standardError", "clusterId", "probability"}) {
    Scoring s(regression(
        kLine, "", std::string("<Output><OutputField name=\"f\" feature=\"") + feature + "\" value=\"a\"/></Output>"));
    EXPECT_FALSE(s.ok()) << feature;
    EXPECT_NE(s.messages().find(feature), std::string::npos) << s.messages();
  }
  std::string text = classes("softmax");
  text.insert(text.find("</Output>"), "<OutputField name=\"q\" feature=\"probability\" value=\"nowhere\"/>");
  EXPECT_NE(Scoring(text).messages().find("no such class"), std::string::npos);
}

// The best result was shown whatever the rank.
TEST(Output, RanksOfWhatThereIsOneOfAreRefused) {
  const auto messages = [](const std::string& attributes) {
    std::string text = classes("softmax");
    text.insert(text.find("</Output>"), "<OutputField name=\"q\" " + attributes + "/>");
    return Scoring(text).messages();
  };
  for (const std::string feature : {"predictedValue", "predictedDisplayValue", "residual"}) {
    EXPECT_NE(messages("rank=\"2\" feature=\"" + feature + "\"").find("a rank other than 1 of feature '" + feature + "' is not supported"), std::string::npos);
    EXPECT_EQ(messages("rank=\"1\" feature=\"" + feature + "\""), "");
  }
  EXPECT_EQ(messages("rank=\"2\" feature=\"probability\""), "");
  EXPECT_NE(messages("rank=\"2\" rankOrder=\"ascending\" feature=\"probability\"").find("rankOrder='ascending' of what are no rules"), std::string::npos);
}

TEST(Output, WithoutATargetFieldTheColumnIsCalledTarget) {
  Scoring s(
      document("<DataField name=\"x\" optype=\"continuous\" dataType=\"double\"/>",
               "<RegressionModel functionName=\"regression\"><MiningSchema><MiningField name=\"x\"/></MiningSchema>" +
                   kLine + "</RegressionModel>"));
  EXPECT_EQ(s.score({{"x", "1"}}, "_target"), "3");
}

TEST(Verification, RowsAreKept) {
  const std::string verification =
      "<ModelVerification recordCount=\"1\"><VerificationFields><VerificationField field=\"x\" column=\"data:ex\"/>"
      "<VerificationField field=\"y\" precision=\"1E-9\"/><VerificationField field=\"nowhere\"/></VerificationFields>"
      "<InlineTable><row><data:ex "
      "xmlns:data=\"urn:data\">1</data:ex><y>3</y><nowhere>0</nowhere></row></InlineTable></ModelVerification>";
  Scoring s(regression(kLine, "", verification));
  ASSERT_TRUE(s.ok()) << s.messages();
  ASSERT_EQ(s.pipeline().verifications.size(), 1u);
  const ir::Verification& v = s.pipeline().verifications[0];
  EXPECT_EQ(v.columns, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(v.precision[1], 1e-9);
  EXPECT_EQ(v.zeroThreshold[1], 1e-16);
  EXPECT_EQ(v.rows, (std::vector<std::vector<std::string>>{{"1", "3"}}));
}

TEST(Regression, FloatNormalizationsRoundEachStep) {
  // The same steps in C's float arithmetic: 1 / (1 + exp(-y)), and exp(y - max) over their sum, which is a double.
  const auto model = [](const std::string& method, const std::string& tables) {
    return document(
        "<DataField name=\"u\" optype=\"continuous\" dataType=\"float\"/><DataField name=\"y\" optype=\"categorical\" "
        "dataType=\"string\"/>",
        "<RegressionModel functionName=\"classification\" normalizationMethod=\"" + method +
            "\" x-mathContext=\"float\"><MiningSchema><MiningField name=\"u\"/><MiningField name=\"y\" "
            "usageType=\"target\"/></MiningSchema><Output><OutputField name=\"a\" feature=\"probability\" value=\"a\"/>"
            "<OutputField name=\"b\" feature=\"probability\" value=\"b\"/></Output>" + tables + "</RegressionModel>");
  };
  const auto table = [](const std::string& label, const std::string& coefficient) {
    return "<RegressionTable intercept=\"0\" targetCategory=\"" + label + "\"><NumericPredictor name=\"u\" coefficient=\"" +
           coefficient + "\"/></RegressionTable>";
  };
  Scoring logit(model("logit", table("a", "1") + "<RegressionTable intercept=\"0\" targetCategory=\"b\"/>"));
  Scoring softmax(model("softmax", table("a", "1") + table("b", "-1") + table("c", "0.5")));
  const auto floatExp = [](float x) { return static_cast<float>(std::exp(static_cast<double>(x))); };
  for (int i = -40; i <= 40; i++) {
    const float u = static_cast<float>(i) * 0.37f;
    const Row row{{"u", formatNumber(static_cast<double>(u))}};
    const float p = 1.0f / (1.0f + floatExp(-u)), q = 1.0f - p;
    EXPECT_EQ(logit.score(row, "a"), formatNumber(static_cast<double>(p))) << u;
    EXPECT_EQ(logit.score(row, "b"), formatNumber(static_cast<double>(q))) << u;
    const float y[3] = {u, -u, 0.5f * u}, top = std::max({y[0], y[1], y[2]});
    double sum = 0;
    for (float v : y) sum += static_cast<double>(floatExp(v - top));
    EXPECT_EQ(softmax.score(row, "b"), formatNumber(static_cast<double>(floatExp(y[1] - top) / static_cast<float>(sum)))) << u;
  }
}

}  // namespace
}  // namespace kiln::test

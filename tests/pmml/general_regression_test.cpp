// GeneralRegressionModel: links, ordinal and multinomial targets, factors with contrasts, interactions, offset and
// trials, standard errors, Cox. Expected values are the formulas of PMML 4.4's GeneralRegression page, computed with
// Python's math.
#include <cmath>
#include <cstdlib>

#include "tests/pmml/scoring.h"

namespace kiln::test {
namespace {

const std::string kFields =
    R"(<DataField name="y" optype="continuous" dataType="double"/><DataField name="x" optype="continuous" dataType="double"/>
<DataField name="w" optype="continuous" dataType="double"/><DataField name="g" optype="categorical" dataType="string"/>
<DataField name="h" optype="categorical" dataType="string"/>
<DataField name="c" optype="ordinal" dataType="string"><Value value="lo"/><Value value="mid"/><Value value="hi"/></DataField>)";

std::string model(const std::string& attributes, const std::string& parameters, const std::string& cells,
                  const std::string& coefficients, const std::string& target = "y", const std::string& output = "") {
  std::string list, probabilities;
  for (char name : parameters) list += std::string("<Parameter name=\"") + name + "\"/>";
  if (target == "c")
    for (const char* label : {"lo", "mid", "hi"})
      probabilities +=
          std::string("<OutputField feature=\"probability\" name=\"") + label + "\" value=\"" + label + "\"/>";
  return document(kFields, "<GeneralRegressionModel " + attributes +
                               R"(><MiningSchema><MiningField name="x"/><MiningField name="w"/>
<MiningField name="g"/><MiningField name="h"/><MiningField name=")" +
                               target + R"(" usageType="target"/></MiningSchema><Output>)" + probabilities + output +
                               "</Output><ParameterList>" + list + R"(</ParameterList>
<FactorList><Predictor name="g"/><Predictor name="h"/></FactorList><CovariateList><Predictor name="x"/><Predictor name="w"/></CovariateList>
<PPMatrix>)" + cells + "</PPMatrix><ParamMatrix>" +
                               coefficients + "</ParamMatrix></GeneralRegressionModel>");
}
std::string cell(const std::string& parameter, const std::string& predictor, const std::string& value,
                 const std::string& more = "") {
  return "<PPCell parameterName=\"" + parameter + "\" predictorName=\"" + predictor + "\" value=\"" + value + "\" " +
         more + "/>";
}
std::string beta(const std::string& parameter, const std::string& value, const std::string& category = "") {
  return "<PCell parameterName=\"" + parameter + "\" beta=\"" + value + "\"" +
         (category.empty() ? "" : " targetCategory=\"" + category + "\"") + "/>";
}
const std::string kGeneralized = R"(functionName="regression" modelType="generalizedLinear" )";

// eta = 0.4 - 0.2 [g = m]
double linked(const std::string& link) {
  Scoring scoring(model(kGeneralized + link, "ab", cell("b", "g", "m"), beta("a", "0.4") + beta("b", "-0.2")));
  return std::strtod(scoring.score({{"g", "m"}}, "y").c_str(), nullptr);
}

TEST(GeneralRegression, Links) {
  EXPECT_NEAR(linked(R"(linkFunction="identity")"), 0.2, 1e-15);
  EXPECT_NEAR(linked(R"(linkFunction="cloglog")"), 0.7051836792708419, 1e-14);
  EXPECT_NEAR(linked(R"(linkFunction="log")"), 1.2214027581601699, 1e-14);
  EXPECT_NEAR(linked(R"(linkFunction="logc")"), -0.22140275816016985, 1e-14);
  EXPECT_NEAR(linked(R"(linkFunction="logit")"), 0.549833997312478, 1e-14);
  EXPECT_NEAR(linked(R"(linkFunction="loglog")"), 0.4409910259429827, 1e-14);
  EXPECT_NEAR(linked(R"(linkFunction="negbin" distParameter="1.3")"), -4.243581204713072, 1e-13);
  EXPECT_NEAR(linked(R"(linkFunction="oddspower" linkParameter="0.7")"), 0.5466596507907097, 1e-14);
  EXPECT_NEAR(linked(R"(linkFunction="oddspower" linkParameter="0")"), 0.549833997312478, 1e-14);
  EXPECT_NEAR(linked(R"(linkFunction="power" linkParameter="2")"), 0.4472135954999579, 1e-14);
  EXPECT_NEAR(linked(R"(linkFunction="power" linkParameter="-1")"), 5, 1e-13);
  EXPECT_NEAR(linked(R"(linkFunction="power" linkParameter="0")"), 1.2214027581601699, 1e-14);
  EXPECT_NEAR(linked(R"(linkFunction="probit")"), 0.579259709439103, 1e-14);
}

TEST(GeneralRegression, ProductsOfFactorsAndCovariates) {
  // a + b x^2 + c x^-1 w + d [g=m][h=p] + e [g=m] x
  Scoring scoring(model(R"(functionName="regression" modelType="generalLinear")", "abcde",
                        cell("b", "x", "2") + cell("c", "x", "-1") + cell("c", "w", "1") + cell("d", "g", "m") +
                            cell("d", "h", "p") + cell("e", "g", "m") + cell("e", "x", "1"),
                        beta("a", "1") + beta("b", "3") + beta("c", "5") + beta("d", "100") + beta("e", "1000")));
  EXPECT_EQ(scoring.score({{"x", "2"}, {"w", "4"}, {"g", "m"}, {"h", "p"}}, "y"), "2123");  // 1 + 12 + 10 + 100 + 2000
  EXPECT_EQ(scoring.score({{"x", "2"}, {"w", "4"}, {"g", "m"}, {"h", "q"}}, "y"), "2023");
  EXPECT_EQ(scoring.score({{"x", "2"}, {"w", "4"}, {"g", "f"}, {"h", "p"}}, "y"), "23");
  EXPECT_EQ(scoring.score({{"x", "2"}, {"w", "4"}, {"g", "f"}}, "y"), "");  // h is missing, and counts
  EXPECT_EQ(scoring.score({{"x", "2"}, {"g", "f"}, {"h", "p"}}, "y"), "");
}

// As in JPMML-Evaluator 1.7.7: a parameter of another category is 0 whatever its covariates are; the text says nothing of them.
TEST(GeneralRegression, CovariatesOfOtherCategoriesCountForNothing) {
  // a + b [g=m] x^-1 + c [g=m][h=p] w
  Scoring scoring(model(R"(functionName="regression" modelType="generalLinear")", "abc",
                        cell("b", "g", "m") + cell("b", "x", "-1") + cell("c", "g", "m") + cell("c", "h", "p") + cell("c", "w", "1"),
                        beta("a", "1") + beta("b", "10") + beta("c", "100")));
  EXPECT_EQ(scoring.score({{"g", "f"}, {"h", "p"}, {"x", "0"}, {"w", "1"}}, "y"), "1");   // not 0 / 0
  EXPECT_EQ(scoring.score({{"g", "f"}, {"h", "p"}}, "y"), "1");
  EXPECT_EQ(scoring.score({{"g", "m"}, {"h", "q"}, {"x", "2"}}, "y"), "6");
  EXPECT_EQ(scoring.score({{"g", "m"}, {"h", "p"}, {"x", "2"}, {"w", "2"}}, "y"), "206");
  EXPECT_EQ(scoring.score({{"g", "m"}, {"h", "p"}, {"x", "2"}}, "y"), "");
  EXPECT_EQ(scoring.score({{"x", "2"}, {"w", "2"}}, "y"), "");
}

TEST(GeneralRegression, OffsetsOfSeveralClasses) {
  const std::string text = model(R"(functionName="classification" modelType="ordinalMultinomial" cumulativeLink="logit" offsetVariable="w")", "ab",
                                 cell("b", "x", "1"), beta("a", "-1", "lo") + beta("a", "1", "mid") + beta("b", "1"), "c");
  for (const bool jpmml : {false, true}) {
    Scoring scoring(text, jpmml);
    ASSERT_TRUE(scoring.ok()) << scoring.messages();
    EXPECT_NEAR(std::strtod(scoring.score({{"x", "1"}, {"w", "-1"}}, "lo").c_str(), nullptr), 0.2689414213699951, 1e-14);   // logistic of -1 + 1 - 1
    EXPECT_EQ(scoring.score({{"x", "1"}}, "lo"), jpmml ? "!" : "");   // JPMML asks for the offset where there is a sum
    EXPECT_EQ(scoring.score({}, "lo"), "");
  }
}

// JPMML-Evaluator 1.7.7 adds it for the reference category, too, so that it has no effect.
TEST(GeneralRegression, TheOffsetOfAMultinomialModel) {
  const std::string text = model(R"(functionName="classification" modelType="multinomialLogistic" targetReferenceCategory="hi" offsetVariable="w")", "a", "",
                                 beta("a", "0", "lo") + beta("a", "0", "mid"), "c");
  EXPECT_NEAR(std::strtod(Scoring(text).score({{"w", "1"}}, "lo").c_str(), nullptr), 0.4223187982515182, 1e-14);   // e / (2 e + 1)
  EXPECT_NEAR(std::strtod(Scoring(text, true).score({{"w", "1"}}, "lo").c_str(), nullptr), 1.0 / 3, 1e-14);
}

TEST(GeneralRegression, Ordinal) {
  const struct {
    const char* link;
    double low, middle, high;
  } expected[] = {{"logit", 0.425557483188341, 0.3055010954416639, 0.2689414213699951},
                  {"probit", 0.3820885778110474, 0.45925616825749555, 0.15865525393145707},
                  {"cloglog", 0.5232763092854059, 0.41073565486928154, 0.06598803584531254},
                  {"loglog", 0.25927686599082755, 0.43292376156451884, 0.3077993724446536},
                  {"cauchit", 0.40722642092225764, 0.34277357907774236, 0.25}};
  for (const auto& e : expected) {
    // thresholds -0.5 and 0.8, plus 0.2 x
    Scoring scoring(model(
        std::string(R"(functionName="classification" modelType="ordinalMultinomial" cumulativeLink=")") + e.link + "\"",
        "ab", cell("b", "x", "1"), beta("a", "-0.5", "lo") + beta("a", "0.8", "mid") + beta("b", "0.2"), "c"));
    const Row row = scoring.score({{"x", "1"}});
    EXPECT_NEAR(std::strtod(row.at("lo").c_str(), nullptr), e.low, 1e-14) << e.link;
    EXPECT_NEAR(std::strtod(row.at("mid").c_str(), nullptr), e.middle, 1e-14) << e.link;
    EXPECT_NEAR(std::strtod(row.at("hi").c_str(), nullptr), e.high, 1e-14) << e.link;
    EXPECT_EQ(row.at("c"), e.low > e.middle ? "lo" : "mid");
  }
}

TEST(GeneralRegression, Multinomial) {
  // eta: lo 1, mid -1 + 0.5 x only for `mid` (a PPCell of that category), hi 0. At x = 2: softmax(1, 0, 0).
  Scoring scoring(model(R"(functionName="classification" modelType="multinomialLogistic")", "ab",
                        cell("b", "x", "1", "targetCategory=\"mid\""),
                        beta("a", "1", "lo") + beta("a", "-1", "mid") + beta("b", "0.5", "mid"), "c"));
  const Row row = scoring.score({{"x", "2"}});
  EXPECT_EQ(row.at("c"), "lo");
  EXPECT_NEAR(std::strtod(row.at("lo").c_str(), nullptr), 0.5761168847658291, 1e-15);  // e / (e + 2)
  EXPECT_NEAR(std::strtod(row.at("hi").c_str(), nullptr), 0.21194155761708544, 1e-15);
}

TEST(GeneralRegression, ReferenceCategoryIsNeeded) {
  Scoring scoring(
      model(R"(functionName="classification" modelType="multinomialLogistic")", "a", "", beta("a", "1", "lo"), "c"));
  EXPECT_FALSE(scoring.ok());
  EXPECT_NE(scoring.messages().find("targetReferenceCategory"), std::string::npos) << scoring.messages();
}

TEST(GeneralRegression, ContrastMatrix) {
  // The example of the standard's page: probability of Low for f, 19, 3, 45000.
  const std::string fields =
      R"(<DataField name="salCat" optype="categorical" dataType="string"><Value value="Low"/><Value value="High"/></DataField>
<DataField name="gender" optype="categorical" dataType="string"/><DataField name="educ" optype="continuous" dataType="double"/>
<DataField name="jobcat" optype="categorical" dataType="double"/><DataField name="salbegin" optype="continuous" dataType="double"/>)";
  std::string body =
      R"(<GeneralRegressionModel modelType="multinomialLogistic" functionName="classification" targetReferenceCategory="High">
<MiningSchema><MiningField name="salCat" usageType="target"/><MiningField name="gender"/><MiningField name="educ"/><MiningField name="jobcat"/>
<MiningField name="salbegin"/></MiningSchema><Output><OutputField name="p" feature="probability" value="Low"/></Output><ParameterList>)";
  for (int i = 1; i <= 7; i++) body += "<Parameter name=\"" + std::to_string(i) + "\"/>";
  body +=
      R"(</ParameterList><FactorList><Predictor name="gender" contrastMatrixType="Simple"><Categories><Category value="f"/><Category value="m"/>
</Categories><Matrix nbRows="2" nbCols="1"><Array type="real" n="1">.5</Array><Array type="real" n="1">-.5</Array></Matrix></Predictor>
<Predictor name="jobcat" contrastMatrixType="Helmert"><Categories><Category value="1"/><Category value="2"/><Category value="3"/></Categories>
<Matrix nbRows="3" nbCols="2"><Array type="real" n="2">.666666666667 0</Array><Array type="real" n="2">-.333333333333 .5</Array>
<Array type="real" n="2">-.333333333333 -.5</Array></Matrix></Predictor></FactorList>
<CovariateList><Predictor name="educ"/><Predictor name="salbegin"/></CovariateList><PPMatrix>)" +
      cell("2", "gender", "f") + cell("3", "educ", "1") + cell("4", "jobcat", "1") + cell("5", "jobcat", "2") +
      cell("6", "gender", "f") + cell("6", "jobcat", "1") + cell("7", "educ", "1") + cell("7", "gender", "f") +
      cell("7", "salbegin", "1") + "</PPMatrix><ParamMatrix>" + beta("1", "17.0599111512836", "Low") +
      beta("2", "-2.79578119817189", "Low") + beta("3", "-0.625739483585618", "Low") +
      beta("4", "-5.76523337984277", "Low") + beta("5", "17.743574615114", "Low") +
      beta("6", "0.421913613872923", "Low") + beta("7", "1.1136356754678E-005", "Low") +
      "</ParamMatrix></GeneralRegressionModel>";
  Scoring scoring(document(fields, body));
  const std::string p = scoring.score({{"gender", "f"}, {"educ", "19"}, {"jobcat", "3"}, {"salbegin", "45000"}}, "p");
  EXPECT_NEAR(std::strtod(p.c_str(), nullptr), 0.8195647018563618, 1e-12);
}

// JPMML-Evaluator 1.7.7 refuses it, too.
TEST(GeneralRegression, OrdinalClassesAreDeclared) {
  std::string text = model(R"(functionName="classification" modelType="ordinalMultinomial" cumulativeLink="logit")", "ab",
                           cell("b", "x", "1"), beta("a", "-1", "lo") + beta("a", "1", "mid") + beta("b", "0.5"), "c");
  EXPECT_TRUE(Scoring(text).ok());
  const std::string values = R"(<Value value="lo"/><Value value="mid"/><Value value="hi"/>)";
  text.replace(text.find(values), values.size(), "");
  text.replace(text.find("<Output>"), text.find("</Output>") - text.find("<Output>") + 9, "");
  EXPECT_NE(Scoring(text).messages().find("the target declares no Values, so that its classes have no order"), std::string::npos);
}

TEST(GeneralRegression, OffsetAndTrials) {
  // inv_logit(0.4 + w) * 10 at w = -0.4
  Scoring scoring(
      model(kGeneralized + R"(linkFunction="logit" distribution="binomial" offsetVariable="w" trialsValue="10")", "a",
            "", beta("a", "0.4")));
  EXPECT_EQ(scoring.score({{"w", "-0.4"}}, "y"), "5");
  EXPECT_EQ(scoring.score({}, "y"), "");
  Scoring trials(
      model(kGeneralized + R"(linkFunction="identity" offsetValue="2" trialsVariable="x")", "a", "", beta("a", "1")));
  EXPECT_EQ(trials.score({{"x", "5"}}, "y"), "15");
}

// As in JPMML-Evaluator 1.7.7, which multiplies the probabilities of a generalizedLinear classification, too: that is refused.
TEST(GeneralRegression, TrialsHaveNoEffectOnOtherModelTypes) {
  Scoring linear(model(R"(functionName="regression" modelType="generalLinear" trialsVariable="w")", "a", cell("a", "x", "1"), beta("a", "2")));
  EXPECT_EQ(linear.score({{"x", "3"}}, "y"), "6");
  EXPECT_NE(linear.messages().find("trialsVariable has no effect: modelType is generalLinear"), std::string::npos) << linear.messages();
  Scoring ordinal(model(R"(functionName="classification" modelType="ordinalMultinomial" cumulativeLink="logit" trialsValue="5")", "ab", cell("b", "x", "1"),
                        beta("a", "-1", "lo") + beta("a", "1", "mid") + beta("b", "0.5"), "c"));
  EXPECT_NEAR(std::strtod(ordinal.score({{"x", "0"}}, "lo").c_str(), nullptr), 0.2689414213699951, 1e-14);
  Scoring probability(model(R"(functionName="classification" modelType="generalizedLinear" linkFunction="logit" targetReferenceCategory="hi" trialsValue="5")", "a", "",
                            beta("a", "1", "lo") + beta("a", "1", "mid"), "c"));
  EXPECT_NE(probability.messages().find("trials of a classification"), std::string::npos) << probability.messages();
}

// 2 x, without w: the standard has the offset in generalizedLinear, ordinalMultinomial and multinomialLogistic models. JPMML-Evaluator
// 1.7.7 and PMML4S 1.5.6 leave it out, too.
TEST(GeneralRegression, OffsetsHaveNoEffectOnOtherModelTypes) {
  for (const char* type : {"regression", "generalLinear"}) {
    Scoring scoring(model("functionName=\"regression\" modelType=\"" + std::string(type) + "\" offsetVariable=\"w\"", "b",
                          cell("b", "x", "1"), beta("b", "2")));
    EXPECT_NE(scoring.messages().find("warning: offsetVariable has no effect: modelType is " + std::string(type)),
              std::string::npos);
    EXPECT_EQ(scoring.score({{"x", "3"}, {"w", "100"}}, "y"), "6");
    EXPECT_EQ(scoring.score({{"x", "3"}}, "y"), "6");
  }
}

// As JPMML-R 1.5.2 writes glmnet of Poisson: without the link. 0.5 + 2 x, not its exponential.
TEST(GeneralRegression, DistributionsHaveNoEffectOnLinearModels) {
  for (const std::string distribution : {"poisson", "normal"}) {
    Scoring scoring(model("functionName=\"regression\" modelType=\"generalLinear\" distribution=\"" + distribution + "\"", "ab", cell("b", "x", "1"), beta("a", "0.5") + beta("b", "2")));
    EXPECT_EQ(scoring.messages().find("warning: distribution 'poisson' has no effect") != std::string::npos, distribution == "poisson") << scoring.messages();
    EXPECT_EQ(scoring.score({{"x", "3"}}, "y"), "6.5");
  }
}

TEST(GeneralRegression, StandardError) {
  // y = 1 + 2 x; covariances [[4, -1], [-1, 0.5]]. At x = 3: 4 - 2 * 3 + 9 * 0.5 = 2.5.
  std::string text = model(R"(functionName="regression" modelType="regression")", "ab", cell("b", "x", "1"),
                           beta("a", "1") + beta("b", "2"), "y", R"(<OutputField name="se" feature="standardError"/>)");
  const std::string covariances =
      R"(<PCovMatrix><PCovCell pRow="a" pCol="a" value="4"/><PCovCell pRow="a" pCol="b" value="-1"/><PCovCell pRow="b" pCol="b" value="0.5"/></PCovMatrix>)";
  text.insert(text.find("<ParamMatrix>"), covariances);
  const std::string se = Scoring(text).score({{"x", "3"}}, "se");
  EXPECT_NEAR(std::strtod(se.c_str(), nullptr), 1.5811388300841898, 1e-15);
}

// x' C x at (1, x) of matrices that are no covariances', and of one that rounding leaves below 0: (1.1 - 0.3 x)^2 at 1.1 / 0.3.
TEST(GeneralRegression, VariancesBelowZero) {
  const auto error = [](const char* a, const char* ab, const char* b, const char* x, const std::string& more = "") {
    std::string text = model(R"(functionName="regression" modelType="regression")", "ab", cell("b", "x", "1"), beta("a", "1") + beta("b", "2"), "y",
                             R"(<OutputField name="se" feature="standardError"/>)");
    const auto covariance = [](const char* row, const char* column, const char* value) {
      return std::string("<PCovCell pRow=\"") + row + "\" pCol=\"" + column + "\" value=\"" + value + "\"/>";
    };
    text.insert(text.find("<ParamMatrix>"), "<PCovMatrix>" + covariance("a", "a", a) + covariance("a", "b", ab) + covariance("b", "b", b) + more + "</PCovMatrix>");
    Scoring scoring(text);
    return scoring.ok() ? scoring.score({{"x", x}}, "se") : scoring.messages();
  };
  EXPECT_EQ(error("1", "2", "1", "1"), formatNumber(std::sqrt(6.0)));
  EXPECT_EQ(error("1", "2", "1", "-1"), "!");   // 1 - 4 + 1
  EXPECT_EQ(error("1.21", "-0.33", "0.09", "3.666666666666667"), "0");
  EXPECT_NE(error("-1", "0", "1", "1").find("a variance is not negative"), std::string::npos);
  EXPECT_NE(error("1", "2", "1", "1", R"(<PCovCell pRow="b" pCol="a" value="3"/>)").find("these parameters have another covariance before"), std::string::npos);
  EXPECT_EQ(error("1", "2", "1", "1", R"(<PCovCell pRow="b" pCol="a" value="2"/>)"), formatNumber(std::sqrt(6.0)));
}

// What is predicted is trials times the mean, and so is its error.
TEST(GeneralRegression, StandardErrorOfTrials) {
  std::string text = model(kGeneralized + R"(linkFunction="identity" trialsVariable="x")", "a", "", beta("a", "3"), "y",
                           R"(<OutputField name="se" feature="standardError"/><OutputField name="low" feature="confidenceIntervalLower"/>)");
  text.insert(text.find("<ParamMatrix>"), R"(<PCovMatrix><PCovCell pRow="a" pCol="a" value="4"/></PCovMatrix>)");
  Scoring scoring(text);
  ASSERT_TRUE(scoring.ok()) << scoring.messages();
  EXPECT_EQ(scoring.score({{"x", "5"}}, "se"), "10");
  EXPECT_NEAR(std::strtod(scoring.score({{"x", "5"}}, "low").c_str(), nullptr), 15 - 10 * 1.959963984540054, 1e-13);
  EXPECT_EQ(scoring.score({}, "se"), "");
}

// 1 + 2 * 3 -+ q * 1.5811388300841898 of the model above. Quantiles of Student's t by numeric integration of its density: 12.7062047361747
// (1 degree, 95 %), 4.302652729749 (2, 95 %), 1.8945786050900 (7, 90 %), 2.228138851986 (10, 95 %); of the normal one 1.959963984540054.
TEST(GeneralRegression, ConfidenceIntervals) {
  const auto bound = [](const std::string& attributes, const std::string& level, const std::string& targets = "", const char* which = "Lower") {
    std::string text = model(R"(functionName="regression" modelType="regression" )" + attributes, "ab", cell("b", "x", "1"), beta("a", "1") + beta("b", "2"), "y",
                             std::string("<OutputField name=\"c\" feature=\"confidenceInterval") + which + "\"" + level + "/>");
    text.insert(text.find("<ParamMatrix>"), R"(<PCovMatrix><PCovCell pRow="a" pCol="a" value="4"/><PCovCell pRow="a" pCol="b" value="-1"/>
<PCovCell pRow="b" pCol="b" value="0.5"/></PCovMatrix>)");
    text.insert(text.find("<ParameterList>"), targets);
    Scoring scoring(text);
    return scoring.ok() ? std::strtod(scoring.score({{"x", "3"}}, "c").c_str(), nullptr) : std::nan("");
  };
  constexpr double kError = 1.5811388300841898;
  EXPECT_NEAR(bound("", ""), 7 - 1.959963984540054 * kError, 1e-13);
  EXPECT_NEAR(bound(R"(modelDF="1")", ""), 7 - 12.7062047361747 * kError, 1e-11);
  EXPECT_NEAR(bound(R"(modelDF="2")", R"( value="95")"), 7 - 4.302652729749 * kError, 1e-11);
  EXPECT_NEAR(bound(R"(modelDF="7")", R"( value="90")", "", "Upper"), 7 + 1.8945786050900 * kError, 1e-11);
  EXPECT_NEAR(bound(R"(modelDF="10")", ""), 7 - 2.228138851986 * kError, 1e-11);
  // Many degrees: where the series ends and the expansion takes over, both are near the normal quantile plus (q^3 + q) / (4 n).
  EXPECT_NEAR(bound(R"(modelDF="20000")", ""), bound(R"(modelDF="20001")", ""), 1e-8);
  // Degrees that are no whole number, as of Satterthwaite: quantiles by mpmath's betainc (scipy's stats.t.ppf has the same).
for (const auto& [degrees, quantile] : {std::pair("0.7", 36.6114150315886966), {"2.5", 3.57465484200368322}, {"17.25", 2.10748873742833491}, {"412.6", 1.96573016735342762}})
    EXPECT_NEAR(bound("modelDF=\"" + std::string(degrees) + "\"", ""), 7 - quantile * kError, 1e-11) << degrees;
  EXPECT_TRUE(std::isnan(bound(R"(modelDF="0.1")", "")));  // Targets rescale bounds as they do the prediction: 3 - 2 y has its lower bound where y has the upper one.
  const std::string targets = R"(<Targets><Target field="y" rescaleFactor="-2" rescaleConstant="3"/></Targets>)";
  EXPECT_NEAR(bound("", "", targets), 3 - 2 * (7 + 1.959963984540054 * kError), 1e-13);
  EXPECT_NEAR(bound("", "", targets, "Upper"), 3 - 2 * (7 - 1.959963984540054 * kError), 1e-13);
  EXPECT_EQ(bound("", "", R"(<Targets><Target field="y" min="6.5"/></Targets>)"), 6.5);
}

TEST(GeneralRegression, Cox) {
  std::string text = document(
      R"(<DataField name="t" optype="continuous" dataType="double"/><DataField name="x" optype="continuous" dataType="double"/>
<DataField name="s" optype="categorical" dataType="string"/><DataField name="y" optype="continuous" dataType="double"/>)",
      R"(<GeneralRegressionModel functionName="regression" modelType="CoxRegression" endTimeVariable="t" baselineStrataVariable="s"><MiningSchema>
<MiningField name="t"/><MiningField name="x"/><MiningField name="s"/><MiningField name="y" usageType="target"/></MiningSchema>
<ParameterList><Parameter name="a" referencePoint="4"/></ParameterList><CovariateList><Predictor name="x"/></CovariateList>
<PPMatrix><PPCell parameterName="a" predictorName="x" value="1"/></PPMatrix><ParamMatrix><PCell parameterName="a" beta="0.5"/></ParamMatrix>
<EventValues><Value value="1"/></EventValues><BaseCumHazardTables>
<BaselineStratum value="u" maxTime="10"><BaselineCell time="2" cumHazard="0.25"/><BaselineCell time="5" cumHazard="0.5"/></BaselineStratum>
<BaselineStratum value="v" maxTime="5"><BaselineCell time="3" cumHazard="1"/><BaselineCell time="5" cumHazard="2"/></BaselineStratum>
</BaseCumHazardTables></GeneralRegressionModel>)");
  Scoring scoring(text);
  const auto at = [&](const char* time, const char* stratum) {
    return scoring.score({{"t", time}, {"x", "4"}, {"s", stratum}}, "y");
  };
  EXPECT_EQ(at("1.9", "u"), "0");  // x at the reference point: the base hazard itself
  EXPECT_EQ(at("2", "u"), "0.25");
  EXPECT_EQ(at("4.9", "u"), "0.25");
  EXPECT_EQ(at("5", "u"), "0.5");
  EXPECT_EQ(at("10", "u"), "0.5");
  EXPECT_EQ(at("10.1", "u"), "");
  EXPECT_EQ(at("2", "v"), "0");
  EXPECT_EQ(at("5", "v"), "2");
  EXPECT_EQ(at("5.1", "v"), "");
  EXPECT_EQ(at("3", "w"), "");
  EXPECT_EQ(at("", "u"), "");
  // Before the first time of the stratum the hazard is 0 without the covariate too; later it takes it.
  EXPECT_EQ(scoring.score({{"t", "1.9"}, {"x", ""}, {"s", "u"}}, "y"), "0");
  EXPECT_EQ(scoring.score({{"t", "2"}, {"x", ""}, {"s", "u"}}, "y"), "");
  EXPECT_EQ(scoring.score({{"t", "2.9"}, {"x", ""}, {"s", "v"}}, "y"), "0");
  EXPECT_EQ(scoring.score({{"t", "1"}, {"x", ""}, {"s", "w"}}, "y"), "");
  // exp(0.5 * 6 - 0.5 * 4) = e
  EXPECT_NEAR(std::strtod(scoring.score({{"t", "5"}, {"x", "6"}, {"s", "u"}}, "y").c_str(), nullptr),
              0.5 * 2.718281828459045, 1e-15);
}

TEST(GeneralRegression, RefusesWhatItCannotKnow) {
  std::string twice = model(kGeneralized + R"(linkFunction="identity")", "a", "", beta("a", "1"));
  twice.insert(twice.find("</GeneralRegressionModel>"), "<ParamMatrix>" + beta("a", "2") + "</ParamMatrix>");
  EXPECT_NE(Scoring(twice).messages().find("a second ParamMatrix in one model"), std::string::npos);
  const auto messages = [](const std::string& attributes) {
    return Scoring(model(attributes, "a", "", beta("a", "1"))).messages();
  };
  EXPECT_NE(messages(kGeneralized).find("linkFunction"), std::string::npos);
  EXPECT_NE(messages(kGeneralized + R"(linkFunction="negbin")").find("distParameter"), std::string::npos);
  EXPECT_NE(messages(R"(functionName="regression" modelType="regression" linkFunction="log")").find("linkFunction"),
            std::string::npos);
  EXPECT_NE(messages(R"(functionName="regression" modelType="multinomialLogistic")").find("functionName"),
            std::string::npos);
}

}  // namespace
}  // namespace kiln::test

// Links of GeneralRegressionModel: linear predictors that no mean has, standard errors and confidence intervals of means. Derivatives are
// those of statsmodels 0.15's links (inverse_deriv; of oddspower, which it does not have, mpmath's), intervals its default: ends of the
// linear predictor's interval through the inverse link. x is the linear predictor.
#include <cmath>
#include <cstdlib>
#include <limits>

#include "tests/pmml/scoring.h"

namespace kiln::test {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr double k95 = 1.959963984540054;   // the normal quantile
constexpr double kDeviation = 0.25;         // of the sum

const std::string kOutputs = R"(<OutputField name="se" feature="standardError"/><OutputField name="low" feature="confidenceIntervalLower"/>
<OutputField name="high" feature="confidenceIntervalUpper"/>)";

// The sum is an intercept of 0, whose variance is 0.0625, plus x.
std::string linked(const std::string& link, const std::string& outputs = kOutputs, const std::string& classes = "") {
  const std::string target = classes.empty() ? R"(<DataField name="y" optype="continuous" dataType="double"/>)"
                                             : R"(<DataField name="y" optype="categorical" dataType="string">)" + classes + "</DataField>";
  return document(target + R"(<DataField name="x" optype="continuous" dataType="double"/><DataField name="n" optype="continuous" dataType="double"/>)",
                  "<GeneralRegressionModel functionName=\"" + std::string(classes.empty() ? "regression" : "classification") +
                      "\" modelType=\"generalizedLinear\" linkFunction=\"" + link + R"("><MiningSchema><MiningField name="x"/><MiningField name="n"/>
<MiningField name="y" usageType="target"/></MiningSchema><Output>)" + outputs +
                      R"(</Output><ParameterList><Parameter name="a"/><Parameter name="b"/></ParameterList><CovariateList><Predictor name="x"/></CovariateList>
<PPMatrix><PPCell value="1" predictorName="x" parameterName="b"/></PPMatrix><PCovMatrix><PCovCell pRow="a" pCol="a" value="0.0625"/></PCovMatrix>
<ParamMatrix><PCell parameterName="a" beta="0" )" + (classes.empty() ? "" : R"(targetCategory="p")") +
                      R"(/><PCell parameterName="b" beta="1" )" + (classes.empty() ? "" : R"(targetCategory="p")") + "/></ParamMatrix></GeneralRegressionModel>");
}

double number(const Row& row, const char* name) { return std::strtod(row.at(name).c_str(), nullptr); }

TEST(Links, StandardErrorsByTheDerivative) {
  const struct {
    const char *link, *x;
    double derivative;
  } expected[] = {{"logit", "-1.7", 0.13060574696620805},
                  {"logit", "0.4", 0.24026074574152917},
                  {"probit", "-1.7", 0.09404907737688695},
                  {"probit", "0.4", 0.36827014030332333},
                  {"cloglog", "-1.7", 0.15218117547040827},
                  {"cloglog", "0.4", 0.33560355964344496},
                  {"loglog", "-1.7", 0.02296124712471899},
                  {"loglog", "0.4", 0.34289875646773177},
                  {"log", "-1.7", 0.18268352405273466},
                  {"log", "0.4", 1.4918246976412703},
                  {"logc", "-1.7", 0.18268352405273466},
                  {"logc", "0.4", 1.4918246976412703},
                  {R"(power" linkParameter="0.4)", "0.4", 0.6324555320336761},
                  {R"(power" linkParameter="-1)", "-1.7", 0.34602076124567477},
                  {R"(power" linkParameter="-1)", "0.4", 6.249999999999999},
                  {R"(power" linkParameter="2)", "0.4", 0.7905694150420948},
                  {R"(power" linkParameter="0)", "0.4", 1.4918246976412703},
                  {R"(power" linkParameter="1)", "-1.7", 1},
                  {R"(negbin" distParameter="1.3)", "-1.7", 0.21036598632670522},
                  {R"(negbin" distParameter="1.3)", "-0.3", 8.4831934174604},
                  {R"(negbin" distParameter="1.3)", "0.4", 4.744099326238672},
                  {R"(oddspower" linkParameter="0)", "0.4", 0.24026074574152917},
                  {R"(oddspower" linkParameter="0.7)", "-0.3", 0.30765120721122855},
                  {R"(oddspower" linkParameter="0.7)", "0.4", 0.18936357574663079},
                  {R"(oddspower" linkParameter="-0.5)", "0.4", 0.297441998810232}};
  for (const auto& e : expected) {
    Scoring scoring(linked(e.link));
    ASSERT_TRUE(scoring.ok()) << scoring.messages();
    EXPECT_NEAR(number(scoring.score({{"x", e.x}}), "se"), kDeviation * e.derivative, 2e-15 * (1 + e.derivative)) << e.link << " " << e.x;
  }
}

// Where the base of a power is 0 the derivative is a limit: of sqrt infinite, of squares 0.
TEST(Links, StandardErrorsAtTheEndOfTheLink) {
  const auto error = [](const std::string& link, const char* x) { return number(Scoring(linked(link)).score({{"x", x}}), "se"); };
  EXPECT_EQ(error(R"(power" linkParameter="2)", "0"), kInfinite);
  EXPECT_EQ(error(R"(power" linkParameter="0.5)", "0"), 0);
  EXPECT_EQ(error(R"(oddspower" linkParameter="1)", "-1"), kDeviation);   // (1 + x) / (2 + x)
  EXPECT_EQ(error(R"(oddspower" linkParameter="-0.5)", "2"), 0);
}

TEST(Links, IntervalsOfMeans) {
  const auto interval = [](const std::string& link, const char* x) {
    Scoring scoring(linked(link));
    EXPECT_TRUE(scoring.ok()) << scoring.messages();
    const Row row = scoring.score({{"x", x}});
    return std::pair(number(row, "low"), number(row, "high"));
  };
  const double step = k95 * kDeviation;   // 0.4899909961350135
  const auto [low, high] = interval("logit", "0.4");
  EXPECT_NEAR(low, 1 / (1 + std::exp(-(0.4 - step))), 1e-15);
  EXPECT_NEAR(high, 1 / (1 + std::exp(-(0.4 + step))), 1e-15);
  // A link that falls: the lower bound is of the upper end.
  const auto [less, more] = interval("logc", "-0.6");
  EXPECT_NEAR(less, 1 - std::exp(-0.6 + step), 1e-15);
  EXPECT_NEAR(more, 1 - std::exp(-0.6 - step), 1e-15);
  const auto [slow, quick] = interval(R"(power" linkParameter="-1)", "0.8");
  EXPECT_NEAR(slow, 1 / (0.8 + step), 1e-15);
  EXPECT_NEAR(quick, 1 / (0.8 - step), 1e-14);
  // Ends beyond the predictors of means are where these end.
  EXPECT_EQ(interval(R"(power" linkParameter="-1)", "0.4").second, kInfinite);
  EXPECT_EQ(interval(R"(power" linkParameter="2)", "0.4").first, 0);
  EXPECT_NEAR(interval(R"(power" linkParameter="2)", "0.4").second, std::sqrt(0.4 + step), 1e-15);
  EXPECT_NEAR(interval(R"(negbin" distParameter="1.3)", "-0.3").first, 1 / (1.3 * std::expm1(0.3 + step)), 1e-15);
  EXPECT_EQ(interval(R"(negbin" distParameter="1.3)", "-0.3").second, kInfinite);
  EXPECT_EQ(interval(R"(oddspower" linkParameter="2)", "-0.3").first, 0);
  EXPECT_EQ(interval(R"(oddspower" linkParameter="-2)", "0.3").second, 1);
  // Cubes of all numbers are means of their roots.
  EXPECT_NEAR(interval(R"(power" linkParameter="0.3333333333333333)", "0.4").first, std::pow(0.4 - step, 3), 1e-15);
}

// A linear predictor that is no mean's: the formula gives a number, but no interval of means lies about it.
TEST(Links, NoIntervalAboutWhatNoMeanHas) {
  for (const char* link : {R"(negbin" distParameter="1.3)", R"(power" linkParameter="-1)"}) {
    Scoring scoring(linked(link));
    const Row row = scoring.score({{"x", link[0] == 'n' ? "0.4" : "-1.7"}});
    EXPECT_LT(number(row, "y"), 0) << link;
    EXPECT_EQ(row.at("low"), "") << link;
    EXPECT_EQ(row.at("high"), "") << link;
  }
}

TEST(Links, ErrorsAndIntervalsOfTrials) {
  Scoring scoring(linked(R"(logit" distribution="binomial" trialsVariable="n)"));
  const Row row = scoring.score({{"x", "0.4"}, {"n", "20"}});
  EXPECT_NEAR(number(row, "y"), 20 * 0.598687660112452, 1e-14);
  EXPECT_NEAR(number(row, "se"), 20 * kDeviation * 0.24026074574152917, 1e-14);
  EXPECT_NEAR(number(row, "high"), 20 / (1 + std::exp(-(0.4 + k95 * kDeviation))), 1e-13);
  EXPECT_EQ(scoring.score({{"x", "0.4"}}, "se"), "");
  EXPECT_EQ(scoring.score({{"n", "20"}}, "high"), "");
}

// Of two segments only the one that is asked needs its covariances.
TEST(Links, ErrorsOfOneSegment) {
  const auto segment = [](const std::string& id, const std::string& more) {
    return "<Segment id=\"" + id + R"("><True/><GeneralRegressionModel functionName="regression" modelType="generalizedLinear" linkFunction="log"><MiningSchema>
<MiningField name="x"/><MiningField name="y" usageType="target"/></MiningSchema><ParameterList><Parameter name="b"/></ParameterList><CovariateList>
<Predictor name="x"/></CovariateList><PPMatrix><PPCell value="1" predictorName="x" parameterName="b"/></PPMatrix>)" + more +
           R"(<ParamMatrix><PCell parameterName="b" beta="0.5"/></ParamMatrix></GeneralRegressionModel></Segment>)";
  };
  const auto mining = [&](const std::string& asked) {
    return document(R"(<DataField name="y" optype="continuous" dataType="double"/><DataField name="x" optype="continuous" dataType="double"/>)",
                    R"(<MiningModel functionName="regression"><MiningSchema><MiningField name="x"/><MiningField name="y" usageType="target"/></MiningSchema><Output>
<OutputField name="se" feature="standardError" segmentId=")" + asked + R"("/></Output><Segmentation multipleModelMethod="sum">)" +
                        segment("one", R"(<PCovMatrix><PCovCell pRow="b" pCol="b" value="0.04"/></PCovMatrix>)") + segment("two", "") + "</Segmentation></MiningModel>");
  };
  EXPECT_NEAR(number(Scoring(mining("one")).score({{"x", "2"}}), "se"), 0.2 * 2 * std::exp(1.0), 1e-15);
  EXPECT_NE(Scoring(mining("two")).messages().find("needs an element 'PCovMatrix'"), std::string::npos);
}

// The standard has them of a predicted number, and gives no variances of a Cox model's base hazards.
TEST(Links, NoErrorsOfClasses) {
  Scoring scoring(linked("logit", R"(<OutputField name="se" feature="standardError"/>)", R"(<Value value="p"/><Value value="q"/>)"));
  EXPECT_NE(scoring.messages().find("standardError of a classification"), std::string::npos) << scoring.messages();
  EXPECT_NE(scoring.messages().find("the standard has it of a predicted number"), std::string::npos);
}

// Real powers of negative numbers are none: the row ends. JPMML-Evaluator 1.7.7 and R give NaN. A formula that has a value is taken, as
// there: 1 / x, x^2, and 1 / (c (exp(-x) - 1)) of x > 0.
TEST(Links, WhatHasNoValueEndsTheRow) {
  const struct {
    const char *link, *x;
    bool none;
  } cases[] = {{R"(power" linkParameter="2)", "-0.1", true},      {R"(power" linkParameter="0.4)", "-1", true},
               {R"(power" linkParameter="2)", "0", false},        {R"(power" linkParameter="0.5)", "-1", false},
               {R"(power" linkParameter="-1)", "-1", false},      {R"(oddspower" linkParameter="0.7)", "-2", true},
               {R"(oddspower" linkParameter="-0.7)", "2", true},  {R"(oddspower" linkParameter="0.7)", "-1", false},
               {R"(oddspower" linkParameter="0.5)", "-3", false}, {R"(negbin" distParameter="1.3)", "1", false}};
  for (const auto& c : cases) {
    Scoring scoring(linked(c.link, "")), jpmml(linked(c.link, ""), true);
    const std::string y = scoring.score({{"x", c.x}}, "y");
    EXPECT_EQ(y == "!", c.none) << c.link << " " << c.x << " " << y;
    EXPECT_EQ(scoring.bits() & KILN_UNDEFINED, c.none ? KILN_UNDEFINED : 0u) << c.link << " " << c.x;
    EXPECT_EQ(jpmml.score({{"x", c.x}}, "y") == "nan", c.none) << c.link << " " << c.x;
    EXPECT_EQ(scoring.score({}, "y"), "");
  }
  Scoring probability(linked(R"(oddspower" linkParameter="0.7)", R"(<OutputField name="p" feature="probability" value="p"/>)", R"(<Value value="p"/><Value value="q"/>)"));
  EXPECT_EQ(probability.score({{"x", "-2"}}, "p"), "!");
  EXPECT_NEAR(number(probability.score({{"x", "0.4"}}), "p"), 0.58726180747791432, 1e-15);
}

// exp(-0) - 1 is 0, from above: the mean of predictors that are less grows beyond all bounds.
TEST(Links, NegbinOfZero) { EXPECT_EQ(number(Scoring(linked(R"(negbin" distParameter="1.3)", "")).score({{"x", "0"}}), "y"), kInfinite); }

}  // namespace
}  // namespace kiln::test

// TimeSeriesModel. Expected values: worked by hand where a comment says how; otherwise by a small Python program over the formulas at the
// head of each algorithm's file, or by statsmodels (SARIMAX, ETSModel), which fits nothing there but filters with the given parameters.
#include <cmath>

#include "tests/pmml/scoring.h"

namespace kiln::test {
namespace {

const std::string kField = R"(<DataField name="y" optype="continuous" dataType="double"/>)";
const std::string kLong = "12.1 13.4 11.8 15.2 13.0 14.1 12.9 16.4 14.2 15.0 13.5 17.3";

std::string series(const std::string& values, int first = 1, const std::string& attributes = "") {
  std::string text = "<TimeSeries usage=\"original\" " + attributes + ">";
  std::istringstream in(values);
  for (std::string v; in >> v; first++)
    if (v != "-") text += "<TimeValue index=\"" + std::to_string(first) + "\" value=\"" + v + "\"/>";
  return text + "</TimeSeries>";
}
std::string model(const std::string& bestFit, const std::string& content, const std::string& outputs = "", const std::string& fields = "") {
  return document(kField + fields, "<TimeSeriesModel functionName=\"timeSeries\" bestFit=\"" + bestFit +
                                       "\"><MiningSchema><MiningField name=\"y\" usageType=\"target\"/>" +
                                       (fields.empty() ? "" : "<MiningField name=\"x\"/>") + "</MiningSchema>" +
                                       (outputs.empty() ? "" : "<Output>" + outputs + "</Output>") + content + "</TimeSeriesModel>");
}
std::string component(const std::string& orders, const std::string& ar, const std::string& ma, const std::string& residuals = "",
                      const std::string& name = "NonseasonalComponent") {
  std::string text = "<" + name + " " + orders + ">";
  if (!ar.empty()) text += "<AR><Array type=\"real\">" + ar + "</Array></AR>";
  if (!ma.empty()) text += "<MA><MACoefficients><Array type=\"real\">" + ma + "</Array></MACoefficients>";
  if (!residuals.empty()) text += "<Residuals><Array type=\"real\">" + residuals + "</Array></Residuals>";
  return text + (ma.empty() ? "" : "</MA>") + "</" + name + ">";
}
double number(const std::string& text) { return text.empty() || text == "!" ? std::nan("") : std::stod(text); }

/// The forecasts of steps 1, 2 .. of an output.
void expectForecasts(Scoring& s, const std::vector<double>& expected, const std::string& output = "y", double within = 1e-12) {
  ASSERT_TRUE(s.ok()) << s.messages();
  for (size_t h = 0; h < expected.size(); h++)
    EXPECT_NEAR(number(s.score({{"horizon", std::to_string(h + 1)}}, output)), expected[h], within * (1 + std::abs(expected[h]))) << "step " << h + 1;
}

const std::string kStandardError = R"(<OutputField name="se" feature="standardError"/>)";

// ---- ExponentialSmoothing: all by hand

std::string smoothing(const std::string& more, const std::string& attributes = "") {
  return "<ExponentialSmoothing " + attributes + "><Level alpha=\"0.5\" smoothedValue=\"100\"/>" + more + "</ExponentialSmoothing>";
}
std::string trend(const std::string& attributes, const std::string& content = "") {
  return "<Trend_ExpoSmooth gamma=\"0.2\" " + attributes + ">" + content + "</Trend_ExpoSmooth>";
}
std::string season(const std::string& type) {
  return "<Seasonality_ExpoSmooth type=\"" + type + "\" period=\"2\" delta=\"0.1\"><Array n=\"2\" type=\"real\">2 0.5</Array></Seasonality_ExpoSmooth>";
}

TEST(ExponentialSmoothing, LevelAndTrends) {
  const auto expect = [](const std::string& content, const std::vector<double>& values) {
    Scoring s(model("ExponentialSmoothing", content));
    expectForecasts(s, values);
  };
  expect(smoothing(""), {100, 100, 100});
  expect(smoothing(trend("smoothedValue=\"3\"")), {103, 106, 109});
  // The damping of a trend that is not damped has no effect.
  expect(smoothing(trend("trend=\"additive\" phi=\"0.5\" smoothedValue=\"3\"")), {103, 106, 109});
  // 3 * 0.5, 3 * (0.5 + 0.25), 3 * (0.5 + 0.25 + 0.125)
  expect(smoothing(trend("trend=\"damped_additive\" phi=\"0.5\" smoothedValue=\"3\"")), {101.5, 102.25, 102.625});
  expect(smoothing(trend("trend=\"multiplicative\" smoothedValue=\"1.1\"")), {110, 121, 133.1});
  // 4 ^ 0.5, 4 ^ 0.75
  expect(smoothing(trend("trend=\"damped_multiplicative\" phi=\"0.5\" smoothedValue=\"4\"")), {200, 282.842712474619});
  expect(smoothing(trend("trend=\"polynomial_exponential\"", "<Array type=\"real\">3</Array>")), {103, 106});
}

TEST(ExponentialSmoothing, SeasonsBeginWithTheFirstStep) {
  Scoring additive(model("ExponentialSmoothing", smoothing(trend("smoothedValue=\"3\"") + season("additive"))));
  expectForecasts(additive, {105, 106.5, 111, 112.5});
  Scoring multiplicative(model("ExponentialSmoothing", smoothing(trend("smoothedValue=\"3\"") + season("multiplicative"))));
  expectForecasts(multiplicative, {206, 53, 218, 56});
}

TEST(ExponentialSmoothing, TransformedSeries) {
  Scoring log(model("ExponentialSmoothing", "<ExponentialSmoothing transformation=\"logarithmic\"><Level smoothedValue=\"2\"/></ExponentialSmoothing>"));
  expectForecasts(log, {7.38905609893065});
  Scoring root(model("ExponentialSmoothing", "<ExponentialSmoothing transformation=\"squareroot\"><Level smoothedValue=\"3\"/>" + trend("smoothedValue=\"1\"") +
                                                 "</ExponentialSmoothing>"));
  expectForecasts(root, {16, 25});
}

// statsmodels' ETSModel(error add, trend add, damped, seasonal add, period 4) with alpha 0.5, beta 0.1, gamma 0.15, phi 0.9: the square
// roots of forecast_variance, scaled to 2 at step 1.
TEST(ExponentialSmoothing, StandardErrors) {
  Scoring s(model("ExponentialSmoothing",
                  smoothing(trend("trend=\"damped_additive\" phi=\"0.9\" smoothedValue=\"3\"") +
                                R"(<Seasonality_ExpoSmooth type="additive" period="4" delta="0.3"><Array type="real">1 2 3 4</Array></Seasonality_ExpoSmooth>)",
                            "RMSE=\"2\""),
                  kStandardError));
  expectForecasts(s, {2, 2.3221541723150083, 2.6820447423561, 3.067069096058972, 3.617948396591638, 4.0133688525133095, 4.416477778108076, 4.823406606130484},
                  "se");
}

TEST(ExponentialSmoothing, ElementTrendOf40) {
  std::string text = model("ExponentialSmoothing", smoothing("<Trend trend=\"additive\" smoothedValue=\"3\"/>"));
  text.replace(text.find("4.4"), 3, "4.0");
  Scoring s(text);
  expectForecasts(s, {103, 106});
  EXPECT_FALSE(Scoring(model("ExponentialSmoothing", smoothing("<Trend trend=\"additive\" smoothedValue=\"3\"/>"))).ok());
}

TEST(ExponentialSmoothing, WhatItRefuses) {
  const auto message = [](const std::string& content) { return Scoring(model("ExponentialSmoothing", content, kStandardError)).messages(); };
  EXPECT_NE(message(smoothing("")).find("the standard error of an ExponentialSmoothing without RMSE is not supported"), std::string::npos);
  EXPECT_NE(message(smoothing(season("multiplicative"), "RMSE=\"1\"")).find("of a multiplicative ExponentialSmoothing"), std::string::npos);
  EXPECT_NE(message(smoothing(trend("trend=\"polynomial_exponential\"", "<Array type=\"real\">3 1</Array>"))).find("polynomial trend of degree 2"),
            std::string::npos);
  EXPECT_NE(message(smoothing(R"(<Seasonality_ExpoSmooth period="2"><Array type="real">1 2</Array></Seasonality_ExpoSmooth>)")).find("needs an attribute 'type'"), std::string::npos);
  EXPECT_NE(message(smoothing(R"(<Seasonality_ExpoSmooth type="additive" period="2" phase="1"><Array type="real">1 2</Array></Seasonality_ExpoSmooth>)"))
                .find("phase='1'"),
            std::string::npos);
}

// ---- ARIMA

TEST(Arima, AutoregressionByHand) {
  // w = y - 10: 4, 0.5 * 4 = 2, 1, 0.5
  Scoring s(model("ARIMA", series("8 14") + "<ARIMA constantTerm=\"10\">" + component("p=\"1\" d=\"0\" q=\"0\"", "0.5", "") + "</ARIMA>"));
  expectForecasts(s, {12, 11, 10.5});
}

TEST(Arima, GivenResidualsAreInOrderOfTime) {
  // Step 1: 0.5 * 3 + 0.25 * 1 + mean; step 2: 0.25 * 3.
  Scoring s(model("ARIMA", series("0") + "<ARIMA>" + component("p=\"0\" d=\"0\" q=\"2\"", "", "0.5 0.25", "9 1 3") + "</ARIMA>"));
  expectForecasts(s, {1.75, 0.75, 0});
}

TEST(Arima, ConditionalLeastSquares) {
  Scoring s(model("ARIMA", series(kLong) + "<ARIMA constantTerm=\"14\" predictionMethod=\"conditionalLeastSquares\">" +
                               component("p=\"2\" d=\"0\" q=\"2\"", "0.4 0.2", "-0.3 0.1") + "</ARIMA>"));
  expectForecasts(s, {14.229518061722, 15.052380140454801, 14.46685566852632, 14.397218295501489});
}

// statsmodels' SARIMAX(1,0,1) and (2,0,1) on the series less 14.
TEST(Arima, ExactLeastSquares) {
  Scoring one(model("ARIMA", series("1.0 1.5 2.0 1.8 2.2") + "<ARIMA predictionMethod=\"exactLeastSquares\">" +
                                 component("p=\"1\" d=\"0\" q=\"1\"", "0.5", "0.3") + "</ARIMA>"));
  expectForecasts(one, {1.4451385409372288, 0.7225692704686144, 0.3612846352343072});
  Scoring two(model("ARIMA", series(kLong) + "<ARIMA constantTerm=\"14\" predictionMethod=\"exactLeastSquares\">" +
                                 component("p=\"2\" d=\"0\" q=\"1\"", "0.4 0.2", "-0.3") + "</ARIMA>"));
  expectForecasts(two, {14.300904513975114, 14.780361805576051, 14.372325625025443, 14.305002611125387}, "y", 1e-11);
}

// SARIMAX(1,1,1)(0,1,1,4) with simple_differencing, summed up again; standard errors from statsmodels' arma2ma of the whole process.
TEST(Arima, SeasonsAndDifferences) {
  const std::string seasonal = component("P=\"0\" D=\"1\" Q=\"1\" period=\"4\"", "", "0.2", "", "SeasonalComponent");
  Scoring s(model("ARIMA", series(kLong) + "<ARIMA RMSE=\"2\" predictionMethod=\"exactLeastSquares\">" +
                               component("p=\"1\" d=\"1\" q=\"1\"", "0.4", "-0.3") + seasonal + "</ARIMA>",
                  kStandardError));
  expectForecasts(s, {15.114588597502163, 15.86818205609563, 14.295241163740243, 18.152238932984353, 15.970110367897572, 16.72501696145546});
  expectForecasts(s, {2.0, 2.973213749463701, 3.7467852887508775, 4.402697355031344, 6.458132782778625, 8.149084847171489}, "se");
}

// The logarithms by the Python program; 1.6448536269514722 is the 95 % quantile, the upper end of an interval of 90 %.
TEST(Arima, LogarithmsAndIntervals) {
  Scoring s(model("ARIMA", series(kLong) + "<ARIMA RMSE=\"0.1\" constantTerm=\"2.6\" transformation=\"logarithmic\">" +
                               component("p=\"1\" d=\"0\" q=\"0\"", "0.6", "") + "</ARIMA>",
                  R"(<OutputField name="up" feature="confidenceIntervalUpper" value="90"/>)"));
  expectForecasts(s, {15.649264215583603, 14.735423259400989, 14.212936973556756});
  expectForecasts(s, {18.447138499820134, 17.85128667030132, 17.37279757173704}, "up");
}

TEST(Arima, Outliers) {
  const auto with = [](const std::string& outlier) {
    return model("ARIMA", series("5 5 9 9", 1) + "<ARIMA>" + component("p=\"1\" d=\"0\" q=\"0\"", "0.5", "") + "<OutlierEffect " + outlier + "/></ARIMA>");
  };
  // A level that rose by 4 at time 3: 5 halves each step, 4 stays.
  Scoring level(with("type=\"level\" startTime=\"3\" magnitude=\"4\""));
  expectForecasts(level, {6.5, 5.25, 4.625});
  Scoring real(with("type=\"level\" startTime=\"3.0\" magnitude=\"4\""));
  expectForecasts(real, {6.5, 5.25, 4.625});
  EXPECT_NE(Scoring(with("type=\"level\" startTime=\"2.5\" magnitude=\"4\"")).messages().find("between two steps"), std::string::npos);
  // Only the last value, 9 - 4, is taken for 5; nothing stays.
  Scoring additive(with("type=\"additive\" startTime=\"4\" magnitude=\"4\""));
  expectForecasts(additive, {2.5, 1.25});
  // 4, 2 at times 3, 4: 9 - 2 = 7; then 3.5 + 1, 1.75 + 0.5
  Scoring transient(with("type=\"transient\" startTime=\"3\" magnitude=\"4\" dampingCoefficient=\"0.5\""));
  expectForecasts(transient, {4.5, 2.25});
  // 4, 8 at times 3, 4: 1; then 0.5 + 12, 0.25 + 16
  Scoring trend(with("type=\"trend\" startTime=\"3\" magnitude=\"4\""));
  expectForecasts(trend, {12.5, 16.25});
  // As the process goes on: 4, 2 at times 3, 4, then 1, 0.5: the sum is as without.
  Scoring innovational(with("type=\"innovational\" startTime=\"3\" magnitude=\"4\""));
  expectForecasts(innovational, {4.5, 2.25});
}

std::string regressor(const std::string& attributes, const std::string& values) {
  return "<DynamicRegressor field=\"x\" " + attributes + "><Numerator><NonseasonalFactor><Array type=\"real\">2</Array></NonseasonalFactor></Numerator>" +
         (values.empty() ? "" : "<RegressorValues>" + values + "</RegressorValues>") + "</DynamicRegressor>";
}

TEST(Arima, Regressors) {
  const auto with = [](const std::string& r, const std::string& fields = "") {
    return model("ARIMA", series("9 10 12", 1) + "<ARIMA>" + component("p=\"1\" d=\"0\" q=\"0\"", "0.5", "") + r + "</ARIMA>", "", fields);
  };
  // Noise at the end: 12 - 2 * 4 = 4, then 2, 1; the last x goes on.
  Scoring constant(with(regressor("", series("1 2 4"))));
  expectForecasts(constant, {10, 9});
  // One step late: 12 - 2 * 2 = 8; then 4 + 2 * 4, 2 + 8
  Scoring delayed(with(regressor("delay=\"1\"", series("1 2 4"))));
  expectForecasts(delayed, {12, 10});
  // Two more values are stored, and no step beyond them.
  Scoring stored(with(regressor("futureValuesMethod=\"stored\"", series("1 2 4 5 6"))));
  expectForecasts(stored, {12, 13});
  EXPECT_EQ(stored.score({{"horizon", "3"}}, "y"), "!");
  // The row says what x is then: noise 4, so 2 + 2 * 10, 1 + 2 * 7.
  Scoring supplied(with(regressor("futureValuesMethod=\"userSupplied\"", series("1 2 4")), R"(<DataField name="x" optype="continuous" dataType="double"/>)"));
  ASSERT_TRUE(supplied.ok()) << supplied.messages();
  EXPECT_EQ(supplied.score({{"horizon", "1"}, {"x", "10"}}, "y"), "22");
  EXPECT_EQ(supplied.score({{"horizon", "2"}, {"x", "7"}}, "y"), "15");
  EXPECT_EQ(supplied.score({{"horizon", "2"}}, "y"), "");
  EXPECT_NE(Scoring(with(regressor("futureValuesMethod=\"trend\"", series("1 2 4")))).messages().find("futureValuesMethod='trend' is not supported"),
            std::string::npos);
}

// 7 6 4 without twice 1 2 4, so the noise goes on by its last step, -2: 2 + 2 * 4, 0 + 8. SPSS has 2 x beside the steps of the series.
TEST(Arima, RegressorsOfADifferencedSeries) {
  Scoring scoring(model("ARIMA", series("9 10 12", 1) + "<ARIMA>" + component("p=\"1\" d=\"1\" q=\"0\"", "1", "") + regressor("", series("1 2 4")) + "</ARIMA>"));
  expectForecasts(scoring, {10, 8});
  EXPECT_NE(scoring.messages().find("regressors are taken out of the series before it is differenced"), std::string::npos) << scoring.messages();
}

// What R's package pmml writes of an ARIMA without season: four bounds as standard errors, with an Extension each. 6 and 3 -+ z times
// 2 and 2 sqrt(1.25); z = 1.2815515655446004 of 80 %, 1.959963984540054 of 95 %.
TEST(Arima, IntervalsOfTheRPackagePmml) {
  const auto field = [](const std::string& name, const std::string& value) {
    return "<OutputField name=\"" + name + R"(" optype="continuous" dataType="double" feature="standardError"><Extension extender="ADAPA" name="cpi" value=")" + value + "\"/></OutputField>";
  };
  const auto with = [](const std::string& outputs) {
    return model("ARIMA", series("9 10 12", 1) + "<ARIMA RMSE=\"2\">" + component("p=\"1\" d=\"0\" q=\"0\"", "0.5", "") + "</ARIMA>", outputs);
  };
  Scoring scoring(with(field("cpi_80_lower", "LOWER80") + field("cpi_80_upper", "UPPER80") + field("cpi_95_lower", "LOWER95") + kStandardError));
  const double deviation = 2 * std::sqrt(1.25), z80 = 1.2815515655446004, z95 = 1.959963984540054;
  expectForecasts(scoring, {6 - z80 * 2, 3 - z80 * deviation}, "cpi_80_lower");
  expectForecasts(scoring, {6 + z80 * 2, 3 + z80 * deviation}, "cpi_80_upper");
  expectForecasts(scoring, {6 - z95 * 2, 3 - z95 * deviation}, "cpi_95_lower");
  expectForecasts(scoring, {2, deviation}, "se");
  EXPECT_NE(Scoring(with(field("c", "MIDDLE80"))).messages().find("the interval 'MIDDLE80' is not supported"), std::string::npos);
}

// Later versions of the package write an OutputField of text for a list of steps; a row asks for one step here.
TEST(Arima, ListsOfTheRPackagePmml) {
  Scoring scoring(model("ARIMA", series("9 10 12", 1) + "<ARIMA>" + component("p=\"1\" d=\"0\" q=\"0\"", "0.5", "") + "</ARIMA>",
                        R"(<OutputField name="list" optype="continuous" dataType="string" feature="predictedValue"><Extension extender="ADAPA" name="dataType" value="json"/></OutputField>)"));
  EXPECT_EQ(scoring.score({{"horizon", "2"}}, "list"), "3.0");
  EXPECT_NE(scoring.messages().find("warning: no list in JSON is made: the column shows the one value of the row"), std::string::npos) << scoring.messages();
}

// SPSS and SAS write a transfer function as w0 - w1 B, others as w0 + w1 B; the refusal says how to say which is meant.
TEST(Arima, TransferFunctionsOfSeveralCoefficients) {
  const auto messages = [](const std::string& numerator, const std::string& denominator = "") {
    return Scoring(model("ARIMA", series("9 10 12", 1) + "<ARIMA>" + component("p=\"1\" d=\"0\" q=\"0\"", "0.5", "") + "<DynamicRegressor field=\"x\"><Numerator>" +
                                      numerator + "</Numerator>" + denominator + "<RegressorValues>" + series("1 2 4") + "</RegressorValues></DynamicRegressor></ARIMA>"))
        .messages();
  };
  const std::string one = "<NonseasonalFactor><Array type=\"real\">2</Array></NonseasonalFactor>";
  const std::string two = "<NonseasonalFactor><Array type=\"real\">2 1</Array></NonseasonalFactor>";
  EXPECT_EQ(messages(one), "");
  for (const std::string& text : {messages(two), messages(one + "<SeasonalFactor><Array type=\"real\">0.5</Array></SeasonalFactor>"),
                                  messages(one, "<Denominator><NonseasonalFactor><Array type=\"real\">0.5</Array></NonseasonalFactor></Denominator>")})
    EXPECT_NE(text.find("an Array that stands in Numerator is n0 + n1 B + .., in Denominator 1 + d1 B"), std::string::npos) << text;
  EXPECT_EQ(messages("<Array type=\"real\">2 1</Array>", "<Denominator><Array type=\"real\">0.5</Array></Denominator>"), "");
}

TEST(Arima, GapsAreFilledWhereTheSeriesSaysHow) {
  const std::string process = "<ARIMA>" + component("p=\"2\" d=\"0\" q=\"0\"", "0.5 0.25", "") + "</ARIMA>";
  // 4, (6), 8: 0.5 * 8 + 0.25 * 6
  Scoring linear(model("ARIMA", series("4 - 8", 1, "interpolationMethod=\"linear\"") + process));
  expectForecasts(linear, {5.5});
  EXPECT_NE(Scoring(model("ARIMA", series("4 - 8") + process)).messages().find("a gap before index 3"), std::string::npos);
}

TEST(Arima, WhatItRefuses) {
  EXPECT_NE(Scoring(model("ARIMA", "<ARIMA>" + component("p=\"1\" d=\"0\" q=\"0\"", "0.5", "") + "</ARIMA>")).messages().find("needs an element 'TimeSeries'"),
            std::string::npos);
  EXPECT_NE(Scoring(model("ARIMA", series("1 2") + "<ARIMA predictionMethod=\"exactLeastSquares\">" + component("p=\"1\" d=\"0\" q=\"0\"", "1.5", "") + "</ARIMA>"))
                .messages()
                .find("not stationary"),
            std::string::npos);
  EXPECT_NE(Scoring(model("ARIMA", series("1") + "<ARIMA>" + component("p=\"2\" d=\"0\" q=\"0\"", "0.5 0.1", "") + "</ARIMA>")).messages().find("too short"),
            std::string::npos);
  // Times whose differences no 64 bits hold.
  const std::string far = "<TimeValue index=\"-9223372036854775808\" value=\"1\"/><TimeValue index=\"9223372036854775807\" value=\"2\"/>";
  EXPECT_NE(Scoring(model("ARIMA", "<TimeSeries interpolationMethod=\"linear\">" + far + "</TimeSeries><ARIMA/>")).messages().find("beyond 2^53 steps"),
            std::string::npos);
  EXPECT_NE(Scoring(model("ARIMA", series("1 2") + R"(<ARIMA><OutlierEffect type="level" startTime="-9223372036854775808" magnitude="1"/></ARIMA>)"))
                .messages()
                .find("beyond 2^53 steps"),
            std::string::npos);
  // A million values, each of which depends on the one 60,000 before.
  const std::string gap = "<TimeValue index=\"1\" value=\"1\"/><TimeValue index=\"1000000\" value=\"2\"/>";
  const std::string process = component("P=\"1\" D=\"0\" Q=\"0\" period=\"60000\"", "0.5", "", "", "SeasonalComponent");
  EXPECT_NE(Scoring(model("ARIMA", "<TimeSeries interpolationMethod=\"linear\">" + gap + "</TimeSeries><ARIMA>" + process + "</ARIMA>"))
                .messages()
                .find("a series so long whose values depend on so many before them is not supported"),
            std::string::npos);
  EXPECT_NE(Scoring(model("SpectralAnalysis", "<SpectralAnalysis/>")).messages().find("bestFit='SpectralAnalysis' is not supported"), std::string::npos);
}

// ---- GARCH and state space: the Python program

TEST(Garch, MeanAndVariance) {
  const std::string arma = R"(<ARMAPart p="1" q="1" constant="1"><AR><Array type="real">0.5</Array></AR><MA><MACoefficients><Array type="real">0.3</Array>
    </MACoefficients><Residuals><Array type="real">0.4</Array></Residuals></MA></ARMAPart>)";
  const std::string part = R"(<GARCHPart gp="1" gq="1" constant="0.2"><ResidualSquareCoefficients><Residuals><Array type="real">1.5</Array></Residuals>
    <MACoefficients><Array type="real">0.3</Array></MACoefficients></ResidualSquareCoefficients><VarianceCoefficients><PastVariances><Array type="real">2</Array>
    </PastVariances><MACoefficients><Array type="real">0.5</Array></MACoefficients></VarianceCoefficients></GARCHPart>)";
  Scoring s(model("GARCH", series("10") + "<GARCH>" + arma + part + "</GARCH>", kStandardError));
  expectForecasts(s, {6.12, 4.06, 3.03});
  expectForecasts(s, {1.3693063937629153, 1.7029386365926402, 1.7169740825067805}, "se");
}

TEST(StateSpace, PredictedStateWithItsCovariance) {
  const auto matrix = [](const char* name, const char* rows, const std::vector<const char*>& arrays) {
    std::string text = std::string("<") + name + "><Matrix nbRows=\"" + rows + "\">";
    for (const char* a : arrays) text += std::string("<Array type=\"real\">") + a + "</Array>";
    return text + "</Matrix></" + name + ">";
  };
  Scoring s(model("StateSpaceModel",
                  "<StateSpaceModel variance=\"1.7\"><StateVector><Array n=\"2\" type=\"real\">3 2</Array></StateVector>" +
                      matrix("TransitionMatrix", "2", {"1 0.9", "0 0.9"}) + matrix("MeasurementMatrix", "1", {"1 0.5"}) +
                      R"(<InterceptVector type="observation"><Array type="real">0.25</Array></InterceptVector>)" +
                      matrix("PredictedStateCovarianceMatrix", "2", {"0.2 0.05", "0.05 0.1"}) +
                      matrix("SelectedStateCovarianceMatrix", "2", {"0.3 0.1", "0.1 0.2"}) + matrix("ObservationVarianceMatrix", "1", {"0.05"}) +
                      "</StateSpaceModel>",
                  kStandardError));
  expectForecasts(s, {4.25, 5.95, 7.48});
  expectForecasts(s, {1.3150380222639952, 1.9744994935426041, 2.709497293318449}, "se");
}

// statsmodels 0.13.5: SARIMAX (1,0,0)(1,0,0)[2] with a trend over 1 2 4 3 5, phi 0.5, Phi 0.3, intercept 1; its predicted state and forecasts.
TEST(StateSpace, StateOfTheFirstStepAndItsIntercept) {
  const std::string text = R"(<StateSpaceModel><StateVector><Array n="3" type="real">3.8 1.05 -0.75</Array></StateVector><TransitionMatrix>
    <Matrix nbRows="3" nbCols="3"><Array type="real">0.5 1 0</Array><Array type="real">0.3 0 1</Array><Array type="real">-0.15 0 0</Array></Matrix>
    </TransitionMatrix><MeasurementMatrix><Matrix nbRows="1" nbCols="3"><Array type="real">1 0 0</Array></Matrix></MeasurementMatrix>
    <InterceptVector><Array type="real">1 0 0</Array></InterceptVector></StateSpaceModel>)";
  Scoring s(model("StateSpaceModel", text));
  expectForecasts(s, {3.8, 3.95, 3.365, 3.2975});
}

// statsmodels 0.13.5: SARIMAX (1,0,1) over 1 2 4 3 5, phi 0.5, theta 0.3, variance 2; predicted state and covariance, forecasts and their errors.
TEST(StateSpace, PredictedCovarianceIsThatOfTheFirstStep) {
  const std::string text = R"(<StateSpaceModel><StateVector><Array n="2" type="real">3.5303170738664233 0</Array></StateVector><TransitionMatrix>
    <Matrix nbRows="2" nbCols="2"><Array type="real">0.5 1</Array><Array type="real">0 0</Array></Matrix></TransitionMatrix><MeasurementMatrix>
    <Matrix nbRows="1" nbCols="2"><Array type="real">1 0</Array></Matrix></MeasurementMatrix><PredictedStateCovarianceMatrix><Matrix nbRows="2" nbCols="2">
    <Array type="real">2.0000052007918145 0.6</Array><Array type="real">0.6 0.18</Array></Matrix></PredictedStateCovarianceMatrix>
    <SelectedStateCovarianceMatrix><Matrix nbRows="2" nbCols="2"><Array type="real">2 0.6</Array><Array type="real">0.6 0.18</Array></Matrix>
    </SelectedStateCovarianceMatrix></StateSpaceModel>)";
  Scoring s(model("StateSpaceModel", text, kStandardError));
  expectForecasts(s, {3.5303170738664233, 1.7651585369332117, 0.8825792684666058});
  expectForecasts(s, {1.4142154011294794, 1.8110773865845582, 1.8973666817590868}, "se");
}

// 4 * (2^62 + 1) is 4 where products are taken to 64 bits.
TEST(StateSpace, AMatrixHasItsNumbers) {
  Scoring s(model("StateSpaceModel", R"(<StateSpaceModel><StateVector><Array type="real">1 2 3 4</Array></StateVector>
    <TransitionMatrix rows="4" cols="4611686018427387905">1 0 0 0</TransitionMatrix><MeasurementMatrix rows="1" cols="4">1 0 0 0</MeasurementMatrix>
    </StateSpaceModel>)"));
  EXPECT_NE(s.messages().find("there are 4 numbers"), std::string::npos) << s.messages();
}

TEST(StateSpace, StateOfTheLastTimeAndPsiWeights) {
  Scoring s(model("StateSpaceModel", R"(<StateSpaceModel intercept="1"><PsiVector variance="4"><Array n="2" type="real">1 0.75</Array></PsiVector>
    <StateVector n="1">5</StateVector><TransitionMatrix rows="1" cols="1">0.8</TransitionMatrix><MeasurementMatrix rows="1" cols="1">1</MeasurementMatrix>
    </StateSpaceModel>)",
                  kStandardError));
  expectForecasts(s, {5, 4.2});
  // 2 * sqrt(1), 2 * sqrt(1 + 0.5625); of the third step the document says nothing.
  expectForecasts(s, {2, 2.5}, "se");
  EXPECT_EQ(s.score({{"horizon", "3"}}, "se"), "");
  EXPECT_NE(Scoring(model("StateSpaceModel", R"(<StateSpaceModel><StateVector n="1">5</StateVector><TransitionMatrix rows="1" cols="1">1</TransitionMatrix>
    <MeasurementMatrix rows="1" cols="1">1</MeasurementMatrix><PsiVector targetField="z"><Array n="1" type="real">1</Array></PsiVector></StateSpaceModel>)"))
                .messages().find("the target is 'y'"), std::string::npos);
}

// ---- the series

TEST(Series, TimesWithoutIndex) {
  const auto with = [](const std::string& first, const std::string& second, const std::string& third) {
    return model("ARIMA", "<TimeSeries><TimeValue time=\"" + first + "\" value=\"1\"/><TimeValue time=\"" + second + "\" value=\"3\"/><TimeValue time=\"" + third +
                              "\" value=\"2\"/></TimeSeries><ARIMA>" + component("p=\"1\" d=\"0\" q=\"0\"", "0.5", "") + "</ARIMA>");
  };
  Scoring months(with("31", "59", "90"));
  expectForecasts(months, {1, 0.5});
  EXPECT_EQ(months.messages(), "");
  EXPECT_NE(Scoring(with("1", "2", "5")).messages().find("a longer step of time than others"), std::string::npos);
  EXPECT_NE(Scoring(with("3", "2", "1")).messages().find("not after the time of the value before"), std::string::npos);
}

TEST(Series, ASecondOneOfItsUsage) {
  EXPECT_NE(Scoring(model("ARIMA", series("1 2") + series("3 4") + "<ARIMA constantTerm=\"1\"/>")).messages().find("a second series of usage 'original'"), std::string::npos);
}

TEST(Series, RootsOfMeansAreNotNegative) {
  EXPECT_NE(Scoring(model("ARIMA", series("1 2") + "<ARIMA RMSE=\"-1\"/>")).messages().find("RMSE='-1'"), std::string::npos);
  EXPECT_NE(Scoring(model("ExponentialSmoothing", smoothing("", "RMSE=\"-1\""))).messages().find("RMSE='-1'"), std::string::npos);
}

// ---- the horizon

TEST(Horizon, IsBoundedAndRequired) {
  Scoring s(model("ExponentialSmoothing", smoothing("")));
  EXPECT_EQ(s.score({{"horizon", "1000"}}, "y"), "100");
  EXPECT_EQ(s.score({{"horizon", "1001"}}, "y"), "!");
  EXPECT_EQ(s.score({{"horizon", "0"}}, "y"), "!");
  EXPECT_EQ(s.score({{"horizon", "1.5"}}, "y"), "!");
  EXPECT_EQ(s.score({}, "y"), "!");
}

// A regressor of that name is no horizon: 2 + 2 * 10.
TEST(Horizon, ARegressorCalledH) {
  std::string text = model("ARIMA", series("9 10 12") + "<ARIMA>" + component("p=\"1\" d=\"0\" q=\"0\"", "0.5", "") +
                                        regressor("futureValuesMethod=\"userSupplied\"", series("1 2 4")) + "</ARIMA>",
                           "", R"(<DataField name="x" optype="continuous" dataType="double"/>)");
  for (size_t at; (at = text.find("\"x\"")) != std::string::npos;) text.replace(at, 3, "\"h\"");
  Scoring s(text);
  EXPECT_EQ(s.score({{"horizon", "1"}, {"h", "10"}}, "y"), "22");
}

TEST(Horizon, SupplementaryFieldOfExportersOfR) {
  std::string text = model("ExponentialSmoothing", smoothing(trend("smoothedValue=\"3\"")));
  text.insert(text.find("</DataDictionary>"), R"(<DataField name="h" optype="continuous" dataType="integer"/>)");
  text.insert(text.find("</MiningSchema>"), R"(<MiningField name="h" usageType="supplementary"/>)");
  Scoring s(text);
  EXPECT_EQ(s.score({{"h", "4"}}, "y"), "112");
}

}  // namespace
}  // namespace kiln::test

// GaussianProcessModel. The first case is the example of PMML's page, whose mean is 1.0095 and whose variance with noise is 0.0226;
// the digits here, and those of the other kernels, come from the formulas of the page in plain Python, with the inverse of the
// 2 x 2 matrix K + noise written out:
//   k = gamma exp(-s), s = sum (x - z)^2 / (2 lambda^2), of squared kernels; sum |x - z| / lambda; sum (|x - z| / lambda)^degree
//   mean = k' (K + noise)^-1 y; variance = gamma - k' (K + noise)^-1 k + noise; bounds: mean -+ quantile * deviation
#include <cstdlib>

#include "tests/pmml/scoring.h"

namespace kiln::test {
namespace {

const std::string kFields = R"(<DataField name="x1" optype="continuous" dataType="double"/>
  <DataField name="x2" optype="continuous" dataType="double"/><DataField name="y1" optype="continuous" dataType="double"/>)";
const std::string kOutputs = R"(<OutputField name="sd" feature="standardDeviation"/><OutputField name="se" feature="standardError"/>
  <OutputField name="low" feature="confidenceIntervalLower"/><OutputField name="high" feature="confidenceIntervalUpper" value="68"/>)";
const std::string kLambda = R"(<Lambda><Array n="2" type="real">1.5164 59.3113</Array></Lambda>)";

std::string model(const std::string& kernel, const std::string& more = "", const std::string& output = kOutputs,
                  const std::string& function = "regression",
                  const std::string& fields = R"(<InstanceField field="x1" column="x1"/><InstanceField field="x2" column="x2"/>)",
                  const std::string& rows = "<row><x1>1</x1><x2>3</x2><y1>1</y1></row><row><x1>2</x1><x2>6</x2><y1>2</y1></row>") {
  return document(kFields, "<GaussianProcessModel functionName=\"" + function + "\" " + more +
                               R"(><MiningSchema><MiningField name="x1"/><MiningField name="x2"/>
  <MiningField name="y1" usageType="target"/></MiningSchema><Output>)" + output + "</Output>" + kernel +
                               R"(<TrainingInstances isTransformed="false"><InstanceFields>)" + fields +
                               R"(<InstanceField field="y1" column="y1"/></InstanceFields><InlineTable>)" + rows +
                               "</InlineTable></TrainingInstances></GaussianProcessModel>");
}
std::string ard(const std::string& inside = kLambda, const std::string& attributes = R"(gamma="2.4890" noiseVariance="0.0110")") {
  return "<ARDSquaredExponentialKernel " + attributes + ">" + inside + "</ARDSquaredExponentialKernel>";
}
const Row kRow{{"x1", "1"}, {"x2", "4"}};

double number(Scoring& scoring, const std::string& output) { return std::strtod(scoring.score(kRow, output).c_str(), nullptr); }

TEST(GaussianProcess, ExampleOfThePage) {
  Scoring s(model(ard()));
  EXPECT_NEAR(number(s, "y1"), 1.0094656593552471, 1e-14);
  EXPECT_NEAR(number(s, "sd"), 0.15011097032320986, 1e-14);
  EXPECT_EQ(number(s, "se"), number(s, "sd"));
  EXPECT_NEAR(number(s, "sd") * number(s, "sd"), 0.0226, 1e-4);
  EXPECT_NEAR(number(s, "low"), 0.7152535638373949, 1e-14);
  EXPECT_NEAR(number(s, "high"), 1.1587446971494284, 1e-14);
  // A field that is missing leaves no score.
  EXPECT_EQ(s.score({{"x1", "1"}}), (Row{{"y1", ""}, {"sd", ""}, {"se", ""}, {"low", ""}, {"high", ""}}));
}

TEST(GaussianProcess, OtherKernels) {
  Scoring radial(model(R"(<RadialBasisKernel gamma="2.4890" noiseVariance="0.0110" lambda="2.5"/>)"));
  EXPECT_NEAR(number(radial, "y1"), 1.4164249203996175, 1e-14);
  EXPECT_NEAR(number(radial, "sd"), 0.42795664113492715, 1e-14);
  Scoring absolute(model("<AbsoluteExponentialKernel gamma=\"2.4890\" noiseVariance=\"0.0110\">" + kLambda + "</AbsoluteExponentialKernel>"));
  EXPECT_NEAR(number(absolute, "y1"), 1.0159486534843203, 1e-14);
  EXPECT_NEAR(number(absolute, "sd"), 0.3209033593325619, 1e-14);
  Scoring general(model("<GeneralizedExponentialKernel gamma=\"2.4890\" noiseVariance=\"0.0110\" degree=\"1.5\">" + kLambda +
                        "</GeneralizedExponentialKernel>"));
  EXPECT_NEAR(number(general, "y1"), 1.007883003933952, 1e-14);
  EXPECT_NEAR(number(general, "sd"), 0.1805705555974956, 1e-14);
}

// gamma, noiseVariance, lambda and degree are 1 where they are not given: with one instance at distance 0 the mean is y / 2 and
// the variance 1 - 1/2 + 1; at distance 1 of both, k is exp(-1) and exp(-2).
TEST(GaussianProcess, Defaults) {
  const std::string row = "<row><x1>1</x1><x2>4</x2><y1>3</y1></row>";
  const std::string fields = R"(<InstanceField field="x1" column="x1"/><InstanceField field="x2" column="x2"/>)";
  Scoring s(model("<RadialBasisKernel/>", "", kOutputs, "regression", fields, row));
  EXPECT_NEAR(number(s, "y1"), 1.5, 1e-15);
  EXPECT_NEAR(number(s, "sd"), 1.224744871391589, 1e-15);
  const Row away{{"x1", "2"}, {"x2", "3"}};
  EXPECT_NEAR(std::strtod(s.score(away, "y1").c_str(), nullptr), 0.5518191617571635, 1e-15);   // 3/2 exp(-1)
  Scoring general(model("<GeneralizedExponentialKernel/>", "", kOutputs, "regression", fields, row));
  EXPECT_NEAR(std::strtod(general.score(away, "y1").c_str(), nullptr), 0.20300292485491905, 1e-15);   // 3/2 exp(-2)
}

// x-mathContext="float" rounds instances and sums.
TEST(GaussianProcess, Float) {
  Scoring s(model(ard(), R"(x-mathContext="float")"));
  EXPECT_NEAR(number(s, "y1"), 1.0094656593552471, 2e-6);
  EXPECT_NEAR(number(s, "sd"), 0.15011097032320986, 2e-5);
}

void refuses(const std::string& document, const std::string& words) {
  Scoring s(document);
  EXPECT_FALSE(s.ok());
  EXPECT_NE(s.messages().find(words), std::string::npos) << s.messages();
}

TEST(GaussianProcess, Refusals) {
  refuses(model(ard(), "", "", "classification"), "functionName 'classification'");
  refuses(model(""), "a kernel");
  refuses(model(ard() + "<RadialBasisKernel/>"), "a second kernel");
  refuses(model(ard("<Lambda><Array n=\"1\" type=\"real\">1</Array></Lambda>")), "1 numbers for 2 fields");
  refuses(model(ard("<Lambda><Array n=\"2\" type=\"real\">1 0</Array></Lambda>")), "above 0");
  refuses(model(ard(kLambda, R"(gamma="0")")), "gamma");
  refuses(model(ard(kLambda, R"(noiseVariance="-1")")), "noiseVariance");
  refuses(model(ard(kLambda, R"(scale="2")")), "scale");
  refuses(model(ard(), "", R"(<OutputField name="low" feature="confidenceIntervalLower" value="100"/>)"), "less than 100");
  const std::string swapped = R"(<InstanceField field="x2" column="x2"/><InstanceField field="x1" column="x1"/>)";
  refuses(model(ard(), "", "", "regression", swapped), "which lambda belongs to which field");
  EXPECT_TRUE(Scoring(model("<RadialBasisKernel/>", "", "", "regression", swapped)).ok());
  // Two equal instances without noise.
  const std::string twice = "<row><x1>1</x1><x2>3</x2><y1>1</y1></row><row><x1>1</x1><x2>3</x2><y1>2</y1></row>";
  const std::string fields = R"(<InstanceField field="x1" column="x1"/><InstanceField field="x2" column="x2"/>)";
  refuses(model(R"(<RadialBasisKernel noiseVariance="0"/>)", "", "", "regression", fields, twice), "not positive definite");
  refuses(model(ard(), "", "", "regression", fields, "<row><x1>1</x1><y1>1</y1></row>"), "has no number for 'x2'");
}

// The page's own example shows the deviation as a second predictedValue.
TEST(GaussianProcess, WarnsOfASecondMean) {
  Scoring s(model(ard(), "", R"(<OutputField name="MeanValue" feature="predictedValue"/><OutputField name="StandardDeviation" feature="predictedValue"/>)"));
  EXPECT_NE(s.messages().find("feature standardDeviation"), std::string::npos);
  EXPECT_EQ(s.score(kRow, "MeanValue"), s.score(kRow, "StandardDeviation"));
}

}  // namespace
}  // namespace kiln::test

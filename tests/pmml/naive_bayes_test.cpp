// NaiveBayesModel: counts, normal and Poisson inputs, the threshold, inputs left out. Expected values are the formulas
// of PMML 4.4's NaiveBayes page, computed with Python's math (see each test).
#include <cstdlib>

#include "tests/pmml/scoring.h"

namespace kiln::test {
namespace {

const std::string kFields =
    R"(<DataField name="y" optype="categorical" dataType="string"/><DataField name="g" optype="categorical" dataType="string"/>
<DataField name="x" optype="continuous" dataType="double"/><DataField name="k" optype="continuous" dataType="integer"/>)";
const std::string kPairs =
    R"(<BayesInput fieldName="g"><PairCounts value="m"><TargetValueCounts><TargetValueCount value="a" count="20"/>
<TargetValueCount value="b" count="0"/></TargetValueCounts></PairCounts><PairCounts value="f"><TargetValueCounts><TargetValueCount value="a" count="10"/>
<TargetValueCount value="b" count="20"/></TargetValueCounts></PairCounts></BayesInput>)";
const std::string kGaussian =
    R"(<BayesInput fieldName="x"><TargetValueStats><TargetValueStat value="a"><GaussianDistribution mean="0" variance="1"/>
</TargetValueStat><TargetValueStat value="b"><GaussianDistribution mean="2" variance="2"/></TargetValueStat></TargetValueStats></BayesInput>)";
const std::string kPoisson =
    R"(<BayesInput fieldName="k"><TargetValueStats><TargetValueStat value="a"><PoissonDistribution mean="1.5"/>
</TargetValueStat><TargetValueStat value="b"><PoissonDistribution mean="4"/></TargetValueStat></TargetValueStats></BayesInput>)";

std::string model(const std::string& inputs, const std::string& threshold = "0.001") {
  return document(
      kFields,
      "<NaiveBayesModel functionName=\"classification\" threshold=\"" + threshold +
          R"("><MiningSchema><MiningField name="y" usageType="target"/>
<MiningField name="g"/><MiningField name="x"/><MiningField name="k"/></MiningSchema><Output><OutputField name="pa" feature="probability" value="a"/></Output>
<BayesInputs>)" +
          inputs +
          R"(</BayesInputs><BayesOutput fieldName="y"><TargetValueCounts><TargetValueCount value="a" count="30"/>
<TargetValueCount value="b" count="20"/></TargetValueCounts></BayesOutput></NaiveBayesModel>)");
}
double probability(Scoring& scoring, const Row& row) { return std::strtod(scoring.score(row, "pa").c_str(), nullptr); }

TEST(NaiveBayes, CountsAndDensities) {
  Scoring scoring(model(kPairs + kGaussian));
  EXPECT_NEAR(probability(scoring, {{"g", "f"}, {"x", "1"}}), 0.3551279929787922, 1e-14);
  EXPECT_EQ(scoring.score({{"g", "f"}, {"x", "1"}}, "y"), "b");
  // 30 * 20/30 against 20 * 0.001: the threshold for a count of zero
  EXPECT_NEAR(probability(scoring, {{"g", "m"}}), 0.999000999000999, 1e-14);
  // An unknown category and a missing input say nothing: 30 against 20.
  EXPECT_NEAR(probability(scoring, {{"g", "q"}}), 0.6, 1e-15);
  EXPECT_NEAR(probability(scoring, {}), 0.6, 1e-15);
  EXPECT_EQ(scoring.score({}, "y"), "a");
}

TEST(NaiveBayes, ThresholdOfDensities) {
  Scoring scoring(model(kGaussian));
  // At 8 both densities, 5e-15 and 3.5e-5, are below 0.001.
  EXPECT_NEAR(probability(scoring, {{"x", "8"}}), 0.6, 1e-15);
  // Without threshold, and in an Extension as tools wrote before PMML 4.2, they count as they are.
  Scoring without(model(kGaussian, "0")), extension(model("<Extension>" + kGaussian + "</Extension>"));
  EXPECT_NEAR(probability(without, {{"x", "8"}}), 2.1768734021150772e-10, 1e-22);
  EXPECT_NEAR(probability(extension, {{"x", "8"}}), 2.1768734021150772e-10, 1e-22);
  EXPECT_NEAR(probability(extension, {{"x", "1000"}}), 0.6, 1e-15);  // both are zero
}

TEST(NaiveBayes, Poisson) {
  Scoring scoring(model(kPoisson));
  EXPECT_NEAR(probability(scoring, {{"k", "3"}}), 0.49074539433344716, 1e-14);
  EXPECT_NEAR(probability(scoring, {{"k", "30"}}), 0.6, 1e-15);  // below the threshold
  EXPECT_NEAR(probability(scoring, {{"k", "-1"}}), 0.6, 1e-15);  // no count at all
}

// 0 / 0 by the page's formula: no class has a probability, so that none is predicted.
TEST(NaiveBayes, WhereNothingIsLikely) {
  const std::string other = R"(<BayesInput fieldName="k"><PairCounts value="1"><TargetValueCounts><TargetValueCount value="a" count="0"/>
<TargetValueCount value="b" count="5"/></TargetValueCounts></PairCounts><PairCounts value="2"><TargetValueCounts><TargetValueCount value="a" count="5"/>
<TargetValueCount value="b" count="5"/></TargetValueCounts></PairCounts></BayesInput>)";
  Scoring scoring(model(kPairs + other, "0"));
  EXPECT_EQ(scoring.score({{"g", "m"}, {"k", "1"}}), (Row{{"y", ""}, {"pa", "nan"}}));
  EXPECT_EQ(scoring.score({{"g", "m"}, {"k", "2"}}), (Row{{"y", "a"}, {"pa", "1"}}));
  EXPECT_EQ(Scoring(model(kPairs + other, "0"), true).score({{"g", "m"}, {"k", "1"}}, "y"), "a");  // the first
}

TEST(NaiveBayes, DerivedInputs) {
  Scoring scoring(
      model(R"(<BayesInput fieldName="x"><DerivedField optype="categorical" dataType="string"><Discretize field="x">
<DiscretizeBin binValue="m"><Interval closure="openOpen" rightMargin="1"/></DiscretizeBin>
<DiscretizeBin binValue="f"><Interval closure="closedOpen" leftMargin="1" rightMargin="5"/></DiscretizeBin></Discretize></DerivedField>)" +
            kPairs.substr(kPairs.find('>') + 1)));
  EXPECT_NEAR(probability(scoring, {{"x", "0"}}), 0.999000999000999, 1e-14);
  EXPECT_NEAR(probability(scoring, {{"x", "1"}}), 1.0 / 3, 1e-14);  // 30 * 10/30 against 20
  EXPECT_NEAR(probability(scoring, {{"x", "5"}}), 0.6, 1e-15);      // in no bin: missing
}

TEST(NaiveBayes, RefusesWhatItCannotKnow) {
  EXPECT_NE(Scoring(model(R"(<BayesInput fieldName="x"/>)")).messages().find("PairCounts"), std::string::npos);
  EXPECT_NE(
      Scoring(
          model(
              R"(<BayesInput fieldName="x"><TargetValueStats><TargetValueStat value="a"><GaussianDistribution mean="0" variance="0"/>
</TargetValueStat></TargetValueStats></BayesInput>)"))
          .messages()
          .find("variance"),
      std::string::npos);
  EXPECT_NE(Scoring(model(kPairs, "-1")).messages().find("threshold"), std::string::npos);
}

}  // namespace
}  // namespace kiln::test

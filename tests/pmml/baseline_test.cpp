// BaselineModel: whole tables, since scores depend on the rows before. Expected values come from the formulas, in plain Python:
// log densities of normal distributions, Z[n] = max(reset, Z[n-1] + log ratio) with Z[-1] = 0; sums over the counts so far, and the
// chance of a chi-square by Q(a + 1, t) = Q(a, t) + t^a exp(-t) / Gamma(a + 1) from Q(1/2, t) = erfc(sqrt t) and Q(1, t) = exp(-t).
#include <cmath>

#include "tests/pmml/table_scoring.h"

namespace kiln::test {
namespace {

const std::string kFields = R"(<DataField name="x" optype="continuous" dataType="double"/><DataField name="w" optype="continuous" dataType="double"/>
<DataField name="k" optype="categorical" dataType="string"/><DataField name="s" optype="continuous" dataType="double"/>
<DataField name="g" optype="categorical" dataType="string"><Value value="p"/><Value value="q"/></DataField>
<DataField name="h" optype="categorical" dataType="string"><Value value="u"/><Value value="v"/></DataField>)";

std::string baseline(const std::string& test, const std::string& inside, const std::string& fields = "x") {
  std::string schema;
  for (char f : fields) schema += std::string("<MiningField name=\"") + f + "\"/>";
  return "<BaselineModel functionName=\"regression\"><MiningSchema>" + schema + "<MiningField name=\"s\" usageType=\"target\"/></MiningSchema>"
         "<TestDistributions " + test + ">" + inside + "</TestDistributions></BaselineModel>";
}
std::string model(const std::string& test, const std::string& inside, const std::string& fields = "x") {
  return document(kFields, baseline(test, inside, fields));
}
std::string of(const std::string& distribution) { return "<Baseline>" + distribution + "</Baseline>"; }
std::string against(const std::string& distribution) { return "<Alternate>" + distribution + "</Alternate>"; }

TEST(Baseline, ZValue) {
  const std::string test = R"(field="x" testStatistic="zValue")";
  EXPECT_EQ(scores(model(test, of(R"(<GaussianDistribution mean="35" variance="100"/>)")), "x,y\n35,\n45,\n10,\n,\n"),
            "s,status\n0,ok\n1,ok\n-2.5,ok\n,ok\n");
  EXPECT_EQ(scores(model(test, of(R"(<AnyDistribution mean="1" variance="4"/>)")), "x\n5\n"), "s,status\n2,ok\n");
  EXPECT_EQ(scores(model(test, of(R"(<PoissonDistribution mean="9"/>)")), "x\n15\n"), "s,status\n2,ok\n");
  // Of 0 .. 12: mean 6, variance 12.
  EXPECT_EQ(scores(model(test, of(R"(<UniformDistribution lower="0" upper="12"/>)")), "x\n6\n"), "s,status\n0,ok\n");
}

const std::string kTwoNormals = of(R"(<GaussianDistribution mean="0" variance="4"/>)") + against(R"(<GaussianDistribution mean="2" variance="1"/>)");

TEST(Baseline, Cusum) {
  // A missing value has no score and leaves the sum; so does an invalid one, whose row has no result.
  EXPECT_EQ(scores(model(R"(field="x" testStatistic="CUSUM" resetValue="0.5")", kTwoNormals), "x,y\n1,\n3,\n2.5,\n,\noops,\n-4,\n0.2,\n"),
            "s,status\n0.5,ok\n1.8181471805599454,ok\n3.167544361119891,ok\n,ok\n,value of the wrong type in 'x'\n0.5,ok\n0.5,ok\n");
  EXPECT_EQ(scores(model(R"(field="x" testStatistic="CUSUM" windowSize="3")", kTwoNormals), "x\n1\n3\n2.5\n-4\n0.2\n"),
            "s,status\n0.3181471805599454,ok\n1.6362943611198908,ok\n2.985691541679836,ok\n0,ok\n0,ok\n");
}

TEST(Baseline, CusumOfOtherDistributions) {
  const std::string test = R"(field="x" testStatistic="CUSUM")";
  // 5 log(4 / 2) - 2; 4.5 is no count: neither has it.
  const std::string counts = scores(model(test, of(R"(<PoissonDistribution mean="2"/>)") + against(R"(<PoissonDistribution mean="4"/>)")), "x\n5\n4.5\n");
  EXPECT_EQ(counts.substr(0, 51), "s,status\n1.4657359027997265,ok\n,undefined result at");
  // log(1/2) - log(1/4) = log 2 within both; outside of the baseline alone infinite; outside of the alternate alone back to 0.
  EXPECT_EQ(scores(model(test, of(R"(<UniformDistribution lower="0" upper="4"/>)") + against(R"(<UniformDistribution lower="3" upper="5"/>)")),
                   "x\n3.5\n3.5\n1\n3.5\n"),
            "s,status\n0.6931471805599453,ok\n1.3862943611198906,ok\n0,ok\n0.6931471805599453,ok\n");
}

// 5 is impossible under the baseline alone, 0.5 under the alternate alone: behind both there is no sum, and the row has no result.
TEST(Baseline, CusumOfWhatBothRuleOut) {
  const std::string model_ = model(R"(field="x" testStatistic="CUSUM")", of(R"(<UniformDistribution lower="0" upper="1"/>)") + against(R"(<UniformDistribution lower="4" upper="6"/>)"));
  EXPECT_EQ(scores(model_, "x\n0.5\n5\n").substr(0, 29), "s,status\n0,ok\ninf,ok\n");
  const std::string after = scores(model_, "x\n5\n0.5\n5\n");
  EXPECT_EQ(after.substr(0, 36), "s,status\ninf,ok\n,undefined result at");
  EXPECT_EQ(after.substr(after.find('\n', 20)), "\ninf,ok\n");
}

// A segment's sum moves only with the rows that its segment takes.
TEST(Baseline, CusumInSegments) {
  const std::string cusum = baseline(R"(field="x" testStatistic="CUSUM")", kTwoNormals);
  const std::string predicate = R"(<SimplePredicate field="g" operator="equal" value=")";
  const std::string segments = document(
      kFields, R"(<MiningModel functionName="regression"><MiningSchema><MiningField name="x"/><MiningField name="g"/>
<MiningField name="s" usageType="target"/></MiningSchema><Segmentation multipleModelMethod="selectFirst"><Segment>)" + predicate + "p\"/>" + cusum +
                   "</Segment><Segment><True/>" + cusum + "</Segment></Segmentation></MiningModel>");
  EXPECT_EQ(scores(segments, "x,g\n3,p\n3,q\n3,p\n1,q\n"),
            "s,status\n1.3181471805599454,ok\n1.3181471805599454,ok\n2.636294361119891,ok\n1.6362943611198908,ok\n");
}

std::string table(const std::string& kind, const std::vector<std::pair<std::string, std::string>>& counts, const std::string& field = "k") {
  std::string text = "<" + kind + ">";
  for (const auto& [value, count] : counts) text += "<FieldValueCount field=\"" + field + "\" value=\"" + value + "\" count=\"" + count + "\"/>";
  return text + "</" + kind + ">";
}

TEST(Baseline, ScalarProduct) {
  // Counts so far a 2, then b 1, then another value 5 (which no scalar product sees), then a 0.5 more.
  const std::string rows = "k,w\na,2\nb,1\nc,5\na,0.5\na,\n,3\n";
  const std::string counts = of(table("CountTable", {{"a", "3"}, {"b", "4"}}));
  EXPECT_EQ(scores(model(R"(field="k" testStatistic="scalarProduct" weightField="w")", counts, "kw"), rows),
            "s,status\n6,ok\n10,ok\n10,ok\n11.5,ok\n,ok\n,ok\n");
  const std::string declared = of(table("CountTable", {{"p", "3"}}, "g"));
  // Counts of p and q: (1, 0) and (1, 1), against (3, 0).
  EXPECT_EQ(scores(model(R"(field="g" testStatistic="scalarProduct" normalizationScheme="Independent")", declared, "g"), "g\np\nq\n"),
            "s,status\n1,ok\n0.7071067811865476,ok\n");
  EXPECT_EQ(scores(model(R"(field="g" testStatistic="scalarProduct" normalizationScheme="SizeWeighted")", declared, "g"), "g\np\nq\n"),
            "s,status\n0.6,ok\n0.5454545454545454,ok\n");
  // Of the last row alone: (0, 1) against (3, 0).
  EXPECT_EQ(scores(model(R"(field="g" testStatistic="scalarProduct" windowSize="1")", declared, "g"), "g\np\nq\n"), "s,status\n3,ok\n0,ok\n");
}

// Column s of a table's scores, close to the values wanted.
void expectNear(const std::string& scored, const std::vector<double>& wanted) {
  std::istringstream lines(scored);
  std::string line;
  std::getline(lines, line);
  for (double value : wanted) {
    std::getline(lines, line);
    EXPECT_NEAR(std::strtod(line.c_str(), nullptr), value, 1e-14) << scored;
  }
}

TEST(Baseline, ChiSquareDistribution) {
  const std::string counts = of(table("CountTable", {{"a", "50"}, {"b", "30"}, {"c", "20"}, {"never", "0"}}));
  const std::string rows = "k\na\nb\na\nc\nc\na\n";
  expectNear(scores(model(R"(field="k" testStatistic="chiSquareDistribution")", counts, "k"), rows),
             {0.6065306597126334, 0.7165313105737893, 0.6778095780054503, 0.9591894571091382, 0.530819450562014, 0.6411803884299547});
  expectNear(scores(model(R"(field="k" testStatistic="chiSquareDistribution" windowSize="2")",
                          of(table("NormalizedCountTable", {{"a", "0.5"}, {"b", "0.3"}, {"c", "0.2"}})), "k"),
                    rows),
             {0.6065306597126334, 0.7165313105737893, 0.7165313105737893, 0.4723665527410147, 0.018315638888734165, 0.4723665527410147});
  // A value that the baseline does not have cannot be.
  EXPECT_EQ(scores(model(R"(field="k" testStatistic="chiSquareDistribution" windowSize="1")", counts, "k"), "k\nnever\nother\n"),
            "s,status\n0,ok\n0,ok\n");
}

// 201 values have 200 degrees; one of weight w among them a chi-square of 200 w. The chance of 1,600 by exact arithmetic; exp(-800) alone is 0.
TEST(Baseline, FarTails) {
  std::vector<std::pair<std::string, std::string>> counts;
  for (int i = 0; i < 201; i++) counts.emplace_back("v" + std::to_string(i), "1");
  const std::string scored = scores(model(R"(field="k" testStatistic="chiSquareDistribution" weightField="w" windowSize="1")", of(table("CountTable", counts)), "kw"), "k,w\nv1,8\nv1,485\nv1,1e300\n");
  EXPECT_NEAR(std::strtod(scored.c_str() + 9, nullptr), 1.1418374976052411e-216, 1e-226) << scored;
  EXPECT_NE(scored.find("\n0,ok\n0,ok\n"), std::string::npos) << scored;
}

TEST(Baseline, ChiSquareIndependence) {
  const std::string test = R"(field="x" testStatistic="chiSquareIndependence")";
  // Of the table itself: 10 20 / 30 15.
  const std::string counted = R"(<CountTable><FieldValue field="g" value="p"><FieldValueCount field="h" value="u" count="10"/>
<FieldValueCount field="h" value="v" count="20"/></FieldValue><FieldValue field="g" value="q"><FieldValueCount field="h" value="u" count="30"/>
<FieldValueCount field="h" value="v" count="15"/></FieldValue></CountTable>)";
  expectNear(scores(model(test, of(counted)), "x\n1\n"), {0.004586392080253493});
  // Of the rows: without a score until each value was met.
  const std::string fields = R"(<FieldRef field="g"/><FieldRef field="h"/>)";
  const std::string scored = scores(model(test, of(fields), "gh"), "g,h\np,u\nq,v\np,u\np,v\n");
  EXPECT_EQ(scored.substr(0, 16), "s,status\n,ok\n0.1");
  expectNear(scored.substr(13), {0.08326451666355043, 0.24821307898992362});
}

// Three fields of two values have 8 - 1 - 3 = 4 degrees. Counts 2 of (p, u, m) and (q, v, n) each: expected 4 / 8 of each of 8 cells, so
// 2 (2 - 0.5)^2 / 0.5 + 6 * 0.5 = 12; exp(-6) (1 + 6) = 0.0173512...
TEST(Baseline, ChiSquareIndependenceOfThreeFields) {
  const std::string fields = kFields + R"(<DataField name="o" optype="categorical" dataType="string"><Value value="m"/><Value value="n"/></DataField>)";
  const std::string refs = R"(<FieldRef field="g"/><FieldRef field="h"/><FieldRef field="o"/>)";
  const std::string scored = scores(document(fields, baseline(R"(field="g" testStatistic="chiSquareIndependence")", of(refs), "gho")), "g,h,o\np,u,m\nq,v,n\np,u,m\nq,v,n\n");
  EXPECT_NEAR(std::strtod(scored.c_str() + scored.rfind('\n', scored.size() - 2) + 1, nullptr), 7 * std::exp(-6), 1e-15) << scored;
  const auto pair = [](const std::string& k, const std::string& m, const std::string& n) {
    return "<FieldValue field=\"h\" value=\"" + k + "\"><FieldValueCount field=\"o\" value=\"m\" count=\"" + m + "\"/><FieldValueCount field=\"o\" value=\"n\" count=\"" + n +
           "\"/></FieldValue>";
  };
  const std::string counted = "<CountTable><FieldValue field=\"g\" value=\"p\">" + pair("u", "2", "0") + pair("v", "0", "0") + "</FieldValue><FieldValue field=\"g\" value=\"q\">" +
                              pair("u", "0", "0") + pair("v", "0", "2") + "</FieldValue></CountTable>";
  const std::string table = scores(document(fields, baseline(R"(field="g" testStatistic="chiSquareIndependence")", of(counted), "g")), "g\np\n");
  EXPECT_NEAR(std::strtod(table.c_str() + 9, nullptr), 7 * std::exp(-6), 1e-15) << table;
}

// Degrees of freedom from 1 to 5, by one row each.
TEST(Baseline, ChancesOfDegrees) {
  // One of n equally likely values: chi-square n - 1, of n - 1 degrees.
  const double wanted[] = {0.31731050786291404, 0.36787944117144233, 0.39162517627108895, 0.4060058497098381, 0.4158801869955079};
  for (int n = 2; n <= 6; n++) {
    std::vector<std::pair<std::string, std::string>> counts;
    for (int i = 0; i < n; i++) counts.emplace_back("v" + std::to_string(i), "1");
    expectNear(scores(model(R"(field="k" testStatistic="chiSquareDistribution")", of(table("CountTable", counts)), "k"), "k\nv1\n"), {wanted[n - 2]});
  }
}

TEST(Baseline, Refusals) {
  const auto refuses = [](const std::string& document, const std::string& words) {
    Scoring s(document);
    EXPECT_FALSE(s.ok());
    EXPECT_NE(s.messages().find(words), std::string::npos) << s.messages();
  };
  const std::string normal = of(R"(<GaussianDistribution mean="0" variance="1"/>)");
  refuses(model(R"(field="x" testStatistic="GLR")", normal), "testStatistic");
  refuses(model(R"(field="x" testStatistic="CUSUM")", normal), "Alternate");
  refuses(model(R"(field="x" testStatistic="CUSUM")", of(R"(<AnyDistribution mean="0" variance="1"/>)") + against(R"(<PoissonDistribution mean="1"/>)")),
          "it has no density");
  refuses(model(R"(field="x" testStatistic="zValue")", of(R"(<GaussianDistribution mean="0" variance="0"/>)")), "above 0");
  refuses(model(R"(field="x" testStatistic="zValue" weightField="w")", normal), "weightField");
  refuses(model(R"(field="x" testStatistic="zValue" windowSize="2")", normal), "windowSize");
  refuses(model(R"(field="x" testStatistic="zValue")", of(table("CountTable", {{"a", "1"}}))), "'CountTable' with this testStatistic");
  refuses(model(R"(field="x" testStatistic="CUSUM" windowSize="5000")", kTwoNormals), "--max-list-items");
  refuses(model(R"(field="k" testStatistic="scalarProduct" normalizationScheme="Independent")", of(table("CountTable", {{"a", "1"}})), "k"),
          "without declared values");
  refuses(model(R"(field="k" testStatistic="chiSquareDistribution")", of(table("CountTable", {{"a", "1"}})), "k"), "two values");
  refuses(model(R"(field="k" testStatistic="chiSquareDistribution")", of(table("CountTable", {{"a", "1"}, {"a", "2"}})), "k"), "a second count");
}

// Two values at each of 64 levels: 2^64 combinations, which no 64 bits count.
TEST(Baseline, TablesOfManyLevelsAreRefused) {
  std::string fields, counts;
  for (int level = 63; level >= 0; level--) {
    const std::string name = "\"f" + std::to_string(level) + "\"";
    fields += "<DataField name=" + name + " optype=\"categorical\" dataType=\"string\"/>";
    if (counts.empty())
      counts = "<FieldValueCount field=" + name + " value=\"a\" count=\"3\"/><FieldValueCount field=" + name + " value=\"b\" count=\"4\"/>";
    else
      counts = "<FieldValue field=" + name + " value=\"a\">" + counts + "</FieldValue><FieldValue field=" + name + " value=\"b\"/>";
  }
  Scoring s(document(kFields + fields, baseline(R"(field="f0" testStatistic="chiSquareIndependence")", of("<CountTable>" + counts + "</CountTable>"))));
  EXPECT_FALSE(s.ok());
  EXPECT_NE(s.messages().find("over 65,536 combinations"), std::string::npos) << s.messages();
}

}  // namespace
}  // namespace kiln::test

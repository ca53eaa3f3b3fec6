// BayesianNetworkModel. Expected values come from enumeration in plain Python: the sum, over all combinations of states of A, B, C
// and D that agree with the evidence, of the product of their probabilities (and of the density of X), divided by that over all.
#include <cstdlib>

#include "tests/pmml/scoring.h"

namespace kiln::test {
namespace {

const std::string kFields = R"(<DataField name="A" optype="categorical" dataType="string"><Value value="a0"/><Value value="a1"/></DataField>
<DataField name="B" optype="categorical" dataType="string"/><DataField name="C" optype="categorical" dataType="string"/>
<DataField name="D" optype="categorical" dataType="string"/><DataField name="X" optype="continuous" dataType="double"/>
<DataField name="Y" optype="continuous" dataType="double"/><DataField name="T" optype="continuous" dataType="double"/>)";

std::string values(const std::vector<std::pair<std::string, std::string>>& list) {
  std::string text;
  for (const auto& [value, p] : list) text += "<ValueProbability value=\"" + value + "\" probability=\"" + p + "\"/>";
  return text;
}
std::string given(const std::vector<std::pair<std::string, std::string>>& parents, const std::string& inside, const std::string& kind = "Discrete") {
  std::string text = "<" + kind + "ConditionalProbability>";
  for (const auto& [parent, value] : parents) text += "<ParentValue parent=\"" + parent + "\" value=\"" + value + "\"/>";
  return text + inside + "</" + kind + "ConditionalProbability>";
}
std::string node(const std::string& name, const std::string& inside) { return "<DiscreteNode name=\"" + name + "\">" + inside + "</DiscreteNode>"; }
std::string c(const std::string& a, const std::string& b, const std::string& c0, const std::string& c1) {
  return given({{"A", a}, {"B", b}}, values({{"c0", c0}, {"c1", c1}}));
}
// C stands before its parents; the order of its ParentValues does not matter.
const std::string kDiscrete =
    node("C", c("a0", "b0", "0.9", "0.1") + c("a0", "b1", "0.2", "0.8") + c("a0", "b2", "0.5", "0.5") + c("a1", "b0", "0.35", "0.65") +
                  c("a1", "b1", "0.4", "0.6") + given({{"B", "b2"}, {"A", "a1"}}, values({{"c0", "0.75"}, {"c1", "0.25"}}))) +
    node("A", values({{"a0", "0.3"}, {"a1", "0.7"}})) +
    node("B", given({{"A", "a0"}}, values({{"b0", "0.5"}, {"b1", "0.25"}, {"b2", "0.25"}})) +
                  given({{"A", "a1"}}, values({{"b0", "0.1"}, {"b1", "0.6"}, {"b2", "0.3"}}))) +
    node("D", given({{"C", "c0"}}, values({{"d0", "0.8"}, {"d1", "0.2"}})) + given({{"C", "c1"}}, values({{"d0", "0.05"}, {"d1", "0.95"}})));

std::string constant(const std::string& value) { return "<Constant dataType=\"double\">" + value + "</Constant>"; }
std::string normal(const std::string& mean, const std::string& variance) {
  return "<ContinuousDistribution><NormalDistributionForBN><Mean>" + mean + "</Mean><Variance>" + variance +
         "</Variance></NormalDistributionForBN></ContinuousDistribution>";
}
std::string plusTwice(const std::string& m) {   // 2 Y + m
  return "<Apply function=\"+\"><Apply function=\"*\">" + constant("2") + "<FieldRef field=\"Y\"/></Apply>" + constant(m) + "</Apply>";
}
// X is normal about 2 Y + m[B].
const std::string kX = "<ContinuousNode name=\"X\">" + given({{"B", "b0"}}, normal(plusTwice("1"), constant("0.25")), "Continuous") +
                       given({{"B", "b1"}}, normal(plusTwice("-1"), constant("0.25")), "Continuous") +
                       given({{"B", "b2"}}, normal(plusTwice("0.5"), constant("1")), "Continuous") + "</ContinuousNode>";
const std::string kY = "<ContinuousNode name=\"Y\">" + normal(constant("0"), constant("1")) + "</ContinuousNode>";

std::string model(const std::string& nodes, const std::vector<std::string>& active, const std::string& target, const std::string& output = "",
                  const std::string& function = "classification", const std::string& more = "") {
  std::string schema;
  for (const std::string& name : active) schema += "<MiningField name=\"" + name + "\"/>";
  return document(kFields, "<BayesianNetworkModel functionName=\"" + function + "\"><MiningSchema>" + schema + "<MiningField name=\"" + target +
                               "\" usageType=\"target\"/>" + more + "</MiningSchema><Output>" + output + "</Output><BayesianNetworkNodes>" + nodes +
                               "</BayesianNetworkNodes></BayesianNetworkModel>");
}
std::string probability(const std::string& value) {
  return "<OutputField name=\"p(" + value + ")\" feature=\"probability\" value=\"" + value + "\"/>";
}
const std::string kC = probability("c0") + probability("c1");
const std::string kB = probability("b0") + probability("b1") + probability("b2");

void expect(Scoring& scoring, const Row& row, const std::string& label, const std::map<std::string, double>& wanted, const std::string& target) {
  const Row result = scoring.score(row);
  EXPECT_EQ(result.at(target), label);
  for (const auto& [state, p] : wanted) EXPECT_NEAR(std::strtod(result.at("p(" + state + ")").c_str(), nullptr), p, 1e-14) << state;
}

TEST(BayesianNetwork, DiscretePosteriors) {
  Scoring s(model(kDiscrete, {"A", "B", "D"}, "C", kC));
  expect(s, {}, "c0", {{"c0", 0.5375}, {"c1", 0.4625}}, "C");
  expect(s, {{"D", "d0"}}, "c0", {{"c0", 0.9489655172413795}}, "C");
  expect(s, {{"D", "d1"}, {"A", "a0"}}, "c1", {{"c0", 0.2597402597402597}}, "C");
  expect(s, {{"B", "b2"}}, "c0", {{"c0", 0.6842105263157896}}, "C");
  // Evidence below and above the node asked for.
  Scoring b(model(kDiscrete, {"A", "D"}, "B", kB));
  expect(b, {{"D", "d0"}}, "b1", {{"b0", 0.28827586206896555}, {"b1", 0.3575172413793104}, {"b2", 0.3542068965517241}}, "B");
  expect(b, {{"D", "d1"}, {"A", "a0"}}, "b1", {{"b0", 0.28571428571428575}, {"b2", 0.29870129870129875}}, "B");
}

TEST(BayesianNetwork, KnownContinuousNodesWeighTheirParents) {
  Scoring s(model(kDiscrete + kX + kY, {"A", "D", "X", "Y"}, "C", kC));
  expect(s, {{"X", "0.7"}, {"Y", "0.3"}}, "c0", {{"c0", 0.6291310106511946}}, "C");
  expect(s, {{"D", "d1"}, {"A", "a1"}, {"X", "-0.2"}, {"Y", "0.1"}}, "c1", {{"c0", 0.16745980232326999}}, "C");
  expect(s, {{"Y", "0.3"}}, "c0", {{"c0", 0.5375}}, "C");   // X is not known: no evidence
  // X is known, but where it would lie is not: only sampling answers this.
  EXPECT_EQ(s.score({{"X", "0.7"}}, "C"), "!");
  Scoring b(model(kDiscrete + kX + kY, {"A", "D", "X", "Y"}, "B", kB));
  expect(b, {{"X", "0.7"}, {"Y", "0.3"}}, "b2", {{"b0", 0.1987134297448732}, {"b1", 0.20089732397274931}, {"b2", 0.6003892462823776}}, "B");
}

// T has mean 1, 2, 3, 5, 8 or 13 by B and C.
std::string t() {
  std::string text = "<ContinuousNode name=\"T\">";
  const char* const means[] = {"1", "2", "3", "5", "8", "13"};
  for (int i = 0; i < 6; i++)
    text += given({{"B", "b" + std::to_string(i / 2)}, {"C", "c" + std::to_string(i % 2)}}, normal(constant(means[i]), constant("1")), "Continuous");
  return text + "</ContinuousNode>";
}

TEST(BayesianNetwork, MeanOfAContinuousTarget) {
  Scoring s(model(kDiscrete + t(), {"A", "D"}, "T", "", "regression"));
  EXPECT_NEAR(std::strtod(s.score({}, "T").c_str(), nullptr), 5.1195, 1e-13);
  EXPECT_NEAR(std::strtod(s.score({{"D", "d0"}, {"A", "a1"}}, "T").c_str(), nullptr), 5.1511764705882355, 1e-13);
}

// The means: of lognormal(m, v) exp(m + v / 2); of a uniform distribution its middle; a triangular one states it.
TEST(BayesianNetwork, MeansOfDistributions) {
  const auto distribution = [](const std::string& kind, const std::string& parameters) {
    return "<ContinuousNode name=\"T\"><ContinuousDistribution><" + kind + "DistributionForBN>" + parameters + "</" + kind +
           "DistributionForBN></ContinuousDistribution></ContinuousNode>";
  };
  const auto parameter = [](const std::string& name, const std::string& value) { return "<" + name + ">" + constant(value) + "</" + name + ">"; };
  const auto mean = [&](const std::string& node) {
    return std::strtod(Scoring(model(kDiscrete + node, {"A"}, "T", "", "regression")).score({}, "T").c_str(), nullptr);
  };
  EXPECT_NEAR(mean(distribution("Lognormal", parameter("Mean", "0.5") + parameter("Variance", "0.2"))), 1.8221188003905089, 1e-14);
  EXPECT_EQ(mean(distribution("Uniform", parameter("Lower", "1") + parameter("Upper", "4"))), 2.5);
  EXPECT_EQ(mean(distribution("Triangular", parameter("Mean", "2") + parameter("Lower", "1") + parameter("Upper", "4"))), 2);
}

// Densities as factors. S has two states, 1/2 each; the posterior of s0 is d0 / (d0 + d1).
double posterior(const std::string& d0, const std::string& d1, const std::string& x) {
  const std::string nodes = node("C", values({{"c0", "0.5"}, {"c1", "0.5"}})) + "<ContinuousNode name=\"X\">" + given({{"C", "c0"}}, d0, "Continuous") +
                            given({{"C", "c1"}}, d1, "Continuous") + "</ContinuousNode>";
  return std::strtod(Scoring(model(nodes, {"X"}, "C", kC)).score({{"X", x}}, "p(c0)").c_str(), nullptr);
}
std::string distribution(const std::string& kind, const std::vector<std::pair<std::string, std::string>>& parameters) {
  std::string text = "<ContinuousDistribution><" + kind + "DistributionForBN>";
  for (const auto& [name, value] : parameters) text += "<" + name + ">" + constant(value) + "</" + name + ">";
  return text + "</" + kind + "DistributionForBN></ContinuousDistribution>";
}

TEST(BayesianNetwork, Densities) {
  const std::string unit = distribution("Uniform", {{"Lower", "0"}, {"Upper", "4"}});   // 1/4
  // Triangular from 0 to 3 with mean 4/3, so with its mode at 1: at 0.5 2 * 0.5 / (3 * 1) = 1/3; at 2 2 * 1 / (3 * 2) = 1/3; at 1 2/3.
  const std::string triangle = distribution("Triangular", {{"Mean", "1.3333333333333333"}, {"Lower", "0"}, {"Upper", "3"}});
  EXPECT_NEAR(posterior(triangle, unit, "0.5"), 4.0 / 7, 1e-14);
  EXPECT_NEAR(posterior(triangle, unit, "2"), 4.0 / 7, 1e-14);
  EXPECT_NEAR(posterior(triangle, unit, "1"), 8.0 / 11, 1e-14);
  EXPECT_EQ(posterior(triangle, unit, "3.5"), 0);
  EXPECT_NE(Scoring(model(kDiscrete + "<ContinuousNode name=\"X\">" + triangle + "</ContinuousNode>", {"A", "X"}, "C"))
                .messages().find("taken for its mean, not for its mode"), std::string::npos);
  // Lognormal(0, 1) at 1: 1 / sqrt(2 pi) = 0.3989422804014327; at 2: 0.15687401927898112; nothing below 0.
  const std::string log = distribution("Lognormal", {{"Mean", "0"}, {"Variance", "1"}});
  EXPECT_NEAR(posterior(log, unit, "1"), 0.3989422804014327 / 0.6489422804014327, 1e-14);
  EXPECT_NEAR(posterior(log, unit, "2"), 0.15687401927898112 / 0.40687401927898112, 1e-14);
  EXPECT_EQ(posterior(log, distribution("Uniform", {{"Lower", "-1"}, {"Upper", "1"}}), "-0.5"), 0);
}

// What cannot be has no answer: a value that is no state, values that exclude each other.
TEST(BayesianNetwork, ImpossibleEvidence) {
  Scoring s(model(kDiscrete, {"A", "B", "D"}, "C", kC));
  EXPECT_EQ(s.score({{"B", "other"}}, "C"), "!");
  EXPECT_TRUE(s.bits() & KILN_UNDEFINED);
  EXPECT_EQ(s.score({{"A", "other"}}, "C"), "!");   // declared values: invalid
  EXPECT_TRUE(s.bits() & KILN_INVALID_VALUE);
  const std::string never = node("A", values({{"a0", "1"}, {"a1", "0"}})) + node("C", given({{"A", "a0"}}, values({{"c0", "0.5"}, {"c1", "0.5"}})) +
                                                                                         given({{"A", "a1"}}, values({{"c0", "0.5"}, {"c1", "0.5"}})));
  Scoring z(model(never, {"A"}, "C", kC));
  EXPECT_EQ(z.score({{"A", "a1"}}, "C"), "!");
  EXPECT_TRUE(z.bits() & KILN_UNDEFINED);
}

TEST(BayesianNetwork, SeveralTargets) {
  Scoring s(model(kDiscrete + t(), {"A", "D"}, "C", kC, "mixed", R"(<MiningField name="T" usageType="target"/>)"));
  const Row result = s.score({{"D", "d0"}, {"A", "a1"}});
  EXPECT_EQ(result.at("C"), "c0");
  EXPECT_NEAR(std::strtod(result.at("T").c_str(), nullptr), 5.1511764705882355, 1e-13);
}

// A chain of 200 nodes, each 0.9 like the one before: P(last = first) = 1/2 + (0.8)^199 / 2, and far evidence underflows nothing.
TEST(BayesianNetwork, LongChains) {
  std::string fields, nodes, schema;
  for (int i = 0; i < 200; i++) {
    const std::string name = "n" + std::to_string(i), before = "n" + std::to_string(i - 1);
    fields += "<DataField name=\"" + name + "\" optype=\"categorical\" dataType=\"string\"/>";
    schema += "<MiningField name=\"" + name + "\"" + (i == 199 ? " usageType=\"target\"" : "") + "/>";
    nodes += i == 0 ? node(name, values({{"u", "0.5"}, {"v", "0.5"}}))
                    : node(name, given({{before, "u"}}, values({{"u", "0.9"}, {"v", "0.1"}})) + given({{before, "v"}}, values({{"u", "0.1"}, {"v", "0.9"}})));
  }
  Scoring s(document(fields, "<BayesianNetworkModel functionName=\"classification\"><MiningSchema>" + schema + "</MiningSchema><Output>" + probability("u") +
                                 "</Output><BayesianNetworkNodes>" + nodes + "</BayesianNetworkNodes></BayesianNetworkModel>"));
  EXPECT_NEAR(std::strtod(s.score({{"n198", "u"}}, "p(u)").c_str(), nullptr), 0.9, 1e-13);
  EXPECT_NEAR(std::strtod(s.score({{"n196", "v"}}, "p(u)").c_str(), nullptr), 0.244, 1e-13);   // (1 - 0.8^3) / 2
}

void refuses(const std::string& document, const std::string& words) {
  Scoring s(document);
  EXPECT_FALSE(s.ok());
  EXPECT_NE(s.messages().find(words), std::string::npos) << s.messages();
}

// 24 causes, and an effect of each two of them that is known: whichever goes first meets all 2^24 states, but for the target's.
TEST(BayesianNetwork, DenseNetworksAreRefused) {
  std::string fields, nodes, schema;
  const auto add = [&](const std::string& name, const std::string& inside) {
    fields += "<DataField name=\"" + name + "\" optype=\"categorical\" dataType=\"string\"/>";
    schema += "<MiningField name=\"" + name + "\"" + (name == "n0" ? " usageType=\"target\"" : name[0] == 'n' ? " usageType=\"supplementary\"" : "") + "/>";
    nodes += node(name, inside);
  };
  const std::string either = values({{"u", "0.5"}, {"v", "0.5"}});
  for (int i = 0; i < 24; i++) {
    const std::string one = "n" + std::to_string(i);
    add(one, either);
    for (int j = 0; j < i; j++) {
      const std::string other = "n" + std::to_string(j);
      std::string inside;
      for (const char* a : {"u", "v"})
        for (const char* b : {"u", "v"}) inside += given({{one, a}, {other, b}}, either);
      add("e" + one + other, inside);
    }
  }
  refuses(document(fields, "<BayesianNetworkModel functionName=\"classification\"><MiningSchema>" + schema + "</MiningSchema><BayesianNetworkNodes>" + nodes +
                               "</BayesianNetworkNodes></BayesianNetworkModel>"),
          "meets 16777216 combinations of states, over the limit of 1048576");
}

// Rounded ones add up to 1 nearly.
TEST(BayesianNetwork, ProbabilitiesThatDoNotAddUp) {
  Scoring rounded(model(node("C", values({{"c0", "0.33"}, {"c1", "0.66"}})), {}, "C", probability("c1")));
  EXPECT_EQ(rounded.messages(), "");
  Scoring lost(model(node("C", values({{"c0", "0.25"}, {"c1", "0.5"}})), {}, "C", probability("c1")));
  EXPECT_NE(lost.messages().find("probabilities that add up to 0.75, not 1, count as they stand"), std::string::npos) << lost.messages();
  expect(lost, {}, "c1", {{"c1", 0.5 / 0.75}}, "C");
}

TEST(BayesianNetwork, Refusals) {
  refuses(model(kDiscrete + kX + kY, {"A", "X"}, "C"), "below the continuous node 'Y'");
  refuses(model(kDiscrete + kX + kY, {"A"}, "X", "", "regression"), "below the continuous node 'Y'");
  refuses(model(kDiscrete, {"A"}, "X"), "no node for target 'X'");
  refuses(model(node("C", values({{"c0", "1.5"}})), {}, "C"), "between 0 and 1");
  refuses(model(node("C", given({{"A", "a0"}}, values({{"c0", "1"}}))) + node("A", values({{"a0", "0.5"}, {"a1", "0.5"}})), {"A"}, "C"),
          "no probabilities for some values of its parents");
  refuses(model(node("C", given({{"A", "a9"}}, values({{"c0", "1"}}))) + node("A", values({{"a0", "1"}})), {"A"}, "C"), "has no such value");
  refuses(model(node("C", given({{"Z", "z"}}, values({{"c0", "1"}}))), {}, "C"), "no DiscreteNode 'Z'");
  refuses(model(node("C", given({{"A", "a0"}}, values({{"c0", "1"}}))) + node("A", given({{"C", "c0"}}, values({{"a0", "1"}}))), {}, "C"),
          "among its own ancestors");
  refuses(model(kDiscrete + node("A", values({{"a0", "1"}})), {"A"}, "C"), "a second node of this name");
  refuses(model(kDiscrete, {"A"}, "C", "", "clustering"), "functionName 'clustering'");
  refuses(model(node("C", values({{"c0", "0.5"}, {"c1", "0.5"}, {"c0", "0.25"}})), {}, "C"), "a second probability of this value");
  refuses(model(kDiscrete + "<ContinuousNode name=\"X\">" + normal(constant("0") + constant("1"), constant("1")) + "</ContinuousNode>", {"A", "X"}, "C"), "a second expression in one 'Mean'");
  std::string number = model(node("C", given({{"A", "1"}}, values({{"c0", "0.5"}, {"c1", "0.5"}})) + given({{"A", "1.0"}}, values({{"c0", "0.25"}, {"c1", "0.75"}}))) +
                                 node("A", values({{"1", "0.5"}, {"1.0", "0.5"}})), {"A"}, "C");
  const std::string declared = R"(<DataField name="A" optype="categorical" dataType="string"><Value value="a0"/><Value value="a1"/>)";
  refuses(number.replace(number.find(declared), declared.size(), R"(<DataField name="A" optype="categorical" dataType="integer">)"), "'1' and '1.0' are one value of field 'A'");
  const std::string two = "<ContinuousNode name=\"X\">" + normal(constant("0"), constant("1")) + normal(constant("0"), constant("1")) + "</ContinuousNode>";
  refuses(model(kDiscrete + two, {"A", "X"}, "C"), "a second ContinuousDistribution");
}

}  // namespace
}  // namespace kiln::test

// TreeModel: missingValueStrategy weightedConfidence and aggregateNodes. Expected values are worked by hand from
// PMML 4.4's TreeModel page; the comment beside each says how.
#include "tests/pmml/scoring.h"

namespace kiln::test {
namespace {

std::string node(const std::string& attributes, const std::string& predicate, int a, int b,
                 const std::string& inner = "", const std::string& more = "") {
  return "<Node " + attributes + " recordCount=\"" + std::to_string(a + b) + "\">" + predicate +
         "<ScoreDistribution value=\"a\" recordCount=\"" + std::to_string(a) + "\"" + more +
         "/><ScoreDistribution value=\"b\" recordCount=\"" + std::to_string(b) + "\"" + more + "/>" + inner + "</Node>";
}
std::string simple(const std::string& field, const std::string& op, const std::string& value) {
  return "<SimplePredicate field=\"" + field + "\" operator=\"" + op + "\" value=\"" + value + "\"/>";
}
std::string model(const std::string& attributes, const std::string& nodes,
                  const std::string& function = "classification") {
  return document(
      "<DataField name=\"y\" optype=\"categorical\" dataType=\"string\"><Value value=\"a\"/><Value "
      "value=\"b\"/></DataField>"
      "<DataField name=\"x\" optype=\"continuous\" dataType=\"double\"/>"
      "<DataField name=\"z\" optype=\"continuous\" dataType=\"double\"/>",
      "<TreeModel functionName=\"" + function + "\" " + attributes +
          "><MiningSchema><MiningField name=\"y\" usageType=\"target\"/><MiningField name=\"x\"/><MiningField "
          "name=\"z\"/></MiningSchema><Output><OutputField name=\"p\" feature=\"probability\" "
          "value=\"b\"/><OutputField "
          "name=\"c\" feature=\"confidence\" value=\"b\"/><OutputField name=\"id\" feature=\"entityId\"/></Output>" +
          nodes + "</TreeModel>");
}
// x <= 1: 12 a, 48 b. x > 1: z < 0 has 9 a, 1 b; z >= `from` has 3 a, 27 b.
std::string tree(const std::string& from = "0") {
  return node("id=\"root\" score=\"b\"", "<True/>", 24, 76,
              node("id=\"A\" score=\"b\"", simple("x", "lessOrEqual", "1"), 12, 48) +
                  node("id=\"B\" score=\"b\"", simple("x", "greaterThan", "1"), 12, 28,
                       node("id=\"B1\" score=\"a\"", simple("z", "lessThan", "0"), 9, 1) +
                           node("id=\"B2\" score=\"b\"", simple("z", "greaterOrEqual", from), 3, 27)));
}

void expectRow(Scoring& s, const Row& row, const std::string& label, double p, const std::string& id) {
  const Row found = s.score(row);
  EXPECT_EQ(found.at("y"), label);
  ASSERT_NE(found.at("p"), "");
  EXPECT_NEAR(std::stod(found.at("p")), p, 1e-15);
  EXPECT_EQ(found.at("id"), id);
}

TEST(TreeBlend, WeightedConfidence) {
  Scoring s(model("missingValueStrategy=\"weightedConfidence\"", tree()));
  expectRow(s, {{"x", "0"}}, "b", 0.8, "A");  // z is not asked
  expectRow(s, {{"x", "2"}, {"z", "-1"}}, "a", 0.1, "B1");
  expectRow(s, {{"z", "1"}}, "b", 0.6 * 0.8 + 0.4 * 0.9, "");                          // A and B2
  expectRow(s, {{"z", "-1"}}, "b", 0.6 * 0.8 + 0.4 * 0.1, "");                         // A and B1
  expectRow(s, {{"x", "2"}}, "b", 0.25 * 0.1 + 0.75 * 0.9, "");                        // B1 and B2
  expectRow(s, {}, "b", 0.6 * 0.8 + 0.4 * (0.25 * 0.1 + 0.75 * 0.9), "");              // all
  EXPECT_NEAR(std::stod(s.score({{"x", "2"}}, "c")), 0.25 * 0.1 + 0.75 * 0.9, 1e-15);  // shares: no confidence is given
}

TEST(TreeBlend, AggregateNodes) {
  Scoring s(model("missingValueStrategy=\"aggregateNodes\"", tree()));
  expectRow(s, {{"x", "2"}, {"z", "-1"}}, "a", 0.1, "B1");
  expectRow(s, {{"z", "1"}}, "b", 75.0 / 90, "");   // 12 + 3 a, 48 + 27 b
  expectRow(s, {{"z", "-1"}}, "b", 49.0 / 70, "");  // 12 + 9 a, 48 + 1 b
  expectRow(s, {}, "b", 76.0 / 100, "");
}

TEST(TreeBlend, PathsWithoutATrueChild) {
  // B2 wants z >= 5, so that z = 1 ends at B.
  Scoring null(model("missingValueStrategy=\"weightedConfidence\"", tree("5")));
  EXPECT_EQ(null.score({{"x", "2"}, {"z", "1"}}, "y"), "");
  EXPECT_EQ(null.score({{"z", "1"}}, "y"), "");  // one of two paths has no prediction
  EXPECT_EQ(null.score({{"z", "6"}}, "y"), "b");
  Scoring last(
      model("missingValueStrategy=\"weightedConfidence\" noTrueChildStrategy=\"returnLastPrediction\"", tree("5")));
  expectRow(last, {{"x", "2"}, {"z", "1"}}, "b", 0.7, "B");
  expectRow(last, {{"z", "1"}}, "b", 0.6 * 0.8 + 0.4 * 0.7, "");  // A and B itself
}

TEST(TreeBlend, AKnownTrueChildAfterAnUnknownOneSharesWithIt) {
  // The first child asks x, the second z, the third is always true: with x missing all that are not FALSE are scored.
  const std::string three =
      node("score=\"a\"", "<True/>", 50, 50,
           node("score=\"a\"", simple("x", "lessThan", "0"), 10, 0) +
               node("score=\"b\"", simple("z", "lessThan", "0"), 0, 10) + node("score=\"b\"", "<True/>", 10, 30));
  Scoring s(model("missingValueStrategy=\"weightedConfidence\"", three));
  expectRow(s, {{"z", "1"}}, "b", 0.2 * 0 + 0.8 * 0.75, "");                   // 10 and 40 records
  expectRow(s, {{"z", "-1"}}, "b", (10 * 0.0 + 10 * 1 + 40 * 0.75) / 60, "");  // all three
  expectRow(s, {{"x", "1"}}, "b", 0.2 * 1 + 0.8 * 0.75, "");                   // the first is FALSE
}

TEST(TreeBlend, ConfidencesWhereAllAreGiven) {
  const std::string given = " confidence=\"0.5\"";
  Scoring s(model("missingValueStrategy=\"weightedConfidence\"",
                  node("score=\"a\"", "<True/>", 1, 3,
                       node("score=\"a\"", simple("x", "lessThan", "0"), 1, 1, "", given) +
                           node("score=\"b\"", simple("x", "greaterOrEqual", "0"), 0, 2, "", given),
                       given)));
  const Row row = s.score({});
  EXPECT_EQ(row.at("c"), "0.5");
  EXPECT_EQ(row.at("p"), "0.75");  // 0.5 * 0.5 + 0.5 * 1
  EXPECT_EQ(row.at("y"), "a");     // equal confidences: the first class
}

TEST(TreeBlend, RefusesWhatItCannotWeigh) {
  const auto refused = [](const std::string& strategy, const std::string& nodes, const std::string& message) {
    Scoring s(model("missingValueStrategy=\"" + strategy + "\"", nodes));
    EXPECT_FALSE(s.ok()) << message;
    EXPECT_NE(s.messages().find(message), std::string::npos) << s.messages();
  };
  const std::string leaf = "<Node score=\"a\">" + simple("x", "lessThan", "0");
  refused("weightedConfidence", "<Node score=\"a\"><True/>" + leaf + "</Node></Node>", "recordCount");
  refused("aggregateNodes", "<Node score=\"a\"><True/>" + leaf + "</Node></Node>", "ScoreDistribution");
  refused("aggregateNodes",
          "<Node score=\"a\"><True/>" + leaf + "<ScoreDistribution value=\"a\" probability=\"1\"/></Node></Node>",
          "recordCount in a ScoreDistribution");
}

}  // namespace
}  // namespace kiln::test

// TreeModel: strategies for missing values and dead ends, predicates as tests with three exits, distributions, ids,
// confidence. Expected values are worked by hand from PMML 4.4's TreeModel page; the comment beside each says how.
#include "tests/pmml/scoring.h"

namespace kiln::test {
namespace {

const char* kFields =
    "<DataField name=\"y\" optype=\"continuous\" dataType=\"double\"/>"
    "<DataField name=\"x\" optype=\"continuous\" dataType=\"double\"/>"
    "<DataField name=\"z\" optype=\"continuous\" dataType=\"double\"/>"
    "<DataField name=\"k\" optype=\"continuous\" dataType=\"integer\"/>"
    "<DataField name=\"c\" optype=\"categorical\" dataType=\"string\"/>";
const char* kSchema =
    "<MiningSchema><MiningField name=\"y\" usageType=\"target\"/><MiningField name=\"x\"/><MiningField name=\"z\"/>"
    "<MiningField name=\"k\"/><MiningField name=\"c\"/></MiningSchema>";

std::string tree(const std::string& attributes, const std::string& nodes) {
  return document(kFields,
                  "<TreeModel functionName=\"regression\" " + attributes + ">" + kSchema + nodes + "</TreeModel>");
}

std::string simple(const std::string& field, const std::string& op, const std::string& value) {
  return "<SimplePredicate field=\"" + field + "\" operator=\"" + op + "\"" +
         (value.empty() ? "" : " value=\"" + value + "\"") + "/>";
}
std::string leaf(const std::string& score, const std::string& predicate, const std::string& more = "") {
  return "<Node score=\"" + score + "\" " + more + ">" + predicate + "</Node>";
}

// Root scored 9; x <= 1 gives 1, x > 1 gives 2 (or, below it, z < 0 gives 3).
std::string split(const std::string& attributes) {
  return tree(attributes, "<Node score=\"9\" defaultChild=\"b\"><True/>" +
                              leaf("1", simple("x", "lessOrEqual", "1"), "id=\"a\"") + "<Node id=\"b\" score=\"2\">" +
                              simple("x", "greaterThan", "1") + leaf("3", simple("z", "lessThan", "0")) +
                              "</Node></Node>");
}

TEST(Tree, TakesTheFirstTrueChild) {
  Scoring s(split("noTrueChildStrategy=\"returnLastPrediction\""));
  EXPECT_EQ(s.score({{"x", "1"}, {"z", "5"}}, "y"), "1");
  EXPECT_EQ(s.score({{"x", "1.5"}, {"z", "-1"}}, "y"), "3");
  // Node b has no true child: its own score is the last prediction.
  EXPECT_EQ(s.score({{"x", "1.5"}, {"z", "0"}}, "y"), "2");
}

TEST(Tree, WithoutATrueChildThereIsNoPrediction) {
  Scoring s(split(""));
  EXPECT_EQ(s.score({{"x", "1.5"}, {"z", "0"}}, "y"), "");
  EXPECT_EQ(s.score({{"x", "1.5"}, {"z", "-1"}}, "y"), "3");
}

TEST(Tree, MissingValueStrategies) {
  // none: UNKNOWN children are passed over, so the root has no true child.
  EXPECT_EQ(Scoring(split("noTrueChildStrategy=\"returnLastPrediction\"")).score({{"z", "-1"}}, "y"), "9");
  EXPECT_EQ(Scoring(split("")).score({{"z", "-1"}}, "y"), "");
  EXPECT_EQ(Scoring(split("missingValueStrategy=\"nullPrediction\" noTrueChildStrategy=\"returnLastPrediction\""))
                .score({{"z", "-1"}}, "y"),
            "");
  EXPECT_EQ(Scoring(split("missingValueStrategy=\"lastPrediction\"")).score({{"z", "-1"}}, "y"), "9");
  EXPECT_EQ(Scoring(split("missingValueStrategy=\"lastPrediction\"")).score({{"x", "2"}}, "y"), "2");
  // defaultChild: b, without asking its predicate; there z decides.
  EXPECT_EQ(Scoring(split("missingValueStrategy=\"defaultChild\"")).score({{"z", "-1"}}, "y"), "3");
}

TEST(Tree, UnknownFirstChildDecidesBeforeALaterTrueOne) {
  // c1 tests x (missing), c2 tests z (true). none goes on to c2; lastPrediction stops at the first UNKNOWN child.
  const std::string nodes = "<Node score=\"9\"><True/>" + leaf("1", simple("x", "lessThan", "0")) +
                            leaf("2", simple("z", "greaterThan", "0")) + "</Node>";
  EXPECT_EQ(Scoring(tree("", nodes)).score({{"z", "1"}}, "y"), "2");
  EXPECT_EQ(Scoring(tree("missingValueStrategy=\"lastPrediction\"", nodes)).score({{"z", "1"}}, "y"), "9");
}

TEST(Tree, RefusesStrategiesThatBlendPaths) {
  Scoring s(split("missingValueStrategy=\"weightedConfidence\""));
  EXPECT_FALSE(s.ok());
  EXPECT_NE(s.messages().find("weightedConfidence"), std::string::npos) << s.messages();
}

TEST(Tree, RootWhoseConditionFailsHasNoPrediction) {
  Scoring s(tree("noTrueChildStrategy=\"returnLastPrediction\"", leaf("4", simple("x", "greaterThan", "0"))));
  EXPECT_EQ(s.score({{"x", "1"}}, "y"), "4");
  EXPECT_EQ(s.score({{"x", "0"}}, "y"), "");
  EXPECT_EQ(s.score({}, "y"), "");
}

// Two leaves: 1 where the predicate is true, 2 where the tree goes on to a True sibling; UNKNOWN gives the root's 9.
std::string decide(const std::string& predicate) {
  return tree("missingValueStrategy=\"lastPrediction\"",
              "<Node score=\"9\"><True/>" + leaf("1", predicate) + leaf("2", "<True/>") + "</Node>");
}
std::string compound(const std::string& op, const std::string& inner) {
  return "<CompoundPredicate booleanOperator=\"" + op + "\">" + inner + "</CompoundPredicate>";
}

// Kleene's tables over three operands x > 0, z > 0, k > 0, all 27 combinations of true, false and missing.
TEST(Tree, CompoundPredicatesAreThreeValued) {
  const std::string inner =
      simple("x", "greaterThan", "0") + simple("z", "greaterThan", "0") + simple("k", "greaterThan", "0");
  Scoring all(decide(compound("and", inner))), any(decide(compound("or", inner))), one(decide(compound("xor", inner))),
      first(decide(compound("surrogate", inner)));
  const char* texts[] = {"1", "0", ""};  // true, false, unknown
  const auto shown = [](int v) { return v == 0 ? "1" : v == 1 ? "2" : "9"; };
  for (int code = 0; code < 27; ++code) {
    const int v[] = {code % 3, code / 3 % 3, code / 9};
    const Row row{{"x", texts[v[0]]}, {"z", texts[v[1]]}, {"k", texts[v[2]]}};
    bool hasTrue = false, hasFalse = false, hasUnknown = false, odd = false;
    int surrogate = 2;
    for (int i = 0; i < 3; ++i) {
      hasTrue = hasTrue || v[i] == 0, hasFalse = hasFalse || v[i] == 1, hasUnknown = hasUnknown || v[i] == 2;
      odd = odd != (v[i] == 0);
      if (surrogate == 2) surrogate = v[i];
    }
    EXPECT_EQ(all.score(row, "y"), shown(hasFalse ? 1 : hasUnknown ? 2 : 0)) << code;
    EXPECT_EQ(any.score(row, "y"), shown(hasTrue ? 0 : hasUnknown ? 2 : 1)) << code;
    EXPECT_EQ(one.score(row, "y"), shown(hasUnknown ? 2 : odd ? 0 : 1)) << code;
    EXPECT_EQ(first.score(row, "y"), shown(surrogate)) << code;
  }
}

// As JPMML-Evaluator has it: what stands between quotes is a member of its own.
TEST(Tree, ArraysHaveAsManyMembersAsTheySay) {
  const auto set = [](const std::string& n, const std::string& members) {
    return decide("<SimpleSetPredicate field=\"c\" booleanOperator=\"isIn\"><Array n=\"" + n + "\" type=\"string\">" + members + "</Array></SimpleSetPredicate>");
  };
  Scoring two(set(" 2 ", "\"a\"\"b\""));
  EXPECT_EQ(two.score({{"c", "b"}}, "y"), "1") << two.messages();
  EXPECT_EQ(two.score({{"c", "other"}}, "y"), "2");
  EXPECT_NE(Scoring(set("3", "a b")).messages().find("attribute n='3' of 'Array': the array has 2 members"), std::string::npos);
  EXPECT_NE(Scoring(set("2", "\"a\",\"b\"")).messages().find("the array has 3 members"), std::string::npos);
  EXPECT_NE(Scoring(set("two", "a b")).messages().find("attribute n='two' of 'Array': not an integer"), std::string::npos);
}

// (x > 0 and z > 0) or (k > 0 and c in {a, b}): nested, against the same tables applied twice.
TEST(Tree, NestedCompoundPredicates) {
  const std::string set =
      "<SimpleSetPredicate field=\"c\" booleanOperator=\"isIn\"><Array n=\"2\" type=\"string\">a "
      "\"b\"</Array></SimpleSetPredicate>";
  Scoring s(decide(compound("or", compound("and", simple("x", "greaterThan", "0") + simple("z", "greaterThan", "0")) +
                                      compound("and", simple("k", "greaterThan", "0") + set))));
  const char* numbers[] = {"1", "0", ""};
  const char* labels[] = {"b", "other", ""};
  const auto conjunction = [](int a, int b) { return a == 1 || b == 1 ? 1 : a == 2 || b == 2 ? 2 : 0; };
  const auto disjunction = [](int a, int b) { return a == 0 || b == 0 ? 0 : a == 2 || b == 2 ? 2 : 1; };
  for (int code = 0; code < 81; ++code) {
    const int v[] = {code % 3, code / 3 % 3, code / 9 % 3, code / 27};
    const int truth = disjunction(conjunction(v[0], v[1]), conjunction(v[2], v[3]));
    const Row row{{"x", numbers[v[0]]}, {"z", numbers[v[1]]}, {"k", numbers[v[2]]}, {"c", labels[v[3]]}};
    EXPECT_EQ(s.score(row, "y"), truth == 0 ? "1" : truth == 1 ? "2" : "9") << code;
  }
}

TEST(Tree, IntegerFieldAgainstAFraction) {
  // 2 < 2.5 and 3 > 2.5; no integer equals 2.5; a missing one is unknown all the same.
  Scoring less(decide(simple("k", "lessThan", "2.5"))), more(decide(simple("k", "greaterOrEqual", "2.5"))),
      equal(decide(simple("k", "equal", "2.5"))), differs(decide(simple("k", "notEqual", "2.5")));
  EXPECT_EQ(less.score({{"k", "2"}}, "y"), "1");
  EXPECT_EQ(less.score({{"k", "3"}}, "y"), "2");
  EXPECT_EQ(more.score({{"k", "2"}}, "y"), "2");
  EXPECT_EQ(more.score({{"k", "3"}}, "y"), "1");
  EXPECT_EQ(equal.score({{"k", "2"}}, "y"), "2");
  EXPECT_EQ(differs.score({{"k", "2"}}, "y"), "1");
  EXPECT_EQ(equal.score({}, "y"), "9");
}

TEST(Tree, IntegerFieldAgainstInfinity) {
  // As LightGBM is exported: what is missing on one side, all else on the other.
  for (const char* below : {"lessThan", "lessOrEqual"}) {
    Scoring all(decide(simple("k", below, "Infinity"))), none(decide(simple("k", below, "-Infinity")));
    EXPECT_EQ(all.score({{"k", "2"}}, "y"), "1");
    EXPECT_EQ(none.score({{"k", "2"}}, "y"), "2");
    EXPECT_EQ(all.score({}, "y"), "9");
  }
  for (const char* above : {"greaterThan", "greaterOrEqual"}) {
    Scoring none(decide(simple("k", above, "Infinity"))), all(decide(simple("k", above, "-Infinity")));
    EXPECT_EQ(none.score({{"k", "2"}}, "y"), "2");
    EXPECT_EQ(all.score({{"k", "2"}}, "y"), "1");
    EXPECT_EQ(none.score({}, "y"), "9");
  }
  Scoring equal(decide(simple("k", "equal", "Infinity"))), differs(decide(simple("k", "notEqual", "Infinity")));
  EXPECT_EQ(equal.score({{"k", "2"}}, "y"), "2");
  EXPECT_EQ(differs.score({{"k", "2"}}, "y"), "1");
}

TEST(Tree, MissingTests) {
  Scoring missing(decide(simple("x", "isMissing", ""))), present(decide(simple("x", "isNotMissing", "")));
  EXPECT_EQ(missing.score({}, "y"), "1");
  EXPECT_EQ(missing.score({{"x", "0"}}, "y"), "2");
  EXPECT_EQ(present.score({}, "y"), "2");
  EXPECT_EQ(present.score({{"x", "0"}}, "y"), "1");
}

TEST(Tree, SetsOfCategoriesAndUnseenOnes) {
  const std::string notIn =
      "<SimpleSetPredicate field=\"c\" booleanOperator=\"isNotIn\"><Array n=\"2\" type=\"string\">a "
      "b</Array></SimpleSetPredicate>";
  Scoring s(decide(notIn));
  EXPECT_EQ(s.score({{"c", "a"}}, "y"), "2");
  EXPECT_EQ(s.score({{"c", "never seen"}}, "y"), "1");
  EXPECT_EQ(s.score({}, "y"), "9");
  EXPECT_FALSE(Scoring(decide(simple("c", "lessThan", "a"))).ok());  // categories have no order
}

// As CatBoost 1.2 writes its trees: the strategy needs an attribute that the Node lacks.
TEST(Tree, ADefaultChildThatIsNotThereIsWarnedOf) {
  const auto said = [](const std::string& strategy, const std::string& root, const std::string& second) {
    return Scoring(tree("missingValueStrategy=\"" + strategy + "\"", "<Node" + root + "><True/>" + leaf("1", simple("x", "greaterThan", "1"), "id=\"a\"") + leaf("2", second, "id=\"b\"") + "</Node>")).messages();
  };
  const std::string warning = "warning: names no defaultChild";
  EXPECT_NE(said("defaultChild", "", "<True/>").find(warning), std::string::npos);
  EXPECT_EQ(said("defaultChild", " defaultChild=\"b\"", "<True/>").find(warning), std::string::npos);
  EXPECT_EQ(said("none", "", "<True/>").find(warning), std::string::npos);
}

TEST(Tree, BadDocumentsAreRefusedWithTheirPlace) {
  const auto refused = [](const std::string& nodes, const std::string& message) {
    Scoring s(tree("missingValueStrategy=\"defaultChild\"", nodes));
    EXPECT_FALSE(s.ok()) << message;
    EXPECT_NE(s.messages().find(message), std::string::npos) << s.messages();
    EXPECT_NE(s.messages().find("test.pmml:4:"), std::string::npos) << s.messages();
  };
  refused("<Node score=\"1\"/>", "no predicate");
  refused("<Node score=\"one\"><True/></Node>", "'one' is not a number");
  refused("<Node score=\"1\"><True/><True/></Node>", "second predicate");
  refused("<Node score=\"1\" defaultChild=\"q\"><True/>" + leaf("1", simple("x", "lessThan", "0")) + "</Node>",
          "'q' is not the id of a child");
  refused("<Node score=\"1\">" + simple("x", "like", "0") + "</Node>",
          "'like' is not a value of SimplePredicate@operator");
  refused("<Node score=\"1\">" + simple("x", "lessThan", "many") + "</Node>", "'many' is not a value of field 'x'");
  refused("<Node score=\"1\" colour=\"red\"><True/></Node>", "attribute 'colour'");
  refused("<Node score=\"1\"><CompoundPredicate booleanOperator=\"and\"/></Node>", "a CompoundPredicate has no predicate inside it");
  const std::string set = "<Node score=\"1\"><SimpleSetPredicate field=\"c\" booleanOperator=\"isIn\">", array = "<Array type=\"string\">a</Array>";
  refused(set + "</SimpleSetPredicate></Node>", "a SimpleSetPredicate has no Array");
  refused(set + array + array + "</SimpleSetPredicate></Node>", "a second Array in one SimpleSetPredicate");
  refused("<Node score=\"1\"><True/><Regression/></Node>", "needs an attribute 'functionName'");
  refused("", "Node");
}

// Constants make no tests: nested, they would be asked 2^60 times.
TEST(Tree, NestedConstantsComeToAnEnd) {
  std::string inner = "<True/>";
  for (int i = 0; i < 60; ++i) inner = compound("xor", "<True/>" + inner);
  pmml::ImportOptions options;
  options.limits.treeNodes = 1000;
  Scoring s(tree("", "<Node score=\"1\"><True/><Node score=\"2\">" + inner + "</Node></Node>"), options);
  EXPECT_NE(s.messages().find("expand to more than 1000 tests"), std::string::npos) << s.messages();
}

std::string classifier(const std::string& attributes, const std::string& nodes, const std::string& output) {
  return document(
      "<DataField name=\"y\" optype=\"categorical\" dataType=\"string\"><Value value=\"no\"/><Value "
      "value=\"yes\"/></DataField>"
      "<DataField name=\"x\" optype=\"continuous\" dataType=\"double\"/><DataField name=\"z\" optype=\"continuous\" "
      "dataType=\"double\"/>",
      "<TreeModel functionName=\"classification\" " + attributes +
          "><MiningSchema><MiningField name=\"y\" usageType=\"target\"/><MiningField name=\"x\"/><MiningField "
          "name=\"z\"/></MiningSchema><Output>" +
          output + "</Output>" + nodes + "</TreeModel>");
}

const char* kClassOutputs =
    "<OutputField name=\"p(no)\" feature=\"probability\" value=\"no\"/><OutputField name=\"p(yes)\" "
    "feature=\"probability\" value=\"yes\"/>"
    "<OutputField name=\"p\" feature=\"probability\"/><OutputField name=\"id\" feature=\"entityId\"/>"
    "<OutputField name=\"c\" feature=\"confidence\"/>";

TEST(Tree, DistributionsIdsAndConfidence) {
  const std::string nodes =
      "<Node id=\"root\" score=\"no\" defaultChild=\"l\"><True/>"
      "<ScoreDistribution value=\"yes\" recordCount=\"4\"/><ScoreDistribution value=\"no\" recordCount=\"6\"/>"
      "<Node id=\"l\" score=\"yes\">" +
      simple("x", "lessOrEqual", "0") +
      "<ScoreDistribution value=\"yes\" recordCount=\"3\" confidence=\"0.7\"/><ScoreDistribution value=\"no\" "
      "recordCount=\"1\" confidence=\"0.2\"/></Node>"
      "<Node>" +
      simple("x", "greaterThan", "0") +
      "<ScoreDistribution value=\"yes\" recordCount=\"0\" probability=\"0.45\"/><ScoreDistribution value=\"no\" "
      "recordCount=\"0\" probability=\"0.55\"/></Node></Node>";
  Scoring s(classifier("missingValueStrategy=\"defaultChild\" missingValuePenalty=\"0.5\"", nodes, kClassOutputs));
  ASSERT_TRUE(s.ok()) << s.messages();
  EXPECT_EQ(s.outputs(), (std::vector<std::string>{"y", "p(no)", "p(yes)", "p", "id", "c"}));
  // Counts 3 and 1 of 4; the confidence of the score.
  Row row = s.score({{"x", "-1"}});
  EXPECT_EQ(row["y"], "yes");
  EXPECT_EQ(row["p(yes)"], "0.75");
  EXPECT_EQ(row["p(no)"], "0.25");
  EXPECT_EQ(row["p"], "0.75");
  EXPECT_EQ(row["id"], "l");
  EXPECT_EQ(row["c"], "0.7");
  // Given probabilities win over counts; without a score the most probable class is the result; the third node has no
  // id.
  row = s.score({{"x", "1"}});
  EXPECT_EQ(row["y"], "no");
  EXPECT_EQ(row["p(no)"], "0.55");
  EXPECT_EQ(row["id"], "3");
  EXPECT_EQ(row["c"], "0");  // no confidences are given there
  // One missing level on the way to the default child: the confidence is halved, the probability is not.
  row = s.score({});
  EXPECT_EQ(row["y"], "yes");
  EXPECT_EQ(row["p"], "0.75");
  EXPECT_EQ(row["c"], "0.35");
}

// The text: if a probability is given for any class it must be for all, and they add up to 1.
TEST(Tree, ProbabilitiesOfSomeClassesAreRefused) {
  Scoring s(classifier("", "<Node score=\"no\"><True/><ScoreDistribution value=\"no\" recordCount=\"1\" probability=\"0.7\"/><ScoreDistribution value=\"yes\" recordCount=\"3\"/></Node>", kClassOutputs));
  EXPECT_NE(s.messages().find("all of the Node need one"), std::string::npos) << s.messages();
  Scoring twice(classifier("", "<Node score=\"no\"><True/><ScoreDistribution value=\"no\" recordCount=\"1\"/><ScoreDistribution value=\"no\" recordCount=\"3\"/></Node>", kClassOutputs));
  EXPECT_NE(twice.messages().find("two ScoreDistributions of one class in one Node"), std::string::npos) << twice.messages();
  EXPECT_NE(Scoring(classifier("missingValuePenalty=\"3\"", "<Node score=\"no\"><True/></Node>", "")).messages().find("not between 0 and 1"), std::string::npos);
}

TEST(Tree, SurrogateCountsAsAMissingLevel) {
  const std::string nodes = "<Node score=\"no\"><True/><Node id=\"s\" score=\"yes\">" +
                            compound("surrogate", simple("x", "lessOrEqual", "0") + simple("z", "lessOrEqual", "0")) +
                            "<ScoreDistribution value=\"yes\" recordCount=\"1\" confidence=\"0.8\"/></Node></Node>";
  Scoring s(classifier("missingValuePenalty=\"0.25\"", nodes,
                       "<OutputField name=\"c\" feature=\"confidence\" value=\"yes\"/>"));
  EXPECT_EQ(s.score({{"x", "0"}}, "c"), "0.8");
  EXPECT_EQ(s.score({{"z", "0"}}, "c"), "0.2");
  EXPECT_EQ(s.score({{"x", "1"}, {"z", "0"}}, "y"), "");  // x decides
}

TEST(Tree, FloatFieldsCompareAsFloats) {
  // 0.1 as a float is 0.100000001490116; the threshold 0.1 is the same float, so 0.1 is not below it; as doubles the
  // threshold 0.10000000149 lies above 0.1.
  const std::string nodes = "<Node score=\"9\"><True/>" + leaf("1", simple("f", "lessThan", "0.10000000149")) +
                            leaf("2", "<True/>") + "</Node>";
  const auto model = [&](const std::string& type) {
    return document(
        "<DataField name=\"y\" optype=\"continuous\" dataType=\"double\"/><DataField name=\"f\" optype=\"continuous\" "
        "dataType=\"" +
            type + "\"/>",
        "<TreeModel functionName=\"regression\"><MiningSchema><MiningField name=\"y\" "
        "usageType=\"target\"/><MiningField name=\"f\"/>"
        "</MiningSchema>" +
            nodes + "</TreeModel>");
  };
  EXPECT_EQ(Scoring(model("float")).score({{"f", "0.1"}}, "y"), "2");
  EXPECT_EQ(Scoring(model("double")).score({{"f", "0.1"}}, "y"), "1");
}

TEST(Tree, DeepTreesAndDepthLimit) {
  const auto chain = [](int depth) {
    std::string open, close;
    for (int i = 0; i < depth; ++i) {
      open += "<Node score=\"" + std::to_string(i) + "\">" +
              (i ? simple("x", "greaterThan", std::to_string(i)) : "<True/>");
      close += "</Node>";
    }
    return tree("noTrueChildStrategy=\"returnLastPrediction\"", open + close);
  };
  Scoring s(chain(3000));
  EXPECT_EQ(s.score({{"x", "2000.5"}}, "y"), "2000");
  EXPECT_EQ(s.score({{"x", "1e9"}}, "y"), "2999");
  Scoring tooDeep(chain(5000));
  EXPECT_FALSE(tooDeep.ok());
}

TEST(Tree, UndeclaredValuesHaveNoOrder) {
  Scoring s(document(
      "<DataField name=\"o\" optype=\"ordinal\" dataType=\"string\"><Value value=\"small\"/><Value value=\"large\"/></DataField>",
      "<TreeModel functionName=\"regression\"><MiningSchema><MiningField name=\"o\" invalidValueTreatment=\"asIs\"/>"
      "</MiningSchema><Node><True/>" + leaf("0", simple("o", "equal", "none")) +
          leaf("1", simple("o", "lessThan", "large")) + leaf("2", simple("o", "greaterOrEqual", "large")) +
          "</Node></TreeModel>"));
  EXPECT_EQ(s.score({{"o", "small"}}, "_target"), "1");
  EXPECT_EQ(s.score({{"o", "large"}}, "_target"), "2");
  EXPECT_EQ(s.score({{"o", "none"}}, "_target"), "0");  // equality needs no order
  EXPECT_EQ(s.score({{"o", "huge"}}, "_target"), "!");
}

TEST(Tree, WithoutRecordsThereAreNoProbabilities) {
  const char* fields =
      "<DataField name=\"x\" optype=\"continuous\" dataType=\"double\"/><DataField name=\"c\" optype=\"categorical\" "
      "dataType=\"string\"/>";
  const auto leaf = [](const std::string& predicate, const std::string& score, int a, int b) {
    return "<Node score=\"" + score + "\">" + predicate + "<ScoreDistribution value=\"a\" recordCount=\"" +
           std::to_string(a) + "\"/><ScoreDistribution value=\"b\" recordCount=\"" + std::to_string(b) + "\"/></Node>";
  };
  Scoring s(document(
      fields,
      "<TreeModel functionName=\"classification\"><MiningSchema><MiningField name=\"x\"/><MiningField name=\"c\" "
      "usageType=\"target\"/></MiningSchema><Output><OutputField name=\"pb\" feature=\"probability\" "
      "value=\"b\"/></Output><Node><True/>" +
          leaf(simple("x", "lessThan", "0"), "a", 0, 0) + leaf(simple("x", "greaterOrEqual", "0"), "b", 1, 3) +
          "</Node></TreeModel>"));
  EXPECT_EQ(s.score({{"x", "-1"}}), (Row{{"c", "a"}, {"pb", ""}}));
  EXPECT_EQ(s.score({{"x", "1"}}), (Row{{"c", "b"}, {"pb", "0.75"}}));
}

}  // namespace
}  // namespace kiln::test

// Expressions and functions, each observed through an OutputField. Expectations are worked by hand from the text of
// PMML 4.4 (Transformations, Functions) unless a comment names another source.
#include "tests/pmml/scoring.h"

namespace kiln::test {
namespace {

const char* const kFields =
    R"(<DataField name="a" optype="continuous" dataType="double"/><DataField name="b" optype="continuous" dataType="double"/>
<DataField name="i" optype="continuous" dataType="integer"/><DataField name="j" optype="continuous" dataType="integer"/>
<DataField name="f" optype="continuous" dataType="float"/><DataField name="s" optype="categorical" dataType="string"/>
<DataField name="t" optype="categorical" dataType="string"/><DataField name="p" optype="categorical" dataType="boolean"/>
<DataField name="q" optype="categorical" dataType="boolean"/><DataField name="d" optype="ordinal" dataType="date"/>
<DataField name="m" optype="ordinal" dataType="dateTime"/><DataField name="h" optype="ordinal" dataType="time"/>)";

std::string modelOf(const std::string& expression, const std::string& type, const std::string& miningFields) {
  const std::string optype = type == "string" || type == "boolean" ? "categorical" : "continuous";
  return "<RegressionModel functionName=\"regression\"><MiningSchema>" + miningFields +
         "</MiningSchema><Output><OutputField name=\"r\" feature=\"transformedValue\" optype=\"" + optype +
         "\" dataType=\"" + type + "\">" + expression +
         "</OutputField></Output><RegressionTable intercept=\"0\"/></RegressionModel>";
}

Scoring scoring(const std::string& expression, const std::string& type = "double",
                const std::string& transformations = "") {
  std::string mining;
  for (const char* name : {"a", "b", "i", "j", "f", "s", "t", "p", "q", "d", "m", "h"})
    mining += std::string("<MiningField name=\"") + name + "\"/>";
  return Scoring(document(kFields, modelOf(expression, type, mining), transformations));
}
std::string eval(const std::string& expression, const Row& row, const std::string& type = "double",
                 const std::string& transformations = "") {
  return scoring(expression, type, transformations).score(row, "r");
}
/// Apply with these operands: names of fields, or constants where they begin with "=".
std::string apply(const std::string& function, std::initializer_list<const char*> operands,
                  const std::string& attributes = "") {
  std::string text = "<Apply function=\"" + function + "\" " + attributes + ">";
  for (const std::string operand : operands)
    text += operand[0] == '='   ? "<Constant>" + operand.substr(1) + "</Constant>"
            : operand[0] == '<' ? operand
                                : "<FieldRef field=\"" + operand + "\"/>";
  return text + "</Apply>";
}

TEST(Expressions, ConstantsTakeTheNarrowestType) {
  EXPECT_EQ(eval(apply("/", {"=7", "=2"}), {}), "3");      // integers: truncated
  EXPECT_EQ(eval(apply("/", {"=7", "=2.0"}), {}), "3.5");  // integer and double: double
  EXPECT_EQ(eval("<Constant>text</Constant>", {}, "string"), "text");
  EXPECT_EQ(eval("<Constant dataType=\"string\"></Constant>", {}, "string"), "");
  EXPECT_EQ(eval("<Constant missing=\"true\"/>", {}), "");
  EXPECT_EQ(eval("<Constant dataType=\"boolean\">true</Constant>", {}, "boolean"), "true");
}

TEST(Expressions, ArithmeticPromotesIntegerToFloatToDouble) {
  EXPECT_EQ(eval(apply("+", {"i", "a"}), {{"i", "2"}, {"a", "0.5"}}), "2.5");
  EXPECT_EQ(eval(apply("-", {"i", "j"}), {{"i", "2"}, {"j", "5"}}, "integer"), "-3");
  EXPECT_EQ(eval(apply("*", {"f", "f"}), {{"f", "0.5"}}, "float"), "0.25");
  EXPECT_EQ(eval(apply("+", {"a", "b"}), {{"a", "1"}}), "");                      // a missing argument
  EXPECT_EQ(eval(apply("modulo", {"a", "b"}), {{"a", "7"}, {"b", "-2"}}), "-1");  // the sign of the divisor
  EXPECT_EQ(eval(apply("modulo", {"i", "j"}), {{"i", "-1"}, {"j", "3"}}, "integer"), "2");
  EXPECT_EQ(eval(apply("x-modulo", {"i", "j"}), {{"i", "7"}, {"j", "4"}}, "integer"), "3");
}

TEST(Expressions, UndefinedResultsFailUnlessTreated) {
  EXPECT_EQ(eval(apply("/", {"i", "j"}), {{"i", "1"}, {"j", "0"}}, "integer"), "!");
  EXPECT_EQ(eval(apply("/", {"a", "b"}), {{"a", "0"}, {"b", "0"}}), "!");
  EXPECT_EQ(eval(apply("/", {"a", "b"}), {{"a", "-1"}, {"b", "0"}}), "-inf");  // as JPMML-Evaluator 1.7.7
  EXPECT_EQ(eval(apply("ln", {"a"}), {{"a", "-1"}}), "!");
  EXPECT_EQ(eval(apply("ln", {"a"}, "invalidValueTreatment=\"asMissing\""), {{"a", "-1"}}), "");
  EXPECT_EQ(eval(apply("ln", {"a"}, "invalidValueTreatment=\"asMissing\" defaultValue=\"-5\""), {{"a", "-1"}}), "-5");
  EXPECT_EQ(eval(apply("ln", {"a"}, "invalidValueTreatment=\"asIs\""), {{"a", "-1"}}), "nan");
  EXPECT_EQ(eval(apply("+", {"i", "j"}), {{"i", "9223372036854775807"}, {"j", "1"}}, "integer"), "!");
  // What fails in an argument too.
  const std::string root = apply("sqrt", {"a"});
  EXPECT_EQ(eval("<Apply function=\"exp\" invalidValueTreatment=\"asMissing\" defaultValue=\"7\">" + root + "</Apply>", {{"a", "-1"}}), "7");
  EXPECT_EQ(eval("<Apply function=\"exp\">" + root + "</Apply>", {{"a", "-1"}}), "!");
}

// NaN is no result, whatever the number of arguments, as in JPMML-Evaluator 1.7.7.
TEST(Expressions, SumsWithoutValueAreUndefined) {
  const Row row = {{"a", "inf"}, {"b", "-inf"}, {"i", "1"}};
  for (const char* function : {"sum", "avg"}) {
    EXPECT_EQ(eval(apply(function, {"a", "b"}), row), "!") << function;
    EXPECT_EQ(eval(apply(function, {"a", "i", "b"}), row), "!") << function;
    EXPECT_EQ(eval(apply(function, {"a", "i", "b"}, "invalidValueTreatment=\"asMissing\" defaultValue=\"7\""), row), "7") << function;
    EXPECT_EQ(eval(apply(function, {"a", "i", "b"}, "invalidValueTreatment=\"asIs\""), row), "nan") << function;
  }
  EXPECT_EQ(eval(apply("product", {"a", "i", "=0"}), row), "!");
  EXPECT_EQ(eval(apply("sum", {"a", "i", "a"}), row), "inf");
  // The largest of a root that is NaN.
  const std::string root = apply("sqrt", {"b"}, "invalidValueTreatment=\"asIs\"");
  EXPECT_EQ(eval("<Apply function=\"max\">" + root + "</Apply>", row), "!");
  EXPECT_EQ(eval("<Apply function=\"max\">" + root + "<FieldRef field=\"a\"/><FieldRef field=\"i\"/></Apply>", row), "!");
}

TEST(Expressions, MapMissingToLooksAtArgumentsAndDefaultValueAtTheResult) {
  EXPECT_EQ(eval(apply("+", {"a", "b"}, "mapMissingTo=\"-99\" defaultValue=\"-98\""), {{"a", "1"}}), "-99");
  EXPECT_EQ(eval(apply("+", {"a", "b"}, "defaultValue=\"-98\""), {{"a", "1"}}), "-98");
  EXPECT_EQ(eval(apply("max", {"a", "b"}, "mapMissingTo=\"-99\""), {{"a", "1"}}),
            "-99");  // max itself would leave b out
  // The arm that is not chosen is no argument, and neither is one that is not there (JPMML-Evaluator 1.7.7).
  EXPECT_EQ(eval(apply("if", {"p", "a", "b"}, "mapMissingTo=\"7\""), {{"p", "true"}, {"a", "1"}}), "1");
  EXPECT_EQ(eval(apply("if", {"p", "a", "b"}, "mapMissingTo=\"7\""), {{"p", "false"}, {"a", "1"}}), "7");
  EXPECT_EQ(eval(apply("if", {"p", "a"}, "mapMissingTo=\"7\" defaultValue=\"8\""), {{"p", "false"}, {"a", "1"}}), "8");
  EXPECT_EQ(eval(apply("if", {"p", "a"}, "mapMissingTo=\"7\""), {{"p", "false"}}), "");
  EXPECT_EQ(eval(apply("if", {"p", "a"}, "mapMissingTo=\"7\""), {{"a", "1"}}), "7");
}

TEST(Expressions, InVersion41MapMissingToMeantDefaultValue) {
  std::string text = document(kFields, modelOf(apply("max", {"a", "b"}, "mapMissingTo=\"-99\""), "double",
                                               "<MiningField name=\"a\"/><MiningField name=\"b\"/>"));
  text.replace(text.find("4.4"), 3, "4.1");
  Scoring old(text);
  EXPECT_EQ(old.score({{"a", "1"}}, "r"), "1");
  EXPECT_EQ(old.score({}, "r"), "-99");
}

TEST(Expressions, AggregatesSkipMissing) {
  const Row row = {{"a", "2"}, {"i", "7"}};
  EXPECT_EQ(eval(apply("min", {"a", "b", "i"}), row), "2");
  EXPECT_EQ(eval(apply("max", {"a", "b", "i"}), row), "7");
  EXPECT_EQ(eval(apply("sum", {"a", "b", "i"}), row), "9");
  EXPECT_EQ(eval(apply("product", {"a", "b", "i"}), row), "14");
  EXPECT_EQ(eval(apply("avg", {"a", "b", "i"}), row), "4.5");
  EXPECT_EQ(eval(apply("median", {"a", "i", "=3"}), row), "3");
  EXPECT_EQ(eval(apply("sum", {"a", "b"}), {}), "");
  EXPECT_EQ(eval(apply("avg", {"i", "j"}), {{"i", "1"}, {"j", "2"}}), "1.5");  // of integers a double
}

TEST(Expressions, Rounding) {
  // Columns: round (half up), rint (half even), floor, ceil.
  const std::vector<std::array<const char*, 5>> rows = {{"2.5", "3", "2", "2", "3"},
                                                        {"-2.5", "-2", "-2", "-3", "-2"},
                                                        {"0.49999999999999994", "0", "0", "0", "1"},
                                                        {"7", "7", "7", "7", "7"}};
  const char* const names[] = {"round", "rint", "floor", "ceil"};
  for (int k = 0; k < 4; ++k) {
    Scoring s = scoring(apply(names[k], {"a"}));
    for (const auto& row : rows) EXPECT_EQ(s.score({{"a", row[0]}}, "r"), row[k + 1]) << names[k] << " " << row[0];
  }
  // floor, ceil and round give integers: 7 / 2 truncates.
  EXPECT_EQ(eval(apply("/", {apply("floor", {"a"}).c_str(), "=2"}), {{"a", "7.9"}}), "3");
}

TEST(Expressions, Mathematics) {
  EXPECT_EQ(eval(apply("sqrt", {"a"}), {{"a", "9"}}), "3");
  EXPECT_EQ(eval(apply("log10", {"a"}), {{"a", "1000"}}), "3");
  EXPECT_EQ(eval(apply("abs", {"i"}), {{"i", "-4"}}, "integer"), "4");
  EXPECT_EQ(eval(apply("exp", {"a"}), {{"a", "0"}}), "1");
  EXPECT_EQ(eval(apply("threshold", {"a", "b"}), {{"a", "2"}, {"b", "1"}}), "1");
  EXPECT_EQ(eval(apply("threshold", {"a", "b"}), {{"a", "1"}, {"b", "1"}}), "0");
  EXPECT_EQ(eval(apply("hypot", {"a", "b"}), {{"a", "3"}, {"b", "4"}}), "5");
  EXPECT_EQ(eval(apply("pow", {"i", "=3"}), {{"i", "-2"}}, "integer"), "-8");
  EXPECT_EQ(eval(apply("pow", {"i", "=-1"}), {{"i", "2"}}), "0.5");
  EXPECT_EQ(eval(apply("stdNormalCDF", {"a"}), {{"a", "0"}}), "0.5");
  EXPECT_EQ(eval(apply("normalIDF", {"a", "=3", "=2"}), {{"a", "0.5"}}), "3");
}

// JPMML-Evaluator 1.7.7, as are the sums above: functions of real numbers are double, whatever they are of.
TEST(Expressions, FunctionsOfFloatsAreDouble) {
  EXPECT_EQ(eval(apply("exp", {"f"}), {{"f", "0.3"}}), "1.3498588236675741");
  EXPECT_EQ(eval(apply("sqrt", {"f"}), {{"f", "0.3"}}), "0.5477225683874355");
  EXPECT_EQ(eval(apply("hypot", {"f", "f"}), {{"f", "0.3"}}), "0.4242640855706679");
  // 0.3 as a float is more than a tenth of 3.
  EXPECT_EQ(eval(apply("modulo", {"i", "f"}), {{"i", "3"}, {"f", "0.3"}}, "float"), "0.2999998927116394");  // the float 0.2999999
}

TEST(Expressions, ComparisonsTypeTheConstantByTheOtherSide) {
  EXPECT_EQ(eval(apply("equal", {"s", "=1"}), {{"s", "1"}}, "boolean"), "true");
  EXPECT_EQ(eval(apply("equal", {"s", "=1"}), {{"s", "1.0"}}, "boolean"), "false");  // text, as JPMML-Evaluator 1.7.7
  EXPECT_EQ(eval(apply("equal", {"a", "=1"}), {{"a", "1.0"}}, "boolean"), "true");
  EXPECT_EQ(eval(apply("notEqual", {"p", "=true"}), {{"p", "false"}}, "boolean"), "true");
  EXPECT_EQ(eval(apply("lessThan", {"i", "a"}), {{"i", "2"}, {"a", "2.5"}}, "boolean"), "true");
  EXPECT_EQ(eval(apply("greaterOrEqual", {"d", "=2020-02-29"}), {{"d", "2020-03-01"}}, "boolean"), "true");
  EXPECT_EQ(eval(apply("equal", {"s", "t"}), {{"s", "x"}, {"t", "x"}}, "boolean"), "true");
  EXPECT_EQ(eval(apply("equal", {"s", "t"}), {{"s", "x"}, {"t", "y"}}, "boolean"), "false");
  EXPECT_EQ(eval(apply("equal", {"a", "=1"}), {}, "boolean"), "");
}

TEST(Expressions, LogicIsThreeValued) {
  for (auto [p, q, both, either] : {std::array{"true", "", "", "true"}, std::array{"false", "", "false", ""},
                                    std::array{"true", "false", "false", "true"}}) {
    EXPECT_EQ(eval(apply("and", {"p", "q"}), {{"p", p}, {"q", q}}, "boolean"), both);
    EXPECT_EQ(eval(apply("or", {"p", "q"}), {{"p", p}, {"q", q}}, "boolean"), either);
  }
  EXPECT_EQ(eval(apply("not", {"p"}), {{"p", "true"}}, "boolean"), "false");
}

TEST(Expressions, TestsOfMissingAndMembership) {
  EXPECT_EQ(eval(apply("isMissing", {"a"}), {}, "boolean"), "true");
  EXPECT_EQ(eval(apply("isNotMissing", {"a"}), {}, "boolean"), "false");
  EXPECT_EQ(eval(apply("isValid", {"a"}), {}, "boolean"), "false");
  EXPECT_EQ(eval(apply("isNotValid", {"a"}), {}, "boolean"), "false");  // neither, as JPMML-Evaluator 1.7.7
  EXPECT_EQ(eval(apply("isIn", {"s", "=x", "=y"}), {{"s", "y"}}, "boolean"), "true");
  EXPECT_EQ(eval(apply("isNotIn", {"s", "=x", "=y"}), {{"s", "z"}}, "boolean"), "true");
  EXPECT_EQ(eval(apply("isIn", {"a", "=1", "=2.5"}), {{"a", "2.5"}}, "boolean"), "true");
  EXPECT_EQ(eval(apply("isIn", {"s", "=x"}), {}, "boolean"), "false");
}

TEST(Expressions, IfTakesOneArm) {
  const std::string lazy = apply("if", {apply("isMissing", {"a"}).c_str(), "=-2", apply("ln", {"a"}).c_str()});
  EXPECT_EQ(eval(lazy, {}), "-2");
  EXPECT_EQ(eval(lazy, {{"a", "1"}}), "0");
  EXPECT_EQ(eval(apply("if", {"p", "a"}), {{"p", "false"}, {"a", "1"}}), "");
  EXPECT_EQ(eval(apply("if", {"p", "a", "b"}), {{"a", "1"}, {"b", "2"}}), "");  // a missing condition
  EXPECT_EQ(eval(apply("if", {"p", "s", "=other"}), {{"p", "true"}, {"s", "x"}}, "string"), "x");
  EXPECT_EQ(eval(apply("if", {"p", "i", "=none"}), {{"p", "true"}, {"i", "4"}}, "string"), "4");
}

TEST(Expressions, Text) {
  EXPECT_EQ(eval(apply("uppercase", {"s"}), {{"s", "Zürich"}}, "string"), "ZÜRICH");
  EXPECT_EQ(eval(apply("lowercase", {"s"}), {{"s", "ABC"}}, "string"), "abc");
  EXPECT_EQ(eval(apply("lowercase", {"s"}), {{"s", "ΑΘΗΝΑΣ İ"}}, "string"), "αθηνας i\u0307");
  EXPECT_EQ(eval(apply("trimBlanks", {"s"}), {{"s", "  x "}}, "string"), "x");
  EXPECT_EQ(eval(apply("stringLength", {"s"}), {{"s", "äöü"}}, "integer"), "3");
  EXPECT_EQ(eval(apply("substring", {"s", "=2", "=3"}), {{"s", "abcdef"}}, "string"),
            "bcd");  // DMG's own example has this shape
  EXPECT_EQ(eval(apply("substring", {"s", "=5", "=9"}), {{"s", "abcdef"}}, "string"), "ef");
  EXPECT_EQ(eval(apply("concat", {"s", "=-", "i"}), {{"s", "a"}, {"i", "7"}}, "string"), "a-7");
  EXPECT_EQ(eval(apply("concat", {"s", "i"}), {}, "string"), "");
  EXPECT_EQ(eval(apply("concat", {"s", "a"}), {{"s", "x"}, {"a", "2"}}, "string"),
            "x2.0");  // as Java and Python write a double
}

TEST(Expressions, Dates) {
  // 1960 to 2000 are 40 years with 10 leap days; 2000-02-29 is day 59 of its year (from 0).
  EXPECT_EQ(eval(apply("dateDaysSinceYear", {"d", "=1960"}), {{"d", "2000-02-29"}}, "integer"),
            std::to_string(40 * 365 + 10 + 59));
  EXPECT_EQ(eval(apply("dateSecondsSinceYear", {"m", "=1960"}), {{"m", "1960-01-03T03:30:03"}}, "integer"),
            "185403");                                                                                 // DMG's example
  EXPECT_EQ(eval(apply("dateSecondsSinceMidnight", {"h"}), {{"h", "05:23:30"}}, "integer"), "19410");  // DMG's example
}

TEST(Expressions, NormContinuousInterpolates) {
  auto norm = [](const char* attributes) {
    return std::string("<NormContinuous field=\"a\" ") + attributes +
           "><LinearNorm orig=\"0\" norm=\"0\"/><LinearNorm orig=\"2\" norm=\"1\"/><LinearNorm orig=\"10\" "
           "norm=\"-3\"/></NormContinuous>";
  };
  EXPECT_EQ(eval(norm(""), {{"a", "1"}}), "0.5");
  EXPECT_EQ(eval(norm(""), {{"a", "4"}}), "0");
  EXPECT_EQ(eval(norm(""), {{"a", "-1"}}), "-0.5");  // asIs extends the first segment
  EXPECT_EQ(eval(norm("outliers=\"asExtremeValues\""), {{"a", "11"}}), "-3");
  EXPECT_EQ(eval(norm("outliers=\"asMissingValues\" mapMissingTo=\"9\""), {{"a", "11"}}), "");
  EXPECT_EQ(eval(norm("mapMissingTo=\"9\""), {}), "9");
  EXPECT_EQ(eval(norm("mapMissingTo=\"\""), {}), "");   // as Statistica writes that there is none
  EXPECT_EQ(eval(norm("mapMissingTo=\"\""), {{"a", "1"}}), "0.5");
}

// A z-score of mean -1 and deviation 2, as R's pmml package wrote it up to 1.4. JPMML-Evaluator 1.7.7 and PMML4S 1.5.6 take it, too.
TEST(Expressions, TwoPointsOfNormContinuousInEitherOrder) {
  const std::string score = "<NormContinuous field=\"a\"><LinearNorm orig=\"0\" norm=\"0.5\"/><LinearNorm orig=\"-1\" norm=\"0\"/></NormContinuous>";
  EXPECT_EQ(eval(score, {{"a", "3"}}), "2");
  EXPECT_EQ(eval(score, {{"a", "-5"}}), "-2");
  std::string three = score;
  three.insert(three.find("</Norm"), "<LinearNorm orig=\"-2\" norm=\"7\"/>");
  EXPECT_NE(scoring(three).messages().find("ascending order of orig"), std::string::npos);
}

// As sklearn2pmml writes scikit-learn's QuantileTransformer(n_quantiles=5) of the values 0, 0, 1, 1, 3; expected is what its transform gives.
TEST(Expressions, NormContinuousJumpsWhereOrigIsRepeated) {
  const auto quantiles = [](const std::string& outliers) {
    return "<NormContinuous field=\"a\" outliers=\"" + outliers + "\"><LinearNorm orig=\"0\" norm=\"0\"/><LinearNorm orig=\"0\" norm=\"0.25\"/>"
           "<LinearNorm orig=\"1\" norm=\"0.5\"/><LinearNorm orig=\"1\" norm=\"0.75\"/><LinearNorm orig=\"3\" norm=\"1\"/></NormContinuous>";
  };
  const std::pair<const char*, const char*> expected[] = {{"-1", "0"},    {"0", "0"},     {"0.5", "0.375"}, {"1", "0.625"},
                                                          {"2", "0.875"}, {"3", "1"},     {"4", "1"}};
  for (const auto& [x, y] : expected) EXPECT_EQ(eval(quantiles("asExtremeValues"), {{"a", x}}), y) << x;
  EXPECT_NE(scoring(quantiles("asExtremeValues")).messages().find("several LinearNorms of one orig"), std::string::npos);
  EXPECT_NE(scoring(quantiles("asIs")).messages().find("must differ in orig"), std::string::npos);
}

// scikit-learn's QuantileTransformer of the values 2, 2: what its transform gives of 1, 2 and 3.
TEST(Expressions, NormContinuousOfOneOrigIsAStep) {
  const auto quantiles = [](const std::string& outliers) {
    return "<NormContinuous field=\"a\" outliers=\"" + outliers + "\"><LinearNorm orig=\"2\" norm=\"0\"/><LinearNorm orig=\"2\" norm=\"1\"/></NormContinuous>";
  };
  const std::pair<const char*, const char*> expected[] = {{"1", "0"}, {"2", "0"}, {"3", "1"}};
  for (const auto& [x, y] : expected) EXPECT_EQ(eval(quantiles("asExtremeValues"), {{"a", x}}), y) << x;
  EXPECT_NE(scoring(quantiles("asMissingValues")).messages().find("needs two LinearNorms that differ in orig"), std::string::npos);
}

TEST(Expressions, NormContinuousNeedsFiniteNumbers) {
  for (const char* norm : {"orig=\"-INF\" norm=\"0\"", "orig=\"0\" norm=\"NaN\""}) {
    Scoring s(document("<DataField name=\"a\" optype=\"continuous\" dataType=\"double\"/>",
                       "<RegressionModel functionName=\"regression\"><MiningSchema><MiningField name=\"a\"/></MiningSchema><LocalTransformations><DerivedField name=\"n\" "
                       "optype=\"continuous\" dataType=\"double\"><NormContinuous field=\"a\"><LinearNorm " + std::string(norm) + "/><LinearNorm orig=\"1\" norm=\"1\"/>"
                       "</NormContinuous></DerivedField></LocalTransformations><RegressionTable intercept=\"0\"><NumericPredictor name=\"n\" coefficient=\"1\"/></RegressionTable></RegressionModel>"));
    EXPECT_NE(s.messages().find("is not finite"), std::string::npos) << s.messages();
  }
}

TEST(Expressions, NormDiscreteIsAnIndicator) {
  EXPECT_EQ(eval("<NormDiscrete field=\"s\" value=\"x\"/>", {{"s", "x"}}), "1");
  EXPECT_EQ(eval("<NormDiscrete field=\"s\" value=\"x\"/>", {{"s", "y"}}), "0");
  EXPECT_EQ(eval("<NormDiscrete field=\"s\" value=\"x\"/>", {}), "");
  EXPECT_EQ(eval("<NormDiscrete field=\"s\" value=\"x\" mapMissingTo=\"0.25\"/>", {}), "0.25");
  EXPECT_EQ(eval("<NormDiscrete field=\"i\" value=\"3\"/>", {{"i", "3.0"}}), "1");
}

TEST(Expressions, DiscretizeTakesTheFirstBin) {
  const std::string bins =
      "<DiscretizeBin binValue=\"low\"><Interval closure=\"openOpen\" rightMargin=\"1\"/></DiscretizeBin>"
      "<DiscretizeBin binValue=\"mid\"><Interval closure=\"closedOpen\" leftMargin=\"1\" "
      "rightMargin=\"3\"/></DiscretizeBin>"
      "<DiscretizeBin binValue=\"late\"><Interval closure=\"closedClosed\" leftMargin=\"2\" "
      "rightMargin=\"4\"/></DiscretizeBin>";
  auto with = [&](const std::string& attributes) {
    return "<Discretize field=\"a\" dataType=\"string\" " + attributes + ">" + bins + "</Discretize>";
  };
  EXPECT_EQ(eval(with(""), {{"a", "0.5"}}, "string"), "low");
  EXPECT_EQ(eval(with(""), {{"a", "1"}}, "string"), "mid");
  EXPECT_EQ(eval(with(""), {{"a", "2.5"}}, "string"), "mid");
  EXPECT_EQ(eval(with(""), {{"a", "4"}}, "string"), "late");
  EXPECT_EQ(eval(with(""), {{"a", "5"}}, "string"), "");
  EXPECT_EQ(eval(with("mapMissingTo=\"none\""), {{"a", "5"}}, "string"), "");  // present, in no bin
  EXPECT_EQ(eval(with("mapMissingTo=\"none\""), {}, "string"), "none");
  EXPECT_EQ(eval(with("defaultValue=\"other\""), {{"a", "5"}}, "string"), "other");
  EXPECT_EQ(eval(with("defaultValue=\"other\""), {}, "string"), "");
  // A side without a margin has no end, whatever the closure says.
  EXPECT_EQ(eval(with(""), {{"a", "-INF"}}, "string"), "low");
  EXPECT_EQ(eval(R"(<Discretize field="a" dataType="string"><DiscretizeBin binValue="high"><Interval closure="closedOpen" leftMargin="3"/></DiscretizeBin></Discretize>)",
                 {{"a", "INF"}}, "string"), "high");
}

TEST(Expressions, MapValuesLooksUpRows) {
  const std::string table =
      "<FieldColumnPair field=\"s\" column=\"band\"/><FieldColumnPair field=\"i\" column=\"state\"/><InlineTable>"
      "<row><band>1</band><state>1</state><out>10.5</out></row><row><band>1</band><state>2</state><out>20</out></row>"
      "<row><band>2</band><state>1</state><out>30</out></row><row><band>2</band><state>1</state><out>99</out></row></"
      "InlineTable>";
  auto with = [&](const std::string& attributes) {
    return "<MapValues outputColumn=\"out\" dataType=\"double\" " + attributes + ">" + table + "</MapValues>";
  };
  EXPECT_EQ(eval(with(""), {{"s", "1"}, {"i", "1"}}), "10.5");
  EXPECT_EQ(eval(with(""), {{"s", "1"}, {"i", "2"}}), "20");
  EXPECT_EQ(eval(with(""), {{"s", "2"}, {"i", "1"}}), "30");  // the first of two equal rows
  EXPECT_EQ(eval(with(""), {{"s", "2"}, {"i", "2"}}), "");
  EXPECT_EQ(eval(with("defaultValue=\"-1\""), {{"s", "2"}, {"i", "2"}}), "-1");
  EXPECT_EQ(eval(with("defaultValue=\"-1\""), {{"s", "3"}, {"i", "1"}}), "-1");
  EXPECT_EQ(eval(with("defaultValue=\"-1\" mapMissingTo=\"-2\""), {{"s", "1"}}), "-2");
  EXPECT_EQ(eval(with("defaultValue=\"-1\""), {{"s", "1"}}), "");
}

// JPMML-Evaluator 1.7.7 and PMML4S 1.5.6 never find such a row.
TEST(Expressions, NoKeyFindsARowOfMapValuesThatLacksACell) {
  const std::string map =
      "<MapValues outputColumn=\"out\" dataType=\"double\" defaultValue=\"-1\" mapMissingTo=\"-2\"><FieldColumnPair field=\"s\" column=\"band\"/>"
      "<FieldColumnPair field=\"i\" column=\"state\"/><InlineTable><row><band>1</band><out>10.5</out></row>"
      "<row><band>2</band><state>1</state><out>30</out></row></InlineTable></MapValues>";
  EXPECT_EQ(eval(map, {{"s", "1"}, {"i", "1"}}), "-1");
  EXPECT_EQ(eval(map, {{"s", "1"}}), "-2");
  EXPECT_EQ(eval(map, {{"s", "2"}, {"i", "1"}}), "30");
}

// A row of such a table can be met by no input; the others count.
TEST(Expressions, NoKeyFindsARowOfMapValuesWhoseKeyIsNoValueOfItsField) {
  Scoring s(scoring("<MapValues outputColumn=\"out\" dataType=\"string\" defaultValue=\"z\" mapMissingTo=\"m\"><FieldColumnPair field=\"i\" column=\"k\"/>"
                    "<InlineTable><row><k>N/A</k><out>a</out></row><row><k>1</k><out>b</out></row><row><k>2.5</k><out>c</out></row></InlineTable></MapValues>",
                    "string"));
  ASSERT_TRUE(s.ok()) << s.messages();
  EXPECT_NE(s.messages().find("a key of this row is no value of its field's dataType: no key finds it"), std::string::npos) << s.messages();
  EXPECT_EQ(s.score({{"i", "1"}}, "r"), "b");
  EXPECT_EQ(s.score({{"i", "2"}}, "r"), "z");
  EXPECT_EQ(s.score({}, "r"), "m");
}
TEST(Expressions, OneWarningForAllRowsOfMapValuesThatHaveNoEffect) {
  const std::string one = "<row><k>1</k><out>a</out></row>", lacking = "<row><out>b</out></row>";
  Scoring s(scoring("<MapValues outputColumn=\"out\" dataType=\"string\"><FieldColumnPair field=\"s\" column=\"k\"/><InlineTable>" + one + one + one + one +
                        lacking + lacking + "</InlineTable></MapValues>", "string"));
  const auto times = [&](const std::string& words) {
    size_t count = 0;
    for (size_t at = 0; (at = s.messages().find(words, at)) != std::string::npos; ++at) ++count;
    return count;
  };
  EXPECT_EQ(times("a row with these keys stands above"), 1u) << s.messages();
  EXPECT_EQ(times("3 rows of this table"), 1u) << s.messages();
  EXPECT_EQ(times("no key finds it"), 1u);
  EXPECT_EQ(times("2 rows of this table"), 1u);
}

TEST(Expressions, ASecondExpressionIsRefused) {
  const std::string two = "<FieldRef field=\"a\"/><Constant>1</Constant>";
  EXPECT_NE(scoring(two).messages().find("a second expression in one 'OutputField'"), std::string::npos);
  const std::string derived = "<TransformationDictionary><DerivedField name=\"v\" optype=\"continuous\" dataType=\"double\">" + two + "</DerivedField></TransformationDictionary>";
  EXPECT_NE(scoring("<FieldRef field=\"v\"/>", "double", derived).messages().find("a second expression in one 'DerivedField'"), std::string::npos);
  const std::string function = "<TransformationDictionary><DefineFunction name=\"fn\" optype=\"continuous\"><ParameterField name=\"a\"/>" + two + "</DefineFunction></TransformationDictionary>";
  EXPECT_NE(scoring(apply("fn", {"a"}), "double", function).messages().find("a second expression in one 'DefineFunction'"), std::string::npos);
}

TEST(Expressions, FieldRefMapsMissing) {
  EXPECT_EQ(eval("<FieldRef field=\"a\" mapMissingTo=\"4\"/>", {}), "4");
  EXPECT_EQ(eval("<FieldRef field=\"s\" mapMissingTo=\"none\"/>", {}, "string"), "none");
  // A fraction in the place of an integer: all are doubles, so that the quotient does not truncate.
  EXPECT_EQ(eval("<FieldRef field=\"i\" mapMissingTo=\"2.5\"/>", {}), "2.5");
  const std::string half = "<Apply function=\"/\"><FieldRef field=\"i\" mapMissingTo=\"2.5\"/><Constant>2</Constant></Apply>";
  EXPECT_EQ(eval(half, {{"i", "7"}}), "3.5");
  EXPECT_EQ(eval(half, {}), "1.25");
}

TEST(Expressions, FunctionsOfTheDocumentAreInlined) {
  const std::string functions =
      "<TransformationDictionary><DefineFunction name=\"half\" optype=\"continuous\" "
      "dataType=\"double\"><ParameterField name=\"x\" dataType=\"double\" optype=\"continuous\"/>"
      "<Apply function=\"/\"><FieldRef field=\"x\"/><Constant>2</Constant></Apply></DefineFunction>"
      "<DefineFunction name=\"quarter\" optype=\"continuous\"><ParameterField name=\"a\"/><Apply "
      "function=\"half\"><Apply function=\"half\"><FieldRef field=\"a\"/></Apply></Apply></DefineFunction>"
      "<DerivedField name=\"q4\" optype=\"continuous\" dataType=\"double\"><Apply function=\"quarter\"><FieldRef "
      "field=\"i\"/></Apply></DerivedField>"
      "<DerivedField name=\"f32\" optype=\"continuous\" dataType=\"float\"><FieldRef "
      "field=\"a\"/></DerivedField></TransformationDictionary>";
  // The parameter is a double, so that 7 / 2 does not truncate.
  EXPECT_EQ(eval(apply("half", {"i"}), {{"i", "7"}}, "double", functions), "3.5");
  EXPECT_EQ(eval(apply("+", {"q4", "q4"}), {{"i", "7"}}, "double", functions), "3.5");
  // 0.1 as a float is 0.100000001490116...
  EXPECT_EQ(eval(apply("equal", {"f32", "a"}), {{"a", "0.1"}}, "boolean", functions), "false");
  EXPECT_EQ(eval(apply("equal", {"f32", "a"}), {{"a", "0.5"}}, "boolean", functions), "true");
}

// A function's derived fields are its own, made of its parameters.
TEST(Expressions, FunctionsHaveDerivedFields) {
  const std::string functions =
      "<TransformationDictionary><DefineFunction name=\"thrice\" optype=\"continuous\"><ParameterField name=\"x\"/>"
      "<DerivedField name=\"twice\" optype=\"continuous\" dataType=\"double\"><Apply function=\"*\"><FieldRef field=\"x\"/>"
      "<Constant>2</Constant></Apply></DerivedField><Apply function=\"+\"><FieldRef field=\"twice\"/><FieldRef field=\"x\"/></Apply>"
      "</DefineFunction></TransformationDictionary>";
  EXPECT_EQ(eval(apply("thrice", {"a"}), {{"a", "1.5"}}, "double", functions), "4.5");
}

}  // namespace
}  // namespace kiln::test

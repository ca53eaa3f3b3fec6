// DataField and MiningField: what is missing, invalid or an outlier, and what becomes of it. Expectations from the text
// of PMML 4.4, "Mining Schema", in the order that JPMML-Evaluator gives it: invalid, missing, outliers.
#include "kiln/scorer.h"
#include "tests/pmml/scoring.h"

namespace kiln::test {
namespace {

const char* const kFields =
    R"(<DataField name="x" optype="continuous" dataType="double"><Interval closure="closedOpen" leftMargin="0" rightMargin="10"/><Value value="-1" property="missing"/></DataField>
<DataField name="c" optype="categorical" dataType="string"><Value value="u"/><Value value="v"/><Value value="none" property="missing"/></DataField>
<DataField name="k" optype="categorical" dataType="string"><Value value="bad" property="invalid"/></DataField>)";

/// A document that puts out x, c and k as they are after these MiningFields' treatment.
std::string echo(const std::string& x, const std::string& c, const std::string& k = "") {
  std::string outputs;
  for (const char* name : {"x", "c", "k"})
    outputs += std::string("<OutputField name=\"out_") + name + "\" feature=\"transformedValue\" optype=\"" +
               (name[0] == 'x' ? "continuous\" dataType=\"double" : "categorical\" dataType=\"string") +
               "\"><FieldRef field=\"" + name + "\"/></OutputField><OutputField name=\"valid_" + name +
               "\" feature=\"transformedValue\" optype=\"categorical\" dataType=\"boolean\"><Apply "
               "function=\"isValid\"><FieldRef field=\"" +
               name + "\"/></Apply></OutputField>";
  return document(kFields, "<RegressionModel functionName=\"regression\"><MiningSchema><MiningField name=\"x\" " + x +
                               "/><MiningField name=\"c\" " + c + "/><MiningField name=\"k\" " + k +
                               "/></MiningSchema><Output>" + outputs +
                               "</Output><RegressionTable intercept=\"0\"/></RegressionModel>");
}

// JPMML-Evaluator 1.7.7 and PMML4S 1.5.6 give these values too.
TEST(Fields, ValidValuesAreAllThatIsValid) {
  Scoring s(document(R"(<DataField name="x" optype="continuous" dataType="double"><Interval closure="closedClosed" leftMargin="0" rightMargin="10"/><Value value="-1"/></DataField>)",
                     R"(<RegressionModel functionName="regression"><MiningSchema><MiningField name="x" invalidValueTreatment="asMissing" missingValueReplacement="99"/></MiningSchema>
                        <RegressionTable intercept="0"><NumericPredictor name="x" coefficient="1"/></RegressionTable></RegressionModel>)"));
  EXPECT_EQ(s.score({{"x", "-1"}}, "_target"), "-1");
  EXPECT_EQ(s.score({{"x", "5"}}, "_target"), "99");
  EXPECT_NE(s.messages().find("its Intervals have no effect"), std::string::npos) << s.messages();
}

// Reported once, where the Value stands.
TEST(Fields, AClassThatIsNoValueOfItsType) {
  Scoring s(document(R"(<DataField name="x" optype="continuous" dataType="double"/><DataField name="y" optype="categorical" dataType="integer"><Value value=".5"/><Value value="1"/></DataField>)",
                     R"(<TreeModel functionName="classification"><MiningSchema><MiningField name="x"/><MiningField name="y" usageType="target"/></MiningSchema><Node score="1"><True/>
                        <ScoreDistribution value="0" recordCount="1"/><ScoreDistribution value="1" recordCount="2"/></Node></TreeModel>)"));
  EXPECT_NE(s.messages().find("'.5' is not a value of type integer"), std::string::npos) << s.messages();
}

TEST(Fields, InvalidValuesEndTheRowByDefault) {
  Scoring s(echo("", ""));
  EXPECT_EQ(s.score({{"x", "9.5"}, {"c", "v"}, {"k", "any"}}, "out_x"), "9.5");
  EXPECT_EQ(s.score({{"x", "10"}, {"c", "v"}}, "out_x"), "!");  // the interval is open at 10
  EXPECT_TRUE(s.bits() & KILN_INVALID_VALUE);
  EXPECT_EQ(s.score({{"c", "w"}}, "out_c"), "!");
  EXPECT_EQ(s.score({{"k", "bad"}}, "out_k"), "!");
  EXPECT_EQ(s.score({{"x", "abc"}}, "out_x"), "!");
  EXPECT_TRUE(s.bits() & KILN_TYPE_MISMATCH);
}

// What no number can be is invalid without being declared so; JPMML-Evaluator 1.7.7 reads such documents.
TEST(Fields, InvalidValuesThatTheTypeCannotHold) {
  Scoring s(document(R"(<DataField name="x" optype="continuous" dataType="integer"><Value value="N/A" property="invalid"/><Value value="3" property="invalid"/></DataField>)",
                     R"(<RegressionModel functionName="regression"><MiningSchema><MiningField name="x" invalidValueTreatment="asMissing" missingValueReplacement="99"/></MiningSchema>
                        <RegressionTable intercept="0"><NumericPredictor name="x" coefficient="1"/></RegressionTable></RegressionModel>)"));
  EXPECT_EQ(s.score({{"x", "2"}}, "_target"), "2");
  EXPECT_EQ(s.score({{"x", "3"}}, "_target"), "99");
  EXPECT_EQ(s.score({{"x", "N/A"}}, "_target"), "99");
}

TEST(Fields, DeclaredMissingValuesAreMissing) {
  Scoring s(echo("", ""));
  EXPECT_EQ(s.score({{"x", "-1"}, {"c", "none"}}, "out_x"), "");
  EXPECT_EQ(s.score({{"x", "-1"}, {"c", "none"}}, "out_c"), "");
}

TEST(Fields, AsIsKeepsTheValueAndIsNotValid) {
  Scoring s(echo("invalidValueTreatment=\"asIs\"", "invalidValueTreatment=\"asIs\"", "invalidValueTreatment=\"asIs\""));
  const Row row = s.score({{"x", "12"}, {"c", "w"}, {"k", "bad"}});
  EXPECT_EQ(row.at("out_x"), "12");
  EXPECT_EQ(row.at("out_c"), "w");
  EXPECT_EQ(row.at("out_k"), "bad");
  EXPECT_EQ(row.at("valid_x"), "false");
  EXPECT_EQ(row.at("valid_c"), "false");
  EXPECT_EQ(row.at("valid_k"), "false");
  EXPECT_EQ(s.score({{"x", "2"}}, "valid_x"), "true");
}

// As in JPMML-Evaluator 1.7.7: what stands for a missing value is valid, and an invalid value is used without modification.
TEST(Fields, AsIsAndOtherTreatments) {
  Scoring s(echo(R"(invalidValueTreatment="asIs" missingValueReplacement="7")", ""));
  EXPECT_EQ(s.score({{"x", "-1"}}, "out_x"), "7");
  EXPECT_EQ(s.score({{"x", "-1"}}, "valid_x"), "true");
  EXPECT_EQ(s.score({}, "valid_x"), "true");
  EXPECT_EQ(s.score({{"x", "12"}}, "valid_x"), "false");
  Scoring clipped(document(R"(<DataField name="x" optype="continuous" dataType="double"><Value value="0" property="invalid"/></DataField>)",
                           R"(<RegressionModel functionName="regression"><MiningSchema><MiningField name="x" invalidValueTreatment="asIs" outliers="asExtremeValues" lowValue="1" highValue="2"/></MiningSchema>
                              <RegressionTable intercept="0"><NumericPredictor name="x" coefficient="1"/></RegressionTable></RegressionModel>)"));
  EXPECT_EQ(clipped.score({{"x", "0"}}, "_target"), "0");
  EXPECT_EQ(clipped.score({{"x", "0.5"}}, "_target"), "1");
  EXPECT_EQ(clipped.score({{"x", "5"}}, "_target"), "2");
  EXPECT_EQ(clipped.score({}, "_target"), "");
}

TEST(Fields, AsMissingGoesOnToTheReplacementOfMissingValues) {
  Scoring s(echo("invalidValueTreatment=\"asMissing\" missingValueReplacement=\"4\" missingValueTreatment=\"asMean\"",
                 "invalidValueTreatment=\"asMissing\" missingValueReplacement=\"u\"",
                 "invalidValueTreatment=\"asMissing\""));
  EXPECT_EQ(s.score({{"x", "12"}, {"c", "w"}, {"k", "bad"}}, "out_x"), "4");
  EXPECT_TRUE(s.bits() & KILN_REPLACED_MISSING);
  EXPECT_EQ(s.score({}, "out_c"), "u");
  EXPECT_EQ(s.score({{"k", "bad"}}, "out_k"), "");
}

TEST(Fields, AsValueReplacesInvalidOnes) {
  Scoring s(echo("invalidValueTreatment=\"asValue\" invalidValueReplacement=\"-5\"",
                 "invalidValueTreatment=\"asIs\" invalidValueReplacement=\"v\""));
  EXPECT_EQ(s.score({{"x", "12"}}, "out_x"), "-5");
  EXPECT_TRUE(s.bits() & KILN_REPLACED_INVALID);
  EXPECT_EQ(s.score({{"c", "zzz"}}, "out_c"), "v");  // before 4.4 written as asIs
  EXPECT_EQ(s.score({}, "out_x"), "");
}

TEST(Fields, MissingReturnInvalidEndsTheRow) {
  Scoring s(echo("missingValueTreatment=\"returnInvalid\"", ""));
  EXPECT_EQ(s.score({{"c", "u"}}, "out_c"), "!");
  EXPECT_TRUE(s.bits() & KILN_MISSING_REQUIRED);
}

// What is treated as missing is missing: an outlier, an invalid value.
TEST(Fields, WhatIsTreatedAsMissingReturnsInvalidToo) {
  Scoring s(echo("missingValueTreatment=\"returnInvalid\" invalidValueTreatment=\"asMissing\" outliers=\"asMissingValues\" lowValue=\"2\" highValue=\"5\"", ""));
  EXPECT_EQ(s.score({{"x", "3"}}, "out_x"), "3");
  for (const char* x : {"1", "7", "12", "text"}) {
    EXPECT_EQ(s.score({{"x", x}}, "out_x"), "!") << x;
    EXPECT_TRUE(s.bits() & KILN_MISSING_REQUIRED) << x;
  }
}

TEST(Fields, Outliers) {
  EXPECT_NE(Scoring(echo("outliers=\"asExtremeValues\" lowValue=\"5\" highValue=\"2\"", "")).messages().find("is above highValue"), std::string::npos);
  Scoring clip(echo("outliers=\"asExtremeValues\" lowValue=\"2\" highValue=\"5\"", ""));
  EXPECT_EQ(clip.score({{"x", "1"}}, "out_x"), "2");
  EXPECT_TRUE(clip.bits() & KILN_OUTLIER);
  EXPECT_EQ(clip.score({{"x", "7"}}, "out_x"), "5");
  EXPECT_EQ(clip.score({{"x", "3"}}, "out_x"), "3");
  Scoring drop(echo("outliers=\"asMissingValues\" lowValue=\"2\" highValue=\"5\" missingValueReplacement=\"0.5\"", ""));
  EXPECT_EQ(drop.score({{"x", "1"}}, "out_x"), "0.5");
}

TEST(Fields, AnUnusedActiveFieldKeepsItsCheck) {
  Scoring s(document(
      kFields,
      R"(<RegressionModel functionName="regression"><MiningSchema><MiningField name="x"/></MiningSchema><RegressionTable intercept="3"/></RegressionModel>)"));
  EXPECT_EQ(s.score({{"x", "1"}}, s.outputs().front()), "3");
  EXPECT_EQ(s.score({{"x", "11"}}, s.outputs().front()), "!");
}

TEST(Fields, IntegersAndBooleansByTheRulesOfText) {
  Scoring s(document(
      R"(<DataField name="i" optype="continuous" dataType="integer"/><DataField name="b" optype="categorical" dataType="boolean"/>)",
      R"(<RegressionModel functionName="regression"><MiningSchema><MiningField name="i"/><MiningField name="b"/></MiningSchema><Output>
<OutputField name="oi" feature="transformedValue" optype="continuous" dataType="integer"><FieldRef field="i"/></OutputField>
<OutputField name="ob" feature="transformedValue" optype="categorical" dataType="boolean"><FieldRef field="b"/></OutputField></Output><RegressionTable intercept="0"/></RegressionModel>)"));
  EXPECT_EQ(s.score({{"i", "4.0"}, {"b", "TRUE"}}, "oi"), "4");
  EXPECT_EQ(s.score({{"i", " 7"}, {"b", "1"}}, "ob"), "true");
  EXPECT_EQ(s.score({{"i", "4.5"}}, "oi"), "!");
  EXPECT_EQ(s.score({{"b", "yes"}}, "ob"), "!");
}

TEST(Fields, DaysSinceCountFromTheirYear) {
  Scoring s(document(
      R"(<DataField name="d" optype="continuous" dataType="dateDaysSince[1960]"/>)",
      R"(<RegressionModel functionName="regression"><MiningSchema><MiningField name="d"/></MiningSchema><Output>
<OutputField name="n" feature="transformedValue" optype="continuous" dataType="integer"><Apply function="+"><FieldRef field="d"/><Constant>0</Constant></Apply></OutputField></Output><RegressionTable intercept="0"/></RegressionModel>)"));
  EXPECT_EQ(s.score({{"d", "1960-01-04"}}, "n"), "3");  // the example of the standard
  EXPECT_EQ(s.score({{"d", "1959-12-31"}}, "n"), "-1");
}

/// A MiningModel with one segment whose MiningField of x has these attributes; x is asIs outside.
std::string nested(const std::string& inner) {
  return document(kFields,
                  "<MiningModel functionName=\"regression\"><MiningSchema><MiningField name=\"x\" "
                  "invalidValueTreatment=\"asIs\"/></MiningSchema>"
                  "<Segmentation multipleModelMethod=\"sum\"><Segment><True/><RegressionModel "
                  "functionName=\"regression\"><MiningSchema><MiningField name=\"x\" " +
                      inner +
                      "/></MiningSchema><RegressionTable intercept=\"100\"><NumericPredictor name=\"x\" "
                      "coefficient=\"1\"/></RegressionTable></RegressionModel></Segment></Segmentation></MiningModel>");
}

TEST(Fields, InnerTreatmentOnlyWhereItIsGiven) {
  // JPMML-Evaluator: an inner MiningField without treatment inherits the outer value, invalid or not.
  Scoring inherits(nested(""));
  EXPECT_EQ(inherits.score({{"x", "12"}}, inherits.outputs().front()), "112");
  EXPECT_EQ(inherits.score({}, inherits.outputs().front()), "");
  Scoring replaces(nested("missingValueReplacement=\"3\" invalidValueTreatment=\"asMissing\""));
  EXPECT_EQ(replaces.score({{"x", "12"}}, replaces.outputs().front()), "103");
  EXPECT_EQ(replaces.score({}, replaces.outputs().front()), "103");
  EXPECT_EQ(replaces.score({{"x", "4"}}, replaces.outputs().front()), "104");
}

}  // namespace
}  // namespace kiln::test

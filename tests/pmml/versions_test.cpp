// What differs between the versions of PMML, 3.0 to 4.4.1, and between the ways in which documents name their version. Expected values
// worked by hand from the text of the version.
#include "tests/pmml/scoring.h"

namespace kiln::test {
namespace {

const std::string kX = R"(<DataField name="x" optype="continuous" dataType="double"/>)";

/// The same document as one of another version.
std::string as(const std::string& version, std::string text) {
  text.replace(text.find("4.4"), 3, version);
  return text;
}
std::string sum(const std::string& expression) {
  return document(kX, R"(<RegressionModel functionName="regression"><MiningSchema><MiningField name="x"/></MiningSchema><LocalTransformations>
    <DerivedField name="d" optype="continuous" dataType="double">)" + expression +
                          R"(</DerivedField></LocalTransformations><RegressionTable intercept="0"><NumericPredictor name="d" coefficient="1"/></RegressionTable>
    </RegressionModel>)");
}

TEST(Versions, MapMissingToOf41IsTheDefaultOfTheResult) {
  // max skips the missing argument: 3. Only where all are missing the result is.
  const std::string text = sum(R"(<Apply function="max" mapMissingTo="9"><FieldRef field="x"/><Constant dataType="double">3</Constant></Apply>)");
  EXPECT_EQ(Scoring(as("4.1", text)).score({}, "_target"), "3");
  EXPECT_EQ(Scoring(as("4.2", text)).score({}, "_target"), "9");
  EXPECT_EQ(Scoring(as("4.0", text)).score({}, "_target"), "9");   // 4.0 had no such attribute: as in JPMML, what it means since 4.2
  const std::string all = sum(R"(<Apply function="max" mapMissingTo="9"><FieldRef field="x"/><FieldRef field="x"/></Apply>)");
  EXPECT_EQ(Scoring(as("4.1", all)).score({}, "_target"), "9");
}

TEST(Versions, RawDataValueOfTargetValues) {
  const std::string text = document(kX + R"(<DataField name="y" optype="categorical" dataType="string"><Value value="1"/><Value value="0"/></DataField>)",
                                    R"(<TreeModel functionName="classification"><MiningSchema><MiningField name="x"/><MiningField name="y" usageType="predicted"/>
    </MiningSchema><Output><OutputField name="shown" feature="predictedDisplayValue"/></Output><Targets><Target field="y">
    <TargetValue value="1" rawDataValue="yes"/></Target></Targets><Node id="r" score="0"><True/><Node id="a" score="1">
    <SimplePredicate field="x" operator="greaterThan" value="0"/></Node><Node id="b" score="0">
    <SimplePredicate field="x" operator="lessOrEqual" value="0"/></Node></Node></TreeModel>)");
  Scoring old(as("3.1", text));
  EXPECT_EQ(old.score({{"x", "1"}}, "shown"), "yes") << old.messages();
  EXPECT_EQ(old.score({{"x", "-1"}}, "shown"), "0");
  // usageType predicted is the target of versions before 4.2.
  EXPECT_EQ(old.score({{"x", "1"}}, "y"), "1");
}

TEST(Versions, CenterFieldsOf30) {
  const std::string text = document(kX, R"(<ClusteringModel functionName="clustering" modelClass="centerBased" numberOfClusters="2"><MiningSchema>
    <MiningField name="x"/></MiningSchema><ComparisonMeasure kind="distance"><squaredEuclidean/></ComparisonMeasure><ClusteringField field="x"
    compareFunction="absDiff"/><CenterFields><DerivedField name="half" optype="continuous" dataType="double"><NormContinuous field="x">
    <LinearNorm orig="0" norm="0"/><LinearNorm orig="2" norm="1"/></NormContinuous></DerivedField></CenterFields>
    <Cluster name="low"><Array n="1" type="real">1</Array></Cluster><Cluster name="high"><Array n="1" type="real">3</Array></Cluster></ClusteringModel>)");
  Scoring s(as("3.0", text));
  // Halves: 1.5 is nearer to 1, 2.5 to 3.
  EXPECT_EQ(s.score({{"x", "3"}}, "_target"), "1") << s.messages();
  EXPECT_EQ(s.score({{"x", "5"}}, "_target"), "2");
}

TEST(Versions, AlternateBinaryTargetCategoryOf32) {
  const std::string text =
      document(kX + R"(<DataField name="y" optype="categorical" dataType="string"><Value value="no"/><Value value="yes"/></DataField>)",
               R"(<SupportVectorMachineModel functionName="classification" alternateBinaryTargetCategory="no"><MiningSchema><MiningField name="x"/>
    <MiningField name="y" usageType="predicted"/></MiningSchema><LinearKernelType/><VectorDictionary><VectorFields><FieldRef field="x"/></VectorFields>
    <VectorInstance id="v"><Array n="1" type="real">1</Array></VectorInstance></VectorDictionary><SupportVectorMachine targetCategory="yes"><SupportVectors>
    <SupportVector vectorId="v"/></SupportVectors><Coefficients absoluteValue="0"><Coefficient value="1"/></Coefficients></SupportVectorMachine>
    </SupportVectorMachineModel>)");
  Scoring s(as("3.2", text));
  // x itself, at or above one half the target category.
  EXPECT_EQ(s.score({{"x", "0.75"}}, "y"), "yes") << s.messages();
  EXPECT_EQ(s.score({{"x", "0.25"}}, "y"), "no");
}

TEST(Versions, NormDiscreteMethodUpTo42) {
  const std::string indicator = sum(R"(<NormDiscrete field="x" value="3" method="indicator"/>)"), thermometer = sum(R"(<NormDiscrete field="x" value="3" method="thermometer"/>)");
  EXPECT_EQ(Scoring(as("4.2", indicator)).score({{"x", "4"}}, "_target"), "0");
  EXPECT_EQ(Scoring(as("4.2", thermometer)).score({{"x", "4"}}, "_target"), "1");
  EXPECT_EQ(Scoring(as("4.2", thermometer)).score({{"x", "2"}}, "_target"), "0");
}

TEST(Versions, TreatmentsUnderTheirOldNames) {
  // Before 4.4 asIs with a replacement meant asValue.
  const std::string text = document(R"(<DataField name="x" optype="continuous" dataType="double"><Interval closure="closedClosed" leftMargin="0" rightMargin="1"/></DataField>)",
                                    R"(<RegressionModel functionName="regression"><MiningSchema><MiningField name="x" invalidValueTreatment="asIs"
    invalidValueReplacement="0.5"/></MiningSchema><RegressionTable intercept="1"><NumericPredictor name="x" coefficient="1"/></RegressionTable></RegressionModel>)");
  EXPECT_EQ(Scoring(as("4.3", text)).score({{"x", "7"}}, "_target"), "1.5");
}

TEST(Versions, FunctionsOfLaterVersionsAreSpelledWithX) {
  const auto modulo = [](const char* name) {
    return sum(std::string("<Apply function=\"") + name + R"("><FieldRef field="x"/><Constant dataType="double">4</Constant></Apply>)");
  };
  EXPECT_EQ(Scoring(as("4.3", modulo("x-modulo"))).score({{"x", "7"}}, "_target"), "3");
  EXPECT_EQ(Scoring(modulo("modulo")).score({{"x", "7"}}, "_target"), "3");
}

TEST(Versions, EveryVersionAndNamespace) {
  const std::string text = sum(R"(<FieldRef field="x"/>)");
  for (const char* version : {"3.0", "3.1", "3.2", "4.0", "4.1", "4.2", "4.3", "4.4", "4.4.1"})
    EXPECT_EQ(Scoring(as(version, text)).score({{"x", "2"}}, "_target"), "2") << version;
  const std::string space = " xmlns=\"http://www.dmg.org/PMML-4_4\"";
  const auto with = [&](const std::string& other) {
    std::string changed = text;
    return changed.replace(changed.find(space), space.size(), other);
  };
  for (const std::string& other : {std::string(), std::string(" xmlns=\"https://www.dmg.org/PMML-4_4\""), std::string(" xmlns=\"http://www.dmg.org/PMML-3_2\"")})
    EXPECT_EQ(Scoring(with(other)).score({{"x", "2"}}, "_target"), "2") << other;
  // A part of the document may have the namespace of another version.
  std::string mixed = text;
  mixed.replace(mixed.find("<RegressionTable"), 16, "<RegressionTable xmlns=\"http://www.dmg.org/PMML-4_1\"");
  Scoring several(mixed);
  EXPECT_EQ(several.score({{"x", "2"}}, "_target"), "2") << several.messages();
}

}  // namespace
}  // namespace kiln::test

// Tables that a document only names: MapValues and instances by TableLocator. Expected values worked by hand.
#include "tests/pmml/scoring.h"

namespace kiln::test {
namespace {

std::string mapped(const std::string& table) {
  return document(R"(<DataField name="x" optype="categorical" dataType="string"/>)",
                  R"(<RegressionModel functionName="regression"><MiningSchema><MiningField name="x"/></MiningSchema><RegressionTable intercept="1">
    <NumericPredictor name="m" coefficient="10"/></RegressionTable></RegressionModel>)",
                  R"(<TransformationDictionary><DerivedField name="m" optype="continuous" dataType="double"><MapValues outputColumn="out" defaultValue="-1">
    <FieldColumnPair field="x" column="in"/>)" + table + "</MapValues></DerivedField></TransformationDictionary>");
}
const std::string kRows = "<InlineTable><row><in>a</in><out>2</out></row></InlineTable>";

TEST(TableLocator, TableInTheDocument) {
  for (const std::string& table : {"<TableLocator/>" + kRows, "<TableLocator>" + kRows + "</TableLocator>",
                                   "<TableLocator><Extension name=\"table\">" + kRows + "</Extension></TableLocator>"}) {
    Scoring s(mapped(table));
    EXPECT_EQ(s.score({{"x", "a"}}, "_target"), "21") << s.messages();
    EXPECT_EQ(s.score({{"x", "b"}}, "_target"), "-9");
  }
}

TEST(TableLocator, TableFromAFile) {
  pmml::ImportOptions options;
  options.tables["prices"] = "\"in\",note,out\r\n\"a,b\",\"says \"\"hi\"\"\",3\r\n\r\nc,,\r\n";
  Scoring s(mapped("<TableLocator><Extension name=\"table\" value=\"prices\"/></TableLocator>"), options);
  EXPECT_EQ(s.score({{"x", "a,b"}}, "_target"), "31") << s.messages();
  EXPECT_EQ(s.score({{"x", "c"}}, "_target"), "");
  EXPECT_EQ(s.score({{"x", "d"}}, "_target"), "-9");
  // By the name of the field that it is for.
  options.tables = {{"m", "in,out\na,4"}};
  Scoring byField(mapped("<TableLocator/>"), options);
  EXPECT_EQ(byField.score({{"x", "a"}}, "_target"), "41") << byField.messages();
}

TEST(TableLocator, RefusedWithTheWayOut) {
  const std::string absent = Scoring(mapped("<TableLocator><Extension value=\"prices\"/></TableLocator>")).messages();
  EXPECT_NE(absent.find("a table that is not in the document is not supported"), std::string::npos) << absent;
  EXPECT_NE(absent.find("--table NAME=FILE.csv; it goes by the name 'prices', 'm'"), std::string::npos) << absent;
  pmml::ImportOptions options;
  options.tables["m"] = "in,out\na,4,5\n";
  EXPECT_NE(Scoring(mapped("<TableLocator/>"), options).messages().find("row 1 has 3 cells, the header 2"), std::string::npos);
  options.tables["m"] = "in,out\n\"a,4\n";
  EXPECT_NE(Scoring(mapped("<TableLocator/>"), options).messages().find("a quote is not closed"), std::string::npos);
  options.tables["m"] = "key,out\na,4\n";
  EXPECT_NE(Scoring(mapped("<TableLocator/>"), options).messages().find("no row has a cell 'in'"), std::string::npos);
}

TEST(TableLocator, Instances) {
  const auto model = [](const std::string& table) {
    return document(R"(<DataField name="x" optype="continuous" dataType="double"/><DataField name="y" optype="continuous" dataType="double"/>)",
                    R"(<NearestNeighborModel functionName="regression" numberOfNeighbors="1"><MiningSchema><MiningField name="x"/>
      <MiningField name="y" usageType="target"/></MiningSchema><TrainingInstances><InstanceFields><InstanceField field="x" column="a"/>
      <InstanceField field="y" column="b"/></InstanceFields>)" + table + R"(</TrainingInstances><ComparisonMeasure kind="distance"><euclidean/></ComparisonMeasure>
      <KNNInputs><KNNInput field="x"/></KNNInputs></NearestNeighborModel>)");
  };
  pmml::ImportOptions options;
  options.tables["train"] = "b,a\n10,1\n20,2\n";
  Scoring s(model("<TableLocator><Extension value=\"train\"/></TableLocator>"), options);
  EXPECT_EQ(s.score({{"x", "1.8"}}, "y"), "20") << s.messages();
}

// ---- the table of elements and attributes

TEST(Vocabulary, AnAttributeThatNoReaderAsksForIsRefused) {
  std::string text = mapped(kRows);
  text.insert(text.find("<InlineTable") + 12, " limit=\"3\"");
  EXPECT_NE(Scoring(text).messages().find("attribute 'limit' of 'InlineTable' is not supported"), std::string::npos);
  // Those of other tools, and what extensions hold, are their own business.
  text = mapped(kRows);
  text.insert(text.find("<RegressionTable"), "<Extension name=\"n\"><MiningField other=\"1\"/></Extension>");
  text.insert(text.find("<PMML ") + 6, "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"a b\" ");
  EXPECT_TRUE(Scoring(text).ok()) << Scoring(text).messages();
}

}  // namespace
}  // namespace kiln::test

// Bad documents: each is refused with its place, its path and, where there is one, the way out.
#include "frontends/pmml/xml.h"
#include "tests/pmml/scoring.h"

namespace kiln::test {
namespace {

Diagnostics check(const std::string& text, pmml::ImportOptions options = {}) {
  Diagnostics diagnostics;
  Source source("bad.pmml", text);
  EXPECT_FALSE(pmml::import(source, options, diagnostics)) << text;
  EXPECT_TRUE(diagnostics.hasErrors());
  return diagnostics;
}

/// The first error as "line:column message | path | note".
std::string first(const std::string& text, pmml::ImportOptions options = {}) {
  const Diagnostics diagnostics = check(text, options);
  for (const Diagnostic& d : diagnostics.all())
    if (d.severity == Severity::error)
      return std::to_string(d.line) + ":" + std::to_string(d.column) + " " + d.message + " | " + d.path +
             (d.notes.empty() ? "" : " | " + d.notes[0]);
  return "";
}

/// A document with field x and this derived field or model body; line 1 ends before `derived`.
std::string derived(const std::string& expression, const std::string& more = "") {
  return document("<DataField name=\"x\" optype=\"continuous\" dataType=\"double\"/>",
                  "<RegressionModel functionName=\"regression\"><MiningSchema><MiningField "
                  "name=\"x\"/></MiningSchema><RegressionTable intercept=\"0\"><NumericPredictor name=\"z\" "
                  "coefficient=\"1\"/></RegressionTable></RegressionModel>",
                  "<TransformationDictionary>\n<DerivedField name=\"z\" optype=\"continuous\" dataType=\"double\">\n" +
                      expression + "</DerivedField>\n" + more + "</TransformationDictionary>\n");
}
std::string tree(const std::string& predicate) {
  return document("<DataField name=\"x\" optype=\"continuous\" dataType=\"double\"/>",
                  "<TreeModel functionName=\"regression\"><MiningSchema><MiningField "
                  "name=\"x\"/></MiningSchema>\n<Node score=\"1\">" +
                      predicate + "</Node></TreeModel>");
}

TEST(BadDocument, Truncated) {
  EXPECT_EQ(first("<PMML version=\"4.4\">\n<Header/>\n<DataDictionary>\n<DataFi"),
            "4:1 the file ends too early | /PMML/DataDictionary | element 'DataDictionary' of line 3 is still open");
  EXPECT_EQ(first(""), "1:1 the file is empty | ");
}

TEST(BadDocument, Encodings) {
  for (const char* name : {"UTF-32", "ISO-2022-JP", "UTF-7", "no-such"})
    EXPECT_EQ(first("<?xml version=\"1.0\" encoding=\"" + std::string(name) + "\"?>\n<PMML/>"),
              "1:31 the document's encoding is not supported |  | Kiln reads UTF-8, UTF-16 and encodings of bytes that have ASCII as it is; "
              "convert the file to UTF-8");
  // U+3400 has four bytes in GB18030.
  for (const auto& [name, bytes] : {std::pair("GBK", "\xff"), std::pair("GB18030", "\x81\x39\xee\x39")})
    EXPECT_EQ(first("<?xml version=\"1.0\" encoding=\"" + std::string(name) + "\"?>\n<PMML version=\"4.4\" a=\"" + bytes + "\"/>"),
              "2:24 bytes that are no character in " + std::string(name) + " |  | declare the encoding that the file has, or convert it to UTF-8");
  EXPECT_EQ(first("<?xml version=\"1.0\"?>\n<PMML version=\"4.4\" a=\"\xe9\"/>"),
            "2:24 bytes that are not UTF-8 |  | declare the encoding that the file has, or convert it to UTF-8");
}

TEST(BadDocument, DoctypeIsRefused) {
  EXPECT_EQ(first("<?xml version=\"1.0\"?>\n<!DOCTYPE PMML [<!ENTITY a \"b\">]>\n<PMML version=\"4.4\"/>"),
            "2:16 a DOCTYPE is not accepted |  | remove the declaration; PMML documents need none");
  EXPECT_EQ(check("<!DOCTYPE PMML><PMML/>").exitCode(), 4);
}

TEST(BadDocument, NotWellFormed) {
  EXPECT_EQ(first("<PMML version=\"4.4\">\n<a></b></PMML>"), "2:6 not well-formed XML: mismatched tag | /PMML/a");
}

TEST(BadDocument, DeepNestingEndsAtTheLimit) {
  std::string text = "<PMML version=\"4.4\">";
  for (int i = 0; i < 1000000; ++i) text += "<a>";
  EXPECT_EQ(first(text),
            "1:12306 limit of 4096 nested XML elements exceeded (found more) |  | raise it with --max-xml-depth");
  EXPECT_EQ(check(text).exitCode(), 4);
}

TEST(BadDocument, DeepExpressionsEndAtTheLimit) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "<Apply function=\"abs\">";
  text += "<FieldRef field=\"x\"/>";
  for (int i = 0; i < 3000; ++i) text += "</Apply>";
  EXPECT_NE(first(derived(text)).find("limit of 2000 nested expressions"), std::string::npos);
}

TEST(BadDocument, AttributeFloodsEndAtTheLimit) {
  std::string text = "<PMML version=\"4.4\">\n <a";
  for (int i = 0; i < 100000; ++i) text += " a" + std::to_string(i) + "=\"\"";
  EXPECT_EQ(first(text + "/></PMML>"),
            "2:2 limit of 1024 attributes of an XML element exceeded (found 100000) |  | raise it with --max-xml-attributes");
  EXPECT_EQ(check(text + "/></PMML>").exitCode(), 4);
}

TEST(BadDocument, PredicatesOfTreesAreNamed) {
  EXPECT_EQ(first(tree("\n<SimplePredicate field=\"nope\" operator=\"isMissing\"/>")),
            "6:18 unknown field 'nope' | /PMML/TreeModel//Node");
  EXPECT_EQ(first(tree("\n<SimplePredicate field=\"x\" operator=\"lessThan\" value=\"wide\"/>")),
            "6:48 'wide' is not a value of field 'x' | /PMML/TreeModel//Node");
}

// An attribute x-NAME is a vendor's own, unless it is one of those that change scores: these are read, or refused.
TEST(BadDocument, ExtensionAttributesAreIgnoredWithAWarning) {
  const auto warning = [](const std::string& text) {
    Diagnostics diagnostics;
    const Source source("good.pmml", text);
    EXPECT_TRUE(pmml::import(source, {}, diagnostics)) << text;
    if (diagnostics.all().size() != 1) return std::string("not one diagnostic");
    const Diagnostic& d = diagnostics.all()[0];
    return std::to_string(d.line) + ":" + std::to_string(d.column) + " " + d.message;
  };
  EXPECT_EQ(warning(tree("\n<SimplePredicate field=\"x\" operator=\"isMissing\" x-vendor=\"1\"/>")),
            "6:49 attribute 'x-vendor' is an extension that Kiln does not know: ignored");
  EXPECT_EQ(warning(derived("<FieldRef field=\"x\" X-note=\"a\"/>")), "6:1 attribute 'X-note' is an extension that Kiln does not know: ignored");
  EXPECT_EQ(check(tree("<SimplePredicate field=\"x\" operator=\"isMissing\" x-leakage=\"1\"/>")).exitCode(), 4);
  EXPECT_EQ(check(derived("<FieldRef field=\"x\" x-leakage=\"1\"/>")).exitCode(), 4);
  EXPECT_EQ(check(derived("<FieldRef field=\"x\" note=\"a\"/>")).exitCode(), 4);
}

TEST(BadDocument, RootAndVersion) {
  EXPECT_EQ(first("<html/>"), "1:1 the root element is 'html', not 'PMML' | /html");
  EXPECT_EQ(first("<PMML/>"), "1:1 'PMML' needs an attribute 'version' | /PMML");
  EXPECT_EQ(first("<PMML version=\"2.1\"/>"), "1:7 PMML 2.1 is not supported | /PMML | Kiln reads PMML 3.0 to 4.4.1");
}

TEST(BadDocument, UnknownElementsAndModels) {
  EXPECT_EQ(first(document("", "<DeepNetwork/>")),
            "4:1 element 'DeepNetwork' in 'PMML' is not supported | /PMML/DeepNetwork");
  EXPECT_EQ(first(document("", "")), "1:1 a document without a model is not supported | /PMML | nothing in it is a result; export the pipeline with its model");
}

TEST(BadDocument, UnknownOperator) {
  EXPECT_NE(first(tree("<SimplePredicate field=\"x\" operator=\"around\" value=\"1\"/>")).find("operator"),
            std::string::npos);
}

TEST(BadDocument, CyclicFieldsNameTheCycle) {
  const std::string text = derived(
      "<FieldRef field=\"w\"/>",
      "<DerivedField name=\"w\" optype=\"continuous\" dataType=\"double\">\n<FieldRef field=\"z\"/></DerivedField>");
  EXPECT_EQ(first(text),
            "8:11 field 'z' is defined by itself: 'z' -> 'w' -> 'z' | "
            "/PMML/TransformationDictionary/DerivedField[2]/FieldRef");
}

TEST(BadDocument, RecursiveFunctionsNameTheCycle) {
  const std::string text =
      derived("<Apply function=\"f\"><FieldRef field=\"x\"/></Apply>",
              "<DefineFunction name=\"f\" optype=\"continuous\"><ParameterField name=\"p\"/><Apply "
              "function=\"g\"><FieldRef field=\"p\"/></Apply></DefineFunction>"
              "<DefineFunction name=\"g\" optype=\"continuous\"><ParameterField name=\"p\"/><Apply "
              "function=\"f\"><FieldRef field=\"p\"/></Apply></DefineFunction>");
  EXPECT_NE(first(text).find("the function calls itself: 'f' -> 'g' -> 'f'"), std::string::npos);
}

TEST(BadDocument, ExpressionsNameTheirPlace) {
  EXPECT_EQ(first(derived("<FieldRef field=\"y\"/>")),
            "6:11 unknown field 'y' | /PMML/TransformationDictionary/DerivedField/FieldRef");
  EXPECT_EQ(first(derived("<FieldRef/>")),
            "6:1 'FieldRef' needs an attribute 'field' | /PMML/TransformationDictionary/DerivedField/FieldRef");
  EXPECT_EQ(
      first(derived("<Constant dataType=\"double\">1,5</Constant>")),
      "6:1 'Constant': '1,5' is not a value of type double | /PMML/TransformationDictionary/DerivedField/Constant");
  EXPECT_EQ(first(derived("<Apply function=\"matches\"><FieldRef field=\"x\"/></Apply>")),
            "6:8 attribute function='matches' of 'Apply': takes 2 arguments, not 1 | /PMML/TransformationDictionary/DerivedField/Apply");
  EXPECT_NE(first(derived("<Apply function=\"frobnicate\"/>")).find("no function of PMML"), std::string::npos);
  EXPECT_NE(first(derived("<Apply function=\"exp\"/>")).find("takes 1 arguments, not 0"), std::string::npos);
  EXPECT_NE(first(derived("<TextIndex textField=\"x\"/>")).find("TextIndex"), std::string::npos);
  EXPECT_NE(
      first(derived("<FieldRef field=\"x\" frob=\"1\"/>")).find("attribute 'frob' of 'FieldRef' is not supported"),
      std::string::npos);
  EXPECT_NE(first(derived("<NormContinuous field=\"x\"><LinearNorm orig=\"0\" norm=\"1\"/></NormContinuous>"))
                .find("two LinearNorms"),
            std::string::npos);
  EXPECT_NE(first(derived("<Apply function=\"+\"><FieldRef field=\"x\"/><Constant>a</Constant></Apply>"))
                .find("needs numbers"),
            std::string::npos);
}

TEST(BadDocument, FieldsNameTheirPlace) {
  auto withField = [](const std::string& field, const std::string& mining = "<MiningField name=\"x\"/>") {
    return document(field, "<RegressionModel functionName=\"regression\"><MiningSchema>" + mining +
                               "</MiningSchema><RegressionTable intercept=\"0\"/></RegressionModel>");
  };
  const std::string x = "<DataField name=\"x\" optype=\"continuous\" dataType=\"double\"/>";
  EXPECT_NE(first(withField("<DataField name=\"x\" optype=\"continuous\" dataType=\"decimal\"/>"))
                .find("no data type of PMML"),
            std::string::npos);
  EXPECT_NE(first(withField(x + x)).find("'x' is declared a second time"), std::string::npos);
  EXPECT_NE(first(withField(x, "<MiningField name=\"y\"/>")).find("the DataDictionary has no such field"),
            std::string::npos);
  const Scoring ignored(withField(x, "<MiningField name=\"x\"/><MiningField name=\"y\" usageType=\"supplementary\"/>"));
  EXPECT_TRUE(ignored.ok());
  EXPECT_NE(ignored.messages().find("warning: the DataDictionary has no field 'y'"), std::string::npos);
  EXPECT_NE(first(withField(x, "<MiningField/>")).find("'MiningField' needs an attribute 'name'"), std::string::npos);
  EXPECT_NE(first(withField(x, "<MiningField name=\"x\" invalidValueTreatment=\"asValue\"/>"))
                .find("invalidValueReplacement"),
            std::string::npos);
  EXPECT_NE(first(withField(x, "<MiningField name=\"x\" missingValueReplacement=\"abc\"/>"))
                .find("'abc' is not a value of type double"),
            std::string::npos);
}

TEST(BadDocument, AllProblemsInOneRun) {
  const Diagnostics diagnostics =
      check(derived("<Apply function=\"+\"><FieldRef field=\"u\"/><FieldRef field=\"v\"/></Apply>"));
  EXPECT_EQ(diagnostics.errors(), 2u);
}

TEST(Document, EncodingsAndNamespacesThatAreRead) {
  const std::string body =
      "<Header/><DataDictionary><DataField name=\"\xe4\" optype=\"continuous\" "
      "dataType=\"double\"/></DataDictionary><RegressionModel functionName=\"regression\"><MiningSchema><MiningField "
      "name=\"\xe4\"/></MiningSchema>"
      "<RegressionTable intercept=\"1\"/></RegressionModel></PMML>";
  Scoring latin("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><PMML version=\"4.4\">" + body);
  ASSERT_TRUE(latin.ok()) << latin.messages();
  EXPECT_EQ(latin.score({{"ä", "2"}}, latin.outputs().front()), "1");

  // The same byte in other encodings of one byte a character, by Unicode's mapping tables.
  const std::pair<const char*, const char*> names[] = {{"Windows-1252", "ä"}, {"windows-1251", "д"}, {"ISO-8859-15", "ä"}, {"KOI8-R", "Д"}};
  for (const auto& [encoding, name] : names) {
    Scoring s(std::string("<?xml version=\"1.0\" encoding=\"") + encoding + "\"?><PMML version=\"4.4\">" + body);
    ASSERT_TRUE(s.ok()) << encoding << s.messages();
    EXPECT_EQ(s.score({{name, "2"}}, s.outputs().front()), "1") << encoding;
  }

  // 中, 日 and 한 by Unicode's mapping tables; 丂 by that of JIS X 0212, which has three bytes in EUC-JP.
  const std::tuple<const char*, const char*, const char*> sequences[] = {
      {"GBK", "\xd6\xd0", "中"},   {"GB2312", "\xd6\xd0", "中"}, {"GB18030", "\xd6\xd0", "中"},    {"Big5", "\xa4\xa4", "中"},
      {"EUC-KR", "\xc7\xd1", "한"}, {"EUC-JP", "\xc6\xfc", "日"}, {"Shift_JIS", "\x93\xfa", "日"}, {"EUC-JP", "\x8f\xb0\xa1", "丂"}};
  for (const auto& [encoding, bytes, name] : sequences) {
    std::string text = body;
    for (size_t at; (at = text.find('\xe4')) != std::string::npos;) text.replace(at, 1, bytes);
    Scoring s(std::string("<?xml version=\"1.0\" encoding=\"") + encoding + "\"?><PMML version=\"4.4\">" + text);
    ASSERT_TRUE(s.ok()) << encoding << s.messages();
    EXPECT_EQ(s.score({{name, "2"}}, s.outputs().front()), "1") << encoding;
  }

  const std::string prefixed =
      "\xef\xbb\xbf<p:PMML xmlns:p=\"https://www.dmg.org/PMML-4_3\" xmlns:v=\"urn:vendor\" "
      "version=\"4.3\"><p:Header/><p:Extension><v:anything/></p:Extension><p:DataDictionary/>"
      "<p:RegressionModel functionName=\"regression\"><p:MiningSchema/><p:RegressionTable "
      "intercept=\"1\"/></p:RegressionModel></p:PMML>";
  Scoring named(prefixed);
  EXPECT_TRUE(named.ok()) << named.messages();
}

TEST(Document, AttributesHaveTheirPlace) {
  Source source("x", "<a>\n <b one='1'\n   p:two = \"2 > 1\"\tthree=''/><c\n></c>\n</a>");
  auto span = [&](pmml::Location at, const char* name) {
    const pmml::Span s = pmml::attributeSpan(source, at, name);
    return std::to_string(s.at.line) + ":" + std::to_string(s.at.column) + "+" + std::to_string(s.length);
  };
  EXPECT_EQ(span({2, 2}, "one"), "2:5+7");
  EXPECT_EQ(span({2, 2}, "two"), "3:4+15");
  EXPECT_EQ(span({2, 2}, "three"), "3:20+8");
  EXPECT_EQ(span({2, 2}, "four"), "2:2+1");    // not there: the element
  EXPECT_EQ(span({3, 30}, "one"), "3:30+1");   // that of another element
  EXPECT_EQ(span({9, 9}, "one"), "9:9+1");
  EXPECT_EQ(span({}, "one"), "0:0+1");
}

TEST(Document, PathsCountSiblingsOfOneName) {
  Source source("x", "<a><b/><c/><b><d/></b></a>");
  pmml::Document document;
  Diagnostics diagnostics;
  ASSERT_TRUE(pmml::parseXml(source, Limits(), nullptr, document, diagnostics));
  const pmml::Element* a = document.root();
  EXPECT_EQ(document.path(a->FirstChildElement("c")), "/a/c");
  EXPECT_EQ(document.path(a->LastChildElement()->FirstChildElement()), "/a/b[2]/d");
  EXPECT_EQ(document.location(a->LastChildElement()).column, 12u);
}

TEST(BadDocument, PlainElementsAreEmptyOrBare) {
  const auto messages = [](const std::string& norm, const std::string& output) {
    return Scoring(document("<DataField name=\"x\" optype=\"continuous\" dataType=\"double\"/>",
                            "<RegressionModel functionName=\"regression\"><MiningSchema><MiningField name=\"x\"/></MiningSchema>" +
                                output + "<LocalTransformations><DerivedField name=\"n\" optype=\"continuous\" "
                                "dataType=\"double\"><NormContinuous field=\"x\"><LinearNorm orig=\"0\" norm=\"0\">" + norm +
                                "</LinearNorm><LinearNorm orig=\"1\" norm=\"2\"/></NormContinuous></DerivedField>"
                                "</LocalTransformations><RegressionTable intercept=\"1\"/></RegressionModel>"))
        .messages();
  };
  EXPECT_EQ(messages("<Extension/>", "<Output/>"), "");
  EXPECT_NE(messages("<Offset/>", "").find("element 'Offset' in 'LinearNorm' is not supported"), std::string::npos);
  EXPECT_NE(messages("", "<Output rank=\"2\"/>").find("attribute 'rank' of 'Output' is not supported"), std::string::npos);
}

// Of two of what there is one of, either could be meant.
TEST(BadDocument, ASecondOneIsRefused) {
  const std::string fields = "<DataField name=\"y\" optype=\"continuous\" dataType=\"double\"/>", schema = "<MiningSchema><MiningField name=\"y\" usageType=\"target\"/></MiningSchema>";
  const auto refuses = [&](const std::string& model, const std::string& what) {
    const std::string messages = Scoring(document(fields, model)).messages();
    EXPECT_NE(messages.find("error: a second " + what), std::string::npos) << messages;
  };
  const auto series = [&](const std::string& algorithm, const std::string& content) {
    return "<TimeSeriesModel functionName=\"timeSeries\" bestFit=\"" + algorithm + "\">" + schema + content + "</TimeSeriesModel>";
  };
  const std::string level = "<Level smoothedValue=\"1\"/>", array = "<Array type=\"real\">0.5</Array>";
  refuses(series("ExponentialSmoothing", "<ExponentialSmoothing>" + level + level + "</ExponentialSmoothing>"), "Level in one ExponentialSmoothing");
  refuses(series("ARIMA", "<ARIMA/><ARIMA constantTerm=\"3\"/>"), "ARIMA in one model");
  refuses(series("ARIMA", "<ARIMA><NonseasonalComponent p=\"1\"><AR>" + array + array + "</AR></NonseasonalComponent></ARIMA>"), "Array in one AR");
  const std::string normal = "<Baseline><GaussianDistribution mean=\"0\" variance=\"1\"/></Baseline>";
  refuses("<BaselineModel functionName=\"regression\">" + schema + "<TestDistributions field=\"y\" testStatistic=\"zValue\">" + normal + normal + "</TestDistributions></BaselineModel>",
          "Baseline in one TestDistributions");
  // What has no attributes, and what has nothing inside.
  const std::string named = "<Baseline mean=\"1\">" + normal.substr(10);
  EXPECT_NE(Scoring(document(fields, "<BaselineModel functionName=\"regression\">" + schema + "<TestDistributions field=\"y\" testStatistic=\"zValue\">" + named + "</TestDistributions></BaselineModel>"))
                .messages().find("attribute 'mean' of 'Baseline' is not supported"), std::string::npos);
  EXPECT_NE(Scoring(document(fields, series("ExponentialSmoothing", "<ExponentialSmoothing><Level smoothedValue=\"1\">" + array + "</Level></ExponentialSmoothing>")))
                .messages().find("element 'Array' in 'Level' is not supported"), std::string::npos);
  std::string function = series("ExponentialSmoothing", "<ExponentialSmoothing>" + level + "</ExponentialSmoothing>");
  EXPECT_NE(Scoring(document(fields, function.replace(function.find("timeSeries\""), 11, "forecast\""))).messages().find("functionName='forecast'"), std::string::npos);
  // Rows of a Matrix are Arrays.
  const Scoring matrix(document(fields, series("StateSpaceModel", "<StateSpaceModel><StateVector>" + array + "</StateVector><TransitionMatrix><Matrix>" + array +
                                                                      "</Matrix></TransitionMatrix><MeasurementMatrix><Matrix>" + array + array + "</Matrix></MeasurementMatrix></StateSpaceModel>")));
  EXPECT_EQ(matrix.messages().find("a second"), std::string::npos) << matrix.messages();
}

TEST(OldDocument, VersionFromItsNamespaceAndBlanksBeforeTheDeclaration) {
  const std::string rest =
      "><Header/><DataDictionary><DataField name=\"x\" optype=\"continuous\" dataType=\"double\"/></DataDictionary>"
      "<RegressionModel functionName=\"regression\"><MiningSchema><MiningField name=\"x\"/></MiningSchema>"
      "<RegressionTable intercept=\"1\"><NumericPredictor name=\"x\" coefficient=\"2\"/></RegressionTable>"
      "</RegressionModel></PMML>";
  Scoring s("\n  <?xml version=\"1.0\"?>\n<PMML xmlns=\"http://www.dmg.org/PMML-4_2\"" + rest);
  EXPECT_EQ(s.score({{"x", "3"}}, "_target"), "7");
  EXPECT_NE(s.messages().find("test.pmml:3:1: warning: 'PMML' has no attribute 'version'; by its namespace it is 4.2"),
            std::string::npos)
      << s.messages();
  EXPECT_EQ(s.pipeline().sourceFormat, "PMML 4.2");
  EXPECT_FALSE(Scoring("<PMML" + rest).ok());
}

// What has no sense as NaN is invalid where it stands.
TEST(BadDocument, NaNWhereNoneCanBe) {
  const std::string fields = "<DataField name=\"x\" optype=\"continuous\" dataType=\"double\"/>", schema = "<MiningSchema><MiningField name=\"x\"/></MiningSchema>";
  const auto regression = [&](const std::string& local, const std::string& predictor) {
    return "<RegressionModel functionName=\"regression\">" + schema + local + "<RegressionTable intercept=\"0\"><NumericPredictor " + predictor + " coefficient=\"1\"/></RegressionTable></RegressionModel>";
  };
  const std::string bins = "<LocalTransformations><DerivedField name=\"d\" optype=\"continuous\" dataType=\"double\"><Discretize field=\"x\"><DiscretizeBin binValue=\"1\"><Interval "
                           "closure=\"openOpen\" leftMargin=\"NaN\"/></DiscretizeBin></Discretize></DerivedField></LocalTransformations>";
  const std::string covariate =
      "<GeneralRegressionModel functionName=\"regression\" modelType=\"generalLinear\">" + schema +
      "<ParameterList><Parameter name=\"p\"/></ParameterList><CovariateList><Predictor name=\"x\"/></CovariateList><PPMatrix><PPCell value=\"NaN\" predictorName=\"x\" parameterName=\"p\"/>"
      "</PPMatrix><ParamMatrix><PCell parameterName=\"p\" beta=\"1\"/></ParamMatrix></GeneralRegressionModel>";
  for (const auto& [text, why] : {std::pair<std::string, const char*>{regression("", "name=\"x\" exponent=\"NaN\""), "exponent='NaN'"},
                                  {regression(bins, "name=\"d\""), "leftMargin='NaN'"},
                                  {covariate, "the exponent of a covariate is a number"}}) {
    Scoring s(document(fields, text));
    EXPECT_NE(s.messages().find(why), std::string::npos) << s.messages();
  }
}

}  // namespace
}  // namespace kiln::test

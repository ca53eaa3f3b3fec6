// TextModel. Three documents with the counts good bad fine = (2, 0, 1), (0, 3, 1), (1, 1, 0), and the text "bad good Bad.", whose
// counts are (1, 2, 0). Expected values are the formulas of PMML's page in plain Python, with logarithms to base 10.
#include <cstdlib>

#include "tests/pmml/scoring.h"

namespace kiln::test {
namespace {

std::string model(const std::string& normalization, const std::string& similarity, const std::string& more = "", const std::string& counts = "",
                  const std::string& function = "classification") {
  return document(R"(<DataField name="t" optype="categorical" dataType="string"/><DataField name="d" optype="categorical" dataType="string"/>)",
                  "<TextModel functionName=\"" + function + R"(" numberOfTerms="3" numberOfDocuments="3"><MiningSchema><MiningField name="t"/>
<MiningField name="d" usageType="target"/></MiningSchema><Output><OutputField name="one" feature="affinity" value="d1"/>
<OutputField name="two" feature="affinity" value="d2"/><OutputField name="best" feature="affinity"/>
<OutputField name="second" feature="entityId" rank="2"/></Output>
<TextDictionary><Taxonomy name="words"><ChildParent childField="c" parentField="p"><InlineTable/></ChildParent></Taxonomy>
<Array n="3" type="string">Good bad fine</Array></TextDictionary>
<TextCorpus><TextDocument id="d1" name="first" length="3" file="1.txt"/><TextDocument id="d2"/><TextDocument id="d3"/></TextCorpus>
<DocumentTermMatrix><Matrix>)" + (counts.empty() ? R"(<Array n="3" type="real">2 0 1</Array><Array n="3" type="real">0 3 1</Array>
<Array n="3" type="real">1 1 0</Array>)" : counts) + "</Matrix></DocumentTermMatrix>" + normalization + similarity + more + "</TextModel>");
}
std::string weights(const std::string& local, const std::string& global, const std::string& document = "none") {
  return "<TextModelNormalization localTermWeights=\"" + local + "\" globalTermWeights=\"" + global + "\" documentNormalization=\"" + document + "\"/>";
}
const std::string kCosine = R"(<TextModelSimiliarity similarityType="cosine"/>)", kEuclidean = R"(<TextModelSimiliarity similarityType="euclidean"/>)";
const Row kText{{"t", "bad good Bad."}};

void expect(const std::string& document, const std::string& best, double one, double two) {
  Scoring s(document);
  const Row result = s.score(kText);
  EXPECT_EQ(result.at("d"), best);
  EXPECT_NEAR(std::strtod(result.at("one").c_str(), nullptr), one, 1e-14);
  EXPECT_NEAR(std::strtod(result.at("two").c_str(), nullptr), two, 1e-14);
}

TEST(TextModel, LocalWeights) {
  expect(model(weights("termFrequency", "none"), kCosine), "d3", 0.4, 0.848528137423857);
  expect(model(weights("binary", "none"), kCosine), "d3", 0.5, 0.5);
  expect(model(weights("logarithmic", "none"), kCosine), "d3", 0.4512854801774797, 0.7564498995710138);
  expect(model(weights("augmentedNormalizedTermFrequency", "none"), kCosine), "d3", 0.48, 0.665640235470275);
  expect(model("", ""), "d3", 0.4, 0.848528137423857);   // without either element: frequencies, cosine
}

TEST(TextModel, GlobalWeights) {
  expect(model(weights("termFrequency", "GFIDF"), kCosine), "d3", 0.33310494458892237, 0.9235894114608539);
  expect(model(weights("termFrequency", "normal"), kCosine), "d3", 0.45291081365783825, 0.6546536707079771);
  expect(model(weights("termFrequency", "inverseDocumentFrequency"), kEuclidean), "d3", 0.4313337328506666, 0.30499900745321307);
  expect(model("<TextModelNormalization/>", kEuclidean), "d3", 0.4313337328506666, 0.30499900745321307);   // the attributes' defaults
  expect(model(weights("termFrequency", "probabilisticInverse"), kEuclidean), "d3", 0.7373698866489865, 0.5213992470922543);
  expect(model(weights("logarithmic", "normal"), kEuclidean), "d3", 0.27253554743999503, 0.25493981562939);
}

// The best document is d3, as above; its class is the third label.
TEST(TextModel, ClassLabelsNameTheClasses) {
  const std::string labels = R"(<ClassLabels><Array n="3" type="string">up down "so so"</Array></ClassLabels>)";
  expect(model("", "", labels), "so so", 0.4, 0.848528137423857);
  EXPECT_NE(Scoring(model("", "", R"(<ClassLabels><Array n="1" type="string">up</Array></ClassLabels>)")).messages().find("names 1 classes for 3 documents"), std::string::npos);
}

// The same counts as cells, in a matrix that calls itself sparse.
TEST(TextModel, SparseMatrices) {
  const std::string cells = R"(<MatCell row="1" col="1">2</MatCell><MatCell row="1" col="3">1</MatCell><MatCell row="2" col="2">3</MatCell>
<MatCell row="2" col="3">1</MatCell><MatCell row="3" col="1">1</MatCell><MatCell row="3" col="2">1</MatCell>)";
  std::string text = model("", "", "", cells);
  text.replace(text.find("<Matrix>"), 8, R"(<Matrix kind="sparse" nbRows="3" nbCols="3">)");
  expect(text, "d3", 0.4, 0.848528137423857);
}

TEST(TextModel, DocumentNormalization) {
  expect(model(weights("augmentedNormalizedTermFrequency", "GFIDF", "cosine"), kEuclidean), "d3", 1.0597141280357771, 0.5884740350101005);
  expect(model(weights("termFrequency", "none", "cosine"), kCosine), "d3", 0.4, 0.848528137423857);
}

TEST(TextModel, Results) {
  Scoring s(model(weights("termFrequency", "none"), kCosine));
  EXPECT_EQ(s.score(kText, "second"), "d2");
  EXPECT_NEAR(std::strtod(s.score(kText, "best").c_str(), nullptr), 0.9486832980505138, 1e-15);
  EXPECT_EQ(s.score({{"t", "fine bad bad bad bad"}}, "d"), "d2");
  EXPECT_EQ(s.score({}, "d"), "");
  // A text without any term is like no document; under euclidean it has distances.
  EXPECT_EQ(s.score({{"t", "nothing of this"}}, "d"), "!");
  EXPECT_EQ(Scoring(model(weights("termFrequency", "none"), kEuclidean)).score({{"t", "nothing of this"}}, "d"), "d3");
  EXPECT_EQ(Scoring(model("", "", "", "", "clustering")).score(kText, "second"), "d2");
}

TEST(TextModel, Refusals) {
  const auto refuses = [](const std::string& document, const std::string& words) {
    Scoring s(document);
    EXPECT_FALSE(s.ok());
    EXPECT_NE(s.messages().find(words), std::string::npos) << s.messages();
  };
  refuses(model("", "", "", "", "regression"), "functionName 'regression'");
  refuses(model(weights("sometimes", "none"), ""), "localTermWeights");
  refuses(model("", R"(<TextModelSimiliarity similarityType="other"/>)"), "similarityType");
  refuses(model("", "", R"(<ClassLabels/>)"), "ClassLabels");
  refuses(model("", "", "", R"(<Array n="2" type="real">2 0</Array><Array n="2" type="real">0 3</Array>)"), "3 documents by 3 terms");
  refuses(model("", "", "", R"(<Array n="3" type="real">2 0 1</Array><Array n="3" type="real">0 -3 1</Array><Array n="3" type="real">1 1 0</Array>)"),
          "a count is not negative");
  refuses(model(weights("termFrequency", "probabilisticInverse"), "", "",
                R"(<Array n="3" type="real">2 1 1</Array><Array n="3" type="real">0 3 1</Array><Array n="3" type="real">1 1 0</Array>)"),
          "not finite for term 'bad'");
  std::string none = model("", "");
  const std::string terms = R"(<Array n="3" type="string">Good bad fine</Array>)";
  refuses(none.replace(none.find(terms), terms.size(), R"(<Array n="0" type="string"/>)"), "has no term");
}

}  // namespace
}  // namespace kiln::test

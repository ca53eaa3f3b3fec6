// The JSON that a scorer carries: its facts, its canonical form, and the note.
#include "compiler/codegen/describe.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "compiler/codegen/elf_read.h"
#include "compiler/ir/all_nodes.h"
#include "compiler/ir/all_tables.h"
#include "compiler/ir/builder.h"

using namespace kiln;
using nlohmann::json;

namespace {

ir::Pipeline sample() {
  ir::Pipeline p;
  p.name = "credit", p.sourceFormat = "PMML 4.4", p.sourceSha256 = "aa";
  p.provenance = {{"producer", "R"}, {"trained", "2026-01-01"}};
  ir::Builder b(p);
  ir::Input age;
  age.field = "age", age.low = 0.1, age.high = std::numeric_limits<double>::infinity(),
  age.description = "missing is 40";
  const ir::ValueId x = b.add(age, {}, "age");
  ir::Dict towns;
  towns.text = {"Brno", "Žďár \"n/S\""}, towns.open = true;
  ir::Input town;
  town.field = "town", town.elem = ir::Elem::cat, town.dict = b.table(towns, "towns"),
  town.opType = ir::Input::categorical;
  b.add(town, {}, "town");
  ir::Output score;
  score.field = "score", score.feature = ir::Output::probability, score.of = "yes";
  b.add(score, {b.add(ir::Check(), {x})});
  return p;
}

codegen::ArtefactFacts facts() {
  codegen::ArtefactFacts f;
  f.modelVersion = "7", f.contentSha256 = "bb", f.compiler = "kiln", f.target = "x86_64-linux", f.tiers = {"v2", "v3"};
  f.tags = {{"producer", "me"}}, f.sizes = {{"tables", 128}};
  return f;
}

TEST(Describe, FactsOfModelAndScorer) {
  const json j = json::parse(codegen::describeJson(sample(), facts()));
  EXPECT_EQ(j["identity"]["name"], "credit");
  EXPECT_EQ(j["identity"]["version"], "7");
  EXPECT_EQ(j["identity"]["tiers"], "v2 v3");
  EXPECT_EQ(j["identity"]["provenance"], json({{"producer", "me"}, {"trained", "2026-01-01"}}));
  ASSERT_EQ(j["inputs"].size(), 2u);
  EXPECT_EQ(j["inputs"][0]["name"], "age");
  EXPECT_EQ(j["inputs"][0]["type"], "f64");
  EXPECT_EQ(j["inputs"][0]["range"], json::array({0.1, nullptr}));
  EXPECT_EQ(j["inputs"][0]["treatment"], "missing is 40");
  EXPECT_EQ(j["inputs"][1]["type"], "str");
  EXPECT_EQ(j["inputs"][1]["optype"], "categorical");
  EXPECT_EQ(j["inputs"][1]["categories"], json::array({"Brno", "Žďár \"n/S\""}));
  EXPECT_EQ(j["inputs"][1]["other_categories"], true);
  EXPECT_EQ(j["outputs"][0]["result"], "probability");
  EXPECT_EQ(j["outputs"][0]["of"], "yes");
  EXPECT_EQ(j["counts"]["inputs"], 2);
  EXPECT_EQ(j["counts"]["categories"], 2);
  EXPECT_EQ(j["sizes"]["tables"], 128);
}

TEST(Describe, CanonicalAndExact) {
  const std::string text = codegen::describeJson(sample(), facts());
  EXPECT_EQ(text, codegen::describeJson(sample(), facts()));
  EXPECT_EQ(text, json::parse(text).dump()) << "keys are sorted, without blanks";
  EXPECT_NE(text.find("\"range\":[0.1,null]"), std::string::npos) << "shortest numbers";
  EXPECT_EQ(json::parse(codegen::describeJson(sample(), {}))["identity"].contains("tiers"), false)
      << "a model has no tiers";
}

TEST(Describe, LabelsThatAreNotUtf8) {
  ir::Pipeline p = sample();
  p.name =
      "a\xff"
      "b";
  EXPECT_EQ(json::parse(codegen::describeJson(p, {}))["identity"]["name"],
            "a\xef\xbf\xbd"
            "b");
}

// The layout of an ELF note: sizes of name and text, type, then both padded to four bytes.
TEST(Describe, Note) {
  const std::string note = codegen::noteSection(sample(), facts());
  const std::string text =
      R"({"abi":[1,0],"compiler":"kiln","content_sha256":"bb","name":"credit","source":"PMML 4.4","source_sha256":"aa","tiers":"v2 v3","version":"7"})";
  ASSERT_EQ(note.size() % 4, 0u);
  EXPECT_EQ(note.substr(0, 4), std::string("\5\0\0\0", 4));
  EXPECT_EQ(static_cast<unsigned char>(note[4]), text.size());
  EXPECT_EQ(note.substr(8, 12), std::string("\1\0\0\0kiln\0\0\0\0", 12));
  EXPECT_EQ(note.substr(20, text.size()), text);
}

}  // namespace

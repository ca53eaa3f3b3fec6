// The command line as a build step and a shell see it: exit codes, streams, what is left behind.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <nlohmann/json.hpp>
#include <sstream>

namespace {

struct Outcome {
  int code;
  std::string out, err;
};

class Verbs : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/kiln-verbs-XXXXXX";
    folder = mkdtemp(name);
    std::filesystem::copy(KILN_SOURCE_DIR "/docs/examples", folder);
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  std::string read(const std::string& path) const {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return std::move(text).str();
  }
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder + "/" + name, std::ios::binary) << text; }
  /// Runs kiln with these words in the folder.
  Outcome kiln(const std::string& words, const std::string& input = "") const {
    write(".in", input);
    const std::string command = "cd " + folder + " && " KILN_BINARY " " + words + " < .in > .out 2> .err";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read(folder + "/.out"), read(folder + "/.err")};
  }
  bool there(const std::string& name) const { return std::filesystem::exists(folder + "/" + name); }
  std::string folder;
};

TEST_F(Verbs, CompileScoreInspect) {
  ASSERT_EQ(kiln("compile loan.pmml -o loan.so --depfile loan.d --emit so,header,ir,json --tag team=risk --model-version 7").code, 0);
  EXPECT_EQ(read(folder + "/loan.d"), "loan.so loan.h loan.ir loan.json: loan.pmml\n");
  EXPECT_NE(read(folder + "/loan.h").find("loan_IN_income"), std::string::npos);
  const Outcome scored = kiln("score loan.so -i loan.csv --outputs risk --id-columns region --status-column why");
  EXPECT_EQ(scored.code, 0);
  // Worked by hand: tree 1 gives 0.7 (burden 0.75, west), tree 2 0.9 (income below 25,000).
  EXPECT_EQ(scored.out.substr(0, scored.out.find('\n', 16) + 1), "region,risk,why\nwest,1.6,ok\n");
  const auto facts = nlohmann::json::parse(kiln("inspect loan.so --json --lint").out);
  EXPECT_EQ(facts["identity"]["name"], "loan");
  EXPECT_EQ(facts["identity"]["version"], "7");
  EXPECT_EQ(facts["inputs"][2]["name"], "region");
  EXPECT_TRUE(facts["lint"].empty());
  // The IR text that compile leaves behind is a model that gives the same scores.
  EXPECT_EQ(kiln("score loan.ir -i loan.csv").out, kiln("score loan.so -i loan.csv").out);
  EXPECT_EQ(kiln("score loan.pmml --interpret -i loan.csv").out, kiln("score loan.so -i loan.csv").out);
}

TEST_F(Verbs, EqualInputGivesEqualBytes) {
  ASSERT_EQ(kiln("compile loan.pmml -o a.so").code, 0);
  ASSERT_EQ(kiln("compile loan.pmml -o b.so").code, 0);
  EXPECT_EQ(read(folder + "/a.so"), read(folder + "/b.so"));
}

TEST_F(Verbs, IdentityTellsOptionsApart) {
  const auto digest = [&](const std::string& options) {
    EXPECT_EQ(kiln("compile loan.pmml -o loan.so --cpu v2 " + options).code, 0) << options;
    return nlohmann::json::parse(kiln("inspect loan.so --json").out)["identity"]["options_sha256"].get<std::string>();
  };
  const std::string plain = digest("");
  for (const char* options : {"--precision=double", "--semantics=jpmml", "--max-list-items 8", "--max-tokens 8", "--max-horizon 8", "--strategy walk"}) EXPECT_NE(digest(options), plain) << options;
  for (const char* options : {"--max-time 300", "--max-memory 3000000000"}) EXPECT_EQ(digest(options), plain) << options;   // they decide no byte
}

TEST_F(Verbs, IdentityKnowsTheTablesOfADocument) {
  write("prices.pmml", R"(<PMML version="4.4" xmlns="http://www.dmg.org/PMML-4_4"><Header/>
<DataDictionary><DataField name="x" optype="categorical" dataType="string"/></DataDictionary>
<TransformationDictionary><DerivedField name="m" optype="continuous" dataType="double"><MapValues outputColumn="out">
<FieldColumnPair field="x" column="in"/><TableLocator/></MapValues></DerivedField></TransformationDictionary>
<RegressionModel functionName="regression"><MiningSchema><MiningField name="x"/></MiningSchema>
<RegressionTable intercept="1"><NumericPredictor name="m" coefficient="10"/></RegressionTable></RegressionModel></PMML>)");
  write("m.csv", "in,out\na,2\n");
  ASSERT_EQ(kiln("compile prices.pmml -o prices.so --cpu v2 --table m=m.csv").code, 0);
  const auto facts = nlohmann::json::parse(kiln("inspect prices.so --json").out);
  EXPECT_EQ(facts["identity"]["provenance"]["table m"], "fa3074da7583066423f087ef6168d8a715127d19bc25beb826d57fded2102829");   // sha256sum m.csv
}

TEST_F(Verbs, TablesInEveryFormat) {
  const std::string rows = "{\"income\": 20000, \"debt\": 15000, \"region\": \"west\"}\n{\"income\": -5, \"debt\": 1, \"region\": null}\n";
  const Outcome json = kiln("score loan.pmml --interpret --input-format ndjson --output-format ndjson --outputs risk --status-column s", rows);
  EXPECT_EQ(json.out, "{\"risk\":1.6,\"s\":\"ok\"}\n{\"risk\":null,\"s\":\"invalid value in 'income'\"}\n");
  const Outcome tabs = kiln("score loan.pmml --interpret --output-format tsv --outputs risk,margin", "income\tdebt\tregion\n20000\t15000\twest\n");
  EXPECT_EQ(tabs.out, "risk\tmargin\n1.6\t1.6\n");
}

// x adds up from 10, but for rows without a result; each row gets back what the last one with a result gave.
TEST_F(Verbs, StatesGoFromRowToRow) {
  write("sum.ir", R"(pipeline "sum" {
  %x = input field "x" nan missing
  %state = input field "before" role state reset 10 nullable false
  %sum = add %x, %state
  %next = coalesce %sum, %state
  output %sum field "sum"
  output %next field "after" feeds "before"
}
)");
  ASSERT_EQ(kiln("compile sum.ir -o sum.so").code, 0);
  const std::string rows = "x,y\n1,\n2,\n,\noops,\n4,\n";
  const std::string scored = "sum,s\n11,ok\n13,ok\n,ok\n,value of the wrong type in 'x'\n17,ok\n";
  EXPECT_EQ(kiln("score sum.so --status-column s", rows).out, scored);
  EXPECT_EQ(kiln("score sum.ir --interpret --status-column s", rows).out, scored);
  // What feeds a state is shown where it is asked for; rows of other shards count.
  EXPECT_EQ(kiln("score sum.so --outputs after", rows).out, "after\n11\n13\n13\n\"\"\n17\n");
  EXPECT_EQ(kiln("score sum.so --shard 0/2", rows).out, "sum\n11\n\"\"\n17\n");
  const auto facts = nlohmann::json::parse(kiln("inspect sum.so --json").out);
  EXPECT_EQ(facts["inputs"][1]["role"], "state");
  EXPECT_EQ(facts["inputs"][1]["reset"], 10);
  EXPECT_EQ(facts["outputs"][1]["feeds"], "before");
}

TEST_F(Verbs, RowsWithoutResult) {
  const std::string rows = "income,debt,region\n-5,1,north\n20000,15000,west\n";
  EXPECT_EQ(kiln("score loan.pmml --interpret --outputs risk", rows).out, "risk\n\"\"\n1.6\n");
  EXPECT_EQ(kiln("score loan.pmml --interpret --outputs risk --on-error skip", rows).out, "risk\n1.6\n");
  const Outcome stopped = kiln("score loan.pmml --interpret --outputs risk --on-error fail", rows);
  EXPECT_EQ(stopped.code, 3);
  EXPECT_NE(stopped.err.find("line 2: invalid value in 'income'"), std::string::npos) << stopped.err;
}

TEST_F(Verbs, AbsentAndDoubleColumns) {
  const Outcome absent = kiln("score loan.pmml --interpret --outputs risk", "debt,region\n1,north\n");
  EXPECT_EQ(absent.code, 0);
  EXPECT_NE(absent.err.find("warning: the table lacks columns that the model reads: 'income'"), std::string::npos) << absent.err;
  EXPECT_EQ(kiln("score loan.pmml --interpret --strict-columns", "debt,region\n1,north\n").code, 3);
  EXPECT_EQ(kiln("score loan.pmml --interpret", "debt,debt,region,income\n1,2,north,3\n").code, 3);
  EXPECT_EQ(kiln("score loan.pmml --interpret --outputs nothing", "debt,region,income\n1,north,3\n").code, 2);
}

TEST_F(Verbs, ShardsTogetherAreTheWhole) {
  std::string rows = "income,debt,region\n", whole;
  for (int i = 0; i < 5000; i++) rows += std::to_string(20000 + i) + "," + std::to_string(i * 7 % 30000) + ",west\n";
  write("rows.csv", rows);
  std::multiset<std::string> all, parts;
  auto add = [](const std::string& text, std::multiset<std::string>& to) {
    std::istringstream lines(text);
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) to.insert(line);
  };
  add(kiln("score loan.pmml --interpret -i rows.csv --id-columns income --outputs risk").out, all);
  for (const char* shard : {"0/3", "1/3", "2/3"})
    add(kiln(std::string("score loan.pmml --interpret -i rows.csv --id-columns income --outputs risk --shard ") + shard).out, parts);
  EXPECT_EQ(all.size(), 5000u);
  EXPECT_EQ(all, parts);
  // Any number of threads writes the same bytes.
  EXPECT_EQ(kiln("score loan.pmml --interpret -i rows.csv --threads 1").out, kiln("score loan.pmml --interpret -i rows.csv --threads 7").out);
}

TEST_F(Verbs, ExitCodes) {
  EXPECT_EQ(kiln("").code, 2);
  EXPECT_EQ(kiln("frobnicate").code, 2);
  EXPECT_EQ(kiln("--help").code, 0);
  EXPECT_EQ(kiln("--version").out, "kiln 0.1.0\n");
  EXPECT_EQ(kiln("compile loan.pmml --cpu v9").code, 2);
  EXPECT_EQ(kiln("compile nothing.pmml").code, 3);
  write("text.pmml", "not a model");
  EXPECT_EQ(kiln("check text.pmml").code, 3);
  write("old.pmml", "<PMML version=\"4.4\" xmlns=\"http://www.dmg.org/PMML-4_4\"><Header/><DataDictionary/></PMML>");
  EXPECT_NE(kiln("check old.pmml").code, 0);
  EXPECT_EQ(kiln("compile loan.pmml -o /nowhere/loan.so").code, 7);
  EXPECT_EQ(kiln("check loan.pmml --max-file-bytes 10").code, 5);
  write("bad.so", "\x7f" "ELF but not really");
  EXPECT_EQ(kiln("score bad.so -i loan.csv").code, 8);
  EXPECT_EQ(kiln("inspect bad.so").code, 3);
  EXPECT_FALSE(there("loan.so"));
}

TEST_F(Verbs, ARefusedModelLeavesNoScorerAndSaysWhere) {
  std::string model = read(folder + "/loan.pmml");
  model.replace(model.find("operator=\"lessThan\""), 19, "operator=\"smaller\"");
  write("wrong.pmml", model);
  const Outcome run = kiln("compile wrong.pmml -o wrong.so");
  EXPECT_EQ(run.code, 3);
  EXPECT_FALSE(there("wrong.so"));
  EXPECT_NE(run.err.find("wrong.pmml:53:"), std::string::npos) << run.err;
  EXPECT_NE(run.err.find("error:"), std::string::npos);
  EXPECT_NE(run.err.find("^"), std::string::npos);
  const auto report = nlohmann::json::parse(kiln("check wrong.pmml --message-format json").err);
  EXPECT_EQ(report["diagnostics"][0]["line"], 53);
  EXPECT_EQ(report["diagnostics"][0]["severity"], "error");
}

TEST_F(Verbs, VerifyComparesAndExplainsTheFirstDifference) {
  write("expect.csv", "risk,margin\n1.6,1.6\n-0.6,-0.6\n0.5,0.5\n-0.1,-0.1\n,\n-0.6,-0.6\n");
  EXPECT_EQ(kiln("verify loan.pmml --interpret --data loan.csv --expect expect.csv").code, 0);
  write("expect.csv", "risk\n1.6\n-0.7\n0.5\n-0.1\n\"\"\n-0.6\n");
  const Outcome run = kiln("verify loan.pmml --interpret --data loan.csv --expect expect.csv");
  EXPECT_EQ(run.code, 6);
  EXPECT_NE(run.out.find("1 of 6 values differ in 6 rows"), std::string::npos) << run.out;
  EXPECT_NE(run.out.find("row 2, 'risk': expected -0.7, got -0.6000000000000001"), std::string::npos) << run.out;
}

}  // namespace

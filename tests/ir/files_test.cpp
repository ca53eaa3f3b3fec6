// Every tests/ir/*.ir: what it expects of the parser, the verifier and the evaluator, and that its text goes both ways.
#include <gtest/gtest.h>

#include "compiler/ir/columns.h"
#include "compiler/ir/evaluate.h"
#include "compiler/ir/parse.h"
#include "compiler/ir/print.h"
#include "tests/ir/ir_file.h"

namespace kiln::tests {

static const std::vector<IrFile>& files() {
  static const std::vector<IrFile> all = readIrFiles(KILN_SOURCE_DIR "/tests/ir");
  return all;
}

/// Every diagnostic is expected on its line, and every expectation met.
static void expectErrors(const IrFile& file, const Diagnostics& diagnostics) {
  std::vector<bool> met(file.errors.size());
  for (const Diagnostic& d : diagnostics.all()) {
    bool expected = false;
    for (size_t i = 0; i < met.size(); i++)
      if (file.errors[i].line == d.line && d.message.find(file.errors[i].message) != std::string::npos)
        met[i] = expected = true;
    EXPECT_TRUE(expected) << file.name << ':' << d.line << ':' << d.column << ": " << d.message;
  }
  for (size_t i = 0; i < met.size(); i++)
    EXPECT_TRUE(met[i]) << file.name << ':' << file.errors[i].line << ": no error '" << file.errors[i].message << "'";
}

static void expectRuns(const IrFile& file, const ir::Pipeline& pipeline) {
  ir::Evaluator evaluator(pipeline);
  size_t inputs = ir::inputColumns(pipeline).size(), outputs = ir::outputColumns(pipeline).size();
  for (const RunLine& run : file.runs) {
    ASSERT_EQ(run.inputs.size(), inputs) << file.name << ':' << run.line;
    std::vector<kiln_cell> out(outputs);
    kiln_status status;
    evaluator.evaluate(run.inputs.data(), out.data(), &status);
    EXPECT_EQ(spellOutcome(out, status), run.outcome) << file.name << ':' << run.line << ": " << run.text;
  }
}

TEST(IrFiles, hold) {
  ASSERT_FALSE(files().empty());
  for (const IrFile& file : files()) {
    Source source(file.name, file.text);
    Diagnostics diagnostics;
    auto pipeline = ir::parse(source, diagnostics);
    EXPECT_EQ(pipeline.has_value(), file.errors.empty()) << file.name;
    expectErrors(file, diagnostics);
    if (pipeline) expectRuns(file, *pipeline);
  }
}

TEST(IrFiles, printAndParseBack) {
  for (const IrFile& file : files()) {
    if (!file.errors.empty()) continue;
    Source source(file.name, file.text);
    Diagnostics diagnostics;
    auto pipeline = ir::parse(source, diagnostics);
    ASSERT_TRUE(pipeline) << file.name;
    std::string once = ir::print(*pipeline);
    Source printed("printed", once);
    auto again = ir::parse(printed, diagnostics);
    ASSERT_TRUE(again) << once << "\n" << (diagnostics.all().empty() ? "" : diagnostics.all()[0].message);
    EXPECT_EQ(ir::print(*again), once);
    expectRuns(file, *again);
  }
}

}  // namespace kiln::tests

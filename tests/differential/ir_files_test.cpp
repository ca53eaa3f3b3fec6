// Every tests/ir/*.ir compiled: as it is and after the passes, each tier and each batch gives what the evaluator gives.
#include <gtest/gtest.h>

#include "compiler/ir/parse.h"
#include "compiler/passes/runner.h"
#include "tests/differential/harness.h"
#include "tests/ir/ir_file.h"

namespace kiln::test {

TEST(IrFiles, CompiledAsEvaluated) {
  int compiled = 0;
  for (const tests::IrFile& file : tests::readIrFiles(KILN_SOURCE_DIR "/tests/ir")) {
    if (!file.errors.empty()) continue;
    Source source(file.name, file.text);
    Diagnostics diagnostics;
    auto pipeline = ir::parse(source, diagnostics);
    ASSERT_TRUE(pipeline) << file.name;
    std::vector<Row> rows;
    for (const tests::RunLine& run : file.runs) rows.push_back(run.inputs);
    EXPECT_EQ(differences(*pipeline, rows), std::vector<std::string>()) << file.name;
    ASSERT_TRUE(passes::run(*pipeline, "", diagnostics));
    EXPECT_EQ(differences(*pipeline, rows), std::vector<std::string>()) << file.name << " after the passes";
    compiled++;
  }
  EXPECT_GT(compiled, 0);
}

}  // namespace kiln::test

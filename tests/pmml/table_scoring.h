// Scores tables with the reference evaluator as `kiln score` does: rows that need others, states.
#pragma once
#include <sys/mman.h>
#include <unistd.h>

#include "compiler/cli/data/score_stream.h"
#include "tests/pmml/scoring.h"

namespace kiln::test {

/// The scores of a table, as text.
inline std::string scores(const std::string& document, const std::string& table, uint64_t listItems = 1024) {
  Source source("test.pmml", document);
  Diagnostics diagnostics;
  pmml::ImportOptions options;
  options.limits.listItems = listItems;
  auto pipeline = pmml::import(source, options, diagnostics);
  std::ostringstream shown;
  diagnostics.print(shown, source, false);
  if (!pipeline) return shown.str();
  for (const ir::Problem& problem : ir::verify(*pipeline))
    ADD_FAILURE() << problem.message << "\n" << ir::print(*pipeline);
  const auto scorer = data::interpreter(std::make_shared<ir::Pipeline>(std::move(*pipeline)));
  const int in = memfd_create("in", 0), out = memfd_create("out", 0);
  EXPECT_EQ(write(in, table.data(), table.size()), static_cast<ssize_t>(table.size()));
  lseek(in, 0, SEEK_SET);
  data::ScoreOptions scoring;
  scoring.statusColumn = "status";
  const data::ScoreResult result = data::scoreStream(*scorer, scoring, in, out);
  std::string text(static_cast<size_t>(lseek(out, 0, SEEK_END)), ' ');
  EXPECT_EQ(pread(out, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  close(in), close(out);
  return result.exitCode ? result.error : text;
}

}  // namespace kiln::test

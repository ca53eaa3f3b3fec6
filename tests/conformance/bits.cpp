// Conformance models, compiled: every tier, one row and batches, gives the evaluator's bits.
//
//   bits [--rows N] [--seconds S] LIST        LIST: lines of MODEL<tab>TABLE. No model is begun after S seconds; 0: no limit
//
// Models that Kiln refuses are counted and left out: the conformance suite itself holds them to their line.
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>

#include "compiler/cli/data/score_stream.h"
#include "compiler/driver/load.h"
#include "tests/differential/harness.h"

namespace {

using namespace kiln;

// The first rows of a table as cells; the texts live in `keep`.
std::vector<test::Row> readRows(const std::string& path, const data::RowScorer& scorer, size_t most, std::vector<std::unique_ptr<std::string>>& keep) {
  std::vector<test::Row> rows;
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  data::RecordReader reader(fd, data::TextFormat::csv);
  std::string error, chunk;
  std::vector<data::InputBinding> bindings;
  std::vector<std::string> warnings;
  uint64_t line;
  if (fd >= 0 && reader.readHeader(error) && data::bindInputs(scorer, reader.columns(), false, bindings, warnings, error) &&
      reader.next(chunk, line, error)) {
    data::RecordParser parser(reader.format(), reader.columns());
    parser.open(chunk, line);
    std::vector<std::string_view> fields;
    while (rows.size() < most && parser.next(fields, error)) {
      test::Row row;
      for (size_t i = 0; i < scorer.inputs.size(); i++) {
        const data::InputBinding& b = bindings[i];
        keep.push_back(std::make_unique<std::string>(b.column < 0 ? std::string_view() : fields[static_cast<size_t>(b.column)]));
        row.push_back(data::cellOf(*keep.back(), b, scorer.inputs[i], scorer.isPmml()));
      }
      rows.push_back(std::move(row));
    }
  }
  if (fd >= 0) close(fd);
  return rows;
}

enum class Outcome { same, refused, differs };

Outcome checkModel(const std::string& model, const std::string& table, size_t most) {
  Diagnostics diagnostics;
  driver::LoadOptions options;
  auto source = driver::openModel(model, options.limits, diagnostics);
  if (!source) return Outcome::differs;
  driver::Load load = driver::load(*source, options, diagnostics);
  if (!load.pipeline) return Outcome::refused;
  const auto pipeline = std::make_shared<const ir::Pipeline>(std::move(*load.pipeline));
  const auto scorer = data::interpreter(pipeline);
  std::vector<std::unique_ptr<std::string>> keep;
  const auto rows = readRows(table, *scorer, most, keep);
  if (rows.empty()) return Outcome::refused;   // a table of transactions or the like: not one row a record
  const auto found = test::differences(*pipeline, rows);
  for (const std::string& words : found) std::printf("%s: %s\n", model.c_str(), words.c_str());
  return found.empty() ? Outcome::same : Outcome::differs;
}

}  // namespace

int main(int argc, char** argv) {
  size_t most = 300;
  int seconds = 0;
  for (int i = 1; i + 2 < argc; i += 2) {
    if (std::strcmp(argv[i], "--rows") == 0) most = static_cast<size_t>(std::atoi(argv[i + 1]));
    if (std::strcmp(argv[i], "--seconds") == 0) seconds = std::atoi(argv[i + 1]);
  }
  if (argc % 2 != 0) return std::fprintf(stderr, "usage: bits [--rows N] [--seconds S] LIST\n"), 2;
  std::ifstream list(argv[argc - 1]);
  const auto begin = std::chrono::steady_clock::now();
  const auto late = [&] { return seconds != 0 && std::chrono::steady_clock::now() - begin > std::chrono::seconds(seconds); };
  int passed = 0, failed = 0, skipped = 0;
  for (std::string line; !late() && std::getline(list, line);) {
    const size_t tab = line.find('\t');
    const Outcome outcome = checkModel(line.substr(0, tab), line.substr(tab + 1), most);
    (outcome == Outcome::same ? passed : outcome == Outcome::differs ? failed : skipped)++;
    std::fflush(stdout);
  }
  std::printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
  return failed != 0 || passed == 0;
}

// kiln verify: a scorer or model against expected scores, or against the rows that the model itself brings.
#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <iostream>
#include <nlohmann/json.hpp>

#include "compiler/cli/data/score_stream.h"
#include "compiler/cli/verb.h"
#include "compiler/driver/verification.h"

namespace kiln::cli {
namespace {

struct Verify {
  ModelOptions model;
  std::string data, expect;
  double rtol = 1e-6, atol = 1e-9;
  std::vector<std::string> ignore;
  bool interpret = false, json = false;

  int run();

 private:
  int embedded();
  int compare(const std::string& scored);
  int say(uint64_t rows, uint64_t values, uint64_t differing, const std::string& first) const;
};

int Verify::say(uint64_t rows, uint64_t values, uint64_t differing, const std::string& first) const {
  if (json) {
    nlohmann::json report{{"schema", 1}, {"rows", rows}, {"values", values}, {"differing", differing}};
    if (differing) report["first"] = first;
    std::cout << report.dump(2) << "\n";
  } else {
    std::cout << differing << " of " << values << " values differ in " << rows << " rows\n";
    if (differing) std::cout << "first: " << first << "\n";
  }
  return differing ? differs : ok;
}

int Verify::embedded() {
  if (isScorer(model.model)) return fail(usage, "a compiled scorer needs --data and --expect; its model's own rows were checked when it was compiled");
  OpenModel open = openModel(model);
  driver::VerificationResult result;
  if (open.load.pipeline) result = driver::verifyEmbedded(*open.load.pipeline, Severity::error, open.diagnostics);
  show(open.diagnostics, open.source ? &*open.source : nullptr, model.model, model.json);
  if (!open.load.pipeline) return open.diagnostics.exitCode();
  if (result.rows == 0) return fail(usage, "the model brings no verification rows; give --data and --expect");
  return say(result.rows, result.values, result.differing, "see the diagnostics");
}

// Two tables of text, row by row; only the columns of the expected one count.
class TableReader {
 public:
  TableReader(const std::string& path) : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC)), reader_(fd_, data::TextFormat::csv) {}
  ~TableReader() {
    if (fd_ >= 0) close(fd_);
  }
  bool begin(std::string& error) {
    if (fd_ < 0) return error = std::strerror(errno), false;
    if (!reader_.readHeader(error)) return false;
    parser_ = std::make_unique<data::RecordParser>(reader_.format(), reader_.columns());
    return true;
  }
  const std::vector<std::string>& columns() const { return reader_.columns(); }
  bool next(std::vector<std::string_view>& fields, std::string& error) {
    while (true) {
      if (open_ && parser_->next(fields, error)) return true;
      if (!error.empty()) return false;
      std::string chunk;
      uint64_t line;
      if (!reader_.next(chunk, line, error) || chunk.empty()) return false;
      parser_->open(std::move(chunk), line);
      open_ = true;
    }
  }

 private:
  int fd_;
  data::RecordReader reader_;
  std::unique_ptr<data::RecordParser> parser_;
  bool open_ = false;
};

std::string plain(std::string_view field) { return field == "NA" || field == "N/A" ? "" : std::string(field); }

int Verify::compare(const std::string& scored) {
  TableReader want(expect), got(scored);
  std::string error;
  if (!want.begin(error)) return fail(malformed, expect + ": " + error);
  if (!got.begin(error)) return fail(bug, error);
  std::vector<int> at;
  for (auto& name : want.columns()) {
    const auto found = std::find(got.columns().begin(), got.columns().end(), name);
    const bool skip = std::find(ignore.begin(), ignore.end(), name) != ignore.end();
    if (found == got.columns().end() && !skip) return fail(malformed, expect + " has a column '" + name + "', which is no output of the model",
                                                           "leave it out with --ignore " + name);
    at.push_back(skip ? -1 : static_cast<int>(found - got.columns().begin()));
  }
  uint64_t rows = 0, values = 0, differing = 0;
  std::string first;
  std::vector<std::string_view> e, a;
  while (want.next(e, error)) {
    if (!got.next(a, error)) return fail(differs, expect + " has more rows than the scores (" + std::to_string(rows) + ")");
    rows++;
    for (size_t c = 0; c < e.size(); c++) {
      if (at[c] < 0) continue;
      values++;
      const std::string expected = plain(e[c]), actual = plain(a[static_cast<size_t>(at[c])]);
      if (driver::acceptable(expected, actual, rtol, atol) || differing++ != 0) continue;
      first = "row " + std::to_string(rows) + ", '" + want.columns()[c] + "': expected " + (expected.empty() ? "missing" : expected) + ", got " +
              (actual.empty() ? "missing" : actual) + " (" + std::string(a.back()) + ")";
    }
  }
  if (!error.empty()) return fail(malformed, expect + ": " + error);
  if (got.next(a, error)) return fail(differs, expect + " has fewer rows than the data (" + std::to_string(rows) + ")");
  return say(rows, values, differing, first);
}

int Verify::run() {
  if (data.empty() != expect.empty()) return fail(usage, "--data and --expect go together");
  if (data.empty()) return embedded();
  int code = 0;
  const auto scorer = openScorer(model, interpret, code);
  if (!scorer) return code;
  const int in = open(data.c_str(), O_RDONLY | O_CLOEXEC);
  if (in < 0) return fail(malformed, "cannot read " + data + ": " + std::strerror(errno));
  char scored[] = "/tmp/kiln-XXXXXX";
  const int out = mkstemp(scored);
  if (out < 0) return fail(notWritten, "cannot make a temporary file");
  data::ScoreOptions options;
  options.statusColumn = "kiln_status";
  const auto result = data::scoreStream(*scorer, options, in, out);
  close(in), close(out);
  code = result.exitCode ? fail(static_cast<Exit>(result.exitCode), data + ": " + result.error) : compare(scored);
  unlink(scored);
  return code;
}

}  // namespace

void verifyVerb(CLI::App& program, int& code) {
  auto verify = std::make_shared<Verify>();
  CLI::App* verb = program.add_subcommand("verify", "compare scores with expected ones, or with the rows that a model brings");
  verify->model.add(*verb, "compiled scorer or model");
  verb->add_option("--data", verify->data, "table of inputs");
  verb->add_option("--expect", verify->expect, "table of expected outputs; only its columns are compared");
  verb->add_option("--rtol", verify->rtol, "relative tolerance")->capture_default_str();
  verb->add_option("--atol", verify->atol, "numbers below this are equal to zero")->capture_default_str();
  verb->add_option("--ignore", verify->ignore, "columns of the expected table to leave out")->delimiter(',');
  verb->add_flag("--interpret", verify->interpret, "evaluate the model's IR instead of compiling it");
  verb->add_flag("--json", verify->json, "report as JSON");
  verb->callback([verify, &code] { code = verify->run(); });
}

}  // namespace kiln::cli

// kiln score: a table through a scorer or a model.
#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <iostream>

#include "compiler/cli/data/score_stream.h"
#include "compiler/cli/verb.h"

namespace kiln::cli {
namespace {

struct Score {
  ModelOptions model;
  data::ScoreOptions options;
  std::string input = "-", output = "-", inputFormat, outputFormat, onError = "null", shard, outputs, ids;
  bool interpret = false;

  int run();
  bool resolve(std::string& error);
};

// By name, else by the file's extension, else CSV.
bool formatOf(const std::string& name, const std::string& path, data::TextFormat& format) {
  std::string wanted = name;
  if (wanted.empty()) {
    const size_t dot = path.rfind('.');
    wanted = dot == std::string::npos ? "csv" : path.substr(dot + 1);
  }
  if (wanted == "tsv") format = data::TextFormat::tsv;
  else if (wanted == "ndjson" || wanted == "jsonl") format = data::TextFormat::ndjson;
  else format = data::TextFormat::csv;
  return name.empty() || name == "csv" || name == "tsv" || name == "ndjson";
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  for (size_t at = 0; !list.empty() && at <= list.size();) {
    const size_t comma = std::min(list.find(',', at), list.size());
    parts.push_back(list.substr(at, comma - at));
    at = comma + 1;
  }
  return parts;
}

bool Score::resolve(std::string& error) {
  formatOf(inputFormat, input, options.inputFormat);
  formatOf(outputFormat, output, options.outputFormat);
  options.outputs = split(outputs), options.idColumns = split(ids);
  options.onError = onError == "fail" ? data::OnError::fail : onError == "skip" ? data::OnError::skip : data::OnError::null;
  options.progress = isatty(STDERR_FILENO) != 0;
  if (shard.empty()) return true;
  if (std::sscanf(shard.c_str(), "%u/%u", &options.shard, &options.shards) == 2 && options.shards > 0 && options.shard < options.shards) return true;
  return error = "--shard takes I/N with I below N, not '" + shard + "'", false;
}

int Score::run() {
  std::string error;
  if (!resolve(error)) return fail(usage, error);
  int code = 0;
  const auto scorer = openScorer(model, interpret, code);
  if (!scorer) return code;
  const int in = input == "-" ? STDIN_FILENO : open(input.c_str(), O_RDONLY | O_CLOEXEC);
  if (in < 0) return fail(malformed, "cannot read " + input + ": " + std::strerror(errno));
  const int out = output == "-" ? STDOUT_FILENO : open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (out < 0) return fail(notWritten, "cannot write " + output + ": " + std::strerror(errno));
  const data::ScoreResult result = data::scoreStream(*scorer, options, in, out);
  for (auto& warning : result.warnings) std::cerr << "kiln: warning: " << warning << "\n";
  if (in != STDIN_FILENO) close(in);
  if (out != STDOUT_FILENO && close(out) != 0 && result.exitCode == 0) return fail(notWritten, output + ": " + std::strerror(errno));
  if (result.exitCode) return fail(static_cast<Exit>(result.exitCode), (result.exitCode == 3 ? input + ": " : "") + result.error);
  return 0;
}

}  // namespace

void scoreVerb(CLI::App& program, int& code) {
  auto score = std::make_shared<Score>();
  CLI::App* verb = program.add_subcommand("score", "score a table with a compiled scorer or a model");
  score->model.add(*verb, "compiled scorer, or a model, which is compiled for this machine first");
  verb->add_option("-i,--input", score->input, "table to read ('-': standard input); a model without inputs has a result for each record, or one for an empty table")->capture_default_str();
  verb->add_option("-o,--output", score->output, "scores to write ('-': standard output)")->capture_default_str();
  verb->add_option("--input-format", score->inputFormat, "csv, tsv or ndjson (default: by the file's name; a tab in a csv header means tsv)")
      ->check(CLI::IsMember({"csv", "tsv", "ndjson"}));
  verb->add_option("--output-format", score->outputFormat, "csv, tsv or ndjson (default: by the file's name)")
      ->check(CLI::IsMember({"csv", "tsv", "ndjson"}));
  verb->add_option("--outputs", score->outputs, "A,B: only these outputs, in this order");
  verb->add_option("--id-columns", score->ids, "A,B: columns of the table to copy before the outputs");
  verb->add_option("--status-column", score->options.statusColumn, "add a last column of this name: 'ok', or why a row has no result");
  verb->add_flag("--notes", score->options.notes, "the status also says what was replaced, unknown or not finite");
  verb->add_option("--on-error", score->onError, "a row without result: null (empty outputs), fail (stop, exit 3), skip (leave it out)")
      ->check(CLI::IsMember({"null", "fail", "skip"}))->capture_default_str();
  verb->add_flag("--strict-columns", score->options.strictColumns, "a column that the model reads and the table lacks is an error");
  verb->add_option("--shard", score->shard, "I/N: only the rows whose line number modulo N is I");
  verb->add_option("--threads", score->options.threads, "threads (default: all cores)");
  verb->add_flag("--interpret", score->interpret, "evaluate the model's IR instead of compiling it");
  verb->callback([score, &code] { code = score->run(); });
}

}  // namespace kiln::cli

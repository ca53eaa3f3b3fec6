// What the verbs of the command line share: options of the same meaning, words on stderr, exit codes.
#pragma once
#include <CLI/CLI.hpp>

#include <memory>
#include <string>

#include "compiler/cli/data/row_scorer.h"
#include "compiler/codegen/codegen.h"
#include "compiler/driver/load.h"
#include "compiler/support/diagnostics.h"

namespace kiln::cli {

/// Exit codes of every verb.
enum Exit : int { ok = 0, bug = 1, usage = 2, malformed = 3, unsupported = 4, budget = 5, differs = 6, notWritten = 7, notLoaded = 8 };

/// A verb adds its subcommand to the program; `code` is set when it has run.
#define VERB(function, name) void function(CLI::App& program, int& code);
#include "compiler/cli/verbs.def"
#undef VERB

/// Options of every verb that reads a model.
struct ModelOptions {
  std::string model;
  driver::LoadOptions load;
  bool json = false;           ///< --message-format=json: diagnostics as JSON on stderr

  void add(CLI::App& verb, const char* what = "model file: PMML, ONNX or IR text ('-': standard input)");

 private:
  std::string messageFormat_ = "text", semantics_ = "default", precision_ = "default";
};

/// Options of code generation.
struct TargetOptions {
  codegen::Options codegen;
  std::string cpu = "portable";
  std::vector<std::string> tags;

  void add(CLI::App& verb);
  /// Fills `codegen` from what was given; a message if a name is unknown, else empty.
  std::string resolve();
};

/// A model, open and loaded. `diagnostics` are not shown yet.
struct OpenModel {
  std::optional<Source> source;
  driver::Load load;
  Diagnostics diagnostics;
};
OpenModel openModel(const ModelOptions& options);
/// Shows diagnostics on stderr, as text or JSON.
void show(const Diagnostics& diagnostics, const Source* source, const std::string& name, bool json);
/// "kiln: error: ..." on stderr; returns `exit`.
int fail(Exit exit, const std::string& message, const std::string& note = "");

/// A row scorer for a compiled scorer, or for a model, which is compiled for this machine in memory, or interpreted.
/// Null, with the words said and `code` set, if that fails.
std::unique_ptr<data::RowScorer> openScorer(const ModelOptions& options, bool interpret, int& code);
/// Whether the file is a compiled scorer, by its first bytes.
bool isScorer(const std::string& path);

}  // namespace kiln::cli

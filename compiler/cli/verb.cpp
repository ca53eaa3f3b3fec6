#include "compiler/cli/verb.h"

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iostream>

#include "compiler/driver/compile.h"
#include "compiler/driver/file.h"

namespace kiln::cli {

void ModelOptions::add(CLI::App& verb, const char* what) {
  verb.add_option("MODEL", model, what)->required();
  verb.add_option("--message-format", messageFormat_, "diagnostics as text or json")->check(CLI::IsMember({"text", "json"}));
  verb.add_option("--semantics", semantics_, "where implementations depart from the standard: spec, its text; jpmml, as JPMML-Evaluator; ort, as ONNX Runtime; "
                                             "default: spec for PMML, ort for ONNX")
      ->check(CLI::IsMember({"default", "spec", "jpmml", "ort"}));
  verb.add_option("--precision", precision_, "double: what the model computes in float is computed in double; default: as the model says")->check(CLI::IsMember({"default", "double"}));
  verb.add_flag("--external-data", load.externalData, "tensors of an ONNX model may lie in files of the model's folder");
  verb.add_option("--table", load.tables, "NAME=FILE.csv: a table that a PMML document only names (TableLocator)");
  verb.add_option("--shape", load.shapes, "NAME=SIZES: sizes of the dimensions of an ONNX input that the model leaves open, such as X=?,4 (?: as declared); may be repeated")->take_all()->allow_extra_args(false);
  verb.add_option("--constant", load.constants, "NAME=VALUES: an ONNX input is no column but has these elements, such as axes=0,1; may be repeated")->take_all()->allow_extra_args(false);
  verb.add_option("--leave-out", load.leftOut, "NAME: an output of an ONNX model that is not computed, such as a loss over all rows; may be repeated")->take_all()->allow_extra_args(false);
#define LIMIT(member, flag, value, what) verb.add_option(flag, load.limits.member, what)->group("Limits")->capture_default_str();
#include "compiler/support/limits.def"
#undef LIMIT
  verb.parse_complete_callback([this] { json = messageFormat_ == "json", load.jpmml = semantics_ == "jpmml", load.spec = semantics_ == "spec", load.doublePrecision = precision_ == "double"; });
}

void TargetOptions::add(CLI::App& verb) {
  verb.add_option("--cpu", cpu, "portable: every tier of the target, chosen when the scorer is loaded; native: this machine's; or one tier by name");
  verb.add_option("--target", codegen.target, "x86_64-linux or aarch64-linux")->capture_default_str();
  verb.add_option("--strategy", codegen.strategy, "force a forest strategy: " + [] {
    std::string all;
    for (auto& s : codegen::strategies()) all += (all.empty() ? "" : ", ") + s;
    return all;
  }());
  verb.add_option("--name", codegen.modelName, "name of the model, for its identity (default: from the model)");
  verb.add_option("--model-version", codegen.modelVersion, "version of the model, for its identity");
  verb.add_option("--tag", tags, "KEY=VALUE for the identity; may be repeated")->take_all()->allow_extra_args(false);
}

std::string TargetOptions::resolve() {
  const std::vector<std::string>* tiers = nullptr;
  const auto targets = codegen::targets();
  for (auto& [name, list] : targets)
    if (name == codegen.target) tiers = &list;
  if (!tiers) return "unknown target '" + codegen.target + "'";
  if (cpu == "native") {
    codegen.tiers = {codegen::nativeTier()};
  } else if (cpu != "portable") {
    if (std::find(tiers->begin(), tiers->end(), cpu) == tiers->end()) {
      std::string all;
      for (auto& t : *tiers) all += ", " + t;
      return "unknown tier '" + cpu + "'; " + codegen.target + " has portable, native" + all;
    }
    codegen.tiers = {cpu};
  }
  const auto strategies = codegen::strategies();
  if (!codegen.strategy.empty() && std::find(strategies.begin(), strategies.end(), codegen.strategy) == strategies.end())
    return "unknown strategy '" + codegen.strategy + "'";
  for (auto& tag : tags) {
    const size_t at = tag.find('=');
    if (at == std::string::npos || at == 0) return "--tag takes KEY=VALUE, not '" + tag + "'";
    codegen.tags.emplace_back(tag.substr(0, at), tag.substr(at + 1));
  }
  return "";
}

OpenModel openModel(const ModelOptions& options) {
  OpenModel open;
  if (auto source = driver::openModel(options.model, options.load.limits, open.diagnostics)) open.source.emplace(std::move(*source));
  if (open.source) open.load = driver::load(*open.source, options.load, open.diagnostics);
  return open;
}

void show(const Diagnostics& diagnostics, const Source* source, const std::string& name, bool json) {
  const Source none(name, "");
  if (json) diagnostics.printJson(std::cerr, source ? *source : none);
  else diagnostics.print(std::cerr, source ? *source : none, isatty(STDERR_FILENO) != 0);
}

int fail(Exit exit, const std::string& message, const std::string& note) {
  std::cerr << "kiln: error: " << message << "\n";
  if (!note.empty()) std::cerr << "  note: " << note << "\n";
  return exit;
}

bool isScorer(const std::string& path) {
  char magic[4] = {};
  std::ifstream(path, std::ios::binary).read(magic, 4);
  return driver::recognise({magic, 4}) == driver::Format::scorer;
}

static std::unique_ptr<data::RowScorer> loadScorer(const std::string& path, int& code) {
  std::string error;
  auto scorer = host::Scorer::open(path, error);
  if (scorer) return data::compiledScorer(std::move(scorer));
  return code = fail(notLoaded, error), nullptr;
}

std::unique_ptr<data::RowScorer> openScorer(const ModelOptions& options, bool interpret, int& code) {
  if (isScorer(options.model)) {
    if (!interpret) return loadScorer(options.model, code);
    return code = fail(usage, "--interpret needs a model, not a compiled scorer"), nullptr;
  }
  OpenModel open = openModel(options);
  codegen::Artefact artefact;
  if (open.load.pipeline && !interpret) {
    TargetOptions target;
    target.cpu = "native";
    target.resolve();
    target.codegen.limits = options.load.limits;
    driver::compileInChild(*open.load.pipeline, target.codegen, {}, artefact, open.diagnostics);
  }
  show(open.diagnostics, open.source ? &*open.source : nullptr, options.model, options.json);
  if (open.diagnostics.hasErrors()) return code = open.diagnostics.exitCode(), nullptr;
  if (interpret) return data::interpreter(std::make_shared<const ir::Pipeline>(std::move(*open.load.pipeline)));
  char path[] = "/tmp/kiln-XXXXXX.so";   // the loader wants a file; it is gone once loaded
  const int fd = mkstemps(path, 3);
  std::string error;
  if (fd < 0) return code = fail(notWritten, "cannot make a temporary file"), nullptr;
  close(fd);
  if (!driver::writeFile(path, artefact.sharedObject, true, error)) code = fail(notWritten, error);
  auto scorer = code == 0 ? loadScorer(path, code) : nullptr;
  unlink(path);
  return scorer;
}

}  // namespace kiln::cli

// kiln compile: a model to a scorer.
#include <chrono>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "compiler/cli/verb.h"
#include "compiler/support/version.h"
#include "compiler/driver/compile.h"
#include "compiler/driver/file.h"
#include "compiler/driver/header.h"
#include "compiler/driver/verification.h"
#include "compiler/ir/print.h"
#include "compiler/support/sha256.h"

namespace kiln::cli {
namespace {

struct Compile {
  ModelOptions model;
  TargetOptions target;
  std::string output, depfile, verify = "warn";
  std::vector<std::string> emit{"so"};
  bool timeReport = false;

  int run();

 private:
  bool wants(const char* kind) const { return std::find(emit.begin(), emit.end(), kind) != emit.end(); }
  bool write(const std::string& path, std::string_view bytes, bool executable);
  std::string rule() const;
  bool writeAll(const ir::Pipeline& pipeline, const codegen::Artefact& artefact);
  void hashOptions();
  void report(const driver::Load& load, const codegen::Artefact& artefact, double total) const;
};

// X.so also names X.o, X.h, X.v3.ll ...
std::string beside(const std::string& output, const std::string& extension) {
  const size_t slash = output.rfind('/'), dot = output.rfind('.');
  const bool hasExtension = dot != std::string::npos && (slash == std::string::npos || dot > slash);
  return (hasExtension ? output.substr(0, dot) : output) + extension;
}

bool Compile::write(const std::string& path, std::string_view bytes, bool executable) {
  std::string error;
  if (driver::writeFile(path, bytes, executable, error)) return true;
  return fail(notWritten, path + ": " + error), false;
}

bool Compile::writeAll(const ir::Pipeline& pipeline, const codegen::Artefact& artefact) {
  bool good = true;
  if (wants("obj"))
    for (auto& [name, bytes] : artefact.objects) good = write(beside(output, "." + name + ".o"), bytes, false) && good;
  if (wants("ll"))
    for (auto& [name, text] : artefact.llvm) good = write(beside(output, "." + name + ".ll"), text, false) && good;
  if (wants("asm"))
    for (auto& [name, text] : artefact.assembly) good = write(beside(output, "." + name + ".s"), text, false) && good;
  if (wants("ir")) good = write(beside(output, ".ir"), ir::print(pipeline), false) && good;
  if (wants("header")) good = write(beside(output, ".h"), driver::headerText(pipeline, target.codegen.modelName.empty() ? pipeline.name : target.codegen.modelName), false) && good;
  if (wants("json")) good = write(beside(output, ".json"), artefact.json, false) && good;
  if (good && !depfile.empty()) good = write(depfile, rule(), false);
  if (good && wants("so")) good = write(output, artefact.sharedObject, true);   // last: a build step sees all or nothing
  return good;
}

// What was made from what, for make and ninja.
std::string Compile::rule() const {
  auto escaped = [](const std::string& path) {
    std::string text;
    for (char c : path) text += c == ' ' || c == '#' ? std::string("\\") + c : c == '$' ? "$$" : std::string(1, c);
    return text;
  };
  std::string outputs;
  if (wants("so")) outputs += escaped(output);
  for (auto& [kind, extension] : {std::pair{"header", ".h"}, {"ir", ".ir"}, {"json", ".json"}})
    if (wants(kind)) outputs += (outputs.empty() ? "" : " ") + escaped(beside(output, extension));
  return outputs + ": " + escaped(model.model) + "\n";
}

// Whatever decides the bytes of the scorer, in one canonical text.
void Compile::hashOptions() {
  nlohmann::json options{{"compiler", KILN_VERSION}, {"target", target.codegen.target}, {"tiers", target.codegen.tiers},
                         {"strategy", target.codegen.strategy}, {"semantics", model.load.jpmml ? "jpmml" : model.load.spec ? "spec" : "default"},
                         {"name", target.codegen.modelName}, {"version", target.codegen.modelVersion}};
  if (model.load.doublePrecision) options["precision"] = "double";
  if (!model.load.shapes.empty()) options["shapes"] = model.load.shapes;
  if (!model.load.constants.empty()) options["constants"] = model.load.constants;
  if (!model.load.leftOut.empty()) options["left_out"] = model.load.leftOut;
  const Limits& limits = model.load.limits;   // these do not refuse a model but decide what it takes and gives
  for (auto [flag, value] : {std::pair{"--max-list-items", limits.listItems}, {"--max-tokens", limits.tokens}, {"--max-horizon", limits.horizon}}) options[flag] = value;
  for (auto& [key, value] : target.codegen.tags) options["tags"][key] = value;
  target.codegen.optionsSha256 = sha256Hex(options.dump());
}

void Compile::report(const driver::Load& load, const codegen::Artefact& artefact, double total) const {
  auto line = [](const std::string& stage, double s) { std::fprintf(stderr, "%-24s %8.1f ms\n", stage.c_str(), s * 1e3); };
  for (auto& [stage, s] : load.seconds) line(stage, s);
  for (auto& [stage, s] : artefact.seconds) line(stage, s);
  line("total", total);
  for (auto& strategy : artefact.strategies) std::fprintf(stderr, "%s\n", strategy.c_str());
  std::fprintf(stderr, "%zu bytes\n", artefact.sharedObject.size());
}

int Compile::run() {
  const auto begin = std::chrono::steady_clock::now();
  if (const std::string wrong = target.resolve(); !wrong.empty()) return fail(usage, wrong);
  if (output.empty()) output = beside(model.model == "-" ? "model" : model.model, ".so");
  hashOptions();
  target.codegen.limits = model.load.limits;

  OpenModel open = openModel(model);
  codegen::Artefact artefact;
  if (open.load.pipeline) {
    if (verify != "off")
      driver::verifyEmbedded(*open.load.pipeline, verify == "error" ? Severity::error : Severity::warning, open.diagnostics);
    if (!open.diagnostics.hasErrors())
      driver::compileInChild(*open.load.pipeline, target.codegen, {wants("ll"), wants("asm"), wants("obj")}, artefact, open.diagnostics);
  }
  show(open.diagnostics, open.source ? &*open.source : nullptr, model.model, model.json);
  if (open.diagnostics.hasErrors()) return open.diagnostics.exitCode();
  if (!writeAll(*open.load.pipeline, artefact)) return notWritten;
  if (timeReport) report(open.load, artefact, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  return ok;
}

}  // namespace

void compileVerb(CLI::App& program, int& code) {
  auto compile = std::make_shared<Compile>();
  CLI::App* verb = program.add_subcommand("compile", "compile a model to a scorer: one shared object that needs nothing at run time");
  compile->model.add(*verb);
  compile->target.add(*verb);
  verb->add_option("-o,--output", compile->output, "scorer to write (default: the model's name with .so)");
  verb->add_option("--emit", compile->emit, "what to write beside each other: so, obj, ll, asm, header, ir, json")
      ->delimiter(',')->check(CLI::IsMember({"so", "obj", "ll", "asm", "header", "ir", "json"}));
  verb->add_option("--verify", compile->verify, "what a difference from the model's embedded verification is: warn, error (exit 6), off")
      ->check(CLI::IsMember({"warn", "error", "off"}))->capture_default_str();
  verb->add_option("--depfile", compile->depfile, "write a make rule that says what the scorer was made from");
  verb->add_flag("--time-report", compile->timeReport, "say on stderr what took how long");
  verb->callback([compile, &code] { code = compile->run(); });
}

}  // namespace kiln::cli

// kiln inspect: what a model or a compiled scorer is, without running it.
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "compiler/cli/verb.h"
#include "compiler/codegen/describe.h"
#include "compiler/codegen/elf_read.h"
#include "compiler/codegen/lint.h"

namespace kiln::cli {
namespace {

using nlohmann::json;

struct Inspect {
  ModelOptions model;
  bool asJson = false, lint = false;

  int run();

 private:
  int scorer(const std::string& bytes);
};

std::string text(const json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

void showFacts(const json& object, const char* title) {
  if (object.empty()) return;
  std::cout << title << "\n";
  size_t width = 0;
  for (auto& item : object.items()) width = std::max(width, item.key().size());
  for (auto& item : object.items())
    std::cout << "  " << item.key() << std::string(width + 2 - item.key().size(), ' ') << text(item.value()) << "\n";
}

void showField(const json& field) {
  std::cout << "  " << text(field["name"]) << " : " << text(field["type"]);
  if (field.contains("optype")) std::cout << ", " << text(field["optype"]);
  for (const char* key : {"result", "of", "range"})
    if (field.contains(key)) std::cout << ", " << (key == std::string("of") ? "of " : "") << text(field[key]);
  if (const auto labels = field.find("categories"); labels != field.end() && !labels->empty()) {
    std::cout << ", " << labels->size() << " categories: ";
    for (size_t i = 0; i < labels->size() && i < 6; i++) std::cout << (i ? ", " : "") << text((*labels)[i]);
    if (labels->size() > 6) std::cout << " ...";
  }
  std::cout << "\n";
  if (field.contains("treatment") && !text(field["treatment"]).empty()) std::cout << "      " << text(field["treatment"]) << "\n";
}

void showText(const json& facts) {
  showFacts(facts.value("identity", json::object()), "identity");
  for (const char* kind : {"inputs", "outputs"}) {
    const json fields = facts.value(kind, json::array());
    std::cout << kind << " (" << fields.size() << ")\n";
    for (const json& field : fields) showField(field);
  }
  showFacts(facts.value("counts", json::object()), "counts");
  showFacts(facts.value("sizes", json::object()), "sizes");
}

int Inspect::scorer(const std::string& bytes) {
  const auto section = codegen::readJsonSection(bytes);
  if (!section) return fail(malformed, model.model + " is an ELF file without a kiln section");
  json facts = json::parse(*section, nullptr, false);
  if (facts.is_discarded()) return fail(malformed, model.model + ": its kiln section is damaged");
  facts["sizes"]["file"] = bytes.size();
  std::vector<std::string> complaints;
  if (lint) complaints = codegen::lint(bytes), facts["lint"] = complaints;
  if (asJson) std::cout << facts.dump(2) << "\n";
  else showText(facts);
  if (lint && !asJson) {
    std::cout << "lint: " << (complaints.empty() ? "clean" : std::to_string(complaints.size()) + " complaints") << "\n";
    for (auto& c : complaints) std::cout << "  " << c << "\n";
  }
  return complaints.empty() ? ok : differs;
}

int Inspect::run() {
  if (isScorer(model.model)) {
    std::ostringstream bytes;
    bytes << std::ifstream(model.model, std::ios::binary).rdbuf();
    return scorer(std::move(bytes).str());
  }
  if (lint) return fail(usage, "--lint looks at compiled scorers, not models");
  const OpenModel open = openModel(model);
  show(open.diagnostics, open.source ? &*open.source : nullptr, model.model, model.json);
  if (!open.load.pipeline) return open.diagnostics.exitCode();
  const json facts = json::parse(codegen::describeJson(*open.load.pipeline, {}), nullptr, false);
  if (asJson) std::cout << facts.dump(2) << "\n";
  else showText(facts);
  return ok;
}

}  // namespace

void inspectVerb(CLI::App& program, int& code) {
  auto inspect = std::make_shared<Inspect>();
  CLI::App* verb = program.add_subcommand("inspect", "show schema, identity and sizes of a model or a compiled scorer, without running it");
  inspect->model.add(*verb, "compiled scorer or model");
  verb->add_flag("--json", inspect->asJson, "as JSON");
  verb->add_flag("--lint", inspect->lint, "also check that a scorer is self-contained: no imports, constructors, writable or executable data");
  verb->callback([inspect, &code] { code = inspect->run(); });
}

}  // namespace kiln::cli

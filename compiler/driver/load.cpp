#include "compiler/driver/load.h"

#include <malloc.h>

#include <chrono>

#include "compiler/ir/parse.h"
#include "compiler/ir/verify.h"
#include "compiler/ir/print.h"
#include "compiler/passes/runner.h"
#include "compiler/passes/widen.h"
#include "compiler/support/sha256.h"
#include "frontends/onnx/onnx.h"
#include "frontends/pmml/pmml.h"

namespace kiln::driver {

Format recognise(std::string_view bytes) {
  if (bytes.starts_with("\x7f""ELF")) return Format::scorer;
  if (pmml::isPmml(bytes)) return Format::pmml;
  if (ir::isIrText(bytes)) return Format::ir;
  if (onnx::isOnnx(bytes)) return Format::onnx;
  return Format::unknown;
}

std::optional<Source> openModel(const std::string& path, const Limits& limits, Diagnostics& diagnostics) {
  std::string error;
  auto source = Source::open(path, limits.fileBytes, error);
  if (!source) {
    Diagnostic& d = diagnostics.error(Kind::missing, 0, 0, "cannot read the model: " + error);
    if (error.find("bytes") != std::string::npos) d.kind = Kind::budget, d.notes.push_back("raise the limit with --max-file-bytes");
  }
  return source;
}

namespace {

class Stopwatch {
 public:
  Stopwatch(Load& load, const char* stage) : load_(load), stage_(stage), begin_(std::chrono::steady_clock::now()) {}
  ~Stopwatch() { load_.seconds.emplace_back(stage_, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count()); }

 private:
  Load& load_;
  const char* stage_;
  std::chrono::steady_clock::time_point begin_;
};

// NAME=FILE to the file's text by name; false, with a diagnostic, if a file cannot be read.
bool readTables(const LoadOptions& options, std::map<std::string, std::string>& tables, Diagnostics& diagnostics) {
  for (const std::string& option : options.tables) {
    const size_t equals = option.find('=');
    std::string error = "not NAME=FILE";
    auto file = equals == option.npos ? std::nullopt : Source::open(option.substr(equals + 1), options.limits.fileBytes, error);
    if (!file) return diagnostics.error(Kind::missing, 0, 0, "--table " + option + ": " + error), false;
    tables[option.substr(0, equals)] = std::string(file->text());
  }
  return true;
}

std::optional<ir::Pipeline> importPmml(const Source& source, const LoadOptions& options, Diagnostics& diagnostics) {
  pmml::ImportOptions pmml{options.jpmml, options.limits};
  if (!readTables(options, pmml.tables, diagnostics)) return std::nullopt;
  auto pipeline = pmml::import(source, pmml, diagnostics);
  if (pipeline)
    for (auto& [name, text] : pmml.tables) pipeline->provenance.emplace_back("table " + name, sha256Hex(text));
  return pipeline;
}

std::optional<ir::Pipeline> importModel(const Source& source, const LoadOptions& options, Diagnostics& diagnostics) {
  switch (recognise(source.text())) {
    case Format::pmml: return importPmml(source, options, diagnostics);
    case Format::ir: return ir::parse(source, diagnostics);
    case Format::scorer:
      diagnostics.error(Kind::invalid, 0, 0, "this is a compiled scorer, not a model");
      return std::nullopt;
    case Format::onnx: return onnx::import(source, {options.spec, options.externalData, options.limits, options.shapes, options.constants, options.leftOut}, diagnostics);
    case Format::unknown: break;
  }
  diagnostics.error(Kind::invalid, source.text().empty() ? 0 : 1, source.text().empty() ? 0 : 1,
                    source.text().empty() ? "the file is empty" : "neither PMML nor ONNX nor IR text", "",
                    "a PMML document is XML with the root element PMML; IR text is what 'kiln dump --full' prints");
  return std::nullopt;
}

// A frontend that builds an unsound pipeline is at fault, not the user.
bool sound(const ir::Pipeline& pipeline, Diagnostics& diagnostics) {
  const auto problems = ir::verify(pipeline);
  for (const ir::Problem& p : problems) {
    const ir::Place place = p.node == ir::kNone ? ir::Place{} : pipeline.nodes[p.node].place;
    Diagnostic& d = diagnostics.error(Kind::internal, place.line, place.column, p.message, place.path, "please report this with the model");
    if (p.node != ir::kNone) d.notes.push_back("in " + ir::printNode(pipeline, p.node));
  }
  return problems.empty();
}

bool withinLimits(const ir::Pipeline& pipeline, const Limits& limits, Diagnostics& diagnostics) {
  if (pipeline.nodes.size() <= limits.irNodes) return true;
  diagnostics.error(Kind::budget, 0, 0,
                    "the pipeline has " + std::to_string(pipeline.nodes.size()) + " nodes, over the limit of " + std::to_string(limits.irNodes),
                    "", "raise it with --max-nodes");
  return false;
}

}  // namespace

Load load(const Source& source, const LoadOptions& options, Diagnostics& diagnostics) {
  Load load;
  std::optional<ir::Pipeline> pipeline;
  {
    Stopwatch watch(load, "import");
    pipeline = importModel(source, options, diagnostics);
  }
  if (!pipeline || diagnostics.hasErrors()) return load;
  if (pipeline->sourceFile.empty()) pipeline->sourceFile = source.name();   // an IR text says itself what it came from
  {
    Stopwatch watch(load, "hash");
    if (pipeline->sourceSha256.empty()) pipeline->sourceSha256 = sha256Hex(source.text());
  }
  // Of a large document only the tables are needed from here on: text and elements are given back before code generation.
  source.release();
  malloc_trim(0);
  if (options.doublePrecision) {
    Stopwatch watch(load, "widen");
    passes::widenFloats(*pipeline);
    pipeline->provenance.emplace_back("precision", "double");
  }
  {
    Stopwatch watch(load, "verify");
    if (!sound(*pipeline, diagnostics)) return load;
  }
  if (options.passes && options.dumpAfter != "import") {
    Stopwatch watch(load, "passes");
    if (!passes::run(*pipeline, options.dumpAfter, diagnostics)) return load;
  }
  if (!withinLimits(*pipeline, options.limits, diagnostics)) return load;
  load.pipeline = std::move(pipeline);
  return load;
}

}  // namespace kiln::driver

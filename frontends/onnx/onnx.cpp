// From bytes to a pipeline: the scan of the wire, protobuf, the import.
#include "frontends/onnx/onnx.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "compiler/support/sha256.h"
#include "frontends/onnx/importer.h"
#include "frontends/onnx/shapes.h"
#include "frontends/onnx/wire.h"

namespace kiln::onnx {

namespace {

std::string fileStem(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  const std::string name = slash == path.npos ? path : path.substr(slash + 1);
  const size_t dot = name.find_last_of('.');
  return dot == name.npos || dot == 0 ? name : name.substr(0, dot);
}

bool parse(std::string_view bytes, const Limits& limits, proto::ModelProto& model) {
  google::protobuf::io::ArrayInputStream stream(bytes.data(), static_cast<int>(bytes.size()));
  google::protobuf::io::CodedInputStream coded(&stream);
  coded.SetRecursionLimit(static_cast<int>(limits.onnxDepth) + 1);
  return model.ParseFromCodedStream(&coded) && coded.ConsumedEntireMessage();
}

void describe(const proto::ModelProto& model, const Source& source, ir::Pipeline& pipeline) {
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) pipeline.provenance.emplace_back(key, value);
  };
  pipeline.name = fileStem(source.name());
  pipeline.sourceFile = source.name();
  pipeline.sourceSha256 = sha256Hex(source.text());
  pipeline.sourceFormat = "ONNX";
  for (auto& import : model.opset_import())
    pipeline.sourceFormat += " " + (import.domain().empty() ? "ai.onnx" : import.domain()) + " " + std::to_string(import.version());
  add("producer", model.producer_name() + (model.producer_version().empty() ? "" : " " + model.producer_version()));
  add("description", model.doc_string());
  if (model.model_version()) add("model version", std::to_string(model.model_version()));
  for (auto& property : model.metadata_props()) add(property.key().c_str(), property.value());
}

/// An import of a model, which may be tried more than once.
struct Attempt {
  Diagnostics diagnostics;
  std::optional<ir::Pipeline> pipeline;
  bool mixesRows = false;   ///< refused because rows of a batch meet
};

Attempt attempt(const Source& source, const ImportOptions& options, const proto::ModelProto& model) {
  Attempt made;
  ir::Pipeline pipeline;
  Importer importer(source, options, pipeline, made.diagnostics);
  importer.model(model);
  made.mixesRows = importer.mixesRows;
  if (made.diagnostics.hasErrors()) return made;
  describe(model, source, pipeline);
  for (auto& [location, digest] : importer.externalDigests) pipeline.provenance.emplace_back("external data " + location, "sha256 " + digest);
  made.pipeline = std::move(pipeline);
  return made;
}

// ML.NET scores one row at a time, and some of its exports (naive Bayes, k-means) have a meaning for a single row only: they are read so.
Attempt attemptOfOneRow(const Source& source, const ImportOptions& options, proto::ModelProto model) {
  fixToOneRow(*model.mutable_graph());
  Attempt made = attempt(source, options, model);
  made.diagnostics.warning(Kind::unsupported, 0, 0, "mixes rows of a batch: each row is scored by itself, as ML.NET does", "graph",
                           "another runtime gives other results, or none, for several rows at a time");
  return made;
}

}  // namespace

bool isOnnx(std::string_view bytes) { return looksLikeModel(bytes); }

std::optional<ir::Pipeline> import(const Source& source, const ImportOptions& options, Diagnostics& diagnostics) {
  bool isLimit = false;
  const std::string wrong = source.text().size() > INT32_MAX ? "the file has more than 2^31 bytes, which protobuf does not read" : scanWire(source.text(), options.limits, isLimit);
  if (!wrong.empty()) return diagnostics.error(isLimit ? Kind::limit : Kind::invalid, 0, 0, wrong), std::nullopt;
  proto::ModelProto model;
  if (!parse(source.text(), options.limits, model)) return diagnostics.error(Kind::invalid, 0, 0, "protobuf cannot read this model"), std::nullopt;
  openDimensions(*model.mutable_graph());
  if (!fixInputs(model, options, diagnostics)) return std::nullopt;
  inferWidths(*model.mutable_graph());
  Attempt made = attempt(source, options, model);
  if (made.mixesRows && model.producer_name().starts_with("ML.NET"))
    if (Attempt ofOneRow = attemptOfOneRow(source, options, model); ofOneRow.pipeline) made = std::move(ofOneRow);
  for (const Diagnostic& diagnostic : made.diagnostics.all()) diagnostics.add(diagnostic);
  return std::move(made.pipeline);
}

}  // namespace kiln::onnx

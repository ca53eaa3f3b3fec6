// From a document to a pipeline: the XML, the version, what is shared by all models, and the model to compile.
#include "frontends/pmml/pmml.h"

#include <algorithm>
#include <cstring>

#include "compiler/support/number.h"
#include "compiler/support/sha256.h"
#include "frontends/pmml/import.h"
#include "frontends/pmml/tree_stream.h"

namespace kiln::pmml {

namespace {

// Every model element of the standard, whether Kiln lowers it or not.
constexpr const char* kModels[] = {"AnomalyDetectionModel",
                                   "AssociationModel",
                                   "BaselineModel",
                                   "BayesianNetworkModel",
                                   "ClusteringModel",
                                   "GaussianProcessModel",
                                   "GeneralRegressionModel",
                                   "MiningModel",
                                   "NaiveBayesModel",
                                   "NearestNeighborModel",
                                   "NeuralNetwork",
                                   "RegressionModel",
                                   "RuleSetModel",
                                   "Scorecard",
                                   "SequenceModel",
                                   "SupportVectorMachineModel",
                                   "TextModel",
                                   "TimeSeriesModel",
                                   "TreeModel"};

bool isModel(const char* name) {
  return std::any_of(std::begin(kModels), std::end(kModels), [&](const char* m) { return std::strcmp(m, name) == 0; });
}

// 44 for "4.4" and "4.4.1"; nothing if it is no version.
std::optional<int> parseVersion(std::string_view text) {
  size_t dot = text.find('.');
  if (dot == text.npos) return std::nullopt;
  auto major = parseInteger(text.substr(0, dot));
  auto minor = parseInteger(text.substr(dot + 1, text.find('.', dot + 1) - dot - 1));
  if (!major || !minor || *major < 1 || *major > 9 || *minor < 0 || *minor > 9) return std::nullopt;
  return static_cast<int>(*major * 10 + *minor);
}

std::string fileStem(const std::string& path) {
  size_t slash = path.find_last_of('/');
  std::string name = slash == path.npos ? path : path.substr(slash + 1);
  size_t dot = name.find_last_of('.');
  return dot == name.npos || dot == 0 ? name : name.substr(0, dot);
}

void readHeader(const Document& document, const Element* header, ir::Pipeline& pipeline) {
  auto add = [&](const char* key, std::string value) {
    if (!value.empty()) pipeline.provenance.emplace_back(key, std::move(value));
  };
  auto attribute = [](const Element* e, const char* name) {
    return std::string(e && e->Attribute(name) ? e->Attribute(name) : "");
  };
  if (!header) return;
  auto *application = header->FirstChildElement("Application"), *timestamp = header->FirstChildElement("Timestamp");
  std::string producer = attribute(application, "name"), version = attribute(application, "version");
  add("producer", version.empty() ? producer : producer + " " + version);
  add("trained", timestamp ? document.text(timestamp) : "");
  add("description", attribute(header, "description"));
  add("copyright", attribute(header, "copyright"));
  add("model version", attribute(header, "modelVersion"));
}

// The first model that can be scored; null, reported, if there is none. `known`: all of the document's elements are.
const Element* chooseModel(Importer& importer, const Element* root, bool known) {
  const Element* chosen = nullptr;
  bool any = false;
  for (auto* e = root->FirstChildElement(); e; e = e->NextSiblingElement()) {
    if (!isModel(e->Name())) continue;
    any = true;
    auto scorable = importer.boolean(e, "isScorable", true);
    if (!scorable || !*scorable) continue;
    if (!chosen)
      chosen = e;
    else
      importer.warn(e, "'" + std::string(e->Name()) + "' is a second model; only the first one is compiled");
  }
  if (!chosen && any) importer.misplaced(root, "no model of this document is scorable");
  // The schema allows it, and exporters write it for pipelines of transformers alone. Else the unknown element is the model.
  if (!chosen && !any && known) importer.unsupported(root, "a document without a model", "nothing in it is a result; export the pipeline with its model");
  return chosen;
}

bool lowerDocument(Importer& importer) {
  const Element* root = importer.document.root();
  bool ok = importer.onlyAttributes(root, {"version", "x-baseVersion"}), allKnown = true;
  for (auto* e = root->FirstChildElement(); e; e = e->NextSiblingElement()) {
    constexpr const char* known[] = {"Header", "MiningBuildTask", "DataDictionary", "TransformationDictionary",
                                     "Extension"};
    bool isKnown = isModel(e->Name()) || std::any_of(std::begin(known), std::end(known),
                                                     [&](const char* k) { return std::strcmp(k, e->Name()) == 0; });
    if (!isKnown) ok = allKnown = importer.unsupported(e, "element '" + std::string(e->Name()) + "' in 'PMML'");
  }
  ok &= importer.checkElementContents(root);
  const Element* model = chooseModel(importer, root, allKnown);
  for (auto* e = root->FirstChildElement(); e; e = e->NextSiblingElement())
    if (e == model || !isModel(e->Name())) ok &= importer.knowsAttributes(e);
  auto* transformations = root->FirstChildElement("TransformationDictionary");
  ok &= importer.declareDataDictionary(root);
  ok &= importer.defineFunctions(transformations);
  ok &= importer.declareTransformations(importer.global, transformations);
  importer.findReaders(transformations);
  if (!model) return false;
  Scope outputs;
  return importer.model(importer.global, model, true, &outputs) && ok;
}

// What shows only while a document is lowered: string inputs whose text is needed, the terms that texts are searched for, whether
// classes are compared with other labels.
struct Findings {
  std::set<std::string> textInputs;
  Importer::TermPools terms;
  bool otherLabels = false;

  size_t size() const {
    size_t n = textInputs.size() + otherLabels;
    for (auto& [how, pool] : terms) n += pool.size();
    return n;
  }
};

// One run over the document, with what earlier runs found. Adds to it what this one finds.
std::optional<ir::Pipeline> lower(const Source& source, const Document& document, const TreeStreams& streams,
                                  int version, const ImportOptions& options, Findings& findings,
                                  Diagnostics& diagnostics) {
  ir::Pipeline pipeline;
  Importer importer(source, document, pipeline, options, diagnostics);
  importer.version = version;
  importer.trees = streams.trees;
  importer.textInputs = findings.textInputs;
  importer.termPools = findings.terms;
  importer.comparesOtherLabels = findings.otherLabels;
  bool ok = false;
  try {
    ok = lowerDocument(importer);
  } catch (const ir::BuildError& error) {
    const ir::Place& place = importer.build.place();
    diagnostics.error(Kind::internal, place.line, place.column,
                      std::string("the importer built a malformed node: ") + error.what(), place.path);
  }
  findings.textInputs.insert(importer.textWanted.begin(), importer.textWanted.end());
  findings.otherLabels = findings.otherLabels || importer.comparedOtherLabel;
  for (auto& [how, pool] : importer.termsWanted) findings.terms[how].insert(pool.begin(), pool.end());
  if (!ok || diagnostics.hasErrors()) return std::nullopt;
  return pipeline;
}

// The attribute version, else what the namespace says: "4.2" for http://www.dmg.org/PMML-4_2. Empty if neither does.
std::string versionText(const Document& document) {
  if (const char* text = document.root()->Attribute("version")) return text;
  const std::string& uri = document.rootNamespace();
  const size_t dash = uri.rfind("PMML-");
  if (dash == uri.npos) return "";
  std::string text = uri.substr(dash + 5);
  std::replace(text.begin(), text.end(), '_', '.');
  return text;
}

// The root element and its version; nothing, reported, if this is no PMML document that Kiln reads.
std::optional<int> checkRoot(const Source& source, const Document& document, Diagnostics& diagnostics) {
  const Element* root = document.root();
  const Location at = document.location(root);
  auto error = [&](Kind kind, std::string message, std::string note = "") {
    const Span span = attributeSpan(source, at, root->Attribute("version") ? "version" : "");
    diagnostics.error(kind, span.at.line, span.at.column, std::move(message), document.path(root), std::move(note))
        .length = span.length;
    return std::nullopt;
  };
  if (std::strcmp(root->Name(), "PMML") != 0)
    return error(Kind::invalid, "the root element is '" + std::string(root->Name()) + "', not 'PMML'");
  const std::string text = versionText(document);
  if (text.empty()) return error(Kind::missing, "'PMML' needs an attribute 'version'");
  if (!root->Attribute("version"))
    diagnostics.warning(Kind::missing, at.line, at.column,
                        "'PMML' has no attribute 'version'; by its namespace it is " + text, document.path(root));
  auto version = parseVersion(text);
  if (!version) return error(Kind::invalid, "attribute version='" + text + "' of 'PMML': not a version");
  if (*version < 30 || *version > 44)
    return error(Kind::unsupported, "PMML " + text + " is not supported", "Kiln reads PMML 3.0 to 4.4.1");
  return version;
}

}  // namespace

const std::vector<const char*>& modelElements() {
  static const std::vector<const char*> names(std::begin(kModels), std::end(kModels));
  return names;
}

bool isPmml(std::string_view bytes) {
  if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff")) return true;  // UTF-16
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  size_t first = bytes.find_first_not_of(" \t\r\n");
  return first != bytes.npos && bytes[first] == '<';
}

std::optional<ir::Pipeline> import(const Source& source, const ImportOptions& options, Diagnostics& diagnostics) {
  TreeStreams streams(source, options.limits, diagnostics);
  Document document;
  if (!parseXml(source, options.limits, streams.chooser(), document, diagnostics)) return std::nullopt;
  const bool streamsSound = !diagnostics.hasErrors();   // if not: go on all the same, to find what else is wrong
  auto version = checkRoot(source, document, diagnostics);
  if (!version) return std::nullopt;

  // Once more as long as a run finds something new: findings only become more.
  std::optional<ir::Pipeline> pipeline;
  Findings findings;
  Diagnostics found;
  for (size_t before = 0;; before = findings.size()) {
    found = Diagnostics();
    pipeline = lower(source, document, streams, *version, options, findings, found);
    if (findings.size() == before) break;
  }
  // A tree that did not stream whole may confuse what is built from it: that is no fault of the importer.
  for (auto& d : found.all())
    if (streamsSound || d.kind != Kind::internal) diagnostics.add(d);
  if (!pipeline || !streamsSound) return std::nullopt;

  const Element* root = document.root();
  pipeline->sourceFile = source.name();
  pipeline->sourceFormat = "PMML " + versionText(document);
  pipeline->sourceSha256 = sha256Hex(source.text());
  if (pipeline->name.empty()) pipeline->name = fileStem(source.name());
  readHeader(document, root->FirstChildElement("Header"), *pipeline);
  return pipeline;
}

}  // namespace kiln::pmml

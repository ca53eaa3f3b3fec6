// Reads Segmentation and its Segments, x- attributes of older files included.
#include <cstring>
#include <set>

#include "frontends/pmml/models/mining_model.h"

namespace kiln::pmml {

namespace {

bool readSegment(Importer& importer, const Element* e, Segmentation& segmentation) {
  if (!importer.onlyAttributes(e, {"id", "weight"})) return false;
  Segment segment;
  segment.element = e;
  segment.id = importer.attribute(e, "id").value_or(std::to_string(segmentation.segments.size() + 1));
  const auto weight = importer.number(e, "weight", 1.0);
  if (!weight) return false;
  segment.weight = *weight;
  segment.predicate = Importer::predicateOf(e);
  segment.model = modelOf(e);
  if (!segment.predicate) return importer.missing(e, "PREDICATE");
  if (!segment.model) return importer.missing(e, "MODEL-ELEMENT");
  for (const Element* c = e->FirstChildElement(); c; c = c->NextSiblingElement()) {
    const bool known = c == segment.predicate || c == segment.model || !std::strcmp(c->Name(), "Extension") ||
                       (!std::strcmp(c->Name(), "VariableWeight") && c == e->FirstChildElement("VariableWeight"));
    if (!known) return importer.misplaced(c, std::string("a Segment has one predicate and one model, not also '") + c->Name() + "'");
  }
  if (const Element* variable = e->FirstChildElement("VariableWeight")) {
    const auto field = importer.required(variable, "field");
    if (!field || !importer.onlyAttributes(variable, {"field"})) return false;
    segment.weightField = *field;
  }
  segmentation.segments.push_back(std::move(segment));
  return true;
}

}  // namespace

std::optional<Segmentation> readSegmentation(Importer& importer, const Element* miningModel) {
  if (!importer.onlyAttributes(miningModel,
                               {"modelName", "functionName", "algorithmName", "isScorable", "x-mathContext"}) ||
      !importer.onlyChildren(miningModel, {"MiningSchema", "Output", "ModelStats", "ModelExplanation", "Targets",
                                           "LocalTransformations", "ModelVerification", "Segmentation"})) {
    return std::nullopt;
  }
  Segmentation result;
  result.model = miningModel;
  result.element = miningModel->FirstChildElement("Segmentation");
  const char* function = miningModel->Attribute("functionName");   // clusters are voted on as classes are
  result.classification = isClassification(miningModel) || (function && !std::strcmp(function, "clustering"));
  if (!result.element) {
    importer.missing(miningModel, "Segmentation");
    return std::nullopt;
  }
  const Element* e = result.element;
  if (!importer.onlyAttributes(e, {"multipleModelMethod", "missingPredictionTreatment", "missingThreshold",
                                   "x-missingPredictionTreatment", "x-missingThreshold"}) ||
      !importer.onlyChildren(e, {"LocalTransformations", "Segment"}) || !importer.required(e, "multipleModelMethod")) {
    return std::nullopt;
  }
  const auto method =
      importer.choice(e, "multipleModelMethod",
                      {"majorityVote", "weightedMajorityVote", "average", "weightedAverage", "median", "weightedMedian",
                       "max", "sum", "weightedSum", "selectFirst", "selectAll", "modelChain", "x-multiModelChain",
                       "multiModelChain", "x-weightedMedian", "x-weightedSum"},
                      0);
  if (!method) return std::nullopt;
  static constexpr MultipleModelMethod kAliases[] = {
      MultipleModelMethod::multiModelChain, MultipleModelMethod::weightedMedian, MultipleModelMethod::weightedSum};
  result.method = *method < 13 ? static_cast<MultipleModelMethod>(*method) : kAliases[*method - 13];
  if (result.classification && (result.method == MultipleModelMethod::sum || result.method == MultipleModelMethod::weightedSum)) {
    importer.invalid(e, "multipleModelMethod", "not for a classification");
    return std::nullopt;
  }
  if (!result.classification && result.votes()) {
    importer.invalid(e, "multipleModelMethod", "votes are for classification");
    return std::nullopt;
  }
  const std::vector<const char*> treatments = {"continue", "skipSegment", "returnMissing"};
  const char* treatmentName =
      e->Attribute("missingPredictionTreatment") ? "missingPredictionTreatment" : "x-missingPredictionTreatment";
  const char* thresholdName = e->Attribute("missingThreshold") ? "missingThreshold" : "x-missingThreshold";
  const auto treatment = importer.choice(e, treatmentName, treatments, 0);
  const auto threshold = importer.number(e, thresholdName, 1.0);
  if (!treatment || !threshold) return std::nullopt;
  if (!(*threshold >= 0 && *threshold <= 1)) {
    importer.invalid(e, thresholdName, "not between 0 and 1");
    return std::nullopt;
  }
  result.missing = static_cast<MissingPrediction>(*treatment);
  result.threshold = *threshold;
  bool ok = true;
  std::set<std::string> ids;
  for (const Element* s = e->FirstChildElement("Segment"); s; s = s->NextSiblingElement("Segment")) {
    ok = readSegment(importer, s, result) && ok;
    const char* id = s->Attribute("id");
    if (id && !ids.insert(id).second) ok = importer.invalid(s, "id", "a second Segment of this id");
  }
  if (!ok) return std::nullopt;
  if (result.segments.empty() && (result.method != MultipleModelMethod::sum || importer.options.jpmml)) {
    importer.missing(e, "Segment");
    return std::nullopt;
  }
  return result;
}

bool readsSegments(const Element* miningModel) {
  const Element* output = miningModel->FirstChildElement("Output");
  for (const Element* f = output ? output->FirstChildElement("OutputField") : nullptr; f;
       f = f->NextSiblingElement("OutputField")) {
    if (f->Attribute("segmentId")) return true;
  }
  return false;
}

}  // namespace kiln::pmml

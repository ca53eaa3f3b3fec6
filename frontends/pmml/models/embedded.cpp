// Sequences of embedded models. What a tree does with those in its Nodes is in tree_model.cpp.
#include "frontends/pmml/models/embedded.h"

#include <cstring>

namespace kiln::pmml {

namespace {

constexpr uint32_t kDeepest = 32;  // models inside nodes of models ...

bool checked(Importer& importer, const Element* element, bool tree) {
  if (tree) return true;  // as TreeModels are, by treeNodes
  return importer.onlyAttributes(element, {"modelName", "functionName", "algorithmName", "normalizationMethod"}) &&
         importer.onlyChildren(
             element, {"Output", "ModelStats", "Targets", "LocalTransformations", "ResultField", "RegressionTable"});
}

bool isEmbedded(const Element* e) {
  return !std::strcmp(e->Name(), "Regression") || !std::strcmp(e->Name(), "DecisionTree");
}

}  // namespace

std::optional<Prediction> embeddedModel(Importer& importer, Scope& scope, const Element* element) {
  const bool tree = !std::strcmp(element->Name(), "DecisionTree");
  uint32_t depth = 0;
  for (auto* e = element; e; e = e->Parent() ? e->Parent()->ToElement() : nullptr) depth += isEmbedded(e);
  if (depth > kDeepest) {
    importer.unsupported(element, "more than " + std::to_string(kDeepest) + " models inside each other");
    return std::nullopt;
  }
  if (!checked(importer, element, tree)) return std::nullopt;
  importer.at(element);
  Scope inner(&scope);
  if (const Element* local = element->FirstChildElement("LocalTransformations")) {
    if (!importer.declareTransformations(inner, local)) return std::nullopt;
  }
  auto prediction = tree ? treeNodes(importer, inner, element) : regressionTables(importer, inner, element);
  if (!prediction) return std::nullopt;
  importer.at(element);
  prediction = importer.applyTargets(inner, element, std::move(*prediction));
  if (!prediction || !importer.declareResultFields(scope, element, *prediction)) return std::nullopt;
  const Element* output = element->FirstChildElement("Output");
  if (output && std::strcmp(element->Parent()->Value(), "MiningModel"))
    return importer.unsupported(output, "Output of a model inside a Node"), std::nullopt;
  if (output && !importer.declareOutputs(inner, element, *prediction, &scope, false)) return std::nullopt;
  return prediction;
}

bool hasModelSequence(const Element* miningModel) {
  for (const Element* e = miningModel->FirstChildElement(); e; e = e->NextSiblingElement()) {
    if (isEmbedded(e)) return !miningModel->FirstChildElement("Segmentation");
  }
  return false;
}

std::optional<Prediction> modelSequence(Importer& importer, Scope& scope, const Element* miningModel) {
  if (!importer.onlyAttributes(miningModel,
                               {"modelName", "functionName", "algorithmName", "isScorable", "x-mathContext"}) ||
      !importer.onlyChildren(
          miningModel, {"MiningSchema", "Output", "ModelStats", "ModelExplanation", "Targets", "LocalTransformations",
                        "ModelVerification", "Regression", "DecisionTree"})) {
    return std::nullopt;
  }
  std::optional<Prediction> last;
  const Element* place = nullptr;
  bool ok = true;
  for (const Element* e = miningModel->FirstChildElement(); e; e = e->NextSiblingElement()) {
    if (!isEmbedded(e)) continue;
    std::vector<OutputColumn> before;
    if (last) before = std::move(last->outputs);
    last = embeddedModel(importer, scope, e);
    ok = ok && last;
    if (last) last->outputs.insert(last->outputs.begin(), before.begin(), before.end());
    place = e;
  }
  if (!ok) return std::nullopt;
  const char* function = miningModel->Attribute("functionName");
  if (last->classification != (function && !std::strcmp(function, "classification"))) {
    importer.invalid(place, "functionName", "the last model's result is not of the MiningModel's function");
    return std::nullopt;
  }
  return last;
}

}  // namespace kiln::pmml

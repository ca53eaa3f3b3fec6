// AnomalyDetectionModel: the score of the model inside it, brought to the scale of its algorithm.
#include <algorithm>
#include <cmath>

#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/tables/lookup.h"
#include "frontends/pmml/classes.h"

namespace kiln::pmml {

using namespace ir;

namespace {

enum Algorithm { iforest, ocsvm, clusterMeanDist, other };

struct AnomalyDetection {
  Importer& importer;
  const Element* model;
  Builder& build = importer.build;
  Elem elem = mathElem(importer);

  ValueId number(double v) { return elem == Elem::f32 ? build.number32(v) : build.number(v); }

  // 2 ^ (-path / c(n)), where c(n) = 2 H(n - 1) - 2 (n - 1) / n is the mean path of an unsuccessful search among n rows and the
  // harmonic number H(i) is taken as ln(i) + Euler's constant.
  std::optional<ValueId> isolation(const Prediction& inner) {
    const auto n = importer.integer(model, "sampleDataSize", std::nullopt);
    if (!n) return std::nullopt;
    if (*n < 2) return importer.invalid(model, "sampleDataSize", "must be at least 2"), std::nullopt;
    const double size = static_cast<double>(*n);
    const double mean = 2 * (std::log(size - 1) + 0.57721566490153286) - 2 * (size - 1) / size;
    const ValueId path = asNumber(importer, inner.value, elem);
    if (path == ir::kNone) return importer.invalid(model, "", "the model inside gives no path length"), std::nullopt;
    return build.call("pow", {number(2), build.call("neg", {build.call("div", {path, number(mean)})})});
  }

  // The distance to the nearest cluster, in units of that cluster's mean distance.
  std::optional<ValueId> clusterDistance(const Prediction& inner) {
    const Element* means = model->FirstChildElement("MeanClusterDistances");
    const Element* array = means ? means->FirstChildElement("Array") : nullptr;
    if (!array) return importer.missing(model, "MeanClusterDistances"), std::nullopt;
    const auto numbers = importer.onlyChildren(means, {"Array"}) ? importer.numberArray(array) : std::nullopt;
    if (!numbers) return std::nullopt;
    if (inner.clusterIndex == ir::kNone) return importer.invalid(model, "algorithmType", "needs a ClusteringModel"), std::nullopt;
    if (numbers->size() != build.type(inner.clusterDistances).shape[0])
      return importer.invalid(array, "", "has not one distance for each cluster"), std::nullopt;
    if (!std::all_of(numbers->begin(), numbers->end(), [](double mean) { return mean >= 0; }))
      return importer.invalid(array, "", "a distance is not negative"), std::nullopt;
    Lookup table;
    table.elem = elem;
    for (double v : *numbers) table.numbers.push_back(elem == Elem::f32 ? static_cast<double>(static_cast<float>(v)) : v);
    table.sizes = {static_cast<uint32_t>(numbers->size())};
    LookupNode lookup;
    lookup.table = build.table(std::move(table), "mean");
    // The model inside may compute in the other mathContext.
    return build.call("div", {asNumber(importer, inner.affinity, elem), build.add(std::move(lookup), {inner.clusterIndex})});
  }

  std::optional<ValueId> score(Algorithm algorithm, const Prediction& inner) {
    if (algorithm == iforest) return isolation(inner);
    if (algorithm == clusterMeanDist) return clusterDistance(inner);
    const ValueId value = inner.classification ? ir::kNone : asNumber(importer, inner.value, elem);
    if (value == ir::kNone) return importer.invalid(model, "", "the model inside gives no number"), std::nullopt;
    return value;
  }
};

}  // namespace

std::optional<Prediction> anomalyDetectionModel(Importer& importer, Scope& scope, const Element* model) {
  if (!importer.onlyAttributes(model, {"modelName", "functionName", "algorithmName", "algorithmType", "sampleDataSize", "isScorable", "x-mathContext"}))
    return std::nullopt;
  const Element* inner = nullptr;
  for (const Element* e = model->FirstChildElement(); e; e = e->NextSiblingElement()) {
    if (!isModel(e)) continue;
    if (inner) return importer.misplaced(e, "a second model"), std::nullopt;
    inner = e;
  }
  if (!inner) return importer.missing(model, "MODEL-ELEMENT"), std::nullopt;
  if (!importer.onlyChildren(model, {"MiningSchema", "Output", "ModelStats", "ModelExplanation", "Targets", "LocalTransformations", "ModelVerification",
                                     "MeanClusterDistances", inner->Name()}) ||
      !importer.required(model, "algorithmType"))
    return std::nullopt;
  const auto function = importer.required(model, "functionName");
  if (!function) return std::nullopt;
  if (*function != "regression") {
    importer.unsupported(model, "functionName '" + *function + "' of an AnomalyDetectionModel");
    return std::nullopt;
  }
  const auto algorithm = importer.choice(model, "algorithmType", {"iforest", "ocsvm", "clusterMeanDist", "other"}, -1);
  if (!algorithm) return std::nullopt;
  const auto result = importer.model(scope, inner, false, nullptr);
  if (!result) return std::nullopt;
  importer.at(model);
  const auto score = AnomalyDetection{importer, model}.score(static_cast<Algorithm>(*algorithm), *result);
  if (!score) return std::nullopt;
  Prediction prediction;
  prediction.value = *score;
  return prediction;
}

}  // namespace kiln::pmml

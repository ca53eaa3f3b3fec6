// ClusteringModel: the nearest center, or the most alike, under the ComparisonMeasure; distribution based: the cluster with the
// highest normal density. KohonenMap, Partition and size do not change a score.
#include <cmath>
#include <cstring>

#include "compiler/ir/nodes/argmax.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/const.h"
#include "compiler/ir/nodes/pairwise.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/nodes/solve.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/nodes/topk.h"
#include "compiler/ir/tables/matrix.h"
#include "frontends/pmml/matrices.h"
#include "frontends/pmml/models/cholesky.h"
#include "frontends/pmml/models/measured_fields.h"
#include "frontends/pmml/ranks.h"

namespace kiln::pmml {

using namespace ir;

namespace {

struct Clustering {
  Importer& importer;
  Scope& scope;
  const Element* model;
  Builder& build = importer.build;
  Elem elem = mathElem(importer);
  MeasuredFields fields{importer, scope, elem};
  std::vector<const Element*> clusters = {};
  std::vector<std::vector<double>> centers = {};
  std::vector<std::string> ids = {}, names = {};
  std::map<std::string, uint32_t> byId = {};
  ValueId affinities = kNone;   // one a cluster
  bool largest = false;         // the best affinity

  // ---- fields

  // Up to 3.1 the centers are of the derived fields of CenterFields; a ClusteringField of that name, or in that place, says how
  // they compare.
  bool addCenterFields(const Element* centerFields, const std::vector<const Element*>& declared) {
    if (!importer.onlyChildren(centerFields, {"DerivedField"}) || !importer.declareTransformations(scope, centerFields)) return false;
    size_t place = 0, count = 0;
    for (const Element* d = centerFields->FirstChildElement("DerivedField"); d; d = d->NextSiblingElement("DerivedField")) ++count;
    for (const Element* d = centerFields->FirstChildElement("DerivedField"); d; d = d->NextSiblingElement("DerivedField"), ++place) {
      const auto name = importer.required(d, "name");
      if (!name) return false;
      const Element* element = declared.size() == count ? declared[place] : d;
      for (const Element* e : declared) {
        if (*name == e->Attribute("field")) element = e;
      }
      if (!fields.add(element, *name)) return false;
    }
    return true;
  }

  bool readFields() {
    std::vector<const Element*> declared;
    for (const Element* e = model->FirstChildElement("ClusteringField"); e; e = e->NextSiblingElement("ClusteringField")) {
      const auto isCenter = importer.boolean(e, "isCenterField", true);
      if (!importer.onlyAttributes(e, {"field", "isCenterField", "fieldWeight", "similarityScale", "compareFunction"}) ||
          !importer.onlyChildren(e, {"Comparisons"}) || !importer.required(e, "field") || !isCenter)
        return false;
      if (*isCenter) declared.push_back(e);
    }
    if (const Element* centerFields = model->FirstChildElement("CenterFields")) return addCenterFields(centerFields, declared);
    for (const Element* e : declared) {
      if (!fields.add(e, e->Attribute("field"))) return false;
    }
    return !declared.empty() || importer.missing(model, "ClusteringField");
  }

  bool readCluster(const Element* e) {
    if (!importer.onlyAttributes(e, {"id", "name", "size"}) ||
        !importer.onlyChildren(e, {"KohonenMap", "Array", "Partition", "Covariances"}))
      return false;
    clusters.push_back(e);
    const std::string number = std::to_string(clusters.size());
    ids.push_back(importer.attribute(e, "id").value_or(number));
    names.push_back(importer.attribute(e, "name").value_or(ids.back()));
    if (!byId.emplace(ids.back(), static_cast<uint32_t>(byId.size())).second) return importer.invalid(e, "id", "a second cluster '" + ids.back() + "'");
    const Element* array = e->FirstChildElement("Array");
    if (!array)
      return importer.unsupported(e, "a Cluster without its Array", "the text gives no rule that scores statistics of a Partition; clusters need their centres");
    const auto cells = importer.array(array);
    if (!cells) return false;
    if (cells->size() != fields.fields().size())
      return importer.invalid(array, "", "has " + std::to_string(cells->size()) + " members, the model has " +
                                             std::to_string(fields.fields().size()) + " center fields");
    std::vector<double> center;
    for (size_t i = 0; i < cells->size(); ++i) {
      const auto cell = fields.cell(i, (*cells)[i], array, true);
      if (!cell) return false;
      center.push_back(*cell);
    }
    centers.push_back(std::move(center));
    return true;
  }

  bool readClusters() {
    const auto count = importer.integer(model, "numberOfClusters", -1);
    if (!count) return false;
    for (const Element* e = model->FirstChildElement("Cluster"); e; e = e->NextSiblingElement("Cluster")) {
      if (!readCluster(e)) return false;
    }
    if (clusters.empty()) return importer.missing(model, "Cluster");
    if (*count >= 0 && *count != static_cast<int64_t>(clusters.size()))
      importer.warn(model, "numberOfClusters is " + std::to_string(*count) + ", the model has " + std::to_string(clusters.size()));
    return true;
  }

  std::optional<std::vector<double>> missingValueWeights() {
    const Element* e = model->FirstChildElement("MissingValueWeights");
    if (!e) return std::vector<double>();
    if (!importer.onlyChildren(e, {"Array"}) || !e->FirstChildElement("Array")) return importer.missing(e, "Array"), std::nullopt;
    auto weights = importer.numberArray(e->FirstChildElement("Array"));
    if (weights && weights->size() != fields.fields().size()) {
      importer.invalid(e, "", "has not one weight for each center field");
      return std::nullopt;
    }
    return weights;
  }

  // ---- affinities

  bool centerBased() {
    const auto adjust = missingValueWeights();
    if (!adjust) return false;
    const ValueId x = fields.vector();
    importer.at(model);
    Pairwise node;
    node.rows = matrixTable(importer, centers, elem, "centers");
    node.measure = fields.table(*adjust);
    affinities = build.add(node, {x}, "affinity");
    largest = fields.similarity();
    return true;
  }

  ValueId constant(double v) { return elem == Elem::f32 ? build.number32(v) : build.number(v); }

  // The logarithm of the normal density, but for the constant that all clusters share.
  std::optional<ValueId> logDensity(size_t i, ValueId x) {
    const Element* covariances = clusters[i]->FirstChildElement("Covariances");
    const Element* matrix = covariances ? covariances->FirstChildElement("Matrix") : nullptr;
    if (!matrix) return importer.missing(clusters[i], "Covariances"), std::nullopt;
    auto rows = readMatrix(importer, matrix);
    if (!rows) return std::nullopt;
    const size_t n = fields.fields().size();
    if (rows->size() != n || rows->front().size() != n || !cholesky(*rows)) {
      importer.invalid(matrix, "", "is no covariance matrix of " + std::to_string(n) + " fields");
      return std::nullopt;
    }
    double logDeterminant = 0;
    for (size_t k = 0; k < n; ++k) logDeterminant += 2 * std::log((*rows)[k][k]);
    importer.at(clusters[i]);
    Solve solve;
    solve.matrix = matrixTable(importer, *rows, elem, "covariance");
    const ValueId away = build.add(solve, {build.call("sub", {x, constantVector(importer, centers[i], elem, "mean")})});
    Reduce squares;
    squares.op = Reduce::sumsq;
    const double size = logDeterminant + static_cast<double>(n) * std::log(2 * M_PI);
    return build.call("mul", {build.call("add", {build.add(squares, {away}), constant(size)}), constant(-0.5)});
  }

  bool distributionBased() {
    const ValueId x = fields.vector();
    std::vector<ValueId> densities;
    for (size_t i = 0; i < clusters.size(); ++i) {
      const auto density = logDensity(i, x);
      if (!density) return false;
      densities.push_back(*density);
    }
    importer.at(model);
    affinities = build.add(Concat(), densities, "affinity");
    largest = true;
    return true;
  }

  // ---- results

  std::optional<Ranks> ranksOf(const Element* field) { return readRanks(importer, field, static_cast<uint32_t>(ids.size()), "clusters"); }
  // The best affinities of these ranks, and their clusters.
  std::vector<ValueId> ranked(const Ranks& ranks) {
    TopK top;
    top.k = ranks.first + ranks.count, top.smallest = !largest;
    const std::vector<ValueId> all = build.addAll(top, {affinities}, "ranked");
    return {atRanks(importer, all[0], ranks), atRanks(importer, all[1], ranks)};
  }
  ValueId entityId(const Element* field, const std::vector<std::string>& texts) {
    const auto ranks = ranksOf(field);
    return ranks ? textAt(importer, ranked(*ranks)[1], texts, "entity") : kNone;
  }
  ValueId affinity(const Element* field) {
    if (const auto id = importer.attribute(field, "value")) {
      if (const auto known = byId.find(*id); known != byId.end()) return elementAt(importer, affinities, known->second);
      importer.invalid(field, "value", "there is no such cluster");
      return kNone;
    }
    const auto ranks = ranksOf(field);
    return ranks ? ranked(*ranks)[0] : kNone;
  }

  std::optional<Prediction> run(bool distribution) {
    if (!fields.readMeasure(model) || !readFields() || !readClusters()) return std::nullopt;
    if (!(distribution ? distributionBased() : centerBased())) return std::nullopt;
    ArgMax best;
    best.smallest = !largest;
    const ValueId nearest = build.add(best, {affinities}, "nearest");
    const ValueId index = distribution ? definedOrFailed(importer, nearest, nearest) : fields.checked(nearest, nearest);
    Prediction prediction;
    prediction.classification = true;
    prediction.targetType = {DataType::string, OpType::categorical};
    prediction.value = textAt(importer, index, ids, "cluster");
    prediction.labels = {build.type(prediction.value).dict};
    prediction.clusterDistances = affinities, prediction.clusterIndex = index;
    Reduce extreme;
    extreme.op = largest ? Reduce::max : Reduce::min, extreme.skip = true;
    prediction.affinity = build.add(extreme, {affinities}, "best");
    const auto self = std::make_shared<Clustering>(*this);
    for (const char* name : {"entityId", "clusterId"}) {
      prediction.features[name] = [self](const Element* field) { return self->entityId(field, self->ids); };
    }
    prediction.features["predictedDisplayValue"] = [self, index](const Element*) { return textAt(self->importer, index, self->names, "name"); };
    for (const char* name : {"affinity", "clusterAffinity", "entityAffinity"}) {
      prediction.features[name] = [self](const Element* field) { return self->affinity(field); };
    }
    return prediction;
  }
};

}  // namespace

std::optional<Prediction> clusteringModel(Importer& importer, Scope& scope, const Element* model) {
  if (!importer.onlyAttributes(model, {"modelName", "functionName", "algorithmName", "modelClass", "numberOfClusters", "isScorable", "x-mathContext"}) ||
      !importer.onlyChildren(model, {"MiningSchema", "Output", "ModelStats", "ModelExplanation", "Targets", "LocalTransformations", "ModelVerification",
                                     "ComparisonMeasure", "ClusteringField", "CenterFields", "MissingValueWeights", "Cluster"})) {
    return std::nullopt;
  }
  const auto modelClass = importer.choice(model, "modelClass", {"centerBased", "distributionBased"}, 0);
  if (!modelClass) return std::nullopt;
  return Clustering{importer, scope, model}.run(*modelClass == 1);
}

}  // namespace kiln::pmml

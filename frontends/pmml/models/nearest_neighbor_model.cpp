// NearestNeighborModel: the nearest training instances, and what their targets come to.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

#include "compiler/ir/nodes/argmax.h"
#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/nodes/neighbors.h"
#include "compiler/ir/nodes/raise_if.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/nodes/tally.h"
#include "compiler/ir/tables/lookup.h"
#include "compiler/ir/tables/matrix.h"
#include "frontends/pmml/models/measured_fields.h"
#include "frontends/pmml/models/training_instances.h"
#include "frontends/pmml/ranks.h"

namespace kiln::pmml {

using namespace ir;

namespace {

enum Continuous { average, median, weightedAverage };
enum Categorical { majorityVote, weightedMajorityVote };

struct NearestNeighbors {
  Importer& importer;
  Scope& scope;
  const Element* model;
  Builder& build = importer.build;
  Elem elem = mathElem(importer);
  MeasuredFields fields{importer, scope, elem};
  TrainingInstances instances = {};
  uint32_t k = 1;
  Continuous continuous = average;
  Categorical categorical = majorityVote;
  double threshold = 0.001;
  std::vector<std::string> ids = {};
  ValueId distances = kNone, neighbors = kNone;   // [k] each

  bool readAttributes() {
    const auto count = importer.integer(model, "numberOfNeighbors", std::nullopt);
    const auto numbers = importer.choice(model, "continuousScoringMethod", {"average", "median", "weightedAverage"}, 0);
    const auto classes = importer.choice(model, "categoricalScoringMethod", {"majorityVote", "weightedMajorityVote"}, 0);
    const auto least = importer.number(model, "threshold", 0.001);
    if (!count || !numbers || !classes || !least) return false;
    if (*count < 1 || *count > 65536) return importer.invalid(model, "numberOfNeighbors", "out of range");
    k = static_cast<uint32_t>(*count);
    continuous = static_cast<Continuous>(*numbers), categorical = static_cast<Categorical>(*classes), threshold = *least;
    return true;
  }

  bool readInputs() {
    const Element* inputs = model->FirstChildElement("KNNInputs");
    if (!inputs) return importer.missing(model, "KNNInputs");
    for (const Element* e = inputs->FirstChildElement("KNNInput"); e; e = e->NextSiblingElement("KNNInput")) {
      const auto field = importer.required(e, "field");
      if (!field || !importer.onlyAttributes(e, {"field", "fieldWeight", "compareFunction"}) || !fields.add(e, *field)) return false;
    }
    return !fields.fields().empty() || importer.missing(inputs, "KNNInput");
  }

  bool readIds() {
    const auto variable = importer.attribute(model, "instanceIdVariable");
    if (variable && !instances.has(*variable)) return importer.invalid(model, "instanceIdVariable", "the training instances have no such field");
    for (size_t r = 0; r < instances.rows(); ++r) {
      const std::string* id = variable ? instances.cell(r, *variable) : nullptr;
      if (variable && !id) return importer.invalid(instances.element(r), "", "has no '" + *variable + "'");
      ids.push_back(id ? *id : std::to_string(r + 1));
    }
    return true;
  }

  // The instances as numbers: from their own columns, or for derived fields computed from these.
  std::optional<std::vector<std::vector<double>>> readRows(ValueId& x) {
    const size_t n = fields.fields().size();
    std::vector<std::vector<double>> rows(instances.rows(), std::vector<double>(n, std::nan("")));
    std::vector<size_t> derived;
    for (size_t c = 0; c < n; ++c) {
      const std::string& name = fields.fields()[c].field.name;
      if (!instances.has(name)) derived.push_back(c);
      for (size_t r = 0; r < instances.rows(); ++r) {
        const std::string* text = instances.cell(r, name);
        if (!text) continue;
        const auto cell = fields.cell(c, *text, instances.element(r));
        if (!cell) return std::nullopt;
        rows[r][c] = *cell;
      }
    }
    x = fields.vector();
    if (derived.empty()) return rows;
    std::vector<ValueId> wanted;
    for (size_t c : derived) wanted.push_back(fields.values()[c]);
    const auto computed = derivedFor(importer, scope, instances, wanted, fields.fields()[derived[0]].element);
    if (!computed) return std::nullopt;
    for (size_t r = 0; r < rows.size(); ++r) {
      for (size_t i = 0; i < derived.size(); ++i) rows[r][derived[i]] = (*computed)[r][i];
    }
    return rows;
  }

  bool findNeighbors() {
    ValueId x = kNone;
    const auto rows = readRows(x);
    if (!rows) return false;
    importer.at(model);
    Neighbors node;
    node.rows = matrixTable(importer, *rows, elem, "instances"), node.measure = fields.table({});
    node.k = k, node.largest = fields.similarity();
    const std::vector<ValueId> found = build.addAll(node, {x}, "distance");
    distances = fields.checked(found[0], elementAt(importer, found[0], 0));
    neighbors = fields.checked(found[1], elementAt(importer, found[0], 0));
    return true;
  }

  // ---- targets

  ValueId number(double v) { return elem == Elem::f32 ? build.number32(v) : build.number(v); }
  ValueId weights() { return build.call("div", {number(1), build.call("add", {distances, number(threshold)})}); }
  ValueId reduced(Reduce::Kind kind, ValueId x) {
    Reduce reduce;
    reduce.op = kind, reduce.skip = true;
    return build.add(reduce, {x});
  }
  // A row of the table a neighbour; those without a value are missing.
  ValueId ofNeighbors(Lookup table, const std::string& name) {
    table.sizes = {static_cast<uint32_t>(instances.rows())};
    LookupNode lookup;
    lookup.table = build.table(std::move(table), name);
    return build.add(std::move(lookup), {neighbors}, name);
  }
  bool weightsAreDistances() {
    return !fields.similarity() || importer.unsupported(model, "scoring weighted by a similarity", "weights are defined for distances");
  }

  std::optional<Prediction> numeric(const Field& target) {
    Lookup table;
    table.elem = elem;
    for (size_t r = 0; r < instances.rows(); ++r) {
      const std::string* text = instances.cell(r, target.name);
      const auto value = text ? Importer::parseValue(*text, target.type) : std::nullopt;
      if (!value) return importer.invalid(instances.element(r), "", "has no number for '" + target.name + "'"), std::nullopt;
      table.numbers.push_back(elem == Elem::f32 ? static_cast<double>(static_cast<float>(*value)) : *value);
    }
    const ValueId y = ofNeighbors(std::move(table), target.name);
    Prediction prediction;
    if (continuous != weightedAverage) {
      prediction.value = reduced(continuous == median ? Reduce::median : Reduce::mean, y);
    } else {
      if (!weightsAreDistances()) return std::nullopt;
      const ValueId w = weights();
      prediction.value = build.call("div", {reduced(Reduce::sum, build.call("mul", {w, y})), reduced(Reduce::sum, w)});
    }
    prediction.targetType = target.type;
    return prediction;
  }

  // Classes by how often the instances have them, then by their text: the order in which ties are broken.
  std::vector<uint32_t> byFrequency(const std::vector<uint32_t>& codes, const Classes& classes) {
    std::map<uint32_t, size_t> counts;
    for (uint32_t code : codes) {
      if (code != ir::kNone) ++counts[code];
    }
    std::vector<uint32_t> order;
    for (const auto& [code, count] : counts) order.push_back(code);
    const Dict& dict = build.get<Dict>(classes.dict);
    std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
      return counts[a] != counts[b] ? counts[a] > counts[b] : dict.labelText(a) < dict.labelText(b);
    });
    return order;
  }

  std::optional<Prediction> categoricalTarget(const Field& target, const Classes& classes) {
    std::vector<uint32_t> codes;
    for (size_t r = 0; r < instances.rows(); ++r) {
      const std::string* text = instances.cell(r, target.name);
      const auto code = text ? classCode(importer, classes, *text, instances.element(r)) : std::optional(ir::kNone);
      if (!code) return std::nullopt;
      codes.push_back(*code);
    }
    const std::vector<uint32_t> order = byFrequency(codes, classes);
    if (order.empty()) return importer.invalid(model, "", "no training instance has a value for '" + target.name + "'"), std::nullopt;
    Lookup table;
    table.elem = Elem::i32;
    std::map<uint32_t, int64_t> places;
    for (uint32_t code : order) places.emplace(code, static_cast<int64_t>(places.size()));
    for (uint32_t code : codes) {
      const auto at = places.find(code);
      table.missing.push_back(at == places.end());
      table.integers.push_back(at == places.end() ? 0 : at->second);
    }
    if (std::find(table.missing.begin(), table.missing.end(), 1) == table.missing.end()) table.missing.clear();
    Tally tally;
    tally.size = static_cast<uint32_t>(order.size());
    if (categorical == weightedMajorityVote && !weightsAreDistances()) return std::nullopt;
    const ValueId weight = categorical == weightedMajorityVote ? weights() : constantVector(importer, std::vector<double>(k, 1.0), elem, "votes");
    const ValueId votes = build.add(tally, {ofNeighbors(std::move(table), target.name), weight}, "votes");
    Prediction prediction;
    prediction.classification = true;
    prediction.targetType = classes.type, prediction.labels = classes.dict;
    prediction.value = classAt(importer, build.add(ArgMax(), {votes}), classes, order);
    prediction.probabilities =
        inClassOrder(importer, build.call("div", {votes, reduced(Reduce::sum, votes)}), order, classCount(importer, classes));
    return prediction;
  }

  std::optional<Prediction> predictionOf(const std::string& name, const std::string& function) {
    importer.at(model);
    if (name.empty()) {  // the target of a segment, which has no name
      Field target;
      if (function == "classification") return categoricalTarget(target, classesOf(importer, model));
      target.type.dataType = DataType::real, target.type.opType = OpType::continuous;
      return numeric(target);
    }
    const auto target = importer.targetField(model, name);
    if (!target) return importer.invalid(model, "", "the DataDictionary has no target '" + name + "'"), std::nullopt;
    if (!instances.has(name)) return importer.invalid(model, "", "the training instances have no target '" + name + "'"), std::nullopt;
    const bool isClass = function == "classification" || (function == "mixed" && target->type.opType != OpType::continuous);
    auto prediction = isClass ? categoricalTarget(*target, {target->dict, target->type}) : numeric(*target);
    if (prediction) prediction->target = name;
    return prediction;
  }

  // The targets by name; one that only the instances have is nameless.
  static std::vector<std::string> targets(Importer& importer, const Element* model, const TrainingInstances& instances) {
    const std::vector<std::string> names = importer.targetNames(model);
    return names.empty() && instances.has("") ? std::vector<std::string>{""} : names;
  }

  // ---- results

  std::optional<Prediction> run(const std::string& function) {
    if (!readAttributes() || !fields.readMeasure(model) || !readInputs() || !instances.read(importer, model) || !readIds() || !findNeighbors())
      return std::nullopt;
    std::vector<Prediction> predictions;
    if (function != "clustering") {
      for (const std::string& name : targets(importer, model, instances)) {
        auto prediction = predictionOf(name, function);
        if (!prediction) return std::nullopt;
        predictions.push_back(std::move(*prediction));
      }
    }
    if (predictions.empty()) predictions.emplace_back();
    const auto self = std::make_shared<NearestNeighbors>(*this);
    for (Prediction& p : predictions) {
      p.features["entityId"] = [self](const Element* field) {
        const auto ranks = readRanks(self->importer, field, static_cast<uint32_t>(self->k), "neighbours");
        return ranks ? textAt(self->importer, atRanks(self->importer, self->neighbors, *ranks), self->ids, "neighbor") : kNone;
      };
      for (const char* name : {"affinity", "entityAffinity", "clusterAffinity"}) {
        p.features[name] = [self](const Element* field) {
          const auto ranks = readRanks(self->importer, field, static_cast<uint32_t>(self->k), "neighbours");
          return ranks ? atRanks(self->importer, self->distances, *ranks) : kNone;
        };
      }
    }
    Prediction result = predictions[0];
    result.others.assign(predictions.begin() + 1, predictions.end());
    return result;
  }
};

}  // namespace

std::optional<Prediction> nearestNeighborModel(Importer& importer, Scope& scope, const Element* model) {
  if (!importer.onlyAttributes(model, {"modelName", "functionName", "algorithmName", "numberOfNeighbors", "continuousScoringMethod",
                                       "categoricalScoringMethod", "instanceIdVariable", "threshold", "isScorable", "x-mathContext"}) ||
      !importer.onlyChildren(model, {"MiningSchema", "Output", "ModelStats", "ModelExplanation", "Targets", "LocalTransformations", "ModelVerification",
                                     "TrainingInstances", "ComparisonMeasure", "KNNInputs"})) {
    return std::nullopt;
  }
  const auto function = importer.required(model, "functionName");
  if (!function) return std::nullopt;
  if (*function != "classification" && *function != "regression" && *function != "mixed" && *function != "clustering") {
    importer.unsupported(model, "functionName '" + *function + "' of a NearestNeighborModel");
    return std::nullopt;
  }
  return NearestNeighbors{importer, scope, model}.run(*function);
}

bool collectNeighborClasses(Importer& importer, const Element* model, const Classes& classes) {
  TrainingInstances instances;
  if (!instances.read(importer, model)) return false;
  const std::vector<std::string> targets = NearestNeighbors::targets(importer, model, instances);
  if (targets.empty()) return true;
  for (size_t r = 0; r < instances.rows(); ++r) {
    const std::string* label = instances.cell(r, targets[0]);
    if (label && !classCode(importer, classes, *label, instances.element(r))) return false;
  }
  return true;
}

}  // namespace kiln::pmml

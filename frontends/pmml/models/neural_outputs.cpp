// Outputs of a NeuralNetwork: each undoes the normalization of its target.
#include "frontends/pmml/models/neural_outputs.h"

#include <algorithm>
#include <cstring>

#include "compiler/ir/nodes/argmax.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/nodes/piecewise.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/tables/knots.h"
#include "compiler/ir/tables/lookup.h"
#include "frontends/pmml/classes.h"

namespace kiln::pmml {

using namespace ir;

// ---- neurons

bool Neurons::name(const std::string& id, uint32_t position, const Element* at) {
  if (places_.emplace(id, NeuronPlace{static_cast<uint32_t>(vectors_.size()), position}).second) return true;
  return importer_.misplaced(at, "a second neuron '" + id + "'");
}

const NeuronPlace* Neurons::find(const std::string& id) const {
  const auto known = places_.find(id);
  return known == places_.end() || known->second.vector >= vectors_.size() ? nullptr : &known->second;
}

ValueId Neurons::gather(const std::vector<NeuronPlace>& wanted) const {
  std::vector<ValueId> parts;
  std::vector<uint32_t> start(vectors_.size(), ir::kNone);
  uint32_t size = 0;
  for (uint32_t v = 0; v < vectors_.size(); ++v) {
    if (std::none_of(wanted.begin(), wanted.end(), [&](const NeuronPlace& p) { return p.vector == v; })) continue;
    start[v] = size, size += vectors_[v].size;
    parts.push_back(vectors_[v].value);
  }
  const ValueId all = parts.size() == 1 ? parts[0] : importer_.build.add(Concat(), parts);
  Take take;
  take.scalar = false;
  bool same = wanted.size() == size;
  for (const NeuronPlace& p : wanted) {
    same = same && start[p.vector] + p.position == take.at.size();
    take.at.push_back(start[p.vector] + p.position);
  }
  return same ? all : importer_.build.add(std::move(take), {all});
}

ValueId Neurons::value(const NeuronPlace& place) const {
  Take take;
  take.at = {place.position};
  return importer_.build.add(std::move(take), {vectors_[place.vector].value});
}

namespace {

// ---- which value of the target a neuron stands for

// The definition of a derived field that `model` can see; null if there is none of this name.
const Element* derivedField(const Element* model, const std::string& name) {
  for (const Element* m = model; m; m = m->Parent() ? m->Parent()->ToElement() : nullptr) {
    for (const char* list : {"LocalTransformations", "TransformationDictionary"}) {
      const Element* fields = m->FirstChildElement(list);
      for (const Element* d = fields ? fields->FirstChildElement("DerivedField") : nullptr; d;
           d = d->NextSiblingElement("DerivedField")) {
        const char* own = d->Attribute("name");
        if (own && name == own) return d;
      }
    }
  }
  return nullptr;
}

// The expression of a NeuralOutput that has the target as its field: a FieldRef may lead to it. Null if it reported.
const Element* outputExpression(Importer& importer, const Element* model, const Element* output) {
  const Element* derived = output->FirstChildElement("DerivedField");
  if (!derived) return importer.missing(output, "DerivedField"), nullptr;
  for (int steps = 0; steps < 16; ++steps) {
    const Element* e = Importer::expressionOf(derived);
    if (!e) return importer.missing(derived, "EXPRESSION"), nullptr;
    if (!importer.isAlone(e)) return nullptr;
    if (!std::strcmp(e->Name(), "NormContinuous") || !std::strcmp(e->Name(), "NormDiscrete")) return e;
    if (std::strcmp(e->Name(), "FieldRef")) {
      return importer.unsupported(e, std::string("an output of a NeuralNetwork by ") + e->Name(),
                                  "outputs are de-normalized from FieldRef, NormContinuous and NormDiscrete"),
             nullptr;
    }
    const auto name = importer.required(e, "field");
    if (!name) return nullptr;
    const Element* next = derivedField(model, *name);
    if (!next || next == derived) return e;
    derived = next;
  }
  return importer.misplaced(output, "its fields refer to each other in a circle"), nullptr;
}

// The classes of one of the model's targets.
Classes classesOfTarget(Importer& importer, const Element* model, const std::string& name) {
  const auto names = importer.targetNames(model);
  if (names.size() > 1 && name != names[0] && std::find(names.begin(), names.end(), name) != names.end()) {
    const auto field = importer.targetField(model, name);
    if (field && field->dict.id != ir::kNone) return {field->dict, field->type};
  }
  return classesOf(importer, model);
}

// ---- results

struct Outputs {
  Importer& importer;
  const Element* model;
  const Neurons& neurons;
  Builder& build = importer.build;

  struct Output {
    NeuronPlace place;
    std::string neuron;
    const Element* expression;
  };
  struct Target {
    std::string name;
    std::vector<Output> outputs;
  };

  std::optional<std::vector<Target>> readOutputs() {
    const Element* list = model->FirstChildElement("NeuralOutputs");
    if (!list) {
      importer.missing(model, "NeuralOutputs");
      return std::nullopt;
    }
    if (!importer.onlyAttributes(list, {"numberOfOutputs"}) || !importer.onlyChildren(list, {"NeuralOutput"}))
      return std::nullopt;
    std::vector<Target> targets;
    for (const Element* e = list->FirstChildElement("NeuralOutput"); e; e = e->NextSiblingElement("NeuralOutput")) {
      if (!importer.onlyAttributes(e, {"outputNeuron"}) || !importer.onlyChildren(e, {"DerivedField"}))
        return std::nullopt;
      const auto neuron = importer.required(e, "outputNeuron");
      const Element* expression = neuron ? outputExpression(importer, model, e) : nullptr;
      const auto field = expression ? importer.required(expression, "field") : std::nullopt;
      if (!field) return std::nullopt;
      const NeuronPlace* known = neurons.find(*neuron);
      if (!known) {
        importer.invalid(e, "outputNeuron", "there is no neuron '" + *neuron + "'");
        return std::nullopt;
      }
      auto target = std::find_if(targets.begin(), targets.end(), [&](const Target& t) { return t.name == *field; });
      if (target == targets.end()) target = targets.insert(targets.end(), {*field, {}});
      target->outputs.push_back({*known, *neuron, expression});
    }
    if (!targets.empty()) return targets;
    importer.missing(list, "NeuralOutput");
    return std::nullopt;
  }

  // The value whose NormContinuous the neuron's output is: the segments the other way round.
  ValueId denormalized(ValueId y, const Element* norm) {
    if (!importer.onlyAttributes(norm, {"field", "mapMissingTo", "outliers"}) ||
        !importer.onlyChildren(norm, {"LinearNorm"}))
      return kNone;
    const auto outliers = importer.choice(norm, "outliers", {"asIs", "asMissingValues", "asExtremeValues"}, 0);
    if (!outliers) return kNone;
    std::vector<std::pair<double, double>> points;  // norm, orig
    for (const Element* n = norm->FirstChildElement("LinearNorm"); n; n = n->NextSiblingElement("LinearNorm")) {
      const auto orig = importer.number(n, "orig", std::nullopt), value = importer.number(n, "norm", std::nullopt);
      if (!orig || !value || !importer.onlyAttributes(n, {"orig", "norm"})) return kNone;
      points.emplace_back(*value, *orig);
    }
    if (points.size() < 2) return importer.invalid(norm, "", "needs two LinearNorms or more"), kNone;
    if (points.front().first > points.back().first) std::reverse(points.begin(), points.end());
    Knots knots;
    for (const auto& [x, value] : points) {
      if (!knots.x.empty() && !(knots.x.back() < x)) {
        return importer.invalid(norm, "", "its norms neither rise nor fall throughout, so that it has no inverse"),
               kNone;
      }
      knots.x.push_back(x), knots.y.push_back(value);
    }
    Piecewise node;
    node.outlier = static_cast<Piecewise::Outlier>(*outliers);
    node.knots = build.table(std::move(knots), "denormalized");
    return build.add(std::move(node), {y});
  }

  std::optional<Prediction> number(const Target& target) {
    const Output& output = target.outputs[0];
    if (target.outputs.size() > 1) {
      importer.invalid(target.outputs[1].expression, "field", "a second output for this target");
      return std::nullopt;
    }
    const ValueId y = neurons.value(output.place);
    Prediction prediction;
    const bool isPlain = !std::strcmp(output.expression->Name(), "FieldRef");
    prediction.value = isPlain ? y : denormalized(y, output.expression);
    if (prediction.value == kNone) return std::nullopt;
    return prediction;
  }

  std::optional<Prediction> classification(const Target& target) {
    const Classes classes = classesOfTarget(importer, model, target.name);
    std::vector<uint32_t> codes;
    std::vector<NeuronPlace> places;
    for (const Output& output : target.outputs) {
      if (!importer.onlyAttributes(output.expression, {"field", "value", "mapMissingTo", "method"}))
        return std::nullopt;
      const auto label = importer.required(output.expression, "value");
      const auto code = label ? classCode(importer, classes, *label, output.expression) : std::nullopt;
      if (!code) return std::nullopt;
      if (std::find(codes.begin(), codes.end(), *code) != codes.end()) {
        importer.invalid(output.expression, "value", "a second output for this class");
        return std::nullopt;
      }
      codes.push_back(*code), places.push_back(output.place);
    }
    // A target that declares one class (ann2pmml names no other for a network of one sigmoid) has what is of interest in the probability.
    const auto declared = importer.dataFields.find(target.name);
    const bool onlyClass = declared != importer.dataFields.end() && declared->second->FirstChildElement("Value") && classCount(importer, classes) == 1;
    if (codes.size() < 2 && !onlyClass) {
      importer.unsupported(target.outputs[0].expression, "one output neuron for a target with classes",
                           "each class has its neuron");
      return std::nullopt;
    }
    const ValueId p = neurons.gather(places);
    const ValueId winner = build.add(ArgMax(), {p});
    Prediction prediction;
    prediction.classification = true;
    prediction.targetType = classes.type;
    prediction.labels = classes.dict;
    prediction.probabilities = inClassOrder(importer, p, codes, classCount(importer, classes));
    prediction.value = orFirstNaN(importer, classAt(importer, winner, classes, codes), p, classes, codes);
    prediction.entity = neuronAt(winner, target.outputs);
    return prediction;
  }

  // The winner's id.
  ValueId neuronAt(ValueId winner, const std::vector<Output>& outputs) {
    Dict dict;
    Lookup table;
    for (const Output& output : outputs) table.integers.push_back(dict.add(output.neuron));
    table.elem = Elem::cat;
    table.sizes = {static_cast<uint32_t>(outputs.size())};
    table.dict = build.table(std::move(dict), "neurons");
    LookupNode lookup;
    lookup.table = build.table(std::move(table), "neuron");
    return build.add(std::move(lookup), {winner}, "entity");
  }

  std::optional<Prediction> lower() {
    const auto targets = readOutputs();
    if (!targets) return std::nullopt;
    const std::vector<std::string> names = importer.targetNames(model);
    std::vector<Prediction> predictions;
    size_t first = 0;
    for (const Target& target : *targets) {
      importer.at(target.outputs[0].expression);
      const bool isClass = !std::strcmp(target.outputs[0].expression->Name(), "NormDiscrete");
      for (const Output& output : target.outputs) {
        if (isClass == !std::strcmp(output.expression->Name(), "NormDiscrete")) continue;
        importer.invalid(output.expression, "", "the outputs of one target are all NormDiscrete, or none is");
        return std::nullopt;
      }
      auto prediction = isClass ? classification(target) : number(target);
      if (!prediction) return std::nullopt;
      if (targets->size() > 1) {
        if (std::find(names.begin(), names.end(), target.name) == names.end()) {
          importer.invalid(target.outputs[0].expression, "field",
                           "'" + target.name + "' is not a target of this model");
          return std::nullopt;
        }
        prediction->target = target.name;
        const auto field = importer.targetField(model, target.name);
        if (field && !isClass) prediction->targetType = field->type;
        if (target.name == names[0]) first = predictions.size();
      }
      predictions.push_back(std::move(*prediction));
    }
    Prediction result = std::move(predictions[first]);
    for (size_t i = 0; i < predictions.size(); ++i) {
      if (i != first) result.others.push_back(std::move(predictions[i]));
    }
    return result;
  }
};

}  // namespace

std::optional<Prediction> neuralOutputs(Importer& importer, const Element* model, const Neurons& neurons) {
  return Outputs{importer, model, neurons}.lower();
}

bool collectNeuralClasses(Importer& importer, const Element* model) {
  const Element* list = model->FirstChildElement("NeuralOutputs");
  for (const Element* e = list ? list->FirstChildElement("NeuralOutput") : nullptr; e;
       e = e->NextSiblingElement("NeuralOutput")) {
    const Element* expression = outputExpression(importer, model, e);
    if (!expression) return false;
    const char *label = expression->Attribute("value"), *field = expression->Attribute("field");
    if (std::strcmp(expression->Name(), "NormDiscrete") || !label || !field) continue;
    if (!classCode(importer, classesOfTarget(importer, model, field), label, expression)) return false;
  }
  return true;
}

}  // namespace kiln::pmml

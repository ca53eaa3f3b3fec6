// NeuralNetwork: a layer is a matrix, an activation of its vector and, if asked for, a normalization; outputs undo the
// normalization of the target. Formulas are those of PMML's NeuralNetwork page.
#include "frontends/pmml/models/neural_network.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <unordered_map>

#include "compiler/ir/nodes/argmax.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/dense.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/nodes/normalize.h"
#include "compiler/ir/nodes/piecewise.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/tables/knots.h"
#include "compiler/ir/tables/lookup.h"
#include "compiler/ir/tables/matrix.h"
#include "frontends/pmml/classes.h"
#include "runtime/kernels/math.h"

namespace kiln::pmml {

using namespace ir;

namespace {

enum Activation {
  threshold, logistic, tanh, identity, exponential, reciprocal, square, gauss, sine, cosine, elliott, arctan, rectifier, radialBasis
};
const std::vector<const char*> kActivations = {"threshold", "logistic", "tanh",   "identity", "exponential", "reciprocal", "square",
                                               "Gauss",     "sine",     "cosine", "Elliott",  "arctan",      "rectifier",  "radialBasis"};
const std::vector<const char*> kNormalizations = {"none", "simplemax", "softmax"};
constexpr uint64_t kMaxWeights = 1 << 26;

// ---- outputs: which value of the target a neuron stands for

// The definition of a derived field that `model` can see; null if there is none of this name.
const Element* derivedField(const Element* model, const std::string& name) {
  for (const Element* m = model; m; m = m->Parent() ? m->Parent()->ToElement() : nullptr) {
    for (const char* list : {"LocalTransformations", "TransformationDictionary"}) {
      const Element* fields = m->FirstChildElement(list);
      for (const Element* d = fields ? fields->FirstChildElement("DerivedField") : nullptr; d; d = d->NextSiblingElement("DerivedField")) {
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

// ---- the network

struct Network {
  Importer& importer;
  Scope& scope;
  const Element* model;
  Builder& build = importer.build;
  Elem elem = mathElem(importer);

  struct Place {
    uint32_t vector, position;
    bool operator==(const Place&) const = default;
  };
  struct Vector {
    ValueId value;
    uint32_t size;
  };
  std::vector<Vector> vectors = {};  // the inputs, then the layers
  std::unordered_map<std::string, Place> places = {};

  struct Connection {
    Place from;
    double weight;
  };
  struct Neuron {
    std::string id;
    double bias = 0, width = 0, altitude = 1;
    std::vector<Connection> connections;
    const Element* element = nullptr;
  };

  double rounded(double v) const { return elem == Elem::f32 ? static_cast<float>(v) : v; }
  ValueId constant(double v) { return elem == Elem::f32 ? build.number32(v) : build.number(v); }
  ValueId call(const char* function, ValueId x) { return build.call(function, {x}); }

  // ---- inputs

  bool place(const std::string& id, uint32_t position, const Element* at) {
    if (places.emplace(id, Place{static_cast<uint32_t>(vectors.size()), position}).second) return true;
    return importer.misplaced(at, "a second neuron '" + id + "'");
  }

  bool inputs() {
    const Element* list = model->FirstChildElement("NeuralInputs");
    if (!list) return importer.missing(model, "NeuralInputs");
    if (!importer.onlyAttributes(list, {"numberOfInputs"}) || !importer.onlyChildren(list, {"NeuralInput"})) return false;
    std::vector<ValueId> values;
    for (const Element* e = list->FirstChildElement("NeuralInput"); e; e = e->NextSiblingElement("NeuralInput")) {
      if (!importer.onlyAttributes(e, {"id"}) || !importer.onlyChildren(e, {"DerivedField"})) return false;
      const auto id = importer.required(e, "id");
      const Element* derived = e->FirstChildElement("DerivedField");
      if (!derived) return importer.missing(e, "DerivedField");
      const Element* expression = Importer::expressionOf(derived);
      if (!expression) return importer.missing(derived, "EXPRESSION");
      if (!id || !importer.onlyAttributes(derived, {"name", "displayName", "optype", "dataType"}) ||
          !importer.onlyChildren(derived, {expression->Name(), "Value"})) {
        return false;
      }
      const auto type = importer.fieldType(derived, FieldType());
      if (!type) return false;
      importer.at(e);
      const bool typed = derived->Attribute("dataType") && type->dataType != DataType::string;
      const Importer::Typed value = importer.expression(scope, expression, typed ? &*type : nullptr);
      if (!value) return false;
      const ValueId number = asNumber(importer, typed ? importer.convert(value, *type, derived) : value.value, elem);
      if (number == kNone) return importer.invalid(expression, "", "the input of a neuron is a number");
      if (!place(*id, static_cast<uint32_t>(values.size()), e)) return false;
      values.push_back(number);
    }
    if (values.empty()) return importer.missing(list, "NeuralInput");
    const auto n = static_cast<uint32_t>(values.size());
    vectors.push_back({build.add(Concat(), std::move(values), "inputs"), n});
    return true;
  }

  // ---- layers

  // An attribute of the neuron, else of its layer, else of the network.
  std::optional<double> number(const Element* neuron, const Element* layer, const char* name, double fallback) {
    for (const Element* e : {neuron, layer, model}) {
      if (e && e->Attribute(name)) return importer.number(e, name, std::nullopt);
    }
    return fallback;
  }
  std::optional<int> choice(const Element* layer, const char* name, const std::vector<const char*>& names, int fallback) {
    return importer.choice(layer->Attribute(name) ? layer : model, name, names, fallback);
  }

  std::optional<std::vector<Neuron>> readNeurons(const Element* layer) {
    std::vector<Neuron> neurons;
    for (const Element* e = layer->FirstChildElement("Neuron"); e; e = e->NextSiblingElement("Neuron")) {
      if (!importer.onlyAttributes(e, {"id", "bias", "width", "altitude"}) || !importer.onlyChildren(e, {"Con"})) return std::nullopt;
      const auto id = importer.required(e, "id");
      const auto bias = importer.number(e, "bias", 0.0);
      const auto width = number(e, layer, "width", 0), altitude = number(e, layer, "altitude", 1);
      if (!id || !bias || !width || !altitude) return std::nullopt;
      Neuron neuron{*id, *bias, *width, *altitude, {}, e};
      for (const Element* c = e->FirstChildElement("Con"); c; c = c->NextSiblingElement("Con")) {
        if (!importer.onlyAttributes(c, {"from", "weight"})) return std::nullopt;
        const auto from = importer.required(c, "from");
        const auto weight = importer.number(c, "weight", std::nullopt);
        if (!from || !weight) return std::nullopt;
        const auto source = places.find(*from);
        if (source == places.end()) {
          importer.invalid(c, "from", "there is no input or neuron '" + *from + "' in the layers before");
          return std::nullopt;
        }
        neuron.connections.push_back({source->second, *weight});
      }
      neurons.push_back(std::move(neuron));
    }
    if (neurons.empty()) {
      importer.missing(layer, "Neuron");
      return std::nullopt;
    }
    return neurons;
  }

  // These elements of the vectors so far, as one vector.
  ValueId gather(const std::vector<Place>& wanted) {
    std::vector<ValueId> parts;
    std::vector<uint32_t> start(vectors.size(), ir::kNone);
    uint32_t size = 0;
    for (uint32_t v = 0; v < vectors.size(); ++v) {
      if (std::none_of(wanted.begin(), wanted.end(), [&](const Place& p) { return p.vector == v; })) continue;
      start[v] = size, size += vectors[v].size;
      parts.push_back(vectors[v].value);
    }
    const ValueId all = parts.size() == 1 ? parts[0] : build.add(Concat(), parts);
    Take take;
    take.scalar = false;
    bool same = wanted.size() == size;
    for (const Place& p : wanted) {
      same = same && start[p.vector] + p.position == take.at.size();
      take.at.push_back(start[p.vector] + p.position);
    }
    return same ? all : build.add(std::move(take), {all});
  }

  ValueId biases(const std::vector<Neuron>& neurons) {
    std::vector<double> values;
    for (const Neuron& n : neurons) values.push_back(n.bias);
    return constantVector(importer, values, elem, "bias");
  }

  // Sums of weight * output, and the bias. A neuron is connected to the neurons it names only.
  ValueId weightedSums(const std::vector<Neuron>& neurons, const Element* layer) {
    std::vector<Place> columns;
    std::unordered_map<uint64_t, uint32_t> columnOf;
    for (const Neuron& n : neurons) {
      for (const Connection& c : n.connections) {
        const uint64_t key = uint64_t(c.from.vector) << 32 | c.from.position;
        if (columnOf.emplace(key, static_cast<uint32_t>(columns.size())).second) columns.push_back(c.from);
      }
    }
    if (columns.empty()) return biases(neurons);
    const size_t m = neurons.size(), n = columns.size();
    if (m * n > kMaxWeights) return importer.unsupported(layer, "a layer with so many weights"), kNone;
    Matrix weights, bias;
    weights.elem = bias.elem = elem;
    weights.shape = {static_cast<uint32_t>(m), static_cast<uint32_t>(n)}, bias.shape = {static_cast<uint32_t>(m)};
    weights.numbers.assign(m * n, 0.0);
    bool complete = true;
    for (size_t j = 0; j < m; ++j) {
      for (const Connection& c : neurons[j].connections) {
        weights.numbers[j * n + columnOf[uint64_t(c.from.vector) << 32 | c.from.position]] += c.weight;
      }
      complete = complete && neurons[j].connections.size() == n;
      bias.numbers.push_back(rounded(neurons[j].bias));
    }
    for (double& w : weights.numbers) w = rounded(w);
    Dense dense;
    dense.weights = build.table(std::move(weights), "weights");
    dense.bias = build.table(std::move(bias), "bias");
    dense.biasLast = true;
    dense.skipZero = !complete;
    return build.add(std::move(dense), {gather(columns)}, "z");
  }

  // Sums of (output - weight)^2 / (2 width^2), one element a connection before they are summed.
  ValueId distances(const std::vector<Neuron>& neurons, const Element* layer) {
    std::vector<Place> from;
    std::vector<double> centres, widths;
    for (const Neuron& n : neurons) {
      for (const Connection& c : n.connections) from.push_back(c.from), centres.push_back(c.weight);
      if (n.connections.empty()) return importer.missing(n.element, "Con"), kNone;
      if (!(n.width > 0)) return importer.invalid(n.element, "width", "a radialBasis neuron needs a positive width"), kNone;
      widths.push_back(2 * n.width * n.width);
    }
    const size_t m = neurons.size(), total = from.size();
    if (m * total > kMaxWeights) return importer.unsupported(layer, "a radialBasis layer with so many weights"), kNone;
    Matrix ones;
    ones.elem = elem;
    ones.shape = {static_cast<uint32_t>(m), static_cast<uint32_t>(total)};
    ones.numbers.assign(m * total, 0.0);
    size_t next = 0;
    for (size_t j = 0; j < m; ++j) {
      for (size_t c = 0; c < neurons[j].connections.size(); ++c) ones.numbers[j * total + next++] = 1;
    }
    const ValueId d = build.call("sub", {gather(from), constantVector(importer, centres, elem, "centres")});
    Dense dense;
    dense.weights = build.table(std::move(ones), "connections");
    dense.skipZero = true;
    const ValueId sums = build.add(std::move(dense), {build.call("mul", {d, d})}, "distances");
    return build.call("div", {sums, constantVector(importer, widths, elem, "widths")});
  }

  // exp(fan-in * log(altitude) - z)
  ValueId radial(ValueId z, const std::vector<Neuron>& neurons) {
    std::vector<double> heights;
    for (const Neuron& n : neurons) {
      if (!(n.altitude > 0)) return importer.invalid(n.element, "altitude", "must be positive"), kNone;
      heights.push_back(static_cast<double>(n.connections.size()) * kernel::math::log(n.altitude));
    }
    return call("exp", build.call("sub", {constantVector(importer, heights, elem, "heights"), z}));
  }

  ValueId activated(Activation activation, ValueId z, const Element* layer) {
    switch (activation) {
      case threshold: {
        const auto limit = number(nullptr, layer, "threshold", 0);
        return limit ? build.call("threshold", {z, constant(*limit)}) : kNone;
      }
      case logistic: return call("inv_logit", z);
      case tanh: return call("tanh", z);
      case exponential: return call("exp", z);
      case reciprocal: return build.call("div", {constant(1), z});
      case square: return build.call("mul", {z, z});
      case gauss: return call("exp", call("neg", build.call("mul", {z, z})));
      case sine: return call("sin", z);
      case cosine: return call("cos", z);
      case elliott: return build.call("div", {z, build.call("add", {constant(1), call("abs", z)})});
      case arctan: return build.call("div", {build.call("mul", {constant(2), call("atan", z)}), constant(3.14159265358979323846)});
      case rectifier: {
        const auto leakage = number(nullptr, layer, "x-leakage", 0);
        if (!leakage) return kNone;
        if (*leakage == 0) return build.call("clip_low", {z, constant(0)});
        const ValueId positive = build.call("gt", {z, constant(0)});
        return build.add(Select(), {positive, z, build.call("mul", {z, constant(*leakage)})});
      }
      default: return z;
    }
  }

  bool layer(const Element* e) {
    if (!importer.onlyAttributes(e, {"numberOfNeurons", "activationFunction", "threshold", "width", "altitude", "normalizationMethod", "x-leakage"}) ||
        !importer.onlyChildren(e, {"Neuron"})) {
      return false;
    }
    const auto activation = choice(e, "activationFunction", kActivations, -1);
    const auto normalization = choice(e, "normalizationMethod", kNormalizations, 0);
    if (!activation || !normalization) return false;
    if (*activation < 0) return importer.missing(model, "activationFunction");
    const auto neurons = readNeurons(e);
    if (!neurons) return false;
    importer.at(e);
    const bool isRadial = *activation == radialBasis;
    ValueId y = isRadial ? distances(*neurons, e) : weightedSums(*neurons, e);
    if (y == kNone) return false;
    y = isRadial ? radial(y, *neurons) : activated(static_cast<Activation>(*activation), y, e);
    if (y == kNone) return false;
    if (*normalization) y = build.add(Normalize(*normalization == 1 ? Normalize::simplemax : Normalize::softmax), {y});
    for (uint32_t i = 0; i < neurons->size(); ++i) {
      if (!place((*neurons)[i].id, i, (*neurons)[i].element)) return false;
    }
    vectors.push_back({y, static_cast<uint32_t>(neurons->size())});
    return true;
  }

  // ---- outputs

  struct Output {
    Place place;
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
    if (!importer.onlyAttributes(list, {"numberOfOutputs"}) || !importer.onlyChildren(list, {"NeuralOutput"})) return std::nullopt;
    std::vector<Target> targets;
    for (const Element* e = list->FirstChildElement("NeuralOutput"); e; e = e->NextSiblingElement("NeuralOutput")) {
      if (!importer.onlyAttributes(e, {"outputNeuron"}) || !importer.onlyChildren(e, {"DerivedField"})) return std::nullopt;
      const auto neuron = importer.required(e, "outputNeuron");
      const Element* expression = neuron ? outputExpression(importer, model, e) : nullptr;
      const auto field = expression ? importer.required(expression, "field") : std::nullopt;
      if (!field) return std::nullopt;
      const auto known = places.find(*neuron);
      if (known == places.end()) {
        importer.invalid(e, "outputNeuron", "there is no neuron '" + *neuron + "'");
        return std::nullopt;
      }
      auto target = std::find_if(targets.begin(), targets.end(), [&](const Target& t) { return t.name == *field; });
      if (target == targets.end()) target = targets.insert(targets.end(), {*field, {}});
      target->outputs.push_back({known->second, *neuron, expression});
    }
    if (!targets.empty()) return targets;
    importer.missing(list, "NeuralOutput");
    return std::nullopt;
  }

  // The value whose NormContinuous the neuron's output is: the segments the other way round.
  ValueId denormalized(ValueId y, const Element* norm) {
    if (!importer.onlyAttributes(norm, {"field", "mapMissingTo", "outliers"}) || !importer.onlyChildren(norm, {"LinearNorm"})) return kNone;
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
        return importer.invalid(norm, "", "its norms neither rise nor fall throughout, so that it has no inverse"), kNone;
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
    Take take;
    take.at = {output.place.position};
    const ValueId y = build.add(std::move(take), {vectors[output.place.vector].value});
    Prediction prediction;
    const bool isPlain = !std::strcmp(output.expression->Name(), "FieldRef");
    prediction.value = isPlain ? y : denormalized(y, output.expression);
    if (prediction.value == kNone) return std::nullopt;
    return prediction;
  }

  std::optional<Prediction> classification(const Target& target) {
    const Classes classes = classesOfTarget(importer, model, target.name);
    std::vector<uint32_t> codes;
    std::vector<Place> neurons;
    for (const Output& output : target.outputs) {
      if (!importer.onlyAttributes(output.expression, {"field", "value", "mapMissingTo", "method"})) return std::nullopt;
      const auto label = importer.required(output.expression, "value");
      const auto code = label ? classCode(importer, classes, *label, output.expression) : std::nullopt;
      if (!code) return std::nullopt;
      if (std::find(codes.begin(), codes.end(), *code) != codes.end()) {
        importer.invalid(output.expression, "value", "a second output for this class");
        return std::nullopt;
      }
      codes.push_back(*code), neurons.push_back(output.place);
    }
    if (codes.size() < 2) {
      importer.unsupported(target.outputs[0].expression, "one output neuron for a target with classes", "each class has its neuron");
      return std::nullopt;
    }
    const ValueId p = gather(neurons);
    const ValueId winner = build.add(ArgMax(), {p});
    Prediction prediction;
    prediction.classification = true;
    prediction.targetType = classes.type;
    prediction.labels = classes.dict;
    prediction.probabilities = inClassOrder(importer, p, codes, classCount(importer, classes));
    prediction.value = classAt(importer, winner, classes, codes);
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

  std::optional<Prediction> outputs() {
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
          importer.invalid(target.outputs[0].expression, "field", "'" + target.name + "' is not a target of this model");
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

bool collectNeuralClasses(Importer& importer, const Element* model) {
  const Element* list = model->FirstChildElement("NeuralOutputs");
  for (const Element* e = list ? list->FirstChildElement("NeuralOutput") : nullptr; e; e = e->NextSiblingElement("NeuralOutput")) {
    const Element* expression = outputExpression(importer, model, e);
    if (!expression) return false;
    const char *label = expression->Attribute("value"), *field = expression->Attribute("field");
    if (std::strcmp(expression->Name(), "NormDiscrete") || !label || !field) continue;
    if (!classCode(importer, classesOfTarget(importer, model, field), label, expression)) return false;
  }
  return true;
}

std::optional<Prediction> neuralNetwork(Importer& importer, Scope& scope, const Element* model) {
  if (!importer.onlyAttributes(model, {"modelName", "functionName", "algorithmName", "isScorable", "x-mathContext", "activationFunction",
                                       "normalizationMethod", "threshold", "width", "altitude", "numberOfLayers", "x-leakage"}) ||
      !importer.onlyChildren(model, {"MiningSchema", "Output", "ModelStats", "ModelExplanation", "Targets", "LocalTransformations",
                                     "ModelVerification", "NeuralInputs", "NeuralLayer", "NeuralOutputs"})) {
    return std::nullopt;
  }
  const auto function = importer.required(model, "functionName");
  if (!function) return std::nullopt;
  if (*function != "classification" && *function != "regression" && *function != "mixed") {
    importer.unsupported(model, "functionName '" + *function + "' of a NeuralNetwork");
    return std::nullopt;
  }
  Network network{importer, scope, model};
  if (!network.inputs()) return std::nullopt;
  const Element* layer = model->FirstChildElement("NeuralLayer");
  if (!layer) {
    importer.missing(model, "NeuralLayer");
    return std::nullopt;
  }
  for (; layer; layer = layer->NextSiblingElement("NeuralLayer")) {
    if (!network.layer(layer)) return std::nullopt;
  }
  auto prediction = network.outputs();
  if (!prediction) return std::nullopt;
  const bool isClass = prediction->classification;
  if (*function != "mixed" && isClass != (*function == "classification")) {
    importer.invalid(model, "functionName", isClass ? "the outputs are classes" : "the outputs are numbers");
    return std::nullopt;
  }
  return prediction;
}

}  // namespace kiln::pmml

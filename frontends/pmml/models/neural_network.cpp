// NeuralNetwork: a layer is a matrix, an activation of its vector and, if asked for, a normalization. Formulas are
// those of PMML's NeuralNetwork page.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <unordered_map>

#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/dense.h"
#include "compiler/ir/nodes/normalize.h"
#include "compiler/ir/nodes/raise_if.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/tables/matrix.h"
#include "frontends/pmml/classes.h"
#include "frontends/pmml/models/neural_outputs.h"
#include "runtime/kernels/math.h"

namespace kiln::pmml {

using namespace ir;

namespace {

enum Activation {
  threshold,
  logistic,
  tanh,
  identity,
  exponential,
  reciprocal,
  square,
  gauss,
  sine,
  cosine,
  elliott,
  arctan,
  rectifier,
  radialBasis
};
const std::vector<const char*> kActivations = {"threshold",  "logistic", "tanh",      "identity",   "exponential",
                                               "reciprocal", "square",   "Gauss",     "sine",       "cosine",
                                               "Elliott",    "arctan",   "rectifier", "radialBasis"};
const std::vector<const char*> kNormalizations = {"none", "simplemax", "softmax"};
constexpr uint64_t kMaxWeights = 1 << 26;

// ---- the network

struct Network {
  Importer& importer;
  Scope& scope;
  const Element* model;
  Builder& build = importer.build;
  Elem elem = mathElem(importer);

  Neurons neurons{importer};  // the inputs, then the layers

  struct Connection {
    NeuronPlace from;
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

  bool inputs() {
    const Element* list = model->FirstChildElement("NeuralInputs");
    if (!list) return importer.missing(model, "NeuralInputs");
    if (!importer.onlyAttributes(list, {"numberOfInputs"}) || !importer.onlyChildren(list, {"NeuralInput"}))
      return false;
    std::vector<ValueId> values;
    for (const Element* e = list->FirstChildElement("NeuralInput"); e; e = e->NextSiblingElement("NeuralInput")) {
      if (!importer.onlyAttributes(e, {"id"}) || !importer.onlyChildren(e, {"DerivedField"})) return false;
      const auto id = importer.required(e, "id");
      const Element* derived = e->FirstChildElement("DerivedField");
      if (!derived) return importer.missing(e, "DerivedField");
      const Element* expression = Importer::expressionOf(derived);
      if (!expression) return importer.missing(derived, "EXPRESSION");
      if (!id || !importer.isAlone(expression) || !importer.onlyAttributes(derived, {"name", "displayName", "optype", "dataType"}) ||
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
      if (!neurons.name(*id, static_cast<uint32_t>(values.size()), e)) return false;
      values.push_back(number);
    }
    if (values.empty()) return importer.missing(list, "NeuralInput");
    const auto n = static_cast<uint32_t>(values.size());
    neurons.add(build.add(Concat(), importer.askedInOrder(std::move(values)), "inputs"), n);
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
  std::optional<int> choice(const Element* layer, const char* name, const std::vector<const char*>& names,
                            int fallback) {
    return importer.choice(layer->Attribute(name) ? layer : model, name, names, fallback);
  }

  std::optional<std::vector<Neuron>> readNeurons(const Element* layer) {
    std::vector<Neuron> result;
    for (const Element* e = layer->FirstChildElement("Neuron"); e; e = e->NextSiblingElement("Neuron")) {
      if (!importer.onlyAttributes(e, {"id", "bias", "width", "altitude"}) || !importer.onlyChildren(e, {"Con"}))
        return std::nullopt;
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
        const NeuronPlace* source = neurons.find(*from);
        if (!source) {
          importer.invalid(c, "from", "there is no input or neuron '" + *from + "' in the layers before");
          return std::nullopt;
        }
        neuron.connections.push_back({*source, *weight});
      }
      result.push_back(std::move(neuron));
    }
    if (result.empty()) {
      importer.missing(layer, "Neuron");
      return std::nullopt;
    }
    return result;
  }

  ValueId biases(const std::vector<Neuron>& own) {
    std::vector<double> values;
    for (const Neuron& n : own) values.push_back(n.bias);
    return constantVector(importer, values, elem, "bias");
  }

  // Sums of weight * output, and the bias. A neuron is connected to the neurons it names only.
  ValueId weightedSums(const std::vector<Neuron>& own, const Element* layer) {
    std::vector<NeuronPlace> columns;
    std::unordered_map<uint64_t, uint32_t> columnOf;
    for (const Neuron& n : own) {
      for (const Connection& c : n.connections) {
        const uint64_t key = uint64_t(c.from.vector) << 32 | c.from.position;
        if (columnOf.emplace(key, static_cast<uint32_t>(columns.size())).second) columns.push_back(c.from);
      }
    }
    if (columns.empty()) return biases(own);
    const size_t m = own.size(), n = columns.size();
    if (m * n > kMaxWeights) return importer.unsupported(layer, "a layer with so many weights"), kNone;
    Matrix weights, bias;
    weights.elem = bias.elem = elem;
    weights.shape = {static_cast<uint32_t>(m), static_cast<uint32_t>(n)}, bias.shape = {static_cast<uint32_t>(m)};
    weights.numbers.assign(m * n, 0.0);
    bool complete = true;
    for (size_t j = 0; j < m; ++j) {
      for (const Connection& c : own[j].connections) {
        weights.numbers[j * n + columnOf[uint64_t(c.from.vector) << 32 | c.from.position]] += c.weight;
      }
      complete = complete && own[j].connections.size() == n;
      bias.numbers.push_back(rounded(own[j].bias));
    }
    for (double& w : weights.numbers) w = rounded(w);
    Dense dense;
    dense.weights = build.table(std::move(weights), "weights");
    dense.bias = build.table(std::move(bias), "bias");
    dense.biasLast = true;
    dense.skipZero = !complete;
    return build.add(std::move(dense), {neurons.gather(columns)}, "z");
  }

  // Sums of (output - weight)^2 / (2 width^2), one element a connection before they are summed.
  ValueId distances(const std::vector<Neuron>& own, const Element* layer) {
    std::vector<NeuronPlace> from;
    std::vector<double> centres, widths;
    for (const Neuron& n : own) {
      for (const Connection& c : n.connections) from.push_back(c.from), centres.push_back(c.weight);
      if (n.connections.empty()) return importer.missing(n.element, "Con"), kNone;
      if (!(n.width > 0))
        return importer.invalid(n.element, "width", "a radialBasis neuron needs a positive width"), kNone;
      widths.push_back(2 * n.width * n.width);
    }
    const size_t m = own.size(), total = from.size();
    if (m * total > kMaxWeights) return importer.unsupported(layer, "a radialBasis layer with so many weights"), kNone;
    Matrix ones;
    ones.elem = elem;
    ones.shape = {static_cast<uint32_t>(m), static_cast<uint32_t>(total)};
    ones.numbers.assign(m * total, 0.0);
    size_t next = 0;
    for (size_t j = 0; j < m; ++j) {
      for (size_t c = 0; c < own[j].connections.size(); ++c) ones.numbers[j * total + next++] = 1;
    }
    const ValueId d = build.call("sub", {neurons.gather(from), constantVector(importer, centres, elem, "centres")});
    Dense dense;
    dense.weights = build.table(std::move(ones), "connections");
    dense.skipZero = true;
    const ValueId sums = build.add(std::move(dense), {build.call("mul", {d, d})}, "distances");
    return build.call("div", {sums, constantVector(importer, widths, elem, "widths")});
  }

  // exp(fan-in * log(altitude) - z)
  ValueId radial(ValueId z, const std::vector<Neuron>& own) {
    std::vector<double> heights;
    for (const Neuron& n : own) {
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
      case logistic:
        return call("inv_logit", z);
      case tanh:
        return call("tanh", z);
      case exponential:
        return call("exp", z);
      case reciprocal:
        return build.call("div", {constant(1), z});
      case square:
        return build.call("mul", {z, z});
      case gauss:
        return call("exp", call("neg", build.call("mul", {z, z})));
      case sine:
        return call("sin", z);
      case cosine:
        return call("cos", z);
      case elliott:
        return build.call("div", {z, build.call("add", {constant(1), call("abs", z)})});
      case arctan:
        return build.call("div", {build.call("mul", {constant(2), call("atan", z)}), constant(3.14159265358979323846)});
      case rectifier: {
        const auto leakage = number(nullptr, layer, "x-leakage", 0);
        if (!leakage) return kNone;
        if (*leakage == 0) return build.call("clip_low", {z, constant(0)});
        const ValueId positive = build.call("gt", {z, constant(0)});
        return build.add(Select(), {positive, z, build.call("mul", {z, constant(*leakage)})});
      }
      default:
        return z;
    }
  }

  bool layer(const Element* e) {
    if (!importer.onlyAttributes(e, {"numberOfNeurons", "activationFunction", "threshold", "width", "altitude",
                                     "normalizationMethod", "x-leakage"}) ||
        !importer.onlyChildren(e, {"Neuron"})) {
      return false;
    }
    const auto activation = choice(e, "activationFunction", kActivations, -1);
    const auto normalization = choice(e, "normalizationMethod", kNormalizations, 0);
    if (!activation || !normalization) return false;
    if (*activation < 0) return importer.missing(model, "activationFunction");
    const auto own = readNeurons(e);
    if (!own) return false;
    importer.at(e);
    const bool isRadial = *activation == radialBasis;
    ValueId y = isRadial ? distances(*own, e) : weightedSums(*own, e);
    if (y == kNone) return false;
    y = isRadial ? radial(y, *own) : activated(static_cast<Activation>(*activation), y, e);
    if (y == kNone) return false;
    if (importer.options.jpmml && *normalization == 1)  // JPMML: undefined where there is nothing to divide by
      y = build.add(RaiseIf(), {y, build.call("eq", {build.add(Reduce(), {y}), elem == Elem::f32 ? build.number32(0) : build.number(0)})});
    if (*normalization) y = build.add(Normalize(*normalization == 1 ? Normalize::simplemax : Normalize::softmax), {y});
    for (uint32_t i = 0; i < own->size(); ++i) {
      if (!neurons.name((*own)[i].id, i, (*own)[i].element)) return false;
    }
    neurons.add(y, static_cast<uint32_t>(own->size()));
    return true;
  }
};

}  // namespace

std::optional<Prediction> neuralNetwork(Importer& importer, Scope& scope, const Element* model) {
  if (!importer.onlyAttributes(
          model, {"modelName", "functionName", "algorithmName", "isScorable", "x-mathContext", "activationFunction",
                  "normalizationMethod", "threshold", "width", "altitude", "numberOfLayers", "x-leakage"}) ||
      !importer.onlyChildren(
          model, {"MiningSchema", "Output", "ModelStats", "ModelExplanation", "Targets", "LocalTransformations",
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
  auto prediction = neuralOutputs(importer, model, network.neurons);
  if (!prediction) return std::nullopt;
  const bool isClass = prediction->classification;
  if (*function != "mixed" && isClass != (*function == "classification")) {
    importer.invalid(model, "functionName", isClass ? "the outputs are classes" : "the outputs are numbers");
    return std::nullopt;
  }
  return prediction;
}

}  // namespace kiln::pmml

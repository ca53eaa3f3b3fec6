// SupportVectorMachineModel: one kernel machine a SupportVectorMachine, all over one table of vectors; classes by votes of pairs, or
// by the machine with the smallest value (maxWins: the largest).
#include <cstring>
#include <unordered_map>

#include "compiler/ir/nodes/argmax.h"
#include "compiler/ir/nodes/combine.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/dense.h"
#include "compiler/ir/nodes/kernel_machine.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/tables/lookup.h"
#include "compiler/ir/tables/matrix.h"
#include "frontends/pmml/models/measured_fields.h"

namespace kiln::pmml {

using namespace ir;

namespace {

struct Machine {
  const Element* element;
  std::vector<double> coefficients;   // one a vector in use; of representation Coefficients: one a field
  double absoluteValue = 0, threshold = 0;
  uint32_t target = ir::kNone, alternate = ir::kNone;   // classes
};

struct SupportVectorMachines {
  Importer& importer;
  Scope& scope;
  const Element* model;
  bool byVectors;
  Builder& build = importer.build;
  Elem elem = mathElem(importer);
  std::vector<ValueId> x = {};
  std::vector<std::vector<double>> vectors = {};         // those that machines use
  std::unordered_map<std::string, const Element*> instances = {};
  std::unordered_map<std::string, uint32_t> used = {};   // of `vectors`, by id
  std::vector<Machine> machines = {};
  std::optional<Classes> classes = isClassification(model) ? std::optional(classesOf(importer, model)) : std::nullopt;

  // ---- the vector

  // The coefficient where the field has this value, else 0.
  bool addCategory(const Element* e) {
    if (!importer.onlyAttributes(e, {"name", "field", "value", "coefficient"})) return false;
    const auto name = e->Attribute("field") ? importer.attribute(e, "field") : importer.required(e, "name");
    const auto value = importer.required(e, "value");
    const auto coefficient = importer.number(e, "coefficient", std::nullopt);
    Field* field = name && value && coefficient ? importer.field(scope, *name, e) : nullptr;
    if (!field || importer.value(scope, *name, e) == kNone) return false;
    Field own = *field;
    own.value = importer.value(scope, *name, e);
    const ValueId code = importer.codes(own);
    const uint32_t label = code == kNone ? kNone : importer.label(own, *value, e);
    if (label == kNone) return false;
    Lookup table;
    table.elem = elem;
    table.sizes = {label + 1};
    table.numbers.assign(label + 2, 0.0);
    table.numbers[label] = elem == Elem::f32 ? static_cast<double>(static_cast<float>(*coefficient)) : *coefficient;
    table.defaultRow = label + 1;
    LookupNode lookup;
    lookup.table = build.table(std::move(table), *name);
    x.push_back(build.add(std::move(lookup), {code}, *name));
    return true;
  }

  bool readFields(const Element* fields) {
    if (!importer.onlyAttributes(fields, {"numberOfFields"}) || !importer.onlyChildren(fields, {"FieldRef", "CategoricalPredictor"})) return false;
    for (const Element* e = fields->FirstChildElement(); e; e = e->NextSiblingElement()) {
      if (!std::strcmp(e->Name(), "Extension")) continue;
      importer.at(e);
      if (!std::strcmp(e->Name(), "CategoricalPredictor")) {
        if (!addCategory(e)) return false;
        continue;
      }
      const Importer::Typed typed = importer.expression(scope, e);
      if (!typed) return false;
      const ValueId number = asNumber(importer, typed.value, elem);
      if (number == kNone) return importer.invalid(e, "field", "is not a number");
      x.push_back(number);
    }
    const auto count = importer.integer(fields, "numberOfFields", static_cast<int64_t>(x.size()));
    if (!count) return false;
    if (*count != static_cast<int64_t>(x.size()))
      return importer.invalid(fields, "numberOfFields", "there are " + std::to_string(x.size()) + " fields");
    // Without a vector nothing reads a field: scikit-learn's SVR whose epsilon no target exceeds.
    const bool needed = !byVectors || fields->NextSiblingElement("VectorInstance");
    return !x.empty() || !needed || importer.missing(fields, "FieldRef");
  }

  bool readDictionary() {
    const Element* dictionary = model->FirstChildElement("VectorDictionary");
    const Element* fields = dictionary ? dictionary->FirstChildElement("VectorFields") : nullptr;
    if (!dictionary) return importer.missing(model, "VectorDictionary");
    if (!fields) return importer.missing(dictionary, "VectorFields");
    if (!importer.onlyAttributes(dictionary, {"numberOfVectors"}) || !importer.onlyChildren(dictionary, {"VectorFields", "VectorInstance"}) ||
        !readFields(fields))
      return false;
    for (const Element* e = dictionary->FirstChildElement("VectorInstance"); e; e = e->NextSiblingElement("VectorInstance")) {
      const auto id = importer.required(e, "id");
      if (!id) return false;
      if (!instances.emplace(*id, e).second) return importer.invalid(e, "id", "a second vector '" + *id + "'");
    }
    return true;
  }

  std::optional<std::vector<double>> readVector(const Element* e) {
    if (!importer.onlyAttributes(e, {"id"}) || !importer.onlyChildren(e, {"Array", "REAL-SparseArray"})) return std::nullopt;
    const Element* array = e->FirstChildElement("REAL-SparseArray");
    const bool sparse = array;
    if (!array) array = e->FirstChildElement("Array");
    if (!array) return importer.missing(e, "Array"), std::nullopt;
    auto numbers = importer.numberArray(array);
    if (!numbers) return std::nullopt;
    if (sparse && !array->Attribute("n") && numbers->size() < x.size()) numbers->resize(x.size());   // up to its last index
    if (numbers->size() != x.size()) {
      importer.invalid(array, "", "has " + std::to_string(numbers->size()) + " members, the vector " + std::to_string(x.size()));
      return std::nullopt;
    }
    return numbers;
  }

  // Number of a vector among those in use; kNone if it was reported.
  uint32_t vectorOf(const std::string& id, const Element* at) {
    const auto known = used.find(id);
    if (known != used.end()) return known->second;
    const auto instance = instances.find(id);
    if (instance == instances.end()) return importer.invalid(at, "vectorId", "there is no vector '" + id + "'"), kNone;
    auto vector = readVector(instance->second);
    if (!vector) return kNone;
    vectors.push_back(std::move(*vector));
    return used[id] = static_cast<uint32_t>(vectors.size()) - 1;
  }

  // ---- machines

  std::optional<uint32_t> category(const Element* e, const char* name) {
    const auto label = importer.attribute(e, name);
    return !label || !classes ? std::optional(kNone) : classCode(importer, *classes, *label, e);
  }

  bool readCoefficients(const Element* e, std::vector<double>& values) {
    for (const Element* c = e->FirstChildElement("Coefficient"); c; c = c->NextSiblingElement("Coefficient")) {
      const auto value = importer.number(c, "value", 0.0);
      if (!value || !importer.onlyAttributes(c, {"value"})) return false;
      values.push_back(*value);
    }
    const auto count = importer.integer(e, "numberOfCoefficients", static_cast<int64_t>(values.size()));
    if (!count) return false;
    return *count == static_cast<int64_t>(values.size()) ||
           importer.invalid(e, "numberOfCoefficients", "there are " + std::to_string(values.size()) + " coefficients");
  }

  bool spread(const Element* supportVectors, const std::vector<double>& values, Machine& machine) {
    size_t next = 0;
    for (const Element* v = supportVectors->FirstChildElement("SupportVector"); v; v = v->NextSiblingElement("SupportVector"), ++next) {
      const auto id = importer.required(v, "vectorId");
      const uint32_t at = id ? vectorOf(*id, v) : kNone;
      if (at == kNone) return false;
      if (next >= values.size()) break;
      if (machine.coefficients.size() <= at) machine.coefficients.resize(at + 1);
      machine.coefficients[at] += values[next];
    }
    return next == values.size() || importer.invalid(supportVectors, "", "there is not one Coefficient for each SupportVector");
  }

  bool readMachine(const Element* e) {
    if (!importer.onlyAttributes(e, {"targetCategory", "alternateTargetCategory", "threshold"}) ||
        !importer.onlyChildren(e, {"SupportVectors", "Coefficients"}))
      return false;
    const Element* coefficients = e->FirstChildElement("Coefficients");
    const Element* supportVectors = e->FirstChildElement("SupportVectors");
    if (!coefficients) return importer.missing(e, "Coefficients");
    if (byVectors && !supportVectors) return importer.missing(e, "SupportVectors");
    const auto modelThreshold = importer.number(model, "threshold", 0.0);
    const auto threshold = modelThreshold ? importer.number(e, "threshold", *modelThreshold) : std::nullopt;
    const auto absolute = importer.number(coefficients, "absoluteValue", 0.0);
    const auto target = category(e, "targetCategory"), alternate = category(e, "alternateTargetCategory");
    std::vector<double> values;
    if (!threshold || !absolute || !target || !alternate || !readCoefficients(coefficients, values)) return false;
    Machine machine{e, {}, *absolute, *threshold, *target, *alternate};
    if (byVectors) {
      if (!spread(supportVectors, values, machine)) return false;
    } else {
      if (values.size() != x.size()) return importer.invalid(coefficients, "", "there is not one Coefficient for each vector field");
      machine.coefficients = std::move(values);
    }
    machines.push_back(std::move(machine));
    return true;
  }

  std::optional<Measure> readKernel() {
    Measure m;
    m.metric = Measure::dot;
    const Element* kernel = nullptr;
    for (const char* name : {"LinearKernelType", "PolynomialKernelType", "RadialBasisKernelType", "SigmoidKernelType"}) {
      if (!kernel) kernel = model->FirstChildElement(name);
    }
    if (!kernel) return importer.missing(model, "a kernel type"), std::nullopt;
    const std::string name = kernel->Name();
    const auto gamma = importer.number(kernel, "gamma", 1.0), coef0 = importer.number(kernel, "coef0", 1.0), degree = importer.number(kernel, "degree", 1.0);
    if (!gamma || !coef0 || !degree || !importer.onlyAttributes(kernel, {"gamma", "coef0", "degree", "description"})) return std::nullopt;
    if (name == "LinearKernelType") return m;
    m.gamma = *gamma;
    if (name == "RadialBasisKernelType") return m.metric = Measure::rbf, m;
    m.coef0 = *coef0;
    if (name == "SigmoidKernelType") return m.metric = Measure::sigmoid, m;
    m.metric = Measure::polynomial, m.degree = *degree;
    return m;
  }

  // The value of each machine: a scalar for one, else a vector.
  std::optional<ValueId> values() {
    const auto kernel = readKernel();
    if (!kernel) return std::nullopt;
    if (!byVectors && kernel->metric != Measure::dot) {
      importer.invalid(model, "svmRepresentation", "Coefficients need a linear kernel");
      return std::nullopt;
    }
    std::vector<std::vector<double>> weights;
    std::vector<double> bias;
    const size_t columns = byVectors ? vectors.size() : x.size();
    for (Machine& m : machines) {
      m.coefficients.resize(columns);
      weights.push_back(m.coefficients);
      bias.push_back(m.absoluteValue);
    }
    importer.at(model);
    if (x.empty()) return machines.size() == 1 ? number(bias[0]) : constantVector(importer, bias, elem, "absolute");
    const ValueId vector = build.add(Concat(), x, "x");
    TableRef biases = matrixTable(importer, {bias}, elem, "absolute");
    build.get<Matrix>(biases).shape = {static_cast<uint32_t>(bias.size())};
    if (!byVectors || columns == 0) {
      Dense dense;
      if (columns == 0) weights.assign(machines.size(), std::vector<double>(x.size()));
      dense.weights = matrixTable(importer, weights, elem, "coefficients"), dense.bias = biases, dense.biasLast = true;
      dense.scalar = machines.size() == 1;
      return build.add(dense, {vector}, "value");
    }
    KernelMachine node;
    node.rows = matrixTable(importer, vectors, elem, "vectors"), node.measure = build.table(*kernel, "kernel");
    node.coefficients = matrixTable(importer, weights, elem, "coefficients"), node.bias = biases;
    node.scalar = machines.size() == 1;
    return build.add(node, {vector}, "value");
  }

  // ---- classes

  ValueId number(double v) { return elem == Elem::f32 ? build.number32(v) : build.number(v); }
  ValueId valueOf(ValueId values, uint32_t i) { return machines.size() == 1 ? values : elementAt(importer, values, i); }

  Prediction labelled(ValueId label) {
    Prediction prediction;
    prediction.classification = true;
    prediction.targetType = classes->type;
    prediction.labels = classes->dict;
    prediction.value = label;
    return prediction;
  }

  // Each pair votes: below its threshold for the target category, else for the other. Ties: the class met first.
  std::optional<Prediction> oneAgainstOne(ValueId values) {
    std::vector<ValueId> votes;
    for (uint32_t i = 0; i < machines.size(); ++i) {
      const Machine& m = machines[i];
      if (m.target == ir::kNone || m.alternate == ir::kNone) {
        importer.missing(m.element, m.target == ir::kNone ? "targetCategory" : "alternateTargetCategory");
        return std::nullopt;
      }
      const ValueId below = build.call("lt", {valueOf(values, i), number(m.threshold)});
      votes.push_back(build.add(Select(), {below, build.code(classes->dict, m.target), build.code(classes->dict, m.alternate)}));
    }
    Combine combine;
    combine.method = Combine::vote, combine.missing = Combine::returnMissing;
    combine.size = classCount(importer, *classes);
    const ValueId ran = constantBooleans(importer, std::vector<bool>(votes.size(), true), "ran");
    const std::vector<ValueId> results = build.addAll(combine, {build.add(Concat(), votes, "votes"), ran}, "votes");
    Prediction prediction = labelled(votes.size() == 1 ? votes[0] : results[1]);
    const ValueId total = number(static_cast<double>(votes.size()));
    prediction.probabilities = build.call("div", {asNumber(importer, results[0], elem), total});
    return prediction;
  }

  std::optional<Prediction> oneAgainstAll(ValueId values, bool maxWins) {
    std::vector<uint32_t> codes;
    for (const Machine& m : machines) {
      if (m.target == ir::kNone) return importer.missing(m.element, "targetCategory"), std::nullopt;
      if (std::find(codes.begin(), codes.end(), m.target) != codes.end()) {
        importer.invalid(m.element, "targetCategory", "a second machine for this class");
        return std::nullopt;
      }
      codes.push_back(m.target);
    }
    if (machines.size() == 1) {
      importer.missing(machines[0].element, "alternateTargetCategory");
      return std::nullopt;
    }
    ArgMax best;
    best.smallest = !maxWins;
    Prediction prediction = labelled(classAt(importer, build.add(best, {values}), *classes, codes));
    Importer& in = importer;
    const Classes own = *classes;
    const auto affinity = [&in, own, codes, values](const Element* field) {
      const auto label = in.required(field, "value");
      const auto code = label ? classCode(in, own, *label, field) : std::nullopt;
      if (!code) return kNone;
      const auto at = std::find(codes.begin(), codes.end(), *code);
      if (at == codes.end()) return in.invalid(field, "value", "the model has no such class"), kNone;
      return elementAt(in, values, static_cast<uint32_t>(at - codes.begin()));
    };
    prediction.features["affinity"] = affinity;
    return prediction;
  }

  // Up to 3.2: the value is the class as a number, 1 for the target category and 0 for the other.
  std::optional<Prediction> alternateBinary(ValueId values) {
    const auto other = category(model, "alternateBinaryTargetCategory");
    if (!other) return std::nullopt;
    if (machines.size() != 1) {
      importer.invalid(model, "alternateBinaryTargetCategory", "the model has " + std::to_string(machines.size()) + " machines");
      return std::nullopt;
    }
    if (machines[0].target == ir::kNone) return importer.missing(machines[0].element, "targetCategory"), std::nullopt;
    const ValueId above = build.call("ge", {values, number(0.5)});
    return labelled(build.add(Select(), {above, build.code(classes->dict, machines[0].target), build.code(classes->dict, *other)}));
  }

  // A single machine that names one class of two has the other one as its alternative: R's pmml package left it out once. Where
  // OneAgainstAll is written, it might mean that the greater value is the class's.
  bool takesTheOtherClass() {
    const char* method = model->Attribute("classificationMethod");
    if (!classes || machines.size() != 1 || model->Attribute("alternateBinaryTargetCategory")) return false;
    if (method && std::strcmp(method, "OneAgainstOne")) return false;
    Machine& m = machines[0];
    if (m.target == ir::kNone || m.alternate != ir::kNone || classCount(importer, *classes) != 2) return false;
    m.alternate = 1 - m.target;
    importer.warn(m.element, "'SupportVectorMachine' has no attribute 'alternateTargetCategory': taken to be the other class");
    return true;
  }

  std::optional<Prediction> run() {
    const auto method = importer.choice(model, "classificationMethod", {"OneAgainstAll", "OneAgainstOne"}, 0);
    const auto maxWins = importer.boolean(model, "maxWins", false);
    if (!method || !maxWins || !readDictionary()) return std::nullopt;
    bool pairs = true;
    for (const Element* e = model->FirstChildElement("SupportVectorMachine"); e; e = e->NextSiblingElement("SupportVectorMachine")) {
      if (!readMachine(e)) return std::nullopt;
      pairs = pairs && e->Attribute("alternateTargetCategory");
    }
    if (machines.empty()) return importer.missing(model, "SupportVectorMachine"), std::nullopt;
    if (takesTheOtherClass()) pairs = true;
    auto value = values();
    if (!value) return std::nullopt;
    for (ValueId field : x) value = importer.failIfMissing(*value, field);
    if (!classes) {
      if (machines.size() != 1) {
        importer.invalid(model, "", "a regression has one SupportVectorMachine, found " + std::to_string(machines.size()));
        return std::nullopt;
      }
      Prediction prediction;
      prediction.value = *value;
      return prediction;
    }
    if (model->Attribute("alternateBinaryTargetCategory")) return alternateBinary(*value);
    // Old exporters leave OneAgainstOne out; that every machine has an alternative says it.
    if (*method == 1 || pairs) return oneAgainstOne(*value);
    return oneAgainstAll(*value, *maxWins);
  }
};

}  // namespace

std::optional<Prediction> supportVectorMachineModel(Importer& importer, Scope& scope, const Element* model) {
  if (!importer.onlyAttributes(model, {"modelName", "functionName", "algorithmName", "threshold", "svmRepresentation", "classificationMethod", "maxWins",
                                       "alternateBinaryTargetCategory", "isScorable", "x-mathContext"}) ||
      !importer.onlyChildren(model, {"MiningSchema", "Output", "ModelStats", "ModelExplanation", "Targets", "LocalTransformations", "ModelVerification",
                                     "LinearKernelType", "PolynomialKernelType", "RadialBasisKernelType", "SigmoidKernelType", "VectorDictionary",
                                     "SupportVectorMachine"})) {
    return std::nullopt;
  }
  const auto representation = importer.choice(model, "svmRepresentation", {"SupportVectors", "Coefficients"}, 0);
  const auto function = importer.required(model, "functionName");
  if (!representation || !function) return std::nullopt;
  if (*function != "classification" && *function != "regression") {
    importer.unsupported(model, "functionName '" + *function + "' of a SupportVectorMachineModel");
    return std::nullopt;
  }
  return SupportVectorMachines{importer, scope, model, *representation == 0}.run();
}

}  // namespace kiln::pmml

// Classes of a classification and shared building blocks of the model elements.
#include "frontends/pmml/classes.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <numeric>
#include <set>

#include "compiler/ir/nodes/argmax.h"
#include "compiler/ir/nodes/call.h"
#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/check.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/const.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/nodes/prepare.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/scalars.h"
#include "compiler/ir/tables/lookup.h"
#include "compiler/ir/tables/matrix.h"
#include "compiler/support/number.h"
#include "frontends/pmml/models/neural_outputs.h"
#include "frontends/pmml/tree_stream.h"

namespace kiln::pmml {

using namespace ir;

bool isModel(const Element* element) { return element && findModel(element->Name()); }

bool isClassification(const Element* model) {
  const char* function = model->Attribute("functionName");
  return function && !std::strcmp(function, "classification");
}

const Element* modelOf(const Element* segment) {
  for (const Element* e = segment->FirstChildElement(); e; e = e->NextSiblingElement()) {
    if (std::strcmp(e->Name(), "Extension") && !Importer::isPredicate(e->Name()) &&
        std::strcmp(e->Name(), "VariableWeight"))
      return e;
  }
  return nullptr;
}

namespace {

// The field that types the classes: the model's own target, or that of the nearest classification around it. What a
// regression around it predicts says nothing about them.
std::optional<Field> classField(Importer& importer, const Element* model) {
  for (const Element* m = model; m; m = m->Parent() ? m->Parent()->ToElement() : nullptr) {
    const auto names = importer.targetNames(m);
    const bool declared = std::any_of(names.begin(), names.end(),
                                      [&](const std::string& name) { return importer.dataFields.count(name) != 0; });
    if (!declared && importer.labelledByText.count(m)) return std::nullopt;
    if (!declared) continue;
    const char* function = m->Attribute("functionName");
    if (m != model && function && !std::strcmp(function, "regression")) return std::nullopt;
    return importer.targetField(m);
  }
  return std::nullopt;
}

}  // namespace

Classes classesOf(Importer& importer, const Element* model) {
  const std::optional<Field> target = classField(importer, model);
  Classes classes;
  classes.type.dataType = DataType::string, classes.type.opType = OpType::categorical;
  std::string name;
  if (target) classes.type = target->type, name = target->name;
  if (target && target->dict.id != ir::kNone) {
    classes.dict = target->dict;
    return classes;
  }
  const auto known = importer.classDicts.find(name);
  if (known != importer.classDicts.end()) {
    classes.dict = known->second;
    return classes;
  }
  Dict dict;
  dict.elem = elemOf(classes.type.dataType);
  classes.dict = importer.classDicts[name] = importer.build.table(std::move(dict), name.empty() ? "classes" : name);
  return classes;
}

namespace {

// Code of a class; nothing if its label is no value of the type.
std::optional<uint32_t> knownOrNew(Dict& dict, const FieldType& type, const std::string& label) {
  if (dict.elem == Elem::str) return dict.add(label);
  if (isFloat(dict.elem)) {
    if (const auto number = Importer::parseValue(label, type)) return dict.add(*number);
  } else if (const auto integer = Importer::parseIntegral(label, type)) {
    return dict.add(*integer);
  }
  return std::nullopt;
}

}  // namespace

std::optional<uint32_t> classCode(Importer& importer, const Classes& classes, const std::string& label,
                                  const Element* at) {
  const auto code = knownOrNew(importer.build.get<Dict>(classes.dict), classes.type, label);
  if (!code) importer.invalid(at, "", "class '" + label + "' is not a value of the target's type");
  return code;
}

std::optional<uint32_t> knownClass(Importer& importer, const Classes& classes, const std::string& label) {
  const Dict& dict = importer.build.get<Dict>(classes.dict);
  uint32_t code = kNone;
  if (dict.elem == Elem::str) {
    code = dict.find(label);
  } else if (isFloat(dict.elem)) {
    if (const auto number = Importer::parseValue(label, classes.type)) code = dict.find(*number);
  } else if (const auto integer = Importer::parseIntegral(label, classes.type)) {
    code = dict.find(*integer);
  }
  return code == kNone ? std::nullopt : std::optional(code);
}

uint32_t classCount(Importer& importer, const Classes& classes) {
  return importer.build.get<Dict>(classes.dict).size();
}

namespace {

/// What to do with a class that `at` names; false ends the walk.
using TakeLabel = std::function<bool(const std::string& label, const Element* at)>;

bool labelsOfTree(Importer& importer, const Element* model, const TakeLabel& takeLabel) {
  const auto tree = importer.trees.find(model);
  if (tree == importer.trees.end()) return true;
  const StreamedTree& t = *tree->second;
  std::unordered_map<std::string_view, bool> seen;
  const auto take = [&](StreamedTree::Text text) {
    if (!text) return true;
    const auto [entry, isNew] = seen.try_emplace(t.at(text), true);
    if (isNew) entry->second = takeLabel(t.at(text), model);
    return entry->second;
  };
  // Scores of inner nodes that no row ends at are classes too: exporters write them, and they are values of the target.
  for (uint32_t i = 0; i < t.nodes.size(); ++i) {
    for (uint32_t d = 0; d < t.nodes[i].distributions; ++d) {
      if (!take(t.distributions[t.nodes[i].firstDistribution + d].value)) return false;
    }
    if (!take(t.nodes[i].score)) return false;
  }
  return true;
}

// Attributes that name a class, by element.
constexpr struct {
  const char *element, *attribute;
} kClassNames[] = {
    {"RegressionTable", "targetCategory"},
    {"GeneralRegressionModel", "targetReferenceCategory"},
    {"PPCell", "targetCategory"},
    {"PCell", "targetCategory"},
    {"TargetValueCount", "value"},
    {"TargetValueStat", "value"},
    {"RuleSet", "defaultScore"},
    {"SimpleRule", "score"},
    {"ScoreDistribution", "value"},
    {"SupportVectorMachine", "targetCategory"},
    {"SupportVectorMachine", "alternateTargetCategory"},
    {"SupportVectorMachineModel", "alternateBinaryTargetCategory"},
    {"TextDocument", "id"},
};

bool isElsewhere(const char* name) {  // what belongs to a model, but not to its own content
  for (const char* known :
       {"MiningSchema", "Output", "Targets", "ModelStats", "ModelExplanation", "ModelVerification",
        "LocalTransformations", "Segmentation", "VectorDictionary", "SupportVectors", "Coefficients"}) {
    if (!std::strcmp(name, known)) return true;
  }
  return false;
}

bool labelsOfElements(const Element* model, const TakeLabel& takeLabel) {
  std::vector<const Element*> pending{model};
  while (!pending.empty()) {
    const Element* e = pending.back();
    pending.pop_back();
    for (const auto& [element, attribute] : kClassNames) {
      const char* label = std::strcmp(e->Name(), element) ? nullptr : e->Attribute(attribute);
      if (label && !takeLabel(label, e)) return false;
    }
    for (const Element* child = e->LastChildElement(); child; child = child->PreviousSiblingElement()) {
      if (!isElsewhere(child->Name())) pending.push_back(child);
    }
  }
  return true;
}

bool isTree(const Element* model) {
  return !std::strcmp(model->Name(), "TreeModel") || !std::strcmp(model->Name(), "DecisionTree");
}

// The labels that a classification names itself; those of TargetValues with a prior probability too.
bool labelsOf(Importer& importer, const Element* model, const TakeLabel& takeLabel) {
  bool ok = isTree(model) ? labelsOfTree(importer, model, takeLabel) : labelsOfElements(model, takeLabel);
  const Element* targets = model->FirstChildElement("Targets");
  for (const Element* t = targets ? targets->FirstChildElement("Target") : nullptr; t; t = t->NextSiblingElement("Target")) {
    for (const Element* v = t->FirstChildElement("TargetValue"); v; v = v->NextSiblingElement("TargetValue")) {
      const char* label = v->Attribute("value");
      if (label && v->Attribute("priorProbability")) ok = takeLabel(label, v) && ok;
    }
  }
  return ok;
}

bool collectLabels(Importer& importer, const Element* model) {
  const Classes classes = classesOf(importer, model);
  importer.classTables.insert(classes.dict.id);
  if (!std::strcmp(model->Name(), "NearestNeighborModel") && !collectNeighborClasses(importer, model, classes)) return false;
  if (!std::strcmp(model->Name(), "BayesianNetworkModel") && !collectNetworkClasses(importer, model, classes)) return false;
  bool ok = labelsOf(importer, model, [&](const std::string& label, const Element* at) {
    return classCode(importer, classes, label, at).has_value();
  });
  if (!std::strcmp(model->Name(), "NeuralNetwork")) ok = collectNeuralClasses(importer, model) && ok;
  return ok;
}

// The models inside a model: of its segments, of a sequence, and those inside the Nodes of a tree.
std::vector<const Element*> modelsInside(const Element* model) {
  std::vector<const Element*> inner;
  for (const Element* e = model->FirstChildElement(); e; e = e->NextSiblingElement()) {
    if (!std::strcmp(e->Name(), "Regression") || !std::strcmp(e->Name(), "DecisionTree")) inner.push_back(e);
  }
  const Element* segmentation = model->FirstChildElement("Segmentation");
  for (const Element* s = segmentation ? segmentation->FirstChildElement("Segment") : nullptr; s; s = s->NextSiblingElement("Segment")) {
    if (const Element* m = modelOf(s)) inner.push_back(m);
  }
  return inner;
}

// Calls `visit` for a model and those inside it, outer ones first, without recursion; false if a visit was.
bool walkModels(const Element* model, const std::function<bool(const Element*)>& visit) {
  std::vector<const Element*> pending{model};
  bool ok = true;
  while (!pending.empty()) {
    const Element* m = pending.back();
    pending.pop_back();
    ok = visit(m) && ok;
    const std::vector<const Element*> inner = modelsInside(m);
    pending.insert(pending.end(), inner.rbegin(), inner.rend());
  }
  return ok;
}

// The models of a chain's steps but its last: what they say is read by later steps, and is no result of the model around.
std::vector<const Element*> stepsBeforeTheLast(const Element* model) {
  const Element* segmentation = model->FirstChildElement("Segmentation");
  const char* method = segmentation ? segmentation->Attribute("multipleModelMethod") : nullptr;
  if (!method || std::strcmp(method, "modelChain")) return {};
  std::vector<const Element*> steps = modelsInside(model);
  if (!steps.empty()) steps.pop_back();
  return steps;
}

// A step without a target of its own may tell other classes apart than the target has, such as one and "(other)" of
// one-against-rest. Where they are no values of the target's type, they are classes by their text.
void findLabelledByText(Importer& importer, const Element* model) {
  std::vector<const Element*> pending{model};
  while (!pending.empty()) {
    const Element* m = pending.back();
    pending.pop_back();
    const std::vector<const Element*> steps = stepsBeforeTheLast(m);
    const std::set<const Element*> settled(steps.begin(), steps.end());
    for (const Element* step : steps) {
      const bool fits = walkModels(step, [&](const Element* inner) {
        if (!isClassification(inner)) return true;
        const std::optional<Field> target = classField(importer, inner);
        if (!target) return true;
        Dict dict;
        dict.elem = elemOf(target->type.dataType);
        return labelsOf(importer, inner, [&](const std::string& label, const Element*) {
          return knownOrNew(dict, target->type, label).has_value();
        });
      });
      if (!fits) importer.labelledByText.insert(step);
    }
    for (const Element* inner : modelsInside(m)) {
      if (!settled.count(inner)) pending.push_back(inner);
    }
  }
}

}  // namespace

bool collectClasses(Importer& importer, const Element* model) {
  findLabelledByText(importer, model);
  return walkModels(model, [&](const Element* m) { return !isClassification(m) || collectLabels(importer, m); });
}

Elem mathElem(const Importer& importer) { return importer.floatMath ? Elem::f32 : Elem::f64; }

ValueId asNumber(Importer& importer, ValueId value, Elem elem) {
  if (value == ir::kNone) return value;
  Builder& build = importer.build;
  if (build.type(value).elem == Elem::cat) {
    if (build.get<Dict>(TableRef{build.type(value).dict}).elem == Elem::str) return ir::kNone;
    value = build.add(Cast(build.get<Dict>(TableRef{build.type(value).dict}).elem, Cast::label), {value});
  }
  const Elem from = build.type(value).elem;
  if (from == elem) return value;
  if (!isNumber(from) && from != Elem::boolean) return ir::kNone;
  return build.add(Cast(elem), {value});
}

ValueId constantVector(Importer& importer, const std::vector<double>& values, Elem elem, const std::string& name) {
  Matrix matrix;
  matrix.elem = elem;
  matrix.shape = {static_cast<uint32_t>(values.size())};
  matrix.numbers = values;
  if (elem == Elem::f32) {
    for (double& v : matrix.numbers) v = static_cast<float>(v);
  }
  Const constant;
  constant.elem = elem;
  constant.matrix = importer.build.table(std::move(matrix), name);
  return importer.build.add(std::move(constant), {}, name);
}

ValueId constantBooleans(Importer& importer, const std::vector<bool>& values, const std::string& name) {
  Matrix matrix;
  matrix.elem = Elem::boolean;
  matrix.shape = {static_cast<uint32_t>(values.size())};
  matrix.integers.assign(values.begin(), values.end());
  Const constant;
  constant.elem = Elem::boolean;
  constant.matrix = importer.build.table(std::move(matrix), name);
  return importer.build.add(std::move(constant), {}, name);
}

ValueId classAt(Importer& importer, ValueId index, const Classes& classes, const std::vector<uint32_t>& codes) {
  Lookup table;
  table.elem = Elem::cat;
  table.dict = classes.dict;
  table.sizes = {static_cast<uint32_t>(codes.size())};
  table.integers.assign(codes.begin(), codes.end());
  LookupNode lookup;
  lookup.table = importer.build.table(std::move(table), "class");
  return importer.build.add(std::move(lookup), {index}, "label");
}

namespace {

ValueId plusZero(Importer& in, ValueId value) {
  return in.build.call("add", {value, in.build.type(value).elem == Elem::f32 ? in.build.number32(0) : in.build.number(0)});
}

}  // namespace

// Zero has no sign in PMML's data: an input of -0 is 0. Only arithmetic could tell the two apart.
ValueId unsignedZero(Importer& in, ValueId value) {
  const Pipeline& pipeline = in.build.pipeline();
  const Elem elem = in.build.type(value).elem;
  if (!isFloat(elem)) return value;
  ValueId from = value;
  const auto passesOn = [](const Op& op) { return op.to<Check>() || op.to<Prepare>() || op.to<Cast>(); };
  while (passesOn(*pipeline.producer(from).op)) from = pipeline.producer(from).operands[0];
  if (!pipeline.producer(from).op->to<Input>() || !isFloat(in.build.type(from).elem)) return value;
  return plusZero(in, value);
}

ValueId withUnsignedZero(Importer& in, ValueId value) {
  if (!isFloat(in.build.type(value).elem)) return value;
  const Pipeline& pipeline = in.build.pipeline();
  const Node& made = pipeline.producer(value);
  const auto* constant = made.op->to<Const>();
  if (constant && (!constant->number || *constant->number != 0)) return value;
  const auto* call = made.op->to<Call>();
  const auto* added = call && !std::strcmp(call->function->name, "add") ? pipeline.producer(made.operands[1]).op->to<Const>() : nullptr;
  return added && added->number == 0 ? value : plusZero(in, value);  // once is enough
}

ValueId orFirstNaN(Importer& importer, ValueId value, ValueId p, const Classes& classes, const std::vector<uint32_t>& codes) {
  if (!importer.options.jpmml) return value;
  Builder& build = importer.build;
  const ValueId isNaN = build.call("is_nan", {p}), first = build.add(ArgMax(), {build.add(Cast(Elem::f64), {isNaN})}, "first_nan");
  return build.add(Select(), {build.add(Take(), {isNaN, first}), classAt(importer, first, classes, codes), value});
}

ValueId inClassOrder(Importer& importer, ValueId vector, const std::vector<uint32_t>& codes, uint32_t classes) {
  std::vector<uint32_t> from(classes, ir::kNone);
  bool same = codes.size() == classes, complete = true;
  for (uint32_t i = 0; i < codes.size(); ++i) {
    from[codes[i]] = i;
    same = same && codes[i] == i;
  }
  if (same) return vector;
  for (uint32_t f : from) complete = complete && f != ir::kNone;
  if (complete) {
    Take take;
    take.at = from;
    take.scalar = false;
    return importer.build.add(std::move(take), {vector}, "probabilities");
  }
  // A zero at the end stands for every class without a table: missing as the others are, so it is made from one of
  // them.
  const Elem elem = importer.build.type(vector).elem;
  Take first;
  first.at = {0};
  const ValueId any = importer.build.add(std::move(first), {vector});
  const ValueId zero = elem == Elem::f32 ? importer.build.number32(0) : importer.build.number(0);
  const ValueId none = importer.build.type(any).nullable
                           ? importer.build.add(Select(), {importer.build.call("is_missing", {any}),
                                                           importer.build.missing(scalarType(elem)), zero})
                           : zero;
  const ValueId longer = importer.build.add(Concat(), {vector, none});
  for (uint32_t& f : from) {
    if (f == ir::kNone) f = static_cast<uint32_t>(codes.size());
  }
  Take take;
  take.at = from;
  take.scalar = false;
  return importer.build.add(std::move(take), {longer}, "probabilities");
}

bool isTrue(Importer& importer, ValueId value) {
  const Const* constant = importer.build.pipeline().producer(value).op->to<Const>();
  return constant && constant->elem == Elem::boolean && constant->integer && *constant->integer == 1;
}

ValueId guarded(Importer& importer, ValueId condition, ValueId value) {
  if (value == ir::kNone || isTrue(importer, condition)) return value;
  return importer.build.add(Select(), {condition, value, importer.build.missing(importer.build.type(value).scalar())});
}

}  // namespace kiln::pmml

// Output: what a model shows. Each OutputField becomes a value that later ones, later segments and the enclosing model
// can read; at the top the columns of the result.
#include <cstring>
#include <map>
#include <set>
#include <utility>

#include "compiler/ir/nodes/argmax.h"
#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/nodes/output.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/nodes/topk.h"
#include "compiler/ir/tables/lookup.h"
#include "frontends/pmml/classes.h"
#include "frontends/pmml/import.h"
#include "kiln/scorer.h"

namespace kiln::pmml {

using ir::Elem;

namespace {

struct OutputFields {
  Importer& importer;
  Scope& scope;  // with the OutputFields before this one
  const Element* model;
  ir::Builder& build = importer.build;

  // ---- features; each gives nothing if it reported

  std::optional<OutputColumn> predictedValue(const Element* field, const Prediction& p, const std::optional<FieldType>&) {
    if (p.value == kNone) return refuse(field);
    OutputColumn column;
    column.value = p.value, column.type = p.targetType;
    column.feature = p.classification ? ir::Output::label : ir::Output::value;
    if (p.classification) return column;
    const Elem elem = build.type(p.value).elem;
    column.type.dataType = elem == Elem::f32     ? DataType::floating
                           : ir::isInteger(elem) ? DataType::integer
                                                 : DataType::real;
    column.type.opType = OpType::continuous;
    return column;
  }

  // predictedDisplayValue: the class's displayValue in Targets, else in the target's DataField, else its label.
  std::optional<OutputColumn> displayValue(const Element* field, const Prediction& p, const std::optional<FieldType>& wanted) {
    if (!p.classification || p.value == kNone) return predictedValue(field, p, wanted);
    const ir::Dict& dict = build.get<ir::Dict>(p.labels);
    std::vector<std::string> names;
    for (uint32_t i = 0; i < dict.size(); ++i) names.push_back(dict.labelText(i));
    Classes classes = classesOf(importer, model);
    classes.dict = p.labels;
    const auto read = [&](const Element* parent, const char* child) {
      for (const Element* v = parent->FirstChildElement(child); v; v = v->NextSiblingElement(child)) {
        const char* display =
            v->Attribute(importer.version <= 31 && !v->Attribute("displayValue") ? "rawDataValue" : "displayValue");
        const char* label = v->Attribute("value");
        const char* property = v->Attribute("property");
        if (!display || !label || (property && std::strcmp(property, "valid"))) continue;
        const auto code = knownClass(importer, classes, label);
        if (code) names[*code] = display;
      }
    };
    const auto declared = importer.dataFields.find(p.target);
    if (declared != importer.dataFields.end()) read(declared->second, "Value");
    const Element* targets = model->FirstChildElement("Targets");
    for (const Element* t = targets ? targets->FirstChildElement("Target") : nullptr; t;
         t = t->NextSiblingElement("Target")) {
      const char* name = t->Attribute("field");
      if (name && !p.target.empty() && p.target != name) continue;
      read(t, "TargetValue");
    }
    OutputColumn column;
    column.value = labels(p.value, names, "display");
    column.type = {DataType::string, OpType::categorical};
    column.feature = ir::Output::label;
    return column;
  }

  // names[code] as a cat of its own dict.
  ValueId labels(ValueId code, const std::vector<std::string>& names, const std::string& name) {
    ir::Dict dict;
    ir::Lookup table;
    for (const std::string& n : names) table.integers.push_back(dict.add(n));
    table.elem = Elem::cat;
    table.sizes = {static_cast<uint32_t>(names.size())};
    table.dict = build.table(std::move(dict), name);
    ir::LookupNode lookup;
    lookup.table = build.table(std::move(table), name);
    return build.add(std::move(lookup), {code}, name);
  }

  // An element of a vector by class: the class of attribute `value`, else that of `rank` (1: the predicted one).
  std::optional<OutputColumn> ofClass(const Element* field, const Prediction& p, ValueId vector,
                                      ir::Output::Feature feature) {
    OutputColumn column;
    column.feature = feature;
    column.type = {build.type(vector).elem == Elem::f32 ? DataType::floating : DataType::real, OpType::continuous};
    const auto rank = importer.integer(field, "rank", 1);
    if (!rank) return std::nullopt;
    if (const auto label = importer.attribute(field, "value")) {
      Classes classes = classesOf(importer, model);
      classes.dict = p.labels;
      const auto code = knownClass(importer, classes, *label);
      if (!code || *code >= build.type(vector).shape[0]) {
        importer.invalid(field, "value", "the model has no such class");
        return std::nullopt;
      }
      ir::Take take;
      take.at = {*code};
      column.value = build.add(std::move(take), {vector});
      column.of = *label;
      return column;
    }
    if (*rank < 1 || *rank > build.type(vector).shape[0]) {
      importer.invalid(field, "rank", "the model has " + std::to_string(build.type(vector).shape[0]) + " classes");
      return std::nullopt;
    }
    if (*rank == 1) {
      // The predicted class's own, which need not be the highest.
      column.value = build.add(ir::Take(), {vector, asIndex(p.value)});
      return column;
    }
    ir::TopK top;
    top.k = static_cast<uint32_t>(*rank);
    ir::Take take;
    take.at = {static_cast<uint32_t>(*rank) - 1};
    column.value = build.add(std::move(take), {build.add(std::move(top), {vector})});
    return column;
  }

  // The code of a cat as i32.
  ValueId asIndex(ValueId cat) {
    ir::Lookup table;
    table.elem = Elem::i32;
    const uint32_t n = build.get<ir::Dict>(ir::TableRef{build.type(cat).dict}).size();
    for (uint32_t i = 0; i < n; ++i) table.integers.push_back(i);
    table.sizes = {n};
    ir::LookupNode lookup;
    lookup.table = build.table(std::move(table), "code");
    return build.add(std::move(lookup), {cat});
  }

  std::optional<OutputColumn> probability(const Element* field, const Prediction& p, const std::optional<FieldType>&) {
    if (p.value == kNone || p.probabilities == kNone) return refuse(field);
    return ofClass(field, p, p.probabilities, ir::Output::probability);
  }

  // What the model has of this name.
  std::optional<OutputColumn> ofModel(const Element* field, const Prediction& p, const std::optional<FieldType>&) {
    const std::string feature = importer.attribute(field, "feature").value_or("predictedValue");
    OutputColumn column;
    const auto known = p.features.find(feature);
    if (known != p.features.end()) {
      column.value = known->second(field);
      if (column.value == kNone) return std::nullopt;
    } else if (feature == "entityId" || feature == "clusterId") {
      column.value = p.entity;
    } else if (feature == "affinity" || feature == "entityAffinity" || feature == "clusterAffinity") {
      column.value = p.affinity;
    } else if (feature == "confidence" && p.confidences != kNone) {
      return ofClass(field, p, p.confidences, ir::Output::confidence);
    }
    if (column.value == kNone) return refuse(field);
    const Elem elem = build.type(column.value).elem;
    const Elem label = elem == Elem::cat ? build.get<ir::Dict>(ir::TableRef{build.type(column.value).dict}).elem : elem;
    column.type.dataType = label == Elem::str       ? DataType::string
                           : label == Elem::f32     ? DataType::floating
                           : label == Elem::boolean ? DataType::boolean
                           : ir::isInteger(label)   ? DataType::integer
                                                    : DataType::real;
    column.type.opType = elem == Elem::cat || elem == Elem::str ? OpType::categorical : OpType::continuous;
    column.feature = feature == "confidence"   ? ir::Output::confidence
                     : feature == "entityId"   ? ir::Output::leaf
                     : feature == "reasonCode" ? ir::Output::reason
                                               : ir::Output::other;
    return column;
  }

  // The OutputField of a segment that attribute `value` names.
  std::optional<OutputColumn> ofSegment(const Element* field) {
    const auto segment = importer.segments.find(field->Attribute("segmentId"));
    if (segment == importer.segments.end()) {
      importer.invalid(field, "segmentId", "there is no such segment");
      return std::nullopt;
    }
    for (const OutputColumn& column : segment->second.outputs) {
      if (column.name == field->Attribute("value") && column.value != kNone) return column;
    }
    importer.invalid(field, "value", "the segment has no such OutputField");
    return std::nullopt;
  }

  std::optional<OutputColumn> decided(const Element* field, const Prediction& p, const std::optional<FieldType>& wanted) {
    auto column = transformed(field, p, wanted);
    if (column) column->feature = ir::Output::label;
    return column;
  }
  std::optional<OutputColumn> transformed(const Element* field, const Prediction&, const std::optional<FieldType>& wanted) {
    const Element* expression = Importer::expressionOf(field);
    if (!expression && field->Attribute("segmentId") && field->Attribute("value")) return ofSegment(field);
    if (!expression) {
      importer.missing(field, "EXPRESSION");
      return std::nullopt;
    }
    if (!importer.isAlone(expression)) return std::nullopt;
    const Importer::Typed typed = importer.expression(scope, expression, wanted ? &*wanted : nullptr);
    if (!typed) return std::nullopt;
    OutputColumn column;
    column.value = typed.value, column.type = typed.type;
    if (wanted) column.value = importer.convert(typed, *wanted, field), column.type = *wanted;
    column.feature = ir::Output::derived;
    if (column.value == kNone) return std::nullopt;
    return column;
  }

  // expected minus predicted; of a class: 1 or 0 minus its probability. The class is that of attribute `value`, else the
  // predicted one.
  std::optional<OutputColumn> residual(const Element* field, const Prediction& p, const std::optional<FieldType>&) {
    if (p.value == kNone) return refuse(field);
    if (p.target.empty()) {
      importer.invalid(field, "", "a residual needs a target field");
      return std::nullopt;
    }
    Importer::Typed actual = importer.reference(scope, p.target, field);
    if (!actual) return std::nullopt;
    actual.value = importer.failIfMissing(actual.value, actual.value, p.value);  // without a prediction there is no residual to ask for
    OutputColumn column;
    column.type = {DataType::real, OpType::continuous};
    column.feature = ir::Output::other;
    if (!p.classification) {
      const Elem elem = ir::isInteger(build.type(p.value).elem) ? Elem::f64 : build.type(p.value).elem;
      column.value = build.call("sub", {asNumber(importer, actual.value, elem), asNumber(importer, p.value, elem)});
      return column;
    }
    if (p.probabilities == kNone) return refuse(field);
    ValueId probability = kNone, isClass = kNone;
    const auto label = importer.attribute(field, "value");
    if (label && !importer.options.jpmml) {
      const auto ofLabel = ofClass(field, p, p.probabilities, ir::Output::probability);
      if (!ofLabel) return std::nullopt;
      probability = ofLabel->value;
      isClass = build.call("eq", {actual.value, importer.literalLike(*label, actual, field)});
    } else {
      Importer::Typed predicted;
      predicted.value = p.value, predicted.type = p.targetType;
      isClass = importer.compare("eq", actual, predicted, field);
      probability = build.add(ir::Take(), {p.probabilities, asIndex(p.value)});
    }
    if (isClass == kNone) return std::nullopt;
    column.value = build.call("sub", {build.add(ir::Cast(build.type(probability).elem), {isClass}), probability});
    return column;
  }

  // What there is to warn of are notes of the row's status.
  std::optional<OutputColumn> warning(const Element* field, const Prediction&, const std::optional<FieldType>& wanted) {
    importer.warn(field, "no model gives a warning: the column '" + importer.attribute(field, "name").value_or("") + "' stays empty",
                  "`kiln score --notes` shows what was replaced, unknown or not finite");
    OutputColumn column;
    column.type = wanted.value_or(FieldType{DataType::string, OpType::categorical});
    column.value = build.missing(ir::scalarType(elemOf(column.type.dataType)));
    column.feature = ir::Output::other;
    return column;
  }

  // ---- one OutputField

  // R's package pmml names no targetField where neighbours give a class and a number: a predicted value is of the one target of
  // its optype. Anything else is of the first target.
  const Prediction* byOpType(const Element* field, const Prediction& prediction) {
    const auto feature = importer.attribute(field, "feature"), opType = importer.attribute(field, "optype");
    if ((feature && *feature != "predictedValue") || !opType) return &prediction;
    const bool classes = *opType != "continuous";
    const Prediction* only = prediction.classification == classes ? &prediction : nullptr;
    for (const Prediction& other : prediction.others) {
      if (other.classification != classes) continue;
      if (only) return &prediction;
      only = &other;
    }
    return only ? only : &prediction;
  }

  const Prediction* predictionOf(const Element* field, const Prediction& prediction) {
    if (const auto segment = importer.attribute(field, "segmentId")) {
      const auto found = importer.segments.find(*segment);
      if (found == importer.segments.end()) {
        importer.invalid(field, "segmentId", "there is no such segment");
        return nullptr;
      }
      return &found->second;
    }
    const auto target = importer.attribute(field, "targetField");
    if (target && prediction.column != kNone && !prediction.others.empty()) {
      importer.unsupported(field, "targetField of a chain whose targets depend on the row", "the target's column shows its result");
      return nullptr;
    }
    if (!target && prediction.column == kNone && !prediction.others.empty()) return byOpType(field, prediction);
    if (!target || prediction.target.empty() || *target == prediction.target) return &prediction;
    for (const Prediction& other : prediction.others) {
      if (other.target == *target) return &other;
    }
    importer.invalid(field, "targetField", "not a target of this model");
    return nullptr;
  }

  // Rules say themselves how they rank. Elsewhere the best result is the first, and what there is one of has no second.
  bool ranksFit(const Element* field, const std::string& name, const Prediction& p) {
    if (p.features.count("ruleValue")) return true;
    static const std::set<std::string> kSingle = {"predictedValue", "predictedDisplayValue", "residual", "standardError", "standardDeviation",
                                                  "confidenceIntervalLower", "confidenceIntervalUpper"};
    const auto rank = importer.integer(field, "rank", 1);
    const auto order = importer.choice(field, "rankOrder", {"descending", "ascending"}, 0);
    if (!rank || !order) return false;
    if (*rank != 1 && kSingle.count(name)) return importer.unsupported(field, "a rank other than 1 of feature '" + name + "'");
    return *order == 0 || importer.unsupported(field, "rankOrder='ascending' of what are no rules");
  }

  using Wanted = std::optional<FieldType>;
  using Maker = std::optional<OutputColumn> (OutputFields::*)(const Element*, const Prediction&, const Wanted&);
  std::optional<OutputColumn> feature(const Element* field, const Prediction& prediction, const Wanted& wanted) {
    static const std::map<std::string, Maker> makers = {
#define FEATURE(name, since, maker, source) {#name, &OutputFields::maker},
#include "frontends/pmml/features.def"
#undef FEATURE
    };
    const std::string name = importer.attribute(field, "feature").value_or("predictedValue");
    const auto known = makers.find(name);
    if (known == makers.end()) {
      importer.unsupported(field, "output feature '" + name + "'");
      return std::nullopt;
    }
    // An expression is of no prediction.
    const bool expression = name == "transformedValue" || name == "decision";
    const Prediction* p = expression ? &prediction : predictionOf(field, prediction);
    if (!p || (!expression && !ranksFit(field, name, *p))) return std::nullopt;
    // A model may say itself what a feature of its own is.
    if (p->features.count(name)) return ofModel(field, *p, wanted);
    return (this->*known->second)(field, *p, wanted);
  }
  std::optional<OutputColumn> refuse(const Element* field) {
    const Element* segmentation = field->Parent()->Parent()->FirstChildElement("Segmentation");
    const char* method = segmentation ? segmentation->Attribute("multipleModelMethod") : nullptr;
    const bool isList = method && !std::strcmp(method, "selectAll");
    importer.unsupported(field, "output feature '" + importer.attribute(field, "feature").value_or("predictedValue") + "' of this model",
                         isList ? "selectAll has a result for each segment: name the one that is meant with segmentId" : "");
    return std::nullopt;
  }

  // Decisions and Values describe what the field can hold.
  bool onlyKnownChildren(const Element* field) {
    bool ok = true;
    for (const Element* c = field->FirstChildElement(); c; c = c->NextSiblingElement()) {
      const bool known = !std::strcmp(c->Name(), "Extension") || !std::strcmp(c->Name(), "Decisions") ||
                         !std::strcmp(c->Name(), "Value") || Importer::isExpression(c->Name());
      if (!known) ok = importer.unsupported(c, std::string("element '") + c->Name() + "' in 'OutputField'");
    }
    return ok;
  }

  // R's package pmml asks in this way for a list of the steps of a forecast up to the one that the row names.
  void warnOfList(const Element* field) {
    for (const Element* e = field->FirstChildElement("Extension"); e; e = e->NextSiblingElement("Extension"))
      if (e->Attribute("name", "dataType") && e->Attribute("value", "json"))
        importer.warn(e, "no list in JSON is made: the column shows the one value of the row", "of a forecast, that of the step that the row asks for");
  }

  std::optional<OutputColumn> column(const Element* field, const Prediction& prediction) {
    if (!importer.onlyAttributes(field, {"name", "displayName", "optype", "dataType", "targetField", "feature", "value",
                                         "rank", "rankBasis", "rankOrder", "segmentId", "isFinalResult",
                                         "isMultiValued", "algorithm", "ruleFeature", "x-reportField"}) ||
        !onlyKnownChildren(field)) {
      return std::nullopt;
    }
    const auto name = importer.required(field, "name");
    const auto isFinal = importer.boolean(field, "isFinalResult", true);
    const auto isMulti = importer.choice(field, "isMultiValued", {"0", "1", "false", "true"}, 0);
    if (!name || !isFinal || !isMulti) return std::nullopt;
    std::optional<FieldType> wanted;
    if (field->Attribute("dataType") || field->Attribute("optype")) {
      FieldType fallback;
      fallback.dataType = DataType::string, fallback.opType = OpType::categorical;
      if (field->Attribute("dataType")) wanted = importer.fieldType(field, fallback);
      if (field->Attribute("dataType") && !wanted) return std::nullopt;
    }
    importer.at(field);
    warnOfList(field);
    auto result = feature(field, prediction, wanted);
    if (!result) return std::nullopt;
    if (*isMulti % 2 && build.type(result->value).shape.empty()) {
      importer.unsupported(field, "isMultiValued of what has one value");
      return std::nullopt;
    }
    if (wanted) {
      result->value = importer.convert({.value = result->value, .type = result->type}, *wanted, field);
      if (result->value == kNone) return std::nullopt;
      result->type = *wanted;
    }
    result->name = *name;
    result->isFinal = *isFinal;
    result->element = field;
    return result;
  }
};

// Whether two elements say the same: names, attributes and text of them and of all that is inside.
bool alike(const Document& document, const Element* a, const Element* b) {
  // Predicted values have no use for an attribute value: Weka writes an OutputField of one name for each class.
  const auto isPredictedValue = [](const Element* f) {
    const char* feature = f->Attribute("feature");
    return (!feature || !std::strcmp(feature, "predictedValue")) && !f->FirstChildElement() && !f->Attribute("rank") && !f->Attribute("segmentId");
  };
  const auto equal = [&](const char* name) {
    const char *x = a->Attribute(name), *y = b->Attribute(name);
    return x && y ? !std::strcmp(x, y) : x == y;
  };
  if (isPredictedValue(a) && isPredictedValue(b) && equal("targetField") && equal("dataType") && equal("optype") && equal("isFinalResult")) return true;
  const auto same = [&](const Element* x, const Element* y) {
    return x->ShallowEqual(y) && document.text(x) == document.text(y) && !x->FirstChildElement() == !y->FirstChildElement();
  };
  if (!same(a, b)) return false;
  const Element *x = nextInside(a, a), *y = nextInside(b, b);
  for (; x && y; x = nextInside(a, x), y = nextInside(b, y))
    if (!same(x, y) || !x->NextSiblingElement() != !y->NextSiblingElement()) return false;
  return !x && !y;
}

// A class by a dict of its own, to which labels that are no class can be added.
ValueId amongOtherLabels(Importer& importer, ValueId label) {
  const ir::TableRef classes{importer.build.type(label).dict};
  ir::Dict dict = importer.build.get<ir::Dict>(classes);
  if (dict.open || !importer.classTables.count(classes.id)) return label;
  ir::Lookup table;
  table.elem = Elem::cat;
  table.sizes = {dict.size()};
  for (uint32_t i = 0; i < dict.size(); ++i) table.integers.push_back(i);
  table.dict = importer.build.table(std::move(dict), "labels");
  const auto ranked = importer.ranks.find(classes.id);
  if (ranked != importer.ranks.end()) importer.ranks[table.dict.id] = ranked->second;
  ir::LookupNode lookup;
  lookup.table = importer.build.table(std::move(table), "label");
  return importer.build.add(std::move(lookup), {label});
}

// An output field as one that later ones, and later models, read.
Field fieldOf(Importer& importer, const OutputColumn& column) {
  Field field;
  field.name = column.name;
  field.type = column.type;
  field.value = column.value;
  field.element = column.element;
  const ir::Type& type = importer.build.type(column.value);
  const bool isLabel = type.elem == Elem::cat;
  if (isLabel) field.dict = ir::TableRef{type.dict};
  if (!type.shape.empty()) return field.list = type.shape[0], field;   // shown, but no single value
  if (isLabel && importer.comparesOtherLabels) field.value = amongOtherLabels(importer, field.value);
  if (isLabel) field.dict = ir::TableRef{importer.build.type(field.value).dict};
  if (column.feature != ir::Output::derived) field.value = importer.failIfMissing(field.value, field.value);
  return field;
}

// Of equal names the outer stays, then the last.
void append(std::vector<OutputColumn>& columns, const std::vector<OutputColumn>& inner) {
  std::set<std::string> outer;
  for (const OutputColumn& c : columns) outer.insert(c.name);
  std::map<std::string, size_t> last;
  for (size_t i = 0; i < inner.size(); ++i)
    if (inner[i].isFinal) last[inner[i].name] = i;
  for (size_t i = 0; i < inner.size(); ++i)
    if (inner[i].isFinal && last[inner[i].name] == i && !outer.count(inner[i].name)) columns.push_back(inner[i]);
}

ir::Output::OpType opTypeOf(OpType type) { return static_cast<ir::Output::OpType>(type); }

// The target as its DataField declares it: a float or double number, a class.
OutputColumn targetColumn(Importer& importer, const Prediction& prediction) {
  OutputColumn column;
  column.name = prediction.target.empty() ? "_target" : prediction.target;
  column.value = prediction.column == kNone ? prediction.value : prediction.column;
  column.type = prediction.targetType;
  column.feature = prediction.classification ? ir::Output::label : ir::Output::value;
  if (prediction.classification || prediction.value == kNone) return column;
  const Elem elem = importer.build.type(column.value).elem;
  column.type.opType = OpType::continuous;
  if (ir::isInteger(elem) || prediction.target.empty()) return column;
  const DataType declared = prediction.targetType.dataType;
  if (declared == DataType::real) column.value = asNumber(importer, column.value, Elem::f64);
  if (declared == DataType::floating) column.value = asNumber(importer, column.value, Elem::f32);
  return column;
}

// The result of segments that name no target, under JPMML's name for it.
OutputColumn namelessColumn(const Prediction& prediction) {
  OutputColumn column;
  column.name = "_target";
  column.value = prediction.value;
  column.type = prediction.targetType;
  column.feature = prediction.classification ? ir::Output::label : ir::Output::value;
  return column;
}

void emit(Importer& importer, const Element* model, const Prediction& prediction) {
  std::vector<OutputColumn> columns;
  columns.push_back(targetColumn(importer, prediction));
  for (const Prediction& other : prediction.others) columns.push_back(targetColumn(importer, other));
  if (prediction.nameless) columns.push_back(namelessColumn(prediction));
  // An OutputField of a target's name takes its place.
  std::map<std::string, size_t> places;
  for (size_t i = 0; i < columns.size(); ++i) places[columns[i].name] = i;
  for (const OutputColumn& c : prediction.outputs) {
    const auto [known, isNew] = places.emplace(c.name, columns.size());
    if (isNew) {
      columns.push_back(c);
    } else {
      columns[known->second] = c;
    }
  }
  for (OutputColumn& c : columns) {
    if (c.value == kNone) continue;
    importer.at(c.element ? c.element : model);
    // "Some other value" has no label to show: the field's text is needed.
    const ir::Type& type = importer.build.type(c.value);
    if (type.elem == Elem::cat && importer.build.get<ir::Dict>(ir::TableRef{type.dict}).open)
      c.value = importer.text(c.value);
    ir::Output output;
    output.field = c.name;
    output.feature = c.feature;
    output.opType = opTypeOf(c.type.opType);
    output.of = c.of;
    importer.build.add(std::move(output), {importer.presentable(c.value)});
  }
  for (const Importer::State& state : importer.states) {
    importer.at(state.element);
    ir::Output output;
    output.field = "next " + state.input, output.feeds = state.input, output.feature = ir::Output::other;
    output.description = "for the next row's " + state.input;
    importer.build.add(std::move(output), {state.next});
  }
}

}  // namespace

bool Importer::declareResultFields(Scope& scope, const Element* model, const Prediction& prediction) {
  bool ok = true;
  OutputFields fields{*this, scope, model};
  for (const Element* f = model->FirstChildElement("ResultField"); f; f = f->NextSiblingElement("ResultField")) {
    auto column = fields.column(f, prediction);
    ok = ok && column;
    if (column) scope.declare(fieldOf(*this, *column));
  }
  return ok;
}

bool Importer::declareOutputs(Scope& scope, const Element* model, Prediction& prediction, Scope* outputs,
                              bool topLevel) {
  const Element* output = model->FirstChildElement("Output");
  std::vector<OutputColumn> columns;
  std::map<std::string, size_t> places;
  bool ok = !output || onlyChildren(output, {"OutputField"});
  Scope local(&scope);
  OutputFields fields{*this, local, model};
  for (const Element* f = output ? output->FirstChildElement("OutputField") : nullptr; f;
       f = f->NextSiblingElement("OutputField")) {
    auto column = fields.column(f, prediction);
    if (!column) {
      ok = false;
      continue;
    }
    Field field = fieldOf(*this, *column);
    if (outputs) outputs->declare(field);
    local.declare(std::move(field));
    const auto [known, isNew] = places.emplace(column->name, columns.size());
    if (!isNew) {
      OutputColumn& before = columns[std::exchange(known->second, columns.size())];
      if (!alike(document, before.element, f))
        ok = misplaced(f, "OutputField '" + column->name + "' stands a second time in this Output, and differs");
      before.name.clear();
    }
    columns.push_back(std::move(*column));
  }
  std::erase_if(columns, [](const OutputColumn& c) { return c.name.empty(); });
  append(columns, prediction.outputs);
  prediction.outputs = std::move(columns);
  if (ok && topLevel) emit(*this, model, prediction);
  return ok;
}

}  // namespace kiln::pmml

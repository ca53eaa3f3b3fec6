// Targets: what happens to a prediction before anyone reads it. Numbers: clamp, factor, constant, integer, in this
// order; a missing result: the default value, or the class of the highest prior.
#include <cmath>
#include <cstring>
#include <utility>

#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/coalesce.h"
#include "compiler/ir/nodes/note.h"
#include "compiler/support/number.h"
#include "frontends/pmml/classes.h"
#include "frontends/pmml/import.h"
#include "kiln/scorer.h"

namespace kiln::pmml {

using ir::Elem;

namespace {

ValueId constantLike(Importer& importer, ValueId value, double number) {
  return importer.build.type(value).elem == Elem::f32 ? importer.build.number32(number) : importer.build.number(number);
}

void noteDefault(Importer& importer, ValueId value) {
  if (!importer.build.type(value).nullable) return;
  ir::Note note;
  note.bit = KILN_DEFAULT_USED;
  importer.build.add(note, {importer.build.call("is_missing", {value})});
}

// What tells how far a prediction may be off goes the way of the prediction: bounds are clamped and rescaled as it is, deviations are
// multiplied.
struct Rescaling {
  std::optional<double> min, max;
  double factor, constant;
};
void rescaleFeatures(Importer& importer, Prediction& prediction, const Rescaling& r) {
  ir::Builder& build = importer.build;
  const auto times = [&build, &importer](ValueId value, double factor) {
    return factor == 1 ? value : build.call("mul", {value, constantLike(importer, value, factor)});
  };
  std::map<std::string, std::function<ValueId(const Element*)>> features;
  for (const char* name : {"standardError", "standardDeviation"}) {
    const auto known = prediction.features.find(name);
    if (known == prediction.features.end()) continue;
    features[name] = [inner = known->second, times, factor = std::abs(r.factor)](const Element* field) {
      const ValueId value = inner(field);
      return value == kNone ? kNone : times(value, factor);
    };
  }
  const char* const bounds[] = {"confidenceIntervalLower", "confidenceIntervalUpper"};
  for (int i = 0; i < 2; ++i) {
    const auto known = prediction.features.find(bounds[i]);
    if (known == prediction.features.end()) continue;
    features[bounds[r.factor < 0 ? 1 - i : i]] = [&importer, inner = known->second, times, r](const Element* field) {
      ValueId value = inner(field);
      if (value == kNone) return kNone;
      if (r.min) value = importer.build.call("clip_low", {value, constantLike(importer, value, *r.min)});
      if (r.max) value = importer.build.call("clip_high", {value, constantLike(importer, value, *r.max)});
      value = times(value, r.factor);
      return r.constant == 0 ? value : importer.build.call("add", {value, constantLike(importer, value, r.constant)});
    };
  }
  for (auto& [name, feature] : features) prediction.features[name] = std::move(feature);
}

bool numberTarget(Importer& importer, const Element* target, Prediction& prediction) {
  ir::Builder& build = importer.build;
  const bool hasMin = target->Attribute("min"), hasMax = target->Attribute("max");
  const auto min = importer.number(target, "min", 0.0), max = importer.number(target, "max", 0.0);
  const auto factor = importer.number(target, "rescaleFactor", 1.0),
             constant = importer.number(target, "rescaleConstant", 0.0);
  const auto rounding = importer.choice(target, "castInteger", {"round", "ceiling", "floor"}, -1);
  if (!min || !max || !factor || !constant || !rounding) return false;
  rescaleFeatures(importer, prediction, {hasMin ? min : std::nullopt, hasMax ? max : std::nullopt, *factor, *constant});
  ValueId value = prediction.value;
  if (ir::isInteger(build.type(value).elem)) value = asNumber(importer, value, mathElem(importer));
  if (hasMin) value = build.call("clip_low", {value, constantLike(importer, value, *min)});
  if (hasMax) value = build.call("clip_high", {value, constantLike(importer, value, *max)});
  if (*factor != 1) value = build.call("mul", {value, constantLike(importer, value, *factor)});
  if (*constant != 0 && !prediction.beganWithConstant)
    value = build.call("add", {value, constantLike(importer, value, *constant)});
  if (*rounding >= 0) {
    static constexpr const char* kRound[] = {"round_half_up", "ceil", "floor"};
    value = build.call(kRound[*rounding], {value});
  }
  const Element* inner = target->FirstChildElement("TargetValue");
  if (inner && inner->Attribute("defaultValue")) {
    const auto fallback = importer.number(inner, "defaultValue", std::nullopt);
    if (!fallback) return false;
    if (inner->NextSiblingElement("TargetValue")) {
      return importer.invalid(inner->NextSiblingElement("TargetValue"), "", "a continuous target has one TargetValue");
    }
    noteDefault(importer, value);
    value = build.add(ir::Coalesce(), {value, constantLike(importer, value, *fallback)});
  }
  if (*rounding >= 0) value = build.add(ir::Cast(Elem::i64, ir::Cast::checked), {value});
  prediction.value = value;
  return true;
}

bool classTarget(Importer& importer, const Element* model, const Element* target, Prediction& prediction) {
  for (const char* name : {"min", "max", "rescaleFactor", "rescaleConstant", "castInteger"}) {
    if (!target->Attribute(name)) continue;
    const double neutral = std::strcmp(name, "rescaleFactor") ? 0 : 1;
    const bool rescales = !std::strncmp(name, "rescale", 7);
    const auto number = rescales ? importer.number(target, name, std::nullopt) : std::nullopt;
    if (!rescales || number != neutral) return importer.invalid(target, name, "the target is categorical");
  }
  Classes classes = classesOf(importer, model);
  classes.dict = prediction.labels;
  std::vector<double> priors(classCount(importer, classes), 0.0);
  uint32_t best = ir::kNone;
  for (const Element* v = target->FirstChildElement("TargetValue"); v; v = v->NextSiblingElement("TargetValue")) {
    if (!v->Attribute("priorProbability")) continue;
    const auto label = importer.required(v, "value");
    const auto prior = importer.number(v, "priorProbability", std::nullopt);
    if (!label || !prior) return false;
    const auto code = classCode(importer, classes, *label, v);
    if (!code) return false;
    priors.resize(std::max<size_t>(priors.size(), *code + 1));
    priors[*code] = *prior;
    if (best == ir::kNone || *prior > priors[best]) best = *code;
  }
  if (best == ir::kNone) return true;
  ir::Builder& build = importer.build;
  noteDefault(importer, prediction.value);
  if (prediction.probabilities != ir::kNone) {
    const Elem elem = build.type(prediction.probabilities).elem;
    prediction.probabilities = build.add(
        ir::Coalesce(), {prediction.probabilities, constantVector(importer, priors, elem, "priors")}, "probabilities");
  }
  prediction.value = build.add(ir::Coalesce(), {prediction.value, build.code(classes.dict, best)}, "label");
  return true;
}

}  // namespace

std::optional<double> Importer::sumStart(const Element* model) {
  const Element* targets = floatMath ? model->FirstChildElement("Targets") : nullptr;
  const Element* target = targets ? targets->FirstChildElement("Target") : nullptr;
  if (!target || target->NextSiblingElement("Target") || !target->Attribute("rescaleConstant")) return std::nullopt;
  if (target->Attribute("min") || target->Attribute("max")) return std::nullopt;
  const auto value = parseFloat(target->Attribute("rescaleConstant"));
  const auto factor = number(target, "rescaleFactor", 1.0);
  if (!value || !factor || std::fabs(*factor) != 1) return std::nullopt;
  return *value * *factor;  // -sum + c is -(sum - c)
}

std::optional<Prediction> Importer::applyTargets(Scope& scope, const Element* model, Prediction prediction) {
  const Element* targets = model->FirstChildElement("Targets");
  if (!targets) return prediction;
  if (!onlyChildren(targets, {"Target"})) return std::nullopt;
  for (const Element* target = targets->FirstChildElement("Target"); target;
       target = target->NextSiblingElement("Target")) {
    if (!onlyAttributes(target, {"field", "optype", "castInteger", "min", "max", "rescaleFactor", "rescaleConstant"}) ||
        !onlyChildren(target, {"TargetValue"})) {
      return std::nullopt;
    }
    for (const Element* v = target->FirstChildElement("TargetValue"); v; v = v->NextSiblingElement("TargetValue")) {
      // rawDataValue is the name of displayValue up to 3.1.
      if (!onlyAttributes(v, {"value", "displayValue", "rawDataValue", "priorProbability", "defaultValue"}) ||
          !onlyChildren(v, {"Partition"})) {
        return std::nullopt;
      }
    }
    const auto field = attribute(target, "field");
    Prediction* meant = nullptr;
    if (!field || prediction.target.empty() || prediction.target == *field) meant = &prediction;
    for (Prediction& other : prediction.others) {
      if (field && other.target == *field) meant = &other;
    }
    if (!meant) {
      invalid(target, "field", "not a target of this model");
      return std::nullopt;
    }
    if (meant->value == ir::kNone) continue;
    at(target);
    Prediction column = *meant;  // the target's column has the same treatment, so that its defaults apply
    const bool ok =
        meant->classification ? classTarget(*this, model, target, *meant) : numberTarget(*this, target, *meant);
    if (!ok) return std::nullopt;
    if (column.column != kNone) {
      column.value = std::exchange(column.column, kNone);
      column.probabilities = kNone;
      if (!(column.classification ? classTarget(*this, model, target, column) : numberTarget(*this, target, column)))
        return std::nullopt;
      meant->column = column.value;
    }
  }
  return prediction;
}

}  // namespace kiln::pmml

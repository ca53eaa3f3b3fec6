// Targets: what happens to a prediction before anyone reads it. Numbers: clamp, factor, constant, integer, in this
// order; a missing result: the default value, or the class of the highest prior.
#include <cmath>
#include <cstring>
#include <numeric>
#include <set>
#include <utility>

#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/coalesce.h"
#include "compiler/ir/nodes/note.h"
#include "compiler/ir/nodes/select.h"
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

// The defaultValue of a TargetValue, if there is one; nothing at all if that was refused.
std::optional<std::optional<double>> defaultValue(Importer& importer, const Element* target) {
  const Element* inner = nullptr;
  for (const Element* v = target->FirstChildElement("TargetValue"); v; v = v->NextSiblingElement("TargetValue")) {
    if (!v->Attribute("defaultValue")) continue;
    if (inner) return importer.invalid(v, "defaultValue", "a second one: a continuous target has one TargetValue"), std::nullopt;
    inner = v;
  }
  if (!inner) return std::optional<double>();
  const auto value = importer.number(inner, "defaultValue", std::nullopt);
  if (!value) return std::nullopt;
  return value;
}

ValueId orDefault(Importer& importer, ValueId value, std::optional<double> fallback) {
  if (!fallback) return value;
  noteDefault(importer, value);
  return importer.build.add(ir::Coalesce(), {value, constantLike(importer, value, *fallback)});
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
  const auto fallback = defaultValue(importer, target);
  if (!fallback) return false;
  // The default is a mean of target values, which are not rescaled; JPMML treats it like a prediction.
  if (importer.options.jpmml) value = orDefault(importer, value, *fallback);
  if (hasMin) value = build.call("clip_low", {value, constantLike(importer, value, *min)});
  if (hasMax) value = build.call("clip_high", {value, constantLike(importer, value, *max)});
  if (*factor != 1) value = build.call("mul", {value, constantLike(importer, value, *factor)});
  if (*constant != 0 && !prediction.beganWithConstant)
    value = build.call("add", {value, constantLike(importer, value, *constant)});
  if (!importer.options.jpmml) value = orDefault(importer, value, *fallback);
  if (*rounding >= 0) {
    static constexpr const char* kRound[] = {"round_half_up", "ceil", "floor"};
    value = build.call(kRound[*rounding], {value});
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
    if (rescales && !number) return false;
    const char* note = rescales ? "in documents of CatBoost it is the bias of a classifier, so that labels are those of a model without it: train with boost_from_average=False" : "";
    if (!rescales || number != neutral) importer.warn(target, std::string(name) + " has no effect: the target is categorical", note);
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
  const double total = std::accumulate(priors.begin(), priors.end(), 0.0);
  if (importer.options.jpmml && total > 0)
    for (double& prior : priors) prior /= total;
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

namespace {

// JPMML: Targets treat what has no result of its own.
Prediction whereUnsettled(Importer& importer, const Prediction& own, Prediction treated) {
  ir::Builder& build = importer.build;
  const auto choose = [&](ValueId settled, ValueId before, ValueId after) {
    return before == kNone || after == before ? after : build.add(ir::Select(), {settled, before, after});
  };
  ValueId before = own.value;
  if (!own.classification && build.type(before) != build.type(treated.value)) {
    before = asNumber(importer, before, Elem::f64);
    treated.value = asNumber(importer, treated.value, Elem::f64);
  }
  treated.value = choose(own.settled, before, treated.value);
  treated.probabilities = choose(own.settled, own.probabilities, treated.probabilities);
  treated.features = own.features;
  return treated;
}

bool applyTarget(Importer& importer, const Element* model, const Element* target, Prediction& prediction) {
  const Prediction own = prediction;
  const bool ok = prediction.classification ? classTarget(importer, model, target, prediction)
                                            : numberTarget(importer, target, prediction);
  if (ok && own.settled != kNone) prediction = whereUnsettled(importer, own, std::move(prediction));
  return ok;
}

// JPMML's neighbours and chains of several targets do not look at Targets.
bool ignoresTargets(const Element* model) {
  if (!std::strcmp(model->Name(), "NearestNeighborModel")) return true;
  const Element* segmentation = model->FirstChildElement("Segmentation");
  const char* method = segmentation ? segmentation->Attribute("multipleModelMethod") : nullptr;
  return method && (!std::strcmp(method, "multiModelChain") || !std::strcmp(method, "x-multiModelChain"));
}

}  // namespace

std::optional<Prediction> Importer::applyTargets(Scope& scope, const Element* model, Prediction prediction) {
  const Element* targets = model->FirstChildElement("Targets");
  if (!targets || (options.jpmml && ignoresTargets(model))) return prediction;
  if (!onlyChildren(targets, {"Target"})) return std::nullopt;
  std::set<std::string> named;
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
    if (!named.insert(field.value_or("")).second) {
      invalid(target, "field", "a second Target of this field");
      return std::nullopt;
    }
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
    // A target that no segment of a chain predicts has no class to treat.
    if (!meant->classification && !ir::isNumber(build.type(meant->value).elem)) continue;
    at(target);
    Prediction column = *meant;  // the target's column has the same treatment, so that its defaults apply
    if (!applyTarget(*this, model, target, *meant)) return std::nullopt;
    if (column.column != kNone) {
      // Missing because the result is that of a segment without this target: no default belongs there.
      const ValueId elsewhere = build.call("and", {build.call("is_missing", {column.column}), build.call("is_present", {column.value})});
      column.value = std::exchange(column.column, kNone);
      column.probabilities = kNone;
      if (!applyTarget(*this, model, target, column)) return std::nullopt;
      const ValueId none = build.missing(build.type(column.value).scalar());
      meant->column = build.add(ir::Select(), {elsewhere, none, column.value});
    }
  }
  return prediction;
}

}  // namespace kiln::pmml

// MiningModel: segments run where their predicates are true, and their results become one.
#include <algorithm>
#include <cstring>

#include "compiler/ir/nodes/argmax.h"
#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/choose.h"
#include "compiler/ir/nodes/coalesce.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/tables/lookup.h"
#include "frontends/pmml/models/embedded.h"
#include "frontends/pmml/models/mining_model.h"
#include "frontends/pmml/ranks.h"
#include "kiln/scorer.h"

namespace kiln::pmml {

using namespace ir;

namespace {

ValueId anyOf(Builder& build, ValueId booleans) {
  Reduce any;
  any.op = Reduce::any;
  return build.add(any, {booleans});
}

// JPMML: segments that ran and left nothing to combine end the row; where none ran, the result is missing.
ValueId failIfNothing(Importer& importer, ValueId result, ValueId ran) {
  Builder& build = importer.build;
  if (!importer.options.jpmml || !build.type(result).nullable) return result;
  const ValueId missing = build.call("is_missing", {result});
  return importer.failIf(result, build.call("and", {anyOf(build, ran), missing}), KILN_MISSING_REQUIRED);
}

}  // namespace

std::optional<Prediction> combineMembers(Importer& importer, const Segmentation& s, ValueId members, ValueId ran,
                                         ValueId weights) {
  Builder& build = importer.build;
  Combine combine;
  combine.weighted = s.weighted();
  combine.missing = static_cast<Combine::Missing>(s.missing);
  combine.threshold = s.threshold;
  switch (s.method) {
    case MultipleModelMethod::majorityVote:
    case MultipleModelMethod::weightedMajorityVote:
      combine.method = Combine::vote;
      break;
    case MultipleModelMethod::average:
    case MultipleModelMethod::weightedAverage:
      combine.method = Combine::average;
      break;
    case MultipleModelMethod::median:
    case MultipleModelMethod::weightedMedian:
      combine.method = Combine::median;
      break;
    case MultipleModelMethod::max:
      combine.method = Combine::max;
      break;
    default:
      combine.method = Combine::sum;
  }
  Prediction prediction;
  std::vector<ValueId> operands{members, ran};
  if (combine.weighted) operands.push_back(weights);
  const bool skips = s.missing == MissingPrediction::skipSegment && s.threshold >= 1;
  if (!s.classification) {
    prediction.value = build.add(combine, operands, "combined");
    // JPMML: nothing adds up to 0, and nothing has no average.
    if (importer.options.jpmml && skips && combine.method == Combine::sum) {
      const Elem elem = build.type(prediction.value).elem;
      const ValueId zero = elem == Elem::f32 ? build.number32(0) : build.number(0);
      const ValueId sum = build.add(Coalesce(), {prediction.value, zero});
      prediction.value = build.add(Select(), {anyOf(build, ran), sum, prediction.value});
    } else if (skips) {
      prediction.value = failIfNothing(importer, prediction.value, ran);
    }
    return prediction;
  }
  const Classes classes = classesOf(importer, s.model);
  prediction.classification = true;
  prediction.targetType = classes.type;
  prediction.labels = classes.dict;
  if (!s.votes()) {
    prediction.probabilities = build.add(combine, operands, "p");
    ArgMax best;
    best.dict = classes.dict;
    prediction.value = build.add(std::move(best), {prediction.probabilities}, "label");
    if (skips) prediction.value = failIfNothing(importer, prediction.value, ran);
    return prediction;
  }
  combine.size = classCount(importer, classes);
  const std::vector<ValueId> results = build.addAll(combine, operands, "votes");
  Reduce total;
  prediction.probabilities = build.call("div", {results[0], build.add(total, {results[0]})}, false, {}, "p");
  std::vector<uint32_t> identity(combine.size);
  for (uint32_t i = 0; i < combine.size; ++i) identity[i] = i;
  prediction.value = classAt(importer, results[1], classes, identity);
  if (skips) {
    prediction.value = failIfNothing(importer, prediction.value, ran);
  } else if (s.missing == MissingPrediction::continueMissing && importer.options.jpmml && build.type(members).nullable) {
    // Missing votes may outnumber the others: only votes that are all missing leave nothing.
    const ValueId voted = anyOf(build, build.call("and", {ran, build.call("is_present", {members})}));
    const ValueId nothing = build.call("and", {anyOf(build, ran), build.call("not", {voted})});
    prediction.value = importer.failIf(prediction.value, nothing, KILN_MISSING_REQUIRED);
  }
  return prediction;
}

namespace {

struct Member {
  const Segment* segment;
  ValueId ran;            // bool, never missing
  Prediction prediction;  // its values are missing where it did not run
  ValueId weight = kNone;  // VariableWeight that is an OutputField of the segment's own model
};

// The same value of two members, by a condition: kNone unless both have it, of one type.
ValueId either(Importer& importer, ValueId condition, ValueId a, ValueId b) {
  if (a == kNone || b == kNone) return kNone;
  Builder& build = importer.build;
  const Type &ta = build.type(a), &tb = build.type(b);
  if (isNumber(ta.elem) && isNumber(tb.elem) && ta.elem != tb.elem) {
    a = asNumber(importer, a, Elem::f64), b = asNumber(importer, b, Elem::f64);
  } else if (ta.elem != tb.elem || ta.dict != tb.dict || ta.shape != tb.shape) {
    return kNone;
  }
  return build.add(Select(), {condition, a, b});
}

// The same for features, where labels of different sets become texts.
ValueId eitherFeature(Importer& importer, ValueId condition, ValueId a, ValueId b, const Element* field) {
  if (a == kNone || b == kNone) return kNone;
  Builder& build = importer.build;
  if (build.type(a).elem == Elem::cat && build.type(b).elem == Elem::cat && build.type(a).dict != build.type(b).dict) {
    a = build.add(Cast(Elem::str, Cast::label), {a}), b = build.add(Cast(Elem::str, Cast::label), {b});
  }
  const ValueId value = either(importer, condition, a, b);
  if (value == kNone) importer.unsupported(field, "a feature of segments of different kinds");
  return value;
}

// The id of the first segment whose condition holds.
ValueId segmentTaken(Importer& importer, const std::vector<std::pair<ValueId, std::string>>& taking) {
  Builder& build = importer.build;
  const TableRef ids = build.table(Dict(), "segment");
  std::vector<uint32_t> codes;
  for (const auto& [taken, id] : taking) codes.push_back(build.get<Dict>(ids).add(id));
  ValueId result = build.missing(catType(ids.id));
  for (size_t i = taking.size(); i-- > 0;)
    result = build.add(Select(), {taking[i].first, build.code(ids, codes[i]), result});
  return result;
}

struct MiningLowering {
  Importer& importer;
  Scope& scope;
  const Segmentation& s;
  Builder& build = importer.build;
  std::vector<Member> members;
  ValueId unweighted = kNone;  // whether a VariableWeight is missing

  bool isChain() const {
    return s.method == MultipleModelMethod::modelChain || s.method == MultipleModelMethod::multiModelChain;
  }

  // ---- segments

  bool lower(const Segment& segment) {
    importer.at(segment.element);
    ValueId ran = importer.predicate(scope, segment.predicate);
    if (ran == kNone) return false;
    if (build.type(ran).nullable) ran = build.add(Coalesce(), {ran, build.boolean(false)}, "ran");
    Scope unread(&scope);
    importer.guards.push_back({ran, s.method == MultipleModelMethod::selectFirst ? ranBefore() : std::vector<ValueId>()});
    auto prediction = importer.model(scope, segment.model, false, &unread);
    importer.guards.pop_back();
    if (!prediction) return false;
    importer.at(segment.element);
    const Field* weight = segment.weightField.empty() ? nullptr : unread.own(segment.weightField);
    const ValueId ownWeight = weight ? weight->value : kNone;
    guard(*prediction, ran);
    for (Prediction& other : prediction->others) guard(other, ran);
    if (isChain()) declareOutputs(*prediction, ran);
    if (!isChain() && s.method != MultipleModelMethod::selectFirst) prediction->outputs.clear();
    members.push_back({&segment, ran, std::move(*prediction), ownWeight});
    return true;
  }

  std::vector<ValueId> ranBefore() const {
    std::vector<ValueId> before;
    for (const Member& m : members) before.push_back(m.ran);
    return before;
  }

  void guard(Prediction& p, ValueId ran) {
    for (ValueId* value : {&p.value, &p.column, &p.probabilities, &p.confidences, &p.entity, &p.affinity})
      *value = guarded(importer, ran, *value);
    for (OutputColumn& column : p.outputs) column.value = guarded(importer, ran, column.value);
    if (isTrue(importer, ran)) return;
    for (auto& [name, feature] : p.features) {
      feature = [&importer = importer, ran, inner = std::move(feature)](const Element* field) {
        const ValueId value = inner(field);
        return guarded(importer, ran, value);
      };
    }
  }

  // Output fields of a segment are fields of those after it, final or not, and its target is one too.
  void declareOutputs(const Prediction& prediction, ValueId ran) {
    for (const OutputColumn& column : prediction.outputs) {
      ValueId value = column.value;
      if (!isTrue(importer, ran)) value = importer.failIf(value, build.call("not", {ran}), KILN_MISSING_REQUIRED);
      declare(column.name, value, column.type, column.element);
    }
  }
  void declare(const std::string& name, ValueId value, const FieldType& type, const Element* element) {
    Field field;
    field.name = name;
    field.value = value;
    field.type = type;
    field.element = element;
    if (build.type(value).elem == Elem::cat) field.dict = TableRef{build.type(value).dict};
    scope.declare(std::move(field));
  }

  // ---- results

  ValueId missingIn(const Prediction& p) {
    return build.type(p.value).nullable ? build.call("is_missing", {p.value}) : kNone;
  }

  // returnMissing: whether any segment that ran has no result.
  ValueId anyMissing() {
    ValueId any = kNone;
    for (const Member& m : members) {
      if (m.prediction.value == kNone) continue;
      ValueId missing = missingIn(m.prediction);
      if (missing == kNone) continue;
      if (!isTrue(importer, m.ran)) missing = build.call("and", {m.ran, missing});
      any = any == kNone ? missing : build.call("or", {any, missing});
    }
    return any;
  }

  void dropWhere(Prediction& p, ValueId condition) {
    for (ValueId* value : {&p.value, &p.column, &p.probabilities, &p.confidences, &p.entity, &p.affinity}) {
      if (*value != kNone)
        *value = build.add(Select(), {condition, build.missing(build.type(*value).scalar()), *value});
    }
  }

  // `a` where the condition holds, else `b`. Features that only one has are those of neither.
  std::optional<Prediction> choose(ValueId condition, const Prediction& a, const Prediction& b) {
    if (isTrue(importer, condition)) return a;
    Prediction p;
    p.classification = a.classification, p.target = a.target, p.targetType = a.targetType, p.labels = a.labels;
    p.value = either(importer, condition, a.value, b.value);
    if (p.value == kNone || a.classification != b.classification) {
      importer.unsupported(s.element, "segments with results of different kinds");
      return std::nullopt;
    }
    p.probabilities = either(importer, condition, a.probabilities, b.probabilities);
    p.confidences = either(importer, condition, a.confidences, b.confidences);
    p.entity = either(importer, condition, a.entity, b.entity);
    p.affinity = either(importer, condition, a.affinity, b.affinity);
    for (const auto& [name, feature] : a.features) {
      const auto other = b.features.find(name);
      if (other == b.features.end()) continue;
      p.features[name] = [&importer = importer, condition, first = feature,
                          second = other->second](const Element* field) {
        return eitherFeature(importer, condition, first(field), second(field), field);
      };
    }
    return p;
  }

  // A target's column shows only results of segments that name this target; the others prepare values for these.
  bool namesTarget(const Member& m) {
    const std::vector<std::string> names = importer.targetNames(s.model);
    return names.empty() || std::find(names.begin(), names.end(), m.prediction.target) != names.end();
  }
  // JPMML: a segment's result is left as it is by the Targets of the MiningModel.
  std::optional<Prediction> settled(std::optional<Prediction> result) {
    if (!result || !importer.options.jpmml || result->value == kNone) return result;
    result->settled = s.missing == MissingPrediction::returnMissing ? build.call("is_present", {result->value}) : anyOf(build, ran());
    return result;
  }

  // No segment names the target: its column stays empty, and the result is shown beside it.
  std::optional<Prediction> shownNameless(std::optional<Prediction> result) {
    const bool isTop = s.model->Parent() && !std::strcmp(s.model->Parent()->Value(), "PMML");
    if (!result || !isTop || result->column == kNone) return result;
    if (std::any_of(members.begin(), members.end(), [&](const Member& m) { return namesTarget(m); })) return result;
    result->nameless = true;
    importer.warn(s.element, "no segment's model names the target field '" + importer.targetNames(s.model)[0] + "': its column stays empty",
                  "the result is column '_target'; a MiningField with usageType=\"target\" in the segments' models gives it the field's name");
    return result;
  }

  ValueId columnOf(const Prediction& p) { return p.column == kNone ? p.value : p.column; }

  Prediction withColumn(const Member& m) {
    Prediction p = m.prediction;
    if (namesTarget(m)) return p;
    p.column = build.missing(build.type(p.value).scalar());
    p.target.clear();
    return p;
  }

  std::optional<Prediction> chooseWithColumn(ValueId taken, const Member& m, const Prediction& other) {
    if (isTrue(importer, taken)) return withColumn(m);
    const Prediction own = withColumn(m);
    if (!own.target.empty() && !other.target.empty() && own.target != other.target) {
      importer.unsupported(s.element, "a modelChain whose last segment depends on the row, with several targets");
      return std::nullopt;
    }
    if (own.classification != other.classification && namesTarget(m) != other.target.empty()) {
      importer.unsupported(s.element, "segments with results of different kinds");
      return std::nullopt;
    }
    // Results of different kinds: only the one that names the target has a column, and it alone is shown.
    if (own.classification != other.classification) {
      Prediction named = namesTarget(m) ? own : other;
      if (!namesTarget(m)) dropWhere(named, taken);
      return named;
    }
    auto result = choose(taken, own, other);
    if (!result || (own.column == kNone && other.column == kNone)) return result;
    result->column = either(importer, taken, columnOf(own), columnOf(other));
    if (result->target.empty()) result->target = other.target;
    return result;
  }

  std::optional<Prediction> selectFirst() {
    std::optional<Prediction> result;
    std::vector<std::pair<ValueId, std::string>> taking(members.size());  // when which segment is taken
    for (size_t i = members.size(); i-- > 0;) {
      const Member& m = members[i];
      ValueId taken = m.ran;
      if (s.missing == MissingPrediction::skipSegment && build.type(m.prediction.value).nullable) {
        const ValueId present = build.call("is_present", {m.prediction.value});
        taken = isTrue(importer, taken) ? present : build.call("and", {taken, present});
      }
      taking[i] = {taken, m.segment->id};
      std::vector<OutputColumn> outputs =
          result ? chooseOutputs(taken, m.prediction.outputs, result->outputs) : m.prediction.outputs;
      result = result ? chooseWithColumn(taken, m, *result) : withColumn(m);
      if (!result) return std::nullopt;
      result->outputs = std::move(outputs);
    }
    result->features["entityId"] = [&importer = importer, taking](const Element*) {
      return segmentTaken(importer, taking);
    };
    return result;
  }

  ValueId bothOf(ValueId a, ValueId b) {
    return a == kNone ? b : b == kNone ? a : build.call("and", {a, b});
  }

  // The output fields of the segment that is taken, by name; missing where it does not declare one.
  std::vector<OutputColumn> chooseOutputs(ValueId taken, std::vector<OutputColumn> first,
                                          std::vector<OutputColumn> others) {
    const bool always = isTrue(importer, taken);
    const ValueId notTaken = others.empty() || always ? kNone : build.call("not", {taken});
    for (OutputColumn& column : first) {
      const auto same =
          std::find_if(others.begin(), others.end(), [&](const OutputColumn& o) { return o.name == column.name; });
      if (same == others.end()) {
        column.value = guarded(importer, taken, column.value);
        if (!always) column.exists = bothOf(taken, column.exists);
        continue;
      }
      if (!always) {
        column.value = eitherFeature(importer, taken, column.value, same->value, column.element);
        const ValueId here = bothOf(taken, column.exists), there = bothOf(notTaken, same->exists);
        column.exists = column.exists == kNone && same->exists == kNone ? kNone : build.call("or", {here, there});
      }
      others.erase(same);
    }
    for (OutputColumn& column : others) {
      const ValueId condition = always ? build.boolean(false) : notTaken;
      column.value = guarded(importer, condition, column.value);
      column.exists = bothOf(condition, column.exists);
      first.push_back(std::move(column));
    }
    std::erase_if(first, [](const OutputColumn& c) { return c.value == kNone; });
    return first;
  }

  std::optional<Prediction> modelChain() {
    if (s.missing == MissingPrediction::skipSegment) {
      importer.invalid(s.element, "missingPredictionTreatment", "not with modelChain");
      return std::nullopt;
    }
    std::optional<Prediction> result;
    for (const Member& m : members) {
      result = result ? chooseWithColumn(m.ran, m, *result) : withColumn(m);
      if (!result) return std::nullopt;
    }
    const ValueId any = s.missing == MissingPrediction::returnMissing ? anyMissing() : kNone;
    const Member& last = members.back();
    // A last segment that always runs and is alone in being missing says so itself.
    const bool itself = any != kNone && isTrue(importer, last.ran) && any == missingIn(last.prediction);
    if (any != kNone && !itself) dropWhere(*result, any);
    result->outputs = chainOutputs();
    if (importer.options.jpmml) asJpmmlChain(*result);
    addTargets(*result);
    return result;
  }

  // Targets of the chain that the last segment does not predict have a column without a result.
  void addTargets(Prediction& result) {
    const std::vector<std::string> names = importer.targetNames(s.model);
    if (names.size() < 2) return;
    std::vector<Prediction> others;
    if (result.target.empty()) result.target = names[0];
    for (const std::string& name : names) {
      if (name == result.target) continue;
      const auto known = std::find_if(result.others.begin(), result.others.end(),
                                      [&](const Prediction& p) { return p.target == name; });
      if (known != result.others.end()) {
        others.push_back(*known);
        continue;
      }
      Prediction other;
      other.target = name;
      const auto field = importer.dataField(name);
      if (field) other.targetType = field->type;
      other.value = build.missing(scalarType(elemOf(other.targetType.dataType)));
      others.push_back(std::move(other));
    }
    result.others = std::move(others);
  }

  // JPMML shows OutputFields of the last segment that ran, and none of its row where an OutputField of a segment that ran
  // is missing, unless returnMissing ends the chain before.
  void asJpmmlChain(Prediction& result) {
    ValueId fails = kNone, later = kNone;
    for (const Member& m : members) {
      for (const OutputColumn& column : m.prediction.outputs) {
        if (column.value == kNone || !build.type(column.value).nullable) continue;
        const ValueId missing = build.call("and", {bothOf(m.ran, column.exists), build.call("is_missing", {column.value})});
        fails = fails == kNone ? missing : build.call("or", {fails, missing});
      }
    }
    result.outputs.clear();
    std::vector<std::vector<OutputColumn>> shown;
    for (size_t i = members.size(); i-- > 0;) {
      shown.push_back(members[i].prediction.outputs);
      for (OutputColumn& column : shown.back()) {
        const ValueId none = build.missing(build.type(column.value).scalar());
        if (later != kNone) column.value = build.add(Select(), {later, none, column.value});
      }
      later = later == kNone ? members[i].ran : build.call("or", {later, members[i].ran});
    }
    for (size_t i = shown.size(); i-- > 0;) result.outputs.insert(result.outputs.end(), shown[i].begin(), shown[i].end());
    if (s.missing == MissingPrediction::returnMissing) return;
    result.value = importer.failIf(result.value, fails, KILN_MISSING_REQUIRED);
    for (OutputColumn& column : result.outputs) column.value = importer.failIf(column.value, fails, KILN_MISSING_REQUIRED);
  }

  std::vector<OutputColumn> chainOutputs() {
    std::vector<OutputColumn> columns;
    for (const Member& m : members)
      columns.insert(columns.end(), m.prediction.outputs.begin(), m.prediction.outputs.end());
    return columns;
  }

  std::optional<Prediction> multiModelChain() {
    const ValueId any = s.missing == MissingPrediction::returnMissing ? anyMissing() : kNone;
    const std::vector<std::string> names = importer.targetNames(s.model);
    std::vector<Prediction> targets;
    for (const std::string& name : names) {
      const Member* found = nullptr;
      for (const Member& m : members) {
        if (m.prediction.target == name) found = &m;
      }
      if (!found) {
        importer.invalid(s.element, "", "no segment predicts target field '" + name + "'");
        return std::nullopt;
      }
      targets.push_back(found->prediction);
      targets.back().outputs.clear();
      if (any != kNone) dropWhere(targets.back(), any);
    }
    if (targets.empty()) {
      importer.invalid(s.element, "multipleModelMethod", "the model has no target fields");
      return std::nullopt;
    }
    Prediction result = targets[0];
    result.others.assign(targets.begin() + 1, targets.end());
    result.outputs = chainOutputs();
    return result;
  }

  std::optional<Prediction> noResult() {
    Prediction none;
    none.classification = s.classification;
    if (s.classification) {
      const Classes classes = classesOf(importer, s.model);
      none.targetType = classes.type, none.labels = classes.dict;
    }
    return none;
  }

  // ---- sums, votes and the like

  ValueId stacked(const std::vector<ValueId>& values, bool rows) {
    Concat concat;
    concat.rows = rows;
    return build.add(std::move(concat), values, "members");
  }

  ValueId ran() {
    std::vector<bool> constant;
    std::vector<ValueId> values;
    for (const Member& m : members) {
      values.push_back(m.ran);
      constant.push_back(isTrue(importer, m.ran));
    }
    if (std::all_of(constant.begin(), constant.end(), [](bool b) { return b; }))
      return constantBooleans(importer, constant, "ran");
    return build.add(Concat(), values, "ran");
  }

  // A segment that ran and has no weight leaves nothing to combine: see `unweighted`.
  ValueId presentWeight(const Member& m, ValueId weight) {
    if (!build.type(weight).nullable) return weight;
    const ValueId missing = build.call("and", {m.ran, build.call("is_missing", {weight})});
    unweighted = unweighted == kNone ? missing : build.call("or", {unweighted, missing});
    const bool single = build.type(weight).elem == Elem::f32;
    return build.add(Coalesce(), {weight, single ? build.number32(0) : build.number(0)});
  }

  ValueId weights(Elem elem) {
    bool variable = false;
    std::vector<double> constants;
    for (const Segment& segment : s.segments) {
      variable = variable || !segment.weightField.empty();
      constants.push_back(segment.weight);
    }
    if (!variable) return constantVector(importer, constants, elem, "weights");
    std::vector<ValueId> values;
    for (const Member& m : members) {
      const Segment& segment = *m.segment;
      ValueId value = elem == Elem::f32 ? build.number32(segment.weight) : build.number(segment.weight);
      if (!segment.weightField.empty()) {
        value = m.weight != kNone ? m.weight : importer.value(scope, segment.weightField, segment.element);
        if (value == kNone) return kNone;
        value = asNumber(importer, value, elem);
        if (value == kNone) {
          importer.invalid(segment.element, "", "VariableWeight '" + segment.weightField + "' is not a number");
          return kNone;
        }
        value = presentWeight(m, value);
      }
      values.push_back(value);
    }
    return build.add(Concat(), values, "weights");
  }

  // A member's class in the classes of the MiningModel.
  ValueId classOf(const Member& m, const Classes& classes) {
    if (m.prediction.labels == classes.dict) return m.prediction.value;
    const Dict& from = build.get<Dict>(m.prediction.labels);
    std::vector<uint32_t> codes;
    for (uint32_t i = 0; i < from.size(); ++i) {
      const auto code = classCode(importer, classes, from.labelText(i), m.segment->element);
      if (!code) return kNone;
      codes.push_back(*code);
    }
    return classAt(importer, m.prediction.value, classes, codes);
  }

  ValueId probabilitiesOf(const Member& m, const Classes& classes, Elem elem) {
    ValueId p = m.prediction.probabilities;
    if (p == kNone) {
      importer.unsupported(m.segment->model, "multipleModelMethod '" +
                                                 *importer.attribute(s.element, "multipleModelMethod") +
                                                 "' of a model without class probabilities");
      return kNone;
    }
    if (m.prediction.labels != classes.dict) {
      const Dict from = build.get<Dict>(m.prediction.labels);
      std::vector<uint32_t> codes;
      for (uint32_t i = 0; i < from.size(); ++i) {
        const auto code = classCode(importer, classes, from.labelText(i), m.segment->element);
        if (!code) return kNone;
        codes.push_back(*code);
      }
      p = inClassOrder(importer, p, codes, classCount(importer, classes));
    }
    return asNumber(importer, p, elem);
  }

  std::optional<Prediction> combine() {
    const Elem elem = mathElem(importer);
    const Classes classes = s.classification ? classesOf(importer, s.model) : Classes();
    if (s.classification && (s.method == MultipleModelMethod::sum || s.method == MultipleModelMethod::weightedSum)) {
      importer.invalid(s.element, "multipleModelMethod", "not for a classification");
      return std::nullopt;
    }
    if (!s.classification && s.votes()) {
      importer.invalid(s.element, "multipleModelMethod", "votes are for classification");
      return std::nullopt;
    }
    std::vector<ValueId> values;
    for (const Member& m : members) {
      if (m.prediction.value == kNone || m.prediction.classification != s.classification) {
        importer.unsupported(m.segment->model, "a segment whose result is not of the MiningModel's function");
        return std::nullopt;
      }
      ValueId value = !s.classification ? asNumber(importer, m.prediction.value, elem)
                      : s.votes()       ? classOf(m, classes)
                                        : probabilitiesOf(m, classes, elem);
      if (value == kNone) return std::nullopt;
      values.push_back(value);
    }
    const ValueId weight = s.weighted() ? weights(s.votes() ? Elem::f64 : elem) : kNone;  // votes are f64
    if (s.weighted() && weight == kNone) return std::nullopt;
    const bool ofDistributions = s.classification && !s.votes();
    auto result = combineMembers(importer, s, stacked(values, ofDistributions), ran(), weight);
    if (ofDistributions && s.method == MultipleModelMethod::max) {
      if (importer.options.jpmml)
        useMember(*result, values, memberOfMaximum(*result, values));
      else
        averageOfMaximum(*result, values);
    }
    if (ofDistributions && s.method == MultipleModelMethod::median)
      useMember(*result, values, memberOfMedian(*result, values));
    if (unweighted != kNone) dropWhere(*result, unweighted);
    if (s.votes() && importer.attribute(s.model, "functionName").value_or("") == "clustering") {
      const ValueId winner = result->value;
      for (const char* name : {"entityId", "clusterId"})
        result->features[name] = [&importer = importer, winner](const Element* field) {
          return readRanks(importer, field, 1, "clusters") ? winner : kNone;
        };
    }
    return result;
  }

  // Class by class the highest probability says which class wins; the distribution is the average of those of the members that have it.
  void averageOfMaximum(Prediction& result, const std::vector<ValueId>& distributions) {
    const ValueId winner = build.add(ArgMax(), {result.probabilities});
    std::vector<ValueId> own;
    for (size_t i = 0; i < members.size(); ++i)
      own.push_back(guarded(importer, members[i].ran, build.add(Take(), {distributions[i], winner})));
    const ValueId none = constantBooleans(importer, std::vector<bool>(members.size(), false), "none");
    const ValueId highest = build.add(Take(), {result.probabilities, winner});
    const ValueId has = build.add(Coalesce(), {build.call("eq", {stacked(own, false), highest}), none});
    Combine average;
    average.method = Combine::average, average.missing = Combine::skip;
    settle(result, build.add(average, {stacked(distributions, true), build.call("and", {ran(), has})}, "p"));
  }

  // JPMML: class by class the highest probability says which class wins; the distribution is that of the first member that has
  // it.
  ValueId memberOfMaximum(const Prediction& highest, const std::vector<ValueId>& distributions) {
    const ValueId winner = build.add(ArgMax(), {highest.probabilities});
    std::vector<ValueId> ofWinner;
    for (size_t i = 0; i < members.size(); ++i) {
      ofWinner.push_back(guarded(importer, members[i].ran, build.add(Take(), {distributions[i], winner})));
    }
    return build.add(ArgMax(), {stacked(ofWinner, false)}, "member");
  }

  // Class by class the median says which class wins; the distribution is that of the first member that comes nearest to
  // it: of an odd number of members the one that has it.
  ValueId memberOfMedian(const Prediction& medians, const std::vector<ValueId>& distributions) {
    const ValueId winner = build.add(ArgMax(), {medians.probabilities});
    const ValueId median = build.add(Take(), {medians.probabilities, winner});
    std::vector<ValueId> distances;
    for (size_t i = 0; i < members.size(); ++i) {
      const ValueId own = build.add(Take(), {distributions[i], winner});
      distances.push_back(guarded(importer, members[i].ran, build.call("abs", {build.call("sub", {own, median})})));
    }
    ArgMax nearest;
    nearest.smallest = true;
    return build.add(nearest, {stacked(distances, false)}, "member");
  }

  // The distribution of one member, missing where the combination is.
  void useMember(Prediction& result, const std::vector<ValueId>& distributions, ValueId member) {
    std::vector<ValueId> operands{member};
    for (size_t i = 0; i < members.size(); ++i) operands.push_back(guarded(importer, members[i].ran, distributions[i]));
    settle(result, build.add(Choose(), operands, "p"));
  }
  // Probabilities, missing where the combination was, and the class that they show.
  void settle(Prediction& result, ValueId probabilities) {
    const ValueId missing = build.call("is_missing", {result.value});
    result.probabilities =
        build.add(Select(), {missing, build.missing(scalarType(build.type(probabilities).elem)), probabilities}, "p");
    ArgMax best;
    best.dict = result.labels;
    result.value = build.add(std::move(best), {result.probabilities}, "label");
  }

  std::optional<Prediction> run() {
    bool ok = true;
    for (const Segment& segment : s.segments) ok = lower(segment) && ok;
    if (!ok) return std::nullopt;
    importer.at(s.element);
    importer.segments.clear();
    for (const Member& m : members) importer.segments[m.segment->id] = m.prediction;
    if (s.method == MultipleModelMethod::selectAll) return noResult();
    if (s.method == MultipleModelMethod::selectFirst) return settled(shownNameless(selectFirst()));
    if (s.method == MultipleModelMethod::modelChain) return settled(shownNameless(modelChain()));
    if (s.method == MultipleModelMethod::multiModelChain) return multiModelChain();
    return combine();
  }
};

}  // namespace

std::optional<Prediction> miningModel(Importer& importer, Scope& scope, const Element* model) {
  if (hasModelSequence(model)) return modelSequence(importer, scope, model);
  const auto segmentation = readSegmentation(importer, model);
  const auto function = importer.required(model, "functionName");
  if (!segmentation || !function) return std::nullopt;
  // The result of selectAll is a list: only OutputFields that name a segment have a value.
  const Element* output = model->FirstChildElement("Output");
  const bool isTop = model->Parent() && !std::strcmp(model->Parent()->Value(), "PMML");
  if (segmentation->method == MultipleModelMethod::selectAll &&
      (!isTop || !output || !output->FirstChildElement("OutputField"))) {
    importer.unsupported(segmentation->element, "multipleModelMethod 'selectAll' without OutputFields",
                         "its result is a list of results; OutputFields with a segmentId show them one by one");
    return std::nullopt;
  }
  if (const Element* local = segmentation->element->FirstChildElement("LocalTransformations")) {
    if (!importer.declareTransformations(scope, local)) return std::nullopt;
  }
  if (importer.options.jpmml && !segmentation->classification && segmentation->method == MultipleModelMethod::max) {
    importer.unsupported(segmentation->element, "under --semantics=jpmml, 'max' of a regression",
                         "--semantics=spec takes the largest");
    return std::nullopt;
  }
  bool merged = false;
  auto prediction = mergeTrees(importer, scope, *segmentation, merged);
  if (merged) return prediction;
  return MiningLowering{importer, scope, *segmentation, importer.build, {}, kNone}.run();
}

}  // namespace kiln::pmml

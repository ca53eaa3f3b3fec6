// MiningModel: segments run where their predicates are true; the first of them is selected, they follow each other in a chain, or
// their results are combined (combine_members.h).
#include <algorithm>
#include <cstring>
#include <map>
#include <set>
#include <utility>

#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/coalesce.h"
#include "compiler/ir/nodes/select.h"
#include "frontends/pmml/models/combine_members.h"
#include "frontends/pmml/models/embedded.h"
#include "kiln/scorer.h"

namespace kiln::pmml {

using namespace ir;

namespace {

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

  // returnMissing: whether any segment that ran, of all or of the first `count`, has no result.
  ValueId anyMissing() { return anyMissing(members.size()); }
  ValueId anyMissing(size_t count) {
    ValueId any = kNone;
    for (size_t i = 0; i < count; i++) {
      const Member& m = members[i];
      if (m.prediction.value == kNone) continue;
      ValueId missing = missingIn(m.prediction);
      if (missing == kNone) continue;
      if (!isTrue(importer, m.ran)) missing = build.call("and", {m.ran, missing});
      any = any == kNone ? missing : build.call("or", {any, missing});
    }
    return any;
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
    result->settled = s.missing == MissingPrediction::returnMissing ? build.call("is_present", {result->value}) : anyOf(build, ranOf(importer, members));
    return result;
  }

  // No segment names the target: its column stays empty, and the result is shown beside it.
  std::optional<Prediction> shownNameless(std::optional<Prediction> result) {
    const bool isTop = s.model->Parent() && !std::strcmp(s.model->Parent()->Value(), "PMML");
    if (!result || !isTop || result->column == kNone) return result;
    if (std::any_of(members.begin(), members.end(), [&](const Member& m) { return namesTarget(m); })) return result;
    result->nameless = true;
    const std::string target = importer.targetNames(s.model)[0];
    if (std::any_of(result->outputs.begin(), result->outputs.end(), [&](const OutputColumn& o) { return o.name == target; })) return result;   // it has the column
    importer.warn(s.element, "no segment's model names the target field '" + target + "': its column stays empty",
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

  // Results of different targets: each has its column, missing where the other is the result.
  std::optional<Prediction> chooseTarget(ValueId taken, const Prediction& own, Prediction other) {
    const ValueId notTaken = build.call("not", {taken});
    Prediction apart = other;
    apart.value = guarded(importer, notTaken, columnOf(other)), apart.column = kNone;
    apart.others.clear();
    if (own.classification && other.classification && own.labels != other.labels) {
      const Dict &labels = build.get<Dict>(own.labels), &theirs = build.get<Dict>(other.labels);
      std::vector<uint32_t> same;
      bool alike = labels.elem == theirs.elem && labels.size() == theirs.size();
      for (uint32_t i = 0; alike && i < labels.size(); ++i) alike = labels.labelText(i) == theirs.labelText(i), same.push_back(i);
      if (!alike) {
        importer.unsupported(s.element, "segments of a chain for targets with different classes, where the last one depends on the row");
        return std::nullopt;
      }
      other.value = classAt(importer, other.value, {own.labels, own.targetType}, same);
    }
    auto result = choose(taken, own, other);
    if (!result) return result;
    result->column = guarded(importer, taken, columnOf(own));
    for (const Prediction& earlier : other.others) {
      result->others.push_back(earlier);
      Prediction& known = result->others.back();
      known.value = guarded(importer, notTaken, known.value);
    }
    result->others.push_back(std::move(apart));
    return result;
  }

  std::optional<Prediction> chooseWithColumn(ValueId taken, const Member& m, const Prediction& other) {
    if (isTrue(importer, taken)) return withColumn(m);
    const Prediction own = withColumn(m);
    if (!own.target.empty() && !other.target.empty() && own.target != other.target) return chooseTarget(taken, own, other);
    if (own.classification != other.classification && namesTarget(m) != other.target.empty()) {
      importer.unsupported(s.element, "segments with results of different kinds");
      return std::nullopt;
    }
    // Results of different kinds: only the one that names the target has a column, and it alone is shown.
    if (own.classification != other.classification) {
      Prediction named = namesTarget(m) ? own : other;
      if (!namesTarget(m)) dropWhere(importer, named, taken);
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
      result = result ? chooseWithColumn(taken, m, *result) : withColumn(m);
      if (!result) return std::nullopt;
    }
    std::vector<ValueId> taken;
    for (const auto& [when, id] : taking) taken.push_back(when);
    const std::vector<ValueId> alone = takenAlone(taken);
    result->outputs = outputsOfFirst(taken, alone);
    if (readsSegments(s.model)) hideWhereNotTaken(alone);
    result->features["entityId"] = [&importer = importer, taking](const Element*) {
      return segmentTaken(importer, taking);
    };
    return result;
  }

  ValueId bothOf(ValueId a, ValueId b) {
    return a == kNone ? b : b == kNone ? a : build.call("and", {a, b});
  }

  // The output fields of the segment that is taken, by name in the order in which segments declare them; missing where it does not
  // declare one. Segments behind one that is always taken are never.
  std::vector<OutputColumn> outputsOfFirst(const std::vector<ValueId>& taken, const std::vector<ValueId>& alone) {
    std::map<std::string, size_t> places;
    std::vector<std::vector<size_t>> declaring;
    std::vector<std::vector<const OutputColumn*>> columns;
    for (size_t i = 0; i < members.size(); ++i) {
      for (const OutputColumn& column : members[i].prediction.outputs) {
        if (column.value == kNone) continue;
        const auto [place, isNew] = places.emplace(column.name, columns.size());
        if (isNew) declaring.emplace_back(), columns.emplace_back();
        declaring[place->second].push_back(i), columns[place->second].push_back(&column);
      }
    }
    std::vector<OutputColumn> result;
    for (size_t c = 0; c < columns.size(); ++c) {
      const bool everywhere = columns[c].size() == members.size();   // then whose turn it is follows from the order
      result.push_back(*columns[c].back());
      const size_t last = declaring[c].back();
      if (!everywhere) onlyWhere(result.back(), alone[last]);
      for (size_t k = columns[c].size() - 1; k-- > 0;) {
        const ValueId here = everywhere ? taken[declaring[c][k]] : alone[declaring[c][k]];
        result.back() = chooseColumn(here, *columns[c][k], result.back());
      }
    }
    std::erase_if(result, [](const OutputColumn& column) { return column.value == kNone; });
    return result;
  }

  // Where a segment is taken and none before it; the last one is where no other is. kNone: always.
  std::vector<ValueId> takenAlone(const std::vector<ValueId>& taken) {
    std::vector<ValueId> alone;
    ValueId turn = kNone;
    for (size_t i = 0; i < taken.size(); ++i) {
      const bool always = isTrue(importer, taken[i]) || i + 1 == taken.size();
      alone.push_back(always ? turn : bothOf(turn, taken[i]));
      turn = always ? build.boolean(false) : bothOf(turn, build.call("not", {taken[i]}));
    }
    return alone;
  }

  // Segments behind the one that is taken do not run: what an OutputField asks of them is missing.
  void hideWhereNotTaken(const std::vector<ValueId>& alone) {
    for (size_t i = 0; i < members.size(); ++i) {
      if (alone[i] == kNone) continue;
      Prediction& p = importer.segments[members[i].segment->id];
      dropWhere(importer, p, build.call("not", {alone[i]}));
      for (OutputColumn& column : p.outputs) onlyWhere(column, alone[i]);
      for (auto& [name, feature] : p.features)
        feature = [&importer = importer, here = alone[i], feature](const Element* field) { return guarded(importer, here, feature(field)); };
    }
  }

  void onlyWhere(OutputColumn& column, ValueId condition) {
    if (condition == kNone) return;
    column.value = guarded(importer, condition, column.value);
    column.exists = bothOf(condition, column.exists);
  }

  OutputColumn chooseColumn(ValueId here, OutputColumn column, const OutputColumn& other) {
    if (here == kNone || isTrue(importer, here)) return column;
    column.value = eitherFeature(importer, here, column.value, other.value, column.element);
    if (column.exists == kNone && other.exists == kNone) return column;
    const ValueId there = bothOf(build.call("not", {here}), other.exists);
    column.exists = build.call("or", {bothOf(here, column.exists), there});
    return column;
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
    result->features["entityId"] = entityOfChain(result->value);
    const ValueId any = s.missing == MissingPrediction::returnMissing ? anyMissing() : kNone;
    const Member& last = members.back();
    // A last segment that always runs and is alone in being missing says so itself.
    const bool itself = any != kNone && isTrue(importer, last.ran) && any == missingIn(last.prediction);
    if (any != kNone && !itself) dropWhere(importer, *result, any);
    result->outputs = chainOutputs();
    if (importer.options.jpmml) asJpmmlChain(*result);
    addTargets(*result);
    return result;
  }

  // The segment that gave the result, if there is one.
  std::function<ValueId(const Element*)> entityOfChain(ValueId value) {
    std::vector<std::pair<ValueId, std::string>> taking;
    for (size_t i = members.size(); i-- > 0;) taking.push_back({members[i].ran, members[i].segment->id});
    return [&importer = importer, taking, value](const Element*) {
      const ValueId id = segmentTaken(importer, taking);
      Builder& build = importer.build;
      return build.type(value).nullable ? guarded(importer, build.call("is_present", {value}), id) : id;
    };
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

  // Where an OutputField of a segment that ran is missing; kNone where none can be.
  ValueId anyOutputMissing() {
    ValueId any = kNone;
    for (const Member& m : members) {
      for (const OutputColumn& column : m.prediction.outputs) {
        if (column.value == kNone || !build.type(column.value).nullable) continue;
        const ValueId missing = build.call("and", {bothOf(m.ran, column.exists), build.call("is_missing", {column.value})});
        any = any == kNone ? missing : build.call("or", {any, missing});
      }
    }
    return any;
  }

  // JPMML ends the row of a chain where an OutputField of a segment that ran is missing, unless returnMissing ends the chain before.
  void failWhereAnOutputIsMissing(Prediction& result, ValueId fails) {
    if (s.missing == MissingPrediction::returnMissing) return;
    result.value = importer.failIf(result.value, fails, KILN_MISSING_REQUIRED);
    for (Prediction& other : result.others) other.value = importer.failIf(other.value, fails, KILN_MISSING_REQUIRED);
    for (OutputColumn& column : result.outputs) column.value = importer.failIf(column.value, fails, KILN_MISSING_REQUIRED);
  }

  // JPMML shows OutputFields of the last segment that ran. One without a result ends a chain of returnMissing: those after it are not evaluated.
  void asJpmmlChain(Prediction& result) {
    const ValueId fails = anyOutputMissing();
    ValueId later = kNone;
    result.outputs.clear();
    std::vector<std::vector<OutputColumn>> shown;
    for (size_t i = members.size(); i-- > 0;) {
      shown.push_back(members[i].prediction.outputs);
      const ValueId ended = s.missing == MissingPrediction::returnMissing ? anyMissing(i) : kNone;
      for (OutputColumn& column : shown.back()) {
        const ValueId none = build.missing(build.type(column.value).scalar());
        if (ended != kNone) column.value = build.add(Select(), {ended, none, column.value});
        if (later != kNone) column.value = build.add(Select(), {later, none, column.value});
      }
      later = later == kNone ? members[i].ran : build.call("or", {later, members[i].ran});
    }
    std::reverse(shown.begin(), shown.end());
    result.outputs = ofLastThatRan(shown);
    failWhereAnOutputIsMissing(result, fails);
  }

  std::vector<OutputColumn> chainOutputs() {
    std::vector<std::vector<OutputColumn>> shown;
    for (const Member& m : members) shown.push_back(m.prediction.outputs);
    return ofLastThatRan(shown);
  }

  // Of segments that declare one name, the last that ran has it.
  std::vector<OutputColumn> ofLastThatRan(const std::vector<std::vector<OutputColumn>>& shown) {
    std::vector<OutputColumn> columns;
    std::map<std::string, size_t> places;
    for (size_t i = 0; i < shown.size(); ++i) {
      for (const OutputColumn& column : shown[i]) {
        if (!column.isFinal || column.value == kNone) continue;
        const auto [known, isNew] = places.emplace(column.name, columns.size());
        columns.push_back(column);
        if (isNew) continue;
        const size_t before = std::exchange(known->second, columns.size() - 1);
        columns.back() = chooseColumn(members[i].ran, column, columns[before]);
        columns[before].value = kNone;
      }
    }
    std::erase_if(columns, [](const OutputColumn& column) { return column.value == kNone; });
    return columns;
  }

  // Members of several targets may declare one name each, such as probability(0): their columns tell the target, too. Later members
  // do not stand for earlier ones here, as they do in a modelChain.
  std::vector<OutputColumn> outputsByTarget() {
    std::map<std::string, std::set<std::string>> targets;
    for (const Member& m : members) {
      for (const OutputColumn& c : m.prediction.outputs)
        if (c.isFinal) targets[c.name].insert(m.prediction.target);
    }
    std::vector<OutputColumn> columns;
    for (const Member& m : members) {
      for (OutputColumn column : m.prediction.outputs) {
        if (column.isFinal && targets[column.name].size() > 1) {
          const std::string name = column.name + " of " + m.prediction.target;
          importer.warn(column.element ? column.element : s.element, "segments of several targets have an OutputField '" + column.name + "'; this one's column is '" + name + "'");
          column.name = name;
        }
        columns.push_back(std::move(column));
      }
    }
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
      if (any != kNone) dropWhere(importer, targets.back(), any);
    }
    if (targets.empty()) {
      importer.invalid(s.element, "multipleModelMethod", "the model has no target fields");
      return std::nullopt;
    }
    Prediction result = targets[0];
    result.others.assign(targets.begin() + 1, targets.end());
    result.outputs = outputsByTarget();
    if (importer.options.jpmml) failWhereAnOutputIsMissing(result, anyOutputMissing());
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
    return combineResults(importer, scope, s, members);
  }
};

// As XGBoost's exporter leaves a booster, or a class of one, of which no tree has a split: its trees are in the Target's rescaleConstant.
Prediction sumOfNothing(Importer& importer, const Segmentation& s) {
  importer.at(s.element);
  importer.warn(s.element, "has no Segment: the sum is 0");
  Prediction none;
  none.value = importer.floatMath ? importer.build.number32(0) : importer.build.number(0);
  return none;
}

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
  if (segmentation->segments.empty()) return sumOfNothing(importer, *segmentation);
  bool merged = false;
  auto prediction = mergeTrees(importer, scope, *segmentation, merged);
  if (merged) return prediction;
  return MiningLowering{importer, scope, *segmentation, importer.build, {}}.run();
}

}  // namespace kiln::pmml

#include "frontends/pmml/models/combine_members.h"

#include <algorithm>

#include "compiler/ir/nodes/argmax.h"
#include "compiler/ir/nodes/coalesce.h"
#include "compiler/ir/nodes/combine.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/nodes/take.h"
#include "frontends/pmml/ranks.h"
#include "kiln/scorer.h"

namespace kiln::pmml {

using namespace ir;

ValueId anyOf(Builder& build, ValueId booleans) {
  Reduce any;
  any.op = Reduce::any;
  return build.add(any, {booleans});
}

ValueId ranOf(Importer& importer, const std::vector<Member>& members) {
  std::vector<bool> constant;
  std::vector<ValueId> values;
  for (const Member& m : members) {
    values.push_back(m.ran);
    constant.push_back(isTrue(importer, m.ran));
  }
  if (std::all_of(constant.begin(), constant.end(), [](bool b) { return b; }))
    return constantBooleans(importer, constant, "ran");
  return importer.build.add(Concat(), values, "ran");
}

void dropWhere(Importer& importer, Prediction& p, ValueId condition) {
  Builder& build = importer.build;
  for (ValueId* value : {&p.value, &p.column, &p.probabilities, &p.confidences, &p.entity, &p.affinity}) {
    if (*value != kNone)
      *value = build.add(Select(), {condition, build.missing(build.type(*value).scalar()), *value});
  }
}

namespace {

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
  } else if (s.missing == MissingPrediction::continueMissing && s.threshold >= 1 && importer.options.jpmml && build.type(members).nullable) {
    // Missing votes may outnumber the others: only votes that are all missing leave nothing. A lower threshold makes these a
    // missing result before they are counted.
    const ValueId voted = anyOf(build, build.call("and", {ran, build.call("is_present", {members})}));
    const ValueId nothing = build.call("and", {anyOf(build, ran), build.call("not", {voted})});
    prediction.value = importer.failIf(prediction.value, nothing, KILN_MISSING_REQUIRED);
  }
  return prediction;
}

namespace {

struct Combination {
  Importer& importer;
  Scope& scope;
  const Segmentation& s;
  const std::vector<Member>& members;
  Builder& build = importer.build;
  ValueId unweighted = kNone;  // whether a VariableWeight is missing

  ValueId stacked(const std::vector<ValueId>& values, bool rows) {
    Concat concat;
    concat.rows = rows;
    return build.add(std::move(concat), values, "members");
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

  // The codes of a member's labels among the classes of the MiningModel.
  std::optional<std::vector<uint32_t>> codesOf(const Member& m, const Classes& classes) {
    const Dict from = build.get<Dict>(m.prediction.labels);
    std::vector<uint32_t> codes;
    for (uint32_t i = 0; i < from.size(); ++i) {
      const auto code = classCode(importer, classes, from.labelText(i), m.segment->element);
      if (!code) return std::nullopt;
      codes.push_back(*code);
    }
    return codes;
  }

  // A member's class in the classes of the MiningModel.
  ValueId classOf(const Member& m, const Classes& classes) {
    if (m.prediction.labels == classes.dict) return m.prediction.value;
    const auto codes = codesOf(m, classes);
    return codes ? classAt(importer, m.prediction.value, classes, *codes) : kNone;
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
      const auto codes = codesOf(m, classes);
      if (!codes) return kNone;
      p = inClassOrder(importer, p, *codes, classCount(importer, classes));
    }
    return asNumber(importer, p, elem);
  }

  std::optional<Prediction> combine() {
    const Elem elem = mathElem(importer);
    const Classes classes = s.classification ? classesOf(importer, s.model) : Classes();
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
    auto result = combineMembers(importer, s, stacked(values, ofDistributions), ranOf(importer, members), weight);
    if (ofDistributions && s.method == MultipleModelMethod::max)
      averageOfMaximum(*result, values);
    if (ofDistributions && s.method == MultipleModelMethod::median)
      averageOfMedian(*result, values);
    if (unweighted != kNone) dropWhere(importer, *result, unweighted);
    if (s.votes() && importer.attribute(s.model, "functionName").value_or("") == "clustering") {
      const ValueId winner = result->value;
      for (const char* name : {"entityId", "clusterId"})
        result->features[name] = [&importer = importer, winner](const Element* field) {
          return readRanks(importer, field, 1, "clusters") ? winner : kNone;
        };
    }
    return result;
  }

  // What each member that ran gives to a class.
  ValueId ofClass(const std::vector<ValueId>& distributions, ValueId label) {
    std::vector<ValueId> own;
    for (size_t i = 0; i < members.size(); ++i)
      own.push_back(guarded(importer, members[i].ran, build.add(Take(), {distributions[i], label})));
    return stacked(own, false);
  }

  // Class by class the highest probability says which class wins; the distribution is the average of those of the members that have it.
  void averageOfMaximum(Prediction& result, const std::vector<ValueId>& distributions) {
    const ValueId winner = build.add(ArgMax(), {result.probabilities});
    averageWhere(result, distributions, build.call("eq", {ofClass(distributions, winner), build.add(Take(), {result.probabilities, winner})}));
  }
  // The average of the distributions of members that `has` is true for.
  void averageWhere(Prediction& result, const std::vector<ValueId>& distributions, ValueId has) {
    const ValueId none = constantBooleans(importer, std::vector<bool>(members.size(), false), "none");
    Combine average;
    average.method = Combine::average, average.missing = Combine::skip;
    has = build.call("and", {ranOf(importer, members), build.add(Coalesce(), {has, none})});
    settle(result, build.add(average, {stacked(distributions, true), has}, "p"));
  }

  // Class by class the median says which class wins; the distribution is the average of those of the members that come nearest
  // to it: of an odd number of members those that have it.
  void averageOfMedian(Prediction& result, const std::vector<ValueId>& distributions) {
    const ValueId winner = build.add(ArgMax(), {result.probabilities});
    const ValueId own = ofClass(distributions, winner);
    const ValueId median = middleOf(own, build.add(Take(), {result.probabilities, winner}));
    const ValueId distances = build.call("abs", {build.call("sub", {own, median})});
    Reduce least;
    least.op = Reduce::min, least.skip = true;
    averageWhere(result, distributions, build.call("eq", {distances, build.add(std::move(least), {distances})}));
  }
  // How the median rounds decides which of the two in the middle is the nearer one: as JPMML's does.
  ValueId middleOf(ValueId members, ValueId median) {
    const Type type = scalarType(build.type(members).elem);
    const ValueId none = build.missing(type), half = type.elem == Elem::f32 ? build.number32(0.5f) : build.number(0.5);
    Reduce last, first;
    last.op = Reduce::max, first.op = Reduce::min, last.skip = first.skip = true;
    const ValueId low = build.add(std::move(last), {build.add(Select(), {build.call("le", {members, median}), members, none})});
    const ValueId high = build.add(std::move(first), {build.add(Select(), {build.call("ge", {members, median}), members, none})});
    return build.call("add", {low, build.call("mul", {half, build.call("sub", {high, low})})});
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
};

}  // namespace

std::optional<Prediction> combineResults(Importer& importer, Scope& scope, const Segmentation& segmentation, const std::vector<Member>& members) {
  return Combination{importer, scope, segmentation, members}.combine();
}

}  // namespace kiln::pmml

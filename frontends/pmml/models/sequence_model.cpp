// SequenceModel: the rules whose sequences of sets the transactions of a group follow. Rows of one time are one
// transaction; without a field of usageType order every row is one, a unit of time after the row before.
#include <limits>
#include <set>

#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/match_sequences.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/tables/sequences.h"
#include "frontends/pmml/classes.h"
#include "frontends/pmml/models/items.h"
#include "frontends/pmml/models/ranked_rules.h"

namespace kiln::pmml {

using ir::Elem;

namespace {

struct Step {
  const ItemSet* set;
  uint8_t delimiter;  // as Sequences has it
};
using Steps = std::vector<Step>;

struct SequenceLowering {
  Importer& importer;
  const Element* model;
  Items items;
  ir::Sequences limits = {};  // times between, from Constraints
  ValueId codes = kNone, times = kNone;
  std::map<std::string, Steps> sequences = {};
  std::vector<std::pair<Steps, size_t>> rules = {};  // all steps, and how many are the antecedent's

  bool readConstraints() {
    const Element* e = model->FirstChildElement("Constraints");
    if (!e) return true;
    if (!importer.onlyAttributes(
            e, {"minimumNumberOfItems", "maximumNumberOfItems", "minimumNumberOfAntecedentItems",
                "maximumNumberOfAntecedentItems", "minimumNumberOfConsequentItems", "maximumNumberOfConsequentItems",
                "minimumSupport", "minimumConfidence", "minimumLift", "minimumTotalSequenceTime",
                "maximumTotalSequenceTime", "minimumItemsetSeparationTime", "maximumItemsetSeparationTime",
                "minimumAntConsSeparationTime", "maximumAntConsSeparationTime"}) ||
        !importer.onlyChildren(e, {}))
      return false;
    const auto read = [&](const char* name, double& limit) {
      if (!e->Attribute(name)) return true;
      const auto value = importer.number(e, name, std::nullopt);
      if (value) limit = *value;
      return value.has_value();
    };
    return read("minimumTotalSequenceTime", limits.totalLow) && read("maximumTotalSequenceTime", limits.totalHigh) &&
           read("minimumItemsetSeparationTime", limits.separationLow) &&
           read("maximumItemsetSeparationTime", limits.separationHigh) &&
           read("minimumAntConsSeparationTime", limits.turnLow) &&
           read("maximumAntConsSeparationTime", limits.turnHigh);
  }

  bool readSetPredicates() {
    std::set<std::string> fields;
    for (const auto& [name, element] : itemFields(importer, model)) fields.insert(name);
    for (auto* e = model->FirstChildElement("SetPredicate"); e; e = e->NextSiblingElement("SetPredicate")) {
      const auto id = importer.required(e, "id"), field = importer.required(e, "field");
      const auto op = importer.choice(e, "operator", {"supersetOf"}, 0);
      const Element* array = e->FirstChildElement("Array");
      if (!id || !field || !op || !importer.onlyAttributes(e, {"id", "field", "operator"}) ||
          !importer.onlyChildren(e, {"Array"}))
        return false;
      if (!array) return importer.missing(e, "Array");
      if (!fields.count(*field)) return importer.invalid(e, "field", "no active field of the MiningSchema");
      const auto values = importer.array(array);
      if (!values) return false;
      if (!items.addSet(*id, *field, *values, e))
        return importer.misplaced(e, "set '" + *id + "' stands a second time");
    }
    return true;
  }

  std::optional<uint8_t> delimiter(const Element* e) {
    if (!importer.onlyAttributes(e, {"delimiter", "gap"}) || !importer.onlyChildren(e, {})) return std::nullopt;
    const auto kind = importer.choice(e, "delimiter", {"sameTimeWindow", "acrossTimeWindows"}, -1);
    const auto gap = importer.choice(e, "gap", {"true", "false", "unknown"}, 2);
    if (!kind || !gap) return std::nullopt;
    if (*kind < 0) {
      importer.missing(e, "delimiter");
      return std::nullopt;
    }
    return static_cast<uint8_t>(*kind == 0 ? 0 : *gap == 1 ? 2 : 1);
  }

  bool readSequences() {
    for (auto* e = model->FirstChildElement("Sequence"); e; e = e->NextSiblingElement("Sequence")) {
      const auto id = importer.required(e, "id");
      if (!id || !importer.onlyAttributes(e, {"id", "numberOfSets", "occurrence", "support"}) ||
          !importer.onlyChildren(e, {"SetReference", "Delimiter", "Time"}))
        return false;
      Steps steps;
      std::optional<uint8_t> between;
      for (auto* c = e->FirstChildElement(); c; c = c->NextSiblingElement()) {
        const std::string_view name = c->Name();
        if (name == "Delimiter" && between) return importer.misplaced(c, "a second Delimiter between two sets");
        if (name == "Delimiter" && !(between = delimiter(c))) return false;
        if (name != "SetReference") continue;
        const ItemSet* set = importer.onlyAttributes(c, {"setId"}) ? items.set(c, "setId") : nullptr;
        if (!set) return false;
        if (!steps.empty() && !between) return importer.missing(e, "Delimiter");
        steps.push_back({set, between.value_or(1)});
        between.reset();
      }
      if (steps.empty()) return importer.missing(e, "SetReference");
      if (!sequences.emplace(*id, std::move(steps)).second)
        return importer.misplaced(e, "sequence '" + *id + "' stands a second time");
    }
    return true;
  }

  // The Sequence that an AntecedentSequence or ConsequentSequence refers to; null if reported.
  const Steps* part(const Element* rule, const char* name) {
    const Element* e = rule->FirstChildElement(name);
    const Element* reference = e ? e->FirstChildElement("SequenceReference") : nullptr;
    if (!e || !reference) return importer.missing(e ? e : rule, e ? "SequenceReference" : name), nullptr;
    const auto id = importer.required(reference, "seqId");
    if (!id || !importer.onlyChildren(e, {"SequenceReference", "Time"})) return nullptr;
    const auto found = sequences.find(*id);
    if (found == sequences.end()) return importer.invalid(reference, "seqId", "there is no such Sequence"), nullptr;
    return &found->second;
  }
  std::string show(const Steps& steps) const {
    std::string text;
    for (const Step& step : steps) {
      text += text.empty() ? "{" : step.delimiter == 0 ? "+{" : "->{";
      for (size_t i = 0; i < step.set->items.size(); i++) text += (i ? "," : "") + items.name(step.set->items[i]);
      text += "}";
    }
    return text;
  }
  bool readRule(const Element* e, RankedRules& ranked) {
    RuleFacts facts;
    if (!importer.onlyAttributes(e, {"id", "numberOfSets", "occurrence", "support", "confidence", "lift"}) ||
        !importer.onlyChildren(e, {"AntecedentSequence", "Delimiter", "ConsequentSequence", "Time"}) ||
        !ranked.readFacts(e, facts))
      return false;
    const Steps* antecedent = part(e, "AntecedentSequence");
    const Steps* consequent = antecedent ? part(e, "ConsequentSequence") : nullptr;
    const Element* between = e->FirstChildElement("Delimiter");
    if (!consequent) return false;
    if (!between) return importer.missing(e, "Delimiter");
    const auto turn = delimiter(between);
    if (!turn) return false;
    Steps all = *antecedent;
    all.insert(all.end(), consequent->begin(), consequent->end());
    all[antecedent->size()].delimiter = *turn;
    facts.antecedent = show(*antecedent), facts.consequent = facts.predicted = show(*consequent);
    facts.rule = facts.antecedent + "=>" + facts.consequent;
    rules.emplace_back(std::move(all), antecedent->size());
    ranked.rules.push_back(std::move(facts));
    return true;
  }

  // The field of usageType order as numbers; kNone if there is none, nothing if reported.
  std::optional<ValueId> order(Scope& scope) {
    const Element* schema = model->FirstChildElement("MiningSchema");
    std::optional<ValueId> found;
    for (auto* m = schema->FirstChildElement("MiningField"); m; m = m->NextSiblingElement("MiningField")) {
      const char* usage = m->Attribute("usageType");
      if (!usage || std::string_view(usage) != "order") continue;
      if (found) return importer.unsupported(m, "a second field of usageType 'order'"), std::nullopt;
      Field* field = importer.anyField(scope, m->Attribute("name"), m);
      if (!field) return std::nullopt;
      ValueId time = field->value;
      const Elem elem = importer.build.type(time).elem;
      if (elem == Elem::date) time = importer.build.call("days_since", {time}, false, {1970});
      if (elem == Elem::datetime) time = importer.build.call("seconds_since", {time}, false, {1970});
      if (elem == Elem::time) time = importer.build.call("seconds_of_day", {time});
      if (!ir::isNumber(importer.build.type(time).elem)) {
        importer.unsupported(m, "an order field that is no number or date");
        return std::nullopt;
      }
      found = importer.build.type(time).elem == Elem::f64 ? time : importer.build.add(ir::Cast(Elem::f64), {time});
    }
    return found ? found : kNone;
  }

  bool readRows(Scope& scope) {
    const auto order = this->order(scope);
    if (!order) return false;
    std::vector<ValueId> all, when;
    for (const auto& [name, at] : itemFields(importer, model)) {
      const auto values = items.codesOf(scope, name, at);
      if (!values) return false;
      for (ValueId x : *values) {
        all.push_back(x);
        if (*order != kNone) {
          when.push_back(*order);
          continue;
        }
        std::vector<double> places(importer.build.type(x).size());
        for (size_t i = 0; i < places.size(); i++) places[i] = static_cast<double>(i);
        const ValueId place = constantVector(importer, places, Elem::f64, "row");
        const ValueId nowhere = importer.build.missing(ir::scalarType(Elem::f64));
        // A row with a value is a transaction, whether or not that is an item of the model.
        const ValueId row = importer.build.call("is_present", {importer.anyField(scope, name, at)->value});
        when.push_back(importer.build.add(ir::Select(), {row, place, nowhere}));
      }
    }
    items.warnOfUnused();
    if (all.empty()) return importer.invalid(model, "", "no active field can give any of the model's items");
    codes = all.size() == 1 ? all[0] : importer.build.add(ir::Concat(), std::move(all), "items");
    times = when.size() == 1 ? when[0] : importer.build.add(ir::Concat(), std::move(when), "times");
    return true;
  }

  ValueId match(const std::vector<uint32_t>& order, RuleAlgorithm algorithm, uint32_t k) {
    ir::Sequences table = limits;
    table.items = items.count(), table.rule = order;
    table.firstMember = table.firstStep = {0};
    std::map<const ItemSet*, uint32_t> sets;
    for (uint32_t r : order) {
      for (const Step& step : rules[r].first) {
        const auto [known, isNew] = sets.emplace(step.set, static_cast<uint32_t>(table.firstMember.size()) - 1);
        if (isNew) {
          table.member.insert(table.member.end(), step.set->items.begin(), step.set->items.end());
          table.firstMember.push_back(static_cast<uint32_t>(table.member.size()));
        }
        table.step.push_back(known->second), table.delimiter.push_back(step.delimiter);
      }
      table.split.push_back(table.firstStep.back() + static_cast<uint32_t>(rules[r].second));
      table.firstStep.push_back(static_cast<uint32_t>(table.step.size()));
    }
    ir::MatchSequences match;
    match.table = importer.build.table(std::move(table), "rules");
    match.k = k;
    match.consequent = algorithm == RuleAlgorithm::recommendation    ? ir::MatchSequences::any
                       : algorithm == RuleAlgorithm::ruleAssociation ? ir::MatchSequences::present
                                                                     : ir::MatchSequences::absent;
    return importer.build.add(std::move(match), {codes, times}, "rule");
  }
};

}  // namespace

std::optional<Prediction> sequenceModel(Importer& importer, Scope& scope, const Element* model) {
  if (!importer.onlyAttributes(
          model,
          {"modelName", "functionName", "algorithmName", "numberOfTransactions", "maxNumberOfItemsPerTransaction",
           "avgNumberOfItemsPerTransaction", "numberOfTransactionGroups", "maxNumberOfTAsPerTAGroup",
           "avgNumberOfTAsPerTAGroup", "minimumSupport", "minimumConfidence", "lengthLimit", "numberOfItems",
           "numberOfSets", "numberOfSequences", "numberOfRules", "isScorable", "x-mathContext"}) ||
      !importer.onlyChildren(
          model, {"MiningSchema", "Output", "ModelStats", "ModelExplanation", "LocalTransformations", "Constraints",
                  "Item", "Itemset", "SetPredicate", "Sequence", "SequenceRule", "ModelVerification"}))
    return std::nullopt;
  if (importer.groups.empty()) {
    importer.invalid(model, "", "a SequenceModel needs a MiningField of usageType group");
    return std::nullopt;
  }
  auto sequence = std::make_shared<SequenceLowering>(SequenceLowering{importer, model, Items{importer}});
  auto ranked = std::make_shared<RankedRules>(importer, model);
  if (!sequence->readConstraints() || !sequence->items.read(model) || !sequence->readSetPredicates() ||
      !sequence->readSequences())
    return std::nullopt;
  for (auto* e = model->FirstChildElement("SequenceRule"); e; e = e->NextSiblingElement("SequenceRule"))
    if (!sequence->readRule(e, *ranked)) return std::nullopt;
  if (!sequence->readRows(scope)) return std::nullopt;
  ranked->match = [sequence](const std::vector<uint32_t>& order, RuleAlgorithm algorithm, uint32_t k) {
    return sequence->match(order, algorithm, k);
  };
  Prediction prediction;
  RankedRules::addFeatures(ranked, prediction);
  return prediction;
}

}  // namespace kiln::pmml

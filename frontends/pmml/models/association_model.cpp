// AssociationModel: the rules that fit a set of items. The items are the values of a group's rows (a transaction), or
// what the fields of one row say: a field's name where it is true, a category of a field.
#include <algorithm>
#include <cctype>
#include <cstring>
#include <map>

#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/nodes/match_itemsets.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/tables/itemsets.h"
#include "compiler/ir/tables/lookup.h"
#include "frontends/pmml/models/items.h"

namespace kiln::pmml {

using ir::Elem;

namespace {

struct Rule {
  std::string id;
  const ItemSet *antecedent = nullptr, *consequent = nullptr;
  // confidence, support, lift, leverage, affinity; nothing where the document does not say
  std::optional<double> measures[5];
};
const std::vector<const char*> kMeasures = {"confidence", "support", "lift", "leverage", "affinity"};
const std::vector<const char*> kAlgorithms = {"exclusiveRecommendation", "recommendation", "ruleAssociation"};

struct Association {
  Importer& importer;
  const Element* model;
  Items items;
  ValueId codes = kNone;  // of the row's items
  std::vector<Rule> rules = {};
  std::map<std::vector<int>, ValueId> ranked = {};  // by algorithm, basis and order

  bool readRules() {
    int64_t position = 0;
    for (auto* e = model->FirstChildElement("AssociationRule"); e; e = e->NextSiblingElement("AssociationRule")) {
      if (!importer.onlyAttributes(
              e, {"id", "antecedent", "consequent", "support", "confidence", "lift", "leverage", "affinity"}) ||
          !importer.onlyChildren(e, {}))
        return false;
      Rule rule;
      rule.id = importer.attribute(e, "id").value_or(std::to_string(++position));
      rule.antecedent = items.set(e, "antecedent"), rule.consequent = items.set(e, "consequent");
      if (!rule.antecedent || !rule.consequent) return false;
      for (size_t m = 0; m < kMeasures.size(); m++) {
        if (!e->Attribute(kMeasures[m])) continue;
        rule.measures[m] = importer.number(e, kMeasures[m], std::nullopt);
        if (!rule.measures[m]) return false;
      }
      rules.push_back(std::move(rule));
    }
    return true;
  }

  // Which rules an OutputField asks for: {algorithm, basis, order}; rank from 1.
  std::optional<std::pair<std::vector<int>, int64_t>> wanted(const Element* field) {
    const auto algorithm = importer.choice(field, "algorithm", kAlgorithms, 0);
    const auto basis = importer.choice(field, "rankBasis", kMeasures, 0);
    const auto order = importer.choice(field, "rankOrder", {"descending", "ascending"}, 0);
    const auto rank = importer.integer(field, "rank", 1);
    if (!algorithm || !basis || !order || !rank) return std::nullopt;
    if (*rank < 1) {
      importer.invalid(field, "rank", "ranks count from 1");
      return std::nullopt;
    }
    return std::pair(std::vector<int>{*algorithm, *basis, *order}, *rank);
  }

  // Ranks that the model's Output asks for in this order of rules.
  uint32_t ranksOf(const std::vector<int>& key) {
    int64_t most = 1;
    const Element* output = model->FirstChildElement("Output");
    for (auto* f = output ? output->FirstChildElement("OutputField") : nullptr; f;
         f = f->NextSiblingElement("OutputField"))
      if (const auto other = wanted(f); other && other->first == key) most = std::max(most, other->second);
    return static_cast<uint32_t>(std::min<int64_t>(most, static_cast<int64_t>(rules.size())));
  }

  // The first rules that fit, best first: i32?[k] of positions in `rules`.
  ValueId fitting(const std::vector<int>& key) {
    auto [known, isNew] = ranked.emplace(key, kNone);
    if (!isNew) return known->second;
    std::vector<uint32_t> order(rules.size());
    for (uint32_t i = 0; i < order.size(); i++) order[i] = i;
    const auto measure = static_cast<size_t>(key[1]);
    std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
      const auto &x = rules[a].measures[measure], &y = rules[b].measures[measure];
      if (!x || !y) return x.has_value() && !y.has_value();  // unknown last
      return key[2] == 0 ? *x > *y : *x < *y;
    });
    ir::Itemsets table;
    table.items = items.count();
    table.rule = order;
    table.firstAntecedent = table.firstConsequent = {0};
    for (uint32_t r : order) {
      const auto add = [](const ItemSet& set, std::vector<uint32_t>& members, std::vector<uint32_t>& first) {
        members.insert(members.end(), set.items.begin(), set.items.end());
        first.push_back(static_cast<uint32_t>(members.size()));
      };
      add(*rules[r].antecedent, table.antecedent, table.firstAntecedent);
      add(*rules[r].consequent, table.consequent, table.firstConsequent);
    }
    ir::MatchItemsets match;
    match.table = importer.build.table(std::move(table), "rules");
    match.k = ranksOf(key);
    match.consequent = key[0] == 0   ? ir::MatchItemsets::absent
                       : key[0] == 1 ? ir::MatchItemsets::any
                                     : ir::MatchItemsets::present;
    return known->second = importer.build.add(std::move(match), {codes}, "rule");
  }

  std::string show(const ItemSet& set, const char* open, const char* comma, const char* close) const {
    std::string text = open;
    for (size_t i = 0; i < set.items.size(); i++) text += (i ? comma : "") + items.name(set.items[i]);
    return text + close;
  }
  std::string textOf(const Rule& rule, const std::string& feature) const {
    if (feature == "antecedent") return show(*rule.antecedent, "[", ", ", "]");
    if (feature == "consequent") return show(*rule.consequent, "[", ", ", "]");
    if (feature == "predictedValue") return show(*rule.consequent, "", ", ", "");
    if (feature == "rule") return show(*rule.antecedent, "{", ",", "}") + "->" + show(*rule.consequent, "{", ",", "}");
    return rule.id;
  }

  ValueId feature(const Element* field, std::string name) {
    if (name == "ruleValue") {
      constexpr const char* known[] = {"antecedent", "consequent", "rule",     "ruleId",  "confidence",
                                       "support",    "lift",       "leverage", "affinity"};
      name = importer.attribute(field, "ruleFeature").value_or("consequent");
      if (std::none_of(std::begin(known), std::end(known), [&](const char* k) { return name == k; }))
        return importer.invalid(field, "ruleFeature", "no feature of a rule"), kNone;
    }
    const auto which = wanted(field);
    if (!which) return kNone;
    const auto measure = std::find_if(kMeasures.begin(), kMeasures.end(), [&](const char* m) { return name == m; });
    const bool isNumber = measure != kMeasures.end();
    if (which->second > static_cast<int64_t>(rules.size()))
      return importer.build.missing(ir::scalarType(isNumber ? Elem::f64 : Elem::str));
    ir::Lookup table;
    table.sizes = {static_cast<uint32_t>(rules.size())};
    table.elem = isNumber ? Elem::f64 : Elem::cat;
    ir::Dict dict;
    for (const Rule& rule : rules) {
      if (isNumber) {
        const auto& value = rule.measures[measure - kMeasures.begin()];
        table.numbers.push_back(value.value_or(0)), table.missing.push_back(!value);
      } else {
        table.integers.push_back(dict.add(textOf(rule, name)));
      }
    }
    if (!isNumber) table.dict = importer.build.table(std::move(dict), name);
    ir::Take take;
    take.at = {static_cast<uint32_t>(which->second - 1)};
    const ValueId rule = importer.build.add(std::move(take), {fitting(which->first)});
    ir::LookupNode lookup;
    lookup.table = importer.build.table(std::move(table), name);
    return importer.build.add(std::move(lookup), {rule}, name);
  }
};

}  // namespace

std::optional<Prediction> associationModel(Importer& importer, Scope& scope, const Element* model) {
  if (!importer.onlyAttributes(
          model, {"modelName", "functionName", "algorithmName", "numberOfTransactions", "maxNumberOfItemsPerTA",
                  "avgNumberOfItemsPerTA", "minimumSupport", "minimumConfidence", "lengthLimit", "numberOfItems",
                  "numberOfItemsets", "numberOfRules", "isScorable", "x-mathContext"}) ||
      !importer.onlyChildren(model, {"MiningSchema", "Output", "ModelStats", "ModelExplanation", "LocalTransformations",
                                     "ModelVerification", "Item", "Itemset", "AssociationRule"}))
    return std::nullopt;
  auto association = std::make_shared<Association>(Association{importer, model, Items{importer}});
  if (!association->items.read(model) || !association->readRules()) return std::nullopt;
  const auto codes = association->items.codes(scope, model);
  if (!codes) return std::nullopt;
  association->codes = *codes;
  Prediction prediction;
  for (const char* name : {"antecedent", "consequent", "rule", "ruleId", "entityId", "ruleValue", "confidence",
                           "support", "lift", "leverage", "affinity", "predictedValue"})
    prediction.features[name] = [association, name](const Element* field) { return association->feature(field, name); };
  return prediction;
}

}  // namespace kiln::pmml

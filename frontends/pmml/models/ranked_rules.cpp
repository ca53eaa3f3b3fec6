#include "frontends/pmml/models/ranked_rules.h"

#include <algorithm>
#include <cmath>

#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/tables/lookup.h"
#include "frontends/pmml/ranks.h"

namespace kiln::pmml {

using ir::Elem;

namespace {

const std::vector<const char*> kMeasures = {"confidence", "support", "lift", "leverage", "affinity"};
const std::vector<const char*> kAlgorithms = {"exclusiveRecommendation", "recommendation", "ruleAssociation"};

}  // namespace

bool RankedRules::readFacts(const Element* e, RuleFacts& facts) const {
  facts.id = importer_.attribute(e, "id").value_or(std::to_string(rules.size() + 1));
  for (size_t m = 0; m < kMeasures.size(); m++) {
    if (!e->Attribute(kMeasures[m])) continue;
    facts.measures[m] = importer_.number(e, kMeasures[m], std::nullopt);
    if (!facts.measures[m]) return false;
    if (std::isnan(*facts.measures[m])) return importer_.invalid(e, kMeasures[m], "rules cannot be ranked by it");
  }
  return true;
}

std::optional<RankedRules::Wanted> RankedRules::wanted(const Element* field) {
  const auto algorithm = importer_.choice(field, "algorithm", kAlgorithms, 0);
  const auto basis = importer_.choice(field, "rankBasis", kMeasures, 0);
  const auto order = importer_.choice(field, "rankOrder", {"descending", "ascending"}, 0);
  const auto rank = importer_.integer(field, "rank", 1);
  const auto many = importer_.boolean(field, "isMultiValued", false);
  if (!algorithm || !basis || !order || !rank || !many) return std::nullopt;
  if (*rank < (*many ? 0 : 1)) {
    importer_.invalid(field, "rank", "ranks count from 1");
    return std::nullopt;
  }
  return Wanted{{*algorithm, *basis, *order}, *rank == 0 ? static_cast<int64_t>(rules.size()) : *rank, *many};
}

// Ranks that the Output of the model, or of a MiningModel around it, asks for in this order of rules.
uint32_t RankedRules::ranksOf(const std::vector<int>& key) {
  int64_t most = 1;
  for (auto* model = model_; model; model = model->Parent() ? model->Parent()->ToElement() : nullptr) {
    const Element* output = model->FirstChildElement("Output");
    for (auto* f = output ? output->FirstChildElement("OutputField") : nullptr; f; f = f->NextSiblingElement("OutputField"))
      if (const auto other = wanted(f); other && other->key == key) most = std::max(most, other->rank);
  }
  return static_cast<uint32_t>(std::min<int64_t>(most, static_cast<int64_t>(rules.size())));
}

ValueId RankedRules::fitting(const std::vector<int>& key) {
  auto [known, isNew] = fitting_.emplace(key, kNone);
  if (!isNew) return known->second;
  std::vector<uint32_t> order(rules.size());
  for (uint32_t i = 0; i < order.size(); i++) order[i] = i;
  const auto measure = static_cast<size_t>(key[1]);
  std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    const auto &x = rules[a].measures[measure], &y = rules[b].measures[measure];
    if (!x || !y) return x.has_value() && !y.has_value();  // unknown last
    return key[2] == 0 ? *x > *y : *x < *y;
  });
  return known->second = match(order, static_cast<RuleAlgorithm>(key[0]), ranksOf(key));
}

static const std::string& textOf(const RuleFacts& rule, const std::string& feature) {
  return feature == "antecedent"       ? rule.antecedent
         : feature == "consequent"     ? rule.consequent
         : feature == "rule"           ? rule.rule
         : feature == "predictedValue" ? rule.predicted
                                       : rule.id;
}

ValueId RankedRules::feature(const Element* field, std::string name) {
  if (name == "ruleValue") {
    constexpr const char* known[] = {"antecedent", "consequent", "rule",     "ruleId",  "confidence",
                                     "support",    "lift",       "leverage", "affinity"};
    name = importer_.attribute(field, "ruleFeature").value_or("consequent");
    if (std::none_of(std::begin(known), std::end(known), [&](const char* k) { return name == k; }))
      return importer_.invalid(field, "ruleFeature", "no feature of a rule"), kNone;
  }
  const auto which = wanted(field);
  if (!which) return kNone;
  const auto measure = std::find_if(kMeasures.begin(), kMeasures.end(), [&](const char* m) { return name == m; });
  const bool isNumber = measure != kMeasures.end();
  if (rules.empty() || (!which->many && which->rank > static_cast<int64_t>(rules.size())))
    return importer_.build.missing(ir::scalarType(isNumber ? Elem::f64 : Elem::str));
  ir::Lookup table;
  table.sizes = {static_cast<uint32_t>(rules.size())};
  table.elem = isNumber ? Elem::f64 : Elem::cat;
  ir::Dict dict;
  for (const RuleFacts& rule : rules) {
    if (isNumber) {
      const auto& value = rule.measures[measure - kMeasures.begin()];
      table.numbers.push_back(value.value_or(0)), table.missing.push_back(!value);
    } else {
      table.integers.push_back(dict.add(textOf(rule, name)));
    }
  }
  if (!isNumber) table.dict = importer_.build.table(std::move(dict), name);
  const auto ranks = readRanks(importer_, field, static_cast<uint32_t>(rules.size()), "rules");
  if (!ranks) return kNone;
  const ValueId rule = atRanks(importer_, fitting(which->key), *ranks);
  ir::LookupNode lookup;
  lookup.table = importer_.build.table(std::move(table), name);
  return importer_.build.add(std::move(lookup), {rule}, name);
}

void RankedRules::addFeatures(const std::shared_ptr<RankedRules>& shared, Prediction& prediction) {
  for (const char* name : {"antecedent", "consequent", "rule", "ruleId", "entityId", "ruleValue", "confidence",
                           "support", "lift", "leverage", "affinity", "predictedValue"})
    prediction.features[name] = [shared, name](const Element* field) { return shared->feature(field, name); };
}

}  // namespace kiln::pmml

// AssociationModel: the rules that fit a set of items. The items are the values of a group's rows (a transaction), or
// what the fields of one row say: a field's name where it is true, a category of a field.
#include "compiler/ir/nodes/match_itemsets.h"
#include "compiler/ir/tables/itemsets.h"
#include "frontends/pmml/models/items.h"
#include "frontends/pmml/models/ranked_rules.h"

namespace kiln::pmml {

namespace {

struct Association {
  Importer& importer;
  Items items;
  ValueId codes = kNone;  // of the row's items
  std::vector<const ItemSet*> antecedents = {}, consequents = {};

  std::string show(const ItemSet& set, const char* open, const char* comma, const char* close) const {
    std::string text = open;
    for (size_t i = 0; i < set.items.size(); i++) text += (i ? comma : "") + items.name(set.items[i]);
    return text + close;
  }
  bool readRule(const Element* e, RankedRules& ranked) {
    RuleFacts facts;
    if (!importer.onlyAttributes(
            e, {"id", "antecedent", "consequent", "support", "confidence", "lift", "leverage", "affinity"}) ||
        !importer.onlyChildren(e, {}) || !ranked.readFacts(e, facts))
      return false;
    const ItemSet *antecedent = items.set(e, "antecedent"), *consequent = items.set(e, "consequent");
    if (!antecedent || !consequent) return false;
    facts.antecedent = show(*antecedent, "[", ", ", "]"), facts.consequent = show(*consequent, "[", ", ", "]");
    facts.rule = show(*antecedent, "{", ",", "}") + "->" + show(*consequent, "{", ",", "}");
    facts.predicted = show(*consequent, "", ", ", "");
    antecedents.push_back(antecedent), consequents.push_back(consequent);
    ranked.rules.push_back(std::move(facts));
    return true;
  }
  ValueId match(const std::vector<uint32_t>& order, RuleAlgorithm algorithm, uint32_t k) {
    ir::Itemsets table;
    table.items = items.count();
    table.rule = order;
    table.firstAntecedent = table.firstConsequent = {0};
    const auto add = [](const ItemSet& set, std::vector<uint32_t>& members, std::vector<uint32_t>& first) {
      members.insert(members.end(), set.items.begin(), set.items.end());
      first.push_back(static_cast<uint32_t>(members.size()));
    };
    for (uint32_t r : order) {
      add(*antecedents[r], table.antecedent, table.firstAntecedent);
      add(*consequents[r], table.consequent, table.firstConsequent);
    }
    ir::MatchItemsets match;
    match.table = importer.build.table(std::move(table), "rules");
    match.k = k;
    match.consequent = algorithm == RuleAlgorithm::recommendation    ? ir::MatchItemsets::any
                       : algorithm == RuleAlgorithm::ruleAssociation ? ir::MatchItemsets::present
                                                                     : ir::MatchItemsets::absent;
    return importer.build.add(std::move(match), {codes}, "rule");
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
  auto association = std::make_shared<Association>(Association{importer, Items{importer}});
  auto ranked = std::make_shared<RankedRules>(importer, model);
  if (!association->items.read(model)) return std::nullopt;
  for (auto* e = model->FirstChildElement("AssociationRule"); e; e = e->NextSiblingElement("AssociationRule"))
    if (!association->readRule(e, *ranked)) return std::nullopt;
  const auto codes = association->items.codes(scope, model);
  if (!codes) return std::nullopt;
  association->codes = *codes;
  ranked->match = [association](const std::vector<uint32_t>& order, RuleAlgorithm algorithm, uint32_t k) {
    return association->match(order, algorithm, k);
  };
  Prediction prediction;
  RankedRules::addFeatures(ranked, prediction);
  return prediction;
}

}  // namespace kiln::pmml

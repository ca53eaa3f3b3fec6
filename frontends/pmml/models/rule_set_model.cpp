// RuleSetModel: a forest finds the rules that fire, one tree a rule (or one tree for firstHit); what a rule says is
// looked up by its number.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "compiler/ir/nodes/argmax.h"
#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/coalesce.h"
#include "compiler/ir/nodes/const.h"
#include "compiler/ir/nodes/forest.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/nodes/topk.h"
#include "compiler/ir/tables/lookup.h"
#include "compiler/ir/tables/matrix.h"
#include "frontends/pmml/classes.h"
#include "frontends/pmml/models/conditions.h"
#include "frontends/pmml/models/tree_forest.h"

namespace kiln::pmml {

using namespace ir;

namespace {

enum Criterion { weightedSum, weightedMax, firstHit };

struct Rule {
  const Element* element = nullptr;
  std::vector<const Element*> predicates;  // its own, after those of the CompoundRules around it
  std::string id;
  uint32_t code = 0;  // of its score
  double weight = 1, confidence = 1;
  std::vector<double> probabilities;  // by class; empty: it has no ScoreDistribution
};

struct RuleSetLowering {
  Importer& importer;
  Scope& scope;
  const Element* model;
  Builder& build = importer.build;
  Elem elem = mathElem(importer);
  Classes classes = {};
  uint32_t k = 0;  // number of classes
  Criterion criterion = weightedSum;
  std::vector<Rule> rules = {};
  std::optional<uint32_t> defaultCode = {};
  std::optional<double> defaultConfidence = {};
  std::vector<double> defaultProbabilities = {};
  ValueId weights = kNone;  // [rules]: missing where a rule did not fire
  ValueId winner = kNone;   // number of the rule that decides; missing, or rules.size(), where none fires

  double rounded(double v) const { return elem == Elem::f32 ? static_cast<double>(static_cast<float>(v)) : v; }

  // ---- the document

  // ScoreDistributions as probabilities by class: their own, or shares of the records.
  bool distribution(const Element* parent, std::vector<double>& probabilities) {
    std::vector<std::pair<uint32_t, double>> counts;
    double total = 0;
    bool given = false;
    for (const Element* e = parent->FirstChildElement("ScoreDistribution"); e;
         e = e->NextSiblingElement("ScoreDistribution")) {
      if (!importer.onlyAttributes(e, {"value", "recordCount", "confidence", "probability"})) return false;
      const auto label = importer.required(e, "value");
      const auto code = label ? classCode(importer, classes, *label, e) : std::nullopt;
      const bool own = e->Attribute("probability");
      const auto number = importer.number(e, own ? "probability" : "recordCount", std::nullopt);
      if (!code || !number) return false;
      if (!counts.empty() && own != given) return importer.missing(e, "probability");
      given = own;
      counts.emplace_back(*code, *number);
      total = rounded(total + *number);
    }
    if (counts.empty() || (!given && total == 0)) return true;
    probabilities.assign(k, 0);
    for (const auto& [code, count] : counts) probabilities[code] = rounded(given ? count : count / total);
    return true;
  }

  bool readRule(const Element* e, std::vector<const Element*>& around) {
    if (!importer.onlyAttributes(e, {"id", "score", "recordCount", "nbCorrect", "confidence", "weight"})) return false;
    Rule rule;
    rule.element = e;
    const Element* predicate = Importer::predicateOf(e);
    if (!predicate) return importer.missing(e, "PREDICATE");
    if (!importer.isAlone(predicate) || !importer.onlyChildren(e, {predicate->Name(), "ScoreDistribution"})) return false;
    const auto score = importer.required(e, "score");
    const auto weight = importer.number(e, "weight", 1.0), confidence = importer.number(e, "confidence", 1.0);
    const auto code = score ? classCode(importer, classes, *score, e) : std::nullopt;
    if (!weight || !confidence || !code || !distribution(e, rule.probabilities)) return false;
    rule.id = importer.attribute(e, "id").value_or(std::to_string(rules.size() + 1));
    rule.code = *code, rule.weight = *weight, rule.confidence = *confidence;
    rule.predicates = around;
    rule.predicates.push_back(predicate);
    rules.push_back(std::move(rule));
    return true;
  }

  bool isRule(const Element* e) const {
    return !std::strcmp(e->Name(), "SimpleRule") || !std::strcmp(e->Name(), "CompoundRule");
  }

  // Rules in document order, those inside CompoundRules too. Without recursion: rules nest as deep as XML may.
  bool readRules(const Element* ruleSet) {
    std::vector<const Element*> around;
    bool ok = true;
    const Element* parent = ruleSet;
    const Element* e = ruleSet->FirstChildElement();
    while (true) {
      if (!e) {
        if (parent == ruleSet) return ok;
        e = parent->NextSiblingElement(), parent = parent->Parent()->ToElement();
        around.pop_back();
      } else if (!std::strcmp(e->Name(), "CompoundRule")) {
        const Element* predicate = Importer::predicateOf(e);
        if (!importer.onlyAttributes(e, {}) || !predicate || !importer.isAlone(predicate) ||
            !importer.onlyChildren(e, {predicate->Name(), "SimpleRule", "CompoundRule"})) {
          if (!predicate) importer.missing(e, "PREDICATE");
          ok = false;
          e = e->NextSiblingElement();
          continue;
        }
        around.push_back(predicate);
        parent = e, e = e->FirstChildElement();
      } else {
        if (!std::strcmp(e->Name(), "SimpleRule")) ok = readRule(e, around) && ok;
        e = e->NextSiblingElement();
      }
    }
  }

  bool read() {
    const Element* ruleSet = model->FirstChildElement("RuleSet");
    if (!ruleSet) return importer.missing(model, "RuleSet");
    if (!importer.onlyAttributes(ruleSet, {"recordCount", "nbCorrect", "defaultScore", "defaultConfidence"}) ||
        !importer.onlyChildren(ruleSet, {"RuleSelectionMethod", "ScoreDistribution", "SimpleRule", "CompoundRule"}))
      return false;
    const Element* method = ruleSet->FirstChildElement("RuleSelectionMethod");  // the others are alternatives
    if (!method) return importer.missing(ruleSet, "RuleSelectionMethod");
    if (!importer.onlyAttributes(method, {"criterion"}) || !importer.required(method, "criterion")) return false;
    const auto chosen = importer.choice(method, "criterion", {"weightedSum", "weightedMax", "firstHit"}, 0);
    if (!chosen) return false;
    criterion = static_cast<Criterion>(*chosen);
    if (const auto score = importer.attribute(ruleSet, "defaultScore")) {
      defaultCode = classCode(importer, classes, *score, ruleSet);
      if (!defaultCode) return false;
    }
    if (ruleSet->Attribute("defaultConfidence")) {
      defaultConfidence = importer.number(ruleSet, "defaultConfidence", std::nullopt);
      if (!defaultConfidence) return false;
    }
    return distribution(ruleSet, defaultProbabilities) && readRules(ruleSet);
  }

  // ---- rules that fire

  ValueId walk(TreeForest& forest, ForestNode::Result result, bool scalar, const char* name) {
    importer.at(model);
    if (forest.columns.empty()) forest.columns.push_back(build.boolean(true));
    forest.forest.columns = static_cast<uint32_t>(forest.columns.size());
    ForestNode node;
    node.table = build.table(std::move(forest.forest), "rules");
    node.result = result;
    node.elem = elem;
    node.scalar = scalar;
    return build.add(std::move(node), forest.columns, name);
  }

  // The number of the first rule that fires, or of rules.
  ValueId first() {
    TreeForest forest(importer);
    Conditions conditions(importer, "SimpleRule");
    bool ok = true;
    for (const Rule& rule : rules) ok = conditions.add(rule.predicates, rule.element) && ok;
    for (size_t i = 0; i <= rules.size(); ++i) forest.forest.addLeaf();
    const auto leafOf = [&](uint32_t node) {
      return node == StreamedTree::kNone ? static_cast<uint32_t>(rules.size()) : node - 1;
    };
    if (!ok || !forest.add(scope, model, conditions.tree, TreeStrategy(), leafOf)) return kNone;
    return walk(forest, ForestNode::leaf, true, "rule");
  }

  // [rules]: the weight of each rule that fires, missing for the others. One tree a rule.
  ValueId fired() {
    if (weights != kNone) return weights;
    TreeForest forest(importer);
    const uint32_t silent = forest.forest.addLeaf(Forest::noPrediction);
    bool ok = true;
    for (const Rule& rule : rules) {
      Conditions conditions(importer, "SimpleRule");
      ok = conditions.add(rule.predicates, rule.element) &&
           forest.add(scope, model, conditions.tree, TreeStrategy(),
                      [&](uint32_t node) {
                        if (node == StreamedTree::kNone) return silent;
                        const uint32_t leaf = forest.forest.addLeaf();
                        forest.forest.addWeight(0, rounded(rule.weight));
                        return leaf;
                      }) &&
           ok;
    }
    return weights = ok ? walk(forest, ForestNode::each, false, "weights") : kNone;
  }

  ValueId ruleCodes() {
    Matrix codes;
    codes.elem = Elem::i32;
    codes.shape = {static_cast<uint32_t>(rules.size())};
    for (const Rule& rule : rules) codes.integers.push_back(rule.code);
    Const constant;
    constant.elem = Elem::i32;
    constant.matrix = build.table(std::move(codes), "scores");
    return build.add(std::move(constant), {}, "scores");
  }

  // [rules]: the total of each rule's class.
  ValueId totalsOfRules(ValueId totals) {
    Take take;
    take.scalar = false;
    for (const Rule& rule : rules) take.at.push_back(rule.code);
    return build.add(std::move(take), {totals});
  }

  // ---- what a rule says, by its number; for no rule the default's

  ValueId look(Lookup table, ValueId rule, const std::string& name) {
    table.sizes = {static_cast<uint32_t>(rules.size())};
    table.defaultRow = table.missingRow = static_cast<int64_t>(rules.size());
    if (std::none_of(table.missing.begin(), table.missing.end(), [](uint8_t m) { return m; })) table.missing.clear();
    LookupNode lookup;
    lookup.table = build.table(std::move(table), name);
    return build.add(std::move(lookup), {rule}, name);
  }

  ValueId label(ValueId rule) {
    Lookup table;
    table.elem = Elem::cat, table.dict = classes.dict;
    for (const Rule& r : rules) table.integers.push_back(r.code), table.missing.push_back(0);
    table.integers.push_back(defaultCode.value_or(0)), table.missing.push_back(!defaultCode);
    return look(std::move(table), rule, "label");
  }

  ValueId ruleConfidence(ValueId rule, bool withDefault) {
    Lookup table;
    table.elem = elem;
    for (const Rule& r : rules) table.numbers.push_back(rounded(r.confidence)), table.missing.push_back(0);
    table.numbers.push_back(rounded(withDefault ? defaultConfidence.value_or(0) : 0));
    table.missing.push_back(!withDefault || !defaultConfidence);
    return look(std::move(table), rule, "confidence");
  }

  ValueId probabilities(ValueId rule) {
    Lookup table;
    table.elem = elem;
    table.width = k;
    bool any = !defaultProbabilities.empty();
    const auto row = [&](const std::vector<double>& p) {
      for (uint32_t c = 0; c < k; ++c) {
        table.numbers.push_back(p.empty() ? 0 : p[c]);
        table.missing.push_back(p.empty());
      }
    };
    for (const Rule& r : rules) row(r.probabilities), any = any || !r.probabilities.empty();
    row(defaultProbabilities);
    return any ? look(std::move(table), rule, "probability") : kNone;
  }

  ValueId ruleId(ValueId rule) {
    Dict ids;
    Lookup table;
    table.elem = Elem::cat;
    for (const Rule& r : rules) table.integers.push_back(ids.add(r.id)), table.missing.push_back(0);
    table.integers.push_back(0), table.missing.push_back(1);
    table.dict = build.table(std::move(ids), "rule_id");
    return look(std::move(table), rule, "rule_id");
  }

  // ---- features

  // The weights of the fired rules that have this score (an i32 code), missing for the others.
  ValueId weightsOf(ValueId code) {
    const ValueId all = fired();
    if (all == kNone) return kNone;
    return build.add(Select(), {build.call("eq", {ruleCodes(), code}), all, build.missing(scalarType(elem))});
  }

  // Position of the rank-th rule among these: by weight, or in document order for firstHit.
  ValueId ranked(ValueId ofRules, uint32_t rank) {
    if (criterion == firstHit) {
      const ValueId one = elem == Elem::f32 ? build.number32(1) : build.number(1);
      ofRules = build.add(Select(), {build.call("is_present", {ofRules}), one, build.missing(scalarType(elem))});
    }
    if (rank == 1) return build.add(ArgMax(), {ofRules});
    TopK top;
    top.k = rank;
    const auto results = build.addAll(top, {ofRules}, "rank");
    Take take;
    take.at = {rank - 1};
    // An index without value is that of no rule.
    return build.add(Select(), {build.call("is_present", {build.add(take, {results[0]})}),
                                build.add(take, {results[1]}), build.missing(scalarType(Elem::i32))});
  }

  std::optional<uint32_t> rank(const Element* field) {
    const auto number = importer.integer(field, "rank", 1);
    if (!number) return std::nullopt;
    if (*number < 1 || *number > static_cast<int64_t>(std::max<size_t>(rules.size(), 1))) {
      importer.invalid(field, "rank", "the model has " + std::to_string(rules.size()) + " rules");
      return std::nullopt;
    }
    return static_cast<uint32_t>(*number);
  }

  ValueId asIndex(ValueId cat) {
    Lookup table;
    table.elem = Elem::i32;
    for (uint32_t i = 0; i < k; ++i) table.integers.push_back(i);
    table.sizes = {k};
    LookupNode lookup;
    lookup.table = build.table(std::move(table), "code");
    return build.add(std::move(lookup), {cat});
  }

  // The rule that stands behind the result, its most weighty one where several do.
  ValueId entityId(const Element* field, ValueId label) {
    const auto wanted = rank(field);
    if (!wanted) return kNone;
    if (*wanted == 1 && criterion != weightedSum) return ruleId(winner);
    ValueId among = *wanted == 1 ? weightsOf(asIndex(label)) : fired();
    return among == kNone ? kNone : ruleId(ranked(among, *wanted));
  }

  // weightedSum: the class's weights over the number of fired rules. Else: the best rule's confidence.
  ValueId confidence(const Element* field, ValueId label, ValueId shares) {
    const auto wanted = rank(field);
    if (!wanted) return kNone;
    if (*wanted != 1) return importer.unsupported(field, "a rank other than 1 of a rule's confidence"), kNone;
    std::optional<uint32_t> code;
    if (const auto value = importer.attribute(field, "value")) {
      code = classCode(importer, classes, *value, field);
      if (!code) return kNone;
      if (*code >= k) return importer.invalid(field, "value", "the model has no such class"), kNone;
    }
    if (criterion != weightedSum) {
      if (!code) return ruleConfidence(winner, true);
      const ValueId among = weightsOf(build.integer(*code, Elem::i32));
      return among == kNone ? kNone : ruleConfidence(ranked(among, 1), false);
    }
    const bool differ = std::any_of(rules.begin(), rules.end(), [](const Rule& r) { return r.weight != r.confidence; });
    if (differ)
      importer.warn(field, "the confidence of a weightedSum is made of weights, as in JPMML and PMML4S", "by the text it is the rules' confidences that are summed");
    Take take;
    if (code) {
      take.at = {*code};
      return build.add(std::move(take), {shares});
    }
    const ValueId own = build.add(std::move(take), {shares, asIndex(label)});
    if (!defaultConfidence) return own;
    return build.add(Coalesce(),
                     {own, elem == Elem::f32 ? build.number32(*defaultConfidence) : build.number(*defaultConfidence)});
  }

  // ---- weightedSum: sums and numbers of fired rules by class in one walk; missing where no rule of the class fires

  ValueId sums() {
    TreeForest forest(importer);
    forest.forest.targets = 2 * k;
    const uint32_t silent = forest.forest.addLeaf();
    bool ok = true;
    for (const Rule& rule : rules) {
      Conditions conditions(importer, "SimpleRule");
      ok = conditions.add(rule.predicates, rule.element) &&
           forest.add(scope, model, conditions.tree, TreeStrategy(),
                      [&](uint32_t node) {
                        if (node == StreamedTree::kNone) return silent;
                        const uint32_t leaf = forest.forest.addLeaf();
                        forest.forest.addWeight(rule.code, rounded(rule.weight));
                        forest.forest.addWeight(k + rule.code, 1);
                        return leaf;
                      }) &&
           ok;
    }
    return ok ? walk(forest, ForestNode::sum, false, "sums") : kNone;
  }

  ValueId half(ValueId vector, uint32_t from) {
    Take take;
    take.scalar = false;
    for (uint32_t i = 0; i < k; ++i) take.at.push_back(from + i);
    return build.add(std::move(take), {vector});
  }

  // ---- the model

  std::optional<Prediction> run() {
    classes = classesOf(importer, model);
    k = classCount(importer, classes);
    if (!read()) return std::nullopt;
    Prediction p;
    p.classification = true;
    p.targetType = classes.type;
    p.labels = classes.dict;
    ValueId shares = kNone;
    if (rules.empty()) {  // the default alone
      winner = build.integer(0, Elem::i32);
      p.value = label(winner);
    } else if (criterion == weightedSum) {
      const ValueId both = sums();
      if (both == kNone) return std::nullopt;
      const ValueId counts = half(both, k);
      const ValueId zero = elem == Elem::f32 ? build.number32(0) : build.number(0);
      const ValueId totals = build.add(
          Select(), {build.call("gt", {counts, zero}), half(both, 0), build.missing(scalarType(elem))}, "totals");
      const ValueId number = build.add(Reduce(), {counts});
      shares = build.call("div", {half(both, 0), number}, false, {}, "share");
      shares = build.add(Select(), {build.call("gt", {number, zero}), shares, build.missing(scalarType(elem))}, "confidence");
      // Of classes with equal totals the one whose rule fires first.
      if (fired() == kNone) return std::nullopt;
      const ValueId none = build.missing(scalarType(elem));
      const ValueId ofRules = build.add(Select(), {build.call("is_present", {fired()}), totalsOfRules(totals), none});
      p.value = label(build.add(ArgMax(), {ofRules}, "rule"));
    } else {
      winner = criterion == firstHit ? first() : fired();
      if (winner == kNone) return std::nullopt;
      if (criterion == weightedMax) winner = build.add(ArgMax(), {winner}, "rule");
      p.value = label(winner);
    }
    const bool distributions =
        !defaultProbabilities.empty() ||
        std::any_of(rules.begin(), rules.end(), [](const Rule& r) { return !r.probabilities.empty(); });
    if (distributions) {
      ValueId rule = winner;
      if (rule == kNone) {
        rule = weightsOf(asIndex(p.value));
        if (rule == kNone) return std::nullopt;
        rule = ranked(rule, 1);
      }
      p.probabilities = probabilities(rule);
    }
    // Features may be asked for when the model's fields are gone; what nobody asks for is dropped.
    if (!rules.empty() && fired() == kNone) return std::nullopt;
    const auto self = std::make_shared<RuleSetLowering>(*this);
    const ValueId result = p.value;
    if (rules.empty()) {
      p.features["confidence"] = [self](const Element*) { return self->ruleConfidence(self->winner, true); };
    } else {
      p.features["entityId"] = [self, result](const Element* f) { return self->entityId(f, result); };
      p.features["confidence"] = [self, result, shares](const Element* f) {
        return self->confidence(f, result, shares);
      };
    }
    return p;
  }
};

}  // namespace

std::optional<Prediction> ruleSetModel(Importer& importer, Scope& scope, const Element* model) {
  if (!importer.onlyAttributes(model, {"modelName", "functionName", "algorithmName", "isScorable", "x-mathContext"}) ||
      !importer.onlyChildren(model, {"MiningSchema", "Output", "ModelStats", "ModelExplanation", "Targets",
                                     "LocalTransformations", "ModelVerification", "RuleSet"})) {
    return std::nullopt;
  }
  const auto function = importer.required(model, "functionName");
  if (!function) return std::nullopt;
  if (*function != "classification") {
    importer.unsupported(model, "functionName '" + *function + "' of a RuleSetModel");
    return std::nullopt;
  }
  return RuleSetLowering{importer, scope, model, importer.build}.run();
}

}  // namespace kiln::pmml

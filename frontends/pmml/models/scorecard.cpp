// Scorecard: a Characteristic is a tree of a forest, its leaves are the Attributes; points and reason codes are looked
// up by leaf. Reason codes rank by the points that their Characteristics lost, or won, against the baseline.
#include <algorithm>
#include <cstring>

#include "compiler/ir/nodes/choose.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/forest.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/nodes/tally.h"
#include "compiler/ir/nodes/topk.h"
#include "compiler/ir/tables/lookup.h"
#include "frontends/pmml/classes.h"
#include "frontends/pmml/models/conditions.h"
#include "frontends/pmml/models/tree_forest.h"
#include "frontends/pmml/ranks.h"
#include "kiln/scorer.h"

namespace kiln::pmml {

using namespace ir;

namespace {

struct Attribute {
  const Element* element = nullptr;
  double points = 0;
  const Element* expression = nullptr;  // of a ComplexPartialScore
  uint32_t code = kNone;                // number of its reason code
};

struct Characteristic {
  const Element* element = nullptr;
  std::optional<double> baseline;
  std::vector<Attribute> attributes;
  uint32_t firstLeaf = 0;  // that of its first Attribute
};

struct ScorecardLowering {
  Importer& importer;
  Scope& scope;
  const Element* model;
  Builder& build = importer.build;
  Elem elem = mathElem(importer);
  double initial = 0;
  bool useReasonCodes = true, pointsBelow = true;
  std::vector<Characteristic> characteristics = {};
  Dict codes = {};

  double rounded(double v) const { return elem == Elem::f32 ? static_cast<double>(static_cast<float>(v)) : v; }
  ValueId number(double v) { return elem == Elem::f32 ? build.number32(v) : build.number(v); }

  // ---- the document

  bool readAttribute(const Element* e, const std::optional<std::string>& outerCode, Characteristic& characteristic) {
    if (!importer.onlyAttributes(e, {"reasonCode", "partialScore"})) return false;
    const Element* predicate = Importer::predicateOf(e);
    if (!predicate) return importer.missing(e, "PREDICATE");
    if (!importer.isAlone(predicate) || !importer.onlyChildren(e, {predicate->Name(), "ComplexPartialScore"})) return false;
    Attribute attribute;
    attribute.element = e;
    if (const Element* complex = e->FirstChildElement("ComplexPartialScore")) {  // it goes before partialScore
      attribute.expression = Importer::expressionOf(complex);
      if (!attribute.expression) return importer.missing(complex, "EXPRESSION");
      if (!importer.isAlone(attribute.expression) || !importer.onlyChildren(complex, {attribute.expression->Name()})) return false;
    } else {
      const auto points = importer.number(e, "partialScore", std::nullopt);
      if (!points) return false;
      attribute.points = *points;
    }
    const auto code = e->Attribute("reasonCode") ? importer.attribute(e, "reasonCode") : outerCode;
    if (code) attribute.code = codes.add(*code);
    characteristic.attributes.push_back(attribute);
    return true;
  }

  bool readCharacteristic(const Element* e, std::optional<double> modelBaseline) {
    if (!importer.onlyAttributes(e, {"name", "reasonCode", "baselineScore"}) ||
        !importer.onlyChildren(e, {"Attribute"}))
      return false;
    Characteristic characteristic;
    characteristic.element = e;
    characteristic.baseline = modelBaseline;
    if (e->Attribute("baselineScore")) {
      characteristic.baseline = importer.number(e, "baselineScore", std::nullopt);
      if (!characteristic.baseline) return false;
    }
    const auto code = importer.attribute(e, "reasonCode");
    bool ok = true;
    for (const Element* a = e->FirstChildElement("Attribute"); a; a = a->NextSiblingElement("Attribute"))
      ok = readAttribute(a, code, characteristic) && ok;
    if (ok && characteristic.attributes.empty()) return importer.missing(e, "Attribute");
    characteristics.push_back(std::move(characteristic));
    return ok;
  }

  bool read() {
    const auto start = importer.number(model, "initialScore", 0.0);
    const auto reasons = importer.boolean(model, "useReasonCodes", true);
    const auto algorithm = importer.choice(model, "reasonCodeAlgorithm", {"pointsBelow", "pointsAbove"}, 0);
    std::optional<double> baseline;
    if (model->Attribute("baselineScore")) {
      baseline = importer.number(model, "baselineScore", std::nullopt);
      if (!baseline) return false;
    }
    if (!start || !reasons || !algorithm) return false;
    initial = *start, useReasonCodes = *reasons, pointsBelow = *algorithm == 0;
    const Element* list = model->FirstChildElement("Characteristics");
    if (!list) return importer.missing(model, "Characteristics");
    bool ok = importer.onlyAttributes(list, {}) && importer.onlyChildren(list, {"Characteristic"});
    for (const Element* e = list->FirstChildElement("Characteristic"); e; e = e->NextSiblingElement("Characteristic"))
      ok = readCharacteristic(e, baseline) && ok;
    if (ok && characteristics.empty()) return importer.missing(list, "Characteristic");
    return ok;
  }

  // ---- points

  // [characteristics]: the leaf of the first Attribute that holds; the row fails where there is none.
  ValueId attributes() {
    TreeForest forest(importer);
    const uint32_t none = forest.forest.addLeaf(Forest::fail);
    bool ok = true;
    for (Characteristic& c : characteristics) {
      Conditions conditions(importer, "Attribute");
      c.firstLeaf = forest.forest.leaves();
      for (const Attribute& a : c.attributes) {
        ok = conditions.add({Importer::predicateOf(a.element)}, a.element) && ok;
        forest.forest.addLeaf();
      }
      ok = ok && forest.add(scope, model, conditions.tree, TreeStrategy(),
                            [&](uint32_t node) { return node == StreamedTree::kNone ? none : c.firstLeaf + node - 1; });
    }
    if (!ok) return kNone;
    importer.at(model);
    if (forest.columns.empty()) forest.columns.push_back(build.boolean(true));
    forest.forest.columns = static_cast<uint32_t>(forest.columns.size());
    ForestNode node;
    node.table = build.table(std::move(forest.forest), "attributes");
    node.result = ForestNode::leaf;
    node.elem = elem;
    return build.add(std::move(node), forest.columns, "attributes");
  }

  uint32_t leafCount() const {
    return characteristics.back().firstLeaf + static_cast<uint32_t>(characteristics.back().attributes.size());
  }

  // A table by leaf: leaf 0 is that of no Attribute.
  template <class Value>
  ValueId byLeaf(ValueId leaves, Lookup table, const Value& value, const char* name) {
    value(table, nullptr, nullptr);
    for (const Characteristic& c : characteristics) {
      for (const Attribute& a : c.attributes) value(table, &c, &a);
    }
    table.sizes = {leafCount()};
    if (std::none_of(table.missing.begin(), table.missing.end(), [](uint8_t m) { return m; })) table.missing.clear();
    LookupNode lookup;
    lookup.table = build.table(std::move(table), name);
    return build.add(std::move(lookup), {leaves}, name);
  }

  // [characteristics]: the points of each.
  ValueId points(ValueId leaves) {
    Lookup table;
    table.elem = elem;
    const ValueId constants = byLeaf(
        leaves, std::move(table),
        [&](Lookup& t, const Characteristic*, const Attribute* a) { t.numbers.push_back(a ? rounded(a->points) : 0); },
        "points");
    std::vector<ValueId> all;
    bool anyComplex = false;
    for (uint32_t i = 0; i < characteristics.size(); ++i) {
      Take take;
      take.at = {i};
      std::vector<ValueId> arms{kNone, build.add(take, {constants})};
      Lookup which;
      which.elem = Elem::i32;
      which.sizes = {leafCount()};
      which.integers.assign(which.sizes[0], 0);
      for (uint32_t a = 0; a < characteristics[i].attributes.size(); ++a) {
        const Attribute& attribute = characteristics[i].attributes[a];
        if (!attribute.expression) continue;
        const Importer::Typed typed = importer.expression(scope, attribute.expression);
        const ValueId value = typed ? asNumber(importer, typed.value, elem) : kNone;
        if (value == kNone) {
          if (typed) importer.invalid(attribute.expression, "", "not a number");
          return kNone;
        }
        which.integers[characteristics[i].firstLeaf + a] = static_cast<int64_t>(arms.size()) - 1;
        arms.push_back(value);
      }
      importer.at(characteristics[i].element);
      if (arms.size() > 2) {
        anyComplex = true;
        LookupNode lookup;
        lookup.table = build.table(std::move(which), "complex");
        arms[0] = build.add(std::move(lookup), {build.add(take, {leaves})});
        all.push_back(build.add(Choose(), arms, "points"));
      } else {
        all.push_back(arms[1]);
      }
    }
    return anyComplex ? build.add(Concat(), all, "points") : constants;
  }

  // ---- reason codes

  // What a reasonCode needs is given for every Attribute; else its place is reported at `field`.
  bool checkReasons(const Element* field) {
    if (!useReasonCodes) return importer.invalid(field, "feature", "the model says useReasonCodes=\"false\"");
    for (const Characteristic& c : characteristics) {
      if (!c.baseline) return importer.missing(c.element, "baselineScore");
      for (const Attribute& a : c.attributes) {
        if (a.code == kNone) return importer.missing(a.element, "reasonCode");
      }
    }
    return true;
  }

  // [codes]: the points that each code stands for; missing for those that no Attribute of this row has, and below 0. A score that
  // is missing has no reasons.
  ValueId reasons(ValueId leaves, ValueId points, ValueId score) {
    std::vector<double> baselines;
    for (const Characteristic& c : characteristics) baselines.push_back(c.baseline.value_or(0));
    const ValueId baseline = constantVector(importer, baselines, elem, "baseline");
    const ValueId difference =
        pointsBelow ? build.call("sub", {baseline, points}) : build.call("sub", {points, baseline});
    Lookup table;
    table.elem = Elem::i32;
    const ValueId code = byLeaf(
        leaves, std::move(table),
        [](Lookup& t, const Characteristic*, const Attribute* a) {
          const bool known = a && a->code != kNone;
          t.integers.push_back(known ? a->code : 0), t.missing.push_back(!known);
        },
        "code");
    Tally tally;
    tally.size = codes.size();
    const auto sums = build.addAll(tally, {code, difference}, "by_code");
    const ValueId counts =
        build.call("and", {build.call("is_present", {score}),
                           build.call("and", {build.call("is_present", {sums[1]}), build.call("ge", {sums[0], number(0)})})});
    return build.add(Select(), {counts, sums[0], build.missing(scalarType(elem))}, "reasons");
  }

  ValueId reasonCode(const Element* field, ValueId reasons) {
    const auto rank = importer.integer(field, "rank", 1);
    if (!rank || !checkReasons(field)) return kNone;
    const auto many = importer.boolean(field, "isMultiValued", false);
    if (!many) return kNone;
    if (!*many && *rank > codes.size()) return build.missing(scalarType(Elem::str));
    const auto ranks = readRanks(importer, field, codes.size(), "reason codes");
    if (!ranks) return kNone;
    TopK top;
    top.k = ranks->first + ranks->count;
    const auto results = build.addAll(top, {reasons}, "rank");
    const ValueId index = build.add(Select(), {build.call("is_present", {atRanks(importer, results[0], *ranks)}),
                                               atRanks(importer, results[1], *ranks), build.missing(scalarType(Elem::i32))});
    Lookup table;
    table.elem = Elem::cat;
    for (uint32_t i = 0; i < codes.size(); ++i) table.integers.push_back(i);
    table.sizes = {codes.size()};
    table.dict = build.table(Dict(codes), "reason_codes");
    LookupNode lookup;
    lookup.table = build.table(std::move(table), "reason_code");
    return build.add(std::move(lookup), {index}, "reason_code");
  }

  std::optional<Prediction> run() {
    if (!read()) return std::nullopt;
    const ValueId leaves = attributes();
    const ValueId all = leaves == kNone ? kNone : points(leaves);
    if (all == kNone) return std::nullopt;
    importer.at(model);
    Prediction prediction;
    prediction.value = build.add(Reduce(), {build.add(Concat(), {number(initial), all})}, "score");
    if (build.type(prediction.value).nullable)  // JPMML: undefined without one of its partial scores
      prediction.value = importer.failIf(prediction.value, build.call("is_missing", {prediction.value}), KILN_UNDEFINED);
    if (codes.size() == 0) return prediction;
    const ValueId ranked = reasons(leaves, all, prediction.value);
    const auto self = std::make_shared<ScorecardLowering>(*this);
    prediction.features["reasonCode"] = [self, ranked](const Element* f) { return self->reasonCode(f, ranked); };
    return prediction;
  }
};

}  // namespace

std::optional<Prediction> scorecard(Importer& importer, Scope& scope, const Element* model) {
  if (!importer.onlyAttributes(
          model, {"modelName", "functionName", "algorithmName", "isScorable", "x-mathContext", "initialScore",
                  "useReasonCodes", "reasonCodeAlgorithm", "baselineScore", "baselineMethod"}) ||
      !importer.onlyChildren(model, {"MiningSchema", "Output", "ModelStats", "ModelExplanation", "Targets",
                                     "LocalTransformations", "ModelVerification", "Characteristics"})) {
    return std::nullopt;
  }
  const auto function = importer.required(model, "functionName");
  if (!function) return std::nullopt;
  if (*function != "regression") {
    importer.unsupported(model, "functionName '" + *function + "' of a Scorecard");
    return std::nullopt;
  }
  return ScorecardLowering{importer, scope, model, importer.build}.run();
}

}  // namespace kiln::pmml

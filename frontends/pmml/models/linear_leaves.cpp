// Regressions inside Nodes as tables of coefficients by leaf.
#include "frontends/pmml/models/linear_leaves.h"

#include <algorithm>
#include <cstring>
#include <set>

#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/coalesce.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/tables/lookup.h"
#include "frontends/pmml/classes.h"
#include "frontends/pmml/tree_stream.h"

namespace kiln::pmml {

using namespace ir;

std::optional<std::string> predictorField(Importer& importer, const Element* predictor) {
  if (predictor->Attribute("field")) return importer.attribute(predictor, "field");
  return importer.required(predictor, "name");
}

bool LinearLeaves::arePlain(const StreamedTree& tree) {
  for (const auto& [node, model] : tree.embedded) {
    const char* function = model->Attribute("functionName");
    const char* method = model->Attribute("normalizationMethod");
    if (std::strcmp(model->Name(), "Regression") || !function || std::strcmp(function, "regression") ||
        (method && std::strcmp(method, "none")))
      return false;
    uint32_t tables = 0;
    for (const Element* e = model->FirstChildElement(); e; e = e->NextSiblingElement()) {
      if (!std::strcmp(e->Name(), "RegressionTable")) {
        ++tables;
      } else if (std::strcmp(e->Name(), "Extension") && std::strcmp(e->Name(), "ModelStats")) {
        return false;
      }
    }
    if (tables != 1) return false;
  }
  return true;
}

void LinearLeaves::addConstant(std::optional<double> score) { leaves_.push_back({score, score, {}}); }

bool LinearLeaves::addRegression(Scope& scope, const Element* regression, std::optional<double> score) {
  const Element* table = regression->FirstChildElement("RegressionTable");
  importer_.at(table);
  Leaf leaf;
  leaf.score = score;
  leaf.intercept = importer_.number(table, "intercept", 0.0);
  bool ok =
      importer_.onlyAttributes(regression, {"modelName", "functionName", "algorithmName", "normalizationMethod"}) &&
      importer_.onlyAttributes(table, {"intercept", "targetCategory"}) &&
      importer_.onlyChildren(table, {"NumericPredictor", "CategoricalPredictor", "PredictorTerm"}) &&
      leaf.intercept.has_value();
  const std::pair<const char*, bool (LinearLeaves::*)(Scope&, const Element*, Leaf&)> kinds[] = {
      {"NumericPredictor", &LinearLeaves::numericPredictor},
      {"CategoricalPredictor", &LinearLeaves::categoricalPredictor},
      {"PredictorTerm", &LinearLeaves::predictorTerm}};
  for (const auto& [name, add] : kinds) {
    for (const Element* e = table->FirstChildElement(name); e && ok; e = e->NextSiblingElement(name))
      ok = (this->*add)(scope, e, leaf);
  }
  leaves_.push_back(std::move(leaf));
  return ok;
}

ValueId LinearLeaves::number(const std::string& field, const Element* at, Scope& scope) {
  const ValueId value = importer_.value(scope, field, at);
  if (value == kNone) return kNone;
  const ValueId number = asNumber(importer_, value, elem_);
  if (number == kNone) importer_.invalid(at, "name", "field '" + field + "' is not a number");
  return number;
}

bool LinearLeaves::numericPredictor(Scope& scope, const Element* e, Leaf& leaf) {
  if (!importer_.onlyAttributes(e, {"name", "field", "exponent", "coefficient", "mean"})) return false;
  const auto name = predictorField(importer_, e);
  const auto coefficient = importer_.number(e, "coefficient", std::nullopt);
  const auto exponent = importer_.number(e, "exponent", 1.0);
  if (!name || !coefficient || !exponent) return false;
  const ValueId x = number(*name, e, scope);
  if (x == kNone) return false;
  ValueId power = x;
  if (*exponent == static_cast<int>(*exponent) && *exponent >= 2 && *exponent <= 16) {
    for (int i = 1; i < *exponent; ++i) power = importer_.build.call("mul", {power, x});
  } else if (*exponent != 1) {
    const ValueId constant =
        elem_ == Elem::f32 ? importer_.build.number32(*exponent) : importer_.build.number(*exponent);
    power = importer_.build.call("pow", {x, constant});
  }
  leaf.terms.emplace_back(power, *coefficient);
  return true;
}

// 1 where the field has this value, 0 elsewhere and where it is missing.
bool LinearLeaves::categoricalPredictor(Scope& scope, const Element* e, Leaf& leaf) {
  if (!importer_.onlyAttributes(e, {"name", "field", "value", "coefficient"})) return false;
  const auto name = predictorField(importer_, e);
  const auto value = importer_.required(e, "value");
  const auto coefficient = importer_.number(e, "coefficient", std::nullopt);
  Field* field = name ? importer_.field(scope, *name, e) : nullptr;
  if (!field || !value || !coefficient) return false;
  Field own = *field;
  own.value = importer_.value(scope, *name, e);
  const ValueId codes = importer_.codes(own);
  const uint32_t code = codes == kNone ? kNone : importer_.label(own, *value, e);
  if (code == kNone) return false;
  ValueId is = importer_.isOneOf(codes, {code});
  if (importer_.build.type(is).nullable) is = importer_.build.add(Coalesce(), {is, importer_.build.boolean(false)});
  leaf.terms.emplace_back(importer_.build.add(Cast(elem_), {is}), *coefficient);
  return true;
}

bool LinearLeaves::predictorTerm(Scope& scope, const Element* e, Leaf& leaf) {
  if (!importer_.onlyAttributes(e, {"name", "coefficient"}) || !importer_.onlyChildren(e, {"FieldRef"})) return false;
  const auto coefficient = importer_.number(e, "coefficient", std::nullopt);
  if (!coefficient) return false;
  ValueId product = kNone;
  for (const Element* f = e->FirstChildElement("FieldRef"); f; f = f->NextSiblingElement("FieldRef")) {
    const Importer::Typed typed = importer_.expression(scope, f);
    if (!typed) return false;
    const ValueId factor = asNumber(importer_, typed.value, elem_);
    if (factor == kNone) return importer_.invalid(f, "field", "not a number");
    product = product == kNone ? factor : importer_.build.call("mul", {product, factor});
  }
  if (product == kNone) return importer_.missing(e, "FieldRef");
  leaf.terms.emplace_back(product, *coefficient);
  return true;
}

// Orders the terms so that each leaf's stand in its own order: again and again the first of those that no other must
// precede.
bool LinearLeaves::sortTerms() {
  std::vector<ValueId> met;
  std::map<ValueId, std::set<ValueId>> after;
  std::map<ValueId, size_t> before;
  for (const Leaf& leaf : leaves_) {
    std::set<ValueId> own;
    for (size_t i = 0; i < leaf.terms.size(); ++i) {
      const ValueId term = leaf.terms[i].first;
      if (!own.insert(term).second) return false;
      if (before.try_emplace(term, 0).second) met.push_back(term);
      if (i > 0 && after[leaf.terms[i - 1].first].insert(term).second) ++before[term];
    }
  }
  terms_.clear();
  // A coefficient for each leaf and term. What is over the limit is reported; the caller asks for errors.
  if (!importer_.mayUnfold(importer_.document.root(), uint64_t{leaves_.size()} * met.size())) return true;
  while (!met.empty()) {
    const auto next = std::find_if(met.begin(), met.end(), [&](ValueId term) { return before[term] == 0; });
    if (next == met.end()) return false;
    const ValueId term = *next;
    met.erase(next);
    terms_.push_back(term);
    for (ValueId follower : after[term]) --before[follower];
  }
  return true;
}

ValueId LinearLeaves::byLeaf(ValueId leaf, const std::vector<std::optional<double>>& values, const std::string& name) {
  Lookup table;
  table.elem = elem_;
  table.sizes = {static_cast<uint32_t>(values.size())};
  bool any = false;
  for (const auto& value : values) {
    table.numbers.push_back(elem_ == Elem::f32 ? static_cast<float>(value.value_or(0)) : value.value_or(0));
    table.missing.push_back(!value);
    any = any || !value;
  }
  if (!any) table.missing.clear();
  LookupNode lookup;
  lookup.table = importer_.build.table(std::move(table), name);
  return importer_.build.add(std::move(lookup), {leaf}, name);
}

ValueId LinearLeaves::value(ValueId leaf) {
  Builder& build = importer_.build;
  std::vector<std::optional<double>> column;
  for (const Leaf& l : leaves_) column.push_back(l.intercept);
  ValueId y = byLeaf(leaf, column, "intercept");
  std::vector<std::map<ValueId, double>> coefficients;
  for (const Leaf& l : leaves_) coefficients.emplace_back(l.terms.begin(), l.terms.end());
  const ValueId zero = elem_ == Elem::f32 ? build.number32(0) : build.number(0);
  for (ValueId term : terms_) {
    column.clear();
    for (const auto& ofLeaf : coefficients) {
      const auto own = ofLeaf.find(term);
      column.push_back(own == ofLeaf.end() ? std::nullopt : std::optional<double>(own->second));
    }
    const ValueId coefficient = byLeaf(leaf, column, "coefficient");
    ValueId product = build.call("mul", {coefficient, term});
    // Fields that a leaf does not use may be missing.
    if (build.type(coefficient).nullable)
      product = build.add(Select(), {build.call("is_present", {coefficient}), product, zero});
    y = build.call("add", {y, product});
  }
  if (!build.type(y).nullable) return y;
  column.clear();
  for (const Leaf& l : leaves_) column.push_back(l.score);
  return build.add(Coalesce(), {y, byLeaf(leaf, column, "score")});
}

}  // namespace kiln::pmml

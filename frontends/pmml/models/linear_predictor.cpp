// A parameter is a product of factors (1 for one category, else 0, or an entry of a contrast matrix) and powers of
// covariates; without any it is 1. Parameters of covariates alone are summed by `dense`, in document order. Whatever
// the parameters of one set of factors contribute is known for each combination of their categories: a look-up.
#include "frontends/pmml/models/linear_predictor.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/dense.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/nodes/terms.h"
#include "compiler/ir/tables/exponents.h"
#include "compiler/ir/tables/lookup.h"
#include "compiler/ir/tables/matrix.h"
#include "frontends/pmml/matrices.h"

namespace kiln::pmml {

using namespace ir;

namespace {

constexpr uint64_t kMaxLookupValues = 1 << 24;

}  // namespace

// ---- reading

bool LinearPredictor::read() {
  return readParameters() && readPredictors("FactorList", true) && readPredictors("CovariateList", false) &&
         readCells();
}

bool LinearPredictor::readParameters() {
  const Element* list = model_->FirstChildElement("ParameterList");
  if (!list) return importer_.missing(model_, "ParameterList");
  if (!importer_.onlyChildren(list, {"Parameter"})) return false;
  for (const Element* e = list->FirstChildElement("Parameter"); e; e = e->NextSiblingElement("Parameter")) {
    if (!importer_.onlyAttributes(e, {"name", "label", "referencePoint"})) return false;
    const auto name = importer_.required(e, "name");
    const auto point = importer_.number(e, "referencePoint", 0.0);
    if (!name || !point) return false;
    if (!byName_.emplace(*name, static_cast<uint32_t>(parameters_.size())).second) {
      return importer_.misplaced(e, "parameter '" + *name + "' is declared a second time");
    }
    parameters_.push_back({*point, {}});
  }
  return true;
}

std::optional<uint32_t> LinearPredictor::parameter(const std::string& name, const Element* at) {
  const auto found = byName_.find(name);
  if (found != byName_.end()) return found->second;
  importer_.invalid(at, "parameterName", "the ParameterList has no '" + name + "'");
  return std::nullopt;
}

bool LinearPredictor::readPredictors(const char* listName, bool factor) {
  const Element* list = model_->FirstChildElement(listName);
  if (!list) return true;
  if (!importer_.onlyChildren(list, {"Predictor"})) return false;
  for (const Element* e = list->FirstChildElement("Predictor"); e; e = e->NextSiblingElement("Predictor")) {
    if (!importer_.onlyAttributes(e, {"name", "field", "contrastMatrixType"}) ||
        !importer_.onlyChildren(e, {"Categories", "Matrix"})) {
      return false;
    }
    // The attribute is `field` in PMML 4.4.1.
    const auto name = e->Attribute("field") ? importer_.attribute(e, "field") : importer_.required(e, "name");
    if (!name) return false;
    Predictor predictor;
    predictor.factor = factor, predictor.element = e;
    if (factor && !readContrast(e, predictor)) return false;
    if (!factor && e->FirstChildElement("Matrix")) return importer_.misplaced(e, "a covariate has no contrast matrix");
    const auto [known, isNew] = predictors_.emplace(*name, std::move(predictor));
    if (!isNew && known->second.factor != factor) {
      return importer_.misplaced(e, "'" + *name + "' is both a factor and a covariate");
    }
  }
  return true;
}

// Rows of the matrix are categories in the order of Categories, else in that of the field's Values.
bool LinearPredictor::readContrast(const Element* e, Predictor& into) {
  const Element* matrix = e->FirstChildElement("Matrix");
  if (!matrix) {
    return !e->Attribute("contrastMatrixType") ||
           importer_.unsupported(e, "a contrastMatrixType without its Matrix",
                                 "how its columns are coded differs between tools");
  }
  auto rows = readMatrix(importer_, matrix);
  if (!rows) return false;
  into.contrast = std::move(*rows);
  const Element* categories = e->FirstChildElement("Categories");
  const auto names = importer_.dataFields.find(e->Attribute("field") ? e->Attribute("field") : e->Attribute("name"));
  const Element* parent = categories ? categories : names == importer_.dataFields.end() ? nullptr : names->second;
  const char* child = categories ? "Category" : "Value";
  for (const Element* c = parent ? parent->FirstChildElement(child) : nullptr; c; c = c->NextSiblingElement(child)) {
    const char* property = c->Attribute("property");
    if (property && std::strcmp(property, "valid")) continue;
    const auto value = importer_.required(c, "value");
    if (!value) return false;
    into.categories.push_back(*value);
  }
  if (into.categories.size() == into.contrast.size()) return true;
  return importer_.invalid(matrix, "",
                           "the matrix has " + std::to_string(into.contrast.size()) + " rows for " +
                               std::to_string(into.categories.size()) + " categories");
}

bool LinearPredictor::readCells() {
  const Element* matrix = model_->FirstChildElement("PPMatrix");
  if (!matrix) return true;
  if (!importer_.onlyChildren(matrix, {"PPCell"})) return false;
  for (const Element* e = matrix->FirstChildElement("PPCell"); e; e = e->NextSiblingElement("PPCell")) {
    if (!importer_.onlyAttributes(e, {"value", "predictorName", "field", "parameterName", "targetCategory"}))
      return false;
    const auto value = importer_.required(e, "value"), name = importer_.required(e, "parameterName");
    const auto predictor =
        e->Attribute("field") ? importer_.attribute(e, "field") : importer_.required(e, "predictorName");
    if (!value || !name || !predictor) return false;
    const auto number = parameter(*name, e);
    if (!number) return false;
    std::optional<uint32_t> category;
    const auto label = importer_.attribute(e, "targetCategory");
    if (label && classes_ && !(category = classCode(importer_, *classes_, *label, e))) return false;
    parameters_[*number].cells.push_back({*predictor, *value, category, e});
  }
  return true;
}

// ---- what a parameter is

// A predictor in neither list is what its field is.
const LinearPredictor::Predictor* LinearPredictor::predictor(const Cell& cell) {
  const auto known = predictors_.find(cell.predictor);
  if (known != predictors_.end()) return &known->second;
  const Field* field = importer_.field(scope_, cell.predictor, cell.element);
  if (!field) return nullptr;
  Predictor predictor;
  predictor.factor = field->type.opType != OpType::continuous;
  predictor.element = cell.element;
  return &predictors_.emplace(cell.predictor, std::move(predictor)).first->second;
}

Field* LinearPredictor::factor(const std::string& name, const Element* at) {
  Field* field = importer_.field(scope_, name, at);
  if (!field || field->value == kNone) return nullptr;
  return importer_.codes(*field) == kNone ? nullptr : field;
}

bool LinearPredictor::contribution(const Cell& cell, const Predictor& predictor, Contribution& into) {
  Field* field = factor(cell.predictor, cell.element);
  if (!field) return false;
  const auto code = [&](const std::string& label) { return importer_.label(*field, label, cell.element); };
  const uint32_t own = code(cell.value);
  if (own == kNone) return false;
  if (predictor.contrast.empty()) {
    into[own] = 1;
    return true;
  }
  // The cell's category stands for the column of its number.
  const size_t width = predictor.contrast.front().size();
  size_t column = width;
  std::vector<uint32_t> codes;
  for (const std::string& label : predictor.categories) {
    codes.push_back(code(label));
    if (codes.back() == kNone) return false;
    if (codes.back() == own) column = codes.size() - 1;
  }
  if (column >= width)
    return importer_.invalid(cell.element, "value", "'" + cell.value + "' has no column in the contrast matrix");
  for (size_t r = 0; r < codes.size(); ++r)
    if (predictor.contrast[r][column] != 0) into[codes[r]] = predictor.contrast[r][column];
  return true;
}

LinearPredictor::Group& LinearPredictor::Groups::of(Powers powers, std::vector<std::string> factors) {
  const auto [known, isNew] = place.emplace(std::pair(powers, factors), all.size());
  if (isNew) all.push_back({std::move(powers), std::move(factors), {}});
  return all[known->second];
}

bool LinearPredictor::addParameter(Groups& groups, uint32_t parameter, std::optional<uint32_t> category,
                                   uint32_t row, uint32_t rowCount, double beta) {
  Powers powers;
  std::vector<std::pair<std::string, Contribution>> factors;
  for (const Cell& cell : parameters_[parameter].cells) {
    if (cell.category && cell.category != category) continue;
    const Predictor* p = predictor(cell);
    if (!p) return false;
    if (!p->factor) {
      FieldType real;
      const auto exponent = Importer::parseValue(cell.value, real);
      if (!exponent || std::isnan(*exponent)) return importer_.invalid(cell.element, "value", "the exponent of a covariate is a number");
      powers.emplace_back(cell.predictor, *exponent);
      continue;
    }
    Contribution own;
    if (!contribution(cell, *p, own)) return false;
    const auto same =
        std::find_if(factors.begin(), factors.end(), [&](const auto& f) { return f.first == cell.predictor; });
    if (same == factors.end()) {
      factors.emplace_back(cell.predictor, std::move(own));
      continue;
    }
    // One factor twice: the product, category by category.
    std::erase_if(same->second, [&](const auto& entry) { return !own.contains(entry.first); });
    for (auto& [code, multiplier] : same->second) multiplier *= own[code];
  }
  std::vector<std::string> names;
  for (const auto& f : factors) names.push_back(f.first);
  Group& group = groups.of(std::move(powers), std::move(names));

  // All combinations of categories with a multiplier.
  std::vector<std::pair<std::vector<uint32_t>, double>> combinations{{{}, beta}};
  for (const auto& [name, own] : factors) {
    std::vector<std::pair<std::vector<uint32_t>, double>> longer;
    if (own.size() * combinations.size() > kMaxLookupValues)
      return importer_.unsupported(model_, "so many combinations of contrasts");
    for (const auto& [codes, product] : combinations) {
      for (const auto& [code, multiplier] : own) {
        longer.emplace_back(codes, product * multiplier);
        longer.back().first.push_back(code);
      }
    }
    combinations = std::move(longer);
  }
  for (const auto& [codes, product] : combinations) {
    auto& values = group.rows.try_emplace(codes, rowCount, 0.0).first->second;
    values[row] += product;
  }
  return true;
}

// ---- the sums

// Products of covariates, one a group that has any.
ValueId LinearPredictor::covariates(const std::vector<Group>& groups, std::vector<ValueId>& products) {
  Builder& build = importer_.build;
  std::vector<ValueId> fields;
  Exponents exponents;
  exponents.first.push_back(0);
  bool plain = true;  // the products are the fields themselves
  for (const Group& group : groups) {
    if (group.powers.empty()) continue;
    for (const auto& [name, exponent] : group.powers) {
      const Element* at = predictors_.at(name).element;
      const ValueId value = importer_.value(scope_, name, at);
      ValueId number = asNumber(importer_, value, elem_);
      if (number != kNone && exponent < 0) number = unsignedZero(importer_, number);
      if (number == kNone)
        return value != kNone && importer_.invalid(at, "name", "covariate '" + name + "' is not a number"), kNone;
      const auto known = std::find(fields.begin(), fields.end(), number);
      exponents.operand.push_back(static_cast<uint32_t>(known - fields.begin()));
      exponents.exponent.push_back(exponent);
      if (known == fields.end()) fields.push_back(number);
      plain = plain && exponent == 1 && exponents.operand.back() + 1 == exponents.first.size();
    }
    exponents.first.push_back(static_cast<uint32_t>(exponents.operand.size()));
    plain = plain && exponents.operand.size() + 1 == exponents.first.size();
  }
  if (plain) {
    products = fields;
    return build.add(Concat(), importer_.askedInOrder(fields), "covariates");
  }
  const auto count = static_cast<uint32_t>(exponents.first.size() - 1);
  Terms terms;
  terms.exponents = build.table(std::move(exponents), "exponents");
  const ValueId all = build.add(std::move(terms), {build.add(Concat(), importer_.askedInOrder(fields), "covariates")}, "terms");
  products.assign(count, kNone);
  return all;
}

ValueId LinearPredictor::lookUp(const Group& group, uint32_t rowCount) {
  Builder& build = importer_.build;
  Lookup table;
  table.elem = elem_;
  table.width = rowCount == 1 ? 0 : rowCount;
  table.sizes.assign(group.factors.size(), 1);
  for (const auto& [codes, values] : group.rows) {
    for (size_t k = 0; k < codes.size(); ++k) table.sizes[k] = std::max(table.sizes[k], codes[k] + 1);
  }
  double combinations = 1;
  for (uint32_t s : table.sizes) combinations *= s;
  const auto put = [&](const std::vector<double>& values) {
    for (double v : values) table.numbers.push_back(rounded(v));
  };
  const std::vector<double> none(rowCount, 0.0);
  const bool dense = combinations <= 4.0 * static_cast<double>(group.rows.size()) + 1024;
  if (combinations > 9e18 ||
      (dense ? combinations : static_cast<double>(group.rows.size())) * rowCount > kMaxLookupValues) {
    return importer_.unsupported(model_, "an interaction of factors with so many combinations"), kNone;
  }
  int64_t rows = 0;
  for (const auto& [codes, values] : group.rows) {  // ascending, as keys are
    int64_t key = 0;
    for (size_t k = 0; k < codes.size(); ++k) key = key * table.sizes[k] + codes[k];
    if (dense) {
      for (; rows < key; ++rows) put(none);
    } else {
      table.keys.push_back(key);
    }
    put(values);
    ++rows;
  }
  for (; dense && rows < static_cast<int64_t>(combinations); ++rows) put(none);
  table.defaultRow = rows;
  put(none);
  std::vector<ValueId> codes;
  std::string name;
  for (const std::string& factorName : group.factors) {
    Field* field = factor(factorName, predictors_.at(factorName).element);
    codes.push_back(importer_.codes(*field));
    name += (name.empty() ? "" : ".") + factorName;
  }
  LookupNode node;
  node.table = build.table(std::move(table), name);
  return build.add(std::move(node), codes, name);
}

// The covariates of an interaction, 0 where its factors are of other categories: there a covariate counts for nothing, also one that
// is missing or has no such power.
ValueId LinearPredictor::whereMatched(const Group& group, ValueId covariates) {
  Builder& build = importer_.build;
  Group ones = group;
  for (auto& [codes, values] : ones.rows) values = {1.0};
  const ValueId one = lookUp(ones, 1);
  const ValueId zero = elem_ == Elem::f32 ? build.number32(0) : build.number(0);
  return build.add(Select(), {build.call("ne", {one, zero}), covariates, zero});
}

ValueId LinearPredictor::sums(const std::vector<PredictorRow>& rows) {
  Builder& build = importer_.build;
  const auto m = static_cast<uint32_t>(rows.size());
  Groups collected;
  for (uint32_t r = 0; r < m; ++r) {
    for (const Coefficient& c : rows[r].coefficients) {
      if (!addParameter(collected, c.parameter, rows[r].category, r, m, c.beta)) return kNone;
    }
  }
  const std::vector<Group>& groups = collected.all;
  std::vector<double> intercepts(m, 0.0);
  bool hasCovariates = false;
  for (const Group& group : groups) {
    if (group.powers.empty() && group.factors.empty()) intercepts = group.rows.begin()->second;
    hasCovariates = hasCovariates || !group.powers.empty();
  }
  std::vector<ValueId> products;
  const ValueId all = hasCovariates ? covariates(groups, products) : kNone;
  if (hasCovariates && all == kNone) return kNone;

  // Covariates alone, with the intercepts.
  std::vector<uint32_t> own;
  std::vector<const Group*> ownGroups;
  uint32_t next = 0;
  for (const Group& group : groups) {
    if (!group.powers.empty() && group.factors.empty()) own.push_back(next), ownGroups.push_back(&group);
    next += !group.powers.empty();
  }
  ValueId sum = kNone;
  if (own.empty()) {
    sum = m > 1                ? constantVector(importer_, intercepts, elem_, "intercepts")
          : elem_ == Elem::f32 ? build.number32(intercepts[0])
                               : build.number(intercepts[0]);
  } else {
    Matrix weights, bias;
    weights.elem = bias.elem = elem_;
    weights.shape = {m, static_cast<uint32_t>(own.size())}, bias.shape = {m};
    for (uint32_t r = 0; r < m; ++r) {
      bias.numbers.push_back(rounded(intercepts[r]));
      for (const Group* group : ownGroups) weights.numbers.push_back(rounded(group->rows.begin()->second[r]));
    }
    ValueId x = all;
    if (own.size() != products.size()) {
      Take take;
      take.at = own, take.scalar = false;
      x = build.add(std::move(take), {all});
    }
    Dense dense;
    dense.weights = build.table(std::move(weights), "beta");
    dense.bias = build.table(std::move(bias), "intercepts");
    dense.scalar = m == 1;
    sum = build.add(std::move(dense), {x}, "eta");
  }
  next = 0;
  for (const Group& group : groups) {
    const uint32_t product = next;
    next += !group.powers.empty();
    if (group.factors.empty()) continue;
    ValueId value = lookUp(group, m);
    if (value == kNone) return kNone;
    if (!group.powers.empty()) {
      ValueId factor = products[product];
      if (factor == kNone) {
        Take take;
        take.at = {product};
        factor = build.add(std::move(take), {all});
      }
      value = build.call("mul", {value, whereMatched(group, factor)});
    }
    sum = build.call("add", {sum, value});
  }
  build.suggestName(sum, "eta");
  return sum;
}

}  // namespace kiln::pmml

// RegressionModel: a sum a table, then the normalization of PMML's RegressionModel page. Terms are added in the order
// of the document: intercept, NumericPredictors, CategoricalPredictors, PredictorTerms.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

#include "compiler/ir/nodes/argmax.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/dense.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/nodes/normalize.h"
#include "compiler/ir/nodes/raise_if.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/nodes/terms.h"
#include "compiler/ir/tables/exponents.h"
#include "compiler/ir/tables/lookup.h"
#include "compiler/ir/tables/matrix.h"
#include "frontends/pmml/classes.h"
#include "frontends/pmml/models/embedded.h"
#include "frontends/pmml/models/float_links.h"
#include "frontends/pmml/models/linear_leaves.h"

namespace kiln::pmml {

using namespace ir;

namespace {

enum Normalization { none, simplemax, softmax, logit, probit, cloglog, exponential, loglog, cauchit };
const std::vector<const char*> kNormalizations = {"none",    "simplemax", "softmax", "logit",  "probit",
                                                  "cloglog", "exp",       "loglog",  "cauchit"};

struct RegressionLowering {
  Importer& importer;
  Scope& scope;
  const Element* model;
  Builder& build = importer.build;
  Elem elem = mathElem(importer);

  // ---- the sum of one table

  struct Sum {
    std::vector<ValueId> values;  // x
    std::vector<double> weights;
    std::vector<std::vector<double>> factors;  // exponents of a term's factors, parallel to factorOf
    std::vector<std::vector<uint32_t>> factorOf;
    bool needsTerms = false;
  };

  ValueId numericField(const std::string& name, const Element* at) {
    const ValueId value = importer.value(scope, name, at);
    if (value == kNone) return kNone;
    const ValueId number = asNumber(importer, value, elem);
    if (number == kNone) importer.invalid(at, "name", "field '" + name + "' is not a number");
    return number;
  }

  // An operand of the sum: the product of powers of fields, times a weight. `values` are the distinct operands of
  // `terms`.
  void addTerm(Sum& sum, std::vector<std::pair<ValueId, double>> powers, double weight) {
    std::vector<uint32_t> of;
    std::vector<double> exponents;
    for (const auto& [value, exponent] : powers) {
      const auto known = std::find(sum.values.begin(), sum.values.end(), value);
      of.push_back(static_cast<uint32_t>(known - sum.values.begin()));
      if (known == sum.values.end()) sum.values.push_back(value);
      exponents.push_back(exponent);
      sum.needsTerms = sum.needsTerms || exponent != 1;
    }
    sum.needsTerms = sum.needsTerms || of.size() != 1 || of[0] != sum.factorOf.size();
    sum.factorOf.push_back(std::move(of));
    sum.factors.push_back(std::move(exponents));
    sum.weights.push_back(weight);
  }

  bool numericPredictors(const Element* table, Sum& sum) {
    for (const Element* e = table->FirstChildElement("NumericPredictor"); e;
         e = e->NextSiblingElement("NumericPredictor")) {
      if (!importer.onlyAttributes(e, {"name", "field", "exponent", "coefficient", "mean"})) return false;
      const auto name = predictorField(importer, e);
      const auto coefficient = importer.number(e, "coefficient", std::nullopt);
      const auto exponent = importer.number(e, "exponent", 1.0);
      if (!name || !coefficient || !exponent) return false;
      if (std::isnan(*exponent)) return importer.invalid(e, "exponent", "not a number");
      ValueId value = numericField(*name, e);
      if (value == kNone) return false;
      // A term leaves a factor of exponent 0 out, but this one is missing where the field is.
      if (*exponent == 0) value = build.call("pow", {value, elem == Elem::f32 ? build.number32(0) : build.number(0)});
      if (*exponent < 0) value = unsignedZero(importer, value);
      addTerm(sum, {{value, *exponent == 0 ? 1 : *exponent}}, *coefficient);
    }
    return true;
  }

  // Predictors of one field become a look-up of its coefficient: 0 for other categories and where it is missing.
  bool categoricalPredictors(const Element* table, Sum& sum) {
    std::vector<std::string> order;
    std::map<std::string, std::vector<std::pair<std::string, double>>> byField;
    std::map<std::string, const Element*> places;
    for (const Element* e = table->FirstChildElement("CategoricalPredictor"); e;
         e = e->NextSiblingElement("CategoricalPredictor")) {
      if (!importer.onlyAttributes(e, {"name", "field", "value", "coefficient"})) return false;
      const auto name = predictorField(importer, e);
      const auto value = importer.required(e, "value");
      const auto coefficient = importer.number(e, "coefficient", std::nullopt);
      if (!name || !value || !coefficient) return false;
      if (!byField.contains(*name)) order.push_back(*name), places[*name] = e;
      byField[*name].emplace_back(*value, *coefficient);
    }
    for (const std::string& name : order) {
      Field* field = importer.field(scope, name, places[name]);
      if (!field || importer.value(scope, name, places[name]) == kNone) return false;
      Field own = *field;
      own.value = importer.value(scope, name, places[name]);
      const ValueId code = importer.codes(own);
      if (code == kNone) return false;
      std::map<uint32_t, double> coefficients;
      for (const auto& [label, coefficient] : byField[name]) {
        const uint32_t at = importer.label(own, label, places[name]);
        if (at == kNone) return false;
        coefficients[at] += coefficient;
      }
      addTerm(sum, {{coefficientOf(code, coefficients, name), 1.0}}, 1);
    }
    return true;
  }

  ValueId coefficientOf(ValueId code, const std::map<uint32_t, double>& coefficients, const std::string& name) {
    Lookup table;
    table.elem = elem;
    table.sizes = {coefficients.rbegin()->first + 1};
    table.numbers.assign(table.sizes[0] + 1, 0.0);  // the last row: any other category, and missing
    for (const auto& [at, coefficient] : coefficients)
      table.numbers[at] = elem == Elem::f32 ? static_cast<float>(coefficient) : coefficient;
    table.defaultRow = table.missingRow = table.sizes[0];
    LookupNode lookup;
    lookup.table = build.table(std::move(table), name);
    return build.add(std::move(lookup), {code}, name);
  }

  bool predictorTerms(const Element* table, Sum& sum) {
    for (const Element* e = table->FirstChildElement("PredictorTerm"); e; e = e->NextSiblingElement("PredictorTerm")) {
      if (!importer.onlyAttributes(e, {"name", "coefficient"}) || !importer.onlyChildren(e, {"FieldRef"})) return false;
      const auto coefficient = importer.number(e, "coefficient", std::nullopt);
      if (!coefficient) return false;
      std::vector<std::pair<ValueId, double>> powers;
      for (const Element* f = e->FirstChildElement("FieldRef"); f; f = f->NextSiblingElement("FieldRef")) {
        const Importer::Typed typed = importer.expression(scope, f);
        if (!typed) return false;
        const ValueId number = asNumber(importer, typed.value, elem);
        if (number == kNone) return importer.invalid(f, "field", "not a number");
        powers.emplace_back(number, 1.0);
      }
      if (powers.empty()) return importer.missing(e, "FieldRef");
      addTerm(sum, std::move(powers), *coefficient);
    }
    return true;
  }

  std::optional<Sum> sumOf(const Element* table) {
    if (!importer.onlyAttributes(table, {"intercept", "targetCategory"}) ||
        !importer.onlyChildren(table, {"NumericPredictor", "CategoricalPredictor", "PredictorTerm"})) {
      return std::nullopt;
    }
    Sum sum;
    importer.at(table);
    if (!numericPredictors(table, sum) || !categoricalPredictors(table, sum) || !predictorTerms(table, sum))
      return std::nullopt;
    return sum;
  }

  ValueId vectorOf(const Sum& sum) {
    const ValueId x = build.add(Concat(), importer.askedInOrder(sum.values), "x");
    if (!sum.needsTerms) return x;
    Exponents exponents;
    exponents.first.push_back(0);
    for (size_t t = 0; t < sum.factors.size(); ++t) {
      exponents.operand.insert(exponents.operand.end(), sum.factorOf[t].begin(), sum.factorOf[t].end());
      exponents.exponent.insert(exponents.exponent.end(), sum.factors[t].begin(), sum.factors[t].end());
      exponents.first.push_back(static_cast<uint32_t>(exponents.operand.size()));
    }
    Terms terms;
    terms.exponents = build.table(std::move(exponents), "exponents");
    return build.add(std::move(terms), {x}, "terms");
  }

  // Sums that share their operands and differ in weights only: one matrix.
  ValueId dense(const std::vector<const Sum*>& sums, const std::vector<double>& intercepts) {
    const auto m = static_cast<uint32_t>(sums.size()), n = static_cast<uint32_t>(sums[0]->weights.size());
    const auto rounded = [&](double v) { return elem == Elem::f32 ? static_cast<double>(static_cast<float>(v)) : v; };
    if (n == 0) {
      if (m == 1) return elem == Elem::f32 ? build.number32(intercepts[0]) : build.number(intercepts[0]);
      return constantVector(importer, intercepts, elem, "intercepts");
    }
    Matrix weights, bias;
    weights.elem = bias.elem = elem;
    weights.shape = {m, n}, bias.shape = {m};
    for (uint32_t j = 0; j < m; ++j) {
      bias.numbers.push_back(rounded(intercepts[j]));
      for (double w : sums[j]->weights) weights.numbers.push_back(rounded(w));
    }
    Dense node;
    node.weights = build.table(std::move(weights), "coefficients");
    node.bias = build.table(std::move(bias), "intercepts");
    node.scalar = m == 1;
    return build.add(std::move(node), {vectorOf(*sums[0])}, "y");
  }

  static bool shares(const Sum& a, const Sum& b) {
    return a.values == b.values && a.factorOf == b.factorOf && a.factors == b.factors;
  }

  // The sums of all tables: a scalar for one, else a vector.
  ValueId sums(const std::vector<const Element*>& tables) {
    std::vector<Sum> all;
    std::vector<double> intercepts;
    bool ok = true;
    for (const Element* table : tables) {
      const auto intercept = importer.number(table, "intercept", 0.0);
      auto sum = sumOf(table);
      ok = ok && sum && intercept;
      if (!ok) continue;
      all.push_back(std::move(*sum));
      intercepts.push_back(*intercept);
    }
    if (!ok) return kNone;
    bool shared = true;
    for (const Sum& sum : all) shared = shared && shares(sum, all[0]);
    if (shared) {
      std::vector<const Sum*> pointers;
      for (const Sum& sum : all) pointers.push_back(&sum);
      return dense(pointers, intercepts);
    }
    std::vector<ValueId> y;
    for (size_t j = 0; j < all.size(); ++j) y.push_back(dense({&all[j]}, {intercepts[j]}));
    return build.add(Concat(), y, "y");
  }

  // ---- normalization

  ValueId inverse(Normalization method, ValueId y) {
    static constexpr const char* kFunctions[] = {nullptr,       nullptr, "inv_logit",  "inv_logit",  "inv_probit",
                                                 "inv_cloglog", "exp",   "inv_loglog", "inv_cauchit"};
    if (elem == Elem::f32 && (method == logit || method == softmax)) return floatLogistic(importer, y);
    return kFunctions[method] ? build.call(kFunctions[method], {y}) : y;
  }

  ValueId element(ValueId vector, uint32_t i) {
    Take take;
    take.at = {i};
    return build.add(std::move(take), {vector});
  }
  ValueId first(ValueId vector, uint32_t n) {
    Take take;
    for (uint32_t i = 0; i < n; ++i) take.at.push_back(i);
    take.scalar = false;
    return build.add(std::move(take), {vector});
  }
  ValueId number(double v) { return elem == Elem::f32 ? build.number32(v) : build.number(v); }

  ValueId unitInterval(ValueId p) {
    return build.call("clip_high", {build.call("clip_low", {p, number(0)}), number(1)});
  }

  // y is a vector of n elements, one a table.
  ValueId probabilities(Normalization method, ValueId y, uint32_t n, bool ordinal) {
    if (method == softmax && !ordinal && elem == Elem::f32) return floatSoftmax(importer, y);
    if (method == softmax && !ordinal) return build.add(Normalize(Normalize::softmax), {y}, "p");
    if (method == simplemax && !ordinal) return build.add(Normalize(Normalize::simplemax), {y}, "p");
    if (ordinal) {
      if (method == softmax || method == simplemax || method == exponential) {
        importer.invalid(model, "normalizationMethod", "not for an ordinal target");
        return kNone;
      }
      ValueId cumulative = inverse(method, first(y, n - 1));
      if (method == none) cumulative = unitInterval(cumulative);
      return build.add(Normalize(Normalize::ordinalDifference), {cumulative}, "p");
    }
    if (n == 2) {
      ValueId p = inverse(method, element(y, 0));
      if (method == none) p = unitInterval(p);
      return build.add(Concat(), {p, build.call("sub", {number(1), p})}, "p");
    }
    if (method == none) return build.add(Normalize(Normalize::oneMinusSum), {first(y, n - 1)}, "p");
    return build.add(Normalize(Normalize::simplemax), {inverse(method, y)}, "p");
  }

  // Codes of the valid values that the model's own target declares and that no table is for.
  std::vector<uint32_t> withoutTable(const Classes& classes, const std::vector<uint32_t>& codes) {
    const std::vector<std::string> names = importer.targetNames(model);
    const auto declared = names.empty() ? importer.dataFields.end() : importer.dataFields.find(names[0]);
    if (declared == importer.dataFields.end()) return {};
    std::vector<uint32_t> rest;
    for (const Element* v = declared->second->FirstChildElement("Value"); v; v = v->NextSiblingElement("Value")) {
      const char *label = v->Attribute("value"), *property = v->Attribute("property");
      if (!label || (property && std::strcmp(property, "valid"))) continue;
      const uint32_t known = classCount(importer, classes);
      const auto code = classCode(importer, classes, label, v);
      if (code && *code < known && std::find(codes.begin(), codes.end(), *code) == codes.end()) rest.push_back(*code);
    }
    return rest;
  }

  // Some exporters (Weka) write no table for the last class, the reference that the others are compared with: its sum is 0. Of two
  // classes it has what the first one leaves, without a normalization what the others leave.
  bool isReference(Normalization method, const std::vector<uint32_t>& rest, size_t tables, bool ordinal) {
    return rest.size() == 1 && !ordinal && (method == softmax || method == none || (tables == 1 && method != simplemax && method != exponential));
  }

  std::optional<Prediction> classification(Normalization method, const std::vector<const Element*>& tables) {
    const Classes classes = classesOf(importer, model);
    std::vector<uint32_t> codes;
    for (const Element* table : tables) {
      const auto label = importer.required(table, "targetCategory");
      const auto code = label ? classCode(importer, classes, *label, table) : std::nullopt;
      if (!code) return std::nullopt;
      if (std::find(codes.begin(), codes.end(), *code) != codes.end()) {
        importer.invalid(table, "targetCategory", "a second table for this class");
        return std::nullopt;
      }
      codes.push_back(*code);
    }
    const bool ordinal = classes.type.opType == OpType::ordinal;
    const std::vector<uint32_t> rest = withoutTable(classes, codes);
    const bool reference = isReference(method, rest, tables.size(), ordinal);
    for (uint32_t code : rest)
      importer.warn(model, "class '" + build.get<Dict>(classes.dict).labelText(code) + "' has no RegressionTable; " +
                               (reference ? "it is the one that the others are compared with" : "it is never predicted"));
    if (tables.size() + reference < 2) {
      importer.missing(model, "RegressionTable");
      return std::nullopt;
    }
    ValueId y = sums(tables);
    if (y == kNone) return std::nullopt;
    importer.at(model);
    if (reference) y = build.add(Concat(), {y, number(0)}, "y"), codes.push_back(rest[0]);
    const auto n = static_cast<uint32_t>(codes.size());
    if (importer.options.jpmml && method == simplemax && !ordinal)  // JPMML: undefined where there is nothing to divide by
      y = build.add(RaiseIf(), {y, build.call("eq", {build.add(Reduce(), {y}), number(0)})}, "y");
    ValueId p = probabilities(method, y, n, ordinal);
    if (p == kNone) return std::nullopt;
    // One table without a prediction: none at all.
    if (build.type(p).nullable && importer.build.type(y).nullable) p = strict(p, y, n);
    Prediction prediction;
    prediction.classification = true;
    prediction.targetType = classes.type;
    prediction.labels = classes.dict;
    prediction.probabilities = inClassOrder(importer, p, codes, classCount(importer, classes));
    ValueId winner = build.add(ArgMax(), {p});
    if (importer.options.jpmml && method == softmax) winner = firstOfNaN(winner, p);
    prediction.value = classAt(importer, winner, classes, codes);
    return prediction;
  }

  // JPMML: of probabilities that are NaN the first class has the largest.
  ValueId firstOfNaN(ValueId winner, ValueId p) {
    const ValueId isNaN = build.call("and", {build.call("is_missing", {winner}), build.call("is_present", {element(p, 0)})});
    return build.add(Select(), {isNaN, build.integer(0, Elem::i32), winner}, "winner");
  }

  // p, missing as a whole where any element of y is.
  ValueId strict(ValueId p, ValueId y, uint32_t n) {
    ValueId any = build.call("is_missing", {element(y, 0)});
    for (uint32_t i = 1; i < n; ++i) any = build.call("or", {any, build.call("is_missing", {element(y, i)})});
    return build.add(Select(), {any, build.missing(scalarType(elem)), p}, "p");
  }

  std::optional<Prediction> regression(Normalization method, const std::vector<const Element*>& tables) {
    if (tables.size() != 1) {
      importer.invalid(model, "", "a regression has one RegressionTable, found " + std::to_string(tables.size()));
      return std::nullopt;
    }
    if (method == simplemax) {
      importer.invalid(model, "normalizationMethod", "not for a regression");
      return std::nullopt;
    }
    const ValueId y = sums(tables);
    if (y == kNone) return std::nullopt;
    importer.at(model);
    Prediction prediction;
    prediction.value = inverse(method, y);
    return prediction;
  }
};

}  // namespace

std::optional<Prediction> regressionTables(Importer& importer, Scope& scope, const Element* model) {
  const auto function = importer.required(model, "functionName");
  const auto method = importer.choice(model, "normalizationMethod", kNormalizations, none);
  if (!function || !method) return std::nullopt;
  std::vector<const Element*> tables;
  for (const Element* t = model->FirstChildElement("RegressionTable"); t; t = t->NextSiblingElement("RegressionTable"))
    tables.push_back(t);
  RegressionLowering lowering{importer, scope, model};
  if (*function == "classification") return lowering.classification(static_cast<Normalization>(*method), tables);
  if (*function == "regression") return lowering.regression(static_cast<Normalization>(*method), tables);
  importer.unsupported(model, "functionName '" + *function + "' of a " + model->Name());
  return std::nullopt;
}

std::optional<Prediction> regressionModel(Importer& importer, Scope& scope, const Element* model) {
  if (!importer.onlyAttributes(model, {"modelName", "functionName", "algorithmName", "modelType", "targetFieldName",
                                       "normalizationMethod", "isScorable", "x-mathContext"}) ||
      !importer.onlyChildren(model, {"MiningSchema", "Output", "ModelStats", "ModelExplanation", "Targets",
                                     "LocalTransformations", "ModelVerification", "RegressionTable"})) {
    return std::nullopt;
  }
  return regressionTables(importer, scope, model);
}

}  // namespace kiln::pmml

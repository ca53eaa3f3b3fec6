// GeneralRegressionModel: linear predictors (linear_predictor.h) through the model type's inverse link. Formulas are
// those of PMML's GeneralRegression page.
#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <set>

#include "compiler/ir/nodes/argmax.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/dense.h"
#include "compiler/ir/nodes/normalize.h"
#include "compiler/ir/nodes/raise_if.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/tables/dict.h"
#include "compiler/ir/tables/matrix.h"
#include "frontends/pmml/classes.h"
#include "frontends/pmml/models/cox_regression.h"
#include "frontends/pmml/models/intervals.h"
#include "frontends/pmml/models/linear_predictor.h"
#include "frontends/pmml/models/links.h"

namespace kiln::pmml {

using namespace ir;

namespace {

enum ModelType { regression, generalLinear, multinomialLogistic, ordinalMultinomial, generalizedLinear, coxRegression };
const std::vector<const char*> kModelTypes = {"regression",         "generalLinear",     "multinomialLogistic",
                                              "ordinalMultinomial", "generalizedLinear", "CoxRegression"};
const std::vector<const char*> kLinks = {"cloglog", "identity", "log",       "logc",  "logit",
                                         "loglog",  "negbin",   "oddspower", "power", "probit"};
const std::vector<const char*> kCumulativeLinks = {"logit", "probit", "cloglog", "loglog", "cauchit"};
constexpr LinkFunction kCumulative[] = {logit, probit, cloglog, loglog, cauchit};

constexpr size_t kMostErrors = 4096;   // parameters whose covariances count
constexpr double kFewestDegrees = 0.5, kMostDegrees = 1e15;   // quantiles of fewer grow beyond all bounds

struct GeneralRegression {
  Importer& importer;
  Scope& scope;
  const Element* model;
  ModelType type;
  Builder& build = importer.build;
  Elem elem = mathElem(importer);
  ValueId referenceSum = kNone;   // of the reference category of a multinomialLogistic; kNone: 0
  std::optional<Classes> classes = isClassification(model) ? std::optional(classesOf(importer, model)) : std::nullopt;
  LinearPredictor predictor{importer, scope, model, elem, classes ? &*classes : nullptr};
  // PCells by class, in document order. A numeric target has none; what a document says of it there is a name.
  std::vector<std::pair<std::optional<uint32_t>, std::vector<Coefficient>>> cells = {};
  std::vector<std::string> names = {};
  ValueId deviation = kNone;   // of the linear predictor, once it was asked for

  ValueId constant(double v) { return elem == Elem::f32 ? build.number32(v) : build.number(v); }
  ValueId call(const char* function, ValueId x) { return build.call(function, {x}); }
  ValueId call(const char* function, ValueId x, double y) { return build.call(function, {x, constant(y)}); }

  // ---- ParamMatrix

  std::vector<Coefficient>* cellsOf(std::optional<uint32_t> category) {
    for (auto& [own, coefficients] : cells) {
      if (own == category) return &coefficients;
    }
    return nullptr;
  }

  std::optional<uint32_t> categoryCode(const std::string& label, const Element* at) {
    if (classes) return classCode(importer, *classes, label, at);
    const auto known = std::find(names.begin(), names.end(), label);
    if (known != names.end()) return static_cast<uint32_t>(known - names.begin());
    names.push_back(label);
    return static_cast<uint32_t>(names.size() - 1);
  }

  bool readCells() {
    const Element* matrix = model->FirstChildElement("ParamMatrix");
    if (!matrix) return importer.missing(model, "ParamMatrix");
    if (!importer.onlyChildren(matrix, {"PCell"})) return false;
    std::set<std::pair<std::optional<uint32_t>, uint32_t>> seen;
    for (const Element* e = matrix->FirstChildElement("PCell"); e; e = e->NextSiblingElement("PCell")) {
      if (!importer.onlyAttributes(e, {"targetCategory", "parameterName", "beta", "df"})) return false;
      const auto name = importer.required(e, "parameterName");
      // R leaves out what it could not estimate.
      const auto beta = importer.number(e, "beta", 0.0);
      if (!e->Attribute("beta")) importer.warn(e, "a PCell without beta has no effect");
      const auto parameter = name ? predictor.parameter(*name, e) : std::nullopt;
      if (!parameter || !beta) return false;
      std::optional<uint32_t> category;
      const auto label = importer.attribute(e, "targetCategory");
      if (label && !(category = categoryCode(*label, e))) return false;
      auto* known = cellsOf(category);
      if (!e->Attribute("beta")) continue;
      if (!known) cells.push_back({category, {}}), known = &cells.back().second;
      if (!seen.emplace(category, *parameter).second) {
        return importer.misplaced(e, "a second PCell for this parameter and category");
      }
      known->push_back({*parameter, *beta});
    }
    return true;
  }

  // The one predictor of a model with a numeric result.
  std::optional<PredictorRow> onlyRow() {
    if (cells.empty()) return PredictorRow();
    if (cells.size() == 1) return PredictorRow{std::nullopt, cells[0].second};
    importer.invalid(model->FirstChildElement("ParamMatrix"), "",
                     "a numeric target has one set of coefficients, not one a category");
    return std::nullopt;
  }

  // ---- link

  ValueId inverse(LinkFunction function, ValueId eta) {
    const auto link = Link::of(importer, elem, model, function);
    return link ? link->mean(eta) : kNone;
  }

  std::optional<LinkFunction> linkFunction() {
    const auto link = importer.choice(model, "linkFunction", kLinks, noLink);
    if (!link) return std::nullopt;
    if (type == generalizedLinear && *link == noLink) {
      importer.missing(model, "linkFunction");
      return std::nullopt;
    }
    if (type != generalizedLinear && *link != noLink && *link != identity) {
      importer.invalid(model, "linkFunction", std::string("modelType ") + kModelTypes[type] + " has none",
                       "modelType generalizedLinear has one");
      return std::nullopt;
    }
    return static_cast<LinkFunction>(*link);
  }

  // ---- offset and trials

  // Of a pair of attributes, NAMEVariable and NAMEValue: the field or the number. kNone in `value` if there is neither. The
  // field is asked for where `before` is not missing.
  bool fieldOrNumber(const char* variable, const char* number, ValueId before, ValueId& value) {
    value = kNone;
    const auto name = importer.attribute(model, variable);
    if (name && model->Attribute(number))
      return importer.invalid(model, number, std::string("stands beside ") + variable);
    if (name) {
      const ValueId field = importer.value(scope, *name, model);
      value = importer.failIfMissing(asNumber(importer, field, elem), field, before);
      return value != kNone ||
             (field != kNone && importer.invalid(model, variable, "field '" + *name + "' is not a number"));
    }
    if (!model->Attribute(number)) return true;
    const auto constantValue = importer.number(model, number, std::nullopt);
    if (constantValue) value = constant(*constantValue);
    return value != kNone;
  }

  // Of several classes JPMML sums the first one, then asks for the offset.
  ValueId firstOf(ValueId eta) {
    if (build.type(eta).isScalar()) return eta;
    Take first;
    first.at = {0};
    return build.add(std::move(first), {eta});
  }

  // "Used during scoring generalizedLinear, ordinalMultinomial, or multinomialLogistic models", by the standard: the formulas
  // of the others have no offset.
  bool addOffset(ValueId& eta) {
    if (type != generalizedLinear && type != ordinalMultinomial && type != multinomialLogistic) {
      for (const char* name : {"offsetVariable", "offsetValue"})
        if (model->Attribute(name)) importer.warn(model, std::string(name) + " has no effect: modelType is " + kModelTypes[type]);
      return true;
    }
    ValueId offset = kNone;
    if (!fieldOrNumber("offsetVariable", "offsetValue", firstOf(eta), offset)) return false;
    if (offset == kNone) return true;
    eta = build.call("add", {eta, offset});
    if (importer.options.jpmml) referenceSum = offset;   // JPMML adds it for the reference category, too
    return true;
  }

  // What is predicted is the number of events where there are trials: trials times the mean. kNone: there are none.
  bool readTrials(ValueId mean, ValueId& trials) {
    trials = kNone;
    return type == generalizedLinear ? fieldOrNumber("trialsVariable", "trialsValue", mean, trials) : withoutTrials();
  }

  // The standard has trials of a binomial response, in generalizedLinear models; a probability times trials is none.
  bool withoutTrials() {
    for (const char* name : {"trialsVariable", "trialsValue"}) {
      if (!model->Attribute(name)) continue;
      if (type == generalizedLinear)
        return importer.unsupported(model, "trials of a classification", "the number of events is the result of functionName regression");
      importer.warn(model, std::string(name) + " has no effect: modelType is " + kModelTypes[type]);
    }
    return true;
  }

  // ---- numeric results

  // Exporters that leave the link out (glmnet of Poisson by JPMML-R) write what is right for the normal distribution.
  void warnOfDistribution() {
    const auto distribution = importer.attribute(model, "distribution");
    if ((type == generalLinear || type == regression) && distribution && *distribution != "normal")
      importer.warn(model, "distribution '" + *distribution + "' has no effect: modelType is " + kModelTypes[type] + ", whose result is the linear sum",
                    "if it was trained with a link, such as log, the exporter left it out: its inverse, such as exp, is to be taken of the result");
  }

  std::optional<Prediction> number() {
    warnOfDistribution();
    const auto function = linkFunction();
    const auto row = onlyRow();
    if (!function || !row) return std::nullopt;
    importer.at(model->FirstChildElement("ParamMatrix"));
    ValueId eta = predictor.sums({*row});
    if (eta == kNone || !addOffset(eta)) return std::nullopt;
    importer.at(model);
    if (type == coxRegression) return hazard(eta, *row);
    const auto link = Link::of(importer, elem, model, *function);
    if (!link) return std::nullopt;
    const ValueId mean = link->mean(eta);
    ValueId trials = kNone;
    if (!readTrials(mean, trials)) return std::nullopt;
    const auto events = [trials, in = &build](ValueId of) { return trials == kNone ? of : in->call("mul", {of, trials}); };
    Prediction prediction;
    prediction.value = events(mean);
    if (!wantsStandardError()) return prediction;
    const ValueId x = parameterValues(*row);
    const auto degrees = degreesOfFreedom();
    if (x == kNone || !degrees) return std::nullopt;
    // The model whose OutputField asks may stand around this one: then this one's fields are out of scope, and its matrix is read only now.
    const auto self = std::make_shared<GeneralRegression>(*this);
    const auto deviation = [self, row = *row, x] { return self->standardError(row, x); };
    // The delta method: predict.glm of R, mean_se of statsmodels.
    prediction.features["standardError"] = [deviation, link = *link, eta, events, in = &build](const Element*) {
      const ValueId one = deviation();
      return one == kNone ? kNone : events(link.isLinear() ? one : in->call("mul", {one, link.slope(eta)}));
    };
    addBounds(prediction, *link, eta, deviation, events, *degrees);
    return prediction;
  }

  std::optional<Prediction> hazard(ValueId eta, const PredictorRow& row) {
    Prediction prediction;
    prediction.value = cumulativeHazard(eta, row);
    if (prediction.value == kNone) return std::nullopt;
    refuseErrors(prediction, "of a CoxRegression", "the document has no variances of its base hazards");
    return prediction;
  }

  void refuseErrors(Prediction& prediction, const char* of, const char* why) {
    for (const char* name : {"standardError", "confidenceIntervalLower", "confidenceIntervalUpper"})
      prediction.features[name] = [this_ = &importer, name, of, why](const Element* field) {
        return this_->unsupported(field, std::string(name) + " " + of, why), kNone;
      };
  }

  // modelDF, of Student's distribution; inside nothing where it is not given: the normal one.
  std::optional<std::optional<double>> degreesOfFreedom() {
    if (!model->Attribute("modelDF")) return std::optional<double>();
    const auto number = importer.number(model, "modelDF", std::nullopt);
    if (!number) return std::nullopt;
    if (!(*number >= kFewestDegrees && *number <= kMostDegrees))
      return importer.unsupported(model, "modelDF below 0.5 or above 10^15"), std::nullopt;
    return number;
  }

  // An interval of the linear predictor, whose ends go through the inverse link, as GENMOD of SAS and statsmodels do it: bounds are means.
  // Beyond the predictors of means it ends where these end. What is no mean's predictor itself has no interval.
  void addBounds(Prediction& prediction, const Link& link, ValueId eta, std::function<ValueId()> deviation, std::function<ValueId(ValueId)> events,
                 std::optional<double> degrees) {
    const auto bound = [link, eta, deviation, events, in = &build](ValueId quantile, bool upper) {
      const ValueId one = deviation();
      if (one == kNone) return kNone;
      const ValueId distance = in->call("mul", {quantile, one});
      const ValueId end = in->call(upper != link.falls() ? "add" : "sub", {eta, distance});
      const ValueId value = events(link.nearestMean(end)), exists = link.hasMean(eta);
      return exists == kNone ? value : in->add(Select(), {exists, value, in->missing(in->type(value).scalar())});
    };
    addIntervals(importer, prediction, bound, elem, degrees);
  }

  // H0(t) exp(x beta - x0 beta), x0 the reference points. Before the first time the hazard is 0 whatever x is.
  ValueId cumulativeHazard(ValueId eta, const PredictorRow& row) {
    if (!withoutTrials()) return kNone;
    double reference = 0;
    for (const Coefficient& c : row.coefficients) reference += c.beta * predictor.referencePoint(c.parameter);
    const BaseHazard base = baseCumHazard(importer, scope, model, elem);
    if (base.hazard == kNone) return kNone;
    const ValueId product = build.call("mul", {base.hazard, call("exp", call("sub", eta, reference))});
    return build.add(Select(), {base.beforeFirst, base.hazard, product});
  }

  // Whether this model's Output, or that of a model around it, asks for it or for what it makes.
  bool wantsStandardError() {
    for (const Element* m = model; m; m = m->Parent() ? m->Parent()->ToElement() : nullptr) {
      const Element* output = m->FirstChildElement("Output");
      for (const Element* f = output ? output->FirstChildElement("OutputField") : nullptr; f;
           f = f->NextSiblingElement("OutputField")) {
        const std::string feature = importer.attribute(f, "feature").value_or("");
        if (feature == "standardError" || feature == "confidenceIntervalLower" || feature == "confidenceIntervalUpper") return true;
      }
    }
    return false;
  }

  // The covariances of PCovMatrix among these parameters, row by row; nothing if it reported.
  std::optional<std::vector<double>> covariances(const Element* matrix, const std::vector<uint32_t>& parameters) {
    if (!importer.onlyAttributes(matrix, {"type"}) || !importer.onlyChildren(matrix, {"PCovCell"})) return std::nullopt;
    const size_t n = parameters.size();
    std::map<uint32_t, size_t> places;
    for (size_t i = 0; i < n; ++i) places[parameters[i]] = i;
    std::vector<double> all(n * n, 0.0);
    std::vector<bool> given(n * n);
    for (const Element* e = matrix->FirstChildElement("PCovCell"); e; e = e->NextSiblingElement("PCovCell")) {
      if (!importer.onlyAttributes(e, {"pRow", "pCol", "tRow", "tCol", "value", "targetCategory"})) return std::nullopt;
      const auto rowName = importer.required(e, "pRow"), columnName = importer.required(e, "pCol");
      const auto value = importer.number(e, "value", std::nullopt);
      if (!rowName || !columnName || !value) return std::nullopt;
      const auto i = predictor.parameter(*rowName, e), j = predictor.parameter(*columnName, e);
      if (!i || !j) return std::nullopt;
      const auto row = places.find(*i), column = places.find(*j);
      if (row == places.end() || column == places.end()) continue;  // of a parameter without coefficient
      const size_t one = row->second * n + column->second, other = column->second * n + row->second;
      const double v = elem == Elem::f32 ? static_cast<float>(*value) : *value;
      if (*i == *j && *value < 0) return importer.invalid(e, "value", "a variance is not negative"), std::nullopt;
      if (given[one] && all[one] != v) return importer.invalid(e, "value", "these parameters have another covariance before"), std::nullopt;
      all[one] = all[other] = v, given[one] = given[other] = true;
    }
    return all;
  }

  // x' C x. Rounding may leave less than nothing, measured by the variances alone; what is less than that is no variance.
  ValueId variance(ValueId x, std::vector<double> numbers) {
    const uint32_t n = build.type(x).shape[0];
    Matrix diagonal, matrix;
    diagonal.elem = matrix.elem = elem;
    diagonal.shape = {1, n}, matrix.shape = {n, n};
    for (uint32_t i = 0; i < n; ++i) diagonal.numbers.push_back(numbers[size_t(i) * n + i]);
    matrix.numbers = std::move(numbers);
    Dense product, alone;
    product.weights = build.table(std::move(matrix), "covariances");
    alone.weights = build.table(std::move(diagonal), "variances"), alone.scalar = true;
    const ValueId whole = build.add(Reduce(), {build.call("mul", {x, build.add(std::move(product), {x})})});
    const ValueId least = call("mul", build.add(std::move(alone), {build.call("mul", {x, x})}), elem == Elem::f32 ? -1e-5 : -1e-12);
    return build.add(RaiseIf(), {call("clip_low", whole, 0), build.call("lt", {whole, least})});
  }

  // What the coefficients of the linear predictor are multiplied with, a vector of two and more; kNone if that was reported.
  ValueId parameterValues(const PredictorRow& row) {
    std::vector<PredictorRow> unit;
    for (const Coefficient& c : row.coefficients) unit.push_back({row.category, {{c.parameter, 1.0}}});
    return unit.empty() ? constant(0) : predictor.sums(unit);
  }

  // Of the linear predictor at x, with the covariances of PCovMatrix.
  ValueId standardError(const PredictorRow& row, ValueId x) {
    if (deviation != kNone) return deviation;
    const Element* matrix = model->FirstChildElement("PCovMatrix");
    if (!matrix) return importer.missing(model, "PCovMatrix"), kNone;
    std::vector<uint32_t> parameters;
    for (const Coefficient& c : row.coefficients) parameters.push_back(c.parameter);
    if (parameters.size() > kMostErrors) return importer.unsupported(matrix, "a standardError with so many parameters"), kNone;
    auto numbers = covariances(matrix, parameters);
    if (!numbers) return kNone;
    if (parameters.empty()) return deviation = x;
    if (parameters.size() == 1) return deviation = build.call("mul", {call("abs", x), constant(std::sqrt((*numbers)[0]))});
    return deviation = call("sqrt", variance(x, std::move(*numbers)));
  }

  // ---- classes

  std::string label(uint32_t code) { return build.get<Dict>(classes->dict).labelText(code); }

  // The class without coefficients, which the others are compared with.
  std::optional<uint32_t> referenceClass(uint32_t n) {
    if (const auto name = importer.attribute(model, "targetReferenceCategory"))
      return classCode(importer, *classes, *name, model);
    std::vector<uint32_t> without;
    for (uint32_t i = 0; i < n; ++i) {
      if (!cellsOf(i)) without.push_back(i);
    }
    if (without.size() == 1) return without[0];
    importer.missing(model, "targetReferenceCategory");
    return std::nullopt;
  }

  // Classes in the order of their probabilities: those with coefficients, then the reference.
  std::optional<std::vector<uint32_t>> order() {
    const uint32_t n = classCount(importer, *classes);
    if (n < 2) {
      importer.invalid(model, "", "a classification has two classes or more");
      return std::nullopt;
    }
    const bool ordinal = type == ordinalMultinomial;
    const auto target = importer.targetField(model);
    if (ordinal && !(target && target->element->FirstChildElement("Value"))) {
      importer.invalid(model, "modelType", "the target declares no Values, so that its classes have no order");
      return std::nullopt;
    }
    const auto reference = ordinal ? std::optional<uint32_t>(n - 1) : referenceClass(n);
    if (!reference) return std::nullopt;
    std::vector<uint32_t> codes;
    for (uint32_t i = 0; i < n; ++i) {
      // Other models of the document may know classes that this one does not.
      if (i != *reference && (ordinal || n == 2 || cellsOf(i))) codes.push_back(i);
    }
    if (codes.empty()) {
      importer.missing(model->FirstChildElement("ParamMatrix"), "PCell");
      return std::nullopt;
    }
    codes.push_back(*reference);
    return codes;
  }

  // Coefficients of one class. Those without category belong to every class; of two classes, to the one.
  std::optional<PredictorRow> rowOf(uint32_t code) {
    const auto *own = cellsOf(code), *common = cellsOf(std::nullopt);
    if (!own && (!common || type == ordinalMultinomial)) {
      importer.invalid(model->FirstChildElement("ParamMatrix"), "", "no PCell for category '" + label(code) + "'");
      return std::nullopt;
    }
    PredictorRow row;
    row.category = code;
    if (own) row.coefficients = *own;
    if (common) row.coefficients.insert(row.coefficients.end(), common->begin(), common->end());
    return row;
  }

  std::optional<Prediction> classification() {
    if (type == regression || type == generalLinear || type == coxRegression) {
      importer.invalid(model, "modelType", std::string(kModelTypes[type]) + " is no classification");
      return std::nullopt;
    }
    const auto link = type == ordinalMultinomial ? std::optional<LinkFunction>(noLink) : linkFunction();
    const auto cumulative = importer.choice(model, "cumulativeLink", kCumulativeLinks, -1);
    const auto codes = order();
    if (!link || !cumulative || !codes || !withoutTrials()) return std::nullopt;
    if (type == ordinalMultinomial && *cumulative < 0) {
      importer.missing(model, "cumulativeLink");
      return std::nullopt;
    }
    std::vector<PredictorRow> rows;
    for (size_t i = 0; i + 1 < codes->size(); ++i) {
      auto row = rowOf((*codes)[i]);
      if (!row) return std::nullopt;
      rows.push_back(std::move(*row));
    }
    importer.at(model->FirstChildElement("ParamMatrix"));
    ValueId eta = predictor.sums(rows);
    if (eta == kNone || !addOffset(eta)) return std::nullopt;
    importer.at(model);
    const ValueId p = probabilities(*link, *cumulative < 0 ? noLink : kCumulative[*cumulative], eta);
    if (p == kNone) return std::nullopt;
    Prediction prediction;
    prediction.classification = true;
    prediction.targetType = classes->type;
    prediction.labels = classes->dict;
    prediction.probabilities = inClassOrder(importer, p, *codes, classCount(importer, *classes));
    // Ties go to the class declared first.
    const bool complete = codes->size() == classCount(importer, *classes);
    std::vector<uint32_t> all;
    for (uint32_t i = 0; i < classCount(importer, *classes); ++i) all.push_back(i);
    prediction.value = classAt(importer, build.add(ArgMax(), {complete ? prediction.probabilities : p}), *classes,
                               complete ? all : *codes);
    prediction.value = orFirstNaN(importer, prediction.value, p, *classes, *codes);
    refuseErrors(prediction, "of a classification", "the standard has it of a predicted number");
    return prediction;
  }

  ValueId probabilities(LinkFunction link, LinkFunction cumulative, ValueId eta) {
    const bool two = build.type(eta).isScalar();
    if (type == multinomialLogistic) {
      return build.add(Normalize(Normalize::softmax), {build.add(Concat(), {eta, referenceSum == kNone ? constant(0) : referenceSum})}, "p");
    }
    if (type == ordinalMultinomial) {
      const ValueId c = inverse(cumulative, eta);
      return build.add(Normalize(Normalize::ordinalDifference), {two ? build.add(Concat(), {c}) : c}, "p");
    }
    const ValueId p = inverse(link, eta);
    if (p == kNone) return kNone;
    if (two) return build.add(Concat(), {p, build.call("sub", {constant(1), p})}, "p");
    return build.add(Normalize(Normalize::oneMinusSum), {p}, "p");
  }
};

}  // namespace

std::optional<Prediction> generalRegressionModel(Importer& importer, Scope& scope, const Element* model) {
  // The status, the subjects and the start of an interval matter for training a CoxRegression only.
  if (!importer.onlyAttributes(model, {"modelName",
                                       "functionName",
                                       "algorithmName",
                                       "isScorable",
                                       "x-mathContext",
                                       "targetVariableName",
                                       "modelType",
                                       "targetReferenceCategory",
                                       "cumulativeLink",
                                       "linkFunction",
                                       "linkParameter",
                                       "trialsVariable",
                                       "trialsValue",
                                       "distribution",
                                       "distParameter",
                                       "offsetVariable",
                                       "offsetValue",
                                       "modelDF",
                                       "endTimeVariable",
                                       "startTimeVariable",
                                       "subjectIDVariable",
                                       "statusVariable",
                                       "baselineStrataVariable"}) ||
      !importer.onlyChildren(
          model, {"MiningSchema", "Output", "ModelStats", "ModelExplanation", "Targets", "LocalTransformations",
                  "ModelVerification", "ParameterList", "FactorList", "CovariateList", "PPMatrix", "PCovMatrix",
                  "ParamMatrix", "EventValues", "BaseCumHazardTables"})) {
    return std::nullopt;
  }
  const auto function = importer.required(model, "functionName");
  if (!importer.required(model, "modelType") || !function) return std::nullopt;
  const auto type = importer.choice(model, "modelType", kModelTypes, 0);
  if (!type) return std::nullopt;
  GeneralRegression lowering{importer, scope, model, static_cast<ModelType>(*type)};
  if (!lowering.predictor.read() || !lowering.readCells()) return std::nullopt;
  if (*function == "classification") return lowering.classification();
  if (*function == "regression" && (*type == multinomialLogistic || *type == ordinalMultinomial)) {
    importer.invalid(model, "functionName", std::string("modelType ") + kModelTypes[*type] + " is a classification");
    return std::nullopt;
  }
  if (*function == "regression") return lowering.number();
  importer.unsupported(model, "functionName '" + *function + "' of a GeneralRegressionModel");
  return std::nullopt;
}

}  // namespace kiln::pmml

// NaiveBayesModel: logarithms of the prior counts and of each input's likelihoods are added, class by class; inputs
// that are missing, or of a category that training did not meet, are left out. Formulas are those of PMML's NaiveBayes
// page.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <numbers>
#include <set>
#include <utility>

#include "compiler/ir/nodes/argmax.h"
#include "compiler/ir/nodes/coalesce.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/nodes/normalize.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/tables/lookup.h"
#include "frontends/pmml/classes.h"
#include "runtime/kernels/math.h"

namespace kiln::pmml {

using namespace ir;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr size_t kFewestTogether = 4;  // inputs that are worth a matrix
// Below it a density is zero as a double.
constexpr double kLogOfNothing = -745.1332191019412;

struct NaiveBayes {
  Importer& importer;
  Scope& scope;
  const Element* model;
  double threshold = 0;
  Builder& build = importer.build;
  Elem elem = mathElem(importer);
  Classes classes = classesOf(importer, model);
  std::vector<uint32_t> codes = {};  // of the classes that BayesOutput counts, in its order
  std::map<uint32_t, size_t> places = {};   // of these codes

  // Distributions by class.
  struct Statistics {
    std::vector<double> mean, variance;  // variance 0: Poisson; mean NaN: none
    bool gaussian = false, poisson = false, absent = false;
  };
  struct Density {
    const Element* list;
    std::string name;
    ValueId x;
    Statistics statistics;
    bool inExtension;
  };
  ValueId total = kNone;             // logarithms of the prior counts and of the likelihoods so far
  std::vector<Density> waiting = {};  // to be added: normal distributions for all classes

  double rounded(double v) const { return elem == Elem::f32 ? static_cast<float>(v) : v; }
  ValueId constant(double v) { return elem == Elem::f32 ? build.number32(v) : build.number(v); }
  ValueId vector(const std::vector<double>& v, const std::string& name) {
    return constantVector(importer, v, elem, name);
  }

  // ---- counts

  // Where a class stands in `codes`; their number if it does not.
  size_t placeOf(uint32_t code) const {
    const auto known = places.find(code);
    return known == places.end() ? codes.size() : known->second;
  }

  // Counts by class; classes that are not listed have none.
  bool readCounts(const Element* parent, std::vector<double>& counts, bool isOutput) {
    const Element* list = parent->FirstChildElement("TargetValueCounts");
    if (!list) return importer.missing(parent, "TargetValueCounts");
    if (!importer.onlyChildren(list, {"TargetValueCount"})) return false;
    counts.assign(codes.size(), 0.0);
    for (const Element* e = list->FirstChildElement("TargetValueCount"); e;
         e = e->NextSiblingElement("TargetValueCount")) {
      if (!importer.onlyAttributes(e, {"value", "count"})) return false;
      const auto label = importer.required(e, "value");
      const auto count = importer.number(e, "count", std::nullopt);
      const auto code = label && count ? classCode(importer, classes, *label, e) : std::nullopt;
      if (!code) return false;
      if (!(*count >= 0)) return importer.invalid(e, "count", "a count is not negative");
      const size_t known = placeOf(*code);
      if (isOutput) {
        if (known < codes.size()) return importer.misplaced(e, "a second count of this class");
        places.emplace(*code, codes.size());
        codes.push_back(*code), counts.push_back(*count);
      } else if (known < codes.size()) {  // a class without prior has probability 0
        counts[known] = *count;
      }
    }
    return true;
  }

  // log(count / sum), the threshold in the place of zero.
  double logLikelihood(double count, double sum) const {
    return rounded(kernel::math::log(count > 0 ? count / sum : threshold));
  }

  // ---- inputs

  // The field of an input, or what its DerivedField makes of it.
  std::optional<Field> inputField(const Element* input) {
    const auto name = importer.required(input, "fieldName");
    if (!name) return std::nullopt;
    const Element* derived = input->FirstChildElement("DerivedField");
    if (!derived) {
      Field* field = importer.field(scope, *name, input);
      if (!field || field->value == kNone) return std::nullopt;
      return *field;
    }
    const Element* expression = Importer::expressionOf(derived);
    if (!expression) {
      importer.missing(derived, "EXPRESSION");
      return std::nullopt;
    }
    if (!importer.isAlone(expression) || !importer.onlyAttributes(derived, {"name", "displayName", "optype", "dataType"}) ||
        !importer.onlyChildren(derived, {expression->Name(), "Value"})) {
      return std::nullopt;
    }
    FieldType text;
    text.dataType = DataType::string, text.opType = OpType::categorical;
    const auto type = importer.fieldType(derived, text);
    if (!type) return std::nullopt;
    importer.at(derived);
    const Importer::Typed typed = importer.expression(scope, expression, &*type);
    if (!typed) return std::nullopt;
    Field field;
    field.name = *name, field.type = *type, field.element = derived;
    field.value = importer.convert(typed, *type, derived);
    if (field.value == kNone) return std::nullopt;
    return field;
  }

  ValueId pairCounts(const Element* input, Field field) {
    std::vector<std::pair<uint32_t, std::vector<double>>> rows;
    std::vector<double> sums(codes.size(), 0.0);
    std::set<uint32_t> seen;
    uint32_t size = 0;
    for (const Element* e = input->FirstChildElement("PairCounts"); e; e = e->NextSiblingElement("PairCounts")) {
      if (!importer.onlyAttributes(e, {"value"}) || !importer.onlyChildren(e, {"TargetValueCounts"})) return kNone;
      const auto value = importer.required(e, "value");
      const uint32_t code = value ? importer.label(field, *value, e) : kNone;
      std::vector<double> counts;
      if (code == kNone || !readCounts(e, counts, false)) return kNone;
      if (!seen.insert(code).second) return importer.misplaced(e, "a second PairCounts of this value"), kNone;
      for (size_t k = 0; k < codes.size(); ++k) sums[k] += counts[k];
      rows.emplace_back(code, std::move(counts));
      size = std::max(size, code + 1);
    }
    Lookup table;
    table.elem = elem;
    table.sizes = {size};
    table.width = static_cast<uint32_t>(codes.size());
    table.numbers.assign(size_t(size + 1) * codes.size(), 0.0);  // the last row: any other value, and missing
    table.defaultRow = table.missingRow = size;
    for (const auto& [code, counts] : rows) {
      for (size_t k = 0; k < codes.size(); ++k)
        table.numbers[code * codes.size() + k] = logLikelihood(counts[k], sums[k]);
    }
    LookupNode lookup;
    lookup.table = build.table(std::move(table), "log_" + field.name);
    return build.add(std::move(lookup), {importer.codes(field)}, "log_" + field.name);
  }

  bool readDistribution(const Element* stat, double& mean, double& variance, Statistics& into) {
    if (!importer.onlyChildren(stat, {"GaussianDistribution", "PoissonDistribution"})) return false;
    const Element* gaussian = stat->FirstChildElement("GaussianDistribution");
    const Element* poisson = stat->FirstChildElement("PoissonDistribution");
    if (!gaussian == !poisson) return importer.missing(stat, "GaussianDistribution or PoissonDistribution");
    const Element* e = gaussian ? gaussian : poisson;
    if (gaussian ? !importer.onlyAttributes(e, {"mean", "variance"}) : !importer.onlyAttributes(e, {"mean"}))
      return false;
    const auto m = importer.number(e, "mean", std::nullopt);
    const auto v = gaussian ? importer.number(e, "variance", std::nullopt) : std::optional<double>(0);
    if (!m || !v) return false;
    if (gaussian && !(*v > 0))
      return importer.invalid(e, "variance", "a normal distribution needs a positive variance");
    if (poisson && !(*m > 0)) return importer.invalid(e, "mean", "a Poisson distribution needs a positive mean");
    mean = *m, variance = *v;
    into.gaussian = into.gaussian || gaussian, into.poisson = into.poisson || poisson;
    return true;
  }

  std::optional<Statistics> readStatistics(const Element* list) {
    if (!importer.onlyChildren(list, {"TargetValueStat"})) return std::nullopt;
    Statistics statistics;
    statistics.mean.assign(codes.size(), std::nan("")), statistics.variance.assign(codes.size(), 1.0);
    for (const Element* e = list->FirstChildElement("TargetValueStat"); e;
         e = e->NextSiblingElement("TargetValueStat")) {
      if (!importer.onlyAttributes(e, {"value"})) return std::nullopt;
      const auto label = importer.required(e, "value");
      const auto code = label ? classCode(importer, classes, *label, e) : std::nullopt;
      if (!code) return std::nullopt;
      const size_t k = placeOf(*code);
      double ignored[2];
      const bool counts = k < codes.size();
      if (!readDistribution(e, counts ? statistics.mean[k] : ignored[0], counts ? statistics.variance[k] : ignored[1],
                            statistics)) {
        return std::nullopt;
      }
    }
    for (double mean : statistics.mean) statistics.absent = statistics.absent || std::isnan(mean);
    return statistics;
  }

  // -(x - mean)^2 / (2 variance) - log(2 pi variance) / 2, of an input by class, or of many inputs for one class.
  ValueId logGaussian(ValueId x, const std::vector<double>& means, const std::vector<double>& variances) {
    std::vector<double> twice, constants;
    for (double variance : variances) {
      twice.push_back(2 * variance);
      constants.push_back(-0.5 * kernel::math::log(2 * std::numbers::pi * variance));
    }
    const ValueId d = build.call("sub", {x, vector(means, "mean")});
    const ValueId distance = build.call("div", {build.call("mul", {d, d}), vector(twice, "variance2")});
    return build.call("sub", {vector(constants, "log_density"), distance});
  }
  // Classes without, or with another, distribution get one that the result does not depend on.
  ValueId logGaussian(ValueId x, const Statistics& s) {
    std::vector<double> means, variances;
    for (size_t k = 0; k < codes.size(); ++k) {
      means.push_back(std::isnan(s.mean[k]) ? 0 : s.mean[k]);
      variances.push_back(s.variance[k] > 0 ? s.variance[k] : 1);
    }
    return logGaussian(x, means, variances);
  }

  // x log(mean) - mean - log(x!)
  ValueId logPoisson(ValueId x, const Statistics& s) {
    std::vector<double> means, logs;
    for (size_t k = 0; k < codes.size(); ++k) {
      const double mean = s.variance[k] == 0 ? s.mean[k] : 1;
      means.push_back(mean), logs.push_back(kernel::math::log(mean));
    }
    const ValueId sum = build.call("sub", {build.call("mul", {x, vector(logs, "log_mean")}), vector(means, "mean")});
    return build.call("sub", {sum, build.call("log_factorial", {x})});
  }

  std::vector<bool> where(const std::vector<double>& v, bool (*is)(double)) {
    std::vector<bool> result;
    for (double x : v) result.push_back(is(x));
    return result;
  }

  // A likelihood below the threshold is the threshold. Continuous inputs that older tools put into an Extension have it
  // in the place of zero only, as those tools score them.
  ValueId atLeast(ValueId log, bool inExtension) {
    if (!(threshold > 0)) return log;
    const double least = kernel::math::log(threshold);
    if (!inExtension) return build.call("clip_low", {log, constant(least)});
    return build.add(Select(), {build.call("lt", {log, constant(kLogOfNothing)}), constant(least), log});
  }

  // Logarithms of densities, those of a missing input zero.
  ValueId densities(const Density& density) {
    const Statistics& s = density.statistics;
    importer.at(density.list);
    ValueId log = kNone;
    if (s.gaussian || !s.poisson) log = logGaussian(density.x, s);
    if (s.poisson) {
      const ValueId other = logPoisson(density.x, s);
      const auto isPoisson = where(s.variance, [](double v) { return v == 0; });
      log = log == kNone ? other : build.add(Select(), {constantBooleans(importer, isPoisson, "poisson"), other, log});
    }
    if (s.absent) {
      const auto absent = where(s.mean, [](double m) { return std::isnan(m); });
      log = build.add(Select(), {constantBooleans(importer, absent, "absent"), constant(-kInfinity), log});
    }
    log = atLeast(log, density.inExtension);
    if (!build.type(log).nullable) return log;
    return build.add(Coalesce(), {log, vector(std::vector<double>(codes.size(), 0.0), "nothing")}, "log_" + density.name);
  }

  ValueId elementOf(ValueId vector, uint32_t i) {
    Take take;
    take.at = {i};
    return build.add(std::move(take), {vector});
  }

  // ---- sums

  void addTerm(ValueId log) { total = build.call("add", {total, log}); }

  // Densities wait for those that follow: of many normal distributions, each class computes all at once.
  void flush() {
    const std::vector<Density> all = std::exchange(waiting, {});
    if (all.size() < std::max(kFewestTogether, codes.size())) {
      for (const Density& density : all) addTerm(densities(density));
      return;
    }
    importer.at(model);
    std::vector<ValueId> columns;
    for (const Density& density : all) columns.push_back(density.x);
    const ValueId x = build.add(Concat(), std::move(columns), "inputs");
    std::vector<ValueId> sums;
    for (uint32_t k = 0; k < codes.size(); ++k) {
      std::vector<double> means, variances;
      for (const Density& density : all)
        means.push_back(density.statistics.mean[k]), variances.push_back(density.statistics.variance[k]);
      const ValueId logs = atLeast(logGaussian(x, means, variances), all[0].inExtension);
      Take before;
      before.at = {k};
      Reduce sum;
      sum.skip = true;  // missing inputs
      sums.push_back(build.add(std::move(sum), {build.add(Concat(), {build.add(std::move(before), {total}), logs})}));
    }
    total = build.add(Concat(), std::move(sums), "log_likelihood");
  }

  bool targetStatistics(const Element* list, const Field& field, bool inExtension) {
    const ValueId x = asNumber(importer, field.value, elem);
    if (x == kNone) return importer.invalid(list, "", "field '" + field.name + "' is not a number");
    auto statistics = readStatistics(list);
    if (!statistics) return false;
    const bool plain = statistics->gaussian && !statistics->poisson && !statistics->absent;
    if (!plain || (!waiting.empty() && waiting[0].inExtension != inExtension)) flush();
    waiting.push_back({list, field.name, x, std::move(*statistics), inExtension});
    if (!plain) addTerm(densities(std::exchange(waiting, {})[0]));
    return true;
  }

  bool addInput(const Element* input, bool inExtension) {
    if (!importer.onlyAttributes(input, {"fieldName"}) ||
        !importer.onlyChildren(input, {"DerivedField", "PairCounts", "TargetValueStats"})) {
      return false;
    }
    const auto field = inputField(input);
    if (!field) return false;
    importer.at(input);
    const Element* statistics = input->FirstChildElement("TargetValueStats");
    const Element* pairs = input->FirstChildElement("PairCounts");
    if (!statistics == !pairs) return importer.invalid(input, "", "needs either PairCounts or TargetValueStats");
    if (statistics) return targetStatistics(statistics, *field, inExtension);
    const ValueId log = pairCounts(input, *field);
    if (log == kNone) return false;
    flush();
    addTerm(log);
    return true;
  }

  // ---- the model

  std::optional<Prediction> lower() {
    const Element* inputs = model->FirstChildElement("BayesInputs");
    const Element* output = model->FirstChildElement("BayesOutput");
    if (!inputs || !output) {
      importer.missing(model, inputs ? "BayesOutput" : "BayesInputs");
      return std::nullopt;
    }
    std::vector<double> sum;
    if (!importer.onlyChildren(inputs, {"BayesInput"}) || !importer.onlyAttributes(output, {"fieldName"}) ||
        !importer.onlyChildren(output, {"TargetValueCounts"}) || !readCounts(output, sum, true)) {
      return std::nullopt;
    }
    if (codes.empty()) {
      importer.missing(output, "TargetValueCount");
      return std::nullopt;
    }
    for (double& count : sum) count = kernel::math::log(count);
    importer.at(output);
    total = vector(sum, "log_prior");
    bool ok = true;
    const auto add = [&](const Element* input, bool inExtension) { ok = addInput(input, inExtension) && ok; };
    for (const Element* e = inputs->FirstChildElement(); e; e = e->NextSiblingElement()) {
      if (!std::strcmp(e->Name(), "BayesInput")) add(e, false);
      if (std::strcmp(e->Name(), "Extension")) continue;
      for (const Element* i = e->FirstChildElement("BayesInput"); i; i = i->NextSiblingElement("BayesInput"))
        add(i, true);
    }
    if (!ok) return std::nullopt;
    flush();
    importer.at(model);
    const ValueId p = build.add(Normalize(Normalize::softmax), {total}, "p");
    Prediction prediction;
    prediction.classification = true;
    prediction.targetType = classes.type;
    prediction.labels = classes.dict;
    prediction.probabilities = inClassOrder(importer, p, codes, classCount(importer, classes));
    prediction.value = classAt(importer, build.add(ArgMax(), {total}), classes, codes);
    // Without a threshold the likelihoods of all classes may be 0.
    if (threshold == 0 && !importer.options.jpmml) {
      const ValueId none = build.call("is_nan", {elementOf(p, 0)});
      prediction.value = build.add(Select(), {none, build.missing(build.type(prediction.value).scalar()), prediction.value});
    }
    return prediction;
  }
};

}  // namespace

std::optional<Prediction> naiveBayesModel(Importer& importer, Scope& scope, const Element* model) {
  if (!importer.onlyAttributes(
          model, {"modelName", "functionName", "algorithmName", "isScorable", "x-mathContext", "threshold"}) ||
      !importer.onlyChildren(model, {"MiningSchema", "Output", "ModelStats", "ModelExplanation", "Targets",
                                     "LocalTransformations", "ModelVerification", "BayesInputs", "BayesOutput"})) {
    return std::nullopt;
  }
  const auto threshold = importer.number(model, "threshold", std::nullopt);
  const auto function = importer.required(model, "functionName");
  if (!threshold || !function) return std::nullopt;
  if (*function != "classification") {
    importer.unsupported(model, "functionName '" + *function + "' of a NaiveBayesModel");
    return std::nullopt;
  }
  if (!(*threshold >= 0)) {
    importer.invalid(model, "threshold", "a probability is not negative");
    return std::nullopt;
  }
  return NaiveBayes{importer, scope, model, *threshold}.lower();
}

}  // namespace kiln::pmml

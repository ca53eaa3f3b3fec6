// BaselineModel: how far a value, or the values so far, depart from a baseline. zValue looks at a row alone; CUSUM and the counts of
// the other tests are kept from row to row, of all rows or of the last windowSize.
//   zValue                 (x - mean) / standard deviation
//   CUSUM                  max(resetValue, the last row's + log(alternate density / baseline density)), from 0
//   scalarProduct          of the counts so far and those of the baseline; Independent: their cosine; SizeWeighted: twice it over
//                          the sum of both squares
//   chiSquareDistribution  the chance that a chi-square is as large as that of the counts so far, by the shares of the baseline
//   chiSquareIndependence  the same for the independence of fields, of the counts so far or those of the baseline
// A row whose value is missing has no score and changes nothing.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numbers>
#include <set>

#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/raise_if.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/nodes/tally.h"
#include "frontends/pmml/classes.h"
#include "frontends/pmml/models/count_tables.h"
#include "frontends/pmml/models/places.h"
#include "runtime/kernels/math.h"

namespace kiln::pmml {

using namespace ir;

namespace {

namespace math = kernel::math;

enum Test { zValue, chiSquareIndependence, chiSquareDistribution, cusum, scalarProduct };
const std::vector<const char*> kTests = {"zValue", "chiSquareIndependence", "chiSquareDistribution", "CUSUM", "scalarProduct", "zScore"};
enum Normalization { none, independent, sizeWeighted };

constexpr uint32_t kMostDegrees = 200;
constexpr double kFarTail = 2000;   // half of a chi-square whose chance is 0 with so many degrees
constexpr uint64_t kMostCells = 1024;   // of a table of counts that rows bring
constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Baseline {
  Importer& importer;
  Scope& scope;
  const Element* model;
  const Element* test = nullptr;   // TestDistributions
  std::string field = {};
  double reset = 0;
  uint32_t window = 0;
  std::string weightField = {};
  Normalization normalization = none;
  Builder& build = importer.build;

  ValueId number(double v) { return build.number(v); }
  ValueId call(const char* function, ValueId a, ValueId b) { return build.call(function, {a, b}); }
  ValueId where(ValueId c, ValueId a, ValueId b) { return build.add(Select(), {c, a, b}); }
  ValueId missing() { return build.missing(scalarType(Elem::f64, true)); }
  ValueId sum(ValueId x) { return build.add(Reduce(), {x}); }
  ValueId element(ValueId vector, size_t i) {
    Take take;
    take.at = {static_cast<uint32_t>(i)};
    return build.add(std::move(take), {vector});
  }

  ValueId numberOf(const std::string& name, const char* attribute) {
    const ValueId value = importer.value(scope, name, test);
    const ValueId x = asNumber(importer, value, Elem::f64);
    if (value != ir::kNone && x == ir::kNone) importer.invalid(test, attribute, "field '" + name + "' is not a number");
    return x;
  }

  // The one distribution of Baseline or Alternate.
  const Element* distributionOf(const char* name) {
    const Element* holder = test->FirstChildElement(name);
    if (!holder) return importer.missing(test, name), nullptr;
    const Element* found = nullptr;
    for (const Element* e = holder->FirstChildElement(); e; e = e->NextSiblingElement()) {
      if (!std::strcmp(e->Name(), "Extension")) continue;
      if (found) return importer.misplaced(e, "a second distribution"), nullptr;
      found = e;
    }
    if (!found) importer.missing(holder, "a distribution");
    return found;
  }
  bool is(const Element* e, const char* name) { return !std::strcmp(e->Name(), name); }

  // ---- zValue

  struct Moments {
    double mean, variance;
  };
  std::optional<Moments> moments(const Element* d) {
    Moments m{};
    if (is(d, "UniformDistribution")) {
      const auto lower = importer.number(d, "lower", std::nullopt), upper = importer.number(d, "upper", std::nullopt);
      if (!lower || !upper || !importer.onlyAttributes(d, {"lower", "upper"})) return std::nullopt;
      m = {(*lower + *upper) / 2, (*upper - *lower) * (*upper - *lower) / 12};
      if (!(*lower < *upper)) return importer.invalid(d, "upper", "is not above lower"), std::nullopt;
    } else {
      const bool poisson = is(d, "PoissonDistribution");
      if (!poisson && !is(d, "GaussianDistribution") && !is(d, "AnyDistribution"))
        return importer.unsupported(d, std::string("'") + d->Name() + "' with this testStatistic"), std::nullopt;
      if (!(poisson ? importer.onlyAttributes(d, {"mean"}) : importer.onlyAttributes(d, {"mean", "variance"}))) return std::nullopt;
      const auto mean = importer.number(d, "mean", std::nullopt);
      const auto variance = poisson ? mean : importer.number(d, "variance", std::nullopt);
      if (!mean || !variance) return std::nullopt;
      m = {*mean, *variance};
    }
    if (!(m.variance > 0)) return importer.invalid(d, is(d, "PoissonDistribution") ? "mean" : "variance", "must be above 0"), std::nullopt;
    return m;
  }

  ValueId zValueOf() {
    const Element* d = distributionOf("Baseline");
    const auto m = d ? moments(d) : std::nullopt;
    const ValueId x = m ? numberOf(field, "field") : ir::kNone;
    if (x == ir::kNone) return x;
    importer.at(test);
    return call("div", call("sub", x, number(m->mean)), number(std::sqrt(m->variance)));
  }

  // ---- CUSUM

  ValueId logDensity(const Element* d, ValueId x) {
    const auto m = moments(d);
    if (!m) return ir::kNone;
    importer.at(d);
    if (is(d, "AnyDistribution")) return importer.unsupported(d, "AnyDistribution with testStatistic 'CUSUM'", "it has no density"), ir::kNone;
    if (is(d, "PoissonDistribution"))
      return call("sub", call("sub", call("mul", x, number(math::log(m->mean))), number(m->mean)), build.call("log_factorial", {x}));
    if (is(d, "UniformDistribution")) {
      const double lower = *importer.number(d, "lower", std::nullopt), upper = *importer.number(d, "upper", std::nullopt);
      const ValueId inside = build.call("and", {call("ge", x, number(lower)), call("le", x, number(upper))});
      return where(inside, number(-math::log(upper - lower)), number(-kInfinity));
    }
    const ValueId distance = call("sub", x, number(m->mean));
    return call("sub", number(-0.5 * math::log(2 * std::numbers::pi * m->variance)), call("div", call("mul", distance, distance), number(2 * m->variance)));
  }

  // Values kept of the rows before, the last one first; `now` joins them where it is present.
  std::vector<ValueId> lastRows(const std::string& name, ValueId now) {
    std::vector<ValueId> before;
    for (uint32_t i = 1; i < window; ++i) before.push_back(importer.state(name + " " + std::to_string(i) + " back", std::nan(""), test));
    const ValueId counts = build.call("is_present", {now});
    for (size_t i = 0; i < before.size(); ++i)
      importer.setState(before[i], i == 0 ? now : where(counts, before[i - 1], missing()), test);
    return before;
  }

  // What the baseline cannot explain and, before it, the alternate could not, has no sum.
  ValueId added(ValueId z, ValueId g) { return call("max", number(reset), build.call("add", {z, g}, true)); }

  ValueId cusumOf() {
    const Element *baseline = distributionOf("Baseline"), *alternate = distributionOf("Alternate");
    const ValueId x = baseline && alternate ? numberOf(field, "field") : ir::kNone;
    const ValueId f0 = x == ir::kNone ? x : logDensity(baseline, x), f1 = f0 == ir::kNone ? f0 : logDensity(alternate, x);
    if (f1 == ir::kNone) return f1;
    importer.at(test);
    const ValueId g = build.call("sub", {f1, f0}, true);
    if (window == 0) {
      const ValueId before = importer.state("cusum", 0, test);
      const ValueId z = added(before, g);
      importer.setState(before, z, test);
      return z;
    }
    ValueId z = number(0);
    const std::vector<ValueId> before = lastRows("log ratio", g);
    for (size_t i = before.size(); i-- > 0;) z = where(build.call("is_present", {before[i]}), added(z, before[i]), z);
    return added(z, g);
  }

  // ---- counts

  // How often each of `bins` values was met, in this row too; the last element counts every other value.
  ValueId countsOf(ValueId place, uint32_t bins) {
    ValueId weight = number(1);
    if (!weightField.empty() && (weight = numberOf(weightField, "weightField")) == ir::kNone) return weight;
    importer.at(test);
    Tally tally;
    tally.size = bins + 1;
    if (window == 0) {
      const ValueId own = build.addAll(tally, {vectorOf({place}), vectorOf({weight})}, "own")[0];
      std::vector<ValueId> before;
      for (uint32_t b = 0; b <= bins; ++b) before.push_back(importer.state("count " + std::to_string(b + 1), 0, test));
      const ValueId counts = call("add", build.add(Concat(), before, "before"), own);
      for (uint32_t b = 0; b <= bins; ++b) importer.setState(before[b], element(counts, b), test);
      return counts;
    }
    // A row counts if it has value and weight.
    const ValueId counted = build.call("is_present", {weight});
    const ValueId code = where(counted, build.add(Cast(Elem::f64), {place}), missing());
    std::vector<ValueId> places{code}, weights{weight};
    for (ValueId p : lastRows("place", code)) places.push_back(p);
    if (weightField.empty()) {
      weights.resize(places.size(), number(1));
    } else {
      for (ValueId w : lastRows("weight", where(build.call("is_present", {place}), weight, missing()))) weights.push_back(w);
    }
    return build.addAll(tally, {build.add(Cast(Elem::i32), {vectorOf(places)}), vectorOf(weights)}, "counts")[0];
  }
  ValueId vectorOf(const std::vector<ValueId>& values) { return build.add(Concat(), values); }

  // `score` where the row has a value and a weight.
  ValueId ofCountedRows(ValueId score, const std::vector<ValueId>& values) {
    ValueId counted = build.boolean(true);
    for (ValueId v : values) counted = build.call("and", {counted, build.call("is_present", {v})});
    return where(counted, score, missing());
  }
  std::vector<ValueId> withWeight(std::vector<ValueId> values) {
    if (!weightField.empty()) values.push_back(numberOf(weightField, "weightField"));
    return values;
  }

  // The baseline's counts of the values of the tested field.
  std::optional<CountTable> baselineCounts() {
    const Element* d = distributionOf("Baseline");
    if (!d) return std::nullopt;
    if (!is(d, "CountTable") && !is(d, "NormalizedCountTable"))
      return importer.unsupported(d, std::string("'") + d->Name() + "' with this testStatistic", "it compares counts: CountTable, NormalizedCountTable"), std::nullopt;
    auto table = readCountTable(importer, d);
    if (!table) return std::nullopt;
    if (table->fields.size() != 1 || table->fields[0] != field)
      return importer.invalid(d, "", "has not the counts of '" + field + "' alone"), std::nullopt;
    return table;
  }

  ValueId placeOf(const std::string& name, const std::vector<std::string>& values, const Element* at) {
    Field* f = importer.field(scope, name, at);
    return f ? placeAmong(importer, *f, values, at) : ir::kNone;
  }

  // Values that the field may have and the table does not: each has a square of its own, so each needs a count of its own.
  bool addDeclaredValues(CountTable& table) {
    Field* f = importer.field(scope, field, test);
    if (!f) return false;
    importer.codes(*f);
    const Dict& dict = build.get<Dict>(f->dict);
    if (dict.open)
      return importer.unsupported(test, "normalizationScheme over a field without declared values", "declare the values of '" + field + "' in the DataDictionary");
    for (uint32_t code = 0; code < dict.size(); ++code) {
      const std::string label = dict.labelText(code);
      if (std::find(table.values[0].begin(), table.values[0].end(), label) == table.values[0].end()) table.values[0].push_back(label), table.counts.push_back(0);
    }
    return true;
  }

  ValueId scalarProductOf() {
    auto table = baselineCounts();
    if (!table || (normalization != none && !addDeclaredValues(*table))) return ir::kNone;
    const ValueId place = placeOf(field, table->values[0], table->element);
    if (place == ir::kNone) return place;
    const auto bins = static_cast<uint32_t>(table->counts.size());
    const ValueId counts = countsOf(place, bins);
    if (counts == ir::kNone) return counts;
    table->counts.push_back(0);   // every other value
    double square = 0;
    for (double c : table->counts) square += c * c;
    ValueId product = sum(call("mul", counts, constantVector(importer, table->counts, Elem::f64, "baseline")));
    const ValueId ownSquare = sum(call("mul", counts, counts));
    if (normalization == independent) product = call("div", product, build.call("sqrt", {call("mul", number(square), ownSquare)}));
    if (normalization == sizeWeighted) product = call("div", call("mul", number(2), product), call("add", number(square), ownSquare));
    return ofCountedRows(product, withWeight({place}));
  }

  // ---- chi-square

  // The chance of a chi-square above x. With t = x / 2: for even degrees d exp(-t) (1 + t / 1 (1 + t / 2 (...))), d / 2 terms; for odd
  // ones erfc(sqrt t) + exp(-t) 2 sqrt(t / pi) (1 + t / 1.5 (1 + t / 2.5 (...))), (d - 1) / 2 terms. Half of the exponential comes before
  // the series and half behind it: exp(-t) is 0 where their product is not, and where that is 0, too, t grows no more.
  ValueId chance(ValueId x, uint32_t degrees) {
    const ValueId t = call("clip_high", call("div", x, number(2)), number(kFarTail));
    const uint32_t terms = degrees / 2;
    const double first = degrees % 2 ? 0.5 : 0;
    ValueId series = number(1);
    for (uint32_t i = terms; i-- > 1;) series = call("add", number(1), call("mul", call("div", t, number(i + first)), series));
    const ValueId decay = build.call("exp", {call("div", t, number(-2))});
    if (degrees % 2 == 0) return call("mul", call("mul", decay, series), decay);
    const ValueId root = build.call("sqrt", {t}), tail = build.call("erfc", {root});
    if (terms == 0) return tail;
    return call("add", tail, call("mul", call("mul", decay, call("mul", call("mul", number(2 / std::sqrt(std::numbers::pi)), root), series)), decay));
  }

  bool degreesFit(size_t degrees) {
    if (degrees == 0) return importer.invalid(test, "", "a chi-square needs two values that can occur");
    return degrees <= kMostDegrees || importer.unsupported(test, "a chi-square of over " + std::to_string(kMostDegrees) + " degrees of freedom");
  }
  void warnOfChance() {
    importer.warn(test, "the score is the chance that a chi-square is as large as that of the counts",
                  "small chances speak against the baseline; the text leaves open which number of the test is meant");
  }

  // Sum of (observed - expected)^2 / expected.
  ValueId chiSquare(ValueId observed, ValueId expected) {
    const ValueId d = call("sub", observed, expected);
    return sum(call("div", call("mul", d, d), expected));
  }

  ValueId chiSquareDistributionOf() {
    const auto table = baselineCounts();
    if (!table) return ir::kNone;
    std::vector<std::string> values;   // those that can occur; any other has a share of 0
    std::vector<double> shares;
    double total = 0;
    for (size_t i = 0; i < table->counts.size(); ++i) {
      if (table->counts[i] > 0) values.push_back(table->values[0][i]), shares.push_back(table->counts[i]), total += table->counts[i];
    }
    if (!degreesFit(values.empty() ? 0 : values.size() - 1)) return ir::kNone;
    for (double& share : shares) share /= total;
    const ValueId place = placeOf(field, values, table->element);
    if (place == ir::kNone) return place;
    const auto bins = static_cast<uint32_t>(values.size());
    const ValueId counts = countsOf(place, bins);
    if (counts == ir::kNone) return counts;
    Take possible;
    possible.scalar = false;
    for (uint32_t b = 0; b < bins; ++b) possible.at.push_back(b);
    const ValueId expected = call("mul", sum(counts), constantVector(importer, shares, Elem::f64, "baseline"));
    const ValueId p = chance(chiSquare(build.add(std::move(possible), {counts}), expected), bins - 1);
    warnOfChance();
    return ofCountedRows(where(call("gt", element(counts, bins), number(0)), number(0), p), withWeight({place}));
  }

  // ---- independence

  // Expected counts of a table if its fields are independent: the product of their shares, times all.
  static double independenceChiSquare(const CountTable& table, bool& defined) {
    std::vector<std::vector<double>> totals;
    for (const auto& values : table.values) totals.emplace_back(values.size(), 0.0);
    const auto places = [&](size_t cell) {
      std::vector<size_t> at(totals.size());
      for (size_t level = totals.size(); level-- > 0; cell /= totals[level].size()) at[level] = cell % totals[level].size();
      return at;
    };
    double all = 0, result = 0;
    for (size_t cell = 0; cell < table.counts.size(); ++cell) {
      const auto at = places(cell);
      for (size_t level = 0; level < at.size(); ++level) totals[level][at[level]] += table.counts[cell];
      all += table.counts[cell];
    }
    defined = all > 0;
    for (const auto& t : totals) defined = defined && std::find(t.begin(), t.end(), 0.0) == t.end();
    for (size_t cell = 0; defined && cell < table.counts.size(); ++cell) {
      double expected = all;
      const auto at = places(cell);
      for (size_t level = 0; level < at.size(); ++level) expected *= totals[level][at[level]] / all;
      result += (table.counts[cell] - expected) * (table.counts[cell] - expected) / expected;
    }
    return result;
  }

  // Of a table of fields that are all independent of each other: its cells less one, less what the shares of each field take.
  size_t degreesOf(const std::vector<std::vector<std::string>>& values) {
    constexpr size_t kMany = 100000;
    size_t cells = 1, taken = 1;
    for (const auto& v : values) cells = std::min(cells * v.size(), kMany), taken += v.size() - 1;
    return cells > taken ? cells - taken : 0;
  }

  ValueId ofTable(const Element* d) {
    const auto table = readCountTable(importer, d);
    if (!table) return ir::kNone;
    if (table->fields.size() < 2) return importer.invalid(d, "", "independence needs the counts of two fields"), ir::kNone;
    bool defined = false;
    const double x = independenceChiSquare(*table, defined);
    if (!defined) return importer.invalid(d, "", "has a value that was never counted"), ir::kNone;
    if (!degreesFit(degreesOf(table->values))) return ir::kNone;
    importer.at(d);
    warnOfChance();
    return chance(number(x), static_cast<uint32_t>(degreesOf(table->values)));
  }

  // Fields whose values the rows bring: the table of their counts so far, without a score until each value was met.
  ValueId ofFields(const std::vector<const Element*>& refs) {
    if (refs.size() < 2) return importer.invalid(refs[0], "", "independence needs two fields"), ir::kNone;
    std::vector<std::vector<std::string>> values;
    std::vector<ValueId> places;
    uint64_t cells = 1;
    for (const Element* ref : refs) {
      const auto name = importer.required(ref, "field");
      Field* f = name ? importer.field(scope, *name, ref) : nullptr;
      if (!f || !importer.onlyAttributes(ref, {"field"})) return ir::kNone;
      importer.codes(*f);
      const Dict& dict = build.get<Dict>(f->dict);
      if (dict.open) return importer.unsupported(ref, "the independence of a field without declared values", "declare its values in the DataDictionary"), ir::kNone;
      values.emplace_back();
      for (uint32_t code = 0; code < dict.size(); ++code) values.back().push_back(dict.labelText(code));
      if ((cells *= values.back().size()) > kMostCells)
        return importer.unsupported(test, "the independence of fields with over " + std::to_string(kMostCells) + " combinations of values"), ir::kNone;
      places.push_back(placeAmong(importer, *f, values.back(), ref));
    }
    if (!degreesFit(degreesOf(values))) return ir::kNone;
    importer.at(test);
    const ValueId p = chanceOf(values, places, static_cast<uint32_t>(cells));
    if (p == ir::kNone) return p;
    warnOfChance();
    return ofCountedRows(where(build.call("is_nan", {p}), missing(), p), withWeight(places));
  }

  // NaN where a value was not met yet.
  ValueId chanceOf(const std::vector<std::vector<std::string>>& values, const std::vector<ValueId>& places, uint32_t cells) {
    ValueId cell = places[0];
    for (size_t f = 1; f < places.size(); ++f)
      cell = call("add", call("mul", cell, build.integer(static_cast<int64_t>(values[f].size()), Elem::i32)), places[f]);
    const ValueId counts = countsOf(cell, cells);
    if (counts == ir::kNone) return counts;
    std::vector<std::vector<ValueId>> totals;   // by field and value
    uint32_t step = cells;
    for (const auto& v : values) {
      const auto size = static_cast<uint32_t>(v.size());
      step /= size;
      totals.emplace_back();
      for (uint32_t i = 0; i < size; ++i) {
        Take take;
        take.scalar = false;
        for (uint32_t c = 0; c < cells; ++c)
          if (c / step % size == i) take.at.push_back(c);
        totals.back().push_back(sum(build.add(std::move(take), {counts})));
      }
    }
    const ValueId all = sum(vectorOf(totals[0]));
    std::vector<ValueId> expected;
    Take everyCell;
    everyCell.scalar = false;
    for (uint32_t c = 0; c < cells; ++c) {
      uint32_t stride = cells;
      ValueId e = ir::kNone;
      for (const auto& t : totals) {
        stride /= static_cast<uint32_t>(t.size());
        const ValueId total = t[c / stride % t.size()];
        e = e == ir::kNone ? total : call("div", call("mul", e, total), all);
      }
      expected.push_back(e), everyCell.at.push_back(c);
    }
    return chance(chiSquare(build.add(std::move(everyCell), {counts}), vectorOf(expected)), static_cast<uint32_t>(degreesOf(values)));
  }

  ValueId independenceOf() {
    const Element* holder = test->FirstChildElement("Baseline");
    if (!holder) return importer.missing(test, "Baseline"), ir::kNone;
    std::vector<const Element*> refs;
    for (const Element* e = holder->FirstChildElement("FieldRef"); e; e = e->NextSiblingElement("FieldRef")) refs.push_back(e);
    if (!refs.empty()) return importer.onlyChildren(holder, {"FieldRef"}) ? ofFields(refs) : ir::kNone;
    const Element* d = distributionOf("Baseline");
    if (!d) return ir::kNone;
    if (is(d, "CountTable") || is(d, "NormalizedCountTable")) return ofTable(d);
    return importer.unsupported(d, std::string("'") + d->Name() + "' with testStatistic 'chiSquareIndependence'"), ir::kNone;
  }

  // ---- the model

  bool readAttributes(Test& statistic) {
    test = model->FirstChildElement("TestDistributions");
    if (!test) return importer.missing(model, "TestDistributions");
    if (!importer.onlyAttributes(test, {"field", "testStatistic", "resetValue", "windowSize", "weightField", "normalizationScheme"}) ||
        !importer.onlyChildren(test, {"Baseline", "Alternate"}) || !importer.required(test, "testStatistic"))
      return false;
    const auto name = importer.required(test, "field");
    const auto which = importer.choice(test, "testStatistic", kTests, 0);
    const auto r = importer.number(test, "resetValue", 0);
    const auto w = importer.integer(test, "windowSize", 0);
    const auto scheme = importer.choice(test, "normalizationScheme", {"", "Independent", "SizeWeighted"}, 0);
    if (!name || !which || !r || !w || !scheme) return false;
    if (*w < 0) return importer.invalid(test, "windowSize", "a number of rows is not negative");
    if (*w > static_cast<int64_t>(importer.options.limits.listItems))
      return importer.invalid(test, "windowSize", "over the limit of " + std::to_string(importer.options.limits.listItems) + " rows", "raise it with --max-list-items");
    statistic = *which == 5 ? zValue : static_cast<Test>(*which);
    field = *name, reset = *r, window = static_cast<uint32_t>(*w), normalization = static_cast<Normalization>(*scheme);
    weightField = importer.attribute(test, "weightField").value_or("");
    const bool counts = statistic != zValue && statistic != cusum;
    if (!weightField.empty() && !counts) return importer.unsupported(test, std::string("weightField with testStatistic '") + kTests[statistic] + "'");
    if (window > 1 && statistic == zValue)
      return importer.unsupported(test, "windowSize with testStatistic 'zValue'", "it looks at a row alone; the text does not say what it makes of several");
    if (normalization != none && statistic != scalarProduct)
      return importer.unsupported(test, std::string("normalizationScheme with testStatistic '") + kTests[statistic] + "'");
    return true;
  }

  std::optional<Prediction> run() {
    Test statistic = zValue;
    if (!readAttributes(statistic)) return std::nullopt;
    Prediction prediction;
    switch (statistic) {
      case zValue: prediction.value = zValueOf(); break;
      case cusum: prediction.value = cusumOf(); break;
      case scalarProduct: prediction.value = scalarProductOf(); break;
      case chiSquareDistribution: prediction.value = chiSquareDistributionOf(); break;
      case chiSquareIndependence: prediction.value = independenceOf(); break;
    }
    if (prediction.value == ir::kNone) return std::nullopt;
    return prediction;
  }
};

}  // namespace

std::optional<Prediction> baselineModel(Importer& importer, Scope& scope, const Element* model) {
  if (!importer.onlyAttributes(model, {"modelName", "functionName", "algorithmName", "isScorable", "x-mathContext"}) ||
      !importer.onlyChildren(model, {"MiningSchema", "Output", "ModelStats", "ModelExplanation", "Targets", "LocalTransformations", "ModelVerification",
                                     "TestDistributions"})) {
    return std::nullopt;
  }
  const auto function = importer.required(model, "functionName");
  if (!function) return std::nullopt;
  if (*function != "regression") {
    importer.unsupported(model, "functionName '" + *function + "' of a BaselineModel");
    return std::nullopt;
  }
  return Baseline{importer, scope, model}.run();
}

}  // namespace kiln::pmml

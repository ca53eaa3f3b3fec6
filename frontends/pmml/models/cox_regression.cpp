// A step function of time for each stratum. The steps of all strata cut time into common intervals; a look-up by
// stratum and interval has the hazards.
#include "frontends/pmml/models/cox_regression.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>

#include "compiler/ir/nodes/discretize.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/tables/edges.h"
#include "compiler/ir/tables/lookup.h"
#include "frontends/pmml/classes.h"

namespace kiln::pmml {

using namespace ir;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Stratum {
  double maxTime = 0;
  std::map<double, double> cells;  // cumulative hazard from a time on

  // In an interval that begins at `time`, with it or just after it.
  std::optional<double> hazard(double time, bool after) const {
    if (time > maxTime || (after && time == maxTime)) return std::nullopt;
    const auto next = cells.upper_bound(time);
    return next == cells.begin() ? 0 : std::prev(next)->second;
  }
  bool isBeforeFirst(double time) const { return cells.empty() || time < cells.begin()->first; }
};

std::optional<Stratum> readStratum(Importer& importer, const Element* e) {
  Stratum stratum;
  const auto maxTime = importer.number(e, "maxTime", std::nullopt);
  if (!maxTime) return std::nullopt;
  stratum.maxTime = *maxTime;
  for (const Element* c = e->FirstChildElement("BaselineCell"); c; c = c->NextSiblingElement("BaselineCell")) {
    const auto time = importer.number(c, "time", std::nullopt), hazard = importer.number(c, "cumHazard", std::nullopt);
    if (!time || !hazard || !importer.onlyAttributes(c, {"time", "cumHazard"})) return std::nullopt;
    if (!stratum.cells.emplace(*time, *hazard).second) {
      importer.misplaced(c, "a second BaselineCell for this time");
      return std::nullopt;
    }
  }
  return stratum;
}

// Intervals of time in which no stratum changes. At a maxTime the point itself is one.
struct Intervals {
  Edges edges;
  std::vector<std::pair<double, bool>> starts;  // see Stratum::hazard

  explicit Intervals(const std::vector<Stratum>& strata) {
    std::map<double, bool> times;  // whether it is a maxTime
    for (const Stratum& s : strata) {
      for (const auto& [time, hazard] : s.cells) times.try_emplace(time, false);
      times[s.maxTime] = true;
    }
    add(-kInfinity, times.begin()->first, 1, true);
    for (auto at = times.begin(); at != times.end(); ++at) {
      const double next = std::next(at) == times.end() ? kInfinity : std::next(at)->first;
      if (at->second) add(at->first, at->first, 3, false);
      add(at->first, next, at->second ? 0 : 1, at->second);
    }
  }
  void add(double low, double high, uint8_t closed, bool after) {
    edges.low.push_back(low), edges.high.push_back(high), edges.closed.push_back(closed);
    starts.emplace_back(low, after);
  }
};

}  // namespace

BaseHazard baseCumHazard(Importer& importer, Scope& scope, const Element* model, Elem elem) {
  Builder& build = importer.build;
  const Element* tables = model->FirstChildElement("BaseCumHazardTables");
  if (!tables) return importer.missing(model, "BaseCumHazardTables"), BaseHazard();
  if (!importer.onlyAttributes(tables, {"maxTime"}) ||
      !importer.onlyChildren(tables, {"BaselineStratum", "BaselineCell"}))
    return {};
  const auto timeName = importer.required(model, "endTimeVariable");
  const auto stratumName = importer.attribute(model, "baselineStrataVariable");
  if (!timeName) return {};
  const ValueId given = importer.value(scope, *timeName, model);
  ValueId time = asNumber(importer, given, Elem::f64);
  if (time == kNone) return importer.invalid(model, "endTimeVariable", "no number"), BaseHazard();

  Field* field = stratumName ? importer.field(scope, *stratumName, model) : nullptr;
  if (stratumName && (!field || field->value == kNone)) return {};
  std::vector<Stratum> strata;
  std::map<uint32_t, size_t> byCode;
  if (!stratumName) {
    if (const Element* extra = tables->FirstChildElement("BaselineStratum")) {
      return importer.misplaced(extra, "the model has no baselineStrataVariable"), BaseHazard();
    }
    auto only = readStratum(importer, tables);
    if (!only) return {};
    strata.push_back(std::move(*only));
  } else {
    if (const Element* cell = tables->FirstChildElement("BaselineCell")) {
      return importer.misplaced(cell, "with a baselineStrataVariable, cells belong to a BaselineStratum"), BaseHazard();
    }
    for (const Element* s = tables->FirstChildElement("BaselineStratum"); s;
         s = s->NextSiblingElement("BaselineStratum")) {
      if (!importer.onlyAttributes(s, {"value", "label", "maxTime"}) || !importer.onlyChildren(s, {"BaselineCell"}))
        return {};
      const auto value = importer.required(s, "value");
      const uint32_t code = value ? importer.label(*field, *value, s) : kNone;
      if (code == kNone) return {};
      auto stratum = readStratum(importer, s);
      if (!stratum) return {};
      if (!byCode.emplace(code, strata.size()).second)
        return importer.misplaced(s, "a second BaselineStratum of this value"), BaseHazard();
      strata.push_back(std::move(*stratum));
    }
    if (strata.empty()) return importer.missing(tables, "BaselineStratum"), BaseHazard();
  }

  // The stratum is asked for, then the time, if there is such a stratum.
  ValueId stratum = kNone, isKnown = kNone;
  if (stratumName) {
    const ValueId code = importer.codes(*field);
    if (importer.options.jpmml) {
      std::vector<uint32_t> known;
      for (const auto& [value, index] : byCode) known.push_back(value);
      isKnown = build.add(Select(), {importer.isOneOf(code, known), build.boolean(true), build.missing(scalarType(Elem::boolean))});
    }
    stratum = importer.failIfMissing(code, code);
  }
  time = importer.failIfMissing(time, given, isKnown);

  Intervals intervals(strata);
  const uint64_t count = intervals.starts.size();
  const uint32_t codes = stratumName ? byCode.rbegin()->first + 1 : 1;
  if (count * codes > (1u << 24)) return importer.unsupported(tables, "so many strata and times"), BaseHazard();
  Lookup table, before;
  table.elem = elem, before.elem = Elem::boolean;
  if (stratumName) table.sizes.push_back(codes);
  table.sizes.push_back(static_cast<uint32_t>(count));
  before.sizes = table.sizes;
  for (uint32_t code = 0; code < codes; ++code) {
    const auto known = stratumName ? byCode.find(code) : byCode.end();
    const Stratum* stratum = !stratumName ? &strata[0] : known == byCode.end() ? nullptr : &strata[known->second];
    for (const auto& [start, after] : intervals.starts) {
      const auto hazard = stratum ? stratum->hazard(start, after) : std::nullopt;
      const double value = hazard.value_or(0);
      table.numbers.push_back(elem == Elem::f32 ? static_cast<float>(value) : value);
      table.missing.push_back(!hazard), before.missing.push_back(!hazard);
      before.integers.push_back(hazard && stratum->isBeforeFirst(start));
    }
  }
  Discretize discretize;
  discretize.edges = build.table(std::move(intervals.edges), "times");
  const ValueId interval = build.add(std::move(discretize), {time}, "interval");
  LookupNode lookup, isBefore;
  lookup.table = build.table(std::move(table), "cumHazard"), isBefore.table = build.table(std::move(before), "beforeFirst");
  std::vector<ValueId> keys{interval};
  if (stratumName) keys.insert(keys.begin(), stratum);
  return {build.add(std::move(lookup), keys, "base_hazard"), build.add(std::move(isBefore), keys, "before_first")};
}

}  // namespace kiln::pmml

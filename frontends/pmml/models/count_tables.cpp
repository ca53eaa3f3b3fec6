// Reads nested FieldValues, level by level.
#include "frontends/pmml/models/count_tables.h"

#include <cmath>
#include <map>
#include <set>

namespace kiln::pmml {

namespace {

constexpr size_t kMostCells = 65536;

struct Count {
  std::vector<uint32_t> place;   // of the value, by level
  double count;
};

struct Reading {
  Importer& importer;
  CountTable& table;
  std::vector<Count> counts = {};
  std::set<std::vector<uint32_t>> counted = {};
  std::vector<std::map<std::string, uint32_t>> places = {};   // of the values, by level

  // The field and value of a FieldValue or FieldValueCount at a level.
  bool readValue(const Element* e, size_t level, uint32_t& place) {
    const auto field = importer.required(e, "field"), value = importer.required(e, "value");
    if (!field || !value) return false;
    if (level == table.fields.size()) table.fields.push_back(*field), table.values.emplace_back(), places.emplace_back();
    if (table.fields[level] != *field)
      return importer.invalid(e, "field", "is '" + *field + "' beside '" + table.fields[level] + "' at the same level");
    const auto [known, isNew] = places[level].emplace(*value, static_cast<uint32_t>(places[level].size()));
    place = known->second;
    if (isNew) table.values[level].push_back(*value);
    return true;
  }

  bool readCount(const Element* e, std::vector<uint32_t> above) {
    uint32_t place = 0;
    if (!importer.onlyAttributes(e, {"field", "value", "count"}) || !readValue(e, above.size(), place)) return false;
    const auto count = importer.number(e, "count", std::nullopt);
    if (!count) return false;
    if (!(*count >= 0) || !std::isfinite(*count)) return importer.invalid(e, "count", "a count is not negative");
    above.push_back(place);
    if (!counted.insert(above).second) return importer.misplaced(e, "a second count of these values");
    counts.push_back({std::move(above), *count});
    return true;
  }

  bool read(const Element* root) {
    std::vector<std::pair<const Element*, std::vector<uint32_t>>> pending{{root, {}}};
    while (!pending.empty()) {
      const auto [e, above] = pending.back();
      pending.pop_back();
      if (!importer.onlyChildren(e, {"FieldValue", "FieldValueCount"})) return false;
      for (const Element* c = e->FirstChildElement("FieldValueCount"); c; c = c->NextSiblingElement("FieldValueCount")) {
        if (!readCount(c, above)) return false;
      }
      std::vector<std::pair<const Element*, std::vector<uint32_t>>> inner;
      for (const Element* c = e->FirstChildElement("FieldValue"); c; c = c->NextSiblingElement("FieldValue")) {
        uint32_t place = 0;
        if (!importer.onlyAttributes(c, {"field", "value"}) || !readValue(c, above.size(), place)) return false;
        inner.emplace_back(c, above);
        inner.back().second.push_back(place);
      }
      pending.insert(pending.end(), inner.rbegin(), inner.rend());
    }
    return true;
  }
};

}  // namespace

std::optional<CountTable> readCountTable(Importer& importer, const Element* element) {
  CountTable table;
  table.element = element;
  Reading reading{importer, table};
  if (!importer.onlyAttributes(element, {"sample"}) || !reading.read(element)) return std::nullopt;
  if (reading.counts.empty()) return importer.missing(element, "FieldValueCount"), std::nullopt;
  size_t cells = 1;
  for (const auto& values : table.values) {
    cells *= values.size();
    if (cells > kMostCells) return importer.invalid(element, "", "has over 65,536 combinations of values"), std::nullopt;
  }
  table.counts.assign(cells, 0.0);
  for (const Count& c : reading.counts) {
    if (c.place.size() != table.fields.size()) return importer.invalid(element, "", "has counts at different levels"), std::nullopt;
    size_t index = 0;
    for (size_t level = 0; level < c.place.size(); ++level) index = index * table.values[level].size() + c.place[level];
    table.counts[index] = c.count;
  }
  return table;
}

}  // namespace kiln::pmml

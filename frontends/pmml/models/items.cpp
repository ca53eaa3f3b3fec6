#include "frontends/pmml/models/items.h"

#include <algorithm>
#include <cstring>

#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/tables/lookup.h"

namespace kiln::pmml {

namespace {

constexpr const char* kItemsNote = "a transaction is the rows of a group (usageType group), or one row: FIELD=CATEGORY, FIELD where it is true";

}  // namespace

std::vector<std::pair<std::string, const Element*>> itemFields(const Importer& importer, const Element* model) {
  std::vector<std::pair<std::string, const Element*>> fields;
  const Element* schema = model->FirstChildElement("MiningSchema");
  for (auto* m = schema ? schema->FirstChildElement("MiningField") : nullptr; m;
       m = m->NextSiblingElement("MiningField")) {
    const char *name = m->Attribute("name"), *usage = m->Attribute("usageType");
    if (name && (!usage || std::strcmp(usage, "active") == 0 || name == importer.itemField)) fields.emplace_back(name, m);
  }
  return fields;
}

bool Items::read(const Element* model) {
  std::map<std::vector<std::string>, uint32_t> known;
  for (auto* e = model->FirstChildElement("Item"); e; e = e->NextSiblingElement("Item")) {
    const auto id = importer_.required(e, "id"), value = importer_.required(e, "value");
    if (!id || !value || !importer_.onlyAttributes(e, {"id", "value", "mappedValue", "weight", "field", "category"}) ||
        !importer_.onlyChildren(e, {}))
      return false;
    Item item;
    item.value = *value, item.element = e;
    item.field = importer_.attribute(e, "field").value_or(""),
    item.category = importer_.attribute(e, "category").value_or("");
    auto [same, isNew] =
        known.emplace(std::vector{item.field.empty() ? item.value : "", item.field, item.category}, count());
    if (isNew) add(std::move(item));
    if (!ids_.emplace(*id, same->second).second)
      return importer_.misplaced(e, "item '" + *id + "' stands a second time");
  }
  for (auto* e = model->FirstChildElement("Itemset"); e; e = e->NextSiblingElement("Itemset")) {
    const auto id = importer_.required(e, "id");
    if (!id || !importer_.onlyAttributes(e, {"id", "support", "numberOfItems"}) ||
        !importer_.onlyChildren(e, {"ItemRef"}))
      return false;
    ItemSet set;
    for (auto* ref = e->FirstChildElement("ItemRef"); ref; ref = ref->NextSiblingElement("ItemRef")) {
      const auto item = importer_.required(ref, "itemRef");
      if (!item || !importer_.onlyAttributes(ref, {"itemRef"})) return false;
      const auto found = ids_.find(*item);
      if (found == ids_.end()) return importer_.invalid(ref, "itemRef", "there is no such Item");
      set.items.push_back(found->second);
    }
    if (!sets_.emplace(*id, std::move(set)).second)
      return importer_.misplaced(e, "itemset '" + *id + "' stands a second time");
  }
  return true;
}

void Items::add(Item item) {
  byCategory_.emplace(std::pair(item.field, item.category), count());
  items_.push_back(std::move(item));
}

bool Items::addSet(const std::string& id, const std::string& field, const std::vector<std::string>& values,
                   const Element* at) {
  ItemSet set;
  for (const std::string& value : values) {
    const auto known = byCategory_.find({field, value});
    set.items.push_back(known == byCategory_.end() ? count() : known->second);
    if (known != byCategory_.end()) continue;
    Item added;
    added.value = added.category = value, added.field = field, added.element = at;
    add(std::move(added));
  }
  return sets_.emplace(id, std::move(set)).second;
}

const ItemSet* Items::set(const std::string& id) const {
  const auto found = sets_.find(id);
  return found == sets_.end() ? nullptr : &found->second;
}

const ItemSet* Items::set(const Element* e, const char* attribute) {
  const auto id = importer_.required(e, attribute);
  if (!id) return nullptr;
  const ItemSet* found = set(*id);
  if (!found) importer_.invalid(e, attribute, "there is no such Itemset");
  return found;
}

std::vector<std::pair<std::string, uint32_t>> Items::labels(const Field& field) {
  std::vector<std::pair<std::string, uint32_t>> labels;
  const std::string ofCategory = field.name + "=";
  for (uint32_t i = 0; i < items_.size(); i++) {
    Item& item = items_[i];
    const auto is = [&](const std::string& label) { labels.emplace_back(label, i), item.used = true; };
    const auto isTrue = [&] {
      if (field.type.dataType == DataType::boolean) return is("true");
      if (field.type.dataType != DataType::string) return is("1");
      for (const char* yes : {"true", "True", "TRUE", "t", "T", "1", "yes", "Yes", "YES", "y", "Y"}) is(yes);
    };
    if (!item.field.empty()) {
      if (item.field != field.name) continue;
      if (!item.category.empty())
        is(item.category);
      else if (field.list)
        is(item.value);
      else
        isTrue();
    } else if (field.list) {
      is(item.value);
    } else if (item.value == field.name) {
      isTrue();
    } else if (item.value.starts_with(ofCategory) && !importer_.global.find(item.value)) {
      is(item.value.substr(ofCategory.size()));
    }
  }
  return labels;
}

std::optional<std::vector<ValueId>> Items::codesOf(Scope& scope, const std::string& name, const Element* at) {
  Field* field = importer_.anyField(scope, name, at);
  if (!field) return std::nullopt;
  if (field->element && field->element->Attribute("taxonomy"))
    importer_.warn(at, "the taxonomy of field '" + name + "' has no effect: an item is a value itself, not what that belongs to");
  // One label can stand for several items: each look-up gives one of them.
  std::vector<std::map<uint32_t, uint32_t>> maps;
  for (const auto& [text, item] : labels(*field)) {
    // A label that is no value of the field's type never occurs.
    if (field->type.dataType != DataType::string && !Importer::parseValue(text, field->type)) continue;
    const uint32_t code = importer_.label(*field, text, items_[item].element);
    if (code == kNone) return std::nullopt;
    size_t m = 0;
    while (m < maps.size() && maps[m].count(code)) m++;
    if (m == maps.size()) maps.emplace_back();
    maps[m].emplace(code, item);
  }
  std::vector<ValueId> values;
  for (const auto& map : maps) {
    ir::Lookup table;
    table.elem = ir::Elem::i32;
    table.sizes = {map.rbegin()->first + 1};
    table.integers.assign(table.sizes[0], 0), table.missing.assign(table.sizes[0], 1);
    for (const auto& [code, item] : map) table.integers[code] = item, table.missing[code] = 0;
    ir::LookupNode lookup;
    lookup.table = importer_.build.table(std::move(table), name + "_items");
    values.push_back(importer_.build.add(std::move(lookup), {importer_.codes(*field)}, name + "_item"));
  }
  return values;
}

void Items::warnOfUnused() const {
  for (const Item& item : items_)
    if (!item.used) importer_.warn(item.element, "no active field can give item '" + item.value + "': it is never there");
}

std::optional<ValueId> Items::codes(Scope& scope, const Element* model) {
  std::vector<ValueId> all;
  for (const auto& [name, at] : itemFields(importer_, model)) {
    const auto values = codesOf(scope, name, at);
    if (!values) return std::nullopt;
    all.insert(all.end(), values->begin(), values->end());
  }
  if (!items_.empty() && std::none_of(items_.begin(), items_.end(), [](const Item& item) { return item.used; }))
    return importer_.invalid(model, "", "no active field can give any of the model's items", kItemsNote), std::nullopt;
  warnOfUnused();
  if (all.empty()) {
    ir::Type nothing = ir::scalarType(ir::Elem::i32);
    all.push_back(importer_.build.missing(nothing));
  }
  return importer_.build.add(ir::Concat(), std::move(all), "items");
}

}  // namespace kiln::pmml

// Items and Itemsets of association and sequence models, and how the fields of a row become items.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "frontends/pmml/import.h"

namespace kiln::pmml {

/// An Itemset: numbers of items, in the order of its ItemRefs.
struct ItemSet {
  std::vector<uint32_t> items;
};

/// The Items of a model. Those that mean the same value of the same field are one, called by the first.
class Items {
 public:
  explicit Items(Importer& importer) : importer_(importer) {}
  /// Reads Item and Itemset elements; false if reported.
  bool read(const Element* model);
  /// The Itemset that an attribute names; null if reported.
  const ItemSet* set(const Element* e, const char* attribute);
  const ItemSet* set(const std::string& id) const;
  /// A set of further values of one field, as SetPredicate names them; false if the id is taken.
  bool addSet(const std::string& id, const std::string& field, const std::vector<std::string>& values,
              const Element* at);
  uint32_t count() const { return static_cast<uint32_t>(items_.size()); }
  const std::string& name(uint32_t item) const { return items_[item].value; }
  /// The items that the model's active fields give, as `i32?[n]` of their numbers; nothing if reported. A field that is
  /// a list gives the items whose `value` its elements have. Another one gives the items `FIELD=CATEGORY`, and the item
  /// `FIELD` where it is true (a string: true, t, yes, y in any case, or 1; a number: 1). Item@field and @category say
  /// the same.
  std::optional<ValueId> codes(Scope& scope, const Element* model);
  /// Warns of each item that no field gave.
  void warnOfUnused() const;
  /// The active fields by themselves: of lists of equal length, one vector a field.
  std::optional<std::vector<ValueId>> codesOf(Scope& scope, const std::string& field, const Element* at);

 private:
  struct Item {
    std::string value, field, category;  ///< field and category empty where not given
    bool used = false;
    const Element* element = nullptr;
  };
  void add(Item item);
  /// Labels of a field and the items that they are.
  std::vector<std::pair<std::string, uint32_t>> labels(const Field& field);

  Importer& importer_;
  std::vector<Item> items_;
  std::map<std::string, uint32_t> ids_;
  std::map<std::pair<std::string, std::string>, uint32_t> byCategory_;  // the first item of a field and category
  std::map<std::string, ItemSet> sets_;
};

/// Names of a model's own MiningFields that give items: the active ones, or Importer::itemField.
std::vector<std::pair<std::string, const Element*>> itemFields(const Importer& importer, const Element* model);

}  // namespace kiln::pmml

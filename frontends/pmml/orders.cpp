// The order of an ordinal field: that in which its valid Values are declared.
#include <algorithm>
#include <cstring>

#include "compiler/ir/nodes/const.h"
#include "compiler/ir/nodes/encode.h"
#include "compiler/ir/nodes/raise_if.h"
#include "frontends/pmml/import.h"

namespace kiln::pmml {

using ir::Dict;

namespace {

// Codes are ranks.
Dict declaredValues(const FieldType& type, ir::Elem elem, const Element* declaration) {
  Dict dict;
  dict.elem = elem, dict.open = dict.ordered = true;
  for (auto* e = declaration->FirstChildElement("Value"); e; e = e->NextSiblingElement("Value")) {
    const char *value = e->Attribute("value"), *property = e->Attribute("property");
    if (value && (!property || !std::strcmp(property, "valid"))) Importer::addLabel(dict, value, type);
  }
  return dict;
}

bool ascends(const Dict& dict) {
  return dict.elem != ir::Elem::str && std::is_sorted(dict.numbers.begin(), dict.numbers.end()) &&
         std::is_sorted(dict.integers.begin(), dict.integers.end());
}

}  // namespace

void Importer::declareOrder(Field& field, const Element* declaration) {
  if (field.type.opType != OpType::ordinal || field.value == kNone || field.list || !declaration) return;
  const ir::Type& type = build.type(field.value);
  const bool isText = type.elem == ir::Elem::str || type.elem == ir::Elem::cat;
  if (type.elem == ir::Elem::cat && ranks.count(type.dict)) return;  // its codes are ranks
  Dict dict = declaredValues(field.type, isText ? ir::Elem::str : type.elem, declaration);
  if (!dict.size() || ascends(dict)) return;
  const uint32_t size = dict.size();
  field.order = build.table(std::move(dict), field.name + "_order");
  field.codes = kNone;
  ranks[field.order.id] = size;
}

// Fails where a value is none of those declared. kNone for a constant that is none.
ValueId Importer::ranked(ValueId value) {
  ir::TableRef ref{build.type(value).dict};
  auto found = ranks.find(ref.id);
  if (found == ranks.end()) return kNone;
  if (auto* constant = build.pipeline().producer(value).op->to<ir::Const>(); constant && constant->integer)
    return *constant->integer < found->second ? value : kNone;
  std::vector<uint32_t> all(found->second);
  for (uint32_t i = 0; i < all.size(); i++) all[i] = i;
  return build.add(ir::RaiseIf(), {value, build.call("not", {isOneOf(value, all)})});
}

ValueId Importer::encoded(ValueId value, ir::TableRef order) {
  ir::Encode encode;
  encode.dict = order;
  return build.add(encode, {presentable(value)});
}

ValueId Importer::rankOf(const Typed& x, const Typed& ordinal, const Element* e) {
  if (!x.literal) return ranked(encoded(convert(x, ordinal.type, e), ordinal.order));
  const uint32_t code = addLabel(ordinal.order, *x.literal, ordinal.type);
  if (code < ranks.at(ordinal.order.id)) return build.code(ordinal.order, code);
  return invalid(e, "value", "'" + *x.literal + "' is not a declared value of the ordinal field that it is compared with"), kNone;
}

ValueId Importer::compareRanks(const char* function, const Typed& a, const Typed& b, const Element* e) {
  if (!a || !b) return kNone;
  if (a.anyType || b.anyType) return build.missing(ir::scalarType(ir::Elem::boolean));
  const Typed& ordinal = a.order.id != kNone ? a : b;
  const ValueId x = rankOf(a, ordinal, e), y = rankOf(b, ordinal, e);
  return x == kNone || y == kNone ? kNone : build.call(function, {x, y});
}

}  // namespace kiln::pmml

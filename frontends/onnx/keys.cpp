#include "frontends/onnx/keys.h"

#include <cmath>

#include "compiler/ir/nodes/encode.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/tables/dict.h"
#include "compiler/ir/tables/lookup.h"

namespace kiln::onnx {

namespace {

template <class T>
void addKeys(const std::vector<T>& list, Duplicates duplicates, ir::Dict& dict, Keys& keys) {
  for (size_t i = 0; i < list.size(); i++) {
    if constexpr (std::is_same_v<T, double>)
      if (std::isnan(list[i])) {
        if (!keys.nan || duplicates == Duplicates::last) keys.nan = i;
        continue;
      }
    const uint32_t known = dict.size(), code = dict.add(list[i]);
    if (code == known) {
      keys.places.push_back(i);
    } else {
      keys.hasDuplicates = true;
      if (duplicates == Duplicates::last) keys.places[code] = i;
    }
  }
}

}  // namespace

Keys keysOf(OperatorImport& n, ElementType type, const Elements& list, Duplicates duplicates) {
  Keys keys;
  ir::Dict dict;
  dict.elem = elemOf(type), dict.open = true;
  addKeys(list.texts, duplicates, dict, keys);
  addKeys(list.numbers, duplicates, dict, keys);
  addKeys(list.integers, duplicates, dict, keys);
  keys.dict = n.build.table(std::move(dict), "keys");
  return keys;
}

ValueId codesOf(OperatorImport& n, const Keys& keys, ValueId x, bool fails) {
  ir::Encode encode;
  encode.dict = keys.dict, encode.unknown = fails ? ir::Encode::fail : ir::Encode::other;
  return n.build.add(std::move(encode), {x});
}

ValueId mapped(OperatorImport& n, const Keys& keys, ValueId codes, ElementType type, const Elements& values, const Elements& fallback) {
  ir::Lookup table;
  table.elem = elemOf(type);
  table.sizes = {static_cast<uint32_t>(keys.places.size())};
  table.defaultRow = static_cast<int64_t>(keys.places.size());
  const auto fill = [&](auto& into, const auto& from, const auto& other) {
    for (size_t place : keys.places) into.push_back(from[place]);
    into.push_back(other[0]);
  };
  if (type == ElementType::str) fill(table.text, values.texts, fallback.texts);
  else if (isFloat(type)) fill(table.numbers, values.numbers, fallback.numbers);
  else fill(table.integers, values.integers, fallback.integers);
  ir::LookupNode lookup;
  lookup.table = n.build.table(std::move(table), "mapped");
  return n.build.add(std::move(lookup), {codes});
}

}  // namespace kiln::onnx

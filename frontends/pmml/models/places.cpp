// Places by a look-up table over the field's codes.
#include "frontends/pmml/models/places.h"

#include <algorithm>
#include <map>

#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/tables/lookup.h"

namespace kiln::pmml {

using namespace ir;

ValueId placeAmong(Importer& importer, Field& field, const std::vector<std::string>& values, const Element* at) {
  const ValueId code = importer.codes(field);
  std::vector<uint32_t> codes;
  std::map<uint32_t, std::string> written;
  for (const std::string& value : values) {
    codes.push_back(importer.label(field, value, at));
    if (codes.back() == ir::kNone) return ir::kNone;
    const auto [known, isNew] = written.emplace(codes.back(), value);
    if (!isNew) return importer.invalid(at, "", "'" + known->second + "' and '" + value + "' are one value of field '" + field.name + "'"), ir::kNone;
  }
  Lookup table;
  table.elem = Elem::i32;
  table.sizes = {codes.empty() ? 1 : *std::max_element(codes.begin(), codes.end()) + 1};
  table.integers.assign(table.sizes[0] + 1, static_cast<int64_t>(values.size()));   // one more: every other code
  table.defaultRow = table.sizes[0];
  for (size_t i = 0; i < codes.size(); ++i) table.integers[codes[i]] = static_cast<int64_t>(i);
  LookupNode lookup;
  lookup.table = importer.build.table(std::move(table), "places of " + field.name);
  return importer.build.add(std::move(lookup), {code}, "place");
}

}  // namespace kiln::pmml

// Rows by code, dense or sparse.
#include "compiler/ir/tables/lookup.h"

#include <algorithm>

#include "compiler/ir/pipeline.h"
#include "compiler/ir/tables/checks.h"
#include "compiler/ir/tables/dict.h"
#include "compiler/support/number.h"

namespace kiln::ir {

uint64_t Lookup::combinations() const {
  uint64_t product = 1;
  for (uint32_t size : sizes) product = size && product > UINT64_MAX / size ? UINT64_MAX : product * size;
  return product;
}

uint32_t Lookup::rows() const {
  return static_cast<uint32_t>((numbers.size() + integers.size() + text.size()) / elementsPerRow());
}

uint32_t Lookup::row(const std::vector<uint32_t>& codes) const {
  uint32_t other = defaultRow ? static_cast<uint32_t>(*defaultRow) : kNone;
  uint64_t index = 0;
  for (size_t k = 0; k < sizes.size(); k++) {
    if (codes[k] >= sizes[k]) return other;
    index = index * sizes[k] + codes[k];
  }
  if (keys.empty()) return index < combinations() ? static_cast<uint32_t>(index) : other;
  auto found = std::lower_bound(keys.begin(), keys.end(), static_cast<int64_t>(index));
  if (found == keys.end() || *found != static_cast<int64_t>(index)) return other;
  return static_cast<uint32_t>(found - keys.begin());
}

void Lookup::verify(const Pipeline& pipeline, std::vector<std::string>& problems) const {
  Checks checks(problems);
  checks.expect(!sizes.empty(), [] { return "has no key"; });
  checks.expect(combinations() <= static_cast<uint64_t>(INT64_MAX),
                [] { return "has too many combinations of codes"; });

  // The values: one of three vectors, as elem says.
  size_t count = isFloat(elem) ? numbers.size() : elem == Elem::str ? text.size() : integers.size();
  if (!checks.expect(count == numbers.size() + integers.size() + text.size(),
                     [&] { return std::string("has values that are not ") + elemName(elem); }))
    return;
  uint64_t keyed = keys.empty() ? combinations() : keys.size();
  checks.expect(count % elementsPerRow() == 0 && rows() >= keyed, [&] {
    return "has " + std::to_string(count) + " values for " + std::to_string(keyed) + " rows of " +
           std::to_string(elementsPerRow());
  });
  checks.expect(missing.empty() || missing.size() == count, [] { return "missing is not as long as the values"; });
  for (uint8_t m : missing) checks.expect(m <= 1, [] { return "missing is neither 0 nor 1"; });
  for (double v : numbers) checks.expect(holds(elem, v), [&] { return formatNumber(v) + " is no f32"; });
  uint64_t codes = UINT64_MAX;
  if (elem == Elem::cat) {
    bool known = dict.id < pipeline.tables.size() && pipeline.tables[dict.id]->kind() == TableKind::Dict;
    if (checks.expect(known, [] { return "of cat needs a dict"; })) {
      auto& labels = pipeline.table<Dict>(dict);
      codes = labels.size() + (labels.open ? 1 : 0);
    }
  } else {
    checks.expect(dict.id == kNone, [] { return "has a dict, but is not of cat"; });
  }
  for (size_t i = 0; i < integers.size(); i++) {
    if (i < missing.size() && missing[i]) continue;
    bool ok = elem == Elem::cat ? static_cast<uint64_t>(integers[i]) < codes : holds(elem, integers[i]);
    checks.expect(ok, [&] {
      return std::to_string(integers[i]) +
             (elem == Elem::cat ? " is no code of its dict" : std::string(" is no ") + elemName(elem));
    });
  }

  for (size_t i = 0; i < keys.size(); i++) {
    checks.expect(keys[i] >= 0 && static_cast<uint64_t>(keys[i]) < combinations(),
                  [&] { return "key " + std::to_string(keys[i]) + " is no combination of codes"; });
    checks.expect(i == 0 || keys[i - 1] < keys[i], [&] { return "keys do not ascend at " + std::to_string(i); });
  }
  for (auto& [what, row] : {std::pair("default", defaultRow), std::pair("missing_row", missingRow)})
    checks.expect(!row || (*row >= 0 && *row < rows()), [&, what = what, row = row] {
      return std::string(what) + " is " + std::to_string(*row) + ", but there are " + std::to_string(rows()) + " rows";
    });
}

}  // namespace kiln::ir

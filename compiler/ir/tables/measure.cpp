// The rules of measures.
#include "compiler/ir/tables/measure.h"

#include <algorithm>
#include <cstring>

#include "compiler/ir/tables/checks.h"

namespace kiln::ir {

static int compareNamed(const std::string& name) {
  for (int i = 0; i < 5; i++)
    if (name == Measure::kCompares[i]) return i;
  return -1;
}

Measure::Compare Measure::compareOf(size_t column) const {
  return compare.empty() ? absDiff : static_cast<Compare>(compareNamed(compare[compare.size() == 1 ? 0 : column]));
}

bool Measure::fits(size_t columns) const {
  const auto fit = [&](size_t size) { return size == 0 || size == columns; };
  const auto byTables = static_cast<size_t>(std::count(compare.begin(), compare.end(), "table"));
  return (compare.size() == 1 || fit(compare.size())) && fit(scale.size()) && fit(weight.size()) && fit(adjust.size()) &&
         (compare.size() == 1 ? byTables * columns : byTables) == sizes.size();
}

void Measure::verify(const Pipeline&, std::vector<std::string>& problems) const {
  Checks checks(problems);
  for (const std::string& name : compare)
    checks.expect(compareNamed(name) >= 0, [&] { return "knows no comparison '" + name + "'"; });
  checks.expect(metric != minkowski || p > 0, [] { return "needs p above 0"; });
  checks.expect(binary.size() == (metric == binarySimilarity ? 8 : 0), [] { return "has 8 binary parameters for binarySimilarity alone"; });
  checks.expect(!(isDot() || isBinary()) || (compare.empty() && weight.empty() && scale.empty()),
                [] { return "compares and weighs no columns under this metric"; });
  checks.expect(!isDot() || !skip, [] { return "cannot skip columns of a product"; });
  size_t numbers = 0;
  for (uint32_t size : sizes) {
    checks.expect(size > 0, [] { return "has a table without codes"; });
    numbers += size_t{size} * size;
  }
  checks.expect(numbers == tables.size(),
                [&] { return "has " + std::to_string(tables.size()) + " numbers in tables, their sizes ask for " + std::to_string(numbers); });
}

}  // namespace kiln::ir

// The rules of association rules.
#include "compiler/ir/tables/itemsets.h"

#include "compiler/ir/tables/checks.h"

namespace kiln::ir {

void Itemsets::verify(const Pipeline&, std::vector<std::string>& problems) const {
  Checks checks(problems);
  const auto sets = [&](const std::vector<uint32_t>& first, const std::vector<uint32_t>& members, const char* name) {
    const std::string what(name);
    if (!checks.expect(first.size() == rule.size() + 1 && first.front() == 0 && first.back() == members.size(),
                       [&] { return "first_" + what + " does not run from 0 to the number of items"; }))
      return;
    for (size_t r = 1; r < first.size(); r++)
      checks.expect(first[r - 1] <= first[r],
                    [&] { return "first_" + what + " descends at rule " + std::to_string(r - 1); });
    for (uint32_t item : members)
      checks.expect(item < items,
                    [&] { return what + " has item " + std::to_string(item) + " of " + std::to_string(items); });
  };
  sets(firstAntecedent, antecedent, "antecedent");
  sets(firstConsequent, consequent, "consequent");
  for (uint32_t r : rule) checks.expect(r < 1u << 31, [&] { return "rule " + std::to_string(r) + " is no i32"; });
}

}  // namespace kiln::ir

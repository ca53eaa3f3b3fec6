// The rules of networks.
#include "compiler/ir/tables/network.h"

#include <algorithm>
#include <set>

#include "compiler/ir/tables/checks.h"

namespace kiln::ir {

uint64_t Network::combinations(const std::vector<uint32_t>& variables) const {
  constexpr uint64_t kMost = uint64_t{1} << 32;
  uint64_t product = 1;
  for (uint32_t v : variables) product = std::min(product * sizes[v], kMost);
  return product;
}

uint64_t Network::likelihoods() const {
  uint64_t sum = 0;
  for (size_t f = 0; f < factors(); f++)
    if (isLikelihood(f)) sum += combinations(scopeOf(f));
  return sum;
}

void Network::verify(const Pipeline&, std::vector<std::string>& problems) const {
  Checks checks(problems);
  bool ok = checks.expect(!sizes.empty(), [] { return "has no variables"; });
  for (uint32_t size : sizes) ok = checks.expect(size > 0 && size < 1u << 24, [] { return "a variable has 1 to 2^24 - 1 states"; }) && ok;
  for (uint32_t v : scope) ok = checks.expect(v < sizes.size(), [&] { return "there is no variable " + std::to_string(v); }) && ok;
  ok = checks.ranges(firstScope, scope.size(), "first_scope") && ok;
  ok = checks.ranges(firstNumber, numbers.size(), "first_number") && ok;
  if (!ok || !checks.expect(firstScope.size() == firstNumber.size(), [] { return "first_scope and first_number differ in length"; })) return;
  for (size_t f = 0; f < factors(); f++) {
    const std::vector<uint32_t> variables = scopeOf(f);
    checks.expect(std::set<uint32_t>(variables.begin(), variables.end()).size() == variables.size(),
                  [&] { return "factor " + std::to_string(f) + " names a variable twice"; });
    const uint64_t values = combinations(variables);
    checks.expect(values <= 1u << 24 && (isLikelihood(f) || firstNumber[f + 1] - firstNumber[f] == values),
                  [&] { return "factor " + std::to_string(f) + " has not one number for each combination of states"; });
  }
}

}  // namespace kiln::ir

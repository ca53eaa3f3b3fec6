// The rules of products.
#include "compiler/ir/tables/exponents.h"

#include "compiler/ir/tables/checks.h"

namespace kiln::ir {

void Exponents::verify(const Pipeline&, std::vector<std::string>& problems) const {
  Checks checks(problems);
  checks.expect(operand.size() == exponent.size(), [] { return "operand and exponent differ in length"; });
  if (!checks.expect(first.size() >= 2 && first.front() == 0 && first.back() == operand.size(),
                     [] { return "first does not run from 0 to the number of factors"; }))
    return;
  for (size_t t = 1; t < first.size(); t++)
    checks.expect(first[t - 1] <= first[t], [&] { return "first descends at term " + std::to_string(t); });
  for (size_t i = 0; i < exponent.size(); i++)
    checks.expect(!std::isnan(exponent[i]), [&] { return "exponent " + std::to_string(i) + " is nan"; });
}

}  // namespace kiln::ir

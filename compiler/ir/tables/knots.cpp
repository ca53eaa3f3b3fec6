// The rules of knots.
#include "compiler/ir/tables/knots.h"

#include "compiler/ir/tables/checks.h"

namespace kiln::ir {

void Knots::verify(const Pipeline&, std::vector<std::string>& problems) const {
  Checks checks(problems);
  checks.expect(x.size() >= 2, [&] { return "has " + std::to_string(x.size()) + " knots, expected 2 or more"; });
  if (!checks.expect(x.size() == y.size(), [] { return "x and y differ in length"; })) return;
  for (size_t i = 0; i < x.size(); i++) {
    checks.expect(std::isfinite(x[i]) && !std::isnan(y[i]),
                  [&] { return "knot " + std::to_string(i) + " is not finite"; });
    checks.expect(i == 0 || !(x[i] <= x[i - 1]),
                  [&] { return "x of knot " + std::to_string(i) + " is not above the one before"; });
  }
}

}  // namespace kiln::ir

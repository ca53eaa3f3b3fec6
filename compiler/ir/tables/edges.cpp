// The rules of bins.
#include "compiler/ir/tables/edges.h"

#include "compiler/ir/tables/checks.h"

namespace kiln::ir {

void Edges::verify(const Pipeline&, std::vector<std::string>& problems) const {
  Checks checks(problems);
  checks.expect(!low.empty(), [] { return "has no bin"; });
  if (!checks.expect(low.size() == high.size() && low.size() == closed.size(),
                     [] { return "low, high and closed differ in length"; }))
    return;
  for (size_t i = 0; i < low.size(); i++) {
    checks.expect(!std::isnan(low[i]) && !std::isnan(high[i]),
                  [&] { return "bin " + std::to_string(i) + " has an edge that is nan"; });
    checks.expect(closed[i] <= 3, [&] {
      return "bin " + std::to_string(i) + ": closed is " + std::to_string(closed[i]) + ", expected 0 to 3";
    });
  }
}

}  // namespace kiln::ir

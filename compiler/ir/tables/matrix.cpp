// The rules of matrices.
#include "compiler/ir/tables/matrix.h"

#include "compiler/ir/tables/checks.h"
#include "compiler/support/number.h"

namespace kiln::ir {

void Matrix::verify(const Pipeline&, std::vector<std::string>& problems) const {
  Checks checks(problems);
  if (!checks.expect(isNumber(elem) || elem == Elem::boolean || elem == Elem::str,
                     [&] { return std::string("cannot hold ") + elemName(elem); }))
    return;
  checks.expect(!shape.empty() && shape.size() <= 8, [] { return "needs a shape of 1 to 8 dimensions"; });
  uint64_t size = 1;
  for (uint32_t n : shape) {
    checks.expect(n > 0, [] { return "has a dimension of 0"; });
    size = n && size > UINT64_MAX / n ? UINT64_MAX : size * n;
  }
  const char* used = isFloat(elem) ? "numbers" : elem == Elem::str ? "text" : "integers";
  size_t count = isFloat(elem) ? numbers.size() : elem == Elem::str ? text.size() : integers.size();
  checks.expect(count == size, [&] {
    return std::string("has ") + std::to_string(count) + ' ' + used + ", its shape asks for " + std::to_string(size);
  });
  checks.expect(count == numbers.size() + integers.size() + text.size(),
                [&] { return std::string("of ") + elemName(elem) + " holds only " + used; });
  for (double v : numbers) checks.expect(holds(elem, v), [&] { return formatNumber(v) + " is no f32"; });
  for (int64_t v : integers)
    checks.expect(holds(elem, v), [&] { return std::to_string(v) + " is no " + elemName(elem); });
}

}  // namespace kiln::ir

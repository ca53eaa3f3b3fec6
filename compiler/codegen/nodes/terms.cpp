// Lowers `terms`: factors without exponent 0, small integer exponents apart.
#include "compiler/ir/nodes/terms.h"

#include <cmath>

#include "compiler/codegen/nodes/labels.h"
#include "compiler/ir/tables/exponents.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

void lower(const ir::Terms& op, NodeEmitter& emit) {
  const auto& table = emit.pipeline().table<ir::Exponents>(op.exponents);
  std::vector<uint32_t> first = {0};
  std::vector<kernel::Factor> factors;
  for (size_t t = 0; t + 1 < table.first.size(); t++) {
    for (uint32_t f = table.first[t]; f < table.first[t + 1]; f++) {
      const double e = table.exponent[f];
      const bool small = e == std::trunc(e) && e >= 1 && e <= 16;
      if (e != 0) factors.push_back({e, table.operand[f], small ? static_cast<uint32_t>(e) : 0});
    }
    first.push_back(static_cast<uint32_t>(factors.size()));
  }
  const kernel::TermParams params{emit.blob("terms of @" + table.name, first),
                                  emit.blob("factors of @" + table.name, factors)};
  emit.call(kernelName("terms", emit.resultType().storage()), params, {emit.in(0), emit.out()});
}

}  // namespace kiln::codegen

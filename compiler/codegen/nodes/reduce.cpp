// Lowers `reduce`.
#include "compiler/ir/nodes/reduce.h"

#include "compiler/codegen/nodes/labels.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

void lower(const ir::Reduce& op, NodeEmitter& emit) {
  const ir::Type& x = emit.operandType(0);
  const kernel::ReduceParams params{op.op, op.skip, op.checked ? emit.statusCode(KILN_UNDEFINED) : 0, x.shape.back()};
  const bool logical = op.op == ir::Reduce::any || op.op == ir::Reduce::all;
  const std::string order = op.order == ir::Reduce::index ? "" : std::string("_") + ir::Reduce::kOrders[op.order];
  const std::string name = std::string(emit.resultType().isScalar() ? "reduce_" : "rows_reduce_") + (logical ? "logical" : ir::Reduce::kKinds[op.op]) + order;
  emit.call(kernelName(name, x.storage()), params, {emit.in(0), emit.out()});
}

}  // namespace kiln::codegen

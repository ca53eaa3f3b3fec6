// Lowers `reduce`.
#include "compiler/ir/nodes/reduce.h"

#include "compiler/codegen/nodes/labels.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

void lower(const ir::Reduce& op, NodeEmitter& emit) {
  const kernel::ReduceParams params{op.op, op.skip, op.checked ? emit.statusCode(KILN_UNDEFINED) : 0};
  const std::string name = std::string("reduce_") + ir::Reduce::kKinds[op.op];
  emit.call(kernelName(name, emit.operandType(0).storage()), params, {emit.in(0), emit.out()});
}

}  // namespace kiln::codegen

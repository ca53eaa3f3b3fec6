// Lowers `argmax`.
#include "compiler/ir/nodes/argmax.h"

#include "compiler/codegen/nodes/labels.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

void lower(const ir::ArgMax& op, NodeEmitter& emit) {
  const kernel::OrderParams params{op.smallest, op.last, emit.operandType(0).shape.back()};
  emit.call(kernelName(emit.resultType().isScalar() ? "argmax" : "rows_argmax", emit.operandType(0).storage()), params, {emit.in(0), emit.out()});
}

}  // namespace kiln::codegen

// Lowers `topk`.
#include "compiler/ir/nodes/topk.h"

#include "compiler/codegen/nodes/labels.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

void lower(const ir::TopK& op, NodeEmitter& emit) {
  const kernel::OrderParams params{op.smallest, op.order == ir::TopK::unsorted, emit.operandType(0).shape.back()};
  emit.call(kernelName(op.order == ir::TopK::value ? "topk" : "topk_heap", emit.operandType(0).storage()), params, {emit.in(0), emit.out(0), emit.out(1)});
}

}  // namespace kiln::codegen

// Lowers `cumsum`.
#include "compiler/ir/nodes/cumsum.h"

#include "compiler/codegen/nodes/labels.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

void lower(const ir::CumSum& op, NodeEmitter& emit) {
  const kernel::CumSumParams params{emit.resultType().shape.back(), op.exclusive, op.reverse};
  emit.call(kernelName("cumsum", emit.resultType().storage()), params, {emit.in(0), emit.out()});
}

}  // namespace kiln::codegen

// Lowers `normalize`.
#include "compiler/ir/nodes/normalize.h"

#include "compiler/codegen/nodes/labels.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

void lower(const ir::Normalize& op, NodeEmitter& emit) {
  const kernel::NormalizeParams params{op.method, emit.operandType(0).shape.back(), emit.resultType().shape.back()};
  emit.call(kernelName("normalize", emit.resultType().storage()), params, {emit.in(0), emit.out()});
}

}  // namespace kiln::codegen

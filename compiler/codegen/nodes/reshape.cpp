// Lowers `reshape`: another name of the same elements; a scalar is copied.
#include "compiler/ir/nodes/reshape.h"

#include "compiler/codegen/nodes/labels.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

void lower(const ir::Reshape&, NodeEmitter& emit) {
  if (emit.view(0) || (emit.operandType(0).isScalar() && emit.resultType().isScalar() && emit.forward())) return;
  const ir::Storage storage = emit.resultType().storage();
  if (emit.operandType(0).isScalar() && emit.resultType().isScalar()) {
    const Arg one = emit.temporarySlot(storage, 1, true, true);
    emit.call(kernelName("spread", storage), {emit.in(0), one});
    return emit.call(kernelName("take", storage), kernel::TakeParams{}, {one, emit.out()});
  }
  if (emit.operandType(0).isScalar()) return emit.call(kernelName("spread", storage), {emit.in(0), emit.out()});
  emit.call(kernelName("take", storage), kernel::TakeParams{}, {emit.in(0), emit.out()});
}

}  // namespace kiln::codegen

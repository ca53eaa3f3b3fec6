// Lowers `onehot`.
#include "compiler/ir/nodes/onehot.h"

#include "compiler/codegen/nodes/labels.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

void lower(const ir::OneHot& op, NodeEmitter& emit) {
  const char* form = emit.operandType(0).isScalar() ? "onehot_scalar" : "onehot_vector";
  emit.call(kernelName(form, emit.resultType().storage()), kernel::OneHotParams{op.size}, {emit.in(0), emit.out()});
}

}  // namespace kiln::codegen

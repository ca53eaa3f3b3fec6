// Lowers `raise_if`.
#include "compiler/ir/nodes/raise_if.h"

#include "compiler/codegen/nodes/labels.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

void lower(const ir::RaiseIf& op, NodeEmitter& emit) {
  const kernel::CauseParams params{0, emit.statusCode(op.cause, op.fieldIndex)};
  emit.elementwise(kernelName("raise_if", emit.resultType().storage()), params);
}

}  // namespace kiln::codegen

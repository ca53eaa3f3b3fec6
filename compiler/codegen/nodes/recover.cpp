// Lowers `recover`.
#include "compiler/ir/nodes/recover.h"

#include "compiler/codegen/nodes/labels.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

void lower(const ir::Recover& op, NodeEmitter& emit) {
  const kernel::CauseParams params{static_cast<int32_t>(op.causes), 0};
  emit.elementwise(kernelName("recover", emit.resultType().storage()), params);
}

}  // namespace kiln::codegen

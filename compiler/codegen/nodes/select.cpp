// Lowers `select`.
#include "compiler/ir/nodes/select.h"

#include "compiler/codegen/nodes/labels.h"

namespace kiln::codegen {

void lower(const ir::Select&, NodeEmitter& emit) {
  emit.elementwise(kernelName("select", emit.resultType().storage()));
}

}  // namespace kiln::codegen

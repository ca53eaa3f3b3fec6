// Lowers `scatter`.
#include "compiler/ir/nodes/scatter.h"

#include "compiler/codegen/nodes/addressing.h"
#include "compiler/codegen/nodes/labels.h"

namespace kiln::codegen {

void lower(const ir::Scatter& op, NodeEmitter& emit) {
  const kernel::ScatterParams params{addressParams(op.places, emit.operandType(2).shape, emit), op.op};
  const std::string indices = storageName(emit.operandType(1).storage());
  emit.call(kernelName("scatter_" + indices, emit.resultType().storage()), params, {emit.in(0), emit.in(1), emit.in(2), emit.out()});
}

}  // namespace kiln::codegen

// Lowers `neighbors`.
#include "compiler/ir/nodes/neighbors.h"

#include "compiler/codegen/nodes/labels.h"
#include "compiler/codegen/nodes/measure.h"

namespace kiln::codegen {

void lower(const ir::Neighbors& op, NodeEmitter& emit) {
  const kernel::NeighborParams params{measureParams(emit, op.rows, op.measure), op.largest};
  emit.call(kernelName("neighbors", emit.resultType().storage()), params, {emit.in(0), emit.out(0), emit.out(1)});
}

}  // namespace kiln::codegen

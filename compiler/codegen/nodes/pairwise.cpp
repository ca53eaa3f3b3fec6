// Lowers `pairwise`.
#include "compiler/ir/nodes/pairwise.h"

#include "compiler/codegen/nodes/labels.h"
#include "compiler/codegen/nodes/measure.h"

namespace kiln::codegen {

void lower(const ir::Pairwise& op, NodeEmitter& emit) {
  emit.call(kernelName("pairwise", emit.resultType().storage()), measureParams(emit, op.rows, op.measure), {emit.in(0), emit.out()});
}

}  // namespace kiln::codegen

// Lowers `couple`.
#include "compiler/ir/nodes/couple.h"

#include "compiler/codegen/nodes/labels.h"

namespace kiln::codegen {

void lower(const ir::Couple&, NodeEmitter& emit) { emit.call(kernelName("couple", emit.resultType().storage()), {emit.in(0), emit.out()}); }

}  // namespace kiln::codegen

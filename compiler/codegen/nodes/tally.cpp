// Lowers `tally`.
#include "compiler/ir/nodes/tally.h"

#include "compiler/codegen/nodes/labels.h"

namespace kiln::codegen {

void lower(const ir::Tally&, NodeEmitter& emit) {
  emit.call(kernelName("tally", emit.operandType(1).storage()), {emit.in(0), emit.in(1), emit.out(0), emit.out(1)});
}

}  // namespace kiln::codegen

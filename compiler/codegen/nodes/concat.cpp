// Lowers `concat`: each operand is copied to its place.
#include "compiler/ir/nodes/concat.h"

#include "compiler/codegen/nodes/labels.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

void lower(const ir::Concat& op, NodeEmitter& emit) {
  const ir::Storage storage = emit.resultType().storage();
  const uint32_t step = op.run(emit.resultType().shape);
  uint32_t element = 0;
  for (size_t i = 0; i < emit.operands(); i++) {
    const ir::Type& x = emit.operandType(i);
    const uint32_t run = x.isScalar() ? 1 : op.run(x.shape);
    const kernel::IntoParams params{element, i == 0, run, step};
    emit.call(kernelName(x.isScalar() ? "concat_scalar" : "concat_vector", storage), params, {emit.in(i), emit.out()});
    element += run;
  }
}

}  // namespace kiln::codegen

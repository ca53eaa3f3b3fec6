// Lowers `concat`: each operand is copied to its place.
#include "compiler/ir/nodes/concat.h"

#include "compiler/codegen/nodes/labels.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

void lower(const ir::Concat&, NodeEmitter& emit) {
  const ir::Storage storage = emit.resultType().storage();
  uint32_t element = 0;
  for (size_t i = 0; i < emit.operands(); i++) {
    const ir::Type& x = emit.operandType(i);
    const kernel::IntoParams params{element, i == 0};
    emit.call(kernelName(x.isScalar() ? "concat_scalar" : "concat_vector", storage), params, {emit.in(i), emit.out()});
    element += x.size();
  }
}

}  // namespace kiln::codegen

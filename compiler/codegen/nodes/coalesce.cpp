// Lowers `coalesce` to a chain of two-operand steps through its result.
#include "compiler/ir/nodes/coalesce.h"

#include "compiler/codegen/nodes/labels.h"

namespace kiln::codegen {

void lower(const ir::Coalesce&, NodeEmitter& emit) {
  const ir::Type& type = emit.resultType();
  const std::string kernel = kernelName(type.isScalar() ? "coalesce" : "coalesce_vector", type.storage());
  emit.call(kernel, {emit.in(0), emit.in(emit.operands() > 1 ? 1 : 0), emit.out()});
  for (size_t i = 2; i < emit.operands(); i++) emit.call(kernel, {emit.out(), emit.in(i), emit.out()});
}

}  // namespace kiln::codegen

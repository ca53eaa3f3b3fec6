// input: a cell to a value. The block form has nothing to do: the driver has filled the input's column. No column holds a list:
// there it is empty.
#include "compiler/ir/nodes/input.h"

#include "compiler/codegen/emitter.h"

namespace kiln::codegen {

void lower(const ir::Input& op, NodeEmitter& emit) {
  const std::string storage = storageName(emit.resultType().storage());
  if (op.list && !emit.rowForm()) return emit.call("input_absent_" + storage, {emit.out()});
  struct {
    kernel::FieldPlan field;
    uint32_t index;
  } params = {emit.schemaField(), emit.schemaIndex()};
  emit.call((op.list ? "input_list_" : emit.resultType().isScalar() ? "input_" : "input_tensor_") + storage, params, {emit.out()});
}

}  // namespace kiln::codegen

// input: a cell to a value. The block form has nothing to do: the driver has filled the input's column.
#include "compiler/ir/nodes/input.h"

#include "compiler/codegen/emitter.h"

namespace kiln::codegen {

void lower(const ir::Input&, NodeEmitter& emit) {
  struct {
    kernel::FieldPlan field;
    uint32_t index;
  } params = {emit.schemaField(), emit.schemaIndex()};
  emit.call(std::string("input_") + storageName(emit.resultType().storage()), params, {emit.out()});
}

}  // namespace kiln::codegen

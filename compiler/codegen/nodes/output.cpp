// output: a value to the row's cell, or to its column of the block.
#include "compiler/ir/nodes/output.h"

#include "compiler/codegen/emitter.h"

namespace kiln::codegen {

void lower(const ir::Output&, NodeEmitter& emit) {
  const ir::Type& type = emit.operandType(0);
  const std::string storage = storageName(type.storage());
  if (emit.rowForm()) {
    struct {
      kernel::FieldPlan field;
      uint32_t index;
    } params = {emit.schemaField(), emit.schemaIndex()};
    emit.call((type.isScalar() ? "output_cell_" : "output_cells_") + storage, params, {emit.in(0)});
  } else if (type.storage() == ir::Storage::str) {
    emit.call(type.isScalar() ? "output_nothing_str" : "output_nothings_str", {emit.in(0)});
  } else {
    emit.call((type.isScalar() ? "output_column_" : "output_columns_") + storage, {emit.in(0), emit.outputSlot()});
  }
}

}  // namespace kiln::codegen

// check: ends the row if a value failed.
#include "compiler/ir/nodes/check.h"

#include "compiler/codegen/emitter.h"

namespace kiln::codegen {

void lower(const ir::Check&, NodeEmitter& emit) {
  if (emit.operands() == 1 && emit.forward()) return;
  const ir::Type& type = emit.operandType(0);
  const std::string kernel = std::string(type.isScalar() ? "" : "vector_") + storageName(type.storage());
  if (emit.plainForm() && type.isScalar()) {
    emit.callOrLeave("plain_check_" + kernel, nullptr, 0, {emit.in(0), emit.out()});
    if (emit.operands() == 2) emit.call("notes", {emit.in(1)});
    return;
  }
  if (emit.operands() == 2) emit.call("check_notes_" + kernel, {emit.in(0), emit.in(1), emit.out()});
  else emit.call("check_" + kernel, {emit.in(0), emit.out()});
}

}  // namespace kiln::codegen

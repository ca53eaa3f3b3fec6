// note: a note bit of the row's status where a condition is true.
#include "compiler/ir/nodes/note.h"

#include "compiler/codegen/emitter.h"

namespace kiln::codegen {

void lower(const ir::Note& op, NodeEmitter& emit) { emit.call("note_if", op.bit, {emit.in(0)}); }

}  // namespace kiln::codegen

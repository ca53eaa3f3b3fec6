// Lowers `matches`: one pass of an automaton.
#include "compiler/ir/nodes/matches.h"

#include "compiler/codegen/nodes/regexes.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

void lower(const ir::Matches& op, NodeEmitter& emit) {
  emit.elementwise("matches_str", kernel::MatchParams{regexInBlob(emit, op.pattern, op.ignoreCase, false)});
}

}  // namespace kiln::codegen

// Nodes whose lowering is still to come; a strong definition takes over.
#include <stdexcept>

#include "compiler/codegen/emitter.h"

namespace kiln::codegen {

#define PENDING(Type) \
  __attribute__((weak)) void lower(const ir::Type&, NodeEmitter&) { __builtin_trap(); }
PENDING(Const)
PENDING(Prepare)
PENDING(RaiseIf)
PENDING(Recover)
PENDING(Call)
PENDING(Cast)
PENDING(Select)
PENDING(Coalesce)
PENDING(Choose)
PENDING(Encode)
PENDING(LookupNode)
PENDING(Discretize)
PENDING(Piecewise)
PENDING(Concat)
PENDING(Take)
PENDING(Reduce)
PENDING(ArgMax)
PENDING(TopK)
PENDING(Tally)
PENDING(Dense)
PENDING(Terms)
PENDING(Normalize)
PENDING(Combine)
#undef PENDING

}  // namespace kiln::codegen

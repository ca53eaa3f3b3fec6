// A pass: one rewriting of a pipeline, in a file of its own, listed in passes.def.
#pragma once
#include "compiler/ir/pipeline.h"

namespace kiln::passes {

struct Pass {
  const char* name;
  /// Values, status and notes of every row stay what they were, bit for bit. (The node number of a failure is one of
  /// the final pipeline.)
  bool exact;
  const char* what;
  /// True if it changed anything.
  bool (*run)(ir::Pipeline& pipeline);
};

#define PASS(name, exact, what) bool name(ir::Pipeline& pipeline);
#include "compiler/passes/passes.def"
#undef PASS

}  // namespace kiln::passes

// Runs the passes in the order of passes.def, and does not trust them: the verifier looks at what each has left.
#pragma once
#include <string>
#include <vector>

#include "compiler/passes/pass.h"
#include "compiler/support/diagnostics.h"

namespace kiln::passes {

struct PassTime {
  const char* name;
  double seconds;  ///< of the pass, without the verifier
  bool changed;
};

const std::vector<Pass>& all();
std::vector<std::string> passNames();

/// Runs the exact passes up to and including the one called `last` (empty: all). The pipeline must be sound. False,
/// with internal errors, if a pass leaves an unsound one, or if there is no pass `last`.
bool run(ir::Pipeline& pipeline, const std::string& last, Diagnostics& diagnostics,
         std::vector<PassTime>* times = nullptr);

}  // namespace kiln::passes

// Which parts of the drivers and of the library a scorer has no use for: every tier's drivers can read, quantise and store all types of
// fields, of which a scorer has a few. The linker drops the others.
#pragma once
#include <string>
#include <vector>

#include "compiler/codegen/tiers.h"
#include "compiler/ir/pipeline.h"
#include "runtime/kernels/scorer_plan.h"

namespace kiln::codegen {

/// What a scorer reads and stores.
struct Needs {
  std::vector<kernel::FieldPlan> inputs, outputs;   ///< with the Slots of blocks, of all tiers
  std::vector<uint32_t> forestColumns;              ///< kernel::kColumnF64 ..
};
/// Adds the columns of the pipeline's forests.
void addForests(const ir::Pipeline& pipeline, Needs& needs);

/// Symbols that nothing of such a scorer ever calls.
std::vector<std::string> unneededParts(const Needs& needs, const std::vector<const Tier*>& tiers);

}  // namespace kiln::codegen

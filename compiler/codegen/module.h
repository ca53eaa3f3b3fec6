// LLVM modules of a scorer: link the kernels that are needed, specialise, optimise, generate an object.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "compiler/codegen/codegen.h"
#include "compiler/codegen/schedule.h"
#include "compiler/codegen/tiers.h"

namespace kiln::codegen {

struct ModuleOutput {
  std::string object;                ///< relocatable ELF
  std::string llvm, assembly;        ///< if asked for
  std::string error;                 ///< our own bug: what LLVM says
  double seconds[3] = {0, 0, 0};     ///< link, optimise, generate
};

struct TierInput {
  const Tier& tier;
  InstancePlan row, block;
  std::optional<InstancePlan> plain;   ///< of plain rows (plain_rows.h)
  std::optional<InstancePlan> element;   ///< of one element (one_element.h)
  std::optional<InstancePlan> wide;      ///< of a wide row (wide_row.h)
};

/// kiln_<tier>_body_row, kiln_<tier>_body_block and, where there are such, kiln_<tier>_body_elements and kiln_<tier>_body_wide, which the drivers call. May run beside others in threads of their own.
ModuleOutput buildTier(const TierInput& input, const Want& want);

void initialiseTargets();

}  // namespace kiln::codegen

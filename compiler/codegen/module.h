// LLVM modules of a scorer: link the kernels that are needed, specialise, optimise, generate an object.
#pragma once
#include <string>
#include <vector>

#include "compiler/codegen/codegen.h"
#include "compiler/codegen/schedule.h"
#include "compiler/codegen/tiers.h"
#include "runtime/kernels/scorer_plan.h"

namespace kiln::codegen {

struct ModuleOutput {
  std::string object;                ///< relocatable ELF
  std::string llvm, assembly;        ///< if asked for
  std::string error;                 ///< our own bug: what LLVM says
  double seconds[3] = {0, 0, 0};     ///< link, optimise, generate
};

struct TierInput {
  const ir::Pipeline& pipeline;
  const Tier& tier;
  const Record& row;
  const Schedule& rowSchedule;
  const Record& block;
  const Schedule& blockSchedule;
  const kernel::ScorerPlan& plan;
};

/// The entries kiln_<tier>_score_row and kiln_<tier>_score_rows. May run beside others in threads of their own.
ModuleOutput buildTier(const TierInput& input, const Want& want);

/// kiln_query_v1, the only export, and kiln_encode, kiln_bind, kiln_describe, kiln_extension, for the target's first tier.
ModuleOutput buildShared(const Tier& tier, const kernel::ScorerPlan& plan, const std::vector<uint32_t>& levels, const Want& want);

void initialiseTargets();

}  // namespace kiln::codegen

// The const tables of the C ABI: identity, schema, a kiln_scorer a tier.
#pragma once
#include "compiler/codegen/codegen.h"
#include "compiler/codegen/data_object.h"
#include "compiler/codegen/fields.h"
#include "compiler/codegen/tiers.h"
#include "compiler/support/version.h"

namespace kiln::codegen {

struct AbiFacts {
  const ir::Pipeline& pipeline;
  const Options& options;
  const Schema& schema;
  std::vector<const Tier*> tiers;
  std::string contentSha256;
  std::vector<kernel::ScorerPlan> plans;   ///< one a tier
  uint64_t scratchPerTextByte = 0;
};

void addAbiTables(const AbiFacts& facts, DataObject& object);

inline constexpr const char* kCompiler = "kiln " KILN_VERSION;

}  // namespace kiln::codegen

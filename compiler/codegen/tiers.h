// The tiers: one instruction set each, with its own bitcode of the kernels and its own module of a scorer.
#pragma once
#include <string_view>

namespace kiln::codegen {

struct Tier {
  const char* name;
  const char* target;
  const char* march;
  const char* cpu;
  const char* features;
  int preferVectorWidth;
  int lanes;                    ///< rows of the N-row instance of a node
  std::string_view bitcode;     ///< of runtime/kernels, built for this tier
  std::string_view drivers;     ///< the tier's entries, an ELF object
  int vectorBytes() const { return preferVectorWidth ? 64 : std::string_view(name) == "v3" ? 32 : 16; }
};

/// All tiers, in the order of tiers.def.
const Tier* tiersBegin();
const Tier* tiersEnd();
const Tier* findTier(std::string_view name);
/// What all tiers of a target share, an ELF object.
std::string_view libraryOf(std::string_view target);

}  // namespace kiln::codegen

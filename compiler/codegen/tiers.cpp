#include "compiler/codegen/tiers.h"

// cmake/kernels.cmake embeds these. A target's library goes by the name of its first tier.
#define TIER(name, target, march, cpu, features, width, lanes, drivers)                        \
  extern "C" const char kiln_bitcode_##name##_begin[], kiln_bitcode_##name##_end[];           \
  extern "C" const char kiln_drivers_##name##_begin[], kiln_drivers_##name##_end[];
#include "compiler/codegen/tiers.def"
#undef TIER
extern "C" const char kiln_library_v2_begin[], kiln_library_v2_end[], kiln_library_neon_begin[], kiln_library_neon_end[];

namespace kiln::codegen {

static std::string_view between(const char* begin, const char* end) { return {begin, static_cast<size_t>(end - begin)}; }

static const Tier kTiers[] = {
#define TIER(name, target, march, cpu, features, width, lanes, drivers)                        \
  {#name,    target,                                                                           \
   march,    cpu,                                                                              \
   features, width,                                                                            \
   lanes,    between(kiln_bitcode_##name##_begin, kiln_bitcode_##name##_end),                  \
   between(kiln_drivers_##name##_begin, kiln_drivers_##name##_end)},
#include "compiler/codegen/tiers.def"
#undef TIER
};

const Tier* tiersBegin() { return std::begin(kTiers); }
const Tier* tiersEnd() { return std::end(kTiers); }
const Tier* findTier(std::string_view name) {
  for (const Tier& tier : kTiers)
    if (name == tier.name) return &tier;
  return nullptr;
}
std::string_view libraryOf(std::string_view target) {
  return target == "aarch64-linux" ? between(kiln_library_neon_begin, kiln_library_neon_end)
                                   : between(kiln_library_v2_begin, kiln_library_v2_end);
}

}  // namespace kiln::codegen

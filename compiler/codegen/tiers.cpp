#include "compiler/codegen/tiers.h"

#define TIER(name, target, march, cpu, features, width, lanes) \
  extern "C" const char kiln_bitcode_##name##_begin[], kiln_bitcode_##name##_end[];
#include "compiler/codegen/tiers.def"
#undef TIER

namespace kiln::codegen {

static const Tier kTiers[] = {
#define TIER(name, target, march, cpu, features, width, lanes)                  \
  {#name, target, march, cpu, features, width, lanes,                          \
   std::string_view(kiln_bitcode_##name##_begin,                               \
                    static_cast<size_t>(kiln_bitcode_##name##_end - kiln_bitcode_##name##_begin))},
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

}  // namespace kiln::codegen

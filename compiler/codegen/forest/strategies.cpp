// The table of forest strategies.
#include "compiler/codegen/forest/strategies.h"

namespace kiln::codegen {

const std::vector<const ForestStrategy*>& forestStrategies() {
  static const std::vector<const ForestStrategy*> all = {
#define STRATEGY(name) &name##Strategy(),
#include "compiler/codegen/forest/strategies.def"
#undef STRATEGY
  };
  return all;
}

}  // namespace kiln::codegen

// One function a row of strategies.def, defined in <name>.cpp.
#pragma once
#include "compiler/codegen/forest/strategy.h"

namespace kiln::codegen {

#define STRATEGY(name) const ForestStrategy& name##Strategy();
#include "compiler/codegen/forest/strategies.def"
#undef STRATEGY

}  // namespace kiln::codegen

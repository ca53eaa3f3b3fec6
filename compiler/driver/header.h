// A C header for one scorer: names for its columns, so that a host's mistake is a compile error.
#pragma once
#include <string>

#include "compiler/ir/pipeline.h"

namespace kiln::driver {

/// enum constants for the places of inputs and outputs: NAME_IN_age, NAME_OUT_probability_yes.
std::string headerText(const ir::Pipeline& pipeline, const std::string& name);

}  // namespace kiln::driver

// The pipeline of one element, for pipelines that do the same to every element of their only input: its matrix need not be turned into
// columns and back.
#pragma once
#include <optional>

#include "compiler/ir/pipeline.h"

namespace kiln::codegen {

/// Nothing if elements are not all, and alike, or one may be missing or fail behind the input's check.
std::optional<ir::Pipeline> oneElement(const ir::Pipeline& whole);
/// Whether the matrices are of doubles: what the input or the output is needs them.
bool elementsAreDoubles(const ir::Pipeline& element);

}  // namespace kiln::codegen

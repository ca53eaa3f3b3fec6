// The pipeline of one element, for pipelines that do the same to every element of their only input: its matrix need not be turned into
// columns and back.
#pragma once
#include <optional>

#include "compiler/ir/pipeline.h"

namespace kiln::codegen {

/// Nothing if elements are not all, and alike, or one may be missing or fail behind the input's check.
std::optional<ir::Pipeline> oneElement(const ir::Pipeline& whole);
/// What the matrix of an end of such a pipeline holds, f64, f32, i64 or i32: the values of that end; truth values are numbers of the other's size.
ir::Elem elementOf(const ir::Pipeline& element, bool input);

}  // namespace kiln::codegen

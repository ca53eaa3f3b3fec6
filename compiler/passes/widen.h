// --precision=double: a pipeline of floats computed in double.
#pragma once
#include "compiler/ir/pipeline.h"

namespace kiln::passes {

/// Every f32 becomes f64: inputs, constants, tables, casts, sums, outputs. Only the columns of a forest are rounded to float for it,
/// because its thresholds are floats; its sums are double. Numbers of the model that are floats stay what they are.
void widenFloats(ir::Pipeline& pipeline);

}  // namespace kiln::passes

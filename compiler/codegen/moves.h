// Pipelines whose outputs are inputs in another order: rows of a matrix are copied, not turned into columns and back.
#pragma once
#include <cstdint>
#include <vector>

#include "compiler/ir/pipeline.h"

namespace kiln::codegen {

/// The input that each output is, both numbered as columns of the schema. Empty if an output is anything else, one may be missing or
/// fail, or they are not all of one type of number.
std::vector<uint32_t> movedInputs(const ir::Pipeline& pipeline);

}  // namespace kiln::codegen

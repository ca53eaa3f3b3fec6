// Which elements of an input the pipeline reads: of wide rows, those that a selection of features leaves out need not be brought in.
#pragma once
#include <vector>

#include "compiler/ir/pipeline.h"

namespace kiln::codegen {

/// Of each element of an input's value, whether anything but a `take` or a forest of other elements reads it.
std::vector<bool> readElements(const ir::Pipeline& pipeline, ir::NodeId input);

}  // namespace kiln::codegen

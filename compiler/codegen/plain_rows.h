// The pipeline of plain rows: those in which no input is missing and none fails. Most rows are; their code need not ask.
#pragma once
#include <optional>

#include "compiler/ir/pipeline.h"

namespace kiln::codegen {

/// `whole`, with every scalar input required: it gives the outputs and notes that `whole` gives, or ends the row, and then the row is to be
/// scored by `whole`. Nothing where little would be gained: no input may be missing, or the rest of the model dwarfs the inputs.
std::optional<ir::Pipeline> plainRows(const ir::Pipeline& whole);

}  // namespace kiln::codegen

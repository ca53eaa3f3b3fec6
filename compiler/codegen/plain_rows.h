// The pipeline of plain rows: those in which no input is missing, none fails and lists are short. Most rows are; their code need not ask.
#pragma once
#include <optional>

#include "compiler/ir/pipeline.h"

namespace kiln::codegen {

/// A list is as long as the longest that is allowed, missing beyond its end; most transactions have a handful of items.
inline constexpr uint32_t kShortList = 16;

/// `whole`, with every scalar input required and lists of no more than kShortList items: it gives the outputs and notes that `whole` gives, or ends the row, and then the row is to be
/// scored by `whole`. Nothing where little would be gained: no input may be missing or is a list, or the rest of the model dwarfs the inputs.
std::optional<ir::Pipeline> plainRows(const ir::Pipeline& whole);

}  // namespace kiln::codegen

// Reads the text form of a pipeline. An .ir file is a model that every verb takes.
#pragma once
#include <optional>
#include <string_view>

#include "compiler/ir/pipeline.h"
#include "compiler/support/diagnostics.h"

namespace kiln::ir {

/// Nothing, with diagnostics, if the text is malformed or does not pass the verifier.
std::optional<Pipeline> parse(const Source& source, Diagnostics& diagnostics);
/// Whether these bytes begin an IR text.
bool isIrText(std::string_view bytes);

}  // namespace kiln::ir

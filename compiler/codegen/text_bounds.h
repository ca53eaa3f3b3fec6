// How much text the nodes of a pipeline can make in the arena for one row.
#pragma once
#include "compiler/ir/pipeline.h"

namespace kiln::codegen {

/// At most `fixed` bytes and `perTextByte` for each byte of the row's input text. Block: without free text among the inputs.
/// A single text counts for 64 KiB at most: one that grows beyond (joins of joins) can end its row with KILN_TEXT_TOO_LONG.
struct TextBound {
  uint64_t fixed = 0, perTextByte = 0;
};
TextBound textBound(const ir::Pipeline& pipeline, bool block);

}  // namespace kiln::codegen

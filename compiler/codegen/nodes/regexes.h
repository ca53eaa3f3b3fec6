// Automata of regular expressions in the blob.
#pragma once
#include <string>

#include "compiler/codegen/emitter.h"
#include "compiler/ir/regex/regex.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

/// A kernel::RegexTable with all that it points to; with the ways to the ends of matches if `ends`.
std::string regexTable(const regex::Regex& regex, bool ends);
/// Offset of a kernel::RegexTable.
uint32_t regexInBlob(NodeEmitter& emit, const std::string& pattern, bool ignoreCase, bool ends, bool longest = false);
/// The rule of a tokenizer table.
kernel::TokenRule tokenRule(NodeEmitter& emit, ir::TableRef tokenizer);

}  // namespace kiln::codegen

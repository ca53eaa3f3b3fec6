// The text form of a pipeline: exact, deterministic, and parse.h reads it back to an equal pipeline. Grammar: docs/ir.md.
#pragma once
#include <string>

#include "compiler/ir/pipeline.h"

namespace kiln::ir {

struct PrintOptions {
  bool full = true;          ///< false: tables over `tableRows` entries are elided (such a text does not parse back)
  uint32_t tableRows = 64;
  bool provenance = true;    ///< comments that say where a node comes from
};
std::string print(const Pipeline& pipeline, const PrintOptions& options = {});
/// One node, as in the text form, for messages.
std::string printNode(const Pipeline& pipeline, NodeId node);
std::string printType(const Pipeline& pipeline, const Type& type);

}  // namespace kiln::ir

// The PMML frontend: a document to a pipeline.
#pragma once
#include <optional>

#include "compiler/ir/pipeline.h"
#include "compiler/support/diagnostics.h"
#include "compiler/support/limits.h"

namespace kiln::pmml {

struct ImportOptions {
  bool jpmml = false;   ///< --semantics=jpmml: where JPMML departs from the text and users depend on it
  Limits limits;
};

/// Whether these bytes begin an XML document.
bool isPmml(std::string_view bytes);
/// Nothing, with located diagnostics (as many as can be found in one run), if the document cannot be compiled.
std::optional<ir::Pipeline> import(const Source& source, const ImportOptions& options, Diagnostics& diagnostics);

}  // namespace kiln::pmml

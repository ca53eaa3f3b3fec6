// The PMML frontend: a document to a pipeline.
#pragma once
#include <map>
#include <optional>
#include <string>

#include "compiler/ir/pipeline.h"
#include "compiler/support/diagnostics.h"
#include "compiler/support/limits.h"

namespace kiln::pmml {

struct ImportOptions {
  bool jpmml = false;   ///< --semantics=jpmml: where JPMML departs from the text and users depend on it
  Limits limits;
  std::map<std::string, std::string> tables = {};   ///< --table: the text of a TableLocator's table, comma-separated, by name
};

/// Whether these bytes begin an XML document.
bool isPmml(std::string_view bytes);
/// Nothing, with located diagnostics (as many as can be found in one run), if the document cannot be compiled.
std::optional<ir::Pipeline> import(const Source& source, const ImportOptions& options, Diagnostics& diagnostics);
/// Markdown: models, elements and attributes, functions and output features, and what becomes of each.
std::string coverage();

}  // namespace kiln::pmml

// The ONNX frontend: a model to a pipeline.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/pipeline.h"
#include "compiler/support/diagnostics.h"
#include "compiler/support/limits.h"

namespace kiln::onnx {

struct ImportOptions {
  bool spec = false;           ///< --semantics=spec: the standard's text where ONNX Runtime departs from it
  bool externalData = false;   ///< --external-data: tensors may lie in files beside the model
  Limits limits;
  std::vector<std::string> shapes, constants;   ///< --shape, --constant: see frontends/onnx/shapes.h
  std::vector<std::string> leftOut;             ///< --leave-out: the same
};

/// Whether these bytes are a ModelProto: only its fields, with their wire types, and a graph among them.
bool isOnnx(std::string_view bytes);
/// Nothing, with located diagnostics (as many as can be found in one run), if the model cannot be compiled.
std::optional<ir::Pipeline> import(const Source& source, const ImportOptions& options, Diagnostics& diagnostics);

/// Operators with their versions, and the warnings about exporters, as Markdown tables: a part of docs/coverage.md. (coverage.cpp)
std::string coverage();

}  // namespace kiln::onnx

// From a model file to a verified pipeline: recognise the format by content, import, verify, run the passes.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/pipeline.h"
#include "compiler/support/diagnostics.h"
#include "compiler/support/limits.h"

namespace kiln::driver {

struct LoadOptions {
  bool jpmml = false;          ///< --semantics=jpmml: PMML as JPMML-Evaluator
  bool spec = false;           ///< --semantics=spec: ONNX by the standard's text; the default is ONNX Runtime's way
  bool externalData = false;   ///< --external-data: tensors of an ONNX model may lie in files beside it
  bool doublePrecision = false;   ///< --precision=double: floats of the pipeline are computed in double
  bool passes = true;          ///< run the passes after the import
  std::string dumpAfter;       ///< "import", or the name of a pass: stop there
  Limits limits;
  std::vector<std::string> tables;   ///< --table NAME=FILE.csv: tables that a PMML document only names
  std::vector<std::string> shapes, constants;   ///< --shape NAME=SIZES, --constant NAME=VALUES: of inputs of an ONNX model
  std::vector<std::string> leftOut;             ///< --leave-out NAME: outputs of an ONNX model
};

struct Load {
  std::optional<ir::Pipeline> pipeline;                    ///< nothing, with diagnostics, if it cannot be compiled
  std::vector<std::pair<std::string, double>> seconds;     ///< by stage, in order
};

enum class Format : uint8_t { unknown, pmml, onnx, ir, scorer };
Format recognise(std::string_view bytes);

/// Opens a model file ("-": standard input) within the limits; nothing, with a diagnostic, if it cannot be read.
std::optional<Source> openModel(const std::string& path, const Limits& limits, Diagnostics& diagnostics);
Load load(const Source& source, const LoadOptions& options, Diagnostics& diagnostics);

}  // namespace kiln::driver

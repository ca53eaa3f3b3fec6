// Shapes of inputs that are fixed before the graph is read: by the user, or by the operators that take them.
#pragma once
#include <string>
#include <vector>

#include "compiler/support/diagnostics.h"
#include "frontends/onnx/onnx.h"

namespace onnx {
class GraphProto;
class ModelProto;
}  // namespace onnx

namespace kiln::onnx {

/// A dimension of -1 is an open one, as Paddle2ONNX and ML.NET write it.
void openDimensions(::onnx::GraphProto& graph);

/// Leading dimensions of inputs that are open become 1: one evaluation scores one row.
void fixToOneRow(::onnx::GraphProto& graph);

/// --shape NAME=D,D,..: sizes of an input's dimensions, `?` for one that stays as the model declares it (the first: open). --constant
/// NAME=V,V,..: the input is no column any more but has these elements, row-major. False, with diagnostics, if an option
/// names no input or contradicts the model. --leave-out NAME: an output that is not computed.
bool fixInputs(::onnx::ModelProto& model, const ImportOptions& options, Diagnostics& diagnostics);

/// Gives inputs [.., ?] the width that their operators need: a Scaler of 4 offsets, coefficients, weights, a list of category columns have one; trees
/// and lists of column numbers need so many columns at least, and no more count if nothing else sees them.
void inferWidths(::onnx::GraphProto& graph);

}  // namespace kiln::onnx

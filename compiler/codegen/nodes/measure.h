// The instances and the measure of a node as a kernel takes them.
#pragma once
#include "compiler/codegen/emitter.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

/// Puts both tables into the blob, in the type of operand 0.
kernel::MeasureParams measureParams(NodeEmitter& emit, ir::TableRef rows, ir::TableRef measure);

}  // namespace kiln::codegen

// Places of `gather` and `scatter` as their kernels read them.
#pragma once
#include "compiler/codegen/emitter.h"
#include "compiler/ir/nodes/addressing.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

/// `shape` is that of the tensor of places.
kernel::AddressParams addressParams(const ir::Addressing& places, const std::vector<uint32_t>& shape, NodeEmitter& emit);

}  // namespace kiln::codegen

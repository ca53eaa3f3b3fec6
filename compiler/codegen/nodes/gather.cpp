// Lowers `gather`.
#include "compiler/ir/nodes/gather.h"

#include "compiler/codegen/nodes/addressing.h"
#include "compiler/codegen/nodes/labels.h"

namespace kiln::codegen {

kernel::AddressParams addressParams(const ir::Addressing& places, const std::vector<uint32_t>& shape, NodeEmitter& emit) {
  kernel::AddressParams params{};
  params.axes = static_cast<uint32_t>(shape.size()), params.indices = static_cast<uint32_t>(places.dims.size());
  for (size_t d = 0; d < shape.size(); d++) params.size[d] = shape[d], params.which[d] = places.which[d], params.offset[d] = places.offset[d];
  for (size_t j = 0; j < places.dims.size(); j++) params.dims[j] = places.dims[j], params.stride[j] = places.strides[j];
  params.status = emit.statusCode(KILN_UNDEFINED);
  return params;
}

void lower(const ir::Gather& op, NodeEmitter& emit) {
  const ir::Storage storage = emit.resultType().storage();
  const std::string indices = storageName(emit.operandType(1).storage());
  const kernel::AddressParams places = addressParams(op.places, op.shape, emit);
  const uint32_t table = emit.constantAt(0);
  if (table != ir::kNone && storage != ir::Storage::boolean)
    return emit.call(kernelName("gather_constant_" + indices, storage), kernel::ConstantPlacesParams{places, table}, {emit.in(1), emit.out()});
  emit.call(kernelName("gather_" + indices, storage), places, {emit.in(0), emit.in(1), emit.out()});
}

}  // namespace kiln::codegen

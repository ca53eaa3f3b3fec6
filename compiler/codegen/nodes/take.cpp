// Lowers `take`: constant places are copied, a place that depends on the row is looked up lane by lane.
#include "compiler/ir/nodes/take.h"

#include "compiler/codegen/nodes/labels.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

void lower(const ir::Take& op, NodeEmitter& emit) {
  const ir::Type& x = emit.operandType(0);
  const ir::Storage storage = x.storage();
  const bool scalar = emit.resultType().isScalar();
  kernel::TakeParams params{};
  params.width = x.shape.size() == 2 ? x.shape[1] : 1;
  if (op.at.empty()) {
    params.count = x.shape[0];
    params.status = emit.statusCode(KILN_UNDEFINED);
    return emit.call(kernelName(scalar ? "take_at" : "take_row", storage), params,
                     {emit.in(0), emit.in(1), emit.out()});
  }
  if (scalar) {
    params.element = op.at[0];
    return emit.call(kernelName("take", storage), params, {emit.in(0), emit.out()});
  }
  std::vector<uint32_t> list;
  for (uint32_t row : op.at)
    for (uint32_t c = 0; c < params.width; c++) list.push_back(row * params.width + c);
  params.list = emit.blob("elements", list);
  emit.call(kernelName("take_list", storage), params, {emit.in(0), emit.out()});
}

}  // namespace kiln::codegen

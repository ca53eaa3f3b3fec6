// Lowers `conv`: constant weights stand in the blob.
#include "compiler/ir/nodes/conv.h"

#include "compiler/codegen/nodes/labels.h"
#include "compiler/ir/tables/matrix.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

void lower(const ir::Conv& op, NodeEmitter& emit) {
  const ir::Storage storage = emit.resultType().storage();
  const bool given = op.weights.id == ir::kNone;
  const auto& shape = given ? emit.operandType(1).shape : emit.pipeline().table<ir::Matrix>(op.weights).shape;
  const ir::Conv::Extent extent = op.extent(emit.operandType(0).shape, shape);
  kernel::ConvParams params{};
  params.batch = extent.batch, params.groups = op.groups, params.channels = extent.channels, params.outputs = extent.outputs;
  for (int d = 0; d < 3; d++) {
    params.size[d] = extent.size[d], params.kernel[d] = extent.kernel[d], params.result[d] = extent.result[d];
    params.stride[d] = extent.stride[d], params.dilation[d] = extent.dilation[d], params.pad[d] = extent.pad[d];
  }
  const auto constants = [&](ir::TableRef ref) {
    const auto& table = emit.pipeline().table<ir::Matrix>(ref);
    return emit.blobOnce("const @" + table.name, [&] { return packElements(storage, table.numbers, table.integers); });
  };
  params.weights = given ? kernel::kNone : constants(op.weights);
  params.bias = op.bias.id == ir::kNone ? kernel::kNone : constants(op.bias);
  const bool biasGiven = op.biased && op.bias.id == ir::kNone;
  if (!given && biasGiven) {   // its weights come along as an operand
    uint32_t count = 1;
    for (uint32_t d : shape) count *= d;
    const Arg weights = emit.temporarySlot(storage, count, false, false);
    emit.call(kernelName("matrix", storage), kernel::MatrixParams{params.weights}, {weights});
    return emit.call(kernelName("conv_biased", storage), params, {emit.in(0), weights, emit.in(1), emit.out()});
  }
  if (biasGiven) return emit.call(kernelName("conv_biased", storage), params, {emit.in(0), emit.in(1), emit.in(2), emit.out()});
  if (given) return emit.call(kernelName("conv_given", storage), params, {emit.in(0), emit.in(1), emit.out()});
  emit.call(kernelName("conv", storage), params, {emit.in(0), emit.out()});
}

}  // namespace kiln::codegen

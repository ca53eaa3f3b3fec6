// Lowers `kernel_machine`: of each instance the outputs that it counts for.
#include "compiler/ir/nodes/kernel_machine.h"

#include "compiler/codegen/nodes/labels.h"
#include "compiler/codegen/nodes/measure.h"
#include "compiler/ir/tables/matrix.h"

namespace kiln::codegen {

constexpr size_t kAcross = 8;   // outputs that stand in lanes for one row

void lower(const ir::KernelMachine& op, NodeEmitter& emit) {
  const auto& w = emit.pipeline().table<ir::Matrix>(op.coefficients);
  const ir::Storage storage = emit.resultType().storage();
  const size_t outputs = w.shape[0], rows = w.shape[1];
  std::vector<uint32_t> first = {0}, output;
  std::vector<double> weights;
  for (size_t i = 0; i < rows; i++) {
    for (size_t o = 0; o < outputs; o++)
      if (w.numbers[o * rows + i] != 0) output.push_back(static_cast<uint32_t>(o)), weights.push_back(w.numbers[o * rows + i]);
    first.push_back(static_cast<uint32_t>(output.size()));
  }
  const auto pack = [&](const std::string& key, const std::vector<double>& numbers) {
    const std::string bytes = packElements(storage, numbers, {});
    return emit.blob(key, bytes.data(), bytes.size(), 64);
  };
  kernel::KernelMachineParams params{measureParams(emit, op.rows, op.measure), 0, 0, 0, kernel::kNone, 0, kernel::kNone};
  params.first = emit.blob("rows of @" + w.name, first), params.output = emit.blob("outputs of @" + w.name, output);
  params.weights = pack("coefficients of @" + w.name, weights);
  params.one = outputs == 1 && weights.size() == rows;
  if (outputs > 1 && outputs <= kAcross) {
    std::vector<double> across(rows * kAcross, 0.0);
    for (size_t i = 0; i < rows; i++)
      for (size_t o = 0; o < outputs; o++) across[i * kAcross + o] = w.numbers[o * rows + i];
    params.across = pack("coefficients side by side of @" + w.name, across);
  }
  if (op.bias.id != ir::kNone) {
    const auto& bias = emit.pipeline().table<ir::Matrix>(op.bias);
    params.bias = pack("bias @" + bias.name, bias.numbers);
  }
  const ir::Type& type = emit.resultType();
  const std::string kernel = kernelName("kernel_machine", storage);
  if (!type.isScalar()) return emit.call(kernel, params, {emit.in(0), emit.out()});
  const Arg one = emit.temporarySlot(storage, 1, type.nullable, type.fallible);
  emit.call(kernel, params, {emit.in(0), one});
  emit.call(kernelName("take", storage), kernel::TakeParams{}, {one, emit.out()});
}

}  // namespace kiln::codegen

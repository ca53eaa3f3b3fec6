// Lowers `arrange`: a run of neighbouring elements is another name of theirs; others are copied, by strides where they are regular.
#include "compiler/ir/nodes/arrange.h"

#include "compiler/codegen/nodes/labels.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

namespace {

struct Axis {
  uint32_t size;
  int64_t stride;
};

// Without axes of one element, neighbouring axes that one stride runs through as one.
std::vector<Axis> joined(const ir::Arrange& op) {
  std::vector<Axis> axes;
  for (size_t d = 0; d < op.shape.size(); d++) {
    if (op.shape[d] == 1) continue;
    if (!axes.empty() && axes.back().stride == op.strides[d] * op.shape[d])
      axes.back() = {axes.back().size * op.shape[d], op.strides[d]};
    else
      axes.push_back({op.shape[d], op.strides[d]});
  }
  if (axes.empty()) axes.push_back({1, 1});
  return axes;
}

void addFill(const ir::Arrange& op, NodeEmitter& emit, kernel::FillParams& fill) {
  fill.number = op.number.value_or(0), fill.integer = op.integer.value_or(0);
  const std::string text = op.text.value_or("");
  fill.text = emit.blob("text", text.data(), text.size(), 8), fill.length = static_cast<uint32_t>(text.size());
}

}  // namespace

void lower(const ir::Arrange& op, NodeEmitter& emit) {
  const ir::Storage storage = emit.resultType().storage();
  const bool regular = op.at.empty();
  if (emit.operandType(0).isScalar() && regular) {
    if (!emit.resultType().isScalar()) return emit.call(kernelName("spread", storage), {emit.in(0), emit.out()});
    const Arg one = emit.temporarySlot(storage, 1, true, true);
    emit.call(kernelName("spread", storage), {emit.in(0), one});
    return emit.call(kernelName("take", storage), kernel::TakeParams{}, {one, emit.out()});
  }
  kernel::ArrangeParams params{};
  params.list = kernel::kNone;
  if (regular) {
    const std::vector<Axis> axes = joined(op);
    if (axes.size() == 1 && axes[0].stride == 1 && emit.view(static_cast<uint32_t>(op.start))) return;
    params.axes = static_cast<uint32_t>(axes.size()), params.start = static_cast<uint32_t>(op.start);
    for (size_t d = 0; d < axes.size(); d++) params.size[d] = axes[d].size, params.stride[d] = static_cast<int32_t>(axes[d].stride);
  } else {
    std::vector<int32_t> list(op.at.begin(), op.at.end());
    params.list = emit.blob("elements", list);
    addFill(op, emit, params.fill);
  }
  const auto slotOf = [&](const ir::Type& type) { return emit.temporarySlot(storage, 1, type.nullable, type.fallible); };
  Arg from = emit.in(0), to = emit.out();
  if (emit.operandType(0).isScalar()) {
    from = slotOf(emit.operandType(0));
    emit.call(kernelName("spread", storage), {emit.in(0), from});
  }
  const bool scalar = emit.resultType().isScalar();
  if (scalar) to = slotOf(emit.resultType());
  emit.call(kernelName("arrange", storage), params, {from, to});
  if (scalar) emit.call(kernelName("take", storage), kernel::TakeParams{}, {to, emit.out()});
}

}  // namespace kiln::codegen

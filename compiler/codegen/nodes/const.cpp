// Lowers `const`.
#include "compiler/ir/nodes/const.h"

#include "compiler/codegen/nodes/labels.h"
#include "compiler/ir/tables/matrix.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

namespace {

void lowerMatrix(const ir::Const& op, NodeEmitter& emit) {
  const auto& table = emit.pipeline().table<ir::Matrix>(op.matrix);
  const ir::Storage storage = emit.resultType().storage();
  const std::string key = "const @" + table.name;
  if (storage == ir::Storage::str)
    return emit.call("matrix_str", kernel::MatrixParams{textsInBlob(emit, key, table.text)}, {emit.out()});
  const std::string bytes = packElements(storage, table.numbers, table.integers);
  const kernel::MatrixParams params{emit.blob(key, bytes.data(), bytes.size(), 64)};
  emit.call(kernelName("matrix", storage), params, {emit.out()});
  emit.constantVector(params.values);
}

template <class T, class V>
void lowerScalar(const ir::Const& op, V value, NodeEmitter& emit) {
  kernel::ConstParams<T> params{};
  params.value = static_cast<T>(value);
  params.missing = op.isMissing;
  emit.call(kernelName("const", emit.resultType().storage()), params, {emit.out()});
}

}  // namespace

void lower(const ir::Const& op, NodeEmitter& emit) {
  if (op.matrix.id != ir::kNone) return lowerMatrix(op, emit);
  const double number = op.number.value_or(0);
  const int64_t integer = op.integer.value_or(0);
  switch (emit.resultType().storage()) {
    case ir::Storage::f64:
      return lowerScalar<double>(op, number, emit);
    case ir::Storage::f32:
      return lowerScalar<float>(op, number, emit);
    case ir::Storage::i64:
      return lowerScalar<int64_t>(op, integer, emit);
    case ir::Storage::i32:
      return lowerScalar<int32_t>(op, integer, emit);
    case ir::Storage::boolean:
      return lowerScalar<uint8_t>(op, integer != 0, emit);
    case ir::Storage::str:
      break;
  }
  const std::string text = op.text.value_or("");
  const kernel::ConstTextParams params{emit.blob("text", text.data(), text.size(), 8),
                                       static_cast<uint32_t>(text.size()), op.isMissing};
  emit.call("const_str", params, {emit.out()});
}

}  // namespace kiln::codegen

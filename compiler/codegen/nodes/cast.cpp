// Lowers `cast`: a kernel for each mode and pair of types; labels are looked up by code.
#include "compiler/ir/nodes/cast.h"

#include "compiler/codegen/nodes/labels.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

namespace {

// "date", or the name of the storage: what a text conversion works on.
std::string textName(ir::Elem elem) {
  const bool isDate = elem == ir::Elem::date || elem == ir::Elem::time || elem == ir::Elem::datetime;
  return isDate ? ir::elemName(elem) : storageName(ir::storageOf(elem));
}

void lowerLabel(NodeEmitter& emit) {
  const auto& dict = emit.pipeline().table<ir::Dict>(ir::TableRef{emit.operandType(0).dict});
  const ir::Storage storage = emit.resultType().storage();
  const std::string key = "values of @" + dict.name;
  kernel::LookupParams params{};
  params.key = {dict.size(), 1};
  params.row = {0, 0, -1, -1};
  params.value = {0, kernel::kNone, dict.size()};
  if (storage == ir::Storage::str) {
    params.value.values = textsInBlob(emit, key, dict.text);
  } else {
    const std::string bytes = packElements(storage, dict.numbers, dict.integers);
    params.value.values = emit.blob(key, bytes.data(), bytes.size(), 64);
  }
  emit.elementwise(kernelName("lookup", storage), params);
}

}  // namespace

void lower(const ir::Cast& op, NodeEmitter& emit) {
  const ir::Type& x = emit.operandType(0);
  const std::string from = storageName(x.storage()), to = storageName(emit.resultType().storage());
  const kernel::FailParams mismatch{emit.statusCode(KILN_TYPE_MISMATCH)}, tooLong{emit.statusCode(KILN_TEXT_TOO_LONG)};
  switch (op.mode) {
    case ir::Cast::saturate:
      return emit.elementwise("cast_" + from + "_" + to, kernel::FailParams{});
    case ir::Cast::lowest:
      return emit.elementwise("lowest_" + from + "_" + to, kernel::FailParams{});
    case ir::Cast::wrap:
      return emit.elementwise("wrap_" + from + "_" + to, kernel::FailParams{});
    case ir::Cast::checked:
      if (x.elem == ir::Elem::str) return emit.elementwise("parse_" + textName(op.elem), mismatch);
      return emit.elementwise("exact_" + from + "_" + to, mismatch);
    case ir::Cast::label:
      return lowerLabel(emit);
    case ir::Cast::shortest:
      return emit.elementwise("format_" + textName(x.elem), tooLong);
    case ir::Cast::onnx:
      return emit.elementwise("format_" + textName(x.elem) + (ir::isInteger(x.elem) ? "" : "_onnx"), tooLong);
    case ir::Cast::java:
      return emit.elementwise("format_" + textName(x.elem) + (ir::isFloat(x.elem) ? "_java" : ""), tooLong);
  }
}

}  // namespace kiln::codegen

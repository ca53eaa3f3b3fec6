// Lowers `lookup`: with one key a single step, else keys to an index, index to a row, row to its values.
#include "compiler/ir/nodes/lookup.h"

#include "compiler/codegen/nodes/labels.h"
#include "compiler/ir/tables/lookup.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

namespace {

kernel::RowParams rowParams(const ir::Lookup& table, NodeEmitter& emit) {
  kernel::RowParams params{};
  params.count = static_cast<uint32_t>(table.keys.size());
  if (params.count) params.keys = emit.blob("keys of @" + table.name, table.keys);
  params.default_row = table.defaultRow ? static_cast<int32_t>(*table.defaultRow) : -1;
  params.missing_row = table.missingRow ? static_cast<int32_t>(*table.missingRow) : -1;
  return params;
}

kernel::ValueParams valueParams(const ir::Lookup& table, NodeEmitter& emit) {
  const std::string key = "values of @" + table.name;
  const ir::Storage storage = ir::storageOf(table.elem);
  kernel::ValueParams params{0, kernel::kNone, table.rows()};
  if (storage == ir::Storage::str) {
    params.values = textsInBlob(emit, key, table.text);
  } else {
    const std::string bytes = packElements(storage, table.numbers, table.integers);
    params.values = emit.blob(key, bytes.data(), bytes.size(), 64);
  }
  for (uint8_t missing : table.missing)
    if (missing) {
      params.missing = emit.blob("missing of @" + table.name, table.missing);
      break;
    }
  return params;
}

}  // namespace

void lower(const ir::LookupNode& op, NodeEmitter& emit) {
  const auto& table = emit.pipeline().table<ir::Lookup>(op.table);
  const ir::Storage storage = emit.resultType().storage();
  if (table.sizes.size() == 1 && table.width == 0) {
    const kernel::LookupParams params{{table.sizes[0], 1}, rowParams(table, emit), valueParams(table, emit)};
    return emit.elementwise(kernelName("lookup", storage), params);
  }
  const Arg index = emit.temporary(ir::Storage::i64), row = emit.temporary(ir::Storage::i32);
  for (size_t k = 0; k < table.sizes.size(); k++) {
    const kernel::KeyParams key{table.sizes[k], k == 0};
    emit.call("lookup_key", key, {emit.in(k), index});
  }
  emit.call("lookup_row", rowParams(table, emit), {index, row});
  emit.call(kernelName(table.width ? "lookup_vector" : "lookup_value", storage), valueParams(table, emit),
            {row, emit.out()});
}

}  // namespace kiln::codegen

// input: a cell to a value. The block form has nothing to do: the driver has filled the input's column. No column holds a list:
// there it is empty.
#include "compiler/ir/nodes/input.h"

#include <algorithm>
#include <cstring>

#include "compiler/codegen/emitter.h"
#include "compiler/codegen/perfect_hash.h"
#include "compiler/ir/tables/dict.h"
#include "runtime/kernels/strings.h"

namespace kiln::codegen {
namespace {

/// The hash of few labels as constants; shift 0 where the dictionary has many, or long ones.
kernel::FewLabels fewLabels(const ir::Input& op, NodeEmitter& emit) {
  const auto& labels = emit.pipeline().table<ir::Dict>(op.dict);
  kernel::FewLabels few{};
  if (labels.elem != ir::Elem::str) return few;
  for (const std::string& label : labels.text) few.longest = std::max(few.longest, static_cast<uint32_t>(label.size()));
  const std::string bytes = hashLabels({labels.text.begin(), labels.text.end()});
  kernel::HashTable table;
  std::memcpy(&table, bytes.data(), sizeof table);
  few.seed[0] = table.seed[0], few.seed[1] = table.seed[1], few.shift = table.shift;
  few.entries = emit.schemaField().labels + table.entries;
  return few;
}

void lowerPlain(const ir::Input& op, const kernel::InputParams& params, NodeEmitter& emit) {
  if (emit.resultType().elem != ir::Elem::cat) return emit.callOrLeave("plain_input_" + std::string(storageName(emit.resultType().storage())), params, {emit.out()});
  emit.callOrLeave("plain_input_label", kernel::PlainLabelParams{params, 0, fewLabels(op, emit)}, {emit.out()});
}

}  // namespace

void lower(const ir::Input& op, NodeEmitter& emit) {
  const std::string storage = storageName(emit.resultType().storage());
  if (op.list && !emit.rowForm()) return emit.call("input_absent_" + storage, {emit.out()});
  kernel::InputParams params{emit.schemaField(), emit.schemaIndex()};
  params.field.list = op.list;   // of plain rows less than the schema's
  if (emit.plainForm() && emit.resultType().isScalar()) return lowerPlain(op, params, emit);
  emit.call((op.list ? "input_list_" : emit.resultType().isScalar() ? "input_" : "input_tensor_") + storage, params, {emit.out()});
}

}  // namespace kiln::codegen

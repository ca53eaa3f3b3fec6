#include "compiler/codegen/fields.h"

#include <algorithm>
#include <cstring>

#include "compiler/codegen/perfect_hash.h"
#include "compiler/ir/columns.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/tables/dict.h"
#include "compiler/support/sha256.h"

namespace kiln::codegen {
namespace {

uint64_t numberKey(double v) {
  uint64_t bits = 0;
  if (v != 0) std::memcpy(&bits, &v, sizeof bits);
  return bits;
}
uint32_t elemOf(ir::Elem elem) {
  static const uint32_t elems[ir::kElemCount] = {kernel::kElemF64, kernel::kElemF32, kernel::kElemI64, kernel::kElemI32, kernel::kElemBool,
                                                 kernel::kElemStr, kernel::kElemDate, kernel::kElemTime, kernel::kElemDatetime, 0};
  return elems[static_cast<int>(elem)];
}

void addLabelTexts(const ir::Dict& dict, Blob& blob, kernel::FieldPlan& field) {
  std::vector<uint32_t> offsets{0};
  std::string text;
  for (uint32_t i = 0; i < dict.size(); i++) {
    text += dict.elem == ir::Elem::str ? dict.text[i] : dict.labelText(i);
    offsets.push_back(static_cast<uint32_t>(text.size()));
  }
  field.label_offsets = blob.add("label.offsets", offsets.data(), offsets.size() * 4, 4);
  field.label_text = blob.add("label.text", text.data(), text.size(), 1);
}

void addDict(const ir::Dict& dict, bool input, Blob& blob, kernel::FieldPlan& field) {
  field.is_cat = 1, field.open = dict.open, field.elem = elemOf(dict.elem), field.label_count = dict.size();
  addLabelTexts(dict, blob, field);
  if (input && dict.elem == ir::Elem::str) {
    const std::string hash = hashLabels(std::vector<std::string_view>(dict.text.begin(), dict.text.end()));
    field.labels = blob.add("label.hash", hash.data(), hash.size(), 8);
  } else if (input) {
    std::vector<uint64_t> keys;
    for (double v : dict.numbers) keys.push_back(numberKey(v));
    for (int64_t v : dict.integers) keys.push_back(static_cast<uint64_t>(v));
    const std::string hash = hashNumbers(keys);
    field.labels = blob.add("label.hash", hash.data(), hash.size(), 8);
  } else if (dict.elem != ir::Elem::str) {
    field.labels = dict.numbers.empty() ? blob.add("label.values", dict.integers.data(), dict.integers.size() * 8, 8)
                                        : blob.add("label.values", dict.numbers.data(), dict.numbers.size() * 8, 8);
  }
}

kernel::FieldPlan field(const ir::Pipeline& pipeline, const ir::Type& type, bool input, Blob& blob) {
  kernel::FieldPlan field{};
  field.nullable = 1;
  if (type.elem == ir::Elem::cat) addDict(pipeline.table<ir::Dict>(ir::TableRef{type.dict}), input, blob, field);
  else field.elem = elemOf(type.elem);
  return field;
}
/// The plan of one column, of what all columns of its node share.
kernel::FieldPlan columnPlan(kernel::FieldPlan field, const ir::SchemaColumn& column, Blob& blob) {
  field.joins = column.element != 0;
  field.name_length = static_cast<uint32_t>(column.name.size());
  field.name = blob.add("name", column.name.c_str(), column.name.size() + 1, 1);
  return field;
}

kernel::FieldPlan inputField(const ir::Pipeline& pipeline, ir::NodeId node, Blob& blob) {
  const auto& op = pipeline.nodes[node].op->as<ir::Input>();
  kernel::FieldPlan plan = field(pipeline, pipeline.type(pipeline.nodes[node].results[0]), true, blob);
  plan.nan = op.nan, plan.nullable = op.nullable, plan.required = op.required, plan.blank = op.blank;
  plan.list = op.list, plan.drop_invalid = op.dropInvalid;
  return plan;
}
kernel::FieldPlan outputField(const ir::Pipeline& pipeline, ir::NodeId node, Blob& blob) {
  return field(pipeline, pipeline.type(pipeline.nodes[node].operands[0]), false, blob);
}

}  // namespace

Schema schemaOf(const ir::Pipeline& pipeline, Blob& blob) {
  Schema schema;
  const std::vector<ir::SchemaColumn> inputs = ir::inputColumns(pipeline);
  std::vector<uint32_t> byName;
  std::string names;
  kernel::FieldPlan shared{};
  for (uint32_t i = 0; i < inputs.size(); i++) {
    if (inputs[i].element == 0) shared = inputField(pipeline, inputs[i].node, blob);
    schema.inputs.push_back(columnPlan(shared, inputs[i], blob));
    byName.push_back(i);
    names += inputs[i].name + '\0';
  }
  for (const ir::SchemaColumn& output : ir::outputColumns(pipeline)) {
    if (output.element == 0) shared = outputField(pipeline, output.node, blob);
    schema.outputs.push_back(columnPlan(shared, output, blob));
  }
  auto nameOf = [&](uint32_t i) -> const std::string& { return inputs[i].name; };
  std::sort(byName.begin(), byName.end(), [&](uint32_t a, uint32_t b) { return std::pair(std::string_view(nameOf(a)), a) < std::pair(std::string_view(nameOf(b)), b); });
  schema.byName = blob.add("by_name", byName.data(), byName.size() * 4, 4);
  // A binding depends on the names and what they hold, which the plans and names say.
  std::string facts = names;
  facts.append(reinterpret_cast<const char*>(schema.inputs.data()), schema.inputs.size() * sizeof(kernel::FieldPlan));
  facts += pipeline.name + '\0' + pipeline.sourceSha256;
  Sha256 hash;
  hash.add(facts);
  const auto digest = hash.finish();
  std::memcpy(&schema.bindingKey, digest.data(), sizeof schema.bindingKey);
  return schema;
}

namespace {
const uint8_t kAbiTypes[] = {KILN_F64, KILN_F32, KILN_I64, KILN_I32, KILN_BOOL, KILN_STRING, KILN_DATE, KILN_TIME, KILN_DATETIME};
}
uint8_t abiType(const kernel::FieldPlan& field) { return kAbiTypes[field.elem]; }
uint8_t abiType(ir::Elem elem) { return kAbiTypes[static_cast<size_t>(elem)]; }

uint32_t matrixTypes(const std::vector<kernel::FieldPlan>& fields, bool inputs) {
  bool some = false, whole = true, narrow = true;
  for (const kernel::FieldPlan& f : fields) {
    if (f.list || (f.elem == kernel::kElemStr && !f.is_cat)) continue;
    some = true;
    if (f.elem <= kernel::kElemF32) whole = false;
    if (f.elem == kernel::kElemI64 || f.elem >= kernel::kElemDate || (f.is_cat && f.elem != kernel::kElemStr)) narrow = false;
  }
  const uint32_t floats = 1u << KILN_F64 | 1u << KILN_F32;
  if (!some || !whole) return floats;
  return floats | 1u << KILN_I64 | (inputs || narrow ? 1u << KILN_I32 : 0);
}

}  // namespace kiln::codegen

#include "frontends/onnx/tensor.h"

namespace kiln::onnx {

const char* elementName(ElementType type) {
  switch (type) {
    case ElementType::f32: return "float";
    case ElementType::u8: return "uint8";
    case ElementType::i8: return "int8";
    case ElementType::u16: return "uint16";
    case ElementType::i16: return "int16";
    case ElementType::i32: return "int32";
    case ElementType::i64: return "int64";
    case ElementType::str: return "string";
    case ElementType::boolean: return "bool";
    case ElementType::f16: return "float16";
    case ElementType::f64: return "double";
    case ElementType::u32: return "uint32";
    case ElementType::u64: return "uint64";
    case ElementType::bf16: return "bfloat16";
    case ElementType::undefined: break;
  }
  return "undefined";
}

bool isHeld(int32_t dataType) { return (dataType >= 1 && dataType <= 13) || dataType == 16; }

ir::Elem elemOf(ElementType type) {
  switch (type) {
    case ElementType::f32:
    case ElementType::f16:
    case ElementType::bf16: return ir::Elem::f32;
    case ElementType::u8:
    case ElementType::i8:
    case ElementType::u16:
    case ElementType::i16:
    case ElementType::i32: return ir::Elem::i32;
    case ElementType::i64:
    case ElementType::u32:
    case ElementType::u64: return ir::Elem::i64;
    case ElementType::str: return ir::Elem::str;
    case ElementType::boolean: return ir::Elem::boolean;
    case ElementType::f64:
    case ElementType::undefined: break;
  }
  return ir::Elem::f64;
}

bool isFloat(ElementType type) {
  return type == ElementType::f32 || type == ElementType::f64 || type == ElementType::f16 || type == ElementType::bf16;
}

bool isInteger(ElementType type) {
  return type != ElementType::undefined && type != ElementType::str && type != ElementType::boolean && !isFloat(type);
}

int64_t count(const Axes& axes) {
  int64_t n = 1;
  for (const Axis& axis : axes) n *= axis.size;
  return n;
}

std::vector<int64_t> sizes(const Axes& axes) {
  std::vector<int64_t> all;
  for (const Axis& axis : axes) all.push_back(axis.size);
  return all;
}

Axes plainAxes(const std::vector<int64_t>& dims) {
  Axes axes;
  for (int64_t size : dims) axes.push_back({size, Batch::none});
  return axes;
}

std::vector<uint32_t> irShape(const Axes& axes) {
  std::vector<uint32_t> shape;
  for (const Axis& axis : axes)
    if (axis.size != 1) shape.push_back(static_cast<uint32_t>(axis.size));
  return shape;
}

std::optional<Axis> merge(const Axes& axes) {
  int64_t before = 1, after = 1;   // elements before the batch, and after it
  int batches = 0;
  uint32_t rows = 0;
  for (const Axis& axis : axes) {
    if (axis.isBatch()) rows = axis.rows;
    if (axis.batch == Batch::outer) batches++;
    (batches ? after : before) *= axis.size;
    if (axis.batch == Batch::inner) batches++;
  }
  if (batches == 0) return Axis{before, Batch::none};
  if (batches > 1 || (before != 1 && after != 1)) return std::nullopt;
  return before == 1 ? Axis{after, Batch::outer, rows} : Axis{before, Batch::inner, rows};
}

std::string describe(const Axes& axes) {
  std::string text = "[";
  for (const Axis& axis : axes) {
    if (text.size() > 1) text += ',';
    const std::string size = std::to_string(axis.size), rows = axis.rows ? "N" + std::to_string(axis.rows) : "N";
    text += !axis.isBatch() ? size : axis.size == 1 ? rows : axis.batch == Batch::outer ? rows + "*" + size : size + "*" + rows;
  }
  return text + "]";
}

Tensor hostTensor(ElementType type, Axes axes, Elements elements) {
  Tensor tensor;
  tensor.type = type, tensor.axes = std::move(axes);
  tensor.host = std::make_shared<const Elements>(std::move(elements));
  return tensor;
}

Tensor hostIntegers(const std::vector<int64_t>& values) {
  Elements elements;
  elements.integers = values;
  return hostTensor(ElementType::i64, {{static_cast<int64_t>(values.size()), Batch::none}}, std::move(elements));
}

Tensor hostInteger(int64_t value) {
  Elements elements;
  elements.integers = {value};
  return hostTensor(ElementType::i64, {}, std::move(elements));
}

Tensor hostText(const std::string& value) {
  Elements elements;
  elements.texts = {value};
  return hostTensor(ElementType::str, {}, std::move(elements));
}

Tensor hostScalar(ElementType type, double value) {
  Elements elements;
  if (isFloat(type)) elements.numbers = {value};
  else elements.integers = {static_cast<int64_t>(value)};
  return hostTensor(type, {}, std::move(elements));
}

Value valueOf(Tensor tensor) {
  Value value;
  value.kind = Value::tensor, value.data = std::move(tensor);
  return value;
}

}  // namespace kiln::onnx

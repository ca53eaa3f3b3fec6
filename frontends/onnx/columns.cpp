// The columns of a scorer: a tensor input X of k elements a row is read from X[0] .. X[k-1] (X[i,j] for two dimensions and more, X
// if k = 1), an entry of a map input from X[key]. Outputs are named the same way; a map's are NAME[label], those of element i of
// a sequence begin with NAME.i; tokens of a text are NAME[0] .. up to a limit. Inputs are never missing: an empty number is NaN, an empty text is "".
#include <set>
#include <algorithm>

#include "compiler/ir/nodes/check.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/nodes/output.h"
#include "compiler/ir/nodes/raise_if.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/nodes/reshape.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/nodes/tokens.h"
#include "compiler/ir/tables/tokenizer.h"
#include "frontends/onnx/axes.h"
#include "frontends/onnx/elementwise.h"
#include "frontends/onnx/importer.h"
#include "frontends/onnx/tokens.h"
#include "kiln/scorer.h"

namespace kiln::onnx {

namespace {

constexpr int64_t kMostColumns = 1 << 16;

// NAME=?,4: what --shape takes, with `SIZE` for what the user has to know.
std::string shown(const std::string& name, const proto::TensorShapeProto& shape) {
  std::string text = name + "=";
  for (int i = 0; i < shape.dim_size(); i++)
    text += (i ? "," : "") + (shape.dim(i).has_dim_value() ? std::to_string(shape.dim(i).dim_value()) : i ? "SIZE" : "?");
  return text;
}

bool isOpen(const proto::TensorShapeProto::Dimension& dim) { return !dim.has_dim_value(); }

}  // namespace

// An input, of one column for each element: never missing and never failed.
ValueId Importer::inputColumns(const std::string& field, const Tensor& tensor, const std::vector<int64_t>& columns) {
  ir::Input input;
  input.field = field, input.elem = elemOf(tensor.type), input.nan = ir::Input::value, input.required = true, input.nullable = false;
  input.blank = onnx::isFloat(tensor.type) || tensor.type == ElementType::str;
  input.opType = onnx::isFloat(tensor.type) ? ir::Input::continuous : ir::Input::categorical;
  if (onnx::isFloat(tensor.type)) input.description = "empty: NaN";
  input.shape = irShape(tensor.axes);
  if (!input.shape.empty()) input.columns.assign(columns.begin(), columns.end());
  const ValueId cell = build.add(std::move(input), {}, field);
  return held(tensor.type, build.add(ir::Check(), {cell}), columnOf(build.pipeline(), cell));
}

// What a tensor of the type holds of a cell: floats are rounded to halves; an integer beyond a narrow type ends the row.
ValueId Importer::held(ElementType type, ValueId value, uint32_t field) {
  if (type == ElementType::f16 || type == ElementType::bf16) return build.call(type == ElementType::f16 ? "round_f16" : "round_bf16", {value});
  const bool isSigned = type == ElementType::i8 || type == ElementType::i16;
  const double bits = type == ElementType::i8 || type == ElementType::u8 ? 8 : type == ElementType::i16 || type == ElementType::u16 ? 16 : type == ElementType::u32 ? 32 : 0;
  if (bits == 0) return value;
  ValueId wrong = build.call("ne", {value, build.call(isSigned ? "wrap_signed" : "wrap_unsigned", {value}, false, {bits})});
  if (const ir::Type of = build.type(wrong); !of.isScalar()) {
    ir::Reduce any;
    any.op = ir::Reduce::any;
    ir::Reshape flat;
    if (of.shape.size() > 1) flat.shape = {of.size()}, wrong = build.add(std::move(flat), {wrong});
    wrong = build.add(std::move(any), {wrong});
  }
  ir::RaiseIf raise;
  raise.cause = KILN_INVALID_VALUE, raise.fieldIndex = field;
  return build.add(ir::Check(), {build.add(std::move(raise), {value, wrong})});
}

ValueId Importer::mapEntry(const Value& map, const std::string& key) {
  const std::string field = map.name + "[" + key + "]";
  if (auto found = entries_.find(field); found != entries_.end()) return found->second;
  ir::Input input;
  input.field = field, input.elem = elemOf(map.valueType), input.nan = ir::Input::value;
  input.description = "empty: the map has no such key";
  const ValueId value = build.add(ir::Check(), {build.add(std::move(input), {}, field)});
  return entries_[field] = value;
}

bool Importer::declareInput(const proto::ValueInfoProto& input, const std::string& path, Frame& frame) {
  const auto declare = [&](Value value) {
    const bool isNew = frame.names.emplace(input.name(), std::move(value)).second;
    if (!isNew) invalid(path, "a second value of this name");
    return isNew;
  };
  if (input.type().has_map_type()) {
    auto& type = input.type().map_type();
    if (!type.value_type().has_tensor_type() || !isHeld(type.value_type().tensor_type().elem_type()) || !isHeld(type.key_type()))
      return unsupported(path, "a map of this type is not supported"), false;
    Value map;
    map.kind = Value::map, map.name = input.name(), map.keyType = static_cast<ElementType>(type.key_type());
    map.valueType = static_cast<ElementType>(type.value_type().tensor_type().elem_type());
    return declare(std::move(map));
  }
  if (!input.type().has_tensor_type())
    return unsupported(path, "an input of this type is not supported", "tensors, and maps to numbers or strings, can be read from a row"), false;
  auto& type = input.type().tensor_type();
  if (!isHeld(type.elem_type())) return unsupported(path, "element type " + std::to_string(type.elem_type()) + " is not supported"), false;
  if (!type.has_shape()) return unsupported(path, "an input without a shape is not supported", "--shape " + input.name() + "=SIZES gives it one"), false;
  Tensor tensor;
  tensor.type = static_cast<ElementType>(type.elem_type());
  std::vector<int64_t> columns;
  for (int i = 0; i < type.shape().dim_size(); i++) {
    auto& dim = type.shape().dim(i);
    const bool isBatch = i == 0 && isOpen(dim) && !whole;
    if (!isBatch && isOpen(dim))
      return unsupported(path, "dimension " + std::to_string(i) + " is open", "only the first may be: it is the number of rows; --shape " + shown(input.name(), type.shape()) + " fixes it"), false;
    if (!isBatch && dim.dim_value() < 0) return invalid(path, "dimension " + std::to_string(i) + " is " + std::to_string(dim.dim_value())), false;
    tensor.axes.push_back(isBatch ? Axis{1, Batch::outer} : Axis{dim.dim_value(), Batch::none});
    if (!(i == 0 && !whole && tensor.axes[0].size == 1)) columns.push_back(tensor.axes.back().size);
  }
  if (!checkAxes(tensor.axes, false, path)) return false;
  if (tensor.count() > kMostColumns)
    return diagnostics.error(Kind::limit, 0, 0, "has " + std::to_string(tensor.count()) + " elements a row, over the limit of " + std::to_string(kMostColumns), path), false;
  if (tensor.count() == 0) tensor = hostTensor(tensor.type, tensor.axes, Elements());   // no column has it, and nothing is unknown
  else tensor.value = inputColumns(input.name(), tensor, columns);
  return declare(valueOf(std::move(tensor)));
}

void Importer::declareInputs(const proto::GraphProto& graph, Frame& frame) {
  std::unordered_set<std::string> initialized;
  for (auto& tensor : graph.initializer()) initialized.insert(tensor.name());
  bool anyOpen = false, allUnit = true, any = false;
  for (auto& input : graph.input()) {
    if (initialized.count(input.name()) || !input.type().has_tensor_type() || input.type().tensor_type().shape().dim_size() == 0) continue;
    auto& leading = input.type().tensor_type().shape().dim(0);
    any = true, anyOpen |= isOpen(leading), allUnit &= !isOpen(leading) && leading.dim_value() == 1;
  }
  whole = any && !anyOpen && !allUnit;
  unit = any && allUnit;
  for (int i = 0; i < graph.input_size(); i++) {
    auto& input = graph.input(i);
    if (initialized.count(input.name())) continue;
    const std::string path = "graph.input[" + std::to_string(i) + "] '" + input.name() + "'";
    build.at({0, 0, path});
    if (declareInput(input, path, frame)) continue;
    Value refused;
    refused.kind = Value::refused;
    frame.names.emplace(input.name(), refused);
  }
}

// ---- outputs

void Importer::putTensor(const std::string& name, const Tensor& tensor, const std::vector<std::string>* labels, const std::string& path) {
  Frame frame;
  proto::NodeProto none;
  OperatorImport n(*this, frame, none, path, build, {}, 0);
  if (tensor.count() > kMostColumns)
    return diagnostics.error(Kind::limit, 0, 0, "has " + std::to_string(tensor.count()) + " elements a row, over the limit of " + std::to_string(kMostColumns), path), void();
  if (std::any_of(tensor.axes.begin(), tensor.axes.end(), [](const Axis& axis) { return axis.rows != 0; }))
    return unsupported(path, "mixes rows: has only the rows for which a condition holds", "a scorer has a result for each row"), void();
  if (std::count_if(tensor.axes.begin(), tensor.axes.end(), [](const Axis& axis) { return axis.isBatch(); }) > 1)
    return unsupported(path, "mixes rows: " + describe(tensor.axes) + " has a value for each two rows", "a tensor of one dimension is one row where a matrix is its operand; --shape NAME=1,SIZE for every input scores row by row"), void();
  std::vector<int64_t> columns;
  for (size_t i = 0; i < tensor.rank(); i++)
    if (!(i == 0 && !whole && tensor.axes[0].size == 1)) columns.push_back(tensor.axes[i].size);
  if (tensor.count() == 0) return;
  ir::Output output;
  output.field = name;
  output.opType = onnx::isFloat(tensor.type) ? ir::Output::continuous : ir::Output::categorical;
  if (labels) output.labels = *labels, output.feature = ir::Output::probability;
  ValueId value = n.value(tensor);
  // A column of integers has 64 bits with a sign: a row with a uint64 beyond them has no result.
  if (tensor.type == ElementType::u64) value = failedWhereAny(n, value, n.build.call("lt", {value, n.value(hostInteger(0))}));
  if (!build.type(value).isScalar()) output.columns.assign(columns.begin(), columns.end());
  build.add(std::move(output), {value});
}

// Columns of a batch whose longest row has the limit's tokens: what is behind the row's own is filled up. A row with more of
// them has no result.
void Importer::putTokens(const std::string& name, const Value& tokens, const std::string& path) {
  Frame frame;
  proto::NodeProto none;
  OperatorImport n(*this, frame, none, path, build, {}, 0);
  const auto places = static_cast<uint32_t>(options.limits.tokens);
  if (outputs > 1) n.warn("shows at most " + std::to_string(places) + " tokens: a row with more fails", "--max-tokens shows more; --leave-out " + name + " leaves the output out");
  putTensor(name, shownTokens(n, tokens, places), nullptr, path);
}

// One map is the row's; several are a sequence.
void Importer::putMaps(const std::string& name, const Value& maps, const std::string& path) {
  if (maps.data.count() == static_cast<int64_t>(maps.keys.size())) return putTensor(name, maps.data, &maps.keys, path);
  for (int64_t i = 0; i < maps.data.axes[0].size; i++) {
    Frame frame;
    proto::NodeProto none;
    OperatorImport n(*this, frame, none, path, build, {}, 0);
    putTensor(name + "." + std::to_string(i), sliced(n, maps.data, 0, i, 1), &maps.keys, path);
  }
}

void Importer::putOutputs(const proto::GraphProto& graph, const std::vector<Value>& values) {
  std::set<std::string> seen;   // a result that stands twice among the outputs is one
  for (int i = 0; i < graph.output_size(); i++) {
    const Value& value = values[static_cast<size_t>(i)];
    const std::string& name = graph.output(i).name();
    if (!seen.insert(name).second) continue;
    const std::string path = "graph.output[" + std::to_string(i) + "] '" + name + "'";
    build.at({0, 0, path});
    const auto declared = graph.output(i).type().tensor_type().elem_type();
    if (value.kind == Value::tensor && declared != proto::TensorProto::UNDEFINED && (declared == proto::TensorProto::STRING) != (value.data.type == ElementType::str))
      warn(path, value.data.type == ElementType::str ? "is declared as numbers, but computed as text" : "is declared as text, but computed as numbers",
           "the column has what is computed, such as the number of a class instead of its name; ONNX Runtime refuses the model");
    try {
      if (value.kind == Value::tensor) putTensor(name, value.data, nullptr, path);
      else if (value.kind == Value::maps) putMaps(name, value, path);
      else if (value.kind == Value::sequence)
        for (size_t item = 0; item < value.items.size(); item++) putTensor(name + "." + std::to_string(item), value.items[item], nullptr, path);
      else if (value.kind == Value::tokens) putTokens(name, value, path);
      else if (value.kind == Value::anyRow) unsupported(path, "mixes rows: whether something holds for any row", "a scorer computes each row by itself");
      else if (value.kind == Value::map) unsupported(path, "an input map as an output is not supported");
    } catch (const Refused&) {
    } catch (const ir::BuildError& error) {
      diagnostics.error(Kind::internal, 0, 0, std::string("the importer built a malformed node: ") + error.what(), path);
    }
  }
}

}  // namespace kiln::onnx

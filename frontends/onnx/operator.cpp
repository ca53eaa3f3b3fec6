#include "frontends/onnx/operator.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/check.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/const.h"
#include "compiler/ir/nodes/raise_if.h"
#include "compiler/ir/nodes/reshape.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/tables/matrix.h"
#include "frontends/onnx/importer.h"
#include "kiln/scorer.h"

namespace kiln::onnx {

OperatorImport::OperatorImport(Importer& importer, Frame& frame, const proto::NodeProto& node, std::string place, ir::Builder& builder,
                               std::vector<Value> inputs, int version)
    : build(builder), importer_(importer), frame_(frame), node_(node), place_(std::move(place)), inputs_(std::move(inputs)), version_(version) {
  outputs_.resize(node.output_size());
  for (auto& attribute : node.attribute()) {
    const proto::AttributeProto* actual = &attribute;
    if (!attribute.ref_attr_name().empty()) {
      auto argument = frame.arguments.find(attribute.ref_attr_name());
      if (argument == frame.arguments.end()) continue;   // the call leaves it out: the operator's default
      actual = argument->second;
    }
    if (!attributes_.emplace(attribute.name(), actual).second) importer.invalid(place_, "attribute '" + attribute.name() + "' is given twice");
  }
}

const std::string& OperatorImport::name() const { return node_.op_type(); }
bool OperatorImport::spec() const { return importer_.options.spec; }
const ImportOptions& OperatorImport::options() const { return importer_.options; }
const std::string& OperatorImport::producer() const { return importer_.producer; }

// ---- answers

void OperatorImport::unsupported(const std::string& what, const std::string& note) {
  importer_.unsupported(place_, what + " is not supported", note);
  throw Refused();
}
void OperatorImport::invalid(const std::string& message, const std::string& note) {
  importer_.invalid(place_, message, note);
  throw Refused();
}
void OperatorImport::mixesRows(const std::string& why) {
  importer_.mixesRows = true;
  importer_.unsupported(place_, "mixes rows: " + why, std::string("a scorer computes each row by itself") + (importer_.outputs > 1 ? "; --leave-out NAME leaves an output out that needs this" : ""));
  throw Refused();
}
void OperatorImport::columnsAreRows() {
  importer_.unsupported(place_, "mixes rows: its columns are the rows of the batch", "a tensor of one dimension is one row: --shape NAME=SIZE gives the input its number of columns");
  throw Refused();
}
void OperatorImport::warn(const std::string& message, const std::string& note) { importer_.warn(place_, message, note); }

// ---- inputs

const Value& OperatorImport::input(size_t i) {
  if (!has(i)) invalid("input " + std::to_string(i) + " is absent");
  return inputs_[i];
}

const Tensor& OperatorImport::tensor(size_t i) {
  const Value& value = input(i);
  if (value.kind == Value::anyRow) mixesRows("computes with what holds for any row of the batch");
  if (value.kind != Value::tensor) invalid("input " + std::to_string(i) + " is a " + (value.kind == Value::sequence ? "sequence" : value.kind == Value::tokens ? "list of tokens" : "map") + ", not a tensor");
  return half_ == ElementType::undefined ? value.data : inFloat(i);
}

// A tensor of halves in float.
const Tensor& OperatorImport::inFloat(size_t i) {
  Tensor& tensor = inputs_[i].data;
  if (tensor.type != ElementType::f16 && tensor.type != ElementType::bf16) return tensor;
  return tensor = tensor.isConstant() ? hostTensor(ElementType::f32, tensor.axes, *tensor.host) : cast(tensor, ElementType::f32);
}

const Tensor& OperatorImport::tensor(size_t i, std::initializer_list<ElementType> types) {
  const Tensor& tensor = this->tensor(i);
  const auto takes = [&](ElementType type) { return std::find(types.begin(), types.end(), type) != types.end(); };
  if (takes(tensor.type)) return tensor;
  const bool isHalf = tensor.type == ElementType::f16 || tensor.type == ElementType::bf16;
  if (!isHalf || !takes(ElementType::f32) || node_.domain() == "ai.onnx.ml") invalid("input " + std::to_string(i) + " has the element type " + elementName(tensor.type));
  half_ = tensor.type;
  return inFloat(i);
}

const Tensor& OperatorImport::number(size_t i) {
  const Tensor& tensor = this->tensor(i);
  if (!isNumber(tensor.type)) invalid("input " + std::to_string(i) + " has the element type " + elementName(tensor.type) + ", not a number");
  return tensor;
}

const Elements& OperatorImport::elements(size_t i) {
  const Tensor& tensor = this->tensor(i);
  if (!tensor.isConstant()) unsupported("input " + std::to_string(i) + " that is computed from the row", "it must be a constant of the model; kiln compile --constant NAME=VALUES makes an input one");
  if (tensor.host->hasBatch()) mixesRows("input " + std::to_string(i) + " depends on the number of rows");
  return *tensor.host;
}

std::vector<int64_t> OperatorImport::constantIntegers(size_t i) {
  if (!isInteger(tensor(i).type) && tensor(i).type != ElementType::boolean) invalid("input " + std::to_string(i) + " must be integers");
  return elements(i).integers;
}

int64_t OperatorImport::constantInteger(size_t i) {
  const std::vector<int64_t> all = constantIntegers(i);
  if (all.size() != 1) invalid("input " + std::to_string(i) + " must be one integer");
  return all[0];
}

double OperatorImport::constantNumber(size_t i) {
  const Elements& all = elements(i);
  if (all.size() != 1 || !all.texts.empty()) invalid("input " + std::to_string(i) + " must be one number");
  return all.numbers.empty() ? static_cast<double>(all.integers[0]) : all.numbers[0];
}

std::vector<Monomial> OperatorImport::monomials(size_t i) {
  const Tensor& tensor = this->tensor(i);
  if (!isInteger(tensor.type)) invalid("input " + std::to_string(i) + " must be integers");
  if (!tensor.isConstant()) unsupported("input " + std::to_string(i) + " that is computed from the row", "a shape must not depend on the row; kiln compile --constant NAME=VALUES makes an input a constant");
  std::vector<Monomial> all;
  if (tensor.host->arePlaces()) mixesRows("the place of a row among the rows is a size");
  for (size_t e = 0; e < tensor.host->size(); e++) {
    const uint8_t power = tensor.host->powers.empty() ? uint8_t{0} : tensor.host->powers[e];
    all.push_back({tensor.host->integers[e], power, power ? tensor.host->rows : 0});
  }
  return all;
}

// ---- shape arguments that the row gives

std::optional<Axes> OperatorImport::declared(size_t output) const {
  if (output >= outputs_.size()) return std::nullopt;
  const auto found = frame_.declared.find(node_.output(static_cast<int>(output)));
  return found == frame_.declared.end() ? std::nullopt : std::optional<Axes>(found->second);
}

// The first column of the input that a value stands in, through what only moves, casts or checks it; kNone: it is computed.
uint32_t columnOf(const ir::Pipeline& pipeline, ValueId value) {
  while (pipeline.producer(value).operands.size() == 1) value = pipeline.producer(value).operands[0];
  uint32_t column = 0;
  for (ir::NodeId input : pipeline.inputs()) {
    const ValueId result = pipeline.nodes[input].results[0];
    if (result == value) return column;
    column += pipeline.type(result).size();
  }
  return kNone;
}

void OperatorImport::expect(const Tensor& condition, size_t i) {
  const ValueId given = inputs_[i].data.isConstant() ? kNone : inputs_[i].data.value;
  expected_.emplace_back(build.call("not", {shaped(condition, {})}), given == kNone ? kNone : columnOf(build.pipeline(), given));
}

void OperatorImport::endUnexpected() {
  if (expected_.empty()) return;
  const auto end = [&](Tensor& tensor) {
    if (tensor.type == ElementType::undefined || tensor.count() == 0) return;
    for (auto& [wrong, field] : expected_) {
      ir::RaiseIf raise;
      raise.cause = KILN_INVALID_VALUE, raise.fieldIndex = field;
      tensor = tensorOf(tensor.type, tensor.axes, build.add(ir::Check(), {build.add(std::move(raise), {value(tensor), wrong})}));
    }
  };
  for (Value& output : outputs_) {
    end(output.data);
    for (Tensor& item : output.items) end(item);
  }
}

// ---- attributes

bool OperatorImport::hasAttribute(const char* name) const { return attributes_.count(name) != 0; }

void OperatorImport::absent(const char* name, const char* typeName) {
  importer_.diagnostics.error(Kind::missing, 0, 0, "needs an attribute '" + std::string(name) + "' (" + typeName + ")", place_);
  throw Refused();
}

// Whether an attribute that says no type holds a value of this one; lists may be empty.
static bool holds(const proto::AttributeProto& a, int type) {
  switch (type) {
    case proto::AttributeProto::INT: return a.has_i();
    case proto::AttributeProto::FLOAT: return a.has_f();
    case proto::AttributeProto::STRING: return a.has_s();
    case proto::AttributeProto::TENSOR: return a.has_t();
    case proto::AttributeProto::GRAPH: return a.has_g();
    default: return !a.has_i() && !a.has_f() && !a.has_s() && !a.has_t() && !a.has_g();
  }
}

// Null if it is absent. Files of the first IR version say no type.
const proto::AttributeProto* OperatorImport::attribute(const char* name, int type, const char* typeName) {
  auto found = attributes_.find(name);
  if (found == attributes_.end()) return nullptr;
  read_.insert(name);
  const int given = found->second->type();
  if (given != type && (given != proto::AttributeProto::UNDEFINED || !holds(*found->second, type))) invalid("attribute '" + std::string(name) + "' must be " + typeName);
  return found->second;
}

int64_t OperatorImport::integer(const char* name, std::optional<int64_t> fallback) {
  auto* a = attribute(name, proto::AttributeProto::INT, "an integer");
  if (!a && !fallback) absent(name, "an integer");
  return a ? a->i() : *fallback;
}

double OperatorImport::number(const char* name, std::optional<double> fallback) {
  auto* a = attribute(name, proto::AttributeProto::FLOAT, "a float");
  if (!a && !fallback) absent(name, "a float");
  return a ? a->f() : *fallback;
}

std::string OperatorImport::text(const char* name, std::optional<std::string> fallback) {
  auto* a = attribute(name, proto::AttributeProto::STRING, "a string");
  if (!a && !fallback) absent(name, "a string");
  return a ? a->s() : *fallback;
}

std::vector<int64_t> OperatorImport::integers(const char* name) {
  auto* a = attribute(name, proto::AttributeProto::INTS, "a list of integers");
  return a ? std::vector<int64_t>(a->ints().begin(), a->ints().end()) : std::vector<int64_t>();
}

std::vector<double> OperatorImport::numbers(const char* name) {
  auto* a = attribute(name, proto::AttributeProto::FLOATS, "a list of floats");
  return a ? std::vector<double>(a->floats().begin(), a->floats().end()) : std::vector<double>();
}

std::vector<std::string> OperatorImport::texts(const char* name) {
  auto* a = attribute(name, proto::AttributeProto::STRINGS, "a list of strings");
  return a ? std::vector<std::string>(a->strings().begin(), a->strings().end()) : std::vector<std::string>();
}

std::optional<Tensor> OperatorImport::tensorAttribute(const char* name) {
  auto* a = attribute(name, proto::AttributeProto::TENSOR, "a tensor");
  if (!a) return std::nullopt;
  auto read = importer_.readTensor(a->t(), place_ + "." + name);
  if (!read) throw Refused();
  return read;
}

const proto::GraphProto* OperatorImport::graph(const char* name) {
  auto* a = attribute(name, proto::AttributeProto::GRAPH, "a graph");
  return a ? &a->g() : nullptr;
}

int OperatorImport::choice(const char* name, const std::vector<const char*>& words, int fallback) {
  auto* a = attribute(name, proto::AttributeProto::STRING, "a string");
  if (!a) return fallback;
  for (size_t i = 0; i < words.size(); i++)
    if (a->s() == words[i]) return static_cast<int>(i);
  std::string all;
  for (const char* word : words) all += (all.empty() ? "" : ", ") + std::string(word);
  invalid("attribute '" + std::string(name) + "' is '" + a->s() + "'", "known are: " + all);
}

void OperatorImport::ignore(const char* name) { read_.insert(name); }

ElementType OperatorImport::elementType(const char* name, ElementType fallback) {
  const int64_t type = integer(name, static_cast<int64_t>(fallback));
  if (type == static_cast<int64_t>(fallback)) return fallback;
  if (type < 0 || type > INT32_MAX || !isHeld(static_cast<int32_t>(type))) unsupported("element type " + std::to_string(type) + " in attribute '" + name + "'");
  return static_cast<ElementType>(type);
}

size_t OperatorImport::axis(int64_t value, size_t rank, const char* what) {
  const auto n = static_cast<int64_t>(rank);
  if (value < -n || value >= n) invalid(std::string(what) + " " + std::to_string(value) + " of a tensor with " + std::to_string(rank) + " dimensions");
  return static_cast<size_t>(value < 0 ? value + n : value);
}

void OperatorImport::refuseUnread() {
  for (auto& [name, attribute] : attributes_)
    if (!read_.count(name)) importer_.unsupported(place_, "attribute '" + name + "' of '" + node_.op_type() + "' is not supported");
  if (inputs_.size() > asked_)
    importer_.invalid(place_, "input " + std::to_string(inputs_.size() - 1) + " is none of '" + node_.op_type() + "'", "of the version that the model's opset selects");
}

// ---- values

namespace {

ir::Matrix matrixOf(const Tensor& tensor, std::vector<uint32_t> shape) {
  ir::Matrix matrix;
  matrix.elem = elemOf(tensor.type), matrix.shape = std::move(shape);
  matrix.numbers = tensor.host->numbers, matrix.integers = tensor.host->integers, matrix.text = tensor.host->texts;
  return matrix;
}

}  // namespace

ValueId OperatorImport::shaped(const Tensor& tensor, const std::vector<uint32_t>& shape) {
  if (!tensor.isConstant()) return reshape(tensor.value, shape);
  const Elements& all = *tensor.host;
  if (all.hasBatch()) mixesRows("the number of rows becomes a value");
  if (all.size() == 0) unsupported("a tensor without elements here");
  const ir::Elem elem = elemOf(tensor.type);
  if (shape.empty()) {
    if (elem == ir::Elem::str) return build.text(all.texts[0]);
    if (!ir::isFloat(elem)) return build.integer(all.integers[0], elem);
    return elem == ir::Elem::f32 ? build.number32(all.numbers[0]) : build.number(all.numbers[0]);
  }
  ir::Const constant;
  constant.elem = elem, constant.matrix = importer_.constantTable(build, tensor, [&] { return matrixOf(tensor, shape); }, shape);
  return build.add(std::move(constant));
}

void OperatorImport::bound(const Axes& axes, const Tensor& of) {
  if (!importer_.checkMade(axes, of, place_)) throw Refused();
}

ValueId OperatorImport::value(const Tensor& tensor) { return shaped(tensor, irShape(tensor.axes)); }
ValueId OperatorImport::vector(const Tensor& tensor) { return shaped(tensor, {static_cast<uint32_t>(tensor.count())}); }

ValueId OperatorImport::reshape(ValueId value, const std::vector<uint32_t>& shape) {
  return build.type(value).shape == shape ? value : build.add(ir::Reshape(shape), {value});
}

std::vector<ValueId> OperatorImport::scalars(const Tensor& tensor) {
  std::vector<ValueId> all;
  if (tensor.count() == 1) return {shaped(tensor, {})};
  const ValueId flat = vector(tensor);
  for (uint32_t i = 0; i < tensor.count(); i++) {
    ir::Take take;
    take.at = {i};
    all.push_back(build.add(std::move(take), {flat}));
  }
  return all;
}

ValueId OperatorImport::concat(const std::vector<ValueId>& parts) { return parts.size() == 1 ? parts[0] : build.add(ir::Concat(), parts); }

Tensor OperatorImport::tensorOf(ElementType type, Axes axes, ValueId value) const {
  Tensor tensor;
  tensor.type = type, tensor.axes = std::move(axes), tensor.value = value;
  return tensor;
}

Tensor OperatorImport::assemble(ElementType type, Axes axes, const std::vector<ValueId>& parts) {
  const ValueId value = reshape(concat(parts), irShape(axes));
  return tensorOf(type, std::move(axes), value);
}

OperatorImport::Rows OperatorImport::rows(const Tensor& tensor) {
  if (tensor.rank() == 0) invalid("needs a tensor of one or more dimensions");
  if (tensor.axes.back().isBatch()) columnsAreRows();
  Rows rows;
  rows.outer.assign(tensor.axes.begin(), tensor.axes.end() - 1);
  rows.columns = static_cast<uint32_t>(tensor.axes.back().size);
  const auto n = static_cast<uint32_t>(onnx::count(rows.outer));
  if (n == 1) {
    rows.vectors = {vector(tensor)};
    return rows;
  }
  const ValueId matrix = shaped(tensor, {n, rows.columns});
  for (uint32_t i = 0; i < n; i++) {
    ir::Take take;
    take.at = {i};
    rows.vectors.push_back(reshape(build.add(std::move(take), {matrix}), {rows.columns}));
  }
  return rows;
}

// ---- broadcasting

Axes OperatorImport::broadcastAxes(const std::vector<Axes>& operands) {
  size_t rank = 0;
  for (const Axes& axes : operands) rank = std::max(rank, axes.size());
  Axes result(rank);
  for (const Axes& axes : operands)
    for (size_t i = 0; i < axes.size(); i++) {
      const Axis& axis = axes[i];
      Axis& into = result[rank - axes.size() + i];
      if (axis == into || (axis.size == 1 && !axis.isBatch())) continue;
      if (into.size == 1 && !into.isBatch()) into = axis;
      else if (axis.isBatch() || into.isBatch()) mixesRows("axes " + describe({into}) + " and " + describe({axis}) + " meet");
      else invalid("shapes " + describe(operands[0]) + " and " + describe(axes) + " do not broadcast");
    }
  return result;
}

OperatorImport::Broadcast OperatorImport::broadcast(const std::vector<Tensor>& operands) {
  std::vector<Axes> all;
  for (const Tensor& operand : operands) all.push_back(operand.axes);
  Broadcast result{broadcastAxes(all), {}};
  for (const Tensor& operand : operands) {
    // Its shape at those axes of the result that the IR sees, leading ones left out.
    std::vector<uint32_t> shape;
    const size_t skipped = result.axes.size() - operand.rank();
    for (size_t i = 0; i < result.axes.size(); i++) {
      if (result.axes[i].size == 1) continue;
      const auto size = i < skipped ? 1u : static_cast<uint32_t>(operand.axes[i - skipped].size);
      if (size != 1 || !shape.empty()) shape.push_back(size);
    }
    result.values.push_back(shaped(operand, shape));
  }
  return result;
}

Tensor OperatorImport::call(const char* function, const std::vector<Tensor>& operands, ElementType type) {
  Broadcast all = broadcast(operands);
  return tensorOf(type, all.axes, build.call(function, all.values));
}

RowSets& OperatorImport::rowSets() { return importer_.rowSets; }

ValueId OperatorImport::entry(const Value& map, const std::string& key) { return importer_.mapEntry(map, key); }

// ---- outputs

size_t OperatorImport::outputs() const { return outputs_.size(); }
bool OperatorImport::wanted(size_t i) const { return i < outputs_.size() && !node_.output(static_cast<int>(i)).empty(); }

bool OperatorImport::isResult(size_t i) const { return wanted(i) && frame_.results.count(node_.output(static_cast<int>(i))) != 0; }
bool OperatorImport::used(size_t i) const { return wanted(i) && frame_.used.count(node_.output(static_cast<int>(i))); }

void OperatorImport::output(size_t i, Value value) {
  if (!wanted(i)) return;
  if (half_ != ElementType::undefined && value.kind == Value::tensor && value.data.type == ElementType::f32) value.data = cast(value.data, half_);
  const auto check = [&](const Tensor& tensor) {
    if (!importer_.checkAxes(tensor.axes, tensor.isConstant(), place_)) throw Refused();
    const std::vector<uint32_t> shape = irShape(tensor.axes);
    if (!tensor.isConstant() && (build.type(tensor.value).shape != shape || build.type(tensor.value).elem != elemOf(tensor.type)))
      throw ir::BuildError("a result of the wrong shape or type for " + describe(tensor.axes));
  };
  if (value.kind == Value::tensor || value.kind == Value::maps) check(value.data);
  for (const Tensor& item : value.items) check(item);
  outputs_[i] = std::move(value);
}

void OperatorImport::output(size_t i, Tensor tensor) { output(i, valueOf(std::move(tensor))); }

void OperatorImport::outputInFloat(size_t i, Tensor tensor) {
  const ElementType half = std::exchange(half_, ElementType::undefined);
  output(i, std::move(tensor));
  half_ = half;
}

std::vector<Value> OperatorImport::inlineGraph(const proto::GraphProto& graph, const char* attribute, const std::vector<Value>& inputs, const std::vector<bool>& wanted) {
  Frame inner;
  inner.outer = &frame_, inner.opsets = frame_.opsets, inner.arguments = frame_.arguments;
  inner.path = place_ + "." + attribute;
  if (static_cast<size_t>(graph.input_size()) != inputs.size()) invalid(std::string("graph '") + attribute + "' has " + std::to_string(graph.input_size()) + " inputs");
  for (size_t i = 0; i < inputs.size(); i++) inner.names.emplace(graph.input(static_cast<int>(i)).name(), inputs[i]);
  if (!wanted.empty() && wanted.size() != static_cast<size_t>(graph.output_size()))
    invalid(std::string("graph '") + attribute + "' has " + std::to_string(graph.output_size()) + " outputs, not " + std::to_string(wanted.size()));
  std::vector<Value> results = importer_.graph(graph, inner, wanted);
  importer_.build.at({0, 0, place_});
  for (size_t i = 0; i < results.size(); i++)
    if (results[i].kind == Value::refused && (wanted.empty() || wanted[i])) throw Refused();
  return results;
}

// ---- the table

#define OPERATOR(domain, name, function, ...) void function(OperatorImport&);
#include "frontends/onnx/operators.def"
#undef OPERATOR

namespace {
constexpr const char* ai_onnx = "";
constexpr const char* ai_onnx_ml = "ai.onnx.ml";
constexpr const char* com_microsoft = "com.microsoft";
constexpr bool moves = true, computes = false;
}  // namespace

const std::vector<Operator>& allOperators() {
  static const std::vector<Operator> all = {
#define OPERATOR(domain, name, function, kind, ...) {domain, #name, {__VA_ARGS__}, kind, function},
#include "frontends/onnx/operators.def"
#undef OPERATOR
  };
  return all;
}

const Operator* findOperator(const std::string& domain, const std::string& name) {
  static const std::unordered_map<std::string, const Operator*> byName = [] {
    std::unordered_map<std::string, const Operator*> all;
    for (const Operator& op : allOperators()) all.emplace(std::string(op.domain) + ":" + op.name, &op);
    return all;
  }();
  (void)com_microsoft;
  auto found = byName.find(domain + ":" + name);
  return found == byName.end() ? nullptr : found->second;
}

}  // namespace kiln::onnx

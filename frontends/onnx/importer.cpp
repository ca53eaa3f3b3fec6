#include "frontends/onnx/importer.h"

#include <algorithm>

#include "compiler/ir/evaluate.h"
#include "frontends/onnx/faults.h"
#include "frontends/onnx/newer_fields.h"

namespace kiln::onnx {

namespace {

// The newest opsets whose operators Kiln has read, and what a missing import means.
constexpr int64_t kNewestAiOnnx = 28, kNewestMl = 5;
constexpr int64_t kMostElements = int64_t{1} << 24;          // of a value of the IR
constexpr int64_t kMostConstantElements = int64_t{1} << 28;
constexpr int64_t kMostMadeElements = int64_t{1} << 26;     // of all constants that are larger than what they are made of
constexpr size_t kMostAxes = 8;

std::string nodePath(const std::string& graph, int index, const proto::NodeProto& node) {
  return graph + ".node[" + std::to_string(index) + "]" + (node.name().empty() ? "" : " '" + node.name() + "'") + " (" + node.op_type() + ")";
}

std::string functionKey(const std::string& domain, const std::string& name, const std::string& overload) { return canonicalDomain(domain) + ":" + name + ":" + overload; }

Value refusedValue() {
  Value value;
  value.kind = Value::refused;
  return value;
}

bool anyRefused(const std::vector<Value>& values) {
  return std::any_of(values.begin(), values.end(), [](const Value& v) { return v.kind == Value::refused; });
}

bool hasGraph(const proto::NodeProto& node) {
  return std::any_of(node.attribute().begin(), node.attribute().end(), [](auto& a) { return a.has_g() || a.graphs_size(); });
}

}  // namespace

std::string canonicalDomain(const std::string& domain) { return domain == "ai.onnx" ? "" : domain; }

void Opsets::add(const std::string& domain, int64_t version, Importer& importer) {
  auto [at, isNew] = versions_.emplace(canonicalDomain(domain), version);
  if (isNew || at->second == version) return;
  importer.warn("opset_import", "domain '" + (domain.empty() ? "ai.onnx" : domain) + "' is imported as " + std::to_string(at->second) + " and as " + std::to_string(version),
                "the higher one is used");
  at->second = std::max(at->second, version);
}

int64_t Opsets::version(const std::string& domain) const {
  if (auto found = versions_.find(domain); found != versions_.end()) return found->second;
  return domain.empty() ? kNewestAiOnnx : domain == "ai.onnx.ml" ? kNewestMl : domain == "com.microsoft" ? 1 : 0;
}

const Value* Frame::find(const std::string& name) const {
  for (const Frame* frame = this; frame; frame = frame->outer)
    if (auto found = frame->names.find(name); found != frame->names.end()) return &found->second;
  return nullptr;
}

Importer::Importer(const Source& source, const ImportOptions& opts, ir::Pipeline& pipeline, Diagnostics& diags)
    : options(opts), build(pipeline), diagnostics(diags), source_(source) {}

void Importer::unsupported(const std::string& path, const std::string& what, const std::string& note) {
  diagnostics.error(Kind::unsupported, 0, 0, what, path, note);
}
void Importer::invalid(const std::string& path, const std::string& message, const std::string& note) {
  diagnostics.error(Kind::invalid, 0, 0, message, path, note);
}
void Importer::warn(const std::string& path, const std::string& message, const std::string& note) {
  diagnostics.warning(Kind::invalid, 0, 0, message, path, note);
}

bool Importer::checkCount(const Axes& axes, int64_t most, const std::string& path) {
  int64_t n = 1;
  for (const Axis& axis : axes) {
    if (axis.size < 0) return invalid(path, "a negative dimension, " + std::to_string(axis.size)), false;
    if (axis.size > most || (axis.size && n > most / axis.size))
      return diagnostics.error(Kind::limit, 0, 0, "a tensor of more than " + std::to_string(most) + " elements", path), false;
    n *= std::max<int64_t>(axis.size, 1);
  }
  return true;
}

bool Importer::checkAxes(const Axes& axes, bool isConstant, const std::string& path) {
  if (!checkCount(axes, isConstant ? kMostConstantElements : kMostElements, path)) return false;
  const bool empty = std::any_of(axes.begin(), axes.end(), [](const Axis& axis) { return axis.size == 0; });
  if (axes.size() > kMostAxes && !empty) return unsupported(path, "a tensor of " + std::to_string(axes.size()) + " dimensions is not supported", "8 are the most"), false;
  return true;
}

bool Importer::checkMade(const Axes& axes, const Tensor& of, const std::string& path) {
  if (!checkCount(axes, of.isConstant() ? std::max(kMostElements, of.count()) : kMostElements, path)) return false;
  if (of.isConstant()) made_ += std::max<int64_t>(count(axes) - of.count(), 0);
  if (made_ <= kMostMadeElements) return true;
  return diagnostics.error(Kind::limit, 0, 0, "constants that are made of smaller ones have more than " + std::to_string(kMostMadeElements) + " elements in all", path), false;
}

// ---- the model

void Importer::model(const proto::ModelProto& model) {
  for (auto& import : model.opset_import()) {
    if (import.version() < 1 || import.version() > 1 << 20) invalid("opset_import", "version " + std::to_string(import.version()));
    opsets_.add(import.domain(), import.version(), *this);
  }
  for (auto& [domain, newest] : {std::pair<const char*, int64_t>{"", kNewestAiOnnx}, {"ai.onnx.ml", kNewestMl}})
    if (opsets_.version(domain) > newest)
      warn("opset_import", std::string(*domain ? domain : "ai.onnx") + " " + std::to_string(opsets_.version(domain)) + " is newer than the standard that Kiln knows (" + std::to_string(newest) + ")",
           "operators are read as they were in that version");
  for (auto& function : model.functions()) {
    if (!functions_.emplace(functionKey(function.domain(), function.name(), overload(function)), &function).second)
      invalid("functions", "function '" + function.name() + "' is defined twice");
    if (findOperator(canonicalDomain(function.domain()), function.name()))
      warn("functions", "function '" + function.name() + "' has the name of an operator", "the operator is used, as ONNX Runtime does");
    auto defaults = functionDefaults(function);
    if (!defaults) invalid("functions", "function '" + function.name() + "': the defaults of its attributes cannot be read");
    else functionDefaults_.emplace(&function, std::move(*defaults));
    Opsets& opsets = functionOpsets_[&function];
    for (auto& import : function.opset_import()) opsets.add(import.domain(), import.version(), *this);
  }
  Frame frame;
  frame.opsets = &opsets_, frame.path = "graph";
  outputs = model.graph().output_size(), producer = model.producer_name();
  declareInputs(model.graph(), frame);
  putOutputs(model.graph(), graph(model.graph(), frame));
  warnOfFaults(model, *this);
}

// Which nodes the wanted names depend on, in the order of their computation; names that a subgraph takes from outside count. One pass from the last
// one: a node's inputs are defined before it.
std::vector<int> Importer::neededNodes(const Nodes& nodes, std::unordered_set<std::string> wanted, Frame& frame) const {
  std::vector<int> needed;
  const std::vector<int> order = computingOrder(nodes);
  for (auto i = order.rbegin(); i != order.rend(); ++i) {
    const proto::NodeProto& node = nodes.Get(*i);
    if (std::none_of(node.output().begin(), node.output().end(), [&](auto& name) { return wanted.count(name) != 0; })) continue;
    needed.push_back(*i);
    std::vector<const proto::NodeProto*> open = {&node};
    while (!open.empty()) {
      const proto::NodeProto& inner = *open.back();
      open.pop_back();
      wanted.insert(inner.input().begin(), inner.input().end());
      for (auto& attribute : inner.attribute())
        if (attribute.has_g()) {
          for (auto& below : attribute.g().node()) open.push_back(&below);
          for (auto& output : attribute.g().output()) wanted.insert(output.name());
        }
    }
  }
  frame.used = std::move(wanted);
  std::reverse(needed.begin(), needed.end());
  return needed;
}

void Importer::readInitializers(const proto::GraphProto& graph, Frame& frame) {
  int i = 0;
  for (auto& tensor : graph.initializer()) {
    const std::string path = frame.path + ".initializer[" + std::to_string(i++) + "] '" + tensor.name() + "'";
    auto read = readTensor(tensor, path);
    const bool isNew = frame.names.emplace(tensor.name(), read ? valueOf(std::move(*read)) : refusedValue()).second;
    if (!isNew) invalid(path, "a second value of this name");
  }
  for (auto& sparse : graph.sparse_initializer()) {
    unsupported(frame.path + ".sparse_initializer '" + sparse.values().name() + "'", "a sparse tensor is not supported");
    frame.names.emplace(sparse.values().name(), refusedValue());
  }
}

// An open dimension is the batch if it is the first of a model with a batch; else nothing is known.
void Importer::readShapes(const proto::GraphProto& graph, Frame& frame) {
  const auto read = [&](const proto::ValueInfoProto& info) {
    if (!info.type().has_tensor_type() || !info.type().tensor_type().has_shape()) return;
    Axes axes;
    for (auto& dim : info.type().tensor_type().shape().dim()) {
      const bool isBatch = axes.empty() && !dim.has_dim_value() && !whole && !unit;
      if (!isBatch && (!dim.has_dim_value() || dim.dim_value() < 0)) return;
      axes.push_back(isBatch ? Axis{1, Batch::outer} : Axis{dim.dim_value(), Batch::none});
    }
    frame.declared.emplace(info.name(), std::move(axes));
  };
  for (auto& info : graph.value_info()) read(info);
  for (auto& info : graph.output()) read(info);
}

std::vector<Value> Importer::graph(const proto::GraphProto& graph, Frame& frame, const std::vector<bool>& wanted) {
  const auto isWanted = [&](int i) { return wanted.empty() || wanted[static_cast<size_t>(i)]; };
  readShapes(graph, frame);
  readInitializers(graph, frame);
  std::unordered_set<std::string> names;
  for (int i = 0; i < graph.output_size(); i++)
    if (isWanted(i)) names.insert(graph.output(i).name());
  nodes(graph.node(), std::move(names), frame);
  std::vector<Value> results;
  for (int i = 0; i < graph.output_size(); i++) {
    const std::string& name = graph.output(i).name();
    const Value* value = isWanted(i) ? frame.find(name) : nullptr;
    if (isWanted(i) && !value) invalid(frame.path + ".output '" + name + "'", "no node has this result");
    results.push_back(value ? *value : refusedValue());
  }
  return results;
}

void Importer::nodes(const Nodes& nodes, std::unordered_set<std::string> wanted, Frame& frame) {
  frame.results = wanted;
  for (int i : neededNodes(nodes, std::move(wanted), frame)) node(nodes.Get(i), nodePath(frame.path, i, nodes.Get(i)), frame);
}

void Importer::node(const proto::NodeProto& node, const std::string& path, Frame& frame) {
  std::vector<Value> inputs, outputs;
  for (auto& name : node.input()) {
    const Value* value = name.empty() ? nullptr : frame.find(name);
    if (!name.empty() && !value) invalid(path, "input '" + name + "' is not defined before this node");
    inputs.push_back(value ? *value : name.empty() ? Value() : refusedValue());
  }
  while (!inputs.empty() && inputs.back().kind == Value::absent) inputs.pop_back();
  bool ok = false;
  if (++imported_ > options.limits.expressionNodes)
    diagnostics.error(Kind::limit, 0, 0, "functions and subgraphs expand to more than " + std::to_string(options.limits.expressionNodes) + " nodes", path,
                      "raise the limit with --max-expression-nodes");
  else if (auto function = functions_.find(functionKey(node.domain(), node.op_type(), overload(node)));
           function != functions_.end() && !findOperator(canonicalDomain(node.domain()), node.op_type()))
    ok = functionCall(*function->second, node, path, frame, inputs, outputs);
  else
    ok = operatorNode(node, path, frame, std::move(inputs), outputs);
  for (int i = 0; i < node.output_size(); i++) {
    if (node.output(i).empty()) continue;
    Value value = ok && i < static_cast<int>(outputs.size()) ? std::move(outputs[i]) : refusedValue();
    if (ok && value.kind == Value::absent) {
      invalid(path, "has no output " + std::to_string(i) + " ('" + node.output(i) + "')");
      value = refusedValue();
    }
    if (!frame.names.emplace(node.output(i), std::move(value)).second) invalid(path, "a second value of the name '" + node.output(i) + "'");
  }
}

bool Importer::operatorNode(const proto::NodeProto& node, const std::string& path, Frame& frame, std::vector<Value> inputs, std::vector<Value>& outputs) {
  const std::string domain = canonicalDomain(node.domain());
  const std::string shown = (domain.empty() ? "" : domain + ".") + node.op_type();
  const bool keepsTokens = domain.empty() && node.op_type() == "Identity";
  if (keepsTokens && !inputs.empty() && inputs[0].kind == Value::tokens) return outputs = {inputs[0]}, true;
  const Operator* op = findOperator(domain, node.op_type());
  if (!op) return unsupported(path, "operator '" + shown + "' is not supported"), false;
  const int64_t opset = frame.opsets->version(domain);
  int version = 0;
  for (int since : op->versions)
    if (since <= opset) version = since;
  if (!version) return unsupported(path, "operator '" + shown + "' of opset " + std::to_string(opset) + " is not supported"), false;
  if (anyRefused(inputs)) return false;
  build.at({0, 0, path});

  const bool allConstant = !inputs.empty() && !hasGraph(node) && std::all_of(inputs.begin(), inputs.end(), [](const Value& v) {
    return v.kind == Value::absent || (v.kind == Value::tensor && v.data.isConstant());
  });
  const bool hasBatch = std::any_of(inputs.begin(), inputs.end(), [](const Value& v) { return v.data.host && v.data.host->hasBatch(); });
  const bool isAnyRow = std::any_of(inputs.begin(), inputs.end(), [](const Value& v) { return v.kind == Value::anyRow; });
  if (isAnyRow || (allConstant && hasBatch))
    if (auto whether = ofAnyRow(rowSets, op->name, inputs)) return outputs = {std::move(*whether)}, true;
  const bool byPlaces = takesRowsAt(op->name, inputs);
  if (allConstant && hasBatch && !byPlaces) return sizeArithmetic(*op, node, path, frame, inputs, version, outputs);
  if (allConstant && !byPlaces) return fold(*op, node, path, frame, inputs, version, outputs);
  OperatorImport n(*this, frame, node, path, build, std::move(inputs), version);
  if (!run(*op, n)) return false;
  outputs = std::move(n.outputs_);
  return true;
}

bool Importer::run(const Operator& op, OperatorImport& n) {
  try {
    op.import(n);
    n.refuseUnread();
    n.endUnexpected();
    return true;
  } catch (const Refused&) {
  } catch (const ir::BuildError& error) {
    diagnostics.error(Kind::internal, 0, 0, std::string("the importer built a malformed node: ") + error.what(), n.place_);
  }
  return false;
}

// ---- compile time

Elements Importer::evaluateConstant(const ir::Pipeline& pipeline, ValueId value, ElementType type) {
  ir::Evaluator evaluator(pipeline);
  kiln_status status;
  evaluator.evaluate(nullptr, nullptr, &status);
  const ir::RowValue& row = evaluator.values()[value];
  const ir::Storage storage = pipeline.type(value).storage();
  Elements elements;
  if (row.failure) return elements;
  for (const ir::Datum& d : row.elements) {
    switch (storage) {
      case ir::Storage::f64: elements.numbers.push_back(d.f64); break;
      case ir::Storage::f32: elements.numbers.push_back(d.f32); break;
      case ir::Storage::i64: elements.integers.push_back(d.i64); break;
      case ir::Storage::i32: elements.integers.push_back(d.i32); break;
      case ir::Storage::boolean: elements.integers.push_back(d.boolean); break;
      case ir::Storage::str: elements.texts.emplace_back(d.text); break;
    }
  }
  return elements;
}

bool Importer::fold(const Operator& op, const proto::NodeProto& node, const std::string& path, Frame& frame, const std::vector<Value>& inputs,
                    int version, std::vector<Value>& outputs) {
  ir::Pipeline scratch;
  ir::Builder builder(scratch);
  OperatorImport n(*this, frame, node, path, builder, inputs, version);
  if (!run(op, n)) return false;
  const auto evaluate = [&](Tensor& tensor) {
    if (tensor.isConstant() || tensor.value == kNone) return true;
    Elements elements = evaluateConstant(scratch, tensor.value, tensor.type);
    if (static_cast<int64_t>(elements.size()) != tensor.count()) return invalid(path, "cannot be computed: its constant inputs make it fail"), false;
    tensor = hostTensor(tensor.type, tensor.axes, std::move(elements));
    return true;
  };
  for (Value& value : n.outputs_) {
    if (!evaluate(value.data)) return false;
    for (Tensor& item : value.items)
      if (!evaluate(item)) return false;
  }
  outputs = std::move(n.outputs_);
  return true;
}

// ---- model-local functions

bool Importer::functionCall(const proto::FunctionProto& function, const proto::NodeProto& node, const std::string& path, Frame& frame,
                            const std::vector<Value>& inputs, std::vector<Value>& outputs) {
  if (std::find(calls_.begin(), calls_.end(), &function) != calls_.end()) return invalid(path, "function '" + function.name() + "' calls itself"), false;
  if (calls_.size() >= 64) return diagnostics.error(Kind::limit, 0, 0, "functions call each other more than 64 deep", path), false;
  if (static_cast<int>(inputs.size()) > function.input_size() || node.output_size() > function.output_size())
    return invalid(path, "function '" + function.name() + "' has " + std::to_string(function.input_size()) + " inputs and " + std::to_string(function.output_size()) + " outputs"), false;
  if (anyRefused(inputs)) return false;
  Frame body;
  body.opsets = &functionOpsets_[&function];
  body.path = path;
  for (int i = 0; i < function.input_size(); i++)
    if (!body.names.emplace(function.input(i), i < static_cast<int>(inputs.size()) ? inputs[i] : Value()).second)
      return invalid(path, "function '" + function.name() + "' has two inputs of the name '" + function.input(i) + "'"), false;
  const std::vector<proto::AttributeProto>& defaults = functionDefaults_[&function];
  const auto isDefault = [&](const std::string& name) { return std::any_of(defaults.begin(), defaults.end(), [&](auto& a) { return a.name() == name; }); };
  for (auto& attribute : node.attribute()) {
    if (!isDefault(attribute.name()) && std::find(function.attribute().begin(), function.attribute().end(), attribute.name()) == function.attribute().end())
      return invalid(path, "function '" + function.name() + "' has no attribute '" + attribute.name() + "'"), false;
    const proto::AttributeProto* actual = &attribute;
    if (!attribute.ref_attr_name().empty()) {   // a call within a function may pass its own attribute on
      auto outer = frame.arguments.find(attribute.ref_attr_name());
      if (outer == frame.arguments.end()) continue;
      actual = outer->second;
    }
    body.arguments.emplace(attribute.name(), actual);
  }
  for (const proto::AttributeProto& attribute : defaults) body.arguments.emplace(attribute.name(), &attribute);
  // Of its outputs, those that the caller goes on with.
  const auto isWanted = [&](int i) { return i < node.output_size() && !node.output(i).empty() && frame.used.count(node.output(i)); };
  std::unordered_set<std::string> wanted;
  for (int i = 0; i < function.output_size(); i++)
    if (isWanted(i)) wanted.insert(function.output(i));
  calls_.push_back(&function);
  nodes(function.node(), std::move(wanted), body);
  calls_.pop_back();
  for (int i = 0; i < function.output_size(); i++) {
    const std::string& name = function.output(i);
    const Value* value = body.find(name);
    if (!isWanted(i)) {
      outputs.push_back(refusedValue());
      continue;
    }
    if (!value) return invalid(path, "function '" + function.name() + "' does not compute its output '" + name + "'"), false;
    outputs.push_back(*value);
  }
  return true;
}

}  // namespace kiln::onnx

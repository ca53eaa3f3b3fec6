// The builder: inference, names and sharing for frontends.
#include "compiler/ir/builder.h"

#include <functional>

#include "compiler/ir/compare.h"
#include "compiler/ir/nodes/call.h"
#include "compiler/ir/nodes/const.h"
#include "compiler/ir/print.h"

namespace kiln::ir {

namespace {

/// `wanted`, or `wanted_2`, `wanted_3` ... `taken` holds every name given, with the number to try next.
std::string unique(const std::string& wanted, std::unordered_map<std::string, uint32_t>& taken) {
  if (taken.emplace(wanted, 2).second) return wanted;
  for (;;) {
    std::string name = wanted + '_' + std::to_string(taken[wanted]++);
    if (taken.emplace(name, 2).second) return name;
  }
}

}  // namespace

Builder::Builder(Pipeline& pipeline) : pipeline_(pipeline) {
  for (const Value& value : pipeline.values) valueNames_.emplace(value.name, 2);
  for (const auto& table : pipeline.tables) tableNames_.emplace(table->name, 2);
}

NodeId Builder::equalNode(uint64_t hash, const std::string& bytes, const std::vector<ValueId>& operands) const {
  auto [begin, end] = nodesByHash_.equal_range(hash);
  for (auto it = begin; it != end; ++it) {
    const Node& node = pipeline_.nodes[it->second];
    if (node.operands == operands && opBytes(*node.op) == bytes) return it->second;
  }
  return kNone;
}

std::vector<ValueId> Builder::addNode(std::unique_ptr<Op> op, std::vector<ValueId> operands, const std::string& name) {
  bool shared = !op->isStatement() && op->kind() != OpKind::Input;
  uint64_t hash = 0;
  if (shared) {
    std::string bytes = opBytes(*op);
    hash = std::hash<std::string>()(bytes);
    for (ValueId v : operands) hash = (hash ^ v) * 0xff51afd7ed558ccdull;
    NodeId equal = equalNode(hash, bytes, operands);
    if (equal != kNone) return pipeline_.nodes[equal].results;
  }

  Inference inference{pipeline_, {}, {}};
  for (ValueId v : operands) {
    if (v >= pipeline_.values.size()) throw BuildError(std::string(op->name()) + ": an operand is no value");
    inference.operands.push_back(pipeline_.type(v));
  }
  std::vector<Type> types = op->infer(inference);
  auto id = static_cast<NodeId>(pipeline_.nodes.size());
  pipeline_.nodes.push_back({std::move(op), std::move(operands), {}, place_});
  Node& node = pipeline_.nodes.back();
  if (!inference.problems.empty()) {
    std::string text = printNode(pipeline_, id) + ": " + inference.problems.front();
    pipeline_.nodes.pop_back();
    throw BuildError(text);
  }

  std::string wanted = name.empty() ? node.op->name() : name;
  for (uint32_t i = 0; i < types.size(); i++) {
    node.results.push_back(static_cast<ValueId>(pipeline_.values.size()));
    std::string result = i == 0 ? wanted : wanted + '.' + std::to_string(i);
    pipeline_.values.push_back({unique(result, valueNames_), std::move(types[i]), id, i});
  }
  if (shared) nodesByHash_.emplace(hash, id);
  return node.results.empty() ? std::vector<ValueId>{kNone} : node.results;
}

void Builder::suggestName(ValueId v, const std::string& name) {
  Value& value = pipeline_.values[v];
  std::string given = pipeline_.producer(v).op->name();
  if (value.name == given || value.name.starts_with(given + '_')) value.name = unique(name, valueNames_);
}

ValueId Builder::call(const char* function, std::vector<ValueId> operands, bool checked, std::vector<double> parameters,
                      const std::string& name) {
  return add(Call(function, checked, std::move(parameters)), std::move(operands), name);
}

ValueId Builder::constant(Elem elem, std::optional<double> number, std::optional<int64_t> integer) {
  Const op;
  op.elem = elem, op.number = number, op.integer = integer;
  return add(std::move(op));
}

ValueId Builder::number(double value) { return constant(Elem::f64, value, std::nullopt); }
ValueId Builder::number32(double value) { return constant(Elem::f32, static_cast<float>(value), std::nullopt); }
ValueId Builder::integer(int64_t value, Elem elem) { return constant(elem, std::nullopt, value); }
ValueId Builder::boolean(bool value) { return constant(Elem::boolean, std::nullopt, value); }

ValueId Builder::text(const std::string& value) {
  Const op;
  op.elem = Elem::str, op.text = value;
  return add(std::move(op));
}

ValueId Builder::code(TableRef dict, uint32_t code) {
  Const op;
  op.elem = Elem::cat, op.dict = dict, op.integer = code;
  return add(std::move(op));
}

ValueId Builder::missing(const Type& like) {
  Const op;
  op.elem = like.elem, op.isMissing = true;
  if (like.elem == Elem::cat) op.dict.id = like.dict;
  return add(std::move(op));
}

TableRef Builder::addTable(std::unique_ptr<Table> table, const std::string& name) {
  TableRef ref{static_cast<TableId>(pipeline_.tables.size())};
  table->name = unique(name.empty() ? table->kindName() : name, tableNames_);
  pipeline_.tables.push_back(std::move(table));
  return ref;
}

}  // namespace kiln::ir

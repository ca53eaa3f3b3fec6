// Numbering and typing anew.
#include "compiler/passes/rewriter.h"

#include "compiler/passes/field_walk.h"

namespace kiln::passes {

using namespace ir;

Rewriter::Rewriter(Pipeline& pipeline)
    : pipeline_(pipeline),
      nodes_(std::move(pipeline.nodes)),
      values_(std::move(pipeline.values)),
      map_(values_.size(), kNone) {
  pipeline.nodes.clear(), pipeline.values.clear();
  pipeline.nodes.reserve(nodes_.size()), pipeline.values.reserve(values_.size());
}

std::vector<ValueId> Rewriter::operandsNow(NodeId id) const {
  std::vector<ValueId> operands;
  for (ValueId v : nodes_[id].operands) operands.push_back(map_[v]);
  return operands;
}

std::string Rewriter::freeName(const std::string& like) {
  if (names_.empty()) {
    for (const Value& value : values_) names_.insert(value.name);
    for (const Value& value : pipeline_.values) names_.insert(value.name);
  }
  std::string name = like;
  for (uint32_t& taken = taken_.try_emplace(like, 1).first->second; !names_.insert(name).second;) name = like + '_' + std::to_string(++taken);
  return name;
}

NodeId Rewriter::keep(NodeId id) {
  auto newId = static_cast<NodeId>(pipeline_.nodes.size());
  Node node = std::move(nodes_[id]);
  Inference inference{pipeline_, {}, {}};
  for (ValueId& v : node.operands) {
    v = map_[v];
    inference.operands.push_back(v < pipeline_.values.size() ? pipeline_.type(v) : Type());
  }
  // A mistake of the pass shows in the verifier, which infers again.
  std::vector<Type> types = node.op->infer(inference);
  for (uint32_t i = 0; i < node.results.size(); i++) {
    Value& value = values_[node.results[i]];
    map_[node.results[i]] = static_cast<ValueId>(pipeline_.values.size());
    node.results[i] = static_cast<ValueId>(pipeline_.values.size());
    pipeline_.values.push_back({std::move(value.name), i < types.size() ? types[i] : value.type, newId, i});
  }
  pipeline_.nodes.push_back(std::move(node));
  return newId;
}

ValueId Rewriter::add(std::unique_ptr<Op> op, std::vector<ValueId> operands, const std::string& name,
                      const Place& place) {
  auto id = static_cast<NodeId>(pipeline_.nodes.size());
  auto v = static_cast<ValueId>(pipeline_.values.size());
  Inference inference{pipeline_, {}, {}};
  for (ValueId operand : operands) inference.operands.push_back(pipeline_.type(operand));
  std::vector<Type> types = op->infer(inference);
  pipeline_.values.push_back({name, types.empty() ? Type() : types[0], id, 0});
  pipeline_.nodes.push_back({std::move(op), std::move(operands), {v}, place});
  return v;
}

TableAdder::TableAdder(Pipeline& pipeline) : pipeline_(pipeline) {
  for (const auto& table : pipeline.tables) names_.insert(table->name);
}

TableId TableAdder::add(std::unique_ptr<Table> table) {
  const std::string name = table->name;
  for (int n = 2; !names_.insert(table->name).second; n++) table->name = name + '_' + std::to_string(n);
  pipeline_.tables.push_back(std::move(table));
  return static_cast<TableId>(pipeline_.tables.size() - 1);
}

bool isPure(const Op& op) { return !op.isStatement() && op.kind() != OpKind::Input; }

namespace {

class TableRefs final : public FieldWalk {
 public:
  using FieldWalk::field;
  explicit TableRefs(const std::function<void(TableRef&)>& visit) : visit_(visit) {}
  void field(const char*, TableRef& value) override { visit_(value); }

 private:
  const std::function<void(TableRef&)>& visit_;
};

}  // namespace

void forTableRefs(Op& op, const std::function<void(TableRef&)>& visit) {
  TableRefs visitor(visit);
  op.fields(visitor);
}

std::vector<bool> neededNodes(const Pipeline& pipeline) {
  std::vector<bool> needed(pipeline.nodes.size());
  for (NodeId id = static_cast<NodeId>(pipeline.nodes.size()); id-- > 0;) {
    const Node& node = pipeline.nodes[id];
    if (!isPure(*node.op)) needed[id] = true;
    if (!needed[id]) continue;
    for (ValueId v : node.operands) needed[pipeline.values[v].node] = true;
  }
  return needed;
}
void forTableRefs(Table& table, const std::function<void(TableRef&)>& visit) {
  TableRefs visitor(visit);
  table.fields(visitor);
}

void mergeTables(Pipeline& pipeline, std::vector<TableId> map) {
  std::vector<TableId> number(map.size(), kNone);
  std::vector<std::shared_ptr<Table>> kept;
  for (TableId t = 0; t < map.size(); t++) {
    if (map[t] != t) continue;
    number[t] = static_cast<TableId>(kept.size());
    kept.push_back(std::move(pipeline.tables[t]));
  }
  auto renumber = [&](TableId& id) {
    if (id != kNone) id = number[map[id]];
  };
  auto visit = [&](TableRef& ref) { renumber(ref.id); };
  pipeline.tables = std::move(kept);
  for (auto& table : pipeline.tables) forTableRefs(*table, visit);
  for (Node& node : pipeline.nodes) forTableRefs(*node.op, visit);
  for (Value& value : pipeline.values) renumber(value.type.dict);
}

}  // namespace kiln::passes

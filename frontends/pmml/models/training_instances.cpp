// Reads TrainingInstances; evaluates derived fields on them with the reference evaluator.
#include "frontends/pmml/models/training_instances.h"

#include <cmath>
#include <cstring>
#include <set>

#include "compiler/ir/elements.h"
#include "compiler/ir/evaluate.h"
#include "frontends/pmml/tables.h"

namespace kiln::pmml {

using namespace ir;

namespace {

// Columns are named with or without the prefix of their namespace.
std::string localName(const std::string& name) {
  const size_t colon = name.rfind(':');
  return colon == std::string::npos ? name : name.substr(colon + 1);
}

}  // namespace

bool TrainingInstances::read(Importer& importer, const Element* model) {
  const Element* e = model->FirstChildElement("TrainingInstances");
  if (!e) return importer.missing(model, "TrainingInstances");
  const Element* instanceFields = e->FirstChildElement("InstanceFields");
  if (!instanceFields) return importer.missing(e, "InstanceFields");
  if (!importer.onlyAttributes(e, {"isTransformed", "recordCount", "fieldCount"}) ||
      !importer.onlyChildren(e, {"InstanceFields", "InlineTable", "TableLocator"}) || !importer.onlyChildren(instanceFields, {"InstanceField"}))
    return false;
  std::vector<std::string> columns;
  std::set<std::string> seen;
  for (const Element* f = instanceFields->FirstChildElement("InstanceField"); f; f = f->NextSiblingElement("InstanceField")) {
    // JPMML's exporters leave the target of a segment without a name: the instances have its values in a column alone.
    const auto field = f->Attribute("column") ? importer.attribute(f, "field").value_or("") : importer.required(f, "field");
    if (!field || !importer.onlyAttributes(f, {"field", "column"})) return false;
    const auto number = static_cast<uint32_t>(fields_.size());
    if (!columns_.emplace(*field, number).second) return importer.invalid(f, "field", "a second column of this field");
    columns.push_back(importer.attribute(f, "column").value_or(*field));
    if (!seen.insert(localName(columns.back())).second)
      return importer.invalid(f, "column", "a second field of this column");
    fields_.push_back(*field);
  }
  const bool sound = readTable(importer, e, columns, [&](const Element* row, std::vector<std::optional<std::string>> cells) {
    elements_.push_back(row);
    for (auto& text : cells) cells_.push_back(text && !text->empty() ? std::move(text) : std::nullopt);
    return true;
  });
  return sound && (!elements_.empty() || importer.missing(e, "row"));
}

const std::string* TrainingInstances::cell(size_t row, const std::string& field) const {
  const auto column = columns_.find(field);
  if (column == columns_.end()) return nullptr;
  const auto& cell = cells_[row * fields_.size() + column->second];
  return cell ? &*cell : nullptr;
}

namespace {

// The nodes that some values need, with the fields of the instances as inputs.
struct Replay {
  Importer& importer;
  Pipeline pipeline = {};
  std::vector<std::string> inputs = {};   // fields, in schema order
  std::unordered_map<ValueId, std::string> cut = {};
  std::vector<bool> done = {};

  Replay(Importer& importer, Scope& scope, const TrainingInstances& instances) : importer(importer) {
    const Pipeline& whole = importer.build.pipeline();
    for (const auto& table : whole.tables) pipeline.tables.push_back(table->clone());
    pipeline.values = whole.values;
    for (Value& v : pipeline.values) v.node = ir::kNone;
    done.resize(whole.values.size());
    for (const std::string& name : instances.fields()) {
      const Field* field = scope.find(name);
      if (field && field->value != ir::kNone) cut.emplace(field->value, name);
    }
  }

  void append(std::unique_ptr<Op> op, const std::vector<ValueId>& operands, const std::vector<ValueId>& results) {
    Node node;
    node.op = std::move(op), node.operands = operands, node.results = results;
    for (ValueId r : results) pipeline.values[r].node = static_cast<NodeId>(pipeline.nodes.size()), done[r] = true;
    pipeline.nodes.push_back(std::move(node));
  }

  // False if `value` comes from a field that the instances lack. Operands come first; no recursion, for deep documents.
  bool need(ValueId value) {
    const Pipeline& whole = importer.build.pipeline();
    std::vector<ValueId> pending{value};
    while (!pending.empty()) {
      const ValueId v = pending.back();
      if (done[v]) {
        pending.pop_back();
        continue;
      }
      if (const auto field = cut.find(v); field != cut.end()) {
        auto input = std::make_unique<Input>();
        input->field = field->second, input->elem = whole.type(v).elem, input->dict = {whole.type(v).dict};
        inputs.push_back(field->second);
        append(std::move(input), {}, {v});
        continue;
      }
      const Node& node = whole.producer(v);
      if (node.op->kind() == OpKind::Input) return false;
      bool ready = true;
      for (ValueId operand : node.operands) {
        if (!done[operand]) pending.push_back(operand), ready = false;
      }
      if (ready) append(node.op->clone(), node.operands, node.results);
    }
    return true;
  }
};

}  // namespace

std::optional<std::vector<std::vector<double>>> derivedFor(Importer& importer, Scope& scope, const TrainingInstances& instances,
                                                           const std::vector<ValueId>& values, const Element* at) {
  Replay replay(importer, scope, instances);
  for (ValueId value : values) {
    if (replay.need(value)) continue;
    importer.invalid(at, "", "is made from a field that the training instances lack");
    return std::nullopt;
  }
  Evaluator evaluator(replay.pipeline);
  std::vector<kiln_cell> cells(replay.inputs.size());
  std::vector<std::vector<double>> rows;
  for (size_t r = 0; r < instances.rows(); ++r) {
    for (size_t i = 0; i < cells.size(); ++i) {
      const std::string* text = instances.cell(r, replay.inputs[i]);
      cells[i] = kiln_cell{};
      if (!text) continue;
      cells[i].kind = KILN_TEXT, cells[i].as.text = text->data(), cells[i].length = static_cast<uint32_t>(text->size());
    }
    kiln_status status{};
    evaluator.evaluate(cells.data(), nullptr, &status);
    std::vector<double>& row = rows.emplace_back();
    for (ValueId value : values) {
      const RowValue& result = evaluator.values()[value];
      if (result.failure) {
        importer.invalid(instances.element(r), "", "a derived field of this row has no value");
        return std::nullopt;
      }
      const Datum& d = result.elements[0];
      row.push_back(d.missing ? std::nan("") : toDouble(d, replay.pipeline.type(value).storage()));
    }
  }
  return rows;
}

}  // namespace kiln::pmml

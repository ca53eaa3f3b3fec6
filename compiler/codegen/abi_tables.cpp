#include "compiler/codegen/abi_tables.h"

#include <algorithm>
#include <cstddef>
#include <limits>

#include "compiler/ir/columns.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/nodes/output.h"
#include "compiler/ir/tables/dict.h"
#include "runtime/kernels/arrow.h"

namespace kiln::codegen {
namespace {

class AbiTables {
 public:
  AbiTables(const AbiFacts& facts, DataObject& object) : f_(facts), o_(object), outputs_(ir::outputColumns(facts.pipeline)) {}

  void run() {
    const uint64_t identity = addIdentity();
    const uint64_t inputs = addFields(ir::inputColumns(f_.pipeline), f_.schema.inputs, true);
    const uint64_t outputs = addFields(outputs_, f_.schema.outputs, false);
    const size_t count = f_.tiers.size();
    const DataObject::Place scorers = o_.reserve(count * sizeof(kiln_scorer), 16);
    o_.name("kiln_scorers", scorers, count * sizeof(kiln_scorer));
    for (size_t t = 0; t < count; t++) addScorer(t, scorers.offset + t * sizeof(kiln_scorer), identity, inputs, outputs);
    addTierList(scorers.offset);
    addPlans();
  }

 private:
  static DataObject::Place table(uint64_t offset) { return {DataObject::tables, offset}; }

  uint64_t addIdentity() {
    const auto& p = f_.pipeline;
    std::string tiers;
    for (const Tier* tier : f_.tiers) tiers += (tiers.empty() ? "" : " ") + std::string(tier->name);
    kiln_identity identity{};
    identity.size = sizeof identity;
    auto pairs = p.provenance;
    pairs.insert(pairs.end(), f_.options.tags.begin(), f_.options.tags.end());
    std::vector<std::string> keys, values;
    for (const auto& [key, value] : pairs) keys.push_back(key), values.push_back(value);
    identity.keys.count = identity.values.count = static_cast<uint32_t>(pairs.size());
    const DataObject::Place at = o_.reserve(sizeof identity);
    o_.write(at, &identity, sizeof identity);
    auto text = [&](size_t member, const std::string& value) { o_.point(at.offset + member, o_.string(value)); };
    text(offsetof(kiln_identity, name), f_.options.modelName.empty() ? p.name : f_.options.modelName);
    text(offsetof(kiln_identity, version), f_.options.modelVersion);
    text(offsetof(kiln_identity, source), p.sourceFormat);
    text(offsetof(kiln_identity, source_sha256), p.sourceSha256);
    text(offsetof(kiln_identity, options_sha256), f_.options.optionsSha256);
    text(offsetof(kiln_identity, content_sha256), f_.contentSha256);
    text(offsetof(kiln_identity, compiler), kCompiler);
    text(offsetof(kiln_identity, target), f_.options.target);
    text(offsetof(kiln_identity, tiers), tiers);
    addStrings(at.offset + offsetof(kiln_identity, keys), keys);
    addStrings(at.offset + offsetof(kiln_identity, values), values);
    return at.offset;
  }
  void addStrings(uint64_t at, const std::vector<std::string>& strings) {
    std::vector<uint32_t> offsets{0};
    std::string text;
    for (const std::string& s : strings) text += s, offsets.push_back(static_cast<uint32_t>(text.size()));
    o_.point(at + offsetof(kiln_strings, offsets), o_.constant(offsets.data(), offsets.size() * 4, 4));
    o_.point(at + offsetof(kiln_strings, text), o_.constant(text.data(), text.size(), 1));
  }

  uint64_t addFields(const std::vector<ir::SchemaColumn>& columns, const std::vector<kernel::FieldPlan>& plans, bool input) {
    const DataObject::Place at = o_.reserve(columns.size() * sizeof(kiln_field), 16);
    for (size_t i = 0; i < columns.size(); i++) {
      const ir::Node& node = f_.pipeline.nodes[columns[i].node];
      const uint64_t offset = at.offset + i * sizeof(kiln_field);
      if (input) addInput(node.op->as<ir::Input>(), columns[i], plans[i], offset);
      else addOutput(node.op->as<ir::Output>(), columns[i], plans[i], offset);
    }
    return at.offset;
  }
  static kiln_field fieldOf(const kernel::FieldPlan& plan) {
    kiln_field field{};
    field.size = sizeof field, field.type = abiType(plan), field.nullable = plan.nullable != 0;
    field.low = -std::numeric_limits<double>::infinity(), field.high = std::numeric_limits<double>::infinity();
    field.of = ir::kNone, field.role_of = ir::kNone;
    return field;
  }
  void place(kiln_field field, uint64_t at, const std::string& name, const std::string& description, const kernel::FieldPlan& labels) {
    field.categories.count = labels.is_cat ? labels.label_count : 0;
    o_.write(table(at), &field, sizeof field);
    o_.point(at + offsetof(kiln_field, name), o_.string(name));
    o_.point(at + offsetof(kiln_field, description), o_.string(description));
    if (field.categories.count == 0) return;
    const uint64_t strings = at + offsetof(kiln_field, categories);
    o_.point(strings + offsetof(kiln_strings, offsets), DataObject::Place{DataObject::blob, labels.label_offsets});
    o_.point(strings + offsetof(kiln_strings, text), DataObject::Place{DataObject::blob, labels.label_text});
  }
  void addInput(const ir::Input& op, const ir::SchemaColumn& column, const kernel::FieldPlan& plan, uint64_t at) {
    kiln_field field = fieldOf(plan);
    field.optype = static_cast<uint8_t>(KILN_CONTINUOUS + static_cast<int>(op.opType)), field.role = op.role, field.required = op.required;
    field.low = op.low, field.high = op.high;
    field.list = op.list != 0, field.most_items = op.list;
    field.role_of = op.roleOf, field.role_step = op.roleStep, field.same_count = static_cast<uint32_t>(op.same.size());
    if (op.role == ir::Input::state) field.role_of = ir::columnFeeding(f_.pipeline, op.field), field.reset = op.reset;
    place(field, at, column.name, op.description, plan);
    if (!op.same.empty()) o_.point(at + offsetof(kiln_field, same), o_.constant(op.same.data(), op.same.size() * 4, 4));
  }
  void addOutput(const ir::Output& op, const ir::SchemaColumn& column, const kernel::FieldPlan& plan, uint64_t at) {
    kiln_field field = fieldOf(plan);
    field.optype = static_cast<uint8_t>(KILN_CONTINUOUS + static_cast<int>(op.opType)), field.result = op.feature;
    kernel::FieldPlan labels = plan;
    const std::string& of = op.labels.empty() ? op.of : op.labels[column.element];
    if (!of.empty()) field.of = labelMeant(of, labels);
    place(field, at, column.name, op.description, labels);
  }
  // A probability shares the categories of the first output that has its label.
  uint32_t labelMeant(const std::string& label, kernel::FieldPlan& labels) const {
    for (size_t i = 0; i < outputs_.size(); i++) {
      const ir::Type& type = f_.pipeline.type(f_.pipeline.nodes[outputs_[i].node].operands[0]);
      if (type.elem != ir::Elem::cat) continue;
      const auto& dict = f_.pipeline.table<ir::Dict>(ir::TableRef{type.dict});
      for (uint32_t code = 0; code < dict.size(); code++)
        if (dict.labelText(code) == label) return labels = f_.schema.outputs[i], code;
    }
    return ir::kNone;
  }

  // The driver of matrices, the least that serves.
  static std::string scoreRows(const kernel::ScorerPlan& plan) {
    const bool whole = ((plan.in_types | plan.out_types) >> KILN_I64) != 0, moves = plan.moves != kernel::kNone, elements = plan.element_columns != 0;
    if (plan.wide_rows) return "_score_wide";
    if (!moves && !elements && !whole && plan.tensor_out != 0) return "_score_tensors";
    if (!moves && !elements) return whole ? "_score_whole" : "_score_rows";
    return std::string(whole ? "_score_whole_" : "_score_") + (moves ? "moves" : "elements");
  }
  void addScorer(size_t tier, uint64_t at, uint64_t identity, uint64_t inputs, uint64_t outputs) {
    const kernel::ScorerPlan& plan = f_.plans[tier];
    kiln_scorer s{};
    s.size = sizeof s, s.abi_major = KILN_ABI_MAJOR, s.abi_minor = KILN_ABI_MINOR;
    s.input_count = plan.input_count, s.output_count = plan.output_count;
    s.scratch_bytes = plan.scratch_bytes, s.scratch_align = 64, s.scratch_per_text_byte = f_.scratchPerTextByte;
    const size_t columns = size_t{plan.input_count} + plan.output_count;
    s.binding_bytes = std::max(sizeof(kernel::Binding) + size_t{plan.input_count} * 4, sizeof(kernel::ArrowBinding) + columns * sizeof(kernel::ArrowColumn));
    s.block_rows = plan.block_rows;
    o_.write(table(at), &s, sizeof s);
    o_.point(at + offsetof(kiln_scorer, identity), table(identity));
    o_.point(at + offsetof(kiln_scorer, inputs), table(inputs));
    o_.point(at + offsetof(kiln_scorer, outputs), table(outputs));
    const std::string prefix = std::string("kiln_") + f_.tiers[tier]->name;
    o_.point(at + offsetof(kiln_scorer, score_row), prefix + "_score_row");
    o_.point(at + offsetof(kiln_scorer, score_rows), prefix + scoreRows(plan));
    o_.point(at + offsetof(kiln_scorer, score_arrow), prefix + "_score_arrow");
    o_.point(at + offsetof(kiln_scorer, encode), "kiln_encode");
    o_.point(at + offsetof(kiln_scorer, bind), "kiln_bind");
    o_.point(at + offsetof(kiln_scorer, bind_arrow), "kiln_bind_arrow");
    o_.point(at + offsetof(kiln_scorer, describe), "kiln_describe");
    o_.point(at + offsetof(kiln_scorer, extension), "kiln_extension");
  }

  void addTierList(uint64_t scorers) {
    const size_t count = f_.tiers.size();
    const DataObject::Place entries = o_.reserve(count * sizeof(kiln_tier));
    for (size_t t = 0; t < count; t++) {
      o_.point(entries.offset + t * sizeof(kiln_tier) + offsetof(kiln_tier, name), o_.string(f_.tiers[t]->name));
      o_.point(entries.offset + t * sizeof(kiln_tier) + offsetof(kiln_tier, scorer), table(scorers + t * sizeof(kiln_scorer)));
    }
    kiln_tiers list{};
    list.size = sizeof list, list.count = static_cast<uint32_t>(count);
    const DataObject::Place at = o_.reserve(sizeof list);
    o_.write(at, &list, sizeof list);
    o_.point(at.offset + offsetof(kiln_tiers, tiers), entries);
    o_.name("kiln_tier_list", at, sizeof list);
  }

  // What the drivers and the library read: each tier's plan, the first one also by its plain name, and the x86-64 level of each tier.
  void addPlans() {
    std::vector<uint32_t> levels;
    for (size_t t = 0; t < f_.tiers.size(); t++) {
      const kernel::ScorerPlan& plan = f_.plans[t];
      const DataObject::Place at = o_.constant(&plan, sizeof plan, 8);
      o_.name(std::string("kiln_") + f_.tiers[t]->name + "_plan", at, sizeof plan);
      if (t == 0) o_.name("kiln_plan", at, sizeof plan);
      levels.push_back(f_.options.target == "x86_64-linux" ? static_cast<uint32_t>(f_.tiers[t]->name[1] - '0') : 0);
    }
    const auto count = static_cast<uint32_t>(levels.size());
    o_.name("kiln_levels", o_.constant(levels.data(), levels.size() * 4, 4), levels.size() * 4);
    o_.name("kiln_level_count", o_.constant(&count, sizeof count, 4), sizeof count);
  }

  const AbiFacts& f_;
  DataObject& o_;
  const std::vector<ir::SchemaColumn> outputs_;
};

}  // namespace

void addAbiTables(const AbiFacts& facts, DataObject& object) { AbiTables(facts, object).run(); }

}  // namespace kiln::codegen
